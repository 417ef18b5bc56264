"""`advise` and `audit` on arrays and frames: the numbers of the command line on the same table in a file, and those of statsmodels."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm

import goldenweight as gw
from conftest import bits

RNG = np.random.default_rng(2)
N = 300
FRAME = pd.DataFrame(
    {
        "age": RNG.integers(18, 80, N),
        "hours": RNG.standard_normal(N).round(3) * 10 + 40,
        "city": RNG.choice(["Ghent", "Liège", "Mons, West"], N, p=[0.2, 0.5, 0.3]),
    }
)
ETA = 0.02 * FRAME["age"] + 0.01 * FRAME["hours"] - 1 + (FRAME["city"] == "Ghent")
RESPONSES: dict[str, pd.Series[Any]] = {
    "linear": (ETA + RNG.standard_normal(N)).rename("y"),
    "logistic": (RNG.random(N) < 1 / (1 + np.exp(-ETA))).astype(int).rename("y"),
    "poisson": pd.Series(RNG.poisson(np.exp(0.3 * ETA)), name="y"),
}


def polars(frame: pd.DataFrame) -> pl.DataFrame:
    """Without pyarrow; not a number in pandas is null here."""
    lists = {name: [None if value != value else value for value in frame[name]] for name in frame.columns}
    return pl.DataFrame(lists)


@pytest.fixture
def same_table(said: Callable[..., dict[str, Any]], tmp_path: Path) -> Callable[..., None]:
    """Asserts that an answer is that of the command line on this frame in a file, but for the file's name and for lines, which are rows of a frame."""

    def row(line: re.Match[str]) -> str:
        # Below the line of names.
        return f"row {int(line[1]) - 1} of the table"

    def check(answer: gw.Advice, frame: pd.DataFrame, *words: object) -> None:
        file = tmp_path / "table.csv"
        frame.to_csv(file, index=False)
        expected = {**said("advise", "--data", file, *words), "data": "X"}
        expected["warnings"] = [re.sub(r"line (\d+) of the table", row, warning) for warning in expected["warnings"]]
        assert bits(answer.to_dict()) == bits(expected)

    return check


@pytest.mark.parametrize("family", ["linear", "logistic", "poisson"])
@pytest.mark.parametrize("loss", ["deviance", "raw"])
def test_a_frame_is_its_file(same_table: Callable[..., None], family: Any, loss: Any) -> None:
    y = RESPONSES[family]
    words = ["--target", "y", "--family", family, "--synthetic", 500, "--loss", loss]
    of_pandas = gw.advise(FRAME, y, family=family, synthetic=500, loss=loss)
    same_table(of_pandas, FRAME.assign(y=y), *words)
    assert gw.advise(polars(FRAME), pl.Series("y", y.to_list()), family=family, synthetic=500, loss=loss) == of_pandas


def test_texts_as_response(same_table: Callable[..., None]) -> None:
    y = RESPONSES["logistic"].map({0: "<=50K", 1: ">50K"})
    words = ["--target", "y", "--family", "logistic", "--synthetic", 500]
    found = gw.advise(FRAME, y, family="logistic", synthetic=500)
    same_table(found, FRAME.assign(y=y), *words)
    assert found.coefficients == gw.advise(FRAME, RESPONSES["logistic"], family="logistic", synthetic=500).coefficients


@pytest.mark.parametrize("family", ["mean", "covariance"])
def test_families_without_a_response(same_table: Callable[..., None], family: Any) -> None:
    numbers = FRAME[["age", "hours"]]
    found = gw.advise(numbers, family=family, synthetic=100)
    same_table(found, numbers, "--family", family, "--synthetic", 100)


def test_frequencies(same_table: Callable[..., None]) -> None:
    found = gw.advise(FRAME[["city"]], family="frequencies", synthetic=100)
    same_table(found, FRAME[["city"]], "--family", "frequencies", "--synthetic", 100)
    numbers = FRAME[["age"]] // 10
    found = gw.advise(numbers, family="frequencies", synthetic=100)
    same_table(found, numbers, "--family", "frequencies", "--synthetic", 100)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_in_either_order(same_table: Callable[..., None], order: Any) -> None:
    X = np.array(FRAME[["age", "hours"]].to_numpy(float), order=order)
    y = RESPONSES["linear"]
    frame = pd.DataFrame(X, columns=["x0", "x1"]).assign(y=y)
    for array in (X, X[:, ::-1][:, ::-1], X.astype(np.float32).astype(float) if order == "C" else X):
        found = gw.advise(array, y.to_numpy(), family="linear", synthetic=N)
        if array is not X and order == "C":
            continue
        same_table(found, frame, "--target", "y", "--family", "linear", "--synthetic", N)


