import math
from datetime import timedelta
from random import Random

import numpy as np
import pytest

from nnlib.grading import analysis, gradebook
from nnlib.grading.adjustments import Adjustment
from nnlib.grading.store import Results
from tests.grading.some_results import DUE, a_class, assignment, check, question, result

ONE = "foundations/04_backprop"
IDS = ("backprop-paths", "backprop-hidden", "backprop-batch", "backprop-nudge", "backprop-locate")
WORTH = (2, 3, 3, 3, 2)


def attempt(student="ada", share=1.0, hours=-1.0, number="", shares=None, **more):
    """A submission whose questions earn a share of their points, handed in `hours` after due."""
    shares = shares or [share] * 5
    made = [
        question(id, [check(right=True, worth=1.0)], points=s * w, worth=float(w))
        for id, s, w in zip(IDS, shares, WORTH, strict=True)
    ]
    time = {"submitted": (DUE + timedelta(hours=hours)).isoformat(), "attempt": number}
    return result(student, ONE, made, **(time | more))


def work(results, **rules):
    """The work that ada gets for the one exercise."""
    book = gradebook.build(results, assignment([ONE], **rules))
    return next(row.work[ONE] for row in book.rows if row.student == "ada")


# ── which attempt counts ─────────────────────────────────────────────────────────────


def test_points_are_those_of_the_submission():
    found = work([attempt(shares=[1, 0.5, 0, 1, 0])])
    assert (found.points, found.worth, found.attempts, found.state) == (6.5, 13, 1, "graded")
    assert [answer.points for answer in found.answers.values()] == [2, 1.5, 0, 3, 0]


def test_best_and_last():
    tries = [attempt(share=s, hours=h, number=n) for s, h, n in
             [(0.4, -9, "1"), (0.8, -8, "2"), (0.6, -7, "3")]]  # fmt: skip
    assert work(tries, counts="best").result["attempt"] == "2"
    assert work(tries, counts="last").result["attempt"] == "3"
    assert work(tries[::-1], counts="last").result["attempt"] == "3"


def test_best_is_best_after_lateness_and_the_earlier_of_two():
    tries = [attempt(share=0.9), attempt(share=1.0, hours=30, number="2")]
    assert work(tries).days_late == 0  # 0.9 against 1.0 · 0.8
    same = [attempt(share=0.5, hours=-2, number="2"), attempt(share=0.5, hours=-5, number="1")]
    assert work(same).result["attempt"] == "1"


def test_the_first_attempts_count_and_the_others_are_shown():
    tries = [attempt(share=s, hours=h, number=n) for s, h, n in
             [(0.2, -9, "1"), (0.4, -8, "2"), (1.0, -7, "3")]]  # fmt: skip
    found = work(tries, attempts_at_most=2)
    assert (found.result["attempt"], found.attempts) == ("2", 2)
    assert [one["attempt"] for one in found.ignored] == ["3"]
    assert work(tries, attempts_at_most=2, counts="last").result["attempt"] == "2"


def test_a_rejected_file_uses_up_no_attempt_and_counts_only_when_alone():
    broken = attempt(hours=-9, state="rejected", number="1") | {"questions": []}
    found = work([broken, attempt(share=0.5, hours=-8, number="2")], attempts_at_most=1)
    assert found.result["attempt"] == "2" and found.rejected == [broken]
    alone = work([broken])
    assert (alone.state, alone.points, alone.result, alone.answers) == ("rejected", 0, None, {})


def test_what_is_too_late_counts_only_when_there_is_nothing_else():
    tries = [attempt(share=0.5), attempt(share=1.0, hours=24 * 5, number="2")]
    assert work(tries, counts="last").points == 6.5
    late = work(tries[1:])
    assert (late.points, late.factor, late.days_late) == (0, 0.0, 5)


def test_without_times_the_numbers_of_the_attempts_order_them():
    tries = [attempt(share=0.1, number=n, submitted="") for n in ("10", "9", "2")]
    assert work(tries, counts="last").result["attempt"] == "10"
    assert work(tries).days_late == 0


@pytest.mark.parametrize("state", ["timed out", "kernel died"])
def test_what_stopped_keeps_what_it_earned(state):
    found = work([attempt(shares=[1, 1, 0, 0, 0], state=state)])
    assert (found.state, found.points) == (state, 5)


