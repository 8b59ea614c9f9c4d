"""What chapter 05 states in its prose, and no cell of it checks."""

import math

import numpy as np
import pytest

from nnlib import data, records, scratch, towers
from nnlib.backend import F, torch
from tests.book.chapter import Chapter


def test_ten_sigmoids():
    assert 4.0**-10 == pytest.approx(9.5e-7, rel=0.01)
    factor = {z: 4 * scratch.SIGMOID.df(z) for z in (0.0, 1.0, 2.0)}
    assert factor[0.0] == 1
    assert factor[1.0] ** 10 == pytest.approx(0.1, abs=0.01)  # "a tenth is left"
    assert factor[2.0] ** 10 == pytest.approx(1 / 6000, rel=0.05)  # "a six-thousandth"
    assert (8 * 0.25) ** 10 == 1024  # "a thousandfold"


def test_blame_passes_down_by_the_stated_factor():
    rng = np.random.default_rng(3)
    params = scratch.init([4, 5, 6, 3], rng)
    logits, cache = scratch.forward(params, rng.standard_normal((1, 4)), scratch.TANH)
    _, delta = scratch.softmax_cross_entropy(logits, np.array([1]))
    _, deltas = scratch.backward(params, cache, delta, scratch.TANH)
    for below in (0, 1):
        D = np.diag(scratch.TANH.df(cache.Z[below][0]))
        W = params[below + 1][0]
        assert deltas[below][0] == pytest.approx(D @ W.T @ deltas[below + 1][0], abs=1e-14)


def test_a_direction_drawn_evenly_is_stretched_by_the_root_mean_square():
    rng = np.random.default_rng(0)
    M = rng.standard_normal((40, 30))
    v = rng.standard_normal((30, 20_000))
    v /= np.linalg.norm(v, axis=0)
    s = np.linalg.svd(M, compute_uv=False)
    assert np.mean(np.sum((M @ v) ** 2, axis=0)) == pytest.approx(np.mean(s**2), rel=0.01)


def test_eigenvalues_decide_where_one_matrix_is_repeated():
    """A largest singular value above 1 permits explosion, and does not bring it about."""
    rng = np.random.default_rng(0)
    W = 0.88 * rng.standard_normal((100, 100)) / 10
    assert np.linalg.svd(W, compute_uv=False).max() > 1.5
    assert np.abs(np.linalg.eigvals(W)).max() < 1
    assert np.linalg.norm(np.linalg.matrix_power(W.T, 50) @ np.ones(100)) < 1


def test_xavier_from_256_to_128():
    assert 2 / (256 + 128) == pytest.approx(0.0052, abs=5e-5)


def test_only_relu_keeps_any_size():
    z = np.linspace(-40, 40, 400_001)

    def after(phi, q):
        """The mean square of the next z, for z of mean square q and phi's own gain."""
        density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
        gain = 1 / np.sum(phi.f(z) ** 2 * density)
        return gain * np.sum(phi.f(math.sqrt(q) * z) ** 2 * density)

    assert after(scratch.RELU, 0.5) == pytest.approx(0.5, rel=1e-3)
    assert 0.5 < after(scratch.TANH, 0.5) < 1  # returns towards 1
    assert after(scratch.GELU, 0.5) < 0.5  # drifts away


@pytest.mark.slow
@pytest.mark.parametrize(
    ("depth", "steps", "least", "most"), [(4, 6000, 0, 0.05), (8, 12_000, 2.29, 2.32)]
)
def test_patience_helps_four_sigmoid_layers_and_not_eight(depth, steps, least, most):
    Chapter("foundations/05_gradients").says(
        "after 6,000 steps the loss is below 0.05", "With eight it is still 2.31 after 12,000"
    )
    X, y = data.digits().X.astype(float) / 16, data.digits().y
    sizes = [64] * (depth + 1) + [10]
    params = scratch.init(sizes, np.random.default_rng(1), scratch.xavier)
    rng = np.random.default_rng(0)
    for _ in range(steps):
        rows = rng.integers(len(X), size=32)
        logits, cache = scratch.forward(params, X[rows], scratch.SIGMOID)
        _, delta = scratch.softmax_cross_entropy(logits, y[rows])
        grads, _ = scratch.backward(params, cache, delta, scratch.SIGMOID)
        params = scratch.step(params, grads, 0.5)
    logits, _ = scratch.forward(params, X, scratch.SIGMOID)
    assert least <= scratch.softmax_cross_entropy(logits, y)[0] <= most


