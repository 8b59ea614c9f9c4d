"""The end of every page: its execution as recorded, a link that reports on the right section."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from execute import EXECUTED, chapters
from page_foot import executed
from settings import REPOSITORY, ROOT

from tests.site.built import HTML, pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHAPTER = "foundations/04_backprop"
LINK = ".nn-tell a"


def body_of(link) -> str:
    address = urlsplit(link.get_attribute("href"))
    assert link.get_attribute("href").startswith(f"{REPOSITORY}/issues/new?")
    return parse_qs(address.query)["body"][0]


def test_every_chapter_says_what_its_record_says():
    for path in chapters():
        name = path.relative_to(ROOT / "book").as_posix()
        file = (EXECUTED / path.relative_to(ROOT)).with_suffix(".json")
        line = executed(name, json.loads(file.read_text(encoding="utf-8")))
        page = (HTML / name).with_suffix(".html").read_text(encoding="utf-8")
        assert re.findall(r'<p class="nn-executed">(.*?)</p>', page) == [line]


@pytest.mark.parametrize("name", pages())
def test_every_page_has_one_foot_that_knows_its_name(name):
    page = (HTML / f"{name}.html").read_text(encoding="utf-8")
    assert re.findall(r'class="nn-foot" data-page="([^"]*)"', page) == [name]


def test_without_javascript_the_link_has_the_page(visit):
    page = visit(f"{CHAPTER}.html", java_script_enabled=False).page
    body = body_of(page.locator(LINK))
    assert f"Page: {CHAPTER}\n" in body and "Browser" not in body
    page.context.close()


def test_the_link_names_the_section_above_the_window_and_the_browser(visit):
    page = visit(f"{CHAPTER}.html").page
    link = page.locator(LINK)
    link.focus()
    assert "Section: What to remember (#what-to-remember)\n" in body_of(link)
    page.evaluate("document.getElementById('a-fork-add').scrollIntoView()")
    page.evaluate("scrollBy(0, 200)")
    link.dispatch_event("pointerdown")
    body = body_of(link)
    assert "Section: A fork: add (#a-fork-add)\n" in body
    assert f"Browser: {page.evaluate('navigator.userAgent')}\n" in body
    page.context.close()


def test_a_link_to_a_section_that_was_followed_names_it(visit):
    page = visit(f"{CHAPTER}.html").page
    # Not by the mouse: formulas that are being set move the heading away from under it.
    page.locator("#a-chain-multiply h2 a.headerlink").evaluate("link => link.click()")
    link = page.locator(LINK)
    link.focus()
    assert "Section: A chain: multiply (#a-chain-multiply)\n" in body_of(link)
    page.context.close()


def test_every_section_has_a_report_link_of_its_own_seen_on_focus(visit):
    page = visit(f"{CHAPTER}.html").page
    reports = page.locator(".nn-report")
    assert reports.count() == page.locator(".bd-article section > h2").count() > 5
    own = page.get_by_role("link", name="Report a mistake in “A fork: add”")
    assert own.evaluate("a => getComputedStyle(a).opacity") == "0"
    page.keyboard.press("Tab")  # from here on the focus is shown
    own.focus()
    assert own.evaluate("a => getComputedStyle(a).opacity") == "1"
    assert "Section: A fork: add (#a-fork-add)\n" in body_of(own)
    page.context.close()
