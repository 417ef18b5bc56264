//! Which batch of rows lies at which place in memory, and what each node is fitted on. Knows schedules and no model.

use std::cmp::Reverse;

use crate::schedule::{Batch, Ingredient, Origin, Schedule, Share};

/// A batch that is in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    born: u32,
    index: usize,
    /// The batch.
    pub batch: Batch,
    /// Its place among the real batches, or among the synthetic ones.
    pub place: usize,
    /// Its number among the real batches of its generation, or among the synthetic ones.
    pub number: u64,
}

/// A batch in a fit, found in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its weight in total.
    pub share: Share,
    /// Its rows.
    pub rows: usize,
    /// Whether they are real.
    pub real: bool,
    /// Whether they were drawn at the generation that is fitted on them.
    pub born: bool,
    /// Its place among the real batches, or among the synthetic ones.
    pub place: usize,
}

/// The batches in memory, generation after generation.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// Rows of each place of a real batch.
    pub real: Vec<usize>,
    /// Rows of each place of a synthetic batch.
    pub synthetic: Vec<usize>,
    /// In the order of birth.
    kept: Vec<Kept>,
    /// Batches that are not needed any more, the last place first.
    free: Vec<Kept>,
    /// How many of `kept`, its last, were born at this generation.
    births: usize,
    /// The recipes of all nodes, and where each ends.
    found: Vec<Found>,
    ends: Vec<usize>,
    // Lists whose memory is used again.
    born: Vec<Batch>,
    recipe: Vec<Ingredient>,
}

impl Shelf {
    /// The batches that were born at this generation.
    pub fn born(&self) -> &[Kept] {
        &self.kept[self.kept.len() - self.births..]
    }

    /// What each node is fitted on at this generation.
    pub fn recipes(&self) -> impl Iterator<Item = &[Found]> {
        let mut begin = 0;
        self.ends.iter().map(move |&end| &self.found[std::mem::replace(&mut begin, end)..end])
    }

    /// Goes on to a generation: the next one, or generation 0 of another replicate.
    ///
    /// # Panics
    /// Where the schedule breaks a rule: a batch of generation 0 is real, and a recipe names batches that are kept.
    pub fn turn(&mut self, schedule: &(impl Schedule + ?Sized), generation: u32) {
        let goes = |kept: &mut Kept| generation == 0 || !schedule.keeps(kept.born, kept.index, generation);
        let free = self.free.len();
        self.free.extend(self.kept.extract_if(.., goes));
        if self.free.len() > free {
            self.free.sort_unstable_by_key(|kept| Reverse(kept.place));
        }
        self.born.clear();
        schedule.batches(generation, &mut self.born);
        self.births = self.born.len();
        let mut numbers = [0; 2];
        for (index, &batch) in self.born.iter().enumerate() {
            let Batch { origin, rows } = batch;
            let real = origin == Origin::Real;
            assert!(real || generation > 0, "a batch of generation 0 is real");
            let fits = |free: &Kept| free.batch.rows == rows && (free.batch.origin == Origin::Real) == real;
            // The first place that fits: so all replicates, from the first on, use the same places.
            let place = if let Some(found) = self.free.iter().rposition(fits) {
                self.free.remove(found).place
            } else {
                let places = if real { &mut self.real } else { &mut self.synthetic };
                places.push(rows);
                places.len() - 1
            };
            let next = &mut numbers[usize::from(real)];
            self.kept.push(Kept { born: generation, index, batch, place, number: *next });
            *next += 1;
        }
        self.find(schedule, generation);
    }

