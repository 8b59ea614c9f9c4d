"""Beside the versions that Colab publishes nnlib installs without changing one, and works.

`colab_versions.json` is that part of Colab's list which nnlib and a kernel need; the real Colab,
with its GPU and its own widget manager, is not to be had here.
"""

import json
import os

import nbformat
import pytest
import settings
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from nnlib import simulations
from tests.install.places import (
    AS_IN_COLAB,
    HERE,
    QUIET,
    ROOT,
    environment,
    frozen,
    interpreters,
    run,
)

COLAB = json.loads((HERE / "colab_versions.json").read_text(encoding="utf-8"))
NOTEBOOKS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("book", "solutions")
    for path in (ROOT / folder).rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
ALL_SIMULATIONS = """\
from nnlib import simulations
from IPython.display import display
for name in simulations.__all__:
    display(getattr(simulations, name)())"""


@pytest.mark.parametrize("requirement", settings.PROJECT["dependencies"])
def test_colabs_version_is_one_that_nnlib_takes(requirement):
    wanted = Requirement(requirement)
    assert wanted.specifier.contains(COLAB["packages"][wanted.name])


def test_colabs_python_and_torch_are_taken_too():
    assert SpecifierSet(settings.PROJECT["requires-python"]).contains(COLAB["python"])
    (torch,) = map(Requirement, settings.PROJECT["optional-dependencies"]["torch"])
    assert torch.specifier.contains(COLAB["packages"]["torch"])


@pytest.fixture(scope="module")
def colab(sources, tmp_path_factory):
    """Colab's versions without torch: (interpreter, variables that lead pip to our sources).

    The setup cell's address is answered by a repository made of this working tree.
    """
    version = COLAB["python"].rpartition(".")[0]
    if version not in interpreters():
        pytest.skip(f"Colab's Python {version} is not on this machine")
    folder = tmp_path_factory.mktemp("colab")
    python = environment(folder / "env", interpreters()[version])
    pins = [f"{name}=={version}" for name, version in COLAB["packages"].items() if name != "torch"]
    run(python, "-m", "pip", "install", *QUIET, *pins)
    run(python, "-m", "pip", "uninstall", "-y", "jedi")  # Colab has IPython without it
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "as it stands"]):
        run("git", *command, cwd=sources)
    env = {name: value for name, value in os.environ.items() if not name.startswith("NNLIB_")}
    env |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{sources.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": settings.REPOSITORY,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "OMP_NUM_THREADS": "1",
    }
    return python, env


def executed(notebook, folder, python, env):
    """The notebook, run in a kernel of that interpreter."""
    path = folder / "notebook.ipynb"
    nbformat.write(notebook, path)
    options = ("--inplace", "--kernel_name=python3", "--timeout=300")
    run(python, "-m", "jupyter", "execute", *options, path, cwd=folder, env=env)
    return nbformat.read(path, as_version=4)


@pytest.mark.release
def test_the_setup_cell_installs_nnlib_and_changes_no_version(colab, tmp_path):
    python, env = colab
    before = frozen(python)
    cells = [settings.setup_cell(), nbformat.v4.new_code_cell(ALL_SIMULATIONS)]
    env = env | {"PYTHONPATH": AS_IN_COLAB}
    nb = executed(nbformat.v4.new_notebook(cells=cells), tmp_path, python, env)
    after = frozen(python)
    assert {name: after.get(name) for name in before} == before
    assert set(after) - set(before) == {settings.DISTRIBUTION, "jedi"}  # IPython's own, see above
    said, shown = ("".join(o.get("text", "") for o in cell.outputs) for cell in nb.cells)
    assert f"engine: NumPy {COLAB['packages']['numpy']}" in said
    assert "custom widget manager enabled" in shown
    states = nb.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    scripts = [s["state"]["_esm"] for s in states if "_esm" in s["state"]]
    assert len(scripts) == len(simulations.__all__) and all(
        "render" in script for script in scripts
    )


@pytest.mark.release
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebook_runs(name, colab, sources, tmp_path):
    python, env = colab
    if settings.DISTRIBUTION not in frozen(python):  # this test alone, without the one above
        run(python, "-m", "pip", "install", *QUIET, sources)
    executed(nbformat.read(ROOT / name, as_version=4), tmp_path, python, env)
    if name.startswith("solutions/"):
        run(python, "-m", "nnlib", "check", "--here", ROOT / name, cwd=tmp_path, env=env)
