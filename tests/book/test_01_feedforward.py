"""What the chapter of step 1 says, computed again: by hand, from its records, and live."""

import numpy as np
import pytest
import torch

from nnlib import data, recorded, tables
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


def wide(column, dropout, rate=0.002):
    at = {"depth": 2, "dropout": dropout, "rate": rate, "passes": 40}
    widths = (8, 16, 32, 64, 128, 256, 512)
    return {w: np.mean(DEPTH.values(column, width=w, **at)) for w in widths}


def test_width():
    CHAPTER.says("rises to about 89 % at width 64 and stays", "turns at 32", "two fifths")
    right, loss, trained = wide("test", 0.0), wide("test loss", 0.0), wide("loss", 0.0)
    assert all(0.885 < right[w] < 0.895 for w in (64, 128, 256, 512)) and right[32] < right[64]
    assert min(loss, key=loss.get) == 32 and loss[512] / loss[32] == pytest.approx(1.4, abs=0.05)
    assert sorted(trained.values(), reverse=True) == list(trained.values())
    CHAPTER.says("At a quarter of the rate the loss turns only at 256")
    slow = wide("test loss", 0.0, 0.0005)
    assert min(slow, key=slow.get) == 256
    CHAPTER.says("width 512 has the highest share right of all")
    every = {(p, r): wide("test", p, r) for p in (0.0, 0.3) for r in (0.002, 0.0005)}
    assert every[0.0, 0.0005][512] == max(max(each.values()) for each in every.values())
    dropped = wide("test loss", 0.3)
    CHAPTER.says("the narrow networks lose and the wide ones gain", "0.36 instead of 0.45")
    assert dropped[8] > loss[8] and wide("test", 0.3)[512] > right[512]
    assert (round(dropped[512], 2), round(loss[512], 2)) == (0.36, 0.45)
    CHAPTER.says("larger than the test loss up to width 32")
    assert {w for w, v in wide("loss", 0.3).items() if v > dropped[w]} == {8, 16, 32}
    CHAPTER.says("from width 32 on they scatter by about a point or less")
    at = {"depth": 2, "passes": 40}
    spreads = [
        100 * np.std(DEPTH.values("test", width=w, dropout=p, rate=r, **at), ddof=1)
        for w in list(right)[2:] for p, r in ((0.0, 0.002), (0.0, 0.0005), (0.3, 0.002))
    ]  # fmt: skip
    assert max(spreads) < 1.25


def deep(design, depth, column="test", dropout=0.0):
    return at_best_rate(column, design=design, depth=depth, width=64, passes=10, dropout=dropout)


def test_depth():
    scaled = ("residual / √additions", "residual / √additions, norm")
    CHAPTER.says("only the stacks with scaled branches are where two layers are")
    for design in dict.fromkeys(DEPTH.values("design")):
        gap = deep(design, 64).mean() - deep(design, 2).mean()
        assert (abs(gap) < 0.01) if design in scaled else gap < -0.05
    CHAPTER.says(r"$1.7\cdot10^8$, $2.6\cdot10^9$ and $1.6\cdot10^9$")
    start = deep("residual", 64, "start")
    assert list(start) == pytest.approx([1.7e8, 2.6e9, 1.6e9], rel=0.03)
    CHAPTER.says("one seed of three learns")
    assert sorted(deep("plain, norm", 64) > 0.5) == [False, False, True]
    assert deep("plain, norm", 64).mean() < deep("plain", 64).mean()
    CHAPTER.says("$p = 0.2$ leaves the plain stack guessing")
    assert deep("plain", 32, dropout=0.2).mean() < 0.25
    CHAPTER.says("costs a scaled residual one at most a point and a half")
    for design in scaled:
        for depth in (2, 8, 32):
            assert deep(design, depth).mean() - deep(design, depth, dropout=0.2).mean() < 0.015


def test_powers_of_two_and_e():
    CHAPTER.says(r"2^{31.5} \approx 3\cdot 10^9", r"\sqrt e \approx 1.65")
    assert 2**31.5 == pytest.approx(3e9, rel=0.02) and (1 + 1 / 63) ** 63 < np.e
    assert np.e**0.5 == pytest.approx(1.65, abs=0.005)


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
    CHAPTER.says("gains 0.43 flowers", "better on 79 splits and worse on 17", "0.43 ± 0.43")
    gap = flowers("MLP, dropout 0.3", 0.03) - flowers("MLP", 0.03)
    assert len(gap) == 200 and gap.mean() == pytest.approx(0.43, abs=0.005)
    assert (sum(gap > 0), sum(gap < 0)) == (79, 17)
    assert gap.std(ddof=1) * (1 / 200 + 30 / 120) ** 0.5 == pytest.approx(0.43, abs=0.005)
    CHAPTER.says("on half of them both models get the same number right")
    assert 0.45 < np.mean(gap == 0) < 0.55
    means = {
        (m, r): flowers(m, r).mean() for m in set(FLOWERS.values("model")) for r in (0.01, 0.1)
    }
    CHAPTER.says("comes last, and a hidden layer seems to gain three quarters of a flower")
    assert min((m for m, r in means if r == 0.01), key=lambda m: means[m, 0.01]) == "linear"
    assert means["MLP", 0.01] - means["linear", 0.01] == pytest.approx(0.75, abs=0.02)
    CHAPTER.says("gets 28.96, and nothing in this table is better")
    best = {m: max(flowers(m, r).mean() for r in (0.01, 0.03, 0.1)) for m, _ in means}
    assert max(best, key=best.get) == "linear" and f"{best['linear']:.2f}" == "28.96"


