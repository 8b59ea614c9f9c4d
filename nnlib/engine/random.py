"""Tensors of random numbers from torch's stream: `manual_seed(0)` starts both engines alike."""

from __future__ import annotations

import numpy as np

from . import core
from .core import Tensor
from .dtypes import as_dtype, float32, int64
from .generator import Generator, default_generator
from .memory import wrote

__all__ = [
    "Generator",
    "bernoulli",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
]


def manual_seed(seed: int) -> Generator:
    """Start the stream at `seed`; equal seeds give equal numbers, here and in PyTorch on a CPU."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    return default_generator.seed()


def initial_seed() -> int:
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Where the stream stands, as bytes in torch's own layout."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor):
    """Continue where get_rng_state() was called: in this process or another, here or in torch."""
    default_generator.set_state(new_state)


def rand(*size, generator=None, dtype=None, device=None, requires_grad=False) -> Tensor:
    """Uniform on [0, 1)."""
    values = (generator or default_generator).uniform(_shape(size), _real(dtype))
    return Tensor(values, requires_grad)


def randn(*size, generator=None, dtype=None, device=None, requires_grad=False) -> Tensor:
    """Normal with mean 0 and standard deviation 1."""
    values = (generator or default_generator).normal(_shape(size), _real(dtype))
    return Tensor(values, requires_grad)


def rand_like(input: Tensor, *, dtype=None, requires_grad=False) -> Tensor:
    return rand(input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad)


def randn_like(input: Tensor, *, dtype=None, requires_grad=False) -> Tensor:
    return randn(input.array.shape, dtype=dtype or input.array.dtype, requires_grad=requires_grad)


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None) -> Tensor:
    """Integers from low to high − 1: randint(high, size) or randint(low, high, size)."""
    if size is None:
        low, high, size = 0, low, high
    if high is None or high <= low:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got {low} >= {high}")
    values = (generator or default_generator).integers(low, high, _shape([size]))
    return Tensor(values.astype(as_dtype(dtype or int64), copy=False))


def randperm(n: int, *, generator=None, dtype=None, device=None) -> Tensor:
    """A permutation of 0 … n − 1."""
    values = (generator or default_generator).permutation(n)
    return Tensor(values.astype(as_dtype(dtype or int64), copy=False))


def normal(mean, std=1.0, size=None, *, generator=None) -> Tensor:
    """Normal with means and deviations that are tensors, or numbers together with a size."""
    source = generator or default_generator
    if size is not None:
        return Tensor(source.normal(_shape([size]), float32, mean, std))
    mean, std = (x.array if isinstance(x, Tensor) else np.float32(x) for x in (mean, std))
    shape = np.broadcast_shapes(mean.shape, std.shape)
    dtype = np.result_type(mean, std)
    return Tensor(np.asarray(source.normal(shape, dtype) * std + mean, dtype))


def bernoulli(input: Tensor, *, generator=None) -> Tensor:
    """1 with the probability that stands in `input`, else 0."""
    p = input.array
    if p.size and not (p.min() >= 0 and p.max() <= 1):
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false")
    draws = (generator or default_generator).uniform(p.shape, p.dtype)
    return Tensor((draws < p).astype(p.dtype))


def multinomial(input: Tensor, num_samples: int, replacement=False, *, generator=None) -> Tensor:
    """Indices drawn with probabilities proportional to the last dimension, int64.

    Without replacement, or for one sample, by torch's race: the smallest of Exponential(1) / weight
    comes first. With replacement, by where a uniform number falls among the cumulated weights.
    """
    weights, source = input.array, generator or default_generator
    categories = weights.shape[-1]
    if not (weights >= 0).all() or not np.isfinite(weights).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if (weights.sum(-1) <= 0).any():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    if replacement and num_samples > 1:
        edges = weights.cumsum(-1, dtype=np.float64)
        edges /= edges[..., -1:]
        draws = source.uniform((*weights.shape[:-1], num_samples), np.float64)
        return Tensor((draws[..., None] >= edges[..., None, :]).sum(-1, dtype=np.int64))
    if num_samples > (weights > 0).sum(-1).min():
        raise RuntimeError(
            f"num_samples: got {num_samples} of {categories} categories without replacement, "
            "more than have a positive weight"
        )
    speed = weights / source.exponential(weights.shape, weights.dtype)
    return Tensor(np.argsort(-speed, axis=-1, kind="stable")[..., :num_samples])


# -- in place, as methods of Tensor ------------------------------------------------------------


def _fill(tensor: Tensor, values: np.ndarray) -> Tensor:
    if core.recording and tensor.requires_grad:
        raise RuntimeError(
            "a tensor that requires grad is being filled in place: do it within torch.no_grad()"
        )
    tensor.array[...] = values
    wrote(tensor)
    return tensor


def uniform_(self, a=0.0, b=1.0, *, generator=None):
    """Uniform on [a, b), in place."""
    source = generator or default_generator
    return _fill(self, source.uniform(self.array.shape, self.array.dtype, a, b))


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Normal, in place."""
    source = generator or default_generator
    return _fill(self, source.normal(self.array.shape, self.array.dtype, mean, std))


def bernoulli_(self, p=0.5, *, generator=None):
    """1 with probability p, else 0, in place."""
    return _fill(self, (generator or default_generator).bernoulli(p, self.array.shape))


def exponential_(self, lambd=1.0, *, generator=None):
    """Exponential with rate lambd, in place."""
    if lambd <= 0:
        raise ValueError(f"lambd: got {lambd}, expected a rate > 0")
    source = generator or default_generator
    return _fill(self, source.exponential(self.array.shape, self.array.dtype) / lambd)


for _method in (uniform_, normal_, bernoulli_, exponential_):
    setattr(Tensor, _method.__name__, _method)


def _shape(size) -> tuple[int, ...]:
    """(2, 3) from rand(2, 3) as from rand((2, 3))."""
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    return tuple(int(n) for n in size)


def _real(dtype):
    dtype = as_dtype(dtype or float32)
    if dtype.kind != "f":
        raise NotImplementedError(f"random numbers of type {dtype}: expected float32 or float64")
    return dtype
