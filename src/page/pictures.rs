//! The panels of the paper's figures from what the run compared, and the atlas, each linked with its claims.

use std::collections::BTreeMap;

use goldenweight_evidence::outcome::RunOutcome;
use goldenweight_evidence::report::html::Section;
use maud::{Markup, PreEscaped, html};

use super::links;
use crate::atlas::{Place, SETTINGS};
use crate::figures::{Picture, svg};

/// Where a picture is on the page.
fn anchor(picture: &Picture) -> String {
    format!("panel-{}", picture.name())
}

/// A panel with its drawing.
pub type Panel = (Picture, String);

/// The panels whose claims the run has.
pub fn panels(run: &RunOutcome) -> Vec<Panel> {
    let drawn = |picture: Picture| {
        let chart = picture.compared(run).expect("sizes of the figures")?;
        Some((picture, svg(&chart)))
    };
    Picture::all().into_iter().filter_map(drawn).collect()
}

/// The drawing as a part of the page, which is HTML and needs no name space; its colours and fonts are its own.
fn inline(svg: &str) -> Markup {
    PreEscaped(svg.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "class=\"drawn\"", 1))
}

/// Figures 7 to 10; nothing where the run has none of their claims.
pub fn figures(run: &RunOutcome, panels: &[Panel]) -> Option<Section> {
    let body = html! {
        p {
            "The panels of the paper’s figures, with this run’s own numbers on theory’s curves. The lower part of each enlarges how far they are from the curve. \
             Its claim says which sizes and generations were simulated."
        }
        div.panels {
            @for (picture, svg) in panels {
                figure #(anchor(picture)) {
                    (inline(svg))
                    figcaption { "Claim: " (links(run, [picture.file_stem()].iter().map(String::as_str))) }
                }
            }
        }
    };
    let style = include_str!("pictures.css").to_owned();
    let section =
        Section { id: "figures".to_owned(), title: "Figures 7 to 10".to_owned(), body, style, ..Section::default() };
    (!panels.is_empty()).then_some(section)
}

/// The settings side by side, at k = 1.
pub fn atlas(run: &RunOutcome) -> Section {
    let place = Place::new(1.0).expect("a ratio in range");
    let picture = Picture::all().into_iter().find(|picture| picture.name() == "atlas");
    let drawn = picture.and_then(|picture| {
        let table = picture.table(0, 0, &|_| ()).ok()?;
        Some(svg(&picture.chart(&table)))
    });
    let body = html! {
        p {
            "Settings of recursive training at k = 1, each with its best weight by formula. The claims that carry a setting, with this run’s verdicts, stand beside it."
        }
        @if let Some(svg) = drawn { figure #atlas-picture { (inline(&linked(&svg))) } }
        ul.settings {
            @for setting in SETTINGS {
                li #(anchor_of(setting.name)) {
                    strong { (setting.name) } ", " (setting.schedule.name()) ": "
                    (setting.read(&place).golden.word()) ". " (setting.why) ". "
                    span.by { "Claims: " (links(run, setting.claims.iter().copied())) }
                }
            }
        }
    };
    let style = include_str!("atlas.css").to_owned();
    Section {
        id: "atlas".to_owned(),
        title: "Where the golden weight holds".to_owned(),
        body,
        style,
        ..Section::default()
    }
}

/// The picture with its settings leading to the list, which has their claims. An image has no links for those who do not see it; a group has.
fn linked(svg: &str) -> String {
    SETTINGS.iter().fold(svg.replacen("role=\"img\"", "role=\"group\"", 1), |svg, setting| {
        let name = format!("\n{}\n</text>", html! { (setting.name) }.into_string());
        let Some((before, after)) = svg.split_once(&name) else { return svg };
        let (before, text) = before.split_at(before.rfind("<text").unwrap_or(before.len()));
        format!("{before}<a href=\"#{}\">{text}{name}</a>{after}", anchor_of(setting.name))
    })
}

/// Where a setting of the atlas is on the page: its place in the list, since names are words.
fn anchor_of(name: &str) -> String {
    let place = SETTINGS.iter().position(|setting| setting.name == name).unwrap_or(0);
    format!("atlas-{place}")
}

/// For each claim of a picture, the links to where it is drawn.
pub fn of_claims(panels: &[Panel]) -> BTreeMap<String, Vec<Markup>> {
    let mut found: BTreeMap<String, Vec<Markup>> = BTreeMap::new();
    for (picture, _) in panels {
        let link = html! { a href={ "#" (anchor(picture)) } { "figure " (picture.title()) } };
        found.entry(picture.file_stem()).or_default().push(link);
    }
    for setting in SETTINGS {
        for claim in setting.claims {
            let link = html! { a href={ "#" (anchor_of(setting.name)) } { "atlas: " (setting.name) } };
            found.entry((*claim).to_owned()).or_default().push(link);
        }
    }
    found
}
