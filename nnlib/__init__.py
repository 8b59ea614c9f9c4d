"""nnlib: neural networks to read, run and take apart.

Architectures are written once, in plain PyTorch style, and run on PyTorch or on
nnlib's own NumPy engine (`nnlib.backend`). Everything below is imported when it is
first used, so that `import nnlib` loads neither torch nor matplotlib.
"""

from importlib import import_module

__version__ = "0.1.0"

# name → the module that defines it. No module may bear the name of an export: importing
# `nnlib.setup` as a module would put that module where the function stands.
_EXPORTS = {
    "setup": "nnlib.session",
    "choose": "nnlib.session",
    "device": "nnlib.backend",
    "fit": "nnlib.train",
    "recorded": "nnlib.records",
    "source": "nnlib.sourcecode",
    "show": "nnlib.grading",
    "check": "nnlib.grading",
    "hint": "nnlib.grading",
    "edition": "nnlib.grading",
    "quiz": "nnlib.quizzes",
}
_MODULES = {
    "backend",
    "catalog",
    "data",
    "engine",
    "plots",
    "scratch",
    "session",
    "simulations",
    "tables",
    "towers",
    "train",
}

__all__ = ["__version__", *_EXPORTS]


def __getattr__(name):
    if name in _EXPORTS:
        value = getattr(import_module(_EXPORTS[name]), name)
    elif name in _MODULES:
        value = import_module(f"nnlib.{name}")
    else:
        raise AttributeError(f"module 'nnlib' has no attribute {name!r}")
    globals()[name] = value  # found once, then an ordinary attribute
    return value


def __dir__():
    return sorted({*globals(), *__all__, *_MODULES})
