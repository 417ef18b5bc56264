//! The ways to make a check. One by simulation calls the function of the same name in the crate of evidence, and says what its error is an error of.

mod case;

use goldenweight_evidence as evidence;
use goldenweight_evidence::{Beside, Finding, Kind, Verdict};

use crate::claims::certificate::Certificate;
use crate::proofs::{self, Checked};

pub use case::{Case, Cell};
pub(crate) use case::{conclude, concluded, in_blocks};
pub use goldenweight_evidence::{Check, Context, Deviation, Relation, property, recursion};

/// What the error of a simulated check is an error of, as reports print it.
const RISK: &str = "risk";
const WEIGHT: &str = "weight";

fn general(cases: Vec<Case>) -> Vec<evidence::Case> {
    cases.into_iter().map(Case::general).collect()
}

/// Simulated risk against the expected one in every case.
///
/// # Examples
/// see [`Case`].
pub fn simulation(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    evidence::simulation(name, cap, margin, general(cases)).of(RISK)
}

/// The share of replicates that have ended in a failed fit against its probability.
///
/// # Examples
/// see [`Case`] for the cases, and [`Check`] for the function of the same name in [`goldenweight_evidence`].
pub fn failures(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    evidence::failures(name, cap, margin, general(cases)).of("probability")
}

/// Minimiser of the simulated risk against the expected optimal weight.
///
/// # Examples
/// see [`Case`] for the cases, and [`Check`] for the function of the same name in [`goldenweight_evidence`].
pub fn optimum(name: &'static str, cap: u64, margin: f64, cases: Vec<Case>) -> Check {
    evidence::optimum(name, cap, margin, general(cases)).of(WEIGHT)
}

/// The weight where the slope of the simulated risk vanishes, against the expected optimal weight. Its cases need a curve.
///
/// # Examples
/// see [`Case`] for the cases, and [`Check`] for the function of the same name in [`goldenweight_evidence`].
pub fn score(name: &'static str, cap: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    evidence::score(name, cap, margin, step, general(cases)).of(WEIGHT)
}

/// The curvature of the simulated risk at the optimal weight, against theory's. Its cases need a curve.
///
/// # Examples
/// see [`Case`] for the cases, and [`Check`] for the function of the same name in [`goldenweight_evidence`].
pub fn curvature(name: &'static str, cap: u64, margin: f64, step: f64, cases: Vec<Case>) -> Check {
    evidence::curvature(name, cap, margin, step, general(cases)).of("risk's curvature")
}

/// Simulated risks over their limit law at growing sizes (a ladder), extrapolated to infinite size by a polynomial of this degree in 1/n: the limit must be 1.
///
/// # Examples
/// see [`Case`] for the cases, and [`Check`] for the function of the same name in [`goldenweight_evidence`].
pub fn ladder(name: &'static str, cap: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    evidence::ladder(name, cap, margin, degree, general(cases)).of("limit risk")
}

/// The same for the minimiser of the simulated risk, over the optimal weight of the limit law.
///
/// # Examples
/// see [`Case`] for the cases, and [`Check`] for the function of the same name in [`goldenweight_evidence`].
pub fn optimum_ladder(name: &'static str, cap: u64, margin: f64, degree: usize, cases: Vec<Case>) -> Check {
    evidence::optimum_ladder(name, cap, margin, degree, general(cases)).of("limit weight")
}

/// The same for the weight where the slope vanishes. Its cases need the curve of the limit law.
///
/// # Examples
/// see [`Case`] for the cases, and [`Check`] for the function of the same name in [`goldenweight_evidence`].
pub fn score_ladder(name: &'static str, cap: u64, margin: f64, step: f64, degree: usize, cases: Vec<Case>) -> Check {
    evidence::score_ladder(name, cap, margin, step, degree, general(cases)).of("limit weight")
}

/// A certificate: the program's formulas, evaluated in exact rationals or in intervals.
///
/// # Examples
/// ```
/// use std::sync::atomic::AtomicBool;
/// use goldenweight::{claims::{QUICK, suite}, evidence::{Kind, Settings, Verdict, glob::Pattern}};
///
/// let only = Some(Pattern::new("golden-ratio")?);
/// let settings = Settings { seed: 1, tier: QUICK, only, kinds: vec![Kind::Exact] };
/// let run = suite().verify(&settings, &AtomicBool::new(false), &mut |_| ()).expect("a claim with a certificate");
/// let found = run.claims[0].evidence.iter().find(|found| found.kind == Kind::Exact).expect("what the certificate says");
/// assert_eq!(found.finding.verdict, Verdict::Confirmed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn exact(name: &'static str, certify: fn() -> Certificate) -> Check {
    let run = move |_: &Context<'_>| {
        let Certificate { verdict, detail } = certify();
        Finding::decided(verdict, detail)
    };
    Check::certain(name, Kind::Exact, run)
}

/// The theorems that `theory/proofs/theorems` lists for a claim. Coq runs while the simulations do.
///
/// # Examples
/// ```
/// use goldenweight::{claims::check::proof, evidence::Kind, proofs::theorems};
///
/// // One check for all theorems of a claim, without sampling error. Coq does not run before the check does.
/// let check = proof("golden-weight");
/// assert_eq!((check.name, check.kind, check.comparisons()), ("theorems", Kind::Proof, 0));
/// assert!(theorems().filter(|(claim, _)| *claim == "golden-weight").count() > 1);
/// ```
pub fn proof(claim: &'static str) -> Check {
    Check::beside("theorems", Kind::Proof, Theorems(claim))
}

/// The theorems of this claim.
struct Theorems(&'static str);

impl Beside for Theorems {
    fn start(&self) {
        proofs::start();
    }

    fn is_ready(&self) -> bool {
        proofs::is_ready()
    }

    fn finding(&self) -> Finding {
        let theorems: Vec<&str> = proofs::theorems().filter(|(id, _)| *id == self.0).map(|(_, name)| name).collect();
        match proofs::checked() {
            Checked::NotRun { reason, is_recorded: true } => {
                Finding::not_run(format!("{reason}\nchecked at that release: {}", theorems.join(", ")))
            }
            Checked::NotRun { reason, is_recorded: false } => Finding::not_run(reason),
            Checked::Refused(said) => Finding::decided(Verdict::Refuted, said),
            Checked::Proved(proved) => match theorems.iter().find(|theorem| !proved.contains(**theorem)) {
                Some(missing) => Finding::decided(Verdict::Refuted, format!("{missing} is not among the proved")),
                None if theorems.is_empty() => Finding::inconclusive("the map has no theorem for this claim"),
                None => Finding::decided(Verdict::Confirmed, format!("proved: {}", theorems.join(", "))),
            },
        }
    }
}
