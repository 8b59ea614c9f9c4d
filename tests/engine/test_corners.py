"""Corners in which random programs once found the two engines apart."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from tests.engine.parity import same, values

BOTH = pytest.mark.parametrize("t", [torch, engine], ids=["torch", "engine"])


def leaf(t, *data):
    return t.tensor(data, dtype=t.float64, requires_grad=True)


# -------------------------------------------------------------------------------- gradients


def test_the_last_row_may_be_named_twice():
    same(lambda t, x: x[[-1, 2, 0, -3]] * 2, values(3, 2))


def test_gathered_twice_from_strides_that_are_not_rows():
    """The sum that a gradient is added to may have any strides."""
    places = np.array([[2, 0], [0, 0], [2, 1]])
    for f in (
        lambda t, x: [x * x, x.gather(0, t.from_numpy(places))],
        lambda t, x: [x.gather(0, t.from_numpy(places)), x * x],
    ):
        results = []
        for t in (torch, engine):
            x = t.from_numpy(np.array(values(3, 2), order="F")).requires_grad_()
            sum(y.sum() for y in f(t, x)).backward()
            results.append(x.grad.numpy())
        np.testing.assert_allclose(*results)


def test_without_a_dimension():
    """NumPy's arithmetic makes scalars of such arrays, which are neither arrays nor writable."""
    x = np.array(0.7)
    same(lambda t, x: (x * 3).expand(4) + x.expand(4) * x, x)
    same(lambda t, x: x.clamp(-0.5, 0.5) * x, x)
    same(lambda t, x: [(x * 2).scatter(0, t.tensor(0), x * 3), x * 2], x)
    same(lambda t, x: x.scatter_add(0, t.tensor(0), x * 3) * 2, x)
    same(lambda t, x: [x.kthvalue(1, 0, True)[0], x.topk(1)[0], x.median()], x)
    same(lambda t, x: [t.hstack([x, x]), t.vstack([x, x])], x)


@BOTH
def test_a_hook_gets_a_tensor_that_it_can_write(t):
    x = leaf(t, 1.0, 2.0)
    s = x.sum() * 1
    s.register_hook(lambda g: g.mul_(3))
    (s * 2).backward()
    assert x.grad.tolist() == [6, 6]


def test_the_angle_at_the_origin():
    same(lambda t, y, x: t.atan2(y, x), np.zeros(2), np.array([0.0, 1.0]))


def test_the_median_of_everything_is_shared_by_equal_entries():
    same(lambda t, x: x.median(), np.array([[1.0, 2, 2], [2, 3, 0]]))
    assert np.isnan(engine.zeros(0).median().item())


def test_cosine_similarity_broadcasts_before_it_sums():
    same(
        lambda t, x, y: t.nn.functional.cosine_similarity(x, y, dim=0),
        values(1, 3),
        values(4, 1, seed=1),
    )


def test_nothing_is_something():
    def empty(t, x):
        F = t.nn.functional
        return [x.softmax(0), x.log_softmax(0), F.rms_norm(x, (0,)), *x.chunk(2)]

    same(empty, np.zeros(0))
    same(lambda t, x: t.nn.functional.group_norm(x, 2), np.zeros((0, 4, 3)))


# -------------------------------------------------------------------------------- hooks


@BOTH
def test_a_hook_can_be_removed(t):
    x = leaf(t, 1.0)
    handles = [x.register_hook(lambda g, factor=factor: g * factor) for factor in (2, 3)]
    handles[0].remove()
    handles[0].remove()
    x.sum().backward()
    assert x.grad.item() == 3


@BOTH
def test_a_retained_gradient_adds_up_and_is_what_hooks_have_left(t):
    x = leaf(t, 1.0)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    y.retain_grad()
    loss = y.sum()
    loss.backward(retain_graph=True)
    assert y.grad.item() == 10
    loss.backward()
    assert y.grad.item() == 20 and x.grad.item() == 40


# -------------------------------------------------------------------------------- refusals


@BOTH
def test_only_floats_have_gradients(t):
    for make in (
        lambda: t.tensor([1, 2], requires_grad=True),
        lambda: t.zeros(2, dtype=t.int64, requires_grad=True),
        lambda: t.arange(3).requires_grad_(),
        lambda: t.nn.Parameter(t.arange(3)),
    ):
        with pytest.raises(RuntimeError, match="floating point"):
            make()


def test_an_integer_gradient_is_not_rounded():
    x = engine.arange(3)
    x.requires_grad = True
    with pytest.raises(RuntimeError, match="only floats"):
        (x * 0.5).sum().backward()


@BOTH
def test_what_was_computed_stays_on_the_tape(t):
    with pytest.raises(RuntimeError, match="leaf"):
        (leaf(t, 1.0) * 2).requires_grad_(False)


@BOTH
def test_out_of_range(t):
    x = t.arange(6).reshape(2, 3)
    for wrong in (
        lambda: x.narrow(1, 2, 2),
        lambda: x.narrow(1, -4, 1),
        lambda: x.kthvalue(0),
        lambda: x.kthvalue(4),
        lambda: x.topk(4),
        lambda: t.tensor(1.0).topk(2),
        lambda: t.arange(3).tril(),
        lambda: t.arange(3).triu(),
        lambda: x.scatter_add(0, t.tensor([0]), x),
    ):
        with pytest.raises((RuntimeError, ValueError, IndexError)):
            wrong()
    assert x.narrow(1, -2, 2).tolist() == [[1, 2], [4, 5]]


@BOTH
def test_numbers_divided_by_tensors(t):
    x = t.tensor([4.0, -3.0])
    assert (7 % x).tolist() == [3, -2] and (7 // x).tolist() == [1, -3]
    for wrong in (lambda: t.tensor([1]) // 0, lambda: t.tensor([1]) % t.tensor([0])):
        with pytest.raises((RuntimeError, ZeroDivisionError), match=r"(?i)zero"):
            wrong()
