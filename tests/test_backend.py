"""One switch: which engine, and what it says when the choice is wrong."""

import os
import subprocess
import sys

import pytest
import torch

from nnlib.testing import load


def python(code, backend=None, *options):
    environment = {k: v for k, v in os.environ.items() if k != "NNLIB_BACKEND"}
    if backend is not None:
        environment["NNLIB_BACKEND"] = backend
    return subprocess.run(
        [sys.executable, *options, "-c", code], env=environment, capture_output=True, text=True
    )


# An import system without PyTorch, as on a machine that does not have it.
NO_TORCH = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "torch" else find(name, *rest)
sys.modules["torch"] = None
"""


def test_with_torch_the_names_are_torchs_own_modules():
    code = (
        "import torch as T; from nnlib import backend; from nnlib.backend import torch, nn, F\n"
        "assert torch is T and nn is T.nn and F is T.nn.functional and backend.name == 'torch'\n"
        "assert torch.utils.data.DataLoader and torch.optim.lr_scheduler.StepLR\n"
        "assert isinstance(backend.device(), T.device); print(backend.device())"
    )
    for backend in (None, "", "torch"):
        done = python(code, backend)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() in ("cpu", "cuda", "mps")


def test_numpy_by_choice_and_without_torch():
    code = (
        "from nnlib import backend; from nnlib.backend import torch, nn, F; import sys, nnlib\n"
        "import nnlib.engine as E, nnlib.engine.nn.functional\n"
        "assert torch is E and nn is E.nn and F is E.nn.functional and backend.name == 'numpy'\n"
        "assert not sys.modules.get('torch'); assert str(nnlib.device()) == 'cpu'\n"
        "assert torch.utils.data.DataLoader and torch.optim.lr_scheduler.StepLR\n"
        "print(nn.Linear(2, 1)(torch.ones(3, 2)).shape)"
    )
    for prefix, backend in (("", "numpy"), (NO_TORCH, None), (NO_TORCH, "numpy")):
        done = python(prefix + code, backend)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == "torch.Size([3, 1])"


def test_a_wrong_value_says_what_to_do():
    done = python("import nnlib.backend", "tensorflow")
    assert done.returncode
    for part in ("NNLIB_BACKEND", "'tensorflow'", "'torch'", "'numpy'", "unset"):
        assert part in done.stderr


def test_a_missing_torch_says_what_to_do():
    done = python(NO_TORCH + "import nnlib.backend", "torch")
    assert done.returncode
    for part in ("PyTorch is not installed", "pip install torch", "NNLIB_BACKEND=numpy"):
        assert part in done.stderr


@pytest.mark.parametrize("backend", ("torch", "numpy"))
def test_warnings_are_errors_and_nothing_warns(backend):
    done = python("import nnlib.backend", backend, "-W", "error")
    assert done.returncode == 0, done.stderr


def test_the_fastest_device_is_chosen(monkeypatch):
    backend = load("nnlib.backend", "torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert str(backend.device()) == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert str(backend.device()) == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert str(backend.device()) == "cuda"
    assert str(load("nnlib.backend", "numpy").device()) == "cpu"
