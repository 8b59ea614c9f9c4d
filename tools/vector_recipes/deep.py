"""A deep network with and without residual branches: start, forward, gradients, frozen steps."""

import numpy as np

from nnlib import scratch
from nnlib.simulations import deep
from nnlib.simulations.backprop_blame import EXAMPLES

RATE = 1e-3  # exploding gradients diverge under more, and then no two machines agree
CASES = [  # data, depth, width, activation, init, residual, seed, frozen
    ("moons", 10, 8, "sigmoid", "xavier", None, 0, [3]),
    ("xor", 2, 2, "tanh", "large", None, 5, []),
    ("iris", 20, 3, "gelu", "he", None, 2, [1, 20]),
    ("moons", 20, 4, "relu", "he", "plain", 1, [2]),
    ("circles", 6, 4, "silu", "small", "scaled", 4, [1, 2, 3, 4, 5, 6]),
    ("spirals", 5, 3, "tanh", "xavier", "zero", 3, [5]),
]


def vectors():
    return {"runs": [run(*case) for case in CASES]}


def run(data, depth, width, activation, init, residual, seed, frozen):
    X, y = (np.array(values) for values in EXAMPLES[data])
    phi, classes = scratch.ACTIVATIONS[activation], int(y.max()) + 1
    layers = deep.start(X.shape[1], classes, depth, width, init, residual, seed)
    s = deep.branch_scale(layers, residual)
    start, losses = layers, []
    for _ in range(3):
        logits, cache = deep.forward(layers, X, phi, s)
        loss, delta = scratch.softmax_cross_entropy(logits, y)
        grads, deltas = deep.backward(layers, cache, delta, phi, s)
        losses.append(float(loss))
        if len(losses) == 1:
            first = {
                "h": [float(np.sqrt(np.mean(h**2))) for _, _, h in cache],
                "grads": listed(grads),
                "delta": [[float(np.linalg.norm(d)) for d in parts] for parts in deltas],
            }
        layers = deep.step(layers, grads, RATE, frozen)
    given = {
        "inputs": X.shape[1],
        "outputs": classes,
        "depth": depth,
        "width": width,
        "init": init,
        "residual": residual,
        "seed": seed,
    }
    return {
        "given": given,
        "activation": activation,
        "X": X.tolist(),
        "y": y.tolist(),
        "frozen": frozen,
        "start": listed(start[:2]),
        "losses": losses,
        "last": listed(layers),
    } | first


def listed(layers):
    return [[{"W": W.tolist(), "b": b.tolist()} for W, b in parts] for parts in layers]
