"""nnlib.scratch against torch, against the engine, and against central differences."""

import numpy as np
import pytest
import torch as pytorch

from nnlib import engine, scratch
from nnlib.scratch import ACTIVATIONS

ENGINES = pytest.mark.parametrize("torch", [pytorch, engine], ids=["torch", "engine"])
SEEDS = pytest.mark.parametrize("seed", range(3))
BY_NAME = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


def network(seed, sizes=(4, 5, 3, 2), B=6):
    rng = np.random.default_rng(seed)
    params = [(W, rng.normal(size=b.shape)) for W, b in scratch.init(sizes, rng)]
    return params, rng.normal(size=(B, sizes[0])), rng


def same(actual, expected, tolerance=1e-12):
    np.testing.assert_allclose(
        np.asarray(actual), np.asarray(expected), rtol=tolerance, atol=tolerance
    )


def in_torch(torch, name):
    """The function of the same name in torch (softplus without torch's shortcut above 20)."""
    F = torch.nn.functional
    special = {
        "identity": lambda z: z * 1,
        "softplus": lambda z: -F.logsigmoid(-z),
        "tanh": torch.tanh,
    }
    special["sigmoid"] = torch.sigmoid
    return special.get(name) or getattr(F, name)


# ── activations ──────────────────────────────────────────────────────────────────────


@ENGINES
@BY_NAME
def test_activations_and_derivatives_equal_torch(torch, activation):
    z = np.concatenate([np.linspace(-9, 9, 181), [-800, -40, -1e-9, 0, 1e-9, 40, 800]])
    t = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    value = in_torch(torch, activation.name)(t)
    value.sum().backward()
    same(activation.f(z), value.detach().numpy())
    same(activation.df(z), t.grad.numpy())


