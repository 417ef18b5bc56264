//! How the checks were tested: kept records of long runs, of which this page and tables of the documents are made.
//!
//! The files are in `docs/data`. `runs.csv` has a line for each run: when, at which commit and release, by which command, and which code it speaks of, with that
//! code's fingerprint. `mutation.csv`, `faults.csv` and `calibration.csv` have what the runs found.
//!
//! Nobody can repeat a day of runs for every change. So a record may be older than the code of which it speaks, but must say so: `older` is true if and only if
//! the fingerprint is not that of the code as it is. A unit test holds both against each other, and the documents' tables against the records.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use goldenweight_evidence::report::html::Section;
use goldenweight_evidence::stats::calibration::{clopper_pearson, upper_limit};
use maud::{Markup, html};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const RUNS: &str = include_str!("../../docs/data/runs.csv");
const MUTATION: &str = include_str!("../../docs/data/mutation.csv");
const FAULTS: &str = include_str!("../../docs/data/faults.csv");
const CALIBRATION: &str = include_str!("../../docs/data/calibration.csv");

/// A run of hours, made once.
#[derive(Debug, Deserialize)]
struct Run {
    /// Name, by which the other files speak of it.
    run: String,
    /// Which file has what it found: `mutation`, `faults`, `calibration` of many seeds, `fresh` runs of verify.
    kind: String,
    what: String,
    date: String,
    commit: String,
    release: String,
    command: String,
    /// Range of seeds, where it was not the default one.
    seeds: String,
    /// Files and folders of which it speaks, between blanks.
    of: String,
    /// SHA-256 over them as they were, see the unit test. Empty where they were not in these places, or not kept.
    fingerprint: String,
    /// Whether they have changed since.
    older: bool,
}

#[derive(Debug, Deserialize)]
struct Mutants {
    run: String,
    caught: u64,
    uncompiled: u64,
    timeouts: u64,
    missed: u64,
}

impl Mutants {
    /// All that cargo-mutants made.
    fn all(&self) -> u64 {
        self.caught + self.uncompiled + self.timeouts + self.missed
    }
}

/// A wrong line that was put into the program by hand.
#[derive(Debug, Deserialize)]
struct Fault {
    run: String,
    fault: String,
    /// Checks, at most three; empty where nothing refuted it.
    refuted_by: String,
}

#[derive(Debug, Deserialize)]
struct Quantity {
    run: String,
    quantity: String,
    value: String,
}

fn read<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
    rows.map(|row| row.expect("a row of docs/data, which the unit test has read")).collect()
}

static ALL: LazyLock<Vec<Run>> = LazyLock::new(|| read(RUNS));

fn of_kind(kind: &str) -> impl Iterator<Item = &'static Run> {
    ALL.iter().filter(move |run| run.kind == kind)
}

/// A table that is Markdown and markup.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Self {
        Self { head: head.map(str::to_owned).into(), rows: rows.into_iter().map(Vec::from).collect() }
    }

    fn markup(&self) -> Markup {
        html! {
            // What is wider than the page scrolls, by keyboard too.
            div.records-table tabindex="0" role="group" aria-label="Table, scrolls" {
                table {
                    thead { tr { @for name in &self.head { th scope="col" { (name) } } } }
                    tbody {
                        @for row in &self.rows { tr { @for cell in row { td { (cell.replace('`', "")) } } } }
                    }
                }
            }
        }
    }
}

/// With a comma between thousands.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap_or("")).collect();
    groups.join(",")
}

impl Run {
    /// Where the record belongs: commit, date, release.
    fn at(&self) -> String {
        format!("`{}`, {}, {}", self.commit, self.date, self.release)
    }

    /// Which code it speaks of, with the first digits of that code's fingerprint.
    fn about(&self) -> String {
        let code = format!("`{}`", self.of.replace(' ', "`, `"));
        match self.fingerprint.get(..16) {
            Some(digits) => format!("{code} (SHA-256 {digits})"),
            None => format!("{code} (then in other places, or not kept)"),
        }
    }

    const fn age(&self) -> &'static str {
        if self.older { "older than the code" } else { "of this code" }
    }
}

/// What cargo-mutants found.
fn mutation() -> Table {
    let found: Vec<Mutants> = read(MUTATION);
    let row = |run: &Run| {
        let of_run = found.iter().find(|mutants| mutants.run == run.run).expect("a row of mutation.csv");
        let [all, caught, uncompiled, timeouts, missed] =
            [of_run.all(), of_run.caught, of_run.uncompiled, of_run.timeouts, of_run.missed].map(thousands);
        let command = format!("`{}`", run.command);
        [
            run.what.clone(),
            all,
            caught,
            uncompiled,
            timeouts,
            missed,
            run.at(),
            run.about(),
            run.age().to_owned(),
            command,
        ]
    };
    let head =
        ["what was changed", "mutants", "caught", "did not compile", "timeout", "missed", "at", "of", "is", "command"];
    Table::new(head, of_kind("mutation").map(row))
}

