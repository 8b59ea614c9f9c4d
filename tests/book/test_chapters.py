"""Every chapter runs on the other engine too, with tiny settings, and within its time.

On NumPy it runs where PyTorch cannot be imported: a chapter is not to lean on both.
"""

import json
import os
import subprocess
import sys

import pytest

from nnlib import backend
from tests.book.pages import BOOK, CHAPTERS, EXECUTED, ROOT
from tests.install.places import WITHOUT_TORCH

OTHER = {"torch": "numpy", "numpy": "torch"}[backend.name]


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_runs_on_the_other_engine(name, tmp_path):
    env = os.environ | {"NNLIB_BACKEND": OTHER, "NNLIB_MODE": "tiny"}
    if OTHER == "numpy":
        env["PYTHONPATH"] = WITHOUT_TORCH
    command = [sys.executable, "tools/execute.py", "--target", str(tmp_path), f"book/{name}.ipynb"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "book" / f"{name}.json").read_text(encoding="utf-8"))
    assert ("engine: NumPy" in record["engine"]) == (OTHER == "numpy")


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_was_executed_within_its_minute(name):
    record = EXECUTED / f"{name}.json"
    assert record.is_file(), "build the book first: `make html`"
    assert json.loads(record.read_text(encoding="utf-8"))["seconds"] <= 60


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_promises_asks_and_ends(name):
    """A quiz, exercises, three sentences to keep, and a way to report what is wrong."""
    text = (BOOK / f"{name}.ipynb").read_text(encoding="utf-8")
    for needed in ("nn-promise", f'nnlib.quiz(\\"{name}\\")', "## What to remember", "(#errata)"):
        assert needed in text, f"{name}: {needed} is missing"
    assert f"exercises/{name}.ipynb" in text
    for path in (f"solutions/{name}.yml", f"nnlib/quizzes/{name}.yml"):
        assert (ROOT / path).is_file(), f"{path} is missing"
