"""Chapter 04: each identity it derives, and each number its prose states that no cell prints."""

from itertools import product

import numpy as np
import pytest

from nnlib import data, scratch
from tests.book.chapter import Chapter

CHAPTER = Chapter("foundations/04_backprop")
says = CHAPTER.says


def small(x=(2.0, -1.0), t=1.0):
    """The network on paper: parameters, loss, gradients."""
    params = [
        (np.array([[0.1, -0.4], [-0.2, 0.3], [0.6, 0.5]]), np.array([-0.1, 0.2, 0.3])),
        (np.array([[0.5, -0.2, 0.1]]), np.array([0.3])),
    ]
    o, cache = scratch.forward(params, np.array([x]), scratch.TANH)
    loss, delta = scratch.half_squared_error(o, np.array([[t]]))
    return params, loss, scratch.backward(params, cache, delta, scratch.TANH)[0]


def flat(layers):
    return np.concatenate([part.ravel() for layer in layers for part in layer])


def deep(sizes=(3, 4, 3, 4, 2), B=5, seed=0):
    """A deeper tanh network with biases, a batch, and targets."""
    rng = np.random.default_rng(seed)
    params = [(W, rng.normal(size=b.shape)) for W, b in scratch.init(sizes, rng, scratch.xavier)]
    return params, rng.normal(size=(B, sizes[0])), rng.normal(size=(B, sizes[-1]))


def deep_loss(params, X, t):
    return scratch.half_squared_error(scratch.forward(params, X, scratch.TANH)[0], t)[0]


# ── on paper ─────────────────────────────────────────────────────────────────────────


def test_one_weight_one_step():
    L = [(w * 2 - 1) ** 2 / 2 for w in (0.35, 0.351, 0.41)]
    np.testing.assert_allclose(L, [0.045, 0.044402, 0.0162], atol=1e-12)
    assert round(L[0] - L[2], 6) == 0.0288 and round(L[1] - L[0], 6) == -0.000598
    says("$L = 0.044402$", "$-0.000598$", "0.0288", "0.036")


def test_the_table_of_the_small_network():
    params, loss, _ = small()
    z = params[0][0] @ [2, -1] + params[0][1]
    np.testing.assert_allclose(z, [0.5, -0.5, 1.0], atol=1e-15)
    terms = params[1][0][0] * np.tanh(z)
    assert [f"{a:.5f}" for a in np.tanh(z)] == ["0.46212", "-0.46212", "0.76159"]
    assert [f"{term:.5f}" for term in terms] == ["0.23106", "0.09242", "0.07616"]
    o = terms.sum() + 0.3
    assert (f"{o:.5f}", f"{o - 1:.5f}", f"{loss:.5f}") == ("0.69964", "-0.30036", "0.04511")
    says(
        "it is 0.46212, with slope 0.78645",
        "0.76159",
        "0.23106",
        "0.09242",
        "0.07616",
        "0.69964",
        "-0.30036",
        "0.04511",
    )


def test_the_chain_of_the_first_weight():
    slope, o = 1 - np.tanh(0.5) ** 2, 0.69964143
    assert f"{slope:.5f}" == "0.78645"
    assert f"{(o - 1) * 0.5 * slope * 2:.5f}" == "-0.23622" == f"{flat(small()[2])[0]:.5f}"
    assert (f"{(o - 1) * 0.5:.5f}", f"{(o - 1) * 0.5 * slope:.5f}") == ("-0.15018", "-0.11811")
    assert [round(k, 6) for k in (0.002 * slope, 0.001 * slope)] == [0.001573, 0.000786]
    says("0.78645", "-0.23622", "-0.15018", "-0.11811", "0.00157", "0.000786", "-0.000236")


def test_blame_is_no_contribution_and_shares_do_not_add_up():
    params, loss, grads = small()
    g, theta = flat(grads), flat(params)
    assert g[0] / g[1] == pytest.approx(-2)

    def without(j):
        W = params[0][0].copy()
        W[0, j] = 0
        o, _ = scratch.forward([(W, params[0][1]), params[1]], np.array([[2, -1.0]]), scratch.TANH)
        return (o.item() - 1) ** 2 / 2 - loss

    assert (f"{without(1):.3f}", f"{without(0):.3f}") == ("0.071", "0.029")
    assert (f"{theta @ g:.3f}", f"{loss:.3f}") == ("-0.305", "0.045")
    says("rises by 0.071", "rises by 0.029", "$-0.305$", "$0.045$")


