//! Wrong simulators.
//!
//! The faults live in a plain Gaussian simulator and a plain categorical one, which without a fault are the controls.

use nalgebra::{Cholesky, DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::{Row, simulator as wrong};
use crate::claims::check::Case;
use crate::experiment::Rows;
use crate::simulate::engine::Record;
use crate::simulate::linear::LinearSufficient;
use crate::simulate::logistic::Logistic;
use crate::simulate::{FitFailure, Simulator};
use crate::stream::StreamRng;

fn right(claim: &'static str, check: &'static str, name: &'static str, simulator: fn(&Case) -> Case) -> Row {
    let (claim, mutant) = wrong(claim, check, name, simulator);
    (claim, mutant.control())
}

/// The Gaussian simulator with this fault, at the case's cell; Sigma as in the Gaussian claims.
fn gaussian(case: &Case, fault: Fault) -> Case {
    let sigma = [2.0, 0.6, -0.3, 0.6, 1.0, 0.2, -0.3, 0.2, 0.5];
    case.clone().simulated_by(Faulty { sigma: DMatrix::from_row_slice(3, 3, &sigma), rows: case.cell().rows, fault })
}

/// The table: the controls first.
pub fn table() -> Vec<Row> {
    const MEAN: (&str, &str) = ("gaussian-mean-law", "by rows");
    const COV: (&str, &str) = ("gaussian-covariance-law", "by rows");
    const CELLS: (&str, &str) = ("categorical-law", "by rows");
    const LINEAR: (&str, &str) = ("linear-synthetic-only", "by sufficient statistics");
    const SEPARATION: (&str, &str) = ("logistic-separation", "share of ended chains");
    vec![
        right(MEAN.0, MEAN.1, "control: a plain Gaussian simulator, mean", |c| gaussian(c, Fault::None)),
        right(COV.0, COV.1, "control: a plain Gaussian simulator, covariance", |c| gaussian(c, Fault::None)),
        wrong(MEAN.0, MEAN.1, "stale real rows: those of generation 0", |c| c.clone().with_fixed_rows()),
        wrong(MEAN.0, MEAN.1, "synthetic rows from generation t - 2", |c| gaussian(c, Fault::OneBehind)),
        wrong(MEAN.0, MEAN.1, "synthetic rows from the truth", |c| gaussian(c, Fault::FromTruth)),
        wrong(MEAN.0, MEAN.1, "weights exchanged between the parts", |c| gaussian(c, Fault::Exchanged)),
        wrong(MEAN.0, MEAN.1, "weights per row, not per part", |c| gaussian(c, Fault::PerRow)),
        wrong(MEAN.0, MEAN.1, "weights that add up to 1.02", |c| gaussian(c, Fault::Unnormalised)),
        wrong(MEAN.0, MEAN.1, "one stream for the real and the synthetic rows", |c| gaussian(c, Fault::OneStream)),
        wrong(MEAN.0, MEAN.1, "one synthetic row less", |c| gaussian(c, Fault::OneLess)),
        wrong(COV.0, COV.1, "pooled centring of the covariance", |c| gaussian(c, Fault::PooledCentre)),
        wrong(COV.0, COV.1, "biased covariance: divisors n and m", |c| gaussian(c, Fault::Biased)),
        wrong(COV.0, COV.1, "synthetic rows with the true covariance", |c| gaussian(c, Fault::TrueCovariance)),
        wrong(COV.0, COV.1, "synthetic rows with the diagonal of the covariance", |c| gaussian(c, Fault::Diagonal)),
        wrong(COV.0, COV.1, "synthetic rows from generation t - 2, covariance", |c| gaussian(c, Fault::OneBehind)),
        wrong(COV.0, COV.1, "stale real rows, covariance", |c| c.clone().with_fixed_rows()),
        wrong(MEAN.0, "by sufficient statistics", "generation 0 counted as one", |c| gaussian(c, Fault::Late)),
        right(CELLS.0, CELLS.1, "control: a plain categorical simulator", |c| categories(c, 0)),
        wrong(CELLS.0, CELLS.1, "one real row less in the cells", |c| categories(c, 1)),
        wrong(CELLS.0, CELLS.1, "stale real rows in the cells", |c| c.clone().with_fixed_rows()),
        wrong(LINEAR.0, LINEAR.1, "noise of 1 for .49", |c| linear(c, 1.0)),
        wrong("logistic-limit", "k = 1, w = .618, p = 2", "labels by twice the coefficients", |c| {
            let beta = DVector::from_element(c.cell().dim, 2.0);
            c.clone().simulated_by(Logistic::new(beta, c.cell().rows))
        }),
        wrong(SEPARATION.0, SEPARATION.1, "dropped failed fits: chains go on from the model before", |c| {
            let beta = DVector::zeros(c.cell().dim);
            c.clone().simulated_by(Dropping(Logistic::new(beta, c.cell().rows)))
        }),
        wrong(
            "figure-8a",
            "risk at w = .2, .38, .62, .78",
            "missing burn-in: the first generations are averaged",
            |c| c.clone().recording(Record::Average { from: 0, until: 20 }),
        ),
    ]
}

fn linear(case: &Case, noise: f64) -> Case {
    let beta = DVector::from_element(case.cell().dim, 1.0);
    case.clone().simulated_by(LinearSufficient::new(&beta, noise, case.cell().rows))
}

/// Chains that pass over the fits that do not exist.
struct Dropping(Logistic);

impl Simulator for Dropping {
    type Real = <Logistic as Simulator>::Real;
    type Noise = <Logistic as Simulator>::Noise;
    type State = <Logistic as Simulator>::State;

    const LOSSES: &'static [&'static str] = Logistic::LOSSES;

    fn real(&self) -> Self::Real {
        self.0.real()
    }

    fn noise(&self) -> Self::Noise {
        self.0.noise()
    }

    fn state(&self) -> Self::State {
        self.0.state()
    }

    fn draw_real(&self, rng: &mut StreamRng, real: &mut Self::Real) -> Result<(), FitFailure> {
        self.0.draw_real(rng, real)
    }

    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut Self::Noise) {
        self.0.draw_noise(rng, noise);
    }

    fn start(&self, real: &Self::Real, state: &mut Self::State) -> Result<(), FitFailure> {
        self.0.start(real, state).or(Ok(()))
    }

    fn retrain(
        &self,
        weight: f64,
        real: &Self::Real,
        noise: &Self::Noise,
        state: &mut Self::State,
    ) -> Result<(), FitFailure> {
        let before = state.clone();
        self.0.retrain(weight, real, noise, state).or_else(|_| {
            *state = before;
            Ok(())
        })
    }

    fn losses(&self, state: &Self::State, out: &mut [f64]) {
        self.0.losses(state, out);
    }
}

