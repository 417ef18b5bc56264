"""What the functions give: documents with the fields of the command line's JSON as attributes, a text as ``repr``, and a table in a notebook."""

from __future__ import annotations

import copy
import html
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from . import _native

Self = TypeVar("Self", bound="Answer")

#: Fields that say why another one is None are shown beside it.
_BESIDE = ("reasons",)


class Answer(Mapping[str, Any]):
    """A document: fields as attributes and as items, in the units that the function's own documentation names. A field that is None has its reason in
    ``reasons``. A field that does not apply is not there: what each of several weights has stands in ``results``, and ``z_reason`` only where there is no z.
    Documents are compared by their fields and can be pickled."""

    __slots__ = ("_fields", "_native", "_text", "notes", "causes")

    #: For each field that is None, why.
    reasons: dict[str, str]

    def __init__(self, native: _native.Answer) -> None:
        self._native: _native.Answer | None = native
        self._fields: dict[str, Any] | None = None
        self._text: str | None = None
        #: Things to know.
        self.notes: list[str] = native.notes
        #: Why the answer is inconclusive, also given as warnings; empty where it is not.
        self.causes: list[str] = native.causes
        for cause in self.causes:
            warnings.warn(cause, UserWarning, stacklevel=3)

    @classmethod
    def of(cls: type[Self], fields: dict[str, Any], text: str, causes: list[str]) -> Self:
        """A document that was made in Python."""
        found = _empty(cls)
        found.__setstate__((fields, text, [], causes))
        for cause in causes:
            warnings.warn(cause, UserWarning, stacklevel=3)
        return found

    @property
    def _all(self) -> dict[str, Any]:
        if self._fields is None:
            assert self._native is not None
            self._fields = self._native.fields()
        return self._fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        fields = self._all
        if name in fields:
            return fields[name]
        if name == "reasons":
            return {}
        raise AttributeError(f"{type(self).__name__} has no {name}; it has {', '.join(fields)}")

    def __getitem__(self, name: str) -> Any:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._all]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Answer) and self._all == other._all

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """The fields, as the JSON of the command line has them."""
        return copy.deepcopy(self._all)

    def __repr__(self) -> str:
        if self._text is None:
            assert self._native is not None
            self._text = self._native.text().rstrip()
        return self._text

    def _repr_html_(self) -> str:
        """A table of the fields; lists of documents are tables in it."""
        return f"<div><strong>goldenweight.{type(self).__name__}</strong>{_table(self._all)}</div>"

    def __getstate__(self) -> tuple[dict[str, Any], str, list[str], list[str]]:
        return self._all, repr(self), self.notes, self.causes

    def __setstate__(self, state: tuple[dict[str, Any], str, list[str], list[str]]) -> None:
        self._fields, self._text, self.notes, self.causes = state
        self._native = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _empty, (type(self),), self.__getstate__()


def _empty(kind: type[Self]) -> Self:
    return kind.__new__(kind)


def _short(value: float) -> str:
    return f"{value:.6g}"


def _cell(value: Any, reason: str | None) -> str:
    if value is None:
        return f"<em>{html.escape(reason or 'none')}</em>"
    if isinstance(value, bool) or not isinstance(value, (float, list, dict)):
        return html.escape(str(value))
    if isinstance(value, float):
        return f'<span title="{value!r}">{_short(value)}</span>'
    if isinstance(value, dict):
        return _table(value)
    if value and all(isinstance(row, dict) for row in value):
        names = list(dict.fromkeys(name for row in value for name in row if name not in _BESIDE))
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        rows = "".join(f"<tr>{_cells(row, names)}</tr>" for row in value)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return ", ".join(_cell(each, reason) for each in value)


def _cells(row: dict[str, Any], names: list[str]) -> str:
    reasons = row.get("reasons") or {}
    return "".join(f"<td>{_cell(row.get(name), reasons.get(name))}</td>" for name in names)


def _table(fields: dict[str, Any]) -> str:
    reasons = fields.get("reasons") or {}
    rows = "".join(
        f'<tr><th style="text-align:left">{html.escape(name)}</th><td style="text-align:left">{_cell(value, reasons.get(name))}</td></tr>'
        for name, value in fields.items()
        if name not in _BESIDE
    )
    return f"<table>{rows}</table>"


def lines(facts: list[tuple[str, str]]) -> str:
    """A line for each fact, the values aligned."""
    width = max(len(label) for label, _ in facts)
    return "\n".join(f"{label:{width}}  {value}" for label, value in facts)


