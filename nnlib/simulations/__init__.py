"""The book's simulations: the same class lives on the static page, in JupyterLab and in Colab.

    from nnlib.simulations import ActivationGallery
    ActivationGallery(activation="gelu", z=-0.5)

Each is an anywidget: a Python class with documented traits, synced both ways with a small script
(`js/`, bundled into `bundles/`) that computes the same numbers as `nnlib.scratch`.
"""

from importlib import import_module

_WHERE = {
    "ActivationGallery": "activation_gallery",
    "ForwardBackward": "forward_backward",
    "BackpropBlame": "backprop_blame",
    "NetworkLearns": "network_learns",
}
__all__ = list(_WHERE)


def __getattr__(name):
    if name not in _WHERE:
        raise AttributeError(f"module 'nnlib.simulations' has no attribute {name!r}")
    return getattr(import_module(f"nnlib.simulations.{_WHERE[name]}"), name)


def __dir__():
    return sorted({*globals(), *__all__})
