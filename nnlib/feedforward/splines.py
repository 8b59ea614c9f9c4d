"""B-splines: smooth curves that are sums of a few hills, each over its own stretch of the axis.

K = T − k − 1 hills of degree k stand on T knots t₀ ≤ t₁ ≤ … The recursion of Cox and de Boor:

    B⁰_q(x) = 1 where t_q ≤ x < t_q+1, else 0
    Bᵖ_q(x) = ω_q(x) Bᵖ⁻¹_q(x) + (1 − ω_q+1(x)) Bᵖ⁻¹_q+1(x),     ω_q(x) = (x − t_q) / (t_q+p − t_q)

A grid is the stretch on which the curve is wanted, in G intervals. `extend` adds k knots on either
side of it; then K = G + k hills reach into the grid, and there they sum to 1. Beyond it they fade.
Many curves at once: knots stand in columns, one column an input.

Letters: B examples, n inputs, m outputs, G intervals, k degree, T knots, K basis functions.
Time and memory of the basis: O(B · n · k(G + k)) and O(B · n(G + k)) for each degree on the way.

Sources: de Boor (1972), J. Approx. Theory 6, and Cox (1972), IMA J. Appl. Math. 10; grids and
their refining: Liu et al. (2024), arXiv 2404.19756, section 2.2 and eq. 2.16; grids at quantiles,
and the share of an even one in them: `grid_eps` of pykan, the authors' code.
"""

import numpy as np

from nnlib.backend import torch


def basis(x, knots, degree):
    """The values of all B-splines: x (…, n) → (…, K, n) for knots (T, n), ascending in T.

    Differentiable in x; at a knot the hills of degree 1 take the slope on its right. Where knots
    coincide, 0/0 counts as 0. Not for float16, in which the 1e-30 that sees to that is 0 itself.
    """
    x = x.unsqueeze(-2)
    b = ((x >= knots[:-1]) & (x < knots[1:])).to(x.dtype)
    for p in range(1, degree + 1):
        width = (knots[p:] - knots[:-p]).clamp(min=1e-30)
        rising = (x - knots[:-p]) / width * b  # ω Bᵖ⁻¹
        b = rising[..., :-1, :] + (b - rising)[..., 1:, :]
    return b


def curve(x, knots, coef, degree):
    """The splines with coefficients coef (m, K, n) at x (…, n), one by one: (…, m, n)."""
    return torch.einsum("...qi,jqi->...ji", basis(x, knots, degree), coef)


def extend(grid, degree):
    """k more knots on both sides, at the grid's mean distance: (G + 1, n) → (G + 2k + 1, n)."""
    step = (grid[-1:] - grid[:1]) / (len(grid) - 1)
    below = [grid[:1] - i * step for i in range(degree, 0, -1)]
    above = [grid[-1:] + i * step for i in range(1, degree + 1)]
    return torch.cat([*below, grid, *above])


def inner(knots, degree):
    """The grid within extended knots: (G + 2k + 1, n) → (G + 1, n)."""
    return knots[degree : len(knots) - degree]


def quantile_grid(x, intervals, uniform=0.02):
    """A grid that follows the data, from each column's minimum to its maximum: (B, n) → (G + 1, n).

    Knots at the quantiles give every interval the same share of the data; `uniform` is the share of
    an equidistant grid that is mixed in, which keeps apart the knots of values that repeat
    (pykan's `grid_eps`). A column of one value a gets the stretch from a − ½ to a + ½.
    """
    if not 0 <= uniform <= 1:
        raise ValueError(f"uniform: expected a number in [0, 1], got {uniform}")
    x = x.detach().cpu().double().numpy()
    low, high = x.min(0), x.max(0)
    single = high == low
    even = np.linspace(low - 0.5 * single, high + 0.5 * single, intervals + 1)
    quantiles = np.quantile(x, np.linspace(0, 1, intervals + 1), axis=0)
    return torch.from_numpy(np.where(single, even, uniform * even + (1 - uniform) * quantiles))


def finer_grid(grid, intervals):
    """The same stretch in another number of intervals: (G + 1, n) → (G′ + 1, n).

    Old knots stay as dense here and sparse there as they were; if G′ is a multiple of G, all of
    them stay knots.
    """
    old = grid.detach().cpu().double().numpy()
    at = np.linspace(0, len(old) - 1, intervals + 1)
    new = [np.interp(at, np.arange(len(old)), column) for column in old.T]
    return torch.from_numpy(np.stack(new, axis=1))


def places(grid, per_interval):
    """Points inside every interval, evenly spread: grid (G + 1, n) → (G · per_interval, n)."""
    shares = (torch.arange(per_interval, dtype=grid.dtype) + 0.5) / per_interval
    points = grid[:-1, None] + shares[:, None] * (grid[1:] - grid[:-1])[:, None]
    return points.reshape(-1, grid.shape[1])


def fit(x, y, knots, degree):
    """The coefficients (m, K, n) whose splines come nearest to y (N, m, n) at x (N, n).

    Least squares, input by input, in float64; among equally good ones those of smallest length.
    """
    hills = basis(x.double(), knots.double(), degree).detach().cpu().numpy()
    y = y.detach().cpu().double().numpy()
    columns = [np.linalg.lstsq(hills[..., i], y[..., i], rcond=None)[0] for i in range(y.shape[-1])]
    return torch.from_numpy(np.stack(columns, axis=-1).swapaxes(0, 1).copy())
