"""The classes that benchmarks/grading.py grades: one small exercise as nnlib and nbgrader want it.

Three functions, of each a public and a hidden case, a point for each case. The submissions are the
same files for both: nbgrader finds its cells by their metadata, nnlib those that begin with
`# answer: …`.
"""

import copy
import json
import shutil

from nnlib.grading.splice import answer_id
from tests.grading.ordinary import ROOT

FUNCTIONS = {  # id: (name, right, a mistake, public argument, hidden argument)
    "bench-double": ("double", "return 2 * x", "return x**2", 21.0, 5.5),
    "bench-half": ("half", "return x / 2", "return x", 9.0, 7.0),
    "bench-cube": ("cube", "return x**3", "return 3 * x", 4.0, 2.5),
}
RIGHT = tuple(told[1] for told in FUNCTIONS.values())
_SPELLINGS = (  # all right, each in its own words
    RIGHT,
    ("return x + x", "return 0.5 * x", "return x * x * x"),
    ("y = x\nreturn y + y", "y = x\nreturn y / 2", "y = x * x\nreturn x * y"),
    ("return sum([x, x])", "return x * 2 / 4", "return pow(x, 3)"),
)
_OTHERS = (  # (double, half, cube, points)
    ("return x**2", RIGHT[1], RIGHT[2], 4),
    (RIGHT[0], "return 4.5", RIGHT[2], 5),
    ("return 42.0", "return 4.5", "return 64.0", 3),
    ("return x**2", "return x", "return 3 * x", 0),
    ("retrn x", RIGHT[1], RIGHT[2], 4),
    (RIGHT[0], "raise ValueError('no')", RIGHT[2], 4),
    (RIGHT[0], RIGHT[1], "return undefined", 4),
    ("print('checking', x)\nreturn 2 * x", RIGHT[1], RIGHT[2], 6),
)
STUDENTS = {f"student-{i:02d}": (*_SPELLINGS[i % 4], 6) for i in range(12)}
STUDENTS |= {f"student-{i:02d}": one for i, one in enumerate(_OTHERS, 12)}
STUDENTS = dict(sorted(STUDENTS.items(), key=lambda one: one[0][::-1]))  # mixed, for a short run


def _cell(source, kind="code", **metadata):
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": metadata, "source": source} | more


def _notebook(cells):
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [{"id": f"c{i}", **cell} for i, cell in enumerate(cells)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}


def _defined(id, body):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"# answer: {id}\ndef {FUNCTIONS[id][0]}(x):\n{lines}"


def _marked(id):
    return _defined(id, f"### BEGIN SOLUTION\n{FUNCTIONS[id][1]}\n### END SOLUTION")


def nbgrader_source():
    """The instructor's notebook for nbgrader: hidden tests in cells of their own."""

    def told(id, **more):
        fixed = {"schema_version": 3, "grade_id": id, "task": False}
        return {"nbgrader": fixed | more}

    cells = []
    for id, (name, _, _, *arguments) in FUNCTIONS.items():
        cells.append(_cell(_marked(id), **told(id, grade=False, solution=True, locked=False)))
        values = {}
        exec(compile(_defined(id, FUNCTIONS[id][1]), id, "exec"), values)
        for kind, x in zip(("public", "hidden"), arguments, strict=True):
            text = f"assert abs({name}({x}) - {values[name](x)}) < 1e-6"
            if kind == "hidden":
                text = f"### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
            more = told(f"{id}-{kind}", grade=True, solution=False, locked=True, points=1)
            cells.append(_cell(text, **more))
    return _notebook(cells)


def submission(released, bodies):
    """A student's copy of what nbgrader released, with these bodies."""
    notebook, bodies = copy.deepcopy(released), dict(zip(FUNCTIONS, bodies, strict=False))
    for cell in notebook["cells"]:
        if id := answer_id(cell):
            cell["source"] = _defined(id, bodies[id])
    return notebook


def assignment(folder, cell=60):
    """nnlib's assignment of the small exercise, with a bank of its own, in folder."""
    cells, spec = [_cell("# Solutions: both", "markdown"), _cell("import nnlib")], ""
    for id, (name, _, wrong, public, hidden) in FUNCTIONS.items():
        show = '# NBVAL_CHECK_OUTPUT\n{}nnlib.show("' + id + '", ' + name + '({}), case="{}")'
        secret = show.format("### BEGIN HIDDEN TESTS\nseed = 0\n", hidden, "hidden")
        cells += [
            _cell(f"## {name}", "markdown"),
            _cell(_marked(id)),
            _cell(show.format("", public, "public")),
            _cell(f"{secret}\n### END HIDDEN TESTS"),
            _cell(f'# NBVAL_IGNORE_OUTPUT\nnnlib.check("{id}")'),
        ]
        mistake = {"name": "other", "misconception": "…", "says": "…", "code": wrong}
        question = {"title": name, "points": 2, "outcome": "…", "hints": ["…"] * 3}
        spec += f"{id}: {json.dumps(question | {'mistakes': [mistake]}, ensure_ascii=False)}\n"
    source = folder / "bank/small/01_both"
    source.parent.mkdir(parents=True)
    source.with_suffix(".ipynb").write_text(json.dumps(_notebook(cells)))
    source.with_suffix(".yml").write_text(spec)
    _write(folder, "small/01_both", f"bank: bank\nlimits: {{cell: {cell}}}\n")


def floods(folder):
    """Three submissions that print without end."""
    assignment(folder, cell=5)  # a flood is noticed when its time is over
    loop = "while True:\n    print('x' * 1000)"
    cells = [_cell(_defined("bench-double", loop))]
    for number in range(3):
        file = folder / f"submissions/student-{number}/both.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(_notebook(cells)))


def chapter(folder, count):
    """A chapter of the course, its solution handed in `count` times."""
    for number in range(count):
        file = folder / f"submissions/student-{number:02d}/04_backprop.ipynb"
        file.parent.mkdir(parents=True)
        shutil.copy(ROOT / "solutions/foundations/04_backprop.ipynb", file)
    _write(folder, "foundations/04_backprop", "")


def _write(folder, exercise, more):
    (folder / "secret.txt").write_text("a secret for a benchmark alone\n")
    told = f"title: Benchmark\nid: benchmark\nchapters: {{{exercise}: all}}\nsecret: secret.txt\n"
    (folder / "assignment.yml").write_text(told + more)
