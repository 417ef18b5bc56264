//! Dependencies point one way: the theory uses no other crate of the workspace, the rules of evidence know neither formulas nor simulators, a simulator
//! cannot see a formula. Between crates the compiler holds this, given what their manifests name; within one the paths do.
//!
//! The source text of every file is split into tokens and all its paths are spelled out, those inside `use` groups too.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Files below `scope` (a directory, or a file) must not name a path that begins with one of `forbidden`.
struct Rule {
    scope: &'static [&'static str],
    except: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        scope: &["src/simulate", "src/experiment.rs"],
        except: &[],
        forbidden: &["goldenweight_theory", "goldenweight_evidence", "prediction", "claims", "figures", "cli"],
    },
    // A picture is drawn from its numbers alone, and by one library in one file.
    Rule {
        scope: &["src/figures/svg.rs", "src/figures/chart.rs", "src/figures/axis.rs", "src/figures/table.rs"],
        except: &[],
        forbidden: &["simulate", "goldenweight_theory", "stream", "claims", "prediction", "std::fs"],
    },
    Rule { scope: &["src"], except: &["src/figures/svg.rs"], forbidden: &["plotters"] },
    // Computations that closed forms are compared with must not use them.
    Rule {
        scope: &[
            "src/claims/moments.rs",
            "src/claims/pools.rs",
            "src/claims/biased.rs",
            "src/claims/linked.rs",
            "src/claims/same_rows.rs",
            "src/claims/tensors.rs",
            "src/claims/extinct.rs",
        ],
        except: &[],
        forbidden: &["goldenweight_theory", "prediction"],
    },
    // What it must not know of other crates, its manifest says.
    Rule {
        scope: &["theory/src"],
        except: &[],
        forbidden: &["std::fs", "std::io", "std::net", "std::time", "std::env"],
    },
];

/// Packages that a crate's manifest must not name.
const FOREIGN: [(&str, &[&str]); 4] = [
    ("theory/Cargo.toml", &["rand", "rand_distr", "argmin", "goldenweight", "goldenweight-evidence"]),
    ("crates/evidence/Cargo.toml", &["goldenweight", "goldenweight-theory", "goldenweight-recursion"]),
    ("crates/recursion/Cargo.toml", &["goldenweight", "goldenweight-theory", "goldenweight-evidence"]),
    ("crates/replicates/Cargo.toml", &["goldenweight", "goldenweight-theory", "goldenweight-evidence"]),
];

/// Identifiers and punctuation, without comments, strings, characters and lifetimes.
fn tokens(source: &str) -> Vec<String> {
    let c: Vec<char> = source.chars().collect();
    let at = |i: usize| c.get(i).copied().unwrap_or('\0');
    let is_word = |x: char| x.is_alphanumeric() || x == '_';
    let (mut i, mut found) = (0, Vec::new());
    while i < c.len() {
        match (c[i], at(i + 1)) {
            ('/', '/') => {
                while i < c.len() && c[i] != '\n' {
                    i += 1;
                }
            }
            ('/', '*') => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= c.len() {
                        break;
                    }
                }
            }
            ('"', _) => {
                i += 1;
                while i < c.len() && c[i] != '"' {
                    i += if c[i] == '\\' { 2 } else { 1 };
                }
                i += 1;
            }
            // A character, not a lifetime: skip to its closing quote.
            ('\'', '\\') => i += 3 + c[i + 3..].iter().take_while(|&&x| x != '\'').count() + 1,
            ('\'', _) if at(i + 2) == '\'' => i += 3,
            (':', ':') => {
                found.push("::".to_owned());
                i += 2;
            }
            (first, _) if is_word(first) => {
                let word: String = c[i..].iter().take_while(|&&x| is_word(x)).collect();
                i += word.chars().count();
                let hashes = c[i..].iter().take_while(|&&x| x == '#').count();
                match word.as_str() {
                    // A raw identifier is the identifier.
                    "r" if hashes == 1 && is_word(at(i + 1)) => i += 1,
                    "r" | "br" | "cr" if at(i + hashes) == '"' => {
                        let end = format!("\"{}", "#".repeat(hashes));
                        let rest: String = c[i + hashes + 1..].iter().collect();
                        let length = rest.find(&end).map_or(rest.len(), |byte| byte + end.len());
                        i += hashes + 1 + rest[..length].chars().count();
                    }
                    _ => found.push(word),
                }
            }
            (other, _) => {
                if !other.is_whitespace() {
                    found.push(other.to_string());
                }
                i += 1;
            }
        }
    }
    found
}

