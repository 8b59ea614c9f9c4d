"""`nnlib similar`: pairs of students whose answers are alike beyond chance.

Right answers to one question agree. So what counts is not how much of two answers agrees, but how
rare, in this class, the choices are that two students made alike. choices.py reads what a student
chose: the turns of the path that an answer takes, the names, the words. likeness.py weighs what two
have in common, in bits. chance.py reads off the class itself which pairs have more bits than chance
gives. The result does not depend on the order of the students, nor on the process.

What this cannot see: a copy of what everybody writes, or of one short answer without names or words
of its own. What it cannot tell from a copy: two who worked together with leave, or who took the
same passage from a book, a forum or a machine. And a habit of a few students that shows in many
questions (loops where others have arrays) passes for a little evidence in each.

Measured on made-up classes of 30 (tests/grading/): 3 of 200 without a copy had a pair; of copies of
all six answers 20 of 20 were found, renamed 19, of one answer with comments of its own 20, of one
answer at random none.

Growth, for n students, q questions and t characters in all: time t + q·n²·(ways that several
went), memory 12·q bytes a pair. 1,000 students and 20 questions: 20 s on one core, 300 MB.
"""

import re
from dataclasses import asdict, dataclass
from itertools import zip_longest
from textwrap import dedent

import numpy as np

from nnlib.grading.chance import ALPHA, beyond_chance
from nnlib.grading.choices import Stub, choices, readable
from nnlib.grading.likeness import habits, likeness, mixed, read

FEWEST = 8  # below, even a choice of only two is one that more than 1 in 3 might make: 3 / (n + 1)
ADVICE = (
    "Alike beyond what chance gives in this class; a reason to look and to talk, not a proof.\n"
    "Work done together with leave, or a passage that both took from elsewhere, looks the same."
)
_LINES, _WIDTH = 15, 46  # of a passage, side by side


@dataclass
class Passage:
    """Lines (first, last) of either answer, from 1, that agree, and their texts."""

    one_lines: tuple[int, int]
    other_lines: tuple[int, int]
    one: str
    other: str


@dataclass
class Match:
    """What two answers to a question share. bits: evidence, at least 1; shared: it in words."""

    question: str
    bits: float
    shared: str
    passages: list[Passage]


@dataclass
class Pair:
    """Two students, `one` before `other`. bits: evidence, of all questions together.

    by_chance: how many pairs of a class like this would have as many bits by chance.
    """

    one: str
    other: str
    bits: float
    by_chance: float
    questions: list[Match]


class Pairs(list):
    """A list of Pair, the most telling first. students, questions: how many were compared."""

    students = questions = 0

    def as_dict(self):
        """For `--json`. told: False when there are too few students to tell anything."""
        head = {"students": self.students, "questions": self.questions, "alpha": ALPHA}
        head |= {"told": self.students >= FEWEST, "advice": ADVICE}
        return head | {"pairs": [asdict(pair) for pair in self]}


def compare(classroom, stubs, top=50):
    """The Pairs that are alike beyond chance (chance.py), at most `top` of them.

    classroom: {student: {question: source}}; a question may be missing, a source may be anything.
    stubs: {question: source of the stub as it was given out}; no other question is looked at.
    Raises nothing, whatever the sources are. Of fewer than FEWEST students who wrote something
    nothing can be told, and no pair is returned.
    """
    pairs, names = Pairs(), sorted(classroom, key=str)
    tables = {q: read([classroom[name].get(q) for name in names], stubs[q]) for q in sorted(stubs)}
    rows = {q: np.concatenate([t.row for t in table.values()]) for q, table in tables.items()}
    wrote = np.unique(np.concatenate([*rows.values(), np.zeros(0, int)]))
    names = [names[row] for row in wrote]
    tables = {
        q: {a: t._replace(row=np.searchsorted(wrote, t.row)) for a, t in table.items()}
        for q, table in tables.items()
        if len(rows[q])
    }
    pairs.students, pairs.questions, n = len(names), len(tables), len(names)
    if n < FEWEST:
        return pairs
    habit = habits(tables)
    alike = {q: likeness(table, n, habit) for q, table in tables.items()}
    one, other = np.triu_indices(n, 1)
    for pair, told in beyond_chance([a.bits for a in alike.values()], top).items():
        bits, by_chance, parts = told
        two = names[one[pair]], names[other[pair]]
        matches = []
        for q, part in sorted(zip(alike, parts, strict=True), key=lambda m: (-m[1], m[0])):
            if part >= 1:
                answers = [classroom[name][q] for name in two]
                matches.append(match(q, float(part), *answers, stubs[q], alike[q].counts))
        pairs.append(Pair(*map(_clean, two), round(bits, 1), by_chance, matches))
    return pairs


