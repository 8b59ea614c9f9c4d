"""Every solution there is: it passes, its exercise gives nothing away, its mistakes are caught."""

import json
import os
import subprocess
import sys
from functools import cache

import nbformat
import pytest
import yaml

import exercises as tool
from nnlib.grading import authoring, references
from nnlib.grading.feedback import judge
from nnlib.grading.report import check_notebook
from nnlib.grading.splice import answer_id, has_tag, shown_id, source

ROOT = tool.settings.ROOT
NAMES = tool.solutions()
QUESTIONS = [(name, id) for name in NAMES for id in references.questions(name)]
MISTAKES = [
    (name, id, mistake["name"])
    for name, id in QUESTIONS
    for mistake in references.questions(name)[id]["mistakes"]
]


@cache
def exercise(name):
    return nbformat.read(ROOT / "exercises" / f"{name}.ipynb", as_version=4)


def test_there_are_exercises():
    assert NAMES and references.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_nothing_generated_is_stale(name):
    """Runs the solution, every stub and every mistake again."""
    for path, text in tool.generated(name).items():
        assert tool.current(path) == text, f"{path} is stale: run `python tools/exercises.py`"


def test_nothing_generated_is_left_behind():
    expected = {f"exercises/{name}.ipynb" for name in NAMES}
    expected |= {f"nnlib/exercises/{name}{end}" for name in NAMES for end in (".ipynb", ".json")}
    assert tool.orphans(expected) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_passes_plain_nbval(name):
    file = ROOT / "solutions" / f"{name}.ipynb"
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout or "100%" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_stub_scores_zero_and_plain_nbval_fails_it(name):
    file = ROOT / "exercises" / f"{name}.ipynb"
    report = check_notebook(file, driver="nbval")
    assert report.points == 0 and report.worth > 0
    assert all("Not written yet" in verdict.message for verdict in report.verdicts)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1


@pytest.mark.parametrize("backend", ["torch", "numpy"])
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_earns_every_point_on_either_engine(name, backend):
    file = ROOT / "solutions" / f"{name}.ipynb"
    command = [sys.executable, "-m", "nnlib", "check", "--here", "--json", str(file)]
    environment = os.environ | {"NNLIB_BACKEND": backend}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["points"] == told["worth"] > 0


@pytest.mark.parametrize(("name", "id", "mistake"), MISTAKES)
def test_each_mistake_fails_with_its_own_hint(name, id, mistake):
    """On the values that it printed when it ran; that they are current is tested above."""
    question = references.questions(name)[id]
    known = next(m for m in question["mistakes"] if m["name"] == mistake)
    verdict = judge(id, question, known["cases"])
    assert verdict.points < verdict.worth
    assert (verdict.mistake, verdict.message) == (mistake, known["says"])
    others = [m["says"] for m in question["mistakes"] if m is not known]
    assert known["says"] not in others


@pytest.mark.parametrize("name", NAMES)
def test_a_submission_full_of_mistakes_is_told_each_of_them(name, tmp_path):
    """End to end: the first mistake of each question, as a student would hand it in."""
    spec = yaml.safe_load((ROOT / "solutions" / f"{name}.yml").read_text(encoding="utf-8"))
    submission = nbformat.read(ROOT / "solutions" / f"{name}.ipynb", as_version=4)
    for cell in submission.cells:
        if id := answer_id(cell):
            cell.source = authoring.with_region(cell.source, spec[id]["mistakes"][0]["code"])
    path = tmp_path / "mistakes.ipynb"
    nbformat.write(submission, path)
    report = check_notebook(path, driver="here")
    assert [v.mistake for v in report.verdicts] == [q["mistakes"][0]["name"] for q in spec.values()]


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_carries_no_solution_and_only_the_outputs_of_show_cells(name):
    notebook = exercise(name)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    for cell in notebook.cells:
        assert "SOLUTION" not in cell.source and not has_tag(cell, "solution")
        if cell.cell_type != "code":
            continue
        if shown_id(cell):
            assert cell.outputs and cell.execution_count
            assert cell.source.startswith("# NBVAL_CHECK_OUTPUT\n")
        else:
            assert not cell.outputs and cell.execution_count is None
    text = "".join(source(cell) for cell in notebook.cells)
    for question in references.questions(name).values():
        for mistake in question["mistakes"]:
            assert mistake["says"] not in text


@pytest.mark.parametrize("name", NAMES)
def test_ids_stand_in_the_first_line_and_in_the_metadata(name):
    answers = [cell for cell in exercise(name).cells if answer_id(cell)]
    assert [answer_id(cell) for cell in answers] == list(references.questions(name))
    for cell in answers:
        assert cell.source.splitlines()[0] == f"# answer: {cell.metadata.nnlib.answer}"
        assert "raise NotImplementedError" in cell.source


def test_ids_are_unique_in_the_whole_course():
    ids = [id for _, id in QUESTIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "id"), QUESTIONS)
def test_a_question_has_all_its_parts(name, id):
    question = references.questions(name)[id]
    assert len(question["hints"]) == 3 and all(len(hint) > 20 for hint in question["hints"])
    assert question["points"] > 0 and question["outcome"].endswith(".")
    assert len(question["mistakes"]) >= 2
    assert all(len(m["says"]) > 20 and m["misconception"] for m in question["mistakes"])
    tells = [cell for cell in exercise(name).cells if f'nnlib.check("{id}")' in cell.source]
    assert len(tells) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_has_at_least_four_questions_and_explains_each(name):
    notebook = nbformat.read(ROOT / "solutions" / f"{name}.ipynb", as_version=4)
    explained = [cell for cell in notebook.cells if has_tag(cell, "solution")]
    assert len(references.questions(name)) >= 4
    assert len(explained) >= len(references.questions(name))
