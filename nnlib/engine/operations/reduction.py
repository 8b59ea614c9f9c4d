"""Functions that take a tensor, or some of its axes, down to fewer numbers.

`dim` is an axis, a tuple of axes, or None for all; negative ones count from the end.
"""

import math

import numpy as np

from ..core import Tensor, method, operation, sum
from ..dtypes import as_float, axes, kept
from ..gradients import spread


def count(shape, dims):
    """How many entries a reduction over these axes puts together."""
    return math.prod(n for n, k in zip(shape, kept(shape, dims), strict=True) if k != n)


def real(a, what):
    if a.dtype.kind != "f":
        raise RuntimeError(f"{what}: expected a floating point tensor, got {a.dtype}")


@method
@operation
def mean(a, dim=None, keepdim=False):
    real(a, "mean")
    shape, dims = a.shape, axes(dim, a.ndim)
    n = count(shape, dims)
    y = np.add.reduce(a, dims, keepdims=keepdim) / a.dtype.type(n)
    return y, lambda g: spread(g.reshape(kept(shape, dims)) / g.dtype.type(n), shape)


@method
@operation
def nansum(a, dim=None, keepdim=False):
    """The sum of the entries that are not nan."""
    dims, missing = axes(dim, a.ndim), np.isnan(a)
    shape = kept(a.shape, dims)
    y = np.where(missing, 0, a).sum(dims, keepdims=keepdim, dtype=a.dtype)
    return y, lambda g: np.where(missing, g.dtype.type(0), g.reshape(shape))


@method
@operation
def var(a, dim=None, unbiased=None, keepdim=False, correction=None):
    """Σ (a - mean)² / (n - correction); unbiased means a correction of 1, the default, else 0."""
    real(a, "var")
    if isinstance(dim, bool):  # var(unbiased)
        dim, unbiased = None, dim
    dims = axes(dim, a.ndim)
    centred, n, _ = _centred(a, dims, unbiased, correction)
    y = np.add.reduce(centred * centred, dims, keepdims=keepdim) / n
    shape = kept(a.shape, dims)
    return y, lambda g: centred * (g.reshape(shape) * 2 / n)


@method
@operation
def std(a, dim=None, unbiased=None, keepdim=False, correction=None):
    """The square root of `var`."""
    real(a, "std")
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    dims = axes(dim, a.ndim)
    centred, n, _ = _centred(a, dims, unbiased, correction)
    y = np.asarray(np.sqrt(np.add.reduce(centred * centred, dims, keepdims=True) / n))
    value = y if keepdim else y.reshape(np.add.reduce(a, dims).shape)
    return value, lambda g: np.where(y == 0, 0, centred * (g.reshape(y.shape) / (n * y)))


def _centred(a, dims, unbiased, correction):
    if correction is None:
        correction = 0 if unbiased is False else 1
    entries = count(a.shape, dims)
    n = a.dtype.type(max(entries - correction, 0))
    mean = np.add.reduce(a, dims, keepdims=True) / a.dtype.type(entries)
    return a - mean, n, mean


def var_mean(x, dim=None, unbiased=None, keepdim=False, correction=None):
    return var(x, dim, unbiased, keepdim, correction), mean(x, dim, keepdim)


def std_mean(x, dim=None, unbiased=None, keepdim=False, correction=None):
    return std(x, dim, unbiased, keepdim, correction), mean(x, dim, keepdim)


@method
@operation
def prod(a, dim=None, keepdim=False):
    dims = axes(dim, a.ndim)
    shape = kept(a.shape, dims)
    y = a.prod(dims, keepdims=keepdim)
    return y, lambda g: g.reshape(shape) * _product_of_others(a, dims)


def _product_of_others(a, dims):
    """For each entry the product of all others, right also where some are zero."""
    zero = a == 0
    zeros = zero.sum(dims, keepdims=True)
    rest = np.where(zero, 1, a).prod(dims, keepdims=True)
    others = np.where(zero, rest, rest / np.where(zero, 1, a))
    return np.where(zeros - zero == 0, others, 0).astype(a.dtype)


