"""nnlib.engine: PyTorch's names and semantics on NumPy. `import nnlib.engine as torch`."""

from .core import Tensor, no_grad
from .creation import arange, as_tensor, eye, from_numpy, full, linspace, ones, tensor, zeros
from .dtypes import bool_ as bool
from .dtypes import device, float32, float64, int32, int64, uint8

__all__ = [
    "Tensor",
    "arange",
    "as_tensor",
    "bool",
    "device",
    "eye",
    "float32",
    "float64",
    "from_numpy",
    "full",
    "int32",
    "int64",
    "linspace",
    "no_grad",
    "ones",
    "tensor",
    "uint8",
    "zeros",
]
