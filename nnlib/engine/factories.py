"""New tensors: from data, or filled with one number, or a range of them."""

import math

import numpy as np

from .core import Tensor, method
from .dtypes import as_dtype, flat, float32, float64, int64, quiet

__all__ = [
    *("arange", "as_tensor", "cartesian_prod", "empty", "empty_like", "eye", "from_numpy", "full"),
    *("full_like", "is_tensor", "linspace", "logspace", "meshgrid", "ones", "ones_like", "tensor"),
    *("tril_indices", "triu_indices", "zeros", "zeros_like"),
]


def tensor(data, dtype=None, device=None, requires_grad=False):
    """A tensor with a copy of `data`: a number, nested lists, an array or a tensor.

    Python's floats become float32, its integers int64; arrays keep their type.
    """
    return Tensor(np.array(_array(data, dtype)), requires_grad)


def as_tensor(data, dtype=None, device=None):
    """Like `tensor`, but without a copy where none is needed."""
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return Tensor(_array(data, dtype))


def from_numpy(array):
    """A tensor that shares the memory of the array."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"array: expected np.ndarray, got {type(array).__name__}")
    return Tensor(array)


@quiet
def _array(data, dtype):
    given = _unwrap(data)
    array = np.asarray(given)
    if dtype is None and array.dtype == float64 and not isinstance(given, (np.ndarray, np.generic)):
        typed = isinstance(given, list) and given and isinstance(given[0], (np.ndarray, np.generic))
        dtype = array.dtype if typed else float32
    return array.astype(as_dtype(dtype or array.dtype), copy=False)


def _unwrap(data):
    if isinstance(data, Tensor):
        return data.array
    if isinstance(data, (list, tuple)):
        return [_unwrap(x) for x in data]
    return data


def zeros(*size, dtype=float32, device=None, requires_grad=False):
    return Tensor(np.zeros(flat(size), as_dtype(dtype or float32)), requires_grad)


def ones(*size, dtype=float32, device=None, requires_grad=False):
    return Tensor(np.ones(flat(size), as_dtype(dtype or float32)), requires_grad)


def empty(*size, dtype=float32, device=None, requires_grad=False):
    return Tensor(np.empty(flat(size), as_dtype(dtype or float32)), requires_grad)


def full(size, fill_value, dtype=None, device=None, requires_grad=False):
    fill = _array(fill_value, dtype)
    return Tensor(np.full(flat((size,)), fill, fill.dtype), requires_grad)


def zeros_like(x, dtype=None, device=None, requires_grad=False):
    return zeros(x.array.shape, dtype=dtype or x.array.dtype, requires_grad=requires_grad)


def ones_like(x, dtype=None, device=None, requires_grad=False):
    return ones(x.array.shape, dtype=dtype or x.array.dtype, requires_grad=requires_grad)


def empty_like(x, dtype=None, device=None, requires_grad=False):
    return empty(x.array.shape, dtype=dtype or x.array.dtype, requires_grad=requires_grad)


def full_like(x, fill_value, dtype=None, device=None, requires_grad=False):
    return full(x.array.shape, fill_value, dtype or x.array.dtype, requires_grad=requires_grad)


def arange(start, end=None, step=1, dtype=None, device=None, requires_grad=False):
    """start, start + step, … below end; integers unless one of the three is a float."""
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if isinstance(x, Tensor) else x for x in (start, end, step))
    real = any(isinstance(x, float) for x in (start, end, step))
    dtype = as_dtype(dtype or (float32 if real else int64))
    count = max(0, math.ceil((end - start) / step))
    return Tensor((start + step * np.arange(count)).astype(dtype, copy=False), requires_grad)


def linspace(start, end, steps, dtype=float32, device=None, requires_grad=False):
    return Tensor(np.linspace(start, end, steps).astype(as_dtype(dtype or float32)), requires_grad)


def logspace(start, end, steps, base=10.0, dtype=float32, device=None, requires_grad=False):
    values = np.logspace(start, end, steps, base=base)
    return Tensor(values.astype(as_dtype(dtype or float32)), requires_grad)


def eye(n, m=None, dtype=float32, device=None, requires_grad=False):
    return Tensor(np.eye(n, m, dtype=as_dtype(dtype or float32)), requires_grad)


def tril_indices(row, col, offset=0):
    return Tensor(np.stack(np.tril_indices(row, offset, col)))


def triu_indices(row, col, offset=0):
    return Tensor(np.stack(np.triu_indices(row, offset, col)))


def meshgrid(*tensors, indexing="ij"):
    tensors = tensors[0] if isinstance(tensors[0], (list, tuple)) else tensors
    grids = np.meshgrid(*(t.array for t in tensors), indexing=indexing)
    return tuple(Tensor(np.ascontiguousarray(grid)) for grid in grids)


def cartesian_prod(*tensors):
    grids = np.meshgrid(*(t.array for t in tensors), indexing="ij")
    return Tensor(np.stack([grid.ravel() for grid in grids], axis=-1))


def is_tensor(x):
    return isinstance(x, Tensor)


@method
def new_tensor(x, data, requires_grad=False):
    return tensor(data, x.array.dtype, requires_grad=requires_grad)


@method
def new_zeros(x, *size):
    return zeros(*size, dtype=x.array.dtype)


@method
def new_ones(x, *size):
    return ones(*size, dtype=x.array.dtype)


@method
def new_empty(x, *size):
    return empty(*size, dtype=x.array.dtype)


@method
def new_full(x, size, fill_value):
    return full(size, fill_value, x.array.dtype)
