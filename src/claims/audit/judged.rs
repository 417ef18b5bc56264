//! All that `audit` says of two random tables: its resamples are drawn here with the same random numbers, and every bound, p-value and rule is made of them anew.

use std::fmt;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};
use rand::RngExt;
use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::tables::{MIXED, ROUNDING, Row, Tables, Two, square, support, trace};
use crate::advise::{Family, Loss};
use crate::audit::{self, LEVEL, MARGIN, Options, POWER, Verdict, audit};
use crate::claims::domain;
use crate::stream::{Purpose, StreamRng, Streams, experiment_id};

/// A place: two tables, and how they are asked about.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The tables.
    pub tables: Tables,
    /// The loss.
    pub loss: Loss,
    /// The regret that is accepted.
    pub regret: f64,
    /// Seed of the resamples.
    pub seed: u64,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tables, loss, regret, seed } = self;
        write!(
            f,
            "goldenweight audit --loss {} --regret {regret} --bootstrap {RESAMPLES} --seed {seed}, ",
            loss.word()
        )?;
        write!(f, "{tables}")
    }
}

/// Every number of an audit.
pub struct Judged;

/// The fewest that the program makes.
const RESAMPLES: u64 = 100;

/// Most resamples of a logistic or Poisson regression whose fit may be doubtful.
const FEW: u64 = 3;

/// Level of the warning that the fits are too near to each other, `docs/audit.md`.
const NEAR: f64 = 0.01;

/// |d|^2 and all parts of the resamples in a metric.
struct Test {
    observed: f64,
    /// a'Me, a the direction of d; the same of the direction in which errors vary most; and |e|^2.
    parts: Vec<[f64; 3]>,
    failed: f64,
    tolerance: f64,
}

/// None where the library's eigenvectors are wrong, which refutes the place; an error where there is nothing to compare.
type Tested = Result<Option<Test>, String>;

impl Test {
    /// An error where errors vary alike in several directions, so that nothing says which the widest is. None where the eigenvectors are wrong.
    fn new(
        metric: &DMatrix<f64>,
        variance: &DMatrix<f64>,
        apart: &DVector<f64>,
        errors: &[DVector<f64>],
        failed: f64,
        tolerance: f64,
    ) -> Tested {
        let observed = square(metric, apart);
        let along = metric * apart / observed.sqrt();
        // Principal components of R e, M = R'R; a = R^-1 o, so that Ma = R'o.
        let root = metric.clone().cholesky().ok_or("a singular metric")?.l().transpose();
        let Some(found) = eigen(&root * variance * root.transpose()) else { return Ok(None) };
        let first = found.eigenvalues.imax();
        let largest = found.eigenvalues[first];
        let is_one = |(i, value): (usize, &f64)| i == first || largest - value > GAP * largest;
        if !found.eigenvalues.iter().enumerate().all(is_one) {
            return Err("errors that vary alike in two directions".to_owned());
        }
        let widest = root.transpose() * found.eigenvectors.column(first);
        let parts = errors.iter().map(|e| [along.dot(e), widest.dot(e), square(metric, e)]).collect();
        Ok(Some(Self { observed, parts, failed, tolerance }))
    }

