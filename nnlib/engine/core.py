"""The heart of the engine: a tensor, a tape, a dozen operations, and `backward`.

A tensor wraps a NumPy array. An operation is written once, on arrays: it returns its value and,
for each input, a gradient rule.

    @operation
    def mul(a, b):
        return a * b, lambda g: g * b, lambda g: g * a

A rule turns g = ∂L/∂output into ∂L/∂input; what it needs for that, it remembers in its closure.
The tensors that operations make, each with its inputs and their rules, are the tape. `backward`
walks it from the youngest tensor to the oldest. The other files of the engine only add operations.

A rule returns a fresh array, or g, or a view of g, never an array that it keeps. It may return the
shape that broadcasting made, which is then summed down to the shape of the input.

Value and rule in one place: that is micrograd's idea (Karpathy, 2020). The names are PyTorch's.
"""

import functools
import math
import operator
from contextlib import ContextDecorator

import numpy as np

from . import memory
from .dtypes import ShapeError, as_float, axes, flat, kept, promote, quiet, same_type
from .gradients import Part, Sums, spread
from .memory import sharing

FREED = ()  # the edges of a tensor whose part of the tape has been used


class Tensor:
    """An array that remembers how it was made.

    `array` holds the values, `grad` what `backward` accumulates. If an operation made the tensor,
    `_inputs` are its inputs, and `_edges` the pairs (input, rule) for those that need a gradient.
    `_born` is the time of the operation; `_written`, a cell shared with all views, the time of the
    last in-place write.
    """

    __slots__ = ("array", "grad", "requires_grad")
    __slots__ += ("__weakref__", "_born", "_edges", "_hooks", "_inputs", "_written")
    __array_ufunc__ = None  # so that `ndarray * tensor` asks the tensor

    def __init__(self, array, requires_grad=False):
        if requires_grad and array.dtype.kind != "f":
            raise RuntimeError(f"only floating point tensors can require gradients: {array.dtype}")
        self.array = array
        self.requires_grad = requires_grad
        self.grad = self._inputs = self._edges = self._hooks = None
        self._born = 0
        self._written = [0]

    def backward(self, gradient=None, retain_graph=False, create_graph=False):
        """Add ∂self/∂leaf to the `grad` of every leaf that self depends on.

        A self of more than one number needs a weight for each, `gradient`. The tape is freed on the
        way: whoever calls backward twice gives the first call retain_graph=True.
        """
        if create_graph:
            raise NotImplementedError("create_graph=True: nnlib.engine has no second derivatives")
        run_backward([self], [gradient], retain_graph=retain_graph)


# ------------------------------------------------------------------------------------ the tape

recording = True


class no_grad(ContextDecorator):
    """Within this context, or in a function decorated with it, nothing goes on the tape."""

    record = False
    outside = None  # a stack, so that one context can be entered several times

    def __enter__(self):
        global recording
        self.outside, recording = (recording, self.outside), self.record

    def __exit__(self, *exception):
        global recording
        recording, self.outside = self.outside


def record(value, inputs, rules):
    """A new tensor with this value; on the tape, if an input that has a rule needs a gradient."""
    out = Tensor(value if type(value) is np.ndarray else np.asarray(value))
    if recording:
        pairs = zip(inputs, rules, strict=False)
        edges = [(x, r) for x, r in pairs if r and isinstance(x, Tensor) and x.requires_grad]
        if edges:
            out.requires_grad = True
            out._inputs, out._edges, out._born = inputs, edges, memory.tick()
    return out


def operation(function):
    """Turn `function` on arrays, which returns (value, rule, rule, …), into one on tensors.

    Rules belong to the inputs in order; None, or no rule at all, where an input has no gradient.
    """
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = dict(zip(names[::-1], (function.__defaults__ or ())[::-1], strict=False))

    @quiet
    @functools.wraps(function)
    def apply(*inputs, **options):
        if options:  # put tensors given by name where their rules will be
            rest = [n for n in names[len(inputs) :] if n in options or n in defaults]
            inputs += tuple(options.pop(n) if n in options else defaults[n] for n in rest)
        arrays = [x.array if isinstance(x, Tensor) else x for x in inputs]
        try:
            value, *rules = function(*arrays, **options)
        except ValueError as error:
            if isinstance(error, IndexError):  # an axis out of range
                raise
            shapes = ", ".join(str(x.array.shape) for x in inputs if isinstance(x, Tensor))
            raise ShapeError(f"{function.__name__}: {error} (input shapes {shapes})") from error
        return record(value, inputs, rules)

    return apply


def method(function):
    """Make a function on tensors a method of Tensor, too."""
    setattr(Tensor, function.__name__, function)
    return function


