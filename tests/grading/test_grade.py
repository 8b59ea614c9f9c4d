"""The grader's logic, with answers run in this process: what is kept, told and hidden.

The sandbox, real processes and attacks: test_attack_corpus.py, test_engines.py.
"""

import json

import pytest

from nnlib.grading import assignment as assignments
from nnlib.grading import drivers, master, outcome
from nnlib.grading.grade import Grader
from nnlib.grading.pool import WorkerDied
from nnlib.grading.splice import answer_id, is_hidden, read, shown_id, source
from tests.grading import small_bank
from tests.grading.small_bank import HARD_CODED, NAME, RIGHT, answered

WRONG = {
    "small-scale": "# answer: small-scale\ndef scale(x, p):\n    return p + x",
    "small-mean": "# answer: small-mean\ndef mean(X):\n    return X.mean(0)",
}


class Engine:
    """Runs jobs here and counts them. dies: keys whose process ends each time."""

    def __init__(self, dies=()):
        self.ran, self.dies = [], dies

    def __call__(self, jobs):
        for key, job in jobs:
            self.ran.append(key)
            if key in self.dies:
                yield key, WorkerDied("gone")
            else:
                ran = drivers.run_here(job["notebook"])
                cells = [{"printed": one.printed, "error": one.error} for one in ran.values()]
                yield key, {"cells": cells, "state": "", "where": None, "seconds": 0.1}


@pytest.fixture
def desk(tmp_path):
    """An assignment, a pristine edition, and `hand_in(student, answers)`."""

    class Desk:
        folder, results = tmp_path, tmp_path / "results"
        path = small_bank.write(tmp_path)

        def hand_in(self, student, answers, name="07_small.ipynb"):
            of = master.build(self.assignment, NAME, student)
            file = tmp_path / "in" / student / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(answered(of.edition.pristine, answers)))
            return file

        @property
        def assignment(self):
            return assignments.read(self.path)

        def grade(self, engine=None, **more):
            engine = engine or Engine()
            grader = Grader(self.assignment, self.results, trusted=True, engine=engine, **more)
            summary = grader.grade(tmp_path / "in")
            return summary, [key for key in engine.ran if key != NAME]

        def result(self, student, stem="07_small"):
            return json.loads((self.results / "results" / student / f"{stem}.json").read_text())

    return Desk()


def test_points_are_shared_over_public_and_hidden_checks(desk):
    for student, answers in {"ada": RIGHT, "bob": WRONG, "cyd": HARD_CODED, "dan": {}}.items():
        desk.hand_in(student, answers)
    summary, _ = desk.grade()
    assert summary.states == {"graded": 4}
    assert [desk.result(s)["points"] for s in ("ada", "bob", "dan")] == [5, 0, 0]
    cyd = desk.result("cyd")
    assert all(
        check["right"] is False
        for q in cyd["questions"]
        for check in q["checks"]
        if check["hidden"]
    )
    assert cyd["questions"][1]["points"] == 1.5  # the public half
    assert "hidden" in cyd["questions"][1]["message"]
    assert desk.result("bob")["questions"][0]["mistake"] == "adds"
    assert "Not written yet" in desk.result("dan")["questions"][0]["message"]


def test_a_student_is_graded_by_the_numbers_that_they_were_given(desk):
    students = [f"s{i}" for i in range(6)]
    (desk.folder / "students.csv").write_text("\n".join(["id", *students]))
    desk.path.write_text(desk.path.read_text() + "roster: students.csv\n")
    for student in students:
        desk.hand_in(student, RIGHT)
    desk.grade()
    expected = {desk.result(s)["questions"][0]["checks"][0]["expected"] for s in students}
    assert len(expected) > 1 and all(desk.result(s)["points"] == 5 for s in students)


def test_without_a_roster_all_are_graded_by_the_edition_of_all(desk):
    for student in (students := [f"s{i}" for i in range(6)]):
        desk.hand_in(student, RIGHT)
    desk.grade()
    of = master.build(desk.assignment, NAME)
    public = of.edition.questions["small-scale"]["cases"]["three"]["lines"]
    for student in students:
        check = desk.result(student)["questions"][0]["checks"][0]
        assert check["expected"].splitlines() == public and check["right"]


