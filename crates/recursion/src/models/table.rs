//! Logistic regression on rows resampled from a table, whose labels need not follow the model.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rand::RngExt;

use nalgebra::DMatrix;

use super::{
    control::Resampling,
    glm::{Design, Responses, Scratch, maximise, respond, responses},
    logistic::Bernoulli,
};
use crate::{FitFailure, Model, Part, Source, StreamRng, Terms};

/// A table of design rows with a label each, of which equal rows are kept once.
#[derive(Clone, Debug)]
pub struct Table {
    columns: usize,
    /// The distinct rows, one after another.
    designs: Vec<f64>,
    /// Their labels, 0 or 1.
    labels: Vec<f64>,
    /// Which of them each row of the table is.
    rows: Vec<u32>,
    /// A hash of all that, where it was asked for.
    hash: OnceLock<u64>,
}

impl Table {
    /// The table of these distinct rows: of each its design of so many columns (the intercept's is one of them), its label, and how many such rows there are.
    ///
    /// # Panics
    /// Where a design has another number of columns.
    ///
    /// # Examples
    /// see [`TableLogistic`].
    #[must_use]
    pub fn new<'a>(columns: usize, groups: impl IntoIterator<Item = (&'a [f64], bool, u32)>) -> Self {
        let mut table =
            Self { columns, designs: Vec::new(), labels: Vec::new(), rows: Vec::new(), hash: OnceLock::new() };
        for (design, label, count) in groups {
            assert_eq!(design.len(), columns, "columns of the design");
            table.rows.resize(table.rows.len() + count as usize, table.labels.len() as u32);
            table.designs.extend(design);
            table.labels.push(f64::from(u8::from(label)));
        }
        table
    }

    /// The distinct rows, their labels and how often each stands in the table.
    fn counted(&self) -> impl Iterator<Item = (&[f64], f64, f64)> {
        let mut counts = vec![0.0; self.labels.len()];
        self.rows.iter().for_each(|&group| counts[group as usize] += 1.0);
        self.designs.chunks_exact(self.columns).zip(&self.labels).zip(counts).map(|((x, y), count)| (x, *y, count))
    }

    /// Size and contents, the latter as the 64-bit FNV-1a hash of their bytes.
    fn identity(&self) -> String {
        let floats = || self.designs.iter().chain(&self.labels).flat_map(|x| x.to_bits().to_le_bytes());
        let bytes = || floats().chain(self.rows.iter().flat_map(|row| row.to_le_bytes()));
        let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        let hash = self.hash.get_or_init(|| bytes().fold(0xcbf2_9ce4_8422_2325, step));
        format!(
            "table of {} rows in {} groups, {} columns, {hash:016x}",
            self.rows.len(),
            self.labels.len(),
            self.columns
        )
    }

    /// A row drawn with replacement: its design and its label.
    fn draw(&self, rng: &mut StreamRng) -> (&[f64], f64) {
        let group = self.rows[rng.random_range(0..self.rows.len())] as usize;
        (&self.designs[group * self.columns..(group + 1) * self.columns], self.labels[group])
    }
}

/// Real rows that are drawn from a table with replacement, with their labels.
#[derive(Clone, Debug)]
pub struct Resampled(pub Arc<Table>);

impl Source<TableLogistic> for Resampled {
    fn draw(
        &self,
        _: &TableLogistic,
        rng: &mut StreamRng,
        noise: &mut Design,
        data: &mut Responses,
    ) -> Result<(), FitFailure> {
        noise.x.fill(|i| {
            let (design, label) = self.0.draw(rng);
            data[i / 4][i % 4] = label;
            design
        });
        Ok(())
    }

    /// There is one where the model has the same table and its truth is the fit on it. The head of `control.rs` derives it.
    fn control(
        &self,
        model: &TableLogistic,
        parts: &[Part<'_, TableLogistic>],
        turn: u64,
        before: &Vec<f64>,
        Scratch { control, .. }: &mut Scratch,
        controls: &mut [Terms],
    ) -> bool {
        let table = model.resampling().filter(|_| Arc::ptr_eq(&self.0, &model.table));
        let metrics = [Some(&model.metric), None];
        table.is_some_and(|table| {
            let table = Some(table);
            control.carry::<Bernoulli, _>((parts, turn), (&model.truth, before), table, &metrics, controls);
            true
        })
    }

    fn identity(&self) -> Option<String> {
        Some(self.0.identity())
    }
}

/// A loss of the error of the coefficients; its argument gives the error of coefficient j.
pub type ErrorLoss = Arc<dyn Fn(&dyn Fn(usize) -> f64) -> f64 + Send + Sync>;

/// Logistic regression on the columns of a table. Synthetic rows take their covariates from the table, drawn with replacement, and their labels from a fit.
///
/// The truth is a fit that is given, as the one on the whole table. Losses are one that is given (the squared error in the units of the raw columns), and
/// the squared error of the coefficients of the table's own columns. Those should be standardised, where fits are well conditioned.
///
/// # Examples
/// A column of ones and one covariate; 40 rows of four kinds.
/// ```
/// use std::sync::Arc;
/// use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
/// use goldenweight_recursion::models::table::{Resampled, Table, TableLogistic};
/// use goldenweight_recursion::{Fresh, Retraining, Rows};
///
/// let (low, high) = ([1.0, -1.0], [1.0, 1.0]);
/// let groups = [(&low[..], false, 15), (&low, true, 5), (&high, false, 5), (&high, true, 15)];
/// let table = Arc::new(Table::new(2, groups));
/// // The odds are 1/3 and 3, so the intercept is 0 and the slope ln 3.
/// let squares = |error: &dyn Fn(usize) -> f64| error(0) * error(0) + error(1) * error(1);
/// let model = TableLogistic::new(Arc::clone(&table), vec![0.0, 3_f64.ln()], Arc::new(squares));
/// let schedule = Fresh { rows: Rows { real: 1000, synthetic: 1000 } };
/// let retraining = Retraining { model: &model, source: &Resampled(table), schedule: &schedule };
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..500, record: Record::At(vec![0]) };
/// let outcomes = retraining.run(&plan, &[Weights::Constant(1.0)], Options::default());
/// let found = outcomes[0].at(0, "coefficients");
/// // In the limit of many rows the inverse Fisher information, 1/(3/16) for each coefficient; at 1,000 rows within 2 %.
/// assert!((found.mean() - 2.0 * 16.0 / 3.0 / 1000.0).abs() < 5.0 * found.std_error() + 0.02 * found.mean());
/// ```
#[derive(Clone)]
pub struct TableLogistic {
    table: Arc<Table>,
    truth: Vec<f64>,
    raw: ErrorLoss,
    /// The quadratic form that the given loss is, at least of small errors.
    metric: DMatrix<f64>,
    /// None unless the truth is the fit on the whole table. Made when a control first needs it, since it takes longer than the rest of the model, and then once
    /// for all clones.
    resampling: Arc<OnceLock<Option<Resampling>>>,
    /// What the loss that was given follows from.
    raw_words: Option<String>,
}

