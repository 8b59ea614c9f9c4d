"""What a reader meets in the Python of the browser: errors, displays, and what is not there."""

import json
import subprocess

import nbformat
import pytest
from lite_site import SITE

from tests.lite.pyodide import HERE, LIVE, printed, shown

pytestmark = [pytest.mark.node, pytest.mark.slow, pytest.mark.browser]  # needs the built site
SOURCES = [
    "import nnlib\nnnlib.setup()",
    "import torch\nprint('never')",
    "print('after')",
    "import no_such_module",
    "1/0",
    "from IPython.display import HTML, clear_output, display\n"
    "place = display(HTML('<b>one</b>'), display_id=True)\nplace.update(HTML('<b>two</b>'))",
    "print('gone'); clear_output(); print('here')",
    "input('name?')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "await __import__('asyncio').sleep(0)\n40 + 2",
    "%run -m nnlib.doctor",
]


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    file = tmp_path_factory.mktemp("session") / "session.ipynb"
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in SOURCES]), file
    )
    command = ["node", HERE / "run_notebook.mjs", SITE, LIVE, file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "\n".join(line[:300] for line in done.stderr.splitlines()[-12:])
    return json.loads(done.stdout)["cells"]


def test_a_cell_that_needs_torch_is_skipped_with_a_sentence(cells):
    assert cells[1]["error"] == "" and "this cell needs PyTorch" in printed(cells[1])
    assert shown(cells[1], "shown") == [] and "never" not in printed(cells[1])
    assert printed(cells[2]) == "after\n"


def test_errors_look_as_in_jupyter(cells):
    assert [cells[3]["error"], cells[4]["error"]] == ["ModuleNotFoundError", "ZeroDivisionError"]
    (missing,), (divided,) = shown(cells[3], "shown"), shown(cells[4], "shown")
    assert "No module named" in missing["html"] and "no_such_module" in missing["html"]
    assert "----&gt; 1 1/0" in divided["html"]
    assert "<strong>ZeroDivisionError: division by zero</strong>" in divided["html"]


def test_displays_are_replaced_and_cleared(cells):
    one, two = shown(cells[5], "shown")
    assert one["html"] == "<b>one</b>" and two["html"] == "<b>two</b>"
    assert two["update"] and not one["update"] and one["place"] == two["place"]
    types = [message["type"] for message in cells[6]["messages"]]
    assert types == ["stream", "stream", "clear", "stream", "stream"]


def test_what_is_not_there_says_so(cells):
    assert cells[7]["error"] == "RuntimeError"
    assert "write the value into the cell" in shown(cells[7], "shown")[0]["html"]


def test_figures_values_and_await(cells):
    assert "data:image/png;base64," in shown(cells[8], "shown")[0]["html"]
    assert shown(cells[9], "shown")[0]["html"] == "<pre>42</pre>"


def test_the_doctor_knows_the_browser(cells):
    assert cells[10]["error"] == "" and "browser" in printed(cells[10])
    assert "All that the course needs is here." in printed(cells[10])
