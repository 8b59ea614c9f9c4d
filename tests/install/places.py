"""Where nnlib is installed in these tests: the Pythons found, environments of their own."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "install"
WITHOUT_TORCH = str(HERE / "without_torch")  # each of these three for PYTHONPATH
WITHOUT_NNLIB = str(HERE / "without_nnlib")
AS_IN_COLAB = str(HERE / "as_in_colab")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROMISED = [c.rpartition(" ")[2] for c in PYPROJECT["project"]["classifiers"]]  # "3.11" …
PACKAGE = ("nnlib", "pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT.md")
QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")


def run(*command, **options):
    """Its standard output; what it said on standard error is the message of a failure."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def interpreters():
    """{"3.12": its executable} for the promised Pythons on PATH or beside our own."""
    beside = Path(sys.base_prefix).parent
    found = {}
    for version in PROMISED:
        named = shutil.which(f"python{version}")
        neighbours = sorted(beside.glob(f"*/bin/python{version}"), reverse=True)
        candidates = [named, *neighbours, sys.executable]
        running = next((c for c in candidates if c and _version(c) == version), None)
        if running:
            found[version] = str(running)
    return found


def _version(executable):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()  # empty for a launcher that stands for nothing


def notebooks(*folders):
    """The committed notebooks of these folders, as "book/foundations/04_backprop.ipynb"."""
    found = run("git", "ls-files", *(f"{folder}/*.ipynb" for folder in folders), cwd=ROOT)
    return sorted(found.splitlines())


def environment(folder, python):
    """A new virtual environment; returns its interpreter."""
    run(python, "-m", "venv", folder)
    return next(p for p in (folder / "bin/python", folder / "Scripts/python.exe") if p.exists())


def frozen(python):
    """{name: version} of all that is installed there."""
    lines = run(python, "-m", "pip", "list", "--format=freeze").split()
    return {
        name.lower().replace("_", "-"): version for name, version in (x.split("==") for x in lines)
    }


def package_files():
    """Every file that the distribution is built from, as git sees the working tree."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGE]
    names = run(*command, cwd=ROOT).splitlines()
    return [name for name in names if (ROOT / name).is_file()]


def copy_package(folder):
    """The sources without what lies about unseen by git, which a build would pack too."""
    for name in package_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return folder
