//! The page of a run: order, escaping, formulas, anchors, and one page as a snapshot.
//!
//! What only a browser sees is in `tests/browser`, which also opens the page of the outcome below.

use std::collections::BTreeSet;
use std::path::Path;

use goldenweight::claims::registry;
use goldenweight::evidence::{Claim, Compared, Finding, Kind, Machine, Measure, Route, Statement, Verdict};
use goldenweight::figures::{Picture, chart::Mark};
use goldenweight::outcome::{About, ClaimOutcome, Counts, Evidence, NotRun, RunOutcome};
use goldenweight::page;
use goldenweight::report::html;
use goldenweight::stats::compare::{Comparison, Estimate};

/// Text that would become markup, an attribute or a script where it is not escaped.
const HOSTILE: &str = "</td><script>document.title = 'stolen'</script>\" onmouseover='alert(1)' & <b>";

const ABOUT: About = About { name: "goldenweight", title: "a title", notes: "words & a symbol $w^*$" };

fn page(run: &RunOutcome) -> String {
    html::page(&ABOUT, run, &html::Companion::default())
}

/// A comparison with its numbers of this rule.
fn compared(place: &str, comparison: Comparison) -> Compared {
    let estimate = Estimate { value: 1.0, std_error: 0.1, degrees: 1e5, skewness: 0.0, skewness_error: 0.0 };
    Compared {
        place: place.to_owned(),
        of: "risk",
        replicates: 130_000,
        comparison,
        estimate,
        expected: Vec::new(),
        words: String::new(),
    }
}

fn rule(z: f64) -> Comparison {
    let relative_error = 0.002 * z;
    Comparison {
        verdict: if z.abs() > 4.5 { Verdict::Refuted } else { Verdict::Confirmed },
        cause: String::new(),
        z,
        degrees: 1e5,
        bound: 4.5,
        relative_error,
        interval: (relative_error - 0.009, relative_error + 0.009),
        margin: 0.03,
        detectable_effect: 0.0137,
    }
}

fn comparison(place: &str, z: f64) -> Compared {
    compared(place, rule(z))
}

fn found(kind: Kind, finding: Finding) -> Evidence {
    Evidence {
        kind,
        check: format!("a check of kind {}", kind.word()),
        route: Route::By { words: "another computation", functions: &["module::function"] },
        finding,
        reproduce: format!("goldenweight verify --kinds {} --seed 7", kind.word()),
        seconds: 0.25,
    }
}

fn evidence(kind: Kind, verdict: Verdict, detail: &str) -> Evidence {
    found(kind, Finding::decided(verdict, detail))
}

/// The evidence of comparisons, the last of which is the worst.
fn sampled(detail: &str, comparisons: Vec<Compared>) -> Evidence {
    let last = comparisons.len() - 1;
    let (verdict, detail) = (comparisons[last].comparison.verdict, detail.to_owned());
    found(Kind::Simulation, Finding { measure: Measure::Worst(last), comparisons, ..Finding::decided(verdict, detail) })
}

fn deterministic(kind: Kind, verdict: Verdict, error: f64) -> Evidence {
    found(kind, Finding { verdict, ..Finding::within(error, "8 cases") })
}

fn claim(id: &str, text: &str, evidence: Vec<Evidence>) -> ClaimOutcome {
    let says = Statement {
        id: id.to_owned(),
        words: format!("a statement, {text}"),
        formula: r"w^* = \frac{\sqrt{k^2 + 4k} - k}{2} \qquad 0 < w^* < 1".to_owned(),
        domain: format!("a domain, {text}"),
        source: "derived".to_owned(),
        exactness: "exact".to_owned(),
    };
    let verdict = Verdict::of_all(evidence.iter().filter(|e| e.finding.ran()).map(|e| e.finding.verdict));
    ClaimOutcome { says, verdict, kinds_not_run: Vec::new(), evidence }
}