    /// |root a + e|^2 of each resample, with its rounding, a the direction of d.
    fn values(&self, root: f64) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.along(0, root)
    }

    /// The same along a direction.
    fn along(&self, which: usize, root: f64) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.parts.iter().map(move |all| {
            let parts = root * root + all[2];
            [parts + 2.0 * root * all[which], self.tolerance * parts]
        })
    }

    /// The p-value of a bias of length `root`, from below and from above: how often the statistic is as large as `value`, or as small. One that is within rounding of it may be on
    /// either side. What was observed counts as a resample, and one without a fit counts on the side of doubt. From above the bias is along d, from below it is where errors vary most,
    /// on the side where small values are more frequent.
    fn share(&self, root: f64, value: f64, is_above: bool) -> [f64; 2] {
        let (sign, biases) = if is_above { (1.0, &[(0, 1.0)][..]) } else { (-1.0, &[(1, 1.0), (1, -1.0)][..]) };
        [-1.0, 1.0].map(|side| {
            let count = |(which, turned): &(usize, f64)| {
                let all = self.along(*which, turned * root);
                all.filter(|[x, rounding]| sign * (x - value) + side * (rounding + self.tolerance * value) >= 0.0)
                    .count()
            };
            let most = biases.iter().map(count).max().unwrap_or_default();
            (most as f64 + self.failed + 1.0) / (self.parts.len() as f64 + self.failed + 1.0)
        })
    }

    /// Whether the test that rejects small lengths, or large ones, ends to do so at the root of `squared`, which is known within `slack`.
    fn is_end(&self, [squared, slack]: [f64; 2], value: f64, rejects_small: bool, level: f64) -> bool {
        if squared.is_infinite() {
            // All statistics are above the observed one there, and still it does not reject.
            return !rejects_small && (self.failed + 1.0) / (self.parts.len() as f64 + self.failed + 1.0) > level;
        }
        // Shares seldom go back on so short a way, but they may.
        let within = [(squared - slack).max(0.0), squared, squared + slack].map(|squared| squared.max(0.0).sqrt());
        let is_rejected = within.iter().any(|root| self.share(*root, value, rejects_small)[0] <= level);
        let is_taken = within.iter().any(|root| self.share(*root, value, rejects_small)[1] > level);
        // No length is below 0.
        let is_least = within[0] == 0.0;
        (is_taken || (is_least && !rejects_small)) && (is_rejected || (is_least && rejects_small))
    }

    /// The observed statistic, but at least the median of what no bias would give.
    fn constrained(&self) -> f64 {
        let mut null: Vec<f64> = self.parts.iter().map(|[_, _, length]| *length).collect();
        null.sort_by(f64::total_cmp);
        null.get(null.len() / 2).map_or(self.observed, |median| self.observed.max(*median))
    }

    /// Whether a test at `root` against more finds the bias whose square is this with the power that is meant, and a smaller one with less.
    fn is_detected(&self, root: f64, [squared, slack]: [f64; 2]) -> bool {
        let mut values: Vec<f64> = self.values(root).map(|[value, _]| value).collect();
        values.sort_by(f64::total_cmp);
        // With so many above it the p-value is at most the level.
        let all = values.len() as f64;
        let most = (LEVEL * (all + self.failed + 1.0)).floor() - self.failed - 1.0;
        if most < 0.0 {
            return squared.is_infinite();
        }
        let critical = values[values.len() - 1 - most as usize];
        let found = |squared: f64, side: f64| {
            let found = self
                .values(squared.max(0.0).sqrt())
                .filter(|[x, rounding]| x - critical + side * (rounding + self.tolerance * critical) > 0.0);
            found.count() as f64
        };
        found(squared + slack, 1.0) >= POWER * all && (squared <= slack || found(squared - slack, -1.0) < POWER * all)
    }
}

/// What the program draws, fitted here.
struct Resamples {
    /// d* - d of those that have a fit.
    errors: Vec<DVector<f64>>,
    failed: u64,
    first_order: u64,
}

/// As many rows as each table has are drawn from it with replacement, those of the two tables independently.
fn resample(place: &Asked, two: &Two) -> Resamples {
    let streams = Streams { seed: place.seed, experiment: experiment_id("audit") };
    let tables = &place.tables;
    let read = [0, 1].map(|which| tables.read(which));
    let mut found = Resamples { errors: Vec::new(), failed: 0, first_order: 0 };
    for replicate in 0..RESAMPLES {
        let refit = |which: usize| {
            let mut rng = streams.rng(replicate, 0, [Purpose::Real, Purpose::Synthetic][which], 0);
            let mut counts = vec![0.0; tables.rows[which].len()];
            for _ in 0..read[which].len() {
                counts[read[which][rng.random_range(0..read[which].len())]] += 1.0;
            }
            tables.refit(which, &counts, [&two.real, &two.synthetic][which])
        };
        let [(real, real_first), (synthetic, synthetic_first)] = [0, 1].map(refit);
        found.first_order += u64::from(real_first || synthetic_first);
        match real.zip(synthetic) {
            Some((real, synthetic)) => found.errors.push(synthetic - real - &two.apart),
            None => found.failed += 1,
        }
    }
    found
}

/// A deviation that is the worst of all that are added.
struct Worst(Deviation);

impl Worst {
    fn holds(&mut self, condition: bool) {
        self.0 = self.0.max(Deviation::unless(condition));
    }

    fn is(&mut self, found: f64, expected: f64, tolerance: f64) {
        self.0 = self.0.max(Deviation::relative(found, expected, tolerance));
    }
}

impl Audit for Judged {
    type Place = Asked;
    type Found = Deviation;

