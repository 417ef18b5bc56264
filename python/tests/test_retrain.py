"""`retrain` beside closed forms, and the same bits however the work is spread."""

from __future__ import annotations

import math
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge

import goldenweight as gw
from goldenweight import _retrain

RNG = np.random.default_rng(5)
X = RNG.standard_normal((400, 2))
Y = X @ [1.0, -1.0] + RNG.standard_normal(400)
LABELS = (RNG.random(400) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)


class Mean:
    """A mean of responses, which makes N(mean, 1). Nothing of scikit-learn."""

    def fit(self, X: Any, y: Any, sample_weight: Any) -> None:
        self.mean = float(np.average(y, weights=sample_weight))


def normal(fit: Mean, X: Any, rng: np.random.Generator) -> Any:
    return fit.mean + rng.standard_normal(len(X))


def off(fit: Mean, reference: Mean, X: Any) -> float:
    return (fit.mean - reference.mean) ** 2


def mean_of_table(**asked: Any) -> gw.Retrained:
    y = np.random.default_rng(3).standard_normal(2000)
    y = (y - y.mean()) / y.std()  # so that the risk is exact: rows of the table have the variance 1
    return gw.retrain(Mean(), np.zeros((2000, 1)), y, sampler=normal, loss=off, **asked)


@pytest.mark.parametrize("weight", [0.3, 0.618, 1.0])
def test_a_mean_has_the_risk_of_the_exact_law(weight: float) -> None:
    """Rows of a table with mean 0 and variance 1, synthetic ones N(mean, 1): the law of a Gaussian mean, which `risk` has exactly."""
    found = mean_of_table(real=20, synthetic=30, weight=weight, generations=8, replicates=500, ratio=1.0).results[0]
    exact = gw.risk("gaussian-mean", 20, 30, weight, dim=1, generations=8).risk
    # One draw in 10^5 is further off: 4.4 standard errors.
    assert abs(found["risk"] - exact) < 4.4 * found["std_error"]
    assert found["degrees"] == 499 and found["failed_fits"] == 0


def test_a_search_finds_the_golden_weight() -> None:
    found = mean_of_table(real=40, synthetic=40, weight="search", generations=6, burn_in=4, replicates=240, ratio=1.0)
    assert found.limit_weight == found.golden_weight == gw.weight(10, 10).weight
    # The mean of generations 4 and 5 has nearly reached its limit.
    assert found.theory_weight is not None and 0 < found.theory_weight - found.golden_weight < 1e-3
    minimum = found.minimum
    assert minimum is not None and minimum["converged"] and minimum["degrees"] == 23
    # Student's law with 23 degrees of freedom: one in 10^5 is beyond 5.6.
    assert abs(minimum["z"]) < 5.6 and minimum["interval"][0] < minimum["weight"] < minimum["interval"][1]
    assert math.isclose(minimum["z"], (minimum["weight"] - found.theory_weight) / minimum["std_error"])


@pytest.mark.parametrize(("asked", "expected"), [(dict(generations=1), 2 / 3), (dict(generations=2), None), (dict(generations=3, burn_in=0), None)])
def test_the_theory_is_that_of_these_generations(asked: dict[str, Any], expected: float | None) -> None:
    """e_t = w^2 + (1 - w)^2 (1 + e_{t-1}), e_0 = 1, in units of 1/n: at t = 1 the best weight is 2/3, as `weight` has it for a single generation."""
    found = mean_of_table(real=40, synthetic=40, weight=0.6, replicates=4, ratio=1.0, **asked)
    w = np.linspace(0, 1, 100_001)
    risks = [np.ones_like(w)]
    for _ in range(asked["generations"]):
        risks.append(w**2 + (1 - w) ** 2 * (1 + risks[-1]))
    curve = np.mean(risks[asked["burn_in"] : -1], axis=0) if "burn_in" in asked else risks[-1]
    assert found.theory_weight is not None and abs(found.theory_weight - w[curve.argmin()]) < 1e-5
    assert expected is None or abs(found.theory_weight - expected) < 1e-7
    assert mean_of_table(real=40, synthetic=40, weight=0.6, replicates=4, ratio=1.0, generations=0).theory_weight is None


def test_an_estimator_may_change_what_it_is_given() -> None:
    shifted, before = X + 10, X + 10
    for schedule in ("fresh", "fixed", "accumulate"):
        asked = {**ASKED, "schedule": schedule, "weight": "golden"}
        kept = gw.retrain(LinearRegression(), shifted, Y, **asked).results
        assert gw.retrain(LinearRegression(copy_X=False), shifted, Y, **asked).results == kept
        assert (shifted == before).all()


def test_every_seed_has_streams_of_its_own() -> None:
    seeds = [1, 2**53 + 1, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1]
    assert len({gw.retrain(LinearRegression(), X, Y, **{**ASKED, "seed": seed}).results[0]["risk"] for seed in seeds}) == len(seeds)


