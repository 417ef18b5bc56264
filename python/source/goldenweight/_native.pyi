from collections.abc import Callable
from typing import Any, final

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]
#: Names of the columns, and the columns.
_Table = tuple[list[str], list[Any]]
#: Family, target, loss, missing.
_Words = tuple[str, str | None, str, str]

__all__ = [
    "ADULT",
    "Answer",
    "MODELS",
    "Setting",
    "__version__",
    "adult",
    "advise",
    "audit",
    "network",
    "optimal_weight",
    "optimize",
    "quantile",
    "risk",
    "short",
    "simulate",
    "simulated",
    "verify",
    "weight",
    "z_of",
]
__version__: str
MODELS: list[str]
ADULT: list[str]

@final
class Answer:
    def fields(self) -> dict[str, Any]: ...
    def text(self) -> str: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def causes(self) -> list[str]: ...

@final
class Setting:
    def __new__(
        cls,
        model: str,
        real: int,
        synthetic: int,
        dim: int | None = None,
        beta: list[float] | None = None,
        sigma: npt.NDArray[np.float64] | None = None,
        design_covariance: npt.NDArray[np.float64] | None = None,
        noise_variance: float | None = None,
        divisor: str | None = None,
        probabilities: list[float] | None = None,
        bandwidth: float | str | None = None,
    ) -> Setting: ...

def weight(setting: Setting, order: str | None, generations: int | None) -> Answer: ...
def risk(
    setting: Setting,
    weights: list[float] | None,
    schedule: str,
    order: str | None,
    generations: int | None,
    burn_in: int | None,
) -> Answer: ...
def simulate(
    setting: Setting,
    weights: list[float] | None,
    schedule: str,
    generations: int,
    burn_in: int | None,
    replicates: tuple[int, int],
    simulator: str | None,
    statistic: str | None,
    controls: bool,
    seed: int,
    threads: int | None,
    progress: Callable[[int], Any] | None,
) -> Answer: ...
def optimize(
    setting: Setting,
    generations: int,
    burn_in: int | None,
    replicates: int,
    simulator: str | None,
    seed: int,
    threads: int | None,
    progress: Callable[[int], Any] | None,
) -> Answer: ...
def advise(
    table: _Table,
    words: _Words,
    synthetic: int,
    simulate: int | None,
    schedule: str,
    seed: int,
    threads: int | None,
    progress: Callable[[int], Any] | None,
) -> Answer: ...
def audit(
    real: _Table,
    synthetic: _Table,
    words: _Words,
    bootstrap: int,
    regret: float,
    seed: int,
    threads: int | None,
    progress: Callable[[int], Any] | None,
) -> Answer: ...
def simulated(losses: _Array, failed: int) -> dict[str, Any]: ...
def z_of(value: float, std_error: float, degrees: float, expected: float | None) -> dict[str, Any]: ...
def quantile(degrees: float) -> float: ...
def optimal_weight(k: float, generations: tuple[int, int] | None = None) -> float: ...
def short(number: float | None) -> str: ...
def adult() -> _Array: ...
def verify(
    only: str | None,
    tier: str,
    kinds: list[str],
    seed: int,
    threads: int | None,
    progress: Callable[[int], Any] | None,
) -> Answer: ...
def network(
    file: str,
    nodes: list[tuple[str, int, int | None]],
    edges: list[tuple[str, str, float, int]],
    model: str,
    dim: int | None,
    generations: int | None,
    minimise: str | None,
    simulate: tuple[int, int] | None,
    seed: int,
    threads: int | None,
    progress: Callable[[int], Any] | None,
) -> Answer: ...