def test_nothing_runs_twice_unless_something_changed(desk):
    desk.hand_in("ada", RIGHT), desk.hand_in("bob", WRONG)
    assert len(desk.grade()[1]) == 2
    summary, ran = desk.grade()
    assert ran == [] and summary.kept == 2
    desk.hand_in("bob", RIGHT)
    assert desk.grade()[1] == ["bob/07_small"]
    assert desk.result("bob")["points"] == 5
    assert len(desk.grade(regrade=True)[1]) == 2
    desk.path.write_text(desk.path.read_text().replace("cell: 5", "cell: 6"))
    assert len(desk.grade()[1]) == 2
    (desk.folder / "secret.txt").write_text("quite another secret, long enough")
    assert len(desk.grade()[1]) == 2


def test_one_bad_file_stops_no_other_and_is_told_why(desk):
    desk.hand_in("ada", RIGHT)
    for name, content in {"a": b"", "b": b"{", "c": b'{"nbformat": 3}', "d": b"\xff\xfe"}.items():
        (desk.folder / "in" / name).mkdir()
        (desk.folder / "in" / name / "x.ipynb").write_bytes(content)
    other = {"nbformat": 4, "metadata": {}, "cells": []}
    (desk.folder / "in/e.ipynb").write_text(json.dumps(other))
    summary, _ = desk.grade()
    assert summary.states == {"graded": 1, "rejected": 5}
    assert all(desk.result(name, "x")["reason"] for name in "abcd")
    summary, _ = desk.grade()
    assert (summary.kept, summary.states) == (6, {"graded": 1, "rejected": 5})


def test_who_handed_in_no_notebook_is_told_so_and_what_we_gave_out_is_passed_over(desk):
    desk.hand_in("ada", RIGHT)
    for name in ("ada/00_start.ipynb", "ada/07_small.before-update.ipynb", "ada/notes.txt",
                 "bob/report.pdf", "cyd.zip", "submitted.csv"):  # fmt: skip
        (desk.folder / "in" / name).parent.mkdir(exist_ok=True)
        (desk.folder / "in" / name).write_text("x")
    (desk.folder / "in/dan").mkdir()
    (desk.folder / "in/dan/07_small.ipynb").write_text("broken")
    summary, ran = desk.grade()
    assert (ran, summary.states) == (["ada/07_small"], {"graded": 1, "rejected": 3})
    assert desk.result("dan")["exercise"] == NAME  # by the file's name: something was handed in


def test_strangers_and_times_of_a_download_are_named(desk):
    (desk.folder / "students.csv").write_text("id,name\nada,Ada\nbob,Bob\ncyd,Cyd Long\n")
    more = "roster: students.csv\ndue: 2020-01-01 12:00 UTC\nlate: {per day: 10 %}\n"
    desk.path.write_text(desk.path.read_text() + more)
    for student in ("ada", "eve"):
        desk.hand_in(student, {})
    moodle = desk.folder / "in/Cyd LONG_12_assignsubmission_file_"
    moodle.mkdir()
    (moodle / "hw.ipynb").write_text((desk.folder / "in/ada/07_small.ipynb").read_text())
    summary, _ = desk.grade()
    assert "roster: eve." in summary.notes[0] and "timestamp.txt" in summary.notes[1]
    results = [json.loads(p.read_text()) for p in (desk.results / "results").rglob("*.json")]
    assert {r["student"] for r in results} == {"ada", "eve", "cyd"}
    desk.path.write_text(desk.path.read_text() + "extensions: {adda: 2020-01-02 12:00 UTC}\n")
    with pytest.raises(ValueError, match="adda is not in the roster; ada meant"):
        desk.grade()


def test_a_result_cut_short_is_graded_again(desk):
    desk.hand_in("ada", RIGHT)
    desk.grade()
    file = desk.results / "results/ada/07_small.json"
    file.write_text(file.read_text()[:100])
    assert len(desk.grade()[1]) == 1 and desk.result("ada")["points"] == 5


def test_what_kills_its_process_twice_has_a_state_and_harms_nobody(desk, monkeypatch):
    from nnlib.grading import pool

    desk.hand_in("ada", RIGHT), desk.hand_in("bob", RIGHT)
    again = Engine(dies={"bob/07_small"})
    monkeypatch.setattr(pool, "each", lambda jobs, count: again(jobs))
    summary, _ = desk.grade(Engine(dies={"bob/07_small"}))
    assert summary.states == {"graded": 1, "kernel died": 1} and again.ran == ["bob/07_small"]
    assert desk.result("bob")["state"] == "kernel died" and desk.result("ada")["points"] == 5


