"""Every function gives the numbers of the command line, to the bit: the same keys, the same floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import goldenweight as gw

Same = Callable[..., None]

#: A truth that is not the default, in the words of both.
TRUTHS: list[tuple[dict[str, Any], str]] = [
    (dict(model="gaussian-mean"), ""),
    (dict(model="gaussian-mean", sigma=[[2, 0.6], [0.6, 1]]), "--sigma 2,.6;.6,1"),
    (dict(model="gaussian-covariance", dim=3, divisor="mle"), "--dim 3 --divisor mle"),
    (dict(model="gaussian-variance"), ""),
    (dict(model="linear", beta=[1, -2, 0.5], noise_variance=2.5), "--beta 1,-2,.5 --noise-variance 2.5"),
    (dict(model="logistic", dim=5), "--dim 5"),
    (
        dict(model="poisson", beta=np.array([0.1, 0.2]), design_covariance=np.array([[1, 0.1], [0.1, 1]])),
        "--beta .1,.2 --design-covariance 1,.1;.1,1",
    ),
    (dict(model="cdf"), ""),
    (dict(model="categorical", probabilities=(0.2, 0.3, 0.5)), "--probabilities .2,.3,.5"),
    (dict(model="kde", bandwidth=0.4), "--bandwidth .4"),
    (dict(model="kde", bandwidth="optimal"), ""),
]
SIZES = [(100, 400), (1000, 30)]


def words(truth: dict[str, Any], options: str) -> list[str]:
    return ["--model", truth["model"], *options.split()]


def test_every_model_is_compared() -> None:
    assert {truth["model"] for truth, _ in TRUTHS} == set(gw.MODELS)


@pytest.mark.parametrize(("truth", "options"), TRUTHS)
@pytest.mark.parametrize(("n", "m"), SIZES)
def test_weight(same: Same, truth: dict[str, Any], options: str, n: int, m: int) -> None:
    same(gw.weight(n, m, **truth), "weight", "--real", n, "--synthetic", m, *words(truth, options))


def test_weight_of_generations_and_orders(same: Same) -> None:
    same(gw.weight(100, 200, generations=7), "weight", "--real", 100, "--synthetic", 200, "--generations", 7)
    line = ["weight", "--real", 100, "--synthetic", 200, "--model", "logistic", "--order"]
    same(gw.weight(100, 200, "logistic", order="limit"), *line, "limit")


@pytest.mark.parametrize(("truth", "options"), TRUTHS)
def test_risk(same: Same, truth: dict[str, Any], options: str) -> None:
    line = ["risk", "--real", 100, "--synthetic", 400, *words(truth, options)]
    same(gw.risk(real=100, synthetic=400, weight=0.3, **truth), *line, "--weight", ".3")
    same(
        gw.risk(real=100, synthetic=400, weight=[0.3, 0.7], generations=9, burn_in=4, **truth),
        *line, "--weight", ".3,.7", "--generations", 9, "--burn-in", 4,
    )  # fmt: skip


def test_risk_of_schedules(same: Same) -> None:
    line = ["risk", "--model", "gaussian-mean", "--real", 100, "--synthetic", 50, "--generations", 20]
    same(gw.risk("gaussian-mean", 100, 50, schedule="accumulate", generations=20), *line, "--schedule", "accumulate")
    fixed = gw.risk("gaussian-mean", 100, 50, 0.4, schedule="fixed", generations=20)
    same(fixed, *line, "--schedule", "fixed", "--weight", ".4")


def test_a_risk_that_diverges(same: Same) -> None:
    found = gw.risk("gaussian-mean", 100, 100, 0)
    assert found.risk is None and found.diverges and found.reasons["risk"].startswith("diverges")
    same(found, "risk", "--model", "gaussian-mean", "--real", 100, "--synthetic", 100, "--weight", 0)


def test_a_risk_beyond_the_floats_is_said() -> None:
    with pytest.warns(UserWarning, match="no float"):
        found = gw.risk("gaussian-covariance", 2, 2, 0, dim=1, generations=10_000)
    assert found.overflow and found.notes


def test_sample_weight(same: Same) -> None:
    rows = gw.sample_weight(1000, 5000)
    answer = gw.weight(1000, 5000)
    assert rows.dtype == np.float64 and rows.shape == (6000,)
    assert abs(rows.mean() - 1) < 1e-12  # 6,000 roundings of numbers near 1: at most 1e-12
    assert set(rows[:1000]) == {answer.per_row[0] * 6000} and set(rows[1000:]) == {answer.per_row[1] * 6000}
    # The share of the real rows is the weight.
    assert abs(rows[:1000].sum() / rows.sum() - answer.weight) < 1e-12
