//! Extinction of categories under training on synthetic rows alone (w = 0).
//!
//! # The chain
//!
//! Generation 0 is fitted on n real rows, each later one on m rows that the fit before it has made. The number of rows in a category of probability p is a Markov chain:
//! Bin(n, p) at generation 0, Bin(m, its share) at each later one. It ends at 0, the category is lost, or at all m rows, the category is alone. This is the chain of Wright and
//! Fisher in population genetics, with rows as genes and categories as alleles.
//!
//! # One category left
//!
//! The categories' numbers are dependent, but that one alone is left is the disjoint union of the events that category j has all rows. So
//! ```text
//! P(one left at t)            = sum_j P(X^j_t = m)
//! E(categories left at t)     = sum_j P(X^j_t > 0)
//! E(generations to one left)  = sum_{t>=0} (1 - P(one left at t)) = sum_j sum_{t>=0} (p_j - P(X^j_t = m)),     as sum_j p_j = 1
//! ```
//! are exact for every number of categories from the chain of one. From i rows, h(i) = sum over t >= 0 of (i/m - P(`X_t` = m)) solves h(i) = i/m + sum over 0 < j < m of
//! P(i, j) h(j), since i/m is the expected share of later generations. E(generations until a category is lost or alone) from i rows is
//! h(i) + h(m - i), by the same sum for the category and for all others together.
//!
//! # Many rows
//!
//! In the diffusion limit, time in units of m, the share x changes with variance x (1 - x)/m in a generation, and h solves x (1 - x)/(2m) h'' = -x, h(0) = h(1) = 0:
//! ```text
//! h(x) = -2m (1 - x) ln(1 - x)
//! E(generations to one left)                            ~ -2m sum_j (1 - p_j) ln(1 - p_j)
//! E(generations until category j is lost or alone)      ~ -2m (p_j ln p_j + (1 - p_j) ln(1 - p_j))
//! ```
//! (Kimura and Ohta, The average number of generations until fixation of a mutant gene in a finite population, Genetics 61, 1969, for two categories.) That each is
//! the only solution of its equation is proved in `theory/proofs/Diffusion.v`.
//!
//! Tested by `tests/laws/extinction.rs`: rationals, joint chains of three categories, known values.

use crate::parameters::SampleSizes;
use crate::scalar::Scalar;

/// The chain of the number of rows in one category.
///
/// # Computed as
/// The rows of the matrix hold the binomial probabilities above 1e-40 alone. [`Chain::generations`] eliminates one state after the other (Grassmann, Taksar and Heyman, 1985):
/// no difference is taken, so that rounding stays relative to each entry.
///
/// # Accuracy
/// probabilities 1e-12, expected generations 1e-11 relative for m up to [`Chain::MOST`]
///
/// # Examples
/// One row: category 1 of two is alone, or lost, at once.
/// ```
/// use goldenweight_theory::extinction::Chain;
/// let chain = Chain::of_floats(100);
/// // From half of 100 rows: 137 generations to one category, as from generation 0 on 100 rows but for the first.
/// let times = chain.generations();
/// assert!((times[50] + times[50] - 136.6).abs() < 0.5, "{}", 2.0 * times[50]);
/// ```
#[derive(Clone, Debug)]
pub struct Chain<S> {
    /// For each number of rows i, the first state that is kept, and the probabilities from there on.
    rows: Vec<(usize, Vec<S>)>,
}

