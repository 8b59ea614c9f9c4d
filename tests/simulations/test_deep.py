"""The deep network's NumPy twin: nnlib.scratch without blocks, central differences with them."""

import numpy as np
import pytest

from nnlib import scratch
from nnlib.simulations import deep
from nnlib.simulations.backprop_blame import EXAMPLES

X, Y = (np.array(values) for values in EXAMPLES["moons"])


def passed(layers, activation, residual):
    phi, s = scratch.ACTIVATIONS[activation], deep.branch_scale(layers, residual)
    logits, cache = deep.forward(layers, X, phi, s)
    loss, delta = scratch.softmax_cross_entropy(logits, Y)
    return loss, *deep.backward(layers, cache, delta, phi, s)


@pytest.mark.parametrize("activation", list(scratch.ACTIVATIONS))
def test_without_blocks_it_is_nnlib_scratch(activation):
    layers = deep.start(2, 2, 20, 8, "xavier", None, seed=3)
    params, phi = [parts[0] for parts in layers], scratch.ACTIVATIONS[activation]
    logits, cache = scratch.forward(params, X, phi)
    loss, delta = scratch.softmax_cross_entropy(logits, Y)
    grads, deltas = scratch.backward(params, cache, delta, phi)
    ours = passed(layers, activation, None)
    assert ours[0] == loss
    for (mine,), theirs, (my_delta,), delta in zip(ours[1], grads, ours[2], deltas, strict=True):
        for a, b in zip((*mine, my_delta), (*theirs, delta), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * np.abs(b).max())


@pytest.mark.parametrize("residual", ["plain", "scaled", "zero"])
def test_with_blocks_the_gradients_are_those_of_central_differences(residual):
    layers = deep.start(2, 2, 6, 4, "he", residual, seed=1)
    rng = np.random.default_rng(0)  # W₂ off zero, biases too, so that no gradient is trivial
    layers = [
        [
            (W + 0.1 * rng.standard_normal(W.shape), b + 0.1 * rng.standard_normal(b.shape))
            for W, b in parts
        ]
        for parts in layers
    ]
    flat = [part for parts in layers for part in parts]
    counts = [len(parts) for parts in layers]

    def loss_of(params):
        parts = iter(params)
        return passed([[next(parts) for _ in range(n)] for n in counts], "gelu", residual)[0]

    measured = scratch.central_difference(loss_of, flat)
    _, grads, _ = passed(layers, "gelu", residual)
    for ours, theirs in zip([g for parts in grads for g in parts], measured, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9)


def test_a_frozen_layer_stays_and_takes_nobody_s_gradient():
    layers = deep.start(2, 2, 5, 4, "he", None, seed=0)
    before = passed(layers, "tanh", None)
    new = deep.step(layers, before[1], 0.5, frozen=[3])
    moved = [float(np.abs(a[0][0] - b[0][0]).max()) for a, b in zip(new, layers, strict=True)]
    assert moved[2] == 0 and all(m > 0 for n, m in enumerate(moved) if n != 2)
    # That layer's gradient is computed all the same, and those of the layers below go through it.
    assert all(np.abs(parts[0][0]).max() > 0 for parts in before[1])


def test_plain_residual_branches_grow_by_the_root_of_two_a_block():
    """h + W₂ relu(W₁ h), W₁ He, W₂ variance 1/n: the mean square doubles, on average over draws."""
    squares = []
    for seed in range(200):
        layers = deep.start(16, 2, 6, 16, "he", "plain", seed)
        _, cache = deep.forward(layers, np.eye(16), scratch.RELU)
        first, last = (float(np.mean(cache[at][2] ** 2)) for at in (0, -2))
        squares.append(last / first)
    assert 2**4 * 0.8 < np.mean(squares) < 2**4 * 1.25


def test_a_branch_that_starts_at_zero_gives_its_second_matrix_a_gradient_and_the_first_none():
    layers = deep.start(2, 2, 6, 8, "he", "zero", seed=0)
    _, grads, _ = passed(layers, "relu", "zero")
    for first, second in grads[1:-1]:
        assert np.abs(first[0]).max() == 0 and np.abs(second[0]).max() > 0
