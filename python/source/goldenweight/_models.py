"""Questions about the models of the catalogue: closed forms and simulations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Union

import numpy as np
import numpy.typing as npt

from . import _check, _native
from ._answers import Optimum, Risk, SimulatedRisk, Weight, rows
from ._progress import shown

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
SIMULATORS = ("rows", "sufficient")
STATISTICS = ("log-det", "median", "sd")
ORDERS = ("exact", "second", "limit")


def setting(model: Any, real: Any, synthetic: Any, given: dict[str, Any]) -> _native.Setting:
    """A validated problem of these arguments: of those given, the truth's."""
    return _native.Setting(
        _check.word("model", model, _native.MODELS),
        _check.whole("real", real),
        _check.whole("synthetic", synthetic),
        **{name: kind(name, given[name]) for name, kind in _TRUTH.items() if given.get(name) is not None},
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
        Rows per generation, n and m: 1 to 10^12; of the Gaussian models at least 2, of regressions more than coefficients.
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
        Also the best weight of each generation 1 to this one, at most 10^6 (``.dynamic_weights``); of logistic and Poisson regression that of
        the limit law.

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
    asked = setting(model, real, synthetic, locals())
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
    found = weight(real, synthetic, model, **truth)
    return rows(found.real, found.synthetic, found.per_row)


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
    found = _native.risk(
        setting(model, real, synthetic, locals()),
        _check.weights("weight", weight),
        _check.word("schedule", schedule, SCHEDULES),
        _order(order),
        _check.whole_or_none("generations", generations),
        _check.whole_or_none("burn_in", burn_in),
    )
    return Risk(found)


def replicates_of(value: int | range) -> tuple[int, int]:
    """The first and the one after the last."""
    if isinstance(value, range):
        if value.step != 1 or value.start < 0 or value.stop <= value.start or value.stop > 2**53:
            raise _check.fault("replicates", value, "must be range(a, b) with a below b, and b at most 2^53")
        return value.start, value.stop
    return 0, _check.whole("replicates", value)


def simulate(
    model: Model,
    real: int,
    synthetic: int,
    weight: Weights = None,
    *,
    schedule: Schedule = "fresh",
    generations: int = 200,
    burn_in: int | None = None,
    replicates: int | range = 2_000,
    simulator: Literal["rows", "sufficient"] | None = None,
    statistic: Literal["log-det", "median", "sd"] | None = None,
    controls: bool = True,
    seed: int = _check.SEED,
    threads: int | None = None,
    progress: bool | None = None,
    dim: int | None = None,
    beta: Sequence[float] | None = None,
    sigma: Matrix = None,
    design_covariance: Matrix = None,
    noise_variance: float | None = None,
    divisor: Literal["unbiased", "mle"] | None = None,
    probabilities: Sequence[float] | None = None,
    bandwidth: float | Literal["optimal"] | None = None,
) -> SimulatedRisk:
    """The simulated risk at a weight, with its standard error and the theory beside it.

    The result has the same bits for any number of threads, and on every CPU. Ctrl-C ends the run with ``KeyboardInterrupt``.

    Parameters
    ----------
    model, real, synthetic, weight, schedule, dim, beta, sigma, design_covariance, noise_variance, divisor, probabilities, bandwidth
        As of :func:`risk`. Results at several weights share their random numbers.
    generations, burn_in
        The risk is that of generation ``generations``, or the mean over those from ``burn_in`` to ``generations - 1``.
    replicates
        Independent chains, 2 to 10^9, or those with the indices of a ``range``.
    simulator
        "rows" draws every row, "sufficient" their statistics [the fast one of the model].
    statistic
        Also median, quantiles and mean over the replicates of "log-det" (of the fitted covariance), "median" (the loss) or "sd".
    controls
        Whether the risk by losses less their controls is told too, where a model has such.
    seed
        A whole number below 2^64.
    threads
        Worker threads, 1 to 1024 [all cores]; the result never depends on them.
    progress
        Whether to show tqdm's bar [where stderr is a terminal].

    Raises
    ------
    ValueError
        Names the argument and the condition that it breaks.

    Examples
    --------
    >>> import goldenweight as gw
    >>> found = gw.simulate("gaussian-mean", 100, 100, .618, burn_in=150, replicates=500)
    >>> abs(found.z) < 5
    True
    """
    first, end = replicates_of(replicates)
    arguments = (
        setting(model, real, synthetic, locals()),
        _check.weights("weight", weight),
        _check.word("schedule", schedule, SCHEDULES),
        _check.whole("generations", generations),
        _check.whole_or_none("burn_in", burn_in),
        (first, end),
        None if simulator is None else _check.word("simulator", simulator, SIMULATORS),
        None if statistic is None else _check.word("statistic", statistic, STATISTICS),
        _check.flag("controls", controls),
        _check.whole("seed", seed),
        _check.whole_or_none("threads", threads),
    )
    with shown(progress, end - first, " replicates") as bar:
        found = _native.simulate(*arguments, None if bar is None else bar.update)
    return SimulatedRisk(found)


def optimize(
    model: Model,
    real: int,
    synthetic: int,
    *,
    generations: int = 200,
    burn_in: int | None = None,
    replicates: int = 1_992,
    simulator: Literal["rows", "sufficient"] | None = None,
    seed: int = _check.SEED,
    threads: int | None = None,
    progress: bool | None = None,
    dim: int | None = None,
    beta: Sequence[float] | None = None,
    sigma: Matrix = None,
    design_covariance: Matrix = None,
    noise_variance: float | None = None,
    divisor: Literal["unbiased", "mle"] | None = None,
    probabilities: Sequence[float] | None = None,
    bandwidth: float | Literal["optimal"] | None = None,
) -> Optimum:
    """The weight that minimises the simulated risk, with its standard error and the theory beside it.

    Parameters
    ----------
    model, real, synthetic, generations, burn_in, simulator, seed, threads, progress, dim, beta, sigma, design_covariance, noise_variance, divisor,
    probabilities, bandwidth
        As of :func:`simulate`.
    replicates
        Independent chains, at least 48, in 24 batches alike.

    Raises
    ------
    ValueError
        Names the argument and the condition that it breaks.

    Examples
    --------
    >>> import goldenweight as gw
    >>> found = gw.optimize("gaussian-mean", 10, 10, generations=30, replicates=480)
    >>> abs(found.weight - found.theory_weight) < .1
    True
    """
    arguments = (
        setting(model, real, synthetic, locals()),
        _check.whole("generations", generations),
        _check.whole_or_none("burn_in", burn_in),
        _check.whole("replicates", replicates),
        None if simulator is None else _check.word("simulator", simulator, SIMULATORS),
        _check.whole("seed", seed),
        _check.whole_or_none("threads", threads),
    )
    with shown(progress, None, " replicates") as bar:
        found = _native.optimize(*arguments, None if bar is None else bar.update)
    return Optimum(found)
