"""Two tables each, fitted by statsmodels, and what follows for the synthetic one: what tests/audit.rs compares with.

Run once with Python 3.11.7, NumPy 2.4.6, pandas 3.1.1, statsmodels 0.15.0, SciPy:

    python3 tests/references/audit.py

writes tables/*-synthetic.csv (drawn here, seed 20261130) and audit.csv (family, quantity, value). The real tables are those of sandwich.py. The
synthetic ones have other shares of towns, other ages, and another law of the response. Quantities, in the deviance loss and the coordinates of the real
table's standardised columns: tr Q V_R, tr Q V_S, the squared bias, the best weight and the risk there over tr Q V_R (by SciPy, on matrices that are inverted at
each weight, where the program has a common basis), the relative risk of pooling; and the difference of each raw coefficient with its standard error.
"""

import csv
import pathlib

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import minimize_scalar

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(20261130)
m = 360


def draw():
    age = rng.integers(30, 70, m)
    gain = np.where(rng.random(m) < 0.3, np.round(rng.lognormal(7, 1, m)), 0)
    town = rng.choice(["Ghent", "Liège", "Spa, east", "Ypres"], m, p=[0.2, 0.4, 0.2, 0.2])
    table = pd.DataFrame({"age": age, "gain": gain, "town": town})
    eta = -1 + 0.02 * (age - 50) + 0.0002 * gain + (town == "Liège")
    return {
        "linear": table.assign(y=np.round(1200 + 20 * age + 300 * (town == "Ypres") + 200 * rng.standard_normal(m), 2)),
        "logistic": table.assign(y=np.where(rng.random(m) < 1 / (1 + np.exp(-eta)), ">50K", "<=50K")),
        "poisson": table.assign(y=rng.poisson(np.exp(0.5 + 0.008 * age + 0.4 * (town == "Ypres")))),
    }


def design(t, levels):
    x = pd.DataFrame({"age": t.age.astype(float), "gain": t.gain.astype(float)})
    for level in levels:
        x["town=" + level] = (t.town == level).astype(float)
    return x


def fit(family, y, x):
    """Estimates, their covariance HC0, and the information per row without a dispersion."""
    if family == "linear":
        robust = sm.OLS(y, x).fit(cov_type="HC0")
        return robust.params.to_numpy(), robust.cov_params().to_numpy(), x.T.to_numpy() @ x.to_numpy() / len(x)
    model = sm.Logit(y, x) if family == "logistic" else sm.Poisson(y, x)
    robust = model.fit(cov_type="HC0", disp=0, method="newton", maxiter=100, tol=1e-14)
    return robust.params.to_numpy(), robust.cov_params().to_numpy(), -model.hessian(robust.params) / len(x)


found = []
for family, synthetic in draw().items():
    synthetic.to_csv(here / "tables" / f"{family}-synthetic.csv", index=False)
    real = pd.read_csv(here / "tables" / f"{family}.csv")
    counts = real.town.value_counts()
    levels = sorted(set(real.town) - {min(counts[counts == counts.max()].index)})
    raw = design(real, levels)
    means, deviations = raw.mean(), raw.std(ddof=0)
    fits = []
    for table in (real, synthetic):
        x = (design(table, levels) - means) / deviations
        x.insert(0, "(intercept)", 1.0)
        y = (table.y == ">50K").astype(float) if family == "logistic" else table.y.astype(float)
        fits.append((*fit(family, y, x), y, x))
    (b_r, v_r, h_r, y, x), (b_s, v_s, h_s, _, _) = fits
    q = h_r / (np.mean((y - x @ b_r) ** 2) if family == "linear" else 1)
    d, one = b_s - b_r, np.eye(len(b_r))

    def risk(w):
        share = np.linalg.solve(w * h_r + (1 - w) * h_s, w * h_r)
        rest = one - share
        metric = rest.T @ q @ rest
        bias = max(d @ metric @ d - np.trace(metric @ (v_r + v_s)), 0)
        return np.trace(q @ share @ v_r @ share.T) + np.trace(metric @ v_s) + bias

    real_risk = np.trace(q @ v_r)
    best = minimize_scalar(risk, bounds=(0, 1), method="bounded", options={"xatol": 1e-10})
    assert all(risk(w) >= best.fun - 1e-12 for w in np.linspace(0, 1, 1001))
    found += [(family, "variance_real", real_risk), (family, "variance_synthetic", np.trace(q @ v_s))]
    found.append((family, "bias_squared", max(d @ q @ d - np.trace(q @ (v_r + v_s)), 0)))
    found += [(family, "weight", best.x), (family, "relative_risk", best.fun / real_risk)]
    found.append((family, "pooled", risk(len(real) / (len(real) + m)) / real_risk))
    to_raw = np.diag(np.r_[1.0, 1 / deviations])
    to_raw[0, 1:] = -(means / deviations)
    errors = np.sqrt(np.diag(to_raw @ (v_r + v_s) @ to_raw.T))
    for name, difference, error in zip(x.columns, to_raw @ d, errors):
        found += [(family, f"difference {name}", difference), (family, f"error {name}", error)]

with open(here / "audit.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["family", "quantity", "value"])
    writer.writerows((family, quantity, repr(float(value))) for family, quantity, value in found)
