"""What the functions give: documents with the fields of the command line's JSON as attributes, a text as ``repr``, and a table in a notebook."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from . import _native

Self = TypeVar("Self", bound="Answer")

#: Fields that say why another one is None are shown beside it.
_BESIDE = ("reasons",)


class Answer(Mapping[str, Any]):
    """A document: fields as attributes and as items, in the units that the function's own documentation names. A field that is None has its reason in
    ``reasons``. Documents are compared by their fields and can be pickled."""

    __slots__ = ("_fields", "_native", "_text", "notes", "causes")

    #: For each field that is None, why.
    reasons: dict[str, str]

    def __init__(self, native: _native.Answer) -> None:
        self._native: _native.Answer | None = native
        self._fields: dict[str, Any] | None = None
        self._text: str | None = None
        #: Things to know, also given as warnings.
        self.notes: list[str] = native.notes
        #: Why the answer is inconclusive, also given as warnings; empty where it is not.
        self.causes: list[str] = native.causes
        for remark in self.notes + self.causes:
            warnings.warn(remark, UserWarning, stacklevel=3)

    @property
    def _all(self) -> dict[str, Any]:
        if self._fields is None:
            assert self._native is not None
            self._fields = self._native.fields()
        return self._fields

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            fields = self._all
            if name in fields:
                return fields[name]
        raise AttributeError(f"{type(self).__name__} has no {name}; it has {', '.join(self._all)}")

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
        return dict(self._all)

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
    return ", ".join(_cell(each, None) for each in value)


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
