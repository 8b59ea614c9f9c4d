"""`nnlib similar`: copies are found, students who worked alone are not; see made_up_class.py."""

import io
import itertools
import json
import os
import re
import subprocess
import sys
import time
import tokenize
from pathlib import Path
from random import Random

import numpy as np
import pytest

from nnlib.grading import chance as chances
from nnlib.grading.choices import GRAM, WINDOW, Stub, choices, key, tokens, winnow
from nnlib.grading.likeness import COPIED, habits, likeness, read
from nnlib.grading.similar import FEWEST, as_text, compare
from tests.grading.made_up_class import QUESTIONS, below_head, classroom

OWN = """\
slope_of = np.zeros_like(W)
# walk over every entry and wiggle it on its own
for where in np.ndindex(W.shape):
    kept = W[where]
    W[where] = kept + h
    above = f(W)
    W[where] = kept - h
    below = f(W)
    W[where] = kept  # put it back before the next one
    slope_of[where] = (above - below) / (2 * h)
return slope_of"""
ODD = """\
missed = np.zeros(T.shape)
for row in range(len(T)):
    for col in range(T.shape[1]):
        missed[row, col] = sum(W[col, k] * X[row, k] for k in range(X.shape[1])) - T[row, col]
wrong = missed * abs(missed)  # squared, but the sign of the miss must survive
return wrong.T @ X / 5, wrong.sum(axis=1)"""


def found(classroom, stubs=QUESTIONS):
    return {(pair.one, pair.other) for pair in compare(classroom, stubs)}


def renamed(rng, id, source):
    """Every chosen name replaced."""
    names = {c.text for c in choices(source, Stub.of(QUESTIONS[id])) if c.aspect == "names"}
    new = {name: f"{rng.choice('abcxyz')}{i}" for i, name in enumerate(sorted(names))}
    return re.sub(r"(?<![.\w'])[^\W\d]\w*", lambda m: new.get(m[0], m[0]), source)


def rearranged(rng, id, source):
    """Comments moved to other lines, blank lines added, spaces around operators dropped."""
    head, lines = source.split('"""\n')[0] + '"""', source.split('"""\n')[1].split("\n")
    code = [line.split("  #")[0].rstrip() for line in lines]
    code = [re.sub(r" ([-+*/@]|\*\*|-=|\+=) ", r"\1", line) for line in code]
    comments = [line.partition("  #")[2] for line in lines if "  #" in line]
    for comment in rng.sample(comments, len(comments)):
        code.insert(rng.randrange(len(code)), f"    #{comment}")
    return head + "\n\n" + "\n\n".join(code)


def verbatim(rng, id, source):
    return source


def with_copy(seed, how):
    """A class in which one student handed in another's answers, and these two."""
    rng, students = Random(1000 + seed), classroom(seed)
    pair = tuple(sorted(rng.sample(sorted(students), 2)))
    students[pair[1]] = {id: how(rng, id, text) for id, text in students[pair[0]].items()}
    return students, pair


def with_shared(seed, id, body):
    """A class in which two students give the same answer to one question, and these two."""
    students = classroom(seed)
    pair = tuple(sorted(Random(seed).sample(sorted(students), 2)))
    for name in pair:
        students[name][id] = below_head(id, body)
    return students, pair


# ── copies are found ─────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize(("how", "least"), [(verbatim, 6), (rearranged, 6), (renamed, 5)])
def test_a_copy_of_all_answers_is_found_and_nobody_else(how, least):
    hits = 0
    for seed in range(6):
        students, pair = with_copy(seed, how)
        came = found(students)
        assert came <= {pair}
        hits += pair in came
    assert hits >= least


@pytest.mark.parametrize(("id", "body"), [("backprop-nudge", OWN), ("backprop-batch", ODD)])
def test_one_copied_answer_of_six_is_found_if_it_has_something_of_its_own(id, body):
    for seed in range(4):
        students, pair = with_shared(seed, id, body)
        assert found(students) == {pair}


def test_one_short_answer_copied_without_a_word_of_its_own_cannot_be_told():
    students, _ = with_shared(0, "neurons-columns", "return W @ X + b.reshape(3, 1)")
    assert not found(students)


def test_all_pairs_of_three_who_copied_are_found():
    students, pair = with_copy(2, verbatim)
    third = next(name for name in students if name not in pair)
    students[third] = {id: rearranged(Random(5), id, t) for id, t in students[pair[0]].items()}
    assert found(students) == set(itertools.combinations(sorted([*pair, third]), 2))


def test_what_is_shown_are_the_lines_that_agree():
    students, pair = with_shared(0, "backprop-nudge", OWN)
    students[pair[1]]["backprop-nudge"] += "\n# the end"
    pairs = compare(students, QUESTIONS)
    match = pairs[0].questions[0]
    assert match.question == "backprop-nudge"
    assert {"slope_of", "kept", "above"} <= set(re.findall(r"\w+", match.shared))
    (shown,) = match.passages
    assert shown.one_lines == shown.other_lines == (4, 14)
    assert "above = f(W)" in shown.one and "the end" not in shown.other
    text = as_text(pairs)
    assert "not a proof" in text and f"{pair[0]} and {pair[1]}: " in text
    assert json.loads(json.dumps(pairs.as_dict()))["pairs"][0]["questions"][0]["bits"] == match.bits