/// The faults by hand: of each run its words and its table.
fn faults() -> Vec<(String, Table)> {
    let all: Vec<Fault> = read(FAULTS);
    let of = |run: &Run| {
        let own: Vec<&Fault> = all.iter().filter(|fault| fault.run == run.run).collect();
        let refuted = own.iter().filter(|fault| !fault.refuted_by.is_empty()).count();
        let words = format!(
            "{} faults, {refuted} refuted, {} not: `{}`, seed {}; at {}, of {}, {}.",
            own.len(),
            own.len() - refuted,
            run.command,
            run.seeds,
            run.at(),
            run.about(),
            run.age()
        );
        let by = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        let rows = own.into_iter().map(|Fault { fault, refuted_by, .. }| [fault.clone(), by(refuted_by)]);
        (words, Table::new(["fault", "refuted by"], rows))
    };
    of_kind("faults").map(of).collect()
}

/// What calibrations found.
fn calibration() -> (Table, Table) {
    let quantities: Vec<Quantity> = read(CALIBRATION);
    let of = |run: &Run| -> BTreeMap<&str, &str> {
        quantities.iter().filter(|q| q.run == run.run).map(|q| (q.quantity.as_str(), q.value.as_str())).collect()
    };
    let count = |found: &BTreeMap<&str, &str>, name: &str| -> u64 { found[name].parse().expect("a whole number") };
    let mut rows = Vec::new();
    for run in of_kind("calibration") {
        let found = of(run);
        let count = |name: &str| count(&found, name);
        let (seeds, false_alarms) = (count("seeds"), count("false_alarms"));
        let share = |name: &str, nominal: &str| {
            let (hits, trials) = (count(name), count("intervals"));
            let (low, high) = clopper_pearson(hits, trials, 0.95);
            let [hits_words, trials_words] = [hits, trials].map(thousands);
            let rate = hits as f64 / trials as f64;
            [
                format!("{nominal} intervals that were right"),
                format!("{hits_words} of {trials_words}: {rate:.4} ({low:.4}, {high:.4})"),
            ]
        };
        let wrong = count("wrong_simulator_refuted");
        let moments = |kind: &str| {
            format!(
                "{kind} {}, {}",
                found[format!("{kind}_mean").as_str()],
                found[format!("{kind}_deviation").as_str()]
            )
        };
        let z = ["simulation", "ladder", "optimum"]
            .into_iter()
            .filter(|kind| found.contains_key(format!("{kind}_mean").as_str()));
        let row = |name: &str, value: String| [name.to_owned(), value];
        rows.extend([
            row("what", run.what.clone()),
            row("command", format!("`{}`", run.command)),
            row("seeds", run.seeds.clone()),
            row("at", run.at()),
            row("of", run.about()),
            row("is", run.age().to_owned()),
            row(
                "runs with a false alarm",
                format!(
                    "{false_alarms} of {seeds} (at most {:.4} with 95 % confidence; declared {}; p = {})",
                    upper_limit(false_alarms, seeds, 0.95),
                    found["declared"],
                    found["false_alarms_p"]
                ),
            ),
            row(
                "comparisons tested",
                format!("{} of {} (the others are too skewed at this budget)", count("tested"), count("comparisons")),
            ),
            row("smallest p of a law", format!("{}, {} by Holm", found["smallest_p"], found["smallest_p_by_holm"])),
            share("inside_95", "95 %"),
            share("inside_99", "99 %"),
            row("mean and deviation of z", z.map(moments).collect::<Vec<_>>().join("; ")),
            row(
                "the wrong simulator refuted",
                format!("{wrong} of {seeds} (at least {:.3})", clopper_pearson(wrong, seeds, 0.95).0),
            ),
        ]);
    }
    let fresh = of_kind("fresh").map(|run| {
        let found = of(run);
        let [runs, comparisons, false_alarms, inconclusive] =
            ["runs", "comparisons", "false_alarms", "inconclusive"].map(|name| thousands(count(&found, name)));
        let largest = format!("{} of its bound", found["largest_share"]);
        let command = format!("`{}`", run.command);
        [
            run.what.clone(),
            run.seeds.clone(),
            runs,
            comparisons,
            false_alarms,
            inconclusive,
            largest,
            run.at(),
            run.about(),
            run.age().to_owned(),
            command,
        ]
    });
    let head = [
        "what",
        "seeds",
        "runs",
        "comparisons",
        "false alarms",
        "runs inconclusive",
        "largest z",
        "at",
        "of",
        "is",
        "command",
    ];
    (Table::new(["quantity", "found"], rows), Table::new(head, fresh))
}

