r"""The multilayer perceptron by hand: NumPy, no tape, every gradient written out.

The network makes logits, the loss interprets them. One convention everywhere:
rows are examples, and δ is the gradient of the loss with respect to a layer's Z.

    forward     Z₁ = X W₁ᵀ + b₁     A₁ = φ(Z₁)     Z₂ = A₁ W₂ᵀ + b₂     …     logits = Z_L
    loss        L(logits, targets), and with it the first blame  δ_L = ∂L/∂Z_L
    backward    dW = δᵀ A      db = δ summed over rows      dA = δ W      δ_below = dA ⊙ φ′(Z_below)

Shapes: B examples, n units in, m units out.

    X, A (B, n)    W (m, n)    b (m,)    Z, δ (B, m)

A network's parameters are a list of pairs, `[(W₁, b₁), …, (W_L, b_L)]`.
Cost of `backward`: two matrix products a layer where `forward` needs one.
Memory: `forward` has to keep every A and Z until `backward` has used them.

Source: Rumelhart, Hinton & Williams (1986), Learning representations by
back-propagating errors, Nature 323.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

# ── activations ──────────────────────────────────────────────────────────────────────


def sigmoid(z):
    """σ(z) = 1 / (1 + e⁻ᶻ), elementwise. Only e^(−|z|) is computed, so nothing overflows."""
    e = np.exp(-np.abs(z))
    return np.where(np.greater_equal(z, 0), 1, e) / (1 + e)


def _normal_cdf(z):
    """Φ(z) = ½ erfc(−z/√2), exact to float64 also far out on the left."""
    z = np.asarray(z)
    values = np.vectorize(math.erfc, otypes=[float])(-z / math.sqrt(2)) / 2
    return values.astype(np.result_type(z, np.float16))


def _normal_pdf(z):
    """Φ′(z) = e^(−z²/2) / √(2π)."""
    return np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi)


class Activation(NamedTuple):
    """A function φ applied to each entry of Z, and its derivative φ′, both functions of z."""

    name: str
    f: Callable
    df: Callable


def leaky(alpha):
    """The leaky ReLU with slope α on the left: z for z > 0, αz else (0 ≤ α ≤ 1)."""
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha: expected a slope from 0 to 1, got {alpha}")
    return Activation(
        "leaky_relu",
        f=lambda z: np.maximum(z, alpha * z),
        df=lambda z: np.where(np.greater(z, 0), np.ones_like(z), alpha),
    )


# ReLU has no derivative at 0; like torch we choose 0 there (the second argument of heaviside).
RELU = Activation(
    "relu",
    f=lambda z: np.maximum(z, 0),
    df=lambda z: np.heaviside(z, 0),
)
LEAKY_RELU = leaky(0.01)
ELU = Activation(
    "elu",
    f=lambda z: np.maximum(z, 0) + np.expm1(np.minimum(z, 0)),
    df=lambda z: np.exp(np.minimum(z, 0)),
)
SOFTPLUS = Activation("softplus", f=lambda z: np.logaddexp(0, z), df=sigmoid)
GELU = Activation(
    "gelu",
    f=lambda z: z * _normal_cdf(z),
    df=lambda z: _normal_cdf(z) + z * _normal_pdf(z),
)
SILU = Activation(
    "silu",
    f=lambda z: z * sigmoid(z),
    df=lambda z: sigmoid(z) * (1 + z * sigmoid(-z)),
)
SIGMOID = Activation("sigmoid", f=sigmoid, df=lambda z: sigmoid(z) * sigmoid(-z))
TANH = Activation("tanh", f=np.tanh, df=lambda z: 1 - np.tanh(z) ** 2)
IDENTITY = Activation("identity", f=lambda z: z, df=np.ones_like)

ACTIVATIONS = {
    activation.name: activation
    for activation in (RELU, LEAKY_RELU, ELU, SOFTPLUS, GELU, SILU, SIGMOID, TANH, IDENTITY)
}


# ── the network: start, forward, backward, step ──────────────────────────────────────


def he(fan_out, fan_in, rng):
    """W (fan_out, fan_in), normal with variance 2 / fan_in: keeps ReLU's mean square.

    He et al. (2015), arXiv 1502.01852, eq. 10.
    """
    return rng.standard_normal((fan_out, fan_in)) * math.sqrt(2 / fan_in)


def xavier(fan_out, fan_in, rng):
    """W (fan_out, fan_in), normal with variance 2 / (fan_in + fan_out).

    Glorot & Bengio (2010), eq. 12; their eq. 16 draws from a uniform distribution of this variance.
    """
    return rng.standard_normal((fan_out, fan_in)) * math.sqrt(2 / (fan_in + fan_out))


def init(sizes, rng, weights=he):
    """Parameters of a network with layers of these sizes; weights drawn, biases zero.

    `init([2, 3, 1], np.random.default_rng(0))` → `[(W₁ (3, 2), b₁ (3,)), (W₂ (1, 3), b₂ (1,))]`
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least an input and an output size, got {sizes}")
    if not hasattr(rng, "standard_normal"):
        raise ValueError(f"rng: expected a generator, np.random.default_rng(0), got {rng!r}")
    return [
        (weights(fan_out, fan_in, rng), np.zeros(fan_out)) for fan_in, fan_out in pairwise(sizes)
    ]


def count_parameters(params):
    """How many numbers the network learns: Σ m·n weights + m biases."""
    return sum(W.size + b.size for W, b in params)


class Cache(NamedTuple):
    """What `forward` keeps for `backward`, layer by layer."""

    A: list  # what each layer received: [X, A₁, …, A_{L−1}]
    Z: list  # its weighted sums:        [Z₁, Z₂, …, Z_L]