/// C(rows, j) p^j (1 - p)^{rows - j} for j = 0..=rows, with those below 1e-40 left out: the first that is kept, and all from there on.
///
/// # Computed as
/// from the most probable j on by ratios of neighbours, then divided by the sum: no gamma function, and no cancellation.
///
/// # Examples
/// ```
/// use goldenweight_theory::extinction::binomial;
/// assert_eq!(binomial(2, 0.5), (0, vec![0.25, 0.5, 0.25]));
/// assert_eq!(binomial(3, 1.0), (3, vec![1.0]));
/// ```
#[must_use]
pub fn binomial(rows: u64, p: f64) -> (usize, Vec<f64>) {
    if p <= 0.0 {
        return (0, vec![1.0]);
    }
    if p >= 1.0 {
        return (rows as usize, vec![1.0]);
    }
    const LEAST: f64 = 1e-40;
    let odds = p / (1.0 - p);
    let mode = ((rows as f64 + 1.0) * p).floor().min(rows as f64) as u64;
    let up = |&(j, mass): &(u64, f64)| (j < rows).then(|| (j + 1, mass * ((rows - j) as f64 / (j + 1) as f64 * odds)));
    let down = |&(j, mass): &(u64, f64)| (j > 0).then(|| (j - 1, mass * (j as f64 / ((rows - j + 1) as f64 * odds))));
    let is_kept = |&(_, mass): &(u64, f64)| mass >= LEAST;
    let below = std::iter::successors(down(&(mode, 1.0)), down).take_while(is_kept);
    let mut masses: Vec<f64> = below.map(|(_, mass)| mass).collect();
    let first = mode as usize - masses.len();
    masses.reverse();
    masses.extend(std::iter::successors(Some((mode, 1.0)), up).take_while(is_kept).map(|(_, mass)| mass));
    let sum: f64 = masses.iter().sum();
    masses.iter_mut().for_each(|mass| *mass /= sum);
    (first, masses)
}

impl Chain<f64> {
    /// Largest m: the elimination takes a second.
    pub const MOST: u64 = 5_000;

    /// Largest n: the rows of generation 0 take some sqrt(n m) operations, a tenth of a second for each category.
    pub const MOST_REAL: u64 = 10_000_000;

    /// The chain on m rows, in floats.
    ///
    /// # Panics
    /// Where m is above [`Chain::MOST`].
    #[must_use]
    pub fn of_floats(m: u64) -> Self {
        assert!(m <= Self::MOST, "the matrix of {m} rows is too large");
        Self { rows: (0..=m).map(|i| binomial(m, i as f64 / m as f64)).collect() }
    }

    /// Most generations whose probabilities are asked for: some seconds.
    #[must_use]
    pub fn most_generations(m: u64) -> u64 {
        // A generation takes about 12 m^{3/2} operations; what is left after 60 m of them is below the rounding.
        let effort = 12.0 * m as f64 * (m as f64).sqrt().min(m as f64 / 12.0 + 1.0);
        (3e9 / effort) as u64
    }

    /// The number of rows in a category at generation 0, and at generation t = 1.
    fn first(&self, sizes: SampleSizes, p: f64) -> Vec<f64> {
        let n = sizes.real();
        let m = self.rows.len() - 1;
        let mut law = vec![0.0; m + 1];
        let (least, masses) = binomial(n, p);
        for (i, mass) in (least..).zip(masses) {
            add(&mut law, &binomial(m as u64, i as f64 / n as f64), &mass);
        }
        law
    }

    /// What becomes of a category of probability p by generation t.
    ///
    /// # Domain
    /// n up to [`Chain::MOST_REAL`]; the chain is that on m rows
    #[must_use]
    pub fn fate(&self, sizes: SampleSizes, p: f64, t: u32) -> Fate {
        let n = sizes.real() as f64;
        if t == 0 {
            let [lost, alone] = [1.0 - p, p].map(|share| libm::exp(n * libm::log(share)));
            return Fate { lost, alone };
        }
        let mut law = self.first(sizes, p);
        for _ in 1..t {
            let last = law.len() - 1;
            // The rest is as good as gone.
            if law[1..last].iter().sum::<f64>() < 1e-18 {
                break;
            }
            law = self.after(&law);
        }
        Fate { lost: law[0], alone: law[law.len() - 1] }
    }

    /// Expected generations from generation 0 on until the category is alone, in the sense of `sum over t of (p - P(alone at t))`, and until it is lost or alone. The first of all
    /// categories add up to the expected generations until one is left. `times` are those of [`Chain::generations`].
    #[must_use]
    pub fn expected(&self, sizes: SampleSizes, p: f64, times: &[f64]) -> Expected {
        let law = self.first(sizes, p);
        let after = |of: &dyn Fn(usize) -> f64| law.iter().enumerate().map(|(i, mass)| mass * of(i)).sum::<f64>();
        let last = law.len() - 1;
        let Fate { lost, alone } = self.fate(sizes, p, 0);
        let to_alone = p - alone + after(&|i| times[i]);
        Expected { to_alone, to_end: to_alone + (1.0 - p - lost) + after(&|i| times[last - i]) }
    }
}

