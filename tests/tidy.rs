//! Rules on the source and the documents that a test can check: markers of unfinished work, links, examples of public items.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{
    Attribute, Expr, ExprLit, ImplItem, Item, ItemEnum, ItemFn, ItemImpl, ItemStruct, ItemTrait, Lit, Meta,
    MetaNameValue, Signature, Type, Visibility,
};

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

/// Whether there is an example in the doc comment of an item with these attributes.
fn has_example(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::NameValue(MetaNameValue { path, value: Expr::Lit(ExprLit { lit: Lit::Str(line), .. }), .. }) => {
            path.is_ident("doc") && line.value().trim() == "# Examples"
        }
        _ => false,
    })
}

/// The entry points that were found in the public files of a crate, and whether each has an example.
#[derive(Default)]
struct EntryPoints {
    /// Free functions and traits.
    items: Vec<(String, bool)>,
    /// Public types, and whether there is an example on the type or one of its functions.
    types: BTreeMap<String, bool>,
    /// Types that have public functions, and whether one of these has an example.
    functions: BTreeMap<String, bool>,
}

impl EntryPoints {
    fn read(&mut self, file: &str, items: &[Item]) {
        let public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
        for item in items {
            match item {
                Item::Fn(ItemFn { vis, attrs, sig: Signature { ident, .. }, .. })
                | Item::Trait(ItemTrait { vis, attrs, ident, .. })
                    if public(vis) =>
                {
                    self.items.push((format!("{file}: {ident}"), has_example(attrs)));
                }
                Item::Struct(ItemStruct { vis, attrs, ident, .. }) | Item::Enum(ItemEnum { vis, attrs, ident, .. })
                    if public(vis) =>
                {
                    self.types.insert(format!("{file}: {ident}"), has_example(attrs));
                }
                Item::Impl(ItemImpl { trait_: None, self_ty, items, .. }) => {
                    let Type::Path(path) = &**self_ty else { continue };
                    let name = path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                    for function in items {
                        let ImplItem::Fn(function) = function else { continue };
                        if public(&function.vis) {
                            *self.functions.entry(format!("{file}: {name}")).or_default() |=
                                has_example(&function.attrs);
                        }
                    }
                }
                Item::Mod(module) if public(&module.vis) => {
                    self.read(file, module.content.as_ref().map_or(&[], |(_, items)| items));
                }
                _ => {}
            }
        }
    }
}

/// Every entry point of a library has an example that runs. An entry point is what a user calls or makes: a public free function, a public trait, and a
/// public type that has public functions. The example of a type stands in its own doc comment or in that of one of its functions, since what they do
/// together is shown once. Plain data has no functions: it is shown where it is taken or given.
#[test]
fn entry_points_have_an_example() {
    let mut found = EntryPoints::default();
    for folder in ["", "crates/evidence", "crates/recursion", "crates/replicates", "theory"] {
        let mut files = Vec::new();
        public_files(&root().join(folder).join("src/lib.rs"), &mut files);
        for path in files {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let file = path.strip_prefix(root()).expect("of the project").display().to_string();
            found.read(&file, &syn::parse_file(&text).expect("Rust").items);
        }
    }
    let EntryPoints { items, types, functions } = found;
    let types = functions.into_iter().filter_map(|(name, has)| types.get(&name).map(|of_type| (name, has || *of_type)));
    let all: BTreeMap<String, bool> = items.into_iter().chain(types).collect();
    assert!(all.len() > 200, "{}: the walk missed some", all.len());
    let without: Vec<&str> = all.iter().filter(|(_, has)| !**has).map(|(name, _)| name.as_str()).collect();
    assert!(without.is_empty(), "{} without an example:\n{}", without.len(), without.join("\n"));
}
