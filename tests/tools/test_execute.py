"""What executes again after a change follows what a chapter really used."""

import json
import os

import execute
import nbformat
import pytest

CELLS = {
    "one": ["import used\nprint(used.VALUE)", "print(open('../nnlib/table.txt').read())"],
    "two": ["print(1 + 1)"],
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small course: two chapters; the first imports a module and reads a file."""
    (tmp_path / "nnlib").mkdir()
    (tmp_path / "nnlib" / "used.py").write_text("VALUE = 1\n")
    (tmp_path / "nnlib" / "unused.py").write_text("VALUE = 2\n")
    (tmp_path / "nnlib" / "table.txt").write_text("a table\n")
    (tmp_path / "requirements.txt").write_text("numpy==2\n")
    (tmp_path / "book").mkdir()
    (tmp_path / "tools").symlink_to(execute.ROOT / "tools")
    for name, sources in CELLS.items():
        write_notebook(tmp_path / "book" / f"{name}.ipynb", sources)
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "nnlib"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return tmp_path


def write_notebook(path, sources):
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def run(course) -> set[str]:
    """Execute what is not fresh; the names of what was executed."""
    target = course / "_build"
    stamps = {path.stem: path.stat().st_mtime_ns for path in target.rglob("*.ipynb")}
    assert execute.execute_all(execute.chapters(), target) == []
    return {p.stem for p in target.rglob("*.ipynb") if p.stat().st_mtime_ns != stamps.get(p.stem)}


@pytest.mark.slow
def test_only_what_a_change_touches_runs_again(course, monkeypatch):
    assert run(course) == {"one", "two"}
    assert run(course) == set()

    record = json.loads((course / "_build" / "book" / "one.json").read_text())
    assert {"nnlib/used.py", "nnlib/table.txt"} <= set(record["files"])
    assert "nnlib/unused.py" not in record["files"]

    (course / "nnlib" / "unused.py").write_text("VALUE = 3\n")
    assert run(course) == set()
    (course / "nnlib" / "used.py").write_text("VALUE = 4\n")
    assert run(course) == {"one"}
    output = nbformat.read(course / "_build" / "book" / "one.ipynb", as_version=4)
    assert output.cells[0].outputs[0].text == "4\n"
    (course / "nnlib" / "table.txt").write_text("another table\n")
    assert run(course) == {"one"}
    write_notebook(course / "book" / "two.ipynb", ["print(2 + 2)"])
    assert run(course) == {"two"}
    (course / "requirements.txt").write_text("numpy==3\n")
    assert run(course) == {"one", "two"}
    monkeypatch.setenv("NNLIB_MODE", "tiny")
    assert run(course) == {"one", "two"}


@pytest.mark.slow
def test_an_error_in_a_cell_is_reported_and_leaves_nothing_behind(course):
    write_notebook(course / "book" / "two.ipynb", ["1 / 0"])
    (failure,) = execute.execute_all(execute.chapters(), course / "_build")
    assert "two.ipynb" in failure and "ZeroDivisionError" in failure
    assert not (course / "_build" / "book" / "two.ipynb").exists()
    assert (course / "_build" / "book" / "one.ipynb").exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    execute.write_whole(path, "old")
    execute.write_whole(path, "new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]
