"""What `nnlib doctor` says: what is here, what is missing, and the command that mends it.

It needs nothing but Python, so that it answers where nnlib's own requirements are missing:

    nnlib doctor                 in a terminal
    python -m nnlib.doctor       where the line above does not start
    %run -m nnlib.doctor         in a notebook, also in Colab and in the browser: about its kernel

The report names versions and a device; no user, no folder, no machine.
"""

import json
import os
import platform
import re
import shutil
import sys
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

import nnlib

DISTRIBUTION = "nnlib-course"
COURSE = (
    "-c",
    "requirements.txt",
    "-e",
    ".[lab]",
)  # what the README installs in the course's folder
NEEDED = "numpy matplotlib anywidget ipython pyyaml tqdm traitlets typer"
MODULES = {"pyyaml": "yaml", "ipython": "IPython"}  # imported by another name
# What is not needed, but looked for: distribution → what it is for.
USEFUL = {
    "torch": "PyTorch as the engine, some GB; without it nnlib's own computes everything",
    "ipywidgets": "simulations in a notebook",
    "jupyterlab": "opening notebooks on this machine",
    "nbval": "checking a notebook in a process of its own",
}


def examine():
    """Everything found, as plain data.

    {"nnlib": …, "python": …, "platform": …, "place": …, one entry for each package (its version or
    None), "engine": …, "device": …, "missing": [names], "problems": [{"what", "mend"}],
    "notes": [text]}. Problems are what the course does not work with; notes are worth knowing.
    """
    found = {
        "nnlib": nnlib.__version__,
        "python": platform.python_version(),
        "platform": _platform(),
        "place": _place(),
    }
    problems, notes = [], []
    _python(problems, notes)
    needed = _requirements()
    lacking = []
    for name, wanted in needed.items():
        version = found[name] = _version(name)
        if version is None or not _fits(version, wanted):
            here = f"{name} {version}, but nnlib needs {wanted}" if version else f"no {name}"
            lacking.append((here, name + wanted))
    if lacking:
        mend = _install(*(requirement for _, requirement in lacking))
        if _version(DISTRIBUTION) is None and _version_of_course(Path.cwd()):
            mend = _install(*COURSE)  # nnlib lies on the path, and is not installed
        problems.append(_problem("; ".join(here for here, _ in lacking), mend))
    for name, purpose in USEFUL.items():
        found[name] = _version(name)
        if found[name] is None and _is_useful(name):
            notes.append(f"{name} is not installed ({purpose}): {_install(name + _extra(name))}")
    _engine(found, problems, notes)
    _notebooks(found, problems)
    _folder(problems, notes)
    if sys.platform == "linux" and _place() != "Colab" and not shutil.which("bwrap"):
        notes.append("bubblewrap, for `nnlib grade`, is not installed: apt-get install bubblewrap")
    missing = [name for name in (*needed, "engine") if found[name] is None]
    return found | {"missing": missing, "problems": problems, "notes": notes}


def as_text(found):
    """The report as a person reads it, and pastes it into an issue."""
    told = {k: v for k, v in found.items() if k not in ("missing", "problems", "notes")}
    width = 2 + max(map(len, told))
    lines = [f"{name:<{width}}{value or 'not installed'}" for name, value in told.items()]
    for problem in found["problems"]:
        lines += ["", f"✗ {problem['what']}", f"    {problem['mend']}"]
    if found["notes"]:
        lines += ["", *(f"· {note}" for note in found["notes"])]
    many = len(found["problems"])
    all_well = "All that the course needs is here."
    lines += ["", f"{many} to mend, marked ✗ above." if many else all_well]
    return "\n".join(lines)


def _is_useful(name):
    """Whether one could want it here: no PyTorch for an Intel Mac, no JupyterLab in a notebook."""
    if name == "torch" and (platform.system(), platform.machine()) == ("Darwin", "x86_64"):
        return False
    return {"terminal": True, "notebook": name != "jupyterlab"}.get(_place(), False)


