"""The weight of real rows beside synthetic ones: the golden-weight theory of model collapse.

>>> import goldenweight as gw
>>> round(gw.weight(real=100, synthetic=100).weight, 6)
0.618034
"""

from ._answers import Answer, Risk, Weight
from ._models import risk, sample_weight, weight
from ._native import MODELS, __version__

__all__ = ["MODELS", "Answer", "Risk", "Weight", "__version__", "risk", "sample_weight", "weight"]
