//! Each kind of check, passing and failing, on a toy with a known law.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use goldenweight_replicates::stream::StreamRng;
use proptest::strategy::Strategy;
use rand::RngExt;

use crate::check::{Body, Check, curvature, failures, ladder, optimum, optimum_ladder, score, simulation};
use crate::stats::family::Family;
use crate::verdict::Verdict::{self, Confirmed, Inconclusive, Refuted};
use crate::{
    Blocks, Case, Context, Deviation, Draw, Finding, Key, Quantity, Relation, Simulation, Tally, Tier, property,
    recursion,
};

/// At the point x its value is 1 + gap + (x - 0.4 - s)^2 + noise, s of mean 0 and noise uniform of mean 0; some replicates fail.
#[derive(Clone, Copy)]
struct Toy {
    size: u32,
    gap: f64,
    failing: f64,
    /// What it reports in place of its value, if anything.
    reported: Option<f64>,
}

const SOUND: Toy = Toy { size: 1, gap: 0.0, failing: 0.0, reported: None };

impl Toy {
    /// A replicate at each of the points.
    fn push(&self, rng: &mut StreamRng, points: &[f64], tallies: &mut [Tally]) {
        let [shift, noise, fate]: [f64; 3] = rng.random();
        for (tally, point) in tallies.iter_mut().zip(points) {
            let value = 1.0 + self.gap + (point - 0.4 - 0.2 * (shift - 0.5)).powi(2) + 0.2 * (noise - 0.5);
            tally.push((fate >= self.failing).then_some(self.reported.unwrap_or(value)));
        }
    }
}

impl Simulation for Toy {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        let points = draw.points;
        draw.each(|rng, tallies| self.push(rng, points, tallies))
    }
}

/// The mean at 0.4: 1 + E (0.2 (U - 1/2))^2 = 1 + 0.04/12.
const MEAN: f64 = 1.0 + 0.04 / 12.0;

fn at(toy: Toy, expected: f64) -> Case {
    Case::new(format!("size {}", toy.size), toy, expected).sized(f64::from(toy.size)).at(0.4)
}

fn minimised(toy: Toy, expected: f64) -> Case {
    Case::new("minimum", toy, expected).sized(f64::from(toy.size))
}

static ON: AtomicBool = AtomicBool::new(false);

fn context() -> Context<'static> {
    let tier = Tier::QUICK;
    Context { seed: 1, tier, family: Family::new(1e-3, 100), experiment: 1, stop: &ON, share: None }
}

fn find(check: &Check) -> Finding {
    check.run(&context())
}

fn assert_verdict(check: &Check, expected: Verdict) {
    let finding = find(check);
    assert_eq!(finding.verdict, expected, "{finding:?}");
}

#[test]
fn simulation_confirms_refutes_and_abstains() {
    let check = |replicates, expected| simulation("toy", replicates, 0.01, vec![at(SOUND, expected)]);
    assert_verdict(&check(5_000, MEAN), Confirmed);
    assert_verdict(&check(5_000, 1.02 * MEAN), Refuted);
    assert_verdict(&check(50, MEAN), Inconclusive);
}

/// The toy's value has a deviation of .0577 (the uniform noise), so at the bound 4.42 half an interval is .0036, .0025, .0018, .0013 at the four looks.
#[test]
fn a_comparison_draws_until_its_interval_is_narrow_enough() {
    let drawn = |cap, margin| {
        let finding = find(&simulation("toy", cap, margin, vec![at(SOUND, MEAN)]));
        let words = finding.detail.split(" replicates").next().and_then(|text| text.rsplit(' ').next()).unwrap_or("");
        (finding.verdict, words.parse::<u64>().expect("the number of replicates"))
    };
    assert_eq!(drawn(40_960, 0.01), (Confirmed, 5_120));
    assert_eq!(drawn(40_960, 0.003_5), (Confirmed, 10_240));
    assert_eq!(drawn(40_960, 0.001_6), (Confirmed, 40_960));
    assert_eq!(drawn(400, 0.003), (Inconclusive, 448));
    // A refutation needs no narrow interval.
    let wrong = find(&simulation("toy", 40_960, 0.001, vec![at(SOUND, 1.05 * MEAN)]));
    assert!(wrong.verdict == Refuted && wrong.detail.contains(" 5120 replicates"), "{wrong:?}");
}

