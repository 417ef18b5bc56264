//! Where each claim's formula is derived: in the documentation of the theory's own items, or in a document of this repository. It is shown beside the claim.

use goldenweight_theory::sources::FILES;
use maud::{Markup, html};

use super::markdown;

/// Documents that derive claims on the program.
const DOCUMENTS: &[(&str, &str)] = &[
    ("docs/advise.md", include_str!("../../docs/advise.md")),
    ("docs/audit.md", include_str!("../../docs/audit.md")),
    ("docs/statistics.md", include_str!("../../docs/statistics.md")),
];

/// Claims with what derives them: an item of the theory by its documentation, as `file::name`, where a file alone is what stands at its beginning; or a section of a document, as `file#title`.
const DERIVATIONS: &[(&str, &[&str])] = &[
    ("law-finite-time", &["recursion::Recursion", "recursion::risk_at"]),
    ("law-limit", &["recursion::Recursion", "recursion::limit"]),
    ("law-divergence", &["recursion::Recursion", "recursion::risk_at"]),
    ("law-optimum", &["recursion::optimal_weight", "recursion::optimal_synthetic_weight"]),
    ("law-optimal-value", &["recursion::optimal_risk"]),
    ("golden-weight", &["weights::optimal_weight", "recursion::optimal_weight"]),
    ("golden-ratio", &["weights::optimal_weight", "recursion::optimal_risk"]),
    ("naive-pooling", &["weights::naive_weight", "weights::naive_relative_risk"]),
    ("weight-small-ratio", &["weights::optimal_weight", "weights::naive_relative_risk"]),
    ("weight-large-ratio", &["weights::optimal_weight"]),
    ("weight-increases", &["weights::optimal_weight"]),
    ("break-even", &["weights::break_even_weight"]),
    ("effective-sample-size", &["weights::effective_sample_size"]),
    ("flat-optimum", &["weights::relative_risk"]),
    ("fixed-real-rows", &["weights::fixed_real_data_limit", "fixed::FixedRows"]),
    ("dynamic-weights", &["dynamic::weights"]),
    ("dynamic-fibonacci", &["dynamic::weights"]),
    ("dynamic-riccati", &["dynamic::weights"]),
    ("gaussian-mean-law", &["gaussian::mean"]),
    ("gaussian-variance-law", &["gaussian::variance"]),
    ("gaussian-covariance-law", &["covariance::CovarianceSystem"]),
    ("covariance-threshold", &["covariance::threshold"]),
    ("covariance-optimum", &["covariance::optimal_weight"]),
    ("categorical-law", &["categorical::law"]),
    ("cdf-law", &["cdf::law"]),
    ("linear-fixed-design", &["linear::fixed_design_law"]),
    ("linear-law", &["random_design", "random_design::RandomDesign"]),
    ("linear-pooling", &["random_design::pooled"]),
    ("linear-optimum", &["random_design::optimal_weight"]),
    ("linear-second-order", &["random_design::second_order"]),
    ("linear-limit", &["linear::limit_law"]),
    ("linear-synthetic-only", &["linear::synthetic_slope", "linear::synthetic_risk"]),
    ("logistic-information", &["logistic::information", "logistic::trace_inverse_information"]),
    ("logistic-separation", &["logistic::separation_probability"]),
    ("logistic-limit", &["logistic::limit_law"]),
    ("poisson-information", &["poisson::trace_inverse_information"]),
    ("poisson-limit", &["poisson::limit_law"]),
    ("regression-invariants", &["second_order", "second_order::discrete"]),
    ("regression-second-order", &["second_order"]),
    ("regression-optimum", &["second_order::optimum_shift"]),
    ("collapse-mean", &["collapse::mean_risk"]),
    ("collapse-cdf", &["collapse::resampling_risk"]),
    ("collapse-categorical", &["collapse::resampling_risk"]),
    ("collapse-variance-risk", &["collapse::variance_risk"]),
    ("collapse-log-variance", &["collapse::log_variance_drift"]),
    ("collapse-log-det", &["collapse::log_det_drift"]),
    ("accumulate-mean", &["accumulate::Accumulation"]),
    ("accumulate-frequencies", &["accumulate::Accumulation"]),
    ("accumulate-variance", &["accumulate::Accumulation"]),
    ("accumulate-covariance", &["accumulate::Accumulation", "accumulate::moments_at"]),
    ("accumulate-regressions", &["accumulate::Accumulation"]),
    ("subsample-frequencies", &["subsample::Subsampling"]),
    ("subsample-mean", &["subsample::Subsampling"]),
    ("subsample-covariance", &["subsample/covariance::DrawnCovariance"]),
    ("subsample-regressions", &["subsample::limit_law"]),
    ("fixed-mean", &["fixed::FixedRows"]),
    ("fixed-frequencies", &["fixed::FixedRows"]),
    ("fixed-covariance", &["fixed::FixedRows", "fixed::of_covariance"]),
    ("fixed-mle-mean", &["maximum_likelihood::MaximumLikelihood"]),
    ("fixed-mle-covariance", &["maximum_likelihood::MaximumLikelihood"]),
    ("fixed-regressions", &["fixed::FixedRows"]),
    ("mle-mean-law", &["maximum_likelihood::MaximumLikelihood"]),
    ("mle-variance-law", &["maximum_likelihood::MaximumLikelihood"]),
    ("mle-covariance-law", &["maximum_likelihood::MaximumLikelihood"]),
    ("mle-saturation", &["maximum_likelihood::limit"]),
    ("mle-mean-optimum", &["maximum_likelihood::optimal_weight_of_mean"]),
    ("mle-covariance-optimum", &["maximum_likelihood::optimal_weight_of_covariance"]),
    ("kde-law", &["kde"]),
    ("kde-limit", &["kde", "kde::limit_weight"]),
    ("kde-sinc", &["kde::limit_weight", "kde::limit_relative_risk"]),
    ("ridge-law", &["ridge"]),
    ("extinction-law", &["extinction", "extinction::Chain"]),
    ("extinction-time", &["extinction", "extinction::diffusion"]),
    ("extinction-weight", &["extinction::absence"]),
    ("design-information", &["design::Design"]),
    ("design-linear-synthetic-only", &["design::linear_synthetic_slope", "design::linear_synthetic_risk"]),
    ("network-law", &["network::Network"]),
    ("network-boundedness", &["network/limit::Limit", "network/limit::Growth"]),
    ("network-rescue", &["network/limit::Limit"]),
    ("network-ring", &["network::Network"]),
    ("network-exchangeable", &["network::exchangeable_risk", "network::exchangeable_weight"]),
    ("network-variance", &["network::exchangeable_threshold"]),
    ("figure-7a", &["collapse::mean_risk"]),
    ("figure-7b", &["covariance::CovarianceSystem"]),
    ("figure-7c", &["collapse::resampling_risk", "cdf::law"]),
    ("figure-7d", &["linear::synthetic_slope", "linear::synthetic_risk"]),
    ("figure-7e", &["logistic::limit_law"]),
    ("figure-7f", &["poisson::limit_law"]),
    ("figure-8a", &["gaussian::mean"]),
    ("figure-8b", &["covariance::CovarianceSystem", "covariance::optimal_weight"]),
    ("figure-8c", &["cdf::law"]),
    ("figure-8d", &["random_design::RandomDesign"]),
    ("figure-8e", &["logistic::limit_law"]),
    ("figure-8f", &["poisson::limit_law"]),
    ("figure-9a", &["gaussian::mean", "weights::naive_weight"]),
    ("figure-9b", &["covariance::CovarianceSystem", "weights::naive_weight"]),
    ("figure-9c", &["cdf::law", "weights::naive_weight"]),
    ("figure-9d", &["random_design::RandomDesign", "random_design::pooled"]),
    ("figure-9e", &["logistic::limit_law", "weights::naive_weight"]),
    ("figure-9f", &["poisson::limit_law", "weights::naive_weight"]),
    ("figure-10a", &["categorical::law"]),
    ("figure-10b", &["categorical::law"]),
    ("figure-10c", &["categorical::law"]),
    ("figure-10d", &["misspecified::limit_law", "misspecified/second_order"]),
    ("misspecified-limit", &["misspecified::limit_law"]),
    ("misspecified-second-order", &["misspecified/second_order"]),
    ("worth-shrinkage", &["shrinkage::james_stein_relative_risk"]),
    ("worth-pooled", &["docs/audit.md#The law of the pooled fit"]),
    ("advise-coverage", &["docs/advise.md#What is estimated", "docs/advise.md#The interval"]),
    ("audit-risk", &["docs/statistics.md#Why a place decides"]),
    ("audit-simulation", &["docs/statistics.md#Why a place decides"]),
    ("audit-independence", &["docs/statistics.md#Why a place decides"]),
    ("audit-fits", &["docs/statistics.md#Why a place decides"]),
    ("judge-error-rate", &["docs/statistics.md#Why the rules hold"]),
    ("judge-power", &["docs/statistics.md#Why the rules hold"]),
    ("judge-sides", &["docs/statistics.md#Why the rules hold"]),
    ("judge-skewness", &["docs/statistics.md#Why the rules hold"]),
    ("judge-differences", &["docs/statistics.md#Why the rules hold"]),
    ("judge-limits", &["docs/statistics.md#Why the rules hold"]),
    ("judge-several", &["docs/statistics.md#Why the rules hold"]),
    ("judge-goodness-of-fit", &["docs/statistics.md#Why the rules hold"]),
    ("judge-shares", &["docs/statistics.md#Why the rules hold"]),
    ("judge-audits", &["docs/statistics.md#Why the rules hold"]),
];

