//! Regressions at sizes that double: rungs for the ladders. Logistic and Poisson regression are compared with their two orders in 1/n, and what these leave out,
//! which begins with 1/n^2 relative to the risk, is extrapolated away.

use goldenweight_theory::parameters::SampleSizes;
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::{linear, logistic, poisson};
use nalgebra::DVector;

use super::check::{Case, Cell, Check, Relation, ladder, recursion, score_ladder, simulation};
use super::domain::{QUADRATURE, ROUGH, SMOOTH, iterated, weight};
use super::moments::normal_mean;
use super::predicted::{self, Predicted};
use super::{Claim, Exactness, Source};
use crate::catalogue::{self, Model};
use crate::experiment::{Parameters, Problem, Rows};
use crate::prediction::{Law, Order, Prediction};
use crate::reference::references;
use crate::simulate::engine::{Record, ScheduleKind};
use crate::simulate::linear::{LinearRows, LinearSufficient};
use crate::simulate::logistic::Logistic;
use crate::simulate::poisson::Poisson;

/// A regression on x ~ N(0, I) with coefficients (1, ..., 1); the linear one has noise variance 1.
#[derive(Clone, Copy)]
pub enum Fitted {
    Linear,
    Logistic,
    Poisson,
}

/// s(x)(1 - s(x)), the variance of a label with log-odds x.
pub fn label_variance(x: f64) -> f64 {
    let s = 1.0 / (1.0 + libm::exp(x));
    s * (1.0 - s)
}

/// Where a rung is simulated: n real rows, the mixing ratio's m, p coefficients, generations that are averaged.
#[derive(Clone, Copy)]
pub struct Rung {
    pub real: usize,
    pub synthetic: usize,
    pub dim: usize,
    pub from: u32,
    pub until: u32,
}

impl Rung {
    /// n, 2n, 4n, ... at the mixing ratio k, m = floor(n/k), averaging these generations.
    pub fn ladder<const R: usize>(real: usize, ratio: f64, dim: usize, from: u32, until: u32) -> [Self; R] {
        std::array::from_fn(|r| {
            let real = real << r;
            Self { real, synthetic: (real as f64 / ratio).floor() as usize, dim, from, until }
        })
    }

    const fn record(self) -> Record {
        Record::Average { from: self.from, until: self.until }
    }
}

impl Fitted {
    /// The limit law at the rung's sizes.
    pub fn law(self, rung: Rung) -> Recursion<f64> {
        let sizes = SampleSizes::new(rung.real as u64, rung.synthetic as u64).expect("positive");
        let beta = vec![1.0; rung.dim];
        match self {
            Self::Linear => linear::limit_law(1.0, rung.dim as u32, sizes),
            Self::Logistic => logistic::limit_law(&beta, sizes),
            Self::Poisson => poisson::limit_law(&beta, sizes),
        }
    }

    /// A, the size-free risk of a fit at beta = (1, ..., 1), from one-dimensional integrals over x'beta by the trapezoidal rule.
    pub fn constant_by_quadrature(self, dim: usize) -> f64 {
        let b = (dim as f64).sqrt();
        let information = |z: f64| match self {
            Self::Linear => 1.0,
            Self::Logistic => label_variance(b * z),
            Self::Poisson => libm::exp(b * z),
        };
        // Across beta a row tells E v(x'beta), along beta E z^2 v(x'beta).
        let (across, along) = (normal_mean(information), normal_mean(|z| z * z * information(z)));
        (dim as f64 - 1.0) / across + 1.0 / along
    }

    /// The default problem with p coefficients at two pairs of sizes, its limit law with A by quadrature.
    pub fn predicted(self) -> Vec<Predicted> {
        let problem = |sizes, dim: usize| {
            Predicted::by_recursion(
                self.model(),
                sizes,
                Some(dim as u64),
                false,
                (self.constant_by_quadrature(dim), 0.0),
            )
        };
        vec![problem([100, 400], 2), problem([90, 30], 3), problem([8, 600], 1), problem([600, 20], 4)]
    }

    /// The limit law at n = 100 along the grid of figure 8, against the recursion iterated from a constant that was computed by quadrature.
    pub fn curve_from_quadrature(self, ratio: f64, dim: usize) -> Vec<Relation> {
        let law = self.law(Rung::ladder::<1>(100, ratio, dim, 0, 1)[0]);
        let fresh = self.constant_by_quadrature(dim) / 100.0;
        let case = |step: u32| {
            let w = 0.2 + 0.02 * f64::from(step);
            let stepped = iterated(&(fresh, fresh * ratio, 0.0), w, 500);
            (format!("k = {ratio}, p = {dim}, w = {w:.2}"), law.limit_risk(weight(w)), stepped)
        };
        (0..30).map(case).collect()
    }

