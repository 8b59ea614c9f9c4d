"""A reader's own network becomes a simulation's parameters, or an error that says why not."""

import re

import numpy as np
import pytest

from nnlib import engine, scratch
from nnlib.simulations import ActivationGallery, BackpropBlame, ForwardBackward


def test_from_model_reads_parameters_and_both_engines():
    rng = np.random.default_rng(0)
    params = scratch.init([2, 4, 2], rng)
    s = ForwardBackward.from_model(params, np.array([[1.0, 2.0]]), [0, 1], activation="gelu")
    assert s.sizes == (2, 4, 2) and s.activation == "gelu" and s.x == [1.0, 2.0]
    np.testing.assert_array_equal(s.params[0][0], params[0][0])

    import torch

    for nn in (torch.nn, engine.nn):
        model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
        s = ForwardBackward.from_model(model, [0.5, -1], 1)
        assert (s.activation, s.target) == ("relu", [1])
        out, _ = scratch.forward(s.params, np.array([s.x]), scratch.RELU)
        tensor = (torch if nn is torch.nn else engine).tensor([[0.5, -1.0]])
        np.testing.assert_allclose(out, model(tensor).detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda nn: nn.Linear(2, 3), "model: expected parameters"),
        (lambda nn: nn.Sequential(nn.Linear(2, 3), nn.ReLU()), "Linear, ReLU"),
        (
            lambda nn: nn.Sequential(
                nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 1)
            ),
            "one kind of activation",
        ),
        (lambda nn: nn.Sequential(nn.Linear(2, 3), nn.Dropout(), nn.Linear(3, 1)), "Dropout"),
        (
            lambda nn: nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.3), nn.Linear(3, 1)),
            "negative_slope=0.3",
        ),
        (lambda nn: nn.Sequential(nn.Linear(2, 9), nn.ReLU(), nn.Linear(9, 1)), "1 to 4 units"),
        (lambda nn: [(np.zeros((3, 2)), np.zeros(2))], "layer 1"),
        (lambda nn: "model", "model: expected parameters"),
    ],
)
def test_from_model_says_what_it_cannot_show(build, named):
    import torch

    with pytest.raises(ValueError, match=re.escape(named)):
        ForwardBackward.from_model(build(torch.nn), [1, 2], [1])


TWO = [(np.ones((3, 2)), np.zeros(3)), (np.ones((2, 3)), np.zeros(2))]
BROKEN = [TWO[0], (np.ones((2, 4)), np.zeros(2))]


@pytest.mark.parametrize(
    ("model", "x", "y", "more", "named"),
    [
        ([], [[1, 2]], [1], {}, "model: expected parameters"),
        (BROKEN, [[1, 2]], [1], {}, "layer 2: expected 3 inputs, the units of layer 1, got W of"),
        ([(["a"], [0])], [[1, 2]], [1], {}, "model: W of layer 1: expected an array of numbers"),
        ([(np.full((1, 2), np.nan), [0])], [[1, 2]], [1], {}, "W of layer 1: expected finite"),
        (TWO, [[1, np.inf]], [1], {}, "x: expected finite numbers, got inf"),
        (TWO, "text", [1], {}, "x: expected an array of numbers, got 'text'"),
        (TWO, [[1, 2], [3]], [1], {}, "x: expected an array of numbers"),
        (TWO, [[1, 2]], [1], {"activation": "swish"}, "activation: expected one of"),
    ],
)
@pytest.mark.parametrize("cls", [ActivationGallery, ForwardBackward, BackpropBlame])
def test_all_simulations_name_what_does_not_fit(cls, model, x, y, more, named):
    with pytest.raises(ValueError, match=f"(?i){re.escape(named)}"):
        cls.from_model(model, x, y, **more)


def test_the_gallery_needs_a_hidden_layer_with_an_activation():
    with pytest.raises(ValueError, match="got 1 layer, tanh"):
        ActivationGallery.from_model(TWO[:1], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="got 2 layers, identity"):
        ActivationGallery.from_model(TWO, [[1.0, 2.0]], activation="identity")
