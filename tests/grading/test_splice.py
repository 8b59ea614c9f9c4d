"""Nothing of a submission matters but the sources of its answers: attacks on everything else."""

import json

import pytest

from nnlib.grading.splice import MAX_BYTES, Rejected, read, source, splice
from tests.grading.tiny_exercise import RIGHT, STUBS, code, edition, notebook


def spliced_sources(submission):
    result = splice(edition(STUBS), submission)
    return [source(cell) for cell in result.notebook["cells"]]


FULL = [source(cell) for cell in edition(RIGHT)["cells"]]


def test_right_answers_arrive():
    result = splice(edition(STUBS), edition(RIGHT))
    assert [source(c) for c in result.notebook["cells"]] == FULL
    assert not (result.untouched or result.missing or result.notes)


def test_the_pristine_is_not_changed():
    pristine = edition(STUBS)
    splice(pristine, edition(RIGHT))
    assert pristine == edition(STUBS)


def vandalized():
    """Every way to change a notebook around its answers, by name."""
    yield (
        "checks edited",
        [
            cell if "answer" in str(cell["metadata"]) else cell | {"source": "print(42)"}
            for cell in edition(RIGHT)["cells"]
        ],
    )
    yield "checks deleted", [c for c in edition(RIGHT)["cells"] if c["metadata"]]
    yield (
        "cells added",
        [x for c in edition(RIGHT)["cells"] for x in (code("import os; os._exit(0)"), c)],
    )
    yield (
        "metadata dropped",
        [{"cell_type": "code", "source": c["source"]} for c in edition(RIGHT)["cells"]],
    )
    yield (
        "metadata of a wrong kind",
        [
            c | {"metadata": None if not c["metadata"] else {"nnlib": 7}}
            for c in edition(RIGHT)["cells"]
        ],
    )
    yield "answers in reverse order", edition(RIGHT)["cells"][::-1]
    yield (
        "sources as lists of lines",
        [c | {"source": c["source"].splitlines(keepends=True)} for c in edition(RIGHT)["cells"]],
    )
    yield (
        "first line changed, metadata kept",
        [
            c | {"source": c["source"].replace("# answer:", "#answer :")} if c["metadata"] else c
            for c in edition(RIGHT)["cells"]
        ],
    )


@pytest.mark.parametrize("how", dict(vandalized()))
def test_what_surrounds_an_answer_does_not_matter(how):
    cells = dict(vandalized())[how]
    given = [s.replace("#answer :", "# answer:") for s in spliced_sources(notebook(cells))]
    assert given == FULL


def test_outputs_kernels_and_versions_of_a_submission_are_not_taken_over():
    submission = edition(RIGHT)
    submission["metadata"] = {"kernelspec": {"name": "evil"}, "nbval": {"skip": True}}
    submission["nbformat_minor"] = 0  # as Colab writes
    for cell in submission["cells"]:
        cell.pop("id")
        cell |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "42\n"}]}
        cell |= {"execution_count": 3}
    result = splice(edition(STUBS), submission).notebook
    assert result["metadata"] == edition(STUBS)["metadata"]
    assert result["nbformat_minor"] == 5
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in result["cells"])
    assert [source(c) for c in result["cells"]] == FULL


def test_stored_outputs_of_the_pristine_do_not_travel_into_the_kernels_folder():
    pristine = edition(STUBS)
    for cell in pristine["cells"]:
        cell |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "42\n"}]}
    assert "42" not in json.dumps(splice(pristine, edition(RIGHT)).notebook["cells"])


def test_of_duplicates_the_last_that_is_not_the_stub_counts():
    id = "tiny-double"
    first, second = "# answer: tiny-double\nx = 1", "# answer: tiny-double\nx = 2"
    cells = [code(text, id) for text in (first, second, STUBS[id])]
    result = splice(edition(STUBS), notebook(cells))
    assert source(result.notebook["cells"][1]) == second
    assert "2 cells answer tiny-double" in result.notes[id]


def test_missing_and_untouched_answers_are_told_apart():
    cells = [
        code(STUBS["tiny-half"], "tiny-half"),
        {"cell_type": "markdown", "source": "# answer: x"},
    ]
    result = splice(edition(STUBS), notebook(cells))
    assert (result.missing, result.untouched) == (["tiny-double"], ["tiny-half"])
    assert "deleted" in result.notes["tiny-double"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b'{"cells": [', "not valid JSON"),
        (b"\xff\xfe{\x00", "not UTF-8"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "not a notebook"),
        (b'"text"', "not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "got 3"),
        (b'{"nbformat": 5, "cells": []}', "got 5"),
        (b'{"cells": []}', "got None"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": 1}', "no list of cells"),
        (b'{"nbformat": 4, "cells": ["a"]}', "no list of cells"),
        (b" " * (MAX_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_notebook_is_rejected_with_a_reason(content, reason):
    with pytest.raises(Rejected, match=reason):
        read(content)


CRIPPLED = [
    {},
    {"cell_type": "code"},
    {"cell_type": "code", "source": [1]},
    {"cell_type": "code", "source": 3},
    {"cell_type": ["code"], "source": "# answer: tiny-double"},
]


@pytest.mark.parametrize("cell", CRIPPLED)
def test_crippled_cells_are_harmless(cell):
    submission = read(json.dumps({"nbformat": 4, "cells": [cell]}).encode())
    assert spliced_sources(submission) == [source(c) for c in edition(STUBS)["cells"]]


def test_a_byte_order_mark_is_no_obstacle():
    assert read(b"\xef\xbb\xbf" + json.dumps(edition(RIGHT)).encode())["nbformat"] == 4
