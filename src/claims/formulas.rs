//! The statements of the claims as formulas, in LaTeX. Reports show them beside the statements in words.
//!
//! A formula is a list of relations, separated by `\qquad`. On a narrow page it breaks there.
//!
//! Symbols: e_t the risk of generation t and e_∞ its limit, R the limit risk relative to that of the fresh real rows alone,
//! w* the optimal weight, ē the mean of e_t over the generations that a figure averages.

/// The formula of a claim. Each claim has one, which a test checks.
pub(super) fn formula(id: &str) -> Option<&'static str> {
    FORMULAS.iter().find(|(claim, _)| *claim == id).map(|(_, formula)| *formula)
}

/// Every id with its formula, in the order of the registry.
pub(super) const FORMULAS: &[(&str, &str)] = &[
    (
        "law-finite-time",
        r"e_t = e_\infty + (\rho u^2)^t\,(e_0 - e_\infty)
          \qquad e_t = w^2\,\frac{A_r}{\nu_n} + u^2\left(\frac{A_s}{\nu_m} + \rho\,e_{t-1}\right)",
    ),
    ("law-limit", r"e_t \to e_\infty = \frac{w^2 A_r/\nu_n + u^2 A_s/\nu_m}{1 - \rho u^2} \qquad \rho u^2 < 1"),
    (
        "law-divergence",
        r"\rho u^2 = 1:\; e_t = e_0 + t\left(w^2\,\frac{A_r}{\nu_n} + u^2\,\frac{A_s}{\nu_m}\right)
          \qquad \rho u^2 > 1:\; \frac{e_t}{(\rho u^2)^t} \to e_0 - e_\infty > 0",
    ),
    (
        "law-optimum",
        r"w^* = \arg\min_w e_\infty(w) = 1 - u^* \qquad u^* = \frac{2}{D + \sqrt{D^2 - 4\rho}}
          \qquad D = 1 + \rho + \kappa \qquad \kappa = \frac{A_s/\nu_m}{A_r/\nu_n}",
    ),
    ("law-optimal-value", r"e_\infty(w^*) = w^*\,\frac{A_r}{\nu_n} \qquad \rho > 0"),
    ("golden-weight", r"w^* = \frac{\sqrt{k^2 + 4k} - k}{2} \qquad (w^*)^2 + k\,w^* - k = 0"),
    ("golden-ratio", r"w^*(1) = \frac{1}{\varphi} = 0.6180339887\ldots \qquad R(w^*) = \frac{1}{\varphi}"),
    ("naive-pooling", r"R\left(\frac{k}{1 + k}\right) = \frac{1 + k}{2 + k} > w^* = R(w^*)"),
    (
        "weight-small-ratio",
        r"\frac{w^*}{\sqrt{k}} = 1 - \frac{\sqrt{k}}{2} + O(k)
          \qquad R\left(\frac{k}{1 + k}\right) \to \frac{1}{2} \qquad k \to 0",
    ),
    ("weight-large-ratio", r"w^* = 1 - \frac{1}{k} + O\left(\frac{1}{k^2}\right) \qquad k \to \infty"),
    (
        "weight-increases",
        r"k < k' \implies w^*(k) < w^*(k') \qquad \lim_{k \to 0} w^* = 0 \qquad \lim_{k \to \infty} w^* = 1",
    ),
    ("break-even", r"R(w) < 1 \iff \frac{k}{k + 2} < w < 1"),
    (
        "effective-sample-size",
        r"n_{\mathrm{eff}} = \frac{n}{w^*} \qquad n_{\mathrm{eff}} = \varphi n \text{ at } k = 1
          \qquad n_{\mathrm{eff}} \sim \sqrt{nm} \text{ for } m \gg n",
    ),
    (
        "flat-optimum",
        r"R(w) - w^* = \frac{(1 + k + w^*)(w - w^*)^2}{w\,(2 - w)}
          \qquad \frac{R(1/2)}{w^*} = 1.079 \text{ at } k = 1",
    ),
    (
        "fixed-real-rows",
        r"R_{\mathrm{fixed}}(w) = 1 + \frac{k u^2}{w\,(2 - w)} \qquad \arg\min_w R_{\mathrm{fixed}}(w) = 1",
    ),
    ("dynamic-weights", r"w_t = v_t = \frac{P}{1 + P} \qquad P = \kappa + \rho\,v_{t-1} \qquad v_0 = 1"),
    (
        "dynamic-fibonacci",
        r"w_t = \frac{F_{2t+1}}{F_{2t+2}} \qquad (w_t) = \frac{2}{3},\ \frac{5}{8},\ \frac{13}{21},\ \ldots",
    ),
    (
        "dynamic-riccati",
        r"w_t \downarrow w^* = \frac{k + w^*}{1 + k + w^*} \qquad v_t > w^* \text{ for every sequence of weights}",
    ),
    (
        "gaussian-mean-law",
        r"\mathbb{E}\,\lVert\mu_t - \mu\rVert^2 = e_t \qquad A = \operatorname{tr}\Sigma
          \qquad \nu_n = n,\ \nu_m = m \qquad \rho = 1",
    ),
    (
        "gaussian-variance-law",
        r"\mathbb{E}\,(\sigma_t^2 - \sigma^2)^2 = e_t \qquad A = 2\sigma^4
          \qquad \nu_n = n - 1,\ \nu_m = m - 1 \qquad \rho = \frac{m + 1}{m - 1}",
    ),
    (
        "gaussian-covariance-law",
        r"V_t = \frac{w^2 K}{n - 1} + u^2\left(V_{t-1} + \frac{K + V_{t-1} + U_{t-1}}{m - 1}\right)
          \qquad U_t = \frac{2 w^2 \operatorname{tr}\Sigma^2}{n - 1}
          + u^2\left(U_{t-1} + \frac{2\,(\operatorname{tr}\Sigma^2 + V_{t-1})}{m - 1}\right)
          \qquad K = \operatorname{tr}\Sigma^2 + (\operatorname{tr}\Sigma)^2",
    ),
    ("covariance-threshold", r"\sup_t V_t < \infty \iff w > w_c(m) \qquad w_c(m) = 1 - \sqrt{\frac{m - 1}{m + 1}}"),
    ("covariance-optimum", r"\arg\min_w V_\infty(w) = 0.6198 \neq \frac{1}{\varphi} \qquad n = m = 100,\ p = 2"),
    (
        "categorical-law",
        r"\mathbb{E} \sum_j (p_{t,j} - p_j)^2 = e_t \qquad A = \sum_j p_j\,(1 - p_j)
          \qquad \nu_n = n,\ \nu_m = m \qquad \rho = 1 - \frac{1}{m}",
    ),
    (
        "cdf-law",
        r"\mathbb{E} \int (F_t - F)^2\,dF = e_t \qquad A = \frac{1}{6}
          \qquad \nu_n = n,\ \nu_m = m \qquad \rho = 1 - \frac{1}{m}",
    ),
    (
        "linear-fixed-design",
        r"\mathbb{E}\,\lVert\beta_t - \beta\rVert^2 = e_t \qquad \frac{A}{\nu} = \sigma^2 \operatorname{tr}\,(X'X)^{-1}
          \qquad \rho = 1 \qquad k = 1",
    ),
    (
        "linear-law",
        r"e_t = \frac{A g}{p} + \rho\,e_{t-1} \qquad g = \frac{p + \mathbb{E}\sum \frac{(1-\lambda)^2}{\lambda}\,y z}{\nu - p - 1}
          \qquad 1 - \rho = \frac{\mathbb{E}\sum z\,(\nu (x + y) + n - p - 1)}{p\,(\nu - p - 1)}
          \qquad y = \frac{x}{x + \lambda (1 - x)},\ z = 1 - y,\ \lambda = \frac{w m}{u n},\ \nu = n + m",
    ),
    (
        "linear-pooling",
        r"w = \frac{n}{\nu} \qquad g = \frac{p}{\nu - p - 1} \qquad p \rho = \frac{(\nu - 1) S - T}{\nu - p - 1}
          \qquad S = \frac{a - b}{3},\ T = \frac{a + 2b}{3} \qquad a = \frac{p (p + 2)\,m (m + 2)}{\nu (\nu + 2)} \qquad
          b = \frac{p (p - 1)\,m (m - 1)}{\nu (\nu - 1)}",
    ),
    (
        "linear-optimum",
        r"w_{\mathrm{opt}} = \arg\min_w \frac{A g}{p\,(1 - \rho)} \qquad n = m = 100,\ p = 1, 2, 4:
          \qquad w_{\mathrm{opt}} = .6189444,\ .6194107,\ .6203552",
    ),
    (
        "linear-second-order",
        r"\frac{n\,e_\infty}{A} = R_1 + \frac{R_2}{n} + O(n^{-2}) \qquad R_1 = \frac{s}{1 - u^2}
          \qquad R_2 = (p + 1)\,\frac{3 s^2 - 2 q + u^2 R_1 (3 w^2 + k w (w - 2 u))}{1 - u^2}
          \qquad s = w^2 + k u^2,\ q = w^3 + k^2 u^3",
    ),
    (
        "linear-limit",
        r"\frac{\mathbb{E}\,\lVert\beta_t - \beta\rVert^2}{e_t} \to 1 \qquad A = \sigma^2 p
          \qquad \nu_n = n,\ \nu_m = m \qquad \rho = 1",
    ),
    ("linear-synthetic-only", r"w = 0 \qquad e_t - e_{t-1} = \frac{\sigma^2 p}{m - p - 1}"),
    (
        "logistic-information",
        r"\operatorname{tr} I(\beta)^{-1} = \frac{p - 1}{a} + \frac{1}{c} \qquad a = \mathbb{E}\,s'(bZ)
          \qquad c = \mathbb{E}\,Z^2 s'(bZ) \qquad b = \lVert\beta\rVert",
    ),
    (
        "logistic-separation",
        r"\beta = 0:\; P = 2^{1-n} \sum_{i=0}^{p-1} \binom{n-1}{i}
          \qquad w = 1:\; \Pr(\text{no fit by } t) = 1 - (1 - P)^{t+1}",
    ),
    (
        "logistic-limit",
        r"\frac{\mathbb{E}\,\lVert\beta_t - \beta\rVert^2}{e_t} \to 1 \qquad A = \operatorname{tr} I(\beta)^{-1}
          \qquad \nu_n = n,\ \nu_m = m \qquad \rho = 1",
    ),
    (
        "poisson-information",
        r"I(\beta) = e^{b^2/2}\,(I + \beta\beta')
          \qquad \operatorname{tr} I(\beta)^{-1} = e^{-b^2/2}\left(p - 1 + \frac{1}{1 + b^2}\right)
          \qquad b = \lVert\beta\rVert",
    ),
    (
        "poisson-limit",
        r"\frac{\mathbb{E}\,\lVert\beta_t - \beta\rVert^2}{e_t} \to 1 \qquad A = \operatorname{tr} I(\beta)^{-1}
          \qquad \nu_n = n,\ \nu_m = m \qquad \rho = 1",
    ),
    (
        "regression-invariants",
        r"T_1 = \operatorname{tr} H \qquad T_V = \operatorname{tr} HVH \qquad T_{JJ} = (H^2)_{ij} J_{ijk} b_k
          \qquad P = (H^2)_{ai} H_{bj} H_{cl} J_{abc} J_{ijl} \qquad T_K = (H^2)_{ij} K_{ijkl} H_{kl}
          \qquad b_i = H_{ij} J_{jkl} H_{kl}",
    ),
    (
        "regression-second-order",
        r"n\,e_t = R_1 + \frac{R_2}{n} + o(1/n) \qquad R_1 = c_t T_1
          \qquad R_2 = h_t - \tau_t P + c_t^2\left(\frac{5P}{2} + \frac{\lVert b \rVert^2}{4} + T_{JJ} - T_K\right)",
    ),
    ("regression-optimum", r"\arg\min_w e_\infty = w^*(k) - \frac{1}{n}\,\frac{R_2'(w^*)}{R_1''(w^*)} + o(1/n)"),
    (
        "collapse-mean",
        r"w = 0 \qquad \mathbb{E}\,\lVert\mu_t - \mu\rVert^2 = \operatorname{tr}\Sigma\left(\frac{1}{n} + \frac{t}{m}\right)
          \to \infty",
    ),
    (
        "collapse-cdf",
        r"w = 0 \qquad e_t = \frac{1}{6}\left(1 - \left(1 - \frac{1}{m}\right)^t\left(1 - \frac{1}{n}\right)\right)
          \to \frac{1}{6}",
    ),
    (
        "collapse-categorical",
        r"w = 0 \qquad e_t = A\left(1 - \left(1 - \frac{1}{m}\right)^t\left(1 - \frac{1}{n}\right)\right) \to A
          \qquad A = \sum_j p_j\,(1 - p_j)",
    ),
    (
        "collapse-variance-risk",
        r"w = 0 \qquad e_t = \sigma^4\left(\left(1 + \frac{2}{m - 1}\right)^t\left(1 + \frac{2}{n - 1}\right) - 1\right)",
    ),
    (
        "collapse-log-variance",
        r"w = 0 \qquad \mathbb{E}\log\frac{\sigma_t^2}{\sigma_{t-1}^2} = \psi\left(\frac{d}{2}\right) - \log\frac{d}{2} < 0
          \qquad d = m - 1 \qquad \sigma_t^2 \to 0 \text{ almost surely}",
    ),
    (
        "collapse-log-det",
        r"w = 0 \qquad \mathbb{E}\log\frac{\det\Sigma_t}{\det\Sigma_{t-1}}
          = \sum_{j=1}^{p}\left[\psi\left(\frac{m - j}{2}\right) + \log\frac{2}{m - 1}\right]",
    ),
    (
        "accumulate-mean",
        r"e_t = \frac{\operatorname{tr}\Sigma}{n}\left(1 + k \sum_{i=1}^{t} \frac{1}{(k+i)^2}\right)
          \qquad e_\infty = \frac{\operatorname{tr}\Sigma}{n}\,(1 + k\,\psi'(k+1)) < \frac{2 \operatorname{tr}\Sigma}{n}
          \qquad k = 1:\; 1 + k\,\psi'(k+1) = \frac{\pi^2}{6}",
    ),
    (
        "accumulate-frequencies",
        r"e_t = A - A\left(1 - \frac{1}{n}\right)\prod_{i=1}^{t}\left(1 - \frac{c^2}{(k+i)^2}\right)
          \qquad c^2 = \frac{1}{m}
          \qquad \prod_{i=1}^{\infty} = \frac{\Gamma(k+1)^2}{\Gamma(k+1-c)\,\Gamma(k+1+c)}",
    ),
    (
        "accumulate-variance",
        r"\frac{e_t}{\sigma^4} + 1 = \left(1 + \frac{2}{n-1}\right)\prod_{i=1}^{t}\left(1 + \frac{c^2}{(k+i)^2}\right)
          \qquad c^2 = \frac{2}{m-1}
          \qquad \prod_{i=1}^{\infty} = \frac{\Gamma(k+1)^2}{\lvert\Gamma(k+1+ic)\rvert^2}",
    ),
    (
        "accumulate-covariance",
        r"2 V_t + U_t + P = P\,\frac{n+1}{n-1}\prod_{i=1}^{t}\left(1 + \frac{2}{(m-1)(k+i)^2}\right)
          \qquad V_t - U_t + Q = Q\,\frac{n-2}{n-1}\prod_{i=1}^{t}\left(1 - \frac{1}{(m-1)(k+i)^2}\right)
          \qquad P = 2 \operatorname{tr}\Sigma^2 + (\operatorname{tr}\Sigma)^2 \qquad Q = \operatorname{tr}\Sigma^2 - (\operatorname{tr}\Sigma)^2",
    ),
    (
        "accumulate-regressions",
        r"\frac{n}{A}\,e_t \to 1 + k \sum_{i=1}^{t} \frac{1}{(k+i)^2}
          \qquad A = \sigma^2 p \text{ or } \operatorname{tr} I(\beta)^{-1} \qquad n, m \to \infty",
    ),
    (
        "subsample-frequencies",
        r"e_t = A - A\,(1 - c_t)\left(1 - \frac{1}{n}\right)\prod_{i=1}^{t}\left(1 - \frac{c_{i-1} + (1 - c_{i-1})/m}{(k+i)^2}\right)
          \qquad c_t = \frac{t m}{(n - 1 + t m)\,n}
          \qquad \frac{n}{A}\,e_t \to 1 + (2k + 1)\sum_{i=1}^{t}\frac{1}{(k+i)^2} \text{ as } n, m \to \infty",
    ),
    (
        "subsample-mean",
        r"\frac{e_t}{A} = a_t + c_t V_t \qquad a_t = a_{t-1} + q \qquad V_t = V_{t-1} + \frac{s}{(k+t)\,n} - q
          \qquad q = \frac{c_{t-1} V_{t-1} + s/m}{(k+t)^2} \qquad s = \frac{N_{t-1} V_{t-1}}{N_{t-1} - 1} \qquad N_t = n + t m
          \qquad \lim_{t \to \infty} t^{-1/n}\,e_t > 0",
    ),
    (
        "subsample-covariance",
        r"h^2\,\mathrm{E}\,s^4 = \mathrm{E}\left(\textstyle\sum z^2 - (\sum z)^2/n\right)^2 = \alpha_t\,\mathrm{E}\,F + \beta_t\,\mathrm{E}\,C^2
          \qquad C = \sum_{\text{pool}} z^2 \quad F = \sum_{\text{pool}} z^4
          \qquad \mathrm{E}\,G(S_t) = \frac{N}{n}\,\frac{n(n-1)(n-2)}{N(N-1)(N-2)}\,\frac{\mathrm{E}\,G}{h^2} \quad G = (\operatorname{tr} C)^2 - \operatorname{tr} C^2
          \qquad h = n:\; \mathrm{E}\,F/N \sim t^{(3n^2 - 2)/n^3 - 1}",
    ),
    (
        "subsample-regressions",
        r"\frac{n}{A}\,e_t \to 1 + (2k + 1)\sum_{i=1}^{t}\frac{1}{(k+i)^2}
          \qquad t \to \infty:\; 1 + (2k + 1)\,\psi'(k + 1) \qquad k = 1:\; 3\zeta(2) - 2",
    ),
    (
        "fixed-mean",
        r"e_t = \frac{\operatorname{tr}\Sigma}{n}\left(1 + k\,u^2\,\frac{1 - u^{2t}}{1 - u^2}\right) \geq e_0
          \qquad w = 0:\; e_t = \frac{\operatorname{tr}\Sigma}{n}\,(1 + k t)",
    ),
    (
        "fixed-frequencies",
        r"e_t = \frac{A}{n} + q_t
          \qquad q_t = u^2\left(\left(1 - \frac{1}{m}\right) q_{t-1} + \frac{A}{m}\left(1 - \frac{1}{n}\right)\right) \qquad q_0 = 0",
    ),
    (
        "fixed-covariance",
        r"\mathbb{E}\,\lVert\Sigma_t - \Sigma\rVert^2 = \frac{a_t + b_t}{3}
          \qquad a_t = (1 - u^2)\,\frac{N_a}{n-1} + u^2\left(\frac{N_a}{m-1} + \frac{m+1}{m-1}\,a_{t-1}\right)
          \qquad b_t = (1 - u^2)\,\frac{N_b}{n-1} + u^2\left(\frac{N_b}{m-1} + \frac{m-2}{m-1}\,b_{t-1}\right)
          \qquad N_a = 4 \operatorname{tr}\Sigma^2 + 2 (\operatorname{tr}\Sigma)^2
          \qquad N_b = (\operatorname{tr}\Sigma)^2 - \operatorname{tr}\Sigma^2",
    ),
    (
        "fixed-mle-mean",
        r"e_t = \frac{\operatorname{tr}\Sigma}{n} + q_t
          \qquad q_t = u^2\left(q_{t-1} + (1 - b_{t-1})\,\frac{\operatorname{tr}\Sigma}{m}\right) \qquad q_0 = 0",
    ),
    (
        "fixed-mle-covariance",
        r"f_t = w^2\,\frac{2(n-1)}{n^2} + \frac{4wu}{n}\,\frac{m-1}{m}\,d_{t-1} + u^2 h_t
          \qquad h_t = \frac{m^2 - 1}{m^2}\,f_{t-1} + \frac{2(m-1)}{m^2}\,d_{t-1}^2 \qquad d_t = 1 - b_t
          \qquad \left.\frac{d\,e_\infty}{dw}\right|_{w=1} = \frac{2(n-1)}{n^2 m}\,(\operatorname{tr}\Sigma)^2 > 0",
    ),
    (
        "fixed-regressions",
        r"\frac{n}{A}\,e_t \to 1 + k\,u^2\,\frac{1 - u^{2t}}{1 - u^2}
          \qquad A = \sigma^2 p \text{ or } \operatorname{tr} I(\beta)^{-1} \qquad n, m \to \infty",
    ),
    (
        "mle-mean-law",
        r"e_t = w^2\,\frac{\operatorname{tr}\Sigma}{n} + u^2\left(e_{t-1} + (1 - b_{t-1})\,\frac{\operatorname{tr}\Sigma}{m}\right)
          \qquad b_t = \frac{w}{n} + u\left(\frac{1}{m} + \left(1 - \frac{1}{m}\right) b_{t-1}\right) \qquad b_0 = \frac{1}{n}",
    ),
    (
        "mle-variance-law",
        r"\mathbb{E}\,(\sigma_t^2 - \sigma^2)^2 = (f_t + b_t^2)\,\sigma^4
          \qquad f_t = w^2\,\frac{2(n-1)}{n^2} + u^2 h_t
          \qquad h_t = \frac{m^2 - 1}{m^2}\,f_{t-1} + \frac{2(m-1)}{m^2}\,d_{t-1}^2 \qquad d_t = 1 - b_t",
    ),
    (
        "mle-covariance-law",
        r"\mathbb{E}\,\lVert\Sigma_t - \Sigma\rVert^2
          = \frac{P f_t + Q g_t}{3} + b_t^2 \operatorname{tr}\Sigma^2
          \qquad P = 2 \operatorname{tr}\Sigma^2 + (\operatorname{tr}\Sigma)^2
          \qquad Q = (\operatorname{tr}\Sigma)^2 - \operatorname{tr}\Sigma^2
          \qquad g_t = w^2\,\frac{n-1}{n^2} + u^2\,\frac{m-1}{m^2}\left((m-2)\,g_{t-1} + d_{t-1}^2\right)
          \qquad d_t = 1 - b_t",
    ),
    (
        "mle-saturation",
        r"w = 0 \qquad e_t = \operatorname{tr}\Sigma\left(1 - \left(1 - \frac{1}{n}\right)\left(1 - \frac{1}{m}\right)^t\right)
          \to \operatorname{tr}\Sigma \qquad \mathbb{E}\,\Sigma_t \to 0",
    ),
    (
        "mle-mean-optimum",
        r"w^* = \frac{C}{B + \sqrt{B^2 + AC}} \qquad A = 2m^2 - 4m + 3 - n \qquad B = nm + n + m - 3
          \qquad C = 2m(n-1) + n - 3",
    ),
    (
        "mle-covariance-optimum",
        r"w^* = \arg\min_w\, \lim_{t \to \infty} \mathrm{E}\,|\Sigma_t - \Sigma|^2 \in (0, 1) \qquad n = m \to \infty:\; w^* \to 1/\varphi",
    ),
    (
        "kde-law",
        r"e_t = \frac{1}{2\pi} \int V_t + d_t^2\,f\,d\omega \qquad d_t = (1 - a) + u a\,d_{t-1}
          \qquad V_t = a^2 \left(w^2\,\frac{1 - f}{n} + u^2 G_t\right)
          \qquad G_t = \frac{1 - (1 - d_{t-1})^2 f}{m} + \left(1 - \frac{1}{m}\right) V_{t-1}
          \qquad a = \hat{K}(h\omega) \qquad f = |\phi|^2",
    ),
    (
        "kde-limit",
        r"w_{\mathrm{opt}} = \arg\min_w w^{-1/r}\,(w^2 + k u^2) \int \frac{a^2}{1 - u^2 a^2}
          \qquad w_{\mathrm{opt}}(1) = .67537 \neq \frac{1}{\varphi} \qquad d_\infty \sim \frac{1 - a}{w}",
    ),
    ("kde-sinc", r"a^2 = a \qquad w_{\mathrm{opt}} = w^*(k) \qquad w_{\mathrm{opt}}(1) = \frac{1}{\varphi}"),
    (
        "ridge-law",
        r"d_\infty = \frac{\lambda/w}{s + \lambda/w}
          \qquad v_\infty = \frac{\sigma^2 (w^2 + k u^2)}{n}\,\frac{s}{(w s + \lambda)((2 - w) s + \lambda)}
          \qquad \lambda \to 0:\; w_{\mathrm{opt}} = w^*(k)",
    ),
    (
        "extinction-law",
        r"w = 0 \qquad P(\text{one left}) = \sum_j P(X^j_t = m) \qquad \mathbb{E}(\text{left}) = \sum_j P(X^j_t > 0)
          \qquad X_{t+1} \sim \mathrm{Bin}\left(m, \frac{X_t}{m}\right)",
    ),
    (
        "extinction-time",
        r"w = 0 \qquad \mathbb{E}\,T = \sum_j \sum_t \left(p_j - P(X^j_t = m)\right)
          \qquad \mathbb{E}\,T \sim -2m \sum_j (1 - p_j) \ln(1 - p_j)",
    ),
    (
        "extinction-weight",
        r"w > 0 \qquad P_t(\text{absent}) = (1 - p)^n\,\mathbb{E}\,(1 - p_{t-1})^m
          \qquad (1 - p)^{n+m} \leq P_t(\text{absent}) \leq (1 - p)^n",
    ),
    (
        "design-information",
        r"\operatorname{tr} I(\beta)^{-1} = \frac{1}{a}\left(\operatorname{tr}\Omega^{-1} - \frac{\beta'\beta}{g^2}\right)
          + \frac{1}{c}\,\frac{\beta'\beta}{g^2} \qquad g^2 = \beta'\Omega\beta \qquad a = \mathbb{E}\,v(gZ)
          \qquad c = \mathbb{E}\,Z^2 v(gZ)",
    ),
    (
        "design-linear-synthetic-only",
        r"w = 0 \qquad e_t - e_{t-1} = \frac{\sigma^2 \operatorname{tr}\Omega^{-1}}{m - p - 1}",
    ),
    (
        "network-law",
        r"C_{t+1} = W C_t W^\top + D_t \qquad (D_t)_{ii} = r_i^2\,\frac{A_r}{\nu_n}
          + \sum_j W_{ij}^2\,s_j \qquad s_j = \frac{A_s}{\nu_m} + (\rho - 1)\,(C_t)_{jj}",
    ),
    (
        "network-boundedness",
        r"C_t \text{ bounded} \iff \det(I - W) \neq 0
          \qquad \frac{C_{t+d} - C_t}{d} \to d\,\pi^\top D\,\pi \qquad \pi^\top W = \pi^\top",
    ),
    (
        "network-rescue",
        r"e_\infty = \frac{\varepsilon^2 a + K\,(1 - \varepsilon)^2\,b}{1 - (1 - \varepsilon)^2}
          \qquad a = \frac{A}{n} + \frac{A}{m'} \qquad b = \frac{A}{m}",
    ),
    (
        "network-ring",
        r"(C_t)_{ii} = e_t = w^2\,\frac{A_r}{\nu_n} + u^2\left(\frac{A_s}{\nu_m} + \rho\,e_{t-1}\right)
          \qquad (C_t)_{ij} = 0,\; i \neq j",
    ),
    (
        "network-exchangeable",
        r"R(w) = \left(w^2 + u^2 \kappa\right)\left(1 + \frac{u^2}{K\,(1 - u^2)}\right) \qquad \kappa = \frac{k}{K}
          \qquad (K - 1)\,w^2\,(2 - w)^2\,g + w^2 + \kappa\,w - \kappa = 0 \text{ at } w^* \qquad g = (1 + \kappa)\,w - \kappa",
    ),
    (
        "network-variance",
        r"u^2 < \frac{2}{1 + a + \sqrt{(1 + a)^2 - 4a\left(1 - \frac{1}{K}\right)}} \qquad a = \frac{2}{K\,(m - 1)}",
    ),
    ("figure-7a", r"w = 0 \qquad \mathbb{E}\,\lVert\mu_t - \mu\rVert^2 = \frac{4}{100}\,(1 + t)"),
    ("figure-7b", r"w = 0 \qquad \frac{V_t}{V_{t-1}} \to \frac{101}{99} \qquad V_{999} \approx 4 \cdot 10^9"),
    ("figure-7c", r"w = 0 \qquad \mathbb{E} \int (F_t - F)^2\,dF \to \frac{1}{6}"),
    ("figure-7d", r"w = 0 \qquad \mathbb{E}\,\lVert\beta_t - \beta\rVert^2 = \frac{4}{95}\,(1 + t)"),
    ("figure-7e", SYNTHETIC_GROWTH),
    ("figure-7f", SYNTHETIC_GROWTH),
    (
        "figure-8a",
        r"\arg\min_w \bar{e}(w) = \frac{1}{\varphi} \qquad \min_w \bar{e}(w) = 0.0123607
          \qquad \bar{e} = \frac{1}{50} \sum_{t=150}^{199} e_t",
    ),
    ("figure-8b", r"\arg\min_w \bar{e}(w) = 0.6198 \neq \frac{1}{\varphi} \qquad \min_w \bar{e}(w) = 0.0375641"),
    ("figure-8c", r"\arg\min_w \bar{e}(w) = 0.6170 \neq \frac{1}{\varphi} \qquad \min_w \bar{e}(w) = 0.00102829"),
    ("figure-8d", r"\arg\min_w e_\infty(w) = 0.6194 \neq \frac{1}{\varphi} \qquad \min_w e_\infty(w) = 0.0126089"),
    ("figure-8e", LIMIT_CURVE),
    ("figure-8f", LIMIT_CURVE),
    (
        "figure-9a",
        r"\bar{e}\left(\frac{k}{1 + k}\right) > \bar{e}(w^*) \qquad k = 0.01:\; 0.010371 > 0.001902
          \qquad k = 0.19:\; 0.010868 > 0.007024",
    ),
    ("figure-9b", GOLDEN_BELOW_NAIVE),
    ("figure-9c", GOLDEN_BELOW_NAIVE),
    ("figure-9d", GOLDEN_BELOW_NAIVE),
    ("figure-9e", BOTH_LIMITS),
    ("figure-9f", BOTH_LIMITS),
    ("figure-10a", r"\mathbb{E} \sum_{j=1}^{9} (p_{t,j} - p_j)^2 = e_t \qquad \rho = 1 - \frac{1}{500}"),
    ("figure-10b", r"\mathbb{E} \sum_{j=1}^{16} (p_{t,j} - p_j)^2 = e_t \qquad \rho = 1 - \frac{1}{500}"),
    ("figure-10c", r"\mathbb{E} \sum_{j=1}^{7} (p_{t,j} - p_j)^2 = e_t \qquad \rho = 1 - \frac{1}{500}"),
    (
        "figure-10d",
        r"\frac{\mathbb{E}\,\lVert\beta_t - \beta\rVert^2}{e_t} \to 1 \qquad A_r = \operatorname{tr} I^{-1} J I^{-1}
          \qquad A_s = \operatorname{tr} I^{-1} \qquad w^* = 0.6222",
    ),
    (
        "misspecified-limit",
        r"A_r = \operatorname{tr} I^{-1} J I^{-1} \qquad A_s = \operatorname{tr} I^{-1}
          \qquad \kappa = k\,\frac{A_s}{A_r} \qquad (w^*)^2 + \kappa\,w^* - \kappa = 0",
    ),
    (
        "misspecified-second-order",
        r"n\,\mathbb{E}\,\lVert\beta_t - \beta\rVert^2 = R_1 + \frac{R_2}{n} + o\left(\frac{1}{n}\right)
          \qquad R_1 = \operatorname{tr} C_t \qquad C_t = u^2 C_{t-1} + w^2 I^{-1} S I^{-1} + k u^2 I^{-1}",
    ),
    (
        "advise-coverage",
        r"P\left(\left|\ln\hat\kappa - \ln\kappa\right| \le 1.96\,\hat s\right) \to 0.95
          \qquad \hat s^2 = \frac{1}{n^2} \sum_i \left(\frac{\dot A_s(z_i)}{A_s} - \frac{\dot A_r(z_i)}{A_r}\right)^2",
    ),
    (
        "worth-pooled",
        r"R(w) = \operatorname{tr} Q\,(W V_R W' + U V_S U') + \delta' U' Q\, U \delta
          \qquad W = w\,(w H_R + u H_S)^{-1} H_R \qquad U = 1 - W",
    ),
    (
        "worth-shrinkage",
        r"\hat\theta = X - \frac{p - 2}{\lVert X - Y\rVert^2}(X - Y)
          \qquad \frac{\mathbb{E}\lVert\hat\theta - \theta\rVert^2}{p} = 1 - \frac{(p - 2)^2}{p\,(1 + \rho)}\,\mathbb{E}\,\frac{1}{p - 2 + 2K}
          \qquad K \sim \mathrm{Poisson}\left(\frac{\lVert\theta - \nu\rVert^2}{2\,(1 + \rho)}\right)",
    ),
    (
        "audit-risk",
        r"\text{risk}(w, t) = e_t \qquad \text{risk}(w, b..t) = \frac{1}{t - b} \sum_{s=b}^{t-1} e_s \qquad e_t = \mathrm{step}(e_{t-1})",
    ),
    ("audit-simulation", r"\mathbb{E}\,\ell(\hat\theta_t) = e_t"),
    (
        "audit-independence",
        r"P\left((X - X')(Y - Y') > 0\right) = \frac{1}{2} \qquad \mathbb{E}\,Z_a Z_b = 0 \text{ for different keys } a, b",
    ),
    (
        "audit-fits",
        r"\sum_{j} \frac{w_j}{n_j} \sum_{i} x_{ij}\,(y_{ij} - \mu(x_{ij}'\hat\beta)) = 0 \qquad \sum_j w_j = 1",
    ),
];

/// Panels (e) and (f) of figure 7.
const SYNTHETIC_GROWTH: &str = r"w = 0 \qquad \frac{\mathbb{E}\,\lVert\beta_t - \beta\rVert^2}{1/n + t/m} \to A
    \qquad A = \operatorname{tr} I(\beta)^{-1} \qquad n, m \to \infty";

/// Panels (e) and (f) of figure 8.
const LIMIT_CURVE: &str = r"n\,e_\infty(w) \to A\,\frac{w^2 + u^2}{1 - u^2} \qquad A = \operatorname{tr} I(\beta)^{-1}
    \qquad \arg\min_w e_\infty(w) \to \frac{1}{\varphi}";

/// Panels (b) to (d) of figure 9.
const GOLDEN_BELOW_NAIVE: &str = r"\bar{e}(w^*(k)) < \bar{e}\left(\frac{k}{1 + k}\right) \qquad 0.01 \leq k \leq 0.19";

/// Panels (e) and (f) of figure 9.
const BOTH_LIMITS: &str = r"\frac{n}{A}\,e_\infty(w^*) \to w^*
    \qquad \frac{n}{A}\,e_\infty\left(\frac{k}{1 + k}\right) \to \frac{1 + k}{2 + k} \qquad k = 0.19";

#[cfg(test)]
mod tests {
    use super::FORMULAS;
    use crate::claims::registry;

    /// No claim lacks a formula, and no formula lacks its claim. Those about the judge bring their own.
    #[test]
    fn every_claim_has_its_formula() {
        let claims = registry();
        assert!(claims.iter().all(|claim| !claim.says.formula.is_empty()));
        let own = goldenweight_evidence::judge::claims().len();
        let registry: Vec<_> = claims[..claims.len() - own].iter().map(|claim| claim.says.id.as_str()).collect();
        let table: Vec<_> = FORMULAS.iter().map(|(id, _)| *id).collect();
        assert_eq!(table, registry);
    }
}
