//! What a caller adds to the page.

use std::collections::BTreeMap;

use maud::{Markup, html};

/// A section of the page that the caller has written.
///
/// # Examples
/// ```
/// use goldenweight_evidence::report::html::Section;
///
/// let body = maud::html! { p { "Where the theorem is from." } };
/// let section = Section { id: "sources".into(), title: "Sources".into(), body, ..Section::default() };
/// assert!(section.script.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Section {
    /// Anchor: lower case and hyphens, and no claim's id. The ids of the elements inside begin with it.
    pub id: String,
    /// Title, also in the table of contents.
    pub title: String,
    /// What stands under the title.
    pub body: Markup,
    /// Style sheet, or nothing. Its rules name the section.
    pub style: String,
    /// Script, or nothing. The section must say what it has to say without it.
    pub script: String,
}

impl Default for Section {
    fn default() -> Self {
        Self { id: String::new(), title: String::new(), body: html! {}, style: String::new(), script: String::new() }
    }
}

impl Section {
    pub(super) fn markup(&self) -> Markup {
        html! {
            section.part #(self.id) aria-labelledby={ (self.id) "-title" } {
                h2 #{ (self.id) "-title" } { (self.title) }
                (self.body)
            }
        }
    }
}

/// What the page has beside the run. The default is nothing.
///
/// # Examples
/// ```
/// use goldenweight_evidence::report::html::{Companion, Section};
///
/// let section = |id: &str| Section { id: id.into(), ..Section::default() };
/// let companion = Companion { first: vec![section("sources")], last: vec![section("pictures")], ..Companion::default() };
/// assert_eq!(companion.sections().count(), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Companion {
    /// What is known of the run beside its outcome, such as its command: names and values.
    pub facts: Vec<(&'static str, String)>,
    /// Sections before the claims.
    pub first: Vec<Section>,
    /// Sections after them.
    pub last: Vec<Section>,
    /// What stands in a claim's evidence, by the claim's id.
    pub beside: BTreeMap<String, Markup>,
    /// What is not compared with anything and no claim says: a sentence each.
    pub not_shown: Vec<String>,
}

impl Companion {
    /// All sections, in the order of the page.
    ///
    /// # Examples
    /// see [`Companion`].
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.first.iter().chain(&self.last)
    }
}

/// The table of contents.
pub(super) fn contents(companion: &Companion) -> Markup {
    let link = |id: &str, title: &str| html! { li { a href={ "#" (id) } { (title) } } };
    html! {
        nav.contents aria-label="Contents" {
            ul {
                (link("run", "The run"))
                @for section in &companion.first { (link(&section.id, &section.title)) }
                (link("weakest", "The weakest evidence"))
                (link("claims", "Claims"))
                @for section in &companion.last { (link(&section.id, &section.title)) }
                (link("reading", "How to read this"))
                (link("glossary", "Glossary"))
            }
        }
    }
}
