"""Entries named by indices: x[key] in all its forms, gather, scatter and their kin."""

import numpy as np

from ..core import Tensor, getitem, method, operation
from ..gradients import Part, add_repeated
from .extremes import along
from .shaping import axis_of


def index(key):
    """The key with arrays in place of tensors and lists, and whether it can repeat an entry."""
    kind = type(key)
    if kind is int:
        return (key, ...), False  # with the dots NumPy gives a view even of a single number
    if key is None or key is Ellipsis:
        return key, False
    if kind is not tuple:
        key = _plain(key)
        return key, isinstance(key, np.ndarray) and key.dtype != bool
    key = tuple(map(_plain, key))
    if not any(isinstance(k, np.ndarray) or k is Ellipsis for k in key):
        return (*key, ...), False
    return key, any(isinstance(k, np.ndarray) and k.dtype != bool for k in key)


def _plain(k):
    if type(k) is slice:
        if isinstance(k.step, int) and k.step < 1:
            raise ValueError(f"step: must be greater than zero, got {k.step}; use flip()")
        return slice(*(x.item() if isinstance(x, Tensor) else x for x in (k.start, k.stop, k.step)))
    if isinstance(k, Tensor):
        k = k.array
        if k.dtype.kind == "f":
            raise IndexError(f"tensors used as indices must be integer or bool, got {k.dtype}")
        return int(k) if k.ndim == 0 and k.dtype != bool else k
    if isinstance(k, (list, range)):
        k = np.asarray(k)
        return k if k.size else k.astype(int)
    return k


def integers_first(key):
    """The key in two steps, if numbers stand beside arrays.

    PyTorch takes a number as a choice that is made first; NumPy would take it as one more array.
    """
    if type(key) is not tuple or not any(isinstance(k, np.ndarray) for k in key):
        return None
    if not any(isinstance(k, (int, np.integer)) for k in key):
        return None
    first = []
    for k in key:
        if isinstance(k, np.ndarray) and k.dtype == bool:
            first += [slice(None)] * k.ndim
        elif k is not None:
            first.append(k if isinstance(k, (int, np.integer)) or k is Ellipsis else slice(None))
    return tuple(first), tuple(k for k in key if not isinstance(k, (int, np.integer)))


def take(x, key):
    key, repeats = index(key)
    steps = integers_first(key) if repeats or type(key) is tuple else None
    if steps:
        return getitem(getitem(x, steps[0]), steps[1], repeats)
    return getitem(x, key, repeats)


Tensor.__getitem__ = take


def _entries(a, dim, index):
    """The key of the entries that gather reads and scatter writes."""
    if a.ndim != index.ndim:
        raise ValueError(f"index has shape {index.shape}, but the input has shape {a.shape}")
    return along(a, index, dim)


@method
@operation
def gather(a, dim, index):
    """out[i, j] = a[index[i, j], j] for dim 0, a[i, index[i, j]] for dim 1, and so on."""
    key = _entries(a, dim, index)
    return a[key], lambda g: Part(key, g, repeats=True)


@method
@operation
def scatter_add(a, dim, index, src):
    """a, with src[i, j] added at [index[i, j], j] for dim 0, at [i, index[i, j]] for dim 1, …"""
    key = _entries(a, dim, index)
    used = tuple(map(slice, index.shape))
    y = a.copy()
    add_repeated(y, key, src[used])
    return y, lambda g: g, None, None, lambda g: Part(used, g[key])


@method
@operation
def scatter(a, dim, index, src):
    """Like scatter_add, but src (a tensor or a number) replaces what stood there."""
    key = _entries(a, dim, index)
    used = tuple(map(slice, index.shape))
    y = a.copy()
    y[key] = src[used] if np.ndim(src) else src

    def kept(g):
        d = g.copy()
        d[key] = 0
        return d

    return y, kept, None, None, lambda g: Part(used, g[key])


@method
@operation
def index_select(a, dim, index):
    """The slices with these indices along an axis, in this order."""
    if a.ndim == 0:
        return a.copy(), lambda g: g
    key = (slice(None),) * axis_of(dim, a.ndim) + (index,)
    return a[key], lambda g: Part(key, g, repeats=True)


@method
@operation
def index_add(a, dim, index, source):
    """a, with the slices of `source` added at these indices along an axis."""
    key = (slice(None),) * axis_of(dim, a.ndim) + (index,)
    y = a.copy()
    add_repeated(y, key, source)
    return y, lambda g: g, None, None, lambda g: g[key]


@method
@operation
def take_along_dim(a, indices, dim=None):
    """a[…, indices, …] along an axis; the other axes broadcast."""
    if dim is None:
        key = np.unravel_index(indices.reshape(-1), a.shape)
    else:
        dim = axis_of(dim, a.ndim)
        shapes = [tuple(1 if i == dim else n for i, n in enumerate(x.shape)) for x in (a, indices)]
        shape = list(np.broadcast_shapes(*shapes))
        shape[dim] = indices.shape[dim]
        key = along(a, np.broadcast_to(indices, shape), dim)
        key = tuple(k if i == dim or a.shape[i] > 1 else 0 * k for i, k in enumerate(key))
    return a[key], lambda g: Part(key, g, repeats=True)


@method
def masked_select(x, mask):
    """The entries where the mask is true, as a vector."""
    shape = np.broadcast_shapes(x.array.shape, mask.array.shape)
    return getitem(x.expand(shape), np.broadcast_to(mask.array, shape))


@method
def nonzero(x, as_tuple=False):
    """The indices of the entries that are not zero, a row each."""
    found = np.nonzero(np.atleast_1d(x.array))
    if as_tuple:
        return tuple(map(Tensor, found))
    return Tensor(np.stack(found, -1) if x.array.ndim else np.zeros((len(found[0]), 0), int))


def argwhere(x):
    return nonzero(x)


@method
def bincount(x, weights=None, minlength=0):
    """How often each of the integers 0, 1, … occurs, or the sum of their weights."""
    counts = np.bincount(x.array, None if weights is None else weights.array, minlength)
    return Tensor(counts)


def searchsorted(sorted_sequence, values, right=False):
    """Where the values would have to stand to keep the sequence in order."""
    place = np.searchsorted(sorted_sequence.array, values.array, "right" if right else "left")
    return Tensor(np.asarray(place))


def isin(elements, test_elements):
    return Tensor(np.isin(elements.array, test_elements.array))
