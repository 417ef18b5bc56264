//! Turns clap's errors of several lines into one line that names the option, the value and the condition; and what was meant by an unknown name.

use std::{error::Error as _, ffi::OsString};

use clap::{
    Command,
    error::{ContextKind, Error, ErrorKind},
};
use goldenweight::experiment::InputError;

/// The one-line form of a parse error of these arguments, the program's name first.
pub fn bad_input(error: &Error, program: &Command, args: &[OsString]) -> InputError {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    // clap shows an option as `--real <N>`.
    let option = context(ContextKind::InvalidArg).split(" <").next().unwrap_or_default().to_owned();
    let value = context(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::ValueValidation => {
            let condition = error.source().map_or_else(|| "is not valid".to_owned(), ToString::to_string);
            InputError::new(option, value, condition)
        }
        ErrorKind::InvalidValue if value.is_empty() => InputError::new(option, value, "needs a value"),
        ErrorKind::UnknownArgument => {
            let command = args.iter().skip(1).find_map(|word| program.find_subcommand(word)).unwrap_or(program);
            InputError::new("argument", context(ContextKind::InvalidArg), unknown_option(&option, command))
        }
        ErrorKind::InvalidSubcommand => {
            let name = context(ContextKind::InvalidSubcommand);
            let known: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
            let meant = did_you_mean(&name, known.iter().copied());
            let condition = format!("is unknown{meant}; must be one of {}", known.join(", "));
            InputError::new("command", name, condition)
        }
        ErrorKind::MissingSubcommand => {
            let known = context(ContextKind::ValidSubcommand);
            InputError::new("command", "", format!("is required: one of {known}"))
        }
        ErrorKind::MissingRequiredArgument => {
            InputError::new("option", context(ContextKind::InvalidArg), "is required")
        }
        ErrorKind::ArgumentConflict => InputError::new("option", option, "must be given once only"),
        ErrorKind::TooManyValues => InputError::new(option, value, "takes no value"),
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
            InputError::new("command", "line", line)
        }
    }
}

/// What is wrong with an option that a command does not have, or a word where it takes none.
fn unknown_option(option: &str, command: &Command) -> String {
    let name = command.get_name();
    let options: Vec<&str> = command.get_arguments().filter_map(|argument| argument.get_long()).collect();
    let meant = option.strip_prefix("--").map(|word| did_you_mean(word, options.iter().copied()));
    let meant = meant.unwrap_or_default().replace("did you mean ", "did you mean --");
    let listed = options.iter().map(|option| format!("--{option}")).collect::<Vec<_>>().join(", ");
    let listed = if listed.is_empty() { "--help, --version".to_owned() } else { listed + ", --help" };
    format!("is unknown{meant}; {name} takes {listed}")
}

/// "; did you mean real?", where a name is near the word.
pub fn did_you_mean<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(word, names).map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The name that is nearest to a word, where a third of its letters or fewer must be put in, taken out, changed or swapped with the next.
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // An argument may be of any length; no name is.
    let letters: String = word.replace(['*', '?', '[', ']'], "").to_lowercase().chars().take(80).collect();
    let distances = names.map(|name| (strsim::damerau_levenshtein(&letters, name), name));
    let near = distances.filter(|(distance, _)| 3 * distance <= letters.chars().count());
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_meant() {
        let names = ["real", "replicates", "synthetic", "figure-8a"];
        let found = ["reel", "synthetci", "figure8*", "replicate", "dim", "", "8z"]
            .map(|word| nearest(word, names.into_iter()));
        assert_eq!(found, [Some("real"), Some("synthetic"), Some("figure-8a"), Some("replicates"), None, None, None]);
    }
}