def test_a_one_sided_nudge_is_right_to_about_three_digits():
    params, loss, grads = small()
    theta, g = flat(params), flat(grads)

    def moved(k):
        shifted = theta + 0.001 * np.eye(13)[k]
        layers = [(shifted[:6].reshape(3, 2), shifted[6:9]), (shifted[None, 9:12], shifted[12:])]
        o, _ = scratch.forward(layers, np.array([[2, -1.0]]), scratch.TANH)
        return ((o.item() - 1) ** 2 / 2 - loss) / 0.001

    off = np.abs([moved(k) / g[k] - 1 for k in range(13)])
    assert 5e-4 < off.min() and off.max() < 3e-3
    says("right to about three digits")


def test_the_price_of_nudging_and_the_number_of_paths():
    assert 11.5 <= 1e6 / 86400 < 11.6
    assert f"{64**9:.0e}" == "2e+16"
    says("Eleven and a half days", r"64^9 \approx 2\cdot 10^{16}")


# ── the theory ───────────────────────────────────────────────────────────────────────


def test_paths_multiply_and_add():
    """The gradient of an input, as the sum over all paths of the product of their links."""
    params, X, t = deep(B=1)
    out, cache = scratch.forward(params, X, scratch.TANH)
    delta = (out - t)[0]
    slopes = [scratch.TANH.df(Z[0]) for Z in cache.Z[:-1]]
    total = np.zeros(3)
    for start, *units in product(*(range(n) for n in (3, 4, 3, 4, 2))):
        blame = delta[units[-1]] * params[0][0][units[0], start]
        for layer in range(1, 4):
            blame *= params[layer][0][units[layer], units[layer - 1]]
            blame *= slopes[layer - 1][units[layer - 1]]
        total[start] += blame
    nudges = [deep_loss(params, X + s, t) - deep_loss(params, X - s, t) for s in 1e-5 * np.eye(3)]
    np.testing.assert_allclose(total, np.array(nudges) / 2e-5, rtol=1e-8)


def test_the_recursion_unit_by_unit():
    """As derived, with indices and sums, for one example; and the batch as a sum over rows."""
    params, X, t = deep()
    sums = [tuple(np.zeros_like(p) for p in layer) for layer in params]
    for x, target in zip(X, t, strict=True):
        out, cache = scratch.forward(params, x[None], scratch.TANH)
        delta = (out[0] - target) / len(X)
        for layer in (3, 2, 1, 0):
            for i, j in np.ndindex(sums[layer][0].shape):
                sums[layer][0][i, j] += delta[i] * cache.A[layer][0, j]
            sums[layer][1][:] += delta
            if layer:
                W, slope = params[layer][0], scratch.TANH.df(cache.Z[layer - 1][0])
                delta = np.array([
                    slope[i] * sum(delta[k] * W[k, i] for k in range(len(W)))
                    for i in range(W.shape[1])
                ])  # fmt: skip
    nudges = scratch.central_difference(lambda p: deep_loss(p, X, t), params)
    np.testing.assert_allclose(flat(sums), flat(nudges), rtol=1e-7, atol=1e-10)


def test_a_batch_twice_over_has_the_same_gradient():
    params, X, t = deep()
    grads = []
    for rows, targets in ((X, t), (np.tile(X, (2, 1)), np.tile(t, (2, 1)))):
        out, cache = scratch.forward(params, rows, scratch.TANH)
        delta = scratch.half_squared_error(out, targets)[1]
        grads.append(flat(scratch.backward(params, cache, delta, scratch.TANH)[0]))
    np.testing.assert_allclose(*grads, rtol=1e-13)


