"""The tables from the catalog in a real browser: today's, and one of sixty architectures."""

import re

import catalog_pages
import course_map
import pytest

from nnlib import catalog
from tests.catalog import fakes
from tests.site.built import AXE, HTML
from tests.site.test_pages import AXE_RUN

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "reference/architectures.html"
NAMES = """() => [...document.querySelectorAll('.nn-catalog tbody tr')]
  .filter((row) => row.checkVisibility()).map((row) => row.cells[0].textContent)"""


@pytest.fixture
def page(visit):
    """The page as it was built."""
    seen = visit(NAME)
    yield seen.page
    seen.page.context.close()


@pytest.fixture
def sixty(page):
    """The page as it will be with sixty architectures."""
    table = catalog_pages.architectures(fakes.entries(60), [])
    built = (HTML / NAME).read_text(encoding="utf-8")
    future, changed = re.subn(
        r'<div class="nn-catalog">.*?</table>\s*</div>', lambda _: table, built, flags=re.DOTALL
    )
    assert changed == 1
    page.route(f"**/{NAME}", lambda route: route.fulfill(body=future, content_type="text/html"))
    page.reload(wait_until="networkidle")
    return page


def head(page, name: str):
    return page.get_by_role("columnheader", name=name)


def press(page, name: str, key: str = "Enter"):
    button = head(page, name).get_by_role("button")
    button.focus()
    button.press(key)


def count(page) -> str:
    return page.locator(".nn-find [aria-live=polite]").inner_text()


def column(page, index: int) -> list[str]:
    return page.locator(f".nn-catalog tbody tr > :nth-child({index + 1})").all_inner_texts()


def test_all_entries_are_there_and_counted(page):
    names = [entry.name for entry in catalog.entries()]
    assert page.evaluate(NAMES) == names
    assert count(page) == f"{len(names)} of {len(names)} architectures"


def test_a_name_leads_to_its_page_where_that_is_written(page):
    _, written = course_map.load()
    for entry in catalog.entries():
        row = page.locator(f"#architecture-{entry.key}")
        links = row.locator("th a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        assert links == ([f"../{entry.page}.html"] if entry.page in written else [])
        assert row.get_by_role("link", name=entry.paper.authors).get_attribute("href") == (
            entry.paper.url
        )


def test_the_heads_sort_by_keyboard_and_say_so(sixty):
    assert head(sixty, "Step").get_attribute("aria-sort") == "ascending"
    press(sixty, "Architecture")
    up = sixty.evaluate(NAMES)
    assert up == sorted(up, key=str.casefold) and len(up) == 60
    assert head(sixty, "Architecture").get_attribute("aria-sort") == "ascending"
    assert sixty.locator("th[aria-sort]").count() == 1
    press(sixty, "Architecture", "Space")
    assert sixty.evaluate(NAMES) == up[::-1]
    assert head(sixty, "Architecture").get_attribute("aria-sort") == "descending"


def test_numbers_are_sorted_as_numbers_and_ties_keep_the_order_of_the_course(sixty):
    start = sixty.evaluate(NAMES)
    press(sixty, "Paper")
    years = [int(text.split()[0]) for text in column(sixty, 5)]
    assert years == sorted(years) and len(set(years)) > 10
    press(sixty, "Step")
    assert sixty.evaluate(NAMES) == start
    steps = [int(text.split()[-1]) for text in column(sixty, 2)]
    assert steps == sorted(steps) and steps[-1] == 14


def test_a_click_sorts_too(sixty):
    head(sixty, "Family").get_by_role("button").click()
    families = column(sixty, 1)
    assert families == sorted(families)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sparse mask", ["TabNet"]),
        ("MASK tabnet", ["TabNet"]),  # all words, in any order, in either case
        ("arik", ["TabNet"]),  # Arık
        ("feedforward/kan.py", ["KAN"]),
        ("zyzzyva", []),
    ],
)
def test_words_narrow_the_table(page, words, found):
    every = len(catalog.entries())
    page.get_by_role("searchbox", name="Search", exact=True).fill(words)
    assert page.evaluate(NAMES) == found
    assert count(page) == f"{len(found)} of {every} architectures"
    page.get_by_role("searchbox", name="Search", exact=True).fill("")
    assert count(page) == f"{every} of {every} architectures"


