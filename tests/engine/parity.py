"""One computation, written once with torch's names, run on both engines and compared."""

import numpy as np
import torch

import nnlib.engine as engine

TOLERANCE = {"float64": {"rtol": 1e-10, "atol": 1e-12}, "float32": {"rtol": 2e-5, "atol": 2e-6}}


def values(*shape, seed=0, low=-2.0, high=2.0):
    return np.random.default_rng(seed).uniform(low, high, shape)


def run(t, f, arrays, gradients):
    """What f makes of these arrays and, if asked for, the gradients of a weighted sum of it."""
    inputs = []
    for a in arrays:
        x = t.from_numpy(np.array(a))
        if gradients and x.is_floating_point():
            x.requires_grad_()
        inputs.append(x)
    out = f(t, *inputs)
    outs = [y for y in (out if isinstance(out, (tuple, list)) else [out]) if t.is_tensor(y)]
    rng = np.random.default_rng(1)
    total = None
    for y in outs:
        if y.requires_grad:
            weights = t.from_numpy(np.asarray(rng.normal(size=tuple(y.shape)), str(y.dtype)[-7:]))
            total = (y * weights).sum() if total is None else total + (y * weights).sum()
    if gradients:
        assert total is not None, "nothing to differentiate"
        total.backward()
    grads = [None if x.grad is None else x.grad.numpy() for x in inputs]
    return [y.detach().numpy() for y in outs], grads


def same(f, *arrays, dtypes=("float64", "float32"), gradients=True):
    """f(t, *tensors) gives on the engine what it gives on torch: types, values, gradients."""
    for dtype in dtypes:
        given = [np.asarray(a, dtype) if np.asarray(a).dtype.kind == "f" else a for a in arrays]
        expected, expected_grads = run(torch, f, given, gradients)
        got, got_grads = run(engine, f, given, gradients)
        assert len(got) == len(expected)
        for y, e in zip(got, expected, strict=True):
            assert (y.dtype, y.shape) == (e.dtype, e.shape)
            np.testing.assert_allclose(y, e, **TOLERANCE[dtype])
        for a, g, e in zip(given, got_grads, expected_grads, strict=True):
            assert (g is None) == (e is None), "only one engine has a gradient"
            if g is not None:
                assert (g.dtype, g.shape) == (e.dtype, np.shape(a))
                np.testing.assert_allclose(g, e, **TOLERANCE[dtype])
