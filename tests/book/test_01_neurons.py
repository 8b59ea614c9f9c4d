"""What chapter 01 states in its prose, and no cell of it checks."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import data, scratch

weights = st.floats(-100, 100)


def test_the_flower_neuron():
    iris = data.iris()
    two = iris.take(iris.y > 0)
    petals = two.X[:, 2:].astype(float)
    assert 1 * 6.0 + 2.5 * 2.5 - 8.7 == pytest.approx(3.55)
    assert 4.7 + 2.5 * 1.4 - 8.7 == pytest.approx(-0.5)
    assert np.sum((petals @ [1.0, 2.5] - 8.7 > 0) == (two.y == 2)) == 97
    assert scratch.sigmoid(3.55) == pytest.approx(0.972, abs=5e-4)
    assert 8.7 / math.hypot(1, 2.5) == pytest.approx(3.23, abs=5e-3)


@given(weights, weights, weights)
def test_no_linear_unit_parts_xor(w1, w2, b):
    f = {x: w1 * x[0] + w2 * x[1] + b for x in itertools.product((0, 1), repeat=2)}
    assert f[0, 0] + f[1, 1] == pytest.approx(f[0, 1] + f[1, 0], abs=1e-9)
    crosses, circles = (f[0, 1], f[1, 0]), (f[0, 0], f[1, 1])
    assert not (min(crosses) > 1e-9 and max(circles) <= 0)


def test_three_of_four_is_what_the_named_line_gets():
    corners = data.xor()
    f = corners.X @ [1.0, 1.0] - 0.5
    assert np.mean((f > 0) == (corners.y == 1)) == 0.75


def test_two_relus_compute_xor_and_minus_three_far_away():
    def network(s):
        return max(0, s) - 2 * max(0, s - 1)

    assert [network(s) for s in (0, 1, 2, 5)] == [0, 1, 0, -3]


def test_the_open_challenge_has_a_solution():
    s = data.xor().X.sum(axis=1).astype(float)
    h = scratch.SILU.f(s - 2.50244)
    assert -11.885783 * h - 2.2512022 == pytest.approx([0, 1, 1, 0], abs=1e-4)


def test_the_digit_network_has_1210_parameters():
    assert scratch.count_parameters(scratch.init([64, 16, 10], np.random.default_rng(0))) == 1210
    assert (16 * 64 + 16, 10 * 16 + 10) == (1040, 170)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=6))
def test_softmax_feels_only_differences(logits):
    z = np.array(logits)
    assert scratch.softmax(z + 100) == pytest.approx(scratch.softmax(z), abs=1e-12)


def test_ranges_and_slopes_of_the_table():
    z = np.linspace(-30, 30, 600_001)
    assert scratch.GELU.f(z).min() == pytest.approx(-0.170, abs=5e-4)
    assert scratch.SILU.f(z).min() == pytest.approx(-0.278, abs=5e-4)
    assert scratch.SIGMOID.df(z).max() == 0.25
    assert scratch.GELU.df(z).max() > 1 and scratch.SILU.df(z).max() > 1
    assert scratch.RELU.df(np.array([-3.0, 0.0, 3.0])).tolist() == [0, 0, 1]


def test_one_digit_and_the_wobble_of_a_split():
    assert 100 / 360 == pytest.approx(0.28, abs=5e-3)
    assert 100 * math.sqrt(0.03 * 0.97 / 360) == pytest.approx(0.9, abs=0.05)
