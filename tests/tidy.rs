//! House rules that a machine can see.

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

#[test]
fn relative_links_of_the_documents_exist() {
    for document in ["README.md", "docs/performance.md", "docs/statistics.md"] {
        let path = root().join(document);
        let text = fs::read_to_string(&path).expect("UTF-8");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let target = path.parent().expect("a folder").join(link.split('#').next().unwrap_or(link));
            assert!(target.exists(), "{document} links to {link}");
        }
    }
}
