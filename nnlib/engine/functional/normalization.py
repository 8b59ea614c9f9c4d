"""Normalizations: mean 0 and variance 1 over some axes, then a learned scale and shift."""

import math

import numpy as np

from ..core import operation
from ..memory import wrote

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "rms_norm"]


def standardize(a, axes, eps):
    """a with mean 0 and variance 1 over these axes; its rule; the mean and the variance."""
    mean = np.add.reduce(a, axes, keepdims=True)
    n = max(1, a.size // max(1, mean.size))
    mean /= n
    y = a - mean
    variance = np.add.reduce(y * y, axes, keepdims=True) / n
    scale = 1 / np.sqrt(variance + eps)
    y *= scale

    def rule(g):
        # L cannot depend on the mean nor on the scale of a: both parts of g are taken out.
        d = g - np.add.reduce(g, axes, keepdims=True) / n
        d -= y * (np.add.reduce(g * y, axes, keepdims=True) / n)
        d *= scale
        return d

    return y, rule, mean, variance


def affine(y, rule, weight, bias):
    """y · weight + bias with the rules for y's source, weight and bias, which broadcast."""
    if weight is None:
        return y, rule
    out = y * weight
    if bias is not None:
        out += bias
    return out, lambda g: rule(g * weight), lambda g: g * y, lambda g: g


def _last_axes(x, shape):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if x.shape[x.ndim - len(shape) :] != shape:
        raise ValueError(f"normalized_shape: expected the end of {x.shape}, got {shape}")
    return tuple(range(x.ndim - len(shape), x.ndim))


@operation
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Over the last axes, of each example by itself (Ba, Kiros and Hinton, 2016)."""
    y, rule, *_ = standardize(x, _last_axes(x, normalized_shape), eps)
    value, dx, *others = affine(y, rule, weight, bias)
    return value, dx, None, *others


@operation
def rms_norm(x, normalized_shape, weight=None, eps=None):
    """Divided by the root mean square of the last axes (Zhang and Sennrich, 2019)."""
    axes = _last_axes(x, normalized_shape)
    eps = np.finfo(x.dtype).eps if eps is None else eps
    n = math.prod(x.shape[axis] for axis in axes)
    scale = 1 / np.sqrt(np.add.reduce(x * x, axes, keepdims=True) / n + eps)
    y = x * scale

    def rule(g):
        return scale * (g - y * (np.add.reduce(g * y, axes, keepdims=True) / n))

    value, dx, *others = affine(y, rule, weight, None)
    return value, dx, None, *others


def _channels(parameter, x):
    """A parameter of shape (C,) so that it meets axis 1 of x."""
    return None if parameter is None else parameter.reshape(-1, *(1,) * (x.array.ndim - 2))


@operation
def _group_norm(x, groups, weight, bias, eps):
    split = x.reshape(x.shape[0], groups, math.prod(x.shape[1:]) // groups)
    y, split_rule, *_ = standardize(split, (2,), eps)

    def rule(g):
        return split_rule(g.reshape(split.shape)).reshape(x.shape)

    value, dx, *others = affine(y.reshape(x.shape), rule, weight, bias)
    return value, dx, None, *others


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    """Over groups of channels, of each example by itself (Wu and He, 2018); x: (B, C, *space)."""
    if x.array.shape[1] % num_groups:
        raise ValueError(f"num_groups: expected a divisor of {x.array.shape[1]}, got {num_groups}")
    return _group_norm(x, num_groups, _channels(weight, x), _channels(bias, x), eps)


def instance_norm(x, weight=None, bias=None, eps=1e-5):
    return group_norm(x, x.array.shape[1], weight, bias, eps)


@operation
def _batch_norm_now(x, weight, bias, eps, running):
    axes = (0, *range(2, x.ndim))
    y, rule, mean, variance = standardize(x, axes, eps)
    running(mean.reshape(-1), variance.reshape(-1), x.size // max(1, x.shape[1]))
    return affine(y, rule, weight, bias)


@operation
def _batch_norm_fixed(x, mean, variance, weight, bias, eps):
    scale = 1 / np.sqrt(variance + eps)
    y = (x - mean) * scale
    value, dx, *others = affine(y, lambda g: g * scale, weight, bias)
    return value, dx, None, None, *others


def batch_norm(
    x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):
    """Over the batch and all places, channel by channel (Ioffe and Szegedy, 2015); x: (B, C, …).

    In training the running averages move to the batch's mean and unbiased variance by `momentum`;
    in evaluation they are used.
    """
    weight, bias = _channels(weight, x), _channels(bias, x)
    if not training:
        mean, variance = _channels(running_mean, x), _channels(running_var, x)
        return _batch_norm_fixed(x, mean, variance, weight, bias, eps)
    if x.array.size == x.array.shape[1]:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {x.array.shape}"
        )

    def running(mean, variance, n):
        for average, now in ((running_mean, mean), (running_var, variance * (n / (n - 1)))):
            if average is not None:
                average.array += momentum * (now - average.array)
                wrote(average)

    return _batch_norm_now(x, weight, bias, eps, running)
