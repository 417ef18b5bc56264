//! The judge under evidence: claims about the rules by which all other claims are judged.
//!
//! A fault in a rule that judges all claims would go unseen, unless the rule itself is checked. So each rule has two kinds of evidence here. One is without sampling error and does not use
//! the rules: laws of the statistics by finite sums, determinants and enumeration, verdicts by symmetry. The other lets the rule judge true statements on values of known law,
//! thousands of times, and counts how often it is wrong. A suite adds them with [`claims`]; they know nothing of its theorem.

mod laws;
mod trials;

use std::sync::atomic::AtomicBool;

use goldenweight_replicates::rand::RngExt;
use goldenweight_replicates::stream::StreamRng;
use proptest::strategy::Strategy;

use crate::audit::{Against, Audit, Judged, Near, visit};
use crate::case::Case;
use crate::certain::{Deviation, Relation, property, recursion};
use crate::check::{Check, failures};
use crate::claim::{Claim, Statement};
use crate::context::{Context, Tier};
use crate::draw::LOOKS;
use crate::mutant::Mutant;
use crate::optimum::minimise_batches;
use crate::simulation::Key;
use crate::stats::calibration::{clopper_pearson, holm, kolmogorov_smirnov, upper_limit};
use crate::stats::compare::{Comparison, Estimate, compare};
use crate::stats::family::Family;
use crate::stats::ladder::{Rung, extrapolate};
use crate::verdict::Verdict;
use laws::{
    beta_above, binomial, chi_squared_tail, closed_test, constant_of_line, hall, kolmogorov_tail, kolmogorov_walk,
    leaves_at_a_look, mean_and_error, normal_above, normal_tail, student_beyond, student_two_tails, sum_of_cumulants,
};
use trials::{
    Trials, exponential, ladder, minimiser, normal, refutes_at_a_look, rejects_a_true_one, rejects_uniform_values,
};

/// Claims about the rules of evidence, for a suite to add to its own.
///
/// # Examples
/// ```
/// let ids: Vec<String> = goldenweight_evidence::judge::claims().into_iter().map(|claim| claim.says.id).collect();
/// assert!(ids.contains(&"judge-error-rate".to_owned()));
/// ```
#[must_use]
pub fn claims() -> Vec<Claim> {
    vec![
        error_rate(),
        power(),
        sides(),
        skewness(),
        differences(),
        limits(),
        several(),
        goodness_of_fit(),
        shares(),
        audits(),
    ]
}

fn says(id: &str, words: &str, formula: &str, domain: &str) -> Statement {
    Statement {
        id: id.to_owned(),
        words: words.to_owned(),
        formula: formula.to_owned(),
        domain: domain.to_owned(),
        source: "derived".to_owned(),
        exactness: "of the judge".to_owned(),
    }
}

/// How often trials may be wrong, with the margin of that share.
fn wrong(
    name: &'static str,
    (cap, margin): (u64, f64),
    place: &'static str,
    trial: impl Fn(&mut StreamRng) -> bool + Send + Sync + 'static,
    share: f64,
) -> Check {
    failures(name, cap, margin, vec![Case::new(place, Trials(trial), share)]).of("error rate")
}

/// A rate that is large enough to be seen in some ten thousand trials.
const RATE: f64 = 0.2;

/// One comparison with a rate for its looks together: a large one, since a trial of four looks takes thousands of values.
const LOOKED_RATE: f64 = 0.8;
const LOOKED: Family = Family::new(LOOKED_RATE, 1).with_looks(LOOKS);

/// The bound of one look at it, for normal values.
fn bound_by_bisection() -> f64 {
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if 2.0 * normal_above(middle) > LOOKED_RATE / f64::from(LOOKS) { low = middle } else { high = middle }
    }
    high
}

