"""Poolings: one number for each place of a window. They run over the offsets in the window."""

import numpy as np

from ..core import operation
from .convolution import Windows, pair, single

__all__ = [
    *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "avg_pool1d", "avg_pool2d"),
    *("max_pool1d", "max_pool2d"),
]


@operation
def _max_pool(x, kernel, stride, padding, dilation):
    windows = Windows(x.shape, kernel, stride, padding, dilation, fill=-np.inf)
    padded = windows.pad(x)
    parts = [part for _, part in windows.offsets()]
    y = padded[parts[0]].copy()
    for part in parts[1:]:
        np.maximum(y, padded[part], out=y)
    top = y.copy()

    def rule(g):
        d, free = np.zeros(padded.shape, g.dtype), np.ones(top.shape, bool)
        for part in parts:
            first = free & (padded[part] == top)  # of equal entries the first gets it all
            free &= ~first
            d[part] += g * first
        return d[windows.inside]

    return y, rule


@operation
def _avg_pool(x, kernel, stride, padding, count_include_pad):
    windows = Windows(x.shape, kernel, stride, padding)
    parts = [part for _, part in windows.offsets()]
    padded, n = windows.pad(x), kernel[0] * kernel[1]
    if not count_include_pad:
        inside = windows.pad(np.ones(x.shape, x.dtype))
        n = sum(inside[part] for part in parts)
    y = sum(padded[part] for part in parts) / n

    def rule(g):
        d = np.zeros(padded.shape, g.dtype)
        for part in parts:
            d[part] += g / n
        return d[windows.inside]

    return y, rule


def _images(x, name, ndim):
    if x.array.ndim != ndim:
        shape = "(B, C, H, W)" if ndim == 4 else "(B, C, L)"
        raise ValueError(f"{name}: expected input of shape {shape}, got {x.array.shape}")


def _not_there(ceil_mode=False, return_indices=False, divisor_override=None):
    for name, value in locals().items():
        if value:
            raise NotImplementedError(f"{name}={value}: nnlib.engine's pooling does not have it")


def max_pool2d(
    x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest entry at each place of a window; the stride is by default the window's size."""
    _not_there(ceil_mode, return_indices)
    _images(x, "max_pool2d", 4)
    stride = kernel_size if stride is None else stride
    return _max_pool(x, pair(kernel_size), pair(stride), pair(padding), pair(dilation))


def max_pool1d(
    x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    _not_there(ceil_mode, return_indices)
    _images(x, "max_pool1d", 3)
    kernel, step = single(kernel_size, 1), single(kernel_size if stride is None else stride, 1)
    x = x.unsqueeze(2)
    return _max_pool(x, kernel, step, single(padding, 0), single(dilation, 1)).squeeze(2)


def avg_pool2d(
    x,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """The mean at each place of a window; the stride is by default the window's size."""
    _not_there(ceil_mode, divisor_override=divisor_override)
    _images(x, "avg_pool2d", 4)
    stride = kernel_size if stride is None else stride
    return _avg_pool(x, pair(kernel_size), pair(stride), pair(padding), count_include_pad)


def avg_pool1d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    _not_there(ceil_mode)
    _images(x, "avg_pool1d", 3)
    kernel, step = single(kernel_size, 1), single(kernel_size if stride is None else stride, 1)
    x = x.unsqueeze(2)
    return _avg_pool(x, kernel, step, single(padding, 0), count_include_pad).squeeze(2)


def adaptive_avg_pool2d(x, output_size):
    """Means that leave images of this size, which must divide the size of the input."""
    space = x.array.shape[-2:]
    sizes = [n if m is None else m for n, m in zip(space, pair(output_size), strict=True)]
    if any(n % m for n, m in zip(space, sizes, strict=True)):
        raise NotImplementedError(
            f"output_size: nnlib.engine needs divisors of {space}, got {tuple(sizes)}"
        )
    if sizes == [1, 1]:
        return x.mean((-2, -1), keepdim=True)
    return avg_pool2d(x, tuple(n // m for n, m in zip(space, sizes, strict=True)))


def adaptive_avg_pool1d(x, output_size):
    size = output_size if isinstance(output_size, int) else output_size[0]
    return adaptive_avg_pool2d(x.unsqueeze(-2), (1, size)).squeeze(-2)
