//! The routes of the evidence: what computes the numbers with which a formula is compared.
//!
//! The registry says it for every check, with the names of functions. Here the sources are read, to see that these functions exist, that the check runs them,
//! that they do not call the formulas, and that every claim has two routes that share no function.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use goldenweight::claims::registry;
use goldenweight::evidence::{Kind, Route};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ImplItem, Item, Type, UseTree};

/// Modules of the theory that are numbers and parameters, not formulas.
const NUMBERS: [&str; 6] = ["exact", "interval", "jet", "parameters", "scalar", "wide"];

/// Methods of laws whose names are also those of other types' methods.
const AMBIGUOUS: [&str; 1] = ["noise"];

/// Routes that no function of the program computes.
const ELSEWHERE: [&str; 24] = [
    "Coq",
    "simulation",
    "a simulation in NumPy",
    "a quadrature with 50 digits, done before",
    // Audits of simulations and fits. What they expect is in the audit itself.
    "simulation by sufficient statistics",
    "independence: a correlation of 0",
    "the variance of counts",
    "the pooled covariance",
    "the fit in other coordinates",
    "moments of χ²",
    "moments of a row",
    "the other divisor",
    "sorting",
    "means of responses",
    "distribution functions",
    "the trapezoidal rule",
    "the estimate's own moments",
    "a mean of 0",
    "streams of these keys",
    "limits at other weights, step by step",
    "chains of means of groups",
    "definitions of mean, standard error and quantile",
    "the variance of normal numbers",
    "the place that was made wrong",
];

/// Claims with one route, and why there is no second one.
const ONE_ROUTE: [(&str, &str); 1] = [(
    "regression-invariants",
    "in rationals it is compared with the theory's own sums over the rows. What is made of them, the risks, has two routes in regression-second-order",
)];

/// What stands for a formula in the graph of calls.
const LAW: &str = "a formula: ";

/// Which function calls which. A function is named by its path below `src/claims` (or below `src` of the crate of evidence), as the registry does it.
#[derive(Default)]
struct Calls {
    of: BTreeMap<String, BTreeSet<String>>,
    /// The methods of each name.
    methods: BTreeMap<String, BTreeSet<String>>,
    /// Texts between quotation marks in each function.
    quoted: BTreeMap<String, BTreeSet<String>>,
}

/// A file: the path of its module, and what its `use` lines name.
struct Module {
    path: Vec<String>,
    uses: BTreeMap<String, Vec<String>>,
}

impl Module {
    /// A path as it would be without `use`, `self`, `super`.
    fn absolute(&self, path: &[String], own: Option<&str>) -> Vec<String> {
        let mut found = match path[0].as_str() {
            "crate" => Vec::new(),
            "self" => self.path.clone(),
            "super" => self.path[..self.path.len() - 1].to_vec(),
            "Self" => self.path.iter().cloned().chain(own.map(str::to_owned)).collect(),
            first => match self.uses.get(first) {
                Some(used) => used.clone(),
                None if path.len() > 1 && first.starts_with("goldenweight") => vec![first.to_owned()],
                None => [self.path.as_slice(), &[first.to_owned()]].concat(),
            },
        };
        for step in &path[1..] {
            if step == "super" { _ = found.pop() } else { found.push(step.clone()) }
        }
        found
    }

    fn use_all(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.use_all(&path.tree, &with(&path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.use_all(tree, before)),
            UseTree::Name(name) if name.ident == "self" => {
                self.uses.insert(before[before.len() - 1].clone(), before.to_vec());
            }
            UseTree::Name(name) => _ = self.uses.insert(name.ident.to_string(), with(&name.ident)),
            UseTree::Rename(name) => {
                let path = if name.ident == "self" { before.to_vec() } else { with(&name.ident) };
                self.uses.insert(name.rename.to_string(), path);
            }
            UseTree::Glob(_) => {}
        }
    }
}

/// What a function mentions.
#[derive(Default)]
struct Mentions {
    called: BTreeSet<Vec<String>>,
    named: BTreeSet<Vec<String>>,
    /// Names of variables. A function of such a name counts only where it is called.
    variables: BTreeSet<Vec<String>>,
    methods: BTreeSet<String>,
    quoted: BTreeSet<String>,
}

