"""`advise` beside statsmodels (GLM with the sandwich covariance HC0) and scikit-learn on the same fit: numbers equal to 1e-8, and the ratio of the seconds.
Also the time of a call of `weight`. python benchmarks/glm.py [ROWS [COLUMNS]]"""

import sys
import timeit

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor

import goldenweight as gw

REPEATS = 3


def least(call):
    """Least seconds of a few runs, and the last result."""
    found = []
    seconds = timeit.repeat(lambda: found.append(call()), number=1, repeat=REPEATS)
    return min(seconds), found[-1]


def main() -> None:
    rows, columns = (int(word) for word in (sys.argv[1:] + ["200000", "20"][len(sys.argv) - 1 :])[:2])
    rng = np.random.default_rng(1)
    X = rng.standard_normal((rows, columns))
    eta = 0.3 + X @ np.linspace(-0.4, 0.4, columns)
    families = {
        "linear": (eta + rng.standard_normal(rows), sm.families.Gaussian(), LinearRegression()),
        "logistic": (
            (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(float),
            sm.families.Binomial(),
            LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10),
        ),
        "poisson": (
            rng.poisson(np.exp(eta)).astype(float),
            sm.families.Poisson(),
            PoissonRegressor(alpha=0, solver="newton-cholesky", tol=1e-10),
        ),
    }
    print(f"{rows} rows, {columns} columns: seconds, the least of {REPEATS}\n")
    print(f"{'':10}{'advise':>10}{'statsmodels':>14}{'ratio':>8}{'scikit-learn':>14}   largest difference")
    for family, (y, of, estimator) in families.items():
        own, advice = least(lambda: gw.advise(X, y, family=family, synthetic=rows))
        design = sm.add_constant(X)
        theirs, fit = least(lambda: sm.GLM(y, design, family=of).fit(cov_type="HC0", tol=1e-12))
        fitted, bare = least(lambda: estimator.fit(X, y))
        mine = np.array([(each["value"], each["std_error"]) for each in advice.coefficients])
        off = max(
            np.abs(mine[:, 0] - fit.params).max(),
            np.abs(mine[:, 1] / fit.bse - 1).max(),
            np.abs(mine[1:, 0] - np.ravel(bare.coef_)).max(),
        )
        print(f"{family:10}{own:10.3f}{theirs:14.3f}{theirs / own:8.2f}{fitted:14.3f}   {off:.1e}")
        assert off < 1e-8, family
    calls = 20_000
    seconds = min(timeit.repeat(lambda: gw.weight(1000, 5000), number=calls, repeat=5)) / calls
    print(f"\nweight(1000, 5000): {seconds * 1e6:.2f} microseconds a call")
    assert seconds < 20e-6


if __name__ == "__main__":
    main()
