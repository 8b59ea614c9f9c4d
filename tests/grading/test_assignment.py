from datetime import datetime

import pytest

from nnlib.grading import assignment as assignments
from nnlib.grading import course
from nnlib.grading.course import Mistaken
from tests.grading import small_bank

MORE = """\
due: 2026-12-04 23:59 Europe/Berlin
extensions: {bob: 2026-12-07 12:00 UTC}
late: {per day: 10 %, at most: 3}
"""


def read(tmp_path, more="", text=small_bank.ASSIGNMENT):
    return assignments.read(small_bank.write(tmp_path, text + more))


def at(text):
    return datetime.fromisoformat(text)


def test_lateness_follows_the_zone_and_the_student(tmp_path):
    a = read(tmp_path, MORE)
    assert a.days_late("ada", at("2026-12-04T23:58+01:00")) == 0
    assert a.days_late("ada", at("2026-12-04T22:59+00:00")) == 0  # the same minute, said in UTC
    assert a.days_late("ada", at("2026-12-04T23:00+00:00")) == 1
    assert a.days_late("ada", at("2026-12-06T23:59+01:00")) == 2
    assert a.days_late("bob", at("2026-12-07T12:00+00:00")) == 0
    assert a.days_late("ada", None) == 0
    assert [round(a.factor(d), 10) for d in (0, 1, 3, 4)] == [1, 0.9, 0.7, 0]


def test_points_limits_and_questions(tmp_path):
    a = read(tmp_path, "points: {small-mean: 4.5}\nattempts: {counts: last, at most: 2}\n")
    assert a.points == {"small-scale": 2, "small-mean": 4.5}
    assert (a.counts, a.attempts_at_most) == ("last", 2)
    assert (a.limits.cell, a.limits.memory) == (5, 2**30)
    assert a.exercises == {small_bank.NAME: ("small-scale", "small-mean")}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("dew: x", "dew: unknown; due meant"),
        ("due: 2026-12-04", "due: a date, a time and a zone"),
        ("due: 2026-12-04 23:59", "zone"),
        ("due: 2026-12-04 23:59 Europe/Nowhere", "Nowhere"),
        ("due: 2026-13-44 23:59 UTC", "due"),
        ("late: {per week: 1}", "per week: unknown"),
        ("late: {per day: 130 %}", "percentage"),
        ("points: {nobody: 3}", "nobody"),
        ("points: {small-mean: -3}", "number from 0"),
        ("attempts: {counts: worst}", "best or last"),
        ("limits: {cell: fast}", "limits: cell"),
    ],
)
def test_what_cannot_be_meant_is_named(line, says, tmp_path):
    text = small_bank.ASSIGNMENT
    if line.startswith("limits"):
        text = text[: text.index("limits")]
    with pytest.raises(Mistaken, match=says):
        read(tmp_path, line + "\n", text)


@pytest.mark.parametrize(
    "broken", ["", "[]", "title: x", "title: [", "title: x\nid: a b\nchapters: {}"]
)
def test_a_broken_file_is_named(broken, tmp_path):
    path = tmp_path / "assignment.yml"
    path.write_text(broken)
    with pytest.raises(Mistaken, match=r"assignment\.yml"):
        assignments.read(path)


def test_chapters_are_found_by_number_and_range():
    assert course.chosen("foundations/04") == ["foundations/04_backprop"]
    assert course.chosen("foundations/01-05, steps/01") == [
        "foundations/01_neurons",
        "foundations/04_backprop",
        "foundations/05_gradients",
        "steps/01_feedforward",
    ]
    for wrong in ("foundations/4", "steps/77", "", "steps/98-99"):
        with pytest.raises(Mistaken, match="chapters"):
            course.chosen(wrong)


def test_the_secret_is_asked_for_and_has_to_be_long(tmp_path):
    a = read(tmp_path)
    assert a.secret() == small_bank.SECRET.strip().encode()
    a.secret_file.write_text("short")
    with pytest.raises(Mistaken, match="16 are needed"):
        a.secret()
    a.secret_file.unlink()
    with pytest.raises(Mistaken, match="is not there"):
        a.secret()


def test_a_first_assignment_is_written_once_with_a_secret_of_its_own(tmp_path):
    path = tmp_path / "assignment.yml"
    words = assignments.begin(path, "foundations/04")
    assert len(words) == 2 and assignments.read(path).exercises.keys() == {
        "foundations/04_backprop"
    }
    before, secret = path.read_text(), (tmp_path / "secret.txt").read_text()
    assert (tmp_path / "secret.txt").stat().st_mode & 0o077 == 0
    assert assignments.begin(path, "") == []
    assert (path.read_text(), (tmp_path / "secret.txt").read_text()) == (before, secret)
    with pytest.raises(Mistaken, match="names other ones"):
        assignments.begin(path, "foundations/01")
    with pytest.raises(Mistaken, match="name chapters"):
        assignments.begin(tmp_path / "other.yml", "")
