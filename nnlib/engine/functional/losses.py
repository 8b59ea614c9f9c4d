"""Losses. `reduction` is "mean" over the entries, "sum", or "none"."""

import math
import warnings

import numpy as np

from ..core import operation
from ..operations import where
from .activations import softplus

__all__ = [
    *("binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy"),
    *("gaussian_nll_loss", "huber_loss", "kl_div", "l1_loss", "mse_loss", "nll_loss"),
    *("smooth_l1_loss", "soft_margin_loss"),
]


def reduced(losses, reduction):
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    if reduction == "none":
        return losses
    raise ValueError(f'reduction: expected "mean", "sum" or "none", got {reduction!r}')


def compare(x, target):
    """Warn, as PyTorch does, where two shapes that broadcast hide a mistake."""
    if x.array.shape != target.array.shape:
        warnings.warn(
            f"Using a target size {target.array.shape} that is different to the input size "
            f"{x.array.shape}: broadcasting them is seldom what was meant.",
            stacklevel=3,
        )


# ------------------------------------------------------------------------------------ distances


@operation
def _squared_error(x, target):
    d = x - target
    return d * d, lambda g: g * 2 * d, lambda g: g * -2 * d


def mse_loss(input, target, reduction="mean"):
    """(x - t)²"""
    compare(input, target)
    return reduced(_squared_error(input, target), reduction)


def l1_loss(input, target, reduction="mean"):
    """|x - t|"""
    compare(input, target)
    return reduced((input - target).abs(), reduction)


@operation
def _huber(x, target, delta):
    d = x - target
    size = np.abs(d)
    y = np.where(size < delta, 0.5 * d * d, delta * (size - 0.5 * delta))
    slope = np.clip(d, -delta, delta)
    return y, lambda g: g * slope, lambda g: -g * slope


def huber_loss(input, target, reduction="mean", delta=1.0):
    """½ (x - t)² up to a distance of delta, then a line of slope delta (Huber, 1964)."""
    compare(input, target)
    return reduced(_huber(input, target, delta), reduction)


def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    """huber_loss / beta: slope 1 from a distance of beta on."""
    compare(input, target)
    if beta == 0:
        return l1_loss(input, target, reduction)
    return reduced(_huber(input, target, beta) / beta, reduction)


# ------------------------------------------------------------------------------------ classes


def _distribution(target, shape, weight, ignore_index, label_smoothing, dtype):
    """What each example (N, C, …) is compared with: its class's weight at its class, else zero."""
    classes = shape[1]
    kept = target != ignore_index
    index = np.where(kept, target, 0)
    if index.size and not (index.min() >= 0 and index.max() < classes):
        raise IndexError(
            f"target: classes from {index.min()} to {index.max()}, expected 0 to {classes - 1}"
        )
    weight = np.ones(classes, dtype) if weight is None else weight
    q = np.zeros(shape, dtype)
    np.put_along_axis(q, index[:, None], (weight[index] * kept)[:, None], 1)
    total = (weight[index] * kept).sum(dtype=dtype)
    if label_smoothing:
        everywhere = (label_smoothing / classes) * weight.reshape(-1, *(1,) * (len(shape) - 2))
        q = (1 - label_smoothing) * q + everywhere * kept[:, None]
    return q, total


@operation
def _negative_sum(logp, q):
    """-Σ q · log p over axis 1."""
    losses = np.where(q == 0, q, q * logp).sum(1)
    return -losses, lambda g: g[:, None] * -q, lambda g: g[:, None] * -logp


@operation
def _cross_entropy(logits, q):
    """-Σ q · log softmax(logits) over axis 1, with the gradient p Σ q - q."""
    logp = logits - logits.max(1, keepdims=True)
    p = np.exp(logp)
    total = np.add.reduce(p, 1, keepdims=True)
    logp -= np.log(total)
    p /= total
    losses = np.add.reduce(np.where(q == 0, 0, q * logp), 1)

    def rule(g):
        d = p * np.add.reduce(q, 1, keepdims=True)
        d -= q
        d *= g[:, None]
        return d

    return -losses, rule, lambda g: g[:, None] * -logp


