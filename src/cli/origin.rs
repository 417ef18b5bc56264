//! Where a document comes from: the version, and the command that makes it again.

use std::ffi::OsString;

use schemars::JsonSchema;
use serde::Serialize;

use super::schema;

/// The command line as it was typed.
pub struct Origin {
    args: Vec<String>,
}

/// A document with its version and its command, as JSON has it.
#[derive(Serialize, JsonSchema)]
pub struct Signed<'a, T> {
    /// Version of the schema that the document follows.
    schema: &'static str,
    /// Version of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    /// The command that makes it again.
    command: String,
    #[serde(flatten)]
    document: &'a T,
}

/// Options without a part in any result.
const LEFT_OUT: [&str; 3] = ["--threads", "--store", "--shard"];

impl Origin {
    /// Of these arguments, the program's name first.
    pub fn new(args: &[OsString]) -> Self {
        Self { args: args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect() }
    }

    /// The command without what changes no simulation either: where results go, and in which form.
    pub fn work(&self, seed: u64) -> String {
        const FORMS: [&str; 2] = ["--json", "--archive"];
        const PLACES: [&str; 6] = ["--report", "--csv", "--junit", "--against", "--accepted", "--out"];
        let mut kept: Vec<String> = Vec::new();
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            let (option, value) = arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value)));
            match (PLACES.contains(&option), value) {
                (true, None) => drop(args.next()),
                (true, Some(_)) => {}
                (false, _) if FORMS.contains(&option) => {}
                // The same in one word and in two.
                (false, Some(value)) if option.starts_with("--") => kept.extend([option.to_owned(), value.to_owned()]),
                (false, _) => kept.push(arg.clone()),
            }
        }
        Self { args: kept }.command(Some(seed))
    }

    /// The command as typed, for a shell, with the seed where random numbers were drawn and none was asked for. The number of threads, the store and
    /// the share of it are left out: no result depends on them, and neither do the bytes of a document.
    pub fn command(&self, seed: Option<u64>) -> String {
        let mut words = vec!["goldenweight".to_owned()];
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            let is_told = |option: &str| arg.strip_prefix(option).is_some_and(|rest| rest.starts_with('='));
            if LEFT_OUT.contains(&arg.as_str()) {
                args.next();
            } else if !LEFT_OUT.into_iter().any(is_told) {
                words.push(quoted(arg));
            }
        }
        let is_seed = |arg: &String| arg == "--seed" || arg.starts_with("--seed=");
        if let (Some(seed), false) = (seed, self.args.iter().any(is_seed)) {
            words.push(format!("--seed {seed}"));
        }
        words.join(" ")
    }

    /// The value of an option as it was typed: the whole of it, or that of its numbers which is meant. None where neither was typed, as for a default.
    pub fn typed(&self, option: &str, value: &str) -> Option<String> {
        let after = |(i, arg): (usize, &String)| match arg.strip_prefix(option)? {
            "" => self.args.get(i + 1).cloned(),
            rest => rest.strip_prefix('=').map(str::to_owned),
        };
        self.args.iter().enumerate().filter_map(after).find_map(|typed| {
            let meant = |part: &&str| same(part, value);
            let part = typed.split(',').map(str::trim).find(meant).map(str::to_owned);
            if same(&typed, value) || typed.starts_with('@') { Some(typed) } else { part }
        })
    }

    /// The document with its origin.
    pub fn sign<'a, T>(&self, document: &'a T, seed: Option<u64>) -> Signed<'a, T> {
        Signed { version: Some(env!("CARGO_PKG_VERSION")), ..self.sign_command(document, seed) }
    }

    /// The same of a document that tells its version itself.
    pub fn sign_command<'a, T>(&self, document: &'a T, seed: Option<u64>) -> Signed<'a, T> {
        Signed { schema: schema::VERSION, version: None, command: self.command(seed), document }
    }
}

/// Whether these are the same numbers, in the same places of a list or matrix.
fn same(one: &str, other: &str) -> bool {
    let split =
        |text: &str| text.split([',', ';']).map(|part| part.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>();
    one == other || matches!((split(one), split(other)), (Ok(one), Ok(other)) if one == other)
}

/// A word that a shell reads back as it is.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another way to write a number, one of several, a list, a file; not a default.
    #[test]
    fn a_value_is_as_typed() {
        let line = ["g", "risk", "--weight", ".5, 1e308", "--real=007", "--beta", "1.0,1e2", "--sigma", "@s.csv"];
        let origin = Origin::new(&line.map(OsString::from));
        let typed = |option, value: &str| origin.typed(option, value);
        assert_eq!(typed("--weight", &1e308.to_string()).as_deref(), Some("1e308"));
        assert_eq!(typed("--real", "7").as_deref(), Some("007"));
        assert_eq!(typed("--beta", "1,100").as_deref(), Some("1.0,1e2"));
        assert_eq!(typed("--sigma", "1,2;2,1").as_deref(), Some("@s.csv"));
        assert_eq!([typed("--beta", "1,101"), typed("--synthetic", "9"), typed("--sigmas", "1")], [None, None, None]);
    }

    #[test]
    fn the_command_is_as_typed_with_its_seed() {
        let origin = |line: &[&str]| Origin::new(&line.iter().map(OsString::from).collect::<Vec<_>>());
        let command = |line: &[&str], seed| origin(line).command(seed);
        assert_eq!(command(&["path/goldenweight", "weight", "--real", "9"], None), "goldenweight weight --real 9");
        assert_eq!(
            command(&["g", "simulate", "--threads", "3", "--json"], Some(7)),
            "goldenweight simulate --json --seed 7"
        );
        assert_eq!(command(&["g", "simulate", "--threads=3", "--seed=8"], Some(8)), "goldenweight simulate --seed=8");
        assert_eq!(command(&["g", "verify", "--only", "a*b's"], None), r"goldenweight verify --only 'a*b'\''s'");
    }
}
