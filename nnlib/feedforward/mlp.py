"""The multilayer perceptron: every unit of a layer reads every unit of the layer before.

What it assumes: almost nothing. Any input may matter together with any other, no input is nearer
to one than to another, and what is to be learned is smooth. Little is built in, so much has to
be learned from data. Shuffle or rotate the inputs, and the first layer's weights can be shuffled or
rotated along: the functions that it can represent stay the same.

    z₁     = W₁ x + b₁
    z_l+1  = W φ(norm(z_l)) + b                 for each further layer
    z_l+1  = z_l + s · (W φ(norm(z_l)) + b)     the same, with residual connections
    logits = W φ(norm(z_L)) + b

The layer norm is optional; dropout comes between φ and W. Written so that the activation stands
in front of the weights, a residual connection is one addition, and nothing bends the path along z.

Letters: B examples, n inputs, D width, L hidden layers, K outputs.
Time: O(B · (nD + LD² + DK)), one multiplication a weight and example. Memory: as many weights,
and O(B(n + LD + K)) values kept for the backward pass.

Sources: Rumelhart, Hinton & Williams (1986), doi 10.1038/323533a0; start: Glorot & Bengio (2010),
He et al. (2015), arXiv 1502.01852, eq. 10; residual connections with the activation in front:
He et al. (2016), arXiv 1603.05027, fig. 4(e), here with one matrix a branch instead of two;
dropout: Srivastava et al. (2014), JMLR 15; layer norm: Ba et al. (2016), arXiv 1607.06450.
"""

from itertools import pairwise
from math import inf, sqrt

from nnlib.backend import nn, torch
from nnlib.checks import last_axis, whole


class MLP(nn.Module):
    """x (…, inputs) → logits (…, outputs).

    hidden: the widths of the hidden layers: `[128] * 6` is six layers, 128 is one.
    activation: a class of `nn`, or a function that makes a module that works number by number:
        `lambda: nn.LeakyReLU(0.1)`.
    dropout: the share of activations that is dropped in training.
    residual: add what each hidden layer after the first computes to what it received; all widths
        must then be equal. `scale` is the s of the addition, by default 1/√(number of additions).
    norm: a layer norm in front of each activation.

    Weights start as the activation wants them (`start_`), biases at zero.
    ValueError for widths, shares or inputs that do not fit.
    """

    def __init__(self, inputs, outputs, hidden=(64, 64), activation=nn.ReLU, dropout=0.0,
                 residual=False, scale=None, norm=False):  # fmt: skip
        super().__init__()
        hidden = list(hidden) if hasattr(hidden, "__iter__") else [hidden]
        _check(hidden, activation, dropout, residual, scale)
        inputs, outputs = whole("inputs", inputs), whole("outputs", outputs)
        hidden = [whole("hidden", width) for width in hidden]
        self.inputs = inputs
        if scale is None:
            scale = max(1, len(hidden) - 1) ** -0.5

        def onward(width, out):
            """What stands between two sums: norm, activation, dropout, weights."""
            act = activation()
            if getattr(act, "inplace", False):  # the sums would change under the addition
                raise ValueError(f"activation: expected one that leaves its input, got {act}")
            parts = [nn.LayerNorm(width)] if norm else []
            parts += [act, nn.Dropout(dropout)] if dropout else [act]
            return [*parts, start_(nn.Linear(width, out), act)]

        layers = [start_(nn.Linear(inputs, hidden[0]))]
        for width, out in pairwise(hidden):
            parts = onward(width, out)
            layers += [Residual(parts, scale)] if residual else parts
        self.layers = nn.Sequential(*layers, *onward(hidden[-1], outputs))

    def forward(self, x):
        last_axis("x", x, self.inputs)
        return self.layers(x)

    def sums(self, x):
        """The weighted sums of the hidden layers, first layer first: [z₁ (…, D₁), z₂ (…, D₂), …].

        A ReLU unit whose sum is at most 0 on all training examples is dead.
        """
        last_axis("x", x, self.inputs)
        found = []
        for layer in self.layers:
            x = layer(x)
            if isinstance(layer, nn.Linear | Residual):
                found.append(x)
        return found[:-1]  # the last are the logits


class Residual(nn.Module):
    """z (…, D) → z + scale · branch(z) (…, D), the branch being modules in a row."""

    def __init__(self, branch, scale):
        super().__init__()
        self.branch, self.scale = nn.Sequential(*branch), scale

    def forward(self, z):
        return z + self.scale * self.branch(z)


def start_(layer, activation=None):
    """Draw the weights of a linear layer, set its bias to zero; returns the layer.

    activation: the module in front of it. After tanh and the sigmoid Xavier's variance,
    2 / (fan_in + fan_out); after all others g² / fan_in, which keeps the mean square of the sums
    (`gain`; for ReLU that is He's 2 / fan_in). Without one, as in the first layer, 1 / fan_in.
    """
    if isinstance(activation, nn.Tanh | nn.Sigmoid):
        nn.init.xavier_normal_(layer.weight)
    else:
        nn.init.normal_(layer.weight, std=gain(activation) / sqrt(layer.in_features))
    nn.init.zeros_(layer.bias)
    return layer


def gain(activation=None):
    """g with g² E[φ(z)²] = 1 for z of mean 0 and variance 1: √2 for ReLU, 1.53 for GELU.

    The integral is a sum over 20,001 points of [-10, 10], as in chapter 05.
    """
    if activation is None:
        return 1.0
    z = torch.linspace(-10, 10, 20_001)
    density = torch.exp(-(z**2) / 2)
    with torch.no_grad():
        kept = (activation(z) ** 2 * density).sum() / density.sum()
    return float(kept) ** -0.5


def example(size=1):
    """A small model with everything on, and a batch of 4 · size rows for it."""
    torch.manual_seed(0)
    model = MLP(5, 3, hidden=[8, 8, 8], activation=nn.GELU, residual=True, norm=True)
    return model, (torch.randn(4 * size, 5),)


def _check(hidden, activation, dropout, residual, scale):
    if not hidden:
        raise ValueError("hidden: expected at least one width, got none")
    if not callable(activation) or isinstance(activation, nn.Module):
        wanted = "a class such as nn.ReLU, or a function that makes a module"
        raise ValueError(f"activation: expected {wanted}, got {activation!r}")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout: expected a share from 0 to below 1, got {dropout}")
    if residual and len(set(hidden)) > 1:
        raise ValueError(f"hidden: residual connections need equal widths, got {hidden}")
    if scale is not None and not (residual and -inf < scale < inf):
        raise ValueError(
            "scale: expected a finite number, and residual=True, "
            f"got scale={scale}, residual={residual}"
        )
