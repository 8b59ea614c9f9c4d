"""Attention: every query takes an average of the values, weighted by how its key fits."""

import math

import numpy as np

from ..core import operation
from .activations import softmax_gradient
from .basic import dropout

__all__ = ["scaled_dot_product_attention"]


def once(function):
    """Remember the last result: for a step that several gradient rules of one operation share."""
    last = [None, None]

    def remembered(g):
        if last[0] is not g:
            last[:] = g, function(g)
        return last[1]

    return remembered


def _turned(a):
    return a.swapaxes(-1, -2)


@operation
def _weights(q, k, mask, scale):
    """softmax(q kᵀ · scale + mask): (…, L, S)"""
    y, d_scores = _softmax_of_scores(q, k, mask, scale)
    return (
        y,
        lambda g: d_scores(g) @ k * scale,
        lambda g: _turned(d_scores(g)) @ q * scale,
        lambda g: d_scores(g).view(),
    )


@operation
def _attention(q, k, v, mask, scale):
    """The same, and the average of the values, in one."""
    y, d_scores_of_weights = _softmax_of_scores(q, k, mask, scale)
    d_scores = once(lambda g: d_scores_of_weights(g @ _turned(v)))
    return (
        y @ v,
        lambda g: d_scores(g) @ k * scale,
        lambda g: _turned(d_scores(g)) @ q * scale,
        lambda g: _turned(y) @ g,
        lambda g: d_scores(g).view(),  # a view, for it is remembered
    )


def _softmax_of_scores(q, k, mask, scale):
    y = (q * scale) @ _turned(k)
    if mask is not None:
        y = y + mask
    top = y.max(-1, keepdims=True)
    y -= np.where(np.isfinite(top), top, top.dtype.type(0)) if mask is not None else top
    np.exp(y, out=y)
    total = np.add.reduce(y, -1, keepdims=True)
    y /= total if mask is None else np.where(total == 0, total.dtype.type(1), total)
    return y, once(lambda g: softmax_gradient(y, g, -1))


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None
):
    """softmax(q kᵀ · scale + mask) v for q (…, L, E), k (…, S, E), v (…, S, V) → (…, L, V).

    A bool mask is true where a query may look, a float mask is added; is_causal lets query i look
    at the keys 0 … i. A query that may look nowhere gets zeros. The scale is 1/√E unless given.
    """
    q, k, v = query.array, key.array, value.array
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"query, key, value: shapes {q.shape}, {k.shape} and {v.shape} do not fit (…, L, E), "
            "(…, S, E), (…, S, V)"
        )
    if is_causal:
        if attn_mask is not None:
            raise ValueError("attn_mask, is_causal: expected at most one of the two")
        attn_mask = np.tri(q.shape[-2], k.shape[-2], dtype=bool)
    elif attn_mask is not None and attn_mask.array.dtype == bool:
        attn_mask = attn_mask.array
    if isinstance(attn_mask, np.ndarray):
        attn_mask = np.where(attn_mask, q.dtype.type(0), q.dtype.type(-np.inf))
    scale = q.dtype.type(1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if dropout_p:
        return dropout(_weights(query, key, attn_mask, scale), dropout_p) @ value
    return _attention(query, key, value, attn_mask, scale)
