"""The exercise that the corpus is graded on: a bank of the instructor's, with planted markers.

Four questions with public and hidden checks, 11 points. What must not leave the house holds a
marker: the secret, the author's solution, the source of a hidden check. The expected hidden values
are markers too: they have eight digits or more.
"""

import json
from pathlib import Path

from tests.grading.tiny_exercise import code, notebook

NAME = "ours/01_corpus"
PREFIX = "quokka"  # attacks look for it; none of them spells it
IN_SECRET, IN_SOLUTION, IN_HIDDEN = (f"{PREFIX}-{place}" for place in ("secret", "solution", "hid"))
SECRET = f"{IN_SECRET}-3f9a6c1d2b7e4805"

RIGHT = {
    "twice": "def twice(x):\n    return 2 * x",
    "center": "def center(x):\n    return x - x.mean(axis=0)",
    "spread": "def spread(x):\n    return min(x), max(x)",
    "initials": "def initials(name):\n    return ''.join(part[0] for part in name.split())",
}
PUBLIC = {
    "twice": ["{show}twice(21))"],
    "center": [
        "{show}center(np.array([[1.0, 2.0], [4.0, 6.0], [7.0, 1.0]])))",
        "{show}center(np.array([[10.0], [20.5]])), case='a column')",
    ],
    "spread": ["{show}*spread([3, 1.5, 2]))", "{show}*spread([-4, 4]), case='signs')"],
    "initials": ["{show}initials('Ada Lovelace'))"],
}
HIDDEN = {
    "twice": ["x = 10**8 + seed % 10**8\n{show}twice(x), case='large')"],
    "center": [
        "x = np.random.default_rng(seed).normal(size=(4, 3)) * 1e6\n"
        "{show}center(x), case='tall', digits=8)",
        "x = np.random.default_rng(seed).normal(size=(2, 5)) * 1e6\n"
        "{show}center(x), case='wide', digits=8)",
    ],
    "spread": [
        "x = np.random.default_rng(seed).integers(10**8, 10**9, 5).tolist()\n"
        "{show}*spread(x), case='many')"
    ],
    "initials": [
        "x = ' '.join(np.random.default_rng(seed).choice(list('bcdfghjklmnpqrstvwxz'), 30))\n"
        "{show}initials(x), case='letters')"
    ],
}
EARNS = {id: (len(PUBLIC[id]), len(HIDDEN[id])) for id in RIGHT}  # (public, hidden) points
SETUP = "import numpy as np\nimport nnlib"


def answer(id, source):
    """The source of an answer cell."""
    return f"# answer: {id}\n{source}"


def public_cells(id):
    cells = [show.format(show=f'nnlib.show("{id}", ') for show in PUBLIC[id]]
    return [code(f"# NBVAL_CHECK_OUTPUT\n{cell}") for cell in cells]


def hidden_cells(id):
    head = f"# NBVAL_CHECK_OUTPUT\n### BEGIN HIDDEN TESTS\nseed = 0\n_ = '{IN_HIDDEN}'\n"
    cells = [show.format(show=f'nnlib.show("{id}", ') for show in HIDDEN[id]]
    return [code(f"{head}{cell}\n### END HIDDEN TESTS") for cell in cells]


def check_cell(id):
    return code(f'# NBVAL_IGNORE_OUTPUT\nnnlib.check("{id}")')


def handed_in(answers):
    """A student's notebook with these answers (right ones where none is given), checks and all."""
    cells = [code(SETUP)]
    for id in RIGHT:
        cells.append(code(answer(id, answers.get(id, RIGHT[id])), id))
        cells += [*public_cells(id), check_cell(id)]
    return notebook(cells)


def write_bank(folder):
    """The author's solution and its questions."""
    file = Path(folder, f"{NAME}.ipynb")
    file.parent.mkdir(parents=True)
    title = {"cell_type": "markdown", "metadata": {}, "source": "# Solutions: A corpus"}
    cells, spec = [title, code(SETUP)], {}
    for id, right in RIGHT.items():
        head, _, body = right.partition("\n")
        region = f"    ### BEGIN SOLUTION\n    # {IN_SOLUTION}\n{body}\n    ### END SOLUTION"
        cells.append({"cell_type": "markdown", "metadata": {}, "source": f"## {id}"})
        cells.append(code(f"# answer: {id}\n{head}\n{region}", id))
        cells += [*public_cells(id), *hidden_cells(id), check_cell(id)]
        spec[id] = {
            "title": f"Write {id}",
            "points": sum(EARNS[id]),
            "outcome": "…",
            "hints": ["first", "second", "third"],
            "mistakes": [],
        }
    file.write_text(json.dumps(notebook(cells)), encoding="utf-8")
    file.with_suffix(".yml").write_text(json.dumps(spec), encoding="utf-8")  # JSON is YAML


def write_assignment(folder, limits="{cell: 6, notebook: 25, memory: 1}"):
    """assignment.yml, secret.txt and the bank in a folder; the path of the first."""
    write_bank(folder / "bank")
    (folder / "secret.txt").write_text(SECRET + "\n")
    file = folder / "assignment.yml"
    file.write_text(
        f"title: Corpus\nid: corpus\nchapters:\n  {NAME}: all\nsecret: secret.txt\n"
        f"bank: bank\nlimits: {limits}\n"
    )
    return file
