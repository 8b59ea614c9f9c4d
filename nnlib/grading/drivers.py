"""Two ways to run a spliced notebook; both return, for each code cell, what it printed.

`run_nbval`: pytest with nbval in a process of its own, the cells in a kernel of theirs. An answer
that ends its process, loops for ever or patches `print` reaches neither this process nor the
comparison. `run_here`: in this process, for Colab and the browser, where nothing else is at hand;
it has no time limit, and what an answer patches stays patched.

Neither is a sandbox: an answer can read and write what its user can.
"""

import contextlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from warnings import catch_warnings, simplefilter

MAX_PRINTED = 100_000  # characters of a cell that are kept, counted from the end


@dataclass
class Ran:
    """What became of one cell: its standard output, and the error it ended with ("" if none)."""

    printed: str = ""
    error: str = ""


def nbval_available():
    """Whether a pytest with nbval can be started (not in the browser, nor in Colab as it is)."""
    needed = ("pytest", "nbval", "ipykernel")
    return sys.platform != "emscripten" and all(map(importlib.util.find_spec, needed))


def run_nbval(notebook, timeout=60):
    """Run with nbval; {position among all cells: Ran}. timeout: seconds a cell."""
    with tempfile.TemporaryDirectory(prefix="nnlib-check-") as folder:
        file, report = Path(folder, "exercise.ipynb"), Path(folder, "report.json")
        file.write_text(json.dumps(notebook), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env"]
        command += [f"--nbval-cell-timeout={timeout}", "-p", "nbval.plugin"]
        command += ["-p", "nnlib.grading.nbval_plugin", f"--nnlib-report={report}"]
        command += ["-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}", str(file)]
        root = str(Path(__file__).parents[2])  # a checkout that is not installed is found too
        paths = [root, os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        environment |= {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # only ours
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if not report.exists():
            raise RuntimeError(f"pytest did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        ran = json.loads(report.read_text(encoding="utf-8"))
    return dict(zip(_code_cells(notebook), (Ran(**cell) for cell in ran), strict=True))


def run_here(notebook):
    """Run in this process; {position among all cells: Ran}."""
    session = Session()
    return {i: session.run(notebook["cells"][i]["source"]) for i in _code_cells(notebook)}


class Session:
    """A namespace in which cells run one after the other, as in a notebook."""

    def __init__(self):
        from IPython import get_ipython

        self.names = {"__name__": "__main__", "get_ipython": get_ipython}

    def run(self, source):
        """Run one cell."""
        from IPython.core.inputtransformer2 import TransformerManager

        out, error, aside = io.StringIO(), "", io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(aside), catch_warnings():
            simplefilter("default")  # as in a notebook, wherever this runs
            try:
                code = TransformerManager().transform_cell("".join(source))
                exec(compile(code, "<cell>", "exec"), self.names)
            except (Exception, SystemExit) as raised:
                error = f"{type(raised).__name__}: {raised}".strip(": ")
        return Ran(out.getvalue()[-MAX_PRINTED:], error)

    def copy(self):
        """A session that starts with the same names (the objects are shared)."""
        twin = Session()
        twin.names |= self.names
        return twin


def _code_cells(notebook):
    return [i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]
