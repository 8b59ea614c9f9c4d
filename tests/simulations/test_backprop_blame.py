"""Backprop blame: its Python class, and the simulation on a page without a kernel."""

import re

import numpy as np
import pytest

from nnlib import scratch
from nnlib.simulations import BackpropBlame

BLAME = "from nnlib.simulations import BackpropBlame\nb = BackpropBlame()\nb"
BROWSER = [pytest.mark.browser, pytest.mark.slow]


def browser(test):
    for mark in BROWSER:
        test = mark(test)
    return test


# ── the class ────────────────────────────────────────────────────────────────────────


def test_every_own_trait_is_synced_and_documented():
    for name in BackpropBlame.own_traits():
        assert BackpropBlame.class_traits()[name].help, f"{name} says nothing about itself"


def test_repr_is_the_call_that_makes_this_state():
    blame = BackpropBlame(depth=4, layer=2, frozen=[2], residual="plain")
    assert repr(BackpropBlame()) == "BackpropBlame()"
    assert repr(blame) == "BackpropBlame(depth=4, residual='plain', layer=2, frozen=[2])"
    assert eval(repr(blame)).run().loss == blame.run().loss


def test_run_is_nnlib_scratch():
    blame = BackpropBlame(depth=12, activation="tanh", data="iris", seed=4)
    X, y = blame.Xy
    logits, cache = scratch.forward(blame.params, X, scratch.TANH)
    loss, delta = scratch.softmax_cross_entropy(logits, y)
    grads, _ = scratch.backward(blame.params, cache, delta, scratch.TANH)
    run = blame.run()
    assert run.loss == loss
    for (ours,), theirs in zip(run.grads, grads, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])


def test_the_path_is_walked_and_frozen_layers_stay():
    taken = [
        {"rate": 0.5, "frozen": [3], "example": 0},
        {"rate": 0.5, "frozen": [3, 1], "example": 2},
    ]
    blame = BackpropBlame(depth=6, activation="tanh", path=taken)
    moved = [
        np.abs(a[0][0] - b[0][0]).max() for a, b in zip(blame.layers, blame.start, strict=True)
    ]
    assert moved[2] == 0 and all(m > 0 for n, m in enumerate(moved) if n != 2)
    one = BackpropBlame(depth=6, activation="tanh", path=taken[:1])
    assert (one.layers[0][0][0] == blame.layers[0][0][0]).all()
    assert one.run().loss < BackpropBlame(depth=6, activation="tanh").run().loss


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("depth", 1), ("depth", 21), ("width", 17), ("seed", -1), ("data", "mars"), ("nudge", 0),
        ("nudge", 11), ("rate", 0), ("layer", 11), ("frozen", [12]), ("weight", [9, 1]),
        ("activation", "softmax"), ("residual", "yes"), ("nonsense", 1),
    ],
)  # fmt: skip
def test_bad_input_is_named(trait, value):
    with pytest.raises(ValueError, match=trait):
        BackpropBlame(**{trait: value})


def test_every_question_has_one_right_choice_and_explains_all_and_shows_a_state():
    blame = BackpropBlame()
    for question in blame.questions:
        assert sum(choice.get("right", False) for choice in question["choices"]) == 1
        assert all(choice["why"] for choice in question["choices"])
        BackpropBlame(**question["show"])
    for state in blame.presets.values():
        BackpropBlame(**state)


def shown(question):
    (found,) = [q for q in BackpropBlame().questions if q["id"] == question]
    return BackpropBlame(**found["show"])


def norms(matrices):
    return np.array([np.linalg.norm(parts[0]) for parts in matrices])


def test_what_the_questions_say_about_blame_is_computed():
    for question, low, high in [
        ("sigmoids", 1.5e-6, 2.5e-6),
        ("relu", 4e-4, 6e-4),
        ("residual", 100, 200),
        ("scaled", 1, 2),
    ]:
        delta = norms(shown(question).run().deltas)
        assert low < delta[0] / delta[-1] < high, question
    # "About 0.23 a layer, nine times over"; "about 0.7 of the blame a layer"; "the loss, near 100"
    delta = norms(shown("sigmoids").run().deltas)
    assert abs((delta[0] / delta[-1]) ** (1 / 9) - 0.23) < 0.01
    delta = norms(shown("relu").run().deltas)
    assert abs((delta[0] / delta[-1]) ** (1 / 19) - 0.7) < 0.05
    assert abs(shown("residual").run().loss - 100) < 5