# ── lateness, weights, adjustments ───────────────────────────────────────────────────


def test_lateness_multiplies_and_an_extension_takes_it_away():
    late = attempt(hours=25)
    found = work([late])
    assert (found.days_late, found.factor) == (2, 0.8)
    assert found.points == pytest.approx(0.8 * 13)
    assert found.answers["backprop-paths"].graded == 2
    assert work([late], extensions={"ada": DUE + timedelta(days=2)}).points == 13


def test_an_assignment_may_weigh_questions_anew_and_leave_some_out():
    of = assignment([ONE])
    of.exercises[ONE] = ("backprop-paths", "backprop-locate")
    of.points["backprop-paths"] = 10
    book = gradebook.build([attempt(shares=[0.5, 1, 1, 1, 1])], of)
    assert book.rows[0].points == 0.5 * 10 + 2
    assert book.worth == book.rows[0].worth == 12


def adjusted(mine, results=None):
    results = [attempt(share=0.5)] if results is None else results
    roster = [{"id": "ada"}]
    return gradebook.build(results, assignment([ONE]), roster, {"ada": mine}).rows[0]


def test_adjustments_come_in_their_order_and_are_kept():
    mine = {
        "backprop-paths": Adjustment("=", 2, "copied wrongly"),
        ONE: Adjustment("-", 0.5),
        "total": Adjustment("+", 1),
    }
    row = adjusted(mine, [attempt(share=0.5, hours=1)])  # 6.5 · 0.9 = 5.85
    found = row.work[ONE]
    assert found.answers["backprop-paths"].points == 2
    assert found.before == pytest.approx(5.85 - 0.9 + 2)
    assert found.points == pytest.approx(found.before - 0.5)
    assert row.before == found.points and row.points == pytest.approx(found.points + 1)
    assert found.adjustments == {k: v for k, v in mine.items() if k != "total"}
    assert row.adjustment is mine["total"]


def test_points_may_be_given_for_what_was_not_handed_in():
    row = adjusted({"backprop-paths": Adjustment("+", 1)}, [])
    assert row.points == 1 and row.work[ONE].state == "missing"
    book = gradebook.build(
        [], assignment([ONE]), [{"id": "ada"}], {"ada": row.work[ONE].adjustments}
    )
    assert [q.n for q in book.questions] == [0] * 5  # no statistics of what is not there


def test_nothing_is_taken_below_zero():
    row = adjusted({"total": Adjustment("-", 99)})
    assert (row.before, row.points) == (6.5, 0)


# ── who is in the book ───────────────────────────────────────────────────────────────


def test_who_handed_in_nothing_is_there_with_zero():
    roster = [{"id": "zoe", "name": "Zoë"}, {"id": "ada", "name": "Lovelace, Ada"}]
    book = gradebook.build([attempt()], assignment([ONE]), roster)
    assert [(row.name, row.points) for row in book.rows] == [("Lovelace, Ada", 13), ("Zoë", 0)]
    assert not book.rows[1].handed_in


def test_strangers_and_strays():
    other = result("guest", "foundations/00_start", [question()])
    unread = result("ben", "", [], state="rejected")
    nobody = result("", "", [], state="rejected")
    of = assignment([ONE])
    book = gradebook.build(Results([attempt(), other, unread, nobody], {"x": "half"}), of, [])
    assert [row.student for row in book.rows] == ["ada", "ben"]
    assert book.stray == [other, unread, nobody] and book.skipped == {"x": "half"}
    assert book.rows[0].person == {} and book.has_roster
    assert gradebook.students([other], of, [{"id": "zoe"}]) == ["zoe"]


@pytest.mark.parametrize(
    ("roster", "said"),
    [([{"id": "ada"}, {"id": "ada"}], "ada stands there twice"), ([{"name": "x"}], "an id")],
)
def test_a_roster_must_name_everyone_once(roster, said):
    with pytest.raises(ValueError, match=f"roster: .*{said}"):
        gradebook.build([], assignment([ONE]), roster)


def test_a_class_adds_up():
    results, roster = a_class()
    book = gradebook.build(results, assignment(), roster)
    assert len(book.rows) == 30
    for row in book.rows:
        answers = [a for w in row.work.values() for a in w.answers.values()]
        assert row.points == pytest.approx(sum(answer.points for answer in answers))
        assert row.points <= row.worth == book.worth == 37
    assert sum(book.histogram) == sum(row.handed_in for row in book.rows) == 28