/// Probabilities that a category is lost, and that it alone is left.
///
/// # Examples
/// see [`Chain`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fate {
    /// Lost.
    pub lost: f64,
    /// Alone.
    pub alone: f64,
}

/// Expected generations of a category, from generation 0 on.
///
/// # Examples
/// see [`Chain`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Its part in the expected generations until one category is left.
    pub to_alone: f64,
    /// Until it is lost or alone.
    pub to_end: f64,
}

/// Adds `mass` times the row.
fn add<S: Scalar>(law: &mut [S], (first, row): &(usize, Vec<S>), mass: &S) {
    for (sum, given) in law[*first..].iter_mut().zip(row) {
        *sum = sum.clone() + mass.clone() * given.clone();
    }
}

impl<S: Scalar> Chain<S> {
    /// The chain whose matrix has these rows, for i = 0, ..., m rows in the category: the probabilities of 0, ..., m.
    #[must_use]
    pub fn of_rows(rows: Vec<Vec<S>>) -> Self {
        Self { rows: rows.into_iter().map(|row| (0, row)).collect() }
    }

    /// The distribution a generation later.
    #[must_use]
    pub fn after(&self, law: &[S]) -> Vec<S> {
        let mut next = vec![S::ratio(0, 1); law.len()];
        law.iter().zip(&self.rows).for_each(|(mass, row)| add(&mut next, row, mass));
        next
    }

    /// For each number i of rows, the sum over t >= 0 of i/m - P(`X_t` = m): the category's part in the expected generations until one is left.
    ///
    /// # Formula
    /// h(i) = i/m + sum over 0 < j < m of P(i, j) h(j)
    ///
    /// # Source
    /// derived in the module; elimination by Grassmann, Taksar and Heyman, Regenerative analysis and steady state distributions for Markov chains,
    /// Operations Research 33 (1985)
    #[must_use]
    pub fn generations(&self) -> Vec<S> {
        let m = self.rows.len() - 1;
        let zero = || S::ratio(0, 1);
        let mut rows = self.rows.clone();
        // The probability of state m is kept apart: states are eliminated from m - 1 down.
        let mut top: Vec<S> = (0..=m).map(|_| zero()).collect();
        for (i, (first, row)) in rows.iter_mut().enumerate() {
            if *first + row.len() == m + 1 {
                top[i] = row.pop().unwrap_or_else(zero);
            }
        }
        let mut reward: Vec<S> = (0..=m).map(|i| S::ratio(i as i64, m as i64)).collect();
        for k in (1..m).rev() {
            let (before, from) = rows.split_at_mut(k);
            let (first, row) = &mut from[0];
            // To states below k, or to m: what leaves k, with nothing subtracted.
            row.truncate(k.saturating_sub(*first));
            let leaves = row.iter().fold(top[k].clone(), |sum, mass| sum + mass.clone());
            row.iter_mut().for_each(|mass| *mass = mass.clone() / leaves.clone());
            top[k] = top[k].clone() / leaves.clone();
            reward[k] = reward[k].clone() / leaves;
            for (i, (low, other)) in before.iter_mut().enumerate().skip(1) {
                // Row i ends at k, or before it.
                if *low + other.len() != k + 1 {
                    continue;
                }
                let through = other.pop().unwrap_or_else(zero);
                while *low > *first {
                    // Kept probabilities begin later in later rows; this is for rows that do not.
                    other.insert(0, zero());
                    *low -= 1;
                }
                for (sum, mass) in other[*first - *low..].iter_mut().zip(row.iter()) {
                    *sum = sum.clone() + through.clone() * mass.clone();
                }
                top[i] = top[i].clone() + through.clone() * top[k].clone();
                reward[i] = reward[i].clone() + through * reward[k].clone();
            }
        }
        // Each row now leads to lower states alone.
        let mut times: Vec<S> = (0..=m).map(|_| zero()).collect();
        for k in 1..m {
            let (first, row) = &rows[k];
            let later =
                row.iter().zip(&times[*first..]).fold(zero(), |sum, (mass, time)| sum + mass.clone() * time.clone());
            times[k] = reward[k].clone() + later;
        }
        times
    }
}

