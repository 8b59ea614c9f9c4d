"""One source for everything: what is derived from a setting, a script or a token is up to date."""

import re

import execute
import nbformat
import pytest
import results
import settings

NOTEBOOKS = settings.notebooks()
name_of = {path: path.relative_to(settings.ROOT).as_posix() for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of.get)
def test_first_cells_and_links_follow_the_setting(path):
    text = path.read_text(encoding="utf-8")
    assert settings.applied(text, name_of[path]) == text, "stale: run `make settings`"


def test_another_address_makes_every_notebook_stale(monkeypatch):
    monkeypatch.setattr(settings, "REPOSITORY", "https://github.com/somebody/else")
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert settings.applied(text, name_of[path]) != text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of.get)
def test_notebooks_are_valid_with_ids_of_their_own(path):
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in nb.cells]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", execute.chapters(), ids=name_of.get)
def test_chapters_are_committed_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", execute.chapters(), ids=name_of.get)
def test_chapters_keep_to_their_limits(path):
    nb = nbformat.read(path, as_version=4)
    text = [cell for cell in nb.cells if cell.cell_type == "markdown"]
    prose = " ".join(cell.source for cell in text if not settings.has_tag(cell, "badge"))
    prose = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " x ", prose, flags=re.DOTALL)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    words = [word for word in prose.split() if any(c.isalnum() for c in word)]
    assert len(words) <= 4200, "at most about 4,000 words"
    assert len(code) <= 31, "at most 30 cells and the set-up"


def test_recorded_results_fit_the_code_that_made_them():
    stale = [script.stem for script in results.scripts() if not results.is_fresh(script)]
    assert not stale, "run `make results`"


def test_a_comment_or_a_docstring_makes_no_record_stale():
    code = '"""Says."""\n\n\ndef f(x):\n    """Doubles."""\n    # twice\n'
    code += '    return "#" + 2 * x  # so\n'
    assert results.bare(code) == 'def f(x):\n    return "#" + 2 * x\n'
    assert results.bare(code.replace("Doubles", "Is doubled")) == results.bare(code)
    assert results.bare(code.replace("2 * x", "3 * x")) != results.bare(code)


def test_code_that_changes_while_an_experiment_runs_is_no_provenance(tmp_path, monkeypatch):
    (tmp_path / "experiments").mkdir()
    script = tmp_path / "experiments" / "1_x.py"
    change = "from pathlib import Path\n\ndef rows():\n    Path(__file__).write_text('x = 2')\n"
    script.write_text(change + "    yield {'seed': 0}\n")
    monkeypatch.setattr(results, "ROOT", tmp_path)
    with pytest.raises(RuntimeError, match=r"1_x\.py changed while"):
        results.run(script)


def test_a_record_is_confirmed_by_runs_that_come_out_alike(tmp_path, monkeypatch):
    script = tmp_path / "experiments" / "1_x.py"
    script.parent.mkdir()
    code = "def rows():\n    yield from map(again, [{'seed': n} for n in range(30)])\n\n"
    code += "def again(row):\n    return {'seed': row['seed'], 'loss': row['seed'] / 3}\n"
    script.write_text(code)
    monkeypatch.setattr(results, "ROOT", tmp_path)
    monkeypatch.setattr(results, "EXPERIMENTS", script.parent)
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    results.run(script)
    assert results.is_fresh(script)
    script.write_text(code.replace("row['seed'] / 3", "2 * row['seed'] / 6"))
    assert not results.is_fresh(script)
    results.confirm(script)
    assert results.is_fresh(script)
    assert "20 of 30 runs made again" in (tmp_path / "1_x.json").read_text()
    script.write_text(code.replace("row['seed'] / 3", "row['seed'] / 3 + 1e-9"))
    with pytest.raises(RuntimeError, match="run `make results`"):
        results.confirm(script)
    assert not results.is_fresh(script)
