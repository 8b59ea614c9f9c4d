"""What the short pages of step 1 say, computed again: by hand, and from their cells."""

import math
from itertools import product

import numpy as np
import pytest

from nnlib.backend import torch
from nnlib.feedforward.expressions import LIBRARY
from nnlib.feedforward.kan import KAN
from nnlib.feedforward.mlp import MLP
from nnlib.feedforward.symbolic import WEAK
from nnlib.simulations import NetworkLearns
from tests.book.chapter import Chapter

KAN_PAGE = Chapter("steps/01_feedforward/kan")
TABNET_PAGE = Chapter("steps/01_feedforward/tabnet")
PAGES = pytest.mark.parametrize("page", [KAN_PAGE, TABNET_PAGE], ids=["kan", "tabnet"])


@PAGES
def test_cells_fit_the_column(page):
    for source in page.code:
        if "%pip" not in source:  # the set-up cell is the same in every notebook
            assert max(map(len, source.splitlines())) <= 74, source


# ── KAN: hills ───────────────────────────────────────────────────────────────────────


def hill(x, start, degree):
    """Cox's and de Boor's recursion on the whole numbers, as the page states it."""
    if degree == 0:
        return float(start <= x < start + 1)
    up = (x - start) / degree
    down = 1 - (x - start - 1) / degree
    return up * hill(x, start, degree - 1) + down * hill(x, start + 1, degree - 1)


def test_hills_by_hand():
    KAN_PAGE.says("the hill over 0, 1, 2 has half of its way down left: 0.5", "half of its way up")
    assert [hill(1.5, q, 1) for q in (0, 1)] == [0.5, 0.5]
    KAN_PAGE.says(r"\tfrac{1.5 - 0}{2}\cdot 0.5", r"\tfrac{3 - 1.5}{2}\cdot 0.5")
    KAN_PAGE.says("together **0.75**", "0.125 each")
    assert 1.5 / 2 * 0.5 + (3 - 1.5) / 2 * 0.5 == hill(1.5, 0, 2) == 0.75
    assert [hill(1.5, q, 2) for q in (-1, 1)] == [0.125, 0.125]


def test_edge_by_hand():
    KAN_PAGE.says(r"0.5 \cdot 1.2264 = 0.613", r"0.125\cdot 2 - 0.75 + 0.125\cdot 3 = -0.125")
    KAN_PAGE.says("together 0.488")
    silu = 1.5 / (1 + math.exp(-1.5))
    assert f"{silu:.4f}" == "1.2264" and f"{0.5 * silu:.3f}" == "0.613"
    assert 0.125 * 2 - 0.75 + 0.125 * 3 == -0.125 and f"{0.5 * silu - 0.125:.3f}" == "0.488"
    assert round(KAN_PAGE.after('print("edge')["phi"].item(), 3) == 0.488


def test_hills_of_the_figure():
    KAN_PAGE.says("5 unless you say otherwise", "those of $G = 4$", "$K = G + k$")
    assert len(KAN([1, 1]).layers[0].grid) == 5 + 1
    space = KAN_PAGE.after("plots.figure()")
    hills, at, total = (np.asarray(space[name]) for name in ("hills", "at", "total"))
    assert hills.shape[1] == 7 == 4 + 3
    np.testing.assert_allclose(total[abs(at) <= 1], 1, rtol=1e-5)
    tops = at[hills.argmax(0)]
    np.testing.assert_allclose(tops, np.arange(-1.5, 1.6, 0.5), atol=0.011)
    np.testing.assert_allclose(hills.max(0), 2 / 3, rtol=1e-3)


def test_update_grid_puts_as_many_points_into_each_interval():
    KAN_PAGE.says("about as many of the data lie in each interval as in any other")
    x = np.random.default_rng(0).exponential(size=(1000, 1))
    model = KAN([1, 1]).double()
    model.update_grid(torch.from_numpy(x))
    counts, _ = np.histogram(x, model.layers[0].grid[:, 0].numpy())
    assert len(counts) == 5 and counts.min() > 150 and counts.max() < 250


