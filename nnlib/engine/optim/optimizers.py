"""Gradient descent and what adapts it. p is a parameter, g its gradient, η the learning rate.

Every update writes into arrays that exist already (`out=`): a step of Adam is a dozen NumPy calls
a parameter.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from ..core import Tensor
from .optimizer import Optimizer


class SGD(Optimizer):
    """b ← μ b + (1 − dampening) g;  p ← p − η b.  Nesterov: p ← p − η (g + μ b)."""

    def __init__(
        self,
        params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ):
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening}
        super().__init__(params, {**defaults, "weight_decay": weight_decay, "nesterov": nesterov})

    def update(self, p, g, state, group):
        momentum = group["momentum"]
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        if momentum:
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = Tensor(np.array(g))
            else:
                b = state["momentum_buffer"].array
                b *= momentum
                b += (1 - group["dampening"]) * g
            b = state["momentum_buffer"].array
            g = g + momentum * b if group["nesterov"] else b
        p -= group["lr"] * g


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  p ← p − η m̂ / (√v̂ + ε).

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) undo the start from zero (Kingma & Ba, 2015,
    algorithm 1). Weight decay is added to the gradient; AdamW takes it off the parameter instead.
    """

    decoupled = False

    def __init__(
        self,
        params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ):
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        )

    def update(self, p, g, state, group):
        lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
        if decay and self.decoupled:
            p *= 1 - lr * decay
        elif decay:
            g = g + decay * p
        if not state:
            state.update(step=0, exp_avg=_zeros(p), exp_avg_sq=_zeros(p))
        m, v = state["exp_avg"].array, state["exp_avg_sq"].array
        state["step"] = t = state["step"] + 1

        work = np.subtract(g, m, out=np.empty_like(m))
        work *= 1 - beta1
        m += work
        np.multiply(g, g, out=work)
        work *= 1 - beta2
        v *= beta2
        v += work
        # η m̂ / (√v̂ + ε), with both corrections moved into scalars
        root = sqrt(1 - beta2**t)
        np.sqrt(v, out=work)
        work += group["eps"] * root
        np.divide(m, work, out=work)
        work *= lr * root / (1 - beta1**t)
        p -= work


class AdamW(Adam):
    """Adam with decoupled weight decay, p ← p − η λ p first (Loshchilov & Hutter, 2019)."""

    decoupled = True

    def __init__(
        self,
        params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ):
        super().__init__(params, lr, betas, eps, weight_decay)


class RMSprop(Optimizer):
    """v ← α v + (1 − α) g²;  p ← p − η g / (√v + ε) (Hinton's lecture 6e, 2012).

    centered: √(v − ḡ²) with a running mean ḡ of the gradient. momentum: of the scaled gradient.
    """

    def __init__(
        self,
        params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ):
        defaults = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**defaults, "momentum": momentum, "centered": centered})

    def update(self, p, g, state, group):
        alpha = group["alpha"]
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        if not state:
            state.update(step=0, square_avg=_zeros(p))
            if group["momentum"] > 0:
                state["momentum_buffer"] = _zeros(p)
            if group["centered"]:
                state["grad_avg"] = _zeros(p)
        state["step"] += 1
        v = state["square_avg"].array
        v *= alpha
        v += (1 - alpha) * g * g
        if group["centered"]:
            mean = state["grad_avg"].array
            mean += (1 - alpha) * (g - mean)
            v = v - mean * mean
        g = g / (np.sqrt(v) + group["eps"])
        if group["momentum"] > 0:
            b = state["momentum_buffer"].array
            b *= group["momentum"]
            b += g
            g = b
        p -= group["lr"] * g


class Adagrad(Optimizer):
    """s ← s + g²;  p ← p − η g / (√s + ε) (Duchi, Hazan & Singer, 2011); η decays as 1/(1 + γt)."""

    def __init__(
        self,
        params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ):
        defaults = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay}
        defaults["initial_accumulator_value"] = initial_accumulator_value
        super().__init__(params, defaults)

    def update(self, p, g, state, group):
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        if not state:
            start = np.full_like(p, group["initial_accumulator_value"])
            state.update(step=0, sum=Tensor(start))
        total = state["sum"].array
        lr = group["lr"] / (1 + state["step"] * group["lr_decay"])
        state["step"] += 1
        total += g * g
        p -= lr * g / (np.sqrt(total) + group["eps"])


def _zeros(p: np.ndarray) -> Tensor:
    return Tensor(np.zeros_like(p))