fn run(claims: Vec<ClaimOutcome>) -> RunOutcome {
    RunOutcome {
        version: "0.0.0".to_owned(),
        machine: Machine {
            os: "an os".to_owned(),
            architecture: "an architecture".to_owned(),
            processor: Some("a processor".to_owned()),
            cores: 4,
            threads: 2,
        },
        seconds: 61.5,
        seed: 7,
        tier: "quick".to_owned(),
        only: "*".to_owned(),
        kinds: Vec::new(),
        family_false_alarm: 1e-3,
        checks: 150,
        comparisons: Counts { in_budget: 150, asked: 6, chi_squared: 1, audited: 0, z: 4, not_made: 1 },
        partial: false,
        not_begun: Vec::new(),
        verdict: Verdict::of_all(claims.iter().map(|claim| claim.verdict)),
        claims,
    }
}

/// A claim of each verdict, in an order that the page must change, with hostile text in every field that a claim or the machine fills.
fn outcome(text: &str) -> RunOutcome {
    let good = vec![
        found(Kind::Proof, Finding::not_run("not run: coq not found")),
        deterministic(Kind::Recursion, Verdict::Confirmed, 0.0),
        sampled("simulated 1, theory 1", vec![comparison(text, 0.5), comparison("n = 8, m = 4", -1.25)]),
    ];
    let bad = vec![
        evidence(Kind::Exact, Verdict::Confirmed, "certified"),
        deterministic(Kind::Property, Verdict::Refuted, 2.2e11),
        sampled(text, vec![comparison("n = 31, m = 47", 1.5), comparison(text, -57.71)]),
    ];
    let vague = vec![
        deterministic(Kind::Recursion, Verdict::Confirmed, 0.125),
        evidence(Kind::Ladder, Verdict::Inconclusive, "3 of 100 fits failed"),
    ];
    let mut run = run(vec![
        claim("good", text, good),
        claim("vague", text, vague),
        claim("bad", text, bad),
        claim("last", text, vec![deterministic(Kind::Property, Verdict::Confirmed, 0.5)]),
    ]);
    run.machine.processor = Some(text.to_owned());
    run.claims[0].kinds_not_run = vec![not_run(Kind::Proof, "not run: coq not found")];
    run.claims[3].kinds_not_run = vec![not_run(Kind::Ladder, "in the full tier alone")];
    run
}

fn not_run(kind: Kind, reason: &str) -> NotRun {
    NotRun { kind, reason: reason.to_owned() }
}

/// The page between two of its parts.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to}")).0
}

/// The group of a claim.
fn group<'a>(page: &'a str, id: &str) -> &'a str {
    between(page, &format!("<tbody id=\"{id}\""), "<tbody id=").split("</main>").next().expect("a part")
}

#[test]
fn the_page_of_a_small_run() {
    let page = page(&outcome("a < b"));
    // Style and script are files of their own, and their hashes change with them; formulas have a test below.
    let body = between(&page, "<body>", "<script>");
    let elements = body.split("<math").map(|part| part.rsplit("</math>").next().expect("a part"));
    let body = elements.collect::<Vec<_>>().join("(formula)");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("an outcome written by hand; a line for each element");
    settings.bind(|| insta::assert_snapshot!("report_page", body.replace("><", ">\n<")));
}

/// For `tests/browser`, which looks at it with a browser's eyes.
#[test]
fn hostile_text_is_escaped() {
    let page = page(&outcome(HOSTILE));
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile.html"), &page).expect("written");
    assert_eq!(page.matches("<script").count(), 1, "one script, the page's own");
    assert!(!page.contains("<b>") && !page.contains("\" onmouseover"));
    // Statement and domain of four claims, the processor, a detail, and two places twice each (in a row and in its drawing) plus once in
    // the plot of all z.
    let escaped = "&lt;/td&gt;&lt;script&gt;document.title = 'stolen'&lt;/script&gt;&quot; onmouseover='alert(1)' &amp; &lt;b&gt;";
    assert!(page.matches(escaped).count() >= 14, "{}", page.matches(escaped).count());
}

