//! `figures`: every picture at a small scale, its numbers against independent ones, and what a second run reuses.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{assert_close, goldenweight, text};

/// The columns of a CSV by name; a missing number is NaN.
struct Csv {
    text: String,
    columns: BTreeMap<String, Vec<f64>>,
}

impl Csv {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let names: Vec<&str> = lines.next().expect("a row of names").split(',').collect();
        let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), names.len(), "{line}");
            for (name, field) in names.iter().zip(fields) {
                let number = if field.is_empty() { f64::NAN } else { field.parse().expect("a number") };
                columns.entry((*name).to_owned()).or_default().push(number);
            }
        }
        Self { text, columns }
    }

    fn column(&self, name: &str) -> &[f64] {
        self.columns.get(name).unwrap_or_else(|| panic!("no column {name}"))
    }

    fn fact(&self, key: &str) -> &str {
        let start = format!("# {key}: ");
        self.text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("no {key}"))
    }
}

/// Runs `figures` with these names into a directory, at two replicates, and gives the document.
fn figures(names: &[&str], out: &Path, more: &[&str]) -> Value {
    let out = out.to_str().expect("UTF-8");
    let args = [&["figures"], names, &["--out", out, "--json"], more].concat();
    let output = goldenweight(&args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

const SMALL: &[&str] = &["--replicates", "2"];

/// Linear regression with p = 2 on n = 100 real and m synthetic rows weighted alike: by one row y of nu, a = E tr y y'N^{-2} y y' =
/// p (p + 2)(nu - 2)/(nu (nu + 2)(nu - p - 1)), two rows b = (p - nu a)/(nu (nu - 1)), p rho = m a + m (m - 1) b.
fn pooled(m: f64, generations: std::ops::Range<usize>) -> f64 {
    let nu = 100.0 + m;
    let a = 8.0 * (nu - 2.0) / (nu * (nu + 2.0) * (nu - 3.0));
    let rho = m * (a + (m - 1.0) * (2.0 - nu * a) / (nu * (nu - 1.0))) / 2.0;
    let mut risks = vec![2.0 / 97.0];
    for t in 0..generations.end - 1 {
        risks.push(2.0 / (nu - 3.0) + rho * risks[t]);
    }
    risks[generations.clone()].iter().sum::<f64>() / generations.len() as f64
}

/// e_0 = a/n, e_t = w^2 a/n + u^2 (b/m + rho e_{t-1}), averaged over these generations.
fn stepped(fresh: f64, synthetic: f64, rho: f64, w: f64, generations: std::ops::Range<usize>) -> f64 {
    let (mut e, mut sum) = (fresh, 0.0);
    for t in 0..generations.end {
        if t > 0 {
            e = w * w * fresh + (1.0 - w) * (1.0 - w) * (synthetic + rho * e);
        }
        sum += if generations.contains(&t) { e } else { 0.0 };
    }
    sum / generations.len() as f64
}

/// tr I(beta)^-1 of logistic and Poisson regression at beta = (1, .., 1), by quadrature at high precision and in closed form.
const LOGISTIC_2: f64 = 15.465_022_586_639_5;
const LOGISTIC_4: f64 = 36.333_014_590_017_83;
const POISSON_2: f64 = 0.490_505_921_561_923_1;
const POISSON_4: f64 = 0.433_072_906_357_160_6;

/// A few hundred roundings.
const STEPS: f64 = 1e-12;

#[test]
fn every_picture_has_its_numbers() {
    let out = tempfile::tempdir().expect("a directory");
    let out = out.path();
    // The calibration runs a part of the registry, which takes its time at any scale.
    let ideas = ["golden-weight", "relative-risk", "pooling", "threshold", "dynamic-weights", "exchangeable", "atlas"];
    let names = [&["7", "8", "9", "10", "ladders", "schedules", "density"], &ideas[..]].concat();
    let document = figures(&names, out, SMALL);
    let pictures = document["pictures"].as_array().expect("pictures");
    assert_eq!(pictures.len(), 6 + 6 + 6 + 4 + 3 + ideas.len());
    for picture in pictures {
        let file = |key: &str| out.join(picture[key].as_str().expect("a file name"));
        let svg = fs::read_to_string(file("svg")).expect("an SVG");
        let parsed = roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{picture}: {e}"));
        assert_eq!(parsed.root_element().tag_name().name(), "svg");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{picture}");
        let title = parsed.descendants().find(|node| node.has_tag_name("title")).and_then(|node| node.text());
        assert_eq!(title, picture["title"].as_str());
        texts_fit(&parsed, &picture["name"]);
        let csv = Csv::read(&file("csv"));
        let command = format!("goldenweight figures {}", picture["name"].as_str().expect("a name"));
        assert!(csv.fact("command").starts_with(&command), "{}", csv.fact("command"));
        assert!(csv.text.starts_with(&format!("# goldenweight {}\n", env!("CARGO_PKG_VERSION"))));
        for name in csv.columns.keys() {
            assert!(!csv.fact(&format!("column {name}")).is_empty());
        }
        if !picture["replicates"].is_null() {
            assert_eq!((csv.fact("replicates"), csv.fact("seed")), ("2", "250218049"));
        }
    }
    growth(out);
    curves(out);
    ratios(out);
    pictures_of_the_theory(out);
}

/// No text runs over an edge. In a wide font (DejaVu Sans) these texts have up to .54 of the font's size a character.
fn texts_fit(svg: &roxmltree::Document, name: &Value) {
    let root = svg.root_element();
    let view: Vec<f64> =
        root.attribute("viewBox").expect("a view").split(' ').map(|x| x.parse().expect("a number")).collect();
    for node in svg.descendants().filter(|node| node.has_tag_name("text")) {
        let number = |key: &str| node.attribute(key).and_then(|x| x.parse::<f64>().ok()).expect("a number");
        let text = node.text().unwrap_or_default().trim();
        let width = 0.56 * number("font-size") * text.chars().count() as f64;
        let left = number("x")
            - width
                * match node.attribute("text-anchor") {
                    Some("end") => 1.0,
                    Some("middle") => 0.5,
                    _ => 0.0,
                };
        assert!(left >= 0.0 && left + width <= view[2], "{name}: {text:?} from {left} to {}", left + width);
    }
}

/// Figure 7 against growth laws that are computed here independently: at every generation, or at the last one.
fn growth(out: &Path) {
    let panel = |letter: &str| Csv::read(&out.join(format!("figure-7{letter}.csv")));
    let last = |csv: &Csv| *csv.column("theory").last().expect("rows");
    for (letter, at_t) in [("a", 0.04), ("d", 4.0 / 95.0), ("e", LOGISTIC_4 / 100.0), ("f", POISSON_4 / 100.0)] {
        let csv = panel(letter);
        for (t, theory) in csv.column("t").iter().zip(csv.column("theory")) {
            assert_close(*theory, at_t * (1.0 + t), STEPS, &format!("7 ({letter}) at t = {t}"));
        }
    }
    assert_close(last(&panel("b")), 3.88e9, 2e-3, "7 (b)");
    assert_close(last(&panel("c")), (1.0 - 0.99f64.powi(1_000)) / 6.0, STEPS, "7 (c)");
    let d = panel("d");
    assert_close(d.column("theory_published_code")[1], 20.0 / 95.0, STEPS, "generation 0 on N(0, I/4), t = 1");
    // sum(digamma((100 - j)/2) + log(2) - log(99) for j in range(1, 5)) by scipy.special.
    let drift = panel("a");
    assert_close(drift.column("log_det_theory")[0], -0.102_504_246_555_026_77, STEPS, "drift of log det");
    let e = panel("e");
    let surviving = e.column("surviving");
    assert!(surviving.is_sorted_by(|a, b| a >= b) && *surviving.last().expect("rows") == 0.0, "{surviving:?}");
    assert!(
        e.column("median").last().expect("rows").is_infinite() && *e.column("mean_usable").last().expect("rows") == 0.0
    );
}

/// Figures 8 and 10 against the recursion written out here.
fn curves(out: &Path) {
    let check = |panel: &str, prefix: &str, fresh: f64, rho: f64, generations: std::ops::Range<usize>, scale: f64| {
        let csv = Csv::read(&out.join(format!("figure-{panel}.csv")));
        let weights = csv.column("w");
        assert_eq!((weights.len(), weights[0], weights[29]), (30, 0.2, 0.78));
        for (w, theory) in weights.iter().zip(csv.column(&format!("{prefix}theory"))) {
            let expected = scale * stepped(fresh, fresh * kappa(prefix), rho, *w, generations.clone());
            assert_close(*theory, expected, 1e-8, &format!("{panel} at w = {w}"));
        }
        let number = |key: &str| csv.fact(&format!("{prefix}{key}")).parse::<f64>().expect("a number");
        let (low, minimum, high) = (number("minimum_low"), number("minimum"), number("minimum_high"));
        assert!(low <= minimum && minimum <= high, "{panel}: {low} {minimum} {high}");
        assert!((0.2..=0.78).contains(&minimum));
        number("theory_optimum")
    };
    /// A_s/A_r of the Adult regression in raw and in standardised columns: see `tests/references/adult_fit.py`.
    fn kappa(prefix: &str) -> f64 {
        match prefix {
            "raw " => 430.501_968_249_537 / 420.104_096_639_181,
            "standardised_" => 217.367_053_722_821_25 / 300.686_826_291_633_17,
            _ => 1.0,
        }
    }
    let golden = 0.618_033_988_749_894_9;
    for (panel, fresh) in [("8a", 0.02), ("8e", LOGISTIC_2 / 100.0), ("8f", POISSON_2 / 100.0)] {
        assert_close(check(panel, "", fresh, 1.0, 150..200, 1.0), golden, STEPS, panel);
    }
    let d = Csv::read(&out.join("figure-8d.csv"));
    assert_close(d.fact("theory_optimum").parse().expect("a number"), 0.619_410_7, 5e-8, "8d");
    // w = 1/2 is least squares on all rows alike.
    assert_close(d.column("w")[15], 0.5, STEPS, "8d");
    assert_close(d.column("theory")[15], pooled(100.0, 150..200), STEPS, "8d at w = 1/2");
    assert_close(check("8c", "", 1.0 / 600.0, 0.99, 150..200, 1.0), 0.616_977, 1e-6, "8c");
    let b = Csv::read(&out.join("figure-8b.csv"));
    assert_close(b.fact("theory_optimum").parse().expect("a number"), 0.619_809_937_858_575_1, STEPS, "8b");
    assert_close(b.column("theory")[21], 0.037_564_1, 2e-6, "8b at w = .62");
    let counts = [
        ("10a", &[2799, 1432, 3136, 10, 33906, 1695, 3862, 1981, 21][..]),
        ("10c", &[6633, 37, 22379, 628, 16117, 1530, 1518][..]),
    ];
    for (panel, counts) in counts {
        let share = |count: &i32| f64::from(*count) / 48_842.0;
        let a: f64 = counts.iter().map(|count| share(count) * (1.0 - share(count))).sum();
        check(panel, "", a / 500.0, 0.998, 80..100, 1.0 / counts.len() as f64);
    }
    let standardised = check("10d", "standardised_", 300.686_826_291_633_17 / 500.0, 1.0, 80..100, 1.0);
    assert_close(standardised, 0.5624, 1e-4, "10d, standardised");
    let d = Csv::read(&out.join("figure-10d.csv"));
    assert_close(d.fact("theory_optimum").parse().expect("a number"), 0.6222, 1e-4, "10d");
    let expected = stepped(420.104_096_639_181 / 500.0, 430.501_968_249_537 / 500.0, 1.0, 0.2, 80..100);
    assert_close(d.column("theory")[0], expected, 1e-8, "10d at w = .2");
}

/// Figure 9: m = floor(n/k), both weights from n/m, exact at the figure's generations.
fn ratios(out: &Path) {
    let panel = |letter: &str| Csv::read(&out.join(format!("figure-9{letter}.csv")));
    let a = panel("a");
    assert_eq!(a.column("m"), [10_000.0, 3_333.0, 2_000.0, 1_428.0, 1_111.0, 909.0, 769.0, 666.0, 588.0, 526.0]);
    for (column, ends) in [("naive_theory", [0.010_371, 0.010_868]), ("golden_theory", [0.001_902, 0.007_024])] {
        assert_close(a.column(column)[0], ends[0], 5e-4, column);
        assert_close(a.column(column)[9], ends[1], 1e-4, column);
    }
    let d = panel("d");
    for (m, theory) in d.column("m").iter().zip(d.column("naive_theory")) {
        assert_close(*theory, pooled(*m, 150..200), STEPS, &format!("9 (d), m = {m}"));
    }
    for (letter, per_row, rho) in [("e", LOGISTIC_2, 0.0), ("f", POISSON_2, 0.0), ("c", 1.0 / 6.0, 1.0)] {
        let csv = panel(letter);
        for (i, m) in csv.column("m").iter().enumerate() {
            let k = 100.0 / m;
            let golden = 2.0 / (1.0 + (1.0 + 4.0 / k).sqrt());
            for (prefix, w) in [("naive", k / (1.0 + k)), ("golden", golden)] {
                assert_close(csv.column(&format!("{prefix}_weight"))[i], w, STEPS, prefix);
                let expected = stepped(per_row / 100.0, per_row / m, 1.0 - rho / m, w, 150..200);
                assert_close(
                    csv.column(&format!("{prefix}_theory"))[i],
                    expected,
                    STEPS,
                    &format!("9 ({letter}), m = {m}"),
                );
            }
        }
    }
}

fn pictures_of_the_theory(out: &Path) {
    let picture = |name: &str| Csv::read(&out.join(format!("{name}.csv")));
    let golden = picture("golden-weight");
    for (k, w) in golden.column("k").iter().zip(golden.column("weight")) {
        assert!((w * w + k * w - k).abs() < 1e-12 * k.max(1.0), "w* at {k}: {w}");
    }
    let relative = picture("relative-risk");
    let columns = ["k", "w", "relative_risk", "optimal_weight", "break_even"].map(|name| relative.column(name));
    for i in 0..columns[0].len() {
        let [k, w, risk, best, even] = columns.map(|column| column[i]);
        assert_close(risk, (w * w + k * (1.0 - w) * (1.0 - w)) / (w * (2.0 - w)), STEPS, "relative risk");
        assert!(risk >= best - 1e-12 && (risk < 1.0) == (w > even), "k = {k}, w = {w}");
    }
    let pooling = picture("pooling");
    let ends = |name: &str| *pooling.column(name).last().expect("rows");
    assert_close(ends("naive_sample"), 2.0, 1e-3, "naive pooling of many synthetic rows is worth n more rows");
    assert_close(ends("optimal_sample"), 100.0, 1e-2, "the golden weight of 10000 n rows is worth about 100 n");
    let threshold = picture("threshold");
    for (m, w) in [(5.0, 0.183_503), (10.0, 0.095_466), (100.0, 0.009_950_5), (1000.0, 0.000_999_50)] {
        let row = threshold.column("m").iter().position(|x| *x == m).expect("a marked size");
        assert_close(threshold.column("threshold")[row], w, 1e-5, &format!("w_c({m})"));
    }
    let dynamic = picture("dynamic-weights");
    for (w, fraction) in dynamic.column("weight_k_1").iter().zip([1.0, 2.0 / 3.0, 5.0 / 8.0, 13.0 / 21.0, 34.0 / 55.0])
    {
        assert_close(*w, fraction, STEPS, "ratio of Fibonacci numbers");
    }
}

fn contents(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("readable").path();
        (path.file_name().expect("a name").into(), fs::read(&path).expect("readable"))
    };
    fs::read_dir(out).expect("a directory").map(entry).collect()
}

fn reused(document: &Value) -> Vec<bool> {
    document["pictures"].as_array().expect("pictures").iter().map(|p| p["reused"].as_bool().expect("a flag")).collect()
}

#[test]
fn the_same_bytes_from_any_number_of_threads() {
    let (one, two) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let names = ["7e", "8a", "9a", "10a", "ladders"];
    figures(&names, one.path(), &["--replicates", "70", "--threads", "1"]);
    figures(&names, two.path(), &["--replicates", "70", "--threads", "2"]);
    assert_eq!(contents(one.path()), contents(two.path()));
}

#[test]
fn a_second_run_reuses_what_it_would_make_again() {
    let out = tempfile::tempdir().expect("a directory");
    let out = out.path();
    assert_eq!(reused(&figures(&["8a", "threshold"], out, SMALL)), [false, false]);
    let first = contents(out);
    let written = |name: &str| fs::metadata(out.join(name)).and_then(|file| file.modified()).expect("a file");
    let before = written("figure-8a.csv");
    // Asked for beside others, it is the same picture.
    assert_eq!(reused(&figures(&["8a", "8b", "threshold"], out, SMALL)), [true, false, true]);
    assert_eq!(written("figure-8a.csv"), before);
    // Another seed or number of replicates makes it anew, and so does a damaged file; an SVG alone is drawn from the numbers.
    assert_eq!(reused(&figures(&["8a"], out, &["--replicates", "2", "--seed", "1"])), [false]);
    assert_ne!(contents(out)[Path::new("figure-8a.csv")], first[Path::new("figure-8a.csv")]);
    assert_eq!(reused(&figures(&["8a"], out, &["--replicates", "3", "--seed", "1"])), [false]);
    assert_eq!(reused(&figures(&["8a"], out, SMALL)), [false]);
    assert_eq!(contents(out)[Path::new("figure-8a.csv")], first[Path::new("figure-8a.csv")]);
    let csv = String::from_utf8(first[Path::new("figure-8a.csv")].clone()).expect("UTF-8");
    let damaged = csv.trim_end().rsplit_once('\n').expect("rows").0;
    fs::write(out.join("figure-8a.csv"), damaged).expect("written");
    assert_eq!(reused(&figures(&["8a"], out, SMALL)), [false]);
    fs::remove_file(out.join("figure-8a.svg")).expect("removed");
    assert_eq!(reused(&figures(&["8a"], out, SMALL)), [true]);
    for name in ["figure-8a.csv", "figure-8a.svg", "threshold.csv", "threshold.svg"] {
        assert_eq!(contents(out)[Path::new(name)], first[Path::new(name)], "{name}");
    }
}

/// A signal ends it at once: exit code 3, one line with what is missing, no half a file.
#[cfg(unix)]
#[test]
fn an_interruption_says_what_is_missing() {
    let out = tempfile::tempdir().expect("a directory");
    let args = ["figures", "8a", "8e", "--replicates", "100000", "--threads", "1", "--out"];
    figures(&["8a"], out.path(), SMALL);
    let (status, stderr) = signalled("-INT", |command| {
        command.args(args).arg(out.path());
    });
    assert_eq!(status.code(), Some(3), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("missing figure-8a, figure-8e"), "{stderr}");
    let names: Vec<PathBuf> = contents(out.path()).into_keys().collect();
    assert_eq!(names, ["figure-8a.csv", "figure-8a.svg"].map(PathBuf::from));
}

/// A share ends likewise, and the store has what is finished: a later share draws less.
#[cfg(unix)]
#[test]
fn a_share_that_is_interrupted_leaves_its_blocks() {
    let (out, store) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let share = |command: &mut Command| {
        command.args(["figures", "8a", "--replicates", "100000", "--threads", "1", "--shard", "1/1"]);
        command.arg("--out").arg(out.path()).arg("--store").arg(store.path());
    };
    let (status, stderr) = signalled("-TERM", share);
    assert_eq!(status.code(), Some(3), "{stderr}");
    assert!(
        stderr.trim_end().ends_with("what is finished is in the store, and the same command goes on from there"),
        "{stderr}"
    );
    let listed = goldenweight(&["store", store.path().to_str().expect("a path"), "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert!(listed["records"].as_u64().expect("a number") > 0, "{listed}");
}

/// How a command ends that gets this signal, and what it says.
#[cfg(unix)]
fn signalled(signal: &str, args: impl FnOnce(&mut Command)) -> (ExitStatus, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_goldenweight"));
    args(&mut command);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    // Until its handler is there, the signal ends it in the usual way.
    thread::sleep(Duration::from_millis(1500));
    let began = Instant::now();
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill").success());
    let status = child.wait().expect("it ends");
    assert!(began.elapsed() < Duration::from_secs(10));
    let mut stderr = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut stderr).expect("text");
    (status, stderr)
}
