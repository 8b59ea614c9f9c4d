"""Operations on two tensors, entry by entry, with broadcasting; Python's operators."""

import numpy as np

from .. import core
from ..core import Tensor, method, operation
from ..dtypes import as_float, promote


@method
def add(a, b, alpha=1):
    """a + alpha · b"""
    return core.add(a, b if alpha == 1 else b * alpha)


@operation
def _sub(a, b):
    a, b = promote(a, b)
    return a - b, lambda g: g, lambda g: -g


@method
def sub(a, b, alpha=1):
    """a - alpha · b"""
    return _sub(a, b if alpha == 1 else b * alpha)


@operation
def _rsub(a, b):
    a, b = promote(a, b)
    return b - a, lambda g: -g, lambda g: g


@method
@operation
def div(a, b):
    """a / b; integers are divided as float32."""
    a, b = map(as_float, promote(a, b))
    y = a / b
    return y, lambda g: g / b, lambda g: -g * y / b


def true_divide(a, b):
    return div(a, b)


def _rdiv(a, b):
    return div(b, a)


def _check_divisor(b):
    if b.dtype.kind in "iu" and not np.all(b):
        raise ZeroDivisionError("integers have no quotient by zero; floats have inf")


@method
@operation
def floor_divide(a, b):
    a, b = promote(a, b)
    _check_divisor(b)
    return a // b, lambda g: np.zeros_like(g), lambda g: np.zeros_like(g)


@method
@operation
def remainder(a, b):
    """a - b·⌊a / b⌋: has the sign of b."""
    a, b = promote(a, b)
    _check_divisor(b)
    return a % b, lambda g: g, lambda g: -g * (a // b)


def _rfloor_divide(a, b):
    return floor_divide(b, a)


def _rremainder(a, b):
    return remainder(b, a)


@method
@operation
def pow(a, b):
    """a to the power b."""
    if type(b) in (int, float) and b == 2:
        return a * a, lambda g: g * 2 * a
    a, b = promote(a, b)
    y = a**b
    return (
        y,
        lambda g: g * np.where(b == 0, b, b * a ** (b - 1)),
        lambda g: g * np.where((a == 0) & (b >= 0), y.dtype.type(0), y * np.log(a)),
    )


def _rpow(a, b):
    return pow(b, a)


def _share(g, a, b, greater):
    """The part of g that goes to the greater (or smaller) operand a; equal ones share it."""
    return g * np.where(a == b, g.dtype.type(0.5), greater(a, b))


@method
@operation
def maximum(a, b):
    a, b = promote(a, b)
    return (
        np.maximum(a, b),
        lambda g: _share(g, a, b, np.greater),
        lambda g: _share(g, b, a, np.greater),
    )


@method
@operation
def minimum(a, b):
    a, b = promote(a, b)
    return np.minimum(a, b), lambda g: _share(g, a, b, np.less), lambda g: _share(g, b, a, np.less)


@method
@operation
def atan2(a, b):
    """The angle of the point (b, a); at the origin, where it has no gradient, that is zero."""
    a, b = map(as_float, promote(a, b))

    def over_square(x):
        square = a * a + b * b
        return x / np.where(square == 0, a.dtype.type(1), square)

    return np.arctan2(a, b), lambda g: g * over_square(b), lambda g: -g * over_square(a)


@operation
def _where(condition, a, b):
    a, b = promote(a, b)
    zero = a.dtype.type(0)
    return (
        np.where(condition, a, b),
        None,
        lambda g: np.where(condition, g, zero),
        lambda g: np.where(condition, zero, g),
    )


def where(condition, a=None, b=None):
    """a where the condition holds, b elsewhere; without a and b, the indices where it holds."""
    if a is None and b is None:
        return tuple(Tensor(i) for i in np.nonzero(condition.array))
    return _where(condition, a, b)


@method
@operation
def masked_fill(a, mask, value):
    """a, but `value` where the mask is true."""
    if mask.dtype != bool:
        raise TypeError(f"mask: expected a bool tensor, got {mask.dtype}")
    y = np.where(mask, np.asarray(value, a.dtype), a)
    zero = a.dtype.type(0) if a.dtype.kind == "f" else 0
    return y, lambda g: np.where(mask, zero, g), None, lambda g: np.where(mask, g, zero)


@method
@operation
def clamp(a, min=None, max=None):
    """a, kept between min and max: numbers, tensors or None."""
    if min is None and max is None:
        raise ValueError("min, max: at least one of the two must not be None")
    low = -np.inf if min is None else min
    high = np.inf if max is None else max
    y = a
    if min is not None:
        y = np.asarray(np.maximum(*promote(y, min)))
    if max is not None:
        y = np.minimum(*promote(y, max))
    return (
        y,
        lambda g: g * ((a >= low) & (a <= high)),
        lambda g: g * ((a < low) & (low < high)),
        lambda g: g * ((a > high) | (low > high)),
    )


clip = clamp


@method
@operation
def lerp(a, b, weight):
    """a + weight · (b - a)"""
    return (
        a + weight * (b - a),
        lambda g: g * (1 - weight),
        lambda g: g * weight,
        lambda g: g * (b - a),
    )


# ------------------------------------------------------------------------------------ comparisons


def _comparison(name, ufunc):
    @operation
    def compare(a, b):
        return (ufunc(*promote(a, b)),)

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = f"np.{ufunc.__name__}, entry by entry; a bool tensor."
    return method(compare)


eq, ne = _comparison("eq", np.equal), _comparison("ne", np.not_equal)
lt, le = _comparison("lt", np.less), _comparison("le", np.less_equal)
gt, ge = _comparison("gt", np.greater), _comparison("ge", np.greater_equal)
logical_and = _comparison("logical_and", np.logical_and)
logical_or = _comparison("logical_or", np.logical_or)
logical_xor = _comparison("logical_xor", np.logical_xor)
bitwise_and = _comparison("bitwise_and", np.bitwise_and)
bitwise_or = _comparison("bitwise_or", np.bitwise_or)
bitwise_xor = _comparison("bitwise_xor", np.bitwise_xor)


@method
@operation
def logical_not(a):
    return (np.logical_not(a),)


@method
@operation
def bitwise_not(a):
    return (np.invert(a),)


for name, function in {
    "sub": _sub, "rsub": _rsub, "truediv": div, "rtruediv": _rdiv, "floordiv": floor_divide,
    "rfloordiv": _rfloor_divide, "mod": remainder, "rmod": _rremainder,
    "pow": pow, "rpow": _rpow, "eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge,
    "and": bitwise_and, "rand": bitwise_and, "or": bitwise_or, "ror": bitwise_or,
    "xor": bitwise_xor, "rxor": bitwise_xor, "invert": bitwise_not,
}.items():  # fmt: skip
    setattr(Tensor, f"__{name}__", function)

Tensor.__hash__ = object.__hash__  # comparing entry by entry must not take it away
Tensor.clip = clamp
Tensor.true_divide = div