def deletion(blame, size):
    """(cost of deleting the weight of largest `size`(w, g), −w·g)."""
    run, layers = blame.run(), blame.layers
    sizes = [size(W, dW) for ((W, _),), ((dW, _),) in zip(layers, run.grads, strict=True)]
    at = max(range(len(sizes)), key=lambda n: sizes[n].max())
    place = np.unravel_index(sizes[at].argmax(), sizes[at].shape)
    w, g = layers[at][0][0][place], run.grads[at][0][0][place]
    layers[at][0][0][place] = 0
    return blame.run(layers).loss - run.loss, -w * g


def test_what_the_questions_say_about_deleting_is_computed():
    steep, _ = deletion(shown("delete"), lambda w, g: np.abs(g))
    heavy, predicted = deletion(shown("delete"), lambda w, g: np.abs(w * g))
    assert 0 < steep < heavy / 100
    assert abs(heavy / predicted - 1) < 0.1


def test_from_model_shows_a_reader_s_network():
    rng = np.random.default_rng(1)
    params = scratch.init([3, 5, 4, 2], rng)
    X, y = rng.standard_normal((7, 3)), np.array([0, 1, 1, 0, 0, 1, 0])
    blame = BackpropBlame.from_model(params, X, y, activation="gelu", layer=2)
    logits, cache = scratch.forward(params, X, scratch.GELU)
    loss, delta = scratch.softmax_cross_entropy(logits, y)
    assert blame.run().loss == loss and blame.depth == 3
    grads, _ = scratch.backward(params, cache, delta, scratch.GELU)
    np.testing.assert_array_equal(blame.run().grads[0][0][0], grads[0][0])
    single = BackpropBlame.from_model(scratch.init([3, 4, 1], rng), X, y)
    assert single.run().grads[1][0][0].shape == (1, 4)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_from_model_reads_a_sequential_of_either_engine(backend):
    if backend == "torch":
        import torch.nn as nn
    else:
        import nnlib.engine.nn as nn
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2))
    blame = BackpropBlame.from_model(model, [[0.5, 1.0]], [1])
    assert blame.activation == "relu" and np.isfinite(blame.run().loss)


@pytest.mark.parametrize(
    ("X", "y", "named"),
    [([[1.0]], [0], "X"), ([[1.0, 2.0]], [2], "y"), ([[1.0, 2.0]], [0, 1], "y")],
)
def test_from_model_names_what_does_not_fit(X, y, named):
    params = scratch.init([2, 3, 2], np.random.default_rng(0))
    with pytest.raises(ValueError, match=f"^{named}"):
        BackpropBlame.from_model(params, X, y)


def test_the_fallback_has_a_picture_and_a_caption():
    fallback = BackpropBlame(frozen=[3]).fallback()
    assert "<svg" in fallback and "Frozen: [3]; their gradients stay." in fallback
    assert "7.6e-07 in the first" in fallback


# ── on the page ──────────────────────────────────────────────────────────────────────


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


@browser
def test_every_bar_is_what_numpy_computes(show):
    for traits in [{}, {"activation": "relu", "init": "he", "residual": "plain", "depth": 20}]:
        tab = show(opened(**traits))
        run = BackpropBlame(**traits).run()
        expected = [[np.linalg.norm(dW) for dW, _ in parts] for parts in run.grads]
        for text, parts in zip(heights(tab), expected, strict=True):
            assert [number(n) for n in text.split(" and ")] == pytest.approx(parts, rel=6e-3)


@browser
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


@browser
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


@browser
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


@browser
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


@browser
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


@browser
def test_two_views_of_one_model_agree(show):
    tab = show(BLAME, "b")
    tab.locator(".nn-sim").first.get_by_role("slider", name="layers").fill("15")
    tab.wait_for_function(
        "[...document.querySelectorAll('.nn-sentence')]"
        ".filter(p => p.textContent.includes('15 layers')).length == 2"
    )


@browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(show, violations, theme):
    tab = show(opened(residual="plain", frozen=[3], data="digits"), theme=theme)
    tab.get_by_text("In code").click()
    tab.get_by_role("button", name="a quarter").click()
    assert violations(tab) == []


@browser
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


@browser
def test_jupyterlab_is_told_to_leave_every_control_its_keys(show):
    tab = show(BLAME)
    selector = ".nn-sim :is(button, input, select, summary, a, [tabindex])"
    assert tab.locator(selector).count() > 30
    assert tab.locator(f"{selector}:not([data-lm-suppress-shortcuts='true'])").count() == 0


@browser
def test_reduced_motion_leaves_play_out(show):
    assert not show(BLAME, motion="reduce").get_by_role("button", name="play").is_visible()


@browser
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
