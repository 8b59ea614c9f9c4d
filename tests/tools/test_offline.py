"""The archive to take along, and the list of what can be: on a small site."""

import os
import zipfile

import downloads
import offline
import pytest

LISTED = "<p>before</p><!-- downloads -->{}<!-- /downloads --><p>after</p>"


@pytest.fixture
def site(tmp_path):
    html = tmp_path / "html"
    for name, text in {
        "index.html": "index",
        "reference/offline.html": LISTED.format("\n<ul><li>something</li></ul>\n"),
        "_static/book.css": "p {}",
        "lite/index.html": "needs a server",
        "downloads/old.zip": "itself",
        ".buildinfo": "Sphinx",
    }.items():
        file = html / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return html


def test_it_has_one_folder_and_leaves_out_what_needs_a_server(site, tmp_path):
    offline.write(tmp_path / "a.zip", site)
    names = zipfile.ZipFile(tmp_path / "a.zip").namelist()
    kept = ["_static/book.css", "index.html", "lite/open.html", "reference/offline.html"]
    assert names == [f"{offline.NAME}/{name}" for name in kept]


def test_the_same_site_gives_the_same_bytes_at_any_time(site, tmp_path):
    offline.write(tmp_path / "a.zip", site)
    for path in site.rglob("*"):
        os.utime(path, (1, 1))
    offline.write(tmp_path / "b.zip", site)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    (site / "index.html").write_text("changed")
    offline.write(tmp_path / "c.zip", site)
    assert (tmp_path / "a.zip").read_bytes() != (tmp_path / "c.zip").read_bytes()


def test_the_copy_lists_no_downloads(site, tmp_path):
    offline.write(tmp_path / "a.zip", site)
    page = zipfile.ZipFile(tmp_path / "a.zip").read(f"{offline.NAME}/reference/offline.html")
    assert b"something" not in page and b"has none of these files" in page


def test_what_is_placed_is_listed_with_its_size_and_lies_there(site, tmp_path):
    file = tmp_path / "book.pdf"
    file.write_bytes(b"x" * 2_340_000)
    downloads.place({"foundations/01.pdf": file}, site)
    page = (site / "reference/offline.html").read_text(encoding="utf-8")
    assert '<a href="../downloads/foundations/01.pdf">foundations/01.pdf</a>, 2.3 MB' in page
    assert '<a href="../downloads/old.zip">' in page and "something" not in page
    assert page.startswith("<p>before</p>") and page.endswith("<p>after</p>")
    assert (site / "downloads/foundations/01.pdf").read_bytes() == file.read_bytes()


def test_a_page_without_a_place_for_the_list_is_an_error(site):
    (site / "reference/offline.html").write_text("nothing")
    with pytest.raises(ValueError, match="0 found"):
        downloads.place({}, site)