/// What is wrong with the Gaussian simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    OneBehind,
    FromTruth,
    Exchanged,
    PerRow,
    Unnormalised,
    OneStream,
    OneLess,
    TrueCovariance,
    PooledCentre,
    Biased,
    Diagonal,
    Late,
}

/// Retrains N(0, sigma) row by row.
struct Faulty {
    sigma: DMatrix<f64>,
    rows: Rows,
    fault: Fault,
}

/// A fitted Gaussian.
#[derive(Clone)]
struct Fitted {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

struct FaultyState {
    current: Fitted,
    last: Fitted,
    late: bool,
}

impl Faulty {
    fn truth(&self) -> Fitted {
        Fitted { mean: DVector::zeros(self.sigma.nrows()), covariance: self.sigma.clone() }
    }

    /// Rows of a Gaussian, one per column.
    fn draw(from: &Fitted, rows: usize, rng: &mut StreamRng) -> DMatrix<f64> {
        let p = from.mean.len();
        // A mix of two sample covariances of more rows than dimensions is positive definite.
        let factor = Cholesky::new(from.covariance.clone()).expect("positive definite").unpack();
        let mut drawn = factor * DMatrix::from_fn(p, rows, |_, _| rng.sample::<f64, _>(StandardNormal));
        drawn.column_iter_mut().for_each(|mut row| row += &from.mean);
        drawn
    }

    fn fit(&self, rows: &DMatrix<f64>, centre: Option<&DVector<f64>>) -> Fitted {
        let mean = rows.column_mean();
        let centre = centre.unwrap_or(&mean);
        let mut centred = rows.clone();
        centred.column_iter_mut().for_each(|mut row| row -= centre);
        let divisor = rows.ncols() as f64 - if self.fault == Fault::Biased { 0.0 } else { 1.0 };
        Fitted { covariance: &centred * centred.transpose() / divisor, mean }
    }
}

/// Memory for a stream.
fn stream() -> StreamRng {
    StreamRng::seed_from_u64(0)
}

/// Real rows and noise are the streams: what is drawn from them is the chain's.
impl Simulator for Faulty {
    type Real = StreamRng;
    type Noise = StreamRng;
    type State = FaultyState;

    const LOSSES: &'static [&'static str] = &["mean", "covariance"];

    fn real(&self) -> StreamRng {
        stream()
    }

    fn noise(&self) -> StreamRng {
        stream()
    }

    fn state(&self) -> FaultyState {
        FaultyState { current: self.truth(), last: self.truth(), late: false }
    }