    /// The limit law's risk at n = 100, p = 2 and m = floor(n/k) under the naive and the golden weight of k, against the recursion iterated from a constant that
    /// was computed by quadrature.
    pub fn both_from_quadrature(self, k: f64) -> [Relation; 2] {
        let rung = Rung::ladder::<1>(100, k, 2, 0, 1)[0];
        let (law, fresh) = (self.law(rung), self.constant_by_quadrature(2) / 100.0);
        let ratio = 100.0 / rung.synthetic as f64;
        [("naive", k / (1.0 + k)), ("golden", ((k * k + 4.0 * k).sqrt() - k) / 2.0)].map(|(name, w)| {
            // The distance to the limit shrinks by u^2 < .98 in each generation.
            let stepped = iterated(&(fresh, fresh * ratio, 0.0), w, 2_000);
            (format!("{name} weight, k = {k:.2}"), law.limit_risk(weight(w)), stepped)
        })
    }

    /// The rung at weight w, expected to have this risk; without a weight, the minimiser.
    fn case(self, rung: Rung, w: Option<f64>, expected: f64) -> Case {
        let rows = Rows { real: rung.real, synthetic: rung.synthetic };
        let beta = DVector::from_element(rung.dim, 1.0);
        let record = rung.record();
        let cell = match w {
            Some(w) => Cell::new(rows, rung.dim, w, record),
            None => Cell::minimised(rows, rung.dim, record),
        };
        match self {
            Self::Linear => Case::new(cell, LinearSufficient::new(&beta, 1.0, rows), 0, expected),
            Self::Logistic => Case::new(cell, Logistic::new(beta, rows), 0, expected),
            Self::Poisson => Case::new(cell, Poisson::new(beta, rows), 0, expected),
        }
    }

    /// Two orders in 1/n at the rung's sizes.
    fn two_orders(self, rung: Rung) -> Law {
        let [real, synthetic] = [rung.real, rung.synthetic].map(|rows| rows as u64);
        let problem = Problem::new(self.model(), real, synthetic, &Parameters::of_dim(Some(rung.dim as u64)));
        let prediction = Prediction::fresh(&problem.expect("a valid problem"));
        prediction.to_order(Order::Second).expect("a regression").law().clone()
    }

    /// The rung at weight w against the mean of a law's risk over the same generations.
    fn at_weight(self, rung: Rung, w: f64, law: &Law) -> Case {
        self.case(rung, Some(w), law.average_risk(weight(w), rung.from, rung.until))
    }

    /// The rung's minimiser against the optimal weight of two orders, which must be in range.
    pub fn minimised(self, rung: Rung) -> Case {
        let law = self.two_orders(rung);
        let best = law.optimal_weight().expect("in range");
        self.case(rung, None, best).with_curve(move |w| law.limit_risk(weight(w)))
    }

    /// The rung's minimiser against the limit's optimal weight.
    pub fn minimised_in_limit(self, rung: Rung) -> Case {
        self.case(rung, None, self.law(rung).optimal_weight())
    }

    /// A ladder of the weights at which the slope vanishes over those of two orders, by 1 and 1/n^2.
    pub fn slopes<const R: usize>(self, name: &'static str, cap: u64, margin: f64, rungs: [Rung; R]) -> Check {
        let step = if matches!(self, Self::Linear) { SMOOTH } else { ROUGH };
        score_ladder(name, cap, margin, step, 2, rungs.map(|rung| self.minimised(rung)).into()).beyond(2)
    }

    /// Every simulator of the regression at the sizes of another implementation, see [`reference`](crate::reference).
    pub fn referred(self) -> Check {
        let model = self.model();
        let cases = references().into_iter().filter(|reference| reference.model == model.name).flat_map(|reference| {
            let (rows, truth) = (reference.rows, reference.truth.as_slice());
            let dim = truth.len() - usize::from(model == &catalogue::LINEAR);
            let beta = DVector::from_column_slice(&truth[..dim]);
            let cell = Cell::new(rows, dim, reference.weight, Record::At(vec![reference.generation]));
            let cases = match self {
                Self::Linear => vec![
                    Case::new(cell.clone().named("by rows"), LinearRows::new(&beta, truth[dim], rows), 0, 0.0),
                    Case::new(cell, LinearSufficient::new(&beta, truth[dim], rows), 0, 0.0),
                ],
                Self::Logistic => vec![Case::new(cell, Logistic::new(beta, rows), 0, 0.0)],
                Self::Poisson => vec![Case::new(cell, Poisson::new(beta, rows), 0, 0.0)],
            };
            assert_eq!(reference.schedule, ScheduleKind::Fresh, "regressions are referred to with fresh rows");
            cases.into_iter().map(move |case| case.against(reference.risk))
        });
        simulation("at small sizes, against another implementation", 30_000, 0.075, cases.collect())
            .by("a simulation in NumPy", &[])
            // Its risks have standard errors of .15 to .27 %.
            .coarse(f64::INFINITY)
            .in_full_tier()
    }

