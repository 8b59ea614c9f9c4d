"""Forward and backward: the networks it starts with, and every number of one round by name."""

import numpy as np

from nnlib import scratch
from nnlib.simulations.forward_backward import TARGET, X, starting_network

SIZES = [(1, 1, 1), (2, 3, 1), (3, 4, 2), (2, 3, 4, 2), (3, 4, 4, 1)]
SUBSCRIPTS = "₁₂₃"


def vectors():
    starts = []
    for sizes in SIZES:
        weights, biases = starting_network(sizes)
        example = {"x": X[: sizes[0]], "target": TARGET[: sizes[-1]]}
        starts.append({"sizes": list(sizes), "weights": weights, "biases": biases, **example})
    return {"starts": starts, "by_name": by_name(lr=0.1)}


def by_name(lr):
    """The 2-3-1 network with tanh and ½ squared error: {name: value} as the page calls them."""
    weights, biases = starting_network((2, 3, 1))
    params = [(np.array(W), np.array(b)) for W, b in zip(weights, biases, strict=True)]
    x, t = np.array([X[:2]]), np.array([TARGET[:1]])
    out, cache = scratch.forward(params, x, scratch.TANH)
    loss, delta = scratch.half_squared_error(out, t)
    grads, deltas = scratch.backward(params, cache, delta, scratch.TANH)
    new = scratch.step(params, grads, lr)
    new_out, _ = scratch.forward(new, x, scratch.TANH)
    new_loss, _ = scratch.half_squared_error(new_out, t)
    squares = sum((g**2).sum() for layer in grads for g in layer)
    found = {"o": out[0, 0], "L": loss, "δₒ": deltas[1][0, 0]}
    found |= {"new o": new_out[0, 0], "new L": new_loss, "‖g‖²": squares}
    found |= {"predicted": -lr * squares, "measured": new_loss - loss}
    for i, unit in enumerate(SUBSCRIPTS):
        z = cache.Z[0][0, i]
        found |= {f"z{unit}": z, f"a{unit}": cache.A[1][0, i], f"φ′(z{unit})": scratch.TANH.df(z)}
        found |= {f"δ{unit}": deltas[0][0, i]}
    for sign, layers in (("∂L/∂", grads), ("new ", new)):
        (W, b), (v, c) = layers
        for i, unit in enumerate(SUBSCRIPTS):
            found |= {f"{sign}w{unit}{SUBSCRIPTS[j]}": W[i, j] for j in range(2)}
            found |= {f"{sign}b{unit}": b[i], f"{sign}v{unit}": v[0, i]}
        found[f"{sign}c"] = c[0]
    return {name: float(value) for name, value in found.items()}
