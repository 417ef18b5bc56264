"""Where the command line is, and how its answers are compared with those of the package."""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Keys that the command line puts around a document.
ORIGIN = {"schema", "version", "command"}


@pytest.fixture(scope="session")
def command() -> str:
    """The binary: GOLDENWEIGHT, or that of a build of the repository."""
    places = [os.environ.get("GOLDENWEIGHT"), ROOT / "target/release/goldenweight", shutil.which("goldenweight")]
    for place in places:
        if place and Path(place).exists():
            return str(place)
    raise RuntimeError("no command line to compare with: set GOLDENWEIGHT, or run cargo build --release")


@pytest.fixture(scope="session")
def said(command: str) -> Callable[..., dict[str, Any]]:
    """The document of a command, without what the command line puts around it."""

    def run(*words: object) -> dict[str, Any]:
        made = subprocess.run([command, *map(str, words), "--json"], capture_output=True, text=True)
        assert made.returncode in (0, 3), made.stderr
        document: dict[str, Any] = json.loads(made.stdout)
        return {key: value for key, value in document.items() if key not in ORIGIN}

    return run


def bits(value: Any) -> Any:
    """Every number as the bits of its float, so that -0 is not 0 and nothing is rounded; whole numbers as they are."""
    if isinstance(value, float):
        assert not math.isnan(value)
        return struct.pack(">d", value).hex()
    if isinstance(value, dict):
        return {key: bits(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [bits(each) for each in value]
    return value


@pytest.fixture(scope="session")
def same(said: Callable[..., dict[str, Any]]) -> Callable[..., None]:
    """Asserts that an answer has the fields of the command's document, to the bit."""

    def check(answer: Any, *words: object) -> None:
        assert bits(answer.to_dict()) == bits(said(*words))

    return check
