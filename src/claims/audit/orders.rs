//! The two orders in 1/n of logistic and Poisson regression, in many dimensions and at large coefficients, by the entries of their tensors.

use std::f64::consts::TAU;

use goldenweight_evidence::{Audit, Deviation, Key, log_uniform};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::place::{Place, covariance, dimension};
use crate::catalogue;
use crate::claims::domain;
use crate::experiment::{Generations, Parameters, Problem};
use crate::prediction::{Order, Prediction};
use crate::simulate::engine::ScheduleKind;
use crate::stream::StreamRng;

/// The two orders of the risk, the size that decides their range, and the optimum of the limit.
pub struct Orders;

/// Largest root of beta'Omega beta. The program declares ten digits up to 5 for logistic regression; counts have variances of the size e^(2 g^2).
const LONGEST: [f64; 2] = [5.0, 2.5];

/// Ten digits that are declared, and the condition number of the covariates' covariance, some thousand, times p roundings.
const TOLERANCE: f64 = 1e-9;

/// Least weight: (1 - w)^2000 is below the rounding.
const LEAST: f64 = 0.02;

impl Audit for Orders {
    type Place = Place;
    type Found = Deviation;

    fn parts(&self, place: &Place) -> Vec<&'static str> {
        place.parts()
    }

    fn place(&self, rng: &mut StreamRng) -> Place {
        let is_logistic: bool = rng.random();
        let model = if is_logistic { &catalogue::LOGISTIC } else { &catalogue::POISSON };
        let p = dimension(rng) as usize;
        let omega = if rng.random() { covariance(rng, p) } else { DMatrix::identity(p, p) };
        let direction = DVector::from_fn(p, |_, _| rng.sample::<f64, _>(StandardNormal));
        let length = rng.random_range(0.05..LONGEST[usize::from(!is_logistic)]);
        let beta = &direction * (length / direction.dot(&(&omega * &direction)).sqrt());
        let parameters = Parameters {
            beta: Some(beta.as_slice().to_vec()),
            design_covariance: Some(omega),
            ..Parameters::default()
        };
        let [real, synthetic] = [(); 2].map(|()| log_uniform(rng, p as f64 + 2.0, 1e6).round() as u64);
        let problem = Problem::new(model, real, synthetic, &parameters).expect("valid");
        let weight = if rng.random_range(0..8) == 0 { 1.0 } else { rng.random_range(LEAST..1.0) };
        let t = log_uniform(rng, 0.6, 100.0).round() as u32;
        let at = match rng.random_range(0..3) {
            0 => Generations::Limit,
            1 => Generations::At(t),
            _ => Generations::Average { from: rng.random_range(0..=t), until: t + 1 },
        };
        Place { problem, parameters, schedule: ScheduleKind::Fresh, weight, at, is_changing: false, simulated: None }
    }

    fn examine(&self, place: &Place, seen: &Place, _: Key) -> Result<Deviation, String> {
        let law = Prediction::new(&seen.problem, seen.schedule).expect("a valid place");
        let weight = domain::weight(seen.weight);
        let term = law.as_ref().and_then(|law| law.second_term(weight, seen.at));
        let (Some(law), Some(term)) = (law, term) else { return Ok(domain::refused()) };
        let tensors = Tensors::of(place);
        let (n, m) = (place.problem.rows().real as f64, place.problem.rows().synthetic as f64);
        let k = n / m;
        let (here, alone) = (tensors.orders(k, place.weight, place.at), tensors.orders(k, 1.0, Generations::Limit));
        // What cancels is as large as all terms together.
        let scale = 1.0 + here.terms.iter().map(|term| term.abs()).sum::<f64>() / (n * here.first);
        let near = |found: f64, of: f64| Deviation::relative(1.0 + found / scale, 1.0 + of / scale, TOLERANCE);
        let share = here.second() / (n * here.first);
        let size = here.size(n).max(alone.size(n));
        let limit = law.to_order(Order::Limit).expect("a limit law").risk(weight, seen.at);
        let mut worst = near(term.share, share).max(near(term.risk * n / here.first, 1.0 + share)).max(domain::error(
            limit,
            here.first / n,
            TOLERANCE,
        ));
        // The size may be that of the real rows alone.
        worst = worst.max(Deviation::relative(scale + term.size, scale + size, TOLERANCE));
        let is_alone =
            place.weight == 1.0 || matches!(place.at, Generations::At(0) | Generations::Average { from: 0, until: 1 });
        let range = 0.2 / if is_alone { 1.0 } else { k.max(1.0).sqrt() };
        if size > 1e-3 * range && (size / range - 1.0).abs() > 1e-6 * scale / range {
            let is_second = law.order(weight, seen.at) == Order::Second;
            worst = worst.max(Deviation::unless(is_second == (size < range)));
        }
        worst = worst.max(Self::said(&tensors, place, &law, seen));
        let golden = 2.0 * k / ((k * k + 4.0 * k).sqrt() + k);
        let Some(best) = law.second_order_weight().filter(|_| golden > 1.1 * LEAST && golden < 1.0 - LEAST) else {
            return Ok(worst);
        };
        // Where the slope of both orders vanishes, but for 1/n^2: R2' over R1'', by differences. Their error is of the step's square.
        let step = 1e-3 * golden.min(1.0 - golden);
        let [below, at, above] = [-step, 0.0, step].map(|step| tensors.orders(k, golden + step, Generations::Limit));
        let curvature = (above.first - 2.0 * at.first + below.first) / (step * step);
        let slopes = above.terms.iter().zip(below.terms).map(|(above, below)| (above - below) / (2.0 * step));
        let shifts: Vec<f64> = slopes.map(|slope| -slope / curvature).collect();
        let (shift, unit) = (shifts.iter().sum::<f64>(), shifts.iter().map(|shift| shift.abs()).sum::<f64>());
        let found = n * (best - golden) / unit;
        Ok(worst.max(Deviation::relative(1.0 + found, 1.0 + shift / unit, 1e-3 + 1e-15 * n / unit)))
    }

    fn smaller(&self, place: &Place) -> Vec<Place> {
        place.smaller()
    }
}

