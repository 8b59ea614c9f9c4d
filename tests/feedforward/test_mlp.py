"""The MLP: its formula, both engines, PyTorch's own layers, its start, and what rotating does."""

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks import peers
from nnlib.feedforward.mlp import MLP, gain, start_
from nnlib.testing import parity, using

SETTINGS = [
    {},
    {"hidden": [7], "activation": "Tanh"},
    {"hidden": [6, 9, 4], "activation": "SiLU", "norm": True},
    {"hidden": [6] * 4, "residual": True},
    {"hidden": [6] * 3, "residual": True, "scale": 0.5, "norm": True, "activation": "GELU"},
    {"hidden": [6] * 3, "dropout": 0.3, "residual": True},
]


def made(engine, inputs=5, outputs=3, activation="ReLU", **setting):
    mlp = engine.load("nnlib.feedforward.mlp").MLP
    return mlp(inputs, outputs, activation=getattr(engine.nn, activation), **setting)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("training", [True, False])
def test_both_engines(setting, dtype, training):
    def build(engine):
        return made(engine, **setting).train(training)

    x = np.random.default_rng(0).standard_normal((4, 5)).astype(dtype)
    parity(build, x, rtol=1e-9 if dtype is np.float64 else None)


def test_plain_it_is_the_sequence_of_torch_s_layers():
    torch.manual_seed(0)
    model = MLP(5, 3, hidden=[8, 6]).double()
    plain = peers.sequential(model)
    assert [type(layer) for layer in plain] == [nn.Linear, nn.ReLU] * 2 + [nn.Linear]
    x = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.equal(model(x), plain(x))
    model(x).square().sum().backward()
    plain(x).square().sum().backward()
    for ours, theirs in zip(model.parameters(), plain.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)


def test_residual_by_hand():
    model = MLP(2, 1, hidden=[2, 2, 2], residual=True, scale=0.5).double()
    first, *blocks, _, last = model.layers
    x = torch.randn(3, 2, dtype=torch.float64)
    z = x @ first.weight.T + first.bias
    sums = [z]
    for block in blocks:
        weights = block.branch[-1]
        z = z + 0.5 * (torch.relu(z) @ weights.weight.T + weights.bias)
        sums.append(z)
    for ours, by_hand in zip(model.sums(x), sums, strict=True):
        torch.testing.assert_close(ours, by_hand)
    torch.testing.assert_close(model(x), torch.relu(z) @ last.weight.T + last.bias)


def test_dropout_only_in_training_and_any_leading_shape():
    model = MLP(3, 2, dropout=0.5)
    x = torch.randn(2, 4, 3)
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))
    torch.testing.assert_close(model(x)[1], model(x[1]))


def test_the_count_of_parameters():
    """(n + 1)D + (L − 1)(D + 1)D + (D + 1)K, and two more a unit for each layer norm."""

    def count(**setting):
        model = MLP(10, 3, hidden=[16] * 4, **setting)
        return sum(p.numel() for p in model.parameters())

    plain = 11 * 16 + 3 * 17 * 16 + 17 * 3
    assert count() == count(residual=True) == count(dropout=0.5) == plain
    assert count(norm=True) == plain + 4 * 2 * 16


@pytest.mark.parametrize(
    ("activation", "expected"),
    [("ReLU", 2**0.5), ("GELU", 1.533), ("SiLU", 1.677), ("Tanh", 1.593)],
)
def test_gain_keeps_the_mean_square(activation, expected):
    for engine in map(using, ("torch", "numpy")):
        act = getattr(engine.nn, activation)()
        assert engine.load("nnlib.feedforward.mlp").gain(act) == pytest.approx(expected, abs=1e-3)
    z = torch.randn(200_000, generator=torch.Generator().manual_seed(0))
    kept = (
        getattr(nn, activation)()(z).square().mean().item() * gain(getattr(nn, activation)()) ** 2
    )
    assert kept == pytest.approx(1, abs=0.02)


def test_the_start():
    torch.manual_seed(0)
    for activation, variance in [(nn.ReLU(), 2 / 400), (nn.Tanh(), 2 / 600), (None, 1 / 400)]:
        layer = start_(nn.Linear(400, 200), activation)
        assert layer.weight.var().item() == pytest.approx(variance, rel=0.03)
        assert layer.bias.abs().max().item() == 0


def growth(model, blocks):
    """RMS of the last hidden sums over that of the first."""
    z = model.sums(torch.randn(64, 128))
    assert len(z) == blocks + 1
    return (z[-1].square().mean() / z[0].square().mean()).sqrt().item()


