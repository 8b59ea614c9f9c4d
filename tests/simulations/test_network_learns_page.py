"""A network learns, on a page without a kernel: mouse, keyboard, brush, link, reader, phone."""

import numpy as np
import pytest

from nnlib.simulations import NetworkLearns
from tests.simulations.test_numbers import numbers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LEARNS = "from nnlib.simulations import NetworkLearns\nn = NetworkLearns()\nn"
SMALL = {"data": "xor", "hidden": [3], "steps": 40}


def opened(**traits):
    return LEARNS.replace("()", "(**" + repr(traits) + ")")


def said(tab, part):
    """Wait until the sentence contains `part`, and return it."""
    tab.wait_for_function(
        "part => document.querySelector('.nn-sentence').textContent.includes(part)", arg=part
    )
    return tab.locator(".nn-sentence").first.text_content()


def press(tab, name):
    tab.get_by_role("button", name=name, exact=True).click()


def test_the_page_says_what_python_computes(show):
    for traits in [
        {},
        SMALL | {"dropout": 0.3, "weight_decay": 0.01, "batch_size": 7, "noise": 0.2},
        {"kind": "kan", "hidden": [2, 2], "steps": 60, "data": "moons", "noise": 0.3},
        {"hidden": [8] * 6, "activation": "sigmoid", "optimizer": "momentum", "steps": 30},
    ]:
        sim = NetworkLearns(**traits)
        run, before = sim.run(), sim.run(steps=sim.steps - 1)
        tab = show(opened(**traits))
        text = said(tab, f"After {sim.steps} steps")
        found = numbers("loss is N, held-out N; N % of the training points are right", text)
        expected = (run.loss, run.held_loss, 100 * run.accuracy)
        assert found == pytest.approx(expected, rel=6e-3)
        found = numbers(f"its {len(run.batch)} points from N to N", text)
        if not sim.dropout:  # with it, the loss after the step is one of the same mask
            assert found[0] == pytest.approx(run.batch_loss, rel=6e-3)
            assert before.loss != run.loss
        assert ("dead" in text) == bool(sim.dead(run))
        label = tab.locator(".nn-net svg").get_attribute("aria-label").split(": ", 1)[1]
        shown = [numbers("^N$", part)[0] for part in label.split(", ")]
        norms = [np.sqrt(sum((g**2).sum() for g in layer)) for layer in run.grads]
        assert shown == pytest.approx(norms, rel=6e-3)


def test_a_dead_unit_says_why(show):
    sim = NetworkLearns()
    z = sim.units()[1]
    (unit, *_) = np.flatnonzero(z.max(0) <= 0)
    tab = show(opened(selected=[2, int(unit) + 1, 1]))
    said(tab, "After 400 steps")
    text = tab.locator(".nn-unit").text_content()
    assert "Dead: z ≤ 0 on all 100 training points" in text and "exactly 0" in text
    assert numbers("the largest z is N.", text)[0] == pytest.approx(z[:, unit].max(), rel=6e-3)


def test_one_update_is_written_out(show):
    traits = SMALL | {"optimizer": "sgd", "lr": 0.3, "selected": [1, 2, 1], "steps": 0}
    tab = show(opened(**traits))
    said(tab, "Before the first step")
    assert "Step once" in tab.locator(".nn-update").text_content()
    press(tab, "step")
    said(tab, "Step 1 moved the loss on its 10 points")
    sim = NetworkLearns(**traits)
    w = [sim.run(steps=n).params[0][0][1, 0] for n in (0, 1)]
    text = tab.locator(".nn-update").text_content()
    found = numbers("= N − 0.3 · N = N", text)
    assert found == pytest.approx([w[0], (w[0] - w[1]) / 0.3, w[1]], rel=6e-3)
    for optimizer in ["momentum", "adam"]:
        tab = show(opened(**traits | {"optimizer": optimizer, "steps": 5, "weight_decay": 0.1}))
        said(tab, "Step 5 moved")
        sim = NetworkLearns(**traits | {"optimizer": optimizer, "weight_decay": 0.1})
        found = tab.locator(".nn-update b").get_attribute("title").replace("−", "-")
        assert float(found) == pytest.approx(sim.run(steps=5).params[0][0][1, 0], rel=1e-10)
    before = tab.locator(".nn-update").text_content()
    tab.get_by_label("its weight from").select_option("its bias")
    tab.wait_for_function("b => document.querySelector('.nn-update').textContent != b", arg=before)


