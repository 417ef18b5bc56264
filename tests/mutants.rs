//! Wrong formulas and wrong simulators as named trials: the registry's own checks must refute each of them, and confirm each control.
//! `cargo test --test mutants -- --nocapture` prints the z by which each was refuted, and the power of the check at that error.

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use goldenweight::claims::suite;
use goldenweight::evidence::{Claim, Mutant, Mutants, Verdict};
use goldenweight::stream::DEFAULT_SEED;
use libtest_mimic::{Arguments, Failed, Trial};
use statrs::distribution::{ContinuousCDF, Normal};

static ON: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each check uses every core already.
    arguments.test_threads = Some(1);
    // For as long as the process lasts: trials are owned by their runner.
    let suite = Box::leak(Box::new(suite()));
    let runner = Box::leak(Box::new(std::sync::Mutex::new(Mutants::new(suite, DEFAULT_SEED, &ON))));
    let (suite, runner) = (&*suite, &*runner);
    let all = || suite.claims.iter().flat_map(|claim| claim.mutants.iter().map(move |mutant| (claim, mutant)));
    let trial_of = |(claim, mutant): (&'static Claim, &'static Mutant)| {
        Trial::test(mutant.name, move || trial(claim, mutant, &mut runner.lock().expect("no trial panics")))
    };
    let mut trials: Vec<Trial> = all().map(trial_of).collect();
    let wrong = all().filter(|(_, mutant)| mutant.expected == Verdict::Refuted).map(|(_, mutant)| mutant.name);
    let wrong: Vec<&str> = wrong.collect();
    trials.push(Trial::test("the table is large and its names are unique", move || the_table(wrong)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(claim: &Claim, mutant: &Mutant, runner: &mut Mutants<'_>) -> Result<(), Failed> {
    let place = format!("{} / {}", claim.says.id, mutant.check);
    let Some(finding) = runner.run(claim, mutant) else {
        return Err(format!("{place}: no such check by simulation or at random places").into());
    };
    if finding.verdict != mutant.expected {
        return Err(format!("{place} says {}: {}", finding.verdict.word(), finding.detail).into());
    }
    if let (Some(z), Some(bound)) = (finding.statistic(), finding.bound()) {
        // The probability of a refutation, were the true error the estimated one. An audit has its distance in bounds.
        let power = Normal::standard().cdf(z.abs() - bound);
        println!(
            "{}: {} by {place}, z = {z:.3e}, bound {bound:.2}, power {:.1} %",
            mutant.name,
            finding.verdict.word(),
            100.0 * power
        );
    }
    Ok(())
}

fn the_table(mut names: Vec<&str>) -> Result<(), Failed> {
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    if all >= 40 && names.len() == all { Ok(()) } else { Err(format!("{all} mutants, {} names", names.len()).into()) }
}
