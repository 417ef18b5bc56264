"""Runs a notebook from top to bottom, and refuses outputs other than those that stand in it. `notebook.py FILE [--write]`; --write puts the new ones there."""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NUMBER = re.compile(r"-?\d+\.?\d*(?:e[-+]?\d+)?")
#: Six digits are printed. Linear algebra differs by the processor, and a tree's split may go with it.
TOLERANCE = 1e-3


def outputs(notebook: nbformat.NotebookNode) -> list[str]:
    """The texts of each cell."""
    cells = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    return ["".join(out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell) for cell in cells]


def is_same(old: str, new: str) -> bool:
    numbers = [[float(x) for x in NUMBER.findall(text)] for text in (old, new)]
    near = all(abs(a - b) <= TOLERANCE * max(abs(a), abs(b)) for a, b in zip(*numbers))
    # With a mark in the place of each, so that none is missing.
    return near and NUMBER.sub("#", old).split() == NUMBER.sub("#", new).split()


path = Path(sys.argv[1])
kept = nbformat.read(path, as_version=4)
run = NotebookClient(nbformat.read(path, as_version=4), timeout=600).execute()
changed = [(old, new) for old, new in zip(outputs(kept), outputs(run), strict=True) if not is_same(old, new)]
if "--write" in sys.argv:
    for cell in run.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(run, path)
elif changed:
    sys.exit("\n".join(f"{path} has\n{old}\nand gives\n{new}" for old, new in changed))
