"""Arithmetic and functions entry by entry equal torch, forward and backward."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import nnlib.engine as engine
from tests.engine.parity import same, values

UNARY = [
    *("abs", "ceil", "cos", "cosh", "erf", "exp", "exp2", "expm1", "floor", "neg", "relu", "round"),
    *("sigmoid", "sign", "sin", "sinh", "square", "tan", "tanh", "arctan", "trunc", "logsigmoid"),
]
POSITIVE = ["log", "log10", "log1p", "log2", "reciprocal", "rsqrt", "sqrt"]
INSIDE = ["arcsin", "arccos", "atanh"]
SHAPES = [(), (1,), (0,), (3,), (2, 3), (2, 0, 3), (2, 3, 4)]
BINARY = {
    "add": lambda t, a, b: a + b,
    "sub": lambda t, a, b: a - b,
    "mul": lambda t, a, b: a * b,
    "div": lambda t, a, b: a / b,
    "pow": lambda t, a, b: (a.abs() + 0.1) ** b,
    "maximum": lambda t, a, b: t.maximum(a, b),
    "minimum": lambda t, a, b: t.minimum(a, b),
    "remainder": lambda t, a, b: t.remainder(a, b),
    "atan2": lambda t, a, b: t.atan2(a, b),
    "where": lambda t, a, b: t.where(a > b, a, b * 2),
    "lerp": lambda t, a, b: t.lerp(*t.broadcast_tensors(a, b), 0.3),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", UNARY)
def test_functions(name, shape):
    same(lambda t, x: getattr(t, name, getattr(t.nn.functional, name, None))(x), values(*shape))


@pytest.mark.parametrize("name", POSITIVE)
def test_functions_of_positive_numbers(name):
    same(lambda t, x: getattr(t, name)(x), values(3, 4, low=0.1, high=5))


@pytest.mark.parametrize("name", INSIDE)
def test_functions_between_minus_one_and_one(name):
    same(lambda t, x: getattr(t, name)(x), values(3, 4, low=-0.9, high=0.9))


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=12, deadline=None)
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=4))
def test_two_operands_broadcast(name, shapes):
    a, b = (values(*s, seed=i) for i, s in enumerate(shapes.input_shapes))
    same(lambda t, x, y: BINARY[name](t, x, y), a, b)


@pytest.mark.parametrize("f", [
    lambda t, x: 2 + x - 3, lambda t, x: 1 - x * 2, lambda t, x: 2 / x, lambda t, x: x / 3,
    lambda t, x: x**2, lambda t, x: x**3, lambda t, x: x.abs() ** 0.5, lambda t, x: 2**x,
    lambda t, x: x**0, lambda t, x: x % 0.7, lambda t, x: -x, lambda t, x: x.clamp(-1, 1),
    lambda t, x: x.clamp(min=0.5), lambda t, x: t.clamp(x, max=0.5), lambda t, x: abs(x),
    lambda t, x: x.sub(x * 2, alpha=3), lambda t, x: t.add(x, x, alpha=-0.5),
    lambda t, x: x.masked_fill(x > 0, -7.0), lambda t, x: t.where(x > 0, x, 0.0),
    lambda t, x: t.where(x > 0, 1.5, x),
])  # fmt: skip
def test_numbers_as_operands(f):
    same(f, values(3, 4))


def test_ties_share_the_gradient_as_in_torch():
    a, b = np.array([1.0, 2.0, 3.0]), np.array([1.0, 5.0, 3.0])
    same(lambda t, x, y: t.maximum(x, y), a, b)
    same(lambda t, x, y: t.minimum(x, y), a, b)
    same(lambda t, x: x.relu() + x.abs(), np.array([-1.0, 0.0, 1.0]))
    same(lambda t, x: x.clamp(-1, 1), np.array([-1.0, 0.0, 1.0, 2.0]))
    same(lambda t, x, y: t.clamp(x, y, y + 1), values(3, 4), values(4, seed=1))


def test_pow_at_zero():
    zero = np.array([0.0, 0.0, 2.0])
    same(lambda t, x: x**2.5, zero)
    same(lambda t, x: x**1, zero)
    same(lambda t, x: 0.0**x, np.array([0.5, 2.0]))


def test_erf_is_exact_to_the_last_digits():
    x = np.concatenate([np.linspace(-6, 6, 4001), [1e-300, -1e-8, 30, -30, np.inf, -np.inf]])
    expected = torch.erf(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(engine.erf(engine.tensor(x)).numpy(), expected, rtol=2e-15)
    single = engine.erf(engine.tensor(x.astype("float32"))).numpy()
    np.testing.assert_allclose(single, expected, rtol=1e-6, atol=1e-44)
    assert np.abs(single).max() <= 1


TYPES = ["float32", "float64", "int64", "int32", "uint8", "bool"]


@pytest.mark.parametrize("a", TYPES)
@pytest.mark.parametrize("b", [*TYPES, 2, 1.5, True])
@pytest.mark.parametrize("shapes", [((2,), (2,)), ((2,), ()), ((), (2,)), ((), ())])
def test_types_meet_as_in_torch(a, b, shapes):
    def meet(t):
        x = t.ones(shapes[0], dtype=getattr(t, a))
        y = t.ones(shapes[1], dtype=getattr(t, b)) if isinstance(b, str) else b
        results = [x * y, x / y, x == y, t.where(x == 1, x, y)]
        return [str(z.dtype).removeprefix("torch.") for z in results]

    assert meet(engine) == meet(torch)


@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or"])
def test_comparisons(name):
    a, b = np.array([[1.0, 2.0, np.nan]]), np.array([[1.0], [3.0]])
    same(lambda t, x, y: getattr(t, name)(x, y), a, b, gradients=False)
    same(lambda t, x: getattr(x, name)(x * 2), a, gradients=False)


def test_logic_on_bool_and_integers():
    m = np.array([True, False, True])
    same(lambda t, a: [~a, a & a, a | ~a, a ^ a, a.logical_not()], m, gradients=False)
    i = np.array([6, 3, -5])
    same(lambda t, a: [a & 3, a | 8, a ^ 1, ~a, a // 2, a % 4, a / 2, -a, a**2], i, gradients=False)


def test_infinities_and_nan_do_not_warn():
    x = np.array([0.0, -1.0, np.inf, np.nan])
    same(
        lambda t, a: [
            a.log(),
            1 / a,
            a - a,
            a.exp(),
            a * 1e300,
            a.isnan(),
            a.isinf(),
            a.isfinite(),
        ],
        x,
        gradients=False,
        dtypes=["float64"],
    )
