"""Gradients on request, own operations, and when the tape records."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine

BOTH = pytest.mark.parametrize("t", (engine, torch), ids=("engine", "torch"))


def leaf(t, *values):
    return t.tensor(np.array(values), requires_grad=True)


@BOTH
def test_grad_returns_and_leaves_grad_alone(t):
    x, y = leaf(t, 1.0, 2.0), leaf(t, 3.0, 4.0)
    out = (x * y).sum()
    gx, gy = t.autograd.grad(out, (x, y))
    np.testing.assert_array_equal(gx.numpy(), [3, 4])
    np.testing.assert_array_equal(gy.numpy(), [1, 2])
    assert x.grad is None and y.grad is None and not gx.requires_grad


@BOTH
def test_grad_of_intermediate_values_and_with_weights(t):
    x = leaf(t, 1.0, 2.0)
    h = x * x
    out = h * 3
    (g,) = t.autograd.grad(out, h, grad_outputs=t.tensor(np.array([1.0, 10.0])))
    np.testing.assert_array_equal(g.numpy(), [3, 30])


@BOTH
def test_grad_of_what_was_not_used(t):
    x, y = leaf(t, 1.0), leaf(t, 2.0)
    out = (x * x).sum()
    with pytest.raises(RuntimeError, match="not have been used"):
        t.autograd.grad(out, (x, y), retain_graph=True)
    assert t.autograd.grad(out, (x, y), allow_unused=True, retain_graph=True)[1] is None
    zero = t.autograd.grad(out, (x, y), materialize_grads=True)[1]
    assert zero.numpy().tolist() == [0]


@BOTH
def test_grad_twice_needs_retain_graph(t):
    x = leaf(t, 2.0)
    out = (x * x).sum()
    for _ in range(2):
        assert t.autograd.grad(out, x, retain_graph=True)[0].item() == 4
    t.autograd.grad(out, x)
    with pytest.raises(RuntimeError, match="second time"):
        t.autograd.grad(out, x)


def test_what_is_not_there_is_named():
    x = leaf(engine, 2.0)
    with pytest.raises(NotImplementedError, match="create_graph"):
        engine.autograd.grad((x * x).sum(), x, create_graph=True)
    with pytest.raises(NotImplementedError, match="create_graph"):
        (x * x).sum().backward(create_graph=True)
    with pytest.raises(RuntimeError, match="does not require grad"):
        engine.autograd.grad((x * x).sum(), engine.ones(1))
    with pytest.raises(AttributeError, match=r"torch\.autograd\.forward_ad"):
        _ = engine.autograd.forward_ad


@BOTH
def test_contexts(t):
    x = leaf(t, 2.0)
    assert t.is_grad_enabled()
    with t.no_grad():
        assert not (x * x).requires_grad and not t.is_grad_enabled()
        with t.enable_grad():
            assert (x * x).requires_grad
        assert not (x * x).requires_grad
        with t.inference_mode(False):
            assert t.is_grad_enabled()
    with t.inference_mode():
        assert not (x * x).requires_grad
    with t.set_grad_enabled(False):
        assert not (x * x).requires_grad
    t.set_grad_enabled(False)
    assert not (x * x).requires_grad
    t.set_grad_enabled(True)
    assert (x * x).requires_grad


@BOTH
def test_decorators_and_errors_leave_the_mode_as_it_was(t):
    x = leaf(t, 2.0)

    @t.no_grad()
    def constant(depth):
        return (constant(depth - 1) if depth else x) * x

    assert not constant(3).requires_grad and t.is_grad_enabled()

    @t.enable_grad()
    def varying():
        return x * x

    with t.no_grad():
        assert varying().requires_grad and not t.is_grad_enabled()
    with pytest.raises(ZeroDivisionError), t.no_grad():
        raise ZeroDivisionError
    assert t.is_grad_enabled()


def functions(t):
    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, power):
            ctx.save_for_backward(x)
            ctx.power = power
            return x**power

        @staticmethod
        def backward(ctx, g):
            assert ctx.needs_input_grad == (True, False)
            (x,) = ctx.saved_tensors
            return g * ctx.power * x ** (ctx.power - 1), None

    class SumAndSign(t.autograd.Function):
        """Two differentiable outputs and one that is not."""

        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            sign = x > 0
            ctx.mark_non_differentiable(sign)
            return x + y, x * y, sign

        @staticmethod
        def backward(ctx, g_sum, g_product, _):
            x, y = ctx.saved_tensors
            return g_sum + g_product * y, g_sum + g_product * x

    return Cube, SumAndSign


@BOTH
def test_a_function_of_ones_own(t):
    Cube, _ = functions(t)
    x = leaf(t, 1.0, -2.0)
    y = Cube.apply(x * 2, 3)
    (y * t.tensor(np.array([1.0, 10.0]))).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [24, 960])
    assert not Cube.apply(t.ones(2), 3).requires_grad
    with t.no_grad():
        assert not Cube.apply(x, 3).requires_grad
    assert t.autograd.gradcheck(lambda x: Cube.apply(x, 3), (leaf(t, 0.5, 1.5),))


@BOTH
def test_a_function_with_several_outputs(t):
    _, SumAndSign = functions(t)
    x, y = leaf(t, 1.0, -2.0), leaf(t, 3.0, 5.0)
    total, product, sign = SumAndSign.apply(x, y)
    assert sign.tolist() == [True, False] and not sign.requires_grad
    np.testing.assert_array_equal(product.detach().numpy(), [3, -10])
    (total * 2).sum().backward(retain_graph=True)
    np.testing.assert_array_equal(x.grad.numpy(), [2, 2])
    product.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [5, 7])
    np.testing.assert_array_equal(y.grad.numpy(), [3, 0])


@BOTH
def test_a_surrogate_gradient(t):
    """What spiking networks need: a step forward, a smooth slope backward."""

    class Spike(t.autograd.Function):
        @staticmethod
        def forward(ctx, v):
            ctx.save_for_backward(v)
            return (v > 0).to(v.dtype)

        @staticmethod
        def backward(ctx, g):
            (v,) = ctx.saved_tensors
            return g / (1 + v.abs()) ** 2

    v = leaf(t, -1.0, 1.0)
    Spike.apply(v).sum().backward()
    np.testing.assert_allclose(v.grad.numpy(), [0.25, 0.25])


def test_mistakes_in_a_function_are_named():
    class Wrong(engine.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x)
            return x * y

        @staticmethod
        def backward(ctx, g):
            return (g,)

    class Misshapen(Wrong):
        @staticmethod
        def backward(ctx, g):
            return g.sum(), g

    class Stale(Wrong):
        @staticmethod
        def backward(ctx, g):
            return ctx.saved_tensors[0], g

    x, y = leaf(engine, 1.0, 2.0), leaf(engine, 3.0, 4.0)
    with pytest.raises(RuntimeError, match="returned 1 gradients, expected 2"):
        Wrong.apply(x, y).sum().backward()
    with pytest.raises(RuntimeError, match=r"Misshapen.*shape \(\)"):
        Misshapen.apply(x, y).sum().backward()
    h = x * 1
    out = Stale.apply(h, y)
    with engine.no_grad():
        h += 1
    with pytest.raises(RuntimeError, match="inplace"):
        out.sum().backward()


def test_a_saved_gradient_is_not_written_into():
    """backward may return a tensor it keeps: nothing is added into it."""

    class Keeps(engine.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.slope = engine.tensor(np.array([7.0, 7.0]))
            Keeps.slope = ctx.slope
            return x * 7

        @staticmethod
        def backward(ctx, g):
            return ctx.slope

    x = leaf(engine, 1.0, 2.0)
    h = x * 1
    (Keeps.apply(h) + Keeps.apply(h) + h * 3).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [17, 17])
    np.testing.assert_array_equal(Keeps.slope.numpy(), [7, 7])
