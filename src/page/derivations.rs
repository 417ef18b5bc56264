//! Where each claim's formula is derived: in the documentation of the theory's own items, which is shown beside the claim.

use goldenweight_theory::sources::FILES;
use maud::{Markup, html};

use super::markdown;

/// Claims with the items of the theory whose documentation derives them, as `file::name`; a file alone is what stands at its beginning. A claim on the program, not on
/// the theory, has none.
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
];

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

/// The derivation of a claim; none of a claim on the program.
pub fn derivation(claim: &str) -> Option<Markup> {
    let items = DERIVATIONS.iter().find(|(id, _)| *id == claim)?.1;
    Some(html! {
        details.derivation {
            summary { "Derivation, from the theory’s own documentation" }
            @for item in items {
                h4 { code { "goldenweight_theory::" (item.replace('/', "::")) } }
                @if let Some(text) = documentation(item) { (markdown::block(&text)) }
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
            for item in *items {
                let text = documentation(item).unwrap_or_else(|| panic!("{claim}: no documentation of {item}"));
                assert!(text.len() > 100 && !text.contains("assert!"), "{claim}: {item}: {text}");
            }
        }
    }

    /// A claim on the theory has its derivation. The others are on the program: its statistics, its audits, its advice.
    #[test]
    fn every_claim_on_the_theory_has_one() {
        let lacking: Vec<String> = registry()
            .into_iter()
            .map(|claim| claim.says)
            .filter(|says| !DERIVATIONS.iter().any(|(id, _)| *id == says.id))
            .map(|says| says.id)
            .collect();
        for id in &lacking {
            assert!(["audit-", "judge-", "advise-", "worth-"].iter().any(|on| id.starts_with(on)), "{lacking:?}");
        }
        assert!(DERIVATIONS.iter().all(|(id, _)| registry().iter().any(|claim| claim.says.id == *id)));
    }
}