#[test]
fn what_is_not_confirmed_comes_first_with_its_gap() {
    let page = page(&outcome("text"));
    let order: Vec<_> = page.split("<tbody id=\"").skip(1).map(|part| part.split('"').next().expect("an id")).collect();
    assert_eq!(order, ["bad", "vague", "good", "last"]);
    // Errors are compared in units of their bounds: 2.2e11 tolerances are further off than a z of 57.71 at a bound of 4.5.
    assert!(group(&page, "bad").contains("<p class=\"gap\">error 2.2e11 × tolerance</p>"));
    assert!(group(&page, "vague").contains("<p class=\"gap\">ladder: no number, see below</p>"));
    assert!(!group(&page, "good").contains("class=\"gap\""));
    let simulated = run(vec![claim("a", "", vec![sampled("", vec![comparison("", -57.71)])]), claim("b", "", vec![])]);
    let row = self::page(&simulated);
    assert!(row.contains("<p class=\"gap\">off by −11.54 %, z −57.71 of 4.50</p>"), "{row}");
}

/// Where a claim is inconclusive since an interval is not inside its margin, that interval is shown as the gap.
#[test]
fn a_wide_interval_is_the_gap() {
    let wide = Comparison { verdict: Verdict::Inconclusive, interval: (-0.05, 0.04), ..rule(-1.0) };
    let wide = compared("", wide);
    let page = page(&run(vec![claim("a", "", vec![sampled("", vec![wide])])]));
    assert!(page.contains("<p class=\"gap\">interval (−5.00, +4.00) %, margin 3.00 %</p>"), "{page}");
}

/// Without a standard error z and interval are not finite: numbers in words, but no place in a drawing.
#[test]
fn what_is_not_a_number_is_not_drawn() {
    let broken = Comparison {
        verdict: Verdict::Inconclusive,
        relative_error: f64::NAN,
        interval: (f64::NEG_INFINITY, f64::NAN),
        ..rule(f64::INFINITY)
    };
    let broken = compared("", broken);
    let page = page(&run(vec![claim("a", "", vec![sampled("", vec![comparison("", 1.0), broken])])]));
    let drawn = page.split("<svg").skip(1).map(|part| part.split("</svg>").next().expect("a part"));
    let attributes = drawn.flat_map(|part| part.split('"').skip(1).step_by(2)).filter(|text| !text.contains("error"));
    let wrong: Vec<_> = attributes.filter(|text| text.contains("NaN") || text.contains("inf")).collect();
    assert_eq!(wrong, [""; 0]);
    assert_eq!(page.matches("class=\"interval ").count(), 1);
}

/// Every claim of the registry, without evidence.
fn all_claims() -> RunOutcome {
    let claim = |claim: Claim| ClaimOutcome { says: claim.says, ..self::claim("", "", Vec::new()) };
    run(registry().into_iter().map(claim).collect())
}

#[test]
fn every_formula_is_set() {
    let run = all_claims();
    let page = page(&run);
    for claim in &run.claims {
        let relations = claim.says.formula.split(r"\qquad").count();
        let row = page.split(&format!("<tbody id=\"{}\"", claim.says.id)).nth(1).expect("its row");
        let formula = between(row, "<div class=\"formula\">", "</div>");
        assert_eq!(formula.matches("<math display=\"block\">").count(), relations, "{}: {formula}", claim.says.id);
        assert!(!formula.contains(['\\', '{', '^', '_', '$']), "{}: {formula}", claim.says.id);
    }
    assert!(!page.contains("class=\"latex\""));
}

#[test]
fn anchors_lead_somewhere_and_ids_are_unique() {
    let run = all_claims();
    let page = page(&run);
    let all: Vec<_> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().expect("an id")).collect();
    let ids: BTreeSet<_> = all.iter().copied().collect();
    assert_eq!(ids.len(), all.len());
    assert!(run.claims.iter().all(|claim| ids.contains(claim.says.id.as_str())));
    let links: Vec<_> = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().expect("a link")).collect();
    assert!(links.len() > run.claims.len());
    for link in links {
        assert!(ids.contains(link.strip_prefix('#').expect("a link within the page")), "{link}");
    }
}