def test_branches_of_scale_one_double_the_mean_square_and_the_default_stays_below_root_e():
    torch.manual_seed(0)
    N = 20
    plain = [growth(MLP(128, 1, [128] * (N + 1), residual=True, scale=1.0), N) for _ in range(5)]
    scaled = [growth(MLP(128, 1, [128] * (N + 1), residual=True), N) for _ in range(5)]
    assert 0.7 * 2 ** (N / 2) < np.mean(plain) < 1.4 * 2 ** (N / 2)
    assert 1.4 < np.mean(scaled) < np.e**0.5 * 1.05


def rotated_apart(optimizer):
    """Train twenty steps on X and on X Q, from W₁ and W₁ Q; the largest difference of answers."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(100, 6, generator=generator, dtype=torch.float64)
    Q, _ = torch.linalg.qr(torch.randn(6, 6, generator=generator, dtype=torch.float64))
    y = (X[:, :1] * X[:, 1:2] > 0).double()
    answers = []
    for turn in (torch.eye(6, dtype=torch.float64), Q):
        torch.manual_seed(0)
        model = MLP(6, 1, hidden=[32, 32]).double()
        with torch.no_grad():
            model.layers[0].weight.copy_(model.layers[0].weight @ turn)
        steps = optimizer(model.parameters())
        for _ in range(20):
            steps.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(model(X @ turn), y).backward()
            steps.step()
        answers.append(model(X @ turn).detach())
    return (answers[0] - answers[1]).abs().max().item()


def test_gradient_descent_does_not_see_a_rotation_and_adam_does():
    assert rotated_apart(lambda p: torch.optim.SGD(p, lr=0.1)) < 1e-12
    assert rotated_apart(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)) < 1e-12
    assert rotated_apart(lambda p: torch.optim.Adam(p, lr=0.01)) > 1e-2


def test_it_learns_what_one_layer_cannot():
    fit, data = using("torch").load("nnlib.train").fit, using("torch").load("nnlib.data")
    torch.manual_seed(0)
    rings = data.circles(200, noise=0.05)
    history = fit(MLP(2, 2, hidden=[16, 16]), rings, validation=rings, epochs=40,
                  optimizer=lambda p: torch.optim.Adam(p, lr=0.01))  # fmt: skip
    assert history.accuracy[-1] > 0.97


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"hidden": []}, "hidden: expected at least one width, got none"),
        ({"hidden": [8, 0]}, "hidden: expected a whole number of at least 1, got 0"),
        ({"hidden": [True]}, "hidden: expected a whole number of at least 1, got True"),
        ({"inputs": 0}, "inputs: expected a whole number of at least 1, got 0"),
        ({"outputs": 2.5}, "outputs: expected a whole number of at least 1, got 2.5"),
        ({"activation": nn.ReLU()}, r"activation: expected a class .* got ReLU\(\)"),
        ({"activation": "relu"}, "activation: expected a class .* got 'relu'"),
        ({"activation": lambda: nn.ReLU(inplace=True)}, "one that leaves its input"),
        ({"dropout": 1.0}, "dropout: expected a share from 0 to below 1, got 1.0"),
        (
            {"hidden": [8, 4], "residual": True},
            r"residual connections need equal widths, got \[8, 4\]",
        ),
        ({"scale": 0.5}, "scale: expected a finite number, and residual=True, got scale=0.5"),
        ({"scale": float("nan"), "residual": True}, "scale: expected a finite number"),
    ],
)
def test_bad_settings_are_named(arguments, says):
    with pytest.raises(ValueError, match=says):
        MLP(**{"inputs": 4, "outputs": 2} | arguments)


def test_counts_may_be_numpys_and_widths_any_iterable():
    y = np.array([0, 2, 1])
    model = MLP(np.int64(4), y.max() + 1, hidden=(w for w in np.array([8, 6])))
    assert model(torch.zeros(5, 4)).shape == (5, 3)
    assert len(model.sums(torch.zeros(5, 4))) == 2


def test_a_wrong_input_names_both_shapes():
    with pytest.raises(ValueError, match=r"x: expected shape \(…, 4\), got \(3, 5\)"):
        MLP(4, 2)(torch.zeros(3, 5))
    with pytest.raises(ValueError, match=r"x: expected shape \(…, 4\), got \(\)"):
        MLP(4, 2)(torch.tensor(1.0))
