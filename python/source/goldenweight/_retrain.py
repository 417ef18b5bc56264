"""Any estimator, retrained over generations on rows of a table and on rows that it made itself."""

from __future__ import annotations

import contextlib
import copy
import importlib
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
    counter = [0, purpose, generation, replicate]
    return np.random.Generator(np.random.Philox(key=[seed, 0x676F6C64], counter=counter))


class Failed(Exception):
    """A fit that does not exist: with one class of responses, say, or none to which a solver converges."""


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
        with single_threaded(), fits_end():
            return np.array([self.replicate(replicate) for replicate in replicates])

    def replicate(self, replicate: int) -> list[float]:
        found = []
        for weight in self.weights:
            try:
                found.append(self.chain(replicate, weight))
            except Failed:
                found.append(np.inf)
        return found

    def rows(self, replicate: int, generation: int) -> tuple[Array, Array]:
        """Real rows: drawn from the table with replacement."""
        drawn = stream(self.seed, replicate, generation, _REAL).integers(len(self.y), size=self.real)
        return self.X[drawn], self.y[drawn]

    def made(self, fit: Any, replicate: int, generation: int) -> tuple[Array, Array]:
        """Synthetic rows: covariates of the table, responses of the fit before, unless the sampler makes both."""
        rng = stream(self.seed, replicate, generation, _SYNTHETIC)
        X = self.X[rng.integers(len(self.y), size=self.synthetic)]
        found = self.sampler(fit, X, rng)
        X, y = found if isinstance(found, tuple) else (X, found)
        if len(X) != self.synthetic or len(y) != self.synthetic:
            raise RuntimeError(f"sampler: must make {self.synthetic} rows, and made {len(X)} and {len(y)}")
        return np.asarray(X), np.asarray(y)

    def fit(self, X: Array, y: Array, weights: Array | None, replicate: int, generation: int) -> Any:
        fit = clone(self.estimator)
        if "random_state" in parameters(fit):
            state = stream(self.seed, replicate, generation, _ESTIMATOR).integers(2**31)
            fit.set_params(random_state=int(state))
        try:
            fit.fit(X, y, sample_weight=np.ones(len(y)) if weights is None else weights)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError, Warning) as error:
            raise Failed from error
        return fit

    def chain(self, replicate: int, weight: float) -> float:
        """The loss of a chain: at the last generation, or its mean from ``burn_in`` on."""
        start = real = self.rows(replicate, 0)
        fit = self.fit(*real, None, replicate, 0)
        losses = [self.loss(fit, self.reference, self.evaluated)] if self.burn_in == 0 or self.last == 0 else []
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
                losses.append(self.loss(fit, self.reference, self.evaluated))
        value = float(np.mean(losses))
        if not np.isfinite(value):
            raise Failed
        return value


def _weighted(real: tuple[Array, Array], synthetic: tuple[Array, Array], weight: float) -> tuple[Array, Array, Array]:
    """Rows and their weights, of mean 1; rows without weight are left out, since a fit may count them."""
    n, m = len(real[1]), len(synthetic[1])
    parts = [(real, weight / n), (synthetic, (1 - weight) / m)]
    parts = [(rows, share) for rows, share in parts if share > 0]
    X, y = (np.concatenate([rows[part] for rows, _ in parts]) for part in (0, 1))
    shares = np.concatenate([np.full(len(rows[1]), share) for rows, share in parts])
    return X, y, shares * len(shares)


@contextlib.contextmanager
def single_threaded() -> Iterator[None]:
    """One thread for linear algebra: with more, the last bits of sums depend on their number."""
    with contextlib.suppress(ImportError):
        threadpoolctl = importlib.import_module("threadpoolctl")
        with threadpoolctl.threadpool_limits(1):
            yield
        return
    yield


@contextlib.contextmanager
def fits_end() -> Iterator[None]:
    """A fit that was stopped before it converged is no fit."""
    with warnings.catch_warnings():
        with contextlib.suppress(ImportError):
            warnings.simplefilter("error", importlib.import_module("sklearn.exceptions").ConvergenceWarning)
        yield


def parameters(estimator: Any) -> dict[str, Any]:
    """What scikit-learn calls parameters; none of other objects."""
    found: dict[str, Any] = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    return found


def clone(estimator: Any) -> Any:
    """The same, not fitted."""
    if hasattr(estimator, "get_params"):
        return type(estimator)(**{name: copy.deepcopy(value) for name, value in parameters(estimator).items()})
    return copy.deepcopy(estimator)


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