# ── what a class tells about its questions ───────────────────────────────────────────


def statistics(table):
    """{id: Question} for students whose shares are the rows of a table."""
    made = [attempt(f"s{i:02d}", shares=list(shares)) for i, shares in enumerate(table)]
    book = gradebook.build(made, assignment([ONE]))
    return {one.id: one for one in book.questions}


def test_difficulty_and_discrimination_are_numpys():
    rng = Random(3)
    table = [[rng.random() for _ in IDS] for _ in range(40)]
    found, shares, worth = statistics(table), np.array(table), np.array(WORTH)
    for i, id in enumerate(IDS):
        rest = (shares * worth).sum(1) - shares[:, i] * worth[i]
        assert found[id].mean == pytest.approx(shares[:, i].mean())
        assert found[id].discrimination == pytest.approx(np.corrcoef(shares[:, i], rest)[0, 1])
        assert found[id].n == 40


def test_the_interval_is_fishers():
    found = statistics([[i % 2, (i + (i % 4 == 0)) % 2, 0.5, 0.5, 0.5] for i in range(28)])
    one = found["backprop-paths"]
    low, high = one.interval
    assert math.atanh(high) - math.atanh(low) == pytest.approx(2 * 1.96 / math.sqrt(25))
    assert math.atanh(high) + math.atanh(low) == pytest.approx(2 * math.atanh(one.discrimination))


def test_lateness_and_adjustments_do_not_make_a_question_harder():
    of, late = assignment([ONE]), [attempt("ada", hours=30), attempt("ben", hours=30)]
    by_hand = {"ada": {"backprop-paths": Adjustment("=", 0)}}
    assert gradebook.build(late, of, None, by_hand).questions[0].mean == 1


@pytest.mark.parametrize(
    "table",
    [
        [[1] * 5, [0] * 5],  # two students
        [[1, 0, 1, 0, 1], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]],  # no spread here
        [[1, 0.3, 0.3, 0.3, 0.3], [0, 0.3, 0.3, 0.3, 0.3], [1, 0.3, 0.3, 0.3, 0.3]],  # nor there
    ],
)
def test_a_correlation_that_is_undefined_is_none(table):
    one = statistics(table)["backprop-paths"]
    assert one.discrimination is None and one.interval is None and one.n == len(table)


def test_a_single_question_has_no_others():
    of = assignment([ONE])
    of.exercises[ONE] = ("backprop-paths",)
    made = [attempt(f"s{i}", share=i / 4) for i in range(5)]
    assert gradebook.build(made, of).questions[0].discrimination is None


def test_a_perfect_correlation_has_no_interval():
    one = statistics([[i / 4] * 5 for i in range(5)])["backprop-paths"]
    assert one.discrimination == pytest.approx(1) and one.interval is None


def test_known_mistakes_are_counted_by_frequency_and_attempt_that_counts():
    made = [attempt(f"s{i}", share=0) for i in range(6)]
    names = ["b", "a", "b", "a", "c", ""]
    for one, mistake in zip(made, names, strict=True):
        one["questions"][0]["mistake"] = mistake
    again = attempt("s0", share=1, hours=0, number="2")
    found = gradebook.build([*made, again], assignment([ONE])).questions[0]
    assert found.mistakes == [("a", 2), ("b", 1), ("c", 1)]
    assert (found.full, found.some, found.none) == (1, 0, 5)


def test_nobody_handed_in():
    one = gradebook.build([], assignment([ONE])).questions[0]
    assert (one.n, one.mean, one.discrimination, one.mistakes) == (0, None, None, [])
    assert one.title == "backprop-paths"


def test_a_histogram_counts_everyone_once():
    shares = [0, 0.099, 0.1, 0.3, 0.7, 0.999, 1, 1.2]
    assert analysis.histogram(shares) == [2, 1, 0, 1, 0, 0, 0, 1, 0, 3]
    values = [3, 1, 2, 10]
    assert [analysis.quantile(values, q) for q in (0, 0.5, 1)] == [1, 2.5, 10]
    assert analysis.quantile(values, 0.25) == np.quantile(values, 0.25)
