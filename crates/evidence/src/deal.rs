//! How the work of a round is dealt out to shares: by cost, the same in every process.
//!
//! # Rule
//! The unit of work is a strip of a case: some neighbouring blocks of replicates. A look has [`STRIPS`] of them, or as many as it has blocks, all of the same length or one block
//! shorter. Where a quantity has batches, the unit is one batch. All units of a look, of all checks of the run, lie in the order of falling cost and are dealt out one by one.
//! # Why strips
//! Whoever has all blocks of a strip can merge them, in their order. So what is kept of a case does not grow with its replicates.
//! # Why it is even
//! Of two shares, the first one gets a unit at least as dear as the other one's in every turn, and at most as dear as the other one's in the turn before. Summed over
//! the turns, what they cost differs by at most the dearest unit (and a block for each case whose strips are not of one length). Only the order of the costs matters.
//! # Why processes agree
//! It follows from the checks and the tier alone, not from what has been drawn. So processes that begin at other times have other units.

use std::collections::HashMap;
use std::ops::Range;

use crate::case::Case;
use crate::draw::{LOOKS, Quantity};
use crate::looks::Series;
use crate::sampled::Sampled;
use crate::simulation::{BLOCK, Simulation};

/// For each look, how many units were dealt out before.
pub type Dealt = [u64; LOOKS as usize];

/// What a look at a case costs: so many units, at so much each.
type Look = (u64, f64);

/// Replicates of a case, or of each of its batches, up to a look.
pub const fn replicates(cap: u64, look: u32) -> u64 {
    cap.div_ceil(1 << (LOOKS - 1 - look)).next_multiple_of(BLOCK)
}

/// Most strips of a look.
const STRIPS: u64 = 16;

/// Neighbouring replicates of a look, which are drawn together and merged in their order. All of them are one strip where a value is made of all that are drawn together, and not of
/// one replicate; then shares have single blocks of it.
pub fn strips(simulation: &dyn Simulation, Range { start, end }: Range<u64>) -> Vec<Range<u64>> {
    let blocks = (end - start).div_ceil(BLOCK);
    let strips = if is_in_strips(simulation) { STRIPS.min(blocks) } else { 1 };
    let from = |strip: u64| end.min(start + (blocks * strip).div_ceil(strips) * BLOCK);
    (0..strips).map(|strip| from(strip)..from(strip + 1)).collect()
}

/// Whether its replicates may be drawn in strips.
pub fn is_in_strips(simulation: &dyn Simulation) -> bool {
    simulation.values(BLOCK) == BLOCK
}

/// What a case's looks cost.
fn looks(case: &Case, quantity: Quantity, cap: u64) -> [Look; LOOKS as usize] {
    let one = case.simulation().cost();
    // Replicates of a batch, and the points at which it is drawn.
    let size = (cap / quantity.batches(LOOKS - 1).max(1)).next_multiple_of(BLOCK) as f64;
    std::array::from_fn(|look| {
        let look = look as u32;
        let new = |upto: &dyn Fn(u32) -> u64| upto(look) - look.checked_sub(1).map_or(0, upto);
        let batches = new(&|look| quantity.batches(look));
        match quantity {
            Quantity::Mean | Quantity::Failures => {
                let replicates = new(&|look| replicates(cap, look));
                let blocks = replicates / BLOCK;
                let strips = if is_in_strips(case.simulation()) { STRIPS.min(blocks) } else { blocks };
                (strips, one * replicates as f64 / strips.max(1) as f64)
            }
            // The first look searches, one step after another, and is one unit.
            Quantity::Minimiser if look == 0 => (1, one * size * (batches * SEARCHED) as f64),
            Quantity::Minimiser => (batches, one * size * SEARCHED as f64),
            Quantity::Slope(_) => (batches, one * size * 2.0),
            Quantity::Curvature(_) => (batches, one * size * 3.0),
        }
    })
}

/// Points of a search for a minimum, about.
const SEARCHED: u64 = 16;

/// What has its units dealt out: a check of a claim, the mutants that are compared with one simulation of it, or a mutant with a simulation of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of<'a> {
    Check(&'a str, &'static str),
    Mutants(&'a str, &'static str),
    Mutant(&'a str, &'static str),
}

/// The units of a run, dealt out.
#[derive(Default)]
pub struct Deal<'a> {
    /// Cases, in the order of the suite.
    cases: Vec<(Of<'a>, [Look; LOOKS as usize])>,
    dealt: HashMap<Of<'a>, Vec<Dealt>>,
}

impl<'a> Deal<'a> {
    /// Adds what a check's cases need at this cap.
    pub fn add(&mut self, of: Of<'a>, sampled: &Sampled, cap: u64) {
        self.cases.extend(sampled.cases.iter().map(|case| (of, looks(case, sampled.quantity, case.cap(cap)))));
    }

    /// Adds units of the first look of which nobody knows what they cost.
    pub fn add_unknown(&mut self, of: Of<'a>, units: u64) {
        let mut looks = [(0, 0.0); LOOKS as usize];
        looks[0] = (units, f64::INFINITY);
        self.cases.push((of, looks));
    }