/// At the cap, whatever the looks before said.
#[test]
fn without_a_stop_every_look_counts() {
    let Check { body: Body::Sampled(sampled), .. } =
        simulation("toy", 8 * 64, 0.5, vec![at(SOUND, MEAN), at(SOUND, 1.2 * MEAN)])
    else {
        panic!("sampled")
    };
    let found = sampled.at_cap(&context());
    assert_eq!(found.iter().map(|(_, refuted)| *refuted).collect::<Vec<_>>(), [false, true]);
    assert!(found.iter().all(|(last, _)| last.as_ref().is_ok_and(|c| c.words.contains("512 replicates"))));
}

/// The toy, keeping what is concluded, by its words.
struct Keeping(Toy, Arc<Mutex<BTreeMap<String, Vec<f64>>>>, Arc<AtomicU64>);

impl Simulation for Keeping {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        self.2.fetch_add(1, Ordering::Relaxed);
        self.0.draw(draw)
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn identity(&self, key: Key) -> Option<String> {
        Some(format!("toy {key:?}\n"))
    }

    fn concluded(&self, _: Key, words: &str, _: u64) -> Option<Vec<f64>> {
        self.1.lock().unwrap().get(words).cloned()
    }

    fn conclude(&self, _: Key, words: &str, _: u64, numbers: Vec<f64>) {
        self.1.lock().unwrap().insert(words.to_owned(), numbers);
    }
}

/// What is kept of all looks gives the same comparisons, draws nothing, and is that of no other check. Its bits are those of this version of `ESTIMATES` in `looks.rs`:
/// where they change, raise that.
#[test]
fn estimates_that_were_kept_are_those_of_their_version() {
    let (kept, draws) = (Arc::new(Mutex::new(BTreeMap::new())), Arc::new(AtomicU64::new(0)));
    let keeping = |toy| Keeping(toy, Arc::clone(&kept), Arc::clone(&draws));
    let curve = |x: f64| MEAN + (x - 0.4) * (x - 0.4);
    let case = |expected| Case::new("here", keeping(SOUND), expected).at(0.4);
    let minimum = |expected: f64| Case::new("minimum", keeping(SOUND), expected).with_curve(curve);
    let of = |expected: f64| -> Vec<Check> {
        vec![
            simulation("mean", 640, 0.5, vec![case(expected + MEAN), case(2.0)]),
            failures("share", 640, 0.5, vec![case(0.5 + expected)]),
            optimum("minimiser", 24 * 100, 0.5, vec![minimum(0.4 + expected)]),
            score("slope", 1024 * 64, 0.5, 1e-4, vec![minimum(0.4 + expected)]),
            curvature("curvature", 1024 * 64, 0.5, 0.1, vec![minimum(0.4 + expected)]),
        ]
    };
    let found = |check: &Check| match &check.body {
        Body::Sampled(sampled) => sampled.at_cap(&context()),
        _ => panic!("sampled"),
    };
    for (count, check) in (1..).zip(of(0.0)) {
        let first = found(&check);
        assert_eq!(kept.lock().unwrap().len(), count, "{}", check.name);
        let before = draws.load(Ordering::Relaxed);
        assert_eq!(found(&check), first);
        assert_eq!(draws.load(Ordering::Relaxed), before, "{} draws again", check.name);
    }
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let bytes = format!("{:?}", kept.lock().unwrap()).into_bytes();
    let hash = bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, step);
    assert_eq!(format!("{hash:016x}"), "62a6ceb9ad0ff93c");
    of(1e-9).iter().for_each(|check| drop(found(check)));
    assert_eq!(kept.lock().unwrap().len(), 10, "another expected value is another check");
}

#[test]
fn simulation_reports_its_worst_case() {
    let finding = find(&simulation("toy", 5_000, 0.01, vec![at(SOUND, MEAN), at(SOUND, 1.05 * MEAN)]));
    assert!(finding.verdict == Refuted && finding.detail.starts_with("worst of 2: size 1:"), "{finding:?}");
    assert!(finding.statistic().is_some_and(|z| z < -10.0), "{finding:?}");
}

#[test]
fn failures_are_counted_and_decide_nothing() {
    let failing = Toy { failing: 0.5, ..SOUND };
    let finding = find(&simulation("toy", 1_000, 0.5, vec![at(failing, MEAN)]));
    assert!(finding.verdict == Inconclusive && finding.detail.contains("of 1024 replicates failed"), "{finding:?}");
    for check in [
        optimum("toy", 24 * 400, 0.5, vec![minimised(failing, 0.4)]),
        optimum_ladder("toy", 24 * 400, 0.5, 1, rungs(|toy| minimised(Toy { failing: 0.5, ..toy }, 0.4))),
    ] {
        let finding = find(&check);
        assert!(
            finding.verdict == Inconclusive && finding.detail.contains("too many replicates failed in"),
            "{finding:?}"
        );
    }
    // A few are allowed, and said.
    let rare = Toy { failing: 3e-5, ..SOUND };
    let finding = find(&simulation("toy", 800_000, 0.5, vec![at(rare, MEAN)]));
    assert!(finding.verdict == Confirmed && finding.detail.contains("of them failed"), "{finding:?}");
    // A refuted case speaks for itself, whatever could not be made beside it.
    assert_verdict(&simulation("toy", 5_000, 0.5, vec![at(failing, MEAN), at(SOUND, 2.0)]), Refuted);
}

