"""Generators of tables beside the truth about them: what `audit` says of their rows, and what the rows do to fits that are judged on held-out rows.

A public table is split in two. The generator is fitted to one half. The law of the other half, drawn with replacement, is the truth: its fit is what is to be
estimated. Again and again n real rows are drawn from there and m rows from the generator, which are audited; and scikit-learn fits the real rows, the pooled
rows, and the rows with the weight that `audit` gives. The mean losses of these fits, over that of the real rows, are what `audit` estimates from one
pair of tables. The generator stays what it is, and so has a bias that is the same in all pairs.

python tests/generators.py 200 200 1 prints the table of docs/audit.md: 200 pairs, each with 200 resamples, for one split.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from imblearn.over_sampling import SMOTE
from scipy.stats import norm, rankdata
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.neighbors import KernelDensity
from sklearn.tree import DecisionTreeRegressor
from statsmodels.distributions.copula.api import GaussianCopula

import goldenweight as gw

Array = npt.NDArray[np.float64]
Random = np.random.Generator
#: Makes so many rows; the response is the last column.
Sampler = Callable[[int, Random], Array]


@dataclass(frozen=True)
class Public:
    """A table that ships in a package: its columns standardised, its response last; and how many rows of it are a sample."""

    name: str
    family: Any
    rows: Array
    real: int
    synthetic: int

    def responses(self, made: Array) -> Array:
        """Rows whose responses are of the family."""
        if self.family != "linear":
            made[:, -1] = np.maximum(np.rint(made[:, -1]), 0.0)
        if self.family == "logistic":
            made[:, -1] = np.minimum(made[:, -1], 1.0)
        return made


def publics() -> list[Public]:
    """Adult, of this package; the health insurance experiment, of statsmodels; diabetes, of scikit-learn."""
    from sklearn.datasets import load_diabetes

    def standardised(X: Any, y: Any) -> Array:
        X = np.asarray(X, dtype=float)
        return np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.asarray(y, dtype=float)])

    X, y, _ = gw.datasets.adult()
    visits = sm.datasets.randhie.load_pandas()
    diabetes = load_diabetes()
    return [
        Public("adult", "logistic", standardised(X, y), 1000, 1000),
        Public("randhie", "poisson", standardised(visits.exog, visits.endog), 1000, 1000),
        Public("diabetes", "linear", standardised(diabetes.data, diabetes.target), 100, 100),
    ]


def own_rows(rows: Array, table: Public) -> Sampler:
    """The rows it was given, drawn with replacement: as good as a generator can be."""
    return lambda m, rng: rows[rng.integers(len(rows), size=m)]


def shuffled(rows: Array, table: Public) -> Sampler:
    """Each column by itself: what no generator should be."""
    return lambda m, rng: np.column_stack([rng.choice(column, m) for column in rows.T])


def gaussian_copula(rows: Array, table: Public) -> Sampler:
    """The correlations of the normal scores, and the quantiles of each column."""
    scores = norm.ppf(np.column_stack([rankdata(column) / (len(column) + 1) for column in rows.T]))
    copula = GaussianCopula(corr=np.corrcoef(scores, rowvar=False), k_dim=rows.shape[1])

    def sample(m: int, rng: Random) -> Array:
        places = copula.rvs(m, rng=rng)
        of = zip(rows.T, places.T)
        return np.column_stack([np.quantile(column, place, method="inverted_cdf") for column, place in of])

    return sample


def smote(rows: Array, table: Public) -> Sampler:
    """Between a row and one of its neighbours in the same class: of a response that is not binary, its upper or lower half."""
    y = rows[:, -1]
    classes = (y > (0.5 if table.family == "logistic" else np.median(y))).astype(int)
    counts = np.bincount(classes)

    def sample(m: int, rng: Random) -> Array:
        wanted = rng.multinomial(m, counts / len(rows))
        seed = int(rng.integers(2**31))
        made, _ = SMOTE(sampling_strategy=dict(enumerate(counts + wanted)), random_state=seed).fit_resample(rows, classes)
        return table.responses(made[len(rows) :])

    return sample


def trees(rows: Array, table: Public) -> Sampler:
    """Column by column, each of the leaf of a tree on those before it."""
    fits = [DecisionTreeRegressor(min_samples_leaf=10, random_state=0).fit(rows[:, :j], rows[:, j]) for j in range(1, rows.shape[1])]
    orders = []
    for j, tree in enumerate(fits, 1):
        leaves = tree.apply(rows[:, :j])
        order = np.argsort(leaves, kind="stable")
        orders.append((rows[order, j], leaves[order]))

    def sample(m: int, rng: Random) -> Array:
        made = rng.choice(rows[:, 0], m)[:, None]
        for tree, (values, leaves) in zip(fits, orders):
            leaf = tree.apply(made)
            first, end = np.searchsorted(leaves, leaf), np.searchsorted(leaves, leaf, side="right")
            made = np.column_stack([made, values[rng.integers(first, end)]])
        return made

    return sample


def kernel_density(rows: Array, table: Public) -> Sampler:
    """All columns together, with a Gaussian kernel of a bandwidth that is usual."""
    scale = rows.std(axis=0)
    density = KernelDensity(bandwidth="scott").fit(rows / scale)
    return lambda m, rng: table.responses(density.sample(m, random_state=int(rng.integers(2**31))) * scale)


GENERATORS = (own_rows, gaussian_copula, smote, trees, kernel_density, shuffled)


def fitted(family: str, rows: Array, weights: Array | None = None) -> Array:
    """Intercept and coefficients of the maximum likelihood fit, by scikit-learn."""
    of: dict[str, Callable[[], Any]] = {
        "linear": LinearRegression,
        "logistic": lambda: LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8),
        "poisson": lambda: PoissonRegressor(alpha=0, solver="newton-cholesky", tol=1e-8),
    }
    fit = of[family]().fit(rows[:, :-1], rows[:, -1], sample_weight=weights)
    return np.append(np.ravel(fit.intercept_), np.ravel(fit.coef_))


def information(family: str, rows: Array, beta: Array) -> Array:
    """Of a row, at these coefficients: the metric of the deviance, but for a factor."""
    X = np.column_stack([np.ones(len(rows)), rows[:, :-1]])
    eta = X @ beta
    of: dict[str, Callable[[Array], Array]] = {
        "linear": np.ones_like,
        "logistic": lambda eta: 0.25 / np.cosh(0.5 * eta) ** 2,
        "poisson": np.exp,
    }
    return np.asarray((X * of[family](eta)[:, None]).T @ X / len(rows))


@dataclass
class Cell:
    """What became of one generator, fitted to one half of a table."""

    table: str
    generator: str
    n: int
    #: Losses of each pair: of the real rows, pooled, weighted by audit.
    losses: list[tuple[float, float, float]] = field(default_factory=list)
    audits: list[Any] = field(default_factory=list)
    refused: int = 0

    def relative_risk(self, place: int) -> tuple[float, float]:
        """Mean loss over that of the real rows, with its standard error by the delta method."""
        losses = np.array(self.losses)
        real, other = losses[:, 0], losses[:, place]
        ratio = other.mean() / real.mean()
        return float(ratio), float((other - ratio * real).std(ddof=1) / real.mean() / np.sqrt(len(real)))

    @property
    def pooled(self) -> tuple[float, float]:
        return self.relative_risk(1)

    @property
    def weighted(self) -> tuple[float, float]:
        return self.relative_risk(2)

    @property
    def verdicts(self) -> Counter[str]:
        return Counter(audit.verdict for audit in self.audits)

    def estimated(self) -> float:
        """Median of audit's relative risk of pooling."""
        return float(np.median([audit.pooling["relative_risk"] for audit in self.audits]))

    def missed(self) -> tuple[float, float]:
        """How often the relative risk of pooling lies below and above audit's interval of 95 %."""
        truth, _ = self.pooled
        ends = [audit.pooling["relative_risk_interval"] for audit in self.audits]
        below, above = [truth < low for low, _ in ends], [high is not None and truth > high for _, high in ends]
        return float(np.mean(below)), float(np.mean(above))

    def worth(self) -> tuple[float, float]:
        """Real rows that the synthetic ones replaced at audit's weight, and audit's median."""
        return self.n * (1 / self.weighted[0] - 1), float(np.median([audit.worth_in_real_rows for audit in self.audits]))