/// Nothing outside is named: no address, no source.
#[test]
fn the_page_stands_alone() {
    let page = page(&all_claims());
    for outside in ["http:", "https:", "//www", " src=", "url(", "@import", "@font-face"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'") && page.len() < 1_000_000, "{} bytes", page.len());
}

/// The comparison that would miss the largest error, whatever its z; where one is refuted, that one. Kinds that were not run are named with the
/// reason, and so is what has no comparison.
#[test]
fn a_claim_shows_its_worst_comparison_and_what_it_lacks() {
    let vague = Comparison { detectable_effect: 0.25, margin: 0.3, ..rule(0.5) };
    let pieces = vec![sampled("", vec![compared("vague", vague)]), sampled("", vec![comparison("sharp", -2.5)])];
    let confirmed = claim("a", "", pieces.clone());
    assert_eq!(confirmed.headline().map(|(_, shown)| shown.place.as_str()), Some("vague"));
    let wrong = claim("b", "", [pieces, vec![sampled("", vec![comparison("wrong", 9.0)])]].concat());
    assert_eq!(wrong.headline().map(|(_, shown)| shown.place.as_str()), Some("wrong"));
    let mut without = claim("c", "", vec![deterministic(Kind::Recursion, Verdict::Confirmed, 0.5)]);
    without.kinds_not_run = vec![not_run(Kind::Ladder, "in the full tier alone")];
    assert_eq!(without.no_headline().as_deref(), Some("nothing sampled: ladder in the full tier alone"));
    let last = claim("d", "", vec![deterministic(Kind::Recursion, Verdict::Confirmed, 0.5)]);
    let page = page(&run(vec![confirmed, without, last]));
    let row = group(&page, "a");
    assert!(
        row.contains("25.00 % <small>risk</small>") && row.contains("data-label=\"Margin\" data-key=\"0.3\">30.00 %"),
        "{row}"
    );
    assert!(group(&page, "c").contains("without ladder (in the full tier alone)"), "{page}");
}

/// Both halves of the page's first words: numbers that can be quoted, and what a reader may not conclude.
#[test]
fn what_was_shown_stands_beside_what_was_not() {
    let page = page(&outcome("text"));
    let words = between(&page, "<div class=\"words\">", "</div>");
    let (shown, left) = words.split_once("id=\"not-shown\"").expect("two halves");
    assert!(shown.contains("4 claims, with 8 pieces of evidence, were checked."), "{shown}");
    assert!(shown.contains("2 are confirmed for what was compared, 1 refuted, 1 undecided"), "{shown}");
    // The two with comparisons detect the same.
    assert!(shown.contains("2 claims were simulated") && shown.contains("an error of 1.37 %"), "{shown}");
    assert!(left.contains("1 piece of evidence by proof not run: coq not found."), "{left}");
    assert!(left.contains("2 claims without any comparison by simulation"), "{left}");
    assert!(left.contains("domain and reach (4 exact)"), "{left}");
}

/// A row for each panel of the paper, drawn from numbers of a run that was written by hand.
#[test]
fn panels_are_drawn_from_the_run() {
    let at = |place: &str, error: f64| Compared {
        expected: vec![(place.to_owned(), 1.0)],
        ..compared(place, Comparison { relative_error: error, interval: (error - 0.01, error + 0.01), ..rule(1.0) })
    };
    let simulated =
        |comparisons| Evidence { route: Route::By { words: "simulation", functions: &[] }, ..sampled("", comparisons) };
    let panel = |id: &str, places: &[&str]| {
        claim(id, "", vec![simulated(places.iter().map(|place| at(place, 0.125)).collect())])
    };
    let weights =
        ["n = 100, m = 100, p = 2, w = 0.38, t = 150..199", "n = 100, m = 100, p = 2, w = 0.62, t = 150..199"];
    let ratios = [
        "n = 100, m = 10000, p = 2, w = 0.009901, t = 150..199",
        "n = 100, m = 526, p = 2, w = 0.351205, t = 150..199",
    ];
    let run = run(vec![
        panel("figure-7a", &["n = 100, m = 100, p = 4, w = 0, t = 20"]),
        panel("figure-8a", &weights),
        panel("figure-9a", &ratios),
        claim("figure-8b", "", Vec::new()),
    ]);
    let drawn = |name: &str| {
        let picture = Picture::all().into_iter().find(|picture| picture.name() == name).expect("a panel");
        picture.compared(&run).expect("sizes of the figures")
    };
    let dots = |name: &str| -> Vec<(f64, f64)> {
        let chart = drawn(name).expect("its claim is there");
        let dots = |mark: &Mark| if let Mark::Dots(points, _) = mark { points.clone() } else { Vec::new() };
        chart.panes[0].marks.iter().flat_map(dots).collect()
    };
    let near = |(x, y): (f64, f64), expected: (f64, f64)| {
        assert!((x - expected.0).abs() < 1e-12 && (y / expected.1 - 1.0).abs() < 1e-5, "({x}, {y})");
    };
    // An eighth above (4/100)(1 + 20), and above what figure-8a and figure-9a state.
    near(dots("7a")[0], (20.0, 1.125 * 0.84));
    near(dots("8a")[1], (0.62, 1.125 * 0.012_360_916));
    near(dots("9a")[0], (0.01, 1.125 * 0.010_371_44));
    near(dots("9a")[1], (100.0 / 526.0, 1.125 * 0.007_024_10));
    assert!(drawn("7b").is_none(), "the run has not its claim");
    let without = drawn("8b").expect("its claim is there");
    assert!(without.panes.len() == 1 && without.notes.iter().any(|note| note.contains("no comparison by simulation")));
}

/// The page with all that this theory adds: ids once, links within, nothing from outside, each panel and its claim linked both ways.
#[test]
fn the_companion_is_part_of_the_page() {
    let run = all_claims();
    let page = html::page(&ABOUT, &run, &page::companion(&run));
    let all: Vec<_> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().expect("an id")).collect();
    let ids: BTreeSet<_> = all.iter().copied().collect();
    assert_eq!(ids.len(), all.len());
    for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().expect("a link")) {
        assert!(ids.contains(link.strip_prefix('#').expect("a link within the page")), "{link}");
    }
    for (figure, panels) in [("7", "abcdef"), ("8", "abcdef"), ("9", "abcdef"), ("10", "abcd")] {
        for panel in panels.chars() {
            let picture = between(&page, &format!("<figure id=\"panel-{figure}{panel}\">"), "</figure>");
            assert!(picture.contains(&format!("href=\"#figure-{figure}{panel}\"")), "{figure}{panel}");
            let row = page.split(&format!("<tbody id=\"figure-{figure}{panel}\"")).nth(1).expect("its row");
            let row = row.split("</tbody>").next().expect("a part");
            assert!(row.contains(&format!("href=\"#panel-{figure}{panel}\"")), "{figure}{panel}");
            assert!(row.contains("<details class=\"derivation\">"), "{figure}{panel}");
        }
    }
    for outside in ["http:", "https:", " src=", "url(", "@import", "@font-face"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
}

#[test]
fn an_interrupted_run_says_so() {
    let decided = claim("a", "", vec![deterministic(Kind::Recursion, Verdict::Confirmed, 0.5)]);
    let not_begun = vec!["b".to_owned(), "c".to_owned()];
    let run = RunOutcome { partial: true, not_begun, verdict: Verdict::Inconclusive, ..run(vec![decided]) };
    let words = "Partial: the run was interrupted when it had come to 1 of 3 claims; what checks without sampling had found of the others is left out.";
    let page = page(&run);
    assert!(page.contains("Inconclusive, partial</h1>") && page.contains(words), "{page}");
    assert!(goldenweight::report::summary(&run).contains(words));
}

#[test]
fn a_run_without_comparisons_has_no_plots() {
    let deterministic = vec![evidence(Kind::Proof, Verdict::Confirmed, "proved")];
    let page = page(&run(vec![claim("a", "", deterministic)]));
    assert!(!page.contains("<svg") && !page.contains("<figure"));
    assert!(self::page(&outcome("")).contains("<figure class=\"calibration\"><svg"));
}
