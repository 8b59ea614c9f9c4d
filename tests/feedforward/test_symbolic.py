"""Reading formulas: one curve, a whole network, and a function that has no short formula."""

from functools import cache

import numpy as np
import pytest

from nnlib.backend import F, torch
from nnlib.feedforward.expressions import LIBRARY, Expression, Term, descend
from nnlib.feedforward.kan import KAN
from nnlib.feedforward.symbolic import formula, suggest

RNG = np.random.default_rng(0)
X = np.linspace(-1, 1, 60)

CURVES = {
    "x": lambda x: 2 * x - 1,
    "x²": lambda x: 3 * (x - 0.2) ** 2 + 1,
    "x³": lambda x: -((x + 0.1) ** 3),
    "√": lambda x: 2 * np.sqrt(1.2 - x),
    "exp": lambda x: 0.5 * np.exp(-2 * x) + 1,
    "log": lambda x: np.log(3 * x + 4),
    "1/x": lambda x: 1 / (x + 1.5),
    "|x|": lambda x: np.abs(x - 0.3),
    "sin": lambda x: 1.5 * np.sin(4 * x + 1) - 2,
    "tanh": lambda x: np.tanh(3 * x - 0.5),
    "gauss": lambda x: np.exp(-((2 * x - 0.4) ** 2)),
}


@pytest.mark.parametrize("name", LIBRARY)
def test_each_function_is_named(name):
    best = suggest(X, CURVES[name](X))[0]
    assert best.name == name
    assert best.r2 > 1 - 1e-8
    values = best.a * LIBRARY[name].function(best.b * X + best.c) + best.d
    np.testing.assert_allclose(values, CURVES[name](X), atol=1e-3)


def test_constants_are_found():
    s = suggest(X, CURVES["sin"](X))[0]
    assert (s.a, s.b, s.c, s.d) == pytest.approx((1.5, 4, 1, -2), abs=1e-6)
    s = suggest(torch.from_numpy(X), torch.from_numpy(CURVES["exp"](X)))[0]
    assert (s.a, s.b, s.c, s.d) == pytest.approx((0.5, -2, 0, 1), abs=1e-6)


def test_the_simpler_name_is_preferred():
    """A line is also a very wide tanh and a short piece of a sine."""
    y = 2 * X + 1e-4 * RNG.standard_normal(60)
    suggestions = suggest(X, y)
    explained = {s.name: s.r2 for s in suggestions}
    assert suggestions[0].name == "x"
    assert min(explained["sin"], explained["tanh"]) > 1 - 1e-5


def test_what_has_no_name_explains_little():
    y = RNG.standard_normal(60)
    assert suggest(X, y)[0].r2 < 0.9


def target(x):
    return np.exp(np.sin(np.pi * x[:, 0]) + x[:, 1] ** 2)


