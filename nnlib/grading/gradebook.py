"""From results to a gradebook: who gets how many points for what, and why.

    results      one dict a submission, from store.load
    assignment   exercises, points, due dates, late rules (assignment.py)
    roster       optional: [{"id", "name", "email", "canvas", "section", …}], so that who handed
                 in nothing is there, with 0
    adjustments  {student: {place: Adjustment}}, from adjustments.read

In this order: the attempt that counts is chosen; lateness multiplies its points; adjustments of a
question, of an exercise, of the total are made. All numbers are points; nothing is rounded.

Which attempt counts. Attempts stand in the order in which they were handed in. A rejected file uses
none up, since nothing of it was run. The first `attempts_at_most` of the others count; of these
those that are too late (factor 0) only when there is none else. Then "best" takes the one with most
points after lateness, the earlier of two equal ones; "last" the last.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from nnlib.grading import analysis
from nnlib.grading.adjustments import TOTAL, Adjustment
from nnlib.grading.pages import moment


@dataclass
class Answer:
    """A question of the work that counts. graded: as graded; points: late and adjusted."""

    id: str
    graded: float
    points: float
    worth: float
    mistake: str = ""
    flags: list[str] = field(default_factory=list)
    adjustment: Adjustment | None = None


@dataclass
class Work:
    """What a student gets for one exercise.

    result: the submission that counts; None when there is none but rejected ones, or none at all.
    rejected: the rejected submissions, ignored: those beyond the attempts allowed, as results.
    attempts: how many count. days_late, factor: of the one that counts.
    before: points before the exercise's own adjustment.
    """

    exercise: str
    worth: float
    result: dict | None = None
    attempts: int = 0
    rejected: list[dict] = field(default_factory=list)
    ignored: list[dict] = field(default_factory=list)
    days_late: int = 0
    factor: float = 1.0
    answers: dict[str, Answer] = field(default_factory=dict)
    adjustments: dict[str, Adjustment] = field(default_factory=dict)
    before: float = 0.0
    points: float = 0.0

    @property
    def adjustment(self):
        return self.adjustments.get(self.exercise)

    @property
    def state(self):
        """The state of the submission that counts; "rejected" or "missing" where there is none."""
        if self.result:
            return self.result["state"]
        return "rejected" if self.rejected else "missing"


@dataclass
class Row:
    """A student. person: the roster's row, {} for who is not on it. before: total unadjusted."""

    student: str
    person: dict
    work: dict[str, Work]
    before: float
    points: float
    worth: float
    adjustment: Adjustment | None = None

    @property
    def name(self):
        return self.person.get("name") or self.student

    @property
    def share(self):
        return self.points / self.worth if self.worth else 0.0

    @property
    def handed_in(self):
        """Whether anything was graded."""
        return any(work.result for work in self.work.values())


@dataclass
class Gradebook:
    """All of it. rows: by name. stray: results that belong to no exercise of the assignment.

    skipped: {file: why it could not be read}. has_roster: whether a roster was given.
    """

    assignment: object
    rows: list[Row]
    questions: list[analysis.Question]
    stray: list[dict]
    skipped: dict[str, str]
    has_roster: bool

    @property
    def worth(self):
        return sum(
            self.assignment.points[id] for ids in self.assignment.exercises.values() for id in ids
        )

    @property
    def histogram(self):
        """Ten counts of totals, of the students who handed something in."""
        return analysis.histogram(row.share for row in self.rows if row.handed_in)


def students(results, assignment, roster=None):
    """Every student known, sorted: of the roster, and whoever handed in work of the assignment.

    A rejected file counts too, since nobody knows what it was meant to be.
    """
    named = {person.get("id") for person in roster or ()}
    for result in results:
        if result["exercise"] in assignment.exercises or result["state"] == "rejected":
            named.add(result["student"])
    return sorted(named - {None, ""})


