"""The activation gallery on a page without a kernel: mouse, keyboard, reader, phone."""

import re

import pytest

from nnlib import scratch

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GALLERY = "from nnlib.simulations import ActivationGallery\ng = ActivationGallery()\ng"
MODES = ["curves", "chain", "softmax", "neuron"]


def said(tab, part):
    """Wait until the sentence contains `part`, and return it."""
    tab.wait_for_function(
        "part => document.querySelector('.nn-sentence').textContent.includes(part)", arg=part
    )
    return tab.locator(".nn-sentence").first.text_content()


def opened(mode):
    return GALLERY.replace("()", f"(mode={mode!r})")


def test_a_slider_and_the_point_recompute(show):
    tab = show(GALLERY)
    assert "gives 0.731" in said(tab, "z = 1")
    tab.get_by_role("slider", name="z", exact=True).fill("-2")
    assert f"gives {scratch.SIGMOID.f(-2.0):.3g}" in said(tab, "z = −2")
    point = tab.get_by_role("slider", name="z, on the curve")
    box = point.locator(".nn-knob").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 60, y, steps=5)
    tab.mouse.up()
    assert tab.locator(".nn-dragged").count() == 0
    z = float(re.search(r"z = ([−\d.]+),", said(tab, "z = "))[1].replace("−", "-"))
    assert -1.2 < z < 1.2


def test_the_point_moves_by_keyboard_and_arrows_reach_nothing_else(show):
    tab = show(GALLERY)
    tab.get_by_role("slider", name="z, on the curve").focus()
    tab.keyboard.press("ArrowRight")
    said(tab, "z = 1.1")
    tab.keyboard.press("PageUp")
    said(tab, "z = 2.1")
    tab.keyboard.press("Home")
    said(tab, "z = −6")


def test_a_guess_stays_drawn_beside_what_happened(show):
    tab = show(opened("chain"))
    tab.get_by_role("button", name="10 %").click()
    said(tab, "9.54·10⁻⁷ is left after 10 layers")
    assert tab.locator(".nn-guess").count() == 1
    assert "It is not shared out" in tab.locator(".nn-why").text_content()
    tab.get_by_role("button", name="next question").click()
    assert tab.locator(".nn-ask").text_content() == "Which rule did you use?"
    assert tab.locator(".nn-guess").count() == 1


def test_a_question_locks_nothing_and_can_be_left_out(show):
    tab = show(GALLERY)
    tab.get_by_role("slider", name="z", exact=True).fill("2")
    assert "Skipped" in tab.locator(".nn-kicker").text_content()
    tab.get_by_role("button", name="a quarter").click()
    assert "Your guess" in tab.locator(".nn-kicker").text_content()
    assert not show(GALLERY.replace("()", "(predict=False)")).locator(".nn-predict").is_visible()


def test_a_hundred_more_on_every_logit_changes_nothing(show):
    tab = show(opened("softmax"))
    before = tab.locator(".nn-jacobian td").all_text_contents()
    tab.get_by_role("button", name="add 100 to every logit").click()
    tab.get_by_text("z₁ = 102").wait_for()
    assert tab.locator(".nn-jacobian td").all_text_contents() == before
    tab.get_by_role("slider", name="logit z₁").focus()
    tab.keyboard.press("ArrowDown")
    tab.get_by_text("z₁ = 101.9").wait_for()


def test_a_neuron_dies_and_only_what_is_upstream_revives_it(show):
    tab = show(opened("neuron"))
    tab.get_by_role("button", name="step", exact=True).focus()
    tab.keyboard.press("ArrowRight")
    dead = said(tab, "Dead: z ≤ 0 on all 30 flowers")
    tab.get_by_role("slider", name="step size").fill("0.02")
    more = tab.locator(".nn-controls").get_by_role("button", name="100 more steps")
    more.click()
    assert said(tab, "After 101 steps").split(";")[1:] == dead.split(";")[1:]
    tab.get_by_role("slider", name="the layer below adds c").fill("-8")
    more.click()
    assert "move the neuron" in said(tab, "After 201 steps")
    tab.get_by_role("button", name="step", exact=True).focus()
    tab.keyboard.press("r")
    said(tab, "After 0 steps")


def test_two_views_of_one_model_agree(show):
    tab = show(GALLERY, "g")
    assert tab.locator(".nn-sim").count() == 2
    tab.locator(".nn-sim").first.get_by_role("slider", name="z", exact=True).fill("3")
    tab.wait_for_function(
        "[...document.querySelectorAll('.nn-sentence')].every(p => p.textContent.includes('z = 3'))"
    )
    tab.locator(".nn-sim").nth(1).get_by_role("button", name="half").click()
    tab.wait_for_function(
        "document.querySelectorAll('.nn-choices [aria-pressed=true]').length == 2"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(show, violations, theme):
    tab = show(GALLERY, theme=theme)
    tab.get_by_text("In code").click()
    tab.get_by_role("button", name="half").click()
    for name in ["A chain of layers", "Softmax", "A neuron that dies", "Curve and slope"]:
        tab.get_by_role("radio", name=name).check()
        tab.wait_for_timeout(50)
        assert violations(tab) == [], name


@pytest.mark.parametrize("mode", MODES)
def test_a_phone_shows_all_of_it(show, mode):
    tab = show(opened(mode), width=360, touch=True)
    assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    small = tab.evaluate(
        """[...document.querySelectorAll('.nn-sim :is(button, input, select, summary)')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML)"""
    )
    assert small == []


def test_jupyterlab_is_told_to_leave_every_control_its_keys(show):
    tab = show(GALLERY)
    selector = ".nn-sim :is(button, input, select, summary, a, [tabindex])"
    assert tab.locator(selector).count() > 40
    assert tab.locator(f"{selector}:not([data-lm-suppress-shortcuts='true'])").count() == 0


def test_reduced_motion_leaves_play_out(show):
    assert show(opened("neuron")).get_by_role("button", name="play").is_visible()
    still = show(opened("neuron"), motion="reduce")
    assert not still.get_by_role("button", name="play").is_visible()


def test_the_code_shown_computes_what_is_shown(show):
    for mode in MODES:
        tab = show(opened(mode))
        code = tab.locator(".nn-code code").text_content()
        exec(compile(code, mode, "exec"), {})


# Renders the page's simulation once more with a model that counts its listeners, and leaves.
COUNT_LISTENERS = """async () => {
  const saved = JSON.parse(document.querySelector('script[type$="state+json"]').textContent).state;
  const { state } = Object.values(saved).find((m) => m.state._esm);
  const url = URL.createObjectURL(new Blob([state._esm], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  let listeners = 0;
  const model = { get: (name) => state[name], on: () => listeners++, off: () => listeners-- };
  const el = document.body.appendChild(document.createElement('div'));
  const leave = widget.render({ model, el });
  const during = listeners;
  leave();
  return [during > 0, listeners, el.childElementCount];
}"""


def test_leaving_cleans_up(show):
    assert show(GALLERY).evaluate(COUNT_LISTENERS) == [True, 0, 0]
