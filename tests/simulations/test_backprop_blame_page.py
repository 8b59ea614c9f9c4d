"""Backprop blame on a page without a kernel: mouse, keyboard, reader, phone."""

import re

import numpy as np
import pytest

from nnlib.simulations import BackpropBlame

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BLAME = "from nnlib.simulations import BackpropBlame\nb = BackpropBlame()\nb"


def said(tab, part):
    """Wait until the sentence contains `part`, and return it."""
    tab.wait_for_function(
        "part => document.querySelector('.nn-sentence').textContent.includes(part)", arg=part
    )
    return tab.locator(".nn-sentence").first.text_content()


def opened(**traits):
    return BLAME.replace("()", "(**" + repr(traits) + ")")


def number(text):
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
    return float(re.sub(r"·10(?=[-\d])", "e", text.translate(digits)))


def heights(tab):
    """The towers' numbers as a screen reader hears them."""
    label = tab.locator(".nn-stage svg").first.get_attribute("aria-label")
    return label.split(": ", 1)[1].split(", ")


def test_every_bar_is_what_numpy_computes(show):
    for traits in [{}, {"activation": "relu", "init": "he", "residual": "plain", "depth": 20}]:
        tab = show(opened(**traits))
        run = BackpropBlame(**traits).run()
        expected = [[np.linalg.norm(dW) for dW, _ in parts] for parts in run.grads]
        for text, parts in zip(heights(tab), expected, strict=True):
            assert [number(n) for n in text.split(" and ")] == pytest.approx(parts, rel=6e-3)


def test_a_click_and_the_keys_choose_layer_and_weight(show):
    tab = show(BLAME)
    tab.locator(".nn-stage rect.nn-bar").nth(6).click()
    tab.get_by_text("Selected: layer 7, unit 1, input 1").wait_for()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    tab.get_by_text("Selected: layer 9, unit 1, input 1").wait_for()
    tab.get_by_role("slider", name="weight").focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    tab.get_by_text("Selected: layer 9, unit 2, input 3").wait_for()
    g = BackpropBlame().run().grads[8][0][0][1, 2]
    assert tab.get_by_text("g = ∂L/∂w").get_attribute("title").replace("−", "-")[:12] == str(g)[:12]


def test_freezing_leaves_every_gradient_and_stops_one_update(show):
    tab = show(opened(depth=6, activation="tanh"))
    before = heights(tab)
    updates = tab.locator("rect.nn-update")
    assert updates.count() == 6
    tab.get_by_label("freeze it").check()
    said(tab, "Frozen: layer 3")
    assert heights(tab) == before and updates.count() == 5
    tab.get_by_role("button", name="step", exact=True).click()
    assert "All layers moved but layer 3" in said(tab, "Step 1")
    tab.get_by_role("radio", name="how far W has moved").check()
    tab.wait_for_function("document.querySelector('.nn-stage svg').ariaLabel.includes('moved')")
    assert [text == "0" for text in heights(tab)] == [False, False, True, False, False, False]
    tab.get_by_role("button", name="step", exact=True).focus()
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_function("document.querySelector('.nn-stage svg').ariaLabel.includes('0, 0, 0')")


def test_nudging_and_deleting_are_measured(show):
    tab = show(
        opened(depth=4, width=4, activation="tanh", data="iris", layer=2, weight=[1, 2], nudge=1)
    )
    blame = BackpropBlame(depth=4, width=4, activation="tanh", data="iris")
    run, layers = blame.run(), blame.layers
    layers[1][0][0][0, 1] += 1
    cells = [
        number(text)
        for text in tab.locator(".nn-trial tbody tr").first.locator("td").all_text_contents()
    ]
    expected = [run.grads[1][0][0][0, 1], blame.run(layers).loss - run.loss]
    assert cells == pytest.approx(expected, rel=6e-3)
    tab.get_by_role("button", name="largest |w·g|").click()
    tab.get_by_text("Selected: layer 1, unit 4, input 4").wait_for()


def test_a_guess_stays_drawn_beside_what_happened(show):
    tab = show(BLAME)
    tab.get_by_role("button", name="a hundredth").click()
    assert "It vanishes: layer 1 gets 2.11·10⁻⁶" in said(tab, "2.11")
    assert tab.locator("path.nn-guess").count() == 1
    for _ in range(4):
        tab.get_by_role("button", name="next question").click()
    tab.get_by_role("button", name="those of layers 1 and 2").click()
    said(tab, "Frozen: layer 3")
    assert tab.locator("rect.nn-guess").count() == 2
    assert not show(opened(predict=False)).locator(".nn-predict").is_visible()


def test_presets_and_the_reader_s_own_network(show):
    tab = show(BLAME)
    tab.get_by_role("button", name="residuals that explode").click()
    said(tab, "It explodes")
    tab.get_by_role("button", name="residuals, scaled").click()
    said(tab, "It survives")
    own = show(
        "import numpy as np\nfrom nnlib import scratch\n"
        "from nnlib.simulations import BackpropBlame\n"
        "p = scratch.init([2, 3, 1], np.random.default_rng(0))\n"
        "BackpropBlame.from_model(p, [[1, 2], [0, 1]], [1, 0], layer=2)"
    )
    assert len(heights(own)) == 2
    assert own.get_by_label("units a layer").count() == 0


def test_two_views_of_one_model_agree(show):
    tab = show(BLAME, "b")
    tab.locator(".nn-sim").first.get_by_role("slider", name="layers").fill("15")
    tab.wait_for_function(
        "[...document.querySelectorAll('.nn-sentence')]"
        ".filter(p => p.textContent.includes('15 layers')).length == 2"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(show, violations, theme):
    tab = show(opened(residual="plain", frozen=[3], data="digits"), theme=theme)
    tab.get_by_text("In code").click()
    tab.get_by_role("button", name="a quarter").click()
    assert violations(tab) == []


@pytest.mark.parametrize(
    "traits", [{}, {"depth": 20, "width": 16, "residual": "plain", "data": "digits"}]
)
def test_a_phone_shows_all_of_it(show, traits):
    tab = show(opened(**traits), width=360, touch=True)
    assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    small = tab.evaluate(
        """[...document.querySelectorAll('.nn-sim :is(button, input, select, summary)')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML)"""
    )
    assert [text for text in small if "checkbox" not in text] == []


def test_jupyterlab_is_told_to_leave_every_control_its_keys(show):
    tab = show(BLAME)
    selector = ".nn-sim :is(button, input, select, summary, a, [tabindex])"
    assert tab.locator(selector).count() > 30
    assert tab.locator(f"{selector}:not([data-lm-suppress-shortcuts='true'])").count() == 0


def test_reduced_motion_leaves_play_out(show):
    assert not show(BLAME, motion="reduce").get_by_role("button", name="play").is_visible()


@pytest.mark.parametrize(
    "traits",
    [
        {},
        {"residual": "scaled", "path": [{"rate": 0.5, "frozen": [3], "example": 0}]},
        {"batch": False, "example": 4},
    ],
)
def test_the_code_shown_computes_what_is_shown(show, traits):
    lines = show(opened(**traits)).locator(".nn-code code").text_content()
    *_, last = lines.splitlines()
    value, said_value = last.split("  # ")
    space = {}
    exec(lines.replace(last, f"answer = {value}"), space)
    assert float(space["answer"]) == pytest.approx(float(said_value), rel=1e-12)