    fn parts(&self, place: &Asked) -> Vec<&'static str> {
        place.tables.parts().into_iter().chain([place.loss.word()]).collect()
    }

    fn place(&self, rng: &mut StreamRng) -> Asked {
        // Resamples are fitted a hundred times: large tables are those whose fit is a mean.
        let many = |family: Family| if family.link().is_some() { [200, 1_200] } else { [1_001, 8_000] };
        let tables = Tables::drawn(rng, many);
        let loss = Loss::ALL[rng.random_range(0..3)];
        Asked { tables, loss, regret: log_uniform(rng, 1e-2, 1.0), seed: rng.random() }
    }

    fn examine(&self, place: &Asked, seen: &Asked, _: Key) -> Result<Deviation, String> {
        let two = Two::new(&place.tables)?;
        let q = &two.real.metrics[place.loss as usize];
        // Of equal frequencies, say. What is left of a difference is rounding, there and here.
        if square(q, &two.apart) <= 1e-20 * two.variances.iter().map(|v| trace(q, v)).sum::<f64>() {
            return Err("fits that are the same, so that a bias has no direction".to_owned());
        }
        let options = Options {
            loss: seen.loss,
            bootstrap: RESAMPLES,
            regret: seen.regret,
            seed: seen.seed,
            ..Options::default()
        };
        let (Ok(real), Ok(other)) = (seen.tables.table(0), seen.tables.table(1)) else { return Ok(domain::refused()) };
        let Ok(found) = audit(&real, other, seen.tables.family, options) else { return Ok(domain::refused()) };
        let mut worst = Worst(Deviation::unless(true));
        let Resamples { errors, failed, first_order } = resample(place, &two);
        let is_regression = matches!(place.tables.family, Family::Logistic | Family::Poisson);
        let counted = [(found.failed_fits, failed), (found.first_order_fits, first_order)];
        // Whether responses that hardly overlap have a fit hangs on rounding, there and here.
        if is_regression && counted.iter().any(|(a, b)| a != b) && counted.iter().all(|(a, b)| a.abs_diff(*b) <= FEW) {
            return Err("a resample whose fit hangs on rounding".to_owned());
        }
        worst.holds(found.resamples == RESAMPLES && counted.iter().all(|(a, b)| a == b));
        // Logistic and Poisson fits to resamples end with a change of the predictors of 1e-3 or less, behind which its square is left.
        let tolerance = if is_regression { 1e-4 } else { 1e-7 };
        let variance = &two.variances[0] + &two.variances[1];
        let test = |metric: &DMatrix<f64>| Test::new(metric, &variance, &two.apart, &errors, failed as f64, tolerance);
        match test(q)? {
            Some(test) => bias(&mut worst, &found, &two, q, &test, place)?,
            None => worst.holds(false),
        }
        pooling(&mut worst, &found, &two, q, &test)?;
        compared(&mut worst, &found, &two, &place.tables)?;
        rules(&mut worst, &found, &two, q, place);
        repeated(&mut worst, &found, &place.tables)?;
        Ok(worst.0)
    }

    fn smaller(&self, place: &Asked) -> Vec<Asked> {
        place.tables.smaller().into_iter().map(|tables| Asked { tables, ..place.clone() }).collect()
    }
}

