"""The same class with a kernel: JupyterLab and Notebook 7, driven in a browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import TimeoutError

from tests.simulations.staticpage import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOKEN = "reader"
# Of each simulation: a slider; after four arrow keys a text on the page, a trait and its value.
SIMULATIONS = {
    "ActivationGallery": ("z", "At z = 1.2, sigmoid", "z", "1.2"),
    "ForwardBackward": ("learning rate η", "0.16", "lr", "0.16"),
    "BackpropBlame": ("layers", "through 14 layers", "depth", "14"),
    "NetworkLearns": ("learning rate η", "0.079", "lr", "0.079"),
}
CELL = """\
from pathlib import Path
from IPython.display import display
from nnlib import simulations
for name, trait in {names}:
    s = getattr(simulations, name)(predict=False)
    s.observe(lambda change, name=name: Path(name).write_text(str(change.new)), trait)
    display(s)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Jupyter server over an empty folder: (its address, the folder)."""
    folder = tmp_path_factory.mktemp("jupyter")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--no-browser"]
    options += ["--allow-root", f"--ServerApp.root_dir={folder}"]
    env = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "jupyterlab", *options]
    log = (folder / "server.log").open("w")
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(f"{address}/api/status?token={TOKEN}", process)
        yield address, folder
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def wait_until_up(url, process):
    for _ in range(240):
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(f"{url} did not answer")


@pytest.mark.parametrize("place", ["lab/tree", "notebooks"])
def test_arrow_keys_on_a_slider_reach_python(browser, server, place):
    address, folder = server
    for name in SIMULATIONS:
        (folder / name).unlink(missing_ok=True)
    cell = CELL.format(names=[(name, trait) for name, (_, _, trait, _) in SIMULATIONS.items()])
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    name = place.replace("/", "-") + ".ipynb"
    nbformat.write(nb, folder / name)

    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    local = address.removeprefix("http")
    tab.route("**/*", lambda r: r.continue_() if local in r.request.url else r.abort())
    tab.goto(f"{address}/{place}/{name}?token={TOKEN}&reset")
    sims = tab.locator(".nn-sim")
    for _ in range(20):  # a cell that is run before the kernel is there stays unrun
        tab.locator(".jp-CodeCell .cm-content").first.click()
        tab.keyboard.press("Control+Enter")
        with contextlib.suppress(TimeoutError):
            sims.nth(len(SIMULATIONS) - 1).wait_for(timeout=4000)
            break
    for i, (name, (slider, shown, _, value)) in enumerate(SIMULATIONS.items()):
        sims.nth(i).get_by_role("slider", name=slider, exact=True).focus()
        for _ in range(4):
            tab.keyboard.press("ArrowRight")
        sims.nth(i).get_by_text(shown).first.wait_for()
        assert _written(tab, folder / name, value) == value, name
    context.close()


def _written(tab, path, value):
    """What stands in the file, once it is `value` or ten seconds have passed."""
    for _ in range(100):
        if path.is_file() and path.read_text() == value:
            break
        tab.wait_for_timeout(100)
    return path.read_text()
