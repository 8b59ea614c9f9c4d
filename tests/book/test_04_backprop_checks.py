"""Chapter 04: what its passes cost, its predictions and its checks, and what its tape does."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import data, scratch
from nnlib.backend import nn, torch
from tests.book.chapter import Chapter
from tests.book.test_04_backprop import deep, flat, small

CHAPTER = Chapter("foundations/04_backprop")
says = CHAPTER.says


# ── what it costs ────────────────────────────────────────────────────────────────────


class Counting(np.ndarray):
    products = 0

    def __matmul__(self, other):
        Counting.products += 1
        return super().__matmul__(other)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_matrix_products_forward_and_backward(depth, monkeypatch):
    keeps_subclasses = SimpleNamespace(**{**vars(np), "asarray": np.asanyarray})
    monkeypatch.setattr(scratch, "np", keeps_subclasses)
    params, X, t = deep((3,) * (depth + 1))
    Counting.products = 0
    out, cache = scratch.forward(params, X.view(Counting), scratch.TANH)
    assert Counting.products == depth
    scratch.backward(params, cache, (out - t).view(Counting), scratch.TANH)
    assert Counting.products - depth == 2 * depth - 1


def test_the_cache_of_the_digits_network():
    params = scratch.init([64, 128, 10], np.random.default_rng(0))
    _, cache = scratch.forward(params, data.digits().X, scratch.RELU)
    numbers = sum(part.size for kind in cache for part in kind)
    assert numbers == 330 * 1797 and round(numbers / scratch.count_parameters(params)) == 62
    says("330 numbers", "62 times its parameters")


# ── predictions and checks ───────────────────────────────────────────────────────────


def test_what_the_simulation_is_asked_for():
    params, loss, grads = small()
    cut = [params[0], (params[1][0] * [0, 1, 1], params[1][1])]
    o, cache = scratch.forward(cut, np.array([[2, -1.0]]), scratch.TANH)
    without = flat(scratch.backward(cut, cache, o - 1, scratch.TANH)[0])
    assert [i for i, g in enumerate(without) if g == 0] == [0, 1, 6]  # w11, w12, b1
    flipped = flat(small(t=-1.0)[2]) / flat(grads)
    np.testing.assert_allclose(flipped, 1.69964143 / -0.30035857, rtol=1e-7)
    assert (f"{flipped[0]:.2f}", f"{small(t=-1.0)[1]:.3f}") == ("-5.66", "1.444")
    g2, delivered = flat(grads) @ flat(grads), []
    for lr in (0.01, 0.1, 0.5, 1.0):
        o, _ = scratch.forward(scratch.step(params, grads, lr), np.array([[2, -1.0]]), scratch.TANH)
        delivered.append((loss - (o.item() - 1) ** 2 / 2) / (lr * g2))
    assert f"{g2:.3f}" == "0.279" and delivered[3] < 0
    assert [f"{share:.0%}" for share in delivered[:3]] == ["98%", "85%", "23%"]
    says("0.279", "98 %", "85 %", "23 %", "At 1 the loss rises", "$-5.66$", "to 1.444")


def test_the_best_nudge():
    worst = CHAPTER.after("def worst(")["worst"]
    two = {k: worst(10.0**-k, np.float64) for k in range(1, 11)}  # by the exponent of the nudge
    assert all(50 < two[k] / two[k + 1] < 200 for k in (2, 3, 4))
    assert min(two[5], two[6]) < 1e-10 and two[3] > 1e-7 and two[6] < two[8] < two[10]
    assert worst(1e-5, np.float64, both_sides=False) > 1e4 * two[5]
    rough = {k: worst(10.0**-k, np.float32) for k in range(1, 9)}
    assert min(rough.values()) > 1e-6 and 3e-4 < rough[5] < 3e-3


def test_freezing_stops_an_update_and_detach_stops_the_blame():
    layers = [nn.Linear(2, 3), nn.Linear(3, 3), nn.Linear(3, 1)]
    x = torch.tensor([[2.0, -1.0]])
    layers[1].weight.requires_grad = layers[1].bias.requires_grad = False
    layers[2](torch.tanh(layers[1](torch.tanh(layers[0](x))))).sum().backward()
    assert layers[1].weight.grad is None and float(abs(layers[0].weight.grad).sum()) > 0
    layers[0].weight.grad = None
    layers[2](torch.tanh(layers[1](torch.tanh(layers[0](x))).detach())).sum().backward()
    assert layers[0].weight.grad is None and layers[2].weight.grad is not None


def test_two_hundred_of_two_hundred_and_a_corner_of_a_solved_run():
    assert f"{np.exp(-4 * 0.1):.2f}" == "0.67"  # one corner has at most the sum of all four losses
    assert f"{1 - 0.05 ** (1 / 200):.1%}" == "1.5%"
    assert f"{100 * (0.975 * 0.025 / 360) ** 0.5:.1f}" == "0.8"
    says("up to 1.5 %", "= 0.8$ points", "$p > 0.67$")


def test_zero_starts():
    """tanh and ReLU: only the output's bias; sigmoid: output weights too, and then the rest."""
    X, y = data.digits().X / 16, data.digits().y
    for act in (scratch.TANH, scratch.RELU, scratch.SIGMOID):
        params = [(np.zeros((n, m)), np.zeros(n)) for m, n in [(64, 16), (16, 10)]]
        moving = []
        for _ in range(3):
            logits, cache = scratch.forward(params, X, act)
            delta = scratch.softmax_cross_entropy(logits, y)[1]
            grads, _ = scratch.backward(params, cache, delta, act)
            moving.append([bool(abs(g).max() > 1e-9) for layer in grads for g in layer])
            params = scratch.step(params, grads, 0.5)
        first = [False, False, act is scratch.SIGMOID, True]
        assert moving == [first, *[[act is scratch.SIGMOID] * 3 + [True]] * 2]


def test_references_are_numbered_and_used():
    listed = set(re.findall(r"(?<=\[)\d(?=\] [A-Z])", CHAPTER.prose.split("**References.**")[1]))
    used = set(re.findall(r"\[(\d)\]", CHAPTER.prose.split("**References.**")[0]))
    assert used == listed
