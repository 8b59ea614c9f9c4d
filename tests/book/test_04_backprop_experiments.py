"""Chapter 04: the experiments whose numbers its prose states, run in full."""

import numpy as np
import pytest

from nnlib import data, scratch
from tests.book.chapter import Chapter

CHAPTER = Chapter("foundations/04_backprop")
says = CHAPTER.says
pytestmark = pytest.mark.slow


def test_stuck_xor_runs_stay_stuck_while_their_weights_grow():
    xor_step = CHAPTER.function("xor_step")
    nets = [
        scratch.init([2, 2, 1], np.random.default_rng(k), scratch.xavier) for k in range(200)
    ]  # fmt: skip
    W1, b1, W2, b2 = (np.stack(parts) for parts in zip(*[a + b for a, b in nets], strict=True))
    weights, seen = (W1, b1[:, None], W2, b2[:, None]), {}
    for k in range(40_001):
        before = weights
        weights, losses = xor_step(*weights)
        if k in (4_999, 40_000):
            norm = sum((p**2).sum((1, 2)) for p in before) ** 0.5
            slope = sum(((p - q) ** 2).sum((1, 2)) for p, q in zip(before, weights, strict=True))
            seen[k] = losses < 0.1, norm, slope**0.5
    (solved, norm, slope), (later, far, faint) = seen.values()
    assert 0.55 < solved.mean() < 0.65 and (solved == later).all()
    stuck = ~solved
    assert (far[stuck] > norm[stuck]).all() and (faint[stuck] < slope[stuck] / 4).all()
    says("about four runs in ten do not learn it", "Eight times as many steps free none")


def reads(params, part):
    logits, _ = scratch.forward(params, part.X / 16, scratch.RELU)
    return 100 * (logits.argmax(axis=1) == part.y).mean()


def test_digits_mean_over_splits_and_its_spread():
    train = CHAPTER.function("train")
    digits, sizes = data.digits(), [64, 128, 10]
    splits = [digits.split(seed) for seed in range(20)]
    scores = np.array(
        [reads(train(a, sizes, k), b) for k, (a, b) in enumerate(splits)]
    )  # fmt: skip
    assert scores.mean() >= 97 and f"{scores.mean():.1f}" == "97.6"
    assert f"{scores.std(ddof=1) * (1 / 20 + 360 / 1437) ** 0.5:.1f}" == "0.4"
    a, b = splits[0]
    first = [reads(train(a, sizes, seed), b) for seed in range(20)]
    assert f"{np.mean(first):.1f}" == "98.7"
    says("97.6 ± 0.4", "98.7 %")


def test_without_the_slope_the_network_still_learns():
    train = CHAPTER.function("train")
    no_slope = scratch.RELU._replace(df=lambda z: np.ones_like(z))
    train.__globals__["RELU"] = no_slope
    splits = [data.digits().split(seed) for seed in range(20)]
    scores = [reads(train(a, [64, 128, 10], seed), b) for seed, (a, b) in enumerate(splits)]
    assert f"{np.mean(scores):.1f}" == "96.7"
    says("still reads 96.7 % of unseen digits right; with it, 97.6 %")
