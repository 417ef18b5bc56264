//! Puts a switch at each operator and each number of Rust sources, so that one build holds all of their small mutants.
//!
//! `switches ROOT BROKEN FILE...` rewrites the files in place, below ROOT, and prints a line for each site: number, file, begin and end in
//! bytes of the rewritten file, line and column of the source, what is changed, function, source text. BROKEN is a file of sites, as `file:line:column:what`,
//! that get no switch since they would not compile.
//!
//! A switch is a call of `switch.rs` around the expression: `a + b` becomes `::switch::add(7, a, b)`. Nothing is switched where a call cannot stand
//! (constants, patterns, array lengths, `const fn`), in tests, and in macros other than `vec!`.

use proc_macro2::Span;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, Lit, UnOp};

/// A text that takes the place of `begin..end` of the source; of two that begin together the one of the wider expression comes first.
struct Edit {
    begin: usize,
    end: usize,
    text: String,
}

struct Site {
    line: usize,
    column: usize,
    what: String,
    function: String,
    /// In the source, then in the text with switches, there without what closes it.
    span: std::ops::Range<usize>,
    /// Its source.
    text: String,
}

struct File<'a> {
    name: &'a str,
    broken: &'a HashSet<String>,
    first: usize,
    function: Vec<String>,
    sites: Vec<Site>,
    edits: Vec<Edit>,
}

impl File<'_> {
    /// The number of a new site, or none where it would not compile.
    fn site(&mut self, span: Span, at: Span, what: &str) -> Option<usize> {
        let (line, column) = (at.start().line, at.start().column + 1);
        if self.broken.contains(&format!("{}:{line}:{column}:{what}", self.name)) {
            return None;
        }
        self.sites.push(Site {
            line,
            column,
            what: what.into(),
            function: self.function.join("::"),
            span: span.byte_range(),
            text: String::new(),
        });
        Some(self.first + self.sites.len() - 1)
    }

    fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.edits.push(Edit { begin: at, end: at, text: text.into() });
    }

    /// `text` before `span`, visit what is inside, then `after` behind it: edits stand in the order of the text where `inside` makes its own.
    fn around(&mut self, span: Span, before: String, after: &str, inside: impl FnOnce(&mut Self)) {
        self.insert(span.byte_range().start, before);
        inside(self);
        self.insert(span.byte_range().end, after);
    }

    fn replace(&mut self, span: Span, text: &str) {
        let range = span.byte_range();
        self.edits.push(Edit { begin: range.start, end: range.end, text: text.into() });
    }

    fn binary(&mut self, node: &syn::ExprBinary) -> bool {
        let (function, what) = match node.op {
            BinOp::Add(_) => ("add", "+ to -"),
            BinOp::Sub(_) => ("sub", "- to +"),
            BinOp::Mul(_) => ("mul", "* to /"),
            BinOp::Div(_) => ("div", "/ to *"),
            BinOp::Rem(_) => ("rem", "% to /"),
            BinOp::Lt(_) => ("lt", "< to <="),
            BinOp::Le(_) => ("le", "<= to <"),
            BinOp::Gt(_) => ("gt", "> to >="),
            BinOp::Ge(_) => ("ge", ">= to >"),
            BinOp::Eq(_) => ("eq", "== to !="),
            BinOp::Ne(_) => ("ne", "!= to =="),
            BinOp::And(_) => ("and", "&& to ||"),
            BinOp::Or(_) => ("or", "|| to &&"),
            BinOp::AddAssign(_) => ("added", "+= to -="),
            BinOp::SubAssign(_) => ("added", "-= to +="),
            BinOp::MulAssign(_) => ("factor", "*= to /="),
            BinOp::DivAssign(_) => ("factor", "/= to *="),
            _ => return false,
        };
        if matches!(node.op, BinOp::And(_)) && has_let(node) {
            return false;
        }
        let Some(site) = self.site(node.span(), node.op.span(), what) else { return false };
        match node.op {
            BinOp::AddAssign(_) | BinOp::SubAssign(_) | BinOp::MulAssign(_) | BinOp::DivAssign(_) => {
                self.visit_expr(&node.left);
                self.around(node.right.span(), format!("::switch::{function}({site}, "), ")", |file| {
                    file.visit_expr(&node.right)
                });
            }
            BinOp::And(_) | BinOp::Or(_) => {
                let sign = if matches!(node.op, BinOp::And(_)) { "!=" } else { "==" };
                self.around(node.span(), "({ let left = ".into(), " } else { left } })", |file| {
                    file.visit_expr(&node.left);
                    file.replace(node.op.span(), &format!("; if left {sign} ::switch::on({site}) {{ "));
                    file.visit_expr(&node.right);
                });
            }
            _ => {
                let by = if function.len() == 2 { "&(" } else { "(" };
                self.around(node.span(), format!("::switch::{function}({site}, {by}"), "))", |file| {
                    file.visit_expr(&node.left);
                    file.replace(node.op.span(), &format!("), {by}"));
                    file.visit_expr(&node.right);
                });
            }
        }
        true
    }
}