def judged(table: Public, generator: Callable[[Array, Public], Sampler], split: int, pairs: int, bootstrap: int) -> Cell:
    """The generator on one half of a split; so many pairs of tables against the other half."""
    # The split is the same for all generators of a table.
    order = np.random.default_rng([split, len(table.rows)]).permutation(len(table.rows))
    # Of a large table so many rows as make the generator's own errors comparable to those of the real rows.
    seen = order[: min(len(order) // 2, 4 * table.real)]
    truth = table.rows[order[len(order) // 2 :]]
    sampler = generator(table.rows[seen], table)
    beta = fitted(table.family, truth)
    metric = information(table.family, truth, beta)
    cell = Cell(table.name, generator.__name__, table.real)
    for pair in range(pairs):
        rng = np.random.default_rng([split, pair, len(table.rows)])
        real = truth[rng.integers(len(truth), size=table.real)]
        synthetic = sampler(table.synthetic, rng)
        try:
            audit = gw.audit(
                real[:, :-1], real[:, -1], synthetic[:, :-1], synthetic[:, -1],
                family=table.family, bootstrap=bootstrap, seed=pair, progress=False,
            )  # fmt: skip
        except ValueError:
            cell.refused += 1
            continue
        both = np.concatenate([real, synthetic])
        weights = np.repeat([audit.weight / table.real, (1 - audit.weight) / table.synthetic], [table.real, table.synthetic])
        fits = [fitted(table.family, real), fitted(table.family, both), fitted(table.family, both, weights * len(both))]
        errors = [fit - beta for fit in fits]
        real_loss, pooled_loss, weighted_loss = (float(error @ metric @ error) for error in errors)
        cell.losses.append((real_loss, pooled_loss, weighted_loss))
        cell.audits.append(audit)
    return cell


def cells(pairs: int, bootstrap: int, split: int) -> Iterator[Cell]:
    """Every generator on every table."""
    for table in publics():
        for generator in GENERATORS:
            yield judged(table, generator, split, pairs, bootstrap)


if __name__ == "__main__":
    pairs, bootstrap, splits = map(int, sys.argv[1:4])
    warnings.simplefilter("ignore")
    print("| table, generator | risk of pooling | audit | inside its interval | helps, harmful, neither | risk at its weight | rows replaced | audit |")
    print("|---|---|---|---|---|---|---|---|")
    for split in range(splits):
        for cell in cells(pairs, bootstrap, split):
            told, (below, above), (pooled, error) = cell.verdicts, cell.missed(), cell.pooled
            (weighted, of_weighted), (rows, said) = cell.weighted, cell.worth()
            helps, harmful, neither = (round(100 * told[w] / pairs) for w in ("helps", "harmful", "cannot tell"))
            neither += round(100 * told["harmless"] / pairs)
            print(
                f"| {cell.table}, {cell.generator} | {pooled:.2f} ± {error:.2f} | {cell.estimated():.2f} | {100 * (1 - below - above):.0f} % "
                f"| {helps}, {harmful}, {neither} % | {weighted:.2f} ± {of_weighted:.2f} | {rows:.0f} | {said:.0f} |",
                flush=True,
            )
