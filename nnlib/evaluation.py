"""How good a model is on a data set, and how data reaches it: in batches, in types it takes."""

from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from nnlib.backend import F, torch
from nnlib.data import Dataset


class Score(NamedTuple):
    """Mean loss over all examples, and the share answered right (None unless y holds classes)."""

    loss: float
    accuracy: float | None


def standard_loss(outputs, targets):
    """Cross-entropy for whole-number targets (outputs: logits), mean squared error for floats."""
    if not targets.is_floating_point():
        return F.cross_entropy(outputs, targets)
    if outputs.shape != targets.shape:  # else the difference would silently broadcast
        raise ValueError(
            f"data: targets of shape {tuple(targets.shape)} do not fit the model's outputs "
            f"of shape {tuple(outputs.shape)}"
        )
    return F.mse_loss(outputs, targets)


def evaluate(model, data, loss=standard_loss, batch_size=256):
    """The `Score` of a model on (X, y), a Dataset or a loader, in evaluation mode.

    Averaged by examples, so that a small last batch does not count more than it holds.
    Afterwards, also after an error, every part of the model is in the mode that it had before.
    """
    total, count, right, answers = 0.0, 0, 0, 0
    device = first_parameter(model).device
    with _evaluating(model), torch.no_grad():
        for x, y in batches(prepare(data, "data", model), batch_size):
            outputs, y = model(x.to(device)), y.to(device)
            total += loss(outputs, y).item() * len(y)
            count += len(y)
            if not y.is_floating_point() and outputs.ndim == y.ndim + 1:
                right += (outputs.argmax(1) == y).sum().item()
                answers += y.numel()
    if not count:
        raise ValueError("data: expected at least one example, got none")
    return Score(total / count, right / answers if answers else None)


@contextmanager
def _evaluating(model):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def prepare(data, name, model):
    """(X, y) as tensors in types the model takes, or the loader as it is."""
    if isinstance(data, Dataset):
        data = (data.X, data.y)
    if not isinstance(data, tuple | list):
        if not hasattr(data, "__iter__") or iter(data) is data:
            raise ValueError(
                f"{name}: expected (X, y), a Dataset or a loader that can be read once an epoch, "
                f"got {type(data).__name__}"
            )
        return data
    if len(data) != 2 or len(data[0]) != len(data[1]) or not len(data[0]):
        sizes = ", ".join(str(len(part)) for part in data)
        raise ValueError(f"{name}: expected (X, y) of equal length, got lengths {sizes}")
    return tuple(_as_tensor(part, first_parameter(model).dtype) for part in data)


def _as_tensor(values, dtype):
    """Arrays become tensors: whole numbers int64, others the model's dtype. Tensors stay."""
    if not isinstance(values, np.ndarray | list):
        return values
    values = np.asarray(values)
    return torch.as_tensor(values, dtype=torch.int64 if values.dtype.kind in "iub" else dtype)


def batches(data, batch_size, shuffle=False):
    """Once through the data, as pairs (x, y) of at most batch_size examples."""
    if not isinstance(data, tuple):
        yield from data
        return
    X, y = data
    order = torch.randperm(len(X)) if shuffle else torch.arange(len(X))
    for rows in order.split(batch_size):
        yield X[rows], y[rows]


def first_parameter(model):
    """It tells the model's device and dtype. ValueError when there is none."""
    for parameter in model.parameters():
        return parameter
    raise ValueError(f"model: {type(model).__name__} has no parameters to train")
