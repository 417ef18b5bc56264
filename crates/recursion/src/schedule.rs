//! Which rows each generation is fitted on, and with which weights.

/// Rows per generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Real rows n.
    pub real: usize,
    /// Synthetic rows m.
    pub synthetic: usize,
}

/// Who makes the rows of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The source of real rows.
    Real,
    /// The model of a node, as it was fitted one generation before the batch is drawn.
    Synthetic {
        /// Node.
        node: usize,
    },
}

/// Rows that are drawn together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Who makes them.
    pub origin: Origin,
    /// How many.
    pub rows: usize,
}

/// Weight of a batch in a fit, as a share of what is asked for at a generation: the weight w.
///
/// # Examples
/// ```
/// use goldenweight_recursion::schedule::Share;
///
/// let weights = [Share::Asked(0.5), Share::Rest(0.5), Share::Given(0.1)].map(|share| share.weight(0.25));
/// assert_eq!(weights, [0.125, 0.375, 0.1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// This part of w.
    Asked(f64),
    /// This part of 1 - w.
    Rest(f64),
    /// This weight, whatever w is.
    Given(f64),
}

impl Share {
    /// The weight, where w is asked for.
    #[inline]
    #[must_use]
    pub fn weight(self, w: f64) -> f64 {
        match self {
            Self::Asked(part) => part * w,
            Self::Rest(part) => part * (1.0 - w),
            Self::Given(weight) => weight,
        }
    }
}

/// A batch in a fit: batch `index` of the list of generation `born`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ingredient {
    /// Generation at which the batch was drawn.
    pub born: u32,
    /// Its place in [`Schedule::batches`] of that generation.
    pub index: usize,
    /// Weight of all of its rows together; a batch of weight 0 does not count.
    pub share: Share,
}

/// Which rows each generation is fitted on. A schedule of your own implements `batches` and `recipe`.
///
/// Nodes are models that are retrained side by side; most schedules have one. Whatever is asked twice must be answered alike.
///
/// # Examples
/// Fresh real rows in every second generation; in between those of the generation before are seen again:
/// ```
/// use goldenweight_recursion::Schedule;
/// use goldenweight_recursion::schedule::{Batch, Ingredient, Origin, Share};
///
/// struct EverySecond;
///
/// impl Schedule for EverySecond {
///     fn batches(&self, t: u32, out: &mut Vec<Batch>) {
///         if t > 0 {
///             out.push(Batch { origin: Origin::Synthetic { node: 0 }, rows: 20 });
///         }
///         if t % 2 == 0 {
///             out.push(Batch { origin: Origin::Real, rows: 10 });
///         }
///     }
///
///     fn recipe(&self, _: usize, t: u32, out: &mut Vec<Ingredient>) {
///         // At generation 0 no synthetic rows stand before the real ones.
///         let born = t - t % 2;
///         out.push(Ingredient { born, index: usize::from(born > 0), share: Share::Asked(1.0) });
///         if t > 0 {
///             out.push(Ingredient { born: t, index: 0, share: Share::Rest(1.0) });
///         }
///     }
///
///     fn keeps(&self, born: u32, _: usize, t: u32) -> bool {
///         born == t - t % 2
///     }
/// }
///
/// use goldenweight_recursion::engine::{Options, Plan, Record, Weights};
/// use goldenweight_recursion::{FromTruth, Retraining, models::cdf::Cdf};
///
/// let retraining = Retraining { model: &Cdf::default(), source: &FromTruth, schedule: &EverySecond };
/// let plan = Plan { seed: 1, experiment: 0, cell: 0, replicates: 0..4000, record: Record::At(vec![0, 1, 2]) };
/// let outcome = retraining.run(&plan, &[Weights::Constant(1.0)], Options::default()).remove(0);
/// // With all of the weight on the real rows the first two generations are fitted on the same ones. A distribution function of 10 rows has risk 1/(6 * 10).
/// let [first, second, third] = [0, 1, 2].map(|t| outcome.at(t, "cdf"));
/// assert!(first == second && first != third);
/// assert!((third.mean() - 1.0 / 60.0).abs() < 5.0 * third.std_error());
/// ```
pub trait Schedule: Send + Sync {
    /// Number of models that are retrained side by side.
    fn nodes(&self) -> usize {
        1
    }

    /// Appends the batches that are drawn at a generation. At generation 0 there is no model yet: they are real.
    fn batches(&self, generation: u32, out: &mut Vec<Batch>);

    /// Appends what the model of a node is fitted on. Weights must not be negative and add up to 1, whatever weight is asked for; at generation 0 none is, and
    /// w = 1.
    fn recipe(&self, node: usize, generation: u32, out: &mut Vec<Ingredient>);

