"""Random programs, run on both engines: every value on the way, and every gradient at the end.

A program takes leaves of random shapes (no dimension, no entry, strides of a transposed array) and
applies random operations to what it has so far. What PyTorch refuses is left out.
"""

import random

import numpy as np
import pytest
import torch

import nnlib.engine as engine

SHAPES = [(), (1,), (3,), (0,), (2, 3), (3, 1), (1, 4), (2, 0), (3, 1, 4), (2, 3, 4)]
SMOOTH = [
    *("exp", "sin", "cos", "tanh", "sigmoid", "erf", "square", "neg"),
    *("expm1", "arctan", "sinh", "cosh", "relu", "abs", "floor"),
]
POSITIVE = [
    *("log", "sqrt", "rsqrt", "log1p", "log2", "reciprocal"),
]
ACTIVATIONS = [
    *("softplus", "gelu", "silu", "leaky_relu", "elu", "selu", "mish", "softsign"),
    *("logsigmoid",),
]
REDUCTIONS = [
    *("sum", "mean", "prod", "amax", "amin", "logsumexp", "nansum"),
]
ALONG = [
    *("cumsum", "cumprod", "softmax", "log_softmax", "flip", "unbind", "sort", "max"),
    *("min",),
]


def operations(r, x):
    """One random operation of each kind, as functions of the library and two tensors."""
    axis = r.randrange(-x.dim(), x.dim()) if x.dim() else -1
    length = x.shape[axis] if x.dim() else 1
    kept, offset, two = r.random() < 0.5, r.choice([-1, 0, 1]), r.choice([1, 2])
    order = r.sample(range(x.dim()), x.dim())
    rows = [r.randrange(-length, length) for _ in range(3)] if length else []
    smooth, positive, activation = map(r.choice, (SMOOTH, POSITIVE, ACTIVATIONS))
    reduction, along = r.choice(REDUCTIONS), r.choice(ALONG)
    pair = r.choice(["add", "sub", "mul", "div", "maximum", "minimum", "atan2"])
    places = np.random.default_rng(r.randrange(999)).integers(0, max(length, 1), tuple(x.shape))
    key = [r.choice([slice(None), slice(1, None), slice(None, None, 2), 0]) for _ in order]
    if key and r.random() < 0.5:
        key[axis] = rows
    return [
        lambda t, x, y: getattr(x, smooth)(),
        lambda t, x, y: getattr(x.abs() + 0.5, positive)(),
        lambda t, x, y: getattr(t.nn.functional, activation)(x),
        lambda t, x, y: getattr(t, pair)(x, y),
        lambda t, x, y: (x.abs() + 0.5) ** y.clamp(-2, 2),
        lambda t, x, y: 2 - x / (y.abs() + 1),
        lambda t, x, y: getattr(x, reduction)(axis, keepdim=kept),
        lambda t, x, y: getattr(x, along)(axis),
        lambda t, x, y: x.var(axis, correction=0, keepdim=kept) if x.numel() else x,
        lambda t, x, y: x.norm(two, axis, keepdim=kept),
        lambda t, x, y: x.permute(order),
        lambda t, x, y: x.transpose(0, axis),
        lambda t, x, y: x.reshape(-1),
        lambda t, x, y: x.unsqueeze(axis),
        lambda t, x, y: x.squeeze(axis),
        lambda t, x, y: x.expand(2, *x.shape),
        lambda t, x, y: x.repeat(2, *[1] * x.dim()),
        lambda t, x, y: x.roll(1, axis),
        lambda t, x, y: x.chunk(2, axis),
        lambda t, x, y: x.narrow(axis, offset, 1),
        lambda t, x, y: x.unfold(axis, 2, two),
        lambda t, x, y: x.diagonal(offset, 0, -1),
        lambda t, x, y: x.tril(offset),
        lambda t, x, y: x[tuple(key)],
        lambda t, x, y: x[x > 0],
        lambda t, x, y: x.gather(axis, t.tensor(places)),
        lambda t, x, y: x.scatter_add(axis, t.tensor(places), x * 2),
        lambda t, x, y: x.index_select(axis, t.tensor(np.array(rows, int) % max(length, 1))),
        lambda t, x, y: t.where(x > y, x, y),
        lambda t, x, y: x.masked_fill(x > 0.5, 1.5),
        lambda t, x, y: x.clamp(-0.5, 0.5),
        lambda t, x, y: x @ y,
        lambda t, x, y: x @ y.transpose(-1, -2),
        lambda t, x, y: t.cat([x, y, x], axis),
        lambda t, x, y: t.stack([x, x * 2], axis),
        lambda t, x, y: t.einsum("...i,...j->...ij", x, x),
        lambda t, x, y: t.nn.functional.layer_norm(x, x.shape[-1:]),
        lambda t, x, y: t.nn.functional.normalize(x, dim=axis),
        lambda t, x, y: t.nn.functional.cosine_similarity(x, y, dim=axis),
        lambda t, x, y: t.nn.functional.pad(x, (1, 2)),
    ]  # fmt: skip


def leaves(r, rng):
    a, b, c = (np.asarray(rng.uniform(-2, 2, r.choice(SHAPES))) for _ in range(3))
    return [np.asarray(np.round(a)), np.array(b, order="F"), c]  # ties, strides, neither


def step(r, values):
    """Apply a random operation to both engines' values, if PyTorch takes it."""
    theirs, ours = values
    i, j = r.randrange(len(theirs)), r.randrange(len(theirs))
    operation = r.choice(operations(r, theirs[i]))
    try:
        expected = operation(torch, theirs[i], theirs[j])
    except (RuntimeError, IndexError, TypeError):
        return
    got = operation(engine, ours[i], ours[j])
    several = isinstance(expected, tuple | list)
    for e, g in zip(expected, got, strict=True) if several else [(expected, got)]:
        assert (tuple(g.shape), g.requires_grad) == (tuple(e.shape), e.requires_grad)
        assert str(e.dtype).endswith(str(g.dtype))
        np.testing.assert_allclose(g.detach().numpy(), e.detach().numpy(), rtol=1e-8, atol=1e-9)
        if e.is_floating_point() and e.numel() < 500 and (e.abs() < 1e3).all():
            theirs.append(e)
            ours.append(g)


def gradients(t, values):
    """Those of the three leaves, after the same tape has been used twice."""
    rng = np.random.default_rng(2)
    weighted = [v * t.from_numpy(np.asarray(rng.normal(size=tuple(v.shape)))) for v in values]
    total = sum(w.sum() for w in weighted)
    total.backward(retain_graph=True)
    total.backward()
    return [x.grad.numpy() for x in values[:3]]


@pytest.mark.parametrize("first", range(0, 400, 40))
def test_both_engines_agree(first):
    for seed in range(first, first + 40):
        r, rng = random.Random(seed), np.random.default_rng(seed)
        arrays = leaves(r, rng)
        values = [
            [t.from_numpy(np.array(a)).requires_grad_() for a in arrays] for t in (torch, engine)
        ]
        for _ in range(8):
            step(r, values)
        for e, g in zip(
            *(gradients(t, v) for t, v in zip((torch, engine), values, strict=True)), strict=True
        ):
            scale = max(1, np.abs(e).max(initial=0))
            np.testing.assert_allclose(g, e, rtol=1e-6, atol=1e-8 * scale, err_msg=f"seed {seed}")
