//! The chains that are measured, and for each the random variates of its generations.

use std::hint::black_box;

use goldenweight::adult::Table;
use goldenweight::experiment::Rows;
use goldenweight::simulate::Simulator;
use goldenweight::simulate::adult::AdultLogistic;
use goldenweight::simulate::categorical::{CategoricalRows, CategoricalSufficient};
use goldenweight::simulate::cdf::CdfRows;
use goldenweight::simulate::engine::{Options, Plan, Record, ScheduleKind, Weights};
use goldenweight::simulate::gaussian::{GaussianRows, GaussianSufficient};
use goldenweight::simulate::linear::{LinearRows, LinearSufficient};
use goldenweight::simulate::logistic::Logistic;
use goldenweight::simulate::poisson::Poisson;
use goldenweight::stream::{Purpose, Streams};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::{ChiSquared, StandardNormal};
use rayon::ThreadPoolBuilder;

const STREAMS: Streams = Streams { seed: 1, experiment: 1 };

/// Rows of a generation in figure 8.
pub const ROWS: Rows = Rows { real: 100, synthetic: 100 };
/// Dimension of the models in figure 8.
pub const DIM: usize = 2;

/// Rows of a generation in figure 10 (d). With fewer, many samples are separable: their logistic fit does not exist.
const ADULT_ROWS: Rows = Rows { real: 500, synthetic: 500 };

/// The random variates of one generation: of its rows and of nothing that a particular algorithm needs besides. A label, a count, a category
/// or a point takes one uniform number at least, so that is what it counts for, whatever the simulator draws in its place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variates {
    /// From N(0, 1).
    pub normals: usize,
    /// From U(0, 1).
    pub uniforms: usize,
    /// From the chi-squared law.
    pub chi_squared: usize,
}

impl Variates {
    /// The floor: merely draws the variates of a chain into memory, from streams opened as the engine does.
    pub fn draw(self, generations: u32) -> f64 {
        let law = ChiSquared::new(ROWS.real as f64 - 1.0).expect("positive degrees of freedom");
        let mut drawn = vec![0.0; self.normals + self.uniforms + self.chi_squared];
        let (normals, rest) = drawn.split_at_mut(self.normals);
        let (uniforms, chi_squared) = rest.split_at_mut(self.uniforms);
        for t in 0..generations {
            let mut rng = STREAMS.rng(0, t, Purpose::Real, 0);
            black_box(STREAMS.rng(0, t, Purpose::Synthetic, 0));
            black_box(&mut *normals).fill_with(|| rng.sample(StandardNormal));
            black_box(&mut *uniforms).fill_with(|| rng.random());
            black_box(&mut *chi_squared).fill_with(|| rng.sample(law));
        }
        drawn.iter().sum()
    }
}

/// A plan of as many replicates, with the loss averaged over `from..until`.
pub fn plan(replicates: u64, from: u32, until: u32) -> Plan {
    Plan {
        seed: STREAMS.seed,
        experiment: STREAMS.experiment,
        cell: 0,
        replicates: 0..replicates,
        schedule: ScheduleKind::Fresh,
        record: Record::Average { from, until },
    }
}

/// The golden weight alone.
pub const ONE_WEIGHT: [Weights; 1] = [Weights::Constant(0.618)];

/// The 30 weights of figure 8, which share their random numbers.
pub fn grid() -> Vec<Weights> {
    (10..40).map(|i| Weights::Constant(f64::from(i) / 50.0)).collect()
}

/// The sum of the risks of a plan at these weights.
type Risks = dyn Fn(&Plan, &[Weights]) -> f64 + Sync;

/// A simulator under its name.
pub struct Kernel {
    /// The model, and how its generations are drawn.
    pub name: &'static str,
    /// What a generation must draw.
    pub variates: Variates,
    risks: Box<Risks>,
}

impl Kernel {
    fn new(name: &'static str, variates: Variates, simulator: impl Simulator + 'static) -> Self {
        let risks = move |plan: &Plan, weights: &[Weights]| {
            simulator.run(plan, weights, Options::default()).iter().map(|outcome| outcome.moments[0][0].mean()).sum()
        };
        Self { name, variates, risks: Box::new(risks) }
    }

    /// With the losses' controls.
    fn controlled(name: &'static str, variates: Variates, simulator: impl Simulator + 'static) -> Self {
        let risks = move |plan: &Plan, weights: &[Weights]| {
            let outcomes = simulator.run(plan, weights, Options { controls: true, ..Options::default() });
            outcomes.iter().map(|outcome| outcome.controlled.as_ref().expect("a control")[0][0].mean()).sum()
        };
        Self { name, variates, risks: Box::new(risks) }
    }

    /// Runs the plan by the engine; the sum of the risks at these weights, which must be a number.
    pub fn run(&self, plan: &Plan, weights: &[Weights]) -> f64 {
        let risks = (self.risks)(plan, weights);
        assert!(risks.is_finite(), "{}: the sum of the risks is {risks}", self.name);
        black_box(risks)
    }
}

/// Every simulator of a figure at these sizes.
pub fn kernels(rows: Rows, dim: usize) -> Vec<Kernel> {
    let (sigma, beta) = (|| DMatrix::identity(dim, dim), || DVector::from_element(dim, 1.0));
    let cells = || vec![0.1, 0.2, 0.3, 0.4];
    let total = rows.real + rows.synthetic;
    let normals = |normals| Variates { normals, ..Variates::default() };
    let uniforms = |uniforms| Variates { uniforms, ..Variates::default() };
    // For the real and for the synthetic part: a covariance by Bartlett's triangle (normals below a chi-squared diagonal), and a mean.
    let wishart = Variates { normals: dim * (dim - 1) + 2 * dim, chi_squared: 2 * dim, uniforms: 0 };
    let labelled = Variates { normals: total * dim, uniforms: total, chi_squared: 0 };
    vec![
        Kernel::new("gaussian-rows", normals(total * dim), GaussianRows::new(sigma(), rows)),
        Kernel::new("gaussian-sufficient", wishart, GaussianSufficient::new(sigma(), rows)),
        Kernel::new("linear-rows", normals(total * (dim + 1)), LinearRows::new(&beta(), 1.0, rows)),
        Kernel::new("linear-sufficient", wishart, LinearSufficient::new(&beta(), 1.0, rows)),
        Kernel::new("logistic-rows", labelled, Logistic::new(beta(), rows)),
        Kernel::new("poisson-rows", labelled, Poisson::new(beta(), rows)),
        Kernel::controlled("logistic-controls", labelled, Logistic::new(beta(), rows)),
        Kernel::controlled("poisson-controls", labelled, Poisson::new(beta(), rows)),
        Kernel::new("cdf-rows", uniforms(total), CdfRows::new(rows)),
        Kernel::new("categorical-rows", uniforms(total), CategoricalRows::new(cells(), rows)),
        Kernel::new(
            "categorical-sufficient",
            uniforms(2 * (cells().len() - 1)),
            CategoricalSufficient::new(cells(), rows),
        ),
        // Each row is picked from the table, and a synthetic one draws its label.
        Kernel::new("adult-logistic-rows", uniforms(3 * 500), AdultLogistic::new(Table::embedded(), ADULT_ROWS)),
    ]
}

/// Everything on the calling thread: nothing else runs that could take time or instructions.
pub fn one_thread() {
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("the first pool");
}