def test_a_machine_on_which_the_solution_fails_grades_nobody(desk):
    class Broken(Engine):
        def __call__(self, jobs):
            for key, came in super().__call__(jobs):
                came["cells"][-1]["printed"] = "0"
                yield key, came

    desk.hand_in("ada", RIGHT)
    with pytest.raises(ValueError, match="author's own solution does not earn"):
        desk.grade(Broken())
    assert not (desk.results / "results").exists()


def test_the_master_runs_public_cells_first_and_an_answer_again_before_its_hidden_checks(desk):
    of = master.build(desk.assignment, NAME)
    kinds = [
        "hidden" if is_hidden(c) else "show" if shown_id(c) else answer_id(c) or "context"
        for c in of.notebook["cells"]
    ]
    assert kinds == ["context", "context", "small-scale", "show", "small-mean", "show",
                     "small-scale", "hidden", "small-mean", "hidden"]  # fmt: skip
    assert not any("nnlib.check" in source(c) for c in of.notebook["cells"])


def test_helpers_of_the_same_name_in_two_answers_do_not_meet(desk):
    helper = (
        "# answer: small-scale\ndef one(x):\n    return x\ndef scale(x, p):\n    return one(x) * p"
    )
    other = "# answer: small-mean\ndef one(X):\n    return X.shape[1]\n"
    other += "def mean(X):\n    return X.sum(1) / one(X)"
    desk.hand_in("ada", {"small-scale": helper, "small-mean": other})
    desk.grade()
    assert desk.result("ada")["points"] == 5


SNOOPS = """# answer: small-mean
def mean(X):
    if "rng" in globals():
        print("LE" "AK", seed, rng, X.tolist(), get_ipython())
        raise ValueError("LE" "AK of what was hidden")
    return X.mean(1)
"""


def test_what_a_hidden_check_printed_or_raised_is_not_handed_back(desk):
    desk.hand_in("ada", {**RIGHT, "small-mean": SNOOPS})
    desk.grade()
    kept = json.dumps(desk.result("ada"))
    assert "LEAK of what was hidden" in kept  # the instructor sees it
    of = master.build(desk.assignment, NAME)
    values = [
        case["lines"]
        for q in of.questions.values()
        for case in q["cases"].values()
        if case.get("hidden")
    ]
    for file in (desk.results / "feedback").rglob("*.*"):
        text = file.read_text()
        assert "LEAK" not in text, file
        for hidden in ("hidden-a", "hidden-b", *(line for lines in values for line in lines)):
            assert hidden not in text, (file, hidden)


def test_a_name_to_be_avoided_is_a_hint_to_the_instructor(desk):
    uses = "# answer: small-scale\nfrom numpy import einsum\ndef scale(x, p):\n    return p * x"
    desk.hand_in("ada", {**RIGHT, "small-scale": uses})
    desk.grade()
    result = desk.result("ada")
    assert result["points"] == 5 and "`einsum`" in result["questions"][0]["flags"][0]
    feedback = (desk.results / "feedback/ada/07_small/feedback.html").read_text()
    assert "to be avoided" not in feedback


def test_shards_part_the_class(desk):
    for i in range(12):
        desk.hand_in(f"s{i}", {})
    parts = [set(desk.grade(shard=(i, 3), regrade=True)[1]) for i in (1, 2, 3)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 12 and all(parts)


def test_numpy_answers_need_no_torch_and_others_do(desk):
    of = master.build(desk.assignment, NAME)
    assert not of.needs_torch(RIGHT)
    for text in ("import torch", "from nnlib.backend import nn", "nnlib.towers.Tower(3)"):
        assert of.needs_torch({"small-scale": text}), text


def test_rejected_results_have_the_shape_of_all_results(desk):
    desk.hand_in("ada", RIGHT)
    desk.grade()
    from nnlib.grading.submissions import found

    one = next(iter(found(desk.folder / "in")))
    assert outcome.blank(one, "k").keys() == desk.result("ada").keys()
    assert read(one.read())["cells"]
