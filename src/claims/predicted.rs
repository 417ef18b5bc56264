//! What the program predicts for a problem, as the commands `risk`, `weight` and `optimize` print it, against risks that are carried from generation to
//! generation.

use super::check::{Case, Check, Relation, recursion, simulation};
use super::domain::{self, MINIMISER, RECURSION, iterate_over, weight};
use crate::catalogue::Model;
use crate::experiment::{Generations, Parameters, Problem};
use crate::optimum::minimise;
use crate::prediction::{Order, Prediction};
use crate::simulate::dispatch::SimulatorKind;
use crate::simulate::engine::ScheduleKind;

/// The risk at t = 0, 1, ..., T under the weights of generations 1, ..., T.
type Path = dyn Fn(&[f64]) -> Vec<f64>;

/// A problem, and its risk by a computation that shares nothing with the prediction.
pub struct Predicted {
    problem: Problem,
    is_exact: bool,
    /// The risk of n real rows alone goes as 1/(n - lost).
    lost: f64,
    path: Box<Path>,
}

impl Predicted {
    /// The default problem of a model at these sizes; `is_exact` where its law holds at every size.
    pub fn new(
        model: Model,
        [real, synthetic]: [u64; 2],
        dim: Option<u64>,
        is_exact: bool,
        path: impl Fn(&[f64]) -> Vec<f64> + 'static,
    ) -> Self {
        let problem = Problem::new(model, real, synthetic, &Parameters::of_dim(dim)).expect("a valid problem");
        Self { problem, is_exact, lost: 0.0, path: Box::new(path) }
    }

    /// The same where the risk of n real rows alone goes as 1/(n - lost).
    pub fn losing(self, lost: f64) -> Self {
        Self { lost, ..self }
    }

    /// The same where the risk obeys e_t = w^2 A/n + u^2 (A/m + rho e_{t-1}), with (A, rho - 1).
    pub fn by_recursion(
        model: Model,
        sizes: [u64; 2],
        dim: Option<u64>,
        is_exact: bool,
        (constant, excess): (f64, f64),
    ) -> Self {
        let [fresh, synthetic] = sizes.map(|rows| constant / rows as f64);
        Self::new(model, sizes, dim, is_exact, move |weights| iterate_over(&(fresh, synthetic, excess), weights))
    }

    /// Of the limit law where there is no exact one: the second order has claims of its own.
    fn prediction(&self) -> Prediction {
        let prediction = Prediction::fresh(&self.problem);
        if self.is_exact { prediction } else { prediction.to_order(Order::Limit).expect("a limit law") }
    }

    /// The risk after the last of these weights.
    fn last(&self, weights: &[f64]) -> f64 {
        (self.path)(weights)[weights.len()]
    }

    fn label<const R: usize>(&self, w: f64, relations: [(&str, f64, f64); R]) -> Vec<Relation> {
        let (rows, model) = (self.problem.rows(), self.problem.model());
        let place = format!("{model}, n = {}, m = {}, w = {w}", rows.real, rows.synthetic);
        relations.map(|(name, predicted, found)| (format!("{name}, {place}"), predicted, found)).into()
    }

    fn risks_at(&self, w: f64) -> Vec<Relation> {
        let (prediction, k) = (self.prediction(), self.problem.mixing_ratio());
        // The distance to the limit shrinks by rho u^2 < .76 in each generation (w >= .15, rho <= 51/49): after 2,000 nothing is left.
        let e = (self.path)(&[w; 2_000]);
        let [start, limit] = [e[0], e[2_000]];
        let arrival = e.iter().position(|e| (e / limit - 1.0).abs() <= 0.01).map_or(f64::NAN, |t| t as f64);
        let predicted = |generations| prediction.risk(weight(w), generations);
        let golden = prediction.limit_weight();
        let flag = |holds: bool| f64::from(u8::from(holds));
        self.label(
            w,
            [
                ("t = 7", predicted(Generations::At(7)), e[7]),
                ("t = 3..8", predicted(Generations::Average { from: 3, until: 9 }), e[3..9].iter().sum::<f64>() / 6.0),
                ("limit", predicted(Generations::Limit), limit),
                (
                    "first t within 1 % of the limit",
                    prediction.generations_to_limit(weight(w)).map_or(f64::NAN, f64::from),
                    arrival,
                ),
                ("relative risk", prediction.relative_risk(weight(w)), limit / start),
                ("fresh rows alone", prediction.fresh_only_risk(weight(w), Generations::Limit), start),
                ("exact", flag(prediction.exact(weight(w))), flag(self.is_exact)),
                ("w*(k)^2 + k w*(k)", golden * golden + k * golden, k),
                ("naive weight", prediction.naive_weight(), k / (1.0 + k)),
            ],
        )
    }

