"""The numbers on the page against NumPy: random states, shown in a browser, computed again."""

import random
import re

import numpy as np
import pytest

from nnlib import scratch
from nnlib.simulations import ActivationGallery, BackpropBlame, ForwardBackward

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MANY = 8
SHOWN = 6e-3  # three digits are shown


def number(text):
    """ "−1.2·10⁻⁷" → −1.2e-7."""
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--"))
    return float(re.sub(r"·10(?=[-\d])", "e", plain))


NUMBER = r"−?\d+(?:\.\d+)?(?:·10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)?"


def numbers(pattern, text):
    """The numbers that stand in place of N in the pattern."""
    found = re.search(pattern.replace("N", f"({NUMBER})"), text)
    assert found, text
    return [number(group) for group in found.groups()]


def sentences(show, made):
    """What the page says about each of these simulations."""
    lines = ["from nnlib.simulations import *", *[f"display({one!r})" for one in made]]
    tab = show("\n".join(lines))
    tab.wait_for_function(
        "n => document.querySelectorAll('.nn-sentence:not(:empty)').length == n",
        arg=len(made),
    )
    return tab, tab.locator(".nn-sentence").all_text_contents()


def test_the_gallery(show):
    rng = random.Random(0)
    names = [name for name in scratch.ACTIVATIONS if name != "identity"]
    z = [round(rng.uniform(-6, 6), 2) for _ in names]
    curves = [
        ActivationGallery(activation=n, z=v, alpha=0.3) for n, v in zip(names, z, strict=True)
    ]
    chains = [
        ActivationGallery(
            mode="chain", activation=rng.choice(names), z=v, weight=round(rng.uniform(-4, 6), 1),
            layers=rng.randint(1, 30), run=rng.random() < 0.5,
        )
        for v in z
    ]  # fmt: skip
    logits = [[round(rng.uniform(-5, 5), 2) for _ in range(3)] for _ in range(4)]
    softmaxes = [ActivationGallery(mode="softmax", logits=each) for each in logits]
    _, said = sentences(show, [*curves, *chains, *softmaxes])
    for one, text in zip(curves, said, strict=False):
        value, slope = numbers("gives N. A small nudge of z comes out N times", text)
        assert value == pytest.approx(one.phi().f(one.z), rel=SHOWN)
        assert slope == pytest.approx(one.phi().df(one.z), rel=SHOWN)
    for one, text in zip(chains, said[len(curves) :], strict=False):
        at, left = one.z, 1.0
        for _ in range(one.layers):
            left *= one.weight * one.phi().df(at)
            at = one.weight * one.phi().f(at) if one.run else at
        if left:
            assert numbers("of 1, N is left", text.replace("Of a gradient ", ""))[
                0
            ] == pytest.approx(left, rel=SHOWN)
        else:
            assert "nothing at all is left" in text
    for z, text in zip(logits, said[-4:], strict=True):
        assert numbers("the largest, N;", text)[0] == pytest.approx(
            scratch.softmax(np.array([z])).max(), rel=SHOWN
        )


def test_forward_and_backward(show):
    rng = random.Random(1)
    made = []
    for _ in range(MANY):
        hidden = [rng.randint(1, 4) for _ in range(rng.randint(1, 2))]
        sizes = (rng.randint(1, 3), *hidden, rng.randint(1, 2))
        losses = ["half_squared_error", "sigmoid_cross_entropy", "softmax_cross_entropy"]
        one = ForwardBackward(
            sizes=sizes,
            loss=rng.choice(losses if sizes[-1] == 2 else losses[:2]),
            activation=rng.choice(list(scratch.ACTIVATIONS)),
            x=[round(rng.uniform(-3, 3), 2) for _ in range(sizes[0])],
            lr=rng.choice([0.01, 0.1, 1.0]),
        )
        one.position = one.steps
        made.append(one)
    tab, said = sentences(show, made)
    for one, text, sim in zip(made, said, tab.locator(".nn-sim").all(), strict=True):
        run = one._run()
        before, after = numbers("from N to N", text)
        assert (before, after) == pytest.approx((run["loss"], run["after"]), rel=SHOWN)
        # Every gradient stands in the worked lines, in the order of the way back.
        lines = sim.locator(".nn-formula", has_text=re.compile("^∂L/∂")).all_text_contents()
        shown = [number(line.split("= ")[-1].strip()) for line in lines]
        expected = []
        for dW, db in reversed(run["grads"]):
            for unit in range(len(dW)):
                expected += [*dW[unit], db[unit]]
        assert shown == pytest.approx(expected, rel=SHOWN, abs=1e-12)


def test_blame(show):
    rng = random.Random(2)
    made = [
        BackpropBlame(
            depth=rng.randint(3, 20), width=rng.randint(2, 16), seed=rng.randrange(1000), layer=1,
            activation=rng.choice(["relu", "tanh", "sigmoid", "gelu"]),
            init=rng.choice(["xavier", "he", "small"]),
            data=rng.choice(["xor", "moons", "iris", "digits"]),
            residual=rng.choice([None, "plain", "scaled", "zero"]),
            path=[{"rate": 0.1, "frozen": [2], "example": 0}] * rng.randint(0, 2),
        )
        for _ in range(MANY)
    ]  # fmt: skip
    tab, said = sentences(show, made)
    for one, text, sim in zip(made, said, tab.locator(".nn-sim").all(), strict=True):
        run = one.run()
        assert numbers("The loss is N.", text)[0] == pytest.approx(run.loss, rel=SHOWN)
        label = sim.locator(".nn-stage svg").first.get_attribute("aria-label").split(": ", 1)[1]
        shown = [number(n) for part in label.split(", ") for n in part.split(" and ")]
        expected = [np.linalg.norm(dW) for parts in run.grads for dW, _ in parts]
        assert shown == pytest.approx(expected, rel=SHOWN, abs=1e-300)