def test_missing_values(same_table: Callable[..., None]) -> None:
    frame = FRAME.astype({"age": float})
    frame.loc[3, "age"] = np.nan
    frame.loc[[5, 9], "city"] = None
    y = RESPONSES["linear"]
    found = gw.advise(frame, y, family="linear", synthetic=100, missing="drop")
    same_table(found, frame.assign(y=y), "--target", "y", "--family", "linear", "--synthetic", 100, "--missing", "drop")
    assert found.dropped_rows == 3
    assert gw.advise(polars(frame), y, family="linear", synthetic=100, missing="drop") == found
    texts = frame[["hours", "city"]]
    found = gw.advise(texts, y, family="linear", synthetic=100, missing="level")
    same_table(found, texts.assign(y=y), "--target", "y", "--family", "linear", "--synthetic", 100, "--missing", "level")
    with pytest.raises(ValueError, match="column age: row 4: is missing"):
        gw.advise(frame, y, family="linear", synthetic=100)


def test_retrained_chains(same_table: Callable[..., None]) -> None:
    y = RESPONSES["logistic"]
    found = gw.advise(FRAME, y, family="logistic", synthetic=200, simulate=64, schedule="fixed", seed=8)
    words = ["--target", "y", "--family", "logistic", "--synthetic", 200, "--simulate", 64, "--schedule", "fixed"]
    same_table(found, FRAME.assign(y=y), *words, "--seed", 8)


