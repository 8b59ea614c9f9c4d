"""What Sphinx is given to see, and when it has to begin again."""

import build
import lite_notebooks
import pytest

FILES = {
    "_toc.yml": b"root: index\n",
    "_config.yml": b"title: A\n",
    "assets/book.css": b"p {}\n",
    "index.md": b"# A\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "SOURCE", tmp_path / "source")
    monkeypatch.setattr(build, "HTML", tmp_path / "html")
    build.stage(FILES)
    (tmp_path / "html").mkdir()
    (tmp_path / ".doctrees").mkdir()
    return tmp_path


def test_only_what_differs_is_written_and_what_is_gone_is_removed(folder):
    source = folder / "source"
    stamps = {path.name: path.stat().st_mtime_ns for path in source.iterdir() if path.is_file()}
    (source / "old.md").write_text("gone")
    build.stage(FILES | {"index.md": b"# B\n"})
    changed = {
        name for name, stamp in stamps.items() if (source / name).stat().st_mtime_ns != stamp
    }
    assert changed == {"index.md"} and not (source / "old.md").exists()
    assert (folder / "html").is_dir() and (folder / ".doctrees").is_dir()


@pytest.mark.parametrize("name", ["_toc.yml", "_config.yml", "assets/book.css"])
def test_other_contents_settings_or_assets_render_every_page_again(folder, name):
    build.stage(FILES | {name: b"title: B\n"})
    assert not (folder / "html").exists() and not (folder / ".doctrees").exists()


def test_solutions_are_left_out_where_the_course_says_so(monkeypatch):
    assert "solutions/foundations/04_backprop" in build.contents()
    monkeypatch.setitem(build.COURSE, "solutions", False)
    assert "solutions/" not in build.contents()
    assert not any(name.startswith("solutions/") for name in lite_notebooks.notebooks())
    assert "exercises/foundations/04_backprop" in build.contents()
