import json

import pytest

from nnlib.grading import references
from tests.grading.tiny_exercise import REFERENCES, STUBS, edition


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """nnlib with the tiny exercise as its only one."""
    folder = tmp_path / "packaged"
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny/both.ipynb").write_text(json.dumps(edition(STUBS)))
    (folder / "tiny/both.json").write_text(json.dumps({"questions": REFERENCES}))
    monkeypatch.setattr(references, "FOLDER", folder)
    references.questions.cache_clear()
    yield "tiny/both"
    references.questions.cache_clear()


@pytest.fixture
def save(tmp_path):
    def save(notebook, name="submission.ipynb"):
        path = tmp_path / name
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return save
