"""The registry of claims, run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from . import _check, _native
from ._answers import Verified
from ._progress import shown


def verify(
    only: str | None = None,
    *,
    tier: Literal["quick", "full"] = "quick",
    kinds: Sequence[str] = (),
    seed: int = _check.SEED,
    threads: int | None = None,
    progress: bool | None = None,
) -> Verified:
    """Run the checks behind the claims of the theory. A refuted claim is an outcome, not an error.

    Parameters
    ----------
    only
        Glob over the ids of the claims, such as "golden-*" [all].
    tier
        "quick" (a minute or two on two cores, for all) or "full".
    kinds
        Only evidence of these kinds: proof, exact, recursion, property, simulation, ladder, optimum, audit, mutant [all].
    seed
        A whole number below 2^64.
    threads
        Worker threads [all cores]; the findings never depend on them.
    progress
        Whether to show tqdm's bar [where stderr is a terminal].

    Raises
    ------
    ValueError
        No claim matches, or none has such evidence.

    Examples
    --------
    >>> import goldenweight as gw
    >>> gw.verify("golden-ratio", kinds=["exact"]).verdict
    'confirmed'
    """
    if only is not None and not isinstance(only, str):
        raise _check.fault("only", only, "must be a glob over the ids of claims")
    if isinstance(kinds, str) or not isinstance(kinds, Iterable) or not all(isinstance(kind, str) for kind in kinds):
        raise _check.fault("kinds", kinds, "must be a sequence of words")
    arguments = (
        only,
        _check.word("tier", tier, ("quick", "full")),
        list(kinds),
        _check.whole("seed", seed),
        _check.whole_or_none("threads", threads),
    )
    with shown(progress, None, " claims") as bar:
        return Verified(_native.verify(*arguments, None if bar is None else bar.update))
