"""The foot of a page says what its record says, and nothing else changes."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from page_foot import block, executed, issue, with_foot
from settings import PROJECT, REPOSITORY

RECORD = {
    "executed": "2026-11-07 20:15 UTC",
    "seconds": 14.7,
    "engine": "nnlib 0.1.0 · engine: PyTorch 2.13.0 · device: cpu · quick",
    "environment": {"python": "3.11.7"},
}
NOTEBOOK = json.dumps({"cells": [{"cell_type": "markdown", "source": "# A"}], "nbformat": 4})


def test_the_line_says_when_how_long_and_on_what():
    assert executed("foundations/04_backprop.ipynb", RECORD) == (
        "Executed 7 November 2026, 20:15 UTC, in 14.7 s · nnlib 0.1.0 · PyTorch 2.13.0 · cpu "
        "· Python 3.11.7 · quick"
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [("solutions/a.ipynb", "the tests run it again"), ("exercises/a.ipynb", "Not executed")],
)
def test_without_a_record_no_time_is_claimed(name, says):
    line = executed(name, None)
    assert says in line and "UTC" not in line


def test_a_page_without_cells_says_nothing_of_execution():
    assert executed("reference/errata.md", None) == ""
    assert "nn-executed" not in block("reference/errata.md", None)


def test_the_issue_has_the_page_and_the_versions_filled_in():
    address = urlsplit(issue("foundations/04_backprop", RECORD))
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{REPOSITORY}/issues/new"
    given = parse_qs(address.query)
    assert given["title"] == ["foundations/04_backprop: "]
    body = given["body"][0].splitlines()
    assert body[:4] == [
        "Page: foundations/04_backprop",
        f"nnlib: {PROJECT['version']}",
        "Executed: 2026-11-07 20:15 UTC",
        "",
    ]


def test_a_notebook_gets_one_cell_more_and_keeps_the_others():
    staged = json.loads(with_foot("foundations/a.ipynb", NOTEBOOK.encode(), RECORD))
    before = json.loads(NOTEBOOK)
    assert staged["cells"][:-1] == before["cells"]
    assert 'data-page="foundations/a"' in staged["cells"][-1]["source"]
    assert " data-chapter" in staged["cells"][-1]["source"]


def test_the_same_record_gives_the_same_bytes_and_another_one_others():
    first = with_foot("a.ipynb", NOTEBOOK.encode(), RECORD)
    assert first == with_foot("a.ipynb", NOTEBOOK.encode(), dict(RECORD))
    assert first != with_foot("a.ipynb", NOTEBOOK.encode(), RECORD | {"seconds": 14.8})


def test_what_is_no_page_stays_as_it_is():
    assert with_foot("assets/book.css", b"p {}", None) == b"p {}"