def test_threads_have_the_same_bits_and_leave_warnings_as_they_were() -> None:
    estimator, filters = LogisticRegression(max_iter=5), list(warnings.filters)
    asked = {**ASKED, "replicates": 80, "weight": 0.5}
    with pytest.warns(UserWarning, match="of the first: ConvergenceWarning: lbfgs failed to converge"):
        alone = gw.retrain(estimator, X, LABELS, **asked)
    with ThreadPoolExecutor(4) as pool, pytest.warns(UserWarning, match="does not exist"):
        spread = gw.retrain(estimator, X, LABELS, **asked, mapper=lambda block, blocks: pool.map(block, blocks))
    assert spread == alone and warnings.filters == filters and 0 < alone.results[0]["failed_fits"]


def test_random_states_within_an_estimator_are_set() -> None:
    estimator = VotingClassifier([("forest", RandomForestClassifier(3, max_depth=2))], voting="soft")
    assert gw.retrain(estimator, X, LABELS, **ASKED) == gw.retrain(estimator, X, LABELS, **ASKED)


def test_without_a_theory_it_runs() -> None:
    classes = LABELS + (X[:, 1] > 1)
    found = gw.retrain(LogisticRegression(C=np.inf, max_iter=1000), X, classes, **{**ASKED, "real": 300, "synthetic": 300})
    assert found.theory == "no theory covers LogisticRegression with 3 classes" and found.loss == "squared distance of probabilities"
    twice = gw.retrain(LinearRegression(), np.column_stack([X, X[:, 0]]), Y, **ASKED)
    assert twice.kappa is None and "column x2: is a linear combination of x0" in twice.theory


def test_an_estimator_without_weights_is_doubted() -> None:
    class Deaf(Mean):
        def fit(self, X: Any, y: Any, sample_weight: Any) -> None:
            super().fit(X, y, np.ones(len(y)))

    with pytest.warns(UserWarning, match="does the estimator use sample_weight"):
        gw.retrain(Deaf(), X, Y, **ASKED, sampler=normal, loss=off)


def test_accumulating_rows_have_the_risk_of_the_exact_law() -> None:
    found = mean_of_table(real=20, synthetic=20, schedule="accumulate", generations=6, replicates=500)
    exact = gw.risk("gaussian-mean", 20, 20, schedule="accumulate", dim=1, generations=6).risk
    row = found.results[0]
    assert abs(row["risk"] - exact) < 4.4 * row["std_error"] and row["weight"] is None
    assert found.kappa is None and "schedule accumulate" in found.reasons["kappa"]


def test_fixed_rows_have_the_risk_of_the_exact_law() -> None:
    found = mean_of_table(real=20, synthetic=20, weight=0.4, schedule="fixed", generations=6, replicates=500).results[0]
    exact = gw.risk("gaussian-mean", 20, 20, 0.4, schedule="fixed", dim=1, generations=6).risk
    assert abs(found["risk"] - exact) < 4.4 * found["std_error"]


def test_subsamples_have_the_risk_of_the_exact_law() -> None:
    found = mean_of_table(real=20, synthetic=20, schedule="subsample", generations=5, replicates=500).results[0]
    exact = gw.risk("gaussian-mean", 20, 20, schedule="subsample", dim=1, generations=5).risk
    assert abs(found["risk"] - exact) < 4.4 * found["std_error"]


ASKED: dict[str, Any] = dict(real=60, synthetic=60, weight=[0.4, 0.6], generations=3, replicates=10, seed=11)


@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (LinearRegression(), Y),
        (LogisticRegression(), LABELS),
        (GradientBoostingClassifier(n_estimators=3, subsample=0.5), LABELS),
    ],
)
def test_the_bits_do_not_depend_on_processes(estimator: Any, y: Any) -> None:
    alone = gw.retrain(estimator, X, y, **ASKED)
    assert gw.retrain(estimator, X, y, **ASKED, jobs=2) == alone

    def backwards(block: Any, blocks: Any) -> list[Any]:
        return [block(each) for each in reversed(blocks)][::-1]

    assert gw.retrain(estimator, X, y, **ASKED, mapper=backwards) == alone
    assert gw.retrain(estimator, X, y, **{**ASKED, "seed": 12}) != alone


def test_the_first_replicates_are_those_of_a_longer_run() -> None:
    task_losses = []

    def keep(block: Any, blocks: Any) -> list[Any]:
        task_losses.append(np.concatenate([block(each) for each in blocks]))
        return [task_losses[-1]]

    gw.retrain(LinearRegression(), X, Y, **{**ASKED, "replicates": 5}, mapper=keep)
    gw.retrain(LinearRegression(), X, Y, **{**ASKED, "replicates": 9, "weight": 0.6}, mapper=keep)
    assert (task_losses[0][:, 1] == task_losses[1][:5, 0]).all()


def test_over_dask_the_bits_are_the_same() -> None:
    distributed = pytest.importorskip("dask.distributed")
    alone = gw.retrain(LinearRegression(), X, Y, **ASKED)
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        spread = gw.retrain(
            LinearRegression(), X, Y, **ASKED, mapper=lambda f, blocks: client.gather(client.map(f, blocks))
        )
    assert spread == alone