def test_where_the_sums_of_the_tanh_stack_stay():
    chapter = Chapter("foundations/05_gradients")
    chapter.says("a root mean square of 0.33 and shrinks to 0.14")
    params = scratch.init([64] + [256] * 20 + [10], np.random.default_rng(0), scratch.xavier)
    X = data.digits().X[:256].astype(float) / 16
    _, cache = scratch.forward(params, X, scratch.TANH)
    first, last = (np.sqrt(np.mean(cache.Z[layer] ** 2)) for layer in (0, 19))
    assert (first, last) == pytest.approx((0.33, 0.14), abs=0.005)


@pytest.mark.parametrize("n", [256])
def test_he_keeps_the_mean_square(n):
    assert 2 / n == pytest.approx(0.0078, abs=5e-5)
    assert math.sqrt(2 / n) == pytest.approx(0.088, abs=5e-4)
    rng = np.random.default_rng(0)
    z = rng.standard_normal((400, n))
    after = np.maximum(0, z) @ scratch.he(n, n, rng).T
    assert np.mean(after**2) == pytest.approx(1, rel=0.05)


def test_gains_of_the_table():
    z = np.linspace(-10, 10, 200_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])

    def rms(values):
        return math.sqrt(np.sum(values**2 * density))

    assert 1 / rms(scratch.GELU.f(z)) == pytest.approx(1.53, abs=0.005)
    assert 1 / rms(scratch.RELU.f(z)) == pytest.approx(math.sqrt(2), abs=1e-3)
    assert rms(scratch.RELU.df(z)) * math.sqrt(2) == pytest.approx(1, abs=1e-3)
    assert rms(scratch.SIGMOID.df(z)) / rms(scratch.SIGMOID.f(z)) < 0.5


def test_freezing_changes_no_other_gradient():
    X, y = data.digits().X[:32] / 16, data.digits().y[:32]
    torch.manual_seed(0)
    tower = towers.plain((64, 16, 10), depth=3)
    free = gradients(tower, X, y)
    tower[4].weight.requires_grad_(False)
    frozen = gradients(tower, X, y)
    assert frozen["4.weight"] is None
    for name, gradient in free.items():
        if name != "4.weight":
            assert frozen[name].tolist() == gradient.tolist()


def gradients(model, X, y):
    model.zero_grad()
    F.cross_entropy(model(torch.tensor(X)), torch.tensor(y)).backward()
    return {name: p.grad for name, p in model.named_parameters()}


def test_residual_growth():
    assert (1 + 1.0**2) ** (10 / 2) == 32
    for blocks in (1, 5, 20, 1000):
        assert (1 + 1 / blocks) ** (blocks / 2) < math.sqrt(math.e) < 1.65
    torch.manual_seed(0)
    h = start = torch.randn(64, 256)
    with torch.no_grad():
        for _ in range(10):
            h = towers.Residual(256)(h)
    assert 16 < float(torch.sqrt((h * h).mean() / (start * start).mean())) < 64


def test_the_recorded_runs_say_what_the_chapter_says():
    record = records.recorded("foundations/05_gradients")
    rates = sorted(set(record.values("rate")))
    assert rates == [0.00003, 0.003, 0.01, 0.05, 0.2]

    def right(design, depth, rate):
        shares = record.values("right", design=design, depth=depth, rate=rate)
        assert len(shares) == 4
        return sum(shares) / 4

    def best(design, depth):
        return max(rates, key=lambda rate: right(design, depth, rate))

    def at_best(design, depth):
        return right(design, depth, best(design, depth))

    assert all(at_best("sigmoid, Xavier", depth) < 0.11 for depth in (8, 20, 40))
    for depth, usable in ((20, 0.003), (40, 0.00003)):
        assert best("residual", depth) == usable
        for rate in rates[rates.index(usable) + 1 :]:
            losses = record.values("loss", design="residual", depth=depth, rate=rate)
            assert losses == [None] * 4
    shallow, deep = (at_best("residual / √blocks", depth) for depth in (2, 40))
    assert abs(shallow - deep) < 0.01
    assert deep - at_best("residual", 40) > 0.1
    losses = record.values("loss", design="residual / √blocks", depth=40, rate=0.2)
    assert losses == [None] * 4
    assert 0.4 < at_best("ReLU, He", 40) < 0.55  # "about half"
    assert 0.6 < at_best("ReLU, He, clipped", 40) < 0.75  # "two thirds with clipping"


def test_digits_become_alike_in_the_plain_stack_only():
    names = {"torch": torch, "towers": towers, "digits": data.digits()}
    likeness = Chapter("foundations/05_gradients").function("likeness", **names)
    torch.manual_seed(0)
    assert likeness(towers.plain((64, 64, 10), 40)) > 0.95
    assert likeness(towers.residual((64, 64, 10), 40, 20**-0.5)) < 0.85
