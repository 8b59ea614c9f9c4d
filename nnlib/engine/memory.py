"""Time on the tape: which operation came when, and what was overwritten since.

One clock ticks for every operation and for every in-place write. A gradient rule that still holds
memory written after its operation would compute with wrong numbers: `check_fresh` finds it.
"""

import functools
import itertools

import numpy as np

tick = itertools.count(1).__next__
last_write = 0  # the time of the last in-place write to any tensor


def wrote(tensor):
    """Note that the memory of this tensor, and so of its views, has just changed."""
    global last_write
    tensor._written[0] = last_write = tick()


def check_fresh(node):
    """RuntimeError if a rule of `node` holds memory that was written after the operation."""
    for tensor in (*node._inputs, node):
        written = getattr(tensor, "_written", None)
        if written is None or written[0] < node._born:
            continue
        if any(holds(rule, tensor.array) for _, rule in node._edges):
            raise RuntimeError(
                f"one of the tensors needed for the gradient of {node.grad_fn}, of shape "
                f"{tensor.array.shape}, has been modified by an in-place operation since: "
                "make a new tensor instead (x = x + y, not x += y), or clone() it before"
            )


def holds(rule, array):
    """Whether the closure `rule`, or a function it calls, refers to the memory of `array`."""
    waiting, seen = [rule], set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, np.ndarray):
            if np.may_share_memory(thing, array):
                return True
        elif isinstance(thing, (tuple, list)):
            waiting.extend(thing)
        elif getattr(thing, "__closure__", None) and id(thing) not in seen:
            seen.add(id(thing))
            waiting.extend(cell.cell_contents for cell in thing.__closure__)
    return False


def sharing(function):
    """An operation whose result may share memory with its input, and then its time of writing."""

    @functools.wraps(function)
    def apply(x, *arguments, **options):
        out = function(x, *arguments, **options)
        if np.may_share_memory(out.array, x.array):
            out._written = x._written
        return out

    return apply
