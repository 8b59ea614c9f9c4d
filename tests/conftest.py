"""What is missing is named, and nothing missing passes for a success.

A test that needs Node, Chromium or bubblewrap and does not find it is skipped on a laptop, and the
run then ends with "INCOMPLETE: n skipped" and a non-zero exit; with CI set it fails. Tests marked
`gpu` are not collected where there is no GPU, nor those marked `sandbox` where there is no Linux:
they are no part of what this machine could have proved.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest
from chromium import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parent.parent
FIREFOX = os.environ.get("NNLIB_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
NEEDS = {
    "firefox": ("Firefox", FIREFOX),
    "browser": ("Chromium", CHROMIUM),
    "node": ("Node", shutil.which("node")),
    "sandbox": ("bubblewrap", shutil.which("bwrap")),
}
_skipped: list[str] = []


def has_gpu() -> bool:
    try:
        import torch
    except ImportError:
        return False
    return torch.cuda.is_available()


def pytest_collection_modifyitems(config, items):
    possible = {"gpu": has_gpu(), "sandbox": sys.platform == "linux"}
    items[:] = [
        item
        for item in items
        if all(there or not item.get_closest_marker(what) for what, there in possible.items())
    ]


def pytest_runtest_setup(item):
    for marker, (name, path) in NEEDS.items():
        if item.get_closest_marker(marker) and not path:
            if os.environ.get("CI"):
                pytest.fail(f"{name} is missing, and CI allows no skip")
            pytest.skip(f"{name} is missing")


def pytest_runtest_logreport(report):
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session, exitstatus):
    if _skipped and exitstatus == 0 and not hasattr(session.config, "workerinput"):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    if _skipped:
        terminalreporter.write_line(f"INCOMPLETE: {len(_skipped)} skipped", red=True)
        for nodeid in _skipped:
            terminalreporter.write_line(f"  {nodeid}")


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a worker: Playwright's loop cannot be started twice."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
