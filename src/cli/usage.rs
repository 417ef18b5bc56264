//! Turns clap's errors of several lines into one line that names the option, the value and the condition.

use std::error::Error as _;

use clap::error::{ContextKind, Error, ErrorKind};
use goldenweight::experiment::InputError;

/// The one-line form of a parse error.
pub fn bad_input(error: &Error) -> InputError {
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
            InputError::new("argument", context(ContextKind::InvalidArg), unknown(&context(ContextKind::SuggestedArg)))
        }
        ErrorKind::InvalidSubcommand => {
            let condition = unknown(&context(ContextKind::SuggestedSubcommand));
            InputError::new("command", context(ContextKind::InvalidSubcommand), condition)
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

/// What is wrong with an unknown name, with the one that is most like it.
fn unknown(suggestion: &str) -> String {
    let meant = if suggestion.is_empty() { String::new() } else { format!("; did you mean {suggestion}?") };
    format!("is unknown; see --help{meant}")
}
