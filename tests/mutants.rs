//! Wrong formulas and wrong simulators as named trials: the registry's own checks must refute each of them, and confirm each control.
//! `cargo test --test mutants -- --nocapture` prints with what z, and with what power, each was caught.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use goldenweight::claims::mutants::{Mutant, Runner, table};
use goldenweight::claims::registry;
use goldenweight::stream::DEFAULT_SEED;
use libtest_mimic::{Arguments, Failed, Trial};
use statrs::distribution::{ContinuousCDF, Normal};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each check uses every core already.
    arguments.test_threads = Some(1);
    let runner = Arc::new(Mutex::new(Runner::new(registry(), DEFAULT_SEED)));
    let trial_of = |mutant: Mutant| {
        let runner = Arc::clone(&runner);
        Trial::test(mutant.name, move || trial(&mutant, &mut runner.lock().expect("no trial panics")))
    };
    let mut trials: Vec<Trial> = table().into_iter().map(trial_of).collect();
    trials.push(Trial::test("the table is large and its names are unique", the_table));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(mutant: &Mutant, runner: &mut Runner) -> Result<(), Failed> {
    let place = format!("{} / {}", mutant.claim, mutant.check);
    let Some(finding) = runner.run(mutant) else {
        return Err(format!("{place}: no such check by simulation").into());
    };
    if finding.verdict != mutant.expected {
        return Err(format!("{place} says {}: {}", finding.verdict.word(), finding.detail).into());
    }
    if let (Some(z), Some(bound)) = (finding.statistic, finding.bound) {
        // The power at the error that was seen.
        let power = Normal::standard().cdf(z.abs() - bound);
        println!(
            "{}: {} by {place}, z = {z:.1}, bound {bound:.2}, power {:.1} %",
            mutant.name,
            finding.verdict.word(),
            100.0 * power
        );
    }
    Ok(())
}

fn the_table() -> Result<(), Failed> {
    let mut names: Vec<_> = table().iter().filter(|m| m.expected.word() == "refuted").map(|m| m.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    if all >= 40 && names.len() == all { Ok(()) } else { Err(format!("{all} mutants, {} names", names.len()).into()) }
}