@method
@operation
def logsumexp(a, dim=None, keepdim=False):
    """log Σ exp(a), without overflow."""
    a = as_float(a)
    dims = axes(dim, a.ndim)
    top = a.max(dims, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, a.dtype.type(0))
    e = np.exp(a - top)
    total = e.sum(dims, keepdims=True)
    y = top + np.log(total)
    value = y if keepdim else y.reshape(np.add.reduce(a, dims).shape)
    return value, lambda g: e * (g.reshape(y.shape) / total)


@method
def norm(x, p=2, dim=None, keepdim=False):
    """(Σ |x|ᵖ)^(1/p), with p = inf the largest |x|; "fro" is 2."""
    p = 2 if p in (None, "fro") else p
    if p == 2:
        return _euclidean(x, dim, keepdim)
    if p == math.inf:
        return x.abs().amax(() if dim is None else dim, keepdim)
    if p == -math.inf:
        return x.abs().amin(() if dim is None else dim, keepdim)
    if p == 0:
        return sum((x != 0).to(x.dtype), dim, keepdim)
    if p == 1:
        return sum(x.abs(), dim, keepdim)
    if not isinstance(p, (int, float)):
        raise NotImplementedError(f"norm: nnlib.engine has no p = {p!r}")
    return sum(x.abs() ** p, dim, keepdim) ** (1 / p)


@operation
def _euclidean(a, dim=None, keepdim=False):
    real(a, "norm")
    dims = axes(dim, a.ndim)
    y = np.asarray(np.sqrt(np.add.reduce(a * a, dims, keepdims=True)))
    value = y if keepdim else y.reshape(np.add.reduce(a, dims).shape)
    return value, lambda g: np.where(y == 0, 0, a * (g.reshape(y.shape) / y))


def _truth(name, reduce):
    @operation
    def truth(a, dim=None, keepdim=False):
        return (reduce(a.astype(bool), axes(dim, a.ndim), keepdims=keepdim),)

    truth.__name__ = truth.__qualname__ = name
    return method(truth)


all = _truth("all", np.logical_and.reduce)
any = _truth("any", np.logical_or.reduce)


@method
def count_nonzero(x, dim=None):
    return Tensor(np.asarray(np.count_nonzero(x.array, axes(dim, x.array.ndim))))


@method
def allclose(x, other, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x - other| ≤ atol + rtol · |other| everywhere, as a Python bool."""
    return bool(np.allclose(x.array, other.array, rtol, atol, equal_nan))


@method
def isclose(x, other, rtol=1e-5, atol=1e-8, equal_nan=False):
    return Tensor(np.asarray(np.isclose(x.array, other.array, rtol, atol, equal_nan)))


@method
def equal(x, other):
    """Whether both have the same shape and the same entries, as a Python bool."""
    return bool(np.array_equal(x.array, other.array))


@method
@operation
def cumsum(a, dim):
    """Sums of the first 1, 2, … entries along an axis."""
    if a.ndim == 0:
        return a.copy(), lambda g: g
    y = np.cumsum(a, dim, dtype=None if a.dtype.kind == "f" else np.int64)
    return y, lambda g: np.flip(np.cumsum(np.flip(g, dim), dim), dim)


@method
@operation
def cumprod(a, dim):
    """Products of the first 1, 2, … entries along an axis."""
    if a.ndim == 0:
        return a.copy(), lambda g: g
    y = np.cumprod(a, dim)

    def rule(g):
        if not (a == 0).any():
            return np.flip(np.cumsum(np.flip(g * y, dim), dim), dim) / a
        # ∂y_j/∂a_i = Π of the first j entries without a_i: the long way, right next to a zero.
        d, parts = np.zeros_like(a), np.moveaxis(a, dim, 0)
        g_first, d_first = np.moveaxis(g, dim, 0), np.moveaxis(d, dim, 0)
        for i in range(len(parts)):
            without = parts.copy()
            without[i] = 1
            d_first[i] = (g_first * np.cumprod(without, 0))[i:].sum(0)
        return d

    return y, rule
