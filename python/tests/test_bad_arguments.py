"""What is wrong with an argument is a ValueError of one line, which names it. Nothing panics, and no option of the command line is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline

import goldenweight as gw

X = np.arange(40.0).reshape(20, 2) ** 1.5
X[:, 1] = np.sin(X[:, 1])
Y = np.cos(np.arange(20.0))
ONES = np.ones(20)
FIT = LinearRegression()
OWN = {"from": "a", "to": "a", "weight": 0.5, "rows": 10}
INF, NAN = float("inf"), float("nan")


def weight(**asked: Any) -> Any:
    return gw.weight(**{"real": 10, "synthetic": 10, **asked})


def risk(**asked: Any) -> Any:
    return gw.risk(**{"model": "gaussian-mean", "real": 10, "synthetic": 10, "weight": 0.5, **asked})


def simulate(**asked: Any) -> Any:
    return gw.simulate(**{"model": "gaussian-mean", "real": 10, "synthetic": 10, "weight": 0.5, "replicates": 4, **asked})


def optimize(**asked: Any) -> Any:
    return gw.optimize(**{"model": "gaussian-mean", "real": 10, "synthetic": 10, "replicates": 48, **asked})


def network(**asked: Any) -> Any:
    return gw.network(**{"description": {"node": [{"name": "a", "real": 10}], "edge": [OWN]}, **asked})


def advise(**asked: Any) -> Any:
    return gw.advise(**{"X": X, "y": Y, "family": "linear", "synthetic": 10, **asked})


def audit(**asked: Any) -> Any:
    return gw.audit(**{"X": X, "y": Y, "Xs": X + 0.1, "ys": Y, "family": "linear", "bootstrap": 100, **asked})


def retrain(**asked: Any) -> Any:
    return gw.retrain(**{"estimator": FIT, "X": X, "y": Y, "real": 5, "synthetic": 5, "replicates": 2, "generations": 1, **asked})


class Broken:
    def fit(self, X: Any, y: Any, sample_weight: Any) -> None:
        len(5)  # type: ignore[arg-type]


class Bare:
    def fit(self, X: Any, y: Any) -> None: ...


def zeros(fit: Any, X: Any, rng: Any) -> Any:
    return np.zeros(len(X))


BAD: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (weight, {"real": 0}, "real 0: must be from 2"),
    (weight, {"real": -3}, "real -3: must be a whole number from 0"),
    (weight, {"real": 1.5}, "real 1.5: must be a whole number"),
    (weight, {"real": "ten"}, "real 'ten': must be a whole number"),
    (weight, {"real": True}, "real True"),
    (weight, {"real": None}, "real None"),
    (weight, {"real": NAN}, "real nan"),
    (weight, {"real": 2**64}, "real 18446744073709551616"),
    (weight, {"synthetic": 10**13}, "synthetic 10000000000000: must be from"),
    (weight, {"model": "gausian-mean"}, "model 'gausian-mean': did you mean gaussian-mean?"),
    (weight, {"model": 3}, "model 3: must be one of"),
    (weight, {"dim": 0}, "dim 0"),
    (weight, {"dim": 3, "model": "cdf"}, "dim 3: must be 1 for cdf"),
    (weight, {"beta": [1, 2]}, "beta 1,2: must be left out for gaussian-mean"),
    (weight, {"beta": [], "model": "linear"}, r"beta \[\]: must have a number at least"),
    (weight, {"beta": [1, NAN], "model": "linear"}, "beta nan: must be a finite number"),
    (weight, {"beta": "1,2", "model": "linear"}, "beta '1,2': must be a sequence"),
    (weight, {"sigma": [[1, 2], [2, 1]]}, "sigma 1,2;2,1: "),
    (weight, {"sigma": [[1, 2]]}, "sigma"),
    (weight, {"sigma": [[1, 2], [3]]}, "sigma"),
    (weight, {"sigma": [[1, INF], [INF, 1]]}, "sigma .*must have finite numbers only"),
    (weight, {"sigma": 1.0}, "sigma 1.0: must be a matrix"),
    (weight, {"sigma": np.array([[1, 0.9j], [-0.9j, 1]])}, "sigma .*: must be a matrix of numbers"),
    (weight, {"sigma": [["1", "0"], ["0", "1"]]}, "sigma .*: must be a matrix of numbers"),
    (weight, {"noise_variance": -1, "model": "linear"}, "noise_variance -1"),
    (weight, {"divisor": "n"}, "divisor 'n': must be one of unbiased, mle"),
    (weight, {"probabilities": [0.5, 0.6], "model": "categorical"}, "probabilities"),
    (weight, {"bandwidth": "narrow", "model": "kde"}, "bandwidth narrow: must be a finite number, or optimal"),
    (weight, {"bandwidth": -1.0, "model": "kde"}, "bandwidth -1"),
    (weight, {"order": "third"}, "order 'third': must be one of"),
    (weight, {"order": "second"}, "order second: must be exact"),
    (weight, {"generations": 0}, "generations 0"),
    (risk, {"weight": 1.5}, "weight 1.5: must be from 0 to 1"),
    (risk, {"weight": NAN}, "weight nan"),
    (risk, {"weight": []}, "weight"),
    (risk, {"weight": [0.5, 0.5]}, "weight 0.5: must be given once only"),
    (risk, {"weight": None}, "weight: must be given"),
    (risk, {"schedule": "accumulate"}, "weight 0.5: must be left out: schedule accumulate takes no weight"),
    (risk, {"schedule": "stale"}, "schedule 'stale'"),
    (risk, {"generations": 10**7}, "generations 10000000"),
    (risk, {"burn_in": 3}, "burn_in 3: needs generations"),
    (risk, {"burn_in": 3, "generations": 3}, "burn_in 3: must be below generations 3"),
    (simulate, {"replicates": 1}, "replicates 1: must be from 2"),
    (simulate, {"replicates": range(5, 5)}, r"replicates range\(5, 5\)"),
    (simulate, {"replicates": range(0, 10, 2)}, r"replicates range\(0, 10, 2\)"),
    (simulate, {"simulator": "quick"}, "simulator 'quick'"),
    (simulate, {"simulator": "sufficient", "model": "cdf"}, "simulator sufficient: must be rows for cdf"),
    (simulate, {"schedule": "subsample", "weight": None, "simulator": "sufficient"}, "with schedule subsample"),
    (simulate, {"statistic": "mean"}, "statistic 'mean'"),
    (simulate, {"statistic": "sd", "dim": 2}, "statistic sd"),
    (simulate, {"controls": "off"}, "controls 'off': must be True or False"),
    (simulate, {"threads": 0}, "threads 0: must be from 1 to 1024"),
    (simulate, {"seed": -1}, "seed -1"),
    (simulate, {"progress": "yes"}, "progress 'yes'"),
    (optimize, {"replicates": 47}, "replicates 47: must be from 48"),
    (optimize, {"generations": 0}, "generations 0"),
    (optimize, {"replicates": range(48)}, "replicates"),
    (network, {"description": 3}, "description 3"),
    (network, {"description": {"nodes": []}}, "description"),
    (network, {"description": "no such file"}, "description 'no such file': must be"),
    (network, {"description": {"node": [{"nom": "a"}]}}, "node 0 'nom': must be one of name, real, start"),
    (network, {"description": {"node": [{}]}}, "node 0 {}: must have name"),
    (network, {"description": {"node": [{"name": "a", "real": 1}], "edge": [{**OWN, "to": "b"}]}}, "edge 0 to b"),
    (network, {"description": {"node": [{"name": "a", "real": -1}], "edge": []}}, "a real -1"),
    (network, {"description": {"node": [{"name": "a", "real": 9}], "edge": [{**OWN, "weight": 2}]}}, "edge 0 weight"),
    (network, {"minimise": "c"}, "minimise c: must be mean, or the name of a model"),
    (network, {"simulate": True}, "simulate.*needs generations"),
    (network, {"model": "kde"}, "model kde"),
    (gw.verify, {"only": "nothing-*"}, r"only nothing-\*: matches no claim"),
    (gw.verify, {"only": "["}, "only \\["),
    (gw.verify, {"only": 3}, "only 3"),
    (gw.verify, {"tier": "slow"}, "tier 'slow'"),
    (gw.verify, {"kinds": "exact"}, "kinds 'exact'"),
    (gw.verify, {"kinds": 3}, "kinds 3: must be a sequence of words"),
    (gw.verify, {"kinds": ["exactly"]}, "kinds exactly: must be one of"),
    (advise, {"family": "gamma"}, "family 'gamma'"),
    (advise, {"y": None}, "y None: must be given"),
    (advise, {"family": "mean"}, "y .*: must be left out"),
    (advise, {"synthetic": 0}, "synthetic 0"),
    (advise, {"y": Y[:5]}, "y: column y: has 5 rows, and the first column has 20"),
    (advise, {"y": np.where(Y > 0.5, NAN, Y)}, "y: column y: row .*: is missing"),
    (advise, {"X": X[0]}, "y: column y: has 20 rows, and the first column has 2"),
    (advise, {"X": X[None]}, "X \\(1, 20, 2\\): must have two dimensions"),
    (advise, {"X": X[:0], "y": Y[:0]}, "X \\(0, 2\\): must have rows"),
    (advise, {"X": X[:1], "y": Y[:1]}, "X: has one row"),
    (advise, {"X": X[:3], "y": Y[:3]}, "has 3 rows: there must be more than the 3 numbers"),
    (advise, {"X": np.where(X > 100, NAN, X)}, "column x0: row .*: is missing"),
    (advise, {"X": np.ma.masked_greater(X, 100)}, "column x0: row .*: is missing"),
    (advise, {"X": np.where(X > 100, INF, X)}, "column x0: row .*: must be a finite number, and is inf"),
    (advise, {"X": np.column_stack([X, ONES])}, "column x2: is constant: it is 1 in every row"),
    (advise, {"X": np.column_stack([X, X[:, 0] - 2 * X[:, 1]])}, "column x2: is a linear combination of x0, x1"),
    (advise, {"y": X[:, 0]}, "residuals are zero"),
    (advise, {"family": "logistic"}, "column y: row 1: must be 0 or 1|column y: row 2: must be 0 or 1"),
    (advise, {"family": "logistic", "y": (X[:, 0] > 50).astype(int)}, "x0.* separates the responses"),
    (advise, {"family": "poisson", "y": np.round(5 * Y)}, "column y: row .*: must be a whole number from 0, and is -"),
    (advise, {"X": X.astype(complex)}, "X column 0"),
    (advise, {"X": [[object()] * 2] * 20}, "X column 0 .*: must be a text or a number, as the rest of the column is"),
    (advise, {"X": pd.DataFrame({"g": ["a", 1, *"bc" * 9]})}, "g 1: must be a text or a number, as the rest of the column is"),
    (advise, {"X": pd.DataFrame({"g": [1, "a", *"bc" * 9]})}, "g 1: must be a text or a number, as the rest of the column is"),
    (advise, {"X": pd.DataFrame({"g": ["a", True, *"bc" * 9]})}, "g True: must be a text or a number"),
    (advise, {"X": pl.DataFrame({"g": [[1.0, 2.0]] * 20})}, "g .*: must be a text or a number"),
    (advise, {"X": pd.DataFrame(X, columns=["a", "a"])}, "X 'a': must have each name of a column once"),
    (advise, {"X": pd.DataFrame({"a": pd.date_range("2020", periods=20)})}, "a .*: must be a text or a number"),
    (advise, {"X": pd.DataFrame({"a": [str(i) for i in range(20)]}), "family": "covariance", "y": None}, "column a"),
    (advise, {"loss": "l2"}, "loss 'l2'"),
    (advise, {"missing": "ignore"}, "missing 'ignore'"),
    (advise, {"simulate": 1}, "simulate 1: must be from 2"),
    (advise, {"simulate": 9, "family": "mean", "y": None}, "simulate 9: must be left out"),
    (advise, {"schedule": "subsamples", "simulate": 9}, "schedule 'subsamples': did you mean subsample"),
    (advise, {"X": pl.LazyFrame({"a": [1.0, 2.0]})}, "X 'LazyFrame': must be a frame with its rows: call collect"),
    (advise, {"schedule": "fixed"}, "schedule 'fixed': needs simulate"),
    (advise, {"X": np.where(X > 100, NAN, X)}, r"drop such rows \(missing drop\)"),
    (audit, {"family": "gamma"}, "family 'gamma'"),
    (audit, {"Xs": None}, "Xs None: must be given"),
    (audit, {"ys": None}, "ys None: must be given: the family is a regression"),
    (audit, {"family": "mean", "y": None}, "ys .*: must be left out"),
    (audit, {"ys": Y[:5]}, "ys: column y: has 5 rows, and the first column has 20"),
    (audit, {"Xs": pd.DataFrame({"x0": pd.Categorical([1, 2, 3, 4] * 5), "x1": X[:, 1]})}, "Xs: column x0"),
    (audit, {"Xs": X[None]}, r"Xs \(1, 20, 2\): must have two dimensions"),
    (audit, {"Xs": X[:, :1]}, "Xs: column x1: is in the real table, and is missing here"),
    (audit, {"Xs": np.column_stack([X, X[:, 0] ** 2])}, "Xs: column x2: is not in the real table"),
    (audit, {"Xs": pd.DataFrame(X, columns=["x0", "y"])}, "Xs 'y': must have the columns of X: this is the name of y"),
    (audit, {"X": X[:3], "y": Y[:3]}, "X: has 3 rows: there must be more than the 3 numbers"),
    (audit, {"Xs": X[:3], "ys": Y[:3]}, "Xs: has 3 rows: there must be more than the 3 numbers"),
    (audit, {"Xs": np.where(X > 100, INF, X)}, "Xs: column x0: row .*: must be a finite number, and is inf"),
    (audit, {"bootstrap": 9}, "bootstrap 9: must be from 100 to 100000"),
    (audit, {"bootstrap": 1e3}, "bootstrap 1000.0: must be a whole number"),
    (audit, {"regret": 0}, "regret 0: must be above 0 and at most 10"),
    (audit, {"regret": NAN}, "regret nan"),
    (audit, {"threads": 0}, "threads 0"),
    (audit, {"loss": "l2"}, "loss 'l2'"),
    (retrain, {"estimator": object()}, "estimator .*: must be an object with fit"),
    (retrain, {"estimator": LinearRegression}, "estimator .*: must be an object with fit"),
    (retrain, {"estimator": Broken()}, "estimator .*: does not fit the whole table: TypeError: object of type 'int' has no len"),
    (retrain, {"estimator": Bare()}, "estimator .*: its fit must take X, y and sample_weight: .*sample_weight"),
    (retrain, {"estimator": RidgeClassifier(), "y": Y > 0}, "sampler None: must be given: RidgeClassifier has no predict_proba"),
    (retrain, {"estimator": RidgeClassifier(), "y": Y > 0, "sampler": zeros}, "loss None: must be given: RidgeClassifier predicts neither"),
    (retrain, {"sampler": lambda fit, X, rng: np.zeros(4)}, r"sampler \(\(5, 2\), \(4,\)\): must make X and y of the shapes \(\(5, 2\), \(5,\)\)"),
    (retrain, {"sampler": lambda fit, X, rng: np.zeros((5, 1))}, "sampler .*: must make X and y of the shapes"),
    (retrain, {"sampler": lambda fit, X, rng: (X[:, :1], np.zeros(5)), "weight": 0}, "sampler .*: must make X and y of the shapes"),
    (retrain, {"sampler": lambda fit, X, rng: None}, "sampler .*: must make X and y of the shapes"),
    (retrain, {"loss": lambda fit, reference, X: -1.0}, "loss -1.0: must give a number from 0"),
    (retrain, {"loss": lambda fit, reference, X: 1j}, "loss 1j: must give a number from 0"),
    (retrain, {"loss": lambda fit, reference, X: np.zeros(2)}, "loss .*: must give a number from 0"),
    (retrain, {"mapper": lambda f, blocks: [f(blocks[0])], "replicates": 9}, "mapper .*: must give what the function gives for each of the 3 blocks"),
    (retrain, {"mapper": lambda f, blocks: [None]}, "mapper .*: must give what the function gives"),
    (retrain, {"mapper": lambda f, blocks: None}, "mapper .*: must give a sequence, and gave NoneType"),
    (retrain, {"weight": np.array(1.5)}, "weight 1.5: must be from 0 to 1"),
    (retrain, {"weight": object()}, "weight .*: must be a finite number"),
    (retrain, {"X": X[:3]}, r"y \(20,\): must have as many rows as X: 3"),
    (retrain, {"X": np.where(X > 100, NAN, X)}, "X nan: must have finite numbers only"),
    (retrain, {"X": np.ma.masked_greater(X, 100)}, "X nan: must have finite numbers only"),
    (retrain, {"real": 0}, "real 0"),
    (retrain, {"synthetic": 0.5}, "synthetic 0.5"),
    (retrain, {"weight": "silver"}, "weight 'silver': must be one of golden, naive, search"),
    (retrain, {"weight": 1.2}, "weight 1.2: must be from 0 to 1"),
    (retrain, {"weight": [0.5, 0.5]}, r"weight \[0.5, 0.5\]: must have each weight once"),
    (retrain, {"weight": None}, "weight None"),
    (retrain, {"weight": 0.5, "schedule": "accumulate"}, "weight 0.5: must be left out"),
    (retrain, {"schedule": "new"}, "schedule 'new'"),
    (retrain, {"burn_in": 1}, "burn_in 1: must be below generations 1"),
    (retrain, {"replicates": 1}, "replicates 1"),
    (retrain, {"sampler": "normal"}, "sampler 'normal': must be a function"),
    (retrain, {"loss": 2}, "loss 2: must be a function"),
    (retrain, {"ratio": 0}, "ratio 0: must be above 0"),
    (retrain, {"jobs": 0}, "jobs 0"),
    (retrain, {"mapper": 3}, "mapper 3: must be a function"),
]


@pytest.mark.parametrize(("function", "asked", "words"), BAD)
def test_the_argument_is_named(function: Callable[..., Any], asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        function(**asked)
    message = str(caught.value)
    assert "\n" not in message and "--" not in message and "`" not in message and len(message) < 1200


def test_what_nobody_knows_is_no_fault_of_an_argument() -> None:
    with pytest.raises(RuntimeError, match="no law is known"):
        gw.risk("gaussian-covariance", 100, 100, divisor="mle", schedule="accumulate", generations=5)


def test_an_estimator_that_refuses_weights_is_told_in_its_own_words() -> None:
    with pytest.raises(ValueError, match="^estimator Pipeline.*: does not fit the whole table: ValueError: Pipeline.fit does not accept .*sample_weight"):
        retrain(estimator=make_pipeline(LinearRegression()))


def test_rows_beyond_the_memory_are_refused_by_numpy() -> None:
    with pytest.raises(MemoryError):
        gw.sample_weight(10**12, 10**12)
