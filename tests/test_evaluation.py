"""nnlib.evaluation on both engines: what it averages, and that it leaves no trace."""

import numpy as np
import pytest

from nnlib import data
from nnlib.testing import load, using


@pytest.fixture(params=["torch", "numpy"])
def engine(request):
    """`.torch`, `.nn`, `.F` of one backend, with `.evaluate` under it."""
    world = using(request.param)
    world.evaluate = load("nnlib.evaluation", backend=request.param).evaluate
    world.torch.manual_seed(0)
    return world


def classifier(engine):
    nn = engine.nn
    return nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Dropout(0.5), nn.Linear(16, 2))


def test_losses_are_averaged_by_examples(engine):
    X = np.linspace(-1, 1, 10)[:, None]
    y = 2 * X + 1
    model = engine.nn.Linear(1, 1)
    a = engine.evaluate(model, (X, y), batch_size=10).loss
    b = engine.evaluate(model, (X, y), batch_size=4).loss  # 4, 4 and 2 examples
    outputs = X * model.weight.item() + model.bias.item()
    assert a == pytest.approx(((outputs - y) ** 2).mean(), rel=1e-5)
    assert b == pytest.approx(a, rel=1e-6)


def test_evaluate_leaves_the_mode_and_draws_nothing(engine):
    model = classifier(engine)
    before = engine.torch.get_rng_state().numpy().copy()
    first = engine.evaluate(model, data.moons(50))
    assert model.training and first == engine.evaluate(model, data.moons(50))
    assert (engine.torch.get_rng_state().numpy() == before).all()


def test_every_part_gets_its_own_mode_back(engine):
    model = classifier(engine)
    model[2].eval()  # a part that is kept out of training
    before = [module.training for module in model.modules()]
    engine.evaluate(model, data.moons(50))
    assert [module.training for module in model.modules()] == before

    def broken(outputs, targets):
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        engine.evaluate(model, data.moons(50), loss=broken)
    assert [module.training for module in model.modules()] == before
