//! The atlas: every optimum against argmin on its law's limit risk, every claim in the registry, the document and its pictures against the program.

use std::{collections::BTreeSet, process::Command};

use goldenweight::{
    atlas::{Answer, Golden, Place, Reach, SETTINGS, Schedule, Setting},
    claims::registry,
    figures::{Picture, svg, table::Table},
    optimum::minimise,
};
use goldenweight_theory::parameters::Weight;

/// Mixing ratios at which weights are minimised.
const RATIOS: [f64; 5] = [0.05, 0.3, 1.0, 2.5, 20.0];

fn place(ratio: f64) -> Place {
    Place::new(ratio).expect("a ratio in range")
}

fn setting(name: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.name == name).unwrap_or_else(|| panic!("no setting {name}"))
}

#[test]
fn every_setting_has_claims_that_there_are() {
    let ids: BTreeSet<String> = registry().into_iter().map(|claim| claim.says.id).collect();
    for Setting { name, claims, why, model, .. } in SETTINGS {
        assert!(!claims.is_empty() && !why.is_empty() && !model.is_empty(), "{name}: something is empty");
        for claim in *claims {
            assert!(ids.contains(*claim), "{name}: {claim} is no claim");
        }
    }
    let names: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(names.len(), SETTINGS.len(), "a name twice");
    for schedule in Schedule::ALL {
        assert!(SETTINGS.iter().any(|setting| setting.schedule == schedule), "{schedule:?} has no setting");
    }
}

/// How far the theory's weight may be from the minimiser that argmin finds. Brent's method ends where its bracket is 1e-6 wide. It looks for a point between two others,
/// so at the end w = 1 it stops short of it, by twice as much.
const BRENT: f64 = 2e-6;

fn tolerance(setting: &Setting, place: &Place) -> f64 {
    // w* + shift/n is the minimiser of R1/n + R2/n^2 but for terms of order 1/n^2; at k = 1 they are 4.5/n^2, the most of these ratios.
    let n = place.sizes().real() as f64;
    if setting.claims.contains(&"regression-optimum") { 6.0 / (n * n) } else { BRENT }
}

/// The formula of each optimum is not asked: only values of the limit risk.
#[test]
fn weights_are_where_the_limit_risk_is_least() {
    let mut minimised = 0;
    for setting in SETTINGS {
        for ratio in RATIOS {
            let at = place(ratio);
            let Answer::Best { weight, risk } = setting.answer(&at) else { continue };
            let curve = |w: f64| risk(Weight::new(w).expect("within the bracket"));
            let found = minimise(&curve, (0.02 * weight, 1.0 - 0.02 * (1.0 - weight))).at;
            let (far, bound) = ((found - weight).abs(), tolerance(setting, &at));
            assert!(far <= bound, "{} at k = {ratio}: {weight} by the theory, {found} by argmin", setting.name);
            // What is said to be no golden weight is not one for argmin either.
            let golden = at.golden_weight();
            if setting.read(&at).golden == Golden::No {
                assert!((found - golden).abs() > 2.0 * bound, "{} at k = {ratio}: {found} is golden", setting.name);
            }
            minimised += 1;
        }
    }
    assert!(minimised > 100, "{minimised} weights");
}

/// Against digits of other programs: mpmath at 25 digits or more (roots of polynomials, polylogarithms, trigamma values), and the claims' own.
#[test]
fn weights_and_risks_at_one() {
    let at = place(1.0);
    let golden = 0.618_033_988_749_894_9;
    for (name, weight, digits) in [
        ("Gaussian mean", golden, 1e-15),
        ("regressions", golden, 1e-15),
        ("a ring of models", golden, 1e-15),
        ("density, sinc kernel", golden, 1e-14),
        ("covariance", 0.619_809_937_858_575_1, 1e-14),
        ("distribution function", 0.616_976_649_427, 1e-12),
        ("linear regression", 0.619_410_7, 1e-7),
        ("labels twice as noisy", 0.5, 1e-15),
        ("density, Gaussian kernel", 0.675_370_529_745_624_7, 1e-14),
        ("density, Epanechnikov", 0.676_694_022_032_558_1, 1e-13),
        ("density, uniform kernel", 0.672_306_265_273_738_6, 1e-13),
        ("2 models", 0.444_691_727_22, 1e-11),
        ("3 models", 0.352_240_907_02, 1e-11),
        ("same rows", 1.0, 1e-15),
        ("same rows, covariance", 1.0, 1e-15),
        ("same rows, mean/n", 1.0, 1e-15),
    ] {
        let found = setting(name).read(&at).weight.unwrap_or(f64::NAN);
        assert!((found - weight).abs() <= digits, "{name}: {found}, not {weight}");
    }
    let pi = std::f64::consts::PI;
    let limit = pi * pi / 6.0;
    for (name, risk, digits) in [
        ("Gaussian mean", golden, 1e-15),
        ("density, Gaussian kernel", 0.785_081, 1e-6),
        ("accumulating, mean", limit, 1e-14),
        // A (1 - sin(pi c)/(pi c)), c = 1/10, over A/100.
        ("accumulating, frequencies", 100.0 * (1.0 - 0.309_016_994_374_947_4 / (0.1 * pi)), 1e-12),
        // n times the digits of the law at n = m = 100; 3 zeta(2) - 2 = 2.93 for many rows.
        ("drawn, frequencies", 2.900_291_8, 1e-6),
        ("drawn, mean", f64::INFINITY, 0.0),
        ("drawn, regressions", pi * pi / 2.0 - 2.0, 1e-14),
        // .1736411821 by long runs, over (6 (n - 1) + 2)/n^2.
        ("drawn, covariance/n", 0.173_641_182 * 10_000.0 / 596.0, 1e-6),
        ("drawn, covariance", f64::INFINITY, 0.0),
        ("no real rows, frequencies", 100.0, 1e-12),
        ("no real rows, mean/n", 100.0, 1e-12),
    ] {
        let found = setting(name).read(&at).relative_risk.unwrap_or(f64::NAN);
        assert!(found == risk || (found - risk).abs() <= digits, "{name}: {found}, not {risk}");
    }
}

