"""What the theory says for a table, and what a synthetic one is worth beside it."""

from __future__ import annotations

from typing import Any, Literal, get_args

from . import _check, _native
from ._answers import Advice, Audit
from ._progress import shown
from ._retrain import SCHEDULES
from ._table import table

Family = Literal["linear", "logistic", "poisson", "mean", "covariance", "frequencies"]
Loss = Literal["deviance", "standardised", "raw"]
Missing = Literal["refuse", "drop", "level"]

FAMILIES = get_args(Family)
LOSSES = get_args(Loss)
MISSING = get_args(Missing)


def advise(
    X: Any,
    y: Any = None,
    *,
    family: Family,
    synthetic: int,
    loss: Loss = "deviance",
    missing: Missing = "refuse",
    simulate: int | None = None,
    schedule: Literal["fresh", "fixed", "accumulate", "subsample"] | None = None,
    seed: int = _check.SEED,
    threads: int | None = None,
    progress: bool | None = None,
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
    schedule
        Data of their generations: "fresh" (the default: n rows drawn anew), "fixed" (those of generation 0 always), "accumulate" (all rows
        so far) or "subsample" (n of those); the last two take no weight.
    seed
        Of those chains.
    threads
        Worker threads [all cores]; the result never depends on them.
    progress
        Of those chains, as of :func:`simulate`. Ctrl-C ends them with ``KeyboardInterrupt``.

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
    words, given = _fitted(family, loss, missing, X, y)
    if schedule is not None and simulate is None:
        raise _check.fault("schedule", schedule, "needs simulate: it is that of the simulated chains")
    chains = _check.whole_or_none("simulate", simulate)
    arguments = (
        given,
        words,
        _check.positive("synthetic", synthetic, 1, 10**12),
        chains,
        "fresh" if schedule is None else _check.word("schedule", schedule, SCHEDULES),
        _check.whole("seed", seed),
        _check.whole_or_none("threads", threads),
    )
    # Without chains there is nothing to wait for.
    with shown(False if chains is None else progress, chains, " chains") as bar:
        return Advice(_native.advise(*arguments, None if bar is None else bar.update))


def audit(
    X: Any,
    y: Any = None,
    Xs: Any = None,
    ys: Any = None,
    *,
    family: Family,
    loss: Loss = "deviance",
    missing: Missing = "refuse",
    bootstrap: int = 1_000,
    regret: float = 0.1,
    seed: int = _check.SEED,
    threads: int | None = None,
    progress: bool | None = None,
) -> Audit:
    """What the synthetic rows ``Xs``, ``ys`` are worth beside the real rows ``X``, ``y``: their weight, the real rows they replace, and a verdict.

    The generator must not have seen these real rows: audit it on others. Both tables are fitted, and the rows of both are resampled. The verdict is about adding
    the synthetic rows to the real ones, every row alike. The result has the same bits for any number of threads. Ctrl-C ends it with ``KeyboardInterrupt``.

    Parameters
    ----------
    X, y, family, loss, missing
        The real rows, shapes (n, columns) and (n,), and what is fitted to both tables: as of :func:`advise`. y is None without a response.
    Xs, ys
        The synthetic rows, shapes (m, columns) and (m,): the same columns, and no other levels. Columns of frames are found by their names.
    bootstrap
        Resamples, 100 to 100,000.
    regret
        Accepted regret, above 0 and at most 10: the weight ``.capped`` keeps the risk at most so much above that of the real rows alone, whatever the bias is.
    seed, threads, progress
        As of :func:`simulate`.

    Raises
    ------
    ValueError
        Names the argument, and the column and row where there is one.

    Examples
    --------
    >>> import numpy as np, goldenweight as gw
    >>> rng = np.random.default_rng(1)
    >>> X, Xs = rng.standard_normal((200, 5)), rng.standard_normal((800, 5)) + 1
    >>> found = gw.audit(X, None, Xs, family="mean", bootstrap=200)
    >>> found.verdict, found.pooling["relative_risk_bounds"][0] > 1
    ('harmful', True)
    """
    if Xs is None:
        raise _check.fault("Xs", Xs, "must be given: the synthetic rows")
    words, real = _fitted(family, loss, missing, X, y)
    _, synthetic = _fitted(family, loss, missing, Xs, ys, ("Xs", "ys"))
    # An array has no names, and the response is the last column of both.
    if words[1] is not None:
        if words[1] in synthetic[0][:-1]:
            raise _check.fault("Xs", words[1], "must have the columns of X: this is the name of y")
        synthetic[0][-1] = words[1]
    asked = _check.whole("bootstrap", bootstrap)
    arguments = (real, synthetic, words, asked, _check.number("regret", regret), _check.whole("seed", seed))
    with shown(progress, asked, " resamples") as bar:
        found = _native.audit(*arguments, _check.whole_or_none("threads", threads), None if bar is None else bar.update)
    return Audit(found)


def _fitted(
    family: str, loss: str, missing: str, X: Any, y: Any, arguments: tuple[str, str] = ("X", "y")
) -> tuple[tuple[str, str | None, str, str], tuple[list[str], list[Any]]]:
    """What is fitted, in words, and the table."""
    _check.word("family", family, FAMILIES)
    if (y is None) == (family in FAMILIES[:3]):
        condition = "must be given: the family is a regression" if y is None else f"must be left out: {family} has none"
        raise _check.fault(arguments[1], y, condition)
    names, columns, target = table(X, y, arguments)
    words = (_check.word("loss", loss, LOSSES), _check.word("missing", missing, MISSING))
    return (family, target, *words), (names, columns)
