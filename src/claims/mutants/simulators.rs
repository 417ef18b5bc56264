//! Wrong simulators.
//!
//! They are a plain Gaussian simulator and a plain categorical one with one fault each. Without a fault these are the controls.

use nalgebra::{Cholesky, DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::{Row, simulator as wrong};
use crate::claims::check::Case;
use crate::experiment::Rows;
use crate::simulate::engine::Record;
use crate::simulate::glm::{Design, Regression, Responses, Scratch};
use crate::simulate::linear::LinearSufficient;
use crate::simulate::logistic::Bernoulli;
use crate::simulate::logistic::Logistic;
use crate::simulate::{FitFailure, Model, Part, Setting, Terms};
use crate::stream::StreamRng;

fn right(claim: &'static str, check: &'static str, name: &'static str, simulator: fn(&Case) -> Case) -> Row {
    let (claim, mutant) = wrong(claim, check, name, simulator);
    (claim, mutant.control())
}

/// The Gaussian simulator with this fault, at the place of a case. Sigma is that of the Gaussian claims.
fn gaussian(case: &Case, fault: Fault) -> Case {
    let sigma = [2.0, 0.6, -0.3, 0.6, 1.0, 0.2, -0.3, 0.2, 0.5];
    let model = Faulty::new(DMatrix::from_row_slice(3, 3, &sigma), fault);
    case.clone().simulated_by(Setting::of(model, case.cell().rows))
}

/// The table.
pub fn table() -> Vec<Row> {
    const MEAN: (&str, &str) = ("gaussian-mean-law", "by rows");
    const COV: (&str, &str) = ("gaussian-covariance-law", "by rows");
    const FIXED: (&str, &str) = ("fixed-mean", "by rows");
    const CELLS: (&str, &str) = ("categorical-law", "by rows");
    const LINEAR: (&str, &str) = ("linear-synthetic-only", "by sufficient statistics");
    const LOGISTIC: (&str, &str) = ("logistic-limit", "k = 1, w = .618, p = 2");
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
        right(FIXED.0, FIXED.1, "control: a plain Gaussian simulator on fixed rows", |c| gaussian(c, Fault::None)),
        wrong(FIXED.0, FIXED.1, "synthetic rows from the truth, fixed rows", |c| gaussian(c, Fault::FromTruth)),
        wrong(FIXED.0, FIXED.1, "weights exchanged between fixed and synthetic rows", |c| {
            gaussian(c, Fault::Exchanged)
        }),
        right(CELLS.0, CELLS.1, "control: a plain categorical simulator", |c| categories(c, 0)),
        wrong(CELLS.0, CELLS.1, "one real row less in the cells", |c| categories(c, 1)),
        wrong(CELLS.0, CELLS.1, "stale real rows in the cells", |c| c.clone().with_fixed_rows()),
        wrong(LINEAR.0, LINEAR.1, "noise of 1 for .49", |c| linear(c, 1.0)),
        wrong(LOGISTIC.0, LOGISTIC.1, "labels by twice the coefficients", |c| {
            let beta = DVector::from_element(c.cell().dim, 2.0);
            c.clone().simulated_by(Logistic::new(beta, c.cell().rows))
        }),
        right(LOGISTIC.0, LOGISTIC.1, "control: a wrapped logistic simulator", |c| {
            FaultyRegression::at(c, 1.0, Wrong::Nothing)
        }),
        wrong(LOGISTIC.0, LOGISTIC.1, "a control whose mean is not 0: synthetic scores at the truth", |c| {
            FaultyRegression::at(c, 1.0, Wrong::ControlAtTruth)
        }),
        wrong(LOGISTIC.0, LOGISTIC.1, "a control whose coefficient depends on the replicate that it serves", |c| {
            FaultyRegression::at(c, 1.0, Wrong::ControlByItself)
        }),
        wrong(SEPARATION.0, SEPARATION.1, "dropped failed fits: chains go on from the model before", |c| {
            FaultyRegression::at(c, 0.0, Wrong::DroppedFits)
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

/// What is wrong with the logistic simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Nothing,
    /// Where a fit does not exist, a chain goes on with the fit of the generation before.
    DroppedFits,
    /// The control takes the scores of synthetic labels at the true coefficients, where their mean is not 0.
    ControlAtTruth,
    /// The control counts a tenth less where it is negative.
    ControlByItself,
}

/// Logistic regression with a fault.
struct FaultyRegression(Regression<Bernoulli>, Wrong);

impl FaultyRegression {
    fn at(case: &Case, coefficient: f64, wrong: Wrong) -> Case {
        let model = Self(Regression::new(vec![coefficient; case.cell().dim]), wrong);
        case.clone().simulated_by(Setting::of(model, case.cell().rows))
    }

    /// The parts of a fit, as the regression sees them.
    fn parts<'a>(parts: &[Part<'a, Self>]) -> Vec<Part<'a, Regression<Bernoulli>>> {
        let part = |&Part { weight, rows, real, new, noise, data }: &Part<'a, Self>| Part {
            weight,
            rows,
            real,
            new,
            noise,
            data,
        };
        parts.iter().map(part).collect()
    }
}

