"""The multilayer perceptron: forward, loss, all gradients, one step; and the seeded generator."""

from itertools import cycle, product

import numpy as np

from nnlib import scratch

LOSSES = ("half_squared_error", "sigmoid_cross_entropy", "softmax_cross_entropy")
SHAPES = [((2, 3, 1), 1), ((3, 4, 4, 2), 3), ((1, 1, 1), 1), ((3, 2, 4), 5)]  # sizes, batch


def vectors():
    rng = np.random.default_rng(4)
    passes = [
        one_pass(rng, *shape, activation, loss)
        for (activation, loss), shape in zip(product(scratch.ACTIVATIONS, LOSSES), cycle(SHAPES))
    ]
    return {"passes": passes, "mulberry32": mulberry32(7, 20), "normal": normal(7, 20)}


def one_pass(rng, sizes, batch, activation, loss):
    """A random network and batch, in numbers with two decimals, and all that follows from them."""
    params = [
        (np.round(W * 1.5, 2), np.round(rng.standard_normal(b.shape) / 2, 2))
        for W, b in scratch.init(sizes, rng)
    ]
    X = np.round(rng.standard_normal((batch, sizes[0])), 2)
    if loss == "softmax_cross_entropy":
        target = rng.integers(0, sizes[-1], batch)
    else:
        target = np.round(rng.random((batch, sizes[-1])), 2)
    lr, phi, loss_of = 0.1, scratch.ACTIVATIONS[activation], getattr(scratch, loss)
    logits, cache = scratch.forward(params, X, phi)
    before, delta = loss_of(logits, target)
    grads, deltas = scratch.backward(params, cache, delta, phi)
    new = scratch.step(params, grads, lr)
    after, _ = loss_of(scratch.forward(new, X, phi)[0], target)
    return {
        "given": {
            "sizes": list(sizes),
            "activation": activation,
            "loss": loss,
            "params": layers(params),
            "X": X.tolist(),
            "target": target.tolist(),
            "lr": lr,
        },
        "A": [a.tolist() for a in cache.A],
        "Z": [z.tolist() for z in cache.Z],
        "loss": float(before),
        "deltas": [d.tolist() for d in deltas],
        "grads": layers(grads),
        "norm_squared": float(sum((dW**2).sum() + (db**2).sum() for dW, db in grads)),
        "new": layers(new),
        "after": float(after),
    }


def layers(params):
    return [{"W": W.tolist(), "b": b.tolist()} for W, b in params]


def mulberry32(seed, n):
    """The generator of js/math/random.js in whole numbers of 32 bits."""
    mask, state, out = 2**32 - 1, seed, []
    for _ in range(n):
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t = ((t + (((t ^ (t >> 7)) * (t | 61)) & mask)) & mask) ^ t
        out.append((t ^ (t >> 14)) / 2**32)
    return out


def normal(seed, n):
    u = np.array(mulberry32(seed, 2 * n)).reshape(n, 2)
    return (np.sqrt(-2 * np.log(1 - u[:, 0])) * np.cos(2 * np.pi * u[:, 1])).tolist()
