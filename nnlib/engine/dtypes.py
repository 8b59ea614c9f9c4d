"""Types, shapes and devices: PyTorch's rules on NumPy's types.

Two operands of different types meet in the higher category (bool < int < float). Within a category
the wider type wins, but neither a Python number nor a 0-dimensional tensor widens a tensor that has
dimensions.
"""

import math

import numpy as np

float32, float64 = np.dtype("float32"), np.dtype("float64")
int64, int32, uint8 = np.dtype("int64"), np.dtype("int32"), np.dtype("uint8")
bool_ = np.dtype("bool")

# As in PyTorch, inf and nan are values like others, and what computes with tensors is silent.
quiet = np.errstate(all="ignore")  # a decorator: the caller's own NumPy code keeps its warnings

CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}


def category(x):
    """0 for bool, 1 for integers, 2 for floating point; x: a type, an array or a Python number."""
    kind = x.kind if isinstance(x, np.dtype) else np.result_type(x).kind
    if kind not in CATEGORY:
        raise NotImplementedError(f"nnlib.engine has no tensors of type {np.result_type(x)}.")
    return CATEGORY[kind]


def as_dtype(dtype):
    """The NumPy type meant by `dtype`: one of the engine's, or Python's float, int or bool."""
    dtype = np.dtype(dtype)
    category(dtype)
    return dtype


def promote_types(a, b):
    """The type in which operands of these two types meet."""
    if CATEGORY[a.kind] != CATEGORY[b.kind]:
        return max(a, b, key=lambda dtype: CATEGORY[dtype.kind])
    return np.promote_types(a, b)


def result_type(a, b):
    """The type in which two operands meet; arrays, or Python numbers."""
    if not isinstance(a, np.ndarray):
        a, b = b, a
    if not isinstance(a, np.ndarray):
        return promote_types(default_type(a), default_type(b))
    if not isinstance(b, np.ndarray):
        return a.dtype if category(b) <= CATEGORY[a.dtype.kind] else default_type(b)
    if (a.ndim == 0) != (b.ndim == 0):
        wide, single = (b, a) if a.ndim == 0 else (a, b)
        if category(single.dtype) <= category(wide.dtype):
            return wide.dtype
    return promote_types(a.dtype, b.dtype)


def default_type(number):
    """The type of a tensor made of this Python number."""
    return (bool_, int64, float32)[category(number)]


def promote(a, b):
    """Two operands of an operation, arrays or numbers, in the type in which they meet."""
    if type(a) is type(b) is np.ndarray and a.dtype is b.dtype:
        return a, b
    dtype = result_type(a, b)
    return cast(a, dtype), cast(b, dtype)


def cast(x, dtype):
    if isinstance(x, np.ndarray):
        return x if x.dtype is dtype else x.astype(dtype, copy=False)
    return dtype.type(x)


def same_type(a, b):
    """Products of matrices do not promote: float64 data in a float32 network is a mistake."""
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"expected both operands to have the same dtype, got {a.dtype} and {b.dtype}"
        )


def as_float(a):
    """Integers and booleans become float32 where a function is real."""
    return a if a.dtype.kind == "f" else a.astype(float32)


class ShapeError(RuntimeError, ValueError):
    """Shapes do not fit: a RuntimeError as in PyTorch, and a ValueError as everywhere in nnlib."""


def flat(sizes):
    """The sizes of a shape, given one by one or as one tuple: f(2, 3) and f((2, 3))."""
    return tuple(sizes[0]) if len(sizes) == 1 and hasattr(sizes[0], "__len__") else sizes


def axes(dim, ndim):
    """`dim`, a number, tuple or None, as NumPy wants it; even a single number has the axis 0."""
    if type(dim) is int and ndim:
        return dim
    if dim is None or dim == () or dim == []:
        return None
    dims = tuple(dim) if isinstance(dim, (tuple, list)) else (int(dim),)
    if ndim == 0 and all(d in (0, -1) for d in dims):
        return None
    return dims


def kept(shape, dims):
    """The shape after a reduction over these axes that keeps them, with size 1."""
    if dims is None:
        return (1,) * len(shape)
    dims = [d % len(shape) for d in (dims if type(dims) is tuple else (dims,))]
    return tuple(1 if i in dims else n for i, n in enumerate(shape))


class Size(tuple):
    """A shape."""

    __slots__ = ()

    def numel(self):
        return math.prod(self)

    def __getitem__(self, key):
        part = tuple.__getitem__(self, key)
        return Size(part) if isinstance(key, slice) else part

    def __repr__(self):
        return f"torch.Size({list(self)})"


class device(str):
    """Where a tensor lives: always "cpu"."""

    __slots__ = ()
    type = "cpu"
    index = None

    def __new__(cls, name="cpu"):
        if str(name).partition(":")[0] != "cpu":
            raise RuntimeError(f"nnlib.engine computes on the CPU only; got device {str(name)!r}.")
        return super().__new__(cls, "cpu")

    def __repr__(self):
        return "device(type='cpu')"