impl Model for FaultyRegression {
    type Noise = Design;
    type Data = Responses;
    type Fit = Vec<f64>;
    type Scratch = Scratch;

    const LOSSES: &'static [&'static str] = Regression::<Bernoulli>::LOSSES;

    fn truth(&self) -> &Vec<f64> {
        self.0.truth()
    }

    fn noise(&self, rows: usize) -> Design {
        self.0.noise(rows)
    }

    fn data(&self, rows: usize) -> Responses {
        self.0.data(rows)
    }

    fn unfitted(&self) -> Vec<f64> {
        self.0.unfitted()
    }

    fn scratch(&self) -> Scratch {
        self.0.scratch()
    }

    fn draw(&self, rng: &mut StreamRng, noise: &mut Design) {
        self.0.draw(rng, noise);
    }

    fn generate(&self, from: &Vec<f64>, noise: &Design, data: &mut Responses) -> Result<(), FitFailure> {
        self.0.generate(from, noise, data)
    }

    fn fit(
        &self,
        generation: u32,
        parts: &[Part<'_, Self>],
        scratch: &mut Scratch,
        fit: &mut Vec<f64>,
    ) -> Result<(), FitFailure> {
        let before = fit.clone();
        let found = self.0.fit(generation, &Self::parts(parts), scratch, fit);
        if self.1 != Wrong::DroppedFits {
            return found;
        }
        if found.is_err() && generation > 0 {
            *fit = before;
        }
        Ok(())
    }

    fn control(
        &self,
        parts: &[Part<'_, Self>],
        turn: u64,
        before: &Vec<f64>,
        scratch: &mut Scratch,
        controls: &mut [Terms],
    ) -> bool {
        let made_by = if self.1 == Wrong::ControlAtTruth { self.truth() } else { before };
        let carried = controls[0][0];
        self.0.control(&Self::parts(parts), turn, made_by, scratch, controls);
        let synthetic: f64 = parts.iter().filter(|part| !part.real).map(|part| part.weight).sum();
        let added = controls[0][0] - synthetic * synthetic * carried;
        if self.1 == Wrong::ControlByItself && added < 0.0 {
            controls[0][0] -= 0.1 * added;
        }
        true
    }

    fn losses(&self, fit: &Vec<f64>, out: &mut [f64]) {
        self.0.losses(fit, out);
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?} {}", self.1, self.0.identity()?))
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
    truth: FaultyFit,
    fault: Fault,
}

/// A fitted Gaussian.
#[derive(Clone)]
struct Fitted {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

/// The model of a generation, and that of the one before.
#[derive(Clone)]
struct FaultyFit {
    current: Fitted,
    last: Fitted,
    late: bool,
}

impl Faulty {
    fn new(sigma: DMatrix<f64>, fault: Fault) -> Self {
        let current = Fitted { mean: DVector::zeros(sigma.nrows()), covariance: sigma.clone() };
        Self { sigma, truth: FaultyFit { last: current.clone(), current, late: false }, fault }
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

    fn estimate(&self, rows: &DMatrix<f64>, centre: Option<&DVector<f64>>) -> Fitted {
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

/// The noise is the random stream itself. Rows are drawn from it only when they are fitted, so that a fault can change what they are drawn from. `Data` is the fit
/// that makes them.
impl Model for Faulty {
    type Noise = StreamRng;
    type Data = FaultyFit;
    type Fit = FaultyFit;
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["mean", "covariance"];

    fn truth(&self) -> &FaultyFit {
        &self.truth
    }

    fn noise(&self, _: usize) -> StreamRng {
        stream()
    }

    fn data(&self, _: usize) -> FaultyFit {
        self.truth.clone()
    }

    fn unfitted(&self) -> FaultyFit {
        self.truth.clone()
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut StreamRng) {
        noise.clone_from(rng);
    }

    fn generate(&self, from: &FaultyFit, _: &StreamRng, data: &mut FaultyFit) -> Result<(), FitFailure> {
        data.clone_from(from);
        Ok(())
    }

    fn fit(
        &self,
        generation: u32,
        parts: &[Part<'_, Self>],
        (): &mut (),
        fit: &mut FaultyFit,
    ) -> Result<(), FitFailure> {
        let fault = self.fault;
        let real = parts.iter().find(|part| part.real);
        if generation == 0 {
            let real = real.ok_or(FitFailure)?;
            let current = self.estimate(&Self::draw(&self.truth.current, real.rows, &mut real.noise.clone()), None);
            *fit = FaultyFit { last: current.clone(), current, late: fault == Fault::Late };
            return Ok(());
        }
        if std::mem::take(&mut fit.late) {
            return Ok(());
        }
        let synthetic = parts.iter().find(|part| !part.real).ok_or(FitFailure)?;
        let FaultyFit { current, last, .. } = synthetic.data;
        let origin = match fault {
            Fault::OneBehind => last.clone(),
            Fault::FromTruth => self.truth.current.clone(),
            Fault::TrueCovariance => Fitted { covariance: self.sigma.clone(), ..current.clone() },
            Fault::Diagonal => {
                Fitted { covariance: DMatrix::from_diagonal(&current.covariance.diagonal()), ..current.clone() }
            }
            _ => current.clone(),
        };
        let stream = match real {
            Some(real) if fault == Fault::OneStream => real.noise,
            _ => synthetic.noise,
        };
        let made = synthetic.rows - usize::from(fault == Fault::OneLess);
        let made = Self::draw(&origin, made, &mut stream.clone());
        // Without weight on the real rows there are none.
        let Some(real) = real else {
            fit.last = std::mem::replace(&mut fit.current, self.estimate(&made, None));
            return Ok(());
        };
        let fresh = Self::draw(&self.truth.current, real.rows, &mut real.noise.clone());
        let weight = real.weight;
        let (w, u) = match fault {
            Fault::Exchanged => (1.0 - weight, weight),
            Fault::PerRow => {
                let (w, u) = (weight * real.rows as f64, (1.0 - weight) * synthetic.rows as f64);
                (w / (w + u), u / (w + u))
            }
            Fault::Unnormalised => (weight, 1.02 - weight),
            _ => (weight, 1.0 - weight),
        };
        let centre = fresh.column_mean() * w + made.column_mean() * u;
        let centre = (fault == Fault::PooledCentre).then_some(&centre);
        let (real, synthetic) = (self.estimate(&fresh, centre), self.estimate(&made, centre));
        fit.last = std::mem::replace(
            &mut fit.current,
            Fitted {
                mean: real.mean * w + synthetic.mean * u,
                covariance: real.covariance * w + synthetic.covariance * u,
            },
        );
        Ok(())
    }

    fn losses(&self, fit: &FaultyFit, out: &mut [f64]) {
        out[0] = fit.current.mean.norm_squared();
        out[1] = (&fit.current.covariance - &self.sigma).norm_squared();
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?} {:?}", self.fault, self.sigma))
    }
}

/// The categorical simulator of the cells (.05, .15, .3, .5). It draws `fewer` real rows too few.
fn categories(case: &Case, fewer: usize) -> Case {
    let Rows { real, synthetic } = case.cell().rows;
    case.clone().simulated_by(Setting::of(Counted, Rows { real: real - fewer, synthetic }))
}

const CATEGORIES: [f64; 4] = [0.05, 0.15, 0.3, 0.5];

struct Counted;

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

/// The noise is the random stream and the number of rows; the data are the shares of the cells.
impl Model for Counted {
    type Noise = (StreamRng, usize);
    type Data = [f64; 4];
    type Fit = [f64; 4];
    type Scratch = ();

    const LOSSES: &'static [&'static str] = &["cells"];

    fn truth(&self) -> &[f64; 4] {
        &CATEGORIES
    }

    fn noise(&self, rows: usize) -> (StreamRng, usize) {
        (stream(), rows)
    }

    fn data(&self, _: usize) -> [f64; 4] {
        CATEGORIES
    }

    fn unfitted(&self) -> [f64; 4] {
        CATEGORIES
    }

    fn scratch(&self) {}

    fn draw(&self, rng: &mut StreamRng, noise: &mut (StreamRng, usize)) {
        noise.0.clone_from(rng);
    }

    fn generate(&self, from: &[f64; 4], noise: &(StreamRng, usize), data: &mut [f64; 4]) -> Result<(), FitFailure> {
        *data = shares(from, noise.1, &mut noise.0.clone());
        Ok(())
    }

    fn fit(&self, _: u32, parts: &[Part<'_, Self>], (): &mut (), fit: &mut [f64; 4]) -> Result<(), FitFailure> {
        *fit = std::array::from_fn(|i| parts.iter().map(|part| part.weight * part.data[i]).sum());
        Ok(())
    }

    fn losses(&self, fit: &[f64; 4], out: &mut [f64]) {
        out[0] = fit.iter().zip(CATEGORIES).map(|(share, p)| (share - p) * (share - p)).sum();
    }

    fn identity(&self) -> Option<String> {
        Some(String::new())
    }
}