@pytest.mark.parametrize("family", ["linear", "logistic", "poisson"])
def test_statsmodels_has_the_same_fit_and_sandwich(family: Any) -> None:
    X, y = FRAME[["age", "hours"]].to_numpy(float), RESPONSES[family].to_numpy(float)
    of = {"linear": sm.families.Gaussian(), "logistic": sm.families.Binomial(), "poisson": sm.families.Poisson()}
    theirs = sm.GLM(y, sm.add_constant(X), family=of[family]).fit(cov_type="HC0", tol=1e-14)
    mine = gw.advise(X, y, family=family, synthetic=N).coefficients
    # Both end where steps are below 1e-7 of the predictors; the fit's error is the square of that.
    np.testing.assert_allclose([each["value"] for each in mine], theirs.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose([each["std_error"] for each in mine], theirs.bse, rtol=1e-8)


@pytest.fixture
def same_tables(said: Callable[..., dict[str, Any]], tmp_path: Path) -> Callable[..., None]:
    """Asserts that an audit is that of the command line on these frames in files, but for the files' names."""

    def check(answer: gw.Audit, real: pd.DataFrame, synthetic: pd.DataFrame, *words: object) -> None:
        files = [tmp_path / "r.csv", tmp_path / "s.csv"]
        real.to_csv(files[0], index=False)
        synthetic.to_csv(files[1], index=False)
        found = said("audit", "--real", files[0], "--synthetic", files[1], *words)
        expected = {**found, "real": "X", "synthetic": "Xs"}
        expected["warnings"] = [text.replace(str(files[0]), "X").replace(str(files[1]), "Xs") for text in found["warnings"]]
        assert bits(answer.to_dict()) == bits(expected)

    return check


@pytest.mark.parametrize("family", ["linear", "logistic", "poisson"])
def test_an_audit_of_frames_is_that_of_files(same_tables: Callable[..., None], family: Any) -> None:
    y = RESPONSES[family]
    order = RNG.permutation(N)
    frame = FRAME.assign(y=y)
    # Other rows, in another order of the columns.
    real, synthetic = frame.iloc[order[:160]], frame.iloc[order[160:]][["city", "y", "age", "hours"]]
    found = gw.audit(
        real.drop(columns="y"), real["y"], synthetic.drop(columns="y"), synthetic["y"],
        family=family, bootstrap=200, loss="standardised", regret=0.2, seed=3,
    )  # fmt: skip
    words = ["--target", "y", "--family", family, "--bootstrap", 200, "--loss", "standardised", "--regret", 0.2, "--seed", 3]
    same_tables(found, real, synthetic, *words)
    of_polars = [polars(each.drop(columns="y")) for each in (real, synthetic)]
    again = gw.audit(
        of_polars[0], real["y"].to_numpy(), of_polars[1], synthetic["y"].to_numpy(),
        family=family, bootstrap=200, loss="standardised", regret=0.2, seed=3, threads=1,
    )  # fmt: skip
    assert again.to_dict() == found.to_dict()
    rows = found.sample_weight()
    assert rows.shape == (N,) and abs(rows[:160].sum() / rows.sum() - found.weight) < 1e-12


@pytest.mark.parametrize("family", ["mean", "covariance", "frequencies"])
def test_an_audit_without_a_response(same_tables: Callable[..., None], family: Any) -> None:
    frame = FRAME[["city"]] if family == "frequencies" else FRAME[["age", "hours"]]
    real, synthetic = frame.iloc[:100], frame.iloc[100:]
    found = gw.audit(real, None, synthetic, family=family, bootstrap=100)
    same_tables(found, real, synthetic, "--family", family, "--bootstrap", 100)
    if family != "frequencies":
        # The names of arrays are places.
        of_arrays = gw.audit(real.to_numpy(float), None, synthetic.to_numpy(float), family=family, bootstrap=100)
        assert of_arrays.pooling == found.pooling


def test_an_audit_says_what_is_doubtful_or_missing(same_tables: Callable[..., None]) -> None:
    frame = FRAME[["age", "hours"]].astype({"age": float})
    frame.loc[3, "age"] = np.nan
    real, synthetic = frame.iloc[:100], frame.iloc[100:]
    found = gw.audit(real, None, synthetic, family="mean", missing="drop", bootstrap=100)
    assert list(found.dropped_rows) == [1, 0]
    same_tables(found, real, synthetic, "--family", "mean", "--missing", "drop", "--bootstrap", 100)
    few = FRAME[["hours"]].round(0).astype(int)
    found = gw.audit(few.iloc[:150], None, few.iloc[:150], family="frequencies", bootstrap=100)
    assert any(text.startswith("X: column hours: has ") and "fewer than 5 rows" in text for text in found.warnings)
    same_tables(found, few.iloc[:150], few.iloc[:150], "--family", "frequencies", "--bootstrap", 100)


def test_categories_that_are_numbers_are_levels() -> None:
    rng = np.random.default_rng(2)
    codes, x = rng.integers(1, 4, 300), rng.standard_normal(300)
    y = x + (codes == 2) + rng.standard_normal(300)
    frames = [pd.DataFrame({"g": g, "x": x}) for g in (codes.astype(str), pd.Categorical(codes), pd.Categorical(codes.astype(str)))]
    found = [gw.advise(frame, y, family="linear", synthetic=300) for frame in frames]
    assert found[0] == found[1] == found[2] and {"g=1", "g=2", "g=3"} & {row["name"] for row in found[0].coefficients}


def test_texts_are_kept_as_they_are() -> None:
    """One long text costs its own memory, not that of a column of such, and an end of zeros counts."""
    texts = ["a", "a\0", "b" * 10**7] * 100
    found = gw.audit(pd.DataFrame({"g": texts}), None, pd.DataFrame({"g": texts[::-1]}), family="frequencies", bootstrap=100)
    assert len(found.coefficients) == 3


def test_weights_of_rows() -> None:
    found = gw.advise(FRAME, RESPONSES["linear"], family="linear", synthetic=450)
    rows = found.sample_weight()
    assert rows.shape == (N + 450,) and abs(rows.mean() - 1) < 1e-12
    assert abs(rows[:N].sum() / rows.sum() - found.weight) < 1e-12


def test_adult_is_the_table_of_the_library() -> None:
    X, y, names = gw.datasets.adult()
    assert X.shape == (48842, 5) and names == ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week"]
    assert X.flags.c_contiguous and y.sum() == 11687
    losses = {row["loss"]: row for row in gw.advise(X, y, family="logistic", synthetic=len(y)).losses}
    # As the claims on this table have them.
    assert [round(losses[loss]["weight"], 4) for loss in ("standardised", "raw")] == [0.5624, 0.6222]
