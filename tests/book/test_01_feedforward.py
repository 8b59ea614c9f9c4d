"""What the chapter of step 1 says, computed again: by hand, from its records, and live."""

import numpy as np
import pytest
import torch

from nnlib import recorded, tables
from nnlib.feedforward.mlp import MLP
from tests.book.chapter import Chapter

CHAPTER = Chapter("steps/01_feedforward")
DEPTH = recorded("steps/01_feedforward_depth")
FLOWERS = recorded("steps/01_feedforward_iris")
TABLES = recorded("steps/01_feedforward_tables")
KINDS = ("spambase", "satellite", "wine_quality")
MODELS = ("logistic", "MLP", "KAN", "TabNet", "trees")


# ── the network ──────────────────────────────────────────────────────────────────────


def test_the_counts():
    CHAPTER.says(r"58\cdot 64 + 65\cdot 64 + 65\cdot 2 = 8{,}002", "7,872", "4,206 mails", "3,961")
    assert sum(p.numel() for p in MLP(57, 2).parameters()) == 8002
    assert 57 * 64 + 64 * 64 + 64 * 2 == 7872
    mails, patches, wines = (getattr(tables, kind)() for kind in KINDS)
    assert mails.X.shape == (4206, 57) and patches.X.shape == (6435, 36)
    assert wines.X.shape == (3961, 11) and len(mails.split()[1]) == 842
    assert sum(name.startswith("capital") for name in mails.feature_names) == 3


def test_the_example_by_hand():
    CHAPTER.says("0.5·1 + 1·2 - 1 = 1.5", "gives -1")
    x, W, b = np.array([1.0, 2]), np.array([[1, -1], [0.5, 1]]), np.array([0, -1])
    z = W @ x + b
    assert z.tolist() == [-1, 1.5]
    assert np.array([2, -1]) @ np.maximum(z, 0) + 0.5 == -1


def test_renumbered_and_rotated_columns_change_no_function():
    torch.manual_seed(0)
    net, x = MLP(6, 3).double(), torch.randn(5, 6, dtype=torch.float64)
    y = net(x)
    Q = torch.linalg.qr(torch.randn(6, 6, dtype=torch.float64))[0]
    with torch.no_grad():
        net.layers[0].weight.copy_(net.layers[0].weight @ Q.T)
    torch.testing.assert_close(net(x @ Q.T), y)


# ── width, depth, dropout ────────────────────────────────────────────────────────────


def at_best_rate(column, **where):
    rates = set(DEPTH.values("rate", **where))
    best = max(rates, key=lambda r: np.mean(DEPTH.values("validation", rate=r, **where)))
    return np.array(DEPTH.values(column, rate=best, **where))


def wide(column, dropout):
    at = {"depth": 2, "dropout": dropout, "passes": 40}
    widths = (8, 16, 32, 64, 128, 256, 512)
    return {w: at_best_rate(column, width=w, **at).mean() for w in widths}


def test_width():
    CHAPTER.says("rises to about 89 % at width 64 and then stays", "turns at 32", "two fifths")
    right, loss, trained = wide("test", 0.0), wide("test loss", 0.0), wide("loss", 0.0)
    assert all(0.885 < right[w] < 0.895 for w in (64, 128, 256, 512)) and right[32] < right[64]
    assert min(loss, key=loss.get) == 32 and loss[512] / loss[32] == pytest.approx(1.4, abs=0.05)
    assert sorted(trained.values(), reverse=True) == list(trained.values())
    dropped = wide("test loss", 0.3)
    assert dropped[512] < dropped[32] * 1.05 and wide("test", 0.3)[512] > right[512]
    CHAPTER.says("larger than the test loss up to width 32")
    assert {w for w, v in wide("loss", 0.3).items() if v > dropped[w]} == {8, 16, 32}


def deep(design, depth, column="test", dropout=0.0):
    return at_best_rate(column, design=design, depth=depth, width=64, passes=10, dropout=dropout)


