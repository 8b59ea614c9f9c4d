"""A network learns, as a Python class: against nnlib and PyTorch, and what its questions claim."""

import numpy as np
import pytest

from nnlib import scratch
from nnlib.simulations import NetworkLearns, learning

pytestmark = pytest.mark.filterwarnings("error")
SMALL = {"data": "moons", "hidden": [4, 3], "activation": "tanh", "steps": 20}


def test_repr_is_the_call_that_makes_this_state():
    sim = NetworkLearns(data="xor", hidden=(2,), lr=np.float64(0.3), seeds=True)
    assert repr(NetworkLearns()) == "NetworkLearns()"
    assert repr(sim) == "NetworkLearns(data='xor', hidden=[2], lr=0.3, seeds=True)"
    assert eval(repr(sim)).run(steps=3).loss == sim.run(steps=3).loss


def test_a_step_is_one_of_nnlib_scratch():
    sim = NetworkLearns(**SMALL | {"optimizer": "sgd"})
    (X, t), held = sim.rows
    before, after = sim.run(steps=19), sim.run()
    rows = after.batch
    logits, cache = scratch.forward(before.params, X[rows], scratch.TANH)
    loss, delta = scratch.sigmoid_cross_entropy(logits, t[rows])
    grads, _ = scratch.backward(before.params, cache, delta, scratch.TANH)
    assert after.batch_loss == pytest.approx(loss, rel=1e-14)
    for ours, theirs in zip(after.params, scratch.step(before.params, grads, 0.03), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-15)
    logits, _ = scratch.forward(after.params, held[0], scratch.TANH)
    assert after.held_loss == scratch.sigmoid_cross_entropy(logits, held[1])[0]
    assert after.held_accuracy == ((logits > 0) == (held[1] > 0)).mean()


def torch_model(sim):
    """The same network with the same start in PyTorch: nnlib's own KAN, or Linear and Tanh."""
    import torch

    from nnlib import testing

    params = learning.start(sim.setting)
    sizes = [2, *sim.hidden, 1]
    if sim.kind == "kan":
        kan = testing.load("nnlib.feedforward.kan", "torch")
        model = kan.KAN(sizes, grid=sim.grid).double()
        for layer, (w, c) in zip(model.layers, params, strict=True):
            layer.base.data = torch.tensor(w)
            layer.coef.data = torch.tensor(c).transpose(1, 2).contiguous()
        for layer in model.layers:  # the knots were rounded to float32 on the way
            knots = -1 + 2 / sim.grid * torch.arange(-3, sim.grid + 4, dtype=torch.float64)
            layer.knots = knots[:, None].repeat(1, layer.inputs)
        return model
    parts = []
    for W, b in params:
        linear = torch.nn.Linear(W.shape[1], len(W)).double()
        linear.weight.data, linear.bias.data = torch.tensor(W), torch.tensor(b)
        parts += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*parts[:-1])


