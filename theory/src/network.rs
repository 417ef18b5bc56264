//! Several models that are fitted on rows of one another.
//!
//! Tested by `tests/laws/network.rs`: the full recursion entry by entry, digits, the single model, classes by brute force.

mod graph;
mod limit;

pub use graph::{Class, Classes};
pub use limit::{Growth, Limit};

use crate::parameters::MixingRatio;
use crate::recursion::Recursion;
use crate::scalar::{Analytic, Scalar};

/// Rows of another node (or of the node itself) on which a node is fitted at every generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming<S> {
    /// The node whose model of the generation before makes them.
    pub from: usize,
    /// Their total weight W_ij, positive.
    pub weight: S,
    /// A_s/nu_m.
    pub noise: S,
    /// rho - 1.
    pub excess: S,
}

/// One of the models.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<S> {
    /// Risk of its fit at generation 0, on real rows of its own.
    pub start: S,
    /// Total weight r_i on fresh real rows and the risk A_r/nu_n of a fit on them alone; none where they have no weight.
    pub real: Option<(S, S)>,
    /// What it is fitted on beside them; each node once.
    pub incoming: Vec<Incoming<S>>,
}

/// Models i = 1..K that are retrained side by side. At each generation t >= 1 node i is fitted on n_i fresh real rows with total weight r_i, and on m_ij synthetic
/// rows of node j's model of generation t - 1 with total weight W_ij; the weights of a node add up to 1.
///
/// # Formula
/// ```text
/// C_{t+1} = W C_t W' + D_t,   D_t diagonal:   D_ii = r_i^2 A_r/nu_n + sum_j W_ij^2 (A_s/nu_m + (rho - 1) C_jj)
/// ```
/// C_0 is diagonal, with the risks of fits on real rows alone. The risk of node i at generation t is C_ii.
///
/// # Symbols
/// C_ij = E <e_i, e_j>, e_i the error of node i's fit; A_r/nu_n, A_s/nu_m and rho are those of [`Recursion`], for the rows of that node and of that edge:
/// ```text
/// mean, and regressions as limit law    A/n,        A/m,        rho = 1
/// frequencies, distribution function    A/n,        A/m,        rho = 1 - 1/m
/// variance                              2 s^4/(n-1), 2 s^4/(m-1), rho = 1 + 2/(m-1)
/// covariance                            two networks, of 2V + U and of V - U: those of [`CovarianceSystem::modes`](crate::covariance::CovarianceSystem::modes)
/// ```
///
/// # Domain
/// every weight and number of rows. Exact where [`Recursion`] is; for regressions a limit law.
///
/// # Source
/// derived. Given all fits of generation t, e_i of t + 1 is r_i X_i + sum_j W_ij (e_j + Y_ij), where X_i and Y_ij are the sampling errors of the real rows and of the m_ij
/// synthetic ones. All samples are independent and every estimate is unbiased, so that X and Y are uncorrelated with each other and with the e_j. Hence C_ij of t + 1 is
/// (W C W')_ij, and on the diagonal also r_i^2 E|X_i|^2 + sum_j W_ij^2 E|Y_ij|^2. Given its fit, the error of m rows of node j has the mean square A_s/nu_m where the fit is the
/// truth, and in expectation A_s/nu_m + (rho - 1) C_jj, by the derivation of rho for a single model: it uses that model's fit alone. The
/// covariance's V_ij = E tr(Delta_i Delta_j) and U_ij = Cov(tr Sigma_i, tr Sigma_j) pass through W alike, and their noises have the modes of a single model.
///
/// # Identities
/// K = 1: [`Recursion`]. A ring of equal models: each has the risk of the single model, and no two are correlated. See [`Limit`] for what stays bounded.
///
/// # Examples
/// The first model sees real rows, the second one only rows of the first.
/// ```
/// use goldenweight_theory::network::{Incoming, Network, Node};
/// let synthetic = |from, weight| Incoming { from, weight, noise: 0.01, excess: 0.0 };
/// let teacher = Node { start: 0.01, real: Some((0.5, 0.01)), incoming: vec![synthetic(0, 0.5)] };
/// let student = Node { start: 0.01, real: None, incoming: vec![synthetic(0, 1.0)] };
/// let network = Network::new(vec![teacher, student]);
/// // A single model at w = 1/2: (1/4 + 1/4) 0.01/(1 - 1/4); the student adds its own noise.
/// let limit = network.limit();
/// assert!((limit.risk(0) - 0.02 / 3.0).abs() < 1e-16);
/// assert!((limit.risk(1) - (0.02 / 3.0 + 0.01)).abs() < 1e-16);
/// // The teacher's old model is in its next one with weight 1/2, and in the student with weight 1.
/// assert!((limit.covariance(0, 1) - 0.5 * 0.02 / 3.0).abs() < 1e-16);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network<S> {
    nodes: Vec<Node<S>>,
}

