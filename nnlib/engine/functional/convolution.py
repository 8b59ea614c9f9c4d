"""Convolutions. They run over the offsets of the kernel, not over the places.

What meets the offset (i, j) at all places is one strided slice of the input: a kernel of 3×3 is
nine slices, whatever the size of the image. The gradient adds to the same slices.
"""

import itertools

import numpy as np

from ..core import operation
from ..dtypes import same_type
from .basic import pad

__all__ = ["conv1d", "conv2d"]


def pair(n):
    return (n, n) if isinstance(n, int) else tuple(n)


class Windows:
    """All places of a kernel on images of shape (B, C, H, W): strides, padding, dilation."""

    def __init__(self, shape, kernel, stride=1, padding=0, dilation=1, fill=0):
        self.image, self.kernel = shape, kernel
        self.stride, self.padding, self.dilation = pair(stride), pair(padding), pair(dilation)
        self.fill = fill
        self.padded = tuple(n + 2 * p for n, p in zip(shape[2:], self.padding, strict=True))
        spans = [d * (k - 1) + 1 for d, k in zip(self.dilation, kernel, strict=True)]
        if any(s > n for s, n in zip(spans, self.padded, strict=True)):
            raise ValueError(f"a kernel of size {kernel} does not fit on {shape} with its padding")
        self.places = tuple(
            (n - span) // step + 1
            for n, span, step in zip(self.padded, spans, self.stride, strict=True)
        )
        top, left = self.padding
        self.inside = (..., slice(top, top + shape[2]), slice(left, left + shape[3]))

    def pad(self, x):
        if self.padding == (0, 0):
            return x
        padded = np.full((*self.image[:2], *self.padded), self.fill, x.dtype)
        padded[self.inside] = x
        return padded

    def offsets(self):
        """(i, j) and the slice of the padded images that meets it."""
        for offset in itertools.product(*map(range, self.kernel)):
            starts = [d * o for d, o in zip(self.dilation, offset, strict=True)]
            steps = zip(starts, self.places, self.stride, strict=True)
            yield offset, (..., *(slice(o, o + (n - 1) * step + 1, step) for o, n, step in steps))

    def gather(self, x):
        """(B, C, kh, kw, H', W'): for every place the entries under the kernel."""
        x = self.pad(x)
        columns = np.empty((*self.image[:2], *self.kernel, *self.places), x.dtype)
        for (i, j), part in self.offsets():
            columns[:, :, i, j] = x[part]
        return columns

    def scatter(self, columns):
        """The adjoint of gather: every entry goes back, and adds up, where it came from."""
        d = np.zeros((*self.image[:2], *self.padded), columns.dtype)
        for (i, j), part in self.offsets():
            d[part] += columns[:, :, i, j]
        return d[self.inside]


@operation
def _conv2d(x, weight, bias, stride, padding, dilation, groups):
    B, C, *_ = x.shape
    out, per_group, *kernel = weight.shape
    if per_group * groups != C or out % groups:
        raise ValueError(
            f"weight of shape {weight.shape} with groups={groups} expects input with "
            f"{per_group * groups} channels, got shape {x.shape}"
        )
    if bias is not None and bias.shape != (out,):
        raise ValueError(f"bias has shape {bias.shape}, but weight has shape {weight.shape}")
    same_type(x, weight)
    windows = Windows(x.shape, tuple(kernel), stride, padding, dilation)
    columns = windows.gather(x)
    cells = columns.shape
    size = cells[4] * cells[5]
    columns = columns.reshape(B, groups, per_group * kernel[0] * kernel[1], size)
    matrix = weight.reshape(groups, out // groups, columns.shape[2])
    y = (matrix @ columns).reshape(B, out, *windows.places)
    if bias is not None:
        y += bias[:, None, None]

    def grouped(g):
        return g.reshape(B, groups, out // groups, size)

    return (
        y,
        lambda g: windows.scatter((matrix.swapaxes(1, 2) @ grouped(g)).reshape(cells)),
        lambda g: (grouped(g) @ columns.swapaxes(2, 3)).sum(0).reshape(weight.shape),
        lambda g: g.sum((0, 2, 3)),
    )


@operation
def _depthwise(x, weight, stride, padding, dilation):
    """One kernel a channel: too little for matrix products, so offset by offset."""
    same_type(x, weight)
    windows = Windows(x.shape, weight.shape[2:], stride, padding, dilation)
    padded = windows.pad(x)
    kernels = weight[:, 0, :, :, None, None]
    y = np.zeros((*x.shape[:2], *windows.places), x.dtype)
    for (i, j), part in windows.offsets():
        y += padded[part] * kernels[:, i, j]

    def image_rule(g):
        d = np.zeros(padded.shape, g.dtype)
        for (i, j), part in windows.offsets():
            d[part] += g * kernels[:, i, j]
        return d[windows.inside]

    def kernel_rule(g):
        d = np.empty(weight.shape, g.dtype)
        for (i, j), part in windows.offsets():
            d[:, 0, i, j] = np.einsum("bchw,bchw->c", g, padded[part])
        return d

    return y, image_rule, kernel_rule


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide kernels (O, C/groups, kh, kw) over images (B, C, H, W) → (B, O, H', W').

    As in PyTorch this is the cross-correlation: the kernel is not flipped. padding="same" keeps the
    size (stride 1), "valid" is none.
    """
    if x.array.ndim != 4 or weight.array.ndim != 4:
        raise ValueError(
            f"conv2d: expected input (B, C, H, W) and weight (O, C/groups, kh, kw), got shapes "
            f"{x.array.shape} and {weight.array.shape}"
        )
    if padding == "valid":
        padding = 0
    elif padding == "same":
        if pair(stride) != (1, 1):
            raise ValueError('padding="same" needs stride 1')
        spans = [d * (k - 1) for d, k in zip(pair(dilation), weight.array.shape[2:], strict=True)]
        if any(span % 2 for span in spans):  # one more on the right
            x = pad(x, (0, spans[1] % 2, 0, spans[0] % 2))
        padding = tuple(span // 2 for span in spans)
    if groups == x.array.shape[1] and weight.array.shape[:2] == (groups, 1) and groups > 1:
        y = _depthwise(x, weight, stride, padding, dilation)
        return y if bias is None else y + bias.reshape(-1, 1, 1)
    return _conv2d(x, weight, bias, stride, padding, dilation, groups)


def single(n, neutral):
    """An option of a one-dimensional function as that of a two-dimensional one of height 1."""
    if isinstance(n, str):
        return n
    return (neutral, n if isinstance(n, int) else n[0])


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """conv2d for sequences: (B, C, L) and kernels (O, C/groups, k) → (B, O, L')."""
    if x.array.ndim != 3 or weight.array.ndim != 3:
        raise ValueError(
            f"conv1d: expected input (B, C, L) and weight (O, C/groups, k), got shapes "
            f"{x.array.shape} and {weight.array.shape}"
        )
    stride, padding, dilation = single(stride, 1), single(padding, 0), single(dilation, 1)
    y = conv2d(x.unsqueeze(2), weight.unsqueeze(2), bias, stride, padding, dilation, groups)
    return y.squeeze(2)
