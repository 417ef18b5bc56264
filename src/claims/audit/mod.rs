//! Claims on all input that the command line takes. They are tested at random places, which depend on the seed of the run.

/// An audit in both tiers, and in the full tier one with ten times as many places, which are others.
macro_rules! audits {
    ($name:literal, $more:literal, $places:expr, $audit:expr, $words:literal, $functions:expr) => {
        [audit($name, $places, $audit), audit($more, 10 * $places, $audit).in_full_tier()]
            .map(|check| check.by($words, &$functions))
    };
}

pub mod answers;
pub mod chains;
pub mod controls;
pub mod densities;
pub mod designs;
pub mod few;
pub mod fits;
pub mod grouped;
mod independence;
pub mod judged;
pub mod late;
pub mod models;
pub mod networks;
pub mod orders;
pub mod place;
mod plain;
pub mod routes;
pub mod samples;
mod steps;
pub mod streams;
pub mod subsamples;
pub mod survival;
pub mod tables;
pub mod taken;

use goldenweight_evidence::audit;
use nalgebra::DMatrix;

use self::{
    answers::Answers,
    chains::Retrained,
    controls::Controls,
    densities::{Densities, Errors, LateDensities, Made},
    designs::Designs,
    few::Spreads,
    fits::{Replacement, Scores},
    grouped::{Normals, Retraining},
    judged::Judged,
    late::Late,
    models::Replicated,
    networks::{Best, Limits, Networks},
    orders::Orders,
    routes::{ClosedForms, Dynamic, Least, Pooled, Said, Simulations, TwoOrders, TwoWays},
    samples::{Columns, Divisors, EveryRow, Metrics, Mixes, Quantiles, Responded, Sorted},
    subsamples::{DrawnLimits, Subsamples},
    survival::{Diffusions, Survival},
    tables::{Advised, Audited},
    taken::Taken,
};
use super::check::{Case, Cell, Check, recursion, simulation};
use super::domain::{RECURSION, weight};
use super::{Claim, Exactness, Source};
use crate::catalogue;
use crate::experiment::{Generations, Parameters, Problem, Rows};
use crate::prediction::Prediction;
use crate::simulate::engine::Record;
use crate::simulate::gaussian::{GaussianRows, GaussianSufficient};

pub fn claims() -> Vec<Claim> {
    vec![predicted(), simulated(), independence::claim(), fitted()]
}

fn predicted() -> Claim {
    Claim {
        id: "audit-risk",
        statement: "the risk that the program predicts is the one found by carrying second moments from generation to generation, at all input that it takes; the best weights of a network \
                    are best",
        domain: "every model and schedule; p to 30, of linear regression to 60, n, m to 10⁴, there to 10⁶; t to 2000, where a step takes few numbers to 10⁶, averages from 0, limits; own truths; w from 0 to 1, with a share near 0, 1 and w_c",
        source: Source::Derived,
        exactness: Exactness::Visited,
        checks: audits!(
            "random places",
            "more random places",
            2000,
            ClosedForms,
            "moments of every model, step by step",
            ["audit::steps::risks"]
        )
        .into_iter()
        .chain(audits!(
            "pooled regressions",
            "more pooled regressions",
            200,
            Pooled,
            "the moments of one row",
            ["certificate::random_design::passed_on"]
        ))
        .chain(audits!(
            "input that is taken",
            "more input that is taken",
            2000,
            Taken,
            "what each model needs",
            ["audit::taken::fewest"]
        ))
        .chain(audits!(
            "optima, sizes, times",
            "more optima, sizes, times",
            300,
            Said,
            "moments of every model, step by step",
            ["audit::steps::risks"]
        ))
        .chain(audits!(
            "regressions at any weight",
            "more regressions at any weight",
            24,
            Designs,
            "integrals over eigenvalues, and a synthetic row by Sherman and Morrison",
            ["audit::designs::of_one_row", "audit::designs::of_three", "moments::design_step"]
        ))
        .chain(audits!(
            "densities",
            "more densities",
            100,
            Densities,
            "sums of Gaussian integrals",
            ["smoothed::density_risk"]
        ))
        .chain(audits!(
            "networks",
            "more networks",
            200,
            Networks,
            "ancestors of two rows, paths of all noises, products of two entries",
            ["linked::same_ancestor", "linked::by_noises", "linked::covariances"]
        ))
        .chain(audits!(
            "covariances of drawn rows",
            "covariances of more drawn rows",
            16,
            Subsamples,
            "products of four coordinates of rows",
            ["drawn::covariance_traces", "drawn::mean_and_variance"]
        ))
        .chain(audits!(
            "survival",
            "more survival",
            30,
            Survival,
            "whole binomial laws, generation by generation",
            ["extinct::by_counts", "extinct::summed"]
        ))
        .chain(audits!(
            "late generations and limits",
            "more late generations and limits",
            120,
            Late,
            "matrices of a generation, squared",
            ["doubled::Linear::power"]
        ))
        .chain(audits!(
            "late densities and their optima",
            "more late densities and their optima",
            20,
            LateDensities,
            "matrices of a generation, squared, and the trapezoidal rule",
            ["smoothed::late_density_risk"]
        ))
        .chain(audits!(
            "limits of networks",
            "limits of more networks",
            300,
            Limits,
            "matrices of a generation, squared",
            ["linked::late"]
        ))
        .chain(audits!(
            "limits of covariances of drawn rows",
            "limits of more covariances of drawn rows",
            6,
            DrawnLimits,
            "means over all placings of four coordinates on rows",
            ["drawn::Slots::path"]
        ))
        .chain(
            // Of the program's own risks, which the others compare.
            [audit("least risks", 400, Least), audit("more least risks", 4000, Least).in_full_tier()]
                .map(Check::consequence),
        )
        .chain(audits!(
            "weights of thirty generations",
            "more weights of thirty generations",
            12,
            Dynamic,
            "integrals over eigenvalues",
            ["moments::design_step"]
        ))
        .chain(audits!(
            "two orders of regressions",
            "two orders of more regressions",
            150,
            Orders,
            "entries of tensors over the rows",
            ["audit::orders::Tensors::orders"]
        ))
        .chain(audits!("diffusions", "more diffusions", 60, Diffusions, "Green's function", ["extinct::diffused"]))
        .chain(audits!(
            "best weights of networks",
            "best weights of more networks",
            16,
            Best,
            "limits at other weights, step by step",
            []
        ))
        .chain([ends_of_averages()])
        .collect(),
    }
}

