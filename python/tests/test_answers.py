"""What is seen of an answer, and what Ctrl-C does."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import goldenweight as gw

WAVES = np.sin(np.outer(np.arange(1.0, 101.0), [1.0, 2.5]))


def test_fields_are_attributes_and_items() -> None:
    found = gw.weight(100, 400)
    assert found["weight"] == found.weight == found.to_dict()["weight"] and "weight" in dir(found)
    assert found.dynamic_weights is None and "dynamic_weights" in found.reasons
    assert set(found) == set(found.to_dict()) and len(found) == len(found.to_dict())
    with pytest.raises(AttributeError, match="Weight has no weigth; it has model, real"):
        found.weigth  # noqa: B018
    with pytest.raises(KeyError):
        found["weigth"]


def test_the_text_is_that_of_the_command_line(command: str) -> None:
    line = [command, "weight", "--real", "100", "--synthetic", "400", "--model", "logistic"]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert repr(gw.weight(100, 400, "logistic")) == said.rstrip()


@pytest.mark.parametrize(
    "found",
    [
        gw.weight(100, 400),
        gw.risk("gaussian-mean", 10, 10, [0, 0.5]),
        gw.simulate("gaussian-mean", 10, 10, [0.5, 0.6], replicates=64, generations=3),
        gw.network({"node": [{"name": "<a>", "real": 3}], "edge": []}),
        gw.verify("golden-ratio", kinds=["exact"]),
        gw.audit(WAVES, None, WAVES + 0.3, family="mean", bootstrap=100),
    ],
)
def test_a_notebook_has_a_table(found: gw.Answer) -> None:
    page = found._repr_html_()
    assert page.count("<table>") == page.count("</table>") >= 1 and page.count("<td") == page.count("</td>")
    assert type(found).__name__ in page and "<a>" not in page


def test_answers_are_pickled_and_compared() -> None:
    found = gw.risk("gaussian-mean", 10, 10, 0.5)
    again = pickle.loads(pickle.dumps(found))
    assert again == found and type(again) is gw.Risk and repr(again) == repr(found)
    assert found != gw.risk("gaussian-mean", 10, 10, 0.6) and found != found.to_dict()


def test_progress_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    tqdm = pytest.importorskip("tqdm.auto")
    counted: list[int] = []

    class Bar:
        def __init__(self, **asked: Any) -> None:
            assert asked["total"] == 2000

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None: ...

        def update(self, count: int) -> None:
            counted.append(count)

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    gw.simulate("gaussian-mean", 10, 10, 0.5, generations=300, progress=True)
    assert sum(counted) == 2000


LONG = [
    "gw.simulate('logistic', 2000, 2000, .6, replicates=10**6)",
    "gw.audit(X, None, X, family='covariance', bootstrap=10**5)",
    "gw.advise(X, X[:, 0] > X[:, 1], family='logistic', synthetic=50_000, simulate=10**5)",
]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("call", LONG)
def test_ctrl_c_ends_a_run(call: str) -> None:
    code = "import numpy as np, goldenweight as gw; X = np.random.default_rng(1).standard_normal((50_000, 20))"
    code += f"; print('begun', flush=True); {call}"
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout is not None and run.stdout.readline() == "begun\n"
    time.sleep(1)
    asked = time.monotonic()
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors and "panicked" not in errors
    assert time.monotonic() - asked < 10


def test_other_threads_run_meanwhile() -> None:
    """The interpreter's lock is free while a simulation runs."""
    ticks = 0
    ended = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not ended.is_set():
            ticks += 1
            time.sleep(0.001)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(tick)
        began = time.monotonic()
        gw.simulate("logistic", 1000, 1000, 0.6, generations=20, replicates=64, threads=1)
        seconds = time.monotonic() - began
        ended.set()
    # A tenth of the ticks that an idle machine would make; with the lock held there would be one or two.
    assert ticks > 3 and ticks > seconds * 1000 / 100


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork")
def test_a_fork_still_simulates() -> None:
    code = (
        "import os, sys, goldenweight as gw\n"
        "ask = lambda: gw.simulate('gaussian-mean', 10, 10, .5, replicates=64, generations=3).risk\n"
        "first = ask(); child = os.fork()\n"
        "if child == 0: os._exit(0 if ask() == first else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=60).returncode == 0