#[test]
fn what_is_not_a_number_is_never_confirmed() {
    for reported in [f64::NAN, f64::INFINITY] {
        let toy = Toy { reported: Some(reported), ..SOUND };
        assert_verdict(&simulation("toy", 500, 0.5, vec![at(toy, MEAN)]), Inconclusive);
        assert_verdict(
            &ladder("toy", 500, 0.5, 1, vec![at(toy, MEAN), at(Toy { size: 2, ..toy }, MEAN)]),
            Inconclusive,
        );
        assert_verdict(&optimum("toy", 480, 0.5, vec![minimised(toy, 0.4)]), Inconclusive);
    }
}

/// The value of independent blocks has the mean 1 around the true mean. Around a wrong one it has not (.06/8 is the standard error of a mean of 64).
#[test]
fn blocks_of_independent_replicates() {
    let check = |mean| {
        simulation("toy", 300_000, 0.25, vec![Case::new("blocks", Blocks { simulation: SOUND, mean }, 1.0).at(0.4)])
    };
    assert_verdict(&check(MEAN), Confirmed);
    assert_verdict(&check(MEAN + 0.06 / 8.0), Refuted);
}

/// Rungs at n = 1, 2, 4 with the gap 0.3/n.
fn rungs(case: impl Fn(Toy) -> Case) -> Vec<Case> {
    [1, 2, 4].map(|size| case(Toy { size, gap: 0.3 / f64::from(size), ..SOUND })).into()
}

#[test]
fn ladders_extrapolate() {
    let check = |replicates, expected| ladder("toy", replicates, 0.02, 1, rungs(|toy| at(toy, expected)));
    assert_verdict(&check(5_000, MEAN), Confirmed);
    assert_verdict(&check(5_000, 1.05 * MEAN), Refuted);
    assert_verdict(&check(50, MEAN), Inconclusive);
    // A gap of order 1/n is not one of order 0: chi-squared tells.
    let constant = find(&ladder("toy", 5_000, 0.5, 0, rungs(|toy| at(toy, MEAN))));
    assert!(constant.verdict == Inconclusive && constant.detail.contains("not of the fitted form"), "{constant:?}");
    // Half the mean is expected, so the ratios are 2.6, 2.3 and 2.15. Whatever their form, 1 is not their limit.
    let half = find(&ladder("toy", 5_000, 0.5, 0, rungs(|toy| at(toy, 0.5 * MEAN))));
    assert!(half.verdict == Refuted && half.detail.contains("times the standard error"), "{half:?}");
}

#[test]
fn optima_are_found() {
    let check = |replicates, expected| optimum("toy", replicates, 0.05, vec![minimised(SOUND, expected)]);
    assert_verdict(&check(24 * 400, 0.4), Confirmed);
    assert_verdict(&check(24 * 400, 0.42), Refuted);
    assert_verdict(&check(24 * 4, 0.4), Inconclusive);
    let steps = |expected| optimum_ladder("toy", 24 * 400, 0.1, 1, rungs(|toy| minimised(toy, expected)));
    assert_verdict(&steps(0.4), Confirmed);
    assert_verdict(&steps(0.5), Refuted);
}

#[test]
fn slopes_and_curvatures_are_compared() {
    let parabola = |scale: f64| move |w: f64| MEAN + scale * (w - 0.4).powi(2);
    let at = |expected, scale| vec![minimised(SOUND, expected).with_curve(parabola(scale))];
    let slope = |expected, scale| score("toy", 256 * 64, 0.02, 0.1, at(expected, scale));
    assert_verdict(&slope(0.4, 1.0), Confirmed);
    assert_verdict(&slope(0.41, 1.0), Refuted);
    // The toy has no cubic term: a curve that claims one makes the difference say another slope.
    let cubic = |w: f64| MEAN + (w - 0.4).powi(2) + 5.0 * (w - 0.4).powi(3);
    assert_verdict(&score("toy", 256 * 64, 0.02, 0.1, vec![minimised(SOUND, 0.4).with_curve(cubic)]), Refuted);
    let bend = |scale| curvature("toy", 256 * 64, 0.02, 0.1, at(0.4, scale));
    assert_verdict(&bend(1.0), Confirmed);
    assert_verdict(&bend(1.1), Refuted);
    let without = find(&score("toy", 256 * 64, 0.02, 0.1, vec![minimised(SOUND, 0.4)]));
    assert!(without.verdict == Inconclusive && without.detail.contains("no curve"), "{without:?}");
}