def test_play_step_back_and_reset(show):
    tab = show(opened(**SMALL | {"steps": 0}))
    press(tab, "play")
    tab.wait_for_function(
        "+document.querySelector('.nn-sentence').textContent.match(/\\d+/)[0] > 60"
    )
    press(tab, "pause")
    said(tab, "moved the loss")
    (reached,) = numbers("After N steps", said(tab, "After"))
    press(tab, "back")
    said(tab, f"After {int(reached) - 1} steps")
    tab.keyboard.press("ArrowRight")
    text = said(tab, f"After {int(reached)} steps")
    run = NetworkLearns(**SMALL).run(steps=int(reached))
    assert numbers("loss is N,", text)[0] == pytest.approx(run.loss, rel=6e-3)
    tab.keyboard.press("r")
    said(tab, "Before the first step")
    assert tab.get_by_role("button", name="back").get_attribute("aria-disabled") == "true"


def test_what_is_out_of_sight_does_not_train(show):
    tab = show(opened(**SMALL | {"steps": 0}))
    tab.add_style_tag(content="main { padding-bottom: 4000px }")
    press(tab, "play")
    tab.evaluate("scrollTo(0, 3500)")
    tab.wait_for_timeout(300)
    first = tab.locator(".nn-sentence").text_content()
    tab.wait_for_timeout(500)
    assert tab.locator(".nn-sentence").text_content() == first
    tab.evaluate("scrollTo(0, 0)")
    tab.wait_for_function("t => document.querySelector('.nn-sentence').textContent != t", arg=first)


def test_units_are_chosen_by_mouse_and_keys(show):
    tab = show(opened(**SMALL))
    walker = tab.get_by_role("slider", name="unit that is looked at")
    assert walker.get_attribute("aria-valuetext") == "the output"
    canvas = tab.locator(".nn-net canvas")
    box = canvas.bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20 + (box["height"] - 20) / 2)
    tab.get_by_text("What layer 1, unit 2 says").wait_for()
    tab.mouse.move(box["x"] + 4, box["y"] + 4)
    tab.get_by_text("What the network says").wait_for()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20 + (box["height"] - 20) / 2)
    tab.get_by_text("Layer 1, unit 2.").wait_for()
    tab.keyboard.press("ArrowDown")
    tab.get_by_text("Layer 1, unit 3.").wait_for()
    tab.keyboard.press("ArrowRight")
    tab.get_by_text("The output.").wait_for()
    press(tab, "more: hidden layers")
    tab.wait_for_timeout(200)
    assert walker.get_attribute("aria-valuetext") == "the output"


def test_points_are_drawn_by_mouse_and_by_keys(show):
    tab = show(opened(**SMALL))
    tab.get_by_role("combobox", name="points").select_option("drawn by you")
    said(tab, "No points yet")
    box = tab.locator(".nn-plane canvas").bounding_box()
    tab.mouse.move(box["x"] + 40, box["y"] + 50)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 180, box["y"] + 50, steps=12)
    tab.mouse.up()
    tab.get_by_role("radio", name="class 0").check()
    brush = tab.get_by_role("button", name="place a point of class 0 at 0, 0")
    brush.focus()
    for _ in range(6):
        tab.keyboard.press("ArrowDown")
        tab.keyboard.press("Enter")
    press(tab, "step")
    text = said(tab, "Step")
    drawn = tab.get_by_label("This setting in Python").input_value()
    points = eval(drawn).points
    assert len(points) > 10 and {k for *_, k in points} == {0, 1}
    assert [p for p in points if not p[2]] == [[0, -y / 10, 0] for y in range(1, 7)]
    run = eval(drawn).run()
    assert numbers("loss is N,", text)[0] == pytest.approx(run.loss, rel=6e-3)
    press(tab, "clear")
    said(tab, "No points yet")


def test_six_seeds_beside_each_other(show):
    tab = show(LEARNS)
    (first,) = NetworkLearns().questions[:1]
    press(tab, "three of six")
    assert "Of six seeds, 3 get 98 % or more right" in said(tab, "After 1000 steps")
    assert "one run answers neither" in tab.locator(".nn-why").text_content()
    captions = tab.locator(".nn-multiples figcaption").all_text_contents()
    sim = NetworkLearns(**first["show"])
    for seed, caption in enumerate(captions):
        run = sim.run(seed=seed)
        found = numbers(f"seed {seed}: N / N", caption)
        assert found == pytest.approx((run.loss, run.held_loss), rel=6e-2)
    tab.get_by_role("checkbox", name="from six seeds").uncheck()
    tab.wait_for_function("!document.querySelector('.nn-multiples').checkVisibility()")