fn is_word(token: &str) -> bool {
    token.starts_with(|x: char| x.is_alphabetic() || x == '_')
}

/// Every path of the source, spelled out; a single word outside `use` and `extern crate` is a variable or a keyword.
fn paths(source: &str) -> Vec<Vec<String>> {
    let tokens = tokens(source);
    let token = |i: usize| tokens.get(i).map_or("", String::as_str);
    let (mut i, mut found) = (0, Vec::new());
    while i < tokens.len() {
        match token(i) {
            "use" => i = use_tree(&tokens, i + 1, vec![], &mut found),
            "extern" if token(i + 1) == "crate" => {
                found.push(vec![token(i + 2).to_owned()]);
                i += 3;
            }
            word if is_word(word) => {
                let mut path = vec![word.to_owned()];
                while token(i + 1) == "::" && is_word(token(i + 2)) {
                    path.push(token(i + 2).to_owned());
                    i += 2;
                }
                if path.len() > 1 {
                    found.push(path);
                }
                i += 1;
            }
            _ => i += 1,
        }
    }
    found
}

/// Adds the paths of the use tree at token i below `path`; returns the token behind it.
fn use_tree(tokens: &[String], mut i: usize, mut path: Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let token = |i: usize| tokens.get(i).map_or("", String::as_str);
    loop {
        match token(i) {
            "::" => i += 1,
            "{" => {
                i += 1;
                while i < tokens.len() && token(i) != "}" {
                    i = if token(i) == "," { i + 1 } else { use_tree(tokens, i, path.clone(), found) };
                }
                return i + 1;
            }
            word if is_word(word) && word != "as" => {
                path.push(word.to_owned());
                i += 1;
            }
            // An alias of a root would hide what is reached through it.
            "as" if path.iter().all(|segment| ROOTS.contains(&segment.as_str())) => {
                found.push(vec!["renamed root".to_owned()]);
                return i + 2;
            }
            "as" => i += 1,
            end => {
                found.push(path);
                return if matches!(end, "," | "}") { i } else { i + 1 };
            }
        }
    }
}

/// First segments of a path that name no crate of ours and no module.
const ROOTS: [&str; 4] = ["crate", "self", "super", "std"];

/// The forbidden paths of a source under the rules for this file.
fn violations(file: &str, source: &str) -> Vec<String> {
    let below = |scopes: &[&str]| scopes.iter().any(|scope| Path::new(file).starts_with(scope));
    let rules: Vec<_> = RULES.iter().filter(|rule| below(rule.scope) && !below(rule.except)).collect();
    let forbidden = |path: &[String]| {
        let path: Vec<_> = path.iter().map(String::as_str).skip_while(|s| ROOTS[..3].contains(s)).collect();
        let starts_with = |rule: &str| {
            let rule: Vec<_> = rule.split("::").collect();
            path.starts_with(&rule) || (path.first() == Some(&"goldenweight") && path[1..].starts_with(&rule))
        };
        path == ["renamed root"] || rules.iter().any(|rule| rule.forbidden.iter().any(|rule| starts_with(rule)))
    };
    paths(source).into_iter().filter(|path| forbidden(path)).map(|path| path.join("::")).collect()
}

/// Those of these packages that a manifest names, but for its own name and text.
fn named<'a>(manifest: &'a str, packages: &[&str]) -> Vec<&'a str> {
    let code = manifest.lines().map(|line| line.split('#').next().unwrap_or(""));
    code.filter(|line| !line.starts_with("description"))
        .flat_map(|line| line.split(|x: char| !(x.is_alphanumeric() || "-_".contains(x))))
        .filter(|word| packages.contains(word))
        .collect()
}