def test_depth():
    scaled = ("residual / √additions", "residual / √additions, norm")
    CHAPTER.says("only the stacks with scaled branches are where two layers are")
    for design in dict.fromkeys(DEPTH.values("design")):
        gap = deep(design, 64).mean() - deep(design, 2).mean()
        assert (abs(gap) < 0.01) if design in scaled else gap < -0.05
    CHAPTER.says("a loss above $10^8$, one seed in three with less than $10^9$")
    start = deep("residual", 64, "start")
    assert min(start) > 1e8 and sum(start < 1e9) == 1 and len(start) == 3
    CHAPTER.says("one seed of three learns")
    assert sorted(deep("plain, norm", 64) > 0.5) == [False, False, True]
    assert deep("plain, norm", 64).mean() < deep("plain", 64).mean()
    CHAPTER.says("0.2 costs a plain stack of 32 layers everything (it guesses)")
    assert deep("plain", 32, dropout=0.2).mean() < 0.25
    CHAPTER.says("a scaled residual one at most a point and a half")
    for design in scaled:
        for depth in (2, 8, 32):
            assert deep(design, depth).mean() - deep(design, depth, dropout=0.2).mean() < 0.015


def test_powers_of_two_and_e():
    CHAPTER.says("three thousand million")
    assert 2 ** (63 / 2) == pytest.approx(3e9, rel=0.02) and (1 + 1 / 63) ** 63 < np.e


def test_dropout_by_hand():
    CHAPTER.says(r"x^2\,p/(1-p)")
    outcomes, p = np.array([0, 6.0]), np.array([0.5, 0.5])
    assert outcomes @ p == 3 and (outcomes - 3) ** 2 @ p == 9 == 3**2 * 0.5 / 0.5


# ── thirty flowers ───────────────────────────────────────────────────────────────────


def test_standard_errors():
    CHAPTER.says("is 4.0 points", "it is 0.9 points")
    assert 100 * (0.95 * 0.05 / 30) ** 0.5 == pytest.approx(4.0, abs=0.05)
    assert 100 * (0.93 * 0.07 / 842) ** 0.5 == pytest.approx(0.9, abs=0.05)


def flowers(model, rate):
    return np.array(FLOWERS.values("right", model=model, rate=rate))


def test_flowers():
    CHAPTER.says("gains 0.43 flowers, with a standard error of 0.06", "scatters by 0.86 flowers")
    gap = flowers("MLP, dropout 0.3", 0.03) - flowers("MLP", 0.03)
    assert len(gap) == 200 and gap.mean() == pytest.approx(0.43, abs=0.005)
    assert gap.std(ddof=1) == pytest.approx(0.86, abs=0.005)
    assert gap.std(ddof=1) / 200**0.5 == pytest.approx(0.06, abs=0.005)
    CHAPTER.says("on half of the splits there is none")
    assert 0.45 < np.mean(gap == 0) < 0.55
    means = {
        (m, r): flowers(m, r).mean() for m in set(FLOWERS.values("model")) for r in (0.01, 0.1)
    }
    CHAPTER.says("comes last and a hidden layer seems to gain three quarters of a flower")
    assert min((m for m, r in means if r == 0.01), key=lambda m: means[m, 0.01]) == "linear"
    assert means["MLP", 0.01] - means["linear", 0.01] == pytest.approx(0.75, abs=0.02)
    CHAPTER.says("it gets 28.96: nothing in this table is better")
    best = {m: max(flowers(m, r).mean() for r in (0.01, 0.03, 0.1)) for m, _ in means}
    assert max(best, key=best.get) == "linear" and f"{best['linear']:.2f}" == "28.96"


# ── tables ───────────────────────────────────────────────────────────────────────────


def right(model, table, condition="as it is"):
    where = {"model": model, "table": table, "condition": condition, "stage": "final"}
    return 100 * np.array(TABLES.values("test", **where))


def gap(a, b):
    """Mean and standard error of the difference, split by split."""
    return (a - b).mean(), (a - b).std(ddof=1) / len(a) ** 0.5


def test_who_is_first():
    CHAPTER.says("Trees are first on all three tables", "the linear model and TabNet last")
    for kind in KINDS:
        order = sorted(MODELS, key=lambda model: right(model, kind).mean())
        assert order[-1] == "trees" and set(order[:2]) == {"logistic", "TabNet"}
    CHAPTER.says("1.0 ± 0.3 and 0.8 ± 0.4 points; on the wines 0.6 ± 0.4")
    leads = [gap(right("trees", k), right("MLP", k)) for k in KINDS]
    for found, stated in zip(leads, [(1.0, 0.3), (0.8, 0.4), (0.6, 0.4)], strict=True):
        assert found == pytest.approx(stated, abs=0.051)


def test_prices():
    CHAPTER.says("7 seconds, the MLPs 103, the trees 164, the KANs 258 and the TabNets 913")
    seconds = [round(sum(TABLES.values("seconds", model=m))) for m in MODELS]
    assert seconds == [7, 103, 258, 913, 164]