/// Expected generations of a category from generation 0 on, where m is large and n need not be: the diffusion's, from the share in n rows.
///
/// # Formula
/// the means of -2m (1 - x) ln(1 - x), and of that with -2m x ln x, over x = X/n, X ~ Bin(n, p); above a million real rows their expansions, less p m/n and m/n
///
/// # Examples
/// ```
/// use goldenweight_theory::{extinction::{Chain, diffusion}, parameters::SampleSizes};
/// // Ten real rows: a tenth of the time is gone.
/// let (sizes, chain) = (SampleSizes::new(10, 1000)?, Chain::of_floats(1000));
/// let exact = chain.expected(sizes, 0.5, &chain.generations()).to_end;
/// assert!((diffusion(sizes, 0.5).to_end / exact - 1.0).abs() < 0.003 && exact < 1290.0);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn diffusion(sizes: SampleSizes, p: f64) -> Expected {
    let (n, m) = (sizes.real() as f64, sizes.synthetic() as f64);
    if sizes.real() > 1_000_000 {
        return Expected {
            to_alone: -2.0 * m * (1.0 - p) * libm::log1p(-p) - p * m / n,
            to_end: limit_end(p, m) - m / n,
        };
    }
    let time = |left: f64| if left > 0.0 { -2.0 * m * left * libm::log(left) } else { 0.0 };
    let (first, masses) = binomial(sizes.real(), p);
    let mut found = Expected { to_alone: 0.0, to_end: 0.0 };
    for (i, mass) in (first..).zip(masses) {
        let alone = time((n - i as f64) / n);
        found.to_alone += mass * alone;
        found.to_end += mass * (alone + time(i as f64 / n));
    }
    found
}

/// Limit for many rows of the expected generations until one category is left.
///
/// # Formula
/// -2m sum over j of (1 - `p_j`) ln(1 - `p_j`)
///
/// # Domain
/// 0 < p < 1, which sum to 1; m -> infinity with n in proportion
///
/// # Source
/// derived in the module; for two categories Kimura and Ohta (1969)
///
/// # Examples
/// ```
/// use goldenweight_theory::extinction::limit_generations;
/// assert!((limit_generations(&[0.5, 0.5], 100.0) - 138.629_436_111_989).abs() < 1e-10);
/// ```
#[must_use]
pub fn limit_generations(probabilities: &[f64], m: f64) -> f64 {
    -2.0 * m * probabilities.iter().map(|p| (1.0 - p) * libm::log1p(-p)).sum::<f64>()
}

/// Limit for many rows of the expected generations until a category of probability p is lost or alone.
///
/// # Formula
/// -2m (p ln p + (1 - p) ln(1 - p))
///
/// # Source
/// Kimura and Ohta (1969)
///
/// # Examples
/// ```
/// use goldenweight_theory::extinction::limit_end;
/// assert!((limit_end(0.02, 100.0) - 19.607_822_655_946).abs() < 1e-11);
/// ```
#[must_use]
pub fn limit_end(p: f64, m: f64) -> f64 {
    limit_generations(&[p, 1.0 - p], m)
}

/// Between which values the probability lies that no row of a generation t >= 1 is in a category of probability p, with a positive weight on the real rows.
///
/// # Formula
/// (1 - p)^{n+m} <= (1 - p)^n E (1 - `p_{t-1}`)^m <= (1 - p)^n
///
/// # Source
/// derived: real rows are independent of the others, E `p_{t-1}` = p, and (1 - x)^m is convex (Jensen)
///
/// # Examples
/// ```
/// use goldenweight_theory::{extinction::absence, parameters::SampleSizes};
/// let [low, high] = absence(SampleSizes::new(1, 2)?, 0.5);
/// assert!((low - 0.125).abs() < 1e-15 && (high - 0.5).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn absence(sizes: SampleSizes, p: f64) -> [f64; 2] {
    let log = libm::log1p(-p);
    [sizes.real() + sizes.synthetic(), sizes.real()].map(|rows| libm::exp(rows as f64 * log))
}
