"""Arguments, as far as their kind goes: a fault is a ``ValueError`` that names the argument. Whether values are in range, the library says."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

MOST = 2**64 - 1

#: Seed of everything that draws random numbers, as of the command line.
SEED = 250_218_049


def shown(value: object) -> str:
    """A value in at most 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:30] + "…" + text[-29:]


def fault(name: str, value: object, condition: str) -> ValueError:
    """What is raised: the argument, its value, and the condition that it breaks."""
    return ValueError(f"{name} {shown(value)}: {condition}")


def whole(name: str, value: object) -> int:
    """A whole number from 0 to 2^64 - 1."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise fault(name, value, "must be a whole number") from None
    if not 0 <= number <= MOST:
        raise fault(name, value, "must be a whole number from 0, below 2^64")
    return number


def whole_or_none(name: str, value: object) -> int | None:
    """The same, or nothing."""
    return None if value is None else whole(name, value)


def number(name: str, value: object) -> float:
    """A finite number; -0 is 0."""
    try:
        if isinstance(value, (bool, np.bool_, str, bytes)):
            raise TypeError
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise fault(name, value, "must be a finite number") from None
    if not np.isfinite(found):
        raise fault(name, value, "must be a finite number")
    return found + 0.0


def numbers(name: str, value: object) -> list[float] | None:
    """A list of finite numbers, or nothing."""
    if value is None:
        return None
    if isinstance(value, (str, bytes)) or not isinstance(value, (Sequence, np.ndarray)):
        raise fault(name, value, "must be a sequence of numbers")
    found = [number(name, each) for each in value]
    if not found:
        raise fault(name, value, "must have a number at least")
    return found


def weights(name: str, value: object) -> list[float] | None:
    """A number or several, or nothing."""
    if isinstance(value, (Sequence, np.ndarray)) and not (isinstance(value, np.ndarray) and value.ndim == 0):
        return numbers(name, value)
    return None if value is None else [number(name, value)]


def matrix(name: str, value: object) -> npt.NDArray[np.float64] | None:
    """A matrix of finite numbers, or nothing."""
    if value is None:
        return None
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "iufO":
            raise TypeError
        found = given.astype(np.float64)
    except (TypeError, ValueError):
        raise fault(name, value, "must be a matrix of numbers") from None
    if found.ndim != 2 or 0 in found.shape:
        raise fault(name, value, "must be a matrix: rows of numbers, alike in length")
    if not np.isfinite(found).all():
        raise fault(name, value, "must have finite numbers only")
    return found + 0.0


def word(name: str, value: object, known: Sequence[str]) -> str:
    """One of these words."""
    if isinstance(value, str) and value in known:
        return value
    near = difflib.get_close_matches(value, known, 1) if isinstance(value, str) else []
    meant = f"did you mean {near[0]}? " if near else ""
    raise fault(name, value, f"{meant}must be one of {', '.join(known)}")


def flag(name: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise fault(name, value, "must be True or False")
    return bool(value)


def positive(name: str, value: Any, least: int, most: int) -> int:
    """A whole number of this range."""
    found = whole(name, value)
    if not least <= found <= most:
        raise fault(name, value, f"must be from {least} to {most}")
    return found
