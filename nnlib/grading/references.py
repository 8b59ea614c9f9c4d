"""Editions of exercises: the notebook as it was given out, and the values it expects.

The packaged ones lie in `nnlib/exercises/`: `<part>/<name>.json` holds the questions,
`<name>.ipynb` beside it the notebook. Both are written by tools/exercises.py and by nothing else.
What a class got (`nnlib release`) carries its own edition in a cell, `nnlib.edition("…")`.
A question:

    title, points, outcome    as the author wrote them
    hints                     three, each of which leaves work to do
    cases                     {case: {digits, floor, lines}}: what its show cells print
    mistakes                  [{name, misconception, says, cases: {case: lines}}]
"""

import base64
import json
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FOLDER = files("nnlib") / "exercises"
_LARGEST = 10_000_000  # bytes of an unpacked edition
_in_force: dict[str, dict] = {}  # questions of the editions that this session was given


@dataclass(frozen=True)
class Edition:
    """One exercise as given out. questions: by id, in order; pristine: a notebook as a dict."""

    name: str
    questions: dict[str, dict]
    pristine: dict

    def packed(self):
        """The edition as one line of text."""
        told = {"name": self.name, "questions": self.questions, "pristine": self.pristine}
        return base64.b85encode(zlib.compress(json.dumps(told).encode(), 9)).decode()


def unpacked(text):
    """The Edition in a line of text. Raises ValueError when there is none."""
    try:
        opener = zlib.decompressobj()
        told = json.loads(opener.decompress(base64.b85decode(text), _LARGEST))
        return Edition(told["name"], told["questions"], told["pristine"])
    except (ValueError, KeyError, TypeError, zlib.error, RecursionError):
        raise ValueError("edition: the cell with the edition was changed or cut") from None


def edition(text):
    """Let `check` and `hint` follow this edition from here on. The first cells of a notebook that
    was given to a class call it."""
    _in_force.update(unpacked(text).questions)


def names():
    """Every packaged exercise, as "foundations/04_backprop"."""
    return sorted(
        f"{part.name}/{file.name.removesuffix('.json')}"
        for part in FOLDER.iterdir()
        if part.is_dir()
        for file in part.iterdir()
        if file.name.endswith(".json")
    )


@cache
def questions(name):
    """The questions of a packaged exercise, by id, in order."""
    return _load(name, ".json")["questions"]


def pristine(name):
    """The packaged exercise as it was given out: a notebook as a dict, fresh on every call."""
    return _load(name, ".ipynb")


def packaged(name):
    """The packaged edition of an exercise."""
    return Edition(name, questions(name), pristine(name))


def question(question_id):
    """The question of this id, wherever it stands. Raises ValueError for an unknown one."""
    if question_id in _in_force:
        return _in_force[question_id]
    for name in names():
        if question_id in questions(name):
            return questions(name)[question_id]
    raise ValueError(f"id: no exercise has a question {question_id!r}")


def _load(name, suffix):
    file = FOLDER.joinpath(name + suffix)
    if not file.is_file():
        raise ValueError(f"name: no exercise {name!r}; there are {', '.join(names()) or 'none'}")
    return json.loads(file.read_text(encoding="utf-8"))
