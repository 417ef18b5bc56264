"""Tables as they come: NumPy arrays, pandas and polars frames, columns of numbers or of texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _check

Array = npt.NDArray[Any]


def _module(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _is_frame(value: Any) -> bool:
    return hasattr(value, "columns") and _module(value) in ("pandas", "polars")


def _is_series(value: Any) -> bool:
    return _module(value) in ("pandas", "polars") and not _is_frame(value)


def _is_missing(value: object) -> bool:
    """None, NaN, and pandas' NA and NaT."""
    return value is None or isinstance(value, (float, np.floating)) and bool(np.isnan(value)) or type(value).__name__ in ("NAType", "NaTType")


def _is_real(value: object) -> bool:
    return isinstance(value, (bool, np.bool_, int, float, np.integer, np.floating))


def _texts(name: str, values: Array) -> tuple[Array, list[str]]:
    """Places among the different texts, -1 where one is missing."""
    texts = [None if _is_missing(value) else value for value in values]
    for text in texts:
        if not (text is None or isinstance(text, str)):
            raise _check.fault(name, text, "must be a text or a number, as the rest of the column is")
    levels = sorted({text for text in texts if text is not None})
    places = {text: place for place, text in enumerate(levels)}
    return np.array([-1 if text is None else places[text] for text in texts], dtype=np.int64), levels


def _unmasked(values: Any) -> Any:
    """A masked array with missing values in the place of what it hides; all else as it is."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    if values.dtype.kind in "biuf":
        return np.ma.filled(values.astype(np.float64), np.nan)
    return np.ma.filled(values.astype(object), None)


def column(name: str, values: Any) -> Any:
    """A column as the library takes it: an array of numbers, or places and levels of texts. Booleans are 0 and 1."""
    if _module(values) == "polars":
        values = values.to_numpy()
    elif _module(values) == "pandas":
        dtype = values.dtype
        # Whatever the categories are: numbers that are codes are no quantity.
        if dtype.name == "category":
            values = values.astype(object).map(lambda value: value if _is_missing(value) else str(value))
        if getattr(dtype, "kind", "O") in "biuf":
            values = values.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            values = values.to_numpy(dtype=object, na_value=None)
    values = np.asarray(_unmasked(values))
    if values.ndim != 1:
        raise _check.fault(name, values.shape, "must have one dimension")
    if values.dtype.kind in "biuf":
        return np.require(values, np.float64, ["C", "A"])
    if values.dtype.kind == "O":
        if all(_is_missing(value) or _is_real(value) for value in values):
            try:
                return np.array([np.nan if _is_missing(value) else value for value in values], dtype=np.float64)
            except OverflowError:
                raise _check.fault(name, "a number", "is beyond floating point") from None
        return _texts(name, values)
    if values.dtype.kind in "UT":
        return _texts(name, values.astype(object))
    raise _check.fault(name, values.dtype, "must be a column of numbers or of texts")


def table(X: Any, y: Any = None, arguments: tuple[str, str] = ("X", "y")) -> tuple[list[str], list[Any], str | None]:
    """Names of the columns, the columns, and the name of the response, which is the last column. An array of numbers is not copied."""
    name_of_x, name_of_y = arguments
    if _module(X) == "polars" and not hasattr(X, "to_numpy"):
        raise _check.fault(name_of_x, type(X).__name__, "must be a frame with its rows: call collect()")
    if _is_frame(X):
        names = [str(name) for name in X.columns]
        if len(set(names)) < len(names):
            twice = next(name for i, name in enumerate(names) if name in names[:i])
            raise _check.fault(name_of_x, twice, "must have each name of a column once")
        columns = [column(name, X[key]) for name, key in zip(names, X.columns)]
    else:
        X = _unmasked(X)
        found = np.asarray(X)
        if found.ndim == 1 and not _is_series(X):
            found = found[:, None]
        elif _is_series(X):
            found = np.asarray(X)[:, None]
        if found.ndim != 2:
            raise _check.fault(name_of_x, found.shape, "must have two dimensions: rows and columns")
        if 0 in found.shape:
            raise _check.fault(name_of_x, found.shape, "must have rows and columns")
        names = [f"x{j}" for j in range(found.shape[1])]
        if found.dtype.kind in "biuf":
            flags = found.flags
            if not (flags.c_contiguous or flags.f_contiguous) or not flags.aligned or found.dtype != np.float64:
                found = np.require(found, np.float64, ["C", "A"])
            columns = [found]
        else:
            columns = [column(f"{name_of_x} column {j}", found[:, j]) for j in range(found.shape[1])]
    if not names:
        raise _check.fault(name_of_x, X, "must have columns")
    if y is None:
        return names, columns, None
    called = getattr(y, "name", None)
    target = str(called) if isinstance(called, str) and called and called not in names else "y"
    while target in names:
        target += "_"
    if _is_frame(y):
        raise _check.fault(name_of_y, y.shape, "must be one column")
    return [*names, target], [*columns, column(name_of_y, y)], target


def regression_arrays(X: Any, y: Any) -> tuple[Array, Array]:
    """Covariates of shape (rows, columns) and responses of shape (rows,), as arrays."""
    found = np.asarray(_unmasked(X))
    responses = np.asarray(_unmasked(y))
    if found.ndim == 1:
        found = found[:, None]
    if found.ndim != 2 or 0 in found.shape:
        raise _check.fault("X", found.shape, "must have rows and columns")
    if responses.ndim != 1:
        raise _check.fault("y", responses.shape, "must have one dimension")
    if len(responses) != len(found):
        raise _check.fault("y", responses.shape, f"must have as many rows as X: {len(found)}")
    for name, values in (("X", found), ("y", responses)):
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise _check.fault(name, values[~np.isfinite(values)][0].item(), "must have finite numbers only")
    return found, responses
