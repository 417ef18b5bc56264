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
            if name.starts_with('-') {
                return InputError::new("argument", name, "is no command: help takes the name of one");
            }
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
        ErrorKind::ArgumentConflict => {
            let other = context(ContextKind::PriorArg).split(" <").next().unwrap_or_default().to_owned();
            let once = other == option;
            let condition =
                if once { "must be given once only".to_owned() } else { format!("cannot be given with {other}") };
            InputError::new("option", option, condition)
        }
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

/// The one of these that a word names.
///
/// # Errors
/// Says which names there are, and which of them is near.
pub fn named<T: Copy>(word: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, String> {
    let names = || all.iter().map(|&one| name(one));
    all.iter().copied().find(|&one| name(one) == word.trim()).ok_or_else(|| {
        format!("must be one of {}{}", names().collect::<Vec<_>>().join(", "), did_you_mean(word, names()))
    })
}

/// "; did you mean real?", where a name is near the word.
pub fn did_you_mean<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(word, names).map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The name that is nearest to a word, where a third of the letters or fewer must be put in, taken out, changed or swapped with the next.
///
/// The word may stand for a part of the name (gaussian-mean for gaussian-mean-law), or the name for a part of the word (8a for figure-8a.svg).
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // An argument may be of any length; no name is.
    let word: String = word.replace(['*', '?', '[', ']'], "").to_lowercase().chars().take(80).collect();
    let in_word = parts(&word);
    let near = |name: &'a str| {
        let whole = strsim::damerau_levenshtein(&word, name);
        let in_name = parts(name);
        let pairs = in_word.iter().map(|part| (*part, name)).chain(in_name.iter().map(|part| (&*word, *part)));
        let within = |(a, b): (&str, &str)| (strsim::damerau_levenshtein(a, b), a.chars().count());
        let nearest = pairs.map(within).chain([(whole, word.chars().count())]);
        let distance =
            nearest.filter(|(distance, letters)| 3 * distance <= *letters).map(|(distance, _)| distance).min();
        distance.map(|distance| ((distance, whole), name))
    };
    names.filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// Pieces of a word that begin and end where its letters do, or turn to digits: of figure-8a figure, 8a and all of it.
fn parts(word: &str) -> Vec<&str> {
    let classes: Vec<(usize, u8)> = word
        .char_indices()
        .map(|(i, c)| (i, if c.is_ascii_digit() { 2 } else { u8::from(c.is_alphabetic()) }))
        .collect();
    let class = |i: usize| classes.get(i).map_or(0, |(_, class)| *class);
    let place = |i: usize| classes.get(i).map_or(word.len(), |(at, _)| *at);
    let begins: Vec<usize> = (0..classes.len())
        .filter(|&i| class(i) > 0 && (i == 0 || class(i - 1) == 0 || class(i - 1) < class(i)))
        .collect();
    let ends: Vec<usize> = (1..=classes.len()).filter(|&i| class(i - 1) > 0 && class(i) == 0).collect();
    let pieces = begins.iter().flat_map(|&b| ends.iter().filter(move |&&e| b < e).map(move |&e| (b, e)));
    pieces.map(|(b, e)| &word[place(b)..place(e)]).collect()
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

    #[test]
    fn a_part_may_stand_for_the_whole() {
        let names = ["8a", "10d", "theory", "gaussian-mean-law", "gaussian-covariance-law", "golden-weight"];
        let found =
            ["figure-8a", "fig8a", "figure-8a.svg", "gausian-mean", "covariance", "wieght", "figure-8z", "x-law"]
                .map(|word| nearest(word, names.into_iter()).unwrap_or("none"));
        let expected =
            ["8a", "8a", "8a", "gaussian-mean-law", "gaussian-covariance-law", "golden-weight", "none", "none"];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_are_told_with_the_nearest() {
        let find = |word| named(word, &["quick", "full"], |name| name);
        assert_eq!(find(" full"), Ok("full"));
        assert_eq!(find("quik"), Err("must be one of quick, full; did you mean quick?".to_owned()));
        assert_eq!(find("slow"), Err("must be one of quick, full".to_owned()));
    }
}