def _platform():
    """System and processor without the machine's name: "Linux 6.1, x86_64"."""
    release = platform.mac_ver()[0] or platform.release()
    number = re.match(r"\d+(\.\d+)?|", release)[0]
    return f"{platform.system()} {number}".strip() + f", {platform.machine()}"


def _place():
    """Where this runs: "Colab", "browser", "notebook" or "terminal"."""
    if sys.platform == "emscripten":
        return "browser"
    if "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ:
        return "Colab"
    return "notebook" if "ipykernel" in sys.modules else "terminal"


def _problem(what, mend):
    return {"what": what, "mend": mend}


def _install(*requirements):
    """The command that installs them into the Python that runs this; no path but one in here."""
    wanted = " ".join(r if re.fullmatch(r"[\w.-]+|-.*", r) else f'"{r}"' for r in requirements)
    place = _place()
    if place == "browser":
        return "reload the page; if that does not help, tell us with this report"
    if place != "terminal":
        return f"%pip install {wanted}   (in a cell; then restart the kernel)"
    folder, executable = Path.cwd(), Path(sys.executable or "python")
    if _version_of_course(folder) and "-c" not in requirements:
        wanted = f"-c requirements.txt {wanted}"  # in the versions of the book
    if executable.parent.parent.parent == folder:  # .venv/bin/python
        return f"{executable.relative_to(folder)} -m pip install {wanted}"
    return f"{executable.name} -m pip install {wanted}"


def _requirements(extra=None):
    """{distribution: ">=2.0"} that nnlib declares, or that one extra of it does."""
    try:
        declared = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # nnlib lies on the path and is not installed
        declared = [] if extra else NEEDED.split()
    found = {}
    for line in declared:
        requirement, _, condition = line.partition(";")
        name = re.match(r"[\w.-]+", requirement)[0]
        if (f'extra == "{extra}"' in condition.replace("'", '"')) if extra else not condition:
            found[name] = requirement[len(name) :].strip()
    return found


def _extra(name):
    """The range that an extra of nnlib declares for a distribution, "" when none does."""
    ranges = (_requirements(extra).get(name, "") for extra in ("torch", "lab", "grading"))
    return next(filter(None, ranges), "")