@pytest.mark.parametrize("kind", ["mlp", "kan"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_twenty_steps_are_those_of_torch_optim(kind, optimizer):
    import torch

    sim = NetworkLearns(**SMALL | {"kind": kind, "optimizer": optimizer, "weight_decay": 0.02})
    model, (X, t) = torch_model(sim), sim.rows[0]
    make = torch.optim.AdamW if optimizer == "adam" else torch.optim.SGD
    more = {"momentum": 0.9} if optimizer == "momentum" else {}
    steps = make(model.parameters(), lr=sim.lr, weight_decay=0.02, **more)
    _, *taken = learning.train(X, t, sim.setting, 20)
    for _, _, rows, loss, grads in taken:
        logits = model(torch.tensor(X[rows]))
        ours = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(t[rows]))
        steps.zero_grad()
        ours.backward()
        assert ours.item() == pytest.approx(loss, rel=1e-10)
        theirs = [p.grad.numpy() for p in model.parameters()]
        for a, b in zip(flat(grads, kind), theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
        steps.step()
    for a, b in zip(flat(taken[-1][1], kind), model.parameters(), strict=True):
        np.testing.assert_allclose(a, b.detach().numpy(), rtol=1e-9, atol=1e-11)


def flat(params, kind):
    """The arrays in PyTorch's order and shape."""
    turned = [(W, c.transpose(0, 2, 1) if kind == "kan" else c) for W, c in params]
    return [part for layer in turned for part in layer]


@pytest.mark.parametrize("grid", [2, 5, 10])
def test_the_splines_are_scipys(grid):
    from scipy.interpolate import BSpline

    x = np.linspace(-1.9, 1.9, 41) + 1e-9
    knots = -1 + 2 / grid * np.arange(-3, grid + 4)
    values, slopes = learning.bases(x, grid)
    for k in range(grid + 3):
        hill = BSpline.basis_element(knots[k : k + 5], extrapolate=False)
        np.testing.assert_allclose(values[:, k], np.nan_to_num(hill(x)), atol=1e-13)
        steep = np.nan_to_num(hill.derivative()(x))
        np.testing.assert_allclose(slopes[:, k], steep, atol=1e-12)
    inside = np.abs(x) < 1
    np.testing.assert_allclose(values[inside].sum(1), 1, rtol=1e-13)


def test_dropout_drops_its_share_and_keeps_the_mean():
    masks = learning.dropout(1, 2000, {"dropout": 0.3, "kind": "mlp", "hidden": [8], "seed": 0})
    assert set(np.unique(masks[0])) == {0.0, 1 / 0.7}
    assert (masks[0] == 0).mean() == pytest.approx(0.3, abs=0.02)
    assert masks[0].mean() == pytest.approx(1, abs=0.03)
    again = learning.dropout(2, 2000, {"dropout": 0.3, "kind": "mlp", "hidden": [8], "seed": 0})
    assert (masks[0] != again[0]).any()


def test_an_epoch_takes_every_point_once_in_an_order_of_its_own():
    batches = learning.batches(100, {"batch_size": 30, "seed": 4})
    epochs = [[next(batches) for _ in range(4)] for _ in range(2)]
    assert [len(rows) for rows in epochs[0]] == [30, 30, 30, 10]
    first, second = ([row for rows in epoch for row in rows] for epoch in epochs)
    assert sorted(first) == sorted(second) == list(range(100)) and first != second


def test_points_do_not_depend_on_the_seed_but_on_the_noise():
    a, b = NetworkLearns(seed=1), NetworkLearns(seed=2)
    np.testing.assert_array_equal(a.rows[0][0], b.rows[0][0])
    still = NetworkLearns(data="circles", noise=0).rows[0]
    radius = np.linalg.norm(still[0], axis=1)
    np.testing.assert_allclose(radius, np.where(still[1][:, 0] == 1, 0.35, 0.85), atol=1e-3)
    assert np.abs(NetworkLearns(noise=0.3).rows[0][0]).max() <= 1.15


def test_drawn_points_are_learned_and_every_second_pair_is_held_out():
    points = [[x / 10, y / 10, int(x > 0)] for x in (-7, 7) for y in range(-8, 8)]
    sim = NetworkLearns(data="drawn", points=points, steps=200)
    assert [len(X) for X, _ in sim.rows] == [16, 16]
    assert sim.run().held_accuracy == 1
    assert (
        "nan" not in NetworkLearns(data="drawn").caption() and NetworkLearns(data="drawn").picture()
    )
    with pytest.raises(ValueError, match=r"^points: expected at least one"):
        NetworkLearns(data="drawn").run()


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("data", "mars"), ("kind", "cnn"), ("hidden", []), ("hidden", [9]), ("hidden", [0]),
        ("hidden", [2] * 7), ("hidden", [2.5]), ("activation", "softmax"), ("init", "random"),
        ("grid", 1), ("optimizer", "lion"), ("lr", 0), ("lr", 11), ("lr", float("nan")),
        ("batch_size", 0), ("dropout", 0.9), ("weight_decay", -1), ("noise", 0.5), ("seed", -1),
        ("steps", 10_001), ("points", [[0, 0]]), ("points", [[0, 0, 2]]), ("points", [[2, 0, 1]]),
        ("points", [["a", 0, 1]]), ("points", [[0, 0, 1]] * 201), ("selected", [0, 1, 1]),
        ("nonsense", 1),
    ],
)  # fmt: skip
def test_bad_input_is_named(trait, value):
    with pytest.raises(ValueError, match=trait):
        NetworkLearns(**{trait: value})