/// The matrix C of a generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariances<S> {
    size: usize,
    entries: Vec<S>,
}

impl<S: Clone> Covariances<S> {
    /// C_ij.
    ///
    /// # Examples
    /// see [`Network::after`].
    #[must_use]
    pub fn between(&self, i: usize, j: usize) -> S {
        self.entries[i * self.size + j].clone()
    }
}

impl<S: Scalar> Network<S> {
    /// With these nodes. Incoming rows name nodes by their place.
    #[must_use]
    pub const fn new(nodes: Vec<Node<S>>) -> Self {
        Self { nodes }
    }

    /// A single model under the one law, at weight w.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_theory::{network::Network, recursion::Recursion};
    /// let law = Recursion::new(0.01, 0.02, 0.1);
    /// assert_eq!(Network::single(&law, 0.5).after(7).between(0, 0), (0..7).fold(0.01, |e, _| law.step(&0.5, &e)));
    /// ```
    #[must_use]
    pub fn single(law: &Recursion<S>, w: S) -> Self {
        let u = S::one() - w.clone();
        let incoming = Incoming { from: 0, weight: u, noise: law.synthetic.clone(), excess: law.excess.clone() };
        Self::new(vec![Node { start: law.fresh.clone(), real: Some((w, law.fresh.clone())), incoming: vec![incoming] }])
    }

    /// The nodes.
    #[must_use]
    pub fn nodes(&self) -> &[Node<S>] {
        &self.nodes
    }

    /// C_0.
    #[must_use]
    pub fn start(&self) -> Covariances<S> {
        let size = self.nodes.len();
        let mut entries = vec![S::ratio(0, 1); size * size];
        for (i, node) in self.nodes.iter().enumerate() {
            entries[i * (size + 1)] = node.start.clone();
        }
        Covariances { size, entries }
    }

    /// D_ii, where node j has the risk `risk(j)`.
    fn noise(&self, i: usize, risk: impl Fn(usize) -> S) -> S {
        let Node { real, incoming, .. } = &self.nodes[i];
        let real = real.as_ref().map_or_else(|| S::ratio(0, 1), |(weight, noise)| weight.sqr() * noise.clone());
        incoming.iter().fold(real, |sum, Incoming { from, weight, noise, excess }| {
            sum + weight.sqr() * (noise.clone() + excess.clone() * risk(*from))
        })
    }

    /// C_{t+1} from C_t.
    #[must_use]
    pub fn step(&self, before: &Covariances<S>) -> Covariances<S> {
        let size = self.nodes.len();
        let zero = || S::ratio(0, 1);
        // W C, and then its rows times those of W; on and below the diagonal, since C is symmetric.
        let mut passed = vec![zero(); size];
        let mut entries = vec![zero(); size * size];
        for (i, node) in self.nodes.iter().enumerate() {
            passed.iter_mut().for_each(|x| *x = zero());
            for Incoming { from, weight, .. } in &node.incoming {
                for (sum, c) in passed.iter_mut().zip(&before.entries[from * size..][..size]) {
                    *sum = sum.clone() + weight.clone() * c.clone();
                }
            }
            for (j, other) in self.nodes[..=i].iter().enumerate() {
                let terms = other.incoming.iter();
                let c = terms.fold(zero(), |sum, from| sum + from.weight.clone() * passed[from.from].clone());
                entries[i * size + j] = c.clone();
                entries[j * size + i] = c;
            }
            let own = &mut entries[i * (size + 1)];
            *own = own.clone() + self.noise(i, |j| before.between(j, j));
        }
        Covariances { size, entries }
    }