    /// Whether there is such a check.
    pub fn has(&self, of: Of<'a>) -> bool {
        self.cases.iter().any(|(known, _)| *known == of)
    }

    /// Deals out what was added.
    pub fn dealt(mut self) -> Self {
        let mut dealt = vec![Dealt::default(); self.cases.len()];
        (0..LOOKS as usize).for_each(|look| {
            let mut order: Vec<usize> = (0..self.cases.len()).collect();
            // Stable: of equal costs in the order of the suite.
            order.sort_by(|&a, &b| self.cases[b].1[look].1.total_cmp(&self.cases[a].1[look].1));
            let mut before = 0;
            for case in order {
                dealt[case][look] = before;
                before += self.cases[case].1[look].0;
            }
        });
        for ((of, _), dealt) in self.cases.iter().zip(dealt) {
            self.dealt.entry(*of).or_default().push(dealt);
        }
        self
    }

    /// How many units were dealt out before those of a case; 0 where it was not added.
    pub fn before(&self, of: Of<'a>, case: usize) -> Dealt {
        self.dealt.get(&of).and_then(|dealt| dealt.get(case)).copied().unwrap_or_default()
    }

    /// The comparisons of a check, of which nothing has been drawn.
    pub fn series(&self, of: Of<'a>, sampled: &Sampled) -> Vec<Series> {
        sampled.series_dealt(&|case| self.before(of, case))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Body, simulation};
    use crate::simulation::{Draw, Simulation, Tally};
    use goldenweight_replicates::share::Share;

    struct Costs(f64);

    impl Simulation for Costs {
        fn draw(&self, _: Draw<'_>) -> Vec<Tally> {
            Vec::new()
        }

        fn cost(&self) -> f64 {
            self.0
        }
    }

    /// Strips follow one another, are as many as may be, and of one length but for a block.
    #[test]
    fn strips_are_even() {
        for (start, blocks) in [(0, 0), (0, 1), (5, 15), (3, 16), (7, 17), (1000, 1000), (2, 12_345)] {
            let all = strips(&Costs(1.0), start * BLOCK..(start + blocks) * BLOCK);
            assert_eq!(all.len() as u64, blocks.min(STRIPS));
            let lengths: Vec<u64> = all.iter().map(|strip| (strip.end - strip.start) / BLOCK).collect();
            assert_eq!(lengths.iter().sum::<u64>(), blocks);
            assert!(all.windows(2).all(|two| two[0].end == two[1].start), "{all:?}");
            let (least, most) = (lengths.iter().min(), lengths.iter().max());
            assert!(least.zip(most).is_none_or(|(least, most)| most - least <= 1), "{lengths:?}");
        }
    }

    /// In every look, what two shares cost differs by at most the dearest strip and a block of each case, whatever the numbers and costs of blocks are.
    #[test]
    fn shares_differ_by_one_unit() {
        let checks: Vec<_> = (1..40_u64)
            .map(|i| {
                let cases = (0..i % 3 + 1).map(|case| Case::new(case, Costs(((i * 7919 + case) % 101) as f64), 0.0));
                simulation(["a", "b", "c"][i as usize % 3], 512 * (1 + i * i % 57), 0.1, cases.collect())
            })
            .collect();
        let names: Vec<String> = (0..checks.len()).map(|i| i.to_string()).collect();
        let sampled = checks.iter().map(|check| match &check.body {
            Body::Sampled(sampled) => sampled,
            _ => unreachable!(),
        });
        let sampled: Vec<_> = names.iter().zip(sampled).collect();
        let mut deal = Deal::default();
        sampled.iter().for_each(|(name, sampled)| deal.add(Of::Check(name, "check"), sampled, sampled.cap));
        let deal = deal.dealt();
        for of in [1, 3, 7, 16, 64] {
            for look in 0..LOOKS {
                let (mut costs, mut allowed) = (vec![0.0; of as usize], 0.0_f64);
                let mut dearest = 0.0_f64;
                for (name, sampled) in &sampled {
                    for (index, case) in sampled.cases.iter().enumerate() {
                        let before = deal.before(Of::Check(name, "check"), index)[look as usize];
                        let first = look.checked_sub(1).map_or(0, |look| replicates(sampled.cap, look));
                        let strips = strips(case.simulation(), first..replicates(sampled.cap, look));
                        let block = BLOCK as f64 * case.simulation().cost();
                        let lengths = strips.iter().map(|strip| strip.end - strip.start);
                        if lengths.clone().min() < lengths.max() {
                            allowed += block;
                        }
                        for (unit, strip) in (0..).zip(strips) {
                            let cost = block * ((strip.end - strip.start) / BLOCK) as f64;
                            dearest = dearest.max(cost);
                            let owner = (0..of).find(|&index| Share { index, of }.after(before, 0).has(unit));
                            costs[owner.expect("one share has it") as usize] += cost;
                        }
                    }
                }
                let (least, most) = costs.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), &c| (a.min(c), b.max(c)));
                let allowed = allowed + dearest;
                assert!(most - least <= allowed, "{of} shares, look {look}: {least} to {most}, allowed {allowed}");
            }
        }
    }
}
