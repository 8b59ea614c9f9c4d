"""Every chapter runs from its first cell to its last in the Python of the browser."""

import json

import nbformat
import pytest
from execute import EXECUTED, chapters
from settings import ROOT

from tests.lite.pyodide import printed, ran, shown

pytestmark = [pytest.mark.node, pytest.mark.slow, pytest.mark.browser]  # needs the built site
NAMES = [path.relative_to(ROOT / "book").as_posix() for path in chapters()]
VIEW = "application/vnd.jupyter.widget-view+json"


def count(outputs, what):
    return sum(what in json.dumps(output) for output in outputs)


@pytest.mark.parametrize("name", NAMES)
def test_the_chapter_runs_and_shows_what_the_page_shows(name):
    cells = ran(name)
    executed = nbformat.read(EXECUTED / "book" / name, as_version=4)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert [cell["error"] for cell in cells] == [""] * len(code)
    assert "engine: NumPy" in printed(cells[0]) and "device: cpu" in printed(cells[0])
    states = {m["id"] for cell in cells for m in shown(cell, "comm") if m["what"] == "comm_open"}
    for cell, page in zip(cells, code, strict=True):
        views = [output for output in page.outputs if VIEW in output.get("data", {})]
        models = [m["model"] for m in shown(cell, "shown") if "model" in m]
        assert len(models) == len(views) and set(models) <= states
        drawn = [m for m in shown(cell, "shown") if "<svg" in m.get("html", "")]
        assert len(drawn) == count([o for o in page.outputs if o not in views], "<svg")
        assert bool(printed(cell).strip()) == bool(
            "".join(o.get("text", "") for o in page.outputs if o.get("name") == "stdout").strip()
        )
        assert "Warning" not in printed(cell, "stderr")
