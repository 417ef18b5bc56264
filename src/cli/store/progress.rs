//! `--progress`: how much of what a command needs a store has, from the store alone.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    ops::Range,
};

use goldenweight::{simulate::engine::store::Run, stats::shown::number_of};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Blocks, list::experiments, lock};
use crate::cli::{
    Failure, Status,
    origin::Origin,
    output::{Remarks, show, tell},
};

/// The replicates of every run that were asked for: of those from the first on, where they end, and whether they were there.
pub type Seen = HashMap<[u8; 32], (u64, BTreeMap<u64, (u64, bool)>)>;

impl Blocks {
    /// Remembers what was asked for, where the progress is.
    pub(super) fn saw(&self, run: &Run, replicates: Range<u64>, is_there: bool) {
        if let Some(seen) = &self.seen {
            let mut seen = lock(seen);
            let (_, asked) = seen.entry(run.name).or_insert_with(|| (run.experiment, BTreeMap::new()));
            let (end, _) = asked.entry(replicates.start).or_insert((replicates.end, is_there));
            // A beginning of another look is the longer one.
            *end = replicates.end.max(*end);
        }
    }

    /// The progress, from what was asked for.
    pub(super) fn progress(&self, seed: u64, waiting: Vec<(String, usize)>) -> Progress {
        let named = experiments();
        let mut parts = BTreeMap::<&str, Part>::new();
        let cost = |experiment: &u64| self.worked.get(experiment).map(|work| (work.replicates, work.seconds));
        let of_all = self.worked.values().fold((0, 0.0), |sum, work| (sum.0 + work.replicates, sum.1 + work.seconds));
        for (experiment, asked) in self.seen.iter().flat_map(|seen| lock(seen).values().cloned().collect::<Vec<_>>()) {
            let name = named.get(&experiment).map_or("others", String::as_str);
            let claim = name.split_once('/').map_or(name, |(claim, _)| claim);
            let part = parts.entry(claim).or_insert_with(|| Part { claim: claim.to_owned(), ..Part::default() });
            // Of an experiment that was not begun, the cost is that of all others.
            let (replicates, seconds) = cost(&experiment).filter(|(replicates, _)| *replicates > 0).unwrap_or(of_all);
            let cost = if replicates > 0 { seconds / replicates as f64 } else { f64::NAN };
            for (first, (end, is_there)) in asked {
                let count = end - first;
                *(if is_there { &mut part.done } else { &mut part.left }) += count;
                part.seconds_left += if is_there { 0.0 } else { count as f64 * cost };
            }
        }
        for (claim, comparisons) in &waiting {
            parts.entry(claim).or_insert_with(|| Part { claim: claim.clone(), ..Part::default() }).undecided =
                *comparisons;
        }
        let sum = |of: &dyn Fn(&Part) -> u64| parts.values().map(of).sum();
        let (done, left) = (sum(&|part| part.done), sum(&|part| part.left));
        let seconds_left = parts.values().map(|part| part.seconds_left).sum();
        Progress { seed, done, left, seconds_left, claims: parts.into_values().collect() }
    }
}

/// How much is there, and what is left.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProgressDocument")]
pub struct Progress {
    seed: u64,
    /// Replicates that the store has, of those that are asked for so far.
    done: u64,
    /// Replicates that it lacks.
    left: u64,
    /// Seconds that these take one thread, by what was measured of the same experiment, or of all; null where nothing was.
    seconds_left: f64,
    claims: Vec<Part>,
}

/// Of a claim, a picture, or a command.
#[derive(Default, Serialize, JsonSchema)]
struct Part {
    claim: String,
    done: u64,
    left: u64,
    seconds_left: f64,
    /// Comparisons that wait for what is left.
    undecided: usize,
}

impl Progress {
    pub(super) fn show(&self, as_json: bool, origin: &Origin) -> Result<Status, Failure> {
        show(self, as_json, origin, Some(self.seed))?;
        Ok(tell(&Remarks::default()))
    }
}

/// Share done, replicates, and time left.
fn line(f: &mut fmt::Formatter<'_>, name: &str, done: u64, left: u64, seconds: f64) -> fmt::Result {
    let share = 100.0 * done as f64 / (done + left).max(1) as f64;
    let time = if seconds.is_nan() { "unknown".to_owned() } else { format!("{seconds:.0} s") };
    write!(f, "{name:<40} {share:>5.1} %  {left:>12} replicates left, {time:>9} of a thread")
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Part { claim, done, left, seconds_left, undecided } in &self.claims {
            line(f, claim, *done, *left, *seconds_left)?;
            match undecided {
                0 => writeln!(f)?,
                _ => writeln!(f, ", {} undecided", number_of(*undecided as u64, "comparison"))?,
            }
        }
        line(f, "all", self.done, self.left, self.seconds_left)?;
        writeln!(f)?;
        if self.left == 0 {
            return writeln!(f, "nothing is left: the same command without --progress prints the result");
        }
        writeln!(
            f,
            "a comparison that is not decided then is drawn on, to eight times the replicates of its first look"
        )
    }
}
