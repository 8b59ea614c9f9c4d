"""nnlib.engine: PyTorch's names and semantics on NumPy. `import nnlib.engine as torch`.

core.py is the heart; gradients.py and memory.py are how gradients add up and what was overwritten;
operations/ and functional/ are the breadth, all in the style of core; nn/ and optim/ build on them.
Inside, a tensor's values are `tensor.array`, and names that begin with "_" are the tape's.
"""

from math import e, inf, nan, pi

import numpy

from . import autograd, functional, nn, operations, optim, utils
from .autograd import enable_grad, inference_mode, is_grad_enabled, set_grad_enabled
from .core import Tensor, exp, log, matmul, mul, neg, no_grad, relu, reshape, sum, transpose
from .dtypes import (
    Size,
    device,
    float32,
    float64,
    int32,
    int64,
    promote_types,
    uint8,
)
from .dtypes import (
    bool_ as bool,
)
from .factories import *
from .functional import log_softmax, logsigmoid, softmax
from .missing import missing
from .operations import *
from .random import *

long, int, double, float = int64, int32, float64, float32
dtype = numpy.dtype
finfo, iinfo = numpy.finfo, numpy.iinfo
FloatTensor, newaxis = Tensor, None

_inner = {"missing", "numpy", "core", "dtypes", "factories", "gradients", "hooks", "memory"}
__all__ = [name for name in dir() if not name.startswith("_") and name not in _inner]


def __getattr__(name):
    raise missing(name)
