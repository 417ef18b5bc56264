//! The claims as named trials: `cargo test --test z_claims` runs the quick tier of the registry, `-- cdf` the claims with cdf
//! in their id. The name makes it the last test target to run.

use std::process::ExitCode;

use glob::Pattern;
use goldenweight::claims::{Settings, Tier, registry, verify};
use goldenweight::outcome::{Kind, Verdict};
use goldenweight::stream::DEFAULT_SEED;
use goldenweight::{proofs, report};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each check uses every core already.
    arguments.test_threads = Some(1);
    // Coq runs beside the claims that do not need it.
    proofs::start();
    let mut claims = registry();
    claims.sort_by_key(|claim| claim.checks.iter().any(|check| check.kind == Kind::Proof));
    let trials = claims.into_iter().map(|claim| Trial::test(claim.id, move || trial(claim.id))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(id: &str) -> Result<(), Failed> {
    let only = Some(Pattern::new(&Pattern::escape(id))?);
    let run =
        verify(&registry(), &Settings { seed: DEFAULT_SEED, tier: Tier::Quick, only, kinds: Vec::new() }, &mut |_| ())?;
    for missing in run.claims[0].evidence.iter().filter(|e| !e.ran) {
        println!("{id}: {} {}", missing.kind.word(), missing.detail);
    }
    if run.verdict == Verdict::Confirmed { Ok(()) } else { Err(report::failure(&run.claims[0], &run).into()) }
}
