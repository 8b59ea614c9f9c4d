"""Beside the versions that Colab publishes nnlib installs without changing one, and works.

`colab_versions.json` is that part of Colab's list which nnlib and a kernel need; the real Colab,
with its GPU and its own widget manager, is not to be had here: docs/colab-checklist.md.
"""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
import settings
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from nnlib import simulations
from tests.install import colabpage
from tests.install.places import (
    AS_IN_COLAB,
    HERE,
    QUIET,
    ROOT,
    WITHOUT_NNLIB,
    environment,
    frozen,
    interpreters,
    notebooks,
    run,
)
from tests.simulations.test_kernel import SIMULATIONS

COLAB = json.loads((HERE / "colab_versions.json").read_text(encoding="utf-8"))
ALL_SIMULATIONS = """\
from nnlib import simulations
from IPython.display import display
for name in simulations.__all__:
    display(getattr(simulations, name)(predict=False))"""
NO_ANSWER = "Not written yet"  # what nnlib says of an exercise as it is given


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
    """Colab's versions without torch: (interpreter, variables for what is started with it).

    The setup cell's address is answered by a repository made of this working tree. nbval lies in a
    folder of its own, so that the environment stays as Colab's.
    """
    version = COLAB["python"].rpartition(".")[0]
    if version not in interpreters():
        pytest.skip(f"Colab's Python {version} is not on this machine")
    folder = tmp_path_factory.mktemp("colab")
    python = environment(folder / "env", interpreters()[version])
    pins = [f"{name}=={version}" for name, version in COLAB["packages"].items() if name != "torch"]
    run(python, "-m", "pip", "install", *QUIET, *pins)
    run(python, "-m", "pip", "uninstall", "-y", "jedi")  # Colab has IPython without it
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    nbval = [line for line in lines if line.startswith(("nbval==", "coverage=="))]
    run(python, "-m", "pip", "install", *QUIET, "--no-deps", "--target", folder / "nbval", *nbval)
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
        "PYTHONPATH": os.pathsep.join([AS_IN_COLAB, str(folder / "nbval")]),
    }
    return python, env


def executed(cells, folder, python, env, *options):
    """A notebook of these cells, run in a kernel of that interpreter."""
    path = folder / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    options = ("--inplace", "--kernel_name=python3", "--timeout=300", *options)
    run(python, "-m", "jupyter", "execute", *options, path, cwd=folder, env=env)
    return nbformat.read(path, as_version=4)


def without_nnlib(python):
    """As a fresh machine of Colab: nnlib is not there, nor what came with it."""
    run(python, "-m", "pip", "uninstall", "-y", settings.DISTRIBUTION, "jedi", "parso")
    return frozen(python)


def explanation(nb):
    """The last cell's error, which has to be a sentence below a traceback of the cell alone."""
    (error,) = [o for o in nb.cells[-1].outputs if o.output_type == "error"]
    assert error.ename == "RuntimeError"
    assert "During handling" not in "".join(error.traceback)
    assert len("\n".join(error.traceback).splitlines()) < 20
    return error.evalue


def test_on_a_laptop_without_nnlib_the_first_cell_says_what_to_do(tmp_path):
    env = os.environ | {"PYTHONPATH": WITHOUT_NNLIB}
    nb = executed([settings.setup_cell()], tmp_path, sys.executable, env, "--allow-errors")
    said = explanation(nb)
    assert said.startswith("nnlib is not installed here.") and said.endswith(settings.REPOSITORY)
    assert "On your own machine" in said


@pytest.mark.release
def test_in_colab_an_address_that_does_not_answer_is_explained(colab, tmp_path):
    python, env = colab
    before = without_nnlib(python)
    env = env | {"GIT_CONFIG_KEY_0": f"url.{(tmp_path / 'nothing').as_uri()}.insteadOf"}
    nb = executed([settings.setup_cell()], tmp_path, python, env, "--allow-errors")
    assert "In Colab: pip says why" in explanation(nb)
    said = "".join(o.get("text", "") for o in nb.cells[-1].outputs)
    assert "does not appear to be a git repository" in said or "not exist" in said, "pip's reason"
    assert frozen(python) == before


