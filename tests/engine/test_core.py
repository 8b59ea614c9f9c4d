"""The tape: what it records, frees, refuses, and how it grows with time."""

import gc
import time
import tracemalloc
import weakref

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from tests.engine.parity import same, values

BOTH = pytest.mark.parametrize("t", [torch, engine], ids=["torch", "engine"])


def leaf(t, *data):
    return t.tensor(data, dtype=t.float64, requires_grad=True)


@BOTH
def test_gradients_add_up_over_paths_and_calls(t):
    x = leaf(t, 3.0)
    y = x * x
    (y * y + y + x).sum().backward()
    assert x.grad.item() == 4 * 27 + 2 * 3 + 1
    first = x.grad
    (2 * x).sum().backward()
    assert x.grad is first and x.grad.item() == 4 * 27 + 2 * 3 + 1 + 2


@BOTH
def test_the_tape_is_freed(t):
    x = leaf(t, 1.0, 2.0)
    y = (x * x).exp().sum()
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


def test_a_freed_tape_holds_no_memory():
    x = engine.ones(10, requires_grad=True)
    y = x * 2
    remembered = weakref.ref(y)
    loss = (y * y).sum()
    del y
    loss.backward()
    assert remembered() is None


def test_nothing_needs_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        x = engine.ones(10, requires_grad=True)
        y = x.exp().softmax(0)
        remembered = weakref.ref(y)
        del y
        assert remembered() is None
    finally:
        gc.enable()