fn error_rate() -> Claim {
    // The rate of a look by the finite sums, at the bound that the rule gives.
    let bounds = || -> Vec<Relation> {
        let families = [(1e-3, 1, 1), (1e-3, 600, 4), (1e-3, 20_000, 4), (0.2, 3, 2)];
        let of = |(rate, checks, looks): (f64, usize, u32)| {
            let family = Family::new(rate, checks).with_looks(looks);
            let share = rate / checks as f64 / f64::from(looks);
            let student = [2_u32, 3, 8, 23, 99, 256].map(|degrees| {
                let bound = family.bound(f64::from(degrees));
                (format!("Student, {degrees} degrees, {share:.1e}"), student_two_tails(bound, degrees), share)
            });
            let many = [257_u32, 511, 4095, 100_000].map(|degrees| {
                let bound = family.bound(f64::from(degrees));
                (format!("Student, {degrees} degrees, {share:.1e}"), student_beyond(bound, degrees), share)
            });
            let gauss = (format!("normal, {share:.1e}"), 2.0 * normal_tail(family.bound(f64::INFINITY)), share);
            // The largest chi-squared that the family lets pass.
            let chi_squared = [1_u32, 2, 3, 6].map(|degrees| {
                let (mut low, mut high) = (0.0, 200.0);
                for _ in 0..60 {
                    let middle = 0.5 * (low + high);
                    if family.chi_squared_within(middle, degrees as usize) { low = middle } else { high = middle }
                }
                (format!("chi-squared, {degrees} degrees, {share:.1e}"), chi_squared_tail(high, degrees), share)
            });
            student.into_iter().chain(many).chain([gauss]).chain(chi_squared).collect::<Vec<_>>()
        };
        families.into_iter().flat_map(of).collect()
    };
    let few = |bound: fn(f64) -> f64| {
        move |rng: &mut _| {
            let estimate = normal(rng, 8);
            estimate.z(1.0).abs() > bound(estimate.degrees)
        }
    };
    let student = |degrees| Family::new(RATE, 4).bound(degrees);
    let share = leaves_at_a_look(bound_by_bisection());
    Claim::new(
        says(
            "judge-error-rate",
            "a comparison of what is true is refuted as often as its share of the run's false-alarm rate says: \
             at each look, and at any of its looks together; a chi-squared likewise",
            r"P(|T| > b) = \frac{a}{N L} \qquad P\left(\max_{j \le L} |T_j| > b\right) \le \frac{a}{N}",
            "rate a, N comparisons, L looks, statistic T_j at look j, bound b; two to infinitely many degrees \
             of freedom",
        ),
        vec![
            // A tail that is computed as 1 less a sum has an error of 1e-15, and the smallest tail here is 1e-8.
            recursion("bounds by finite sums of the laws' tails", 1e-6, bounds).by(
                "finite sums of the tails, and quadrature",
                &[
                    "judge::laws::student_two_tails",
                    "judge::laws::student_beyond",
                    "judge::laws::normal_tail",
                    "judge::laws::chi_squared_tail",
                ],
            ),
            wrong(
                "four looks at normal values",
                (58_000, 0.094),
                "rate .8",
                |rng| refutes_at_a_look(rng, LOOKED),
                share,
            )
            .coarse(2.0),
            wrong("eight normal values", (23_000_000, 0.02), "a twentieth", few(student), RATE / 4.0),
        ],
    )
    .with_mutants(vec![
        Mutant::simulation("looks that do not share the rate", "four looks at normal values", |case| {
            case.clone().simulated_by(Trials(|rng: &mut _| refutes_at_a_look(rng, Family::new(LOOKED_RATE, 1))))
        }),
        Mutant::simulation("the normal bound for eight values", "eight normal values", move |case| {
            case.clone().simulated_by(Trials(few(|_| Family::new(RATE, 4).bound(f64::INFINITY))))
        }),
        Mutant::simulation("bound on one side", "eight normal values", |case| {
            case.clone().simulated_by(Trials(|rng: &mut _| {
                let estimate = normal(rng, 8);
                estimate.z(1.0) > Family::new(RATE, 4).bound(estimate.degrees)
            }))
        }),
    ])
}

fn power() -> Claim {
    const JUDGE: Family = Family::new(1e-3, 600);
    let estimate =
        |value| Estimate { value, std_error: 0.01, degrees: f64::INFINITY, skewness: 0.0, skewness_error: 0.0 };
    // Whether an estimate escapes refutation although its mean is off by `times` the detectable effect (negative: below).
    let missed = move |times: f64| {
        move |rng: &mut StreamRng| {
            let effect = times * compare(&estimate(1.0), 1.0, 1.0, &JUDGE).detectable_effect;
            let noise: f64 = rng.sample(rand_distr::StandardNormal);
            compare(&estimate(1.0 + effect + 0.01 * noise), 1.0, 1.0, &JUDGE).verdict != Verdict::Refuted
        }
    };
    let by_tail = move || -> Vec<Relation> {
        let effects = [1e-3, 0.01, 1.0].map(|std_error| {
            let found = compare(&Estimate { std_error, ..estimate(1.0) }, 1.0, 1.0, &JUDGE);
            (
                format!("standard error {std_error}"),
                normal_tail(found.detectable_effect / std_error - found.bound),
                0.01,
            )
        });
        // The same effect at a place of an audit. Where what is expected is known to a tolerance only, the tolerance comes on top.
        let against = Against { estimate: estimate(1.0), expected: 1.0 };
        let near = Near { estimate: estimate(1.0), expected: 1.0, tolerance: 0.03 };
        let missed = |effect: Option<f64>, tolerance: f64| {
            normal_tail((effect.unwrap_or(f64::NAN) - tolerance) / 0.01 - JUDGE.bound(f64::INFINITY))
        };
        let places = [
            ("a place of an audit".to_owned(), missed(against.detectable(&JUDGE), 0.0), 0.01),
            ("a place known to 3 %".to_owned(), missed(near.detectable(&JUDGE), 0.03), 0.01),
        ];
        effects.into_iter().chain(places).collect()
    };
    Claim::new(
        says(
            "judge-power",
            "what is off by the detectable effect that is printed beside it is refuted with 99 % probability, \
             on either side",
            r"P(|T| > b) = 0.99 \text{ at } \frac{|x - \theta|}{\mathrm{se}} = b + 2.326\ldots",
            "normal estimates, one look",
        ),
        vec![
            recursion("the tail beyond the bound", 1e-9, by_tail)
                .by("a continued fraction", &["judge::laws::normal_tail"]),
            wrong("too large by the effect", (4_800_000, 0.1), "one in a hundred", missed(1.0), 0.01),
            wrong("too small by the effect", (4_800_000, 0.1), "one in a hundred", missed(-1.0), 0.01),
        ],
    )
    .with_mutants(vec![Mutant::simulation("the bound as the effect", "too large by the effect", move |case| {
        case.clone().simulated_by(Trials(missed(0.7)))
    })])
}

