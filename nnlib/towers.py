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

from nnlib.backend import F, nn, torch


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


def gradient_norms(model, X, y):
    """‖∂L/∂W‖ of every weight matrix, first layer first, for the mean cross-entropy of a batch.

    X (B, n), y (B,). Leaves the model's gradients as `backward` made them.
    """
    model.zero_grad()
    F.cross_entropy(model(X), y).backward()
    grads = [p.grad for p in model.parameters() if p.ndim == 2]
    return [float(torch.sqrt((g * g).sum())) for g in grads]