/// The .rs files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<_> = ["src", "theory/src"].iter().flat_map(|directory| sources(&root.join(directory))).collect();
    let names: Vec<_> = files.iter().map(|file| file.strip_prefix(root).unwrap().to_str().unwrap()).collect();
    for needed in ["src/simulate/engine.rs", "src/experiment.rs", "theory/src/lib.rs"] {
        assert!(names.contains(&needed), "{needed} is not among {names:?}");
    }
    let found: Vec<_> = files
        .iter()
        .zip(&names)
        .flat_map(|(file, name)| {
            violations(name, &fs::read_to_string(file).unwrap()).into_iter().map(move |v| (name, v))
        })
        .collect();
    assert!(found.is_empty(), "forbidden paths: {found:#?}");
    for (manifest, packages) in FOREIGN {
        let text = fs::read_to_string(root.join(manifest)).unwrap();
        assert_eq!(named(&text, packages), [""; 0], "{manifest}");
    }
}

/// The manifest limits what the crate can call. This test limits what its code and comments speak of: no word of model collapse.
#[test]
fn the_rules_of_evidence_speak_of_no_model() {
    let theirs = [
        "weight",
        "weights",
        "generation",
        "generations",
        "synthetic",
        "retrain",
        "retrained",
        "collapse",
        "risk",
        "risks",
        "loss",
        "losses",
        "fits",
    ];
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/evidence/src")) {
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        let mut words = text.split(|x: char| !x.is_alphanumeric());
        assert_eq!(words.find(|word| theirs.contains(word)), None, "{}", path.display());
    }
}

#[test]
fn violations_are_found() {
    let cases = [
        ("src/simulate/linear.rs", "use goldenweight_theory::linear;"),
        ("src/simulate/linear.rs", "use goldenweight_theory as t;"),
        ("src/simulate/linear.rs", "extern crate goldenweight_theory;"),
        ("src/simulate/linear.rs", "fn f() -> f64 { goldenweight_theory::linear::risk(1.0) }"),
        ("src/simulate/linear.rs", "use crate::{experiment::Rows, prediction};"),
        ("src/simulate/linear.rs", "use crate::{self as c, experiment::{Rows, Truth}, claims::{a, b}};"),
        ("src/simulate/deep/er.rs", "fn f() { crate::figures::table() }"),
        ("src/simulate/linear.rs", "use crate as root;"),
        ("src/simulate/linear.rs", "use crate::*; fn f() { cli::run() }"),
        ("src/simulate/linear.rs", "use crate::r#figures::x;"),
        ("src/experiment.rs", "/* /* nested */ */ const A: char = '\''; use crate::claims::Claim;"),
        ("src/experiment.rs", "const A: &str = r#\"\"#; fn f<'a>(_: &'a str) { goldenweight::claims::all() }"),
        ("src/experiment.rs", "pub use crate::prediction::*;"),
        ("src/figures/svg.rs", "use crate::simulate::engine;"),
        ("src/figures/curve.rs", "use plotters::prelude::*;"),
        ("theory/src/lib.rs", "use std::{fmt, fs};"),
        ("theory/src/lib.rs", "fn f() -> bool { std::env::var(\"A\").is_ok() }"),
        ("theory/src/lib.rs", "use std as s;"),
    ];
    for (file, source) in cases {
        assert!(!violations(file, source).is_empty(), "{file}: {source}");
    }
    for line in ["rand = \"0.10\"", "[dependencies.argmin]", "r = { package = \"rand_distr\", version = \"0.6\" }"] {
        assert_eq!(named(line, FOREIGN[0].1).len(), 1, "{line}");
    }
}

#[test]
fn innocent_code_passes() {
    let cases = [
        ("src/simulate/linear.rs", "use crate::{experiment::Rows, stream::StreamRng}; // crate::prediction"),
        ("src/simulate/linear.rs", "//! goldenweight_theory::x is not used\nconst A: &str = \"argmin::core\";"),
        ("src/simulate/linear.rs", "fn f(report: u8) -> impl Sized + use<> { let claims = report; claims }"),
        ("src/claims/mod.rs", "use crate::{figures, simulate}; use goldenweight_theory::recursion as law;"),
        ("theory/src/lib.rs", "use std::{fmt, ops::{Add, Mul}}; fn f(time: f64) -> f64 { time }"),
    ];
    for (file, source) in cases {
        assert_eq!(violations(file, source), [""; 0], "{file}: {source}");
    }
    assert_eq!(named("name = \"goldenweight-theory\" # no rand", FOREIGN[0].1), [""; 0]);
}
