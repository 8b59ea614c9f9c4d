"""Losses equal torch, with all their options."""

import warnings

import numpy as np
import pytest

import nnlib.engine as engine
from tests.engine.parity import same, values
from tests.engine.test_functional import call

REDUCTIONS = ["mean", "sum", "none"]
CLASSES = np.array([0, 2, 1, 2, -100])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_of_classes(reduction, smoothing):
    options = {"reduction": reduction, "label_smoothing": smoothing}
    x = values(5, 4, low=-5, high=5)
    same(call("cross_entropy", **options), x, CLASSES)
    same(call("cross_entropy", ignore_index=2, **options), x[:4], CLASSES[:4])

    def weighted(t, x, w, y):
        return t.nn.functional.cross_entropy(x, y, weight=w.detach(), **options)

    same(weighted, x, values(4, low=0.5), CLASSES)
    space = np.random.default_rng(0).integers(0, 4, (2, 3, 2))
    same(call("cross_entropy", **options), values(2, 4, 3, 2), space)
    same(weighted, values(2, 4, 3, 2), values(4, low=0.5), space)
    same(call("cross_entropy", **options), values(4), np.array(3))


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_of_probabilities(reduction):
    q = values(5, 4, low=0, high=1)
    q /= q.sum(1, keepdims=True)
    same(call("cross_entropy", reduction=reduction), values(5, 4), q)
    same(call("cross_entropy", reduction=reduction, label_smoothing=0.2), values(5, 4), q)


def test_cross_entropy_far_out():
    same(call("cross_entropy"), np.array([[800.0, -800.0], [-800.0, 800.0]]), np.array([0, 0]))
    same(call("cross_entropy"), np.array([[-np.inf, 1.0]]), np.array([1]), gradients=False)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_nll(reduction):
    x = np.log(values(5, 4, low=0.1, high=1))
    same(call("nll_loss", reduction=reduction), x, CLASSES)
    weigh = lambda t, x, w: t.nn.functional.nll_loss(  # noqa: E731
        x, t.tensor(CLASSES), weight=w.detach(), reduction=reduction
    )
    same(weigh, x, values(4, low=0.5))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss"])
def test_distances(name, reduction):
    x, y = values(3, 4), values(3, 4, seed=1)
    x[0] = y[0]
    same(call(name, reduction=reduction), x, y)
    if name == "huber_loss":
        same(call(name, reduction=reduction, delta=0.4), x, y)
    if name == "smooth_l1_loss":
        same(call(name, reduction=reduction, beta=0.4), x, y)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropies(reduction):
    x, y = values(3, 4, low=-50, high=50), values(3, 4, low=0, high=1)
    same(call("binary_cross_entropy_with_logits", reduction=reduction), x, y)
    weigh = lambda t, x, y, w: t.nn.functional.binary_cross_entropy_with_logits(  # noqa: E731
        x, y, weight=w.detach(), pos_weight=2 * w.detach(), reduction=reduction
    )
    same(weigh, x, y, values(4, low=0.5))
    p = values(3, 4, low=0.01, high=0.99)
    same(lambda t, p, y: t.nn.functional.binary_cross_entropy(p, y.detach(), reduction=reduction),
         p, y)  # fmt: skip


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")  # torch's
@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
def test_kl_div(reduction):
    x, q = np.log(values(3, 4, low=0.1, high=1)), values(3, 4, low=0.1, high=1)
    same(call("kl_div", reduction=reduction), x, q)
    same(call("kl_div", reduction=reduction, log_target=True), x, np.log(q))


def test_other_losses():
    x, y, v = values(3, 4), values(3, 4, seed=1), values(3, 4, low=0.1)
    same(call("gaussian_nll_loss"), x, y, v)
    same(call("gaussian_nll_loss", full=True, reduction="sum"), x, y, v)
    same(lambda t, x, y: t.nn.functional.soft_margin_loss(x, y.detach().sign()), x, y)


def test_mistakes_are_named():
    F = engine.nn.functional
    x = engine.zeros(3, 4)
    with pytest.raises(ValueError, match=r"\(3,\)"):
        F.cross_entropy(x, engine.zeros(4, dtype=engine.int64))
    with pytest.raises(IndexError, match="0 to 3"):
        F.cross_entropy(x, engine.tensor([0, 4, 1]))
    with pytest.raises(ValueError, match="reduction"):
        F.mse_loss(x, x, reduction="avg")
    with pytest.raises(ValueError, match=r"\(3, 4\).*\(3,\)"):
        F.binary_cross_entropy_with_logits(x, engine.zeros(3))
    with pytest.warns(UserWarning, match=r"\(3, 1\)"):
        F.mse_loss(x, engine.zeros(3, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.mse_loss(x, x)
