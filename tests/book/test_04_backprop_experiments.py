"""Chapter 04: the experiments whose numbers its prose states, run in full."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import data, scratch
from tests.book.chapter import Chapter

CHAPTER = Chapter("foundations/04_backprop")
says = CHAPTER.says
pytestmark = pytest.mark.slow


def xor_nets(units):
    nets = [
        scratch.init([2, units, 1], np.random.default_rng(k), scratch.xavier) for k in range(200)
    ]  # fmt: skip
    W1, b1, W2, b2 = (np.stack(parts) for parts in zip(*[a + b for a, b in nets], strict=True))
    return W1, b1[:, None], W2, b2[:, None]


def test_stuck_xor_runs_stay_stuck_while_their_weights_grow():
    xor_step = CHAPTER.function("xor_step")
    weights, seen = xor_nets(2), {}
    for k in range(40_001):
        before = weights
        weights, losses = xor_step(*weights)
        if k in (5_000, 40_000):
            norm = sum((p**2).sum((1, 2)) for p in before) ** 0.5
            moved = sum(((p - q) ** 2).sum((1, 2)) for p, q in zip(before, weights, strict=True))
            seen[k] = losses < 0.1, norm, moved**0.5 / 0.5  # a step is the rate times the gradient
    (solved, norm, slope), (later, far, faint) = seen.values()
    stuck = ~solved
    assert stuck.sum() == 79 and (solved == later).all()
    assert (far[stuck] > norm[stuck]).all() and (faint[stuck] < slope[stuck] / 4).all()
    assert [f"{np.median(n[stuck]):.1f}" for n in (norm, far)] == ["10.8", "13.2"]
    assert [f"{np.median(g[stuck]):.0e}" for g in (slope, faint)] == ["5e-04", "6e-05"]
    says("about four runs in ten do not learn it", "the same 79 stay", "from 10.8 to 13.2")
    says(r"from $5\cdot10^{-4}$ to $6\cdot10^{-5}$")


@pytest.mark.parametrize(("units", "solved"), [(1, 0), (3, 187), (4, 200)])
def test_spare_units_free_the_stuck_and_one_unit_cannot(units, solved):
    xor_step, weights = CHAPTER.function("xor_step"), xor_nets(units)
    for _ in range(5_000):
        weights, losses = xor_step(*weights)
    assert (losses < 0.1).sum() == solved
    says("three units solve 93.5 %, four 200 of 200")


def reads(params, part):
    logits, _ = scratch.forward(params, part.X / 16, scratch.RELU)
    return 100 * (logits.argmax(axis=1) == part.y).mean()


def over_splits(train, sizes, **options):
    splits = [data.digits().split(seed) for seed in range(20)]
    return np.array(
        [reads(train(a, sizes, seed, **options), b) for seed, (a, b) in enumerate(splits)]
    )  # fmt: skip


def test_digits_mean_over_splits_and_its_spread():
    train = CHAPTER.function("train")
    sizes = [64, 128, 10]
    scores = over_splits(train, sizes)
    assert scores.mean() >= 97 and f"{scores.mean():.1f}" == "97.6"
    assert f"{scores.std(ddof=1) * (1 / 20 + 360 / 1437) ** 0.5:.1f}" == "0.4"
    a, b = data.digits().split(0)
    first = [reads(train(a, sizes, seed), b) for seed in range(20)]
    assert f"{np.mean(first):.1f}" == "98.7"
    says("97.6 ± 0.4", "98.7 %")


def test_without_the_slope_the_network_still_learns():
    train = CHAPTER.function("train")
    no_slope = scratch.RELU._replace(df=np.ones_like)
    train.__globals__["RELU"] = no_slope
    scores = over_splits(train, [64, 128, 10])
    assert f"{np.mean(scores):.1f}" == "96.7"
    says("still reads 96.7 % of unseen digits right; with it, 97.6 %")


def test_a_thousand_units_that_do_not_learn_come_level():
    train = CHAPTER.function("train")
    learned = over_splits(train, [64, 128, 10])
    drawn = over_splits(train, [64, 1000, 10], frozen=1)
    assert (f"{drawn.mean():.1f}", f"{drawn.std(ddof=1):.1f}") == ("97.4", "0.9")
    assert (learned > drawn).sum() == 9 and 1000 * 10 + 10 == 10_010
    says("10,010 parameters learn, it reads 97.4 ± 0.9", "better on only 9 of 20 splits")


def test_more_passes_than_thirty():
    train, longer = CHAPTER.function("train"), CHAPTER.function("train")
    longer.__globals__["nnlib"] = SimpleNamespace(choose=lambda **passes: 100)
    gains = [
        (over_splits(longer, sizes) - over_splits(train, sizes)).mean()
        for sizes in ([64, 10], [64, 128, 10])
    ]
    assert [f"{gain:.1f}" for gain in gains] == ["0.5", "0.2"]
    says("100 passes bring 64-10 another 0.5 points, 64-128-10 another 0.2")