/// Adds what these tokens mention, in macros too.
fn mentions(tokens: TokenStream, found: &mut Mentions) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |i: usize, c: char| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            TokenTree::Group(group) => mentions(group.stream(), found),
            TokenTree::Literal(text) => _ = found.quoted.insert(text.to_string().trim_matches('"').to_owned()),
            TokenTree::Ident(first) => {
                // A range ends with two points, a method follows one.
                let follows_point = i > 0 && is(i - 1, '.') && !(i > 1 && is(i - 2, '.'));
                let mut path = vec![first.to_string()];
                while is(i + 1, ':') && is(i + 2, ':') {
                    let Some(TokenTree::Ident(next)) = tokens.get(i + 3) else { break };
                    path.push(next.to_string());
                    i += 3;
                }
                let called = is(i + 1, ':')
                    || matches!(tokens.get(i + 1), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
                let before = |word: &str| i > 0 && matches!(&tokens[i - 1], TokenTree::Ident(ident) if ident == word);
                let is_parameter = path.len() == 1 && is(i + 1, ':') && !is(i + 2, ':');
                if follows_point {
                    found.methods.extend(called.then(|| path[0].clone()));
                } else if path.len() == 1 && (before("let") || before("mut")) || is_parameter {
                    found.variables.insert(path);
                } else if called {
                    found.called.insert(path);
                } else {
                    found.named.insert(path);
                }
            }
            TokenTree::Punct(_) => {}
        }
        i += 1;
    }
}

