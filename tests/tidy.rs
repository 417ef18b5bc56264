//! Rules on the source and the documents that a test can check: markers of unfinished work, links, examples of public items.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rust files under these folders of the project.
fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of the project") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["src", "crates", "tests", "benches", "examples", "theory/src", "theory/tests"] {
        walk(&root().join(folder), &mut found);
    }
    assert!(found.len() > 60, "{} files: the walk missed some", found.len());
    found
}

#[test]
fn files_say_what_they_are() {
    for path in sources() {
        let text = fs::read_to_string(&path).expect("UTF-8");
        assert!(text.starts_with("//!"), "{} does not begin with a `//!` line", path.display());
    }
}

#[test]
fn nothing_is_left_undone() {
    // Put together here, so that this file does not contain them.
    let marks = [["#[ig", "nore"], ["to", "do!("], ["unimpl", "emented!("], ["db", "g!("], ["FIX", "ME"]]
        .map(|mark| mark.concat());
    for path in sources() {
        let text = fs::read_to_string(&path).expect("UTF-8");
        for mark in &marks {
            assert!(!text.contains(mark), "{} contains {mark}", path.display());
        }
    }
}

/// Documents of the project, wherever they are; what was built or installed is not ours.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&name) {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The name by which a heading is linked to: lower case, hyphens for blanks, no other marks.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Places of a document that links lead to.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#')));
    let ids = text.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    headings.chain(ids).collect()
}

#[test]
fn relative_links_of_the_documents_lead_somewhere() {
    let mut found = Vec::new();
    documents(root(), &mut found);
    let mut checked = 0;
    for path in &found {
        let text = fs::read_to_string(path).expect("UTF-8");
        let in_markdown = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let pictures = text.split("<img src=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for link in in_markdown.chain(pictures).filter(|link| !link.contains("://")) {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().expect("a folder").join(file) };
            assert!(target.exists(), "{} links to {link}", path.display());
            if !place.is_empty() && target.extension().is_some_and(|extension| extension == "md") {
                let places = anchors(&fs::read_to_string(&target).expect("UTF-8"));
                assert!(places.iter().any(|known| known == place), "{} links to {link}", path.display());
            }
            checked += 1;
        }
    }
    assert!(found.len() >= 10 && checked > 50, "{} documents, {checked} links: some were missed", found.len());
}

/// Files of a crate that users see: those of its public modules, and those whose names it exports.
fn public_files(file: &Path, found: &mut Vec<PathBuf>) {
    let text = fs::read_to_string(file).expect("UTF-8");
    let folder = if file.ends_with("lib.rs") || file.ends_with("mod.rs") {
        file.parent().expect("a folder").to_owned()
    } else {
        file.with_extension("")
    };
    for line in text.lines() {
        let module = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';'));
        let exported = line.strip_prefix("pub use ").and_then(|rest| rest.split("::").next());
        let Some(name) = module.or(exported) else { continue };
        let places = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
        if let Some(place) = places.into_iter().find(|place| place.exists()) {
            public_files(&place, found);
        }
    }
    found.push(file.to_owned());
}

/// Of the crates that are libraries alone: each free function and each trait has an example, or says where there is one.
#[test]
fn functions_and_traits_have_an_example() {
    let mut without = Vec::new();
    let mut seen = 0;
    for root_file in ["crates/evidence", "crates/recursion", "crates/replicates", "theory"] {
        let mut files = Vec::new();
        public_files(&root().join(root_file).join("src/lib.rs"), &mut files);
        files.sort();
        for path in files {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let mut has_example = false;
            for line in text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")) {
                // Attributes stand between the comment and the item.
                if line.starts_with("///") {
                    has_example |= line == "/// # Examples";
                    continue;
                }
                let item = ["pub fn ", "pub const fn ", "pub trait "].iter().find_map(|word| line.strip_prefix(word));
                if let Some(rest) = item {
                    seen += 1;
                    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    let file = path.strip_prefix(root()).expect("of the project").display();
                    without.extend((!has_example).then(|| format!("{file}: {name}")));
                }
                has_example &= line.starts_with("#[");
            }
        }
    }
    assert!(seen > 80, "{seen}: the walk missed some");
    assert!(without.is_empty(), "{without:?}");
}
