"""Step 1: its references by an independent route, and the numbers that its texts state."""

import re
from functools import cache

import nbformat
import numpy as np
import pytest

import exercises as tool
from nnlib.grading import authoring
from nnlib.grading.drivers import Session
from nnlib.grading.splice import shown_id

NAME = "steps/01_feedforward"


@cache
def notebook():
    return nbformat.read(tool.settings.ROOT / "solutions" / f"{NAME}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def names():
    """Everything that the solution defines."""
    session = Session()
    for cell in notebook().cells:
        if cell.cell_type == "code" and not authoring.is_check(cell):
            assert not session.run(cell.source).error
    return session.names


def text():
    return "\n".join(cell.source for cell in notebook().cells)


def test_the_count_is_that_of_real_modules(names):
    from nnlib.backend import nn
    from nnlib.feedforward import kan

    made = {"linear": nn.Linear, "norm": nn.LayerNorm}
    pieces = [piece for piece in names["pieces"] if piece[0] in made]
    counted = sum(p.numel() for kind, *sizes in pieces for p in made[kind](*sizes).parameters())
    assert names["count"](names["pieces"])[0] == counted == 13_991
    curves = kan.KAN([8, 16, 1], grid=5, degree=3)
    assert names["count"]([("kan", 8, 16, 5, 3), ("kan", 16, 1, 5, 3)])[0] == sum(
        p.numel() for p in curves.parameters()
    )
    matrices = sum(64 * 16 * 2 for _ in range(6))
    weights = matrices + 54 * 16 + 16 * 7
    assert matrices == 12_288 and counted - weights == 727 and round(727 / counted, 2) == 0.05


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_dropout_s_moments_are_those_of_its_two_outcomes(names, p):
    x = np.array([3.0, -1.5])
    kept, mean, variance, evaluation = names["dropout"](x, p, np.ones(2))
    dropped = names["dropout"](x, p, np.zeros(2))[0]
    expected = (1 - p) * kept + p * dropped
    assert np.allclose(expected, mean) and np.array_equal(evaluation, x)
    assert np.allclose((1 - p) * kept**2 + p * dropped**2 - expected**2, variance)


@pytest.mark.parametrize("rows", ["flowers", "rows"])
def test_the_standard_error_is_that_of_test_sets_drawn_again(names, rows):
    a, b = names[f"{rows}_a"], names[f"{rows}_b"]
    drawn = np.random.default_rng(0).integers(len(a), size=(4000, len(a)))
    difference, error, needed = names["compare"](a, b)
    assert (a[drawn] - b[drawn]).mean(1).std() == pytest.approx(error, rel=0.05)
    assert difference == pytest.approx(a.mean() - b.mean())
    larger = names["compare"](np.tile(a, 4), np.tile(b, 4))
    assert larger[1] == pytest.approx(error / 2) and larger[2] == pytest.approx(needed)


@pytest.mark.parametrize("seed", range(5))
def test_sparsemax_by_bisection_and_its_jacobian_by_nudges(names, seed):
    rng = np.random.default_rng(seed)
    z, v = rng.normal(size=6), rng.normal(size=6)
    low, high = z.min() - 1, z.max()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(z - middle, 0).sum() > 1 else (low, middle)
    tau, p, jv = names["sparsemax"](z, v)
    assert np.isclose(tau, low) and np.allclose(p, np.maximum(z - low, 0))
    up, down = names["sparsemax"](z + 1e-6 * v, v)[1], names["sparsemax"](z - 1e-6 * v, v)[1]
    assert np.allclose((up - down) / 2e-6, jv, atol=1e-8)
    assert np.allclose(names["sparsemax"](z + 10, v)[1], p)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("knots", [np.arange(8.0), np.array([0.0, 0, 0, 0.5, 2, 3, 3, 3.0])])
def test_the_basis_is_scipy_s(names, knots, degree):
    interpolate = pytest.importorskip("scipy.interpolate")
    x = np.linspace(knots[0], knots[-1], 31)[:-1]
    ours = names["basis"](x, knots, degree)
    for i in range(len(knots) - degree - 1):
        part = knots[i : i + degree + 2]
        if part[0] < part[-1]:
            inside = (part[0] <= x) & (x < part[-1])
            theirs = interpolate.BSpline.basis_element(part, extrapolate=False)(x)
            assert np.allclose(ours[:, i], np.where(inside, theirs, 0))
        else:
            assert not ours[:, i].any()


def test_the_broken_run_prints_what_the_text_says(names, capsys):
    cell = next(c.source for c in notebook().cells if "`watch(broken)` prints" in c.source)
    shown = re.findall(r"^    (.+)$", cell, re.M)
    names["watch"](names["broken"])
    assert capsys.readouterr().out.splitlines() == shown and len(shown) == 5
    names["watch"](names["repaired"])
    out = capsys.readouterr().out
    first = re.search(r"will begin with `(.+?)`", cell)[1]
    assert out.startswith(first)
    scatter = out.splitlines()[-1].split(": ")[1].split(", ")
    assert len(set(scatter)) == 1  # with learning rate 0 nothing moves


def test_what_the_repair_does_and_does_not_change(names):
    runs = {}
    for run in ("broken", "repaired"):
        used, record = names[run](names["start"](), names["training"], names["validation"])
        logits = names["forward"](used, names["test"][0])[1]
        wrong = int(((logits > 0) != names["test"][1]).sum())
        claimed = min(mean for mean, _ in record)
        runs[run] = wrong, claimed, names["loss"](used, *names["validation"])
    assert len(names["test"][1]) == 469
    assert [wrong for wrong, _, _ in runs.values()] == [12, 14]
    assert np.round(runs["broken"][1:], 4).tolist() == [0.0577, 0.0763]
    assert runs["repaired"][1] == pytest.approx(runs["repaired"][2])
    assert "gets 12 wrong and the repaired one 14" in text()
    assert "loss of 0.0577 for weights whose loss is 0.0763" in text()


def test_the_values_shown_do_not_hang_on_the_last_bit(names):
    """The repaired run, and Adam's gap, on inputs that differ in the 13th digit."""
    X, y = names["training"]
    noise = 1e-13 * np.random.default_rng(1).normal(size=X.shape)
    _, moved = names["repaired"](names["start"](), (X + noise, y), names["validation"])
    assert np.allclose([m for m, _ in moved], names["history"], rtol=1e-9)

    rng = np.random.default_rng(0)
    X, X_new = rng.normal(size=(40, 3)), rng.normal(size=(10, 3))
    y = np.sin(2 * X[:, 0]) + (X[:, 1] > 0) * X[:, 2]
    noise = 1e-13 * rng.normal(size=X.shape)
    gap, near = (
        names["rotation_gap"](names["adam"], names["params"], rows, y, X_new, names["R"])
        for rows in (X, X + noise)
    )
    assert f"{gap:.4g}" == "0.09476" and abs(gap - near) < 1e-10


def test_every_show_cell_names_its_case_or_is_alone():
    cells = [cell for cell in notebook().cells if shown_id(cell)]
    assert all("case=" in cell.source for cell in cells)
