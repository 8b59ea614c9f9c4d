"""Deep stacks of equal layers, plain and residual: what chapter 05 measures.

    plain      h ← φ(W h + b)                              depth times
    residual   h ← h + s · (W₂ relu(W₁ h + b₁) + b₂)       depth / 2 times, two matrices each

A stack of n inputs and K outputs stands between a layer n → width and a linear layer width → K,
so `depth` counts the width × width matrices. Biases start at zero.
Dimension letters: B examples, D width.

Source of the residual branch: He et al. (2015), arXiv 1512.03385, fully connected and without
normalization. Its scaling by 1/√blocks and its start at zero: Zhang et al. (2019), arXiv 1901.09321
(Fixup), of which the zero start is one part.
"""

from typing import NamedTuple

from nnlib.backend import F, nn


def he_(layer):
    """Start a linear layer with variance 2 / fan_in and bias zero; returns it."""
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
    return layer


def xavier_(layer):
    """Start a linear layer with variance 2 / (fan_in + fan_out) and bias zero; returns it."""
    nn.init.xavier_normal_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class Residual(nn.Module):
    """h (B, D) → h + scale · branch(h) (B, D). At the start the branch keeps the mean square."""

    def __init__(self, width, scale=1.0):
        super().__init__()
        self.enter = he_(nn.Linear(width, width))
        self.leave = nn.Linear(width, width)
        nn.init.normal_(self.leave.weight, std=width**-0.5)
        nn.init.zeros_(self.leave.bias)
        self.scale = scale

    def forward(self, h):
        return h + self.scale * self.leave(F.relu(self.enter(h)))


def plain(sizes, depth, activation=nn.ReLU, start=he_):
    """A stack without shortcuts: `plain((64, 64, 10), depth=20)`; sizes: inputs, width, outputs."""
    inputs, width, outputs = _checked(sizes, depth)
    layers = [start(nn.Linear(inputs, width)), activation()]
    for _ in range(depth):
        layers += [start(nn.Linear(width, width)), activation()]
    return nn.Sequential(*layers, start(nn.Linear(width, outputs)))


def residual(sizes, depth, scale=1.0):
    """A stack of depth / 2 residual blocks; sizes: inputs, width, outputs."""
    inputs, width, outputs = _checked(sizes, depth)
    if depth % 2:
        raise ValueError(f"depth: a block has two matrices, so an even number, got {depth}")
    blocks = [Residual(width, scale) for _ in range(depth // 2)]
    return nn.Sequential(he_(nn.Linear(inputs, width)), *blocks, xavier_(nn.Linear(width, outputs)))


def _checked(sizes, depth):
    if len(sizes) != 3:
        raise ValueError(f"sizes: expected (inputs, width, outputs), got {sizes}")
    if depth < 0:
        raise ValueError(f"depth: expected a number of layers, got {depth}")
    return sizes


class Look(NamedTuple):
    """What one layer says of itself: three sizes, the last one None where the layer is frozen."""

    signal: float  # root mean square of what it puts out
    blame: float  # ‖∂L/∂output‖, for a linear layer ‖δ‖
    gradient: float | None  # ‖∂L/∂W‖


def look(model, X, y):
    """A `Look` at every layer of a stack that has weights, first layer first.

    The loss is the mean cross-entropy of a batch X (B, n), y (B,). Several weight matrices in one
    layer, as in a residual block, count as one. Gradients are left as `backward` made them.
    """
    model.zero_grad()
    outputs, h = [], X
    for layer in model:
        h = layer(h)
        if list(layer.parameters()):
            h.retain_grad()
            outputs.append((layer, h))
    F.cross_entropy(h, y).backward()
    return [Look(rms(out), norm([out.grad]), norm(gradients(layer))) for layer, out in outputs]


def gradients(layer):
    """The gradients of a layer's weight matrices; frozen ones have none."""
    return [p.grad for p in layer.parameters() if p.ndim == 2 and p.grad is not None]


def norm(tensors):
    """The length of all entries together; None for no tensors."""
    return float(sum((t * t).sum() for t in tensors) ** 0.5) if tensors else None


def rms(h):
    """The root mean square of all entries."""
    return float((h.detach() ** 2).mean() ** 0.5)
