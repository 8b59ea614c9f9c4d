"""nn.functional equals torch: layers, nonlinearities, attention, resampling."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from tests.engine.parity import same, values

ACTIVATIONS = {
    "relu": {}, "leaky_relu": {"negative_slope": 0.2}, "elu": {"alpha": 0.7}, "selu": {},
    "softplus": {"beta": 2.0}, "gelu": {}, "silu": {}, "sigmoid": {}, "tanh": {}, "mish": {},
    "hardtanh": {"min_val": -0.5}, "relu6": {}, "logsigmoid": {}, "softsign": {}, "glu": {"dim": 0},
}  # fmt: skip


def call(name, **options):
    return lambda t, *x: getattr(t.nn.functional, name)(*x, **options)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    x = values(4, 5, low=-7, high=7)
    x[0, :2] = 0, -0.0
    same(call(name, **ACTIVATIONS[name]), x)
    if name != "glu":
        same(call(name), np.zeros((0, 2)))
        same(call(name), np.array(0.3))


def test_activations_far_out():
    x = np.array([-800.0, -100.0, -30.0, 30.0, 100.0, 800.0])
    for name in ("sigmoid", "logsigmoid", "softplus", "gelu", "silu", "elu", "tanh"):
        same(call(name), x, dtypes=["float64"])


def test_gelu_tanh_and_prelu():
    same(call("gelu", approximate="tanh"), values(3, 4))
    same(call("prelu"), values(2, 3, 4), np.array([0.1, 0.2, 0.3]))
    same(call("prelu"), values(2, 3), np.array([0.1]))


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_softmax(dim):
    x = values(3, 4, 2)
    same(lambda t, a: [t.softmax(a, dim), a.log_softmax(dim), a.softmax(dim=dim)], x)
    same(call("softmax", dim=dim), np.where(x > 0, x, -np.inf), gradients=False)
    same(call("log_softmax", dim=dim), 400 * x)
    same(call("softmax", dim=0), np.array(2.0))
    with pytest.raises(ValueError, match="dim"):
        engine.nn.functional.softmax(engine.zeros(2))


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (0, 4)])
def test_linear(shape):
    weight, bias = values(5, 4, seed=1), values(5, seed=2)
    same(call("linear"), values(*shape), weight, bias)
    same(call("linear"), values(*shape), weight)
    same(lambda t, *x: t.nn.functional.linear(x[0], bias=x[2], weight=x[1]),
         values(*shape), weight, bias)  # fmt: skip


def test_layer_and_rms_norm():
    x, w, b = values(2, 3, 4), values(4, seed=1), values(4, seed=2)
    same(call("layer_norm", normalized_shape=(4,)), x)
    same(lambda t, x, w, b: t.nn.functional.layer_norm(x, (4,), w, b), x, w, b)
    same(lambda t, x, w: t.nn.functional.layer_norm(x, (4,), weight=w, eps=0.1), x, w)
    w2, b2 = values(3, 4), values(3, 4, seed=1)
    same(lambda t, x, w, b: t.nn.functional.layer_norm(x, (3, 4), w, b), x, w2, b2)
    same(lambda t, x, w: t.nn.functional.rms_norm(x, (4,), w, 1e-5), x, w)
    same(lambda t, x: t.nn.functional.rms_norm(x, (3, 4)), x)
    with pytest.raises(ValueError, match="normalized_shape"):
        engine.nn.functional.layer_norm(engine.zeros(2, 3), (4,))


def test_group_norm():
    x, w, b = values(2, 6, 3, 2), values(6, seed=1), values(6, seed=2)
    for groups in (1, 2, 6):
        same(lambda t, x, w, b, g=groups: t.nn.functional.group_norm(x, g, w, b), x, w, b)
    same(lambda t, x: t.nn.functional.group_norm(x, 3), x)


@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 6), (2, 3, 4, 5)])
def test_batch_norm(shape):
    def f(training):
        def norm(t, x, w, b, mean, var):
            mean, var = mean.detach().clone(), var.detach().clone()
            y = t.nn.functional.batch_norm(x, mean, var, w, b, training, 0.3)
            return [y, mean, var]

        return norm

    given = values(*shape), values(3, seed=1), values(3, seed=2), values(3), values(3, low=0.1)
    same(f(True), *given)
    same(f(False), *given)
    same(lambda t, x: t.nn.functional.batch_norm(x, None, None, training=True), values(*shape))


def test_dropout():
    engine.manual_seed(0)
    x = engine.ones(100, 100, requires_grad=True)
    y = engine.nn.functional.dropout(x, 0.25)
    y.sum().backward()
    assert set(np.unique(y.detach().numpy())) == {np.float32(0), np.float32(1 / 0.75)}
    assert np.array_equal(x.grad.numpy(), y.detach().numpy()) and abs(y.mean().item() - 1) < 0.03
    assert engine.nn.functional.dropout(x, 0.5, training=False) is x
    assert engine.nn.functional.dropout(x, 1.0).sum() == 0


ATTENTION = [((2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 2)), ((4, 5), (6, 5), (6, 5)),
             ((2, 4, 5), (2, 4, 5), (2, 4, 3))]  # fmt: skip


@pytest.mark.parametrize("shapes", ATTENTION)
def test_attention(shapes):
    q, k, v = (values(*s, seed=i) for i, s in enumerate(shapes))
    mask = values(q.shape[-2], k.shape[-2], seed=5) > -1
    mask[:, 0] = True
    attend = call("scaled_dot_product_attention")
    same(attend, q, k, v)
    same(attend, q, k, v, mask)
    same(attend, q, k, v, values(*mask.shape, seed=6))
    same(call("scaled_dot_product_attention", is_causal=True, scale=0.3), q, k, v)


def test_attention_to_nothing_gives_zeros():
    q, mask = values(2, 3, 4), np.array([[True, False, True], [False] * 3, [True] * 3])
    same(call("scaled_dot_product_attention"), q, q + 1, q + 2, mask)
    with pytest.raises(ValueError, match=r"\(2, 3\), \(2, 4\)"):
        shapes = (2, 3), (2, 4), (2, 3)
        engine.nn.functional.scaled_dot_product_attention(*map(engine.zeros, shapes))


def test_attention_weights_can_be_dropped():
    q = engine.tensor(values(2, 3, 4), requires_grad=True)
    ones = engine.ones(2, 3, 4).double()
    y = engine.nn.functional.scaled_dot_product_attention(q, q, ones, dropout_p=0.5)
    y.sum().backward()
    assert q.grad.shape == q.shape and not engine.allclose(y, ones)


def test_distances():
    a, b = values(3, 4), values(3, 4, seed=1)
    same(call("normalize"), a)
    same(call("normalize", p=1.0, dim=0), a)
    same(call("cosine_similarity"), a, b)
    same(call("cosine_similarity", dim=0), a, b)
    same(call("pairwise_distance"), a, b)


@pytest.mark.parametrize("options", [
    {"scale_factor": 2}, {"size": (5, 7)}, {"scale_factor": 0.5}, {"size": 3},
    {"scale_factor": 2, "mode": "bilinear"}, {"size": (5, 7), "mode": "bilinear"},
    {"size": (6, 8), "mode": "bilinear", "align_corners": True},
    {"scale_factor": 0.5, "mode": "bilinear", "align_corners": False},
])  # fmt: skip
def test_interpolate(options):
    same(call("interpolate", **options), values(2, 3, 4, 6))


def test_what_is_not_there_is_named():
    F = engine.nn.functional
    x = engine.zeros(1, 1, 4, 4)
    for f in (
        lambda: F.pad(x, (1, 1), mode="reflect"),
        lambda: F.interpolate(x, 2, mode="bicubic"),
        lambda: F.max_pool2d(x, 2, ceil_mode=True),
        lambda: F.adaptive_avg_pool2d(x, 3),
    ):
        with pytest.raises(NotImplementedError, match=r"reflect|bicubic|ceil_mode|output_size"):
            f()
    with pytest.raises(AttributeError, match=r"torch\.nn\.functional\.ctc_loss"):
        F.ctc_loss  # noqa: B018
    with pytest.raises(AttributeError, match=r"torch\.fft"):
        engine.fft  # noqa: B018
    with pytest.raises(AttributeError, match=r"torch\.Tensor\.stft"):
        x.stft  # noqa: B018
    assert torch.nn.functional.ctc_loss and torch.fft and torch.Tensor.stft
