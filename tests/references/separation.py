"""Small samples with the existence of their fits, by linear programming: tests/references/separation.csv.

    python3 tests/references/separation.py

A fit does not exist (or is not unique) where a direction h /= 0 exists with s_i x_i'h >= 0 on every row (logistic, s = 2y - 1), or
with x_i'h <= 0 where y_i = 0 and x_i'h = 0 where y_i > 0 (Poisson) (Albert and Anderson 1984; Haberman 1974). For each coordinate j and
sign the linear programme maximises +-h_j under these constraints and |h| <= 1. Covariates are small integers, so that rows fall
on a common hyperplane often: complete and quasi-complete separation and rank deficiency all occur.
Each line: family, p, the rows as x_1 .. x_p y, and 1 where the fit exists. Python 3.11.7, NumPy 2.4.6, SciPy 1.17.1.
"""

import pathlib

import numpy as np
from scipy.optimize import linprog

rng = np.random.default_rng(20250218)


def exists(family, x, y):
    p = x.shape[1]
    if family == "logistic":
        constraints = {"A_ub": -(2 * y - 1)[:, None] * x, "b_ub": np.zeros(len(y))}
    else:
        zero = y == 0
        constraints = {}
        if zero.any():
            constraints |= {"A_ub": x[zero], "b_ub": np.zeros(zero.sum())}
        if (~zero).any():
            constraints |= {"A_eq": x[~zero], "b_eq": np.zeros((~zero).sum())}
    for objective in np.vstack([np.eye(p), -np.eye(p)]):
        result = linprog(-objective, bounds=[(-1, 1)] * p, **constraints)
        assert result.status == 0
        if -result.fun > 1e-6:
            return False
    return True


with open(pathlib.Path(__file__).with_name("separation.csv"), "w") as file:
    file.write("family,p,rows,exists\n")
    for family in ("logistic", "poisson"):
        for p in (1, 2, 3):
            for _ in range(120):
                n = int(rng.integers(6, 13))
                x = rng.integers(-4, 5, size=(n, p))
                if family == "poisson" and rng.random() < 0.5:
                    x = abs(x)
                eta = x @ rng.normal(size=p) * 0.7
                if family == "logistic":
                    y = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
                else:
                    y = rng.poisson(np.exp(np.minimum(eta - rng.uniform(0, 6), 3)))
                rows = " ".join(str(v) for row, label in zip(x, y) for v in (*row, label))
                file.write(f"{family},{p},{rows},{int(exists(family, x, y))}\n")
