"""Weights begin where torch's begin, bit for bit where the stream allows."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine

SEEDS = (0, 1, 123)
LAYERS = {
    "linear": lambda nn, d: nn.Linear(7, 5, dtype=d),
    "no bias": lambda nn, d: nn.Linear(64, 33, bias=False, dtype=d),
    "conv1d": lambda nn, d: nn.Conv1d(3, 8, 5, dtype=d),
    "conv2d": lambda nn, d: nn.Conv2d(4, 6, 3, groups=2, dtype=d),
    "mlp": lambda nn, d: nn.Sequential(
        nn.Linear(64, 128, dtype=d), nn.ReLU(), nn.Linear(128, 10, dtype=d)
    ),
    "norms": lambda nn, d: nn.ModuleList(
        [nn.LayerNorm(4, dtype=d), nn.BatchNorm2d(3, dtype=d), nn.GroupNorm(2, 4, dtype=d)]
    ),
    "attention": lambda nn, d: nn.MultiheadAttention(16, 4, dtype=d),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_default_initialization_is_bit_equal(seed, layer, dtype):
    states = []
    for t in (engine, torch):
        t.manual_seed(seed)
        states.append(LAYERS[layer](t.nn, getattr(t, dtype)).state_dict())
    ours, theirs = states
    assert list(ours) == list(theirs)
    for name in theirs:
        assert ours[name].numpy().dtype == theirs[name].numpy().dtype
        np.testing.assert_array_equal(ours[name].numpy(), theirs[name].numpy(), err_msg=name)


INITS = {
    "uniform": lambda i, w: i.uniform_(w, -2, 3),
    "constant": lambda i, w: i.constant_(w, 0.3),
    "ones": lambda i, w: i.ones_(w),
    "zeros": lambda i, w: i.zeros_(w),
    "xavier uniform": lambda i, w: i.xavier_uniform_(w, gain=1.7),
    "kaiming uniform": lambda i, w: i.kaiming_uniform_(w, nonlinearity="relu"),
    "kaiming fan_out": lambda i, w: i.kaiming_uniform_(w, a=0.2, mode="fan_out"),
    "normal": lambda i, w: i.normal_(w, 1.0, 0.1),
    "xavier normal": lambda i, w: i.xavier_normal_(w),
    "kaiming normal": lambda i, w: i.kaiming_normal_(w, nonlinearity="relu"),
    "trunc_normal": lambda i, w: i.trunc_normal_(w, std=0.7, a=-1, b=1),
}
EXACT = tuple(INITS)[:7]


@pytest.mark.parametrize("name", INITS)
@pytest.mark.parametrize("shape", ((4, 3), (8, 4, 3, 3), (33, 65)))
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_init_equals_torch(name, shape, dtype):
    results = []
    for t in (engine, torch):
        t.manual_seed(3)
        w = t.nn.Parameter(t.empty(*shape, dtype=getattr(t, dtype)))
        assert INITS[name](t.nn.init, w) is w and w.requires_grad
        results.append(w.detach().numpy())
    if name in EXACT:
        np.testing.assert_array_equal(*results)
    else:
        atol = 4e-6 if dtype == "float32" else 1e-14
        np.testing.assert_allclose(*results, rtol=0, atol=atol)


@pytest.mark.parametrize("shape", ((5, 3), (3, 5), (4, 4), (6, 2, 3)))
def test_orthogonal_equals_torch(shape):
    results = []
    for t in (engine, torch):
        t.manual_seed(3)
        results.append(t.nn.init.orthogonal_(t.empty(*shape, dtype=t.float64), gain=2.0).numpy())
    np.testing.assert_allclose(*results, atol=1e-12)
    w = results[0].reshape(shape[0], -1)
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)


def test_embeddings_agree_to_rounding():
    states = []
    for t in (engine, torch):
        t.manual_seed(5)
        states.append(t.nn.Embedding(30, 7, padding_idx=2).weight.detach().numpy())
    np.testing.assert_allclose(*states, atol=2e-6)
    assert not states[0][2].any()


@pytest.mark.parametrize(
    "name", ("linear", "conv2d", "sigmoid", "tanh", "relu", "selu", "leaky_relu")
)
def test_gains(name):
    assert engine.nn.init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    assert engine.nn.init.calculate_gain("leaky_relu", 0.3) == torch.nn.init.calculate_gain(
        "leaky_relu", 0.3
    )


def test_mistakes_are_named():
    init = engine.nn.init
    with pytest.raises(ValueError, match="softmax"):
        init.calculate_gain("softmax")
    with pytest.raises(ValueError, match="fewer than 2"):
        init.xavier_uniform_(engine.empty(3))
    with pytest.raises(ValueError, match="fan_both"):
        init.kaiming_normal_(engine.empty(3, 2), mode="fan_both")
    with pytest.raises(ValueError, match="two dimensions"):
        init.orthogonal_(engine.empty(3))
