"""Several tensors into one, and one into several."""

import functools
import itertools

import numpy as np

from ..core import getitem, method, record
from ..dtypes import ShapeError, promote_types
from .shaping import axis_of


def _alike(name, tensors):
    """The arrays of at least one tensor, in one type."""
    tensors = tuple(tensors)
    if not tensors:
        raise ValueError(f"{name}: expected a non-empty list of tensors")
    dtype = functools.reduce(promote_types, (x.array.dtype for x in tensors))
    return tensors, [x.array.astype(dtype, copy=False) for x in tensors]


def cat(tensors, dim=0):
    """The tensors one after the other along an axis that they have."""
    tensors, arrays = _alike("cat", tensors)
    if any(a.shape != (0,) for a in arrays):  # an empty vector fits everywhere
        tensors = tuple(x for x in tensors if x.array.shape != (0,))
        arrays = [a for a in arrays if a.shape != (0,)]
    dim = axis_of(dim, arrays[0].ndim)
    try:
        value = np.concatenate(arrays, dim)
    except ValueError:
        shapes = ", ".join(str(a.shape) for a in arrays)
        raise ShapeError(f"cat: shapes {shapes} differ in more than axis {dim}") from None
    ends = list(itertools.accumulate((a.shape[dim] for a in arrays), initial=0))
    return record(value, tensors, [_part(dim, slice(*se)) for se in itertools.pairwise(ends)])


def stack(tensors, dim=0):
    """The tensors, all of one shape, beside each other along a new axis."""
    tensors, arrays = _alike("stack", tensors)
    if len({a.shape for a in arrays}) > 1:
        shapes = ", ".join(str(a.shape) for a in arrays)
        raise ShapeError(f"stack: expected tensors of one shape, got {shapes}")
    dim = axis_of(dim, arrays[0].ndim + 1)
    return record(np.stack(arrays, dim), tensors, [_part(dim, i) for i in range(len(arrays))])


def _part(dim, key):
    key = (slice(None),) * dim + (key,)

    def stack(g):
        return g[key]

    return stack


concat = concatenate = cat


def hstack(tensors):
    tensors = [x if x.array.ndim else x.reshape(1) for x in tensors]
    return cat(tensors, 0 if tensors[0].array.ndim == 1 else 1)


def vstack(tensors):
    return cat([x if x.array.ndim > 1 else x.reshape(1, -1) for x in tensors], 0)


def _pieces(x, dim, keys):
    before = (slice(None),) * axis_of(dim, x.array.ndim)
    return tuple(getitem(x, (*before, key, ...)) for key in keys)


@method
def unbind(x, dim=0):
    """The slices along an axis, which disappears. A loop over time takes these, never x[:, t]."""
    return _pieces(x, dim, range(x.array.shape[dim]))


@method
def split(x, split_size_or_sections, dim=0):
    """Pieces of this size along an axis, the last one perhaps smaller; or of these sizes."""
    n, sizes = x.array.shape[dim], split_size_or_sections
    if isinstance(sizes, int):
        starts = range(0, n, sizes) if n else [0]
        return _pieces(x, dim, [slice(i, i + sizes) for i in starts])
    ends = list(itertools.accumulate(sizes, initial=0))
    if ends[-1] != n:
        raise ShapeError(
            f"split: sizes {list(sizes)} do not add up to {n}, axis {dim} of the shape"
        )
    return _pieces(x, dim, [slice(*piece) for piece in itertools.pairwise(ends)])


@method
def chunk(x, chunks, dim=0):
    """At most `chunks` pieces of equal size, the last one perhaps smaller."""
    n = x.array.shape[dim]
    return split(x, -(-n // chunks) if n else [0] * chunks, dim)


@method
def tensor_split(x, sections, dim=0):
    """Exactly `sections` pieces, the first ones perhaps larger by one."""
    size, larger = divmod(x.array.shape[dim], sections)
    return split(x, [size + 1] * larger + [size] * (sections - larger), dim)


@method
def narrow(x, dim, start, length):
    """The `length` slices from `start` on along an axis; a negative start counts from the end."""
    n = x.array.shape[axis_of(dim, x.array.ndim)]
    first = start + n if start < 0 else start
    if not 0 <= first <= first + length <= n:
        raise ShapeError(f"narrow: start {start} and length {length} do not fit {n}, axis {dim}")
    return _pieces(x, dim, [slice(first, first + length)])[0]


@method
def select(x, dim, index):
    return _pieces(x, dim, [index])[0]
