"""A tensor seen from outside: printing, numbers, types, factories, copies."""

import copy

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from tests.engine.parity import same, values

BOTH = pytest.mark.parametrize("t", [torch, engine], ids=["torch", "engine"])


def test_printing_is_torchs():
    for data in (
        3, 3.5, 2.0, [1.0, 2.0], [[1.5, -2.25], [3.0, 4.0]], [1, 2], [True, False], [],
        [1e-5, 1.0], [1e9, 1.0], [float("nan"), 1.5], [float("inf"), 1.0],
        [-3.0, float("nan")], [-1000.0, 1.0], [0.0, 0.0], [[[1, 2]], [[30, 4]]],
        [1234.5, 0.5], [0.001, 0.5], [-1.0, 10.0, 200.0], [1.0, 5000.0], [[-0.5], [123.25]],
    ):  # fmt: skip
        assert repr(engine.tensor(data)) == repr(torch.tensor(data))
    assert repr(engine.ones(2).double()) == repr(torch.ones(2).double())
    assert repr(engine.ones(1, requires_grad=True)) == repr(torch.ones(1, requires_grad=True))
    assert "grad_fn=<MulBackward0>" in repr(engine.ones(1, requires_grad=True) * 2)
    assert f"{engine.tensor(2.5):.3f}" == "2.500"


@BOTH
def test_python_sees_numbers(t):
    x = t.tensor([[1.5, 2.0]])
    assert float(x[0, 0]) == 1.5 and int(t.tensor(3)) == 3 and bool(t.tensor(True))
    assert x.tolist() == [[1.5, 2.0]] and x[0, 1].item() == 2.0 and 2.0 in x
    assert [row.tolist() for row in x] == [[1.5, 2.0]] and [1, 2, 3][t.tensor(1)] == 2
    assert np.asarray(x).dtype == np.float32 and len({x, x}) == 1
    for wrong in (lambda: float(x), lambda: bool(x), lambda: x.item()):
        with pytest.raises((RuntimeError, ValueError)):
            wrong()
    with pytest.raises(TypeError):
        len(t.tensor(1))
    with pytest.raises(RuntimeError, match="detach"):
        t.ones(1, requires_grad=True).numpy()


@BOTH
def test_types_and_devices(t):
    x = t.ones(2)
    assert x.double().dtype == t.float64 and x.long().dtype == t.int64
    assert x.to("cpu") is x and x.to(t.device("cpu"), t.float64).dtype == t.float64
    assert x.type_as(t.ones(1, dtype=t.float64)).dtype == t.float64 and x.float() is x
    assert x.device.type == "cpu" and str(x.device) == "cpu" and x.bool().all()
    assert t.tensor([1.0]).dtype == t.float32 and t.tensor([1]).dtype == t.int64
    assert t.tensor(np.ones(2)).dtype == t.float64 and t.ones(2, dtype=t.bool).dtype == t.bool
    assert t.finfo(t.float32).max == np.finfo(np.float32).max


def test_a_cast_is_differentiable():
    same(lambda t, x: x.double() * 2 + x.float(), values(3))
    same(lambda t, x: (x.float() * t.arange(3).double()).sum(), values(3))


def test_factories():
    for make in (
        lambda t: [t.zeros(2, 3), t.ones((2,)), t.full((2, 2), 7), t.full((2,), 1.5), t.eye(2, 3)],
        lambda t: [t.arange(5), t.arange(1, 2, 0.3), t.arange(5, 0, -2), t.linspace(0, 1, 5)],
        lambda t: [t.zeros_like(t.arange(3)), t.full_like(t.ones(2), 3), t.ones_like(t.eye(2))],
        lambda t: [t.as_tensor([1, 2]), t.tensor([t.tensor(1.0), t.tensor(2.0)]), t.tensor([])],
        lambda t: [t.ones(2).new_zeros(3), t.ones(2).double().new_tensor([1])],
        lambda t: [t.tril_indices(3, 3), t.logspace(0, 2, 3)],
        lambda t: [t.cartesian_prod(t.arange(2), t.arange(3))],
    ):
        for y, e in zip(make(engine), make(torch), strict=True):
            assert str(y.dtype) == str(e.dtype).removeprefix("torch.")
            np.testing.assert_allclose(y.numpy(), e.numpy(), rtol=1e-6)
    array = np.zeros(2)
    assert engine.from_numpy(array).fill_(1).sum() == array.sum() == 2


@BOTH
def test_data_and_copies(t):
    x = t.ones(2, requires_grad=True)
    x.data = t.zeros(2)
    x.data[0] = 5
    twin = copy.deepcopy(x)
    assert x.tolist() == [5, 0] == twin.tolist() and twin.requires_grad and twin is not x
    with pytest.raises(RuntimeError):
        copy.deepcopy(x * 2)
    y = x.clone()
    y.sum().backward()
    assert x.grad.tolist() == [1, 1] and not x.detach().requires_grad
