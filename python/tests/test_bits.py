"""Every function gives the numbers of the command line, to the bit: the same keys, the same floats."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import goldenweight as gw
from conftest import bits

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
    found = gw.risk("gaussian-covariance", 2, 2, 0, dim=1, generations=10_000)
    assert found.overflow and "no float" in found.notes[0]


def test_sample_weight(same: Same) -> None:
    rows = gw.sample_weight(1000, 5000)
    answer = gw.weight(1000, 5000)
    assert rows.dtype == np.float64 and rows.shape == (6000,)
    assert abs(rows.mean() - 1) < 1e-12  # 6,000 roundings of numbers near 1: at most 1e-12
    assert set(rows[:1000]) == {answer.per_row[0] * 6000} and set(rows[1000:]) == {answer.per_row[1] * 6000}
    # The share of the real rows is the weight.
    assert abs(rows[:1000].sum() / rows.sum() - answer.weight) < 1e-12


@pytest.mark.parametrize(("truth", "options"), TRUTHS)
def test_simulate(same: Same, truth: dict[str, Any], options: str) -> None:
    line = ["simulate", "--real", 40, "--synthetic", 60, *words(truth, options), "--generations", 6, "--replicates", 70]
    found = gw.simulate(real=40, synthetic=60, weight=[0.3, 0.7], generations=6, replicates=70, seed=5, **truth)
    same(found, *line, "--weight", ".3,.7", "--seed", 5)


def test_simulate_with_every_option(same: Same) -> None:
    line = ["simulate", "--model", "gaussian-covariance", "--real", 20, "--synthetic", 30, "--weight", ".5"]
    line += ["--generations", 9, "--replicates", "64..150", "--simulator", "rows", "--statistic", "log-det"]
    found = gw.simulate(
        "gaussian-covariance", 20, 30, 0.5, generations=9, replicates=range(64, 150), simulator="rows",
        statistic="log-det", controls=False, threads=1,
    )  # fmt: skip
    same(found, *line, "--controls", "off")
    line = ["simulate", "--model", "gaussian-mean", "--real", 20, "--synthetic", 30, "--replicates", 90]
    found = gw.simulate("gaussian-mean", 20, 30, schedule="subsample", generations=9, burn_in=3, replicates=90)
    same(found, *line, "--schedule", "subsample", "--generations", 9, "--burn-in", 3)


def test_the_threads_have_no_part_in_it() -> None:
    found = [gw.simulate("logistic", 60, 60, 0.6, generations=5, replicates=200, threads=n) for n in (1, 2, 5)]
    assert found[0] == found[1] == found[2]


def test_optimize(same: Same) -> None:
    found = gw.optimize("gaussian-mean", 10, 20, generations=12, burn_in=6, replicates=96, seed=3)
    line = ["optimize", "--model", "gaussian-mean", "--real", 10, "--synthetic", 20, "--generations", 12, "--burn-in", 6]
    same(found, *line, "--replicates", 96, "--seed", 3)


NETWORK = """
[[node]]
name = "a"
real = 100
start = 50

[[node]]
name = "b"

[[edge]]
from = "a"
to = "a"
weight = 0.3
rows = 70

[[edge]]
from = "a"
to = "b"
weight = 1.0
rows = 30
"""
TABLES: dict[str, Any] = {
    "node": [{"name": "a", "real": 100, "start": 50}, {"name": "b"}],
    "edge": [{"from": "a", "to": "a", "weight": 0.3, "rows": 70}, {"from": "a", "to": "b", "weight": 1, "rows": 30}],
}


def test_network(same: Same, tmp_path: Path) -> None:
    file = tmp_path / "network"
    file.write_text(NETWORK)
    line = ["network", file]

    def named(answer: gw.Network) -> gw.Network:
        return gw.Network.of({**answer.to_dict(), "file": str(file)}, repr(answer), [])

    same(named(gw.network(TABLES)), *line)
    same(named(gw.network(TABLES, minimise="mean", generations=4, model="linear", dim=2)),
         *line, "--minimise", "mean", "--generations", 4, "--model", "linear", "--dim", 2)  # fmt: skip
    same(named(gw.network(TABLES, generations=4, simulate=True, replicates=100, seed=9)),
         *line, "--generations", 4, "--simulate", "--replicates", 100, "--seed", 9)  # fmt: skip
    if sys.version_info >= (3, 11):
        same(gw.network(file), *line)


def test_verify(said: Callable[..., dict[str, Any]]) -> None:
    def timeless(value: Any) -> Any:
        """Without what is the clock's and the machine's."""
        if isinstance(value, dict):
            return {key: timeless(each) for key, each in value.items() if key not in ("seconds", "machine", "version")}
        return [timeless(each) for each in value] if isinstance(value, list) else value

    found = gw.verify("golden-*", seed=4).to_dict()
    assert bits(timeless(found)) == bits(timeless(said("verify", "--only", "golden-*", "--seed", 4)))
