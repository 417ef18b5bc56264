//! The same bits on another generation of processors: the program's own output, natively and under qemu's emulation of a CPU without FMA and AVX
//! (or with both, where the machine has none).
//!
//! What could differ is what is chosen when the program runs: the system's `exp` and `ln`, matrix products. Where qemu is absent
//! (`apt-get install qemu-user`) nothing is compared and the test says so.
#![cfg(target_arch = "x86_64")]

use std::env;
use std::process::Command;

const QEMU: &str = "qemu-x86_64";

/// A CPU that differs from this one in FMA and AVX2, and whether it has them.
fn other_cpu() -> (&'static str, bool) {
    if is_x86_feature_detected!("fma") { ("Nehalem", false) } else { ("Haswell", true) }
}

/// Every simulator, every kind of closed form, a search for a minimum, and real data: small, since emulation takes some thirty times as long.
fn command_lines() -> Vec<String> {
    let setting = "--real 30 --synthetic 20";
    let rows = ["gaussian-mean", "gaussian-covariance", "linear", "logistic", "poisson", "cdf", "categorical"];
    let sufficient = ["gaussian-mean", "gaussian-covariance", "linear", "categorical"];
    let simulate = |model: &&str, simulator: &str| {
        // Above five, matrix products would be left to a library that looks at the CPU.
        let dim = if matches!(*model, "cdf" | "categorical") { "" } else { " --dim 7" };
        format!(
            "simulate --model {model} {setting}{dim} --weight .4 --simulator {simulator} --generations 12 --burn-in 2 \
             --replicates 70 --json"
        )
    };
    let closed_form = |model: &&str| {
        [
            format!("weight --model {model} {setting} --generations 9 --json"),
            format!("risk --model {model} {setting} --weight .4 --generations 9 --json"),
        ]
    };
    let mut lines: Vec<_> = rows.iter().map(|model| simulate(model, "rows")).collect();
    lines.extend(sufficient.iter().map(|model| simulate(model, "sufficient")));
    lines.extend(rows.iter().flat_map(closed_form));
    lines.extend(
        [
            "optimize --model logistic --real 30 --synthetic 20 --generations 4 --replicates 48 --json",
            "adult --replicates 2 --json",
            "verify --kinds recursion,property --json",
            "verify --kinds simulation --only linear-fixed-design --json",
        ]
        .map(str::to_owned),
    );
    lines
}

/// The output less what a clock says.
fn output(command: &mut Command) -> String {
    let output = command.output().expect("the command starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!text.is_empty(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    text.lines().filter(|line| !line.trim_start().starts_with("\"seconds\":")).map(|line| format!("{line}\n")).collect()
}

/// The first line that differs.
fn difference(native: &str, emulated: &str) -> Option<String> {
    if native == emulated {
        return None;
    }
    let differ = native.lines().zip(emulated.lines()).find(|(native, emulated)| native != emulated);
    Some(differ.map_or("different lengths".to_owned(), |(native, emulated)| format!("{native} against {emulated}")))
}

#[test]
fn the_bits_are_those_of_another_cpu() {
    if Command::new(QEMU).arg("--version").output().is_err() {
        println!("not run: {QEMU} is not installed");
        return;
    }
    let binary = env!("CARGO_BIN_EXE_goldenweight");
    let lines = command_lines();
    let native: Vec<_> = lines.iter().map(|line| output(Command::new(binary).args(line.split(' ')))).collect();
    let (cpu, _) = other_cpu();
    let emulated = |line: &String| output(Command::new(QEMU).args(["-cpu", cpu, binary]).args(line.split(' ')));
    let found: Vec<_> = lines
        .iter()
        .zip(native)
        .filter_map(|(line, native)| difference(&native, &emulated(line)).map(|d| format!("{cpu}: {line}: {d}")))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// The emulation has an effect: this test's own process, emulated, sees the other CPU.
#[test]
fn the_other_cpu_is_another_one() {
    if env::var_os("GOLDENWEIGHT_TEST_FEATURES").is_some() {
        println!("features: {} {}", is_x86_feature_detected!("fma"), is_x86_feature_detected!("avx2"));
        return;
    }
    if Command::new(QEMU).arg("--version").output().is_err() {
        println!("not run: {QEMU} is not installed");
        return;
    }
    let (cpu, has) = other_cpu();
    let mut command = Command::new(QEMU);
    command.args(["-cpu", cpu]).arg(env::current_exe().expect("this test's binary"));
    command.args(["--exact", "the_other_cpu_is_another_one", "--nocapture"]).env("GOLDENWEIGHT_TEST_FEATURES", "");
    let seen = output(&mut command);
    assert!(seen.contains(&format!("features: {has} {has}")), "{cpu}: {seen}");
}

#[test]
fn a_different_last_bit_is_found() {
    let line = |x: f64| format!("a\n\"risk\": {x}\nb\n");
    assert_eq!(difference(&line(0.1), &line(0.1)), None);
    assert!(difference(&line(0.1), &line(0.1 + f64::EPSILON / 16.0)).is_some());
    assert!(difference("a\n", "a\nb\n").is_some());
}