/// A section of a document; of one with an entry for each claim, the entry of this one.
fn section(item: &str, claim: &str) -> Option<String> {
    let (file, title) = item.split_once('#')?;
    let text = DOCUMENTS.iter().find(|(known, _)| *known == file)?.1;
    let (_, text) = text.split_once(&format!("# {title}\n"))?;
    let end = ["\n## ", "\n### "].iter().filter_map(|heading| text.find(heading)).min();
    let text = &text[..end.unwrap_or(text.len())];
    let entry = text.split("\n* ").find(|entry| entry.starts_with(&format!("[{claim}](")));
    Some(entry.unwrap_or(text).to_owned())
}

/// The documentation of an item without its examples, which are for programmers.
fn documentation(item: &str) -> Option<String> {
    let (file, name) = item.split_once("::").map_or((item, None), |(file, name)| (file, Some(name)));
    let text = FILES.iter().find(|(known, _)| *known == file)?.1;
    let lines = match name {
        None => text.lines().map_while(|line| line.strip_prefix("//!")).collect(),
        Some(name) => documented(text, name)?,
    };
    let mut kept = String::new();
    let (mut is_example, mut is_fenced) = (false, false);
    for line in lines {
        let line = line.strip_prefix(' ').unwrap_or(line);
        is_fenced ^= line.starts_with("```");
        // Inside a fence # is no heading, but a line of a program.
        if let Some(head) = line.strip_prefix("# ").filter(|_| !is_fenced) {
            is_example = ["Examples", "Tested by"].contains(&head);
        }
        if !is_example {
            kept += line;
            kept.push('\n');
        }
    }
    Some(kept)
}

