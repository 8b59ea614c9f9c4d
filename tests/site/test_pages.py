"""Every page of the book in a real browser, with nothing but the book within reach."""

import pytest

from tests.site.built import AXE, HTML, own_weight, pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# axe does not take MathML for text, though browsers read it out: a formula alone is a name too.
AXE_RUN = """async (where) => (await axe.run(where)).violations.flatMap((rule) =>
  rule.nodes.filter((node) => !(
    ['summary-name', 'empty-table-header'].includes(rule.id) &&
    document.querySelector(node.target[0]).querySelector('mjx-assistive-mml')?.textContent.trim()
  )).map(({ html, failureSummary }) =>
    `${rule.id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 200)}`))"""
STILL = "() => document.getAnimations().every((a) => a.playState !== 'running')"
SIMULATIONS = 'script[type="application/vnd.jupyter.widget-view+json"]'


@pytest.fixture(scope="module", params=pages())
def opened(request, visit):
    """A page at 1280 px in light mode, its simulations rendered."""
    seen = visit(f"{request.param}.html")
    seen.name = request.param
    expected = seen.page.locator(SIMULATIONS).count()
    seen.page.wait_for_function(
        "n => document.querySelectorAll('.nn-sim').length >= n", arg=expected
    )
    seen.page.wait_for_timeout(300)
    yield seen
    seen.page.context.close()


def test_no_errors_and_no_request_leaves(opened):
    assert opened.complaints == []
    assert opened.missing == []
    assert opened.outside == []


def test_mathematics_is_set(opened):
    raw = opened.page.locator(".bd-article .math").count()
    set_ = opened.page.locator(".bd-article .math mjx-container").count()
    assert set_ >= raw


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_has_nothing_to_say_about_the_content(opened, theme):
    # The article is ours. Around it stands the theme's furniture, which is not ours to mend; nor is
    # the line that opens a hidden cell, which myst-nb gives a name other than what it shows.
    opened.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    opened.page.wait_for_timeout(200)
    opened.page.wait_for_function(STILL)  # what fades in is pale for a moment
    opened.page.add_script_tag(path=AXE)
    where = {"include": [[".bd-article"]], "exclude": [["details.hide > summary"]]}
    told = opened.page.evaluate(AXE_RUN, where)
    assert not told, "\n".join(sorted(set(told)))


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(opened, width):
    page = opened.page
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(150)
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
          .slice(0, 5).map((e) => e.outerHTML.slice(0, 120))"""
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    assert wide == []


# What a simulation shows, less the control that is being moved.
SHOWN = """(sim) => [...sim.querySelectorAll('.nn-stage, .nn-happened')].map((part) =>
  part.innerHTML + [...part.querySelectorAll('canvas')].map((c) => c.toDataURL()).join()).join()"""
CONTROLS = ".nn-controls :is(input, select, button):enabled, .nn-stage [tabindex='0']"


def reacts(page, sim, act) -> bool:
    """Whether some control, when `act(control)` is done to it, changes what `sim` shows."""
    controls = sim.locator(CONTROLS)
    for i in range(min(controls.count(), 12)):
        if not controls.nth(i).is_visible():
            continue
        before = sim.evaluate(SHOWN)
        act(controls.nth(i))
        page.wait_for_timeout(150)
        if sim.evaluate(SHOWN) != before:
            return True
    return False


def test_every_simulation_reacts_to_a_key_and_to_the_mouse(opened):
    def press(control):
        control.focus()
        kind = control.evaluate("e => e.type || e.getAttribute('role') || ''")
        control.press("Space" if kind in {"button", "checkbox", "submit"} else "ArrowRight")

    def click(control):  # where a hand would: what lies on top there gets it
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        at = box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2
        opened.page.mouse.click(*at)

    sims = opened.page.locator(".nn-sim")
    for i in range(sims.count()):
        sim = sims.nth(i)
        sim.scroll_into_view_if_needed()
        assert reacts(opened.page, sim, press), f"{opened.name}: simulation {i} ignores keys"
        assert reacts(opened.page, sim, click), f"{opened.name}: simulation {i} ignores the mouse"


def test_a_page_brings_at_most_300_kilobytes(opened):
    assert own_weight(HTML / f"{opened.name}.html") <= 300_000


def test_the_theme_can_be_changed_and_the_page_follows(opened):
    page = opened.page
    ground = "() => getComputedStyle(document.body).backgroundColor"
    seen = set()
    for _ in range(3):  # light, dark, automatic
        page.locator(".theme-switch-button:visible").first.click()
        page.wait_for_timeout(100)
        seen.add(page.evaluate(ground))
    assert len(seen) == 2
