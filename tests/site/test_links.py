"""The built HTML as text: links, anchors, pictures, and the search index."""

import re
from functools import cache
from urllib.parse import unquote, urlsplit

import pytest

from tests.site.built import HTML, Page, pages

pytestmark = pytest.mark.browser  # needs the built site, like the tests beside it

read = cache(Page)


@pytest.mark.parametrize("name", pages())
def test_every_internal_link_and_anchor_resolves(name):
    path = HTML / f"{name}.html"
    broken = []
    for link in read(path).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        anchor = unquote(parts.fragment)
        if not target.is_file() or (anchor and anchor not in read(target).ids):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", pages())
def test_every_picture_says_what_is_to_be_seen(name):
    for image in read(HTML / f"{name}.html").images:
        if image["tag"] == "img":
            assert "alt" in image, image
        else:
            assert image.get("aria-label") or image.get("aria-labelledby"), image


@pytest.mark.parametrize("name", pages())
def test_nothing_is_fetched_from_elsewhere(name):
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    fetched = re.findall(
        r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["'](?:https?:)?//[^>]*""", text
    )
    assert [tag for tag in fetched if 'rel="canonical"' not in tag] == []


def test_chapters_have_permanent_labels():
    chapters = [name for name in pages() if name.startswith("foundations/")]
    for name in chapters:
        label = name.replace("/", "-").replace("_", "-")
        label = re.sub(r"-\d+-", "-", label)
        assert label in read(HTML / f"{name}.html").ids, f"{name}: no label ({label})="