impl Calls {
    /// Adds the functions of a file. `laws` says of a path whether it is a formula's.
    fn read(&mut self, path: &[&str], source: &str, laws: &Laws) {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        let mut module = Module { path, uses: BTreeMap::new() };
        let items = syn::parse_file(source).expect("Rust").items;
        let is_below = |name: &str| items.iter().any(|item| matches!(item, Item::Mod(below) if below.ident == name));
        for item in &items {
            if let Item::Use(used) = item {
                let mut found = Module { path: Vec::new(), uses: BTreeMap::new() };
                found.use_all(&used.tree, &[]);
                for (name, used) in found.uses {
                    // Of another crate, or relative to this module.
                    let path = if ["crate", "self", "super"].contains(&used[0].as_str()) || is_below(&used[0]) {
                        module.absolute(&used, None)
                    } else {
                        used
                    };
                    module.uses.insert(name, path);
                }
            }
        }
        for item in items {
            match item {
                Item::Fn(function) => {
                    let name = function.sig.ident.to_string();
                    self.add(&module, None, &name, function.to_token_stream(), laws);
                }
                Item::Impl(block) => {
                    let Type::Path(of) = &*block.self_ty else { continue };
                    let own = of.path.segments.last().expect("a type").ident.to_string();
                    let is_audit = block.trait_.as_ref().is_some_and(|(_, of, _)| of.is_ident("Audit"));
                    for item in block.items {
                        let ImplItem::Fn(function) = item else { continue };
                        let name = function.sig.ident.to_string();
                        let key = self.add(&module, Some(&own), &name, function.to_token_stream(), laws);
                        if function.sig.receiver().is_some() && block.trait_.is_none() {
                            self.methods.entry(name).or_default().insert(key.clone());
                        }
                        // Who names an audit runs it.
                        if is_audit {
                            let audit = key.rsplit_once("::").expect("a path").0.to_owned();
                            self.of.entry(audit).or_default().insert(key);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, module: &Module, own: Option<&str>, name: &str, tokens: TokenStream, laws: &Laws) -> String {
        let mut found = Mentions::default();
        mentions(tokens, &mut found);
        let mut called = BTreeSet::new();
        for path in found.called.iter().chain(found.named.difference(&found.variables)) {
            let absolute = module.absolute(path, own);
            called.insert(if laws.has(&absolute) { format!("{LAW}{}", absolute.join("::")) } else { key(&absolute) });
            // A variant of an enum stands for the enum.
            called.extend(absolute.split_last().map(|(_, of)| key(of)));
        }
        called.extend(found.methods.iter().map(|method| format!(".{method}")));
        let own = module.path.iter().map(String::as_str).chain(own).chain([name]);
        let key = key(&own.map(str::to_owned).collect::<Vec<_>>());
        called.remove(&key);
        self.of.entry(key.clone()).or_default().extend(called);
        self.quoted.insert(key.clone(), found.quoted);
        key
    }

    /// All that a function calls, itself included, through others too.
    fn reached(&self, function: &str, laws: &Laws) -> BTreeSet<String> {
        let mut found = BTreeSet::from([function.to_owned()]);
        let mut next = vec![function.to_owned()];
        while let Some(name) = next.pop() {
            let called: Vec<String> = match name.strip_prefix('.') {
                Some(method) => match self.methods.get(method) {
                    Some(own) => own.iter().cloned().collect(),
                    None if laws.methods.contains(method) => vec![format!("{LAW}.{method}()")],
                    None => Vec::new(),
                },
                None => self.of.get(&name).into_iter().flatten().cloned().collect(),
            };
            next.extend(called.into_iter().filter(|name| found.insert(name.clone())));
        }
        found
    }

    /// Why a function is no route of its own; none where it is.
    fn refused(&self, function: &str, laws: &Laws) -> Option<String> {
        if !self.of.contains_key(function) {
            return Some(format!("there is no function {function}"));
        }
        let law = self.reached(function, laws).into_iter().find(|name| name.starts_with(LAW));
        law.map(|law| format!("{function} calls {law}"))
    }

    /// Whether two routes are one: they have the same words or share a function, or one calls a function of the other.
    fn are_one(&self, a: &Route, b: &Route, laws: &Laws) -> bool {
        let calls = |a: &Route, b: &Route| {
            a.functions().iter().any(|f| b.functions().iter().any(|g| self.reached(f, laws).contains(*g)))
        };
        a.words() == b.words() || calls(a, b) || calls(b, a)
    }

    /// How many of these routes are different. Routes that are one with the same third route are one.
    fn different(&self, routes: &[Route], laws: &Laws) -> usize {
        let mut groups: Vec<Vec<Route>> = Vec::new();
        for route in routes.iter().filter(|route| matches!(route, Route::By { .. })) {
            let (one, others): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|group| group.iter().any(|other| self.are_one(route, other, laws)));
            groups = others;
            groups.push(one.into_iter().flatten().chain([*route]).collect());
        }
        groups.len()
    }
}

/// A path below the claims, or below the crate.
fn key(path: &[String]) -> String {
    path.strip_prefix(&["claims".to_owned()]).unwrap_or(path).join("::")
}

/// What is under test: paths and methods.
#[derive(Default)]
struct Laws {
    roots: Vec<Vec<&'static str>>,
    methods: BTreeSet<String>,
}

impl Laws {
    fn has(&self, path: &[String]) -> bool {
        let is_number = path.len() > 1 && path[0] == "goldenweight_theory" && NUMBERS.contains(&path[1].as_str());
        !is_number
            && self.roots.iter().any(|root| path.len() >= root.len() && root.iter().zip(path).all(|(a, b)| a == b))
    }

    /// The formulas of the theory and the predictions; for the judge, the rules of evidence.
    fn of_the_program() -> Self {
        let mut calls = Calls::default();
        let none = Self::default();
        for file in rust_files(Path::new("theory/src")) {
            if !NUMBERS.iter().any(|number| file == Path::new("theory/src").join(format!("{number}.rs"))) {
                calls.read(&["theory"], &read(&file), &none);
            }
        }
        calls.read(&["prediction"], &read(Path::new("src/prediction.rs")), &none);
        let methods = calls.methods.into_keys().filter(|name| !AMBIGUOUS.contains(&name.as_str())).collect();
        Self { roots: vec![vec!["goldenweight_theory"], vec!["prediction"], vec!["stats"], vec!["optimum"]], methods }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The functions of the claims and of the judge.
fn sources(laws: &Laws) -> Calls {
    let mut calls = Calls::default();
    for (root, below) in [("src/claims", "src"), ("crates/evidence/src/judge", "crates/evidence/src")] {
        for file in rust_files(Path::new(root)) {
            let module = file.strip_prefix(below).expect("below it").with_extension("");
            let path: Vec<&str> = module.iter().map(|step| step.to_str().expect("a name")).collect();
            calls.read(path.strip_suffix(&["mod"]).unwrap_or(&path), &read(&file), laws);
        }
    }
    calls.read(&["judge"], &read(Path::new("crates/evidence/src/judge.rs")), laws);
    calls
}

#[test]
fn every_check_names_its_route() {
    for claim in registry() {
        for check in claim.checks {
            let place = format!("{}, {}", claim.says.id, check.name);
            match check.route {
                Route::Unstated => assert!(check.kind == Kind::Mutant, "{place}: say .by(...) or .consequence()"),
                Route::By { words, functions: [] } => {
                    assert!(ELSEWHERE.contains(&words), "{place}: by which function?")
                }
                Route::By { .. } | Route::Consequence => {}
            }
        }
    }
}

#[test]
fn routes_do_not_call_the_formulas() {
    let laws = Laws::of_the_program();
    let calls = sources(&laws);
    let checks = registry().into_iter().flat_map(|claim| claim.checks);
    let functions: BTreeSet<&str> = checks.flat_map(|check| check.route.functions()).copied().collect();
    assert!(functions.len() > 30);
    let refused: Vec<String> = functions.iter().filter_map(|function| calls.refused(function, &laws)).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    // Where a route is named, it is run.
    for (function, quoted) in &calls.quoted {
        for named in functions.iter().filter(|named| quoted.contains(**named)) {
            assert!(calls.reached(function, &laws).contains(*named), "{function} names {named} and does not call it");
        }
    }
}

#[test]
fn every_claim_has_two_routes() {
    let laws = Laws::of_the_program();
    let calls = sources(&laws);
    let mut alone = Vec::new();
    for claim in registry() {
        let routes: Vec<Route> = claim.checks.iter().map(|check| check.route).collect();
        if calls.different(&routes, &laws) < 2 {
            alone.push(claim.says.id);
        }
    }
    assert_eq!(alone, ONE_ROUTE.map(|(claim, _)| claim), "claims with one route");
}

/// The test of these tests: routes that share a function, or call a formula, are refused.
#[test]
fn routes_that_are_one_are_refused() {
    let source = r#"
        use goldenweight_theory::{gaussian as law, jet::Jet};
        use super::moments::shared;
        fn stepped() -> f64 { (0..3).map(|_| shared()).sum() }
        fn iterated() -> f64 { vec![stepped()][0] }
        fn apart() -> Jet<f64> { Jet::variable(1.0) }
        fn by_path() -> f64 { let x = [law::mean(1.0)]; x[0] }
        fn by_another() -> f64 { 1.0 + self::by_path() }
        fn by_method(x: &X) -> f64 { x.risk_at(3) }
        fn by_prediction() -> f64 { crate::prediction::Prediction::new() }
        impl Chain { fn risks(&self) -> f64 { self.deeper() } fn deeper(&self) -> f64 { Self::start() } fn start() -> f64 { shared() } }
    "#;
    let laws = Laws::of_the_program();
    let mut calls = Calls::default();
    calls.read(&["claims", "moments"], "pub fn shared() -> f64 { 1.0 }", &laws);
    calls.read(&["claims", "made_up"], source, &laws);
    let by = |words, functions| Route::By { words, functions };
    let different = |routes: &[Route]| calls.different(routes, &laws);
    let apart = by("apart", &["made_up::apart"]);
    assert_eq!(different(&[by("one", &["made_up::stepped"]), apart]), 2);
    // The same function, the same words, a call, a call through methods, nothing of its own.
    assert_eq!(different(&[by("one", &["made_up::stepped"]), by("two", &["made_up::stepped"])]), 1);
    assert_eq!(different(&[by("one", &["made_up::stepped"]), by("one", &["made_up::apart"])]), 1);
    assert_eq!(different(&[by("one", &["made_up::iterated"]), by("two", &["moments::shared"])]), 1);
    assert_eq!(different(&[by("one", &["made_up::Chain::risks"]), by("two", &["moments::shared"])]), 1);
    assert_eq!(different(&[apart, Route::Consequence, Route::Unstated]), 1);
    // Two that are apart, until a third is one with both.
    let both = by("both", &["made_up::apart", "made_up::iterated"]);
    assert_eq!(different(&[apart, by("one", &["made_up::stepped"]), both]), 1);
    for right in ["stepped", "iterated", "apart", "Chain::risks"] {
        assert_eq!(calls.refused(&format!("made_up::{right}"), &laws), None);
    }
    for wrong in ["by_path", "by_another", "by_method", "by_prediction", "missing"] {
        assert!(calls.refused(&format!("made_up::{wrong}"), &laws).is_some(), "{wrong}");
    }
}