impl Orders {
    /// What is told beside a risk: how it compares with that of real rows alone, the generation that is near the limit, how many real rows are worth the optimum, and
    /// what the optimum leaves for the synthetic rows. Each by the order that the law says it takes.
    fn said(tensors: &Tensors, place: &Place, law: &Prediction, seen: &Place) -> Deviation {
        let (n, m) = (place.problem.rows().real as f64, place.problem.rows().synthetic as f64);
        let k = n / m;
        let by = |order: Order, both: &Both, rows: f64| match order {
            Order::Second => both.first / rows + both.second() / (rows * rows),
            _ => both.first / rows,
        };
        let at = |w: f64, at: Generations| {
            let both = tensors.orders(k, w, at);
            let lost = 1.0 + both.terms.iter().map(|term| term.abs()).sum::<f64>() / (n * both.first);
            (both, lost)
        };
        // Where the two orders cancel to nothing or less, no quotient says anything.
        let near = |found: f64, of: f64, lost: f64| match of {
            0.1.. => Deviation::relative(found, of, TOLERANCE * lost / of),
            _ => Deviation::unless(true),
        };
        let alone = tensors.orders(k, 1.0, Generations::Limit);
        let weight = domain::weight(seen.weight);
        let (limit, lost) = at(place.weight, Generations::Limit);
        let order = law.order(weight, Generations::Limit);
        let mut worst = near(
            law.relative_risk(weight) * by(order, &alone, n) / by(Order::Limit, &alone, n),
            by(order, &limit, n) / by(Order::Limit, &alone, n),
            lost * limit.first / alone.first,
        );
        if let Some(t) = law.generations_to_limit(weight) {
            let distance =
                |t: u32| (by(order, &at(place.weight, Generations::At(t)).0, n) / by(order, &limit, n) - 1.0).abs();
            let slack = 100.0 * TOLERANCE * lost * limit.first / n / by(order, &limit, n).abs();
            let is_first = distance(t) <= 0.01 + slack && (t == 0 || distance(t - 1) >= 0.01 - slack);
            worst = worst.max(Deviation::unless(is_first));
        }
        let Some(best) = law.optimal_weight() else { return worst };
        worst = worst.max(Deviation::relative(
            law.optimal_synthetic_weight().unwrap_or(f64::NAN),
            1.0 - best,
            1e-15 / (1.0 - best),
        ));
        // The tensors reach the limit from this weight on.
        if best < LEAST {
            return worst;
        }
        let order = law.order(domain::weight(best), Generations::Limit);
        let (least, lost) = at(best, Generations::Limit);
        let rows = law.effective_sample_size().unwrap_or(f64::NAN);
        worst.max(near(
            by(order, &alone, rows) / by(Order::Limit, &least, n),
            by(order, &least, n) / by(Order::Limit, &least, n),
            lost,
        ))
    }
}