#[test]
fn golden_is_what_it_says() {
    for ratio in RATIOS {
        let at = place(ratio);
        for setting in SETTINGS {
            let golden = setting.read(&at).golden;
            // A limit of many rows has no further limit.
            assert!(golden != Golden::Nearly || setting.reach == Reach::Hundred, "{}", setting.name);
        }
        let kind = |name: &str| setting(name).read(&at).golden;
        assert_eq!(kind("Gaussian mean"), Golden::Yes);
        assert_eq!(kind("covariance"), Golden::Nearly);
        assert_eq!(kind("density of 100 rows"), Golden::No);
        assert_eq!(kind("accumulating, mean"), Golden::NoWeight);
    }
}

#[test]
fn the_document_is_what_the_program_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_goldenweight")).args(["atlas", "--links"]).output().expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let document = include_str!("../docs/atlas.md");
    let (_, rest) = document.split_once("<!-- atlas -->\n").expect("the marker <!-- atlas -->");
    let (tables, _) = rest.split_once("<!-- /atlas -->").expect("the marker <!-- /atlas -->");
    assert!(
        tables == printed,
        "what stands between the markers of docs/atlas.md is not what the program prints: paste the output of `cargo run --release -- atlas --links` there"
    );
}

fn picture(name: &str) -> Picture {
    Picture::all().into_iter().find(|picture| picture.name() == name).expect("a picture")
}

#[test]
fn the_picture_is_the_program_s() {
    let atlas = picture("atlas");
    let table = atlas.table(1, 0, &|_| ()).expect("sizes that theory covers");
    assert!(
        include_str!("../docs/atlas.svg") == svg(&atlas.chart(&table)),
        "docs/atlas.svg is not the program's: run `cargo run --release -- figures atlas --out docs` and remove the CSV"
    );
    assert_eq!(table.column("weight").len(), SETTINGS.len());
    // Drawn again from its own CSV.
    let read = Table::from_csv(&table.to_csv()).expect("a table");
    assert_eq!(svg(&atlas.chart(&read)), svg(&atlas.chart(&table)));
}

/// The lines of the pictures against recursions and sums that are written out here, at two replicates.
#[test]
fn pictures_have_their_numbers() {
    let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-12, "{found}, not {expected}");
    let schedules = picture("schedules").table(1, 2, &|_| ()).expect("sizes that theory covers");
    let w = 0.618_033_988_749_894_9;
    let u = 1.0 - w;
    let (mut fresh, mut fixed, mut accumulated) = (1.0, 1.0, 1.0);
    let line = |name: &str| schedules.column(&format!("{name}_theory"));
    for t in 0..=60 {
        if t > 0 {
            fresh = w * w + u * u * (1.0 + fresh);
            fixed = (1.0 - u * u) + u * u * (1.0 + fixed);
            accumulated += 1.0 / (1.0 + t as f64).powi(2);
        }
        close(line("fresh")[t], fresh);
        close(line("fixed")[t], fixed);
        close(line("accumulate")[t], accumulated);
        close(line("synthetic")[t], 1.0 + t as f64);
    }
    // A hundred rows of two hundred: a = 1/100 + (1/2)^2/100 (1 + 1/99) of the real rows' variance 99/100, and c = 1/199 of the pool's.
    let (real, made) = (0.99, 0.99 * 100.0 / 99.0);
    let moved = 0.25 * made / 100.0;
    let pool = 0.5 * real + 0.5 * made * 0.99 + 0.25 * made / 100.0;
    close(line("subsample")[1], 100.0 * (0.01 + moved) + 100.0 * pool / 199.0);
    let exchangeable = picture("exchangeable").table(1, 0, &|_| ()).expect("sizes that theory covers");
    for (count, w) in exchangeable.points("models", "weight_k_1") {
        let kappa = 1.0 / count;
        let kept = w * (2.0 - w);
        let slope = (count - 1.0) * kept * kept * ((1.0 + kappa) * w - kappa) + w * w + kappa * w - kappa;
        assert!(slope.abs() < 1e-13, "K = {count}: {w}");
    }
    let density = picture("density").table(1, 2, &|_| ()).expect("sizes that theory covers");
    for (key, expected) in [("best_weight", 0.7017), ("best_bandwidth", 0.3557), ("limit_weight", 0.675_37)] {
        assert!((density.number(key) - expected).abs() < 5e-5, "{key}: {}", density.number(key));
    }
}
