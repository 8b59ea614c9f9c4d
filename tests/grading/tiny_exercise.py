"""A tiny exercise of two questions: double(x) is 2x, and half(x) is x/2 for an array."""

SETUP = "import numpy as np\nimport nnlib"
STUB = '# answer: {id}\ndef {name}(x):\n    raise NotImplementedError("{id}: your code goes here")'
RIGHT = {
    "tiny-double": "# answer: tiny-double\ndef double(x):\n    return 2 * x",
    "tiny-half": "# answer: tiny-half\ndef half(x):\n    return x / 2",
}
SHOWS = {
    "tiny-double": ['nnlib.show("tiny-double", double(21))'],
    "tiny-half": [
        'nnlib.show("tiny-half", half(np.array([[1.0, 2.0], [4.0, 6.0]])))',
        'nnlib.show("tiny-half", half(np.ones(3)), case="ones")',
    ],
}


def code(source, id=None, **more):
    metadata = {"nnlib": {"answer": id}} if id else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    } | more


def notebook(cells):
    cells = [{"id": f"c{i}"} | cell for i, cell in enumerate(cells)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": spec, "language_info": {"name": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def edition(answers):
    """The exercise with these answers, checks and all."""
    cells = [code(SETUP)]
    for id, shows in SHOWS.items():
        cells.append(code(answers[id], id))
        cells += [code(f"# NBVAL_CHECK_OUTPUT\n{show}") for show in shows]
        cells.append(code(f'# NBVAL_IGNORE_OUTPUT\nnnlib.check("{id}")'))
    return notebook(cells)


STUBS = {
    "tiny-double": STUB.format(id="tiny-double", name="double"),
    "tiny-half": STUB.format(id="tiny-half", name="half"),
}
EXACT = {"digits": 5, "floor": 1e-9}
REFERENCES = {
    "tiny-double": {
        "title": "Twice",
        "points": 1,
        "outcome": "…",
        "hints": ["first", "second", "third with $x$"],
        "cases": {"": EXACT | {"lines": ["42"]}},
        "mistakes": [
            {"name": "squares", "misconception": "…", "says": "twice is not squared",
             "cases": {"": ["441"]}},
        ],
    },
    "tiny-half": {
        "title": "Half",
        "points": 4,
        "outcome": "…",
        "hints": ["first", "second", "third"],
        "cases": {
            "": EXACT | {"lines": ["(2, 2) [[0.5, 1], [2, 3]]"]},
            "ones": EXACT | {"lines": ["(3,) [0.5, 0.5, 0.5]"]},
        },
        "mistakes": [],
    },
}  # fmt: skip