    /// C_t: `generations` steps.
    ///
    /// # Accuracy
    /// exact over rationals; in floats all terms are positive but those of (rho - 1) C: 1e-15 (1 + t) relative
    ///
    /// # Examples
    /// Two models that see only each other: the risk of a mean grows by A/m at each generation, and they stay independent.
    /// ```
    /// use goldenweight_theory::network::{Incoming, Network, Node};
    /// let fed_by = |from| Node { start: 1.0, real: None, incoming: vec![Incoming { from, weight: 1.0, noise: 0.5, excess: 0.0 }] };
    /// let after = Network::new(vec![fed_by(1), fed_by(0)]).after(4);
    /// assert_eq!((after.between(0, 0), after.between(0, 1)), (3.0, 0.0));
    /// ```
    #[must_use]
    pub fn after(&self, generations: u32) -> Covariances<S> {
        (0..generations).fold(self.start(), |before, _| self.step(&before))
    }
}

/// The limit risk of each of K exchangeable models, relative to the risk of a fit on the n real rows of one of them.
///
/// # Formula
/// `R = (w^2 + u^2 kappa)(1 + u^2/(K (1 - u^2))),   kappa = k/K`
///
/// # Symbols
/// K models, each fitted on n fresh real rows with total weight w and on m rows of every model, itself included, with weight u/K each; k = n/m; `models` = K
///
/// # Domain
/// 0 < w <= 1, K >= 1. Exact for the mean of a Gaussian; a limit law where rho is not 1
///
/// # Source
/// derived: with D = (w^2 + u^2 kappa) A/n the noise of a generation, the variance s of the mean of all models obeys s = u^2 s + D/K, and a model's risk is u^2 s + D
///
/// # Identities
/// K = 1: [`weights::law`](crate::weights::law). K -> inf at fixed kappa: w^2 + u^2 kappa
///
/// # Examples
/// ```
/// use goldenweight_theory::{network, parameters::MixingRatio};
/// let k = MixingRatio::new(1.0)?;
/// // One model: the golden weight has itself as its relative risk.
/// let golden = 0.618_033_988_749_894_9;
/// assert!((network::exchangeable_risk(&k, 1, &golden) - golden).abs() < 1e-15);
/// assert!(network::exchangeable_risk(&k, 2, &0.445) < 0.46);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn exchangeable_risk<S: Scalar>(k: &MixingRatio<S>, models: u64, w: &S) -> S {
    let count = S::ratio(models as i64, 1);
    let square = (S::one() - w.clone()).sqr();
    let kept = w.clone() * (S::ratio(2, 1) - w.clone());
    let kappa = k.get() / count.clone();
    (w.sqr() + square.clone() * kappa) * (S::one() + square / (count * kept))
}

/// What has the sign of the derivative of [`exchangeable_risk`] by w.
///
/// # Formula
/// `F(w) = (K - 1) (w (2 - w))^2 ((1 + kappa) w - kappa) + w^2 + kappa w - kappa`
///
/// # Domain
/// as there
///
/// # Source
/// derived: with q = 1 - u^2 = w (2 - w), R' = 2 F/(K q^2). By the product rule K q^2 R'/2 is ((1 + kappa) w - kappa)(K q^2 + u^2 q) - u (w^2 + kappa u^2); K q^2 + u^2 q is
/// (K - 1) q^2 + q, and q ((1 + kappa) w - kappa) - u (w^2 + kappa u^2) is w^2 + kappa w - kappa.
///
/// # Identities
/// F has one root in (0, 1), and R its minimum there. Below pooling, w = kappa/(1 + kappa), both terms are negative; from there on both increase;
/// at the golden root of w^2 + kappa w - kappa the second is 0 and the first is not negative. So **the optimum lies between pooling and the golden weight of
/// kappa**, and for K -> inf at fixed kappa it tends to pooling. K = 2, k = 1: 3w^5 - 13w^4 + 16w^3 - 2w^2 + w - 1 = 0.
///
/// # Examples
/// see [`exchangeable_weight`].
#[must_use]
pub fn exchangeable_slope<S: Scalar>(k: &MixingRatio<S>, models: u64, w: &S) -> S {
    let kappa = k.get() / S::ratio(models as i64, 1);
    let kept = w.clone() * (S::ratio(2, 1) - w.clone());
    let pooled = (S::one() + kappa.clone()) * w.clone() - kappa.clone();
    S::ratio(models as i64 - 1, 1) * kept.sqr() * pooled + w.sqr() + kappa.clone() * w.clone() - kappa
}

