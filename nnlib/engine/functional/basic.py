"""Layers without parameters of their own: linear, embedding, dropout; distances, padding, size."""

import math

import numpy as np

from ..core import Tensor, operation
from ..dtypes import int64, same_type
from ..generator import default_generator
from ..gradients import Part
from ..operations.shaping import broadcast_tensors

__all__ = [
    *("cosine_similarity", "dropout", "embedding", "interpolate", "linear", "normalize"),
    *("one_hot", "pad", "pairwise_distance"),
]


@operation
def linear(x, weight, bias=None):
    """x Wᵀ + b for x of shape (…, in), W of shape (out, in) and b of shape (out,)."""
    if x.ndim == 0 or weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"input of shape {x.shape} and weight of shape {weight.shape} cannot be multiplied"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias has shape {bias.shape}, but weight has shape {weight.shape}")
    same_type(x, weight)
    rows = x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    y = rows @ weight.T
    if bias is not None:
        y += bias
    full = y.shape
    return (
        y if x.ndim == 2 else y.reshape(*x.shape[:-1], len(weight)),
        lambda g: (g.reshape(full) @ weight).reshape(x.shape),
        lambda g: g.reshape(full).T @ rows,
        lambda g: np.add.reduce(g.reshape(full), 0),
    )


@operation
def embedding(index, weight, padding_idx=None):
    """The rows of `weight` with these indices; the row padding_idx gets no gradient."""
    if index.dtype.kind != "i":
        raise TypeError(f"input: expected integer indices, got {index.dtype}")
    if index.size and not (index.min() >= 0 and index.max() < len(weight)):
        raise IndexError(
            f"input: indices from {index.min()} to {index.max()}, expected 0 to {len(weight) - 1}"
        )
    if padding_idx is None:
        return weight[index], None, lambda g: Part(index, g, repeats=True)
    used = index != padding_idx % len(weight)
    return weight[index], None, lambda g: Part(index[used], g[used], repeats=True)


@operation
def _scale(a, mask):
    return a * mask, lambda g: g * mask


def dropout(x, p=0.5, training=True, inplace=False):
    """Zero each entry with probability p and divide the others by 1 - p; nothing in evaluation."""
    if not 0 <= p <= 1:
        raise ValueError(f"p: expected a probability, got {p}")
    if inplace:
        raise NotImplementedError("inplace=True: nnlib.engine's dropout makes a new tensor")
    if not training or p == 0:
        return x
    keep = default_generator.bernoulli(1 - p, x.array.shape).astype(x.array.dtype)
    return _scale(x, keep / x.array.dtype.type(1 - p) if p < 1 else keep)


def one_hot(x, num_classes=-1):
    """A last axis with a 1 at the place that the integer names."""
    a = x.array
    classes = int(a.max()) + 1 if num_classes == -1 else num_classes
    if a.size and not (a.min() >= 0 and a.max() < classes):
        raise ValueError(f"input: classes from {a.min()} to {a.max()}, expected 0 to {classes - 1}")
    return Tensor((a[..., None] == np.arange(classes)).astype(int64))


def normalize(x, p=2.0, dim=1, eps=1e-12):
    """x divided by its p-norm along an axis, or by eps if that is greater."""
    return x / x.norm(p, dim, keepdim=True).clamp(min=eps)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """⟨x1, x2⟩ / (‖x1‖ ‖x2‖) along an axis, neither norm below eps."""
    x1, x2 = broadcast_tensors(x1, x2)
    norms = [x.norm(2, dim, keepdim=True).clamp(min=eps) for x in (x1, x2)]
    return ((x1 / norms[0]) * (x2 / norms[1])).sum(dim)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    return (x1 - x2 + eps).norm(p, -1, keepdim)


@operation
def _pad(a, widths, value):
    shape = tuple(n + before + after for n, (before, after) in zip(a.shape, widths, strict=True))
    inside = tuple(slice(b, b + n) for n, (b, _) in zip(a.shape, widths, strict=True))
    y = np.full(shape, value, a.dtype)
    y[inside] = a
    return y, lambda g: g[inside]


def pad(x, pad, mode="constant", value=None):
    """Entries added around x: `pad` holds (before, after) of the last axis, of the one before, …

    A negative number takes entries away.
    """
    if mode != "constant":
        raise NotImplementedError(f'pad: nnlib.engine has no mode {mode!r}, only "constant"')
    if len(pad) % 2 or len(pad) > 2 * x.array.ndim:
        raise ValueError(f"pad: expected pairs for at most {x.array.ndim} axes, got {tuple(pad)}")
    pairs = list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    pairs = [(0, 0)] * (x.array.ndim - len(pairs)) + pairs
    for axis, (before, after) in enumerate(pairs):
        if before < 0 or after < 0:
            start, end = max(0, -before), x.array.shape[axis] - max(0, -after)
            x = x.narrow(axis, start, end - start)
    return _pad(x, [(max(0, b), max(0, a)) for b, a in pairs], 0 if value is None else value)


def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """(B, C, *space) at another resolution, by the nearest entry or linearly between entries."""
    space = x.array.shape[2:]
    factors = (
        scale_factor if isinstance(scale_factor, (tuple, list)) else [scale_factor] * len(space)
    )
    if (size is None) == (scale_factor is None):
        raise ValueError("size, scale_factor: expected exactly one of the two")
    if size is None:
        size = [int(n * f) for n, f in zip(space, factors, strict=True)]
    elif isinstance(size, int):
        size = [size] * len(space)
    if mode not in ("nearest", "linear", "bilinear"):
        raise NotImplementedError(f"interpolate: nnlib.engine has no mode {mode!r}")
    for axis, (n, m, f) in enumerate(zip(space, size, factors, strict=True), start=2):
        step = n / m if f is None else 1 / f
        if mode == "nearest":
            place = np.minimum((np.arange(m) * step).astype(int64), n - 1)
            x = x.index_select(axis, Tensor(place))
        else:
            weights = Tensor(_between(n, m, step, align_corners).astype(x.array.dtype))
            x = (x.transpose(axis, -1) @ weights.T).transpose(axis, -1)
    return x


def _between(n, m, step, align_corners):
    """The matrix (m, n) that reads m places between n entries, linearly."""
    if align_corners:
        place = np.arange(m) * ((n - 1) / (m - 1) if m > 1 else 0)
    else:
        place = np.maximum((np.arange(m) + 0.5) * step - 0.5, 0)
    left = np.minimum(place.astype(int64), n - 1)
    right = np.minimum(left + 1, n - 1)
    weights = np.zeros((m, n))
    weights[np.arange(m), left] += 1 - (place - left)
    weights[np.arange(m), right] += place - left
    return weights
