import csv
import io
from datetime import timedelta

import pytest

from nnlib.grading import exports, gradebook
from nnlib.grading.adjustments import Adjustment
from tests.grading.some_results import DUE, a_class, assignment, check, question, result

ONE = "foundations/04_backprop"
ALL = [exports.everything, exports.canvas, exports.moodle, exports.gradescope]
PEOPLE = [
    {"id": "ada", "name": 'Zoë, "X"', "email": "zoe@example.org", "canvas": "901", "section": "A"},
    {"id": "ben", "name": "Ben van Dijk", "email": "Ben@example.org", "sis": "S7", "login": "bvd"},
]


def a_book(people=PEOPLE, student="ada", by_hand=None, title="Blame, backwards"):
    checks = [check(worth=1.0), check(right=False, hidden=True, worth=1.0)]
    made = result(student, ONE, [question(checks=checks, mistake="overwrites", title="Two, paths")])
    made["submitted"] = (DUE + timedelta(hours=25, minutes=1, seconds=2)).isoformat()
    of = assignment([ONE], late_at_most=None)
    object.__setattr__(of, "title", title)
    by_hand = by_hand or {"ada": {"total": Adjustment("+", 0.25, "well argued; see mail")}}
    return gradebook.build([made], of, people, by_hand if student == "ada" else {})


def rows(text):
    """The rows of a CSV, each as wide as the first."""
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in found} == {len(found[0])}
    return found


@pytest.mark.parametrize("export", ALL)
def test_a_table_has_a_row_a_student_and_names_come_back_as_they_were(export):
    text = export(a_book())
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    table = rows(text)
    assert len(table) == 3 + (export is exports.canvas)
    cells = [cell for row in table for cell in row]
    if export is exports.gradescope:
        assert {'"X"', "Zoë", "Ben van", "Dijk"} <= set(cells)
    elif export is not exports.moodle:
        assert 'Zoë, "X"' in cells and "Ben van Dijk" in cells


def test_everything_is_there():
    head, ben, ada = rows(exports.everything(a_book()))
    assert len(head) == len(set(head))
    told = dict(zip(head, ada, strict=True))
    assert told["student"] == "ada" and told["section"] == "A"
    assert (told["points"], told["worth"]) == ("1.05", "13")  # 0.5 · 2 · 0.8 + 0.25
    assert (told["adjustment"], told["comment"]) == ("'+0.25", "well argued; see mail")
    assert told[f"{ONE}: state"] == "graded" and told[f"{ONE}: days_late"] == "2"
    assert told[f"{ONE}: factor"] == "0.8" and told[f"{ONE}: attempts"] == "1"
    assert told[f"{ONE}: submission"] == "ada/04_backprop.ipynb"
    assert (told["backprop-paths: points"], told["backprop-paths: graded"]) == ("0.8", "1")
    assert told["backprop-paths: mistake"] == "overwrites"
    told = dict(zip(head, ben, strict=True))
    assert told[f"{ONE}: state"] == "missing"
    assert (told["points"], told["backprop-paths: points"]) == ("0", "0")
    assert told["backprop-paths: graded"] == ""


def test_canvas_finds_students_and_assignment():
    head, worth, ben, ada = rows(exports.canvas(a_book(), "Blame (4711)"))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Blame (4711)"]
    assert worth == ["    Points Possible", "", "", "", "", "13"]
    assert ada == ['Zoë, "X"', "901", "", "ada", "A", "1.05"]
    assert ben == ["Ben van Dijk", "", "S7", "bvd", "", "0"]
    assert rows(exports.canvas(a_book()))[0][5] == "Blame, backwards"


def test_moodle_gets_grade_and_feedback_together():
    head, ben, ada = rows(exports.moodle(a_book()))
    assert head == ["Email address", "ID number", "Blame, backwards", "Blame, backwards (feedback)"]
    assert ada[:3] == ["zoe@example.org", "ada", "1.05"]
    assert ada[3] == (
        f"{ONE}: 0.8 of 13 (2 days late, counted 80 %). total +0.25: well argued; see mail."
    )
    assert ben == ["Ben@example.org", "ben", "0", f"{ONE}: nothing handed in."]


def test_gradescope_has_the_columns_of_its_own_export():
    head, ben, ada = rows(exports.gradescope(a_book()))
    assert head[:13] == [
        "First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points",
        "Status", "Submission ID", "Submission Time", "Lateness (H:M:S)", "View Count",
        "Submission Count",
    ]  # fmt: skip
    assert head[13] == "1: Two, paths (2 pts)" and len(head) == 13 + 5
    assert ada[:8] == ['"X"', "Zoë", "ada", "zoe@example.org", "A", "1.05", "13", "Graded"]
    assert ada[8:14] == ["ada/04_backprop", "2026-12-03 01:00:02 +0000", "25:01:02", "", "1", "0.8"]
    assert ben[5:14] == ["0", "13", "Missing", "", "", "", "", "0", ""]


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("export", ALL)
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(export, formula):
    people = [dict.fromkeys(("id", "name", "email", "section", "login", "sis", "canvas"), formula)]
    by_hand = {formula: {"total": Adjustment("=", 3, formula)}}
    book = a_book(people, by_hand=by_hand, title=formula)
    table = rows(export(book, *([formula] if export in ALL[1:3] else [])))
    cells = [cell for row in table for cell in row]
    assert [cell for cell in cells if cell.lstrip(" ").startswith(tuple("=+-@\t\r\n＝"))] == []
    assert any(cell.startswith("'") for cell in cells)


def test_without_a_roster_students_go_by_their_folder():
    table = rows(exports.canvas(a_book(None)))
    assert table[2][:4] == ["ada", "", "", "ada"]
    assert rows(exports.gradescope(a_book(None)))[1][:3] == ["ada", "", "ada"]


@pytest.mark.parametrize("export", ALL)
def test_a_class_is_exported_whole_and_adds_up(export):
    results, roster = a_class()
    book = gradebook.build(results, assignment(), roster)
    table = rows(export(book))
    column = {exports.everything: 4, exports.canvas: 5, exports.moodle: 2, exports.gradescope: 5}
    body = table[2:] if export is exports.canvas else table[1:]
    points = [float(row[column[export]]) for row in body]
    assert points == pytest.approx([row.points for row in book.rows], abs=0.006)
    assert export(book).encode("utf-8").decode("utf-8") == export(book)