/// R1, and R2 as what TV, TK, TJJ, P and bb contribute.
struct Both {
    first: f64,
    terms: [f64; 5],
}

impl Both {
    fn second(&self) -> f64 {
        self.terms.iter().sum()
    }

    /// |R2| or two thirds of what its three parts are without cancellation, over n R1.
    fn size(&self, n: f64) -> f64 {
        let [tv, tk, tjj, p, bb] = self.terms;
        let apart = tv.abs() + tk.abs() + (tjj + p + bb).abs();
        self.second().abs().max(2.0 / 3.0 * apart) / (n * self.first)
    }
}

/// E a_j y^k for a row's projection y on the coefficients, k = 0..=4: of the second, third and fourth cumulant and of the square of the second.
type Means = [[f64; 5]; 4];

/// E y_a y_b ... over a function of the first coordinate alone, from its means with powers of that one. The others are independent and standard normal.
fn entry(means: &[f64; 5], indices: &[usize]) -> f64 {
    let others: Vec<usize> = indices.iter().copied().filter(|i| *i > 0).collect();
    let paired = match others[..] {
        [] => 1.0,
        [a, b] => f64::from(u8::from(a == b)),
        [a, b, c, d] => {
            [(a == b && c == d), (a == c && b == d), (a == d && b == c)].map(|x| f64::from(u8::from(x))).iter().sum()
        }
        _ => 0.0,
    };
    if paired == 0.0 { 0.0 } else { paired * means[indices.len() - others.len()] }
}

/// The six contractions of a regression.
struct Tensors {
    trace: f64,
    /// TV, TK, TJJ, P, bb.
    others: [f64; 5],
}

impl Tensors {
    fn of(place: &Place) -> Self {
        let given = &place.parameters;
        let p = place.problem.dim();
        let beta = given.beta.clone().map_or_else(|| DVector::from_element(p, 1.0), DVector::from_vec);
        let omega = given.design_covariance.clone().unwrap_or_else(|| DMatrix::identity(p, p));
        let root = omega.cholesky().expect("positive definite").l();
        let gamma = root.transpose() * beta;
        let length = gamma.norm();
        // Rows x = L R y: a reflection R takes the first axis to L'beta.
        let mut mirror = -&gamma / length;
        mirror[0] += 1.0;
        let square = mirror.norm_squared();
        let reflected = if square > 1e-20 {
            DMatrix::identity(p, p) - &mirror * mirror.transpose() * (2.0 / square)
        } else {
            DMatrix::identity(p, p)
        };
        // |d|^2 = e'Qe for the error e of y's coefficients.
        let back = root.solve_lower_triangular(&DMatrix::identity(p, p)).expect("no zero on the diagonal");
        let q = reflected.transpose() * &back * back.transpose() * &reflected;
        Self::contracted(&q, &means(place, length))
    }