@cache
def trained(f=target, sizes=(2, 1, 1), seed=0, steps=(200, 200), noise=0.0):
    """A KAN trained on 400 points of f, coarse and then fine; its data."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (400, sizes[0]))
    y = f(x)[:, None] + noise * rng.standard_normal((400, 1))
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    torch.manual_seed(seed)
    net = KAN(list(sizes)).double()
    net.update_grid(x)
    for grid, count in zip((5, 10), steps, strict=True):
        if grid > 5:
            net.update_grid(x)
            net.refine(grid)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, count)
        for step in range(count):
            if step == 50:
                net.update_grid(x)
            loss = F.mse_loss(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net, x, y


def fresh(f, n=500):
    x = np.random.default_rng(99).uniform(-1, 1, (n, 2))
    return torch.from_numpy(x), torch.from_numpy(f(x)[:, None])


def test_a_known_formula_is_recovered():
    """exp(sin(πx₁) + x₂²), from 400 points of it, with its constants."""
    net, x, y = trained()
    found = formula(net, x, y)
    assert str(found) == "y = exp(sin(3.14·x1) + x2²)"
    names = {at: s.name for at, s in found.edges.items()}
    assert names == {(0, 0, 0): "sin", (0, 0, 1): "x²", (1, 0, 0): "exp"}
    assert found.r2 > 0.99999
    assert found.score(*fresh(target)) > 0.99999
    p, place = found.expression.p, found.expression.place
    assert abs(p[place[0, 0, 0] + 1]) == pytest.approx(np.pi, abs=1e-3)
    assert p[place[0, 0, 1]] == pytest.approx(1, abs=1e-3)
    assert p[place[1, 0, 0]] == pytest.approx(1, abs=1e-3)


@pytest.mark.slow
def test_a_known_formula_is_recovered_from_noisy_data_and_other_seeds():
    for seed in (1, 2):
        net, x, y = trained(seed=seed, noise=0.05)
        found = formula(net, x, y)
        assert [s.name for s in found.edges.values()] == ["sin", "x²", "exp"]
        assert found.score(*fresh(target)) > 0.999


def test_without_targets_the_model_is_read():
    """The same names; the constants now also carry what the network has learned wrongly."""
    net, x, y = trained()
    found, truth = formula(net, x), formula(net, x, y)
    own = net(x).detach()
    assert 0.99 < found.r2 == pytest.approx(found.score(x, own))
    assert found.score(x, own) > truth.score(x, own)
    assert found.score(x, y) < truth.score(x, y)
    assert [s.name for s in found.edges.values()] == ["sin", "x²", "exp"]


def staircase(x):
    return np.sign(np.sin(5 * x[:, 0])) * (x[:, 1] > 0) + (np.floor(3 * x[:, 1]) % 2)


def test_where_there_is_no_formula_it_says_so():
    """Steps and products of steps: edges are weak, R² is low, and the printout says it."""
    net, x, y = trained(staircase, steps=(100, 100))
    found = formula(net, x, y)
    assert found.r2 < 0.9
    assert found.weak
    assert "this is not what the data say" in str(found)
    assert found.score(*fresh(staircase)) < 0.9


def test_pruned_edges_have_no_name():
    net, x, _ = trained()
    net.layers[0].mask[0, 1] = 0
    try:
        assert set(formula(net, x, names=["u", "v"]).edges) == {(0, 0, 0), (1, 0, 0)}
        assert "v" not in str(formula(net, x, names=["u", "v"]))
    finally:
        net.layers[0].mask[0, 1] = 1


def test_an_expression_is_written_as_one_would():
    terms = {
        (0, 0, 0): Term("sin", 1.0, 2.0, 0.5, 0.0),
        (0, 0, 1): Term("x", -3.0, 1.0, 0.0, 0.25),
        (1, 0, 0): Term("x²", 2.0, 1.0, 0.0, 1.0),
    }
    expression = Expression([2, 1, 1], terms)
    x = RNG.uniform(-1, 1, (20, 2))
    inner = np.sin(2 * x[:, 0] + 0.5) - 3 * x[:, 1] + 0.25
    np.testing.assert_allclose(expression(x)[:, 0], 2 * inner**2 + 1, atol=1e-12)
    assert expression.text(["x1", "x2"]) == [
        "(1.41·sin(2·x1 + 0.5) − 4.24·x2 + 0.354)² + 1"  # the 2 has moved in, as √2
    ]


@pytest.mark.parametrize("name", LIBRARY)
def test_folding_changes_no_value(name):
    """What is said twice is said once: same values, fewer free constants."""
    shape = LIBRARY[name]
    b = 1.5 if "b" in shape.free else 1.0
    terms = {
        (0, 0, 0): Term("x", 0.3, 1.0, 0.0, 2.0),
        (0, 0, 1): Term("x²", 0.2, 1.0, 0.1, 0.0),
        (1, 0, 0): Term(name, -0.7, b, 0.4, 0.5),
    }
    expression = Expression([2, 1, 1], terms)
    x = RNG.uniform(-1, 1, (20, 2))
    inner = 0.3 * x[:, 0] + 0.2 * (x[:, 1] + 0.1) ** 2 + 2
    expected = -0.7 * shape.function(b * inner + 0.4) + 0.5
    np.testing.assert_allclose(expression(x)[:, 0], expected, atol=1e-12)


def test_constants_are_fitted_together():
    terms = {(0, 0, 0): Term("sin", 0.8, 2.5, 0.1), (0, 0, 1): Term("exp", 0.8, 0.7, 0.0)}
    expression = Expression([2, 1], terms)
    x = RNG.uniform(-1, 1, (100, 2))
    expression.fit(x, (np.sin(3 * x[:, 0]) + 0.5 * np.exp(x[:, 1]) - 2)[:, None])
    assert expression.p.tolist() == pytest.approx([1, 3, 0, 0.5, 1, 0, -2], abs=1e-6)
    assert expression.text(["a", "b"]) == ["sin(3·a) + 0.5·exp(b) − 2"]


def test_descend_finds_rosenbrocks_valley():
    valley = descend(lambda p: np.array([1 - p[0], 10 * (p[1] - p[0] ** 2)]), [-1.2, 1.0], [1, 1])
    assert valley.tolist() == pytest.approx([1, 1], abs=1e-6)
    held = descend(lambda p: np.array([1 - p[0], 10 * (p[1] - p[0] ** 2)]), [-1.2, 1.0], [0, 1])
    assert held.tolist() == pytest.approx([-1.2, 1.44], abs=1e-6)


def test_what_does_not_vary_is_a_silent_term():
    """An input that is always 2, an edge that is always 0.3: terms with a = 0, all else is read."""
    for dtype in (torch.float64, torch.float32):
        x = torch.from_numpy(np.stack([X, np.full(60, 2.0), X[::-1] ** 2], 1)).to(dtype)
        torch.manual_seed(0)
        net = KAN([3, 2, 1]).to(dtype)
        net.update_grid(x)
        with torch.no_grad():
            net.layers[0].base[0, 0], net.layers[0].coef[0, :, 0] = 1, 0
            net.layers[0].base[0, 2], net.layers[0].coef[0, :, 2] = 0, 0.3
            net.layers[1].base[0, 1], net.layers[1].coef[0, :, 1] = 0, 0.1
        found = formula(net, x, names=["u", "two", "v"])
        silent = {at for at, s in found.edges.items() if s.a == 0}
        assert silent == {(0, 0, 1), (0, 1, 1), (0, 0, 2), (1, 0, 1)}
        assert all(found.expression.p[found.expression.place[at]] == 0 for at in silent)
        assert not silent & set(found.weak)
        assert "two" not in str(found) and "v" not in str(found)
        assert found.r2 > 0.99
    assert suggest(X, 0 * X + 0.1) == [("x", 1.0, 0.0, 1.0, 0.0, pytest.approx(0.1))]
    assert suggest(0 * X, X)[0].r2 == 0


def test_each_output_is_judged_by_itself():
    """A sine, and noise that no formula explains: the noise is small, and flagged all the same."""
    _, x, _ = trained()
    sine = torch.sin(2 * x[:, :1])
    y = torch.cat([sine, 1e-3 * torch.from_numpy(RNG.standard_normal((400, 1)))], 1)
    two = KAN([2, 2]).double()
    two.update_grid(x)
    found = formula(two, x, y)
    assert found.r2s[0] > 0.99 and found.r2s[1] < 0.5
    assert found.r2 == found.r2s[1] == pytest.approx(found.score(x, y))
    assert "R² of y2 = " in str(found) and "R² of y1" not in str(found)


def test_an_output_that_does_not_vary_is_met_or_missed():
    net, x, y = trained()
    found = formula(net, x, y)
    assert found.score(x, 0 * y) == -np.inf
    assert formula(net, x, 0 * y + 3).r2 == 1


def test_whole_numbers_are_computed_in_floating_point():
    net, x, y = trained()
    found, rows = formula(net, x, y), torch.tensor([[0, 1], [1, 0], [1, 1]])
    assert found(rows).dtype == torch.float32
    values = target(rows.double().numpy())
    np.testing.assert_allclose(found(rows)[:, 0].numpy(), values, rtol=1e-3)
    assert found.score(rows, torch.from_numpy(values[:, None])) > 0.999
    many = torch.from_numpy(RNG.integers(-1, 2, (40, 2)))
    assert str(formula(net, many)) == str(formula(net, many.double()))


def test_names_that_are_no_words_stand_in_brackets():
    net, x, y = trained()
    found = formula(net, x, y, names=(name for name in ("sepal width", "x+y")))
    assert str(found) == "y = exp(sin(3.14·(sepal width)) + (x+y)²)"
    line = Expression([1, 1], {(0, 0, 0): Term("exp", 1.0, 1.0, 0.0)})
    assert line.text(["a b"]) == ["exp(a b)"]
    assert line.text(["(a) (b)"]) == ["exp((a) (b))"]


def test_networks_of_many_edges_are_to_be_pruned_first():
    net, x = KAN([5, 4, 1]).double(), torch.from_numpy(RNG.uniform(-1, 1, (50, 5)))
    with pytest.raises(ValueError, match="prune first: 24 edges, expected at most 20"):
        formula(net, x)


def test_what_is_told_wrong_is_named():
    with pytest.raises(ValueError, match="x, y: expected two of shape"):
        suggest(X, X[:5])
    with pytest.raises(ValueError, match="x, y: expected finite values"):
        suggest(X, 1 / np.where(X < 0, np.inf, 0 * X + np.nan))
    net, x, y = trained()
    for names in (["a"], "abc", ["a", 2], 3, []):
        with pytest.raises(ValueError, match="names: expected 2 strings, got"):
            formula(net, x, names=names)
    hole = x.clone()
    hole[3, 1] = float("nan")
    with pytest.raises(ValueError, match="x: column 1 has NaN or infinite values"):
        formula(net, hole)
    with pytest.raises(ValueError, match="y: column 0 has NaN or infinite values"):
        formula(net, x, y / 0)
    found = formula(net, x, y)
    for bad in (torch.cat([y, y], 1), y[:, 0], y.T, y[:50]):
        for refuse in (lambda y: formula(net, x, y), lambda y: found.score(x, y)):
            with pytest.raises(ValueError, match=r"y: expected shape \(400, 1\), got"):
                refuse(bad)
    for bad in (x[:, 0], x[:, :1], x.T, torch.cat([x, x], 1)):
        for refuse in (lambda x: formula(net, x), found, lambda x: found.score(x, y)):
            with pytest.raises(ValueError, match=r"x: expected shape \(B, 2\), got"):
                refuse(bad)