/// An estimate near 1, in random units: its value, the logarithm of its standard error, degrees of freedom, skewness and the standard error of that, and
/// the margin's logarithm.
type Drawn = (f64, f64, u32, f64, f64, f64);

fn estimates() -> impl Strategy<Value = Drawn> {
    (0.9..1.1, -9.0..-1.0, 2_u32..1000, -0.09..0.09, 0.0..0.03, -7.0..0.0)
}

const FAMILY: Family = Family::new(0.05, 10);

fn judged(&(value, log_error, degrees, skewness, skewness_error, log_margin): &Drawn, unit: f64) -> Comparison {
    let estimate = Estimate {
        value: unit * value,
        std_error: unit.abs() * libm::exp(log_error),
        degrees: f64::from(degrees),
        skewness: unit.signum() * skewness,
        skewness_error,
    };
    compare(&estimate, unit, libm::exp(log_margin), &FAMILY)
}

fn sides() -> Claim {
    // What the definitions say, from tail probabilities and from the values themselves, without a bound, a z or an interval.
    let rule = |drawn: &Drawn| {
        let &(value, log_error, degrees, skewness, skewness_error, log_margin) = drawn;
        let (error, margin) = (libm::exp(log_error), libm::exp(log_margin));
        // The z of an expected value, and its two tails.
        let z = |expected: f64| hall((value - expected) / error, skewness);
        let tails = |expected: f64| student_two_tails(z(expected).abs(), degrees);
        let share = 0.05 / 10.0;
        let verdict = if skewness.abs() > 0.08 - 2.0 * skewness_error {
            Verdict::Inconclusive
        } else if tails(1.0) < share {
            Verdict::Refuted
        } else if tails(1.0 - margin) < share
            && z(1.0 - margin) > 0.0
            && tails(1.0 + margin) < share
            && z(1.0 + margin) < 0.0
        {
            // Either margin, were it the expected value, would be refuted.
            Verdict::Confirmed
        } else {
            Verdict::Inconclusive
        };
        let found = judged(drawn, 1.0);
        Deviation::unless(found.verdict == verdict && (found.z - z(1.0)).abs() <= 1e-9 * (1.0 + z(1.0).abs()))
    };
    let mirrored = |drawn: &Drawn| {
        let (plain, mirror, scaled) = (judged(drawn, 1.0), judged(drawn, -1.0), judged(drawn, 1024.0));
        let intervals = plain.interval == (-mirror.interval.1, -mirror.interval.0) && plain.interval == scaled.interval;
        let same = plain.verdict == mirror.verdict && plain.verdict == scaled.verdict && plain.z == scaled.z;
        Deviation::unless(intervals && same && plain.z == -mirror.z)
    };
    let side = |sign: f64| {
        move |rng: &mut _| {
            let estimate = normal(rng, 64);
            let found = compare(&estimate, 1.0, f64::INFINITY, &Family::new(RATE, 1));
            found.verdict == Verdict::Refuted && found.z * sign > 0.0
        }
    };
    Claim::new(
        says(
            "judge-sides",
            "an estimate is refuted where what is expected has two tails below the share, and confirmed where \
             both ends of the margin have: on either side alike, in any unit",
            r"V(-x, -\theta) = V(x, \theta) = V(c\,x, c\,\theta)",
            "verdict V of an estimate x with expected value θ; standard errors of 1e-4 to .4, skewness to .09, \
             two degrees of freedom and more",
        ),
        vec![
            property(
                "by tails at the expected value and at its margins",
                "(value, ln error, degrees, skewness, its error, ln margin)",
                estimates,
                rule,
            )
            .by("finite sums of the tails", &["judge::laws::student_two_tails", "judge::laws::hall"]),
            property(
                "mirrored and scaled",
                "(value, ln error, degrees, skewness, its error, ln margin)",
                estimates,
                mirrored,
            )
            .consequence(),
            wrong("above", (430_000, 0.1), "a tenth", side(1.0), RATE / 2.0),
            wrong("below", (430_000, 0.1), "a tenth", side(-1.0), RATE / 2.0),
        ],
    )
    .with_mutants(vec![Mutant::simulation("both sides counted on one", "above", |case| {
        case.clone().simulated_by(Trials(|rng: &mut _| normal(rng, 64).z(1.0).abs() > Family::new(RATE, 1).bound(63.0)))
    })])
}

