//! An archive of a run: a directory that says what made its files, as an RO-Crate (<https://w3id.org/ro/crate/1.2>) of the profile Process Run Crate
//! (<https://w3id.org/ro/wfrun/process/0.5>).

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use goldenweight::{experiment::InputError, outcome::document::RunDocument};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Failure, compare::OUTCOME};

/// The file that makes a directory an archive.
pub const METADATA: &str = "ro-crate-metadata.json";

/// The file with the checksums of all others, the metadata among them, as `sha256sum -c` reads it.
pub const SUMS: &str = "SHA256SUMS";

const CRATE: &str = "https://w3id.org/ro/crate/1.2";
const PROCESS: &str = "https://w3id.org/ro/wfrun/process/0.5";
const COMPLETED: &str = "http://schema.org/CompletedActionStatus";
const FAILED: &str = "http://schema.org/FailedActionStatus";

/// Revision of the source: of a release build of a checkout or a package (`build.rs`), or what whoever built the program told.
pub const REVISION: &str = match option_env!("GOLDENWEIGHT_REVISION") {
    Some(revision) => revision,
    None => "unknown: no release build of a checkout or package, and GOLDENWEIGHT_REVISION was not set",
};

/// SHA-256 in hexadecimal digits.
fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A reference, or a list of several.
fn references(ids: &[&str]) -> Value {
    let mut list: Vec<Value> = ids.iter().map(|id| json!({ "@id": id })).collect();
    if list.len() == 1 { list.remove(0) } else { Value::Array(list) }
}

fn value(id: &str, name: &str, value: &str) -> Value {
    json!({ "@id": id, "@type": "PropertyValue", "name": name, "value": value })
}

fn license(id: &str, name: &str) -> Value {
    json!({ "@id": id, "@type": "CreativeWork", "name": name, "url": id, "description": "One of two licences, at the user's option." })
}

/// A time of the clock in whole seconds.
pub fn in_seconds(time: OffsetDateTime) -> Result<String, Failure> {
    let whole = time.replace_nanosecond(0).unwrap_or(time);
    whole.format(&Rfc3339).map_err(|e| Failure::CouldNotRun(format!("reading the clock: {e}")))
}

/// The description of an archive with these files, of a run whose page was made with others: each with what it was for.
pub fn metadata(
    run: &RunDocument,
    command: &str,
    times: [OffsetDateTime; 2],
    files: &[(&str, &str)],
    others: &[(&str, PathBuf)],
) -> Result<Value, Failure> {
    let [start, end] = times.map(in_seconds);
    let (start, end) = (start?, end?);
    let program = env::current_exe().and_then(fs::read);
    let program = program.map_or_else(|e| format!("unknown: {e}"), |bytes| checksum(&bytes));
    let machine = &run.machine;
    let processor = machine.processor.as_deref().unwrap_or("a processor without a name");
    let kinds: Vec<&str> = run.kinds.iter().map(|kind| kind.word()).collect();
    let mut inputs = vec![
        value("#seed", "seed", &run.seed.to_string()),
        value("#tier", "tier", &run.tier),
        value("#only", "claims asked for, as a glob", &run.only),
        value(
            "#kinds",
            "kinds of evidence asked for",
            &if kinds.is_empty() { "all".to_owned() } else { kinds.join(",") },
        ),
    ];
    for (number, (name, file)) in others.iter().enumerate() {
        let bytes = fs::read(file).map_err(|e| Failure::CouldNotRun(format!("reading {}: {e}", file.display())))?;
        let read = format!("{}, SHA-256 {}", file.display(), checksum(&bytes));
        inputs.push(value(&format!("#file-{}", number + 1), name, &read));
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).chain([SUMS]).collect();
    let licenses = ["https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Apache-2.0"];
    let status = if run.partial { FAILED } else { COMPLETED };
    let mut graph = vec![
        json!({ "@id": METADATA, "@type": "CreativeWork", "name": "What this archive has", "about": { "@id": "./" },
            "conformsTo": { "@id": CRATE } }),
        json!({ "@id": "./", "@type": "Dataset", "name": "A run of goldenweight verify",
            "description": format!("Verification of the golden-weight theory of model collapse: {} claims, {}.", run.claims.len(), run.verdict.word()),
            "datePublished": end, "license": references(&licenses), "conformsTo": { "@id": PROCESS },
            "hasPart": references(&names), "mentions": { "@id": "#run" }, "author": { "@id": "#developers" }, "publisher": { "@id": "#developers" } }),
        json!({ "@id": PROCESS, "@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.5" }),
        json!({ "@id": "#developers", "@type": "Organization", "name": "The goldenweight developers" }),
        license(licenses[0], "MIT License"),
        license(licenses[1], "Apache License 2.0"),
        json!({ "@id": "#program", "@type": "SoftwareApplication", "name": "goldenweight", "version": run.version,
            "description": env!("CARGO_PKG_DESCRIPTION"), "url": "https://crates.io/crates/goldenweight",
            "license": references(&licenses), "identifier": references(&["#revision", "#executable"]) }),
        value("#revision", "revision of the source", REVISION),
        value("#executable", "SHA-256 of the executable", &program),
        json!({ "@id": status, "@type": "ActionStatusType", "name": if run.partial { "Interrupted" } else { "Completed" } }),
        json!({ "@id": "#run", "@type": "CreateAction", "name": "goldenweight verify",
            "description": format!("{command} (on {}, {}, {processor}, {} cores, {} threads)",
                machine.os, machine.architecture, machine.cores, machine.threads),
            "instrument": { "@id": "#program" }, "startTime": start, "endTime": end, "actionStatus": { "@id": status },
            "object": inputs.iter().map(|input| json!({ "@id": input["@id"] })).collect::<Value>(),
            "result": references(&names) }),
    ];
    graph.extend(inputs);
    graph.extend(files.iter().map(|(name, text)| {
        let (form, says) = match Path::new(name).extension().and_then(OsStr::to_str) {
            _ if *name == OUTCOME => {
                ("application/json", "The outcome, for programs; its schema is that of `goldenweight schema verify`")
            }
            Some("html") => ("text/html", "The outcome as a page that needs nothing else"),
            Some("csv") => ("text/csv", "A table of the outcome, for a spreadsheet"),
            _ => ("application/xml", "The outcome as JUnit XML, for the dashboards of continuous integration"),
        };
        json!({ "@id": name, "@type": "File", "name": name, "description": says, "encodingFormat": form,
            "contentSize": text.len().to_string(), "sha256": checksum(text.as_bytes()) })
    }));
    // A line is 64 digits, two blanks, the name and its end.
    let size: usize = files.iter().map(|(name, _)| *name).chain([METADATA]).map(|name| 67 + name.len()).sum();
    graph.push(json!({ "@id": SUMS, "@type": "File", "name": SUMS, "encodingFormat": "text/plain", "contentSize": size.to_string(),
        "description": "SHA-256 of the other files, for sha256sum -c" }));
    Ok(
        json!({ "@context": [format!("{CRATE}/context"), "https://w3id.org/ro/terms/workflow-run/context"], "@graph": graph }),
    )
}

