"""Every chapter runs on the other engine too, with tiny settings, and within its time.

On NumPy it runs where PyTorch cannot be imported: a chapter is not to lean on both.
"""

import json
import os
import re
import subprocess
import sys

import pytest

from nnlib import backend
from tests.book.pages import BOOK, CHAPTERS, EXECUTED, ROOT, SHORT
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
def test_page_promises_and_ends(name):
    """What it promises, three sentences to keep, and a way to report what is wrong."""
    text = (BOOK / f"{name}.ipynb").read_text(encoding="utf-8")
    for needed in ("nn-promise", "## What to remember", "(#errata)"):
        assert needed in text, f"{name}: {needed} is missing"


@pytest.mark.parametrize("name", [name for name in CHAPTERS if name not in SHORT])
def test_chapter_asks(name):
    """A quiz and exercises; a chapter that has short pages links to each of them."""
    text = (BOOK / f"{name}.ipynb").read_text(encoding="utf-8")
    assert f'nnlib.quiz(\\"{name}\\")' in text and f"exercises/{name}.ipynb" in text
    for page in SHORT:
        if page.startswith(f"{name}/"):
            label = re.sub(r"/(\d\d_)?", "-", page)
            assert f"(#{label})" in text, f"{name}: no link to {page}"
    for path in (f"solutions/{name}.yml", f"nnlib/quizzes/{name}.yml"):
        assert (ROOT / path).is_file(), f"{path} is missing"
