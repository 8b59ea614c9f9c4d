"""The one switch between the two engines.

    from nnlib.backend import torch, nn, F

is PyTorch when it is installed, else nnlib's own engine under PyTorch's names; the environment
variable NNLIB_BACKEND (torch or numpy) decides. With PyTorch these names are PyTorch's very
modules: nothing of ours stands between the code and it.
"""

import os
from importlib.util import find_spec


def _choose() -> str:
    chosen = os.environ.get("NNLIB_BACKEND", "").strip()
    if chosen not in ("", "torch", "numpy"):
        raise ValueError(
            f"NNLIB_BACKEND: got {chosen!r}, expected 'torch' or 'numpy'; "
            "unset it to get PyTorch when it is installed and NumPy otherwise"
        )
    installed = find_spec("torch") is not None
    if chosen == "torch" and not installed:
        raise ModuleNotFoundError(
            "NNLIB_BACKEND is 'torch', but PyTorch is not installed: "
            "`pip install torch`, or set NNLIB_BACKEND=numpy to use nnlib's own engine",
            name="torch",
        )
    return chosen or ("torch" if installed else "numpy")


name = _choose()

if name == "torch":
    import torch
    import torch.nn.functional as F
    from torch import nn
else:
    import nnlib.engine as torch
    import nnlib.engine.nn.functional as F
    from nnlib.engine import nn

__all__ = ["F", "device", "name", "nn", "torch"]


def device():
    """The fastest device at hand: CUDA, Apple's MPS, or the CPU (the only one NumPy has)."""
    if name == "torch":
        if torch.cuda.is_available():
            return torch.device("cuda")
        if torch.backends.mps.is_available():
            return torch.device("mps")
    return torch.device("cpu")