/// The checksums of an archive's files.
pub fn sums(files: &[(&str, &str)]) -> String {
    files.iter().map(|(name, text)| format!("{}  {name}\n", checksum(text.as_bytes()))).collect()
}

/// Whether an archive's metadata tell of this run: what is run again is what the outcome says.
pub fn describes(folder: &Path, run: &RunDocument) -> Result<(), InputError> {
    let refuse = |condition: String| InputError::new("check", folder.join(METADATA).display(), condition);
    let read = fs::read_to_string(folder.join(METADATA)).map_err(|e| refuse(format!("cannot be read: {e}")))?;
    let metadata: Value = serde_json::from_str(&read).map_err(|e| refuse(format!("must be a JSON document: {e}")))?;
    let entity = |id: &str| metadata["@graph"].as_array()?.iter().find(|entity| entity["@id"] == id);
    let told = [
        ("seed", "#seed", "value", run.seed.to_string()),
        ("tier", "#tier", "value", run.tier.clone()),
        ("only", "#only", "value", run.only.clone()),
        ("version", "#program", "version", run.version.clone()),
    ];
    for (name, id, key, expected) in told {
        // An archive of another version may not tell it.
        let Some(found) = entity(id).and_then(|entity| entity[key].as_str()) else { continue };
        if found != expected {
            return Err(refuse(format!("says {name} {found}, and verify.json {expected}")));
        }
    }
    Ok(())
}

/// Reads an archive's metadata and finds out whether its files are those that were written. Returns the names of what else is there.
///
/// # Errors
/// Names the file that is missing or damaged.
pub fn intact(folder: &Path) -> Result<Vec<String>, InputError> {
    let refuse = |file: &str, condition: String| InputError::new("check", folder.join(file).display(), condition);
    let text = fs::read_to_string(folder.join(METADATA))
        .map_err(|e| refuse(METADATA, format!("cannot be read, and without it there is no archive: {e}")))?;
    let metadata: Value =
        serde_json::from_str(&text).map_err(|e| refuse(METADATA, format!("must be a JSON document: {e}")))?;
    let graph = metadata["@graph"].as_array().ok_or_else(|| refuse(METADATA, "must have a list @graph".to_owned()))?;
    let files: Vec<&Value> = graph.iter().filter(|entity| entity["@type"] == "File").collect();
    if !files.iter().any(|file| file["@id"] == OUTCOME) {
        return Err(refuse(METADATA, "must list verify.json, the outcome to be run again".to_owned()));
    }
    let read = |name: &str| fs::read(folder.join(name)).map_err(|e| refuse(name, format!("cannot be read: {e}")));
    for file in &files {
        let name = file["@id"].as_str().unwrap_or_default();
        // A name, and no way out of the directory.
        if name.is_empty() || name.contains(['/', '\\']) || name == ".." {
            return Err(refuse(METADATA, format!("lists the file '{name}', which is no name of a file beside it")));
        }
        let (expected, found) = (file["sha256"].as_str().unwrap_or_default(), checksum(&read(name)?));
        if name != SUMS && found != expected {
            return Err(refuse(name, format!("is damaged: its SHA-256 is {found}, {METADATA} says {expected}")));
        }
    }
    // The metadata have no other checksum. Archives of 0.2.0 neither have this file nor list it.
    if files.iter().any(|file| file["@id"] == SUMS) || folder.join(SUMS).exists() {
        let of = |file: &&Value| Some(format!("{}  {}\n", file["sha256"].as_str()?, file["@id"].as_str()?));
        let own = format!("{}  {METADATA}\n", checksum(text.as_bytes()));
        if read(SUMS)? != (files.iter().filter_map(of).collect::<String>() + &own).as_bytes() {
            let condition = format!("does not have the checksums of these files: it, or {METADATA}, is damaged");
            return Err(refuse(SUMS, condition));
        }
    }
    let there = fs::read_dir(folder).map_err(|e| refuse(".", format!("cannot be read: {e}")))?;
    let names = there.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_other =
        |name: &String| ![METADATA, SUMS].contains(&name.as_str()) && files.iter().all(|file| file["@id"] != **name);
    let mut others: Vec<_> = names.filter(is_other).collect();
    others.sort_unstable();
    Ok(others)
}
