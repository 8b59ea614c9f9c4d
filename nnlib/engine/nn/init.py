"""How weights begin. Each function fills a tensor in place, from torch's stream, and returns it.

fan_in is the number of inputs that one unit sums over, fan_out the number of units that one input
feeds: for a weight of shape (out, in, *kernel), in·|kernel| and out·|kernel|.
"""

from __future__ import annotations

import math

import numpy as np

from ..core import Tensor, no_grad
from ..generator import default_generator

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance through a nonlinearity; `param` is leaky ReLU's slope."""
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(f"nonlinearity: got {nonlinearity!r}, expected one of {known}")
    return _GAINS[nonlinearity]


def fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight."""
    if tensor.dim() < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions: "
            f"got shape {tuple(tensor.shape)}"
        )
    out, into, *kernel = tensor.shape
    return into * math.prod(kernel), out * math.prod(kernel)


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator=None) -> Tensor:
    """Uniform on [a, b)."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator=None) -> Tensor:
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    with no_grad():
        return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix."""
    if tensor.dim() != 2:
        raise ValueError(f"tensor: got shape {tuple(tensor.shape)}, expected two dimensions")
    return _write(tensor, np.eye(*tensor.shape))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    """Variance gain²·2 / (fan_in + fan_out) (Glorot & Bengio, 2010), uniform."""
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    """Variance gain²·2 / (fan_in + fan_out) (Glorot & Bengio, 2010), normal."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _xavier_std(tensor, gain):
    return gain * math.sqrt(2.0 / float(sum(fans(tensor))))


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator=None,
) -> Tensor:
    """Variance gain² / fan (He et al., 2015), uniform; `a` is the slope of leaky ReLU."""
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator=None,
) -> Tensor:
    """Variance gain² / fan (He et al., 2015), normal; `a` is the slope of leaky ReLU."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _kaiming_std(tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode: got {mode!r}, expected 'fan_in' or 'fan_out'")
    fan = fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator=None,
) -> Tensor:
    """Normal, with what falls outside [a, b] drawn again."""

    def cdf(x):
        return (1 + math.erf((x - mean) / std / math.sqrt(2))) / 2

    if cdf(b) - cdf(a) < 0.01:
        raise ValueError(f"[a, b]: got [{a}, {b}], which holds under 1 % of N({mean}, {std}²)")
    source = generator or default_generator
    shape, dtype = tuple(tensor.shape), tensor.detach().numpy().dtype
    values = source.normal(shape, dtype, mean, std)
    while (outside := (values < a) | (values > b)).any():
        values = np.where(outside, source.normal(shape, dtype, mean, std), values)
    return _write(tensor, values)


def orthogonal_(tensor: Tensor, gain: float = 1, generator=None) -> Tensor:
    """Orthonormal rows or columns, times gain (Saxe et al., 2013); trailing dimensions are one."""
    if tensor.dim() < 2:
        raise ValueError(
            f"tensor: got shape {tuple(tensor.shape)}, expected two dimensions or more"
        )
    shape = (tensor.shape[0], math.prod(tensor.shape[1:]))
    values = (generator or default_generator).normal(shape, tensor.detach().numpy().dtype)
    wide = shape[0] < shape[1]
    q, r = np.linalg.qr(values.T if wide else values)
    q = q * np.sign(np.diag(r))  # makes the distribution uniform (Mezzadri, 2007)
    return _write(tensor, gain * (q.T if wide else q))


def _write(tensor: Tensor, values: np.ndarray) -> Tensor:
    with no_grad():
        return tensor.copy_(Tensor(values.reshape(tensor.shape)))
