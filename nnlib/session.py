"""What the first cell of every notebook does: `nnlib.setup()`, and `nnlib.choose(…)`.

Offline, quiet, and it changes no package. It works alike in a script, in Jupyter, in Colab and
in the browser; there the NumPy engine takes PyTorch's place.
"""

import os
import random
import sys
from pathlib import Path

import numpy as np

import nnlib

IN_BROWSER = sys.platform == "emscripten"
MODES = ("tiny", "quick", "full")
_STYLE = Path(__file__).parent / "style" / "nnlib.mplstyle"
_UNSET = object()
_chosen = None  # the mode that `setup` was given, if any


def setup(seed=0, mode=None):
    """Open a session: seed every generator, set the figures' style, say what is running.

    seed: for Python's, NumPy's and the engine's random numbers.
    mode: "tiny" (tests), "quick" (a page's minute) or "full"; without it the environment
        variable NNLIB_MODE decides, else it is quick.
    """
    global _chosen
    _chosen = _valid(mode, "mode") if mode is not None else None
    from nnlib import backend

    random.seed(seed)
    np.random.seed(seed)
    backend.torch.manual_seed(seed)
    _set_style()
    engine, device = running()
    told = (f"nnlib {nnlib.__version__}", f"engine: {engine}", f"device: {device}", current_mode())
    print(" · ".join(told))
    if device == "cpu" and "google.colab" in sys.modules:
        print("No GPU here, and no chapter needs one. To have one: Runtime → Change runtime type.")
    if IN_BROWSER:
        _skip_cells_that_need_torch()


def _skip_cells_that_need_torch():
    """Where there is no PyTorch a cell that imports it ends with a sentence, not with an error."""
    from IPython import get_ipython

    def say(shell, kind, error, traceback, tb_offset=None):
        if error.name != "torch":
            return shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        print(
            "Skipped: this cell needs PyTorch, which does not run in a browser. "
            "The book's page shows what it gives; on your machine and in Colab it runs."
        )

    if shell := get_ipython():
        shell.set_custom_exc((ModuleNotFoundError,), say)


def running():
    """The engine and the device in words: ("PyTorch 2.13.0", "cuda (Tesla T4)")."""
    from nnlib import backend

    device = str(backend.device())
    if backend.name != "torch":
        return f"NumPy {np.__version__}", device
    if device == "cuda":
        device += f" ({backend.torch.cuda.get_device_name()})"
    return f"PyTorch {backend.torch.__version__.partition('+')[0]}", device  # 2.13.0+cpu → 2.13.0


def current_mode():
    """The mode in force: what `setup` was given, else NNLIB_MODE, else quick."""
    return _chosen or _valid(os.environ.get("NNLIB_MODE") or "quick", "NNLIB_MODE")


def choose(*, quick, full=_UNSET, tiny=_UNSET, browser=_UNSET):
    """The value that fits the mode: `epochs = nnlib.choose(tiny=1, quick=20, full=200)`.

    A mode without a value of its own gets `quick`'s. `browser` takes the place of `quick` where
    Python runs in a browser: matrix products take many times as long there.
    """
    if IN_BROWSER and browser is not _UNSET:
        quick = browser
    value = {"tiny": tiny, "quick": quick, "full": full}[current_mode()]
    return quick if value is _UNSET else value


def _valid(mode, name):
    if mode not in MODES:
        raise ValueError(f"{name}: expected one of {', '.join(MODES)}, got {mode!r}")
    return mode


def _set_style():
    """The style of the book's figures, without importing matplotlib before somebody draws."""
    if "matplotlib" in sys.modules:
        from matplotlib import style

        style.use(_STYLE)
    else:
        os.environ["MATPLOTLIBRC"] = str(_STYLE)  # matplotlib reads it when it is first imported
