import numpy as np
import numpy.typing as npt
from typing import Any, final

__version__: str
MODELS: list[str]

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