def forward(params, X, activation):
    """Logits (B, n_L) of a batch X (B, n₀), and the cache. The last layer stays linear."""
    A, cache = np.asarray(X), Cache([], [])
    for layer, (W, b) in enumerate(params, start=1):
        if A.ndim != 2 or A.shape[1] != W.shape[1]:
            raise ValueError(
                f"X: layer {layer} has W of shape {W.shape} and expects (B, {W.shape[1]}), "
                f"rows are examples; got {A.shape}"
            )
        Z = A @ W.T + b
        cache.A.append(A)
        cache.Z.append(Z)
        A = activation.f(Z)
    return Z, cache


def backward(params, cache, delta, activation):
    """All gradients, from the top layer down.

    delta (B, n_L) is ∂L/∂logits, as the loss returns it.
    Returns `grads` = [(dW₁, db₁), …] in the shapes of `params`, and `deltas` = [δ₁, …, δ_L].
    """
    delta = np.asarray(delta)
    if delta.shape != cache.Z[-1].shape:
        raise ValueError(
            f"delta: expected the logits' shape {cache.Z[-1].shape}, got {delta.shape}"
        )
    grads, deltas = [], []
    for layer in reversed(range(len(params))):
        W, _ = params[layer]
        dW = delta.T @ cache.A[layer]
        db = delta.sum(axis=0)
        grads.insert(0, (dW, db))
        deltas.insert(0, delta)
        if layer > 0:
            dA = delta @ W
            delta = dA * activation.df(cache.Z[layer - 1])
    return grads, deltas


def step(params, grads, lr):
    """One step downhill: every parameter minus lr times its gradient. Returns new parameters."""
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


# ── losses: each returns (mean loss, δ = ∂loss/∂logits) ──────────────────────────────


def log_softmax(z):
    """log p along the last axis. Taking away each row's largest logit changes nothing but
    keeps e^z from overflowing."""
    z = z - np.max(z, axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def softmax(z):
    """p_k = e^{z_k} / Σ_j e^{z_j} along the last axis."""
    return np.exp(log_softmax(z))


def softmax_cross_entropy(logits, y):
    """−log p of the right class, averaged over the batch; δ = (p − onehot(y)) / B.

    logits (B, K); y (B,) whole numbers from 0 to K − 1.
    """
    logits, y = np.asarray(logits), np.asarray(y)
    if logits.ndim != 2 or y.shape != logits.shape[:1]:
        raise ValueError(
            f"y: expected one label for each row of the logits {logits.shape}, got {y.shape}"
        )
    B, K = logits.shape
    if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= K:
        raise ValueError(f"y: expected whole numbers from 0 to {K - 1}, got {y.dtype} {y[:5]}…")
    log_p = log_softmax(logits)
    loss = -log_p[np.arange(B), y].mean()
    delta = (np.exp(log_p) - np.eye(K, dtype=log_p.dtype)[y]) / B
    return loss, delta


def sigmoid_cross_entropy(logits, t):
    """−t log σ(z) − (1 − t) log(1 − σ(z)), summed over outputs, averaged over the batch;
    δ = (σ(z) − t) / B.

    logits (B, K); t (B, K) in [0, 1]. (torch's `BCEWithLogitsLoss` divides by B·K.)
    """
    logits, t = _same_shape(logits, t)
    if t.min() < 0 or t.max() > 1:
        raise ValueError(f"t: expected values in [0, 1], got {t.min()} to {t.max()}")
    losses = t * SOFTPLUS.f(-logits) + (1 - t) * SOFTPLUS.f(logits)  # −log σ(z) = softplus(−z)
    B = len(logits)
    return losses.sum() / B, (sigmoid(logits) - t) / B


def half_squared_error(outputs, t):
    """½ Σ (o − t)² over the outputs, averaged over the batch; δ = (o − t) / B.

    outputs (B, K); t (B, K). (torch's `MSELoss` has no ½ and divides by B·K.)
    """
    outputs, t = _same_shape(outputs, t)
    error, B = outputs - t, len(outputs)
    return np.square(error).sum() / (2 * B), error / B


def _same_shape(outputs, t):
    outputs, t = np.asarray(outputs), np.asarray(t)
    if outputs.ndim != 2 or outputs.shape != t.shape:
        raise ValueError(
            f"t: expected the shape of the outputs, (B, K) = {outputs.shape}, got {t.shape}"
        )
    return outputs, t


# ── the honest way, to check the fast one ────────────────────────────────────────────


def central_difference(loss, params, h=1e-5):
    """Gradients by nudging: (loss(θ + h) − loss(θ − h)) / 2h for one parameter θ at a time.

    `loss(params)` → a number. Costs two runs a parameter; the error is about h² and ε/h, so use
    float64 with h ≈ 1e-5 and stay off the kinks of ReLU. Returns the shapes of `params`.
    """
    params = [tuple(np.array(p) for p in layer) for layer in params]  # nudge copies
    if any(p.dtype != np.float64 for layer in params for p in layer):
        raise ValueError("params: expected float64 arrays; in float32 the nudge drowns in rounding")
    grads = [tuple(np.zeros_like(p) for p in layer) for layer in params]
    for layer, slopes in zip(params, grads, strict=True):
        for p, slope in zip(layer, slopes, strict=True):
            for i in np.ndindex(p.shape):
                theta = p[i]
                p[i] = theta + h
                above = loss(params)
                p[i] = theta - h
                below = loss(params)
                p[i] = theta
                slope[i] = (above - below) / (2 * h)
    return grads
