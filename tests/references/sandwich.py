"""Sandwich variances of regressions on small tables, by statsmodels: what tests/advise.rs compares with.

Run once with Python 3.11.7, NumPy 2.4.6, pandas 3.1.1, statsmodels 0.15.0:

    python3 tests/references/sandwich.py

writes tables/*.csv (drawn here, seed 20261129; one line a row) and sandwich.csv (family, table, quantity, value).
Quantities: the coefficients and their standard errors (HC0), and A_s and A_r in three losses. n cov is n times the covariance of the estimates, from
the Hessian for A_s, HC0 for A_r. Least squares divide by n, not by n - p, as maximum likelihood does.
"""

import csv
import pathlib

import numpy as np
import pandas as pd
import statsmodels.api as sm

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(20261129)
n = 240


def draw():
    age = rng.integers(18, 90, n)
    gain = np.where(rng.random(n) < 0.2, np.round(rng.lognormal(7, 1, n)), 0)
    town = rng.choice(["Ghent", "Liège", "Spa, east", "Ypres"], n, p=[0.4, 0.3, 0.2, 0.1])
    return pd.DataFrame({"age": age, "gain": gain, "town": town})


def linear(t):
    mean = 1000 + 20 * t.age + 0.1 * t.gain + 300 * (t.town == "Ypres") + 0.2 * (t.age - 50) ** 2
    return np.round(mean + (5 + 4 * t.age) * rng.standard_normal(n), 2)


def logistic(t):
    eta = -1 + 0.9 * np.sin(t.age / 9) + 0.0002 * t.gain + (t.town == "Liège")
    return np.where(rng.random(n) < 1 / (1 + np.exp(-eta)), ">50K", "<=50K")


def poisson(t):
    mean = np.exp(0.3 + 0.01 * t.age + 0.4 * (t.town == "Ypres"))
    return rng.negative_binomial(1.5, 1.5 / (1.5 + mean))


def design(t, standardised):
    levels = t.town.value_counts()
    first = min(levels[levels == levels.max()].index)
    x = pd.DataFrame({"age": t.age.astype(float), "gain": t.gain.astype(float)})
    for level in sorted(set(t.town) - {first}):
        x["town=" + level] = (t.town == level).astype(float)
    if standardised:
        x = (x - x.mean()) / x.std(ddof=0)
    x.insert(0, "(intercept)", 1.0)
    return x


def fit(family, y, x):
    """Estimates, n cov from the Hessian, n cov of HC0."""
    if family == "linear":
        plain, robust = sm.OLS(y, x).fit(), sm.OLS(y, x).fit(cov_type="HC0")
        return plain.params, (n - x.shape[1]) * plain.cov_params(), n * robust.cov_params()
    model = sm.Logit(y, x) if family == "logistic" else sm.Poisson(y, x)
    options = dict(disp=0, method="newton", maxiter=100, tol=1e-14)
    plain, robust = model.fit(**options), model.fit(cov_type="HC0", **options)
    return plain.params, n * plain.cov_params(), n * robust.cov_params()


(here / "tables").mkdir(exist_ok=True)
found = []
for family, respond in [("linear", linear), ("logistic", logistic), ("poisson", poisson)]:
    table = draw()
    table["y"] = respond(table)
    table.to_csv(here / "tables" / f"{family}.csv", index=False)
    y = (table.y == ">50K").astype(float) if family == "logistic" else table.y.astype(float)
    raw, standardised = design(table, False), design(table, True)
    # Estimates of well conditioned columns, in the units of the table: a linear map.
    params, hessian, hc0 = fit(family, y, standardised)
    deviations, means = raw.std(ddof=0).to_numpy(), raw.mean().to_numpy()
    to_raw = np.diag(np.r_[1.0, 1 / deviations[1:]])
    to_raw[0, 1:] = -means[1:] / deviations[1:]
    raw_params, raw_hessian, raw_hc0 = to_raw @ params, to_raw @ hessian @ to_raw.T, to_raw @ hc0 @ to_raw.T
    for name, value, variance in zip(raw.columns, raw_params, np.diag(raw_hc0)):
        found.append((family, f"coefficient {name}", value))
        found.append((family, f"error {name}", np.sqrt(variance / n)))
    found += [(family, "raw A_s", np.trace(raw_hessian)), (family, "raw A_r", np.trace(raw_hc0))]
    found += [(family, "standardised A_s", np.trace(hessian)), (family, "standardised A_r", np.trace(hc0))]
    found.append((family, "deviance A_r/A_s", np.trace(np.linalg.solve(hessian, hc0)) / len(params)))

with open(here / "sandwich.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["family", "quantity", "value"])
    writer.writerows((family, quantity, repr(float(value))) for family, quantity, value in found)
