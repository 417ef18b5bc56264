//! The same bits on other generations of processors: the program's own output, natively and under qemu's emulation of other CPUs.
//!
//! What could differ is what is chosen when the program runs: the vector instructions of the regressions, the system's `exp` and `ln`, matrix
//! products. Where qemu is absent (`apt-get install qemu-user`) nothing is compared and the test says so.
#![cfg(target_arch = "x86_64")]

use std::env;
use std::process::Command;

const QEMU: &str = "qemu-x86_64";

/// Emulated CPUs, and whether they have SSE4.2 and AVX2 with FMA: the regressions use other vector instructions on each.
const CPUS: [(&str, bool, bool); 3] = [("core2duo", false, false), ("Nehalem", true, false), ("Haswell", true, true)];

const SETTING: &str = "--real 30 --synthetic 20";

/// Every simulator, small, since emulation takes some thirty times as long.
fn simulations() -> Vec<String> {
    // Regressions of few coefficients have a loop of their own; above five, matrix products would be left to a library that looks at the CPU.
    let settings = [
        ("gaussian-mean --dim 7", "rows"),
        ("gaussian-covariance --dim 7", "rows"),
        ("linear --dim 7", "rows"),
        ("logistic", "rows"),
        ("logistic --dim 7", "rows"),
        ("poisson --dim 3", "rows"),
        ("poisson --dim 7", "rows"),
        ("cdf", "rows"),
        ("kde", "rows"),
        ("categorical", "rows"),
        ("gaussian-mean --dim 7", "sufficient"),
        ("gaussian-covariance --dim 7", "sufficient"),
        ("linear --dim 7", "sufficient"),
        ("categorical", "sufficient"),
    ];
    let line = |(model, simulator)| {
        format!(
            "simulate --model {model} {SETTING} --weight .4 --simulator {simulator} --generations 12 --burn-in 2 \
             --replicates 70 --json"
        )
    };
    settings.into_iter().map(line).chain(["adult --replicates 2 --json".to_owned()]).collect()
}

/// Every kind of closed form, a search for a minimum, and evidence.
fn other_lines() -> Vec<String> {
    let models = ["gaussian-mean", "gaussian-covariance", "linear", "logistic", "poisson", "cdf", "categorical", "kde"];
    let closed_form = |model: &str| {
        [
            format!("weight --model {model} {SETTING} --generations 9 --json"),
            format!("risk --model {model} {SETTING} --weight .4 --generations 9 --json"),
        ]
    };
    let single = [
        "optimize --model logistic --real 30 --synthetic 20 --generations 4 --replicates 48 --json",
        "verify --kinds property --json",
        "verify --kinds simulation --only linear-fixed-design --json",
    ];
    models.into_iter().flat_map(closed_form).chain(single.map(str::to_owned)).collect()
}

/// The output without the times, which differ between runs.
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

fn emulated(cpu: &str, program: &str) -> Option<Command> {
    if Command::new(QEMU).arg("--version").output().is_err() {
        println!("not run: {QEMU} is not installed");
        return None;
    }
    let mut command = Command::new(QEMU);
    command.args(["-cpu", cpu, program]);
    Some(command)
}

/// Lines whose output differs between this machine and an emulated CPU.
fn differences(cpu: &str, lines: &[String]) -> Vec<String> {
    let program = env!("CARGO_BIN_EXE_goldenweight");
    let differs = |line: &String| {
        let native = output(Command::new(program).args(line.split(' ')));
        let other = output(emulated(cpu, program)?.args(line.split(' ')));
        difference(&native, &other).map(|found| format!("{cpu}: {line}: {found}"))
    };
    lines.iter().filter_map(differs).collect()
}

#[test]
fn simulated_bits_are_those_of_other_cpus() {
    for (cpu, ..) in CPUS {
        let found = differences(cpu, &simulations());
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn all_other_bits_are_those_of_another_cpu() {
    let [_, without, with] = CPUS;
    let (cpu, ..) = if is_x86_feature_detected!("fma") { without } else { with };
    let found = differences(cpu, &other_lines());
    assert!(found.is_empty(), "{found:#?}");
}

/// The emulation has an effect: this test's own process, emulated, sees the other CPU.
#[test]
fn the_other_cpus_are_other_ones() {
    if env::var_os("GOLDENWEIGHT_TEST_FEATURES").is_some() {
        let features =
            [is_x86_feature_detected!("sse4.2"), is_x86_feature_detected!("avx2"), is_x86_feature_detected!("fma")];
        println!("features: {features:?}");
        return;
    }
    let test = env::current_exe().expect("this test's binary");
    for (cpu, sse, avx) in CPUS {
        let Some(mut command) = emulated(cpu, test.to_str().expect("UTF-8")) else { return };
        command.args(["--exact", "the_other_cpus_are_other_ones", "--nocapture"]).env("GOLDENWEIGHT_TEST_FEATURES", "");
        let seen = output(&mut command);
        assert!(seen.contains(&format!("features: {:?}", [sse, avx, avx])), "{cpu}: {seen}");
    }
}

#[test]
fn a_different_last_bit_is_found() {
    let line = |x: f64| format!("a\n\"risk\": {x}\nb\n");
    assert_eq!(difference(&line(0.1), &line(0.1)), None);
    assert!(difference(&line(0.1), &line(0.1 + f64::EPSILON / 16.0)).is_some());
    assert!(difference("a\n", "a\nb\n").is_some());
}
