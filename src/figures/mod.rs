//! Pictures: the panels of the paper's figures, and others that show what the theory says.
//!
//! A picture is made in two steps. First its numbers are simulated and predicted; they are a [`table::Table`], which is written as a CSV file.
//! Then pure functions make a [`chart::Chart`] of the table alone, and the SVG ([`svg::svg`]) of the chart. So a picture can be drawn again
//! from its CSV. The header of the CSV says how it was made.
//!
//! # Files
//!
//! * `growth` (figure 7), `curve` (8 and 10), `ratios` (9): panels of the paper.
//! * `compared`: the same panels from what a run of `verify` compared.
//! * `schedules`: the risk by which rows are kept; `density`: a density estimate's two optima; `atlas`: all settings by their best weight.
//! * `theory`: pictures of formulas. `evidence`: risks that approach their limit as sizes grow, and z of the comparisons.
//! * `subject`: what a panel retrains. `grid`: simulates it at several weights on common random numbers, and finds the minimum.

mod atlas;
mod axis;
pub mod chart;
mod compared;
mod curve;
mod density;
mod evidence;
mod grid;
mod growth;
pub mod network;
mod ratios;
mod schedules;
mod subject;
mod svg;
pub mod table;
mod theory;

use goldenweight_evidence::outcome::RunOutcome;
use goldenweight_theory::parameters::ParameterError;

use self::chart::Chart;
use self::subject::Subject;
pub use self::svg::svg;
use self::table::Table;
use crate::adult::Column;
use crate::catalogue;
use crate::experiment::Rows;
use crate::simulate::engine::Shared;
use crate::stream::experiment_id;

/// The key of a picture's random streams, its number of replicates, and who is told of the progress.
#[derive(Clone, Copy)]
pub struct Draw<'a> {
    seed: u64,
    experiment: u64,
    replicates: u64,
    progress: &'a (dyn Fn(u64) + Sync),
    /// Where the simulation is divided: then there are no numbers.
    share: Option<Shared>,
}

/// What kind of picture.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Growth(Subject),
    Curve(Subject, curve::Sizes),
    Ratios(Subject),
    Theory(theory::Idea),
    Schedules,
    Density,
    Ladders,
    Calibration,
}

/// A picture that can be made.
///
/// # Examples
/// ```
/// use goldenweight::figures::{Picture, svg};
///
/// // The weights as a function of n/m: nothing is simulated.
/// let pictures = Picture::all();
/// let picture = pictures.iter().find(|picture| picture.name() == "golden-weight").expect("a picture of the theory");
/// assert_eq!((picture.group(), picture.replicates()), ("theory", None));
/// let table = picture.table(1, 0, &|_| ())?;
/// assert!(!picture.chart(&table).panes[0].marks.is_empty());
/// assert!(svg(&picture.chart(&table)).starts_with("<svg"));
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    name: String,
    group: &'static str,
    title: String,
    replicates: u64,
    form: Form,
}

