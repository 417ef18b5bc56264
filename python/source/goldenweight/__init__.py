"""The weight of real rows beside synthetic ones: the golden-weight theory of model collapse.

>>> import goldenweight as gw
>>> round(gw.weight(real=100, synthetic=100).weight, 6)
0.618034
"""

from . import datasets
from ._advise import advise, audit
from ._answers import Advice, Answer, Audit, Network, Optimum, Risk, SimulatedRisk, Verified, Weight
from ._models import optimize, risk, sample_weight, simulate, weight
from ._native import MODELS, __version__
from ._network import network
from ._retrain import Retrained, retrain
from ._verify import verify

__all__ = [
    "MODELS",
    "Advice",
    "Answer",
    "Audit",
    "Network",
    "Optimum",
    "Retrained",
    "Risk",
    "SimulatedRisk",
    "Verified",
    "Weight",
    "__version__",
    "advise",
    "audit",
    "datasets",
    "network",
    "optimize",
    "retrain",
    "risk",
    "sample_weight",
    "simulate",
    "verify",
    "weight",
]
