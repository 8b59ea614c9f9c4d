"""Functions of one tensor, entry by entry."""

import numpy as np

from ..core import Tensor, method, operation
from ..dtypes import as_float
from .special import erf_values

TWO_OVER_ROOT_PI = 2 / np.sqrt(np.pi)


def flat_function(f):
    """A step function: its gradient is zero wherever it has one."""

    def steps(a):
        return f(a), lambda g: np.zeros_like(g)

    steps.__name__ = steps.__qualname__ = f.__name__
    return method(operation(steps))


sign, floor, ceil = flat_function(np.sign), flat_function(np.floor), flat_function(np.ceil)
trunc = flat_function(np.trunc)


@method
@operation
def round(a, decimals=0):
    return np.round(a, decimals), lambda g: np.zeros_like(g)


@method
@operation
def abs(a):
    return np.abs(a), lambda g: g * np.sign(a)


@method
@operation
def square(a):
    return a * a, lambda g: g * 2 * a


@method
@operation
def sqrt(a):
    y = np.sqrt(as_float(a))
    return y, lambda g: g / (2 * y)


@method
@operation
def rsqrt(a):
    """1 / √a"""
    y = 1 / np.sqrt(as_float(a))
    return y, lambda g: g * -0.5 * y * y * y


@method
@operation
def reciprocal(a):
    y = 1 / as_float(a)
    return y, lambda g: -g * y * y


@method
@operation
def log1p(a):
    """log(1 + a), exact for small a."""
    a = as_float(a)
    return np.log1p(a), lambda g: g / (1 + a)


@method
@operation
def log2(a):
    a = as_float(a)
    return np.log2(a), lambda g: g / (a * np.log(2).astype(a.dtype))


@method
@operation
def log10(a):
    a = as_float(a)
    return np.log10(a), lambda g: g / (a * np.log(10).astype(a.dtype))


@method
@operation
def exp2(a):
    y = np.exp2(as_float(a))
    return y, lambda g: g * (y * np.log(2).astype(y.dtype))


@method
@operation
def expm1(a):
    """exp(a) - 1, exact for small a."""
    y = np.expm1(as_float(a))
    return y, lambda g: g * (y + 1)


@method
@operation
def sin(a):
    a = as_float(a)
    return np.sin(a), lambda g: g * np.cos(a)


@method
@operation
def cos(a):
    a = as_float(a)
    return np.cos(a), lambda g: -g * np.sin(a)


@method
@operation
def tan(a):
    y = np.tan(as_float(a))
    return y, lambda g: g * (1 + y * y)


@method
@operation
def arcsin(a):
    a = as_float(a)
    return np.arcsin(a), lambda g: g / np.sqrt(1 - a * a)


@method
@operation
def arccos(a):
    a = as_float(a)
    return np.arccos(a), lambda g: -g / np.sqrt(1 - a * a)


@method
@operation
def arctan(a):
    a = as_float(a)
    return np.arctan(a), lambda g: g / (1 + a * a)


@method
@operation
def tanh(a):
    y = np.tanh(as_float(a))
    return y, lambda g: g * (1 - y * y)


@method
@operation
def sinh(a):
    a = as_float(a)
    return np.sinh(a), lambda g: g * np.cosh(a)


@method
@operation
def cosh(a):
    a = as_float(a)
    return np.cosh(a), lambda g: g * np.sinh(a)


@method
@operation
def atanh(a):
    a = as_float(a)
    return np.arctanh(a), lambda g: g / (1 - a * a)


@method
@operation
def sigmoid(a):
    """1 / (1 + exp(-a))"""
    y = 1 / (1 + np.exp(-as_float(a)))
    return y, lambda g: g * (y * (1 - y))


@method
@operation
def logit(a):
    """log(a / (1 - a)), the inverse of sigmoid."""
    a = as_float(a)
    return np.log(a / (1 - a)), lambda g: g / (a * (1 - a))


@method
@operation
def erf(a):
    """2/√π ∫₀ᵃ exp(-t²) dt"""
    a = as_float(a)
    return erf_values(a), lambda g: g * (a.dtype.type(TWO_OVER_ROOT_PI) * np.exp(-a * a))


@method
@operation
def isnan(a):
    return (np.isnan(a),)


@method
@operation
def isinf(a):
    return (np.isinf(a),)


@method
@operation
def isfinite(a):
    return (np.isfinite(a),)


@method
@operation
def nan_to_num(a, nan=0.0, posinf=None, neginf=None):
    y = np.nan_to_num(a, nan=nan, posinf=posinf, neginf=neginf)
    return y, lambda g: g * np.isfinite(a)


asin, acos, atan = arcsin, arccos, arctan
Tensor.asin, Tensor.acos, Tensor.atan, Tensor.__abs__ = arcsin, arccos, arctan, abs