    /// The rung under another schedule at generation `from`, expected to have so much of the limit law's risk of the real rows alone.
    pub fn under(self, schedule: ScheduleKind, rung: Rung, w: f64, relative: f64) -> Case {
        self.case(rung, Some(w), self.law(rung).start() * relative).under(schedule)
    }

    pub const fn model(self) -> Model {
        match self {
            Self::Linear => &catalogue::LINEAR,
            Self::Logistic => &catalogue::LOGISTIC,
            Self::Poisson => &catalogue::POISSON,
        }
    }

    /// A ladder of the risk at weight w over that of two orders, by 1 and 1/n^2.
    pub fn ladder<const R: usize>(self, name: &'static str, cap: u64, margin: f64, w: f64, rungs: [Rung; R]) -> Check {
        let case = |rung| self.at_weight(rung, w, &self.two_orders(rung));
        ladder(name, cap, margin, 2, rungs.map(case).into()).beyond(2)
    }

    /// A ladder of the risk at weight w over the limit law's, quadratic in 1/n: where two orders are out of range.
    pub fn limit_ladder<const R: usize>(
        self,
        name: &'static str,
        cap: u64,
        margin: f64,
        w: f64,
        rungs: [Rung; R],
    ) -> Check {
        let case = |rung| self.at_weight(rung, w, &Law::Scalar(self.law(rung)));
        ladder(name, cap, margin, 2, rungs.map(case).into())
    }
}

/// [`Fitted::curve_from_quadrature`] at several mixing ratios and dimensions.
fn constants_from_quadrature(model: Fitted) -> Vec<Relation> {
    [(0.25, 1), (0.5, 3), (1.0, 5)].into_iter().flat_map(|(k, p)| model.curve_from_quadrature(k, p)).collect()
}

/// The limit law of logistic or Poisson regression: two orders at k = 1, 1/4 and 4, of which it is the first.
pub fn limit_claim(model: Fitted) -> Claim {
    let (id, statement) = match model {
        Fitted::Linear => ("", ""),
        Fitted::Logistic => (
            "logistic-limit",
            "random design: n times the risk of the weighted logistic fit tends to the recursion's with A = tr I(β)⁻¹ and ρ = 1 \
             (11 % above it at n = 100, p = 2)",
        ),
        Fitted::Poisson => (
            "poisson-limit",
            "random design: n times the risk of the weighted Poisson fit tends to the recursion's with A = tr I(β)⁻¹ and ρ = 1 \
             (24 % above it at n = 100, p = 2)",
        ),
    };
    let w = 0.618;
    let is_poisson = matches!(model, Fitted::Poisson);
    // R2/R1 is 10 for logistic regression and 41 for Poisson, whose rows differ more in what they tell. From 400 rows on, where Poisson regression's ladders began once, what is
    // left of third order moved the limit by .3 %, three of its standard errors (mean of eight seeds); between 800 and 3,200 rows the gap falls like 1/n^2.
    let (first, cap, margin) = if is_poisson { (800, 500, 0.012) } else { (80, 4_000, 0.01) };
    let slopes = if is_poisson { 800 } else { 100 };
    let one = if is_poisson { 400 } else { 80 };
    let quarter = Rung::ladder::<3>(first, 0.25, 2, 0, 40);
    Claim {
        id,
        statement,
        domain: "n → ∞ at fixed k, w, p and β",
        source: Source::Paper,
        exactness: Exactness::Limit,
        checks: vec![
            recursion("limit law with A by quadrature, iterated", QUADRATURE, move || constants_from_quadrature(model))
                .by("quadrature over a normal variable", &["moments::normal_mean"]),
            predicted::risks(move || model.predicted())
                .by("quadrature over a normal variable", &["moments::normal_mean"]),
            predicted::optima(move || model.predicted())
                .by("quadrature over a normal variable", &["moments::normal_mean"]),
            model.ladder("k = 1, w = .618, p = 2", cap, margin, w, Rung::ladder::<3>(first, 1.0, 2, 0, 40)),
            model.ladder("k = 1/4, w = .39, p = 2", cap / 4, 2.5 * margin, 0.39, quarter).in_full_tier(),
            model.slopes(
                "slopes at w*, k = 1, p = 2",
                if is_poisson { 1024 } else { 2048 },
                0.008,
                Rung::ladder::<3>(slopes, 1.0, 2, 6, 26),
            ),
            model.referred(),
            // p = 1 has another tr I^-1, so that a wrong dependence on p shows.
            model.ladder(
                "k = 4, w = .83, p = 1",
                if is_poisson { 1_500 } else { 3_000 },
                0.015,
                0.83,
                Rung::ladder::<3>(one, 4.0, 1, 0, 32),
            ),
        ],
    }
}