    /// Finds the batches of all recipes of a generation.
    fn find(&mut self, schedule: &(impl Schedule + ?Sized), generation: u32) {
        let Self { kept, recipe, found, ends, .. } = self;
        found.clear();
        ends.clear();
        for node in 0..schedule.nodes() {
            recipe.clear();
            schedule.recipe(node, generation, recipe);
            for (i, &Ingredient { born, index, share }) in recipe.iter().enumerate() {
                let key = |kept: &Kept| (kept.born, kept.index);
                // Most recipes name all that is kept, in its order.
                let at_its_place = kept.get(i).filter(|kept| key(kept) == (born, index));
                let known =
                    at_its_place.or_else(|| kept.binary_search_by_key(&(born, index), key).ok().map(|i| &kept[i]));
                let &Kept { batch: Batch { origin, rows }, place, .. } =
                    known.expect("a recipe names batches that are kept");
                found.push(Found { share, rows, real: origin == Origin::Real, born: born == generation, place });
            }
            ends.push(found.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Network, Node};
    use crate::{Accumulate, Fixed, Fresh, Rows};

    /// What is at a generation, wherever it was born.
    fn at(shelf: &Shelf) -> (Vec<(Batch, usize)>, Vec<Vec<Found>>) {
        (
            shelf.born().iter().map(|kept| (kept.batch, kept.place)).collect(),
            shelf.recipes().map(<[Found]>::to_vec).collect(),
        )
    }

    /// Two real batches of one size, and a synthetic one that is used a generation later.
    struct Late;

    impl Schedule for Late {
        fn batches(&self, generation: u32, out: &mut Vec<Batch>) {
            out.extend([Batch { origin: Origin::Real, rows: 5 }; 2]);
            if generation > 0 {
                out.push(Batch { origin: Origin::Synthetic { node: 0 }, rows: 5 });
            }
        }

        fn recipe(&self, _: usize, t: u32, out: &mut Vec<Ingredient>) {
            out.extend([0, 1].map(|index| Ingredient { born: t, index, share: Share::Asked(0.5) }));
            if t > 1 {
                out.push(Ingredient { born: t - 1, index: 2, share: Share::Rest(1.0) });
            }
        }

        fn keeps(&self, born: u32, index: usize, t: u32) -> bool {
            index == 2 && born + 1 == t
        }
    }

    /// Three models: real rows with and without weight, one and two that feed them.
    fn network() -> Network {
        let node = |real, synthetic| Node { start: 3, real, synthetic };
        Network::new(vec![
            node((3, 0.5), vec![(1, 4, 0.5)]),
            node((3, 0.0), vec![(0, 4, 0.25), (2, 5, 0.75)]),
            node((2, 1.0), vec![]),
        ])
    }

    /// What a schedule says of itself holds from that generation on, and not before.
    #[test]
    fn steady_schedules_are() {
        let rows = Rows { real: 3, synthetic: 4 };
        let schedules: [(&dyn Schedule, u32); 3] = [(&Fresh { rows }, 1), (&Fixed { rows }, 1), (&network(), 1)];
        for (schedule, from) in schedules {
            assert_eq!(schedule.steady(), from);
            let mut shelf = Shelf::default();
            let found: Vec<_> = (0..9)
                .map(|t| {
                    shelf.turn(schedule, t);
                    at(&shelf)
                })
                .collect();
            assert!(found[from as usize..].iter().all(|now| *now == found[from as usize]));
            assert!(found[from as usize - 1] != found[from as usize]);
        }
    }

    /// A replicate uses the same places as the one before, and batches that live at a time never share one.
    #[test]
    fn replicates_use_the_same_places() {
        let rows = Rows { real: 3, synthetic: 4 };
        let schedules: [&dyn Schedule; 5] = [&Fresh { rows }, &Fixed { rows }, &Accumulate { rows }, &Late, &network()];
        for schedule in schedules {
            let mut shelf = Shelf::default();
            let mut replicate = || {
                (0..7)
                    .map(|t| {
                        shelf.turn(schedule, t);
                        let mut places: Vec<_> =
                            shelf.kept.iter().map(|kept| (kept.batch.origin == Origin::Real, kept.place)).collect();
                        places.sort_unstable();
                        assert!(places.is_sorted_by(|a, b| a < b));
                        at(&shelf)
                    })
                    .collect::<Vec<_>>()
            };
            let first = replicate();
            assert_eq!(first, replicate());
        }
    }
}
