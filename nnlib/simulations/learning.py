"""A small network that learns to tell two classes of points apart, as js/math/train.js computes it.

Training is a function of the setting and the number of steps: what is random (start, order of the
examples, dropout) is drawn anew for each epoch and step from the seed. Numbers agree with the
page's to rounding. Conventions as in nnlib.scratch: rows are examples, Z = X Wᵀ + b, δ = ∂L/∂Z.

A setting is a dict: kind ("mlp", "kan"), hidden, activation, init, grid, optimizer, lr,
batch_size, dropout, weight_decay, seed.
"""

import math
from itertools import islice, pairwise

import numpy as np

from nnlib import scratch
from nnlib.simulations.deep import normal, uniform

COUNT, EDGE = 200, 1.15  # points; no noise carries one further out
SHAPES = ["circles", "moons", "spirals", "xor"]
B1, B2, MU, EPS = 0.9, 0.999, 0.9, 1e-8


def stream(seed, kind, number):
    """The seed of a stream of its own for each purpose and number."""
    return (seed * 0x9E3779B1 + kind * 0x85EBCA6B + number * 0xC2B2AE35) % 2**32


def points(name, noise):
    """[[x₁, x₂, class], …] of a data set, with three decimals."""
    u = uniform(stream(0, 1, SHAPES.index(name)))

    def draw():
        radius = math.sqrt(-2 * math.log(1 - next(u)))
        return radius * math.cos(2 * math.pi * next(u))

    def moved(value):
        value = max(-EDGE, min(EDGE, value + noise * draw()))
        return math.floor(value * 1000 + 0.5) / 1000

    made = []
    for i in range(COUNT):
        x, y = _shape(name, i % 2, next(u), next(u))
        made.append([moved(x), moved(y), i % 2])
    return made


def _shape(name, k, u, v):
    """The point of class k that two uniform numbers make."""
    if name == "circles":
        radius, angle = (0.35 if k else 0.85), 2 * math.pi * u
    elif name == "spirals":
        radius, angle = 0.08 + 0.84 * u, math.pi * (2.5 * u + k)
    elif name == "moons":
        c, s = 0.6 * math.cos(math.pi * u), 0.6 * math.sin(math.pi * u)
        return (0.3 - c, 0.15 - s) if k else (c - 0.3, s - 0.15)
    else:
        x, y, up = 0.08 + 0.84 * u, 0.08 + 0.84 * abs(2 * v - 1), -1 if v < 0.5 else 1
        return x * (-up if k else up), y * up
    return radius * math.cos(angle), radius * math.sin(angle)


def split(rows):
    """(X (n, 2), t (n, 1)) of the training points, and of those held out: pairs in turn."""
    rows = np.array(rows, dtype=float).reshape(-1, 3)
    held = (np.arange(len(rows)) >> 1) % 2 == 1
    return tuple((part[:, :2], part[:, 2:]) for part in (rows[~held], rows[held]))


# ── the two kinds of network: parameters, forward, backward ──────────────────────────


def spread(init, activation, m, n):
    """Standard deviation of a weight (m, n) at the start; "auto" is what the activation wants."""
    xavier, he = math.sqrt(2 / (n + m)), math.sqrt(2 / n)
    if init == "auto":
        return he if activation in ("relu", "leaky_relu", "silu") else xavier
    table = {"xavier": xavier, "he": he, "small": xavier / 2, "large": 2 * xavier, "zero": 0.0}
    return table[init]


def start(s):
    """[(W (m, n), b (m,)), …] of an MLP, [(w (m, n), c (m, n, grid + 3)), …] of a KAN."""
    draw, kan = normal(stream(s["seed"], 2, 0)), s["kind"] == "kan"
    params = []
    for n, m in pairwise([2, *s["hidden"], 1]):
        std = math.sqrt(2 / (n + m)) if kan else spread(s["init"], s["activation"], m, n)
        W = std * np.array(list(islice(draw, m * n))).reshape(m, n)
        if kan:
            K = s["grid"] + 3
            rest = 0.1 / math.sqrt(n) * np.array(list(islice(draw, m * n * K))).reshape(m, n, K)
        else:
            rest = np.zeros(m)
        params.append((W, rest))
    return params


def bases(x, grid):
    """Cubic B-splines on the extended uniform grid over [-1, 1], and their slopes.

    x (…) → two arrays (…, grid + 3). By the recursion of Cox and de Boor.
    """
    h = 2 / grid
    knots = -1 + h * np.arange(-3, grid + 4)
    x = np.asarray(x)[..., None]
    B = ((x >= knots[:-1]) & (x < knots[1:])).astype(float)
    for degree in range(1, 4):
        below = B
        left = (x - knots[: -degree - 1]) / (degree * h)
        right = (knots[degree + 1 :] - x) / (degree * h)
        B = left * below[..., :-1] + right * below[..., 1:]
    return B, (below[..., :-1] - below[..., 1:]) / h


