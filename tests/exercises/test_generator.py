"""What the generator refuses, tried on an altered copy of a real solution."""

import re

import nbformat
import pytest
import yaml

import exercises as tool
from nnlib.grading import authoring
from nnlib.grading.splice import answer_id, shown_id

NAME = "foundations/04_backprop"


@pytest.fixture
def source(tmp_path, monkeypatch):
    """The solution's notebook and questions, to alter; `generate()` runs the generator on them."""
    folder = tool.settings.ROOT / "solutions"
    text = (folder / f"{NAME}.yml").read_text(encoding="utf-8")

    class Source:
        notebook = nbformat.read(folder / f"{NAME}.ipynb", as_version=4)
        spec = yaml.safe_load(text)

        def cell(self, test):
            return next(cell for cell in self.notebook.cells if test(cell))

        def generate(self):
            order = authoring.prepare(self.notebook, self.spec, NAME)
            return authoring.run(self.notebook, self.spec, order, NAME)

    return Source()


def first(source):
    return source.spec["backprop-paths"]["mistakes"][0]


def test_a_mistake_that_is_right_is_an_error(source):
    solution = source.cell(answer_id).source
    first(source)["code"] = authoring.REGION.search(solution)[2]
    with pytest.raises(ValueError, match="'overwrites' to differ from 'the solution'"):
        source.generate()


def test_two_mistakes_with_the_same_values_are_an_error(source):
    first(source)["code"] = source.spec["backprop-paths"]["mistakes"][1]["code"]
    with pytest.raises(ValueError, match="'multiplies' to differ from 'overwrites'"):
        source.generate()


def test_a_mistake_that_raises_is_an_error(source):
    first(source)["code"] = "return undefined"
    with pytest.raises(ValueError, match=r"mistake 'overwrites'.*NameError"):
        source.generate()


def test_a_question_that_shows_without_the_answer_is_an_error(source):
    cell = source.cell(shown_id)
    cell.source = re.sub(r"\*blame\(.*?\)", "1", cell.source)
    with pytest.raises(ValueError, match="a stub that stops"):
        source.generate()


def test_two_show_cells_need_two_cases(source):
    for cell in source.notebook.cells:
        cell.source = re.sub(r', case=".*?"', "", cell.source)
    with pytest.raises(ValueError, match="one new case a show cell"):
        source.generate()


def test_ids_of_notebook_and_questions_must_agree(source):
    source.spec["backprop-more"] = source.spec.pop("backprop-paths")
    with pytest.raises(ValueError, match="the same ids"):
        source.generate()


def test_three_hints(source):
    source.spec["backprop-paths"]["hints"].pop()
    with pytest.raises(ValueError, match="three hints"):
        source.generate()


def test_the_stub_keeps_signature_and_indentation():
    cell = (
        "# answer: q\ndef f(x):\n    '''Doc.'''\n    ### BEGIN SOLUTION\n    y = x\n    return y\n"
    )
    cell += "    ### END SOLUTION"
    stub = authoring.with_region(cell, authoring.not_written("q"), marked=False)
    assert stub.splitlines()[2:] == [
        "    '''Doc.'''",
        '    raise NotImplementedError("q: your code goes here")',
    ]
    again = authoring.with_region(cell, "    if x:\n        return 1\n    return 0\n")
    assert "    if x:\n        return 1\n    return 0\n    ### END SOLUTION" in again