def family_of(estimator: Any) -> tuple[str | None, str]:
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
    #: w*(kappa), a limit law: at n and m rows the minimiser differs from it by the order of 1/n.
    theory_weight: float | None
    #: The kind of theory, or why there is none.
    theory: str
    #: w*(k).
    golden_weight: float
    #: For each weight ``weight, risk, std_error, degrees, interval, replicates, failed_fits, ..``.
    results: list[dict[str, Any]]
    #: The minimiser of the risk over the weights: ``weight, std_error, degrees, interval, converged, z, ..``; None of fewer than five weights.
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
    >>> found.theory_weight == found.golden_weight
    True
    """
    if not callable(getattr(estimator, "fit", None)):
        raise _check.fault("estimator", estimator, "must have fit(X, y, sample_weight=)")
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
    with single_threaded():
        reference = _reference(estimator, table_X, table_y, seed)
        family, why = family_of(estimator)
        default_sampler = _sampler(reference, table_X, table_y) if sampler is None else None
        of_family = family is not None and sampler is None and loss is None
        if family is not None and not of_family:
            why = "no theory covers a sampler or a loss of your own; where you know A_s/A_r, say ratio="
        if schedule != "fresh":
            of_family, why = False, f"no theory of weights under the schedule {schedule}"
        if ratio is not None:
            if not 0 < _check.number("ratio", ratio):
                raise _check.fault("ratio", ratio, "must be above 0")
            ratio = float(ratio) if schedule == "fresh" else None
            why = why if schedule != "fresh" else "w*(kappa) with the ratio that was given"
        elif of_family:
            assert family is not None
            ratio = _ratio(family, table_X, table_y)
            why = f"w*(kappa) of {family} regression, the table's sandwich, in the deviance loss"
        measure, called = _loss(loss, reference, family if sampler is None else None, table_X, table_y)
    kappa = None if ratio is None else k * ratio
    theory_weight = None if kappa is None else _native.optimal_weight(kappa)
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
    if default_sampler is None and sampler is None:
        raise _check.fault("sampler", None, f"must be given: {type(estimator).__name__} has neither predict_proba nor predict")
    losses = np.concatenate(list(_run(task, asked, jobs, mapper, progress)))
    results = [_at(weight if takes_weight else None, column) for weight, column in zip(task.weights, losses.T)]
    failed = sum(row["failed_fits"] for row in results)
    minimum = _minimum(np.array(task.weights), losses, theory_weight) if len(task.weights) > 4 else None
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
        causes.append(f"{failed} chains ended in a fit that does not exist: risks are means over the others, which are not a random choice")
    for row in results:
        del row["too_many_failed"]
    found = Retrained.of(fields, _text(fields), causes=causes)
    return found


def _reference(estimator: Any, X: Array, y: Array, seed: int) -> Any:
    """The fit on the whole table."""
    fit = clone(estimator)
    if "random_state" in parameters(fit):
        fit.set_params(random_state=int(stream(seed, 0, 0, _ESTIMATOR).integers(2**31)))
    try:
        fit.fit(X, y, sample_weight=np.ones(len(y)))
    except TypeError as error:
        raise _check.fault("estimator", estimator, f"its fit must take X, y and sample_weight: {error}") from error
    return fit


def _sampler(reference: Any, X: Array, y: Array) -> Sampler | None:
    if hasattr(reference, "predict_proba"):
        return labels
    # With a penalty too.
    if type(reference).__name__ == "PoissonRegressor":
        return counts
    if hasattr(reference, "predict"):
        return Normal(float(np.sqrt(np.mean((y - np.asarray(reference.predict(X))) ** 2))))
    return None


def _loss(loss: Loss | None, reference: Any, family: str | None, X: Array, y: Array) -> tuple[Loss, str]:
    if loss is not None:
        return loss, getattr(loss, "__name__", type(loss).__name__)
    if family is not None:
        return Deviance.of(family, reference, X, _zero_one(y) if family == "logistic" else y), "deviance"
    if hasattr(reference, "predict_proba"):
        return probabilities_differ, "squared distance of probabilities"
    if hasattr(reference, "predict"):
        return predictions_differ, "squared distance of predictions"
    raise _check.fault("loss", None, f"must be given: {type(reference).__name__} has neither predict_proba nor predict")


def _zero_one(y: Array) -> npt.NDArray[np.float64]:
    """Two classes, the later one as 1."""
    classes = np.unique(y)
    if len(classes) != 2:
        raise _check.fault("y", y, f"must have two classes, and has {len(classes)}")
    found: npt.NDArray[np.float64] = (y == classes[1]).astype(float)
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
    found = _check.weights("weight", weight if weight is None or np.isscalar(weight) else list(weight))
    if found is None:
        raise _check.fault("weight", weight, "must be given: the schedule takes one")
    for w in found:
        if not 0 <= w <= 1:
            raise _check.fault("weight", w, "must be from 0 to 1")
    if len(set(found)) < len(found):
        raise _check.fault("weight", found, "must have each weight once")
    return sorted(found)


def _run(task: Task, asked: int, jobs: Any, mapper: Mapper | None, progress: Any) -> Iterable[Array]:
    blocks = [range(first, min(first + BLOCK, asked)) for first in range(0, asked, BLOCK)]
    if not isinstance(jobs, int) or isinstance(jobs, bool) or jobs == 0 or jobs < -1:
        raise _check.fault("jobs", jobs, "must be a number of processes, or -1 for all cores")
    if mapper is not None:
        found: Iterable[Array] = mapper(task.block, blocks)
    elif jobs == 1:
        found = map(task.block, blocks)
    else:
        try:
            joblib = importlib.import_module("joblib")
        except ImportError:
            raise _check.fault("jobs", jobs, "needs joblib: pip install 'goldenweight[retrain]'") from None
        found = joblib.Parallel(n_jobs=jobs, return_as="generator")(joblib.delayed(task.block)(block) for block in blocks)
    bar = shown(progress, asked, " replicates")
    return found if isinstance(bar, contextlib.nullcontext) else _counted(found, bar)


def _counted(found: Iterable[Array], bar: Any) -> Iterator[Array]:
    with bar:
        for block in found:
            bar.update(len(block))
            yield block


def _at(weight: float | None, losses: Array) -> dict[str, Any]:
    """A risk with what stands behind it, by the rules of ``simulate``."""
    failed = int(np.isinf(losses).sum())
    found = _native.simulated(np.ascontiguousarray(losses[np.isfinite(losses)]), failed)
    return {"weight": weight, **found}


def _minimum(weights: Array, losses: Array, expected: float | None) -> dict[str, Any]:
    """The minimiser of the polynomial that is fitted to the mean of the losses, with the jackknife over batches of replicates, as in ``optimize``."""
    whole = losses[np.isfinite(losses).all(axis=1)]
    batches = min(BATCHES, len(whole))
    none: dict[str, Any] = dict(weight=None, std_error=None, degrees=None, interval=None, batches=batches, converged=False, z=None, z_reason=None)
    if batches < 2:
        return {**none, "z_reason": "fewer than two chains have all their fits at every weight"}
    per_batch = len(whole) // batches
    curves = whole[: per_batch * batches].reshape(batches, per_batch, -1).mean(axis=1)
    degree = min(DEGREE, len(weights) - 2)
    pooled = minimiser(weights, curves.mean(axis=0), degree)
    parts = [minimiser(weights, np.delete(curves, b, axis=0).mean(axis=0), degree) for b in range(batches)]
    if pooled is None or None in parts:
        return {**none, "z_reason": "no minimum inside the weights"}
    spread = np.array(parts, dtype=float)
    std_error = float(np.sqrt((batches - 1) / batches * ((spread - spread.mean()) ** 2).sum()))
    tail = _native.quantile(batches - 1.0)
    return {
        **none,
        "weight": pooled,
        "std_error": std_error,
        "degrees": batches - 1.0,
        "interval": [pooled - tail * std_error, pooled + tail * std_error],
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
        found["kappa"] = found["theory_weight"] = why
    if minimum is None:
        found["minimum"] = "it takes five weights" if takes_weight else "the schedule takes no weight"
    if burn_in is None:
        found["burn_in"] = "not asked for: the risk is that of one generation"
    return found


def _text(fields: dict[str, Any]) -> str:
    at = f"generation {fields['generations']}"
    if fields["burn_in"] is not None:
        at = f"mean over generations {fields['burn_in']} to {fields['generations'] - 1}"
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
        low, high = map(short, minimum["interval"])
        facts.append(("minimum at", f"{short(minimum['weight'])}, 95 % interval {low} to {high}"))
        facts.append(("standard error", f"{short(minimum['std_error'])} ({short(minimum['degrees'])} degrees of freedom)"))
    if minimum is not None:
        facts.append(("z", short(minimum["z"]) if minimum["z"] is not None else f"- ({minimum['z_reason']})"))
    return heading + rows + "\n" + lines(facts)