/// The variances, the bias, and the weight, each with both ends of its interval.
fn bias(
    worst: &mut Worst,
    found: &audit::Audit,
    two: &Two,
    q: &DMatrix<f64>,
    test: &Test,
    place: &Asked,
) -> Result<(), String> {
    let [n, m] = two.rows;
    let [v_r, v_s] = two.variances.each_ref().map(|v| trace(q, v));
    worst.holds((found.real as f64, found.synthetic as f64) == (n, m));
    worst.is(found.variance_real, v_r, ROUNDING);
    worst.is(found.variance_synthetic, v_s, ROUNDING);
    let [low, high] = [found.bias_squared.low, found.bias_squared.high].map(|end| [end, 1e-8 * (v_r + v_s + end)]);
    worst.holds(test.is_end(low, test.observed, true, 0.5 * LEVEL));
    worst.holds(test.is_end(high, test.constrained(), false, 0.5 * LEVEL));
    worst.is(v_r + v_s + found.bias_squared.value, v_r + v_s + (test.observed - v_r - v_s).max(0.0), ROUNDING);
    // R(w) with a bias of this square along d; and with the estimate of the bias.
    let risk = |w: f64, along: Option<f64>| -> Result<f64, String> {
        let rest = two.rest(w)?;
        let length = square(&(rest.transpose() * q * &rest), &two.apart);
        let noise = trace(q, &(&rest * (&two.variances[0] + &two.variances[1]) * rest.transpose()));
        Ok(two.variance(q, w)? + along.map_or((length - noise).max(0.0), |squared| squared / test.observed * length))
    };
    let (weight, worth) = (&found.weight, &found.worth_in_real_rows);
    let all = [
        (weight.value, worth.value, None),
        (weight.low, worth.high, Some(low[0])),
        (weight.high, worth.low, Some(high[0])),
    ];
    for (w, worth, along) in all {
        if along.is_some_and(f64::is_infinite) {
            worst.holds(w == 1.0);
            worst.is(n + worth, n, ROUNDING);
            continue;
        }
        let least = risk(w, along)?;
        worst.is(n + worth, n * v_r / least, MIXED);
        for other in
            (0..=24).map(|i| f64::from(i) / 24.0).chain([w - 0.01, w + 0.01]).filter(|w| (0.0..=1.0).contains(w))
        {
            worst.holds(risk(other, along)? >= least * (1.0 - 10.0 * MIXED));
        }
    }
    worst.is(found.relative_risk, risk(weight.value, None)? / v_r, MIXED);
    let [least, most] = test.share(0.0, test.observed, false);
    worst.holds((least..=most).contains(&found.p_near));
    worst.is(found.capped.regret, place.regret, 0.0);
    Ok(())
}

/// Every row alike: the interval, the bounds, both tests, and the verdict.
fn pooling(
    worst: &mut Worst,
    found: &audit::Audit,
    two: &Two,
    q: &DMatrix<f64>,
    test: &dyn Fn(&DMatrix<f64>) -> Tested,
) -> Result<(), String> {
    let [n, m] = two.rows;
    let v_r = trace(q, &two.variances[0]);
    let audit::Pooling { weight, relative_risk, bounds, p_helps, p_harmful, harmless_bias, detected_bias } =
        found.pooling;
    worst.is(weight, n / (n + m), ROUNDING);
    let (rest, variance) = (two.rest(n / (n + m))?, two.variance(q, n / (n + m))?);
    let metric = rest.transpose() * q * &rest;
    let noise = trace(&metric, &(&two.variances[0] + &two.variances[1]));
    let Some(test) = test(&metric)? else {
        worst.holds(false);
        return Ok(());
    };
    worst.is(relative_risk.value, (variance + (test.observed - noise).max(0.0)) / v_r, MIXED);
    // The squares of the ends, of which the variance is taken away again.
    let squared = |risk: f64| {
        [(risk * v_r - variance).max(0.0), MIXED * (v_r + variance + if risk.is_finite() { risk * v_r } else { 0.0 })]
    };
    worst.holds(test.is_end(squared(relative_risk.low), test.observed, true, 0.5 * LEVEL));
    worst.holds(test.is_end(squared(relative_risk.high), test.constrained(), false, 0.5 * LEVEL));
    worst.holds(test.is_end(squared(bounds[0]), test.observed, true, LEVEL));
    worst.holds(test.is_end(squared(bounds[1]), test.observed, false, LEVEL));
    let gain = v_r - variance;
    // The difference of two variances that are nearly the same has their rounding.
    if gain.abs() < 1e-4 * v_r {
        return Err("pooling gains nothing".to_owned());
    }
    // |delta|_Q of a bias along d with the square 1 in the metric of pooling.
    let unit = square(q, &two.apart) / test.observed;
    if gain > 0.0 {
        for (p, is_above) in [(p_helps, false), (p_harmful, true)] {
            let [least, most] = test.share(gain.sqrt(), test.observed, is_above);
            worst.holds((least..=most).contains(&p));
        }
        worst.is(harmless_bias.unwrap_or(f64::NAN), (gain * unit / v_r).sqrt(), 1e-6);
        let detected = detected_bias.map_or(f64::INFINITY, |bias| bias * bias * v_r / unit);
        worst.holds(
            test.is_detected(gain.sqrt(), [detected, 1e-8 * (v_r + if detected.is_finite() { detected } else { 0.0 })]),
        );
    } else {
        worst.holds(p_helps == 1.0 && p_harmful == 0.0 && harmless_bias.is_none() && detected_bias.is_none());
    }
    let verdict = match (p_harmful <= LEVEL, p_helps <= LEVEL) {
        (true, false) => Verdict::Harmful,
        (false, true) if found.p_near <= NEAR || found.repeated.copied => Verdict::CannotTell,
        (false, true) => Verdict::Helps,
        _ if relative_risk.low >= 1.0 - MARGIN && relative_risk.high <= 1.0 + MARGIN => Verdict::Harmless,
        _ => Verdict::CannotTell,
    };
    worst.holds(found.verdict == verdict);
    Ok(())
}