# ── who worked alone is not ──────────────────────────────────────────────────────────


@pytest.mark.slow
def test_of_twenty_classes_without_a_copy_at_most_two_have_a_pair():
    """At most one in 20 is what ALPHA promises."""
    assert sum(bool(found(classroom(seed))) for seed in range(100, 120)) <= 2


def test_the_answer_that_everybody_writes_is_no_evidence():
    one_liners = {
        "neurons-border": "return (np.log(p / (1 - p)) - b) / np.linalg.norm(w)",
        "neurons-columns": "return W @ X + b[:, None]",
    }
    students = classroom(1)
    for name in sorted(students)[:20]:
        for id, body in one_liners.items():
            students[name][id] = below_head(id, body)
    assert not found(students)
    every = {name: {id: below_head(id, b) for id, b in one_liners.items()} for name in students}
    assert not found(every)


def test_the_stub_is_no_evidence():
    for stub in QUESTIONS.values():
        assert choices(stub, Stub.of(stub)) == []
        assert choices("\n\n" + stub.replace("    ", "\t"), Stub.of(stub)) == []
    pairs = compare({f"s{i:02}": dict(QUESTIONS) for i in range(30)}, QUESTIONS)
    assert not pairs and pairs.students == 0
    id = "neurons-border"
    way, end = choices(below_head(id, "pass"), Stub.of(QUESTIONS[id]))
    assert (way.text, end.text) == ("pass", "$")


def test_a_habit_counts_once():
    def names_bits(questions):
        sources = ["q = 1", "q = 1", *(f"x{i} = 1" for i in range(10))]
        tables = {id: read(sources, "") for id in range(questions)}
        return likeness(tables[0], 12, habits(tables)).bits["names"][0]

    assert 3 * names_bits(3) == pytest.approx(names_bits(1), rel=1e-5)


def test_a_name_at_a_rare_place_is_as_rare_as_in_the_whole_question():
    def bits(name):
        table = read([f"{name} = []"] * 2 + ["q = 1"] * 10, "")
        return likeness(table, 12, habits({"": table})).bits["names"][0]

    assert bits("q") == pytest.approx(0, abs=1e-5)
    assert bits("slope") == pytest.approx(np.log2(COPIED * 13 / 3 + 1 - COPIED), abs=1e-5)


# ── how much is claimed ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("n", "at_most"), [(2, 0), (3, 0.4), (4, 0.7), (5, 1), (30, 3.3)])
def test_bits_of_two_alone(n, at_most):
    """Two of n take the same way, the others each their own: p = 3 / (n + 1)."""
    table = read(["1", "1", *(str(i) for i in range(2, n))], "")
    bits = likeness(table, n, habits({"q": table})).bits["structure"]
    expected = np.log2(COPIED * (n + 1) / 3 + 1 - COPIED) if n > 2 else 0
    assert bits[0] == pytest.approx(expected, abs=1e-5) and bits[0] <= at_most
    assert np.all(bits[1:] <= 0)


@pytest.mark.parametrize("n", [0, 1, 2, FEWEST - 1])
def test_of_few_students_nothing_is_told(n):
    students = {str(i): {"backprop-nudge": below_head("backprop-nudge", OWN)} for i in range(n)}
    pairs = compare(students, QUESTIONS)
    assert pairs == [] and not pairs.as_dict()["told"]
    assert "nothing can be told" in as_text(pairs)


def test_chance_is_what_the_class_shows_and_beyond_it_halves_with_each_bit():
    bins = np.zeros((1, 402), int)
    bins[0, [0, 50]] = 97, 3  # three pairs of a hundred with 5 bits
    assert chances.chance(bins, 0) == pytest.approx(1)
    assert chances.chance(bins, 5) == pytest.approx(0.03)
    assert chances.chance(bins, 7) == pytest.approx(0.03 / 4)


def test_chance_of_three_questions_by_enumeration(monkeypatch):
    rng = np.random.default_rng(0)
    bins = np.zeros((3, 402), int)
    bins[:, :8] = rng.integers(0, 3, (3, 8))
    bins[:, 0] += 1000
    bins[:, 7] = 30
    p = bins / bins.sum(1, keepdims=True)
    ways = itertools.product(range(8), repeat=3)
    expected = sum(p[0, i] * p[1, j] * p[2, k] for i, j, k in ways if i + j + k >= 12)
    assert expected <= chances.chance(bins, 1.25) <= 5 * expected  # more: the tails
    monkeypatch.setattr(chances, "TAIL", 1e-12)
    assert chances.chance(bins, 1.25) == pytest.approx(expected)


def test_a_pair_that_is_found_does_not_hide_the_next():
    alone = {aspect: np.zeros(435) for aspect in ("structure", "names", "words")}
    two = {**alone, "structure": np.concatenate([[25, 20], np.zeros(433)])}
    told = chances.beyond_chance([two, alone], 10)
    assert list(told) == [0, 1]
    for bits, by_chance, parts in told.values():
        assert by_chance <= chances.ALPHA and sum(parts) == pytest.approx(bits)