def test_a_long_tape_neither_recurses_nor_crashes():
    x = engine.ones(1, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1
    y = x
    for _ in range(100_000):
        y = y + x
    del y  # link by link


@BOTH
def test_what_backward_refuses(t):
    x = leaf(t, 1.0, 2.0)
    with pytest.raises(RuntimeError, match="scalar"):
        (x * 2).backward()
    with pytest.raises(RuntimeError, match="shape"):
        (x * 2).backward(t.ones(3, dtype=t.float64))
    with pytest.raises(RuntimeError, match="does not require grad"):
        t.ones(1).sum().backward()
    (x * 2).backward(t.tensor([1.0, 10.0], dtype=t.float64))
    assert x.grad.tolist() == [2, 20]


def test_second_derivatives_are_refused_by_name():
    x = engine.ones(1, requires_grad=True)
    with pytest.raises(NotImplementedError, match="create_graph"):
        (x * x).backward(create_graph=True)


def test_complex_and_half_are_refused_by_name():
    with pytest.raises(NotImplementedError, match="complex"):
        engine.tensor([1j])
    with pytest.raises(NotImplementedError, match="complex"):
        engine.ones(2) * 1j
    with pytest.raises(AttributeError, match=r"torch\.float16"):
        engine.float16  # noqa: B018


@BOTH
def test_no_grad(t):
    x = leaf(t, 1.0)
    with t.no_grad():
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad and not (x.detach() * 2).requires_grad


@BOTH
def test_leaves_and_their_kin(t):
    x = leaf(t, 1.0)
    y = x * 2
    assert x.is_leaf and not y.is_leaf and y.detach().is_leaf
    assert x.grad_fn is None and "MulBackward0" in repr(y.grad_fn)
    y.retain_grad()
    seen = []
    x.register_hook(seen.append)
    y.register_hook(lambda g: g * 3)
    y.sum().backward()
    assert y.grad.item() == 3 and x.grad.item() == 6 and seen[0].item() == 6
    with pytest.raises(RuntimeError, match="floating"):
        t.arange(3).requires_grad_()


def test_gradients_of_leaves_share_no_memory():
    a, b = engine.ones(3, requires_grad=True), engine.ones(3, requires_grad=True)
    (a + b).sum().backward()
    a.grad.mul_(5)
    assert b.grad.tolist() == [1, 1, 1]
    weights = engine.ones(3)
    c = engine.ones(3, requires_grad=True)
    (c + 0).backward(weights)
    c.grad.zero_()
    assert weights.tolist() == [1, 1, 1]


# -------------------------------------------------------------------------------- in-place writes


@BOTH
def test_a_leaf_is_not_overwritten_outside_no_grad(t):
    x = leaf(t, 1.0, 2.0)
    for write in (lambda: x.add_(1), lambda: x.zero_(), lambda: x.__setitem__(0, 1.0)):
        with pytest.raises(RuntimeError, match="leaf"):
            write()
    with t.no_grad():
        x -= 0.5 * x
        x[0] = 7
        x.mul_(2).sub_(t.ones(2, dtype=t.float64), alpha=3)
    assert x.tolist() == [11, -1] and x.requires_grad


def test_writes_that_the_tape_would_miss_are_refused():
    x = engine.ones(2, requires_grad=True)
    y = x * 2
    with pytest.raises(RuntimeError, match="in-place"):
        y += 1
    buffer = engine.zeros(2)
    with pytest.raises(RuntimeError, match="cat, stack"):
        buffer[0] = x.sum()
    buffer[0] = x.detach().sum()


OVERWRITES = {
    "input": lambda x, y, z: x.mul_(2),
    "an entry of the other factor": lambda x, y, z: y[0].fill_(4),
    "output": lambda x, y, z: z.add_(1),
    "detached output": lambda x, y, z: z.detach().add_(1),
    "other factor": lambda x, y, z: y.view(-1).zero_(),
}


@pytest.mark.parametrize("name", OVERWRITES)
def test_a_value_that_the_tape_needs_must_not_change(name):
    def overwritten(t):
        x, y = t.ones(2, requires_grad=True), t.ones(2) * 3
        z = (x * y).exp()
        with t.no_grad():
            OVERWRITES[name](x, y, z)
        z.sum().backward()
        return x.grad.tolist()

    results = []
    for t in (torch, engine):
        try:
            results.append(overwritten(t))
        except RuntimeError as error:
            assert "has been modified by an in" in str(error)
            results.append("refused")
    assert results[0] == results[1]


@BOTH
def test_a_value_that_the_tape_does_not_need_may_change(t):
    x, y = t.ones(2, requires_grad=True), t.ones(2)
    z = (x + y) * 2
    h = z.sum()
    with t.no_grad():
        y.zero_()
        x.add_(1)
        z.zero_()
    h.backward()
    assert x.grad.tolist() == [2, 2]


@BOTH
def test_in_place_arithmetic(t):
    x = t.tensor([1.0, 2.0, 3.0])
    same_memory = x
    x += 1
    x *= t.tensor([1.0, 2.0, 3.0])
    x /= 2
    x **= 2
    x.clamp_(max=20).neg_().addcmul_(x, x, value=0.5).addcdiv_(x, x + 100).copy_(x.flip(0))
    assert x is same_memory
    expected = torch.tensor([1.0, 2.0, 3.0]).add(1).mul(torch.tensor([1.0, 2.0, 3.0])).div(2) ** 2
    expected = -expected.clamp(max=20)
    expected = expected + 0.5 * expected**2
    expected = (expected + expected / (expected + 100)).flip(0)
    np.testing.assert_allclose(x.numpy(), expected.numpy(), rtol=1e-6)
    with pytest.raises(RuntimeError, match="can't be cast"):
        t.arange(3).add_(0.5)
    with pytest.raises(RuntimeError):
        t.zeros(3).add_(t.zeros(2, 3))


# -------------------------------------------------------------------------------- over time


def scan(x, slices):
    a = engine.full((x.shape[0], x.shape[2]), 0.9)
    h = engine.zeros(x.shape[0], x.shape[2])
    for x_t in slices(x):
        h = a * h + x_t
    return h.sum()


SLICES = {
    "index": lambda x: (x[:, t] for t in range(x.shape[1])),
    "unbind": lambda x: x.unbind(1),
    "split": lambda x: (part.squeeze(1) for part in x.split(1, 1)),
    "index_select": lambda x: (
        x.index_select(1, engine.tensor([t])).squeeze(1) for t in range(x.shape[1])
    ),
}


def bytes_of_backward(length, slices):
    x = engine.zeros(4, length, 64, requires_grad=True)
    loss = scan(x, slices)
    tracemalloc.start()
    loss.backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def seconds_of_backward(length, slices):
    x = engine.zeros(4, length, 64, requires_grad=True)
    best = float("inf")
    for _ in range(3):
        loss = scan(x, slices)
        start = time.process_time()
        loss.backward()
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", SLICES)
def test_slices_in_a_loop_cost_no_more_than_their_number(name):
    """One buffer for the whole; a full-size gradient a step would be quadratic."""
    short, long = (bytes_of_backward(n, SLICES[name]) for n in (256, 512))
    assert long < 2.5 * short
    ratio = min(  # a clock on a busy machine: the best of a few
        seconds_of_backward(1024, SLICES[name]) / seconds_of_backward(512, SLICES[name])
        for _ in range(3)
    )
    assert ratio < 2.5


def test_slices_and_whole_add_up():
    same(lambda t, x: [x[:, 0] * x[:, 1], x * x, x[0], x[:, 0]], values(3, 4))
