"""Backprop blame as a Python class, and what its questions claim."""

import numpy as np
import pytest

from nnlib import scratch
from nnlib.simulations import BackpropBlame


def test_repr_is_the_call_that_makes_this_state():
    blame = BackpropBlame(depth=4, layer=2, frozen=[2], residual="plain")
    assert repr(BackpropBlame()) == "BackpropBlame()"
    assert repr(blame) == "BackpropBlame(depth=4, residual='plain', layer=2, frozen=[2])"
    assert eval(repr(blame)).run().loss == blame.run().loss


def test_run_is_nnlib_scratch():
    blame = BackpropBlame(depth=12, activation="tanh", data="iris", seed=4)
    X, y = blame.Xy
    logits, cache = scratch.forward(blame.params, X, scratch.TANH)
    loss, delta = scratch.softmax_cross_entropy(logits, y)
    grads, _ = scratch.backward(blame.params, cache, delta, scratch.TANH)
    run = blame.run()
    assert run.loss == loss
    for (ours,), theirs in zip(run.grads, grads, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])


def test_the_path_is_walked_and_frozen_layers_stay():
    taken = [
        {"rate": 0.5, "frozen": [3], "example": 0},
        {"rate": 0.5, "frozen": [3, 1], "example": 2},
    ]
    blame = BackpropBlame(depth=6, activation="tanh", path=taken)
    moved = [
        np.abs(a[0][0] - b[0][0]).max() for a, b in zip(blame.layers, blame.start, strict=True)
    ]
    assert moved[2] == 0 and all(m > 0 for n, m in enumerate(moved) if n != 2)
    one = BackpropBlame(depth=6, activation="tanh", path=taken[:1])
    assert (one.layers[0][0][0] == blame.layers[0][0][0]).all()
    assert one.run().loss < BackpropBlame(depth=6, activation="tanh").run().loss


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("depth", 1), ("depth", 21), ("width", 17), ("seed", -1), ("data", "mars"), ("nudge", 0),
        ("nudge", 11), ("rate", 0), ("layer", 11), ("frozen", [12]), ("weight", [9, 1]),
        ("activation", "softmax"), ("residual", "yes"), ("nonsense", 1),
    ],
)  # fmt: skip
def test_bad_input_is_named(trait, value):
    with pytest.raises(ValueError, match=trait):
        BackpropBlame(**{trait: value})


def test_every_preset_is_a_valid_state():
    for state in BackpropBlame().presets.values():
        BackpropBlame(**state)


def shown(question):
    (found,) = [q for q in BackpropBlame().questions if q["id"] == question]
    return BackpropBlame(**found["show"])


def norms(matrices):
    return np.array([np.linalg.norm(parts[0]) for parts in matrices])


def test_what_the_questions_say_about_blame_is_computed():
    for question, low, high in [
        ("sigmoids", 1.5e-6, 2.5e-6),
        ("relu", 4e-4, 6e-4),
        ("residual", 100, 200),
        ("scaled", 1, 2),
    ]:
        delta = norms(shown(question).run().deltas)
        assert low < delta[0] / delta[-1] < high, question
    # "About 0.23 a layer, nine times over"; "about 0.7 of the blame a layer"; "the loss, near 100"
    delta = norms(shown("sigmoids").run().deltas)
    assert abs((delta[0] / delta[-1]) ** (1 / 9) - 0.23) < 0.01
    delta = norms(shown("relu").run().deltas)
    assert abs((delta[0] / delta[-1]) ** (1 / 19) - 0.7) < 0.05
    assert abs(shown("residual").run().loss - 100) < 5


def deletion(blame, size):
    """(cost of deleting the weight of largest `size`(w, g), −w·g)."""
    run, layers = blame.run(), blame.layers
    sizes = [size(W, dW) for ((W, _),), ((dW, _),) in zip(layers, run.grads, strict=True)]
    at = max(range(len(sizes)), key=lambda n: sizes[n].max())
    place = np.unravel_index(sizes[at].argmax(), sizes[at].shape)
    w, g = layers[at][0][0][place], run.grads[at][0][0][place]
    layers[at][0][0][place] = 0
    return blame.run(layers).loss - run.loss, -w * g


def test_what_the_questions_say_about_deleting_is_computed():
    steep, _ = deletion(shown("delete"), lambda w, g: np.abs(g))
    heavy, predicted = deletion(shown("delete"), lambda w, g: np.abs(w * g))
    assert 0 < steep < heavy / 100
    assert abs(heavy / predicted - 1) < 0.1


def test_from_model_shows_a_reader_s_network():
    rng = np.random.default_rng(1)
    params = scratch.init([3, 5, 4, 2], rng)
    X, y = rng.standard_normal((7, 3)), np.array([0, 1, 1, 0, 0, 1, 0])
    blame = BackpropBlame.from_model(params, X, y, activation="gelu", layer=2)
    logits, cache = scratch.forward(params, X, scratch.GELU)
    loss, delta = scratch.softmax_cross_entropy(logits, y)
    assert blame.run().loss == loss and blame.depth == 3
    grads, _ = scratch.backward(params, cache, delta, scratch.GELU)
    np.testing.assert_array_equal(blame.run().grads[0][0][0], grads[0][0])
    single = BackpropBlame.from_model(scratch.init([3, 4, 1], rng), X, y)
    assert single.run().grads[1][0][0].shape == (1, 4)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_from_model_reads_a_sequential_of_either_engine(backend):
    if backend == "torch":
        import torch.nn as nn
    else:
        import nnlib.engine.nn as nn
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2))
    blame = BackpropBlame.from_model(model, [[0.5, 1.0]], [1])
    assert blame.activation == "relu" and np.isfinite(blame.run().loss)


@pytest.mark.parametrize(
    ("X", "y", "named"),
    [([[1.0]], [0], "X"), ([[1.0, 2.0]], [2], "y"), ([[1.0, 2.0]], [0, 1], "y")],
)
def test_from_model_names_what_does_not_fit(X, y, named):
    params = scratch.init([2, 3, 2], np.random.default_rng(0))
    with pytest.raises(ValueError, match=f"^{named}"):
        BackpropBlame.from_model(params, X, y)


def test_the_fallback_has_a_picture_and_a_caption():
    fallback = BackpropBlame(frozen=[3]).fallback()
    assert "<svg" in fallback and "Frozen: [3]; their gradients stay." in fallback
    assert "7.6e-07 in the first" in fallback
