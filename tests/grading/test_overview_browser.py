"""The gradebook in a real browser: it fits, reads, sorts and finds, with and without its script."""

import pytest

from tests.grading.test_overview import AXE, book, folder  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser, folder):  # noqa: F811
    """opened(**settings) → the page; in the end it asked for nothing and complained of nothing."""
    contexts, troubles = [], []

    def open_page(width=1280, scheme="light", **settings):
        view = {"width": width, "height": 800}
        context = browser.new_context(viewport=view, color_scheme=scheme, **settings)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("request", lambda r: r.url.startswith("file:") or troubles.append(r.url))
        tab.goto((folder / "gradebook.html").as_uri())
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def column(tab, index):
    """The texts of a column of the rows that are to be seen, from top to bottom."""
    return tab.evaluate(
        """i => [...document.querySelectorAll('.map tbody tr')].filter(row => !row.hidden)
             .map(row => (row.cells[i].querySelector('a, b, bdi') || row.cells[i]).textContent)""",
        index,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_it_is_accessible_and_fits(opened, width, scheme):
    tab = opened(width, scheme)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run().then(r => r.violations.map(v => v.id + v.nodes[0].html))")
    assert found == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(
        "() => { const e = document.querySelector('.map');"
        " return getComputedStyle(e).overflowX + (e.clientWidth <= innerWidth) }"
    ) == "autotrue"  # what is wider scrolls within  # fmt: skip


def test_heads_sort_by_mouse_and_keyboard_and_say_so(opened):
    tab = opened()
    names = column(tab, 0)
    assert names[0] == "Ada Lovelace"
    total = tab.get_by_role("button", name="Total")
    total.click()
    points = [float(text) for text in column(tab, 1)]
    assert points == sorted(points) and points[0] < points[-1]
    total.press("Enter")
    assert [float(text) for text in column(tab, 1)] == sorted(points, reverse=True)
    head = tab.get_by_role("columnheader", name="Total")
    assert head.get_attribute("aria-sort") == "descending"
    nudge = tab.get_by_role("button", name="nudge")
    nudge.focus()
    tab.keyboard.press("Space")
    index = tab.evaluate("document.querySelector('.map tbody td').cellIndex") + 1 + 6 + 4
    texts = column(tab, index)
    known = [float(text) for text in texts if text != "–"]
    assert texts[: len(texts) - len(known)] == ["–"] * (len(texts) - len(known))
    assert known == sorted(known)
    assert head.get_attribute("aria-sort") is None
    tab.get_by_role("button", name="Student").click()
    assert column(tab, 0) == names


def test_students_are_found_by_name_id_and_trouble(opened):
    tab = opened()
    find, show = tab.get_by_label("Find", exact=True), tab.get_by_label("Show")
    find.fill("zoe")  # accents need not be typed
    assert column(tab, 0) == ['Zoë "X" Müller']
    assert tab.locator("output").text_content() == "1 of 30 students"
    find.fill("S1851")
    assert column(tab, 0) == ["Anders Holm"]
    find.fill("")
    show.select_option("broken")
    assert len(column(tab, 0)) == 3 and "Mei Lin" in column(tab, 0)
    show.select_option("any")
    some = len(column(tab, 0))
    assert 3 < some < 30
    show.select_option("")
    assert len(column(tab, 0)) == 30


def test_arrow_keys_walk_from_answer_to_answer(opened):
    tab = opened()
    at = "() => { const c = document.activeElement.closest('td'); return [c.parentNode.sectionRowIndex, c.cellIndex] }"  # noqa: E501
    tab.locator(".map").focus()
    while not tab.evaluate("document.activeElement.matches('.map td a')"):
        tab.keyboard.press("Tab")
    assert tab.evaluate(at) == [0, 2]
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate(at) == [0, 3]
    tab.keyboard.press("ArrowDown")  # the next row handed in nothing
    assert tab.evaluate(at) == [2, 3]
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")  # there is nothing above
    assert tab.evaluate(at) == [0, 3]
    tab.keyboard.press("Tab")
    assert not tab.evaluate("document.activeElement.matches('.map td a')")
    tab.keyboard.press("Shift+Tab")
    assert tab.evaluate(at) == [0, 3]


def test_a_number_leads_to_the_answer(opened):
    tab = opened()
    tab.locator(".map td:not(.sum) > a").first.click()
    assert tab.url.endswith("review/s1000/01_neurons.html#neurons-border")
    assert tab.locator("#neurons-border").is_visible()
    tab.get_by_role("link", name="Gradebook").click()
    assert tab.url.endswith("gradebook.html")


def test_without_script_everything_is_there_and_nothing_is_dead(opened):
    tab = opened(java_script_enabled=False)
    assert tab.locator(".map tbody tr").count() == 30
    assert tab.locator("button").count() == 0
    assert not tab.locator(".find").is_visible()
    tab.locator(".map td > a").first.click()
    assert tab.locator("h1").text_content() == "s1000"


def test_on_paper_all_columns_are_there(opened):
    tab = opened(1040, "dark")
    tab.emulate_media(media="print")
    assert tab.evaluate(
        """() => { const map = document.querySelector('.map');
        return [getComputedStyle(map).overflowX, map.scrollWidth <= innerWidth,
                getComputedStyle(document.body).color] }"""
    ) == ["visible", True, "rgb(28, 31, 36)"]
    assert not tab.locator(".find").is_visible()
