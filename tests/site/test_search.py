"""The search finds what a page says, without asking anybody else."""

import re

import pytest

from tests.site.built import HTML, pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def a_word_of(name: str) -> str:
    """The longest word of the page's title."""
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    title = re.search(r"<h1>(.*?)<", text)[1]
    return max(re.findall(r"[A-Za-z]+", title), key=len)


def test_search_finds_a_chapter_by_a_word_of_its_title(visit):
    chapter = next(name for name in pages() if name.startswith("foundations/"))
    seen = visit(f"search.html?q={a_word_of(chapter)}")
    results = seen.page.locator("#search-results li a")
    results.first.wait_for()
    found = results.evaluate_all("links => links.map((a) => a.getAttribute('href'))")
    assert any(chapter in href for href in found)
    assert seen.outside == [] and seen.complaints == []


def test_search_finds_nothing_where_there_is_nothing(visit):
    seen = visit("search.html?q=zyzzyvaxq")
    seen.page.wait_for_function(
        "() => /did not match|no results/i.test(document.body.innerText)", timeout=10_000
    )
    assert seen.page.locator("#search-results li a").count() == 0
