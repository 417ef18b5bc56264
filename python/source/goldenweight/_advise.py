"""What the theory says for a table."""

from __future__ import annotations

from typing import Any, Literal

from . import _check, _native
from ._answers import Advice
from ._table import table

FAMILIES = ("linear", "logistic", "poisson", "mean", "covariance", "frequencies")


def advise(
    X: Any,
    y: Any = None,
    *,
    family: Literal["linear", "logistic", "poisson", "mean", "covariance", "frequencies"],
    synthetic: int,
    loss: Literal["deviance", "standardised", "raw"] = "deviance",
    missing: Literal["refuse", "drop", "level"] = "refuse",
    simulate: int | None = None,
    schedule: Literal["fresh", "fixed", "accumulate"] = "fresh",
    seed: int = _check.SEED,
    threads: int | None = None,
) -> Advice:
    """The weight of a table's rows beside ``synthetic`` rows that a fit of them makes, with a 95 % interval.

    Parameters
    ----------
    X
        The rows, shape (n, columns): a NumPy array, or a pandas or polars frame. A column of texts becomes indicators of all its levels but the most
        frequent; booleans are 0 and 1. An array of float64 is read where it lies.
    y
        The responses of a regression, shape (n,): numbers; of "logistic" 0 and 1, or two texts, of which the later by name counts as 1; of "poisson" counts.
    family
        "linear", "logistic" and "poisson" with an intercept; without y "mean", "covariance", "frequencies".
    synthetic
        Synthetic rows per generation, m: 1 to 10^12.
    loss
        What the risk is the mean of: "deviance" (of the likelihood; it depends on no units), "standardised" (squared error of the coefficients of columns with
        deviation 1), "raw" (of the coefficients as they are).
    missing
        What becomes of missing values (NaN, None): "refuse", "drop" such rows, or a "level" of a column of texts.
    simulate
        Of a regression, also retrain so many chains of 30 generations on rows resampled from the table.
    schedule, seed
        Of those chains.
    threads
        Worker threads [all cores]; the result never depends on them.

    Raises
    ------
    ValueError
        Names the argument, and the column and row where there is one.

    Examples
    --------
    >>> import numpy as np, goldenweight as gw
    >>> rng = np.random.default_rng(1)
    >>> X = rng.standard_normal((500, 2))
    >>> found = gw.advise(X, X[:, 0] + rng.standard_normal(500), family="linear", synthetic=500)
    >>> found.weight_interval[0] < found.golden_weight < found.weight_interval[1]
    True
    """
    _check.word("family", family, FAMILIES)
    if (y is None) == (family in FAMILIES[:3]):
        condition = "must be given: the family is a regression" if y is None else f"must be left out: {family} has none"
        raise _check.fault("y", y, condition)
    names, columns, target = table(X, y)
    found = _native.advise(
        names,
        columns,
        target,
        family,
        _check.positive("synthetic", synthetic, 1, 10**12),
        _check.word("loss", loss, ("deviance", "standardised", "raw")),
        _check.word("missing", missing, ("refuse", "drop", "level")),
        _check.whole_or_none("simulate", simulate),
        _check.word("schedule", schedule, ("fresh", "fixed", "accumulate")),
        _check.whole("seed", seed),
        _check.whole_or_none("threads", threads),
    )
    return Advice(found)