    /// Whether a batch that was born earlier is used at this generation or later: until then its memory is kept. Where a schedule does not say, it keeps
    /// everything.
    fn keeps(&self, _born: u32, _index: usize, _generation: u32) -> bool {
        true
    }

    /// A generation from which on nothing but the rows themselves changes: the same batches are drawn, each replaces that of the same index one generation
    /// before, the rest is kept, and the recipes name the batches that are so replaced or kept, with the same shares. The engine then does not ask
    /// again. Where a schedule does not say, it asks at every generation.
    fn steady(&self) -> u32 {
        u32::MAX
    }

    /// Name and all parameters of the schedule, as [`Model::identity`](crate::Model::identity).
    fn identity(&self) -> Option<String> {
        None
    }
}

/// n fresh real rows at every generation, and m synthetic rows of the model before (the paper's setting): total weight w on the real rows.
///
/// # Examples
/// see [`Accumulate`], beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// Rows per generation.
    pub rows: Rows,
}

impl Schedule for Fresh {
    #[inline]
    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        out.push(Batch { origin: Origin::Real, rows: self.rows.real });
        if generation > 0 {
            out.push(Batch { origin: Origin::Synthetic { node: 0 }, rows: self.rows.synthetic });
        }
    }

    #[inline]
    fn recipe(&self, _: usize, generation: u32, out: &mut Vec<Ingredient>) {
        out.push(Ingredient { born: generation, index: 0, share: Share::Asked(1.0) });
        if generation > 0 {
            out.push(Ingredient { born: generation, index: 1, share: Share::Rest(1.0) });
        }
    }

    #[inline]
    fn keeps(&self, _: u32, _: usize, _: u32) -> bool {
        false
    }

    fn steady(&self) -> u32 {
        1
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

/// The n real rows of generation 0 at every generation, and m synthetic rows of the model before: total weight w on the real rows.
///
/// # Examples
/// see [`Accumulate`], beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Rows per generation.
    pub rows: Rows,
}

impl Schedule for Fixed {
    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        out.push(match generation {
            0 => Batch { origin: Origin::Real, rows: self.rows.real },
            _ => Batch { origin: Origin::Synthetic { node: 0 }, rows: self.rows.synthetic },
        });
    }

    fn recipe(&self, _: usize, generation: u32, out: &mut Vec<Ingredient>) {
        out.push(Ingredient { born: 0, index: 0, share: Share::Asked(1.0) });
        if generation > 0 {
            out.push(Ingredient { born: generation, index: 0, share: Share::Rest(1.0) });
        }
    }

    fn keeps(&self, born: u32, _: usize, _: u32) -> bool {
        born == 0
    }

    fn steady(&self) -> u32 {
        1
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

/// Data accumulate: the n real rows of generation 0 and all synthetic rows so far, m of each generation, every row with the same weight. The weight w that is
/// asked for has no effect: generation t has n + t m rows.
///
/// # Examples
/// ```
/// use goldenweight_recursion::{Accumulate, Fixed, Fresh, Rows, Schedule};
///
/// let rows = Rows { real: 100, synthetic: 50 };
/// let seen = |schedule: &dyn Schedule, asked: f64| {
///     let mut recipe = Vec::new();
///     schedule.recipe(0, 2, &mut recipe);
///     recipe.iter().map(|part| (part.born, part.share.weight(asked))).collect::<Vec<_>>()
/// };
/// // What generation 2 is fitted on: when it was drawn, and its weight.
/// assert_eq!(seen(&Fresh { rows }, 0.6), [(2, 0.6), (2, 0.4)]);
/// assert_eq!(seen(&Fixed { rows }, 0.6), [(0, 0.6), (2, 0.4)]);
/// assert_eq!(seen(&Accumulate { rows }, 0.6), [(0, 0.5), (1, 0.25), (2, 0.25)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accumulate {
    /// Real rows of generation 0, synthetic rows of each later generation.
    pub rows: Rows,
}

impl Schedule for Accumulate {
    fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
        Fixed { rows: self.rows }.batches(generation, out);
    }

    fn recipe(&self, _: usize, generation: u32, out: &mut Vec<Ingredient>) {
        let Rows { real, synthetic } = self.rows;
        let all = real as f64 + f64::from(generation) * synthetic as f64;
        let share = |rows: usize| Share::Given(rows as f64 / all);
        out.push(Ingredient { born: 0, index: 0, share: share(real) });
        out.extend((1..=generation).map(|born| Ingredient { born, index: 0, share: share(synthetic) }));
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}
