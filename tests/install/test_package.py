"""The package: complete, sparing in what it asks for, and whole without PyTorch."""

import ast
import os
import re
import sys
import zipfile

import pytest
from packaging.requirements import Requirement

from tests.install.places import HERE, PYPROJECT, QUIET, ROOT, WITHOUT_TORCH, package_files, run

PROJECT = PYPROJECT["project"]
MODULES = {
    "pyyaml": "yaml",
    "pyzmq": "zmq",
    "ipython": "IPython",
}  # distributions that are imported by another name
BUILDS_THE_BOOK = {"docutils", "myst_nb"}  # nnlib.simulations.page is loaded by Sphinx alone


def imported():
    """The third-party packages that nnlib's sources import."""
    names = set()
    for path in (ROOT / "nnlib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"nnlib"}


def test_what_is_imported_is_declared_and_nothing_else():
    def modules(requirements):
        names = {Requirement(r).name for r in requirements}
        return {MODULES.get(name, name) for name in names}

    needed = modules(PROJECT["dependencies"])
    optional = modules(r for extra in PROJECT["optional-dependencies"].values() for r in extra)
    found = imported() - BUILDS_THE_BOOK
    assert needed <= found, "declared, but not imported"
    assert found <= needed | optional, "imported, but not declared"


def test_the_pinned_versions_lie_in_the_declared_ranges():
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements.txt").read_text(), re.M)
    pinned = {name.lower(): version for name, version in pins}
    extras = [r for extra in PROJECT["optional-dependencies"].values() for r in extra]
    for requirement in map(Requirement, PROJECT["dependencies"] + extras):
        if requirement.name != PROJECT["name"]:  # an extra that takes in another one
            assert requirement.specifier.contains(pinned[requirement.name]), requirement


def test_only_intel_macs_do_without_torch():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (torch,) = (Requirement(line) for line in lines if line.startswith("torch=="))
    places = {("darwin", "x86_64"): False, ("darwin", "arm64"): True, ("linux", "x86_64"): True}
    for (system, machine), wanted in (places | {("win32", "AMD64"): True}).items():
        there = {"sys_platform": system, "platform_machine": machine}
        assert torch.marker.evaluate(there) == wanted, there


@pytest.mark.slow
def test_every_module_may_be_imported_first():
    names = [name[:-3] for name in package_files() if re.fullmatch(r"nnlib/[\w/]+\.py", name)]
    modules = [n.replace("/", ".").removesuffix(".__init__") for n in names if "__main__" not in n]
    code = """if True:
        import importlib, sys
        for module in sys.argv[1:]:
            for name in [n for n in sys.modules if n.partition(".")[0] == "nnlib"]:
                del sys.modules[name]
            importlib.import_module(module)
    """
    env = os.environ | {"PYTHONPATH": WITHOUT_TORCH, "NNLIB_BACKEND": "numpy"}
    run(sys.executable, "-c", code, *modules, cwd=ROOT, env=env)


@pytest.mark.slow
def test_the_wheel_carries_every_file_and_no_other(wheel):
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == {name for name in package_files() if name.startswith("nnlib/")}
    suffixes = {name.rpartition(".")[2] for name in packed}
    assert suffixes >= {"py", "js", "css", "json", "npz", "yml", "ipynb", "mplstyle"}


@pytest.mark.slow
def test_a_reader_without_torch_gets_all_of_it(wheel, tmp_path):
    """In this environment's packages; in those that pip chooses: test_pythons.py."""
    site = tmp_path / "site"
    install = ("install", *QUIET, "--no-deps", "--target", site, wheel)
    run(sys.executable, "-m", "pip", *install)
    env = os.environ | {"PYTHONPATH": os.pathsep.join([WITHOUT_TORCH, str(site)])}
    env.pop("NNLIB_BACKEND", None)
    told = run(sys.executable, HERE / "reader.py", cwd=tmp_path, env=env)
    assert "engine: NumPy" in told and "ok: command line answers" in told
