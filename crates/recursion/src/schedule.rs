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
}

/// n fresh real rows at every generation, and m synthetic rows of the model before (the paper's setting): total weight w on the real rows.
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
}

/// The n real rows of generation 0 at every generation, and m synthetic rows of the model before: total weight w on the real rows.
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
}

/// Data accumulate: the n real rows of generation 0 and all synthetic rows so far, m of each generation, every row with the same weight. Takes no
/// weight: generation t >= 1 has n + t m rows.
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
}