def tape(outputs):
    """What the outputs depend on, from the oldest tensors, the leaves, to the youngest."""
    found = {id(t): t for t in outputs}
    waiting = list(found.values())
    while waiting:
        node = waiting.pop()
        if node._edges is FREED:
            raise RuntimeError(
                "Trying to backward through the graph a second time; retain_graph=True allows it"
            )
        for x, _ in node._edges or ():
            if id(x) not in found:
                found[id(x)] = x
                waiting.append(x)
    return sorted(found.values(), key=operator.attrgetter("_born"))


@quiet
def run_backward(outputs, gradients, inputs=None, retain_graph=False):
    """The gradient of Σ gradient · output: added to the leaves' grad, or listed for `inputs`.

    A gradient None means 1, for a single number; in the list it means that no output depends on it.
    """
    sums = Sums()
    for output, gradient in zip(outputs, gradients, strict=True):
        if not output.requires_grad:
            raise RuntimeError("the tensor does not require grad and does not have a grad_fn")
        a = output.array
        g = np.ones((1,) * a.ndim, a.dtype) if gradient is None else gradient.array
        if g.shape != a.shape:
            raise ShapeError(
                f"gradient has shape {g.shape}, but the output has shape {a.shape}: "
                "grad can be implicitly created only for scalar outputs"
            )
        sums.add(output, g, g)
    wanted = {id(x): None for x in inputs or ()}

    nodes = tape(outputs)
    while nodes:
        node = nodes.pop()
        g, owned = sums.take(node)
        for hook in list((node._hooks or {}).values()):
            changed = hook(Tensor(g))
            g = g if changed is None else changed.array
        if id(node) in wanted:
            wanted[id(node)] = Tensor(np.array(g))
        if node._edges is None:
            if inputs is None and node.grad is None:
                node.grad = Tensor(g if owned else np.array(g))
            elif inputs is None:
                node.grad.array += g  # in place: whoever holds it sees the sum
            continue
        if memory.last_write > node._born:
            memory.check_fresh(node)
        for x, rule in node._edges:
            sums.add(x, rule(g), g)
        if not retain_graph:
            node._edges, node._inputs = FREED, None
    return [wanted[id(x)] for x in inputs or ()]


# ------------------------------------------------------------------------------------ operations


@method
@operation
def add(a, b):
    a, b = promote(a, b)
    return a + b, lambda g: g, lambda g: g


@method
@operation
def mul(a, b):
    a, b = promote(a, b)
    return a * b, lambda g: g * b, lambda g: g * a


@method
@operation
def neg(a):
    return -a, lambda g: -g


@method
@operation
def exp(a):
    y = np.exp(as_float(a))
    return y, lambda g: g * y


@method
@operation
def log(a):
    a = as_float(a)
    return np.log(a), lambda g: g / a


@method
@operation
def relu(a):
    y = np.maximum(a, 0)
    return y, lambda g: g * (y > 0)


@method
@operation
def sum(a, dim=None, keepdim=False):
    shape, dims = a.shape, axes(dim, a.ndim)
    y = a.sum(dims, keepdims=keepdim, dtype=None if a.dtype.kind == "f" else np.int64)
    return y, lambda g: spread(g.reshape(kept(shape, dims)), shape)


@method
@operation
def matmul(a, b):
    """(…, n, k) @ (…, k, m) → (…, n, m); a one-dimensional a is a row, such a b a column."""
    if a.ndim == 0 or b.ndim == 0 or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"shapes {a.shape} and {b.shape} cannot be multiplied")
    same_type(a, b)
    if b.ndim <= 2:  # all rows of a, in whatever batch, meet the same matrix: one product for all
        rows = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
        matrix = b if b.ndim == 2 else b[:, None]
        y = rows @ matrix
        full = y.shape
        return (
            y.reshape(a.shape[:-1] + b.shape[1:]),
            lambda g: (g.reshape(full) @ matrix.T).reshape(a.shape),
            lambda g: (rows.T @ g.reshape(full)).reshape(b.shape),
        )
    matrix = a if a.ndim > 1 else a[None]
    y = matrix @ b
    full = y.shape
    return (
        y if a.ndim > 1 else y[..., 0, :],
        lambda g: g.reshape(full) @ b.swapaxes(-1, -2),
        lambda g: matrix.swapaxes(-1, -2) @ g.reshape(full),
    )


@method
@sharing
@operation
def reshape(a, *shape):
    before = a.shape
    return a.reshape(flat(shape)), lambda g: g.reshape(before)


@method
@sharing
@operation
def transpose(a, dim0, dim1):
    if a.ndim == 0:
        return a, lambda g: g
    return a.swapaxes(dim0, dim1), lambda g: g.swapaxes(dim0, dim1)


@sharing
@operation
def getitem(a, key, repeats=False):
    """a[key]; `repeats` if the key may name one entry several times, as integer arrays can."""
    return a[key], lambda g: Part(key, g, repeats)


Tensor.__add__ = Tensor.__radd__ = add
Tensor.__mul__ = Tensor.__rmul__ = mul
Tensor.__neg__, Tensor.__matmul__ = neg, matmul
