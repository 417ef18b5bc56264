"""Any estimator, retrained over generations on rows of a table and on rows that it made itself."""

from __future__ import annotations

import contextlib
import copy
import importlib
import inspect
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union

import numpy as np
import numpy.typing as npt

from . import _check, _native
from ._answers import Answer, lines
from ._check import SEED
from ._progress import shown
from ._table import regression_arrays

Array = npt.NDArray[Any]
#: Makes the responses y of covariates X, or rows (X, y), by a fit: ``sampler(fit, X, rng)``.
Sampler = Callable[[Any, Array, np.random.Generator], Any]
#: The distance of a fit from the reference fit on the whole table: ``loss(fit, reference, X)``.
Loss = Callable[[Any, Any, Array], float]
#: Maps a function over blocks of replicates, in their order.
Mapper = Callable[[Callable[[range], Array], list[range]], Iterable[Array]]

SCHEDULES = ("fresh", "fixed", "accumulate", "subsample")
#: Replicates of a block: what is handed to a worker at once. The result does not depend on it.
BLOCK = 4
#: Batches behind the standard error of a minimiser, as in ``optimize``.
BATCHES = 24
#: Rows on which predictions are compared, at most.
EVALUATED = 2_000
#: Points and reach of a search, as in ``optimize``.
NODES, HALF = 17, 0.2
#: Highest degree of the polynomial that is fitted to a curve of risks.
DEGREE = 6

# What a stream of random numbers is for: a part of its key.
_REAL, _SYNTHETIC, _ESTIMATOR, _SUBSAMPLE, _EVALUATED = range(5)


