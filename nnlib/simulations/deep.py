"""A deep network, with or without residual branches, as js/math/deep.js computes it.

A network is a list of layers, a layer a list of parts (W, b). One part is φ(W h + b), linear in the
last layer; two parts are a residual block, h + s·(W₂ φ(W₁ h + b₁) + b₂). Without blocks it is the
network of nnlib.scratch, whose conventions hold here: rows are examples, δ = ∂L/∂Z, dW = δᵀ A.
"""

import math

import numpy as np


def uniform(seed):
    """Numbers in [0, 1) that JavaScript draws alike: mulberry32 (Tommy Ettinger, 2017)."""
    mask, state = 2**32 - 1, seed & (2**32 - 1)
    while True:
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t = ((t + (((t ^ (t >> 7)) * (t | 61)) & mask)) & mask) ^ t
        yield (t ^ (t >> 14)) / 2**32


def normal(seed):
    """Standard normal numbers, one from every two uniform ones (Box & Muller 1958)."""
    u = uniform(seed)
    while True:
        radius = math.sqrt(-2 * math.log(1 - next(u)))
        yield radius * math.cos(2 * math.pi * next(u))


def _xavier(m, n):
    return math.sqrt(2 / (n + m))


STARTS = {  # standard deviation of a weight matrix (m, n)
    "xavier": _xavier,
    "he": lambda m, n: math.sqrt(2 / n),
    "small": lambda m, n: _xavier(m, n) / 2,
    "large": lambda m, n: _xavier(m, n) * 2,
}


def start(inputs, outputs, depth, width, init, residual, seed):
    """The layers as drawn: weights row by row, biases zero.

    With `residual`, all layers but the first and the last are blocks. Under He, W₂ of a block has
    variance 1/n, so that a branch gives back the mean square it gets; "zero" starts it at 0.
    """
    draw, std = normal(seed), STARTS[init]

    def part(m, n, scale):
        return np.array([[next(draw) * scale for _ in range(n)] for _ in range(m)]), np.zeros(m)

    second = 0.0 if residual == "zero" else (_xavier if init == "he" else std)(width, width)
    layers = []
    for layer in range(depth):
        n = inputs if layer == 0 else width
        m = outputs if layer == depth - 1 else width
        parts = [part(m, n, std(m, n))]
        if residual and 0 < layer < depth - 1:
            parts.append(part(n, n, second))
        layers.append(parts)
    return layers


def branch_scale(layers, residual):
    """s: 1, or for "scaled" one over the root of the number of blocks."""
    blocks = sum(len(parts) == 2 for parts in layers)
    return 1 / math.sqrt(max(1, blocks)) if residual == "scaled" else 1.0


def forward(layers, X, activation, s=1.0):
    """Logits (B, K), and a layer's (A, Z, h): what its parts received, their sums, its output."""
    h, cache = np.asarray(X, dtype=float), []
    for number, parts in enumerate(layers, start=1):
        (W, b), *branch = parts
        A, Z = [h], [h @ W.T + b]
        if branch:
            W2, b2 = branch[0]
            A.append(activation.f(Z[0]))
            Z.append(A[1] @ W2.T + b2)
            h = h + s * Z[1]
        else:
            h = Z[0] if number == len(layers) else activation.f(Z[0])
        cache.append((A, Z, h))
    return h, cache


def backward(layers, cache, delta, activation, s=1.0):
    """Gradients [[(dW, db), …], …] and deltas [[δ, …], …], part by part, from δ = ∂L/∂logits."""
    grads, deltas, dH = [], [], delta
    for number in range(len(layers), 0, -1):
        parts, (A, Z, _) = layers[number - 1], cache[number - 1]
        if len(parts) == 2:
            second = s * dH
            first = (second @ parts[1][0]) * activation.df(Z[0])
            blame = [first, second]
            dH = dH + first @ parts[0][0]  # two paths, the stream and the branch: they add
        else:
            blame = [dH if number == len(layers) else dH * activation.df(Z[0])]
            dH = blame[0] @ parts[0][0]
        grads.insert(0, [(d.T @ a, d.sum(0)) for d, a in zip(blame, A, strict=True)])
        deltas.insert(0, blame)
    return grads, deltas


def step(layers, grads, lr, frozen=()):
    """One step downhill; the layers numbered in `frozen` (from 1) stay as they are."""
    return [
        parts
        if number in frozen
        else [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(parts, slopes, strict=True)]
        for number, (parts, slopes) in enumerate(zip(layers, grads, strict=True), start=1)
    ]
