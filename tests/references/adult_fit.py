"""Full-table logistic fit of the Adult data in higher precision: the digits pinned in tests/adult.rs.

    python3 tests/references/adult_fit.py

income ~ 1 + raw covariates over src/adult/rows.csv: sums in 80-bit long double, 6 x 6 algebra in mpmath at 60 digits.
Made with Python 3.11.7, NumPy 2.4.6, mpmath 1.3.0 on x86-64. Independent of the program: no standardised columns.
"""

import pathlib

import mpmath
import numpy as np

mpmath.mp.dps = 60
table = np.loadtxt(
    pathlib.Path(__file__).parents[2] / "src" / "adult" / "rows.csv", delimiter=",", skiprows=1, dtype=np.longdouble
)
x = np.column_stack([np.ones(len(table), np.longdouble), table[:, :5]])
y, share = table[:, 5], table[:, 6] / table[:, 6].sum()


def exact(a):
    """A long double array as an mpmath matrix, without loss."""
    high = a.astype(np.float64)
    low = (a - high).astype(np.float64)
    return mpmath.matrix(high.tolist()) + mpmath.matrix(low.tolist())


beta = np.zeros(6, np.longdouble)
for _ in range(40):
    p = 1 / (1 + np.exp(-(x @ beta)))
    inverse = exact((x * (share * p * (1 - p))[:, None]).T @ x) ** -1
    step = inverse * exact((share * (y - p)) @ x)
    beta = beta + np.array([np.longdouble(mpmath.nstr(s, 25)) for s in step])
    if mpmath.norm(step) < 1e-16:
        break
p = 1 / (1 + np.exp(-(x @ beta)))
inverse = exact((x * (share * p * (1 - p))[:, None]).T @ x) ** -1
squares = exact((x * (share * (y - p) ** 2)[:, None]).T @ x)
print("beta", [repr(float(b)) for b in beta])

# Coefficients of standardised columns: slopes times the deviation, intercept plus the slopes times the means.
means = exact((share @ x)[None, :])
second = exact((share @ x**2)[None, :])
to_standardised = mpmath.eye(6)
for j in range(1, 6):
    to_standardised[0, j] = means[j]
    to_standardised[j, j] = mpmath.sqrt(second[j] - means[j] ** 2)
for name, matrix in [("tr I^-1", inverse), ("tr I^-1 J I^-1", inverse * squares * inverse)]:
    standardised = to_standardised * matrix * to_standardised.T
    for columns, covariance in [("raw", matrix), ("standardised", standardised)]:
        print(name, columns, repr(float(sum(covariance[i, i] for i in range(6)))))