def test_a_pixel_that_is_0_hides_any_error_in_its_weights():
    X = data.digits().X[:20] / 16
    dark = ~X.any(axis=0)
    delta = np.random.default_rng(0).normal(size=(20, 128))  # any δ, right or wrong
    assert dark.any() and not (delta.T @ X)[:, dark].any()


@pytest.mark.parametrize("faulty", range(3))
def test_a_wrong_delta_spoils_its_layer_and_those_below(faulty):
    params, X, t = deep()
    out, cache = scratch.forward(params, X, scratch.TANH)
    delta = scratch.half_squared_error(out, t)[1]
    right, _ = scratch.backward(params, cache, delta, scratch.TANH)
    calls = iter((2, 1, 0))  # the slope is asked for once a layer, from the top
    slope = scratch.TANH.df
    bug = scratch.TANH._replace(df=lambda z: slope(np.tanh(z) if next(calls) == faulty else z))
    wrong, _ = scratch.backward(params, cache, delta, bug)
    same = [np.allclose(flat([r]), flat([w])) for r, w in zip(right, wrong, strict=True)]
    assert same == [layer > faulty for layer in range(4)]


def test_the_jacobian_of_softmax_and_p_minus_y():
    z, rng = np.array([2.0, 1.0, 0.0]), np.random.default_rng(0)
    p = scratch.softmax(z)
    J = np.diag(p) - np.outer(p, p)
    assert [f"{v:.4f}" for v in p] == ["0.6652", "0.2447", "0.0900"]
    assert (f"{-np.log(p[1]):.4f}", f"{-1 / p[1]:.3f}") == ("1.4076", "-4.086")
    assert [f"{v:.4f}" for v in J[1]] == ["-0.1628", "0.1848", "-0.0220"]
    assert [f"{v:.4f}" for v in J[:, 0]] == ["0.2227", "-0.1628", "-0.0599"]
    assert [f"{v:.4f}" for v in -J[1] / p[1]] == ["0.6652", "-0.7553", "0.0900"]
    says("(0.6652, 0.2447, 0.0900)", "1.4076", "(-0.1628, 0.1848, -0.0220)", "-0.7553")
    for K in (2, 3, 10):  # any logits, any target that sums to 1
        z, y = rng.normal(size=K), rng.dirichlet(np.ones(K))
        p = scratch.softmax(z)
        J = np.diag(p) - np.outer(p, p)
        np.testing.assert_allclose((-y / p) @ J, p - y, atol=1e-14)
        np.testing.assert_allclose(J.sum(axis=0), 0, atol=1e-15)


def test_only_matching_pairs_lose_the_slope():
    shown = {0: ("-0.50000", "-0.12500"), -2: ("-0.88080", "-0.09248")}
    shown |= {-6: ("-0.99753", "-0.00246"), -10: ("-0.99995", "-0.00005")}
    for z, row in shown.items():
        p, h = scratch.sigmoid(float(z)), 1e-5
        assert (f"{p - 1:.5f}", f"{(p - 1) * p * (1 - p):.5f}") == row
        mse = [(scratch.sigmoid(z + s) - 1) ** 2 / 2 for s in (h, -h)]
        bce = [-np.log(scratch.sigmoid(z + s)) for s in (h, -h)]
        assert (mse[0] - mse[1]) / (2 * h) == pytest.approx((p - 1) * p * (1 - p), abs=1e-9)
        assert (bce[0] - bce[1]) / (2 * h) == pytest.approx(p - 1, abs=1e-9)
    says("-0.88080", "-0.09248", "-0.99753", "-0.00246", "-0.99995", "-0.00005")


def test_a_sigmoid_with_its_own_cross_entropy_loses_the_slope_for_any_target():
    for z, y in ((-3.0, 0.2), (0.5, 1.0), (2.0, 0.0)):
        p, h = scratch.sigmoid(z), 1e-5
        assert (-y / p + (1 - y) / (1 - p)) * p * (1 - p) == pytest.approx(p - y)
        L = [scratch.sigmoid_cross_entropy(np.array([[z + s]]), [[y]])[0] for s in (h, -h)]
        assert (L[0] - L[1]) / (2 * h) == pytest.approx(p - y, abs=1e-9)
