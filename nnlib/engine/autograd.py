"""torch.autograd: gradients on request, own operations, and when to record."""

from __future__ import annotations

import numpy as np

from . import core
from .core import Part, Tensor, no_grad, record, run_backward
from .gradcheck import gradcheck
from .missing import missing

__all__ = [
    "Function",
    "enable_grad",
    "grad",
    "gradcheck",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]


class enable_grad(no_grad):
    """Within this context operations are recorded again, though no_grad may stand around it."""

    record = True


class inference_mode(no_grad):
    """As no_grad; PyTorch's additional restrictions on what it makes do not apply."""

    def __init__(self, mode: bool = True):
        self.record = not mode


class set_grad_enabled(no_grad):
    """Record or not: from here on, or, as a context, within it."""

    def __init__(self, mode: bool):
        self.record = bool(mode)
        self.before, core.recording = core.recording, self.record

    def __enter__(self):
        core.recording = self.record

    def __exit__(self, *exception):
        core.recording = self.before


def is_grad_enabled() -> bool:
    return core.recording


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """∂(Σ grad_outputs · outputs) / ∂inputs as a tuple; no tensor's `grad` changes.

    An input that the outputs do not depend on is an error, unless allow_unused (then None) or
    materialize_grads (then zeros).
    """
    if create_graph:
        raise NotImplementedError("create_graph=True: nnlib.engine has no second derivatives.")
    outputs, inputs = _listed(outputs), _listed(inputs)
    weights = [None] * len(outputs) if grad_outputs is None else _listed(grad_outputs)
    for i, x in enumerate(inputs):
        if not x.requires_grad:
            raise RuntimeError(f"inputs[{i}]: a tensor to differentiate by does not require grad")
    gradients = run_backward(outputs, weights, inputs, bool(retain_graph))
    for i, (x, g) in enumerate(zip(inputs, gradients, strict=True)):
        if g is None and materialize_grads:
            gradients[i] = Tensor(np.zeros_like(x.array))
        elif g is None and not allow_unused:
            raise RuntimeError(
                f"inputs[{i}]: one of the differentiated tensors appears to not have been used "
                "in the graph. Set allow_unused=True if this is the desired behavior."
            )
    return tuple(gradients)


def _listed(tensors) -> list:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


class Context:
    """What `forward` leaves for `backward`: saved tensors, and whatever else is set on it."""

    def __init__(self, needs_input_grad: tuple[bool, ...]):
        self.needs_input_grad = needs_input_grad
        self._saved, self._constant = (), set()

    def save_for_backward(self, *tensors: Tensor | None):
        self._saved = [(t, t is not None and t._written[0]) for t in tensors]

    @property
    def saved_tensors(self) -> tuple:
        for t, written in self._saved:
            if t is not None and t._written[0] != written:
                raise RuntimeError(
                    f"a saved tensor of shape {tuple(t.array.shape)} has been modified by an "
                    "inplace operation since save_for_backward"
                )
        return tuple(t for t, _ in self._saved)

    def mark_non_differentiable(self, *outputs: Tensor):
        self._constant = {id(t) for t in outputs}

    def mark_dirty(self, *inputs):
        raise NotImplementedError("ctx.mark_dirty: nnlib.engine has no in-place Functions.")

    def set_materialize_grads(self, value: bool):
        if not value:
            raise NotImplementedError(
                "ctx.set_materialize_grads(False): nnlib.engine has no None gradients."
            )


class Function:
    """An operation with a gradient of its own: static `forward(ctx, …)` and `backward(ctx, …)`.

    `MyFunction.apply(x, …)` runs forward without recording. Later backward gets one gradient for
    each output and returns one for each input, None where there is none.
    """

    @staticmethod
    def forward(ctx: Context, *inputs):
        raise NotImplementedError("a Function needs a static method forward(ctx, …)")

    @staticmethod
    def backward(ctx: Context, *gradients):
        raise NotImplementedError("a Function needs a static method backward(ctx, …)")

    @classmethod
    def apply(cls, *inputs):
        if hasattr(cls, "setup_context"):
            raise NotImplementedError("Function.setup_context: write forward(ctx, …) instead.")
        ctx = Context(tuple(isinstance(x, Tensor) and x.requires_grad for x in inputs))
        with no_grad():
            results = cls.forward(ctx, *inputs)
        single = isinstance(results, Tensor)
        results = (results,) if single else tuple(results)
        if core.recording and any(ctx.needs_input_grad):
            results = cls._record(ctx, inputs, results)
        return results[0] if single else results

    @classmethod
    def _record(cls, ctx, inputs, results) -> tuple:
        """Put the results on the tape.

        The tape knows operations with one output. So all results lie behind one another in one
        tensor, whose rules call `backward`, and each result is a part of it.
        """
        varying = [y for y in results if id(y) not in ctx._constant]
        ends = np.cumsum([y.array.size for y in varying])
        parts = {
            id(y): slice(end - y.array.size, end) for y, end in zip(varying, ends, strict=True)
        }
        last = [None, ()]  # backward gives all gradients at once, the tape asks for one by one

        def gradients(g):
            if last[0] is not g:
                pieces = (
                    Tensor(g[parts[id(y)]].reshape(y.array.shape).astype(y.array.dtype))
                    if id(y) in parts
                    else Tensor(np.zeros_like(y.array))
                    for y in results
                )
                with no_grad():
                    given = cls.backward(ctx, *pieces)
                given = given if isinstance(given, tuple) else (given,)
                if len(given) != len(inputs):
                    raise RuntimeError(
                        f"{cls.__name__}.backward returned {len(given)} gradients, "
                        f"expected {len(inputs)}, one for each input of forward"
                    )
                last[:] = g, given
            return last[1]

        def rule(i):
            def one(g):
                d = gradients(g)[i]
                if d is None:
                    return np.zeros_like(inputs[i].array)
                if d.array.shape != inputs[i].array.shape:
                    raise RuntimeError(
                        f"{cls.__name__}.backward returned a gradient of shape "
                        f"{d.array.shape} for input {i} of shape {inputs[i].array.shape}"
                    )
                return d.array.view()  # a view: whoever else holds the array keeps it

            return one

        flat = np.concatenate([y.array.ravel() for y in varying])
        bundle = record(flat, inputs, [rule(i) for i in range(len(inputs))])
        return tuple(_part(bundle, parts[id(y)], y.array) if id(y) in parts else y for y in results)


def _part(bundle: Tensor, where: slice, array: np.ndarray) -> Tensor:
    return record(np.array(array), (bundle,), (lambda g: Part(where, g.ravel()),))


def __getattr__(name):
    raise missing("autograd", name)