#[test]
fn every_comparison_is_told_and_the_worst_one_is_the_finding() {
    let finding = find(&simulation("toy", 5_000, 0.01, vec![at(SOUND, MEAN), at(SOUND, 1.1 * MEAN)]));
    let [sound, worst] = &finding.comparisons[..] else { panic!("{finding:?}") };
    assert_eq!((finding.worst(), worst.replicates, worst.of), (Some(worst), 640, "mean"));
    let wrong = &worst.comparison;
    assert_eq!((sound.comparison.verdict, wrong.verdict), (Confirmed, Refuted));
    assert_eq!((finding.statistic(), finding.bound()), (Some(wrong.z), Some(wrong.bound)));
    let largest = sound.comparison.detectable_effect.max(wrong.detectable_effect);
    assert_eq!(finding.detectable_effect(), Some(largest));
    // Against 1.1 times the mean the estimate is 1/1.1 - 1 off, to within its interval.
    let error = 1.0 / 1.1 - 1.0;
    assert!(wrong.interval.0 < error && error < wrong.interval.1 && wrong.interval.1 < 0.0, "{wrong:?}");
    assert_eq!(wrong.margin, 0.01);
    let failing = Toy { failing: 0.5, ..SOUND };
    let finding = find(&simulation("toy", 5_000, 0.01, vec![at(SOUND, MEAN), at(failing, MEAN)]));
    assert_eq!((finding.verdict, finding.comparisons.len(), finding.worst()), (Inconclusive, 1, None));
}

#[test]
fn a_check_without_a_case_says_so() {
    let detail = |check| (find(&check).verdict, find(&check).detail);
    assert_eq!(detail(simulation("toy", 5_000, 0.01, vec![])), (Inconclusive, "no case".to_owned()));
    assert_eq!(detail(optimum("toy", 24 * 400, 0.5, vec![])), (Inconclusive, "no case".to_owned()));
    let (verdict, cause) = detail(ladder("toy", 5_000, 0.02, 1, vec![at(SOUND, MEAN)]));
    assert!(verdict == Inconclusive && cause.contains("fewer rungs than coefficients"), "{cause}");
}

#[test]
fn recursions_compare_relative_errors() {
    let verdict = |cases: fn() -> Vec<Relation>| find(&recursion("toy", 1e-12, cases)).verdict;
    assert_eq!(verdict(|| vec![("a".into(), 1.0, 1.0 + 1e-14), ("b".into(), f64::INFINITY, f64::INFINITY)]), Confirmed);
    assert_eq!(verdict(|| vec![("a".into(), 1.0, 1.0), ("b".into(), 1e-30, 2e-30)]), Refuted);
    assert_eq!(verdict(|| vec![("a".into(), f64::INFINITY, 1.0)]), Refuted);
    assert_eq!(verdict(|| vec![("a".into(), f64::NAN, 1.0)]), Refuted);
    assert_eq!(verdict(|| vec![("a".into(), 1.0, 1.0), ("b".into(), 1.0, f64::INFINITY)]), Refuted);
    assert_eq!(verdict(|| vec![("a".into(), 0.0, 1e-300)]), Refuted);
    assert_eq!(verdict(Vec::new), Inconclusive);
}

#[test]
fn properties_report_the_smallest_failing_case() {
    let numbers = || 0..10_000u32;
    assert_verdict(&property("toy", "n", numbers, |&n| Deviation::unless(n < 10_000)), Confirmed);
    let inequality = find(&property("toy", "n", numbers, |&n| Deviation::unless(n < 137)));
    assert_eq!(inequality.verdict, Refuted);
    assert_eq!(inequality.detail, "smallest failing case n = 137: the inequality does not hold");
    let equality = |&n: &u32| Deviation::relative(if n < 137 { 2.0 } else { 2.5 }, 2.0, 1e-9);
    let equality = find(&property("toy", "n", numbers, equality));
    assert_eq!(equality.verdict, Refuted);
    assert_eq!(
        equality.detail,
        "smallest failing case n = 137: 2.5 against 2.0, relative error +2.5e-1 (tolerance 1e-9)"
    );
    assert_verdict(&property("toy", "n", numbers, |_| Deviation::relative(f64::NAN, 1.0, 1.0)), Refuted);
    let none = || (0..10u32).prop_filter("none will do", |_| false);
    assert_verdict(&property("toy", "n", none, |_| Deviation::unless(true)), Inconclusive);
}