    fn draw_real(&self, rng: &mut StreamRng, real: &mut StreamRng) -> Result<(), FitFailure> {
        real.clone_from(rng);
        Ok(())
    }

    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut StreamRng) {
        noise.clone_from(rng);
    }

    fn start(&self, real: &StreamRng, state: &mut FaultyState) -> Result<(), FitFailure> {
        let rows = Self::draw(&self.truth(), self.rows.real, &mut real.clone());
        state.current = self.fit(&rows, None);
        state.last = state.current.clone();
        state.late = self.fault == Fault::Late;
        Ok(())
    }

    fn retrain(
        &self,
        weight: f64,
        real: &StreamRng,
        noise: &StreamRng,
        state: &mut FaultyState,
    ) -> Result<(), FitFailure> {
        if std::mem::take(&mut state.late) {
            return Ok(());
        }
        let Self { fault, rows: Rows { real: n, synthetic: m }, .. } = *self;
        let origin = match fault {
            Fault::OneBehind => state.last.clone(),
            Fault::FromTruth => self.truth(),
            Fault::TrueCovariance => Fitted { covariance: self.sigma.clone(), ..state.current.clone() },
            Fault::Diagonal => Fitted {
                covariance: DMatrix::from_diagonal(&state.current.covariance.diagonal()),
                ..state.current.clone()
            },
            _ => state.current.clone(),
        };
        let fresh = Self::draw(&self.truth(), n, &mut real.clone());
        let drawn = if fault == Fault::OneStream { real } else { noise };
        let drawn = Self::draw(&origin, m - usize::from(fault == Fault::OneLess), &mut drawn.clone());
        let (w, u) = match fault {
            Fault::Exchanged => (1.0 - weight, weight),
            Fault::PerRow => {
                let (w, u) = (weight * n as f64, (1.0 - weight) * m as f64);
                (w / (w + u), u / (w + u))
            }
            Fault::Unnormalised => (weight, 1.02 - weight),
            _ => (weight, 1.0 - weight),
        };
        let centre = fresh.column_mean() * w + drawn.column_mean() * u;
        let centre = (fault == Fault::PooledCentre).then_some(&centre);
        let (real, synthetic) = (self.fit(&fresh, centre), self.fit(&drawn, centre));
        state.last = std::mem::replace(
            &mut state.current,
            Fitted {
                mean: real.mean * w + synthetic.mean * u,
                covariance: real.covariance * w + synthetic.covariance * u,
            },
        );
        Ok(())
    }

    fn losses(&self, state: &FaultyState, out: &mut [f64]) {
        out[0] = state.current.mean.norm_squared();
        out[1] = (&state.current.covariance - &self.sigma).norm_squared();
    }
}

/// The categorical simulator of the cells (.05, .15, .3, .5) with so many real rows too few.
fn categories(case: &Case, fewer: usize) -> Case {
    let Rows { real, synthetic } = case.cell().rows;
    case.clone().simulated_by(Counted { rows: Rows { real: real - fewer, synthetic } })
}

const CATEGORIES: [f64; 4] = [0.05, 0.15, 0.3, 0.5];

struct Counted {
    rows: Rows,
}

/// Shares of the cells among so many rows, by comparing a uniform number with cumulated probabilities.
fn shares(probabilities: &[f64; 4], rows: usize, rng: &mut StreamRng) -> [f64; 4] {
    let mut shares = [0.0; 4];
    for _ in 0..rows {
        let mut left: f64 = rng.random();
        let cell = probabilities.iter().take(3).take_while(|p| {
            left -= **p;
            left >= 0.0
        });
        shares[cell.count()] += 1.0 / rows as f64;
    }
    shares
}

/// Real rows are their shares; the noise is the stream.
impl Simulator for Counted {
    type Real = [f64; 4];
    type Noise = StreamRng;
    type State = [f64; 4];

    const LOSSES: &'static [&'static str] = &["cells"];

    fn real(&self) -> [f64; 4] {
        CATEGORIES
    }

    fn noise(&self) -> StreamRng {
        stream()
    }

    fn state(&self) -> [f64; 4] {
        CATEGORIES
    }

    fn draw_real(&self, rng: &mut StreamRng, real: &mut [f64; 4]) -> Result<(), FitFailure> {
        *real = shares(&CATEGORIES, self.rows.real, rng);
        Ok(())
    }

    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut StreamRng) {
        noise.clone_from(rng);
    }

    fn start(&self, real: &[f64; 4], state: &mut [f64; 4]) -> Result<(), FitFailure> {
        *state = *real;
        Ok(())
    }

    fn retrain(
        &self,
        weight: f64,
        fresh: &[f64; 4],
        noise: &StreamRng,
        state: &mut [f64; 4],
    ) -> Result<(), FitFailure> {
        let drawn = shares(state, self.rows.synthetic, &mut noise.clone());
        *state = std::array::from_fn(|i| weight * fresh[i] + (1.0 - weight) * drawn[i]);
        Ok(())
    }

    fn losses(&self, state: &[f64; 4], out: &mut [f64]) {
        out[0] = state.iter().zip(CATEGORIES).map(|(share, p)| (share - p) * (share - p)).sum();
    }
}