/// Predicted averages over generations, also of a single one and from generation 0 on, against the means of risks that are carried step by step.
fn ends_of_averages() -> Check {
    recursion("averages from generation 0", RECURSION, || {
        let sigma = || DMatrix::<f64>::identity(2, 2);
        let risks = |w: f64| {
            [super::moments::mean_risk(&sigma(), 10, 7, &w, 6), super::moments::covariance_risk(&sigma(), 10, 7, w, 6)]
        };
        let models = [&catalogue::GAUSSIAN_MEAN, &catalogue::GAUSSIAN_COVARIANCE];
        let mut found = Vec::new();
        for w in [0.0, 0.5, 1.0] {
            for (model, risks) in models.into_iter().zip(risks(w)) {
                let problem = Problem::new(model, 10, 7, &Parameters::default()).expect("valid");
                for (from, until) in [(0, 1), (0, 3), (0, 7), (1, 2), (6, 7)] {
                    let computed = Prediction::fresh(&problem).risk(weight(w), Generations::Average { from, until });
                    let mean = risks[from as usize..until as usize].iter().sum::<f64>() / f64::from(until - from);
                    found.push((format!("{model}, w = {w}, t = {from}..{}", until - 1), computed, mean));
                }
            }
        }
        found
    })
    .by("moments of mean and covariance", &["moments::mean_risk", "moments::weighted_moments"])
}

fn simulated() -> Claim {
    let random = audits!(
        "random places",
        "more random places",
        100,
        Simulations::Anywhere,
        "moments of every model, step by step",
        ["audit::steps::risks"]
    );
    let wide = audits!(
        "wide random places",
        "more wide random places",
        30,
        Simulations::InManyDimensions,
        "moments of every model, step by step",
        ["audit::steps::risks"]
    );
    let ways = audits!(
        "rows and statistics, random places",
        "rows and statistics, more random places",
        30,
        TwoWays,
        "simulation by sufficient statistics",
        []
    );
    let chains = audits!(
        "chains, number by number",
        "more chains, number by number",
        200,
        Retrained,
        "chains, in a few lines",
        ["audit::chains::path"]
    );
    let models = audits!(
        "every model, number by number",
        "more of every model, number by number",
        1500,
        Replicated,
        "a plain program, row by row",
        ["audit::plain::Plain::path"]
    );
    let answers = audits!(
        "answers of simulate",
        "more answers of simulate",
        100,
        Answers,
        "mean and variance of the losses",
        ["audit::answers::moments"]
    );
    let controls = audits!("controls", "more controls", 8, Controls, "a mean of 0", []);
    let tables = audits!("retrained tables", "more retrained tables", 24, Retraining, "chains of means of groups", []);
    let orders =
        audits!("regressions, random places", "regressions, more random places", 24, TwoOrders, "simulation", []);
    Claim {
        id: "audit-simulation",
        statement: "simulated risks are those found by carrying second moments, where these are exact, and of logistic and Poisson regression those of two orders in 1/n where the second is small; chains follow their schedule; regressions that are retrained on a table of groups have the risk of \
                    means of groups; simulation row by row and by sufficient statistics has the same risks; what is said of a simulation follows from the losses of its replicates; random streams of different keys are independent",
        domain: "that of audit-risk where the risk is known exactly, with constant and changing weights; keys at distances up to 2³²",
        source: Source::Derived,
        exactness: Exactness::Visited,
        checks: random
            .into_iter()
            .chain(wide)
            .chain(ways)
            .chain(orders)
            .chain(tables)
            .chain(chains)
            .chain(models)
            .chain(answers)
            .chain(controls)
            .chain([simulation("many dimensions", 680_000, 0.02, dimensions())])
            .collect(),
    }
}

