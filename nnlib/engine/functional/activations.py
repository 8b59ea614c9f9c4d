"""Nonlinearities: each with its derivative."""

import math

import numpy as np

from ..core import method, operation
from ..dtypes import as_float, axes
from ..operations.arithmetic import where
from ..operations.pointwise import sigmoid, tanh
from ..operations.special import erf_values

__all__ = [
    *("elu", "gelu", "glu", "hardtanh", "leaky_relu", "log_softmax", "logsigmoid", "mish", "prelu"),
    *("relu6", "selu", "silu", "softmax", "softmin", "softplus", "softsign"),
]


@operation
def leaky_relu(a, negative_slope=0.01):
    return (
        np.where(a > 0, a, a * negative_slope),
        lambda g: np.where(a > 0, g, g * negative_slope),
    )


@operation
def elu(a, alpha=1.0):
    """a where positive, alpha · (exp(a) - 1) elsewhere."""
    y = np.where(a > 0, a, alpha * np.expm1(np.minimum(a, 0)))
    return y, lambda g: np.where(a > 0, g, g * (y + alpha))


def selu(x):
    """ELU with the scale that keeps mean 0 and variance 1 (Klambauer et al., 2017)."""
    return elu(x, 1.6732632423543772) * 1.0507009873554805


@operation
def softplus(a, beta=1.0, threshold=20.0):
    """log(1 + exp(beta · a)) / beta; a itself where beta · a exceeds the threshold."""
    z = a * beta
    smooth = (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))) / beta
    return (
        np.where(z > threshold, a, smooth),
        lambda g: np.where(z > threshold, g, g / (1 + np.exp(-z))),
    )


@method
@operation
def logsigmoid(a):
    """log(1 / (1 + exp(-a))), without overflow."""
    return np.minimum(a, 0) - np.log1p(np.exp(-np.abs(a))), lambda g: g / (1 + np.exp(a))


@operation
def gelu(a, approximate="none"):
    """a · Φ(a), with Φ the normal distribution function, exact or approximated by tanh."""
    if approximate == "none":
        below = erf_values(a * math.sqrt(0.5))
        below += 1
        below *= 0.5

        def rule(g):
            density = np.exp(a * a * -0.5)
            density *= a
            density *= 1 / math.sqrt(2 * math.pi)
            density += below
            return g * density

        return a * below, rule
    if approximate != "tanh":
        raise ValueError(f'approximate: expected "none" or "tanh", got {approximate!r}')
    slope, cubic = math.sqrt(2 / math.pi), 0.044715
    square = a * a
    t = np.tanh(slope * a * (1 + cubic * square))

    def tanh_rule(g):
        inner = slope * (1 + 3 * cubic * square)
        return g * (0.5 * (1 + t + a * (1 - t * t) * inner))

    return 0.5 * a * (1 + t), tanh_rule


@operation
def silu(a):
    """a · sigmoid(a)"""
    s = 1 / (1 + np.exp(-a))
    return a * s, lambda g: g * (s * (1 + a * (1 - s)))


def mish(x):
    """x · tanh(softplus(x))"""
    return x * tanh(softplus(x))


@operation
def softsign(a):
    """a / (1 + |a|)"""
    size = 1 + np.abs(a)
    return a / size, lambda g: g / (size * size)


@operation
def hardtanh(a, min_val=-1.0, max_val=1.0):
    return np.clip(a, min_val, max_val), lambda g: g * ((a > min_val) & (a < max_val))


def relu6(x):
    return hardtanh(x, 0.0, 6.0)


def prelu(x, weight):
    """Leaky ReLU whose slope is learned, one for all or one a channel (axis 1)."""
    if weight.array.size > 1:
        weight = weight.reshape(-1, *(1,) * (x.array.ndim - 2))
    return where(x > 0, x, weight * x)


def glu(x, dim=-1):
    """The first half along an axis, gated by the sigmoid of the second."""
    if x.array.shape[dim] % 2:
        raise ValueError(f"dim: expected an axis of even size, got {x.array.shape[dim]}")
    a, b = x.chunk(2, dim)
    return a * sigmoid(b)


def _top(a, dim):
    return a.max(dim, keepdims=True, initial=-np.inf)  # so that a may be empty


@operation
def _softmax(a, dim):
    a = as_float(a)
    dim = axes(dim, a.ndim)
    y = np.exp(a - _top(a, dim))
    y /= np.add.reduce(y, dim, keepdims=True)
    return y, lambda g: softmax_gradient(y, g, dim)


def softmax_gradient(y, g, dim):
    """∂L/∂a for y = softmax(a): y ⊙ (g - Σ g ⊙ y)"""
    d = g * y
    d -= y * np.add.reduce(d, dim, keepdims=True)
    return d


@operation
def _log_softmax(a, dim):
    a = as_float(a)
    dim = axes(dim, a.ndim)
    y = a - _top(a, dim)
    y = y - np.log(np.add.reduce(np.exp(y), dim, keepdims=True))
    return y, lambda g: g - np.exp(y) * np.add.reduce(g, dim, keepdims=True)


@method
def softmax(x, dim=None, dtype=None):
    """exp(x) / Σ exp(x) along an axis, without overflow."""
    return _softmax(x if dtype is None else x.to(dtype), _axis(dim, "softmax"))


@method
def log_softmax(x, dim=None, dtype=None):
    """x - log Σ exp(x) along an axis."""
    return _log_softmax(x if dtype is None else x.to(dtype), _axis(dim, "log_softmax"))


def softmin(x, dim=None):
    return softmax(-x, dim)


def _axis(dim, name):
    if dim is None:
        raise ValueError(f"dim: {name} needs the axis along which the result sums to one")
    return dim
