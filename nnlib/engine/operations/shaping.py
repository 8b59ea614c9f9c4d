"""The same numbers in another shape or order. Most results are views: they share the memory."""

import math

import numpy as np

from ..core import Tensor, method, operation, reshape, transpose
from ..dtypes import ShapeError, axes, flat
from ..memory import sharing


def axis_of(dim, ndim):
    """dim counted from the front, with an error that says what was possible."""
    if not -ndim <= dim < ndim:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], got {dim})"
        )
    return dim % ndim


def view(x, *shape):
    """x in another shape without a copy; a dtype or an impossible shape raises."""
    shape = flat(shape)
    if shape and isinstance(shape[0], (np.dtype, type)):
        raise NotImplementedError(
            "view(dtype): nnlib.engine has no such reinterpretation; use to()"
        )
    out = reshape(x, shape)
    if x.array.size and not np.may_share_memory(out.array, x.array):
        raise RuntimeError(
            f"view: shape {x.array.shape} with these strides cannot become {out.array.shape} "
            "without a copy. Use .reshape(...) instead."
        )
    return out


Tensor.view = view


@method
def view_as(x, other):
    return view(x, other.array.shape)


@method
def reshape_as(x, other):
    return reshape(x, other.array.shape)


@method
def flatten(x, start_dim=0, end_dim=-1):
    """The axes from start_dim to end_dim as one."""
    shape = x.array.shape or (1,)
    start, end = axis_of(start_dim, len(shape)), axis_of(end_dim, len(shape))
    return reshape(x, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


ravel = flatten
Tensor.ravel = flatten


@method
def unflatten(x, dim, sizes):
    """Axis `dim` as several, of these sizes; one may be -1."""
    dim = axis_of(dim, x.array.ndim)
    before, after = x.array.shape[:dim], x.array.shape[dim + 1 :]
    sizes = list(sizes)
    if -1 in sizes:
        known = -math.prod(sizes)
        sizes[sizes.index(-1)] = x.array.shape[dim] // known if known else 0
    if math.prod(sizes) != x.array.shape[dim]:
        raise ShapeError(f"unflatten: sizes {tuple(sizes)} do not multiply to {x.array.shape[dim]}")
    return reshape(x, (*before, *sizes, *after))


@method
@sharing
@operation
def permute(a, *dims):
    """The axes in this order."""
    dims = tuple(d % a.ndim for d in flat(dims))
    back = tuple(sorted(range(len(dims)), key=dims.__getitem__))
    return a.transpose(dims), lambda g: g.transpose(back)


@method
@sharing
@operation
def movedim(a, source, destination):
    return (
        np.moveaxis(a, source, destination),
        lambda g: np.moveaxis(g, destination, source),
    )


@method
@sharing
@operation
def squeeze(a, dim=None):
    """Without the axes of size 1, or without those of `dim` that have size 1."""
    shape = a.shape
    dims = range(a.ndim) if dim is None else axes(dim, a.ndim)
    dims = (dims,) if isinstance(dims, int) else dims or ()
    dims = [axis_of(d, a.ndim) for d in dims]
    rest = tuple(n for i, n in enumerate(shape) if i not in dims or n != 1)
    return a.reshape(rest), lambda g: g.reshape(shape)


@method
@sharing
@operation
def unsqueeze(a, dim):
    """With a new axis of size 1 at place `dim`."""
    dim, shape = axis_of(dim, a.ndim + 1), a.shape
    return a.reshape(*shape[:dim], 1, *shape[dim:]), lambda g: g.reshape(shape)


@method
@sharing
@operation
def expand(a, *sizes):
    """Axes of size 1 repeated to these sizes, without a copy; -1 leaves an axis as it is."""
    sizes = flat(sizes)
    old = (1,) * (len(sizes) - a.ndim) + a.shape
    sizes = tuple(n if s == -1 else s for s, n in zip(sizes, old, strict=True))
    return np.broadcast_to(a, sizes), lambda g: g


broadcast_to = method(expand)


@method
def expand_as(x, other):
    return expand(x, other.array.shape)


def broadcast_tensors(*tensors):
    shape = np.broadcast_shapes(*(x.array.shape for x in tensors))
    return tuple(expand(x, shape) for x in tensors)


@method
@operation
def repeat(a, *sizes):
    """a laid out this often along each axis."""
    sizes = flat(sizes)
    shape = (1,) * (len(sizes) - a.ndim) + a.shape
    pairs = tuple(n for pair in zip(sizes, shape, strict=True) for n in pair)
    return np.tile(a, sizes), lambda g: g.reshape(pairs).sum(tuple(range(0, len(pairs), 2)))


@method
def tile(x, *sizes):
    sizes = flat(sizes)
    return repeat(x, (1,) * (x.array.ndim - len(sizes)) + tuple(sizes))


@method
def repeat_interleave(x, repeats, dim=None):
    """Each entry along an axis this often, one after the other."""
    if dim is None:
        x, dim = x.reshape(-1), 0
    times = repeats.array if isinstance(repeats, Tensor) else repeats
    return x.index_select(dim, Tensor(np.repeat(np.arange(x.array.shape[dim]), times)))


@method
@operation
def flip(a, *dims):
    """The order along these axes reversed."""
    dims = flat(dims)
    return np.flip(a, dims).copy(), lambda g: np.flip(g, dims)


@method
@operation
def roll(a, shifts, dims=None):
    """Moved on along these axes; what leaves at the end comes in at the front."""
    back = tuple(-s for s in shifts) if isinstance(shifts, (tuple, list)) else -shifts
    return np.roll(a, shifts, dims), lambda g: np.roll(g, back, dims)


def _matrices(a):
    if a.ndim < 2:
        raise ValueError("expected a tensor with at least 2 dimensions")


@method
@operation
def tril(a, diagonal=0):
    """Matrices with zeros above a diagonal."""
    _matrices(a)
    return np.tril(a, diagonal), lambda g: np.tril(g, diagonal)


@method
@operation
def triu(a, diagonal=0):
    """Matrices with zeros below a diagonal."""
    _matrices(a)
    return np.triu(a, diagonal), lambda g: np.triu(g, diagonal)


@method
@sharing
@operation
def diagonal(a, offset=0, dim1=0, dim2=1):
    """The entries where the two axes have the same index, as a last axis."""
    y = a.diagonal(offset, dim1, dim2)

    def rule(g):
        d = np.zeros(a.shape, g.dtype)
        place = np.einsum("...ii->...i", _square(d, offset, dim1, dim2, y.shape[-1]))
        place[...] = g
        return d

    return y, rule


def _square(d, offset, dim1, dim2, n):
    d = np.moveaxis(d, (dim1, dim2), (-2, -1))
    row, column = max(0, -offset), max(0, offset)
    return d[..., row : row + n, column : column + n]


@operation
def diag_embed(a, offset=0):
    """Matrices with the last axis of a on their diagonal, and zeros around it."""
    n = a.shape[-1]
    size = n + abs(offset)
    y = np.zeros((*a.shape[:-1], size, size), a.dtype)
    np.einsum("...ii->...i", _square(y, offset, -2, -1, n))[...] = a
    return y, lambda g: np.einsum("...ii->...i", _square(g, offset, -2, -1, n))


diag_embed = method(diag_embed)


@method
def diag(x, diagonal=0):
    """The diagonal of a matrix, or the matrix with this diagonal."""
    if x.array.ndim == 1:
        return diag_embed(x, diagonal)
    return Tensor.diagonal(x, diagonal)


@method
@sharing
@operation
def unfold(a, dimension, size, step):
    """All windows of this size along an axis, `step` apart, as a last axis."""
    dimension = axis_of(dimension, a.ndim)
    windows = np.lib.stride_tricks.sliding_window_view(a, size, dimension)
    y = windows[(slice(None),) * dimension + (slice(None, None, step),)]
    places = np.lib.stride_tricks.sliding_window_view(np.arange(a.shape[dimension]), size)[::step]

    def rule(g):
        first = np.zeros((a.shape[dimension], *np.delete(a.shape, dimension)), g.dtype)
        parts = np.moveaxis(g, (dimension, -1), (0, 1))
        for k in range(size):
            first[places[:, k]] += parts[:, k]
        return np.moveaxis(first, 0, dimension)

    return y, rule


swapaxes = swapdims = transpose
Tensor.swapaxes = Tensor.swapdims = transpose


@method
def t(x):
    return transpose(x, 0, 1) if x.array.ndim > 1 else x
