"""The B-spline basis against scipy's and scikit-learn's, and what grids promise."""

import numpy as np
import pytest
from scipy.interpolate import BSpline
from sklearn.preprocessing import SplineTransformer

from nnlib.backend import torch
from nnlib.feedforward import splines
from nnlib.testing import gradcheck, parity, using

RNG = np.random.default_rng(0)
GRID = np.stack([np.linspace(-1, 1, 7), np.cumsum(RNG.uniform(0.1, 1, 7))], axis=1)  # (7, 2)


def extended(degree, grid=GRID):
    return splines.extend(torch.from_numpy(grid), degree)


def within(n, grid=GRID):
    """n points of each column's stretch, its knots and its start among them, not its end."""
    inside = RNG.uniform(grid[0], grid[-1], (n - len(grid) + 1, grid.shape[1]))
    return torch.from_numpy(np.concatenate([grid[:-1], inside]))


@pytest.mark.parametrize("degree", range(6))
def test_basis_is_scipys(degree):
    knots, x = extended(degree), within(50)
    ours = splines.basis(x, knots, degree)
    assert tuple(ours.shape) == (50, 6 + degree, 2)
    for i in range(2):
        theirs = BSpline.design_matrix(x[:, i].numpy(), knots[:, i].numpy(), degree).toarray()
        np.testing.assert_allclose(ours[..., i].numpy(), theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("degree", range(1, 6))
def test_basis_is_scikit_learns(degree):
    even = np.linspace(-1, 1, 7)[:, None]
    x = np.sort(RNG.uniform(-1, 1, (50, 1)), 0)
    x[-1] = 1  # the grid's end belongs to it
    theirs = SplineTransformer(degree=degree, knots=even).fit_transform(x)
    ours = splines.basis(torch.from_numpy(x), extended(degree, even), degree)[..., 0]
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=0, atol=1e-12)


def test_one_value_by_hand():
    # The hill on the knots 0 1 2 3: at 1.5 it is (1.5/2)(0.5) + (3 − 1.5)/2 · 0.5 = 0.75.
    knots = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    assert splines.basis(torch.tensor([[1.5]]), knots, 2).tolist() == [[[0.75]]]


@pytest.mark.parametrize("degree", range(6))
def test_hills_sum_to_one_inside_and_fade_outside(degree):
    knots = extended(degree)
    assert splines.basis(within(40), knots, degree).sum(1).numpy() == pytest.approx(1, abs=1e-12)
    last = torch.from_numpy(GRID[-1:])
    assert splines.basis(last, knots, degree).sum(1).numpy() == pytest.approx(
        1 if degree else 0, abs=1e-12
    )  # degree 0 is half open: steps end before the last knot
    beyond = torch.stack([knots[0] - 0.01, knots[-1] + 0.01])
    assert float(splines.basis(beyond, knots, degree).abs().max()) == 0


def test_knots_may_coincide():
    # Clamped, as in most books: the first hill is 1 at the start.
    knots = np.array([0, 0, 0, 0, 1, 2, 2, 3, 3, 3, 3.0])
    x = np.linspace(0, 2.999, 31)
    theirs = BSpline.design_matrix(x, knots, 3).toarray()
    ours = splines.basis(torch.from_numpy(x[:, None]), torch.from_numpy(knots[:, None]), 3)
    np.testing.assert_allclose(ours[..., 0].numpy(), theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("degree", (1, 2, 3))
def test_slope_is_that_of_lower_hills(degree):
    """dBᵏ_q/dx = k Bᵏ⁻¹_q / (t_q+k − t_q) − k Bᵏ⁻¹_q+1 / (t_q+k+1 − t_q+1), and by differences."""
    knots = extended(degree)
    x = torch.from_numpy(RNG.uniform(GRID[0], GRID[-1], (9, 2)))
    assert gradcheck(lambda x: splines.basis(x, knots, degree), x.clone().requires_grad_())
    share = splines.basis(x, knots, degree - 1) * degree / (knots[degree:] - knots[:-degree])
    expected = share[:, :-1] - share[:, 1:]
    x.requires_grad_()
    hills = splines.basis(x, knots, degree)
    for q in range(hills.shape[1]):
        (slope,) = torch.autograd.grad(hills[:, q].sum(), [x], retain_graph=True)
        np.testing.assert_allclose(slope.numpy(), expected[:, q].numpy(), atol=1e-12)


def test_basis_is_the_same_on_both_engines():
    x = RNG.uniform(-3, 6, (30, 2))

    def build(e):
        spline, knots = e.load("nnlib.feedforward.splines"), extended(3).numpy()
        return lambda x: spline.basis(x, e.torch.from_numpy(knots).to(x.dtype), 3)

    parity(build, x, rtol=1e-12)
    parity(build, x.astype(np.float32))


def test_a_grid_follows_the_data():
    x = torch.from_numpy(RNG.standard_normal((1000, 1)) ** 3)
    shares = np.histogram(x.numpy(), splines.quantile_grid(x, 10, uniform=0).numpy()[:, 0])[0]
    assert list(shares) == [100] * 10
    even = splines.quantile_grid(x, 10, uniform=1).numpy()[:, 0]
    assert np.ptp(np.diff(even)) < 1e-9
    assert even[[0, -1]] == pytest.approx([float(x.min()), float(x.max())])


def test_a_grid_is_one_even_on_values_that_repeat():
    x = torch.tensor([[0.0, 3.0], [0.0, 3.0], [0.0, 3.0], [1.0, 3.0]])
    grid = splines.quantile_grid(x, 5).numpy()
    assert (np.diff(grid, axis=0) > 0).all()
    assert grid[[0, -1], 1].tolist() == [2.5, 3.5]


def test_finer_grids_keep_the_old_knots():
    finer = splines.finer_grid(torch.from_numpy(GRID), 12).numpy()
    assert finer.shape == (13, 2)
    assert finer[::2].tolist() == GRID.tolist()


def test_a_curve_is_found_again_from_its_values():
    knots = extended(3)
    coef = torch.from_numpy(RNG.standard_normal((4, 9, 2)))
    x = splines.places(torch.from_numpy(GRID), 5)
    found = splines.fit(x, splines.curve(x, knots, coef, 3), knots, 3)
    np.testing.assert_allclose(found.numpy(), coef.numpy(), atol=1e-10)


def test_a_fit_with_too_few_points_is_the_shortest_of_many():
    x = torch.from_numpy(np.array([[0.1, 1.0], [0.5, 2.0]]))
    y = torch.from_numpy(RNG.standard_normal((2, 3, 2)))
    coef = splines.fit(x, y, extended(3), 3)
    np.testing.assert_allclose(splines.curve(x, extended(3), coef, 3).numpy(), y.numpy(), atol=1e-9)


def test_grids_are_the_same_on_both_engines():
    x = RNG.standard_normal((60, 2))
    made = []
    for name in ("torch", "numpy"):
        e = using(name)
        spline = e.load("nnlib.feedforward.splines")
        grid = spline.quantile_grid(e.torch.from_numpy(x), 6)
        made.append(spline.extend(spline.finer_grid(grid, 9), 2).numpy())
    np.testing.assert_allclose(made[0], made[1], rtol=0, atol=1e-14)
