"""The largest and the smallest, where they are, and in what order.

Ties follow PyTorch: amax, amin and the max, min or median of a whole tensor spread the gradient
evenly over equal entries; along an axis the one whose index is returned, the first, gets it all.
"""

from collections import namedtuple

import numpy as np

from ..core import Tensor, method, operation
from ..dtypes import axes
from ..gradients import Part
from .arithmetic import maximum, minimum

Extreme = namedtuple("Extreme", "values indices")


def _shared(a, y, dims):
    """The rule of an entry y of a: all entries that equal it share its gradient."""

    def rule(g):
        best = a == y
        return best * (g.reshape(y.shape) / best.sum(dims, keepdims=True, dtype=g.dtype))

    return rule


def _spread_extreme(name, reduce):
    @operation
    def extreme(a, dim=(), keepdim=False):
        dims = axes(dim, a.ndim)
        y = np.asarray(reduce(a, dims, keepdims=True))
        value = y if keepdim else y.reshape(np.add.reduce(a, dims).shape)

        return value, _shared(a, y, dims)

    extreme.__name__ = extreme.__qualname__ = name
    return method(extreme)


amax = _spread_extreme("amax", np.maximum.reduce)
amin = _spread_extreme("amin", np.minimum.reduce)


def along(a, indices, dim):
    """The key that takes from a, along `dim`, the entries with these indices."""
    if a.ndim == 0:
        return ()
    grid = np.ogrid[tuple(slice(n) for n in indices.shape)]
    return tuple(indices if i == dim % a.ndim else axis for i, axis in enumerate(grid))


@operation
def pick(a, indices, dim, keepdim=True):
    """The entries of a with these indices along `dim`, one or more in each line."""
    if a.ndim == 0:
        return a.copy(), lambda g: g
    key = along(a, indices, dim)
    y = a[key]
    return y if keepdim else y.squeeze(dim), lambda g: Part(key, g.reshape(y.shape))


def _best(x, dim, keepdim, arg):
    a = x.array
    index = arg(a, dim, keepdims=True) if a.ndim else np.array(0)
    values = pick(x, index, dim, keepdim)
    return Extreme(
        values, Tensor(np.asarray(index if keepdim or not a.ndim else index.squeeze(dim)))
    )


def _extreme(name, whole, pair, arg):
    def extreme(x, dim=None, keepdim=False):
        if dim is None:
            return whole(x)
        return pair(x, dim) if isinstance(dim, Tensor) else _best(x, dim, keepdim, arg)

    extreme.__name__ = extreme.__qualname__ = name
    return method(extreme)


max = _extreme("max", amax, maximum, np.argmax)
min = _extreme("min", amin, minimum, np.argmin)


def _argument(name, arg):
    @operation
    def argument(a, dim=None, keepdim=False):
        return (arg(a, dim if a.ndim else None, keepdims=keepdim),)

    argument.__name__ = argument.__qualname__ = name
    return method(argument)


argmax, argmin = _argument("argmax", np.argmax), _argument("argmin", np.argmin)


def _order(a, dim, descending):
    if not a.ndim:
        return np.array(0)
    if not descending:
        return np.argsort(a, dim, kind="stable")
    backwards = np.argsort(np.flip(a, dim), dim, kind="stable")  # equal entries keep their order
    return np.flip(a.shape[dim] - 1 - backwards, dim)


@method
def argsort(x, dim=-1, descending=False, stable=False):
    return Tensor(_order(x.array, dim, descending))


@method
def sort(x, dim=-1, descending=False, stable=False):
    """Values in order along an axis, and where they stood."""
    order = _order(x.array, dim, descending)
    return Extreme(pick(x, order, dim), Tensor(order))


@method
def topk(x, k, dim=-1, largest=True, sorted=True):
    """The k largest along an axis, the largest first, and where they stand."""
    _check_k(k, x, dim, least=0)
    order = _order(x.array, dim, largest)
    if order.ndim:
        order = np.ascontiguousarray(np.take(order, np.arange(k), dim))
    return Extreme(pick(x, order, dim), Tensor(order))


@operation
def _middle(a):
    if not a.size:
        return np.array(np.nan, a.dtype), lambda g: np.zeros_like(a)
    y = np.asarray(np.partition(a, (a.size - 1) // 2, axis=None)[(a.size - 1) // 2])
    return y, _shared(a, y, None)


@method
def median(x, dim=None, keepdim=False):
    """The middle one, the lower of two; with an axis, and where it stands."""
    if dim is None:
        return _middle(x)
    return kthvalue(x, (_length(x, dim) + 1) // 2, dim, keepdim)


@method
def kthvalue(x, k, dim=-1, keepdim=False):
    """The k-th smallest along an axis, and where it stands."""
    _check_k(k, x, dim, least=1)
    order = _order(x.array, dim, False)
    place = np.take(order, [k - 1], dim) if order.ndim else order
    values = pick(x, place, dim, keepdim)
    return Extreme(values, Tensor(place if keepdim or not order.ndim else place.squeeze(dim)))


def _length(x, dim):
    return x.array.shape[dim] if x.array.ndim else 1


def _check_k(k, x, dim, least):
    if not least <= k <= _length(x, dim):
        raise ValueError(
            f"k: got {k}, expected {least} to {_length(x, dim)}, the size of axis {dim}"
        )


def unique(x, sorted=True, return_inverse=False, return_counts=False):
    """The different entries in order; if asked, where each entry went and how often it came."""
    values, inverse, counts = np.unique(x.array, return_inverse=True, return_counts=True)
    wanted = (True, return_inverse, return_counts)
    found = (values, inverse.reshape(x.array.shape), counts)
    result = tuple(Tensor(part) for part, want in zip(found, wanted, strict=True) if want)
    return result if len(result) > 1 else result[0]
