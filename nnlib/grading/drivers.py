"""Two ways to run a spliced notebook; both return, for each code cell, what it printed.

`run_nbval`: nbval in a process of its own (worker.py), the cells in a kernel of theirs. An answer
that ends its process, loops for ever or patches `print` reaches neither this process nor the
comparison. `run_here`: in this process, for Colab and the browser, where nothing else is at hand;
it has no time limit, and what an answer patches stays patched.

Neither is a sandbox: an answer can read and write what its user can.
"""

import contextlib
import importlib.util
import io
import sys
from dataclasses import dataclass
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
    """Run with nbval; {position among all cells: Ran}. timeout: seconds a cell.

    Raises WorkerDied when the process that runs it ends before it could tell.
    """
    from nnlib.grading.pool import Worker

    cells = _code_cells(notebook)
    worker = Worker()
    try:
        outcome = worker.run(job(notebook, {"cell": timeout, "notebook": timeout * len(cells)}))
    finally:
        worker.close()
    return ran(notebook, outcome)


def job(notebook, limits, shut_in=False, environment=None, without=()):
    """What a worker is asked: see worker.py."""
    rest = {"environment": environment or {}, "without": list(without)}
    return {"notebook": notebook, "shut_in": shut_in, "limits": limits} | rest


def ran(notebook, outcome):
    """A worker's outcome as {position among all cells: Ran}."""
    cells = (Ran(**cell) for cell in outcome["cells"])
    return dict(zip(_code_cells(notebook), cells, strict=True))


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