fn has_let(node: &syn::ExprBinary) -> bool {
    let one = |side: &Expr| match side {
        Expr::Let(_) => true,
        Expr::Binary(inner) if matches!(inner.op, BinOp::And(_)) => has_let(inner),
        _ => false,
    };
    one(&node.left) || one(&node.right)
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string().contains("test"),
        meta => meta.path().is_ident("test"),
    })
}

impl<'ast> Visit<'ast> for File<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        if !self.binary(node) {
            visit::visit_expr_binary(self, node);
        }
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let (function, what) = match node.op {
            UnOp::Neg(_) => ("neg", "- left out"),
            UnOp::Not(_) => ("not", "! left out"),
            _ => return visit::visit_expr_unary(self, node),
        };
        match self.site(node.span(), node.op.span(), what) {
            Some(site) => {
                self.replace(node.op.span(), &format!("::switch::{function}({site}, "));
                self.visit_expr(&node.expr);
                self.insert(node.span().byte_range().end, ")");
            }
            None => visit::visit_expr_unary(self, node),
        }
    }

    fn visit_expr_lit(&mut self, node: &'ast syn::ExprLit) {
        let what = match &node.lit {
            Lit::Float(_) => "number by 1 %",
            Lit::Int(integer) if !integer.to_string().starts_with("0x") => "number by one",
            _ => return,
        };
        if let Some(site) = self.site(node.span(), node.span(), what) {
            self.around(node.span(), format!("::switch::number({site}, "), ")", |_| ());
        }
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        if node.path.is_ident("vec") {
            if let Ok(list) =
                node.parse_body_with(syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated)
            {
                list.iter().for_each(|one| self.visit_expr(one));
            } else if let Ok((one, length)) = node.parse_body_with(|input: syn::parse::ParseStream| {
                let one: Expr = input.parse()?;
                input.parse::<syn::Token![;]>()?;
                Ok((one, input.parse::<Expr>()?))
            }) {
                self.visit_expr(&one);
                self.visit_expr(&length);
            }
        }
    }

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        if node.sig.constness.is_none() && !is_test(&node.attrs) {
            self.function.push(node.sig.ident.to_string());
            visit::visit_item_fn(self, node);
            self.function.pop();
        }
    }
    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        if node.sig.constness.is_none() {
            self.function.push(node.sig.ident.to_string());
            visit::visit_impl_item_fn(self, node);
            self.function.pop();
        }
    }
    fn visit_trait_item_fn(&mut self, node: &'ast syn::TraitItemFn) {
        self.function.push(node.sig.ident.to_string());
        visit::visit_trait_item_fn(self, node);
        self.function.pop();
    }
    fn visit_item_impl(&mut self, node: &'ast syn::ItemImpl) {
        let name = match &*node.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        self.function.push(name.unwrap_or_else(|| "impl".into()));
        visit::visit_item_impl(self, node);
        self.function.pop();
    }
    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        if !is_test(&node.attrs) {
            visit::visit_item_mod(self, node);
        }
    }
    fn visit_expr_repeat(&mut self, node: &'ast syn::ExprRepeat) {
        self.visit_expr(&node.expr);
    }
    // What is a constant, or no expression.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_item_enum(&mut self, _: &'ast syn::ItemEnum) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// The source with its edits, and where each byte of the source that begins or ends a site is in it.
