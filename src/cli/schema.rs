//! `schema`: what JSON documents the program prints, as a JSON Schema made from their types.

use clap::Args;
use goldenweight::outcome::{calibration::CalibrationOutcome, document::RunDocument};
use goldenweight::{answer, experiment::InputError};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    Failure, Status, adult, atlas, check, compare, figures, origin::Signed, output, registry, store, survival,
    usage::nearest,
};

/// Version of the schema, in every document: the second number is raised where a key is added, the first where one is taken away or means something else.
pub const VERSION: &str = "1.2";

/// Makes the schema of a document.
type Make = fn(&mut SchemaGenerator) -> Value;

/// Each command with the schema of its document.
const DOCUMENTS: &[(&str, Make)] = &[
    ("weight", of::<answer::closed_form::WeightDocument>),
    ("risk", of::<answer::closed_form::RiskDocument>),
    ("simulate", of::<answer::monte_carlo::SimulateDocument>),
    ("optimize", of::<answer::optimize::OptimizeDocument>),
    ("network", of::<answer::network::NetworkDocument>),
    ("survival", of::<survival::Document>),
    ("atlas", of::<atlas::Document>),
    ("adult", of::<adult::Document>),
    ("advise", of::<answer::advise::AdviseDocument>),
    ("audit", of::<answer::audit::AuditDocument>),
    ("figures", of::<figures::Document>),
    ("claims", of::<registry::Listing>),
    ("verify", of::<RunDocument>),
    ("calibrate", of::<CalibrationOutcome>),
    ("compare", of::<compare::Document>),
    ("check", of::<check::Document>),
    ("store", of::<store::Document>),
    // What a command with --shard prints.
    ("share", of::<store::Share>),
    ("progress", of::<store::Progress>),
];

fn of<T: JsonSchema + 'static>(generator: &mut SchemaGenerator) -> Value {
    Signed::<'static, T>::json_schema(generator).to_value()
}

/// The JSON Schema (draft 2020-12) of the documents that --json prints
#[derive(Args)]
#[command(after_help = "Example: goldenweight schema verify > verify.schema.json\n\n\
    Without COMMAND: a document of any command. $defs has the schema of each command's document under its name. Every document says in its key\n\
    schema which version it follows. Keys may be added within the first number of the version.")]
pub struct SchemaArgs {
    /// Whose document
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Change nothing: a schema is a JSON document
    #[arg(long)]
    json: bool,
}

/// A command that prints a document.
fn known(name: &str) -> Result<&'static str, InputError> {
    let names = || DOCUMENTS.iter().map(|(known, _)| *known);
    names().find(|known| *known == name).ok_or_else(|| {
        let meant = nearest(name, names()).map_or_else(String::new, |known| format!("did you mean {known}? "));
        InputError::new("schema", name, format!("{meant}must be one of {}", names().collect::<Vec<_>>().join(", ")))
    })
}

/// The schema of one command's document, or of any.
fn schema(command: Option<&str>) -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let documents: Vec<_> = DOCUMENTS.iter().map(|(name, make)| ((*name).to_owned(), make(&mut generator))).collect();
    let reference = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let mut definitions: Map<String, Value> = generator.take_definitions(true);
    definitions.extend(documents);
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:goldenweight:schema:{VERSION}"),
        "title": "JSON documents of goldenweight",
        "$defs": definitions,
    });
    match command {
        Some(name) => root["$ref"] = format!("#/$defs/{name}").into(),
        None => root["anyOf"] = DOCUMENTS.iter().map(|(name, _)| reference(name)).collect(),
    }
    root
}

impl SchemaArgs {
    /// Prints the schema.
    pub fn run(&self) -> Result<Status, Failure> {
        let command = self.command.as_deref().map(known).transpose()?;
        output::write(&output::json(&schema(command))?)?;
        Ok(Status::Done)
    }
}