class Weight(Answer):
    """The optimal weight of n fresh real rows beside m synthetic ones; from :func:`goldenweight.weight`."""

    __slots__ = ()

    model: str
    real: int
    synthetic: int
    #: Mixing ratio n/m.
    k: float
    dim: int
    #: Whether the weight is the optimum at these n and m, and not that of the limit.
    exact: bool
    order: str
    #: Total weight of the real rows; that of the synthetic ones is ``1 - weight``.
    weight: float
    #: w*(k), the optimum of many rows.
    limit_weight: float
    second_order_weight: float | None
    #: k/(1 + k): every row alike.
    naive_weight: float
    #: In the unit of the model's loss.
    fresh_only_risk: float
    #: Limit risk over that of the n real rows alone; None where it diverges.
    relative_risk: float | None
    naive_relative_risk: float | None
    #: In fresh real rows.
    effective_sample_size: float
    #: Weight of each row: ``{"real": .., "synthetic": ..}``.
    per_row_weight: dict[str, float]
    generations_to_limit: int | None
    dynamic_weights: list[float] | None

    @property
    def per_row(self) -> tuple[float, float]:
        """Weight of each real and of each synthetic row; all together 1."""
        of = self.per_row_weight
        return of["real"], of["synthetic"]


class Risk(Answer):
    """A risk by closed forms; from :func:`goldenweight.risk`. At several weights ``results`` has a dictionary for each."""

    __slots__ = ()

    model: str
    real: int
    synthetic: int
    k: float
    dim: int
    schedule: str
    generations: int | None
    burn_in: int | None
    weight: float | None
    #: In the unit of the model's loss; None where it diverges or is beyond the largest float.
    risk: float | None
    log10_risk: float | None
    limit_risk: float | None
    log10_limit_risk: float | None
    fresh_only_risk: float
    exact: bool
    order: str
    diverges: bool | None
    overflow: bool
    limit_diverges: bool | None
    results: list[dict[str, Any]]


class SimulatedRisk(Answer):
    """A simulated risk with the theory beside it; from :func:`goldenweight.simulate`. At several weights ``results`` has a dictionary for each."""

    __slots__ = ()

    model: str
    real: int
    synthetic: int
    k: float
    dim: int
    schedule: str
    generations: int
    burn_in: int | None
    simulator: str
    weight: float | None
    #: Mean loss of the replicates whose fits all exist, in the unit of the model's loss.
    risk: float | None
    std_error: float | None
    replicates: int
    failed_fits: int
    theory: dict[str, Any]
    ratio: float | None
    #: Distance from the theory, with its degrees of freedom; None has its reason in ``z_reason``.
    z: float | None
    z_degrees: float | None
    z_p_value: float | None
    z_reason: str
    controlled: dict[str, Any] | None
    statistic: dict[str, Any]
    results: list[dict[str, Any]]
    seed: int


class Optimum(Answer):
    """The weight that minimises a simulated risk; from :func:`goldenweight.optimize`."""

    __slots__ = ()

    model: str
    real: int
    synthetic: int
    k: float
    dim: int
    generations: int
    burn_in: int | None
    simulator: str
    weight: float | None
    std_error: float | None
    theory_weight: float
    exact: bool
    order: str
    z: float | None
    z_degrees: float | None
    z_p_value: float | None
    z_reason: str
    evaluations: int
    converged: bool
    replicates: int
    failed_fits: int
    most_failed: dict[str, Any] | None
    seed: int


class Advice(Answer):
    """What the theory says for a table; from :func:`goldenweight.advise`."""

    __slots__ = ()

    family: str
    target: str
    loss: str
    #: Rows of the table.
    n: int
    m: int
    k: float
    #: k A_s/A_r.
    kappa: float
    kappa_interval: tuple[float, float]
    #: w*(kappa), the total weight of the real rows, with its 95 % interval.
    weight: float
    weight_interval: tuple[float, float]
    #: w*(k).
    golden_weight: float
    naive_weight: float
    #: Limit risks over that of the n real rows alone.
    relative_risk: float
    golden_relative_risk: float
    naive_relative_risk: float
    #: In real rows.
    effective_sample_size: float
    per_row_weight: dict[str, float]
    losses: list[dict[str, Any]]
    curve: list[dict[str, Any]]
    jackknife_ratio: float
    dropped_rows: int
    coefficients: list[dict[str, Any]]
    simulated: list[dict[str, Any]]
    warnings: list[str]
    seed: int

    @property
    def per_row(self) -> tuple[float, float]:
        """Weight of each real and of each synthetic row; all together 1."""
        of = self.per_row_weight
        return of["real"], of["synthetic"]

    def sample_weight(self) -> npt.NDArray[np.float64]:
        """The weight of each row, float64 of shape (n + m,), the real rows first, of mean 1."""
        return rows(self.n, self.m, self.per_row)


