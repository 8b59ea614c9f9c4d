"""The archive, unpacked into a folder with an awkward name and opened as files: all of it lives."""

import zipfile
from urllib.parse import unquote

import offline
import pytest

from tests.site.built import HTML, pages
from tests.site.conftest import Visit
from tests.site.test_pages import SIMULATIONS, reacts

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The unpacked archive of the built site."""
    where = tmp_path_factory.mktemp("offline") / "Mein Bücherregal"
    offline.write(where.parent / "book.zip", HTML)
    zipfile.ZipFile(where.parent / "book.zip").extractall(where)
    (top,) = where.iterdir()
    return top


@pytest.fixture
def opened(folder, browser):
    """`opened(page)` opens a file of it, noting what fails and what would leave the folder."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    seen = Visit(context.new_page())
    page = seen.page
    inside = (folder.as_uri(), "data:", "blob:")
    page.on("request", lambda r: r.url.startswith(inside) or seen.outside.append(r.url))
    left = "net::ERR_ABORTED"  # the page was left while it was still loading
    page.on("requestfailed", lambda r: r.failure == left or seen.missing.append(unquote(r.url)))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda m: m.type == "error" and seen.complaints.append(m.text))

    def go(name: str) -> Visit:
        page.goto(f"{folder.as_uri()}/{name}")
        page.wait_for_load_state("networkidle")
        return seen

    yield go
    context.close()
    assert (seen.outside, seen.missing, seen.complaints) == ([], [], [])


@pytest.mark.parametrize("name", [n for n in pages() if n.startswith(("foundations/", "steps/"))])
def test_every_chapter_is_whole(opened, name):
    page = opened(f"{name}.html").page
    formulas = page.locator(".bd-article .math")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.bd-article .math')]"
        ".every((math) => math.querySelector('mjx-container'))"
    )
    assert formulas.count() > 0
    sims = page.locator(".nn-sim")
    assert sims.count() == page.locator(SIMULATIONS).count()

    def press(control):
        control.focus()
        kind = control.evaluate("e => e.type || e.getAttribute('role') || ''")
        control.press("Space" if kind in {"button", "checkbox", "submit"} else "ArrowRight")

    for sim in sims.all():
        assert reacts(page, sim, press)


def test_every_other_page_opens(opened):
    for name in pages():
        if not name.startswith(("foundations/", "steps/")):
            assert opened(f"{name}.html").page.locator(".bd-article h1").count() == 1


def test_the_button_that_needs_a_server_says_so(opened):
    page = opened("foundations/04_backprop.html").page
    page.get_by_role("link", name="Run in the browser").click()
    page.wait_for_selector("text=Notebooks run only where the site is served")


def test_the_search_finds_and_its_findings_open(opened):
    page = opened("search.html?q=blame").page
    found = page.locator("#search-results li a")
    found.first.wait_for()
    assert any("04_backprop" in a for a in found.evaluate_all("all => all.map((a) => a.href)"))
    found.first.click()
    page.wait_for_load_state("networkidle")
    assert page.locator(".bd-article h1").count() == 1


def test_the_landing_page_computes(opened):
    page = opened("index.html").page
    before = page.locator("[data-count]").inner_text()
    page.get_by_role("button", name="Step").click()
    assert page.locator("[data-count]").inner_text() != before


def test_the_record_goes_from_page_to_page(opened):
    page = opened("foundations/04_backprop.html").page
    page.get_by_role("button", name="Mark as read").click()
    opened("index.html")
    assert page.locator("nav.bd-links .nn-read").inner_text().startswith("04")
    opened("reference/record.html")
    assert page.locator(".nn-record table").get_by_role("link").inner_text().startswith("04")
