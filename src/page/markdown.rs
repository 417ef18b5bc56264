//! Markdown of the repository's documents and doc comments as markup of the page, by the crate pulldown-cmark.
//!
//! Links to claims lead to their rows. Other links leave the page, which stands alone, so that only their words are kept.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html::push_html};

/// How a document links to a claim: `docs/claims.md#id`, or from within `docs` without the folder.
const CLAIMS: &str = "claims.md#";

/// The id of the claim to which a link leads.
fn claim(target: &str) -> Option<&str> {
    target.split_once(CLAIMS).map(|(_, id)| id)
}

/// Ids of the claims to which a text links, in their order.
pub fn claims(text: &str) -> Vec<String> {
    let target = |event| if let Event::Start(Tag::Link { dest_url, .. }) = event { Some(dest_url) } else { None };
    events(text).filter_map(target).filter_map(|target| claim(&target).map(str::to_owned)).collect()
}

fn events(text: &str) -> impl Iterator<Item = Event<'_>> {
    // Links of a doc comment to other items, which the page has not: their words.
    let known =
        |link: pulldown_cmark::BrokenLink<'_>| Some((CowStr::from(link.reference.into_string()), CowStr::from("")));
    Parser::new_with_broken_link_callback(text, Options::ENABLE_TABLES, Some(known))
}

fn render(text: &str, is_inline: bool) -> Markup {
    let mut open = Vec::new();
    let kept = events(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, title, id, .. }) => {
            let inside = claim(&dest_url).map(|id| format!("#{id}"));
            open.push(inside.is_some());
            let dest_url = CowStr::from(inside?);
            Some(Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, title, id }))
        }
        Event::End(TagEnd::Link) => open.pop().unwrap_or(false).then_some(event),
        Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) if is_inline => None,
        // Below the heading of the item itself.
        Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
            Some(Event::Start(Tag::Heading { level: HeadingLevel::H5, id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(HeadingLevel::H5))),
        // The repository's own texts have none; were there any, it would not be markup here.
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        event => Some(event),
    });
    let mut markup = String::new();
    push_html(&mut markup, kept);
    PreEscaped(markup)
}

/// A text of several paragraphs.
pub fn block(text: &str) -> Markup {
    render(text, false)
}

/// A few words.
pub fn inline(text: &str) -> Markup {
    render(text, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_claims_or_nowhere() {
        let text = "a ([b](docs/claims.md#b-c)), [d](https://e), [`F`] <i>";
        assert_eq!(inline(text).into_string(), "a (<a href=\"#b-c\">b</a>), d, <code>F</code> &lt;i&gt;");
        assert_eq!(claims(text), ["b-c"]);
    }

    #[test]
    fn asterisks_of_formulas_stay() {
        assert!(
            block("w*^2 + kappa w* - kappa = 0\n\n# Source\nderived").into_string().contains("w*^2 + kappa w* - kappa")
        );
    }
}