/// Exponential values behind an estimate: the skewness of their mean is 1/8.
const SKEWED: u32 = 256;

/// How often z is below Student's quantile at 1/40 then. The transformation leaves what is of second order, so it is not 1/40 itself.
///
/// NumPy, 8,000,000 means of 256 standard exponentials (`default_rng(5)`, 20,000 at a time), standard error 6e-5: with T from the variance
/// of divisor 255, a from the third moment over the 3/2 power of the second (both of divisor 256) and sqrt 256.
const TOO_LOW: f64 = 0.025_73;

fn skewness() -> Claim {
    let below = |z: fn(&Estimate) -> f64| {
        move |rng: &mut _| {
            let estimate = exponential(rng, SKEWED);
            z(&estimate) < -Family::new(0.05, 1).bound(estimate.degrees)
        }
    };
    // The interval of bound |z| ends where z was taken from, at 0.
    let inverse = |&(t, skewness): &(f64, f64)| {
        let estimate = Estimate { value: t, std_error: 1.0, degrees: 1e9, skewness, skewness_error: 0.0 };
        let z = estimate.z(0.0);
        let (low, high) = estimate.interval(z.abs());
        let end = if z > 0.0 { low } else { high };
        Deviation::unless((z - hall(t, skewness)).abs() <= 1e-9 * (1.0 + z.abs()))
            .max(Deviation::unless(end.abs() <= 1e-9))
    };
    let z: fn(&Estimate) -> f64 = |estimate| estimate.z(1.0);
    Claim::new(
        says(
            "judge-skewness",
            "with the skewness removed the mean of values that are skewed to the right is too far below as often \
             as it should be, to 3 %",
            r"z = T + a T^2 + \tfrac{1}{3} a^2 T^3 + \tfrac{1}{2} a \qquad P(z < -b) \approx P(T_{R - 1} < -b)",
            "256 exponential values, whose mean has skewness 1/8; a is a third of it, T the distance in \
             standard errors, b is Student's quantile at 1/40",
        ),
        vec![
            property(
                "the transformation is a cube, and the interval inverts it",
                "(T, skewness)",
                || (-7.0..7.0, -0.09..0.09),
                inverse,
            )
            .by("Hall's cube", &["judge::laws::hall"]),
            wrong("below", (1_820_000, 0.1), "a fortieth", below(z), TOO_LOW).coarse(2.0),
        ],
    )
    .with_mutants(vec![
        Mutant::simulation("skewness left in", "below", move |case| {
            case.clone().simulated_by(Trials(below(|e| Estimate { skewness: 0.0, ..*e }.z(1.0))))
        }),
        Mutant::simulation("skewness of the wrong sign", "below", move |case| {
            case.clone().simulated_by(Trials(below(|e| Estimate { skewness: -e.skewness, ..*e }.z(1.0))))
        }),
    ])
}

fn differences() -> Claim {
    type Two = [(f64, f64, f64); 2];
    let cumulants = |two: &Two| {
        let [a, b] = two.map(|(std_error, skewness, skewness_error)| Estimate {
            value: 1.0,
            std_error,
            degrees: 1000.0 * std_error,
            skewness,
            skewness_error,
        });
        let found = a.against(&b);
        let cube = found.std_error * found.std_error * found.std_error;
        let [square, third, error] = sum_of_cumulants(*two);
        Deviation::relative(found.std_error * found.std_error, square, 1e-13)
            .max(Deviation::unless((found.skewness * cube - third).abs() <= 1e-12 * cube))
            .max(Deviation::relative(found.skewness_error * cube, error, 1e-12))
            .max(Deviation::unless(found.value == 1.0 && found.degrees == a.degrees.min(b.degrees)))
    };
    let far = |z: fn(Estimate, Estimate) -> f64| {
        move |rng: &mut _| {
            let (a, b) = (normal(rng, 64), normal(rng, 64));
            z(a, b).abs() > Family::new(RATE, 2).bound(126.0)
        }
    };
    Claim::new(
        says(
            "judge-differences",
            "an estimate is compared with that of another implementation by the uncertainty of their difference",
            r"\kappa_j(X - Y) = \kappa_j(X) + (-1)^j\,\kappa_j(Y), \quad j = 2, 3",
            "cumulants κ of two independent estimates X and Y; two means of 64 normal values",
        ),
        vec![
            property(
                "by the cumulants",
                "(standard error, skewness, its error) of each",
                || [(0.01..2.0, -0.1..0.1, 0.001..0.1), (0.01..2.0, -0.1..0.1, 0.001..0.1)],
                cumulants,
            )
            .by("sums of cumulants", &["judge::laws::sum_of_cumulants"]),
            // 126 degrees of freedom, as both have the same variance.
            wrong("two means", (430_000, 0.1), "a tenth", far(|a, b| a.against(&b).z(b.value)), RATE / 2.0),
        ],
    )
    .with_mutants(vec![Mutant::simulation("the other's uncertainty left out", "two means", move |case| {
        case.clone().simulated_by(Trials(far(|a, b| a.z(b.value))))
    })])
}

