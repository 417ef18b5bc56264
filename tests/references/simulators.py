"""Risks of the retraining chains, simulated anew from the description of the setting: tests/references/simulators.csv.

    python3 -m venv venv && venv/bin/pip install numpy
    venv/bin/python tests/references/simulators.py

Generation 0 is fitted on n real rows. Generation t = 1, 2, ... is fitted on n real rows, fresh ones (or, where the cell says
fixed, those of generation 0), of weight w/n each, and on m rows drawn from the fit of generation t - 1, of weight (1 - w)/m each.
The risk is the mean loss of generation t over independent replicates. Every row is drawn; no law of the theory is used, and
nothing of the Rust program: another generator, other sampling methods, other solvers. Ten to fifteen minutes on one core.

Columns: model, n, m, w, t, real_rows, truth, replicates, risk, std_error (of the risk), skewness (of a single loss).
The truth of a Gaussian is its covariance row by row, of a linear regression its coefficients and then the variance of the
noise, of the other regressions the coefficients, of the categorical model the probabilities; real rows of the cdf are U(0, 1), those
of kde N(0, 1) (its truth is the bandwidth), those of Adult the rows of src/adult/rows.csv.
"""

import pathlib
import platform

import numpy as np

SEED = 20250218
BATCH = 250  # replicates that are simulated side by side

# A Gaussian with nothing special about it, for each dimension. The loss does not depend on the mean.
SIGMA = {
    2: np.array([[1.5, 0.4], [0.4, 1.0]]),
    3: np.array([[1.5, 0.4, -0.3], [0.4, 1.0, 0.2], [-0.3, 0.2, 0.7]]),
}
MEAN = np.array([1.0, -3.0, 0.5])


class Gaussian:
    """Mean and covariance, each part centred at its own mean, with divisors n - 1 and m - 1."""

    names = ("gaussian-mean", "gaussian-covariance")

    def __init__(self, p):
        self.mean, self.sigma, self.truth = MEAN[:p], SIGMA[p], SIGMA[p].ravel()

    def real(self, rng, n):
        return rng.multivariate_normal(self.mean, self.sigma, size=(BATCH, n))

    def synthetic(self, rng, m, fit):
        return np.array([rng.multivariate_normal(mean, cov, size=m, check_valid="ignore") for mean, cov in zip(*fit)])

    @staticmethod
    def moments(rows):
        mean = rows.sum(axis=1) / rows.shape[1]
        centred = rows - mean[:, None, :]
        return mean, np.swapaxes(centred, 1, 2) @ centred / (rows.shape[1] - 1)

    def fit(self, parts):
        moments = [(weight, *self.moments(rows)) for weight, rows in parts]
        return sum(w * mean for w, mean, _ in moments), sum(w * cov for w, _, cov in moments)

    def losses(self, fit):
        return ((fit[0] - self.mean) ** 2).sum(axis=1), ((fit[1] - self.sigma) ** 2).sum(axis=(1, 2))


class Regression:
    """Rows x ~ N(0, I) without intercept, real and synthetic alike; the pooled rows are fitted, each with its weight."""

    def __init__(self, beta):
        self.beta = self.truth = np.array(beta)

    def draw(self, rng, rows, betas):
        x = rng.standard_normal((BATCH, rows, len(self.beta)))
        return x, self.responses(rng, (x @ betas[:, :, None])[:, :, 0])

    def real(self, rng, n):
        return self.draw(rng, n, np.tile(self.beta, (BATCH, 1)))

    def synthetic(self, rng, m, fit):
        return self.draw(rng, m, fit)

    def fit(self, parts):
        x = np.concatenate([x for _, (x, _) in parts], axis=1)
        y = np.concatenate([y for _, (_, y) in parts], axis=1)
        share = np.concatenate([np.full(y.shape[1], weight / y.shape[1]) for weight, (_, y) in parts])
        return self.maximise(x, y, share)

    def maximise(self, x, y, share):
        """Newton's method from zero, on the whole batch until no coefficient moves; a fit that does not exist raises."""
        beta = np.zeros((len(x), x.shape[2]))
        for _ in range(60):
            mean, variance = self.mean_and_variance((x @ beta[:, :, None])[:, :, 0])
            step = newton_step(x, share * (y - mean), share * variance)
            beta += step
            if abs(step).max() < 1e-8:
                return beta
        raise ArithmeticError("a fit did not converge")

    def losses(self, fit):
        return (((fit - self.beta) ** 2).sum(axis=1),)


