"""Values as one plain line of text, and back: what `show` prints and every comparison reads.

A comparison outside the student's process has nothing but printed text, so the text is the
evidence everywhere, in the notebook too. One value is one line:

    54      -0.5      1.2346e+05      True      'relu'      None
    (2, 3) [[1, 2, 3], [4, 5, 6]]          an array, a tensor or a list of equal rows
    [[[1, 2], [3, 4]], [5, 6]]             a list of unequal things

Numbers are rounded to a fixed count of significant digits; what is nearer to zero than `floor`
is 0, and so is −0. Whole numbers look alike whether they are ints or floats.
"""

import ast
import math
from numbers import Integral, Real

import numpy as np

LIMIT = 100  # numbers in one value
DIGITS, FLOOR = 5, 1e-9


def text(value, digits=DIGITS, floor=FLOOR):
    """`value` as one line. Raises ValueError for what is too big or not a plain value."""
    value = plain(value)
    body = _write(value, digits, floor)
    shape = _regular_shape(value)
    return f"{shape} {body}" if shape else body


def plain(value):
    """`value` as nested lists and dicts of Python scalars: arrays and tensors of either engine too.

    Anything else becomes the name of its type, so that no address is ever printed.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)  # np.str_ would be written as np.str_('…')
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if hasattr(value, "tolist") and hasattr(value, "shape"):
        return _from_array(value)
    if isinstance(value, list | tuple):
        items = [plain(item) for item in value]
        _refuse_if_big(_count(items), f"a {type(value).__name__}")
        return items
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return f"<{type(value).__name__}>"


def _from_array(value):
    shape = tuple(int(n) for n in value.shape)
    _refuse_if_big(math.prod(shape), f"an array of shape {shape}")
    if hasattr(value, "detach"):
        value = value.detach()
    if "complex" in str(value.dtype):
        raise ValueError(f"show: got complex numbers ({value.dtype}), expected real ones")
    return value.tolist()


def _refuse_if_big(count, what):
    if count > LIMIT:
        raise ValueError(
            f"show: got {what} with {count} numbers, expected at most {LIMIT}. "
            "Show a slice, a mean or a norm instead."
        )


def _count(value):
    return sum(_count(item) for item in value) if isinstance(value, list) else 1


def _write(value, digits, floor):
    if isinstance(value, list):
        return "[" + ", ".join(_write(item, digits, floor) for item in value) + "]"
    if isinstance(value, dict):
        inside = (f"{key!r}: {_write(item, digits, floor)}" for key, item in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, float):
        written = f"{value:.{digits}g}"
        return "0" if abs(value) < floor or float(written) == 0 else written
    return repr(value)


def _regular_shape(value):
    """The shape of nested lists of numbers with equal rows; () for everything else."""
    if not isinstance(value, list):
        return ()
    if not value or all(is_number(item) or isinstance(item, bool) for item in value):
        return (len(value),)
    inner = {_regular_shape(item) for item in value}
    shape = inner.pop()
    return (len(value), *shape) if shape and not inner else ()


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


# ── back ─────────────────────────────────────────────────────────────────────────────


def parse(line):
    """The plain value that a line of `text` stands for. Raises ValueError for any other line.

    The line may come from a stranger's process: nothing is evaluated, only read.
    """
    body = line.strip()
    if body.startswith("("):  # the shape is there for the reader; the rows say it again
        body = body.partition(") ")[2]
    if len(body) > 100 * LIMIT:
        raise ValueError(f"line: expected at most {100 * LIMIT} characters, got {len(body)}")
    try:
        return _read(ast.parse(body, mode="eval").body)
    except (SyntaxError, MemoryError, RecursionError, ValueError, TypeError) as error:
        raise ValueError(f"line: not a value that `show` prints: {body[:60]!r}") from error


def _read(node):
    match node:
        case ast.Constant(value=value) if value is None or isinstance(value, str | float):
            return value
        case ast.Constant(value=int(value)) if abs(value) < 10**300:
            return value
        case ast.Name(id="nan" | "inf" as name):
            return float(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_read(operand)
        case ast.List(elts=items):
            return [_read(item) for item in items]
        case ast.Dict(keys=keys, values=items):
            return {_read(key): _read(item) for key, item in zip(keys, items, strict=True)}
    raise ValueError(type(node).__name__)


# ── comparing ────────────────────────────────────────────────────────────────────────


def same(got, expected, digits=DIGITS, floor=FLOOR):
    """Whether two plain values agree to `digits` significant digits, entry by entry.

    Both were rounded when they were printed, so one unit of the last digit is allowed; within an
    array the largest entry sets the scale of what counts as zero (1e-6 of it). Whole numbers agree
    only when they are equal.
    """
    if is_number(got) and is_number(expected):
        return _close(got, expected, digits, floor)
    if isinstance(got, list) and isinstance(expected, list):
        if len(got) != len(expected):
            return False
        if _regular_shape(expected) and _regular_shape(got) == _regular_shape(expected):
            floor = max([floor, *(1e-6 * abs(x) for x in flat(expected) if math.isfinite(x))])
        return all(same(a, b, digits, floor) for a, b in zip(got, expected, strict=True))
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(
            same(got[key], expected[key], digits, floor) for key in got
        )
    return type(got) is type(expected) and got == expected


def _close(a, b, digits, floor):
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    if not (math.isfinite(a) and math.isfinite(b)):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= max(floor, 10 ** (1 - digits) * abs(b))


def flat(value):
    """The entries of nested lists, one after the other."""
    if isinstance(value, list):
        return [x for item in value for x in flat(item)]
    return [value]


def shape(value):
    """The shape of a plain value: () for a single one, None for a list of unequal things."""
    if not isinstance(value, list):
        return ()
    return _regular_shape(value) or None