def test_every_setting_reaches_the_run(show):
    tab = show(opened(**SMALL))
    tab.get_by_text("More settings").click()
    for name, value in [
        ("batch size", "20"),
        ("dropout: share dropped", "0.2"),
        ("weight decay λ", "-2"),
        ("noise of the points", "0.2"),
        ("learning rate η", "-1"),
    ]:
        tab.get_by_role("slider", name=name).fill(value)
    for name, value in [("start", "2 × Xavier"), ("activation φ", "SiLU"), ("optimizer", "SGD")]:
        tab.get_by_role("combobox", name=name).select_option(value)
    press(tab, "draw another start")
    press(tab, "more: units a layer")
    call = tab.get_by_label("This setting in Python")
    tab.wait_for_function("document.querySelectorAll('.nn-share input')[1].value.includes('[4]')")
    sim = eval(call.input_value())
    made = SMALL | {"hidden": [4], "batch_size": 20, "dropout": 0.2, "weight_decay": 0.01}
    made |= {"noise": 0.2, "lr": 0.1, "init": "large", "activation": "silu", "optimizer": "sgd"}
    assert repr(sim) == repr(NetworkLearns(**made | {"seed": 1}))
    tab.get_by_role("radio", name="KAN").check()
    tab.get_by_label("more: grid intervals").wait_for()
    assert "[object" not in tab.locator(".nn-sim").text_content()


def test_a_guess_shows_dead_units(show):
    tab = show(LEARNS)
    tab.get_by_role("button", name="steps that kill units").click()
    assert "No gradient reaches the first layer" in said(tab, "11 of 12 units are dead")
    tab.get_by_role("button", name="a gradient that dies on its way").click()
    assert numbers("gradient is N times", said(tab, "first layer"))[0] == pytest.approx(
        1e-4, rel=0.1
    )


def test_a_link_carries_the_setting(show):
    tab = show(opened(**SMALL | {"data": "circles", "hidden": [5, 2], "lr": 0.1}))
    tab.get_by_text("Share this setting").click()
    link = tab.get_by_label("Link to this setting").input_value()
    assert link.endswith("#network=data=circles;hidden=5-2;lr=0.1;steps=40")
    before = said(tab, "After 40 steps")
    other = show(LEARNS)
    other.evaluate("hash => { location.hash = hash }", link.split("#")[1] + ";lr=much;<b>=1")
    assert said(other, "After 40 steps") == before
    assert "not understood in: lr=much, <b>=1" in other.locator(".nn-stage").text_content()
    other.reload()
    assert said(other, "After 40 steps") == before


def test_two_views_of_one_model_agree(show):
    tab = show(opened(**SMALL), "n")
    tab.locator(".nn-sim").first.get_by_role("button", name="step", exact=True).click()
    tab.locator(".nn-sim").nth(1).scroll_into_view_if_needed()
    tab.wait_for_function(
        "[...document.querySelectorAll('.nn-sentence')]"
        ".filter(p => p.textContent.startsWith('After 41 steps')).length == 2"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(show, violations, theme):
    tab = show(opened(**SMALL | {"data": "drawn", "points": [[0, 0, 1], [1, 1, 0]]}), theme=theme)
    for text in ["In code", "More settings", "Share this setting"]:
        tab.get_by_text(text).click()
    press(tab, "three of six")
    said(tab, "Of six seeds")
    assert violations(tab) == []
    tab.get_by_role("radio", name="KAN").check()
    tab.wait_for_timeout(300)
    assert violations(tab) == []


@pytest.mark.parametrize("traits", [SMALL, {"hidden": [8] * 6, "seeds": True, "steps": 20}])
def test_a_phone_shows_all_of_it(show, traits):
    tab = show(opened(**traits), width=360, touch=True)
    for text in ["In code", "More settings", "Share this setting"]:
        tab.get_by_text(text).click()
    assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    small = tab.evaluate(
        """[...document.querySelectorAll('.nn-sim :is(button, input, select, summary)')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML)"""
    )
    assert [text for text in small if "checkbox" not in text] == []


def test_jupyterlab_is_told_to_leave_every_control_its_keys(show):
    tab = show(LEARNS)
    selector = ".nn-sim :is(button, input, select, summary, a, [tabindex])"
    assert tab.locator(selector).count() > 30
    assert tab.locator(f"{selector}:not([data-lm-suppress-shortcuts='true'])").count() == 0


def test_reduced_motion_leaves_play_out(show):
    assert not show(LEARNS, motion="reduce").get_by_role("button", name="play").is_visible()


def test_a_change_of_theme_repaints_the_plane(show):
    tab = show(opened(**SMALL))
    pixel = """() => [...document.querySelector('.nn-plane canvas').getContext('2d')
        .getImageData(3, 3, 1, 1).data].slice(0, 3)"""
    light = tab.evaluate(pixel)
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    tab.wait_for_timeout(300)
    dark = tab.evaluate(pixel)
    assert sum(light) - sum(dark) > 100
