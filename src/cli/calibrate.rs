//! `calibrate`: the statistical checks under fresh seeds.

use std::sync::atomic::AtomicBool;

use clap::{ArgAction, Args};
use glob::Pattern;
use goldenweight::{
    claims,
    evidence::{Calibration, Kind, RunError, Share, Verdict},
    experiment::{InputError, digits, within},
    outcome::calibration::CalibrationOutcome,
    report::calibration::calibration,
};

use super::{
    Failure, Status,
    args::{Compute, number, whole},
    interrupt,
    origin::Origin,
    output::{Remarks, json, progress, tell, write},
    registry::{no_claim, pattern, status},
    store::Keeping,
    usage::named,
};

/// Most fresh seeds.
const MAX_SEEDS: u64 = 100_000;

/// Runs the checks by simulation under fresh seeds: is the declared error rate kept?
#[derive(Args)]
#[command(after_help = "Example: goldenweight calibrate --seeds 200 --budget 0.05 --only 'gaussian*'\n\n\
    The kinds simulation, ladder, optimum and audit of verify's quick tier run under N fresh seeds. Fresh seed number i, from 0, is the\n\
    first word of the Philox4x64-10 block of counter (i, 0, 0, 0) under the key (S, FNV-1a-64 of \"fresh seed\"), S being --seed;\n\
    verify under it gives the same numbers as budget 1. Tested are the false alarms of the runs (exact binomial), the law of\n\
    every comparison's z (Kolmogorov-Smirnov, Holm over the comparisons) and the coverage of 95 % and 99 % intervals. A wrong\n\
    simulator from the table of mutants must be refuted in every run. Of audits it counts the places of all seeds together and of\n\
    each part of their domain; a refuted place is a false alarm of its run.\n\n\
    JSON: verdict (confirmed, refuted, inconclusive) with causes; seed, seeds, budget, error_rate (of the calibration itself),\n\
    checks (comparisons over which the declared rate is split); false_alarms {runs, declared, upper_bound, p_value,\n\
    comparisons}; laws {tested, smallest_p_value, p_value}; coverage [{nominal, intervals, p_value}]; kinds [{kind,\n\
    comparisons, values, mean, deviation, inside_95, inside_99}]; wrong_simulator {name, claim, check, refuted}; audits [{claim,\n\
    check, places, compared, refuted, values, mean, deviation, inside_95, inside_99, parts [{part, places, compared}]}]; comparisons\n\
    [{claim, check, kind, place, values, not_made, too_skewed, tested, false_alarms, skewness, degrees, mean, deviation,\n\
    distance, p_value, adjusted_p_value, inside_95, inside_99}]. Shares are {hits, trials, low, high}, with exact 95 % limits.\n\n\
    Exit code 0 where the runs are consistent with the declared rate and the wrong simulator was refuted in all, 1 where they\n\
    contradict it, 3 where it could not be decided: fewer than 20 seeds, no comparison that could be tested, a budget at which\n\
    the wrong simulator passed, or Ctrl-C, after which the seeds that were done are assessed.")]
pub struct CalibrateArgs {
    /// Number of fresh seeds, 1 to 100000; fewer than 20 decide nothing
    #[arg(long, value_name = "N", value_parser = whole, allow_hyphen_values = true, default_value_t = 20)]
    seeds: u64,
    /// Share of every check's replicates, above 0 to 1
    #[arg(long, value_name = "FRACTION", value_parser = number, allow_hyphen_values = true, default_value_t = 1.0)]
    budget: f64,
    /// Only the claims whose id matches: * is any characters, ? is one
    #[arg(long, value_name = "GLOB", value_parser = pattern)]
    only: Option<Pattern>,
    /// Only evidence of these kinds: simulation, ladder, optimum, audit [default: all four]
    #[arg(long, value_name = "KINDS", value_parser = statistical, value_delimiter = ',', action = ArgAction::Set)]
    kinds: Vec<Kind>,
    #[command(flatten)]
    compute: Compute,
    #[command(flatten)]
    keeping: Keeping,
}

/// A kind of evidence by simulation.
fn statistical(name: &str) -> Result<Kind, String> {
    named(name, &[Kind::Simulation, Kind::Ladder, Kind::Optimum, Kind::Audit], Kind::word)
}

impl CalibrateArgs {
    /// Runs the checks and prints the report.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        within("--seeds", self.seeds, 1..=MAX_SEEDS)?;
        if !(self.budget > 0.0 && self.budget <= 1.0) {
            return Err(InputError::new("--budget", digits(self.budget), "must be above 0 and at most 1").into());
        }
        let store = self.keeping.open(origin, self.compute.seed)?;
        let stop = interrupt::listen()?;
        if let Some(share) = store.shard {
            self.compute.install(|| self.draw(share, stop))?;
            let is_whole = !interrupt::heard();
            let share = store.shared(origin, self.compute.seed, true, is_whole, Vec::new())?;
            return share.show(self.compute.json, origin);
        }
        let outcome = self.compute.install(|| self.calibrate(stop))?;
        store.close()?;
        let document = origin.sign(&outcome, Some(self.compute.seed));
        write(&if self.compute.json { json(&document)? } else { calibration(&outcome) })?;
        let mut remarks = Remarks::default();
        match outcome.verdict {
            Verdict::Confirmed => {}
            Verdict::Refuted => remarks.note(outcome.causes.join("; ")),
            Verdict::Inconclusive => remarks.inconclusive(outcome.causes.join("; ")),
        }
        tell(&remarks);
        Ok(if outcome.partial { Status::Inconclusive } else { status(outcome.verdict) })
    }

    fn settings(&self) -> Calibration {
        Calibration {
            seed: self.compute.seed,
            seeds: self.seeds,
            budget: self.budget,
            only: self.only.clone(),
            kinds: self.kinds.clone(),
        }
    }

    /// One share of the simulations.
    fn draw(&self, share: Share, stop: &AtomicBool) -> Result<(), Failure> {
        let bar = progress(Some(self.seeds), "checks");
        let drawn = claims::suite().draw_calibration_share(&self.settings(), share, stop, &|units| {
            bar.set_length(units);
            bar.inc(1);
        });
        bar.finish_and_clear();
        drawn.map_err(|e| self.refused(&e))
    }

    fn calibrate(&self, stop: &AtomicBool) -> Result<CalibrationOutcome, Failure> {
        let bar = progress(Some(self.seeds), "checks");
        let outcome = claims::suite().calibrate(&self.settings(), stop, &|units| {
            bar.set_length(units);
            bar.inc(1);
        });
        bar.finish_and_clear();
        outcome.map_err(|e| self.refused(&e))
    }

    fn refused(&self, error: &RunError) -> Failure {
        match error {
            RunError::NoClaim => no_claim(self.only.as_ref(), error),
            RunError::NoEvidence => {
                let value = self.only.as_ref().map_or_else(|| "*".to_owned(), Pattern::to_string);
                InputError::new("--only", value, "matches no claim with a check by simulation of these kinds")
            }
        }
        .into()
    }
}
