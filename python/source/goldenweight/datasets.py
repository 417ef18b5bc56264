"""Tables to try things on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import _native


def adult() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[str]]:
    """The Adult census table: all 48,842 rows of the numeric columns.

    Returns
    -------
    X
        float64 of shape (48842, 5): age and education_num in years, capital_gain and capital_loss in dollars, hours_per_week. Sorted.
    y
        float64 of shape (48842,): 1 where the income is above 50,000 dollars a year.
    names
        Of the columns.

    Source: Becker, B. and Kohavi, R. (1996), Adult, UCI Machine Learning Repository, https://doi.org/10.24432/C5XW20, CC BY 4.0.

    Examples
    --------
    >>> from goldenweight.datasets import adult
    >>> X, y, names = adult()
    >>> X.shape, int(y.sum())
    ((48842, 5), 11687)
    """
    rows = _native.adult()
    repeated = np.repeat(rows[:, :-1], rows[:, -1].astype(np.int64), axis=0)
    return np.ascontiguousarray(repeated[:, :-1]), np.ascontiguousarray(repeated[:, -1]), list(_native.ADULT)