def newton_step(x, residuals, variances):
    transposed = np.swapaxes(x, 1, 2)
    return np.linalg.solve(transposed @ (x * variances[:, :, None]), transposed @ residuals[:, :, None])[:, :, 0]


class Linear(Regression):
    names = ("linear",)

    def __init__(self, beta, noise_variance):
        super().__init__(beta)
        self.truth = np.array([*beta, noise_variance])
        self.noise_sd = noise_variance**0.5

    def responses(self, rng, eta):
        return rng.normal(eta, self.noise_sd)

    def maximise(self, x, y, share):
        return newton_step(x, share * y, np.broadcast_to(share, y.shape))


class Logistic(Regression):
    names = ("logistic",)

    def mean_and_variance(self, eta):
        mean = 1 / (1 + np.exp(-eta))
        return mean, mean * (1 - mean)

    def responses(self, rng, eta):
        return rng.binomial(1, self.mean_and_variance(eta)[0])


class Poisson(Regression):
    names = ("poisson",)

    def mean_and_variance(self, eta):
        mean = np.exp(eta)
        return mean, mean

    def responses(self, rng, eta):
        return rng.poisson(np.exp(eta))


class Adult(Logistic):
    """Income on an intercept and five covariates, resampled from the rows of the Adult table, real and synthetic covariates alike.

    The truth is the fit on the whole table. Everything is fitted in columns of mean 0 and variance 1; of the two losses the first is that
    of the coefficients of the raw columns.
    """

    names, truth = ("adult-raw", "adult-standardised"), np.array([])

    def __init__(self):
        file = pathlib.Path(__file__).parents[2] / "src" / "adult" / "rows.csv"
        groups = np.loadtxt(file, delimiter=",", skiprows=1, dtype=int)
        table = np.repeat(groups[:, :-1], groups[:, -1], axis=0)
        covariates, self.y = table[:, :-1], table[:, -1]
        self.means, self.deviations = covariates.mean(axis=0), covariates.std(axis=0)
        self.x = np.column_stack([np.ones(len(table)), (covariates - self.means) / self.deviations])
        self.beta = self.maximise(self.x[None], self.y[None], np.full((1, len(table)), 1 / len(table)))[0]

    def real(self, rng, n):
        rows = rng.integers(len(self.x), size=(BATCH, n))
        return self.x[rows], self.y[rows]

    def synthetic(self, rng, m, fit):
        x, _ = self.real(rng, m)
        return x, self.responses(rng, (x @ fit[:, :, None])[:, :, 0])

    def losses(self, fit):
        error = fit - self.beta
        slopes = error[:, 1:] / self.deviations
        intercept = error[:, 0] - slopes @ self.means
        return intercept**2 + (slopes**2).sum(axis=1), (error**2).sum(axis=1)


