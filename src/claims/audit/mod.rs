//! Claims on the whole domain of the command line: random places, a fresh seed visits fresh ones.

mod fits;
mod place;
mod routes;
mod steps;
mod streams;

use goldenweight_evidence::audit;
use nalgebra::DMatrix;

use self::{
    fits::{Replacement, Scores},
    routes::{ClosedForms, Simulations, TwoWays},
    streams::Streams,
};
use super::check::{Case, Cell, Check, recursion, simulation};
use super::domain::{RECURSION, weight};
use super::{Claim, Exactness, Source};
use crate::catalogue;
use crate::experiment::{Generations, Parameters, Problem, Rows};
use crate::prediction::{Law, Prediction};
use crate::simulate::engine::Record;
use crate::simulate::gaussian::{GaussianRows, GaussianSufficient};

pub fn claims() -> Vec<Claim> {
    vec![predicted(), simulated(), fitted()]
}

/// An audit of the quick tier, and one of ten times as many places in the full tier.
macro_rules! audits {
    ($name:literal, $more:literal, $places:expr, $route:expr) => {
        [audit($name, $places, $route), audit($more, 10 * $places, $route).in_full_tier()]
    };
}

fn predicted() -> Claim {
    Claim {
        id: "audit-risk",
        statement: "the risk that the program predicts is that of the moments, carried step by step, wherever it takes input",
        domain: "every model and schedule; p to 30, n, m to 10⁴, t to 2000, averages from 0; own truths; w from 0 to 1, near 0, 1 and w_c",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: audits!("random places", "more random places", 2000, ClosedForms)
            .into_iter()
            .chain([ends_of_averages()])
            .collect(),
    }
}

/// Averages that begin at generation 0, of one generation and of several, by hand: means of e_0, e_1, ... of the recursion itself.
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
}

fn simulated() -> Claim {
    let random = audits!("random places", "more random places", 100, Simulations);
    let ways = audits!("rows and statistics, random places", "rows and statistics, more random places", 40, TwoWays);
    let keys = audits!("keys of random streams", "more keys of random streams", 40, Streams);
    Claim {
        id: "audit-simulation",
        statement: "what the program simulates has the risk of the moments, wherever these hold at every n and m; rows and sufficient statistics have one \
                    law; different keys have independent random numbers",
        domain: "as above, with constant and changing weights; keys at distances to 2³²",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: random
            .into_iter()
            .chain(ways)
            .chain(keys)
            .chain([
                simulation("many dimensions", 20_000, 0.1, dimensions()),
                simulation("independence of replicates, later", 400_000, 0.3, blocks()),
            ])
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
    vec![case(8, 20, 30, false), case(12, 30, 25, false), case(9, 15, 10, true)]
}

/// Blocks of chains as late as t = 20: replicates that share rows from some generation on have the right mean and too small an error.
fn blocks() -> Vec<Case> {
    let (rows, sigma) = (Rows { real: 20, synthetic: 16 }, DMatrix::identity(2, 2));
    let case = |w, t| {
        let risk = Law::gaussian_mean(&sigma, rows).expect("valid sizes").risk_at(weight(w), t);
        let cell = Cell::new(rows, 2, w, Record::At(vec![t])).named("blocks of 64");
        Case::of_blocks(cell, GaussianSufficient::new(sigma.clone(), rows), 0, risk)
    };
    vec![case(0.7, 2), case(0.5, 3), case(0.5, 20)]
}

fn fitted() -> Claim {
    Claim {
        id: "audit-fits",
        statement: "weighted fits solve their estimating equations, and rows of a table are drawn with replacement",
        domain: "logistic and Poisson regression, p to 8, one to four batches of any sizes and weights; tables of 2 to 60 groups",
        source: Source::Derived,
        exactness: Exactness::Exact,
        checks: audits!("scores", "more scores", 200, Scores)
            .into_iter()
            .chain(audits!("rows of tables", "more rows of tables", 20, Replacement))
            .collect(),
    }
}
