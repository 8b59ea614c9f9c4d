"""Exercises in the Python of the browser: solved they are right, and unsolved they say so."""

import nbformat
import pytest
from settings import ROOT

from tests.lite.pyodide import printed, ran, shown

pytestmark = [pytest.mark.node, pytest.mark.slow, pytest.mark.browser]  # needs the built site
NAMES = [
    path.relative_to(ROOT / "exercises").as_posix()
    for path in sorted((ROOT / "exercises").rglob("*.ipynb"))
    if ".ipynb_checkpoints" not in path.parts
]


@pytest.mark.parametrize("name", NAMES)
def test_the_solutions_print_the_stored_values_and_are_checked_as_right(name):
    cells = ran(f"solutions/{name}")
    stored = nbformat.read(ROOT / "solutions" / name, as_version=4)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert [cell["error"] for cell in cells] == [""] * len(code)
    values = 0
    for cell, kept in zip(cells, code, strict=True):
        if kept.source.startswith("# NBVAL_CHECK_OUTPUT"):
            assert printed(cell) == "".join(output.text for output in kept.outputs)
            values += 1
        if "nnlib.check(" in kept.source:
            assert "✓" in shown(cell, "shown")[-1]["html"]
            values += 1
    assert values >= 6  # an exercise has three questions at least, each shown and checked


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_that_nobody_has_solved_ends_only_with_not_implemented(name):
    cells = ran(f"exercises/{name}")
    assert {cell["error"] for cell in cells} == {"", "NotImplementedError"}
    stub = next(cell for cell in cells if cell["error"])
    assert "your code goes here" in shown(stub, "shown")[-1]["html"]
