"""What the browser is given: pinned, by hash, whole, and of these sources."""

import ast
import functools
import hashlib
import io
import json
import re
import sys
import zipfile
from urllib.parse import parse_qs, urlsplit

import lite_files
import lite_notebooks
import lite_pins
import lite_runtime
import nbformat
import pytest
from lite_site import LITE, SITE
from settings import ROOT

from tests.site.built import HTML, Page, pages

pytestmark = pytest.mark.browser  # needs the built site

BUILT = json.loads((SITE / "built.json").read_text(encoding="utf-8")) if SITE.is_dir() else {}
NOTEBOOK_PAGES = [
    f"{name}.ipynb" for name in pages() if f"{name}.ipynb" in BUILT.get("editions", {})
]


def code(name):
    """The source of each code cell of the notebook that the browser gets."""
    nb = nbformat.read(SITE / "files" / BUILT["editions"][name], as_version=4)
    return [cell.source for cell in nb.cells if cell.cell_type == "code"]


def test_every_notebook_of_the_book_is_there_in_its_present_edition():
    books = lite_notebooks.notebooks()
    editions = {name: lite_notebooks.edition(name, content) for name, content in books.items()}
    assert editions == BUILT["editions"] and len(NOTEBOOK_PAGES) == len(books)
    for name, edition in editions.items():
        assert (SITE / "files" / edition).read_bytes() == books[name]
        index = SITE / "api" / "contents" / edition
        listed = json.loads((index.parent / "all.json").read_text(encoding="utf-8"))["content"]
        assert edition in [entry["path"] for entry in listed]


@pytest.mark.parametrize("name", NOTEBOOK_PAGES)
def test_the_page_leads_to_its_notebook_and_shows_its_cells(name):
    path = HTML / name.replace(".ipynb", ".html")
    (link,) = [link for link in Page(path).links if "lite/open.html" in link]
    assert (path.parent / urlsplit(link).path).resolve() == (SITE / "open.html").resolve()
    assert parse_qs(urlsplit(link).query)["path"] == [name]
    text = path.read_text(encoding="utf-8")
    assert re.findall(r'data-edition="([^"]*)"', text) == [BUILT["editions"][name]]
    # live.js takes the page's cells for the notebook's, by their order
    assert text.count('class="cell_input ') == len(code(name))


@pytest.mark.parametrize("name", NOTEBOOK_PAGES)
def test_what_the_cells_import_is_in_the_lock_and_is_not_torch(name):
    lock = json.loads((SITE / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    known = {top for package in lock["packages"].values() for top in package["imports"]}
    known |= sys.stdlib_module_names
    for source in code(name):
        tree = ast.parse(re.sub(r"^( *)%.*$", r"\1pass", source, flags=re.M))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found = {node.module.split(".")[0]}
            else:
                continue
            assert found <= known, source
    assert "torch" not in known


def test_each_file_of_the_lock_is_there_with_its_hash_and_nothing_else():
    lock = json.loads((SITE / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    packages = lock["packages"].values()
    for package in packages:
        content = (SITE / "pyodide" / package["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == package["sha256"]
        assert set(package["depends"]) <= set(lock["packages"])
    runtime = {*lite_files.LOCK["runtime"], "pyodide-lock.json"}
    there = {path.name for path in (SITE / "pyodide").iterdir()}
    assert there == runtime | {package["file_name"] for package in packages}
    for name in ("pyodide.asm.wasm", "pyodide.asm.mjs", "pyodide.mjs"):  # shipped as they came
        content = (SITE / "pyodide" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == lite_files.LOCK["runtime"][name]
    assert {name: (SITE / "pyodide" / name).stat().st_size for name in there} == BUILT["sizes"]


def test_nnlib_there_is_the_nnlib_here():
    _, here = lite_runtime.nnlib_wheel()
    (there,) = (SITE / "pyodide").glob("nnlib*.whl")
    with zipfile.ZipFile(io.BytesIO(here)) as new, zipfile.ZipFile(there) as old:
        files = {name for name in old.namelist() if "__pycache__" not in name}
        assert files == set(new.namelist())
        assert all(old.read(name) == new.read(name) for name in files)


def test_the_wheels_of_pypi_have_the_versions_of_the_book():
    pins = lite_pins.pinned()
    wheels = lite_files.LOCK["wheels"]
    ours = {name: w["version"] for name, w in wheels.items() if w["from"] == "pypi"}
    assert ours == {name: pins[name] for name in lite_pins.PURE} | {"pyyaml": pins["pyyaml"]}


def test_a_file_with_another_hash_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(lite_files, "CACHE", tmp_path)
    with pytest.raises(ValueError, match=r"pyodide\.mjs: expected sha256 5cfc46.*it is not used"):
        lite_files._keep("pyodide.mjs", b"export const loadPyodide = evil;")
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_or_damaged_is_fetched_once_and_nothing_else(tmp_path, monkeypatch):
    files = {
        "whole.js": (b"1", "pyodide"),
        "damaged.js": (b"2", "pyodide"),
        "none.whl": (b"3", "pypi"),
    }
    named = {n: (hashlib.sha256(data).hexdigest(), where) for n, (data, where) in files.items()}
    asked = []

    def give(names):
        asked.append(sorted(names))
        for name in names:
            lite_files._keep(name, files[name][0])
        return True

    monkeypatch.setattr(lite_files, "CACHE", tmp_path)
    monkeypatch.setattr(lite_files, "wanted", lambda: named)
    monkeypatch.setattr(lite_files, "_from_cdn", give)
    monkeypatch.setattr(lite_files, "_from_pypi", give)
    (tmp_path / "whole.js").write_bytes(b"1")
    (tmp_path / "damaged.js").write_bytes(b"x")
    fetched = functools.cache(lite_files.fetched.__wrapped__)
    assert fetched() == fetched() == tmp_path
    assert asked == [["damaged.js"], ["none.whl"]]
    assert (tmp_path / "damaged.js").read_bytes() == b"2"
    lite_files.fetched.__wrapped__()  # another run finds all of it
    assert len(asked) == 2


def test_nothing_points_at_another_host():
    settings = json.loads((SITE / "jupyter-lite.json").read_text(encoding="utf-8"))
    data = settings["jupyter-config-data"]
    kernel = data["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["pyodideUrl"] == "./pyodide/pyodide.mjs" and kernel["disablePyPIFallback"]
    assert data["contentsStorageName"] in (LITE / "open.html").read_text(encoding="utf-8")
    for file in ("live.js", "live.py"):
        assert "http" not in (ROOT / "book" / "assets" / file).read_text(encoding="utf-8")