# ── tables ───────────────────────────────────────────────────────────────────────────


def right(model, table, condition="as it is"):
    where = {"model": model, "table": table, "condition": condition, "stage": "final"}
    return 100 * np.array(TABLES.values("test", **where))


def difference(gap, table):
    """Mean and standard error, corrected for splits that share their rows."""
    test = len(getattr(tables, table)().split()[1])
    return gap.mean(), gap.std(ddof=1) * (1 / len(gap) + test / 2000) ** 0.5


def lead(table, condition="as it is"):
    return right("trees", table, condition) - right("MLP", table, condition)


def lost(model, table, condition):
    return difference(right(model, table, condition) - right(model, table), table)


def moved(table, condition):
    return difference(lead(table, condition) - lead(table), table)


def near(stated):
    return pytest.approx(stated, abs=0.051)


def test_who_is_first():
    CHAPTER.says("On all three tables the trees have the highest mean")
    CHAPTER.says("the linear model and TabNet come last", "a point or less behind")
    for kind in KINDS:
        mean = {model: right(model, kind).mean() for model in MODELS}
        order = sorted(mean, key=mean.get)
        assert order[-1] == "trees" and set(order[:2]) == {"logistic", "TabNet"}
        assert mean["trees"] - 1.05 < min(mean["MLP"], mean["KAN"])
    CHAPTER.says("1.0 ± 0.5 points on the mails, 0.8 ± 0.9 on the patches, 0.6 ± 0.7 on the wines")
    for kind, stated in zip(KINDS, [(1.0, 0.5), (0.8, 0.9), (0.6, 0.7)], strict=True):
        assert difference(lead(kind), kind) == near(stated)
    CHAPTER.says("on patches and wines the MLP wins one split of five")
    assert [sum(lead(kind) < 0) for kind in KINDS] == [0, 1, 1]


def test_prices():
    CHAPTER.says("7 seconds, MLPs 103, trees 164, KANs 258, TabNets 913")
    seconds = [round(sum(TABLES.values("seconds", model=m))) for m in MODELS]
    assert seconds == [7, 103, 258, 913, 164]


def test_the_kans_were_still_improving():
    CHAPTER.says("On the patches the KANs were still improving when their forty passes ended")
    where = {"model": "KAN", "table": "satellite", "condition": "as it is", "stage": "final"}
    assert min(TABLES.values("epochs", **where)) >= 39
    CHAPTER.says("on the mails some of the trees at their four hundredth round")
    where |= {"model": "trees", "table": "spambase"}
    assert sum(epochs >= 399 for epochs in TABLES.values("epochs", **where)) == 2


def shares_pixels(train, test):
    """The share of test patches of which a training patch shows four or six of the nine pixels."""
    a, b = (part.X.reshape(-1, 3, 3, 4) for part in (train, test))
    ends = {
        -1: (slice(None, 2), slice(1, None)),
        0: (slice(None),) * 2,
        1: (slice(1, None), slice(None, 2)),
    }
    found = np.zeros(len(b), bool)
    for down in ends:
        for right in ends:
            if (down, right) != (0, 0):
                here, there = ((ends[down][k], ends[right][k]) for k in (0, 1))
                seen = {patch[here].tobytes() for patch in a}
                found |= [patch[there].tobytes() in seen for patch in b]
    return found.mean()


def test_copying_the_nearest_patch():
    CHAPTER.says("nine of ten test patches share pixels with a patch that was trained on")
    train, _, test = tables.satellite().split(seed=1, validation=0.2)
    assert 0.87 < shares_pixels(train.take(slice(2000)), test) < 0.95
    CHAPTER.says("gets 88 to 90 % right, as much as the networks")
    for seed in range(3):
        train, _, test = tables.satellite().split(seed=seed, validation=0.2)
        train, test = data.standardize(train.take(slice(2000)), test)
        distance = (train.X**2).sum(1) - 2 * test.X @ train.X.T
        assert 0.88 < np.mean(train.y[distance.argmin(1)] == test.y) < 0.90


