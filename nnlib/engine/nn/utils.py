"""torch.nn.utils: clipping gradients, parameters as one vector."""

from __future__ import annotations

import math

import numpy as np

from ..core import Tensor
from ..memory import wrote
from ..operations import cat


def clip_grad_norm_(
    parameters, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Scale all gradients so that their joint norm is at most max_norm; returns the norm before."""
    gradients = _gradients(parameters)
    total = _norm(gradients, float(norm_type))
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(f"The total norm of order {norm_type} for gradients is {total}")
    if gradients:
        factor = min(1.0, float(max_norm) / (total + 1e-6))  # 1e-6 as in PyTorch
        for g in gradients:
            g.array *= factor
            wrote(g)
    dtype = gradients[0].array.dtype if gradients else np.float32
    return Tensor(np.array(total, dtype))


def get_total_norm(tensors, norm_type: float = 2.0) -> Tensor:
    """The norm of all tensors as one vector."""
    tensors = _listed(tensors)
    dtype = tensors[0].array.dtype if tensors else np.float32
    return Tensor(np.array(_norm(tensors, float(norm_type)), dtype))


def clip_grad_value_(parameters, clip_value: float):
    """Limit each entry of each gradient to ± clip_value."""
    for g in _gradients(parameters):
        np.clip(g.array, -clip_value, clip_value, out=g.array)
        wrote(g)


def parameters_to_vector(parameters) -> Tensor:
    """All parameters behind one another, on the tape."""
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters):
    """Write the entries of `vec` into the parameters, in their order."""
    parameters = list(parameters)
    expected = sum(p.array.size for p in parameters)
    if vec.array.shape != (expected,):
        raise ValueError(f"vec: got shape {vec.array.shape}, expected ({expected},)")
    start = 0
    for p in parameters:
        p.array[...] = vec.array[start : start + p.array.size].reshape(p.array.shape)
        wrote(p)
        start += p.array.size


def _listed(tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters) -> list[Tensor]:
    return [p.grad for p in _listed(parameters) if p.grad is not None]


def _norm(tensors: list[Tensor], order: float) -> float:
    if not tensors:
        return 0.0
    norms = [np.linalg.norm(t.array.ravel(), order) for t in tensors]
    return float(np.linalg.norm(norms, order))
