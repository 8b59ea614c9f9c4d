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
from nnlib.grading.splice import answers
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


# ── copies are found ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("how", "least"), [(verbatim, 6), (rearranged, 6), (renamed, 3)], ids=lambda x: str(x)[:12]
)
def test_copies_are_found(how, least):
    hits = 0
    for seed in range(6):
        students, pair = with_copy(seed, how)
        came = found(students)
        assert came <= {pair}
        hits += pair in came
    assert hits >= least
