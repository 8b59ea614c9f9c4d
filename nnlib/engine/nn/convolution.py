"""Convolution and pooling. Shapes: (N, C, L) in one dimension, (N, C, H, W) in two."""

from __future__ import annotations

from ..core import Tensor
from ..factories import empty
from . import functional as F
from .layers import reset_uniform
from .module import Module
from .parameter import Parameter


class _Conv(Module):
    """Cross-correlation with learned kernels; the weight is (out, in / groups, *kernel_size)."""

    dims: int
    function: staticmethod

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ):
        super().__init__()
        if padding_mode != "zeros":
            raise NotImplementedError(
                f"padding_mode={padding_mode!r}: nnlib.engine pads with zeros only; F.pad can more"
            )
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if groups < 1 or channels % groups:
                raise ValueError(f"{name}: got {channels}, expected a multiple of groups={groups}")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = _each(kernel_size, self.dims)
        self.stride, self.dilation = _each(stride, self.dims), _each(dilation, self.dims)
        self.padding = padding if isinstance(padding, str) else _each(padding, self.dims)
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_channels, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self):
        reset_uniform(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        geometry = (self.stride, self.padding, self.dilation, self.groups)
        return self.function(input, self.weight, self.bias, *geometry)

    def extra_repr(self):
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        if self.padding != (0,) * self.dims:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self.dims:
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        return text if self.bias is not None else text + ", bias=False"


class Conv1d(_Conv):
    dims, function = 1, staticmethod(F.conv1d)


class Conv2d(_Conv):
    dims, function = 2, staticmethod(F.conv2d)


class _MaxPool(Module):
    """The largest entry of each window."""

    function: staticmethod

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode: bool = False):
        super().__init__()
        _no_ceil_mode(ceil_mode)
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation, self.ceil_mode = padding, dilation, ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.kernel_size, self.stride, self.padding, self.dilation)

    def extra_repr(self):
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPool):
    function = staticmethod(F.max_pool2d)


class _AvgPool(Module):
    """The mean of each window; padding counts as zeros."""

    dims: int
    function: staticmethod

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode: bool = False):
        super().__init__()
        _no_ceil_mode(ceil_mode)
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding = padding

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.kernel_size, self.stride, self.padding)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    function = staticmethod(F.avg_pool1d)

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode: bool = False):
        super().__init__(_each(kernel_size, 1), stride, _each(padding, 1), ceil_mode)
        self.stride = _each(self.stride, 1)


class AvgPool2d(_AvgPool):
    function = staticmethod(F.avg_pool2d)


class _AdaptivePool(Module):
    """As many windows as the output is to have."""

    function: staticmethod

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptivePool):
    function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptivePool):
    function = staticmethod(F.adaptive_avg_pool2d)


class Upsample(Module):
    """Interpolates to a size or by a factor."""

    def __init__(self, size=None, scale_factor=None, mode: str = "nearest", align_corners=None):
        super().__init__()
        self.size, self.scale_factor = size, scale_factor
        self.mode, self.align_corners = mode, align_corners

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input, self.size, self.scale_factor, mode=self.mode, align_corners=self.align_corners
        )

    def extra_repr(self):
        target = (
            f"size={self.size}" if self.size is not None else f"scale_factor={self.scale_factor}"
        )
        return f"{target}, mode={self.mode!r}"


def _each(value, dims: int) -> tuple:
    """One number for every dimension, or one for each."""
    value = (value,) * dims if isinstance(value, (int, float)) else tuple(value)
    if len(value) != dims:
        raise ValueError(f"got {value}, expected one number or {dims}")
    return value


def _no_ceil_mode(ceil_mode):
    if ceil_mode:
        raise NotImplementedError("ceil_mode=True: nnlib.engine rounds the output size down only")
