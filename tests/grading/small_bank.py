"""A bank of one exercise with two questions, as an instructor would keep it: hidden checks, one
question whose numbers differ from student to student."""

import json

SECRET = "0123456789abcdef0123456789abcdef\n"
NAME = "private/07_small"
MARK = "MARK-of-the-master"  # stands in the solution and nowhere else

SCALE = '''# answer: small-scale
def scale(x, p):
    """p times x."""
    ### BEGIN SOLUTION
    return p * x  # MARK-of-the-master
    ### END SOLUTION'''
MEAN = '''# answer: small-mean
def mean(X):
    """The mean of each row."""
    ### BEGIN SOLUTION
    return X.mean(axis=1)
    ### END SOLUTION'''
RIGHT = {
    "small-scale": "# answer: small-scale\ndef scale(x, p):\n    return x * p",
    "small-mean": "# answer: small-mean\ndef mean(X):\n    return X.sum(1) / X.shape[1]",
}
HARD_CODED = {
    "small-scale": "# answer: small-scale\ndef scale(x, p):\n    return 2.1",
    "small-mean": "# answer: small-mean\ndef mean(X):\n    return [1.5, 4.5]",
}
SHOW = "# NBVAL_CHECK_OUTPUT\n"
HIDDEN = SHOW + "### BEGIN HIDDEN TESTS\nseed = 0\nrng = np.random.default_rng(seed)\n"
END = "\n### END HIDDEN TESTS"
CELLS = [
    ("markdown", "# Solutions: A small one\n\nTwo questions."),
    ("setup", "import nnlib\n\nnnlib.setup()"),
    ("code", "import numpy as np"),
    ("markdown", "## 1. Scale\n\nWrite `scale(x, p)`."),
    ("code", SCALE),
    ("code", SHOW + 'p = 0.7\nnnlib.show("small-scale", scale(3.0, p), case="three")'),
    ("code", '# NBVAL_IGNORE_OUTPUT\nnnlib.check("small-scale")'),
    (
        "code",
        HIDDEN + 'x = rng.uniform(2, 3)\nnnlib.show("small-scale", scale(x, 5.0), case="hidden-a")'
        + END,
    ),
    ("solution", "**Solution.** Multiply."),
    ("markdown", "## 2. Mean\n\nWrite `mean(X)`."),
    ("code", MEAN),
    ("code", SHOW + 'nnlib.show("small-mean", mean(np.array([[1.0, 2.0], [4.0, 5.0]])))'),
    ("code", '# NBVAL_IGNORE_OUTPUT\nnnlib.check("small-mean")'),
    (
        "code",
        HIDDEN + 'X = rng.uniform(1, 9, (3, 4))\nnnlib.show("small-mean", mean(X), case="hidden-b")'
        + END,
    ),
    ("solution", "**Solution.** Average over the second axis."),
]  # fmt: skip
QUESTIONS = """\
small-scale:
  title: Scale
  points: 2
  outcome: Multiply.
  hints: [one, two, three]
  variants: {p: [0.7, 0.3, 0.9, 1.7]}
  avoid: [einsum]
  mistakes:
    - {name: adds, misconception: Scaling adds., says: You added., code: return p + x}
small-mean:
  title: Mean
  points: 3
  outcome: Average.
  hints: [one, two, three]
  mistakes:
    - {name: columns, misconception: Axis 0., says: "The other axis.", code: return X.mean(axis=0)}
"""
ASSIGNMENT = """\
title: A small assignment
id: small-1
chapters: {private/07_small: all}
secret: secret.txt
bank: bank
limits: {cell: 5, notebook: 30, memory: 1}
"""


def cell(number, kind, source):
    tags = {"setup": ["setup"], "solution": ["solution"]}.get(kind)
    made = {
        "cell_type": "code" if kind in ("code", "setup") else "markdown",
        "id": f"c{number}",
        "metadata": {"tags": tags} if tags else {},
        "source": source,
    }
    more = {"execution_count": None, "outputs": []} if made["cell_type"] == "code" else {}
    return made | more


def write(folder, assignment=ASSIGNMENT):
    """Bank, secret and assignment.yml in a folder; the path of the last."""
    home = folder / "bank" / "private"
    home.mkdir(parents=True)
    cells = [cell(i, kind, source) for i, (kind, source) in enumerate(CELLS)]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (home / "07_small.ipynb").write_text(json.dumps(notebook))
    (home / "07_small.yml").write_text(QUESTIONS)
    (folder / "secret.txt").write_text(SECRET)
    (folder / "assignment.yml").write_text(assignment)
    return folder / "assignment.yml"


def answered(notebook, answers):
    """A student's notebook: the edition with these answers in it."""
    from nnlib.grading.splice import answer_id

    notebook = json.loads(json.dumps(notebook))
    for one in notebook["cells"]:
        if answer_id(one) in answers:
            one["source"] = answers[answer_id(one)]
    return notebook