def build(results, assignment, roster=None, adjustments=None):
    """The gradebook. Raises ValueError for a roster with no id in a row, or one id in two."""
    people = {}
    for person in roster or ():
        if not person.get("id"):
            raise ValueError(f"roster: expected an id in every row, got {person!r:.80}")
        if person["id"] in people:
            raise ValueError(f"roster: {person['id']} stands there twice")
        people[person["id"]] = person
    handed_in, stray, titles = {}, [], {}
    for result in results:
        known = result["student"] and result["exercise"] in assignment.exercises
        if known:
            handed_in.setdefault((result["student"], result["exercise"]), []).append(result)
            titles |= {q["id"]: q.get("title") or q["id"] for q in result["questions"]}
        else:
            stray.append(result)
    rows = []
    for student in students(results, assignment, roster):
        mine = (adjustments or {}).get(student, {})
        work = {
            exercise: _work(handed_in.get((student, exercise), []), exercise, assignment, mine)
            for exercise in assignment.exercises
        }
        before, total = sum(w.points for w in work.values()), mine.get(TOTAL)
        points = total.applied(before) if total else before
        worth = sum(w.worth for w in work.values())
        person = people.get(student, {})
        rows.append(Row(student, person, work, before, points, worth, total))
    rows.sort(key=lambda row: (row.name.casefold(), row.student))
    questions = analysis.questions(assignment, rows, titles)
    skipped = dict(getattr(results, "skipped", {}))
    return Gradebook(assignment, rows, questions, stray, skipped, roster is not None)


def _work(results, exercise, assignment, adjustments):
    ids = assignment.exercises[exercise]
    work = Work(exercise, sum(assignment.points[id] for id in ids))
    work.adjustments = {p: a for p, a in adjustments.items() if p == exercise or p in ids}
    in_order = sorted(results, key=_when)
    work.rejected = [result for result in in_order if result["state"] == "rejected"]
    tried = [result for result in in_order if result["state"] != "rejected"]
    allowed = assignment.attempts_at_most
    allowed = len(tried) if allowed is None else allowed
    work.ignored, tried = tried[allowed:], tried[:allowed]
    work.attempts = len(tried)
    if tried:
        work.result, work.days_late, work.factor = _counted(tried, ids, assignment)
    for id in ids:
        answer = _answer(id, work, assignment)
        if answer:
            work.answers[id] = answer
    work.before = sum(answer.points for answer in work.answers.values())
    work.points = work.adjustment.applied(work.before) if work.adjustment else work.before
    return work


def _counted(tried, ids, assignment):
    """(result, days late, factor) of the attempt that counts."""
    late = []
    for result in tried:
        at = moment(result.get("submitted"))
        days = assignment.days_late(result["student"], at) if at else 0
        late.append((result, days, assignment.factor(days)))
    in_time = [each for each in late if each[2] > 0] or late
    if assignment.counts == "last":
        return in_time[-1]
    shares = [{i: _share(result, i) for i in ids} for result, _, _ in in_time]
    points = [
        sum(assignment.points[i] * share for i, share in own.items()) * factor
        for own, (_, _, factor) in zip(shares, in_time, strict=True)
    ]
    return in_time[points.index(max(points))]


def _answer(id, work, assignment):
    """The Answer to a question; None when nothing was handed in and nothing was given for it."""
    adjustment = work.adjustments.get(id)
    if work.result is None and adjustment is None:
        return None
    question = _question(work.result, id) if work.result else {}
    graded = assignment.points[id] * _share(work.result, id) if work.result else 0.0
    points = graded * work.factor
    return Answer(
        id,
        graded,
        adjustment.applied(points) if adjustment else points,
        assignment.points[id],
        question.get("mistake") or "",
        list(question.get("flags") or ()),
        adjustment,
    )


def _question(result, id):
    return next((question for question in result["questions"] if question["id"] == id), {})


def _share(result, id):
    """The share of a question's points, 0 to 1: the assignment may weigh it anew."""
    question = _question(result, id)
    return question["points"] / question["worth"] if question.get("worth") else 0.0


def _when(result):
    """Sorts attempts: by time, unknown times last, then by the attempt's number."""
    at = moment(result.get("submitted"))
    number = [int(part) for part in re.findall(r"\d+", str(result.get("attempt") or ""))]
    time = at.timestamp() if isinstance(at, datetime) else float("inf")
    return time, number, result["submission"]