fn limits() -> Claim {
    // A search for a minimum takes long, and a large rate fewer of them.
    const OFTEN: f64 = 0.4;
    let is_off = |estimate: Estimate| estimate.z(0.5).abs() > Family::new(OFTEN, 1).bound(estimate.degrees);
    let rate = Family::new(RATE, 2);
    let far = move |estimate: Estimate, expected: f64| estimate.z(expected).abs() > rate.bound(estimate.degrees);
    // The limit and its standard error by the normal equations of weighted least squares on x = 1/size, written out.
    let equations = |&(values, log_errors, skews): &([f64; 3], [f64; 3], [(f64, f64); 3])| {
        let sizes = [50.0, 100.0, 400.0];
        let errors = log_errors.map(libm::exp);
        let estimate = |i: usize| Estimate {
            value: values[i],
            std_error: errors[i],
            degrees: f64::INFINITY,
            skewness: skews[i].0,
            skewness_error: skews[i].1,
        };
        let rungs = [0, 1, 2].map(|i| Rung { size: sizes[i], estimate: estimate(i) });
        let Some(found) = extrapolate(&rungs, 1) else { return Deviation::unless(false) };
        let parts = constant_of_line([0, 1, 2].map(|i| (1.0 / sizes[i], 1.0 / (errors[i] * errors[i]))));
        // Cumulants of a sum of independent estimates, each times its part: the second, the third, and the standard error of the third.
        let sum = |term: &dyn Fn(usize) -> f64| (0..3).map(term).sum::<f64>();
        let cube = |i: usize| (parts[i] * errors[i]).powi(3);
        let error = sum(&|i| (parts[i] * errors[i]).powi(2)).sqrt();
        let (third, doubt) = (sum(&|i| cube(i) * skews[i].0), sum(&|i| (cube(i) * skews[i].1).powi(2)).sqrt());
        let largest = sum(&|i| (cube(i) * skews[i].0).abs());
        Deviation::relative(found.limit.value, sum(&|i| parts[i] * values[i]), 1e-9)
            .max(Deviation::relative(found.limit.std_error, error, 1e-9))
            // Terms of the third cumulant may cancel.
            .max(Deviation::unless((found.limit.skewness * error.powi(3) - third).abs() <= 1e-9 * largest))
            .max(Deviation::relative(found.limit.skewness_error * error.powi(3), doubt, 1e-9))
    };
    // Of parabolas the minimum is the mean of the centres, and the jackknife is the standard error of that mean.
    let jackknife = |centres: &Vec<f64>| {
        let curve = |batch: u64, points: &[f64]| points.iter().map(|x| (x - centres[batch as usize]).powi(2)).collect();
        let found = minimise_batches(&curve, centres.len() as u64);
        let (mean, error) = mean_and_error(centres);
        // The search ends within 1e-8 or so of the minimum, where a parabola is flat to rounding.
        Deviation::unless((found.at - mean).abs() <= 1e-6 && (found.std_error - error).abs() <= 1e-6)
    };
    Claim::new(
        says(
            "judge-limits",
            "the limit of a ladder, its chi-squared and a minimiser by batches have the laws by which they are \
             judged",
            r"\frac{\hat c_0 - c_0}{\mathrm{se}} \sim N(0, 1)
              \qquad \chi^2 \sim \chi^2_{\mathrm{rungs} - 2}
              \qquad \frac{\hat x - x}{\mathrm{se}} \sim t_{B - 1}",
            "three rungs with normal errors, a gap of first order; parabolas with centres in B = 5 to 99 batches, normal ones in 8",
        ),
        vec![
            wrong(
                "limit",
                (430_000, 0.1),
                "a tenth",
                move |rng| ladder(rng).is_none_or(|(limit, ..)| far(limit, 1.0)),
                RATE / 2.0,
            ),
            wrong(
                "chi-squared",
                (430_000, 0.1),
                "a tenth",
                move |rng| ladder(rng).is_none_or(|(_, found, spare)| !rate.chi_squared_within(found, spare)),
                RATE / 2.0,
            ),
            wrong("minimiser", (136_000, 0.048), "two fifths", move |rng| is_off(minimiser(rng)), OFTEN).coarse(2.0),
            property(
                "by the normal equations",
                "(values, ln errors, skewness and its error)",
                || {
                    let skew = || (-0.1..0.1, 0.001..0.05);
                    ([0.5..2.0, 0.5..2.0, 0.5..2.0], [-6.0..-1.0, -6.0..-1.0, -6.0..-1.0], [skew(), skew(), skew()])
                },
                equations,
            )
            .by("the normal equations", &["judge::laws::constant_of_line"]),
            property(
                "the jackknife of parabolas",
                "centres",
                || proptest::collection::vec(0.4..0.6, 5..100),
                jackknife,
            )
            .by("the mean of the centres", &["judge::laws::mean_and_error"]),
        ],
    )
    .with_mutants(vec![
        Mutant::simulation("chi-squared with a degree too many", "chi-squared", move |case| {
            case.clone().simulated_by(Trials(move |rng: &mut _| {
                ladder(rng).is_none_or(|(_, found, spare)| !rate.chi_squared_within(found, spare + 1))
            }))
        }),
        Mutant::simulation("the normal law for eight batches", "minimiser", move |case| {
            case.clone().simulated_by(Trials(move |rng: &mut _| {
                is_off(Estimate { degrees: f64::INFINITY, ..minimiser(rng) })
            }))
        }),
    ])
}