def lost(model, table, condition):
    return gap(right(model, table, condition), right(model, table))


def test_rotated():
    CHAPTER.says("2.2 ± 0.2 points on the mails and 1.4 ± 0.6 on the wines")
    assert lost("trees", "spambase", "rotated") == pytest.approx((-2.2, 0.2), abs=0.051)
    assert lost("trees", "wine_quality", "rotated") == pytest.approx((-1.4, 0.6), abs=0.051)
    CHAPTER.says("by 1.0 ± 0.4 and 1.5 ± 0.3")
    ahead = [gap(right("MLP", k, "rotated"), right("trees", k, "rotated")) for k in KINDS]
    assert ahead[0] == pytest.approx((1.0, 0.4), abs=0.06)
    assert ahead[2] == pytest.approx((1.5, 0.3), abs=0.051)
    CHAPTER.says("(-0.1 ± 0.3, -0.7 ± 0.4, and +0.7 ± 0.3 points)")
    for kind, stated in zip(KINDS, [(-0.1, 0.3), (-0.7, 0.4), (0.7, 0.3)], strict=True):
        assert lost("MLP", kind, "rotated") == pytest.approx(stated, abs=0.051)
    CHAPTER.says("KAN and TabNet lose about a point on the mails")
    for model in ("KAN", "TabNet"):
        assert -1.1 < lost(model, "spambase", "rotated")[0] < -0.8
    CHAPTER.says("to the last mail on two tables")
    same = [np.array_equal(right("logistic", k, "rotated"), right("logistic", k)) for k in KINDS]
    assert sum(same) == 2
    CHAPTER.says("the KAN not at all, the trees by half a point with a standard error of a quarter")
    assert lost("KAN", "satellite", "rotated")[0] > 0
    assert lost("trees", "satellite", "rotated") == pytest.approx((-0.5, 0.25), abs=0.03)


def test_irrelevant():
    CHAPTER.says("2.5 points on the mails and 4.2 on the patches, the trees half a point")
    assert lost("MLP", "spambase", "irrelevant")[0] == pytest.approx(-2.5, abs=0.051)
    assert lost("MLP", "satellite", "irrelevant")[0] == pytest.approx(-4.2, abs=0.051)
    for kind in KINDS[:2]:
        assert -0.6 < lost("trees", kind, "irrelevant")[0] < -0.3
        assert min(MODELS, key=lambda m: lost(m, kind, "irrelevant")[0]) == "MLP"
    CHAPTER.says("loses 1.8 and 1.4")
    assert lost("TabNet", "spambase", "irrelevant")[0] == pytest.approx(-1.8, abs=0.051)
    assert lost("TabNet", "satellite", "irrelevant")[0] == pytest.approx(-1.4, abs=0.051)


def test_ranks():
    CHAPTER.says("do not change by a single row", "*gain* 0.8 to 1.6 points on the mails")
    for kind in KINDS:
        assert np.array_equal(right("trees", kind, "ranks"), right("trees", kind))
    gains = [lost(m, "spambase", "ranks")[0] for m in MODELS if m != "trees"]
    assert 0.75 < min(gains) and max(gains) < 1.65
    CHAPTER.says(r"$-0.2 \pm 0.4$")
    level = gap(right("MLP", "spambase", "ranks"), right("trees", "spambase", "ranks"))
    assert level == pytest.approx((-0.2, 0.4), abs=0.051)


# ── live ─────────────────────────────────────────────────────────────────────────────


def test_dead_units():
    CHAPTER.says("loses 27 and 39 of its 64 units; the first")
    dead = CHAPTER.after("def dead(")["dead"]
    counts = [dead(rate, steps=100) for rate in (0.002, 0.05, 0.5)]
    assert counts[0] == [0, 0] and [first for first, _ in counts] == [0, 0, 0]
    assert counts[1][1] == pytest.approx(27, abs=3) and counts[2][1] == pytest.approx(39, abs=3)


def test_on_the_first_splits_the_mlp_is_ahead():
    CHAPTER.says("On each of these splits the MLP is ahead, by one point or two")
    space = CHAPTER.after("def trained(")
    for linear, mlp in zip(space["right"]["linear"], space["right"]["MLP"], strict=True):
        assert 0.004 < mlp.accuracy - linear.accuracy < 0.025
