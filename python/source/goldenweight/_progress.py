"""tqdm's bar, where it is asked for or stderr is a terminal, and where it is installed."""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import Any

from . import _check


def shown(progress: bool | None, total: int | None, unit: str) -> Any:
    """A context: the bar, or None."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    if not (terminal if progress is None else _check.flag("progress", progress)):
        return contextlib.nullcontext()
    try:
        tqdm = importlib.import_module("tqdm.auto").tqdm
    except ImportError:
        return contextlib.nullcontext()
    return tqdm(total=total, unit=unit)