# ── the same again ───────────────────────────────────────────────────────────────────


def test_the_order_of_the_students_does_not_matter():
    students, _ = with_copy(3, verbatim)
    names = sorted(students, key=lambda name: key("any", name))
    again = {name: dict(reversed(students[name].items())) for name in names}
    assert compare(again, QUESTIONS).as_dict() == compare(students, QUESTIONS).as_dict()


def test_another_process_says_the_same():
    code = (
        "import json; from tests.grading.test_similar import *; "
        "print(json.dumps(compare(with_copy(3, verbatim)[0], QUESTIONS).as_dict()))"
    )
    came = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert came[0] == came[1] and json.loads(came[0])["pairs"]


# ── any source at all ────────────────────────────────────────────────────────────────

HOSTILE = {
    "not a text": 7,
    "empty": "",
    "1 MB": "x = 1\n" * 170_000,
    "one name": "x" * 1_000_000,
    "nested": "(" * 500_000,
    "indented": "".join(" " * i + "if x:\n" for i in range(2_000)),
    "null bytes": "x = \x00 1\n\x00" * 500,
    "lone surrogates": "x\ud800y = '\udfff' # \udc80 and more of it",
    "escapes of a terminal": "x = '\x1b[2J' # \x1b]0;owned\x07 as you see",
    "open texts": "'''" + "\\" * 19_000 + '"""',
    "quotes": "'\"" * 10_000,
    "digits": "1" * 10_000 + "e" + "_" * 9_000,
    "many names": "\n".join(f"name_{i} = name_{i + 1}" for i in range(2_000)),
    "defs": "def " * 5_000 + "def f(a, b",
    "words": "# " + " ".join(f"w{i}" for i in range(5_000)),
    "broken": "def f(x:\n  return ]} x +\n\tclass",
    "line ends": "a = 1\r\rb = 2\r\n\u2028c = 3\f",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_source_raises_or_takes_long(what):
    start = time.perf_counter()
    for stub in (Stub.of(QUESTIONS["backprop-nudge"]), Stub.of(HOSTILE[what])):
        choices(HOSTILE[what], stub)
    assert time.perf_counter() - start < 5  # a tenth of a second, on a quiet machine


def test_hostile_sources_are_compared_and_printed():
    students = classroom(0)
    for name, source in zip(sorted(students), list(HOSTILE.values())[::-1], strict=False):
        students[name]["neurons-border"] = source
    shared = HOSTILE["escapes of a terminal"] + HOSTILE["lone surrogates"] + "\n" + OWN
    students |= dict.fromkeys(("\udcff\x1b", "\x00"), dict.fromkeys(QUESTIONS, shared))
    pairs = compare(students, QUESTIONS)
    assert [(pair.one, pair.other) for pair in pairs] == [("·", "··")]
    for text in (as_text(pairs), json.dumps(pairs.as_dict(), ensure_ascii=False)):
        assert text.encode("utf-8").decode().replace("\n", "").isprintable()


def test_answers_are_compared_where_a_question_is_missing():
    students, pair = with_copy(4, verbatim)
    for name in sorted(students)[::3]:
        del students[name]["neurons-border"]
    students |= {"absent": {}, "other": {"no-such-question": "x = 1"}}
    assert found(students) == {pair}


# ── how an answer is read ────────────────────────────────────────────────────────────


def test_renaming_leaves_the_structure_as_it_was():
    stub = Stub.of(QUESTIONS["backprop-nudge"])
    source = below_head("backprop-nudge", OWN)
    other = re.sub(r"\b(slope_of|where|kept|above|below|f|W|h)\b", r"\1_2", source)
    structures = [
        [c[:3] for c in choices(text, stub) if c.aspect == "structure"] for text in (source, other)
    ]
    assert structures[0] == structures[1] and len(structures[0]) > 50


def test_tokens_are_those_of_tokenize():
    skipped = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.NEWLINE}
    sources = [text for student in classroom(0, 10).values() for text in student.values()]
    sources += [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    for source in (s for s in sources if len(s) < 20_000 and not re.search(r"\bf[\"']", s)):
        theirs = [
            (token.string, token.start[0])
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type not in skipped
        ]
        assert [(t.text, t.line) for t in tokens(source) if t.kind != "end"] == theirs


def test_what_two_texts_share_leaves_a_run_in_both():
    """The guarantee of winnowing: GRAM + WINDOW − 1 words in common are noticed."""
    rng = Random(0)
    for _ in range(200):
        shared = [rng.choice("abcdef") for _ in range(GRAM + WINDOW - 1)]
        runs = []
        for _ in range(2):
            before, after = ([rng.choice("uvwxyz") for _ in range(rng.randrange(9))] for _ in "ab")
            found = choices("# " + " ".join(before + shared + after), Stub())
            runs.append({choice.took for choice in found})
        assert runs[0] & runs[1]
    assert winnow([3, 1, 2, 1, 5, 4], 3) == [1, 3]