def forward(params, X, s, masks=None):
    """Logits (B, 1), and layer by layer what `backward` needs."""
    phi, cache, A = scratch.ACTIVATIONS[s["activation"]], [], X
    for layer, (W, rest) in enumerate(params):
        if s["kind"] == "kan":
            B, dB = bases(A, s["grid"])
            Z = scratch.SILU.f(A) @ W.T + np.einsum("bnk,mnk->bm", B, rest)
            cache.append((A, B, dB))
            A = Z
        else:
            Z = A @ W.T + rest
            mask = masks[layer] if masks and layer < len(masks) else 1.0
            cache.append((A, Z, mask))
            A = phi.f(Z) * mask
    return Z, cache


def backward(params, cache, delta, s):
    """Gradients in the shapes of `params`, from ∂L/∂logits."""
    phi, grads = scratch.ACTIVATIONS[s["activation"]], []
    for layer in reversed(range(len(params))):
        W, rest = params[layer]
        if s["kind"] == "kan":
            A, B, dB = cache[layer]
            grads.insert(0, (delta.T @ scratch.SILU.f(A), np.einsum("bm,bnk->mnk", delta, B)))
            slopes = scratch.SILU.df(A) * (delta @ W)
            delta = slopes + np.einsum("bm,mnk,bnk->bn", delta, rest, dB)
        else:
            grads.insert(0, (delta.T @ cache[layer][0], delta.sum(0)))
            if layer:
                _, Z, mask = cache[layer - 1]
                delta = (delta @ W) * mask * phi.df(Z)
    return grads


# ── training ─────────────────────────────────────────────────────────────────────────


def update(params, grads, memory, t, s):
    """Parameters and memory (m, v) after step t: SGD, momentum 0.9, or Adam with decoupled decay.

    As torch.optim.SGD(lr, momentum, weight_decay=λ) and torch.optim.AdamW(lr, weight_decay=λ).
    """
    lr, decay, adam = s["lr"], s["weight_decay"], s["optimizer"] == "adam"

    def one(p, g, m, v):
        if adam:
            m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g * g
            down = np.sqrt(v) / math.sqrt(1 - B2**t) + EPS
            return p * (1 - lr * decay) - lr / (1 - B1**t) * m / down, m, v
        slope = g + decay * p
        m = MU * m + slope if s["optimizer"] == "momentum" else slope
        return p - lr * m, m, v

    done = [
        [one(*each) for each in zip(*layer, strict=True)]
        for layer in zip(params, grads, *memory, strict=True)
    ]
    return tuple([tuple(each[k] for each in layer) for layer in done] for k in range(3))


def batches(n, s):
    """Endlessly the rows of the next batch: each epoch in an order of its own."""
    size = max(1, min(s["batch_size"], n))
    epoch = 0
    while True:
        u, order = uniform(stream(s["seed"], 3, epoch)), list(range(n))
        for i in range(n - 1, 0, -1):
            j = math.floor(next(u) * (i + 1))
            order[i], order[j] = order[j], order[i]
        yield from (order[at : at + size] for at in range(0, n, size))
        epoch += 1


def dropout(t, rows, s):
    """The masks of step t, (rows, units) for each hidden layer: 0 or 1/(1 − p)."""
    p = s["dropout"]
    if not p or s["kind"] == "kan":
        return None
    u = uniform(stream(s["seed"], 4, t))
    return [
        np.array([[0.0 if next(u) < p else 1 / (1 - p) for _ in range(m)] for _ in range(rows)])
        for m in s["hidden"]
    ]


def train(X, t, s, steps):
    """Yields (step, parameters, batch's rows, loss on it, gradients): the start, then each step."""
    params, rows = start(s), batches(len(X), s)
    memory = tuple([tuple(np.zeros_like(p) for p in layer) for layer in params] for _ in range(2))
    yield 0, params, [], None, None
    for number in range(1, steps + 1):
        batch = next(rows)
        with np.errstate(all="ignore"):  # what overflows is shown as such
            logits, cache = forward(params, X[batch], s, dropout(number, len(batch), s))
            loss, delta = scratch.sigmoid_cross_entropy(logits, t[batch])
            grads = backward(params, cache, delta, s)
            params, *memory = update(params, grads, memory, number, s)
        yield number, params, batch, float(loss), grads