def match(question, bits, one, other, stub, counts):
    """The Match of two sources. counts: {key of a rare way: how many went it}, of likeness()."""
    stub = Stub.of(stub)
    mine, others = ({(c.at, c.took): c for c in choices(s, stub)} for s in (one, other))
    same = [ways for ways in mine if ways in others]
    at, took = (np.array([ways[i] for ways in same], np.uint64) for i in (0, 1))
    rare = {"structure": [], "names": [], "words": []}
    for ways, key in zip(same, mixed(at, took).tolist(), strict=True):
        if key in counts:
            rare[mine[ways].aspect].append((counts[key], mine[ways].text))
    turns, chosen, words = rare.values()
    said = []
    if turns:
        plural = "s"[: len(turns) > 1]
        said.append(f"{len(turns)} rare turn{plural}, taken by {min(turns)[0]} or more")
    if chosen:
        said.append("the names " + ", ".join(text for _, text in chosen[:6]))
    if words:
        said.append("the words " + ", ".join(f"“{text}”" for _, text in words[:4]))
    lines = sorted({(mine[ways].line, others[ways].line) for ways in same})
    passages = [passage(one, other, *where) for where in stretches(lines)]
    return Match(_clean(question), round(bits, 1), _clean("; ".join(said)), passages)


def stretches(lines):
    """Pairs of line ranges from sorted pairs of lines that agree: the three longest, in order."""
    found = []
    for a, b in lines:
        if found and a - found[-1][0][1] <= 1 and 0 <= b - found[-1][1][1] <= 1:
            found[-1] = (found[-1][0][0], a), (found[-1][1][0], b)
        else:
            found.append(((a, a), (b, b)))
    longest = sorted(found, key=lambda s: (s[0][0] - s[0][1], s))[:3]
    return sorted(longest)


def passage(one, other, one_lines, other_lines):
    """The Passage of these line ranges (first, last); only the first _LINES are kept as text."""
    texts = []
    for source, (first, last) in ((one, one_lines), (other, other_lines)):
        lines = readable(source).split("\n")[first - 1 : last][:_LINES]
        texts.append("\n".join(_clean(line[:200]) for line in lines))
    return Passage(one_lines, other_lines, *texts)


def as_text(pairs):
    """The Pairs for the terminal, passages side by side."""
    who = f"{pairs.students} students, {pairs.questions} questions"
    if pairs.students < FEWEST:
        return f"{who}: nothing can be told of fewer than {FEWEST} students who wrote something."
    if not pairs:
        return f"{who}: no pair is alike beyond what chance gives in this class."
    lines = [f"{who}, {len(pairs)} pair{'s'[: len(pairs) > 1]}.", *ADVICE.split("\n")]
    for pair in pairs:
        chance = "fewer than 0.001" if pair.by_chance < 1e-3 else f"{pair.by_chance:.2g}"
        head = f"{pair.one} and {pair.other}: {pair.bits:g} bits"
        lines += ["", f"{head}; by chance {chance} such pairs in a class like this"]
        for m in pair.questions:
            lines += [f"  {m.question}, {m.bits:g} bits: {m.shared}"]
            for p in m.passages:
                heads = (
                    f"lines {a}–{b}" if a < b else f"line {a}"
                    for a, b in (p.one_lines, p.other_lines)
                )
                lines += beside(*heads) + beside(p.one, p.other)
    return "\n".join(lines)


def beside(one, other):
    """Two texts side by side, as lines for the terminal."""
    rows = zip_longest(*(dedent(text).split("\n") for text in (one, other)), fillvalue="")
    return [f"    {a[:_WIDTH]:<{_WIDTH}} │ {b[:_WIDTH]}".rstrip() for a, b in rows]


def _clean(text):
    """Without what a terminal would obey or could not print."""
    return re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "·", str(text))