#[test]
fn of_two_deviations_the_worse_counts() {
    let [near, far] = [2.0, 3.0].map(|value| Deviation::relative(value, 1.0, 1.0));
    let missing = Deviation::relative(f64::INFINITY, f64::NAN, 1.0);
    for (a, b) in [(near, far), (far, near)] {
        assert!(a.max(b).to_string().starts_with("3.0 against 1.0"));
    }
    assert!(
        far.max(missing).to_string().starts_with("inf against NaN") && missing.max(far).to_string().starts_with("inf")
    );
}

/// A share of 1/100 among some thousand replicates, and not another one.
#[test]
fn shares_of_failures_are_compared() {
    let failing = Toy { failing: 0.01, ..SOUND };
    let check = |expected| failures("toy", 200_000, 0.2, vec![at(failing, expected)]);
    assert_verdict(&check(0.01), Confirmed);
    assert_verdict(&check(0.013), Refuted);
}

/// Nothing is drawn, and nothing is said of what is expected.
#[test]
fn a_run_that_is_told_to_stop_draws_nothing() {
    let stop = AtomicBool::new(true);
    let check = simulation("toy", 5_000, 0.01, vec![at(SOUND, MEAN)]);
    let finding = check.run(&Context { stop: &stop, ..context() });
    assert_eq!((finding.verdict, finding.detail.as_str()), (Inconclusive, "the run was told to stop"));
}

/// A sound toy that is told to stop at this replicate, as from elsewhere. It counts what it draws, and what it began to draw when it had been told already.
struct Interrupted {
    stop: Arc<AtomicBool>,
    at: u64,
    drawn: Arc<AtomicU64>,
    late: Arc<AtomicU64>,
}

impl Simulation for Interrupted {
    fn draw(&self, draw: Draw<'_>) -> Vec<Tally> {
        let points = draw.points;
        draw.each(|rng, tallies| {
            if self.stop.load(Ordering::Relaxed) {
                self.late.fetch_add(1, Ordering::Relaxed);
            }
            SOUND.push(rng, points, tallies);
            if self.drawn.fetch_add(1, Ordering::Relaxed) + 1 == self.at {
                self.stop.store(true, Ordering::Relaxed);
            }
        })
    }
}

/// Half of the replicates of the look would do to confirm, but a look that is cut short has no verdict. A thread asks before each replicate whether
/// to stop. So it begins at most one replicate after the stop: the one for which it had asked just before.
#[test]
fn a_look_that_is_cut_short_is_no_evidence() {
    let curve = |x: f64| MEAN + (x - 0.4) * (x - 0.4);
    for quantity in [Quantity::Mean, Quantity::Minimiser, Quantity::Slope(0.02)] {
        let (make, expected): (fn(Vec<Case>) -> Check, f64) = match quantity {
            Quantity::Mean => (|cases| simulation("toy", 80_000, 0.1, cases), MEAN),
            Quantity::Minimiser => (|cases| optimum("toy", 24 * 4_000, 0.5, cases), 0.4),
            _ => (|cases| score("toy", 256 * 64, 0.02, 0.1, cases), 0.4),
        };
        let run = |at| {
            let stop = Arc::new(AtomicBool::new(false));
            let (drawn, late) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
            let toy = Interrupted { stop: Arc::clone(&stop), at, drawn: Arc::clone(&drawn), late: Arc::clone(&late) };
            let case = Case::new("toy", toy, expected).at(0.4).with_curve(curve);
            let finding = make(vec![case]).run(&Context { stop: &stop, ..context() });
            (finding, drawn.load(Ordering::Relaxed), late.load(Ordering::Relaxed))
        };
        let (whole, all, _) = run(u64::MAX);
        assert!(whole.verdict == Confirmed && whole.comparisons.len() == 1, "{whole:?}");
        let (cut, drawn, late) = run(all / 2);
        assert!(cut.comparisons.is_empty(), "{cut:?}");
        assert_eq!((cut.verdict, cut.detail.as_str()), (Inconclusive, "the run was told to stop"));
        assert!(drawn < all && late <= rayon::current_num_threads() as u64, "{late} late, {drawn} of {all}");
    }
}