/// Coefficient by coefficient.
fn compared(worst: &mut Worst, found: &audit::Audit, two: &Two, place: &Tables) -> Result<(), String> {
    let entries = place.entries();
    worst.holds(entries.len() == found.coefficients.len());
    let [v_r, v_s] = &two.variances;
    let normal = Normal::new(0.0, 1.0).map_err(|e| e.to_string())?;
    let p_value = |z: f64| 2.0 * normal.cdf(-z.abs());
    let all: Vec<f64> = found.coefficients.iter().filter_map(|c| c.z).map(p_value).collect();
    let hangs_on = support(place, 0, &two.real).inf(&support(place, 1, &two.synthetic));
    for (found, j) in found.coefficients.iter().zip(entries) {
        let std_error = (v_r[(j, j)] + v_s[(j, j)]).sqrt();
        worst.is(1.0 + found.real, 1.0 + two.real.estimate[j], ROUNDING);
        worst.is(1.0 + found.synthetic, 1.0 + two.synthetic.estimate[j], ROUNDING);
        worst.is(found.std_error, std_error, ROUNDING);
        if (hangs_on[j] - FEWEST).abs() < 1e-6 {
            return Err("a coefficient that hangs on just so many rows".to_owned());
        }
        let (Some(z), Some(found_p)) = (found.z, found.p_value) else {
            worst.holds(hangs_on[j] < FEWEST && found.z.is_none() && found.p_value.is_none() && !found.is_off);
            continue;
        };
        worst.holds(hangs_on[j] > FEWEST);
        worst.is(1.0 + z, 1.0 + two.apart[j] / std_error, 1e-6);
        // Holm: a p-value times the number of those that are not smaller; none below that of a smaller one.
        let own = p_value(z);
        let of = |p: &f64| all.iter().filter(|other| **other >= *p).count() as f64 * p;
        let adjusted = all.iter().filter(|p| **p <= own).map(of).fold(0.0, f64::max).min(1.0);
        worst.is(1e-3 + found_p, 1e-3 + adjusted, 1e-6);
        worst.holds(found.is_off == (found_p <= LEVEL));
    }
    Ok(())
}

/// A thousandth: the level at which rows are called copies.
const COPIES: f64 = 1e-3;

/// Rows that are the same, in pairs.
fn repeated(worst: &mut Worst, found: &audit::Audit, place: &Tables) -> Result<(), String> {
    // Rows that are equal, and how many there are of each: those of each table.
    let mut kinds: Vec<(&Row, [f64; 2])> = Vec::new();
    for which in 0..2 {
        for (row, count) in place.rows[which].iter().zip(place.counts(which)).filter(|(_, count)| *count > 0.0) {
            match kinds.iter_mut().find(|(known, _)| place.is_same(known, row)) {
                Some((_, counts)) => counts[which] += count,
                None => kinds.push((row, if which == 0 { [count, 0.0] } else { [0.0, count] })),
            }
        }
    }
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| kinds.iter().map(|(_, [real, synthetic])| of(*real, *synthetic)).sum::<f64>();
    let twins = sum(&|real, _| if real > 1.0 { real } else { 0.0 });
    let copies = sum(&|real, synthetic| if real > 0.0 { synthetic } else { 0.0 });
    let different = sum(&|_, synthetic| f64::from(u8::from(synthetic > 0.0)));
    let said = &found.repeated;
    worst.holds([said.real, said.copies, said.different].map(|count| count as f64) == [twins, copies, different]);
    let [n, m] = [0, 1].map(|which| place.count(which));
    // Of n rows with so many twins a larger share of twins has a probability of a thousandth; of m rows with that share so many copies.
    let share = if twins == n {
        1.0
    } else {
        Beta::new(twins + 1.0, n - twins).map_err(|e| e.to_string())?.inverse_cdf(1.0 - COPIES)
    };
    let p = if copies == 0.0 || share == 1.0 {
        1.0
    } else {
        Beta::new(copies, m - copies + 1.0).map_err(|e| e.to_string())?.cdf(share)
    };
    if (p / COPIES - 1.0).abs() < 1e-6 {
        return Err("copies just at their level".to_owned());
    }
    worst.holds(said.copied == (p < COPIES));
    let pairs = |x: f64| x * (x - 1.0) / 2.0;
    let (of_real, of_synthetic) = (sum(&|real, _| pairs(real)), sum(&|_, synthetic| pairs(synthetic)));
    let most = 3.0 * (of_real + 3.0 * of_real.sqrt() + 7.0) / pairs(n) * pairs(m);
    worst.holds(said.made_again == (of_synthetic > most) || (of_synthetic / most - 1.0).abs() < 1e-9);
    Ok(())
}