# ── KAN: counts ──────────────────────────────────────────────────────────────────────


def size(model):
    return sum(p.numel() for p in model.parameters())


def test_counts():
    KAN_PAGE.says("Four edges lead to those, two more to the output", "nine parameters, 54 in all")
    assert 2 * 2 + 2 * 1 == 6 and size(KAN([2, 2, 1])) == 6 * 9 == 54
    KAN_PAGE.says("two layers of eight ReLUs, 105 parameters")
    assert size(MLP(2, 1, hidden=(8, 8))) == 105
    KAN_PAGE.says("$nm(G + k + 1)$ parameters")
    for n, m, G, k in product((1, 3), (2, 4), (2, 5), (1, 3)):
        assert size(KAN([n, m], grid=G, degree=k)) == n * m * (G + k + 1)
    space = KAN_PAGE.after("apart =")
    assert space["count"] == (3 * 4 + 4 * 2) * (8 + 1) == 180
    assert space["apart"].abs().max().item() < 1e-13


@pytest.mark.slow
def test_the_spirals():
    KAN_PAGE.says("All six.", "three of six get there", "in place of ReLU, six", "98 %")
    kinds = {
        "KAN": ({"kind": "kan", "hidden": [2]}, 6),
        "ReLU": ({"hidden": [8, 8]}, 3),
        "SiLU": ({"hidden": [8, 8], "activation": "silu"}, 6),
    }
    for name, (setting, expected) in kinds.items():
        runs = [
            NetworkLearns(data="spirals", steps=1000, seed=seed, **setting).run()
            for seed in range(6)
        ]
        assert sum(run.accuracy >= 0.98 for run in runs) == expected, name


# ── KAN: the formula ─────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def kan_page():
    return KAN_PAGE.after("def error(")


def test_refining_keeps_the_function_only_where_intervals_are_cut():
    KAN_PAGE.says("The function stays to the last digits", "From 5 intervals to 7 it would not")
    space = KAN_PAGE.after("def train(")
    x, _ = space["points"](space["known"], 0)
    torch.manual_seed(0)
    model = KAN([2, 1, 1]).double()
    model.update_grid(x)
    before = model(x).detach()
    model.refine(10)
    assert (model(x) - before).abs().max().item() < 1e-12
    model.refine(7)
    assert (model(x) - before).abs().max().item() > 1e-6


@pytest.mark.slow
def test_the_formula_is_read_from_networks_that_are_not_accurate(kan_page):
    KAN_PAGE.says("200 points", "Two of these networks were not even accurate", "eleven functions")
    assert len(LIBRARY) == 11 and len(kan_page["x"]) == 200
    losses = [fine for *_, (_, _, fine) in kan_page["runs"].values()]
    KAN_PAGE.says("about 0.2 and 0.1, where $y$ has a variance of 1.6 to 2.0")
    assert losses[0] == pytest.approx(0.2, abs=0.03) and losses[1] < 0.001
    assert losses[2] == pytest.approx(0.1, abs=0.03)
    for model, x, y, _ in kan_page["runs"].values():
        assert 1.55 < y.var().item() < 2.05
        read = kan_page["formula"](model, x, y)
        assert str(read) == "y = exp(sin(3.14·x1) + x2²)"
        assert read.score(kan_page["fresh"], kan_page["truth"]) > 0.9999995


@pytest.mark.slow
def test_what_is_read_where_nothing_can_be(kan_page):
    KAN_PAGE.says("$R^2$ on new points is low", "every name is marked as weak", "less than 99.9 %")
    assert WEAK == 0.999
    KAN_PAGE.says("another seed reads something else")
    read = {}
    for target, seed in [("board", 0), ("board", 1), ("turned", 1)]:
        model, x, y, _ = kan_page["coarse_to_fine"](kan_page[target], seed)
        found = read[target, seed] = kan_page["formula"](model, x, y)
        assert found.r2 < 0.5 and len(found.weak) == len(found.edges)
    assert str(read["board", 0]) != str(read["board", 1])