/// The section of the page.
pub(super) fn section() -> Section {
    let (of_seeds, of_runs) = calibration();
    let body = html! {
        p {
            "A check that passes might pass anything, and a rate of error that is declared might not be kept. So the program was changed on purpose, line by line, \
             to see what objects; and its checks ran under many fresh seeds, where whatever they refute is a false alarm. These runs take hours. They are kept \
             with the commit at which they were made, and each says whether it is older than the code of which it speaks."
        }
        h3 { "Mutation: every function changed, one at a time" }
        (mutation().markup())
        p { "What became of those missed, docs/mutation.md says." }
        h3 { "Faults put in by hand" }
        @for (words, _) in faults() {
            p { (words.replace('`', "")) }
        }
        h3 { "Calibration: the checks under fresh seeds" }
        (of_seeds.markup())
        (of_runs.markup())
    };
    Section {
        id: "tested".to_owned(),
        title: "How the checks were tested".to_owned(),
        body,
        style: include_str!("records.css").to_owned(),
        script: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;
    use std::path::{Path, PathBuf};

    use sha2::{Digest as _, Sha256};

    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn files(path: PathBuf, found: &mut Vec<PathBuf>) {
        if path.is_dir() {
            let entries = fs::read_dir(path).expect("a folder of the project");
            entries.for_each(|entry| files(entry.expect("readable").path(), found));
        } else {
            found.push(path);
        }
    }

    fn checksum(bytes: &[u8]) -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// As `find PATHS -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` says it.
    fn fingerprint(of: &str) -> String {
        let mut found = Vec::new();
        for path in of.split_whitespace() {
            assert!(root().join(path).exists(), "docs/data/runs.csv speaks of {path}, which does not exist");
            files(root().join(path), &mut found);
        }
        let name = |file: &PathBuf| file.strip_prefix(root()).expect("of the project").display().to_string();
        let mut named: Vec<(String, PathBuf)> = found.iter().map(|file| (name(file), file.clone())).collect();
        named.sort();
        let mut list = String::new();
        for (name, file) in named {
            let _ = writeln!(list, "{}  {name}", checksum(&fs::read(file).expect("readable")));
        }
        checksum(list.as_bytes())
    }

    /// Nothing has to be run again where the code has changed; but then its records must say that they are older.
    #[test]
    fn a_record_that_is_older_than_its_code_says_so() {
        for run in ALL.iter() {
            let now = fingerprint(&run.of);
            assert_eq!(
                run.older,
                run.fingerprint != now,
                "docs/data/runs.csv, {}: `older` must be {}, since the fingerprint of {} is {now}; then the documents must be written anew, \
                 see the test of the tables",
                run.run,
                run.fingerprint != now,
                run.of
            );
        }
    }

    #[test]
    fn records_are_complete() {
        let mut names: Vec<&str> = ALL.iter().map(|run| run.run.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        for run in ALL.iter() {
            assert!(["mutation", "faults", "calibration", "fresh"].contains(&run.kind.as_str()), "{run:?}");
            assert!([&run.what, &run.command, &run.release].iter().all(|text| !text.is_empty()), "{run:?}");
            let is_date = run.date.len() == 10 && run.date.starts_with("20") && run.date.matches('-').count() == 2;
            let is_commit = run.commit.len() >= 7 && run.commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_date && is_commit && (run.fingerprint.is_empty() || run.fingerprint.len() == 64), "{run:?}");
        }
        // Each other file speaks of runs that there are.
        let mutants: Vec<Mutants> = read(MUTATION);
        let quantities: Vec<Quantity> = read(CALIBRATION);
        let faults: Vec<Fault> = read(FAULTS);
        let named = mutants.iter().map(|row| &row.run).chain(quantities.iter().map(|row| &row.run));
        let named = named.chain(faults.iter().map(|row| &row.run));
        named.for_each(|name| assert!(names.contains(&name.as_str()), "{name} has no line in runs.csv"));
        assert_eq!(thousands(1_054), "1,054");
        assert_eq!([7, 999, 1_000_000].map(thousands), ["7", "999", "1,000,000"]);
    }

    fn markdown(Table { head, rows }: &Table) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = "|---".repeat(head.len()) + "|\n";
        line(head) + &rule + &rows.iter().map(|row| line(row)).collect::<String>()
    }

    /// What stands between the markers of the documents. With `WRITE_DOCS=1` in the environment it is put there.
    #[test]
    fn the_tables_of_the_documents_are_those_of_the_records() {
        let (of_seeds, of_runs) = calibration();
        let of_faults = faults().into_iter().map(|(words, table)| format!("{words}\n\n{}", markdown(&table)));
        let of_faults = of_faults.collect::<Vec<_>>().join("\n");
        for (file, marker, expected) in [
            ("docs/mutation.md", "mutation", markdown(&mutation())),
            ("docs/mutation.md", "faults", of_faults),
            ("docs/statistics.md", "calibration", markdown(&of_seeds)),
            ("docs/statistics.md", "fresh runs", markdown(&of_runs)),
        ] {
            let path = root().join(file);
            let text = fs::read_to_string(&path).expect("UTF-8");
            let [first, last] = [format!("<!-- {marker} -->\n"), format!("<!-- /{marker} -->")];
            let (before, rest) = text.split_once(&first).unwrap_or_else(|| panic!("{file} has no marker {first}"));
            let (found, after) = rest.split_once(&last).unwrap_or_else(|| panic!("{file} has no marker {last}"));
            if std::env::var_os("WRITE_DOCS").is_some() {
                fs::write(&path, format!("{before}{first}{expected}{last}{after}")).expect("writable");
            } else {
                assert!(
                    found == expected,
                    "{file}: the table `{marker}` is not that of docs/data. `WRITE_DOCS=1 cargo test --lib records` writes it anew."
                );
            }
        }
    }
}