def _class_loss(loss, x, target, weight, ignore_index, reduction, label_smoothing=0.0):
    if x.array.ndim == 1:  # one example without a batch
        x, target, single = x.unsqueeze(0), target.unsqueeze(0), True
    else:
        single = False
    shape, classes = x.array.shape, x.array.shape[1]
    total = None
    if target.array.shape == shape and target.array.dtype.kind == "f":  # probabilities
        q = target
        if label_smoothing:
            q = (1 - label_smoothing) * q + label_smoothing / classes
        if weight is not None:
            q = q * weight.reshape(-1, *(1,) * (len(shape) - 2))
    elif target.array.shape == (shape[0], *shape[2:]) and target.array.dtype.kind in "iu":
        weight = None if weight is None else weight.array
        options = weight, ignore_index, label_smoothing, x.array.dtype
        q, total = _distribution(target.array, shape, *options)
    else:
        raise ValueError(
            f"target: got {target.array.dtype} of shape {target.array.shape}; input of {shape} "
            f"expects int64 of shape {(shape[0], *shape[2:])}, or probabilities of its own shape"
        )
    losses = loss(x, q)
    if reduction == "mean":
        return losses.sum() / (losses.array.size if total is None else total.item())
    return reduced(losses[0] if single else losses, reduction)


def cross_entropy(
    input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
):
    """-log softmax(logits)[class] for logits (N, C, …) and classes (N, …).

    For probabilities q (N, C, …) in place of classes it is -Σ q log softmax(logits).

    weight: one for each class; the mean is then weighted. Examples of class ignore_index do not
    count. label_smoothing ε mixes the target with the uniform distribution: (1 - ε) q + ε/C.
    """
    return _class_loss(
        _cross_entropy, input, target, weight, ignore_index, reduction, label_smoothing
    )


def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """-log p[class] for log-probabilities (N, C, …): cross_entropy after log_softmax."""
    return _class_loss(_negative_sum, input, target, weight, ignore_index, reduction)


def same_shape(x, target):
    if x.array.shape != target.array.shape:
        raise ValueError(
            f"target: expected the shape of the input, {x.array.shape}, got {target.array.shape}"
        )


@operation
def _bce_with_logits(x, t, pos_weight):
    """(1 - t) x + (1 + (w - 1) t) · log(1 + exp(-x))"""
    log_part = np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0)
    extra = 0 if pos_weight is None else (pos_weight - 1) * t
    factor = 1 + extra
    return (
        (1 - t) * x + factor * log_part,
        lambda g: g * ((1 - t) - factor / (1 + np.exp(x))),
        lambda g: g * (-x if pos_weight is None else (pos_weight - 1) * log_part - x),
        lambda g: g * t * log_part,
    )


def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """-t log σ(x) - (1-t) log(1 - σ(x)), without overflow; pos_weight multiplies the first."""
    same_shape(input, target)
    losses = _bce_with_logits(input, target, pos_weight)
    return reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """The same of probabilities; their logarithms are not taken below -100, as in PyTorch."""
    same_shape(input, target)
    losses = _bce(input, target)
    return reduced(losses if weight is None else losses * weight, reduction)


@operation
def _bce(p, t):
    log_p, log_q = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    return (
        -(t * log_p + (1 - t) * log_q),
        lambda g: g * (p - t) / np.maximum(p * (1 - p), 1e-12),
        lambda g: g * (log_q - log_p),
    )


# ------------------------------------------------------------------------------------ distributions


@operation
def _kl(logp, t):
    return (
        np.where(t == 0, 0, t * (np.log(t) - logp)),
        lambda g: -g * t,
        lambda g: g * (np.log(t) + 1 - logp),
    )


def kl_div(input, target, reduction="mean", log_target=False):
    """t (log t - x) for log-probabilities x: the divergence KL(t ‖ exp x), entry by entry.

    reduction="batchmean" is the divergence itself: the sum, divided by the size of axis 0.
    """
    compare(input, target)
    losses = target.exp() * (target - input) if log_target else _kl(input, target)
    if reduction == "batchmean":
        return losses.sum() / input.array.shape[0]
    return reduced(losses, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """½ (log σ² + (x - t)² / σ²), with σ² at least eps; `full` adds ½ log 2π."""
    var = where(var < eps, eps, var)
    losses = 0.5 * (var.log() + (input - target) ** 2 / var)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


def soft_margin_loss(input, target, reduction="mean"):
    """log(1 + exp(-t x)) for targets 1 and -1."""
    return reduced(softplus(-target * input), reduction)