def test_theory_is_told_where_it_covers() -> None:
    logistic = gw.retrain(LogisticRegression(C=np.inf), X, LABELS, **{**ASKED, "replicates": 2, "real": 300, "synthetic": 300})
    advice = gw.advise(X, LABELS, family="logistic", synthetic=400)
    assert logistic.kappa == advice.kappa and logistic.limit_weight == advice.weight and logistic.loss == "deviance"
    for estimator, y, words in [
        (LogisticRegression(), LABELS, "with a penalty: C=numpy.inf leaves it out"),
        (PoissonRegressor(), LABELS, "with a penalty: alpha=0 leaves it out"),
        (Ridge(), Y, "no theory covers Ridge"),
        (GradientBoostingClassifier(n_estimators=2), LABELS, "no theory covers GradientBoostingClassifier"),
    ]:
        found = gw.retrain(estimator, X, y, **{**ASKED, "replicates": 2})
        assert found.theory_weight is None and words in found.theory and found.reasons["kappa"] == found.theory


@pytest.mark.parametrize(
    ("estimator", "y", "family"),
    [(LinearRegression(), Y, "linear"), (LogisticRegression(C=np.inf, tol=1e-8), LABELS, "logistic")],
)
def test_the_loss_is_that_of_advise(estimator: Any, y: Any, family: Any) -> None:
    """The first-order risk of a fit to n rows of the table is A_r/n in the loss "deviance" of `advise`; 1/n more is left out, here at n = 400."""
    found = gw.retrain(estimator, X, y, real=400, synthetic=1, weight=1, generations=0, replicates=300).results[0]
    losses = {row["loss"]: row for row in gw.advise(X, y, family=family, synthetic=400).losses}
    expected = losses["deviance"]["variance_real"] / 400
    assert abs(found["risk"] / expected - 1) < 4.4 * found["std_error"] / expected + 3 / 400 * 3


def test_streams_are_keyed() -> None:
    draws = [_retrain.stream(1, replicate, t, purpose).random(4).tolist() for replicate in (0, 1) for t in (0, 1) for purpose in (0, 1)]
    assert len({tuple(each) for each in draws}) == 8
    # NumPy's own algorithm and this key: these digits stay.
    assert _retrain.stream(1, 2, 3, 0).integers(2**32, size=3).tolist() == DIGITS


#: Made once by numpy 2.4.6: np.random.Philox(key=[1, 0x676F6C64], counter=[0, 0, 3, 2]).
DIGITS = [2034887630, 4008796896, 2887075815]


def test_failed_fits_are_counted() -> None:
    class Fails(Mean):
        def fit(self, X: Any, y: Any, sample_weight: Any) -> None:
            super().fit(X, y, sample_weight)
            if self.mean > 0.3:
                raise ValueError("no fit")

    with pytest.warns(UserWarning, match="does not exist"):
        found = gw.retrain(
            Fails(), np.zeros((400, 1)), LABELS - 0.5, real=10, synthetic=10, weight=0.5, generations=2, replicates=40,
            sampler=normal, loss=off,
        )  # fmt: skip
    row = found.results[0]
    assert 0 < row["failed_fits"] < 40 and row["interval"] is None and "of the first: ValueError: no fit" in found.causes[0]


def test_where_fits_fail_a_minimum_has_no_z() -> None:
    rare = (np.arange(400) < 40).astype(int)
    with pytest.warns(UserWarning, match="does not exist"):
        found = gw.retrain(LogisticRegression(), X, rare, real=40, synthetic=40, weight="search", generations=3, replicates=96, ratio=1.0)
    assert all(row["interval"] is None for row in found.results) and found.minimum is not None
    assert found.minimum["interval"] is None and found.minimum["z"] is None and found.minimum["replicates"] < 96
    assert "more than one chain in 10,000" in found.minimum["z_reason"] or "no minimum" in found.minimum["z_reason"]


def test_the_minimum_of_a_known_curve() -> None:
    weights = np.linspace(0.3, 0.9, 9)
    shifts = np.linspace(-0.05, 0.05, 24)
    losses = (weights[None, :] - 0.6 - shifts[:, None]) ** 2
    risks = [dict(weight=float(w), too_many_failed=False, interval=(0.0, 1.0)) for w in weights]
    found = _retrain._minimum(risks, losses, 0.6)
    # The mean of the shifted parabolas has its minimum at .6; the jackknife of a mean is its standard error.
    assert abs(found["weight"] - 0.6) < 1e-9
    assert abs(found["std_error"] / (shifts.std(ddof=1) / math.sqrt(24)) - 1) < 1e-6
    assert _retrain._minimum(risks, np.tile(weights, (24, 1)), 0.6)["converged"] is False
    # Every replicate counts, also where batches differ in size.
    uneven = _retrain._minimum(risks, np.concatenate([losses, losses[:7]]), 0.6)
    assert uneven["replicates"] == 31 and abs(uneven["weight"] - 0.6 - np.concatenate([shifts, shifts[:7]]).mean()) < 1e-9
