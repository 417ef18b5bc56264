"""Weighted logistic and Poisson fits on small data in 50 digits: the digits pinned in tests/glm.rs.

    python3 tests/references/glm_fits.py

The score equations are solved by mpmath's findroot (Jacobian by differences), without an information matrix.
Made with Python 3.11.7, mpmath 1.3.0. The covariates are multiples of 1/8, hence exact in binary.
"""

import mpmath

mpmath.mp.dps = 50
REAL = [(9, -4), (-3, 7), (12, 2), (-6, -10), (5, 5), (-11, 3), (2, -8), (7, 13)]
SYNTHETIC = [(-2, 6), (10, -9), (4, 1), (-8, -5), (15, 3)]
LABELS = ([1, 1, 1, 0, 0, 0, 1, 1], [1, 0, 0, 1, 1])
COUNTS = ([3, 2, 4, 0, 1, 0, 1, 9], [1, 0, 2, 0, 3])


def logistic(eta):
    return 1 / (1 + mpmath.exp(-eta))


def fit(mean, responses, weight):
    """Total weight `weight` on the real rows, the rest on the synthetic ones."""
    rows = [(w / len(part), x, y) for part, ys, w in zip((REAL, SYNTHETIC), responses, (weight, 1 - weight))
            for x, y in zip(part, ys)]

    def score(*beta):
        residuals = [(w, x, y - mean((x[0] * beta[0] + x[1] * beta[1]) / 8)) for w, x, y in rows]
        return [mpmath.fsum(w * x[j] * r for w, x, r in residuals) for j in (0, 1)]

    return [repr(float(b)) for b in mpmath.findroot(score, (0.5, 0.5), solver="mdnewton")]


for weight in (mpmath.mpf(1), mpmath.mpf(5) / 8, mpmath.mpf(0)):
    print("weight", mpmath.nstr(weight, 5), "logistic", fit(logistic, LABELS, weight), "poisson", fit(mpmath.exp, COUNTS, weight))