/// The weight on its own real rows that is best for each of K exchangeable models.
///
/// # Formula
/// the root of [`exchangeable_slope`] in (0, 1)
///
/// # Computed as
/// bisection between pooling and the golden weight of kappa, down to adjacent floats
///
/// # Accuracy
/// that of the sign of the slope: 8 ulp for k in 1e-6..1e6, K to 1000
///
/// # Examples
/// ```
/// use goldenweight_theory::{network, parameters::MixingRatio};
/// let k = MixingRatio::new(1.0)?;
/// let best = [1, 2, 3].map(|models| network::exchangeable_weight(&k, models));
/// for (found, digits) in best.iter().zip([0.618_033_988_75, 0.444_691_727_22, 0.352_240_907_02]) {
///     assert!((found - digits).abs() < 1e-11);
/// }
/// assert!(network::exchangeable_slope(&k, 2, &best[1]).abs() < 1e-15);
/// # Ok::<(), goldenweight_theory::parameters::ParameterError>(())
/// ```
#[must_use]
pub fn exchangeable_weight(k: &MixingRatio, models: u64) -> f64 {
    let kappa = k.get() / models as f64;
    let golden = 2.0 / (1.0 + (1.0 + 4.0 / kappa).sqrt());
    let (mut low, mut high) = (kappa / (1.0 + kappa), golden);
    loop {
        let middle = low.midpoint(high);
        if !(low < middle && middle < high) {
            return high;
        }
        *(if exchangeable_slope(k, models, &middle) < 0.0 { &mut low } else { &mut high }) = middle;
    }
}

/// The weight on real rows up to which the covariance of each of K exchangeable models diverges.
///
/// # Formula
/// `w_c = 1 - 1/sqrt(lambda),   lambda = ((1 + a) + sqrt((1 + a)^2 - 4a (1 - 1/K)))/2,   a = 2/(K (m - 1))`
///
/// # Symbols
/// as in [`exchangeable_risk`]; d = `synthetic_df` = m - 1
///
/// # Source
/// derived: without real rows a model's 2V + U, v, and that of the mean of all models, s, obey v' = u^2 (s + a v) and s' = u^2 (s + a v/K). The larger eigenvalue of
/// ((a, 1), (a/K, 1)) is lambda.
///
/// # Computed as
/// (lambda - 1)/(r (r + 1)), r = sqrt(lambda), and lambda - 1 = (2a/K)/(sqrt((1 - a)^2 + 4a/K) + 1 - a), so that nothing cancels
///
/// # Accuracy
/// 8 ulp for m to 1e6, K to 100
///
/// # Identities
/// K = 1: [`covariance::threshold`](crate::covariance::threshold)
///
/// # Examples
/// ```
/// use goldenweight_theory::{covariance, network};
/// let one = network::exchangeable_threshold::<f64>(1, 9);
/// assert!((one - covariance::threshold(9)).abs() < 1e-15);
/// assert!((network::exchangeable_threshold::<f64>(2, 9) - 0.028_087).abs() < 1e-6);
/// ```
#[must_use]
pub fn exchangeable_threshold<S: Analytic>(models: u64, synthetic_df: u64) -> S {
    let (count, two) = (S::ratio(models as i64, 1), S::ratio(2, 1));
    let a = two.clone() / (count.clone() * S::ratio(synthetic_df as i64, 1));
    let shared = S::ratio(4, 1) * a.clone() / count;
    let root = ((S::one() - a.clone()).sqr() + shared.clone()).sqrt();
    let above = shared / (two * (root + S::one() - a));
    let rooted = (S::one() + above.clone()).sqrt();
    above / (rooted.clone() * (rooted + S::one()))
}