fn several() -> Claim {
    let closed = |p_values: &Vec<f64>| {
        let (found, expected) = (holm(p_values), closed_test(p_values));
        let same = found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() <= 1e-14);
        Deviation::unless(same && found.len() == expected.len())
    };
    let values =
        || proptest::collection::vec(0.0..1.0_f64, 1..13).prop_map(|values| values.iter().map(|u| u * u * u).collect());
    Claim::new(
        says(
            "judge-several",
            "Holm's adjusted p-values are those of the closed test of Bonferroni; of three true hypotheses one \
             is rejected with probability 1 - (1 - a/3)^3",
            r"\tilde p_i = \max_{S \ni i} |S| \min_{j \in S} p_j
              \qquad P\left(\min_i \tilde p_i \le a\right) = 1 - \left(1 - \frac{a}{3}\right)^3",
            "up to twelve p-values p_i; S runs over all sets of them; three uniform ones",
        ),
        vec![
            property("by the closed test", "p-values", values, closed)
                .by("the closed test", &["judge::laws::closed_test"]),
            wrong(
                "three true hypotheses",
                (11_400_000, 0.02),
                "rate .1",
                rejects_a_true_one,
                1.0 - (1.0 - 0.1 / 3.0_f64).powi(3),
            ),
        ],
    )
    .with_mutants(vec![Mutant::formula("as if they were not adjusted", "three true hypotheses", |_| {
        1.0 - 0.9_f64.powi(3)
    })])
}

fn goodness_of_fit() -> Claim {
    // Values whose distance is d: all of them at the i-th step but the first, which is at d.
    let p_value = |n: usize, d: f64| {
        let values: Vec<f64> = (0..n).map(|i| (i as f64 / n as f64 + d).min(1.0)).collect();
        kolmogorov_smirnov(&values).map_or(f64::NAN, |found| found.p_value)
    };
    let by = move |tail: fn(usize, f64) -> f64, n: usize, distances: &[f64]| -> Vec<Relation> {
        distances.iter().map(|&d| (format!("{n} values, distance {d}"), p_value(n, d), tail(n, d))).collect()
    };
    let relations = move |n: usize, distances: &[f64]| by(kolmogorov_tail, n, distances);
    Claim::new(
        says(
            "judge-goodness-of-fit",
            "the test of Kolmogorov and Smirnov has the exact law: to 1.2 % for five values, .3 % for twenty to a \
             hundred, and 1e-4 where the p-value is below a tenth",
            r"P(D_n < d) = n!\,\det\left[\frac{(b_i - a_j)_+^{\,j - i + 1}}{(j - i + 1)!}\right]
              \qquad a_j = \left(\tfrac{j}{n} - d\right)_+
              \quad b_i = \min\left(1, \tfrac{i - 1}{n} + d\right)",
            "D_n the largest distance of the empirical distribution of n uniform values",
        ),
        vec![
            recursion("five values by Steck's determinant", 0.012, move || {
                relations(5, &[0.15, 0.2, 0.3, 0.4, 0.6, 0.8])
            })
            .by("Steck's determinant", &["judge::laws::kolmogorov_tail"]),
            recursion("twenty values by Steck's determinant", 3e-3, move || {
                relations(20, &[0.08, 0.1, 0.15, 0.2, 0.25])
            })
            .by("Steck's determinant", &["judge::laws::kolmogorov_tail"]),
            recursion("small p-values", 1e-4, move || relations(20, &[0.28, 0.3, 0.35, 0.4, 0.45]))
                .by("Steck's determinant", &["judge::laws::kolmogorov_tail"]),
            // What is left of the series falls with the number of values: .3 % at twenty.
            recursion("up to a hundred values by powers of a matrix", 3e-3, move || {
                let of = |(n, distances): (usize, &[f64])| by(kolmogorov_walk, n, distances);
                let places: [(usize, &[f64]); 3] =
                    [(21, &[0.1, 0.2]), (37, &[0.08, 0.12, 0.2]), (100, &[0.05, 0.08, 0.12, 0.16])];
                places.into_iter().flat_map(of).collect()
            })
            .by("powers of a matrix", &["judge::laws::kolmogorov_walk"]),
            wrong("uniform values", (430_000, 0.1), "rate .1", rejects_uniform_values, 0.1),
        ],
    )
    .with_mutants(vec![Mutant::formula("one side alone", "uniform values", |_| 0.05)])
}

