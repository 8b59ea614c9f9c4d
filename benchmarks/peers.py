"""The peers of step 1, with the weights of ours: for benchmarks and for the tests.

Each takes one of our models and returns the public implementation that computes the same.
"""

from torch import nn


def sequential(mlp):
    """PyTorch's own layers in a row, for an MLP with ReLUs and without options."""
    first, *others = [layer for layer in mlp.layers if isinstance(layer, nn.Linear)]
    layers = [nn.Linear(first.in_features, first.out_features)]
    for layer in others:
        layers += [nn.ReLU(), nn.Linear(layer.in_features, layer.out_features)]
    theirs = nn.Sequential(*layers).to(first.weight.dtype)
    weights = mlp.state_dict().values()
    theirs.load_state_dict(dict(zip(theirs.state_dict(), weights, strict=True)))
    return theirs


def pykan(kan):
    raise NotImplementedError


def pytorch_tabnet(tabnet):
    raise NotImplementedError