/// Rows that a coefficient must hang on for a z: five, but for what other rows add to four.
const FEWEST: f64 = 4.5;

/// Two variances that differ by less are the same in this: the direction of the larger one then has a rounding of 1e-16 over the gap.
const GAP: f64 = 1e-4;

/// 65,536 draws of losses of order 1 know their mean to .004 or better, and the rule of James and Stein has a relative risk below 1.
const OF_DRAWS: f64 = 0.02;

/// What part of the largest eigenvalue is a direction without a variance: shares of a column add up to 1, and a covariance is here with both of its halves.
const NO_VARIANCE: f64 = 1e-11;

/// The eigenvalues and vectors of a symmetric matrix. The program takes them from the same library, so they are held to what makes them such: orthonormal vectors, and the matrix again.
fn eigen(of: DMatrix<f64>) -> Option<SymmetricEigen<f64, Dyn>> {
    let found = of.clone().symmetric_eigen();
    let (values, vectors) = (&found.eigenvalues, &found.eigenvectors);
    let again = vectors * DMatrix::from_diagonal(values) * vectors.transpose() - &of;
    let one = vectors.transpose() * vectors - DMatrix::identity(values.len(), values.len());
    let is_right = again.amax() <= 1e-12 * of.amax() && one.amax() <= 1e-12;
    is_right.then_some(found)
}

/// James and Stein's rule where there is one, and the share that keeps the regret.
fn rules(worst: &mut Worst, found: &audit::Audit, two: &Two, q: &DMatrix<f64>, place: &Asked) {
    let Some(root) = q.clone().cholesky().map(|root| root.l()) else { return worst.holds(false) };
    let Some(eigen) = eigen(root.transpose() * &two.variances[0] * &root) else { return worst.holds(false) };
    let (variances, directions) = (&eigen.eigenvalues, &eigen.eigenvectors);
    let largest = variances.max();
    let along = directions.transpose() * root.transpose() * &two.apart;
    let known = || variances.iter().zip(&along).filter(|(value, _)| **value > NO_VARIANCE * largest);
    let constant = known().map(|(value, _)| value).sum::<f64>() / largest - 2.0;
    let distance: f64 = known().map(|(value, d)| d * d / value).sum();
    match found.james_stein {
        // Of two numbers that vary alike the constant is 0 but for rounding.
        _ if constant.abs() < 1e-8 => {}
        Some(rule) => {
            worst.is(rule.constant, constant, 1e-8 / constant);
            // Directions with the least variance have its rounding.
            worst.is(1.0 + rule.weight, 2.0 - (constant / distance).min(1.0), 1e-5);
            worst.holds(constant > 0.0);
        }
        None => worst.holds(constant < 0.0),
    }
    for (i, price) in found.prices.iter().enumerate() {
        worst.is(1.0 + price.bias, 1.0 + 0.25 * i as f64, ROUNDING);
        worst.holds(price.james_stein.is_some() == found.james_stein.is_some());
        worst.holds(price.james_stein.is_none_or(|risk| risk < 1.0 + OF_DRAWS));
    }
    let capped = &found.capped;
    worst.is(1.0 + capped.weight, 2.0 - capped.share * (1.0 - found.weight.value), ROUNDING);
    let most = found.prices.iter().map(|price| price.capped).fold(0.0, f64::max);
    if capped.share < 1.0 {
        worst.is(most, 1.0 + place.regret, ROUNDING);
    } else {
        worst.holds(
            most <= 1.0 + place.regret + ROUNDING && found.prices.iter().all(|price| price.capped == price.plug_in),
        );
    }
}
