"""A laptop without PyTorch, set up as README.md says: notebooks run, JupyterLab shows them."""

import contextlib
import os
import re
import shutil
import socket
import subprocess

import pytest

from tests.install.places import QUIET, ROOT, environment, interpreters, run
from tests.simulations.test_kernel import wait_until_up

pytestmark = pytest.mark.release
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL = re.search(r"^\.venv/bin/python -m pip (install .*\[lab\].*)$", README, re.M)[1]
LAB = re.search(r"^\.venv/bin/jupyter (lab .*)$", README, re.M)[1]
SAID_TO_TAKE = int(re.search(r"(\d+) MB on disk", README)[1])
CHAPTER = "book/foundations/01_neurons.ipynb"


@pytest.fixture(scope="module")
def laptop(tmp_path_factory):
    """(the course's folder as cloned, the Python of its environment, variables)."""
    folder = tmp_path_factory.mktemp("laptop") / "course"
    for name in run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file() and "node_modules" not in name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    found = interpreters()
    python = environment(folder / ".venv", found.get("3.13") or found[max(found)])
    words = [word.strip('"') for word in INSTALL.split()]
    run(python, "-m", "pip", *words, *QUIET, cwd=folder)
    env = {name: value for name, value in os.environ.items() if not name.startswith("NNLIB_")}
    return folder, python, env | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def test_it_takes_what_the_readme_says(laptop):
    folder, python, _ = laptop
    assert "torch" not in run(python, "-m", "pip", "list")
    run(python, "-m", "pip", "check")
    used = sum(file.lstat().st_blocks * 512 for file in (folder / ".venv").rglob("*"))
    assert used / 1e6 == pytest.approx(SAID_TO_TAKE, rel=0.15)


def test_every_chapter_exercise_and_solution(laptop):
    folder, python, env = laptop
    told = run(python, "tests/install/laptop.py", cwd=folder, env=env)
    assert "engine              NumPy" in told
    for name in ("book", "exercises", "solutions"):
        for notebook in (ROOT / name).rglob("*.ipynb"):
            assert f"ok: {notebook.name} " in told or ".ipynb_checkpoints" in notebook.parts


@pytest.mark.browser
def test_jupyterlab_opens_a_chapter_and_draws_its_simulation(laptop, browser):
    folder, python, env = laptop
    with server(folder, python, env) as address, browser.new_context() as context:
        tab = context.new_page()
        tab.set_viewport_size({"width": 1280, "height": 1000})
        tab.goto(f"{address.replace('?', f'/lab/tree/{CHAPTER}?')}&reset")
        tab.set_default_timeout(90_000)
        tab.get_by_role("heading", name="What a network computes").first.wait_for()
        for _ in range(20):  # what is run before the kernel is there stays unrun
            tab.get_by_role("menuitem", name="Run", exact=True).click()
            tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            with contextlib.suppress(Exception):
                tab.locator(".nn-sim .nn-sentence:not(:empty)").first.wait_for(timeout=10_000)
                break
        simulation = tab.locator(".nn-sim").first
        simulation.scroll_into_view_if_needed()
        assert simulation.locator("svg :is(path, line, circle):visible, canvas:visible").count()


@contextlib.contextmanager
def server(folder, python, env):
    """README's `jupyter lab` without the browser that it would open; its address, with a token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token=reader", f"--port={port}"]
    command = [python.with_name("jupyter"), *LAB.split(), *options]
    with (folder / ".venv" / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            wait_until_up(f"http://127.0.0.1:{port}/api/status?token=reader", process)
            yield f"http://127.0.0.1:{port}?token=reader"
        finally:
            process.terminate()
            process.wait(20)