class Audit(Answer):
    """What a synthetic table is worth beside a real one; from :func:`goldenweight.audit`."""

    __slots__ = ()

    family: str
    target: str
    loss: str
    #: Real and synthetic rows.
    n: int
    m: int
    #: Rows with missing values that were left out of each table.
    dropped_rows: tuple[int, int]
    #: Total weight of the real rows in the pooled fit at which the estimated risk is least, with its 95 % interval.
    weight: float
    weight_interval: tuple[float, float]
    #: The estimated risk there, over that of the real rows alone.
    relative_risk: float
    #: Real rows that the synthetic ones replace at that weight.
    worth_in_real_rows: float
    worth_interval: tuple[float, float]
    #: In the unit of the loss, as the variances of the two fits.
    bias_squared: float
    bias_squared_interval: tuple[float, float | None]
    variance_real: float
    variance_synthetic: float
    #: "helps", "harmless", "harmful" or "cannot tell": of adding the synthetic rows, every row alike.
    verdict: str
    #: That in numbers: ``weight, relative_risk, relative_risk_interval, relative_risk_bounds, p_helps, p_harmful, harmless_bias, detected_bias``.
    pooling: dict[str, Any]
    #: Of both fits: ``name, real, synthetic, std_error, z, p_value, is_off``, without z and p_value where one hangs on fewer than five rows.
    coefficients: list[dict[str, Any]]
    #: Relative risks of weights that are made from the data, by the bias in standard errors of the real fit.
    prices: list[dict[str, Any]]
    #: The rule that is never worse than the real rows alone.
    james_stein: dict[str, float] | None
    #: The weight that keeps the accepted regret.
    capped: dict[str, float]
    p_near: float
    #: Rows that are the same: ``real`` (those that stand there twice), ``copies`` of real rows, ``different`` synthetic ones; ``copied`` and ``made_again``:
    #: more than chance explains.
    repeated: dict[str, Any]
    resamples: int
    failed_fits: int
    seed: int
    warnings: list[str]

    @property
    def per_row(self) -> tuple[float, float]:
        """Weight of each real and of each synthetic row; all together 1."""
        return self.weight / self.n, (1 - self.weight) / self.m

    def sample_weight(self) -> npt.NDArray[np.float64]:
        """The weight of each row, float64 of shape (n + m,), the real rows first, of mean 1."""
        return rows(self.n, self.m, self.per_row)


def rows(n: int, m: int, per_row: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Weights of n real and m synthetic rows, of mean 1."""
    found = np.empty(n + m)
    found[:n] = per_row[0] * (n + m)
    found[n:] = per_row[1] * (n + m)
    return found


class Network(Answer):
    """What becomes of models that feed one another; from :func:`goldenweight.network`."""

    __slots__ = ()

    file: str
    model: str
    dim: int
    generations: int | None
    order: str
    classes: list[dict[str, Any]]
    #: ``name, class, diverges, saturates, slope, risk, real_weight, ..`` of each.
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    #: Row i, column j: E <error of node i, error of node j>.
    covariance: list[list[float | None]]
    mean_risk: float | None
    minimised: dict[str, Any]
    seed: int


class Verified(Answer):
    """What a run of the registry found; from :func:`goldenweight.verify`."""

    __slots__ = ()

    version: str
    machine: dict[str, Any]
    seconds: float
    seed: int
    tier: str
    only: str
    #: Declared for the whole run.
    family_false_alarm: float
    #: Statistical comparisons over which that rate is split.
    checks: int
    comparisons: dict[str, Any]
    partial: bool
    #: "confirmed", "refuted" or "inconclusive".
    verdict: str
    claims: list[dict[str, Any]]

    def _repr_html_(self) -> str:
        """Claims and their verdicts, without the evidence."""
        names = ("id", "verdict", "statement")
        rows = [{name: claim.get(name) for name in names} for claim in self.claims]
        return f"<div><strong>goldenweight.Verified: {html.escape(self.verdict)}</strong>{_cell(rows, None)}</div>"
