"""Derivatives by central differences, held against those of the tape.

Written on the methods that both engines' tensors have, so it checks PyTorch's tensors as well.
"""

import sys

import numpy as np


def gradcheck(fn, inputs, eps: float = 1e-5, atol: float = 1e-7, rtol: float = 1e-5) -> bool:
    """Whether backward() of `fn` agrees with (f(x + ε) − f(x − ε)) / 2ε in every entry.

    fn: takes the inputs, returns a tensor or a tuple of tensors. Several outputs are checked in one
        fixed random combination, in which no error can hide.
    inputs: a tensor or a tuple of them. Those that require a gradient are checked; they must be
        float64, because in float32 the difference has no more digits than the error one looks for.

    AssertionError names the input and the index where they differ most, with both numbers.
    """
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    checked = [i for i, x in enumerate(inputs) if x.requires_grad]
    if not checked:
        raise ValueError("inputs: none of them requires a gradient, so there is nothing to check")
    for i in checked:
        if not str(inputs[i].dtype).endswith("float64"):
            raise ValueError(f"inputs[{i}]: got {inputs[i].dtype}, expected float64")
    of_torch = type(inputs[0]).__module__.startswith("torch")
    from_numpy = sys.modules["torch" if of_torch else "nnlib.engine"].from_numpy

    arrays = [np.array(x.detach().numpy()) for x in inputs]

    def value():
        tensors = [from_numpy(a.copy()) for a in arrays]
        for i in checked:
            tensors[i].requires_grad_()
        outputs = fn(*tensors)
        outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
        total = 0.0
        for k, y in enumerate(outputs):
            weights = np.random.default_rng(k).uniform(0.5, 1.5, tuple(y.shape))
            total = total + (y * from_numpy(np.asarray(weights))).sum()
        return total, tensors

    total, tensors = value()
    if total.requires_grad:
        total.backward()
    for i in checked:
        gradient = tensors[i].grad
        tape = np.zeros_like(arrays[i]) if gradient is None else gradient.numpy()
        numeric = np.empty_like(arrays[i])
        for at in np.ndindex(arrays[i].shape):
            kept = arrays[i][at]
            sides = []
            for moved in (kept + eps, kept - eps):
                arrays[i][at] = moved
                sides.append(value()[0].item())
            arrays[i][at] = kept
            numeric[at] = (sides[0] - sides[1]) / (2 * eps)
        excess = np.abs(tape - numeric) - (atol + rtol * np.abs(numeric))
        if not (excess <= 0).all():
            at = np.unravel_index(
                np.argmax(np.where(np.isnan(excess), np.inf, excess)), excess.shape
            )
            raise AssertionError(
                f"input {i}, index {tuple(map(int, at))}: the tape says {tape[at]:.10g}, "
                f"central differences say {numeric[at]:.10g}"
            )
    return True
