//! The command line: arguments, their validation, and what comes back as text or as JSON.
//!
//! Each command turns its arguments into a document that is `Display` (text) and `Serialize` (JSON). Only [`output`] writes to stdout, at the end (`verify` writes
//! each claim as it is decided); so bad input never leaves partial output.

mod adult;
mod advise;
mod archive;
mod args;
mod atlas;
mod audit;
mod calibrate;
mod check;
mod closed;
mod closed_form;
mod compare;
mod figures;
mod fit;
mod interrupt;
mod monte_carlo;
mod network;
mod optimize;
mod origin;
mod output;
mod progress;
mod registry;
mod schema;
mod store;
mod survival;
mod usage;

use std::{ffi::OsString, io::Write, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};
use goldenweight::{
    answer::Unanswered,
    experiment::{InputError, renamed},
};
use goldenweight_theory::parameters::ParameterError;
use origin::Origin;

/// Numerical verification of the golden-weight theory of model collapse: retraining on fresh real and synthetic rows.
#[derive(Parser)]
#[command(
    version,
    arg_required_else_help = false,
    after_help = "Exit codes: 0 done or confirmed, 1 refuted, 2 bad input, 3 inconclusive or could not run.\n\
                  Example: goldenweight weight --real 100 --synthetic 100"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Weight(closed_form::WeightArgs),
    Risk(closed_form::RiskArgs),
    Simulate(monte_carlo::SimulateArgs),
    Optimize(optimize::OptimizeArgs),
    Network(network::NetworkArgs),
    Survival(survival::SurvivalArgs),
    Atlas(atlas::AtlasArgs),
    Adult(adult::AdultArgs),
    Advise(advise::AdviseArgs),
    Audit(audit::AuditArgs),
    Figures(figures::FiguresArgs),
    Claims(registry::ClaimsArgs),
    Verify(registry::VerifyArgs),
    Calibrate(calibrate::CalibrateArgs),
    Compare(compare::CompareArgs),
    Store(store::StoreArgs),
    Check(check::CheckArgs),
    Schema(schema::SchemaArgs),
}

/// How a command ended; the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Done, or confirmed.
    Done = 0,
    /// A claim was refuted, or something became worse.
    Refuted = 1,
    /// Inconclusive.
    Inconclusive = 3,
}

/// Why a command gave no answer; one line on stderr.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Exit code 2.
    #[error(transparent)]
    Input(InputError),
    /// Exit code 3.
    #[error("could not run: {0}")]
    CouldNotRun(String),
}

impl From<InputError> for Failure {
    /// In the words of the command line: a field of the library is an option.
    fn from(error: InputError) -> Self {
        Self::Input(error.renamed(args::option))
    }
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Input(error) => error.into(),
            Unanswered::Unknown(why) => Self::CouldNotRun(renamed(&why, args::option)),
        }
    }
}

/// Theory covers every valid problem; where it says that it does not, that is no fault of the input.
impl From<ParameterError> for Failure {
    fn from(error: ParameterError) -> Self {
        Self::CouldNotRun(error.to_string())
    }
}

/// Runs the command line and gives the exit code.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    if args.len() <= 1 {
        // Nothing is left to tell where stderr is closed.
        let _ = write!(std::io::stderr(), "{}", Cli::command().render_help());
        return ExitCode::from(BAD_INPUT);
    }
    let origin = Origin::new(&args);
    let result = match Cli::try_parse_from(&args) {
        Ok(cli) => dispatch(cli.command, &origin),
        Err(error) if error.use_stderr() => Err(usage::bad_input(&error, &Cli::command(), &args).into()),
        Err(help) => output::write(&help.to_string()).map(|()| Status::Done),
    };
    match result {
        Ok(status) => ExitCode::from(status as u8),
        Err(failure) => {
            let failure = match failure {
                Failure::Input(error) => Failure::Input(error.valued(|option, value| origin.typed(option, value))),
                failure => failure,
            };
            // Here too nothing is left to tell.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(if matches!(failure, Failure::Input(_)) { BAD_INPUT } else { Status::Inconclusive as u8 })
        }
    }
}

/// Exit code of bad input.
const BAD_INPUT: u8 = 2;

fn dispatch(command: Command, origin: &Origin) -> Result<Status, Failure> {
    output::writable()?;
    match command {
        Command::Weight(args) => args.run(origin),
        Command::Risk(args) => args.run(origin),
        Command::Simulate(args) => args.run(origin),
        Command::Optimize(args) => args.run(origin),
        Command::Network(args) => args.run(origin),
        Command::Survival(args) => args.run(origin),
        Command::Atlas(args) => args.run(origin),
        Command::Adult(args) => args.run(origin),
        Command::Advise(args) => args.run(origin),
        Command::Audit(args) => args.run(origin),
        Command::Figures(args) => args.run(origin),
        Command::Claims(args) => args.run(origin),
        Command::Verify(args) => args.run(origin),
        Command::Calibrate(args) => args.run(origin),
        Command::Compare(args) => args.run(origin),
        Command::Store(args) => args.run(origin),
        Command::Check(args) => args.run(origin),
        Command::Schema(args) => args.run(),
    }
}