/// Covariances of many dimensions, by sufficient statistics and by rows.
fn dimensions() -> Vec<Case> {
    let case = |p: usize, n: usize, m: usize, by_rows: bool| {
        let (rows, sigma) = (Rows { real: n, synthetic: m }, DMatrix::identity(p, p));
        let risk = super::moments::covariance_path(&sigma, n as u64, m as u64, &[0.4; 2])[2];
        let cell = Cell::new(rows, p, 0.4, Record::At(vec![2]));
        if by_rows {
            Case::new(cell, GaussianRows::new(sigma, rows), 1, risk)
        } else {
            Case::new(cell, GaussianSufficient::new(sigma, rows), 1, risk)
        }
    };
    vec![case(8, 20, 30, false).with_share(0.36), case(12, 30, 25, false).with_share(0.24), case(9, 15, 10, true)]
}

fn fitted() -> Claim {
    Claim {
        id: "audit-fits",
        statement: "weighted fits solve their estimating equations, samples have the distribution of the fit that makes them, and rows of a table are drawn with \
                    replacement; what is said of tables, and of few replicates, is what the definitions give",
        domain: "logistic, Poisson and Gaussian models, p to 30, one to four batches of any sizes and weights; tables of 2 to 60 groups and up to 4·10⁵ rows; of every family with \
                 up to 32 different rows, 9,000 rows and seven coefficients, from memory and from text, with and without missing values; 1 to 1,000 replicates",
        source: Source::Derived,
        exactness: Exactness::Visited,
        checks: audits!("scores", "more scores", 200, Scores, "the estimating equations", ["audit::fits::score"])
            .into_iter()
            .chain([recursion("estimates, against reweighted least squares", fits::ESTIMATE, fits::estimates)
                .by("reweighted least squares", &["audit::fits::both"])])
            .chain(audits!("rows of tables", "more rows of tables", 20, Replacement, "the variance of counts", []))
            .chain(audits!("mixed samples", "more mixed samples", 200, Mixes, "the pooled covariance", []))
            .chain(audits!(
                "coordinates of covariates",
                "coordinates of more covariates",
                200,
                Metrics,
                "the fit in other coordinates",
                []
            ))
            .chain(audits!("columns of factors", "more columns of factors", 60, Columns, "moments of χ²", []))
            .chain(audits!("divisors", "more divisors", 100, Divisors, "the other divisor", []))
            .chain(audits!("sorted numbers", "more sorted numbers", 30, Sorted, "sorting", []))
            .chain(audits!("means of responses", "more means of responses", 500, Responded, "means of responses", []))
            .chain(audits!(
                "responses from random words",
                "more responses from random words",
                2000,
                Quantiles,
                "distribution functions",
                []
            ))
            .chain(audits!(
                "squared errors of densities",
                "squared errors of more densities",
                30,
                Errors,
                "the trapezoidal rule",
                []
            ))
            .chain(audits!("rows of densities", "rows of more densities", 10, Made, "the estimate's own moments", []))
            .chain(audits!(
                "advised tables",
                "more advised tables",
                48,
                Advised,
                "matrices, and differences by each row",
                ["audit::tables::said"]
            ))
            .chain(audits!(
                "audited tables",
                "more audited tables",
                40,
                Audited,
                "matrices, and differences by each row",
                ["audit::tables::said"]
            ))
            .chain(audits!(
                "judged tables",
                "more judged tables",
                24,
                Judged,
                "matrices, and the same rows drawn anew",
                ["audit::tables::said", "audit::judged::resample"]
            ))
            .chain(audits!(
                "noise of responses",
                "noise of more responses",
                16,
                Normals,
                "the variance of normal numbers",
                []
            ))
            .chain(audits!(
                "spreads of replicates",
                "spreads of more replicates",
                100,
                Spreads,
                "definitions of mean, standard error and quantile",
                []
            ))
            .chain(audits!("rows of regressions", "more rows of regressions", 60, EveryRow, "moments of a row", []))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use goldenweight_evidence::{Audit, Key};

    use super::place::{self, PARTS, Place};
    use super::{Advised, Audited, Judged, Networks, Replicated, Retraining, Spreads, steps};
    use crate::advise::{Family, Loss};
    use crate::answer::statistic::Statistic;
    use crate::catalogue;
    use crate::experiment::Divisor;
    use crate::simulate::engine::ScheduleKind;

    fn places(count: u64) -> Vec<Place> {
        (0..count).map(|cell| Place::predicted(&mut Key { seed: 1, experiment: 2, cell }.rng(0))).collect()
    }

    /// Which models, under which schedule and divisor, have no risk that is carried step by step. A new model without one must be named here.
    #[test]
    fn what_no_step_reaches() {
        let mut missing = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for place in places(4000) {
            let mle = place.parameters.divisor == Some(Divisor::MaximumLikelihood);
            let what = (place.problem.model().name, place.schedule.name(), mle);
            seen.insert(what);
            if steps::risks(&place, &[place.weight], false).is_err() {
                missing.insert(what);
            }
        }
        let gaussians = ["gaussian-covariance", "gaussian-mean", "gaussian-variance"];
        // Divisors n and m have no law on accumulating data. The law of linear regression is a quadrature, which `Designs` compares where it can;
        // that of regressions on drawn rows is a limit, which the claim `subsample-regressions` compares.
        let regressions =
            [("linear", "fresh"), ("linear", "subsample"), ("logistic", "subsample"), ("poisson", "subsample")];
        let regressions = regressions.map(|(model, schedule)| (model, schedule, false));
        let known = gaussians.map(|model| (model, "accumulate", true)).into_iter().chain(regressions);
        assert_eq!(missing, known.collect());
        // Two divisors of three models.
        assert_eq!(seen.len(), (place::models().len() + gaussians.len()) * ScheduleKind::ALL.len());
    }

    /// What has places of its own: networks of every model that has a law of networks, with and without real rows; chains and networks of every model; and tables of every family.
    #[test]
    fn own_places_are_visited() {
        fn parts<A: Audit>(audit: &A, count: u64) -> BTreeSet<&'static str> {
            let place = |cell| audit.place(&mut Key { seed: 1, experiment: 3, cell }.rng(0));
            (0..count).flat_map(|cell| audit.parts(&place(cell))).collect()
        }
        let models = place::models().into_iter().map(|model| model.name);
        let shapes = ["one model", "without any real rows", "fed by itself", "t = 0"];
        assert_eq!(parts(&Networks, 200), models.chain(shapes).collect());
        let models = catalogue::ALL.into_iter().map(|model| model.name);
        let schedules = ScheduleKind::ALL.map(ScheduleKind::name);
        let shapes = [
            "n = m",
            "averages from 0",
            "w near 0",
            "more than 16 cells",
            "more than 1,000 rows to choose from",
            "networks",
            "more than 16 batches",
        ];
        assert_eq!(parts(&Replicated, 400), models.chain(schedules).chain(shapes).collect());
        let words = |of: &[&'static str]| of.iter().copied().collect::<BTreeSet<_>>();
        let ways = words(&["from text", "dropped rows", "a missing level", "many copies"]);
        let tables = &ways | &words(&Family::ALL.map(Family::word));
        assert_eq!(parts(&Advised, 48), tables);
        assert_eq!(parts(&Audited, 48), tables);
        let losses = words(&Loss::ALL.map(Loss::word));
        assert_eq!(parts(&Judged, 48), &tables | &losses);
        let regressions = words(&[Family::Linear, Family::Logistic, Family::Poisson].map(Family::word));
        let schedules = words(&ScheduleKind::ALL.map(ScheduleKind::name));
        assert_eq!(parts(&Retraining, 48), &(&regressions | &schedules) | &losses);
        assert_eq!(parts(&Spreads, 40), words(&Statistic::ALL.map(Statistic::name)));
    }

    /// An audit of the quick tier visits every part of the domain.
    #[test]
    fn parts_are_visited() {
        // As many as an audit of the quick tier.
        let places = places(2000);
        for (name, is_there) in PARTS {
            assert!(places.iter().filter(|place| is_there(place)).count() >= 3, "{name}");
        }
    }
}
