"""What the first cell of every notebook does: nnlib.setup and nnlib.choose."""

import os
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import nnlib
from nnlib import session

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    monkeypatch.delenv("NNLIB_MODE", raising=False)
    monkeypatch.setattr(session, "_chosen", None)
    monkeypatch.setenv("MATPLOTLIBRC", os.environ.get("MATPLOTLIBRC", ""))


def run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_one_line_says_what_is_running(capsys):
    nnlib.setup()
    import torch

    engine = f"PyTorch {torch.__version__.partition('+')[0]}"
    assert capsys.readouterr().out == (
        f"nnlib {nnlib.__version__} · engine: {engine} · device: {session.running()[1]} · quick\n"
    )


def test_without_torch_the_numpy_engine_is_named():
    out = run("import nnlib; nnlib.setup(mode='full')", NNLIB_BACKEND="numpy")
    assert out == (
        f"nnlib {nnlib.__version__} · engine: NumPy {np.__version__} · device: cpu · full\n"
    )


def test_a_gpu_is_named(monkeypatch, capsys):
    """Of PyTorch only what it answers about a GPU is made up."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    nnlib.setup()
    assert " · device: cuda (Tesla T4) · quick\n" in capsys.readouterr().out


@pytest.mark.parametrize("gpu", [False, True])
def test_in_colab_one_learns_how_to_have_a_gpu(gpu, monkeypatch, capsys):
    import torch

    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    nnlib.setup()
    said = capsys.readouterr().out.splitlines()[1:]
    assert len(said) == (0 if gpu else 1) and all("Change runtime type" in line for line in said)


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_the_seed_fixes_every_generator(backend):
    code = (
        "import nnlib, random, numpy as np; nnlib.setup(seed=7);"
        "from nnlib.backend import torch; print(random.random(), np.random.rand(), torch.rand(2))"
    )
    first = run(code, NNLIB_BACKEND=backend)
    assert first == run(code, NNLIB_BACKEND=backend)
    assert first != run(code.replace("seed=7", "seed=8"), NNLIB_BACKEND=backend)


def test_the_seed_in_this_process(capsys):
    nnlib.setup(seed=3)
    assert random.random() == random.Random(3).random()
    assert np.random.rand() == np.random.RandomState(3).rand()


def test_the_mode_is_the_arguments_then_the_environments_then_quick(monkeypatch, capsys):
    assert session.current_mode() == "quick"
    monkeypatch.setenv("NNLIB_MODE", "tiny")
    assert session.current_mode() == "tiny"
    nnlib.setup(mode="full")
    assert session.current_mode() == "full"
    nnlib.setup()
    assert session.current_mode() == "tiny"


@pytest.mark.parametrize("mode, value", [("tiny", 1), ("quick", 2), ("full", 3)])
def test_choose_follows_the_mode(monkeypatch, mode, value):
    monkeypatch.setenv("NNLIB_MODE", mode)
    assert nnlib.choose(tiny=1, quick=2, full=3) == value
    assert nnlib.choose(quick=2) == 2
    assert nnlib.choose(quick=2, full=None, tiny=None) == (2 if mode == "quick" else None)


def test_a_wrong_mode_is_refused(monkeypatch):
    with pytest.raises(ValueError, match=r"mode: .*tiny, quick, full, got 'fast'"):
        nnlib.setup(mode="fast")
    monkeypatch.setenv("NNLIB_MODE", "slow")
    with pytest.raises(ValueError, match=r"NNLIB_MODE: .*got 'slow'"):
        nnlib.choose(quick=1)


@pytest.mark.parametrize("order", ["import matplotlib; {}", "{}; import matplotlib"])
def test_the_style_is_set_whether_matplotlib_comes_first_or_later(order):
    setup = "import nnlib; nnlib.setup()"
    code = "; print(matplotlib.rcParams['axes.spines.top'], matplotlib.rcParams['svg.fonttype'])"
    assert run(order.format(setup) + code).splitlines()[-1] == "False none"


def test_setup_does_not_import_matplotlib():
    out = run("import nnlib, sys; nnlib.setup(); print('matplotlib' in sys.modules)")
    assert out.splitlines()[-1] == "False"


def test_a_browser_takes_its_own_value_in_place_of_quick(monkeypatch):
    monkeypatch.setattr(session, "IN_BROWSER", True)
    monkeypatch.setenv("NNLIB_MODE", "quick")
    assert nnlib.choose(quick=20, browser=3) == 3 and nnlib.choose(quick=20) == 20
    monkeypatch.setenv("NNLIB_MODE", "tiny")
    assert nnlib.choose(quick=20, tiny=2, browser=3) == 2
