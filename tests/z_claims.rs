//! The claims as named trials: `cargo test --test z_claims` runs the quick tier of the registry, `-- cdf` the claims with cdf
//! in their id. The name makes it the last test target to run.

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use glob::Pattern;
use goldenweight::claims::{QUICK, suite};
use goldenweight::evidence::{Claim, Kind, Settings, Suite, Verdict};
use goldenweight::stream::DEFAULT_SEED;
use goldenweight::{proofs, report};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each check uses every core already.
    arguments.test_threads = Some(1);
    // Coq takes seconds: it starts now and runs beside the claims that do not need it.
    proofs::start();
    // For as long as the process lasts: trials are owned by their runner.
    let suite: &Suite = Box::leak(Box::new(suite()));
    let mut claims: Vec<&Claim> = suite.claims.iter().collect();
    claims.sort_by_key(|claim| claim.checks.iter().any(|check| check.kind == Kind::Proof));
    let trial_of = |claim: &'static Claim| Trial::test(claim.says.id.clone(), move || trial(suite, &claim.says.id));
    let trials = claims.into_iter().map(trial_of).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(suite: &Suite, id: &str) -> Result<(), Failed> {
    let only = Some(Pattern::new(&Pattern::escape(id))?);
    let settings = Settings { seed: DEFAULT_SEED, tier: QUICK, only, kinds: Vec::new() };
    let run = suite.verify(&settings, &AtomicBool::new(false), &mut |_| ())?;
    for missing in &run.claims[0].kinds_not_run {
        println!("{id}: {} {}", missing.kind.word(), missing.reason);
    }
    if run.verdict == Verdict::Confirmed { Ok(()) } else { Err(report::failure(&run.claims[0]).into()) }
}
