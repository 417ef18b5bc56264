//! The machine-checked theorems, tied to the registry and to the program's own formulas.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use goldenweight::claims::check::proof;
use goldenweight::claims::registry;
use goldenweight::evidence::stats::family::Family;
use goldenweight::evidence::{Context, Kind, Tier};
use goldenweight::proofs::{Checked, FILES, checked, theorems};
use goldenweight_theory::covariance::{CovarianceSystem, threshold};
use goldenweight_theory::exact::Exact;
use goldenweight_theory::parameters::{DegreesOfFreedom, MixingRatio, SampleSizes};
use goldenweight_theory::recursion::Recursion;
use goldenweight_theory::scalar::Scalar;
use goldenweight_theory::{collapse, dynamic, gaussian, weights};
use num_rational::BigRational;

/// Coq sources with their text.
fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.into_iter().filter(|(name, _)| name.ends_with(".v"))
}

/// The text without comments.
fn code(text: &str) -> String {
    let (mut depth, mut kept, mut rest) = (0, String::new(), text);
    while let Some(c) = rest.chars().next() {
        let step = if rest.starts_with("(*") {
            depth += 1;
            2
        } else if rest.starts_with("*)") {
            depth -= 1;
            2
        } else {
            if depth == 0 {
                kept.push(c);
            }
            c.len_utf8()
        };
        rest = &rest[step..];
    }
    kept
}

/// Sentences of a source that begin with one of these words, in one line each.
fn sentences<'a>(text: &'a str, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let code = code(text);
    let sentences: Vec<String> =
        code.split_inclusive(".\n").map(|s| s.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    sentences.into_iter().filter(|s| words.iter().any(|word| s.starts_with(&format!("{word} "))))
}

fn name(sentence: &str) -> &str {
    sentence.split([' ', ':']).nth(1).unwrap_or_default()
}

#[test]
fn the_map_and_the_registry_name_the_same_claims() {
    let mapped: BTreeSet<_> = theorems().map(|(claim, _)| claim).collect();
    let claims = registry();
    let of_registry: BTreeSet<_> = claims
        .iter()
        .filter(|c| c.checks.iter().any(|check| check.kind == Kind::Proof))
        .map(|c| c.says.id.as_str())
        .collect();
    assert_eq!(mapped, of_registry);
}

#[test]
fn the_map_names_every_theorem_and_no_other() {
    let stated: BTreeSet<String> = sources()
        .flat_map(|(_, text)| sentences(text, &["Theorem"]).map(|s| name(&s).to_owned()).collect::<Vec<_>>())
        .collect();
    let mapped: BTreeSet<String> = theorems().map(|(_, theorem)| theorem.to_owned()).collect();
    assert_eq!(mapped, stated);
}

#[test]
fn the_program_carries_every_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/theory/proofs");
    let there: BTreeSet<_> = std::fs::read_dir(folder)
        .expect("the folder of the proofs")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| name != "README.md" && name != "checked")
        .collect();
    assert_eq!(there, FILES.map(|(name, _)| name.to_owned()).into());
}