@BY_NAME
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_keep_shape_and_dtype_and_raise_no_warning(activation, dtype):
    z = np.array([[-800, -1, 0], [1, 20, 800]], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for value in (activation.f(z), activation.df(z)):
            assert value.shape == z.shape and value.dtype == dtype and np.isfinite(value).all()


@BY_NAME
def test_activations_take_a_plain_number(activation):
    same(activation.f(0.5), activation.f(np.array([0.5]))[0])
    same(activation.df(2), activation.df(np.array([2.0]))[0])


def test_relu_derivative_at_zero_is_zero():
    assert scratch.RELU.df(0.0) == 0
    assert scratch.LEAKY_RELU.df(0.0) == 0.01


def test_known_facts_about_activations():
    z = np.linspace(-10, 10, 200_001)
    same(scratch.TANH.f(z), 2 * scratch.sigmoid(2 * z) - 1)
    assert scratch.GELU.f(z).min() == pytest.approx(-0.17, abs=1e-3)
    assert scratch.SILU.f(z).min() == pytest.approx(-0.278, abs=1e-3)
    assert scratch.TANH.df(z).max() == 1 and scratch.SIGMOID.df(z).max() == 0.25


def test_gelu_is_exact_far_to_the_left():
    # −10 Φ(−10), Φ(−10) = 7.619853024160527e-24: ½(1 + erf) would answer 0 here
    assert scratch.GELU.f(-10.0) == pytest.approx(-7.619853024160527e-23, rel=1e-12)


def test_softmax_is_stable_and_ignores_a_common_shift():
    z = np.array([[800.0, 0.0, -800.0], [1.0, 2.0, 3.0]])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        p = scratch.softmax(z)
    same(p.sum(axis=1), 1)
    same(p[0], [1, 0, 0])
    same(scratch.softmax(z + 100), p)
    same(scratch.log_softmax(z)[0], [0, -800, -1600])
    same(scratch.log_softmax(z), pytorch.log_softmax(pytorch.tensor(z), 1))


def test_sigmoid_at_the_extremes():
    assert (
        scratch.sigmoid(800.0) == 1 and scratch.sigmoid(-800.0) == 0 and scratch.sigmoid(0.0) == 0.5
    )
    assert scratch.sigmoid(-40.0) == pytest.approx(np.exp(-40.0), rel=1e-15)


# ── forward, loss, backward ──────────────────────────────────────────────────────────


def losses(torch):
    """Each loss of scratch, how to draw its targets, and the same mean in torch."""
    F = torch.nn.functional
    return [
        (
            scratch.softmax_cross_entropy,
            lambda rng, B, K: rng.integers(K, size=B),
            lambda z, t: F.cross_entropy(z, t),
        ),
        (
            scratch.sigmoid_cross_entropy,
            lambda rng, B, K: rng.random((B, K)),
            lambda z, t: F.binary_cross_entropy_with_logits(z, t) * z.shape[1],
        ),
        (
            scratch.half_squared_error,
            lambda rng, B, K: rng.normal(size=(B, K)),
            lambda z, t: F.mse_loss(z, t) * z.shape[1] / 2,
        ),
    ]


@ENGINES
@SEEDS
@BY_NAME
@pytest.mark.parametrize("which", range(3), ids=["softmax", "sigmoid", "squared"])
def test_every_gradient_equals_autograd(torch, which, activation, seed):
    scratch_loss, targets, torch_loss = losses(torch)[which]
    params, X, rng = network(seed)
    t = targets(rng, 6, 2)
    logits, cache = scratch.forward(params, X, activation)
    loss, delta = scratch_loss(logits, t)
    grads, deltas = scratch.backward(params, cache, delta, activation)

    def leaf(array):
        return torch.tensor(array, dtype=torch.float64, requires_grad=True)

    leaves, A, Zs = [(leaf(W), leaf(b)) for W, b in params], torch.tensor(X), []
    for W, b in leaves:
        Zs.append(A @ W.T + b)
        A = in_torch(torch, activation.name)(Zs[-1])
    expected = torch_loss(Zs[-1], torch.tensor(t))
    for Z in Zs:
        Z.retain_grad()
    expected.backward()

    same(logits, Zs[-1].detach().numpy())
    same(loss, expected.item())
    for (dW, db), (W, b) in zip(grads, leaves, strict=True):
        same(dW, W.grad.numpy())
        same(db, b.grad.numpy())
    for ours, Z in zip(deltas, Zs, strict=True):
        same(ours, Z.grad.numpy())


@SEEDS
@BY_NAME
def test_every_gradient_equals_central_differences(activation, seed):
    params, X, rng = network(seed)
    y = rng.integers(2, size=6)

    def loss(params):
        return scratch.softmax_cross_entropy(scratch.forward(params, X, activation)[0], y)[0]

    logits, cache = scratch.forward(params, X, activation)
    grads, _ = scratch.backward(
        params, cache, scratch.softmax_cross_entropy(logits, y)[1], activation
    )
    for ours, nudged in zip(grads, scratch.central_difference(loss, params), strict=True):
        same(ours[0], nudged[0], 1e-8)
        same(ours[1], nudged[1], 1e-8)


def test_central_difference_leaves_the_parameters_as_they_were():
    params, _, _ = network(0)
    before = [(W.copy(), b.copy()) for W, b in params]
    scratch.central_difference(lambda p: p[0][0].sum(), params)
    for (W, b), (W0, b0) in zip(params, before, strict=True):
        assert (W == W0).all() and (b == b0).all()


def test_losses_stay_finite_at_800():
    logits = np.array([[800.0, -800.0]])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert scratch.softmax_cross_entropy(logits, np.array([1]))[0] == 1600
        loss, delta = scratch.sigmoid_cross_entropy(logits, np.array([[0.0, 1.0]]))
    assert loss == 1600
    same(delta, [[1, -1]])


def test_a_step_goes_downhill_and_makes_new_parameters():
    params, X, rng = network(0)
    t = rng.normal(size=(6, 2))
    logits, cache = scratch.forward(params, X, scratch.TANH)
    loss, delta = scratch.half_squared_error(logits, t)
    grads, _ = scratch.backward(params, cache, delta, scratch.TANH)
    stepped = scratch.step(params, grads, lr=1e-4)
    fallen = loss - scratch.half_squared_error(scratch.forward(stepped, X, scratch.TANH)[0], t)[0]
    squared_norm = sum((dW**2).sum() + (db**2).sum() for dW, db in grads)
    assert fallen == pytest.approx(1e-4 * squared_norm, rel=1e-2)
    assert stepped[0][0] is not params[0][0]


def test_initial_weights():
    rng = np.random.default_rng(0)
    assert scratch.he(400, 300, rng).shape == (400, 300)
    assert scratch.he(400, 300, rng).var() == pytest.approx(2 / 300, rel=0.02)
    assert scratch.xavier(400, 300, rng).var() == pytest.approx(2 / 700, rel=0.02)
    params = scratch.init([2, 3, 1], rng, weights=scratch.xavier)
    assert [(W.shape, b.shape) for W, b in params] == [((3, 2), (3,)), ((1, 3), (1,))]
    assert not params[0][1].any()
    assert scratch.count_parameters(params) == 13


def test_two_relus_compute_xor_exactly():
    # relu(s) − 2 relu(s − 1) with s = x₁ + x₂ (Goodfellow, Bengio & Courville 2016, §6.1)
    params = [
        (np.ones((2, 2)), np.array([0.0, -1.0])),
        (np.array([[1.0, -2.0]]), np.array([0.0])),
    ]
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
    logits, _ = scratch.forward(params, corners, scratch.RELU)
    assert logits.ravel().tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    "call, named",
    [
        (lambda: scratch.forward(network(0)[0], np.ones(4), scratch.RELU), r"X: layer 1.*\(4,\)"),
        (lambda: scratch.forward(network(0)[0], np.ones((6, 3)), scratch.RELU), r"X:.*\(6, 3\)"),
        (lambda: scratch.softmax_cross_entropy(np.ones((3, 2)), [0, 1]), r"y:.*\(3, 2\).*\(2,\)"),
        (lambda: scratch.softmax_cross_entropy(np.ones((2, 2)), [0, 2]), "y:.*0 to 1"),
        (lambda: scratch.softmax_cross_entropy(np.ones((2, 2)), [0.0, 1.0]), "y:.*float64"),
        (lambda: scratch.half_squared_error(np.ones((3, 1)), np.ones(3)), r"t:.*\(3, 1\).*\(3,\)"),
        (lambda: scratch.sigmoid_cross_entropy(np.ones((1, 1)), [[2.0]]), r"t:.*\[0, 1\].*2"),
        (lambda: scratch.init([3], np.random.default_rng(0)), r"sizes:.*\[3\]"),
        (lambda: scratch.init([3, 1], 0), "rng:.*got 0"),
        (lambda: scratch.leaky(1.5), "alpha:.*1.5"),
        (
            lambda: scratch.central_difference(sum, [(np.ones((1, 1), np.float32), np.ones(1))]),
            "params:.*float64",
        ),
    ],
)
def test_errors_name_the_argument_and_what_came(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_a_delta_of_the_wrong_shape_is_refused():
    params, X, _ = network(0)
    _, cache = scratch.forward(params, X, scratch.TANH)
    with pytest.raises(ValueError, match=r"delta:.*\(6, 2\).*\(2, 6\)"):
        scratch.backward(params, cache, np.ones((2, 6)), scratch.TANH)