fn edited(source: &str, edits: &[Edit]) -> (String, Vec<usize>) {
    // A stable sort keeps the order of visit among edits at one place: the wider expression opens first and, as its end is written last, closes last.
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|edit| edit.begin);
    let (mut text, mut moved, mut at) = (String::new(), vec![0; source.len() + 1], 0);
    let mut next = order.into_iter().peekable();
    while at <= source.len() {
        moved[at] = text.len();
        let mut skip = 0;
        while let Some(edit) = next.next_if(|edit| edit.begin == at) {
            text += &edit.text;
            skip = skip.max(edit.end - edit.begin);
        }
        if skip > 0 {
            at += skip;
            continue;
        }
        match source[at..].chars().next() {
            Some(one) => {
                text.push(one);
                at += one.len_utf8();
            }
            None => break,
        }
    }
    (text, moved)
}

/// The source with its switches, the first of which has this number; and its sites, with where they begin and end in it.
fn switched(name: &str, source: &str, broken: &HashSet<String>, first: usize) -> syn::Result<(String, Vec<Site>)> {
    let mut file = File { name, broken, first, function: vec![], sites: vec![], edits: vec![] };
    file.visit_file(&syn::parse_file(source)?);
    let (text, moved) = edited(source, &file.edits);
    for site in &mut file.sites {
        site.text = source[site.span.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
        site.span = moved[site.span.start]..moved[site.span.end];
    }
    Ok((text, file.sites))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = std::path::PathBuf::from(arguments.next().ok_or("ROOT is missing")?);
    let broken = std::fs::read_to_string(arguments.next().ok_or("BROKEN is missing")?)?;
    let broken: HashSet<String> = broken.lines().map(str::to_owned).collect();
    let (mut first, mut list) = (1, String::new());
    for name in arguments.collect::<BTreeSet<String>>() {
        let (text, sites) = switched(&name, &std::fs::read_to_string(root.join(&name))?, &broken, first)?;
        for (number, Site { line, column, what, function, span, text }) in (first..).zip(&sites) {
            let (begin, end) = (span.start, span.end);
            writeln!(list, "{number}\t{name}\t{begin}\t{end}\t{line}\t{column}\t{what}\t{function}\t{text}")?;
        }
        first += sites.len();
        std::fs::write(root.join(&name), text)?;
    }
    print!("{list}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_and_number_gets_a_switch() {
        let source =
            "const N: f64 = 2.0;\nfn f(a: f64, b: bool) -> f64 { if b && a < 1.0 { -a } else { a * (a - N) } }\n";
        let (text, sites) = switched("f.rs", source, &HashSet::new(), 7).expect("Rust");
        let expected = "const N: f64 = 2.0;\nfn f(a: f64, b: bool) -> f64 { if ({ let left = b ; if left != ::switch::on(7) {  \
                        ::switch::lt(8, &(a ), &( ::switch::number(9, 1.0))) } else { left } }) { ::switch::neg(10, a) } \
                        else { ::switch::mul(11, (a ), ( (::switch::sub(12, (a ), ( N))))) } }\n";
        assert_eq!(text, expected);
        let found: Vec<_> =
            sites.iter().map(|site| (site.what.as_str(), site.text.as_str(), &text[site.span.clone()])).collect();
        assert_eq!(found[2], ("number by 1 %", "1.0", "::switch::number(9, 1.0"));
        assert_eq!(found[3], ("- left out", "-a", "::switch::neg(10, a"));
    }

    #[test]
    fn what_does_not_compile_and_tests_have_none() {
        let source = "fn f() -> u32 { 1 + 2 }\n#[cfg(test)]\nmod tests { fn g() -> u32 { 3 } }\n";
        let broken = ["f.rs:1:19:+ to -", "f.rs:1:17:number by one"].map(str::to_owned).into();
        let (text, sites) = switched("f.rs", source, &broken, 1).expect("Rust");
        assert_eq!(text, source.replace(" 2 ", " ::switch::number(1, 2) "));
        assert_eq!(sites.len(), 1);
    }
}
