"""Sparsemax: the nearest point of the simplex, its Jacobian, both engines, pytorch-tabnet's."""

from itertools import combinations

import numpy as np
import pytest
import torch
from pytorch_tabnet.sparsemax import Sparsemax
from scipy.optimize import minimize

from nnlib.feedforward.sparsemax import sparsemax
from nnlib.testing import gradcheck, parity, using


def scores(*shape, seed=0, spread=1.0):
    return spread * np.random.default_rng(seed).standard_normal(shape)


def as_array(z, **options):
    return sparsemax(torch.from_numpy(z), **options).numpy()


@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
@pytest.mark.parametrize(("shape", "dim"), [((7,), 0), ((5, 8), -1), ((4, 3, 6), 1), ((2, 1), 1)])
def test_both_engines(shape, dim, spread):
    def build(engine):
        return lambda z: engine.load("nnlib.feedforward.sparsemax").sparsemax(z, dim)

    for dtype, rtol in ((np.float64, 1e-12), (np.float32, 1e-5)):
        parity(build, scores(*shape, spread=spread).astype(dtype), rtol=rtol)


def projections(z):
    """Of each subset that might survive, its point on the simplex, if it is one."""
    for size in range(1, len(z) + 1):
        for survivors in map(list, combinations(range(len(z)), size)):
            s = np.zeros_like(z)
            s[survivors] = z[survivors] - (z[survivors].sum() - 1) / size
            if (s >= 0).all():
                yield s


@pytest.mark.parametrize("seed", range(10))
def test_it_is_the_nearest_point_of_the_simplex_by_brute_force(seed):
    z = scores(7, seed=seed)
    nearest = min(projections(z), key=lambda s: ((s - z) ** 2).sum())
    np.testing.assert_allclose(as_array(z), nearest, atol=1e-15)


def test_a_general_optimizer_finds_the_same_point():
    z = scores(6, seed=1)
    found = minimize(lambda s: ((s - z) ** 2).sum(), np.full(6, 1 / 6), bounds=[(0, 1)] * 6,
                     constraints={"type": "eq", "fun": lambda s: s.sum() - 1},
                     options={"ftol": 1e-14})  # fmt: skip
    np.testing.assert_allclose(as_array(z), found.x, atol=1e-6)


def test_by_hand():
    """Three scores: of (1, 0.6, −1) two survive, τ = (1 + 0.6 − 1)/2 = 0.3."""
    np.testing.assert_allclose(as_array(np.array([1.0, 0.6, -1.0])), [0.7, 0.3, 0])
    np.testing.assert_allclose(as_array(np.array([1.0, 0.0])), [1, 0])
    np.testing.assert_allclose(as_array(np.array([2.0, 2.0, 2.0, 2.0])), [0.25] * 4)
    assert as_array(np.array([-np.inf, 0.0, 0.5])).tolist() == [0, 0.25, 0.75]


def test_one_number_added_changes_nothing_and_large_factors_leave_one():
    z = scores(20, 9)
    s = as_array(z)
    np.testing.assert_allclose(as_array(z + 1e6), s, atol=1e-9)
    np.testing.assert_array_equal(as_array(1e3 * z), np.eye(9)[z.argmax(1)])
    assert (as_array(1e-3 * z) > 0).all()
    np.testing.assert_allclose(s.sum(1), 1, atol=1e-14)
    assert (s >= 0).all() and 0.3 < (s == 0).mean() < 0.9
    assert not np.signbit(s).any(), "a zero is no −0"


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_the_jacobian_is_the_closed_form(backend):
    engine, sizes = using(backend), set()
    for seed in range(8):
        z = engine.torch.from_numpy(scores(6, seed=seed)).requires_grad_()
        s = engine.load("nnlib.feedforward.sparsemax").sparsemax(z)
        rows = [engine.torch.autograd.grad(s[k], z, retain_graph=True)[0].numpy() for k in range(6)]
        on = (s.detach().numpy() > 0).astype(float)
        np.testing.assert_allclose(rows, np.diag(on) - np.outer(on, on) / on.sum(), atol=1e-15)
        sizes.add(int(on.sum()))
    assert {1, 2, 3} <= sizes, "supports of several sizes were tested"


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_the_gradient_is_that_of_central_differences_away_from_kinks(backend):
    z = scores(4, 6, seed=3)
    tau = (z - as_array(z)).max(1, keepdims=True)  # z − s is τ where s > 0, elsewhere below
    assert np.abs(z - tau).min() > 1e-3, "no score within reach of its threshold"
    engine = using(backend)
    ours = engine.load("nnlib.feedforward.sparsemax").sparsemax
    assert gradcheck(ours, engine.torch.from_numpy(z).requires_grad_())
    if backend == "torch":
        leaf = torch.from_numpy(z).requires_grad_()
        assert torch.autograd.gradcheck(ours, (leaf,)) and torch.autograd.gradgradcheck(
            ours, (leaf,)
        )


@pytest.mark.parametrize("spread", [0.3, 1.0, 5.0])
def test_it_is_pytorch_tabnets(spread):
    z = torch.from_numpy(scores(50, 30, spread=spread))
    weights = torch.from_numpy(scores(50, 30, seed=1))
    results = []
    for f in (sparsemax, Sparsemax(dim=-1)):
        leaf = z.clone().requires_grad_()
        s = f(leaf * 1.0)  # theirs writes into what it is given
        (s * weights).sum().backward()
        results.append((s.detach(), leaf.grad))
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_not_a_number_stays_one():
    assert np.isnan(as_array(np.array([1.0, np.nan, 0.0]))).any()


@pytest.mark.parametrize("shape", [(), (3, 0)])
def test_nothing_to_weight_is_named(shape):
    with pytest.raises(ValueError, match="z: expected scores along dim -1, got shape"):
        sparsemax(torch.zeros(shape))
