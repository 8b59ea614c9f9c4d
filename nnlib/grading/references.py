"""The packaged exercises: for every notebook its pristine edition and its expected values.

`nnlib/exercises/<part>/<name>.json` holds the questions, `<name>.ipynb` beside it the exercise
as it was given out. Both are written by tools/exercises.py and by nothing else. A question:

    title, points, outcome    as the author wrote them
    hints                     three, each of which leaves work to do
    cases                     {case: {digits, floor, lines}}: what its show cells print
    mistakes                  [{name, misconception, says, cases: {case: lines}}]
"""

import json
from functools import cache
from importlib.resources import files

FOLDER = files("nnlib") / "exercises"


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
    """The questions of an exercise, by id, in order."""
    return _load(name, ".json")["questions"]


def pristine(name):
    """The exercise as it was given out: a notebook as a dict, fresh on every call."""
    return _load(name, ".ipynb")


def question(question_id):
    """The question of this id, wherever it stands. Raises ValueError for an unknown one."""
    for name in names():
        if question_id in questions(name):
            return questions(name)[question_id]
    raise ValueError(f"id: no exercise has a question {question_id!r}")


def _load(name, suffix):
    file = FOLDER.joinpath(name + suffix)
    if not file.is_file():
        raise ValueError(f"name: no exercise {name!r}; there are {', '.join(names()) or 'none'}")
    return json.loads(file.read_text(encoding="utf-8"))
