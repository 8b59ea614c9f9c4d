"""torch.nn.functional: layers, nonlinearities and losses as functions.

Where speed matters they are operations of their own, with a gradient rule derived by hand.
"""

from ..core import relu
from ..missing import missing
from ..operations.pointwise import sigmoid, tanh
from .activations import *
from .attention import *
from .basic import *
from .convolution import *
from .losses import *
from .normalization import *
from .pooling import *

__all__ = [name for name in dir() if not name.startswith("_") and name != "missing"]


def __getattr__(name):
    raise missing("nn.functional", name)