fn shares() -> Claim {
    // At the ends of the interval each tail is 1/40, summed term by term.
    let ends = || -> Vec<Relation> {
        let of = |(hits, trials): (u64, u64)| {
            let (low, high) = clopper_pearson(hits, trials, 0.95);
            let above = (hits..=trials).map(|x| binomial(x, trials, low)).sum();
            let below = (0..=hits).map(|x| binomial(x, trials, high)).sum();
            [(format!("{hits} of {trials}, above"), above, 0.025), (format!("{hits} of {trials}, below"), below, 0.025)]
        };
        // One side alone, at which a share is said to be at most so large.
        let at_most = |(hits, trials): (u64, u64)| {
            let high = upper_limit(hits, trials, 0.95);
            let below = (0..=hits).map(|x| binomial(x, trials, high)).sum();
            (format!("at most, {hits} of {trials}"), below, 0.05)
        };
        let both = [(1, 2), (3, 10), (7, 31), (1, 200), (150, 200)].into_iter().flat_map(of);
        both.chain([(0, 3), (0, 200), (2, 31), (9, 60)].map(at_most)).collect()
    };
    // The lower end is the point above which the x-th smallest of the trials' uniform values is with 39/40; the upper one that below which the next is.
    let by_order = || -> Vec<Relation> {
        let of = |(hits, trials): (u64, u64)| {
            let (low, high) = clopper_pearson(hits, trials, 0.95);
            [
                (format!("{hits} of {trials}, low"), beta_above(low, hits, trials), 0.975),
                (format!("{hits} of {trials}, high"), beta_above(high, hits + 1, trials), 0.025),
            ]
        };
        [(1, 2), (3, 10), (7, 31), (2, 200), (150, 200)].into_iter().flat_map(of).collect()
    };
    let covers = |&(trials, p): &(u64, f64)| {
        let outside = (0..=trials).filter(|&hits| {
            let (low, high) = clopper_pearson(hits, trials, 0.95);
            p < low || high < p
        });
        Deviation::unless(outside.map(|hits| binomial(hits, trials, p)).sum::<f64>() <= 0.05)
    };
    Claim::new(
        says(
            "judge-shares",
            "the interval of a share is that of Clopper and Pearson: it leaves out 1/40 on each side at its \
             ends, and the truth at most once in twenty; a limit on one side leaves out 1/20",
            r"P(X \ge x \mid p_-) = P(X \le x \mid p_+) = \tfrac{1}{40}
              \qquad P\left(p_- \le p \le p_+\right) \ge \tfrac{19}{20}",
            "x of up to 200 binomial trials",
        ),
        vec![
            recursion("tails summed term by term", 1e-9, ends)
                .by("binomial probabilities, added up", &["judge::laws::binomial"]),
            // The quadrature is accurate to 1e-9.
            recursion("order statistics by quadrature", 1e-8, by_order)
                .by("order statistics, by quadrature", &["judge::laws::beta_above"]),
            property("coverage by enumeration", "(trials, p)", || (1_u64..60, 0.01..0.99), covers)
                .by("binomial probabilities, added up", &["judge::laws::binomial"]),
        ],
    )
}

/// An audit of which one place is off by so many bounds, and of which the first so many cannot be compared.
struct Off<F> {
    found: fn(f64) -> F,
    place: u64,
    bounds: f64,
    unreached: u64,
}

/// Places of such an audit.
const PLACES: usize = 100;

impl<F: Judged> Audit for Off<F> {
    type Place = u64;
    type Found = F;

    fn place(&self, rng: &mut StreamRng) -> u64 {
        rng.random()
    }

    fn examine(&self, _: &u64, _: &u64, key: Key) -> Result<F, String> {
        if key.cell < self.unreached {
            return Err("not reached".to_owned());
        }
        Ok((self.found)(if key.cell == self.place { self.bounds } else { 0.0 }))
    }
}

impl<F: Judged> Off<F> {
    fn verdict(&self) -> Verdict {
        let stop = AtomicBool::new(false);
        visit(self, PLACES, &Context::of("an audit", "of one wrong place", 1, Tier::QUICK, FAMILY, &stop))
            .finding
            .verdict
    }
}

/// Places that are right, of eight normal values each.
struct Right;

impl Audit for Right {
    type Place = u64;
    type Found = Against;

    fn place(&self, rng: &mut StreamRng) -> u64 {
        rng.random()
    }

    fn examine(&self, _: &u64, _: &u64, key: Key) -> Result<Against, String> {
        // Of a law that is known to be symmetric.
        let estimate = Estimate { skewness: 0.0, skewness_error: 0.0, ..normal(&mut key.rng(0), 8) };
        Ok(Against { estimate, expected: 1.0 })
    }
}