impl Picture {
    /// Every picture, in the order in which they are made.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let models = |dim| {
            [
                (Subject::Model(&catalogue::GAUSSIAN_MEAN, dim), "Gaussian mean"),
                (Subject::Model(&catalogue::GAUSSIAN_COVARIANCE, dim), "Gaussian covariance"),
                (Subject::Model(&catalogue::CDF, dim), "distribution function"),
                (Subject::Model(&catalogue::LINEAR, dim), "linear regression"),
                (Subject::Model(&catalogue::LOGISTIC, dim), "logistic regression"),
                (Subject::Model(&catalogue::POISSON, dim), "Poisson regression"),
            ]
        };
        let adult = [
            (Subject::Categories(Column::Workclass), "Adult, workclass"),
            (Subject::Categories(Column::Education), "Adult, education"),
            (Subject::Categories(Column::MaritalStatus), "Adult, marital status"),
            (Subject::Income, "Adult, logistic regression of income"),
        ];
        let equal = |rows, average| curve::Sizes { rows: Rows { real: rows, synthetic: rows }, average };
        let panels = |group: &'static str, replicates, forms: Vec<(Form, &str)>| {
            let panel = move |((form, what), letter): ((Form, &str), char)| Self {
                name: format!("{group}{letter}"),
                group,
                title: format!("{group} ({letter}) {what}"),
                replicates,
                form,
            };
            forms.into_iter().zip('a'..).map(panel).collect::<Vec<_>>()
        };
        let of = |forms: &[(Subject, &'static str)], form: &dyn Fn(Subject) -> Form| {
            forms.iter().map(|(subject, what)| (form(*subject), *what)).collect::<Vec<_>>()
        };
        let named = |name: &str, title: &str, replicates, form| Self {
            name: name.to_owned(),
            group: "theory",
            title: title.to_owned(),
            replicates,
            form,
        };
        let ideas = theory::Idea::ALL.map(|(idea, name, title)| named(name, title, 0, Form::Theory(idea)));
        let evidence = [
            named("schedules", "The risk by which rows are kept", 8_000, Form::Schedules),
            named("density", "A density’s best weight and bandwidth", 4_000, Form::Density),
            named("ladders", "Finite samples approach the limit laws", 4_000, Form::Ladders),
            named("calibration", "z of the comparisons against its law", evidence::FULL_BUDGET, Form::Calibration),
        ];
        [
            panels("7", 1_000, of(&models(growth::DIM), &Form::Growth)),
            panels("8", 2_000, of(&models(2), &|subject| Form::Curve(subject, equal(100, (150, 200))))),
            panels("9", 1_000, of(&models(2), &Form::Ratios)),
            panels("10", 1_000, of(&adult, &|subject| Form::Curve(subject, equal(500, (80, 100))))),
            ideas.into(),
            evidence.into(),
        ]
        .concat()
    }

    /// Its name on the command line.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of the paper's figure that it is a panel of, or `theory`.
    #[must_use]
    pub const fn group(&self) -> &'static str {
        self.group
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Name of its files, without an ending.
    #[must_use]
    pub fn file_stem(&self) -> String {
        if self.group == "theory" { self.name.clone() } else { format!("figure-{}", self.name) }
    }

    /// Replicates by default; none where nothing is simulated.
    #[must_use]
    pub fn replicates(&self) -> Option<u64> {
        (self.replicates > 0).then_some(self.replicates)
    }

    /// Nanoseconds on one thread, roughly. The progress bar estimates the time left from it.
    #[must_use]
    pub fn effort(&self, replicates: u64) -> u64 {
        replicates
            * match self.form {
                Form::Growth(subject) => u64::from(growth::GENERATIONS) * subject.effort(growth::ROWS),
                Form::Curve(subject, sizes) => {
                    curve::weights().len() as u64 * u64::from(sizes.average.1) * subject.effort(sizes.rows)
                }
                Form::Ratios(subject) => ratios::effort(subject),
                Form::Theory(_) => 0,
                Form::Schedules => schedules::EFFORT,
                Form::Density => density::EFFORT,
                Form::Ladders => evidence::ladders_effort(),
                Form::Calibration => evidence::CALIBRATION_EFFORT,
            }
    }

    /// Its numbers. They are the same for any number of threads. `progress` is told how many nanoseconds of work were done, which add up to about
    /// [`Picture::effort`].
    ///
    /// # Errors
    /// Where theory does not cover the sizes.
    pub fn table(&self, seed: u64, replicates: u64, progress: &(dyn Fn(u64) + Sync)) -> Result<Table, ParameterError> {
        self.drawn(seed, replicates, None, progress)
    }

    /// Simulates one share of what its numbers need and the [store of the process](crate::simulate::engine::store) lacks. Without a store, nobody has anything of it.
    ///
    /// # Errors
    /// As [`Picture::table`].
    ///
    /// # Examples
    /// ```
    /// use goldenweight::{figures::Picture, simulate::engine::Shared};
    ///
    /// let picture = Picture::all().into_iter().find(|picture| picture.name() == "golden-weight").expect("a picture");
    /// picture.draw_share(1, 0, Shared { index: 0, of: 2 }, &|_| ())?;
    /// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
    /// ```
    pub fn draw_share(
        &self,
        seed: u64,
        replicates: u64,
        share: Shared,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), ParameterError> {
        if let Form::Theory(_) = self.form {
            Ok(())
        } else {
            self.drawn(seed, replicates, Some(share), progress).map(drop)
        }
    }

    fn drawn(
        &self,
        seed: u64,
        replicates: u64,
        share: Option<Shared>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Table, ParameterError> {
        let experiment = experiment_id(&self.file_stem());
        // Not all pictures begin with the first share.
        let share = share.map(|share| share.after(experiment, 0));
        let draw = Draw { seed, experiment, replicates, progress, share };
        match self.form {
            Form::Growth(subject) => growth::table(subject, &draw),
            Form::Curve(subject, sizes) => curve::table(subject, sizes, &draw),
            Form::Ratios(subject) => ratios::table(subject, &draw),
            Form::Theory(idea) => idea.table(),
            Form::Schedules => schedules::table(&draw),
            Form::Density => density::table(&draw),
            Form::Ladders => evidence::ladders(&draw),
            Form::Calibration => Ok(evidence::calibration(&draw)),
        }
    }

    /// The panel from what a run compared for its claim: theory's curve, and the run's estimates on it. Nothing is simulated. None of a picture that is no
    /// panel of the paper, and where the run has not its claim.
    ///
    /// # Errors
    /// Where theory does not cover the sizes.
    ///
    /// # Examples
    /// see [`page::companion`](crate::page::companion), which has every panel of a run.
    pub fn compared(&self, run: &RunOutcome) -> Result<Option<Chart>, ParameterError> {
        let Some(claim) = run.claims.iter().find(|claim| claim.says.id == self.file_stem()) else { return Ok(None) };
        match self.form {
            Form::Growth(subject) => compared::growth(subject, &self.title, claim).map(Some),
            Form::Curve(subject, sizes) => compared::curve(subject, sizes, &self.title, claim).map(Some),
            Form::Ratios(subject) => compared::ratios(subject, &self.title, claim).map(Some),
            Form::Theory(_) | Form::Schedules | Form::Density | Form::Ladders | Form::Calibration => Ok(None),
        }
    }

    /// The picture of its numbers.
    #[must_use]
    pub fn chart(&self, table: &Table) -> Chart {
        match self.form {
            Form::Growth(subject) => growth::chart(subject, &self.title, table),
            Form::Curve(subject, _) => curve::chart(subject, &self.title, table),
            Form::Ratios(subject) => ratios::chart(subject, &self.title, table),
            Form::Theory(idea) => idea.chart(&self.title, table),
            Form::Schedules => schedules::chart(&self.title, table),
            Form::Density => density::chart(&self.title, table),
            Form::Ladders => evidence::ladders_chart(&self.title, table),
            Form::Calibration => evidence::calibration_chart(&self.title, table),
        }
    }
}