/// The text of every definition and statement is a snapshot, so that an edit that weakens a statement is seen in review.
#[test]
fn definitions_and_statements() {
    let mut text = String::from("claims\n");
    for (claim, theorem) in theorems() {
        let _ = writeln!(text, "  {claim}: {theorem}");
    }
    for (file, source) in sources().filter(|(file, _)| !["Evaluate.v", "Values.v"].contains(file)) {
        let _ = writeln!(text, "{file}");
        for sentence in sentences(source, &["Definition", "Fixpoint", "Theorem"]) {
            let _ = writeln!(text, "  {sentence}");
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_description("definitions and theorems of theory/proofs, as stated");
    settings.bind(|| insta::assert_snapshot!("theorems", text));
}

/// Coq accepts all of it; where it is absent, the claims say so.
#[test]
fn coq_accepts_the_proofs() {
    match checked() {
        Checked::NotRun { reason, .. } => println!("{reason}"),
        Checked::Refused(said) => panic!("{said}"),
        Checked::Proved(proved) => {
            let mapped: BTreeSet<String> = theorems().map(|(_, theorem)| theorem.to_owned()).collect();
            assert_eq!(*proved, mapped);
        }
    }
}

/// Each theorem of a claim is named in its evidence: as proved now, or, where Coq is absent, as checked at the release whose files these are.
#[test]
fn evidence_names_the_theorems() {
    let go_on = AtomicBool::new(false);
    let family = Family::new(1e-3, 1);
    for claim in ["golden-ratio", "law-limit"] {
        let context = Context::of(claim, "theorems", 1, Tier::QUICK, family, &go_on);
        let found = proof(claim).run(&context);
        for (_, theorem) in theorems().filter(|(id, _)| *id == claim) {
            assert!(found.detail.contains(theorem), "{theorem}: {}", found.detail);
        }
        assert!(found.ran() || found.cause().contains("checked by Coq"), "{}", found.detail);
    }
}

/// The script on a copy in which `from` is replaced in one file.
fn checked_copy(file: &str, from: &str, to: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in FILES {
        assert!(name != file || text.contains(from), "{file} has no {from}");
        let text = if name == file { text.replacen(from, to, 1) } else { text.to_owned() };
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    Command::new("bash").arg(folder.path().join("check")).arg("--quick").output().expect("bash")
}

#[test]
fn wrong_mathematics_is_refused() {
    if let Checked::NotRun { reason, .. } = checked() {
        println!("{reason}");
        return;
    }
    for (file, from, to) in [
        // An exponent, a constant, a sign of the law; a digit of a value; what assumes instead of proving.
        ("Law.v", "w ^ 2 * fresh +", "w ^ 3 * fresh +"),
        ("Law.v", "(1 - rho * (1 - w) ^ 2)", "(1 - rho * (2 - w) ^ 2)"),
        ("Law.v", "Proof.", "Proof. Admitted. (* *)"),
        ("Law.v", "Theorem", "Axiom unproved : False. Theorem"),
        // A statement that is abandoned or read otherwise than it is written, and a proof that is only promised.
        ("GoldenRatio.v", "Proof.", "Proof. Abort. Lemma unstated : True. Proof."),
        ("GoldenRatio.v", "Theorem", "Local Notation \"x < y < z\" := True (only parsing) : R_scope. Theorem"),
        (
            "Evaluate.v",
            "Open Scope R_scope.",
            "Program Definition promised : False := _. Admit Obligations. Open Scope R_scope.",
        ),
        ("theorems", "law-limit risk_converges\n", "law-limit no_such_theorem\n"),
    ] {
        let output = checked_copy(file, from, to);
        assert_eq!(output.status.code(), Some(1), "{file}: {from} -> {to}: {output:?}");
    }
}

/// Coq reads another definition where the text of the statement may be the same: the fingerprints tell. On one file, for time.
#[test]
fn another_reading_is_refused() {
    if let Checked::NotRun { reason, .. } = checked() {
        println!("{reason}");
        return;
    }
    let text = |name| FILES.into_iter().find(|(file, _)| *file == name).expect("among the files").1;
    let of_law: String = text("statements")
        .lines()
        .filter(|line| line.starts_with(['#', 'L']))
        .map(|line| line.to_owned() + "\n")
        .collect();
    // The fingerprint of one definition, one digit changed.
    let at = of_law.find("Law.limit_risk ").expect("a definition") + "Law.limit_risk ".len();
    let digit = if of_law[at..].starts_with('0') { "1" } else { "0" };
    let changed = format!("{}{digit}{}", &of_law[..at], &of_law[at + 1..]);
    for (statements, code) in [(of_law, 0), (changed, 1)] {
        let folder = tempfile::tempdir().expect("a folder");
        let theorems: String =
            sentences(text("Law.v"), &["Theorem"]).map(|s| format!("law-limit {}\n", name(&s))).collect();
        let mut theorems: Vec<_> = theorems.lines().collect();
        theorems.sort_unstable();
        for (file, content) in [
            ("Law.v", text("Law.v")),
            ("check", text("check")),
            ("theorems", &(theorems.join("\n") + "\n")),
            ("statements", &statements),
            ("Values.v", "Example value_0 : True.\nProof. exact I. Qed.\n"),
        ] {
            std::fs::write(folder.path().join(file), content).expect("a file");
        }
        let output = Command::new("bash").arg(folder.path().join("check")).arg("--quick").output().expect("bash");
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let refused =
            String::from_utf8_lossy(&output.stdout).contains("refused limit_risk: Coq reads another statement");
        assert_eq!(refused, code == 1, "{output:?}");
    }
}

/// Where Coq does not work, or accepts a wrong proof, the script neither confirms nor refutes.
#[cfg(unix)]
#[test]
fn a_broken_coq_decides_nothing() {
    use std::os::unix::fs::PermissionsExt;
    for body in ["exit 1", "exit 0", "echo 'Closed under the global context'; for f in *.v; do : > \"${f}o\"; done"] {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in FILES {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        for tool in ["coqc", "coqdep"] {
            let path = folder.path().join(tool);
            std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("a file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new("bash").arg(folder.path().join("check")).arg("--quick").env("PATH", path).output();
        assert_eq!(output.expect("bash").status.code(), Some(3), "{body}");
    }
}

/// The values of the program's formulas in exact rationals, as equations that Coq proves of its own definitions.
#[test]
fn the_programs_values_are_those_of_the_proofs() {
    let (_, file) = FILES.into_iter().find(|(name, _)| *name == "Values.v").expect("among the files");
    let generated = values();
    if file != generated {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/Values.v");
        std::fs::write(path, generated).expect("a file of the build");
        panic!("theory/proofs/Values.v is not what the program's formulas give; that is in {path}");
    }
}

type Q = BigRational;

fn q(n: i64, d: i64) -> Q {
    Q::ratio(n, d)
}

/// A rational as Coq reads it.
fn coq(x: &Q) -> String {
    if x.is_integer() { format!("({})", x.numer()) } else { format!("({} / {})", x.numer(), x.denom()) }
}

fn exact(x: &Exact) -> String {
    x.value().map_or_else(|| "undefined".to_owned(), coq)
}

fn sizes(n: u64, m: u64) -> SampleSizes {
    SampleSizes::new(n, m).expect("positive")
}

fn degrees(n: u64, m: u64) -> DegreesOfFreedom {
    DegreesOfFreedom::new(sizes(n, m)).expect("at least 2")
}

/// `Values.v`.
fn values() -> String {
    let mut equations = Vec::new();
    equations.extend(optimal_values());
    equations.extend(ratio_values());
    equations.extend(law_values());
    equations.extend(covariance_values());
    equations.extend(collapse_values());
    let mut text = String::from(
        "(** * Values\n\n    Generated from the formulas of the program in exact rationals (tests/proofs.rs); do not edit.  Each line is what the\n    \
         program computes; Coq proves it of the definitions in this folder. *)\n\n\
         From Coq Require Import Reals.\nFrom Goldenweight Require Import Evaluate Law Optimum GoldenWeight Weights Covariance Dynamic Collapse.\n\
         Open Scope R_scope.\n\n",
    );
    for (number, equation) in equations.iter().enumerate() {
        // These are abbreviations of the law.
        let unfold = if equation.starts_with("collapsing") {
            "unfold collapsing_mean_risk, collapsing_frequency_risk, collapsing_variance_risk. "
        } else {
            ""
        };
        let _ = writeln!(text, "Example value_{number} : {equation}.\nProof. {unfold}evaluate. Qed.");
    }
    text
}

/// w* at twelve k with rational w*, 1/phi between two decimals, and optima for other rho.
fn optimal_values() -> Vec<String> {
    let rational = [(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (2, 5), (3, 5), (4, 5), (5, 8), (8, 13), (1, 10), (9, 10)];
    let golden = rational.map(|(a, b): (u64, u64)| {
        let k: MixingRatio<Exact> = sizes(a * a, b * (b - a)).mixing_ratio();
        format!("golden_weight {} = {}", exact(&k.get()), exact(&weights::optimal_weight(&k)))
    });
    let float = weights::optimal_weight(&MixingRatio::new(1.0).expect("positive"));
    let digits = (float * 1e15).floor();
    let inverse_phi = format!("0.{digits} < golden_weight 1 < 0.{}", digits + 1.0);
    // kappa = (1 - u)(1 - rho u)/u has the optimum u.
    let general = [(1, 2, 1, 2), (1, 3, 3, 2), (2, 5, 5, 4), (3, 4, 1, 5), (2, 3, 9, 8)].map(|(a, b, c, d)| {
        let (u, rho) = (Exact::ratio(a, b), Exact::ratio(c, d));
        let kappa = (Exact::one() - u.clone()) * (Exact::one() - rho.clone() * u.clone()) / u;
        let law = Recursion::new(Exact::one(), kappa.clone(), rho.clone() - Exact::one());
        let (rho, kappa) = (exact(&rho), exact(&kappa));
        let (w, u) = (exact(&law.optimal_weight()), exact(&law.optimal_synthetic_weight()));
        [format!("optimal_weight {rho} {kappa} = {w}"), format!("optimal_synthetic_weight {rho} {kappa} = {u}")]
    });
    golden.into_iter().chain([inverse_phi]).chain(general.into_iter().flatten()).collect()
}

/// What follows for the mixing ratio, and dynamic weights.
fn ratio_values() -> Vec<String> {
    let mut equations = Vec::new();
    for (n, m) in [(1, 1), (3, 7), (19, 100), (5, 2)] {
        let k: MixingRatio<Q> = sizes(n, m).mixing_ratio();
        let name = coq(&k.get());
        equations.push(format!("naive_weight {name} = {}", coq(&weights::naive_weight(&k))));
        let naive = coq(&weights::naive_relative_risk(&k));
        equations.push(format!("relative_risk {name} (naive_weight {name}) = {naive}"));
        equations.push(format!("break_even_weight {name} = {}", coq(&weights::break_even_weight(&k))));
        for w in [q(1, 2), q(2, 7), q(9, 10)] {
            equations.push(format!("relative_risk {name} {} = {}", coq(&w), coq(&weights::relative_risk(&k, &w))));
            let fixed = coq(&weights::fixed_real_data_limit(&k, &w));
            equations.push(format!("fixed_rows_limit {name} {} = {fixed}", coq(&w)));
        }
    }
    // n = 4, m = 3: k = 4/3 and w* = 2/3.
    let rows = weights::effective_sample_size(Exact::ratio(4, 1), weights::optimal_weight(&sizes(4, 3).mixing_ratio()));
    equations.push(format!("effective_sample_size 4 3 = {}", exact(&rows)));
    for (kappa, rho) in [(q(1, 1), q(1, 1)), (q(1, 4), q(1, 1)), (q(2, 3), q(5, 4))] {
        let law = Recursion::new(q(1, 1), kappa.clone(), rho.clone() - q(1, 1));
        for (weight, t) in dynamic::weights(&law).take(6).zip(1..) {
            equations.push(format!("dynamic_weight {} {} {t} = {}", coq(&kappa), coq(&rho), coq(&weight)));
        }
    }
    let one = weights::law(&sizes(1, 1).mixing_ratio::<Q>());
    let twelfth = dynamic::weights(&one).nth(11).expect("without end");
    equations.push(format!("IZR (fibonacci 25) / IZR (fibonacci 26) = {}", coq(&twelfth)));
    equations
}

/// The law at finite t and in the limit; the variance's place in it.
fn law_values() -> Vec<String> {
    let mut equations = Vec::new();
    for (fresh, synthetic, rho, w) in [
        (q(1, 1), q(2, 1), q(3, 2), q(1, 2)),
        (q(1, 100), q(1, 7), q(99, 100), q(3, 5)),
        (q(2, 3), q(1, 5), q(1, 1), q(1, 4)),
    ] {
        let law = Recursion::new(fresh.clone(), synthetic.clone(), rho.clone() - q(1, 1));
        let of = format!("{} {} {} {}", coq(&fresh), coq(&synthetic), coq(&rho), coq(&w));
        for t in [0, 1, 2, 5] {
            equations.push(format!("risk {of} {t} = {}", coq(&law.risk_at(&w, t))));
        }
        equations.push(format!("limit_risk {of} = {}", coq(&law.limit(&w))));
    }
    let variance = gaussian::variance(q(3, 2), degrees(5, 9)).risk_at(&q(2, 3), 3);
    equations.push(format!("risk (2 * (3 / 2) ^ 2 / 4) (2 * (3 / 2) ^ 2 / 8) (10 / 8) (2 / 3) 3 = {}", coq(&variance)));
    let mean = gaussian::mean(q(3, 1), sizes(5, 9)).risk_at(&q(2, 3), 3);
    equations.push(format!("risk (3 / 5) (3 / 9) 1 (2 / 3) 3 = {}", coq(&mean)));
    equations
}

/// The covariance's system, its limit and its threshold.
fn covariance_values() -> Vec<String> {
    let mut equations = Vec::new();
    let (square_trace, trace_square) = (q(2, 1), q(4, 1));
    for (n, m, w) in [(10, 5, q(1, 2)), (31, 47, q(3, 10))] {
        let system = CovarianceSystem::new(square_trace.clone(), trace_square.clone(), degrees(n, m));
        let of = format!("2 4 {} {} {}", n - 1, m - 1, coq(&w));
        for t in 0..4 {
            let moments = system.moments_at(&w, t);
            equations.push(format!("covariance_risk {of} {t} = {}", coq(&moments.risk)));
            equations.push(format!("trace_variance {of} {t} = {}", coq(&moments.trace_variance)));
        }
        let limit = system.limit(&w);
        equations.push(format!("covariance_limit {of} = {}", coq(&limit.risk)));
        equations.push(format!("trace_variance_limit {of} = {}", coq(&limit.trace_variance)));
    }
    for m in [2, 5, 10, 100, 1000] {
        // Twelve decimals below and above the program's float.
        let digits = (threshold(m - 1) * 1e12).floor() as u64;
        equations.push(format!("0.{digits:012} < covariance_threshold {m} < 0.{:012}", digits + 1));
    }
    equations
}

/// Training on synthetic rows alone.
fn collapse_values() -> Vec<String> {
    let mut equations = Vec::new();
    for t in [0, 1, 4] {
        let mean = collapse::mean_risk(q(7, 2), sizes(5, 8), t);
        equations.push(format!("collapsing_mean_risk (7 / 2) 5 8 {t} = {}", coq(&mean)));
        let frequency = collapse::resampling_risk(q(1, 6), sizes(5, 8), t);
        equations.push(format!("collapsing_frequency_risk (1 / 6) 5 8 {t} = {}", coq(&frequency)));
        let variance = collapse::variance_risk(q(3, 2), degrees(5, 8), t);
        equations.push(format!("collapsing_variance_risk (3 / 2) 5 8 {t} = {}", coq(&variance)));
    }
    equations
}
