"""Questions about the models of the catalogue: closed forms and simulations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Union

import numpy as np
import numpy.typing as npt

from . import _check, _native
from ._answers import Risk, Weight

Model = Literal[
    "gaussian-mean",
    "gaussian-covariance",
    "gaussian-variance",
    "linear",
    "logistic",
    "poisson",
    "cdf",
    "categorical",
    "kde",
]
Schedule = Literal["fresh", "fixed", "accumulate", "subsample"]
Order = Literal["exact", "second", "limit"]
Matrix = Union[npt.ArrayLike, None]
Weights = Union[float, Sequence[float], npt.NDArray[np.float64], None]

SCHEDULES = ("fresh", "fixed", "accumulate", "subsample")
ORDERS = ("exact", "second", "limit")


def setting(model: Any, real: Any, synthetic: Any, truth: dict[str, Any]) -> _native.Setting:
    """A validated problem of these arguments."""
    return _native.Setting(
        _check.word("model", model, _native.MODELS),
        _check.whole("real", real),
        _check.whole("synthetic", synthetic),
        **{name: _TRUTH[name](name, value) for name, value in truth.items() if value is not None},
    )


def _bandwidth(name: str, value: object) -> float | str:
    return value if isinstance(value, str) else _check.number(name, value)


def _divisor(name: str, value: object) -> str:
    return _check.word(name, value, ("unbiased", "mle"))


_TRUTH: dict[str, Any] = {
    "dim": _check.whole,
    "beta": _check.numbers,
    "sigma": _check.matrix,
    "design_covariance": _check.matrix,
    "noise_variance": _check.number,
    "divisor": _divisor,
    "probabilities": _check.numbers,
    "bandwidth": _bandwidth,
}


def _order(value: object) -> str | None:
    return None if value is None else _check.word("order", value, ORDERS)


def weight(
    real: int,
    synthetic: int,
    model: Model = "gaussian-mean",
    *,
    dim: int | None = None,
    beta: Sequence[float] | None = None,
    sigma: Matrix = None,
    design_covariance: Matrix = None,
    noise_variance: float | None = None,
    divisor: Literal["unbiased", "mle"] | None = None,
    probabilities: Sequence[float] | None = None,
    bandwidth: float | Literal["optimal"] | None = None,
    order: Order | None = None,
    generations: int | None = None,
) -> Weight:
    """The optimal weight of ``real`` fresh real rows beside ``synthetic`` synthetic ones, at every generation.

    The fit gives the real rows the total weight w, the synthetic ones 1 - w. The weight is exact at these numbers of rows where an exact law is known
    (``.exact``); else that of the limit law, moved by the second order in 1/n where that is in range. Relative risks are limit risks over that of
    the real rows alone.

    Parameters
    ----------
    real, synthetic
        Rows per generation, n and m: 1 to 10^12.
    model
        One of ``goldenweight.MODELS``.
    dim
        Dimension p, 1 to 1000 [2, or that of the truth].
    beta
        Coefficients of a regression, shape (p,) [1, .., 1].
    sigma, design_covariance
        Covariance of a Gaussian model's rows, or of a regression's covariates: shape (p, p), symmetric, positive definite [the identity].
    noise_variance
        Of linear regression [1].
    divisor
        Of Gaussian covariances: rows less one ("unbiased", the default) or rows ("mle").
    probabilities
        Of the cells of the categorical model, shape (cells,) [.1, .2, .3, .4].
    bandwidth
        Of density estimates, or "optimal".
    order
        Order of the law in 1/n [the best that is known and in range].
    generations
        Also the best weight of each generation 1 to this one, at most 10^6 (``.dynamic_weights``).

    Raises
    ------
    ValueError
        Names the argument and the condition that it breaks.
    RuntimeError
        No optimum is known to the order that is asked for.

    Examples
    --------
    >>> import goldenweight as gw
    >>> found = gw.weight(real=100, synthetic=100)
    >>> round(found.weight, 6), round(found.relative_risk, 6)
    (0.618034, 0.618034)
    """
    truth = {
        "dim": dim,
        "beta": beta,
        "sigma": sigma,
        "design_covariance": design_covariance,
        "noise_variance": noise_variance,
        "divisor": divisor,
        "probabilities": probabilities,
        "bandwidth": bandwidth,
    }
    asked = setting(model, real, synthetic, truth)
    return Weight(_native.weight(asked, _order(order), _check.whole_or_none("generations", generations)))


def sample_weight(
    real: int, synthetic: int, model: Model = "gaussian-mean", **truth: Any
) -> npt.NDArray[np.float64]:
    """The weight of each row, for ``sample_weight=`` of scikit-learn: float64 of shape (real + synthetic,), the real rows first, of mean 1.

    The arguments are those of :func:`weight`.

    Examples
    --------
    >>> import goldenweight as gw
    >>> rows = gw.sample_weight(1000, 5000)
    >>> rows.shape, round(float(rows.mean()), 12)
    ((6000,), 1.0)
    """
    of_real, of_synthetic = weight(real, synthetic, model, **truth).per_row
    n, rows = int(real), int(real) + int(synthetic)
    found = np.empty(rows)
    found[:n] = of_real * rows
    found[n:] = of_synthetic * rows
    return found


def risk(
    model: Model,
    real: int,
    synthetic: int,
    weight: Weights = None,
    *,
    schedule: Schedule = "fresh",
    generations: int | None = None,
    burn_in: int | None = None,
    order: Order | None = None,
    dim: int | None = None,
    beta: Sequence[float] | None = None,
    sigma: Matrix = None,
    design_covariance: Matrix = None,
    noise_variance: float | None = None,
    divisor: Literal["unbiased", "mle"] | None = None,
    probabilities: Sequence[float] | None = None,
    bandwidth: float | Literal["optimal"] | None = None,
) -> Risk:
    """The risk at a weight by closed forms, in the unit of the model's loss.

    Parameters
    ----------
    model, real, synthetic, order, dim, beta, sigma, design_covariance, noise_variance, divisor, probabilities, bandwidth
        As of :func:`weight`.
    weight
        Total weight of the real rows, 0 to 1, or several, each once: then ``.results`` has a dictionary for each. None under the schedules "accumulate"
        and "subsample", which take none.
    schedule
        Data of generation t: "fresh" (n new real rows and m synthetic ones), "fixed" (the same n real rows always), "accumulate" (n real rows and all
        synthetic ones so far), "subsample" (n rows of those).
    generations
        Generation at which the risk is taken, at most 10^6 [the limit].
    burn_in
        Average over the generations from this one to the one before ``generations``.

    Raises
    ------
    ValueError
        Names the argument and the condition that it breaks.
    RuntimeError
        No law is known.

    Examples
    --------
    >>> import goldenweight as gw
    >>> gw.risk("gaussian-mean", 100, 100, 1.0).risk
    0.02
    """
    truth = {
        "dim": dim,
        "beta": beta,
        "sigma": sigma,
        "design_covariance": design_covariance,
        "noise_variance": noise_variance,
        "divisor": divisor,
        "probabilities": probabilities,
        "bandwidth": bandwidth,
    }
    found = _native.risk(
        setting(model, real, synthetic, truth),
        _check.weights("weight", weight),
        _check.word("schedule", schedule, SCHEDULES),
        _order(order),
        _check.whole_or_none("generations", generations),
        _check.whole_or_none("burn_in", burn_in),
    )
    return Risk(found)