class Cdf:
    """The fit is a weighted mix of empirical distribution functions: its atoms, and the weight of each."""

    names, truth = ("cdf",), np.array([])

    def real(self, rng, n):
        return rng.random((BATCH, n))

    def synthetic(self, rng, m, fit):
        atoms, shares = fit
        return np.take_along_axis(atoms, rng.choice(len(shares), size=(BATCH, m), p=shares), axis=1)

    def fit(self, parts):
        shares = [np.full(rows.shape[1], weight / rows.shape[1]) for weight, rows in parts]
        return np.concatenate([rows for _, rows in parts], axis=1), np.concatenate(shares)

    def losses(self, fit):
        """Integral over [0, 1] of F^2 - 2uF + u^2, F the sum over atoms a of share_a 1{a <= u}.

        F^2 gives the sum over pairs of share_a share_b (1 - max(a, b)), which in sorted order is 1 less the sum of each atom
        times the rise of the squared level; 2uF gives the sum of share_a (1 - a^2); u^2 gives 1/3.
        """
        atoms, shares = fit
        order = np.argsort(atoms, axis=1)
        ordered, levels = np.take_along_axis(atoms, order, axis=1), np.cumsum(shares[order], axis=1)
        rises = np.diff(levels**2, axis=1, prepend=0)
        return ((1 - (ordered * rises).sum(axis=1)) - (1 - (atoms**2) @ shares) + 1 / 3,)


class Categorical:
    names = ("categorical",)

    def __init__(self, probabilities):
        self.truth = np.array(probabilities)

    def draw(self, rng, rows, probabilities):
        """Frequencies of rows that fall where an exponential clock of the cell's rate rings first."""
        with np.errstate(divide="ignore"):
            rings = rng.standard_exponential((BATCH, rows, len(self.truth))) / probabilities[:, None, :]
        return (rings.argmin(axis=2)[:, :, None] == np.arange(len(self.truth))).mean(axis=1)

    def real(self, rng, n):
        return self.draw(rng, n, np.tile(self.truth, (BATCH, 1)))

    def synthetic(self, rng, m, fit):
        return self.draw(rng, m, fit)

    def fit(self, parts):
        return sum(weight * frequencies for weight, frequencies in parts)

    def losses(self, fit):
        return (((fit - self.truth) ** 2).sum(axis=1),)


class Kde:
    """Kernel density estimate of rows N(0, 1) with the Gaussian kernel. Its squared error is integrated by the trapezoidal rule, on the densities themselves."""

    names = ("kde",)

    def __init__(self, bandwidth):
        self.truth = [bandwidth]
        self.grid = np.linspace(-9.0, 9.0, 181)

    @staticmethod
    def density(x, sd):
        return np.exp(-0.5 * (x / sd) ** 2) / (sd * np.sqrt(2 * np.pi))

    def real(self, rng, n):
        return rng.standard_normal((BATCH, n))

    def fit(self, parts):
        rows = np.concatenate([rows for _, rows in parts], axis=1)
        weights = np.concatenate([np.full(rows.shape[1], weight / rows.shape[1]) for weight, rows in parts])
        return rows, weights

    def synthetic(self, rng, m, fit):
        rows, weights = fit
        chosen = rng.choice(len(weights), size=(BATCH, m), p=weights / weights.sum())
        return np.take_along_axis(rows, chosen, axis=1) + rng.normal(0.0, self.truth[0], (BATCH, m))

    def losses(self, fit):
        rows, weights = fit
        estimate = (self.density(self.grid - rows[:, :, None], self.truth[0]) * weights[:, None]).sum(axis=1)
        error = (estimate - self.density(self.grid, 1.0)) ** 2
        return (error.sum(axis=1) * (self.grid[1] - self.grid[0]),)


def retrain(model, rng, n, m, w, t, real_rows):
    """The losses of one batch of chains at generation t."""
    real = model.real(rng, n)
    fit = model.fit([(1.0, real)])
    for _ in range(t):
        if real_rows == "fresh":
            real = model.real(rng, n)
        fit = model.fit([(w, real), (1 - w, model.synthetic(rng, m, fit))])
    return model.losses(fit)