def test_the_fallback_has_a_picture_and_a_caption():
    fallback = NetworkLearns(steps=400).fallback()
    assert "<svg" in fallback and "Dead units: 2." in fallback and fallback.count("<circle") == 100
    wild = NetworkLearns(hidden=[8] * 6, optimizer="sgd", lr=10, init="large", steps=60)
    assert wild.picture()  # what overflows is drawn as undecided


# ── what the questions say ───────────────────────────────────────────────────────────


def six(question, **changes):
    """The six runs of a question's state: [(Run, dead units), …]."""
    (found,) = [q for q in NetworkLearns().questions if q["id"] == question]
    sim = NetworkLearns(**found["show"] | changes)
    return sim, [sim.run(seed=seed) for seed in range(6)]


def accuracies(question, **changes):
    return np.array([run.accuracy for run in six(question, **changes)[1]])


def test_three_units_solve_xor_in_three_of_six_and_eight_in_all():
    three = accuracies("seeds")
    assert (three >= 0.98).sum() == 3
    assert np.abs(three[three < 0.98] - 0.78).max() <= 0.015
    assert (accuracies("more") >= 0.98).all()
    assert (accuracies("seeds", hidden=[2]) < 0.98).all()


@pytest.mark.slow
def test_the_three_stay_where_they_are():
    assert (accuracies("seeds", steps=3000) >= 0.98).sum() == 3


def test_two_units_leave_the_ring_open_and_three_close_it():
    assert (accuracies("ring") < 0.9).all()
    assert (accuracies("ring", hidden=[3]) >= 0.98).all()


def test_layers_without_a_bend_make_one_line():
    sim, runs = six("linear")
    assert all(run.accuracy < 0.7 for run in runs)
    X = np.array([[0.0, 0.0], [0.4, -0.2], [0.8, -0.4]])  # evenly spaced on a line
    for run in runs:
        z = learning.forward(run.params, X, sim.setting)[0][:, 0]
        assert z[0] - 2 * z[1] + z[2] == pytest.approx(0, abs=1e-12)


def test_a_rate_of_one_kills_nine_to_twelve_of_twelve():
    sim, runs = six("rate")
    assert {sim.dead(run) for run in runs} == {9, 10, 11, 12}
    assert all(run.accuracy == 0.5 for run in runs)
    assert (accuracies("rate", lr=0.03) >= 0.98).all()


def test_the_gradient_of_six_sigmoid_layers_dies_and_that_of_tanh_does_not():
    def ratios(**changes):
        norms = [
            [np.sqrt(sum((g**2).sum() for g in layer)) for layer in run.grads]
            for run in six("fade", **changes)[1]
        ]
        return np.array([layers[0] / layers[-1] for layers in norms])

    sigmoid = ratios()
    assert 0.9e-4 < sigmoid[0] < 1.1e-4
    assert 3.5e-5 < sigmoid.min() and sigmoid.max() < 4.4e-4
    assert ((1 < ratios(activation="tanh")) & (ratios(activation="tanh") < 5)).all()


@pytest.mark.slow
def test_a_kan_of_six_edges_learns_the_spirals():
    _, runs = six("kan")
    assert all(run.accuracy >= 0.98 for run in runs)
    assert sum(part.size for layer in runs[0].params for part in layer) == 54
    mlp = {"kind": "mlp", "hidden": [8, 8]}
    relu = six("kan", **mlp)[1]
    assert sum(part.size for layer in relu[0].params for part in layer) == 105
    assert sum(run.accuracy >= 0.98 for run in relu) == 3
    assert (accuracies("kan", activation="silu", **mlp) >= 0.98).all()