@pytest.fixture(scope="module")
def first_notebook(colab, tmp_path_factory):
    """(versions before, the executed setup cell, all simulations, doctor; versions after)."""
    python, env = colab
    before = without_nnlib(python)
    sources = (ALL_SIMULATIONS, "%run -m nnlib.doctor")
    cells = [settings.setup_cell(), *map(nbformat.v4.new_code_cell, sources)]
    nb = executed(cells, tmp_path_factory.mktemp("first"), python, env)
    return before, nb, frozen(python)


@pytest.mark.release
def test_the_setup_cell_installs_nnlib_and_changes_no_version(first_notebook):
    before, nb, after = first_notebook
    assert {name: after.get(name) for name in before} == before
    assert set(after) - set(before) == {settings.DISTRIBUTION, "jedi", "parso"}  # IPython's
    said, shown, report = ("".join(o.get("text", "") for o in cell.outputs) for cell in nb.cells)
    assert f"engine: NumPy {COLAB['packages']['numpy']}" in said
    assert "device: cpu" in said and "Change runtime type" in said
    assert "custom widget manager enabled" in shown
    assert "Colab\n" in report and "All that the course needs is here." in report


@pytest.mark.release
@pytest.mark.browser
def test_every_simulation_is_drawn_and_answers(first_notebook, colab, browser, tmp_path):
    """By the front end of Colab's anywidget, from the state that its kernel saved."""
    if not shutil.which("npm"):
        pytest.skip("npm is missing")
    python, _ = colab
    anywidget = python.parents[1] / "share/jupyter/nbextensions/anywidget/index.js"
    page = colabpage.page(first_notebook[1], anywidget, tmp_path)
    context, asked, errors = browser.new_context(), [], []
    tab = context.new_page()
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    assert list(SIMULATIONS) == list(simulations.__all__)
    tab.locator(".nn-sim").nth(len(SIMULATIONS) - 1).wait_for()
    for i, (slider, answer, _, _) in enumerate(SIMULATIONS.values()):
        simulation = tab.locator(".nn-sim").nth(i)
        before = drawn(simulation)
        simulation.get_by_role("slider", name=slider, exact=True).focus()
        for _ in range(4):
            tab.keyboard.press("ArrowRight")
        simulation.get_by_text(answer).first.wait_for()
        assert drawn(simulation) != before
    context.close()
    assert errors == [] and all(url.startswith(("file:", "blob:")) for url in asked)


def drawn(simulation):
    """The picture of what is drawn in it, once there are shapes with a size of their own."""
    shapes = simulation.locator("svg :is(path, line, circle):visible, canvas:visible")
    shapes.first.wait_for()
    return shapes.count() and simulation.screenshot()


@pytest.mark.release
@pytest.mark.parametrize("name", notebooks("book", "solutions"))
def test_nbval_finds_every_chapter_and_solution_right(name, first_notebook, colab, tmp_path):
    python, env = colab
    done = nbval(name, tmp_path, python, env)
    assert done.returncode == 0, done.stdout[-3000:]
    if name.startswith("solutions/"):
        run(python, "-m", "nnlib", "check", ROOT / name, cwd=tmp_path, env=env)


@pytest.mark.release
@pytest.mark.parametrize("name", notebooks("exercises"))
def test_an_untouched_exercise_is_said_to_be_unanswered(name, first_notebook, colab, tmp_path):
    python, env = colab
    done = nbval(name, tmp_path, python, env)
    assert done.returncode == 1 and "NotImplementedError" in done.stdout
    command = [python, "-m", "nnlib", "check", "--json", ROOT / name]
    told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env)
    questions = json.loads(told.stdout)["questions"]
    assert told.returncode == 1 and questions
    assert all(NO_ANSWER in question["message"] for question in questions)


def nbval(name, folder, python, env):
    """pytest with nbval on a copy of the notebook, away from this repository's settings."""
    shutil.copyfile(ROOT / name, folder / "notebook.ipynb")
    options = ("-p", "no:cacheprovider", "--nbval-lax", "--nbval-cell-timeout=300")
    command = [python, "-m", "pytest", "-q", *options, "notebook.ipynb"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env)
