"""Reductions, extremes, orders and scans equal torch; ties, empty and 0-dimensional ones too."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from tests.engine.parity import same, values

DIMS = [None, 0, -1, (0, 2), (-1, 1), [0, 1, 2]]
TIES = np.array([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0], [0.0, -1.0, -1.0, 0.0]])


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "amax", "amin", "logsumexp", "norm"])
def test_over_some_axes(name, dim, keepdim):
    def f(t, x):
        if dim is None and name in ("amax", "amin"):
            return getattr(x, name)(keepdim=keepdim)
        if dim is None and name == "logsumexp":
            return x.logsumexp((0, 1, 2), keepdim)
        if name == "norm" and len(np.atleast_1d(dim)) > 2:
            return x.norm(dim=(0, 2), keepdim=keepdim)  # torch has no norm over three axes
        return getattr(x, name)(dim=dim, keepdim=keepdim)

    same(f, values(2, 3, 4))
    same(lambda t, x: f(t, x.transpose(0, 2)), values(4, 3, 2))


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "logsumexp", "prod", "norm", "cumsum"])
def test_of_a_single_number(name):
    same(lambda t, x: getattr(x, name)(dim=0), np.array(1.5))
    same(lambda t, x: getattr(x, name)(-1), np.array(1.5)) if name != "norm" else None


def test_variance_and_its_corrections():
    x = values(3, 5)
    same(lambda t, x: [x.var(1, unbiased=False), x.std(0, correction=0), x.var(), x.std(False)], x)
    same(lambda t, x: list(t.var_mean(x, 1, unbiased=False)), x)
    same(lambda t, x: x.var(dim=(0, 1), correction=2), x)


def test_empty_ones():
    empty = np.zeros((0, 3))
    same(lambda t, x: [x.sum(), x.sum(0), x.prod(0), x.sum(1), x.norm()], empty)
    same(lambda t, x: [x.mean(), x.mean(0)], empty, gradients=False)
    same(lambda t, x: x.logsumexp(0), empty, gradients=False)
    for name in ("amax", "max"):
        with pytest.raises((ValueError, IndexError)):
            getattr(engine.zeros(0, 3), name)(0)


@pytest.mark.parametrize("name", ["max", "min"])
def test_max_and_min_follow_torchs_ties(name):
    same(lambda t, x: getattr(x, name)(), TIES)
    same(lambda t, x: getattr(x, "a" + name)(1), TIES)
    same(lambda t, x: getattr(x, "a" + name)((0, 1), keepdim=True), TIES)
    for dim in (0, 1, -1):
        for keepdim in (False, True):
            same(lambda t, x, d=dim, k=keepdim: getattr(x, name)(d, k)[0], TIES)
            same(lambda t, x, d=dim, k=keepdim: getattr(t, name)(x, dim=d, keepdim=k)[1],
                 values(3, 4), gradients=False)  # fmt: skip
    same(lambda t, x, y: getattr(t, name)(x, y), TIES, TIES.T[:3, :1] * np.ones((1, 4)))
    pair = engine.tensor(TIES).max(1)
    assert pair.values.shape == (3,) and pair.indices.tolist() == [1, 0, 0]


def test_arguments():
    x = values(3, 4, 5)
    same(lambda t, a: [a.argmax(), a.argmin(1), a.argmax(-1, keepdim=True)], x, gradients=False)
    same(lambda t, a: [a.argmax(), a.argmax(0)], np.array(2.0), gradients=False)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_order(dim):
    x = values(4, 5, 3)
    for descending in (False, True):
        same(lambda t, a, d=descending: a.sort(dim, d)[0], x)
        same(lambda t, a, d=descending: [a.sort(dim, d)[1], a.argsort(dim, d)], x, gradients=False)
    for largest in (False, True):
        same(lambda t, a, s=largest: a.topk(2, dim, largest=s)[0], x)
        same(lambda t, a, s=largest: a.topk(2, dim, largest=s)[1], x, gradients=False)
    same(lambda t, a: a.median(dim)[0], x)
    same(lambda t, a: a.kthvalue(2, dim)[0], x)


def test_equal_entries_keep_their_order():
    ties = np.array([1, 3, 3, 0, 3, 1])
    same(lambda t, x: t.sort(x, descending=True, stable=True)[1], ties, gradients=False)
    same(lambda t, x: t.sort(x, stable=True)[1], ties, gradients=False)
    same(lambda t, x: list(t.unique(x, return_inverse=True, return_counts=True)), ties,
         gradients=False)  # fmt: skip


def test_products_with_zeros():
    for zeros in ([], [(0, 1)], [(0, 1), (0, 3)], [(0, 1), (2, 2)]):
        x = values(3, 4)
        for place in zeros:
            x[place] = 0
        same(lambda t, a: [a.prod(), a.prod(1), a.prod(0, keepdim=True)], x)
        same(lambda t, a: [a.cumprod(1), a.cumprod(0)], x)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_scans(dim):
    same(lambda t, x: [x.cumsum(dim), t.cumprod(x, dim)], values(3, 4, 2))


def test_norms():
    x = values(3, 4)
    for p in (1, 2, 3, 1.5, float("inf"), float("-inf"), "fro"):
        same(lambda t, a, p=p: a.norm(p), x)
        if p != "fro":
            same(lambda t, a, p=p: a.norm(p, 1, True), x)
    same(lambda t, a: a.norm(), np.zeros(3))


def test_infinities_in_logsumexp():
    x = np.array([[1.0, -np.inf], [-np.inf, -np.inf], [800.0, 900.0]])
    same(lambda t, a: a.logsumexp(1), x, gradients=False)
    same(lambda t, a: a[2:].logsumexp(1) + a[:1].logsumexp(1), x)


def test_truth_and_comparison_of_wholes():
    m = np.array([[True, False], [True, True]])
    same(lambda t, a: [a.all(), a.any(0), a.all(1, keepdim=True), a.sum(), a.sum(0)], m,
         gradients=False)  # fmt: skip
    a, b = engine.tensor([1.0, 2.0]), engine.tensor([1.0, 2.0 + 1e-7])
    assert engine.allclose(a, b) and not engine.equal(a, b * 2) and engine.equal(a, a.clone())
    assert engine.isclose(a, b * 2).tolist() == [False, False]


def test_integers_are_summed_as_int64_and_have_no_mean():
    same(lambda t, x: [x.sum(), x.cumsum(0), x.prod(), x.max(), x.amin(0)],
         np.array([3, 4], "int32"), gradients=False)  # fmt: skip
    for t in (torch, engine):
        with pytest.raises(RuntimeError, match="floating"):
            t.arange(3).mean()


def test_axis_out_of_range():
    for name in ("sum", "mean", "amax", "softmax", "argmax", "cumsum"):
        with pytest.raises(IndexError, match="2"):
            getattr(engine.zeros(2, 3), name)(2)