    fn optima(&self) -> Vec<Relation> {
        let prediction = self.prediction();
        let limit = |w: f64| self.last(&[w; 300]);
        let best = minimise(&limit, (0.03, 0.99)).at;
        let mut sequence = Vec::new();
        for _ in 0..4 {
            let next = |w: f64| self.last(&[sequence.as_slice(), &[w]].concat());
            let weight = minimise(&next, (0.05, 0.99)).at;
            sequence.push(weight);
        }
        let dynamic = prediction.dynamic_weights(4).unwrap_or_else(|| vec![f64::NAN; 4]);
        let rows = self.lost + (self.problem.rows().real as f64 - self.lost) * self.last(&[]) / limit(best);
        self.label(
            best,
            [
                ("optimal weight", prediction.optimal_weight().unwrap_or(f64::NAN), best),
                ("effective sample size", prediction.effective_sample_size().unwrap_or(f64::NAN), rows),
                ("w_1", dynamic[0], sequence[0]),
                ("w_2", dynamic[1], sequence[1]),
                ("w_3", dynamic[2], sequence[2]),
                ("w_4", dynamic[3], sequence[3]),
            ],
        )
    }
}

/// The simulations that the program runs for these models, dimensions and kinds of simulator, at n = 30, m = 20, t = 3, against its predictions.
pub fn simulated(weight: f64, problems: &[(Model, u64, SimulatorKind)]) -> Check {
    let case = |&(model, dim, kind): &(Model, u64, SimulatorKind)| {
        let problem = Problem::new(model, 30, 20, &Parameters::of_dim(Some(dim))).expect("a valid problem");
        let risk = Prediction::fresh(&problem).risk(domain::weight(weight), Generations::At(3));
        Case::of_problem(problem, kind, weight, 3, risk)
    };
    simulation("the program's simulations, against its predictions", 60_000, 0.09, problems.iter().map(case).collect())
        .in_full_tier()
}

/// The predicted risks of one generation, of an average and of the limit; the first generation within 1 % of the limit; the weights that depend on k alone.
pub fn risks(problems: impl Fn() -> Vec<Predicted> + Send + Sync + 'static) -> Check {
    recursion("the program's predictions, generation by generation", RECURSION, move || {
        let at = |predicted: &Predicted| [0.15, 0.618, 1.0].map(|w| predicted.risks_at(w)).concat();
        problems().iter().flat_map(at).collect()
    })
}

/// The predicted optimal weight, its effective sample size, and the optimal weights of the first four generations, against minimisers by Brent's method.
pub fn optima(problems: impl Fn() -> Vec<Predicted> + Send + Sync + 'static) -> Check {
    recursion("the program's optima, by Brent's method", MINIMISER, move || {
        problems().iter().flat_map(Predicted::optima).collect()
    })
}

/// A problem on fixed real rows, the weight on them, and the risk at t = 0, 1, ..., T by another computation. T is large enough for the limit.
pub type OnFixedRows = (Problem, f64, Vec<f64>);

/// What the program predicts on fixed real rows: the risks of one generation, of an average and of the limit, and the first generation within 1 % of the
/// limit. `is_exact` says whether the law holds at every size.
pub fn on_fixed_rows(is_exact: bool, problems: impl Fn() -> Vec<OnFixedRows> + Send + Sync + 'static) -> Check {
    let relations = move |(problem, w, e): &OnFixedRows| {
        let prediction = Prediction::new(problem, ScheduleKind::Fixed).expect("sizes that theory covers");
        let prediction = prediction.expect("a law on fixed rows");
        let predicted = |generations| prediction.risk(weight(*w), generations);
        let [start, limit] = [e[0], e[e.len() - 1]];
        let arrival = e.iter().position(|e| (e / limit - 1.0).abs() <= 0.01).map_or(f64::NAN, |t| t as f64);
        let exact = f64::from(u8::from(prediction.exact(weight(*w)) == is_exact));
        let place =
            format!("{}, n = {}, m = {}, w = {w}", problem.model(), problem.rows().real, problem.rows().synthetic);
        [
            ("t = 7", predicted(Generations::At(7)), e[7]),
            ("t = 3..8", predicted(Generations::Average { from: 3, until: 9 }), e[3..9].iter().sum::<f64>() / 6.0),
            ("limit", predicted(Generations::Limit), limit),
            (
                "first t within 1 % of the limit",
                prediction.generations_to_limit(weight(*w)).map_or(f64::NAN, f64::from),
                arrival,
            ),
            ("relative risk", prediction.relative_risk(weight(*w)), limit / start),
            ("real rows alone", prediction.fresh_only_risk(weight(*w), Generations::Limit), start),
            ("exact or not", exact, 1.0),
        ]
        .map(|(name, predicted, found)| (format!("{name}, {place}"), predicted, found))
    };
    recursion("the program's predictions, generation by generation", RECURSION, move || {
        problems().iter().flat_map(relations).collect()
    })
}