impl fmt::Debug for TableLogistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableLogistic").field("truth", &self.truth).finish_non_exhaustive()
    }
}

impl TableLogistic {
    /// # Panics
    /// Where the truth has not one coefficient for each column.
    #[must_use]
    pub fn new(table: Arc<Table>, truth: Vec<f64>, raw: ErrorLoss) -> Self {
        let p = table.columns;
        assert_eq!(truth.len(), p, "a coefficient for each column");
        // The form of a quadratic loss, from its values. With a loss that is not quadratic a control is less close to it; its mean is 0 all the same.
        let metric = DMatrix::from_fn(p, p, |i, j| {
            let along = |sign: f64| raw(&|h| f64::from(u8::from(h == i)) + sign * f64::from(u8::from(h == j)));
            0.25 * (along(1.0) - along(-1.0))
        });
        Self { table, truth, raw, metric, resampling: Arc::default(), raw_words: None }
    }

    fn resampling(&self) -> Option<&Resampling> {
        self.resampling.get_or_init(|| Resampling::new(&self.truth, self.table.counted())).as_ref()
    }

    /// The same, saying what the loss that was given follows from, without which nothing of the model is kept: two losses that are told alike must be alike to the bit.
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    /// use goldenweight_recursion::{Model, models::table::{Table, TableLogistic}};
    ///
    /// let table = Arc::new(Table::new(1, [(&[1.0][..], false, 15), (&[1.0], true, 5)]));
    /// let model = TableLogistic::new(table, vec![-1.0], Arc::new(|error: &dyn Fn(usize) -> f64| error(0) * error(0)));
    /// assert!(model.identity().is_none());
    /// assert!(model.with_loss_told("square".to_owned()).identity().is_some());
    /// ```
    #[must_use]
    pub fn with_loss_told(self, words: String) -> Self {
        Self { raw_words: Some(words), ..self }
    }
}

impl Model for TableLogistic {
    type Noise = Design;
    type Data = Responses;
    /// The coefficients of the table's columns.
    type Fit = Vec<f64>;
    type Scratch = Scratch;

    const LOSSES: &'static [&'static str] = &["coefficients", "standardised"];

    fn truth(&self) -> &Vec<f64> {
        &self.truth
    }

    fn noise(&self, rows: usize) -> Design {
        Design::new(self.truth.len(), rows)
    }

    fn data(&self, rows: usize) -> Responses {
        responses(rows)
    }

    fn unfitted(&self) -> Vec<f64> {
        vec![0.0; self.truth.len()]
    }

    fn scratch(&self) -> Scratch {
        Scratch::new(self.truth.len())
    }

    fn draw(&self, rng: &mut StreamRng, noise: &mut Design) {
        noise.x.fill(|_| self.table.draw(rng).0);
        noise.draw_words(rng);
    }

    fn generate(&self, from: &Vec<f64>, noise: &Design, data: &mut Responses) -> Result<(), FitFailure> {
        respond::<Bernoulli>(noise, from, data)
    }

    fn fit(
        &self,
        generation: u32,
        parts: &[Part<'_, Self>],
        Scratch { solver, .. }: &mut Scratch,
        beta: &mut Vec<f64>,
    ) -> Result<(), FitFailure> {
        maximise::<Bernoulli, Self>(generation, parts, &self.truth, solver, beta)
    }

    fn losses(&self, beta: &Vec<f64>, out: &mut [f64]) {
        let error = |j: usize| beta[j] - self.truth[j];
        out[0] = (self.raw)(&error);
        out[1] = (0..beta.len()).map(|j| error(j) * error(j)).sum();
    }

    fn identity(&self) -> Option<String> {
        let words = self.raw_words.as_ref()?;
        Some(format!("truth {:?}, {}, loss {words}", self.truth, self.table.identity()))
    }
}