def test_rotated():
    CHAPTER.says("by -2.0 ± 0.4 points on the mails", "by -2.1 ± 1.0 on the wines")
    assert moved("spambase", "rotated") == near((-2.0, 0.4))
    assert moved("wine_quality", "rotated") == near((-2.1, 1.0))
    assert lead("spambase", "rotated").mean() < 0  # "where the MLP is now ahead"
    CHAPTER.says("The trees lose 2.2 ± 0.3 and 1.4 ± 1.1", "KAN loses 1.0 ± 0.4 on the mails")
    assert lost("trees", "spambase", "rotated") == near((-2.2, 0.3))
    assert lost("trees", "wine_quality", "rotated") == near((-1.4, 1.1))
    assert lost("KAN", "spambase", "rotated") == near((-1.0, 0.4))
    CHAPTER.says("the MLP has no clear loss anywhere")
    for kind in KINDS:
        mean, error = lost("MLP", kind, "rotated")
        assert mean > -error
    CHAPTER.says("The linear model gives the same answers as before, up to a few patches")
    same = [np.array_equal(right("logistic", k, "rotated"), right("logistic", k)) for k in KINDS]
    assert same == [True, False, True]
    assert abs(lost("logistic", "satellite", "rotated")[0]) < 0.1
    CHAPTER.says("the lead does not move (+0.2 ± 1.2), and the KAN loses nothing")
    assert moved("satellite", "rotated") == near((0.2, 1.2))
    assert lost("KAN", "satellite", "rotated")[0] > 0


def test_irrelevant():
    CHAPTER.says("grows by 2.1 ± 0.6 points on the mails and 3.6 ± 0.9 on the patches")
    assert moved("spambase", "irrelevant") == near((2.1, 0.6))
    assert moved("satellite", "irrelevant") == near((3.6, 0.9))
    CHAPTER.says("the MLP loses 2.5 and 4.2, the trees about half a point", "loses 1.8 and 1.4")
    for kind, mlp, tabnet in (("spambase", -2.5, -1.8), ("satellite", -4.2, -1.4)):
        assert lost("MLP", kind, "irrelevant")[0] == near(mlp)
        assert lost("TabNet", kind, "irrelevant")[0] == near(tabnet)
        assert -0.6 < lost("trees", kind, "irrelevant")[0] < -0.3
    CHAPTER.says("over the three tables about as much as the linear model")
    average = {m: np.mean([lost(m, k, "irrelevant")[0] for k in KINDS]) for m in MODELS}
    assert average["TabNet"] == pytest.approx(average["logistic"], abs=0.15)
    CHAPTER.says("no change is clear")
    for model in MODELS:
        mean, error = lost(model, "wine_quality", "irrelevant")
        assert abs(mean) < 2 * error


def test_ranks():
    CHAPTER.says("do not change in a single row", "*gain* 0.8 to 1.6 points on the mails")
    for kind in KINDS:
        assert np.array_equal(right("trees", kind, "ranks"), right("trees", kind))
    gains = [lost(m, "spambase", "ranks")[0] for m in MODELS if m != "trees"]
    assert 0.75 < min(gains) and max(gains) < 1.65
    CHAPTER.says("level with the trees (-0.2 ± 0.7)")
    assert difference(-lead("spambase", "ranks"), "spambase") == near((-0.2, 0.7))


# ── live ─────────────────────────────────────────────────────────────────────────────


def test_dead_units():
    CHAPTER.says("loses 27 and 39 of its 64 units, the first none")
    space = CHAPTER.after("def dead(")
    counts = [space["dead"](rate, steps=100) for rate in (0.002, 0.05, 0.5)]
    assert counts[0] == [0, 0] and [first for first, _ in counts] == [0, 0, 0]
    assert counts[1][1] == pytest.approx(27, abs=3) and counts[2][1] == pytest.approx(39, abs=3)


def test_few_dead_units_come_back():
    CHAPTER.says("With 300 more steps at 0.002, one of the 27 and one of the 39 do")
    train, *_ = data.standardize(*tables.spambase().split(seed=0))
    X, y = torch.tensor(train.X), torch.tensor(train.y)

    def silent(net):
        with torch.no_grad():
            return net.sums(X)[1].amax(0) <= 0

    for rate in (0.05, 0.5):
        torch.manual_seed(0)
        net = MLP(57, 2)
        for steps, lr in ((100, rate), (300, 0.002)):
            before = silent(net)
            optimizer = torch.optim.Adam(net.parameters(), lr=lr)
            for _ in range(steps):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(net(X), y).backward()
                optimizer.step()
        assert before.sum() > 20 and 1 <= (before & ~silent(net)).sum() <= 4


def test_on_the_first_splits_the_mlp_is_ahead():
    CHAPTER.says("On each of these splits the MLP is ahead, by about a point")
    space = CHAPTER.after("def trained(")
    for linear, mlp in zip(space["right"]["linear"], space["right"]["MLP"], strict=True):
        assert 0.004 < mlp.accuracy - linear.accuracy < 0.02
