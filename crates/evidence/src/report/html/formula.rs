//! LaTeX as MathML, which browsers render by themselves.

use math_core::{LatexToMathML, MathDisplay};
use maud::{Markup, PreEscaped, html};

/// A claim's formula: its relations one after the other, each of which may begin a line.
pub fn block(latex: &str) -> Markup {
    html! {
        div.formula { @for relation in latex.split(r"\qquad") { (convert(relation, MathDisplay::Block)) } }
    }
}

/// Words with symbols between dollar signs.
pub fn text(words: &str) -> Markup {
    html! {
        @for (i, part) in words.split('$').enumerate() {
            @if i % 2 == 0 { (part) } @else { (convert(part, MathDisplay::Inline)) }
        }
    }
}

/// What cannot be converted is shown as it is, escaped.
fn convert(latex: &str, display: MathDisplay) -> Markup {
    match LatexToMathML::default().convert_with_local_counter(latex.trim(), display) {
        Ok(mathml) => PreEscaped(mathml),
        Err(_) => html! { code.latex { (latex) } },
    }
}

#[cfg(test)]
mod tests {
    use super::{block, text};

    #[test]
    fn a_relation_may_begin_a_line() {
        let formula = block(r"w^* = 1 \qquad u < k").into_string();
        assert_eq!(formula.matches("<math display=\"block\">").count(), 2);
        assert!(
            formula.contains("<msup><mi>w</mi><mo>∗</mo></msup>") && formula.contains("<mo>&lt;</mo>"),
            "{formula}"
        );
    }

    #[test]
    fn symbols_stand_between_dollar_signs() {
        let markup = text("a $x_1$ & b").into_string();
        assert!(markup.starts_with("a <math><msub>") && markup.ends_with("</math> &amp; b"), "{markup}");
    }

    #[test]
    fn what_is_no_formula_is_escaped() {
        assert!(block(r"\frac{1}{<b>").into_string().contains(r"\frac{1}{&lt;b&gt;</code>"));
        assert!(!block(r"\text{<script>alert(1)</script>}").into_string().contains("<script"));
    }
}