# model, n, m, w, t, real rows, replicates
CELLS = [
    (Gaussian(3), 14, 30, 0.35, 4, "fresh", 300_000),
    (Gaussian(2), 30, 20, 0.7, 3, "fresh", 300_000),
    (Gaussian(3), 30, 45, 0.0, 2, "fresh", 300_000),
    (Gaussian(3), 20, 30, 0.4, 3, "fixed", 300_000),
    (Linear([1.0, -0.5, 2.0], 2.5), 20, 35, 0.3, 5, "fresh", 300_000),
    (Linear([0.3, 0.8], 0.7), 60, 25, 0.65, 3, "fresh", 300_000),
    (Linear([1.0, -0.5, 2.0], 2.5), 18, 30, 0.0, 2, "fresh", 300_000),
    (Logistic([0.5, -0.3, 0.4, 0.2]), 80, 50, 0.35, 2, "fresh", 250_000),
    (Logistic([0.5, 0.5, 0.0]), 80, 100, 0.7, 1, "fresh", 250_000),
    (Poisson([0.5, -0.3, 0.4, 0.2]), 80, 50, 0.35, 2, "fresh", 250_000),
    (Poisson([0.5, 0.5, 0.0]), 80, 100, 0.7, 1, "fresh", 250_000),
    (Cdf(), 12, 25, 0.2, 5, "fresh", 300_000),
    (Cdf(), 40, 18, 0.7, 3, "fresh", 300_000),
    (Cdf(), 20, 30, 0.0, 6, "fresh", 300_000),
    (Categorical([0.1, 0.2, 0.3, 0.4]), 12, 25, 0.2, 5, "fresh", 300_000),
    (Categorical([0.05, 0.25, 0.7]), 40, 18, 0.7, 3, "fresh", 400_000),
    (Categorical([0.1, 0.2, 0.3, 0.4]), 20, 30, 0.0, 6, "fresh", 300_000),
    (Linear([1.0, -0.5, 2.0], 2.5), 15, 15, 0.4, 2, "fresh", 300_000),
    (Linear([0.3, 0.8], 0.7), 50, 20, 0.1, 1, "fresh", 200_000),
    (Logistic([0.5, -0.3, 0.4]), 44, 44, 0.4, 2, "fresh", 250_000),
    (Logistic([0.5, 0.5]), 80, 40, 0.1, 1, "fresh", 250_000),
    (Poisson([0.5, -0.3, 0.4]), 50, 50, 0.4, 2, "fresh", 250_000),
    (Poisson([0.5, 0.5]), 80, 40, 0.1, 1, "fresh", 250_000),
    (Adult(), 800, 800, 0.4, 1, "fresh", 200_000),
    (Adult(), 800, 500, 0.1, 1, "fresh", 200_000),
    (Kde(0.4), 12, 25, 0.2, 5, "fresh", 150_000),
    (Kde(0.7), 30, 12, 0.7, 3, "fresh", 150_000),
    (Kde(0.5), 20, 30, 0.0, 6, "fresh", 150_000),
]


def main():
    with open(pathlib.Path(__file__).with_suffix(".csv"), "w") as file:
        file.write("# python3 tests/references/simulators.py\n")
        file.write(f"# Python {platform.python_version()}, NumPy {np.__version__}, seed {SEED}\n")
        file.write("model,n,m,w,t,real_rows,truth,replicates,risk,std_error,skewness\n")
        for cell, seed in zip(CELLS, np.random.SeedSequence(SEED).spawn(len(CELLS))):
            model, *setting, replicates = cell
            rng = np.random.default_rng(seed)
            batches = [retrain(model, rng, *setting) for _ in range(replicates // BATCH)]
            for name, losses in zip(model.names, map(np.concatenate, zip(*batches))):
                risk, sd = losses.mean(), losses.std(ddof=1)
                skewness = (((losses - risk) / sd) ** 3).mean()
                truth = " ".join(str(value) for value in model.truth)
                summary = f"{risk:.10g},{sd / len(losses) ** 0.5:.4g},{skewness:.4g}"
                file.write(f"{name},{','.join(map(str, setting))},{truth},{len(losses)},{summary}\n")


if __name__ == "__main__":
    main()
