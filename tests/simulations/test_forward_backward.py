"""Forward and backward: the Python class, and the page as a reader meets it."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from nnlib import scratch
from nnlib.simulations import ForwardBackward
from tests.simulations.test_activation_gallery import COUNT_LISTENERS, said

SIMULATION = "from nnlib.simulations import ForwardBackward\ns = ForwardBackward(position=6)\ns"


def opened(**traits):
    return SIMULATION.replace("position=6", ", ".join(f"{k}={v!r}" for k, v in traits.items()))


# ── the class ────────────────────────────────────────────────────────────────────────


def test_it_starts_with_the_networks_first_step_back():
    s = ForwardBackward()
    assert (s.sizes, s.position, s.steps, repr(s)) == ((2, 3, 1), 6, 11, "ForwardBackward()")
    deep = ForwardBackward(sizes=(3, 4, 4, 2), loss="softmax_cross_entropy")
    assert (deep.sizes, deep.position, deep.target) == ((3, 4, 4, 2), 12, [0.0])


def test_params_are_what_scratch_wants():
    s = ForwardBackward(sizes=(3, 2, 2))
    out, _ = scratch.forward(s.params, np.array([s.x]), scratch.TANH)
    assert out.shape == (1, 2)


def test_repr_makes_the_same_state_again():
    s = ForwardBackward(sizes=(1, 2, 2), activation="relu", x=np.array([3]))
    again = eval(repr(s))
    assert repr(again) == repr(s) and again.params[0][0].tolist() == s.params[0][0].tolist()


@pytest.mark.parametrize(
    ("traits", "named"),
    [
        ({"x": [1, 2, 3]}, "x: expected 2 numbers"),
        ({"target": [1, 2]}, "target: expected 1 numbers"),
        ({"sizes": (2, 9, 1)}, "sizes: expected 1 to 3 inputs"),
        ({"sizes": (2, 1)}, "sizes: expected"),
        ({"sizes": (2, 3, 1), "weights": [[[1.0]], [[1.0]]]}, "biases: expected lists of (1, 1)"),
        ({"weights": [[[1, 2], [3]], [[1, 1]]]}, "weights: expected matrices of shapes"),
        ({"weights": [1]}, "weights: expected a matrix"),
        ({"biases": [[1], [1]]}, "biases: expected"),
        ({"activation": "step"}, "activation: expected one of"),
        ({"loss": "mse"}, "loss: expected one of"),
        ({"loss": "softmax_cross_entropy"}, "loss: expected 2 outputs"),
        ({"loss": "sigmoid_cross_entropy", "target": [2]}, "target: expected numbers from 0"),
        ({"lr": 0}, "lr: expected a rate above 0"),
        ({"position": 12}, "position: expected 0 to 11 steps"),
        ({"nonsense": 1}, "nonsense: no such trait"),
    ],
)
def test_bad_input_is_named(traits, named):
    with pytest.raises(ValueError, match=re.escape(named)):
        ForwardBackward(**traits)


def test_a_bad_change_is_undone_with_those_made_beside_it():
    s = ForwardBackward()
    with pytest.raises(ValueError, match="x: expected 2 numbers"):
        s.x = [1.0]
    assert s.x == [2.0, -1.0]
    with pytest.raises(ValueError, match="x: expected 1 numbers"), s.hold_trait_notifications():
        s.weights = [[[1.0]], [[1.0]]]
        s.biases = [[0.0], [0.0]]
    assert s.sizes == (2, 3, 1) and s.biases == ForwardBackward().biases
    with s.hold_trait_notifications():
        s.weights, s.biases, s.x, s.position = [[[1.0]], [[1.0]]], [[0.0], [0.0]], [1.0], 0
    assert s.sizes == (1, 1, 1)


def test_every_question_shows_a_valid_state_and_names_true_numbers():
    questions = {q["id"]: q for q in ForwardBackward().questions}
    run = {id: ForwardBackward(**q["show"])._run() for id, q in questions.items() if "show" in q}
    (dW, db), (dv, _) = run["zero-input"]["grads"]
    assert not dW[:, 1].any() and dW[:, 0].all() and run["zero-input"]["deltas"][1][0, 0] > 2.4
    (dW, db), (dv, _) = run["relu-off"]["grads"]
    assert not dW[1].any() and db[1] == 0 and dv[0, 1] == 0 and dv[0, 0] != 0
    deltas = np.abs(run["saturated"]["deltas"][0][0])
    assert deltas.argmax() == 0 and deltas[2] < 1e-6
    (dW, _), _ = run["twins"]["grads"]
    assert (dW == dW[0]).all() and dW.all()
    assert run["rate"]["after"] > run["rate"]["loss"]
    for rate, share in [(0.1, 0.85), (0.3, 0.54), (0.5, 0.23)]:
        r = ForwardBackward(lr=rate)._run()
        assert (r["loss"] - r["after"]) / (rate * r["squares"]) == pytest.approx(share, abs=0.006)
    flipped, plain = run["flip"], ForwardBackward()._run()
    ratios = flipped["grads"][0][0] / plain["grads"][0][0]
    error = (flipped["deltas"][1] / plain["deltas"][1]).item()
    np.testing.assert_allclose(ratios, np.full((3, 2), error))


def test_without_scripts_there_are_the_numbers_and_a_caption():
    s = ForwardBackward()
    assert "It says 0.7; the loss is 0.0451" in s.caption()
    assert "<td>-0.139, 0.139, -0.229, -0.3</td>" in s.fallback()


# ── the page ─────────────────────────────────────────────────────────────────────────


def field(tab, name):
    return tab.get_by_role("spinbutton", name=name)


@pytest.mark.browser
@pytest.mark.slow
class TestPage:
    def test_steps_by_mouse_and_keyboard(self, show):
        tab = show(SIMULATION)
        assert "δₒ = −0.3" in said(tab, "The blame of the output")
        step = tab.get_by_role("button", name="step", exact=True)
        step.click()
        said(tab, "The blame of hidden unit 1")
        tab.keyboard.press("ArrowRight")
        said(tab, "The blame of hidden unit 2")
        tab.keyboard.press("ArrowLeft")
        said(tab, "The blame of hidden unit 1")
        tab.keyboard.press("r")
        said(tab, "Nothing is computed yet")
        for _ in range(11):
            step.click()
        said(tab, "84.6 % of the fall")
        assert tab.locator(".nn-worked li").count() == 11

    def test_play_reaches_the_end_of_the_story(self, show):
        tab = show(opened(position=9))
        tab.get_by_role("button", name="play").click()
        said(tab, "84.6 % of the fall")

    def test_a_number_is_edited_where_it_stands(self, show):
        tab = show(opened(position=9))
        target = field(tab, "target t")
        target.fill("-1")
        said(tab, "0 of 7 numbers forward, the loss, 17 of 17 numbers backward")
        target.press("ArrowUp")
        expect(target).to_have_value("-0.9")
        weight = field(tab, "weight w₁₂")
        weight.fill("-")
        assert weight.get_attribute("aria-invalid") == "true"
        weight.fill("−0,35")
        said(tab, "3 of 7 numbers forward")
        weight.blur()
        expect(weight).to_have_value("−0.35")
        expect(weight).to_have_attribute("aria-valuenow", "-0.35")

    def test_arrows_in_a_field_do_not_step(self, show):
        tab = show(SIMULATION)
        field(tab, "input x₁").focus()
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("ArrowUp")
        said(tab, "That changed")
        assert (
            tab.locator(".nn-worked [aria-current]").text_content().startswith("The blame of the")
        )

    def test_a_guess_stays_drawn_around_what_it_was_about(self, show):
        tab = show(SIMULATION)
        tab.get_by_role("button", name="large, as the error is").click()
        said(tab, "∂L/∂w₃₂ = 0")
        assert tab.locator(".nn-guess").count() == 3
        assert "was 0" in tab.locator(".nn-why").text_content()
        tab.get_by_role("button", name="the target flips").click()
        said(tab, "That changed 7 of 7 numbers forward")
        assert tab.locator(".nn-guess").count() == 0

    def test_the_numbers_it_began_with_come_back(self, show):
        tab = show(opened(x=[1.5, -1], position=6))
        field(tab, "input x₁").fill("3")
        tab.get_by_role("button", name="a ReLU is off").click()
        expect(field(tab, "input x₁")).to_have_value("2")
        tab.get_by_role("button", name="as it began").click()
        expect(field(tab, "input x₁")).to_have_value("1.5")
        assert "tanh" in tab.locator(".nn-code code").text_content()

    def test_the_new_numbers_are_kept(self, show):
        tab = show(opened(position=11))
        tab.get_by_role("button", name="keep the new numbers").click()
        said(tab, "Nothing is computed yet")
        assert field(tab, "weight w₁₁").input_value() == "0.124"
        for _ in range(5):
            tab.get_by_role("button", name="step", exact=True).click()
        said(tab, "L = 0.0215")

    def test_the_rate_moves_the_prediction(self, show):
        tab = show(opened(position=11))
        tab.get_by_role("slider", name="learning rate η").fill("0")
        said(tab, "It rose, where −η‖g‖² promised −0.279")

    def test_sizes_activation_and_loss_are_chosen(self, show):
        tab = show(opened(position=11))
        tab.get_by_role("combobox", name="loss").select_option("softmax, cross-entropy")
        tab.get_by_role("combobox", name="hidden, second").select_option("4")
        tab.get_by_role("combobox", name="activation").select_option("GELU")
        tab.wait_for_function(
            "document.querySelector('.nn-code code').textContent.includes('gelu')"
        )
        assert field(tab, re.compile("weight")).count() == 6 + 12 + 8
        field(tab, "target class").fill("1")
        tab.wait_for_function(
            "document.querySelector('.nn-code code').textContent.includes('np.array([1])')"
        )
        scope = {}
        exec(tab.locator(".nn-code code").text_content(), scope)
        assert scope["out"].shape == (1, 2) and scope["t"] == [1]

    def test_the_code_shown_computes_what_is_shown(self, show):
        tab = show(opened(position=11))
        scope = {}
        exec(tab.locator(".nn-code code").text_content(), scope)
        assert f"from {scope['loss']:.3g} to {scope['after']:.3g}" in said(tab, "The loss went")

    def test_two_views_of_one_model_agree(self, show):
        tab = show(SIMULATION, "s")
        first, second = tab.locator(".nn-sim").all()
        first.get_by_role("spinbutton", name="input x₂").fill("0")
        first.get_by_role("button", name="step", exact=True).click()
        second.get_by_text("The blame of hidden unit 1").first.wait_for()
        assert second.get_by_role("spinbutton", name="input x₂").input_value() == "0"

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing(self, show, violations, theme):
        tab = show(SIMULATION, theme=theme)
        tab.get_by_text("In code").click()
        tab.get_by_role("button", name="exactly zero").click()
        for position in ("an input is zero", "the step is too large"):
            tab.get_by_role("button", name=position).click()
            tab.wait_for_function("document.getAnimations().length == 0")
            assert violations(tab) == [], position

    @pytest.mark.parametrize("sizes", [(2, 3, 1), (3, 4, 4, 2)])
    def test_a_phone_shows_all_of_it(self, show, sizes):
        steps = 2 * sum(sizes[1:]) + 3
        tab = show(opened(sizes=sizes, position=steps - 2), width=360, touch=True)
        assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth")
        cut = tab.evaluate(
            """[...document.querySelectorAll('.nn-net :is(circle, rect), .nn-field')]
            .map(e => e.getBoundingClientRect())
            .filter(b => b.left < 0 || b.right > innerWidth - 15).length"""
        )
        assert cut == 0
        small = tab.evaluate(
            """[...document.querySelectorAll('.nn-sim :is(button, input, select, summary)')]
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
            .map(e => e.outerHTML)"""
        )
        assert small == []

    def test_jupyterlab_is_told_to_leave_every_control_its_keys(self, show):
        tab = show(SIMULATION)
        selector = ".nn-sim :is(button, input, select, summary, a, [tabindex])"
        assert tab.locator(selector).count() > 30
        assert tab.locator(f"{selector}:not([data-lm-suppress-shortcuts='true'])").count() == 0

    def test_reduced_motion_leaves_play_and_drawing_wires_out(self, show):
        still = show(SIMULATION, motion="reduce")
        assert not still.get_by_role("button", name="play").is_visible()
        assert still.evaluate(
            "getComputedStyle(document.querySelector('.nn-flow')).animationName"
        ) == ("none")

    def test_leaving_cleans_up(self, show):
        assert show(SIMULATION).evaluate(COUNT_LISTENERS) == [True, 0, 0]