def test_family_and_words_narrow_together_and_sorting_keeps_them(sixty):
    sixty.get_by_role("combobox", name="Family", exact=True).select_option("Meta")
    meta = [e.name for e in fakes.entries(60) if e.family == "Meta"]
    assert sixty.evaluate(NAMES) == meta and count(sixty) == f"{len(meta)} of 60 architectures"
    sixty.get_by_role("searchbox", name="Search", exact=True).fill("lora")
    wanted = [name for name in meta if "lora" in name.casefold()]
    press(sixty, "Architecture")
    assert sixty.evaluate(NAMES) == sorted(wanted) != []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_has_nothing_to_say_about_sixty(sixty, theme, width):
    sixty.set_viewport_size({"width": width, "height": 800})
    sixty.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    sixty.wait_for_timeout(300)
    sixty.add_script_tag(path=AXE)
    told = sixty.evaluate(AXE_RUN, {"include": [[".bd-article"]]})
    assert not told, "\n".join(sorted(set(told)))


@pytest.mark.parametrize("name", ["architectures", "families"])
@pytest.mark.parametrize("width", [360, 768])
def test_where_it_is_narrow_a_row_is_a_card_within_the_window(visit, name, width):
    page = visit(f"reference/{name}.html", width=width).page
    rows = page.locator(".nn-catalog tbody tr")
    assert rows.first.evaluate("row => getComputedStyle(row).display") == "grid"
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.nn-catalog *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML)"""
    )
    assert wide == []
    assert page.get_by_role("table").get_by_role("row").count() == rows.count() + 1
    page.context.close()


def test_on_a_phone_sorting_is_within_reach(sixty):
    sixty.set_viewport_size({"width": 360, "height": 800})
    button = head(sixty, "Family").get_by_role("button")
    assert button.bounding_box()["height"] >= 44
    button.click()
    families = column(sixty, 1)
    assert families == sorted(families)


@pytest.mark.parametrize("width", [360, 1280])
def test_without_a_script_it_is_a_plain_table(visit, width):
    page = visit(NAME, width=width, java_script_enabled=False).page
    rows = page.locator(".nn-catalog tbody tr")
    assert rows.count() == len(catalog.entries()) and rows.last.is_visible()
    assert page.locator(".nn-catalog button").count() == 0
    assert not page.locator(".nn-find").is_visible()
    page.context.close()


def test_on_paper_it_is_a_table_with_addresses_and_nothing_to_press(sixty):
    sixty.set_viewport_size({"width": 700, "height": 800})
    sixty.emulate_media(media="print")
    assert not sixty.locator(".nn-find").is_visible()
    assert all(head(sixty, name).inner_text() == name for name in catalog_pages.HEADS)
    row = sixty.locator(".nn-catalog tbody tr").first
    assert row.evaluate("row => getComputedStyle(row).display") == "table-row"
    shown = row.locator("[data-print]").evaluate("a => getComputedStyle(a, '::after').content")
    assert catalog.entries()[0].paper.link in shown
    wide = sixty.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_the_families_say_which_step_is_written(visit):
    page = visit("reference/families.html").page
    course, written = course_map.load()
    rows = page.locator(".nn-families tbody tr")
    assert rows.count() == len(catalog.FAMILIES)
    for row, family in zip(rows.all(), catalog.FAMILIES, strict=True):
        step = f"steps/{course['steps'][family.step - 1]['id']}"
        place = row.locator(".nn-dot")
        assert (place.get_attribute("href") == f"../{step}.html") == (step in written)
        assert ("not written yet" in place.text_content()) == (step not in written)
    page.context.close()