def stream(seed: int, replicate: int, generation: int, purpose: int) -> np.random.Generator:
    """The stream that belongs to this key. NumPy's Philox is counter-based: the key is the seed, and generation, replicate and purpose are the upper words of
    the counter, so that streams never meet, and none depends on the process or the order in which it is used."""
    # Of a list with numbers beyond 2^63 NumPy would make floats.
    key, counter = np.array([seed, 0x676F6C64], dtype=np.uint64), np.array([0, purpose, generation, replicate], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


class Failed(Exception):
    """A fit that does not exist: with one class of responses, say, or none to which a solver converges."""


#: What estimators raise there.
NO_FIT = (ValueError, ArithmeticError, np.linalg.LinAlgError)


def told(error: Exception) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


@dataclass(frozen=True)
class Task:
    """What a block of replicates needs to know; sent to workers as it is."""

    estimator: Any
    reference: Any
    X: Array
    y: Array
    real: int
    synthetic: int
    weights: list[float]
    schedule: str
    generations: int
    burn_in: int | None
    seed: int
    sampler: Sampler
    loss: Loss
    evaluated: Array

    @property
    def last(self) -> int:
        """The last generation that is fitted."""
        return self.generations if self.burn_in is None else self.generations - 1

    def block(self, replicates: range) -> Array:
        """The loss of each replicate at each weight; infinite where a fit failed."""
        with one_thread, fits_end:
            return np.array([self.replicate(replicate) for replicate in replicates])

    def replicate(self, replicate: int) -> list[float]:
        found = []
        for weight in self.weights:
            try:
                found.append(self.chain(replicate, weight))
            except Failed:
                found.append(np.inf)
        return found

    def failure(self, losses: Array) -> str:
        """What ended the first chain that failed, which is run again."""
        replicate, at = np.argwhere(np.isinf(losses))[0]
        with one_thread, fits_end:
            try:
                self.chain(int(replicate), self.weights[at])
            except Failed as failed:
                return str(failed)
        return "it has one when it is run again"

    def rows(self, replicate: int, generation: int) -> tuple[Array, Array]:
        """Real rows: drawn from the table with replacement."""
        drawn = stream(self.seed, replicate, generation, _REAL).integers(len(self.y), size=self.real)
        return self.X[drawn], self.y[drawn]

    def made(self, fit: Any, replicate: int, generation: int) -> tuple[Array, Array]:
        """Synthetic rows: covariates of the table, responses of the fit before, unless the sampler makes both."""
        rng = stream(self.seed, replicate, generation, _SYNTHETIC)
        X = self.X[rng.integers(len(self.y), size=self.synthetic)]
        found = self.sampler(fit, X, rng)
        X, y = map(np.asarray, found if isinstance(found, tuple) and len(found) == 2 else (X, found))
        shapes = (self.synthetic, self.X.shape[1]), (self.synthetic,)
        if (X.shape, y.shape) != shapes:
            raise _check.fault("sampler", (X.shape, y.shape), f"must make X and y of the shapes {shapes}, or y alone")
        return X, y

    def fit(self, X: Array, y: Array, weights: Array | None, replicate: int, generation: int) -> Any:
        fit = seeded(self.estimator, stream(self.seed, replicate, generation, _ESTIMATOR))
        try:
            # Of their own: an estimator may change what it is given.
            fit.fit(X.copy(), y.copy(), sample_weight=np.ones(len(y)) if weights is None else weights)
        except (*NO_FIT, Warning) as error:
            raise Failed(told(error)) from error
        return fit

    def distance(self, fit: Any) -> float:
        """The loss of a fit."""
        found = self.loss(fit, self.reference, self.evaluated)
        if np.ndim(found) != 0 or np.iscomplexobj(found):
            raise _check.fault("loss", found, "must give a number from 0")
        value = float(found)
        if not np.isfinite(value):
            raise Failed(f"its loss is {value}")
        if value < 0:
            raise _check.fault("loss", value, "must give a number from 0")
        return value

    def chain(self, replicate: int, weight: float) -> float:
        """The loss of a chain: at the last generation, or its mean from ``burn_in`` on."""
        start = real = self.rows(replicate, 0)
        fit = self.fit(*real, None, replicate, 0)
        losses = [self.distance(fit)] if self.burn_in == 0 or self.last == 0 else []
        pool = [start]
        for t in range(1, self.last + 1):
            synthetic = self.made(fit, replicate, t)
            if self.schedule in ("fresh", "fixed"):
                if self.schedule == "fresh":
                    real = self.rows(replicate, t)
                fit = self.fit(*_weighted(real, synthetic, weight), replicate, t)
            else:
                pool.append(synthetic)
                X, y = (np.concatenate([rows[part] for rows in pool]) for part in (0, 1))
                if self.schedule == "subsample":
                    kept = stream(self.seed, replicate, t, _SUBSAMPLE).permutation(len(y))[: self.real]
                    X, y = X[kept], y[kept]
                fit = self.fit(X, y, None, replicate, t)
            if t == self.last or (self.burn_in is not None and t >= self.burn_in):
                losses.append(self.distance(fit))
        return float(np.mean(losses))


def _weighted(real: tuple[Array, Array], synthetic: tuple[Array, Array], weight: float) -> tuple[Array, Array, Array]:
    """Rows and their weights, of mean 1; rows without weight are left out, since a fit may count them."""
    n, m = len(real[1]), len(synthetic[1])
    parts = [(real, weight / n), (synthetic, (1 - weight) / m)]
    parts = [(rows, share) for rows, share in parts if share > 0]
    X, y = (np.concatenate([rows[part] for rows, _ in parts]) for part in (0, 1))
    shares = np.concatenate([np.full(len(rows[1]), share) for rows, share in parts])
    return X, y, shares * len(shares)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(ImportError):
            stack.enter_context(importlib.import_module("threadpoolctl").threadpool_limits(1))
        yield


@contextlib.contextmanager
def _fits_end() -> Iterator[None]:
    with warnings.catch_warnings():
        with contextlib.suppress(ImportError):
            warnings.simplefilter("error", importlib.import_module("sklearn.exceptions").ConvergenceWarning)
        yield


class Shared(contextlib.AbstractContextManager[None]):
    """A change of what belongs to the whole process: made by the first of the threads that ask for it, undone by the last."""

    def __init__(self, change: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self._change, self._lock, self._users = change, threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if self._users == 0:
                self._made = self._change()
                self._made.__enter__()
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._made.__exit__(None, None, None)


#: With more than one thread for linear algebra the last bits of sums depend on their number.
one_thread = Shared(_one_thread)
#: A fit that was stopped before it converged is no fit.
fits_end = Shared(_fits_end)


def parameters(estimator: Any) -> dict[str, Any]:
    """What scikit-learn calls parameters; none of other objects."""
    found: dict[str, Any] = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    return found


def clone(estimator: Any) -> Any:
    """The same, not fitted."""
    if hasattr(estimator, "get_params"):
        return type(estimator)(**{name: copy.deepcopy(value) for name, value in parameters(estimator).items()})
    return copy.deepcopy(estimator)


def seeded(estimator: Any, rng: np.random.Generator) -> Any:
    """A clone, each random state of it and of what it is made of set."""
    fit = clone(estimator)
    names = fit.get_params() if hasattr(fit, "get_params") else []
    states = {name: int(rng.integers(2**31)) for name in sorted(names) if name == "random_state" or name.endswith("__random_state")}
    return fit.set_params(**states) if states else fit


def labels(fit: Any, X: Array, rng: np.random.Generator) -> Array:
    """The sampler of classifiers: classes with the probabilities that the fit predicts."""
    below = np.cumsum(fit.predict_proba(X), axis=1)[:, :-1]
    drawn = (rng.random(len(X))[:, None] >= below).sum(axis=1)
    found: Array = np.asarray(fit.classes_)[drawn]
    return found


def counts(fit: Any, X: Array, rng: np.random.Generator) -> Array:
    """The sampler of Poisson regression."""
    found: Array = rng.poisson(fit.predict(X)).astype(float)
    return found


@dataclass(frozen=True)
class Normal:
    """The sampler of other regressors: what the fit predicts, with normal noise of the variance that the reference fit leaves in the table."""

    deviation: float

    def __call__(self, fit: Any, X: Array, rng: np.random.Generator) -> Array:
        return np.asarray(fit.predict(X)) + self.deviation * rng.standard_normal(len(X))


def probabilities_differ(fit: Any, reference: Any, X: Array) -> float:
    """The squared distance of predicted probabilities, in the mean over rows. A class that the fit has never seen has probability 0."""
    known = {label: column for column, label in enumerate(reference.classes_)}
    mine = np.zeros((len(X), len(known)))
    mine[:, [known[label] for label in fit.classes_]] = fit.predict_proba(X)
    return float(((mine - reference.predict_proba(X)) ** 2).sum(axis=1).mean())


def predictions_differ(fit: Any, reference: Any, X: Array) -> float:
    """The squared distance of predictions, in the mean over rows."""
    return float(((np.asarray(fit.predict(X)) - np.asarray(reference.predict(X))) ** 2).mean())


@dataclass(frozen=True)
class Deviance:
    """(b - beta)' I (b - beta) with the information I of a row of the table at the reference fit: the loss "deviance" of ``advise``."""

    information: Array

    def __call__(self, fit: Any, reference: Any, X: Array) -> float:
        off = coefficients(fit) - coefficients(reference)
        return float(off @ self.information @ off)

    @classmethod
    def of(cls, family: str, reference: Any, X: Array, y: Array) -> Deviance:
        design = np.column_stack([np.ones(len(X)), X])
        eta = design @ coefficients(reference)
        if family == "linear":
            variance = np.full(len(eta), 1 / np.mean((y - eta) ** 2))
        elif family == "logistic":
            variance = 1 / ((1 + np.exp(-eta)) * (1 + np.exp(eta)))
        else:
            variance = np.exp(eta)
        return cls((design * variance[:, None]).T @ design / len(X))


def coefficients(fit: Any) -> Array:
    """The intercept, then the coefficients."""
    found: Array = np.concatenate([np.atleast_1d(np.squeeze(fit.intercept_)), np.ravel(fit.coef_)])
    return found


def family_of(estimator: Any, y: Array) -> tuple[str | None, str]:
    """The family whose maximum likelihood fit an estimator is, or else why no theory covers it."""
    name, has = type(estimator).__name__, parameters(estimator)
    module = type(estimator).__module__
    if not module.startswith("sklearn.") or name not in _FAMILIES:
        return None, f"no theory covers {name}"
    family, unpenalised, how = _FAMILIES[name]
    if not unpenalised(has):
        return None, f"no theory covers {name} with a penalty: {how} leaves it out"
    if has.get("fit_intercept") is False or has.get("class_weight") is not None or has.get("positive"):
        return None, f"no theory covers {name} with these parameters: an intercept, every class alike, and no bounds are needed"
    if family == "logistic" and len(np.unique(y)) != 2:
        return None, f"no theory covers {name} with {len(np.unique(y))} classes"
    return family, ""


_FAMILIES: dict[str, tuple[str, Callable[[dict[str, Any]], bool], str]] = {
    "LinearRegression": ("linear", lambda has: True, ""),
    "LogisticRegression": (
        "logistic",
        lambda has: "penalty" in has and has["penalty"] is None or has.get("C") == np.inf,
        "C=numpy.inf",
    ),
    "PoissonRegressor": ("poisson", lambda has: has.get("alpha") == 0, "alpha=0"),
}


class Retrained(Answer):
    """Simulated risks of an estimator that is retrained; from :func:`goldenweight.retrain`."""

    __slots__ = ()

    estimator: str
    #: Rows of the table.
    rows: int
    n: int
    m: int
    k: float
    schedule: str
    generations: int
    burn_in: int | None
    loss: str
    #: k A_s/A_r, where a theory covers the estimator.
    kappa: float | None
    #: w*(kappa), the best weight of many generations.
    limit_weight: float | None
    #: The weight that is best at these generations, by the limit law of many rows: at n and m rows the minimiser differs from it by the order of 1/n.
    theory_weight: float | None
    #: The kind of theory, or why there is none.
    theory: str
    #: w*(k).
    golden_weight: float
    #: For each weight ``weight, risk, std_error, degrees, interval, replicates, failed_fits, ..``.
    results: list[dict[str, Any]]
    #: The minimiser of the risk over the weights: ``weight, std_error, degrees, interval, replicates, converged, z, ..``; None of fewer than five weights.
    minimum: dict[str, Any] | None
    seed: int


def retrain(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    real: int,
    synthetic: int,
    weight: Union[Literal["golden", "naive", "search"], float, Iterable[float], None] = "golden",
    schedule: Literal["fresh", "fixed", "accumulate", "subsample"] = "fresh",
    generations: int = 30,
    burn_in: int | None = None,
    replicates: int = 200,
    seed: int = SEED,
    sampler: Sampler | None = None,
    loss: Loss | None = None,
    ratio: float | None = None,
    jobs: int = 1,
    mapper: Mapper | None = None,
    progress: bool | None = None,
) -> Retrained:
    """Retrain an estimator over generations on rows of a table and on rows that it made itself, and tell its risk by weight.

    The table stands for the truth: real rows are drawn from it with replacement, and a fit's loss is its distance from the fit on the whole table.
    Generation 0 is fitted on ``real`` rows. Each later one on real rows and on ``synthetic`` rows of the generation before, whose covariates are drawn from
    the table, and whose responses are drawn by the fit.

    Parameters
    ----------
    estimator
        Any object with ``fit(X, y, sample_weight=)``. It is cloned as scikit-learn does, or copied. A ``random_state`` is set from the keyed streams.
    X, y
        Covariates, shape (rows, columns), and responses, shape (rows,): NumPy, pandas or polars.
    real, synthetic
        Rows per generation, n and m.
    weight
        Total weight of the real rows: "golden" (w*(k)), "naive" (k/(1 + k)), a number from 0 to 1, or several. "search" takes 17 around the weight of the
        theory, or else the golden one, to find the minimiser. None under "accumulate" and "subsample", which take none. Row weights have the mean 1.
    schedule
        Data of generation t: "fresh", "fixed", "accumulate" or "subsample", as in :func:`goldenweight.risk`.
    generations, burn_in
        The risk is that of generation ``generations``, or the mean over those from ``burn_in`` to ``generations - 1``.
    replicates
        Independent chains. Those at different weights share their random numbers.
    seed
        A whole number below 2^64. Each draw has a NumPy Philox stream of its own key (seed, replicate, generation, purpose): the result has the same bits for
        any ``jobs`` and any ``mapper``.
    sampler
        ``sampler(fit, X, rng)`` gives the responses of covariates X, or a pair of new X and y of as many rows. By default classes by ``predict_proba``; counts of
        a PoissonRegressor; else ``predict`` with normal noise of the variance that the fit on the whole table leaves.
    loss
        ``loss(fit, reference, X)``, a number from 0: the distance of a fit from that on the whole table; X are at most 2,000 rows of the table. By default
        (b - beta)' I (b - beta), where a theory covers the estimator; else the mean squared distance of predicted probabilities, or of predictions.
    ratio
        A_s/A_r where you know it for your estimator, sampler and loss: the variance of a fit to rows of a fit over that of a fit to real rows, of as
        many rows. By default that of :func:`goldenweight.advise`, where a theory covers the estimator.
    jobs
        Processes, by joblib; -1 for all cores.
    mapper
        ``mapper(function, blocks)`` gives ``function(block)`` of each block in order, for example over a Dask cluster.
    progress
        Whether to show tqdm's bar [where stderr is a terminal].

    Raises
    ------
    ValueError
        Names the argument and the condition that it breaks.

    Examples
    --------
    >>> import numpy as np, goldenweight as gw
    >>> class Mean:
    ...     def fit(self, X, y, sample_weight):
    ...         self.mean = np.average(y, weights=sample_weight)
    >>> y = np.random.default_rng(1).standard_normal(1000)
    >>> found = gw.retrain(Mean(), np.zeros((1000, 1)), y, real=50, synthetic=50, replicates=100, generations=8,
    ...     sampler=lambda fit, X, rng: fit.mean + rng.standard_normal(len(X)),
    ...     loss=lambda fit, reference, X: (fit.mean - reference.mean) ** 2, ratio=1.0)
    >>> found.limit_weight == found.golden_weight
    True
    """
    if isinstance(estimator, type) or not callable(getattr(estimator, "fit", None)):
        raise _check.fault("estimator", estimator, "must be an object with fit(X, y, sample_weight=)")
    table_X, table_y = regression_arrays(X, y)
    rows = len(table_y)
    n = _check.positive("real", real, 1, 10**9)
    m = _check.positive("synthetic", synthetic, 1, 10**9)
    _check.word("schedule", schedule, SCHEDULES)
    last = _check.positive("generations", generations, 0, 1_000_000)
    if burn_in is not None and _check.whole("burn_in", burn_in) >= last:
        raise _check.fault("burn_in", burn_in, f"must be below generations {last}")
    asked = _check.positive("replicates", replicates, 2, 10**9)
    seed = _check.whole("seed", seed)
    for name, function in (("sampler", sampler), ("loss", loss), ("mapper", mapper)):
        if function is not None and not callable(function):
            raise _check.fault(name, function, "must be a function")
    k = n / m
    golden = _native.optimal_weight(k)
    with one_thread:
        reference = _reference(estimator, table_X, table_y, seed)
        default_sampler = _sampler(reference, table_X, table_y) if sampler is None else None
        family, why = family_of(estimator, table_y)
        measure, called = _loss(loss, reference, family if sampler is None else None, table_X, table_y)
        if ratio is not None and not 0 < _check.number("ratio", ratio):
            raise _check.fault("ratio", ratio, "must be above 0")
        if schedule != "fresh" or last == 0:
            of = f"under the schedule {schedule}" if schedule != "fresh" else "at generation 0, which has no synthetic rows"
            ratio, why = None, f"no theory of weights {of}"
        elif ratio is not None:
            ratio, why = float(ratio), "w*(kappa) with the ratio that was given"
        elif family is not None and (sampler is not None or loss is not None):
            why = "no theory covers a sampler or a loss of your own; where you know A_s/A_r, say ratio="
        elif family is not None:
            try:
                ratio = _ratio(family, table_X, table_y)
                why = f"w*(kappa) of {family} regression, the table's sandwich, in the deviance loss"
            except ValueError as error:
                why = f"no theory covers this table: {error}"
    kappa = None if ratio is None else k * ratio
    limit_weight = theory_weight = None
    if kappa is not None:
        limit_weight = _native.optimal_weight(kappa)
        theory_weight = _native.optimal_weight(kappa, (last, last + 1) if burn_in is None else (burn_in, last))
        if theory_weight != limit_weight:
            why += f", {_at_generations(last, burn_in)}; it is {_native.short(limit_weight)} after many"
    takes_weight = schedule in ("fresh", "fixed")
    weights = _weights(weight, takes_weight, theory_weight or golden, k)
    evaluated = np.arange(rows)
    if rows > EVALUATED:
        evaluated = np.sort(stream(seed, 0, 0, _EVALUATED).permutation(rows)[:EVALUATED])
    task = Task(
        estimator=estimator,
        reference=reference,
        X=table_X,
        y=table_y,
        real=n,
        synthetic=m,
        weights=weights if takes_weight else [1.0],
        schedule=schedule,
        generations=last,
        burn_in=burn_in,
        seed=seed,
        sampler=sampler or default_sampler,  # type: ignore[arg-type]
        loss=measure,
        evaluated=table_X[evaluated],
    )
    losses = _run(task, asked, jobs, mapper, progress)
    results = [_at(weight if takes_weight else None, column) for weight, column in zip(task.weights, losses.T)]
    failed = sum(row["failed_fits"] for row in results)
    minimum = _minimum(results, losses, theory_weight) if len(task.weights) > 4 else None
    fields: dict[str, Any] = {
        "estimator": type(estimator).__name__,
        "rows": rows,
        "n": n,
        "m": m,
        "k": k,
        "schedule": schedule,
        "generations": last,
        "burn_in": burn_in,
        "loss": called,
        "kappa": kappa,
        "limit_weight": limit_weight,
        "theory_weight": theory_weight,
        "theory": why,
        "golden_weight": golden,
        "results": results,
        "minimum": minimum,
        "seed": seed,
        "reasons": _reasons(kappa, minimum, burn_in, why, takes_weight),
    }
    causes = []
    if any(row["too_many_failed"] for row in results):
        survived = failed < losses.size
        of_others = ": risks are means over the others, which are not a random choice" if survived else ""
        causes.append(f"{failed} of {losses.size} chains ended in a fit that does not exist (of the first: {task.failure(losses)}){of_others}")
    # Chains at different weights share their random numbers.
    if len(task.weights) > 1 and last > 0 and failed == 0 and (losses == losses[:, :1]).all():
        causes.append("the risks are the same at all weights: does the estimator use sample_weight?")
    for row in results:
        del row["too_many_failed"]
    found = Retrained.of(fields, _text(fields), causes=causes)
    return found


def _reference(estimator: Any, X: Array, y: Array, seed: int) -> Any:
    """The fit on the whole table."""
    fit = seeded(estimator, stream(seed, 0, 0, _ESTIMATOR))
    try:
        inspect.signature(fit.fit).bind(X, y, sample_weight=y)
    except TypeError as error:
        raise _check.fault("estimator", estimator, f"its fit must take X, y and sample_weight: {error}") from None
    except ValueError:
        pass  # It has no signature.
    try:
        fit.fit(X.copy(), y.copy(), sample_weight=np.ones(len(y)))
    except (*NO_FIT, TypeError) as error:
        raise _check.fault("estimator", estimator, f"does not fit the whole table: {told(error)}") from error
    return fit


def _sampler(reference: Any, X: Array, y: Array) -> Sampler:
    name = type(reference).__name__
    if hasattr(reference, "predict_proba"):
        return labels
    if hasattr(reference, "classes_"):
        raise _check.fault("sampler", None, f"must be given: {name} has no predict_proba")
    if not hasattr(reference, "predict"):
        raise _check.fault("sampler", None, f"must be given: {name} has neither predict_proba nor predict")
    # With a penalty too.
    if name == "PoissonRegressor":
        return counts
    if y.dtype.kind not in "biuf":
        raise _check.fault("sampler", None, f"must be given: {name} has no predict_proba, and y is no column of numbers")
    return Normal(float(np.sqrt(np.mean((y - np.asarray(reference.predict(X))) ** 2))))


def _loss(loss: Loss | None, reference: Any, family: str | None, X: Array, y: Array) -> tuple[Loss, str]:
    if loss is not None:
        return loss, getattr(loss, "__name__", type(loss).__name__)
    if family is not None:
        return Deviance.of(family, reference, X, _zero_one(y) if family == "logistic" else y), "deviance"
    if hasattr(reference, "predict_proba"):
        return probabilities_differ, "squared distance of probabilities"
    if hasattr(reference, "predict") and not hasattr(reference, "classes_") and y.dtype.kind in "biuf":
        return predictions_differ, "squared distance of predictions"
    raise _check.fault("loss", None, f"must be given: {type(reference).__name__} predicts neither probabilities nor numbers")


def _zero_one(y: Array) -> npt.NDArray[np.float64]:
    """Of two classes the later one as 1."""
    found: npt.NDArray[np.float64] = (y == np.unique(y)[1]).astype(float)
    return found


def _ratio(family: str, X: Array, y: Array) -> float:
    from ._advise import advise

    found = advise(X, _zero_one(y) if family == "logistic" else y, family=family, synthetic=len(y))  # type: ignore[arg-type]
    return float(found.kappa)


def _weights(weight: Any, takes_weight: bool, centre: float, k: float) -> list[float]:
    if not takes_weight:
        if weight is not None and not (isinstance(weight, str) and weight == "golden"):
            raise _check.fault("weight", weight, "must be left out: the schedule takes none")
        return [1.0]
    if isinstance(weight, str):
        _check.word("weight", weight, ("golden", "naive", "search"))
        if weight == "search":
            half = min(HALF, 0.45 * centre, 0.9 * (1 - centre))
            return [float(w) for w in np.sort(centre + half * np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES))]
        return [_native.optimal_weight(k) if weight == "golden" else k / (1 + k)]
    is_one = not isinstance(weight, Iterable) or (isinstance(weight, np.ndarray) and weight.ndim == 0)
    found = _check.weights("weight", weight if is_one else list(weight))
    if found is None:
        raise _check.fault("weight", weight, "must be given: the schedule takes one")
    for w in found:
        if not 0 <= w <= 1:
            raise _check.fault("weight", w, "must be from 0 to 1")
    if len(set(found)) < len(found):
        raise _check.fault("weight", found, "must have each weight once")
    return sorted(found)


def _run(task: Task, asked: int, jobs: Any, mapper: Mapper | None, progress: Any) -> Array:
    """The loss of each replicate at each weight."""
    blocks = [range(first, min(first + BLOCK, asked)) for first in range(0, asked, BLOCK)]
    if isinstance(jobs, bool) or not isinstance(jobs, (int, np.integer)) or jobs == 0 or jobs < -1:
        raise _check.fault("jobs", jobs, "must be a number of processes, or -1 for all cores")
    if mapper is not None:
        found: Iterable[Array] = mapper(task.block, blocks)
        if not isinstance(found, Iterable):
            raise _check.fault("mapper", mapper, f"must give a sequence, and gave {type(found).__name__}")
    elif jobs == 1:
        found = map(task.block, blocks)
    else:
        try:
            joblib = importlib.import_module("joblib")
        except ImportError:
            raise _check.fault("jobs", jobs, "needs joblib: pip install 'goldenweight[retrain]'") from None
        found = joblib.Parallel(n_jobs=int(jobs), return_as="generator")(joblib.delayed(task.block)(block) for block in blocks)
    bar = shown(progress, asked, " replicates")
    parts = list(found if isinstance(bar, contextlib.nullcontext) else _counted(found, bar))
    if not all(np.shape(part)[1:] == (len(task.weights),) for part in parts) or sum(map(len, parts)) != asked:
        raise _check.fault("mapper", mapper, f"must give what the function gives for each of the {len(blocks)} blocks, in their order")
    return np.concatenate(parts)


def _counted(found: Iterable[Array], bar: Any) -> Iterator[Array]:
    with bar:
        for block in found:
            bar.update(np.size(block, 0) if np.ndim(block) else 0)
            yield block


def _at(weight: float | None, losses: Array) -> dict[str, Any]:
    """A risk with what stands behind it, by the rules of ``simulate``."""
    failed = int(np.isinf(losses).sum())
    found = _native.simulated(np.ascontiguousarray(losses[np.isfinite(losses)]), failed)
    return {"weight": weight, **found}


def _minimum(results: list[dict[str, Any]], losses: Array, expected: float | None) -> dict[str, Any]:
    """The minimiser of the polynomial that is fitted to the mean of the losses, with the jackknife over batches of replicates, as in ``optimize``."""
    weights = np.array([row["weight"] for row in results])
    whole = losses[np.isfinite(losses).all(axis=1)]
    batches = min(BATCHES, len(whole))
    none: dict[str, Any] = dict(
        weight=None, std_error=None, degrees=None, interval=None, batches=batches, replicates=len(whole), converged=False, z=None, z_reason=None
    )
    if batches < 2:
        return {**none, "z_reason": "fewer than two chains have all their fits at every weight"}
    parts = np.array_split(whole, batches)
    sums, counts = np.array([part.sum(axis=0) for part in parts]), np.array([[len(part)] for part in parts])
    degree = min(DEGREE, len(weights) - 2)
    pooled = minimiser(weights, sums.sum(axis=0) / len(whole), degree)
    left = [minimiser(weights, risks, degree) for risks in (sums.sum(axis=0) - sums) / (len(whole) - counts)]
    if pooled is None or None in left:
        return {**none, "z_reason": "no minimum inside the weights"}
    # A minimum is as well known as the risks around it.
    if any(row["too_many_failed"] for row in results):
        return {**none, "weight": pooled, "converged": True, "z_reason": "more than one chain in 10,000 ended without a fit"}
    if results[int(np.abs(weights - pooled).argmin())]["interval"] is None:
        return {**none, "weight": pooled, "converged": True, "z_reason": "the risk beside it has no interval: too few losses, or too skewed"}
    spread = np.array(left, dtype=float)
    std_error = float(np.sqrt((batches - 1) / batches * ((spread - spread.mean()) ** 2).sum()))
    tail = _native.quantile(batches - 1.0)
    return {
        **none,
        "weight": pooled,
        "std_error": std_error,
        "degrees": batches - 1.0,
        "interval": (pooled - tail * std_error, pooled + tail * std_error),
        "converged": True,
        **_native.z_of(pooled, std_error, batches - 1.0, expected),
    }


def minimiser(weights: Array, risks: Array, degree: int) -> float | None:
    """Where the polynomial of this degree is least, that is fitted by least squares; None at an end."""
    fitted = np.polynomial.Chebyshev.fit(weights, risks, degree)
    inner = [float(r.real) for r in fitted.deriv().roots() if abs(r.imag) < 1e-9 and weights[0] < r.real < weights[-1]]
    if not inner:
        return None
    best = min(inner, key=lambda w: float(fitted(w)))
    return best if fitted(best) < min(fitted(weights[0]), fitted(weights[-1])) else None


def _reasons(kappa: Any, minimum: Any, burn_in: Any, why: str, takes_weight: bool) -> dict[str, str]:
    found = {}
    if kappa is None:
        found["kappa"] = found["limit_weight"] = found["theory_weight"] = why
    if minimum is None:
        found["minimum"] = "it takes five weights" if takes_weight else "the schedule takes no weight"
    if burn_in is None:
        found["burn_in"] = "not asked for: the risk is that of one generation"
    return found


def _at_generations(generations: int, burn_in: int | None) -> str:
    return f"generation {generations}" if burn_in is None else f"mean over generations {burn_in} to {generations - 1}"


def _text(fields: dict[str, Any]) -> str:
    at = _at_generations(fields["generations"], fields["burn_in"])
    short = _native.short
    heading = (
        f"{fields['estimator']}, n = {fields['n']} real and m = {fields['m']} synthetic rows per generation of a table of {fields['rows']}, "
        f"k = {short(fields['k'])}\n{at}, schedule {fields['schedule']}, loss: {fields['loss']}, seed {fields['seed']}\n\n"
        f"{'weight':12}{'risk':14}{'std error':14}failed chains\n"
    )
    rows = "".join(
        f"{short(row['weight']):12}{short(row['risk']):14}{short(row['std_error']):14}{row['failed_fits']} of {row['replicates']}\n"
        for row in fields["results"]
    )
    facts = [("golden weight", short(fields["golden_weight"]))]
    theory = fields["theory"] if fields["kappa"] is None else f"{short(fields['theory_weight'])} ({fields['theory']})"
    facts.append(("theory", theory))
    minimum = fields["minimum"]
    if minimum is not None and minimum["converged"]:
        facts.append(("minimum at", short(minimum["weight"])))
    if minimum is not None and minimum["interval"] is not None:
        low, high = map(short, minimum["interval"])
        facts[-1] = ("minimum at", f"{short(minimum['weight'])}, 95 % interval {low} to {high}")
        facts.append(("standard error", f"{short(minimum['std_error'])} ({short(minimum['degrees'])} degrees of freedom)"))
    if minimum is not None:
        facts.append(("z", short(minimum["z"]) if minimum["z"] is not None else f"- ({minimum['z_reason']})"))
    return heading + rows + "\n" + lines(facts)
