"""Several models that feed one another."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

from . import _check, _native
from ._answers import Network
from ._models import Model, replicates_of
from ._progress import shown

_NODE, _EDGE = ("name", "real", "start"), ("from", "to", "weight", "rows")


def network(
    description: Union[Mapping[str, Any], str, os.PathLike[str]],
    *,
    model: Model = "gaussian-mean",
    dim: int | None = None,
    generations: int | None = None,
    minimise: str | None = None,
    simulate: bool = False,
    replicates: int | range = 2_000,
    seed: int = _check.SEED,
    threads: int | None = None,
    progress: bool | None = None,
) -> Network:
    """Several models that feed one another: which of them collapse, their risks and covariances, the best weights.

    Parameters
    ----------
    description
        ``{"node": [{"name", "real", "start"}, ..], "edge": [{"from", "to", "weight", "rows"}, ..]}``, or the path of a TOML file of these (from Python
        3.11 on). At every generation ``to`` is fitted on ``rows`` rows of ``from``, with that total weight; a node's weight on its fresh real rows is what the edges to
        it leave. ``real`` is 0 and ``start`` the library's default where they are left out.
    model, dim
        As of :func:`risk`, with the default truth; dim is 1.
    generations
        Generation at which risks are taken [the limit].
    minimise
        "mean", or the name of a node, whose limit risk is minimised over the weights on real rows.
    simulate, replicates, seed, threads, progress
        Whether that generation is simulated too, and how, as of :func:`simulate`.

    Raises
    ------
    ValueError
        Names the argument, or the node or edge.

    Examples
    --------
    >>> import goldenweight as gw
    >>> own = {"from": "a", "to": "a", "weight": .382, "rows": 100}
    >>> found = gw.network({"node": [{"name": "a", "real": 100}], "edge": [own]})
    >>> round(found.nodes[0]["risk"], 5)
    0.00618
    """
    file, tables = _read(description)
    nodes = [_node(i, table) for i, table in enumerate(_tables(tables, "node"))]
    edges = [_edge(i, table) for i, table in enumerate(_tables(tables, "edge"))]
    first, end = replicates_of(replicates)
    if minimise is not None and not isinstance(minimise, str):
        raise _check.fault("minimise", minimise, "must be mean, or the name of a model")
    arguments = (
        file,
        nodes,
        edges,
        _check.word("model", model, _native.MODELS),
        _check.whole_or_none("dim", dim),
        _check.whole_or_none("generations", generations),
        minimise,
        (first, end) if _check.flag("simulate", simulate) else None,
        _check.whole("seed", seed),
        _check.whole_or_none("threads", threads),
    )
    with shown(progress if simulate else False, end - first, " replicates") as bar:
        return Network(_native.network(*arguments, None if bar is None else bar.update))


def _read(description: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(description, Mapping):
        return "network", description
    if not isinstance(description, (str, os.PathLike)):
        raise _check.fault("description", description, "must be a mapping with node and edge, or the path of a TOML file")
    try:
        tomllib = importlib.import_module("tomllib")
    except ImportError:
        raise _check.fault("description", description, "must be a mapping: this Python has no tomllib") from None
    try:
        text = Path(description).read_text(encoding="utf-8-sig")
        return str(description), tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _check.fault("description", str(description), f"must be a file of TOML: {error}") from None


def _tables(description: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = description.get(key, [])
    other = [name for name in description if name not in ("node", "edge")]
    if other or not isinstance(found, (list, tuple)) or not all(isinstance(table, Mapping) for table in found):
        raise _check.fault("description", description, "must have node and edge, each a list of mappings")
    return list(found)


def _known(kind: str, i: int, table: Mapping[str, Any], keys: tuple[str, ...], needed: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            raise _check.fault(f"{kind} {i}", key, f"must be one of {', '.join(keys)}")
    for key in needed:
        if key not in table:
            raise _check.fault(f"{kind} {i}", dict(table), f"must have {key}")


def _node(i: int, table: Mapping[str, Any]) -> tuple[str, int, int | None]:
    _known("node", i, table, _NODE, ("name",))
    name = table["name"]
    if not isinstance(name, str):
        raise _check.fault(f"node {i} name", name, "must be a text")
    return name, _check.whole(f"{name} real", table.get("real", 0)), _check.whole_or_none(f"{name} start", table.get("start"))


def _edge(i: int, table: Mapping[str, Any]) -> tuple[str, str, float, int]:
    _known("edge", i, table, _EDGE, _EDGE)
    for key in ("from", "to"):
        if not isinstance(table[key], str):
            raise _check.fault(f"edge {i} {key}", table[key], "must be the name of a node")
    weight = _check.number(f"edge {i} weight", table["weight"])
    return table["from"], table["to"], weight, _check.whole(f"edge {i} rows", table["rows"])