    fn contracted(q: &DMatrix<f64>, [second, third, fourth, squares]: &Means) -> Self {
        let p = q.nrows();
        let h: Vec<f64> = (0..p).map(|i| 1.0 / entry(second, &[i, i])).collect();
        let around = DMatrix::from_fn(p, p, |i, j| h[i] * q[(i, j)] * h[j]);
        let all = || (0..p).flat_map(|i| (0..p).map(move |j| (i, j)));
        let sum = |f: &dyn Fn(usize, usize) -> f64| all().map(|(i, j)| around[(i, j)] * f(i, j)).sum::<f64>();
        let traced = |means: &[f64; 5], i, j| (0..p).map(|l| h[l] * entry(means, &[i, j, l, l])).sum::<f64>();
        let b = DVector::from_fn(p, |i, _| h[i] * (0..p).map(|l| h[l] * entry(third, &[i, l, l])).sum::<f64>());
        let pairs: Vec<Vec<f64>> =
            (0..p).map(|a| all().map(|(i, j)| (h[i] * h[j]).sqrt() * entry(third, &[a, i, j])).collect()).collect();
        let tv = sum(&|i, j| traced(squares, i, j) - entry(second, &[i, j]));
        let tk = sum(&|i, j| traced(fourth, i, j));
        let tjj = sum(&|i, j| (0..p).map(|l| b[l] * entry(third, &[i, j, l])).sum());
        let cubic = sum(&|i, j| pairs[i].iter().zip(&pairs[j]).map(|(x, y)| x * y).sum());
        Self { trace: (0..p).map(|i| q[(i, i)] * h[i]).sum(), others: [tv, tk, tjj, cubic, (q * &b).dot(&b)] }
    }

    /// Both orders of a generation, of a mean over generations, or of the last of two thousand.
    fn orders(&self, k: f64, w: f64, at: Generations) -> Both {
        let (from, until) = match at {
            Generations::Limit => (2000, 2001),
            Generations::At(t) => (t, t + 1),
            Generations::Average { from, until } => (from, until),
        };
        let u = 1.0 - w;
        let (s, q) = (w * w + k * u * u, w.powi(3) + k * k * u.powi(3));
        // E gg' = c H/n, E ggg = tau JHHH/n^2, and what TV and TK - TJJ are multiplied by in E |g|^2 to second order.
        let [mut c, mut tau, mut of_tv, mut of_tk] = [1.0, 1.0, 1.0, 0.0];
        let mut sums = [0.0; 5];
        for t in 0..until {
            if t >= from {
                sums.iter_mut().zip([c, tau, c * c, of_tv, of_tk]).for_each(|(sum, x)| *sum += x);
            }
            let noise = 3.0 * s * s - 2.0 * q + u * u * c * (3.0 * w * w + k * w * (w - 2.0 * u));
            of_tv = u * u * of_tv + noise;
            of_tk = u * u * of_tk + 0.5 * k * u * u * c;
            tau = u.powi(3) * (tau + 3.0 * k * c) + q;
            c = u * u * c + s;
        }
        let [c, tau, c2, of_tv, of_tk] = sums.map(|sum| sum / f64::from(until - from));
        let [tv, tk, tjj, cubic, bb] = self.others;
        Both {
            first: self.trace * c,
            terms: [of_tv * tv, (of_tk - c2) * tk, (c2 - of_tk) * tjj, (2.5 * c2 - tau) * cubic, 0.25 * c2 * bb],
        }
    }
}

/// The means of a label's cumulants by the trapezoidal rule. They are analytic up to pi/g from the line at least, and so is the density of e^(gz) z^k around its own middle.
fn means(place: &Place, g: f64) -> Means {
    let is_logistic = place.problem.model() == &catalogue::LOGISTIC;
    let cumulants = |eta: f64| {
        if is_logistic {
            let tilt = libm::tanh(0.5 * eta);
            let second = 0.25 * (1.0 - tilt) * (1.0 + tilt);
            [second, -second * tilt, second * (1.0 - 6.0 * second)]
        } else {
            [libm::exp(eta); 3]
        }
    };
    // e^(2gz) has its middle at 2g.
    let (step, last) = (1.0 / 32.0, if is_logistic { 12.0 } else { 12.0 + 2.0 * g });
    let mut found = [[0.0; 5]; 4];
    let count = (last / step) as i32;
    for i in -count..=count {
        let z = step * f64::from(i);
        let density = step * libm::exp(-0.5 * z * z) / TAU.sqrt();
        let [second, third, fourth] = cumulants(g * z);
        let mut power = density;
        for k in 0..5 {
            for (sum, value) in found.iter_mut().zip([second, third, fourth, second * second]) {
                sum[k] += power * value;
            }
            power *= z;
        }
    }
    found
}