def nearer(page, target, rate=0.05):
    """The errors of the KAN and of the MLP, one for each of the five draws."""
    makes = [(lambda: KAN([2, 5, 1]), 100), (lambda: page["MLP"](2, 1, hidden=(10, 10)), 250)]
    return [
        np.array([page["error"](page[target], seed, make, steps, rate) for seed in range(5)])
        for make, steps in makes
    ]


@pytest.mark.slow
def test_against_an_mlp(kan_page):
    KAN_PAGE.says("nearer in all five draws", "nearer in one of five, that in which the MLP went")
    kan, mlp = nearer(kan_page, "known")
    assert (kan < mlp).all()
    kan_turned, mlp_turned = nearer(kan_page, "turned")
    assert (kan_turned < mlp_turned).sum() == 1
    assert (kan_turned < mlp_turned).argmax() == mlp_turned.argmax()
    KAN_PAGE.says("a median error of about 0.2 on each", "the KAN's median doubles")
    for errors in (mlp, mlp_turned):
        assert np.median(errors) == pytest.approx(0.2, abs=0.03)
    assert np.median(kan_turned) / np.median(kan) == pytest.approx(2, abs=0.3)


@pytest.mark.slow
def test_other_rates_and_the_board(kan_page):
    KAN_PAGE.says("in three and in five draws, to the turned one in none and in one")
    KAN_PAGE.says("three, five and two draws at 0.03, 0.05 and 0.1")
    counts = {
        (target, rate): np.less(*nearer(kan_page, target, rate)).sum()
        for target, rate in [
            *product(("known", "turned"), (0.03, 0.1)),
            *product(["board"], (0.03, 0.05, 0.1)),
        ]
    }
    assert list(counts.values()) == [3, 5, 0, 1, 3, 5, 2]


# ── TabNet: by hand ──────────────────────────────────────────────────────────────────


def by_hand(z):
    """Sparsemax as the page says it: who could survive; drop who is below τ; repeat."""
    z = np.asarray(z, float)
    alive = z > z.max() - 1
    while True:
        tau = (z[alive].sum() - 1) / alive.sum()
        if (z[alive] > tau).all():
            return np.maximum(z - tau, 0), tau
        alive &= z > tau


def test_sparsemax_by_hand():
    TABNET_PAGE.says(r"(0.554,\ 0.371,\ 0.075)", r"\tau = 0.3", r"(0.7,\ 0.3,\ 0)")
    e = np.exp([1, 0.6, -1])
    assert (e / e.sum()).round(3).tolist() == [0.554, 0.371, 0.075]
    weights, tau = by_hand([1, 0.6, -1])
    assert tau == pytest.approx(0.3)
    np.testing.assert_allclose(weights, [0.7, 0.3, 0])
    TABNET_PAGE.says(r"$\tfrac12$ and $-\tfrac12$ in the upper left corner, zeros elsewhere")
    z, h = np.array([1, 0.6, -1]), 1e-6
    slopes = [(by_hand(z + e)[0] - by_hand(z - e)[0]) / (2 * h) for e in h * np.eye(3)]
    np.testing.assert_allclose(slopes, [[0.5, -0.5, 0], [-0.5, 0.5, 0], [0, 0, 0]], atol=1e-9)


def test_the_rule_for_survivors_is_the_packages():
    space = TABNET_PAGE.after("def weights(")
    for z in np.random.default_rng(0).normal(size=(50, 6)):
        np.testing.assert_allclose(by_hand(z)[0], space["weights"](z), atol=1e-12)
        np.testing.assert_allclose(by_hand(z)[0], space["nearest"](z), atol=1e-12)
    assert abs(space["formula"] - np.array(space["slopes"])).max() < 1e-8


