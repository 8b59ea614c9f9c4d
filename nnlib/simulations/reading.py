"""A reader's own network, read for a simulation: parameters as nnlib.scratch wants them."""

from itertools import pairwise

import numpy as np

# Class names in torch.nn and nnlib.engine.nn → names in nnlib.scratch.
MODULES = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "Softplus": "softplus",
    "GELU": "gelu",
    "SiLU": "silu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Identity": "identity",
}
SETTINGS = {"negative_slope": 0.01, "alpha": 1.0, "beta": 1.0, "threshold": 20.0}
EXPECTED = (
    "expected parameters [(W, b), …] as nnlib.scratch has them, or an nn.Sequential that "
    "alternates Linear and one kind of activation, and ends with Linear"
)


def plain(value):
    """Arrays, tensors and tuples as nested lists of floats; text and whole numbers as they are."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    return [plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def numbers(name, value):
    """`value` as an array of finite floats, or a ValueError that says what it is."""
    try:
        array = np.array(plain(value), dtype=float)
    except (TypeError, ValueError):  # text, or rows of several lengths
        raise ValueError(f"{name}: expected an array of numbers, got {value!r}") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers, got {array[~np.isfinite(array)][0]}")
    return array


def read_network(model, activation=None):
    """(params, activation name) of `model`: [(W (m, n), b (m,)), …] in float64.

    model        [(W, b), …], or an nn.Sequential of Linear and activations, of either engine
    activation   the name that parameters alone do not tell; "tanh" if left out
    Raises ValueError for anything else, and names the layer.
    """
    if activation is not None and activation not in MODULES.values():
        names = list(MODULES.values())
        raise ValueError(f"activation: expected one of {names}, got {activation!r}")
    if isinstance(model, list | tuple):
        return _chain(model), activation or "tanh"
    try:
        layers = list(model)
    except TypeError:
        raise ValueError(f"model: {EXPECTED}; got {type(model).__name__}") from None
    linears, between = layers[::2], layers[1::2]
    for at, layer in enumerate(layers):
        if (at % 2 == 0) != hasattr(layer, "weight") or (at % 2 and _kind(layer) not in MODULES):
            raise ValueError(f"model: {EXPECTED}; got {_kind(layer)} in place {at}")
        _check_settings(layer)
    kinds = {MODULES[_kind(layer)] for layer in between}
    if len(layers) % 2 == 0 or len(kinds) > 1:
        raise ValueError(f"model: {EXPECTED}; got {', '.join(map(_kind, layers)) or 'nothing'}")
    params = _chain([(layer.weight, layer.bias) for layer in linears])
    return params, kinds.pop() if kinds else "identity"


def _chain(pairs):
    """The layers as arrays; each must take as many inputs as the one before has units."""
    if not pairs:
        raise ValueError(f"model: {EXPECTED}; got no layers")
    params = [_layer(number, pair) for number, pair in enumerate(pairs, start=1)]
    for number, ((below, _), (W, _)) in enumerate(pairwise(params), start=2):
        if W.shape[1] != len(below):
            raise ValueError(
                f"model: layer {number}: expected {len(below)} inputs, the units of layer "
                f"{number - 1}, got W of shape {W.shape}"
            )
    return params


def _layer(number, pair):
    try:
        W, b = pair
    except (TypeError, ValueError):
        raise ValueError(f"model: {EXPECTED}; layer {number} is {type(pair).__name__}") from None
    W = numbers(f"model: W of layer {number}", W)
    b = np.zeros(len(W)) if b is None else numbers(f"model: b of layer {number}", b)
    if W.ndim != 2 or b.shape != W.shape[:1]:
        raise ValueError(
            f"model: layer {number}: expected W (units, inputs) and b (units,), "
            f"got {W.shape} and {b.shape}"
        )
    return W, b


def _check_settings(layer):
    """Only the settings that the activation of that name has in nnlib.scratch."""
    for name, usual in SETTINGS.items():
        if getattr(layer, name, usual) != usual:
            raise ValueError(
                f"model: {_kind(layer)} with {name}={getattr(layer, name)} cannot be shown; "
                f"expected {name}={usual}"
            )
    if getattr(layer, "approximate", "none") != "none":
        raise ValueError("model: GELU with approximate='tanh' cannot be shown; expected 'none'")


def _kind(layer):
    return type(layer).__name__
