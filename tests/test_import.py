"""`import nnlib` is quick and loads nothing heavy."""

import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

import nnlib

ROOT = Path(__file__).parents[1]


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_heavy_is_imported():
    loaded = set(run("import nnlib, sys; print(*sys.modules)").split())
    assert not loaded & {
        "torch",
        "matplotlib",
        "IPython",
        "numpy",
        "anywidget",
        "ipywidgets",
        "yaml",
    }


def test_import_takes_less_than_a_third_of_a_second():
    # the best of three: another process may hold the core for a moment
    code = "import time; t = time.perf_counter(); import nnlib; print(time.perf_counter() - t)"
    assert min(float(run(code)) for _ in range(3)) < 0.3


def test_scratch_and_data_need_neither_torch_nor_matplotlib():
    loaded = set(run("import nnlib.scratch, nnlib.data, sys; print(*sys.modules)").split())
    assert not loaded & {"torch", "matplotlib", "IPython"}


def test_the_version_is_the_distributions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert nnlib.__version__ == project["version"]


@pytest.mark.parametrize("name", sorted(nnlib._EXPORTS))
def test_every_export_is_there_and_no_module_shadows_it(name):
    assert callable(getattr(nnlib, name))
    assert name in dir(nnlib)
    assert find_spec(f"nnlib.{name}") is None, "importing the module would replace the function"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = nnlib.nothing_like_it
