import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnlib.engine
from nnlib.grading.values import LIMIT, parse, same, text

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (54.0, "54"),
        (54, "54"),
        (0.1 + 0.2, "0.3"),
        (np.float32(0.1), "0.1"),
        (-0.0, "0"),
        (1e-17, "0"),
        (-1e-17, "0"),
        (123456, "123456"),
        (123456.0, "1.2346e+05"),
        (float("nan"), "nan"),
        (-np.inf, "-inf"),
        (True, "True"),
        (np.bool_(False), "False"),
        (None, "None"),
        ("relu", "'relu'"),
        ([1, 2], "(2,) [1, 2]"),
        ((1.0, 2.0), "(2,) [1, 2]"),
        (np.arange(6.0).reshape(2, 3), "(2, 3) [[0, 1, 2], [3, 4, 5]]"),
        (np.array(3.5), "3.5"),
        ([], "(0,) []"),
        ([np.eye(2), np.ones(3)], "[[[1, 0], [0, 1]], [1, 1, 1]]"),
        ({"W": np.ones(2), "ok": True}, "{'W': [1, 1], 'ok': True}"),
        (len, "'<builtin_function_or_method>'"),
    ],
)
def test_one_plain_line(value, line):
    assert text(value) == line


@pytest.mark.parametrize("engine", [torch, nnlib.engine], ids=["torch", "numpy"])
def test_tensors_of_either_engine_print_alike(engine):
    x = engine.tensor([[0.1, -0.2], [3.0, 4.0]], requires_grad=True)
    assert text(x) == "(2, 2) [[0.1, -0.2], [3, 4]]"
    assert text((x * x).sum()) == "25.05"
    assert text(engine.tensor([1, 2])) == "(2,) [1, 2]"
    assert text(engine.tensor([True])) == "(1,) [True]"


def test_what_is_too_big_is_refused_with_its_shape():
    with pytest.raises(ValueError, match=rf"\(20, 20\) with 400 numbers, expected at most {LIMIT}"):
        text(np.zeros((20, 20)))
    with pytest.raises(ValueError, match="at most"):
        text([0.0] * (LIMIT + 1))
    with pytest.raises(ValueError, match="complex"):
        text(np.ones(2, dtype=complex))


STRANGE = ["", "x", "[1, 2", "(1) ", "(3,)", "__import__('os').system('x')", "lambda: 0", "{[]: 1}"]
STRANGE += ["[x for x in y]", "1j", "b''", "-'a'", "[" * 5000, "-" * 3000, "9" * 400, "9" * 9000]


@pytest.mark.parametrize("line", STRANGE)
def test_a_strangers_line_is_read_and_never_evaluated(line):
    with pytest.raises(ValueError, match="line"):
        parse(line)


plain = st.recursive(
    st.floats(allow_nan=False, allow_infinity=False, width=32) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=12,
)


@given(plain)
def test_what_is_printed_can_be_read_back(value):
    line = text(value)
    assert text(parse(line)) == line
    assert same(parse(line), parse(line))


@given(st.floats(-1e6, 1e6), st.floats(-1e-7, 1e-7))
def test_rounding_never_separates_neighbours(x, relative):
    """Two machines that differ in the seventh digit must agree, whatever the printed digits do."""
    one, other = parse(text(float(x))), parse(text(float(x * (1 + relative))))
    assert same(one, other) or isinstance(one, int)


DIFFERENT = [(1.0, 1.001), (1, 2), (12345, 12346), (0.001, 0), (float("nan"), 0.0), (0, None)]
DIFFERENT += [(True, 1), ("a", "b"), ([1, 2], [1]), ([[1, 2]], [1, 2]), ({"a": 1}, {"b": 1})]


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different_values_differ(a, b):
    assert not same(a, b)
    assert not same(b, a)


def test_zero_is_measured_by_the_largest_entry_of_an_array():
    assert same([1e-7, 1.0], [0.0, 1.0])
    assert not same([1e-7], [0.0])
    assert same([float("nan"), float("inf")], [float("nan"), float("inf")])