def _version(distribution):
    """Its version, None when it is not there; in the browser a module may have no metadata."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "present" if _importable(MODULES.get(distribution, distribution)) else None


def _importable(module):
    try:
        return find_spec(module) is not None
    except ValueError:  # a module that somebody put in place by hand
        return sys.modules[module] is not None


def _fits(version, wanted):
    """Whether 2.4.6 lies in ">=2.0,<3"; what cannot be told fits."""
    numbers = _numbers(version)
    for sign, bound in re.findall(r"(>=|<)\s*([\d.]+)", wanted):
        if numbers and (numbers < _numbers(bound)) == (sign == ">="):
            return False
    return True


def _numbers(version):
    release = re.match(r"[\d.]*", version)[0]
    parts = [int(part) for part in release.split(".") if part]
    return parts + [0] * (4 - len(parts)) if parts else []


def _python(problems, notes):
    """Whether this Python is one that nnlib promises to run on."""
    try:
        told = metadata.metadata(DISTRIBUTION).as_string()
    except metadata.PackageNotFoundError:  # straight from the course's folder
        told = _read(Path(nnlib.__file__).parents[1] / "pyproject.toml")
    promised = re.findall(r"Python :: (3\.\d+)", told)
    running = "{}.{}".format(*sys.version_info)
    if running in promised or not promised:
        return
    said = f"nnlib is for Python {promised[0]} to {promised[-1]}, and this is {running}"
    if _numbers(running) < _numbers(promised[0]):
        problems.append(_problem(said, "install a newer Python: https://www.python.org/downloads/"))
    else:
        notes.append(f"{said}: not tried yet")


def _read(file):
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # it is not there, or not ours to read
        return ""


def _engine(found, problems, notes):
    """Load the engine as a notebook does, and say which it is or why it does not come up."""
    found["engine"] = found["device"] = None
    try:
        found["engine"], found["device"] = import_module("nnlib.session").running()
    except (Exception, SystemExit) as error:  # a broken PyTorch raises whatever it likes
        why = _without_paths(f"{type(error).__name__}: {error}")
        if _version("numpy") is None:
            return  # said already
        mend = _install("--force-reinstall", "torch" + _extra("torch"))
        mend += "; until then set the environment variable NNLIB_BACKEND to numpy"
        hiding = [name for name in ("numpy", "torch") if Path(f"{name}.py").is_file()]
        if found["torch"] is None or os.environ.get("NNLIB_BACKEND") not in (None, "", "torch"):
            mend = "unset NNLIB_BACKEND   (on Windows: set NNLIB_BACKEND=)"
        if hiding:  # Python looks in the folder first
            mend = f"rename your file {hiding[0]}.py: it stands in for the package"
        problems.append(_problem(f"the engine does not load: {why}", mend))
    if os.environ.get("NNLIB_BACKEND"):
        named = _without_paths(repr(os.environ["NNLIB_BACKEND"]))
        notes.append(f"the environment variable NNLIB_BACKEND is {named}")
    version, wanted = found["torch"], _extra("torch")
    if version and not _fits(version, wanted):
        said = f"torch {version} is not what nnlib needs ({wanted})"
        problems.append(_problem(said, _install("torch" + wanted)))
    if found["device"] == "cpu" and found["torch"] and shutil.which("nvidia-smi"):
        said = "a driver for NVIDIA's GPUs is here, but this PyTorch does not use it"
        notes.append(f"{said}: https://pytorch.org/get-started/locally/")


def _notebooks(found, problems):
    """Whether the JupyterLab beside this Python can draw a simulation."""
    if found["place"] in ("Colab", "browser"):
        return
    lab, widgets = found["jupyterlab"], _version("jupyterlab_widgets")
    found["jupyterlab_widgets"] = widgets
    if lab and not _fits(lab, ">=4"):
        said = f"JupyterLab {lab} is too old for the simulations"
        problems.append(_problem(said, _install("jupyterlab>=4")))
    if lab and _version("ipykernel") is None:
        said = "JupyterLab runs no notebook: ipykernel is not installed"
        problems.append(_problem(said, _install("ipykernel")))
    if lab and _fits(lab, ">=4") and (widgets is None or not _fits(widgets, ">=3")):
        said = f"JupyterLab shows no simulation: jupyterlab_widgets is {widgets or 'not installed'}"
        problems.append(_problem(said, _install("ipywidgets>=8", "jupyterlab_widgets>=3")))


def _folder(problems, notes):
    """Whether the course's folder, when one stands in it, fits the installed nnlib."""
    here = Path.cwd()
    if not os.access(here, os.W_OK):
        notes.append("this folder cannot be written to: notebooks cannot be saved in it")
    for folder in (here, *here.parents):
        version = _version_of_course(folder)
        if version and version != nnlib.__version__:
            said = f"nnlib {nnlib.__version__} is installed, and this course is {version}"
            problems.append(_problem(said, f"in the course's folder: {_install(*COURSE)}"))


def _version_of_course(folder):
    """The course's version where `folder` is its root, else None."""
    project = _read(folder / "pyproject.toml")
    version = re.search(r'^version = "(.*)"', project, re.M)
    return version[1] if f'name = "{DISTRIBUTION}"' in project and version else None


def _without_paths(text):
    """An error's message without folders: those of this machine say whose it is."""
    for folder in map(str, (Path.home(), sys.prefix, sys.base_prefix)):
        text = text.replace(folder, "/…") if len(folder) > 1 else text  # it may hold spaces
    return re.sub(r"(?<!\w)([A-Za-z]:)?[\\/]([^\n\\/'\"():]+[\\/])*", "…/", text)


def main(as_json=False):
    """Print the report; 1 when there is something to mend, else 0."""
    found = examine()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # ✗ on any console
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else as_text(found))
    return 1 if found["problems"] else 0


if __name__ == "__main__":
    code = main(as_json="--json" in sys.argv[1:])
    if _place() in ("terminal", "Colab") and "ipykernel" not in sys.modules:
        sys.exit(code)  # a notebook would show that as an error
