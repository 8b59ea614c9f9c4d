"""What a class tells about its questions: how hard they are, whom they tell apart, what went wrong.

All of it counts the work as it was graded, before lateness and adjustments: a late answer is not a
wrong one.
"""

import math
from collections import Counter
from dataclasses import dataclass, field

ENOUGH = 10  # students; with fewer, a correlation says next to nothing
BINS = 10


@dataclass
class Question:
    """The statistics of one question, over the `n` students who handed in its exercise.

    mean: the mean share of its points, from 0 (nobody) to 1 (everybody); None where n is 0.
    full, some, none: how many students earned all of its points, a part, nothing.
    discrimination: the corrected item-total correlation, −1 to 1: Pearson's between the share a
    student earned here and the share earned of all *other* questions that he or she handed in.
    High: who does well elsewhere does well here. Near 0 or below: something else decides, a slip
    in the question perhaps. None where it is undefined: fewer than three students with other
    questions, or no spread in one of the two.
    interval: its 95 % confidence interval by Fisher's transformation; None below four students
    and where the correlation is ±1. Honest with few students: with ten, 0.4 may be −0.3 or 0.8.
    mistakes: [(name of a known mistake, how many students made it)], the most frequent first.
    """

    id: str
    title: str
    exercise: str
    worth: float
    n: int = 0
    mean: float | None = None
    full: int = 0
    some: int = 0
    none: int = 0
    discrimination: float | None = None
    interval: tuple[float, float] | None = None
    mistakes: list[tuple[str, int]] = field(default_factory=list)


def questions(assignment, rows, titles):
    """The statistics of every question of an assignment, in its order.

    rows: the gradebook's. titles: {question id: title}.
    """
    shares = [_shares(row) for row in rows]
    found = []
    for exercise, ids in assignment.exercises.items():
        for id in ids:
            worth = assignment.points[id]
            question = Question(id, titles.get(id, id), exercise, worth)
            pairs = [(own[id], _rest(own, id, assignment)) for own in shares if id in own]
            _describe(question, [here for here, _ in pairs])
            _discriminate(question, [pair for pair in pairs if pair[1] is not None])
            made = Counter(
                answer.mistake
                for row in rows
                if (answer := row.work[exercise].answers.get(id)) and answer.mistake
            )
            question.mistakes = sorted(made.items(), key=lambda item: (-item[1], item[0]))
            found.append(question)
    return found


def _shares(row):
    """{question: share of its points} of the work that a student handed in."""
    return {
        id: answer.graded / answer.worth
        for work in row.work.values()
        for id, answer in work.answers.items()
        if work.result and answer.worth  # points may be given for nothing
    }


def _rest(shares, id, assignment):
    """The share earned of all other questions handed in, each counting its points; or None."""
    others = [(assignment.points[other], share) for other, share in shares.items() if other != id]
    worth = sum(points for points, _ in others)
    return sum(points * share for points, share in others) / worth if worth else None


def _describe(question, shares):
    question.n = len(shares)
    if shares:
        question.mean = sum(shares) / len(shares)
    question.full = sum(share >= 1 - 1e-9 for share in shares)
    question.none = sum(share <= 1e-9 for share in shares)
    question.some = question.n - question.full - question.none


def _discriminate(question, pairs):
    question.discrimination = r = correlation(pairs)
    if r is None or len(pairs) < 4 or abs(r) > 1 - 1e-9:
        return
    spread = 1.96 / math.sqrt(len(pairs) - 3)
    question.interval = tuple(math.tanh(math.atanh(r) + side * spread) for side in (-1, 1))


def correlation(pairs):
    """Pearson's correlation of pairs of numbers; None below three pairs or without spread."""
    if len(pairs) < 3:
        return None
    xs, ys = zip(*pairs, strict=True)
    dx = [x - sum(xs) / len(xs) for x in xs]
    dy = [y - sum(ys) / len(ys) for y in ys]
    spread = math.sqrt(sum(d * d for d in dx) * sum(d * d for d in dy))
    if min(max(map(abs, dx)), max(map(abs, dy))) < 1e-9:  # the rest is rounding, no spread
        return None
    return max(-1.0, min(1.0, sum(a * b for a, b in zip(dx, dy, strict=True)) / spread))


def histogram(shares):
    """How many of the shares of a total lie in each tenth, as ten counts.

    A tenth holds its lower end, the last one its upper end too and what is more than everything.
    """
    counts = [0] * BINS
    for share in shares:
        counts[max(0, min(BINS - 1, math.floor(share * BINS + 1e-9)))] += 1
    return counts


def quantile(values, share):
    """The value below which `share` of the sorted values lie, between two of them if need be."""
    values = sorted(values)
    at = share * (len(values) - 1)
    low = math.floor(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])
