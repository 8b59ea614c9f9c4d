"""Data sets and the loader that makes mini-batches of them, in torch's order for the same seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np

from ..core import Tensor
from ..factories import tensor
from ..generator import Generator, default_generator
from ..missing import missing
from ..operations import stack


class Dataset:
    """Subclass it with `__getitem__` and `__len__`."""

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} defines no __getitem__")

    def __add__(self, other):
        return ConcatDataset([self, other])


class TensorDataset(Dataset):
    """Example i is the i-th row of every tensor."""

    def __init__(self, *tensors: Tensor):
        lengths = [len(t) for t in tensors]
        if len(set(lengths)) != 1:
            raise ValueError(f"tensors: got lengths {lengths}, expected one length for all")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(t[index] for t in self.tensors)

    def __len__(self):
        return len(self.tensors[0])


class Subset(Dataset):
    """The examples of `dataset` at `indices`."""

    def __init__(self, dataset, indices: Sequence[int]):
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index):
        return self.dataset[self.indices[index]]

    def __len__(self):
        return len(self.indices)


class ConcatDataset(Dataset):
    """One data set after the other."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        self.ends = list(accumulate(len(d) for d in self.datasets))

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range for {len(self)} examples")
        index %= len(self)
        which = next(i for i, end in enumerate(self.ends) if index < end)
        return self.datasets[which][index - self.ends[which] + len(self.datasets[which])]

    def __len__(self):
        return self.ends[-1] if self.ends else 0


def random_split(dataset, lengths: Sequence[float], generator: Generator | None = None):
    """Disjoint random Subsets of the given lengths, or of fractions that sum to 1."""
    n = len(dataset)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        counts = [math.floor(n * fraction) for fraction in lengths]
        for i in range(n - sum(counts)):  # what rounding left over, one each
            counts[i % len(counts)] += 1
        lengths = counts
    if sum(lengths) != n:
        raise ValueError(f"lengths: got {list(lengths)}, expected a sum of {n} (or fractions of 1)")
    order = (generator or default_generator).permutation(n).tolist()
    ends = accumulate(lengths)
    return [Subset(dataset, order[e - k : e]) for k, e in zip(lengths, ends, strict=True)]


def default_collate(batch: list):
    """A list of examples → one batch: stacked tensors, inside the same tuples and mappings."""
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch)
    if isinstance(first, (np.ndarray, np.generic)):
        return tensor(np.stack(batch))
    if isinstance(first, float):
        return tensor(np.array(batch))  # float64, as torch does
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, str):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([example[key] for example in batch]) for key in first}
    if isinstance(first, Sequence):
        columns = [default_collate(list(column)) for column in zip(*batch, strict=True)]
        return type(first)(*columns) if hasattr(first, "_fields") else columns
    raise TypeError(
        f"batch: got examples of {type(first).__name__}, "
        "expected tensors, arrays, numbers, strings, mappings or sequences of them"
    )


class DataLoader:
    """Mini-batches of a data set: `for x, y in DataLoader(data, batch_size=32, shuffle=True)`.

    Each pass draws the same numbers as torch's loader, so the same seed gives the same batches
    (and leaves the generator in the same state).
    """

    def __init__(
        self,
        dataset,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        collate_fn=None,
        generator: Generator | None = None,
        num_workers: int = 0,
        pin_memory: bool = False,
    ):
        if num_workers:
            raise NotImplementedError(
                f"num_workers: got {num_workers}; nnlib's engine loads in the main process only (0)"
            )
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch_size: got {batch_size!r}, expected a positive integer")
        if shuffle and len(dataset) == 0:
            raise ValueError("dataset: it is empty, there is nothing to shuffle")
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.drop_last, self.generator, self.pin_memory = drop_last, generator, pin_memory
        self.num_workers, self.collate_fn = num_workers, collate_fn or default_collate

    def __len__(self):
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + bool(rest and not self.drop_last)

    def __iter__(self):
        source = self.generator or default_generator
        source.integer63()  # torch draws a seed for its workers here, whether or not it has any
        return self._batches(source)

    def _batches(self, source):
        n = len(self.dataset)
        order = list(range(n))
        if self.shuffle:
            if self.generator is None:  # and one for the sampler, which has its own stream
                source = Generator().manual_seed(source.integer63())
            order = source.permutation(n).tolist()
        for i in range(len(self)):
            yield self._batch(order[i * self.batch_size : (i + 1) * self.batch_size])
        if self.shuffle and self.generator is not None:
            source.permutation(n)  # torch's sampler draws one more at the end and uses none of it

    def _batch(self, indices: list[int]):
        dataset = self.dataset
        while type(dataset) is Subset:
            indices, dataset = [dataset.indices[i] for i in indices], dataset.dataset
        if self.collate_fn is default_collate and type(dataset) is TensorDataset:
            return [t[indices] for t in dataset.tensors]  # one gather, not one for each example
        return self.collate_fn([dataset[i] for i in indices])


def __getattr__(name):
    raise missing("utils.data", name)
