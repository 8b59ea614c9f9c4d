"""A process that runs notebooks with nbval, one after the other: jobs in, outcomes out, as lines.

It knows the notebook to run and nothing to compare with: what a kernel does to it can at worst
cost this process. When its input closes (whoever gave the jobs is gone) it ends at once, and
with it the sandbox and its folder, the argument.

    job      {"notebook": …, "shut_in": bool, "limits": {…}, "environment": {…}, "without": […]}
    outcome  {"cells": [{"printed", "error"}, …], "state": "", "where": cell or null, "seconds"}
             or {"failure": text} when nothing could be run
"""

# ruff: noqa: E402
import contextlib
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema's, unused here: two seconds to import

import nbval.plugin
import pytest

from nnlib.grading.drivers import MAX_PRINTED, Ran
from nnlib.grading.kernel import Kernel
from nnlib.grading.sandbox import Limits

LARGEST = 380_000_000  # bytes of data, the stacks of a dozen threads among them
nbval.plugin.RunningKernel = Kernel


class Recorder:
    """The pytest side: gives each cell its time, and notes what it printed and how it ended."""

    def __init__(self, limits):
        self.limits, self.ran = limits, []
        self.state, self.where = "", None
        self.end = time.monotonic() + limits.notebook

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """Before a cell its time is set; after it, and before the kernel may be stopped, noted."""
        kernel, left = item.parent.kernel, self.end - time.monotonic()
        if left <= 0 and kernel.is_alive():
            kernel.stop()
            self._note("timed out")
        self.ended_before = not kernel.is_alive()
        seconds = max(0.1, min(self.limits.cell, left))
        item.config.option.nbval_cell_timeout = seconds
        kernel.begin_cell(seconds)
        try:
            return (yield)
        finally:
            self.ran.append(Ran(_printed(item), self._reason(item)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        known = len(self.ran)
        result = yield
        if len(self.ran) == known:
            self._note("kernel died")
            self.ran.append(Ran("", "KernelDied: Python could not be started"))
        return result

    def _reason(self, item):
        """Why a cell did not come to its end, or "" when it did."""
        kernel, outputs = item.parent.kernel, item.test_outputs or []
        error = next((o for o in outputs if o.output_type == "error"), None)
        if self.ended_before:
            return "NotRun: the notebook had come to its end before"
        if not kernel.is_alive():
            if hasattr(kernel, "km"):  # nobody stopped it
                kernel.say_why()
            self._note("kernel died" if kernel.ended else "timed out")
            if kernel.ended:
                return f"KernelDied: this cell {kernel.ended}"
            return "TimeoutError: out of time, and not to be interrupted"
        if error is None:
            return ""
        if error.ename == "KeyboardInterrupt" and item.parent.timed_out:
            self._note("timed out")
            return "TimeoutError: out of time; an endless loop?"
        return f"{error.ename}: {error.evalue}".strip(": ")[:2000]

    def _note(self, state):
        if not self.state:
            self.state, self.where = state, len(self.ran)


def _printed(item):
    outputs = item.test_outputs or []
    texts = [o.text for o in outputs if o.output_type == "stream" and o.name == "stdout"]
    return "".join(text for text in texts if isinstance(text, str))[-MAX_PRINTED:]


def run(job, below=None):
    """The outcome of one job. below: the folder in which it makes its own."""
    start, limits = time.monotonic(), Limits(**job["limits"])
    Kernel.shut_in, Kernel.limits = job["shut_in"], limits
    Kernel.environment, Kernel.without = job["environment"], tuple(job["without"])
    recorder = Recorder(limits)
    folder = Path(tempfile.mkdtemp(prefix="nn-", dir=below))
    try:
        file = folder / "exercise.ipynb"
        file.write_text(json.dumps(job["notebook"]), encoding="utf-8")
        options = ["--nbval-lax", "--nbval-current-env", "-s", "-q", "-p", "no:cacheprovider"]
        options += ["-p", "no:logging", "-p", "no:faulthandler", "--tb=no"]
        for slow in ("unraisableexception", "threadexception"):  # they collect garbage twice
            options += ["-p", f"no:{slow}"]
        options += ["-c", os.devnull, f"--rootdir={folder}", str(file)]
        code = pytest.main(options, plugins=[nbval.plugin, recorder])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    cells = sum(cell["cell_type"] == "code" for cell in job["notebook"]["cells"])
    if code not in (0, 1) or len(recorder.ran) != cells:
        return {"failure": f"pytest ended with {int(code)} after {len(recorder.ran)} cells"}
    outcome = {"cells": [asdict(ran) for ran in recorder.ran]}
    told = {"state": recorder.state, "where": recorder.where}
    return outcome | told | {"seconds": round(time.monotonic() - start, 2)}


def _bound_memory():
    """A message of many parts is bounded by nothing else; who sends one loses this process."""
    with contextlib.suppress(ImportError):  # there is no such limit on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (LARGEST, resource.RLIM_INFINITY))


def main():
    """Serve until the input closes."""
    _bound_memory()
    os.environ.update(PYTEST_ADDOPTS="", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0), os.dup2(nothing, 1)
    jobs, below = queue.SimpleQueue(), sys.argv[1]

    def read():
        for line in incoming:
            jobs.put(line)
        with contextlib.suppress(OSError):  # renamed first: the other thread makes files in it
            os.rename(below, f"{below}-")
        shutil.rmtree(f"{below}-", ignore_errors=True)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            outcome = run(json.loads(jobs.get()), below)
        except Exception as error:
            outcome = {"failure": f"{type(error).__name__}: {error}"}
        with contextlib.suppress(OSError):  # nobody is there to be told: `read` ends it
            outgoing.write(json.dumps(outcome).encode() + b"\n")
            outgoing.flush()


if __name__ == "__main__":
    main()
