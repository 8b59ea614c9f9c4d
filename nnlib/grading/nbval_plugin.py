"""The pytest side of `run_nbval`: writes what every cell printed, and notices a dead kernel.

nbval (0.11) is hidden behind this file and `drivers.py`.
"""

import json
import time
from pathlib import Path
from queue import Empty

import pytest

from nnlib.grading.drivers import MAX_PRINTED

_ran = pytest.StashKey[list]()


def pytest_addoption(parser):
    parser.addoption("--nnlib-report", type=Path, help="where the cells' outputs are written")


def pytest_configure(config):
    config.stash[_ran] = []
    _notice_dead_kernels()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    result = yield
    outputs = item.test_outputs or []
    printed = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")
    error = next((o for o in outputs if o.output_type == "error"), None)
    item.config.stash[_ran].append(
        {"printed": printed[-MAX_PRINTED:], "error": _reason(item.parent, error)}
    )
    return result


def _reason(notebook, error):
    """Why a cell did not come to its end, or "" when it did."""
    if notebook.kernel is None or getattr(notebook.kernel, "died", False):
        return "KernelDied: this cell or one before it ended Python"
    if not notebook.kernel.is_alive():  # nbval stopped it
        return "TimeoutError: out of time, and not to be interrupted"
    if error is None:
        return ""
    if error.ename == "KeyboardInterrupt" and notebook.timed_out:
        return "TimeoutError: out of time; an endless loop?"
    return f"{error.ename}: {error.evalue}".strip(": ")


def pytest_sessionfinish(session):
    """Written last and at once: what an answer wrote there is overwritten."""
    report = session.config.option.nnlib_report
    report.write_text(json.dumps(session.config.stash[_ran]), encoding="utf-8")


def _notice_dead_kernels():
    """Wait for messages in short turns: after `os._exit` nbval would wait for its whole timeout."""
    from nbval.kernel import RunningKernel

    def get_message(self, stream, timeout=None):
        channel = self.kc.get_iopub_msg if stream == "iopub" else self.kc.get_shell_msg
        end = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while True:
            try:
                return channel(timeout=min(0.2, max(0.0, end - time.monotonic())))
            except Empty:
                self.died = not self.is_alive()
                if self.died or time.monotonic() >= end:
                    raise

    RunningKernel.get_message = get_message