/// The lines of the first documentation of an item of this name that says more than what it is.
fn documented<'a>(text: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let mut block = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if let Some(words) = line.strip_prefix("///") {
            block.push(words);
        } else if !line.starts_with("#[") {
            // A method of a trait is as public as the trait.
            let is_it = ["pub ", "fn "].iter().any(|start| line.starts_with(start))
                && line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
            if is_it && block.len() > 3 {
                return Some(block);
            }
            block.clear();
        }
    }
    None
}

/// What an item says, and what it is called.
fn item(item: &str, claim: &str) -> Option<(String, String)> {
    match item.replace('#', ", ") {
        title if title != item => Some((title, section(item, claim)?)),
        _ => Some((format!("goldenweight_theory::{}", item.replace('/', "::")), documentation(item)?)),
    }
}

/// The derivation of a claim.
pub fn derivation(claim: &str) -> Option<Markup> {
    let items = DERIVATIONS.iter().find(|(id, _)| *id == claim)?.1;
    let is_of_the_theory = items.iter().all(|item| !item.contains('#'));
    Some(html! {
        details.derivation {
            summary { "Derivation, from " (if is_of_the_theory { "the theory’s own documentation" } else { "the program’s documents" }) }
            @for (title, text) in items.iter().filter_map(|name| item(name, claim)) {
                h4 { code { (title) } }
                (markdown::block(&text))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::registry;

    #[test]
    fn every_derivation_is_there() {
        for (claim, items) in DERIVATIONS {
            for name in *items {
                let (_, text) = item(name, claim).unwrap_or_else(|| panic!("{claim}: no documentation of {name}"));
                assert!(text.len() > 100 && !text.contains("assert!"), "{claim}: {name}: {text}");
                assert!(!name.contains('#') || !text.contains("\n#"), "{claim}: more than a section: {text}");
            }
        }
    }

    /// One of several entries is that of the claim alone.
    #[test]
    fn an_entry_is_of_its_claim() {
        let text = section("docs/statistics.md#Why the rules hold", "judge-power").expect("a section");
        assert!(text.starts_with("[judge-power](") && text.matches("claims.md#").count() == 1, "{text}");
    }

    #[test]
    fn every_claim_has_one() {
        let ids: Vec<String> = registry().into_iter().map(|claim| claim.says.id).collect();
        let lacking: Vec<&String> = ids.iter().filter(|id| !DERIVATIONS.iter().any(|(known, _)| known == id)).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
        assert!(DERIVATIONS.iter().all(|(known, _)| ids.iter().any(|id| id == known)));
    }
}
