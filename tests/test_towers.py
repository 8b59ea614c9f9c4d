"""Deep stacks: their shapes, what `look` reads off them, and what they refuse."""

import numpy as np
import pytest

from nnlib import towers
from nnlib.backend import F, nn, torch

X = torch.tensor(np.random.default_rng(0).standard_normal((6, 4)), dtype=torch.float32)
Y = torch.tensor(np.array([0, 1, 2, 0, 1, 2]))


def test_depth_counts_the_square_matrices():
    plain, residual = towers.plain((4, 8, 3), depth=6), towers.residual((4, 8, 3), depth=6)
    for model in (plain, residual):
        squares = [p for p in model.parameters() if tuple(p.shape) == (8, 8)]
        assert len(squares) == 6
        assert tuple(model(X).shape) == (6, 3)


def test_a_look_is_what_one_computes_by_hand():
    torch.manual_seed(0)
    first, last = nn.Linear(4, 5), nn.Linear(5, 3)
    z1 = first(X)
    z2 = last(torch.tanh(z1))
    d1, d2 = torch.autograd.grad(F.cross_entropy(z2, Y), [z1, z2], retain_graph=True)
    dw1 = torch.autograd.grad(F.cross_entropy(z2, Y), first.weight)[0]
    one, two = towers.look(nn.Sequential(first, nn.Tanh(), last), X, Y)
    assert one.signal == pytest.approx(float((z1.detach() ** 2).mean() ** 0.5), rel=1e-5)
    assert one.blame == pytest.approx(float((d1**2).sum() ** 0.5), rel=1e-5)
    assert two.blame == pytest.approx(float((d2**2).sum() ** 0.5), rel=1e-5)
    assert one.gradient == pytest.approx(float((dw1**2).sum() ** 0.5), rel=1e-5)


def test_a_frozen_layer_has_blame_and_no_gradient():
    model = towers.plain((4, 8, 3), depth=1)
    free = towers.look(model, X, Y)
    model[2].weight.requires_grad_(False)
    model[2].bias.requires_grad_(False)
    frozen = towers.look(model, X, Y)
    assert frozen[1].gradient is None
    assert [at.blame for at in frozen] == [at.blame for at in free]
    assert frozen[0].gradient == free[0].gradient


def test_a_block_that_starts_at_zero_is_the_identity():
    block = towers.Residual(8)
    with torch.no_grad():
        block.leave.weight.zero_()
        h = torch.randn(5, 8)
        assert block(h).tolist() == h.tolist()


def test_what_is_told_wrong_is_named():
    with pytest.raises(ValueError, match="depth: a block has two matrices"):
        towers.residual((4, 4, 2), depth=3)
    with pytest.raises(ValueError, match="depth: expected"):
        towers.plain((4, 4, 2), depth=-1)
    with pytest.raises(ValueError, match="sizes: expected"):
        towers.plain((4, 2), depth=3)