fn audits() -> Claim {
    fn certain(bounds: f64) -> Deviation {
        Deviation::relative(1.0 + 0.01 * bounds, 1.0, 0.01)
    }
    fn sampled(bounds: f64) -> Against {
        let (std_error, degrees) = (0.01, 50.0);
        let value = 1.0 + bounds * FAMILY.bound(degrees) * std_error;
        let estimate = Estimate { value, std_error, degrees, skewness: 0.0, skewness_error: 0.0 };
        Against { estimate, expected: 1.0 }
    }
    fn of<F: Judged>(found: fn(f64) -> F, &(place, bounds, unreached): &(u64, f64, u64)) -> Deviation {
        let verdict = Off { found, place, bounds, unreached }.verdict();
        let is_seen = place >= unreached && bounds.abs() > 1.0;
        let is_vague = 2 * unreached > PLACES as u64;
        Deviation::unless(match verdict {
            Verdict::Refuted => is_seen,
            Verdict::Confirmed => !is_seen && !is_vague,
            _ => !is_seen && is_vague,
        })
    }
    let strategy = || (0..PLACES as u64, -3.0..3.0, 0..PLACES as u64);
    let variables = "(wrong place, bounds that it is off by, places not reached)";
    let refuted = |family: fn(usize) -> Family| {
        move |rng: &mut StreamRng| {
            let stop = AtomicBool::new(false);
            let context = Context::of("an audit", "of right places", rng.random(), Tier::QUICK, family(5), &stop);
            visit(&Right, 5, &context).finding.verdict == Verdict::Refuted
        }
    };
    let shared = |places| Family::new(RATE, places);
    // Beyond the tolerance as many bounds as were added to it, within it none.
    let tolerated = |&(expected, bounds, tolerance): &(f64, f64, f64)| {
        let std_error = 0.01;
        let beyond = bounds.abs() * FAMILY.bound(f64::INFINITY) * std_error;
        let off = |distance: f64| {
            let value = expected + distance * bounds.signum();
            let estimate = Estimate { value, std_error, degrees: f64::INFINITY, skewness: 0.0, skewness_error: 0.0 };
            Near { estimate, expected, tolerance }.units(&FAMILY).unwrap_or(f64::NAN)
        };
        let width = tolerance * expected;
        Deviation::unless((off(width + beyond) - bounds.abs()).abs() <= 1e-6 && off(0.9 * width) <= 1e-9)
    };
    let deviations = |&(expected, bounds, tolerance): &(f64, f64, f64)| {
        let found = Deviation::relative(expected * (1.0 + bounds * tolerance), expected, tolerance).in_units();
        Deviation::unless((found - bounds.abs()).abs() <= 1e-6)
    };
    Claim::new(
        says(
            "judge-audits",
            "an audit is refuted where one of its places is off by more than the bound, on either side, wherever \
             it stands; places that are right refute it as often as their share says; what cannot be compared for the \
             most part is not confirmed",
            r"V = \text{refuted} \iff \max_i |e_i| > 1 \qquad P(V = \text{refuted}) = 1 - (1 - a/N)^N",
            "e_i the error of place i over its bound, N places, rate a",
        ),
        vec![
            property("one wrong place, without sampling error", variables, strategy, |drawn| of(certain, drawn))
                .by("the place that was made wrong", &[]),
            property("one wrong place, by simulation", variables, strategy, |drawn| of(sampled, drawn))
                .by("the place that was made wrong", &[]),
            property(
                "relative errors on either side",
                "(expected, bounds, tolerance)",
                || (0.1..10.0, -3.0..3.0, 1e-6..0.1),
                deviations,
            )
            .consequence(),
            property(
                "beyond a tolerance, by simulation",
                "(expected, bounds, tolerance)",
                || (0.1..10.0, -3.0..3.0, 1e-6..0.1),
                tolerated,
            )
            .consequence(),
            wrong("five right places", (214_000, 0.1), "rate .2", refuted(shared), 1.0 - (1.0 - RATE / 5.0).powi(5)),
        ],
    )
    .with_mutants(vec![Mutant::simulation(
        "places that do not share the rate",
        "five right places",
        move |case| case.clone().simulated_by(Trials(refuted(|_| Family::new(RATE, 1)))),
    )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Body;

    /// What the suite does with them: they are confirmed, and their mutants are what they are expected to be.
    #[test]
    fn the_rules_are_confirmed_and_wrong_ones_refuted() {
        let stop = AtomicBool::new(false);
        let claims = claims();
        let comparisons = claims.iter().flat_map(|claim| &claim.checks).map(Check::comparisons).sum();
        let family = Family::new(1e-3, comparisons).with_looks(LOOKS);
        for claim in &claims {
            let context = |check: &Check| Context::of(&claim.says.id, check.name, 1, Tier::QUICK, family, &stop);
            for check in claim.checks.iter().filter(|check| !matches!(check.body, Body::Mutants)) {
                let found = check.run(&context(check));
                assert_eq!(found.verdict, Verdict::Confirmed, "{}, {}: {}", claim.says.id, check.name, found.detail);
            }
            for mutant in &claim.mutants {
                let check = claim.checks.iter().find(|check| check.name == mutant.check).unwrap();
                let Body::Sampled(sampled) = &check.body else { panic!("{} is no simulation", check.name) };
                let replaced = mutant.of(sampled);
                let found = replaced.judge(&context(check), &mut replaced.series());
                assert_eq!(found.verdict, mutant.expected, "{}: {}", mutant.name, found.detail);
            }
        }
    }
}