def test_a_lead_of_one_is_enough():
    assert by_hand([1.0, 0.0])[0].tolist() == [1, 0] and by_hand([0.99, 0.0])[0][1] > 0
    assert 1 / (1 + math.e) == pytest.approx(0.27, abs=0.005)  # the caption: a quarter


def test_budget_by_hand():
    TABNET_PAGE.says(r"$P = (0.6,\ 1,\ 1.3)$", r"(0.6,\ 0.6,\ -1.3)", r"(0.5,\ 0.5,\ 0)")
    z, mask = np.array([1, 0.6, -1]), by_hand([1, 0.6, -1])[0]
    prior = 1.3 - mask
    np.testing.assert_allclose(prior, [0.6, 1, 1.3])
    np.testing.assert_allclose(prior * z, [0.6, 0.6, -1.3])
    np.testing.assert_allclose(by_hand(prior * z)[0], [0.5, 0.5, 0], atol=1e-15)
    TABNET_PAGE.says("a score of 0 still wins when the others are negative (last line)")
    z, mask = np.array([1, -2, -3]), by_hand([1, -2, -3])[0]
    assert mask[0] == 1 and by_hand((1 - mask) * z)[0].tolist() == [1, 0, 0]


def test_the_page_prints_the_rule():
    TABNET_PAGE.says("twenty columns", "other seventeen columns are noise", "Four of a thousand")
    space = TABNET_PAGE.after("def table(")
    X, y = space["X"], space["y"]
    assert X.shape == (1000, 20)
    assert (y == (np.where(X[:, 2] > 0, X[:, 0], X[:, 1]) > 0)).all()


# ── TabNet: trained ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def tabnet_page():
    return TABNET_PAGE.after("original, copies = [], []")


@pytest.mark.slow
def test_tabnet_pays_less_than_half_of_the_price_of_the_noise(tabnet_page):
    TABNET_PAGE.says("the price of the noise, and TabNet pays less than half of it")
    tab, mlp, three = tabnet_page["wrong"].mean(0)
    assert three < tab and tab - three < (mlp - three) / 2


@pytest.mark.slow
def test_the_masks_switch(tabnet_page):
    TABNET_PAGE.says("The masks switch.", "some weight falls on noise")
    for on, off in tabnet_page["shares"]:
        assert on[0] > 2 * on[1] and off[1] > 2 * off[0]
    on, off = np.mean(tabnet_page["shares"], 0)
    assert on[3] > 0.02 and off[3] > 0.02 and on[1] > 0.02 and off[0] > 0.02


@pytest.mark.slow
def test_a_column_that_no_mask_shows_still_decides(tabnet_page):
    TABNET_PAGE.says("In many rows both masks give it the weight 0", "in more than a hundred rows")
    flip = np.where(np.arange(20) == 2, -1, 1).astype(np.float32)
    for model, X in zip(tabnet_page["models"], tabnet_page["tests"], strict=True):
        x, turned = torch.tensor(X), torch.tensor(X * flip)
        hidden = (model.masks(x)[:, :, 2] == 0).all(1).numpy()
        changed = (model(x).argmax(1) != model(turned).argmax(1)).numpy()
        assert hidden.sum() > 200 and changed[hidden].sum() > 100


@pytest.mark.slow
def test_the_copy_is_read_and_its_share_depends_on_the_seed(tabnet_page):
    TABNET_PAGE.says(
        "changes with table and start", "more answers are wrong, in some runs many more"
    )
    copies = tabnet_page["copies"]
    assert min(copies) > 0.02 and max(copies) > 1.3 * min(copies)


@pytest.mark.slow
def test_cost():
    space = TABNET_PAGE.after("def train(")
    tabnet = space["TabNet"](20, 2, width=8, steps=2)
    assert abs(size(tabnet) / size(MLP(20, 2)) - 1) < 0.05
