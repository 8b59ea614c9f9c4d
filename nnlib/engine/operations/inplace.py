"""Writing into a tensor: x.add_(y), x += y, x[key] = y.

The tape knows operations, not writes. So a write is refused where a gradient would have to pass
through it: do it under no_grad(), or make a new tensor.
"""

from .. import core
from ..core import Tensor, method
from ..dtypes import CATEGORY, ShapeError, quiet
from ..memory import wrote
from . import arithmetic, indexing, pointwise


def allow_write(x, *others):
    """RuntimeError if the tape would miss that x is overwritten with something made of others."""
    if core.recording and x.requires_grad:
        what = "a leaf Variable that requires grad" if x._edges is None else "a tensor on the tape"
        raise RuntimeError(
            f"{what} is being used in an in-place operation, which nnlib.engine's tape would miss: "
            "do it under torch.no_grad(), or make a new tensor (x = x + y, not x += y)"
        )
    if core.recording and any(isinstance(y, Tensor) and y.requires_grad for y in others):
        raise RuntimeError(
            "the value of an in-place operation requires grad, which nnlib.engine's tape would "
            "miss: use out-of-place operations (cat, stack, where, scatter), or detach() the value"
        )


@quiet
def write(x, value):
    """Put the array `value` into x."""
    if value.shape != x.array.shape:
        raise ShapeError(f"in-place result has shape {value.shape}, the tensor {x.array.shape}")
    if CATEGORY[value.dtype.kind] > CATEGORY[x.array.dtype.kind]:
        raise RuntimeError(
            f"result type {value.dtype} can't be cast to the tensor's {x.array.dtype}"
        )
    x.array[...] = value
    wrote(x)
    return x


def _in_place(function):
    def change(x, *arguments, **options):
        allow_write(x, *arguments, *options.values())
        return write(x, function(x, *arguments, **options).array)

    change.__name__ = change.__qualname__ = function.__name__ + "_"
    change.__doc__ = f"x = {function.__name__}(x, …), in place."
    return change


NAMES = {
    arithmetic: "add sub mul div pow remainder floor_divide clamp masked_fill lerp "
    "logical_and logical_or logical_not",
    pointwise: "abs ceil exp floor log neg reciprocal round rsqrt sigmoid sign sqrt square tanh",
    indexing: "scatter scatter_add index_add",
}
for module, names in NAMES.items():
    for name in names.split():
        method(_in_place(getattr(module, name, None) or getattr(core, name)))

OPERATORS = ("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div"), ("pow", "pow")
for operator, name in OPERATORS:
    setattr(Tensor, f"__i{operator}__", getattr(Tensor, name + "_"))


@method
@quiet
def fill_(x, value):
    allow_write(x, value)
    x.array[...] = value.array if isinstance(value, Tensor) else value
    wrote(x)
    return x


@method
def zero_(x):
    return fill_(x, 0)


@method
def copy_(x, source):
    """Take the values of `source`, whatever its type; it may broadcast."""
    return fill_(x, source)


@method
def addcmul_(x, a, b, value=1):
    """x += value · a · b"""
    return x.add_(a * b, alpha=value)


@method
def addcdiv_(x, a, b, value=1):
    """x += value · a / b"""
    return x.add_(a / b, alpha=value)


@quiet
def put(x, key, value):
    allow_write(x, value)
    key, _ = indexing.index(key)
    steps = indexing.integers_first(key)
    place = x.array[steps[0]] if steps else x.array
    place[steps[1] if steps else key] = value.array if isinstance(value, Tensor) else value
    wrote(x)


Tensor.__setitem__ = put
