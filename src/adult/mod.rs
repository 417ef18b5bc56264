//! The Adult census table: the real data of the paper's last experiment, embedded in compact form.
//!
//! Provenance, licence and recipe are in `src/adult/README.md`.

mod logistic_fit;
mod read;

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

pub use logistic_fit::{Columns, LogisticFit, NoFit, Scale, Traces};
pub use read::{DataError, Differences};

/// Number of rows of the original, adult.data and adult.test together.
pub const ROWS: u32 = 48_842;

/// The covariates of the logistic model, in the order of [`Group::covariates`].
pub const COVARIATES: [&str; 5] = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week"];

/// A categorical column whose distribution is an experiment.
///
/// # Examples
/// see [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Class of worker; 9 categories, '?' among them.
    Workclass,
    /// Highest education; 16 categories.
    Education,
    /// Marital status; 7 categories.
    MaritalStatus,
}

impl Column {
    /// Every column, in the order of the paper's panels.
    pub const ALL: [Self; 3] = [Self::Workclass, Self::Education, Self::MaritalStatus];

    /// The column's name in the data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workclass => "workclass",
            Self::Education => "education",
            Self::MaritalStatus => "marital_status",
        }
    }
}

/// Rows that are equal in the columns of the logistic model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Values of [`COVARIATES`].
    pub covariates: [u32; 5],
    /// The response: income above 50,000 dollars a year.
    pub over_50k: bool,
    /// Number of rows.
    pub count: u32,
}

/// The parts of the Adult table that the experiments use, with the logistic fit on all of its rows.
///
/// # Examples
/// ```
/// use goldenweight::adult::{Column, ROWS, Table};
///
/// let table = Table::embedded();
/// assert_eq!(table.groups().iter().map(|group| group.count).sum::<u32>(), ROWS);
/// assert!((table.probabilities(Column::Education).iter().sum::<f64>() - 1.0).abs() < 1e-12);
/// // The fit's coefficients in the units of the table, and of columns with mean 0 and standard deviation 1.
/// let fit = table.logistic();
/// assert_eq!(fit.coefficients(), fit.scale().to_raw(fit.standardised()));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    groups: Vec<Group>,
    categories: [BTreeMap<String, u32>; 3],
    logistic: LogisticFit,
}

impl Table {
    /// The embedded table.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| {
            // The files are compiled into the program, so that an error in them is a bug, which any test that reads them finds.
            let fields = |text: &'static str| text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
            let number = |field: &str| field.parse::<u32>().expect("an embedded count is a number");
            let groups = fields(include_str!("rows.csv"))
                .map(|f| Group {
                    covariates: std::array::from_fn(|j| number(f[j])),
                    over_50k: number(f[5]) == 1,
                    count: number(f[6]),
                })
                .collect();
            let mut categories: [BTreeMap<String, u32>; 3] = Default::default();
            for f in fields(include_str!("categories.csv")) {
                let column = Column::ALL.into_iter().find(|c| c.name() == f[0]).expect("an embedded column is known");
                categories[column as usize].insert(f[1].to_owned(), number(f[2]));
            }
            Self::new(groups, categories).expect("the fit on the embedded table exists")
        })
    }

    /// The table of the two original files, `adult.data` and `adult.test`, or of public copies of them, in this directory; or of a single file, which may have all
    /// rows or some of them, for example the training part.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn from_dir(directory: &Path) -> Result<Self, DataError> {
        Ok(Self::read(directory)?.0)
    }

    /// The same, together with its differences from the original: in form, and in values.
    ///
    /// # Errors
    /// [`DataError`] names the file, the line and the column of whatever is wrong.
    pub fn read(path: &Path) -> Result<(Self, Differences), DataError> {
        let ((groups, categories), differences) = read::table(path)?;
        Ok((Self::new(groups, categories)?, differences))
    }

    fn new(groups: Vec<Group>, categories: [BTreeMap<String, u32>; 3]) -> Result<Self, NoFit> {
        let logistic = LogisticFit::new(&groups)?;
        Ok(Self { groups, categories, logistic })
    }

    /// Distinct rows of the logistic model, sorted.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Number of rows in each category of a column, sorted by name.
    #[must_use]
    pub const fn counts(&self, column: Column) -> &BTreeMap<String, u32> {
        &self.categories[column as usize]
    }

    /// Share of the rows in each category of a column, in the order of [`Table::counts`].
    #[must_use]
    pub fn probabilities(&self, column: Column) -> Vec<f64> {
        let rows: u32 = self.counts(column).values().sum();
        self.counts(column).values().map(|&count| f64::from(count) / f64::from(rows)).collect()
    }

    /// The logistic fit on all rows: the truth of the logistic experiment.
    #[must_use]
    pub const fn logistic(&self) -> &LogisticFit {
        &self.logistic
    }
}
