"""How gradients add up on their way back.

A tensor that several operations used gets a gradient from each of them; their sum is its gradient.
"""

import numpy as np


class Part:
    """A gradient that is zero except in a part: total[key] += value.

    Adding it costs what the part costs. So a loop over time that takes a slice a step needs one
    array for the gradient of the whole, and not one a step.
    """

    __slots__ = ("key", "repeats", "value")

    def __init__(self, key, value, repeats=False):
        self.key, self.value, self.repeats = key, value, repeats

    def add_to(self, total):
        if self.repeats:  # the key may name one entry several times
            add_repeated(total, self.key, self.value)
        else:
            total[self.key] += self.value


def add_repeated(total, key, value):
    """total[key] += value, where each of several values for one entry counts."""
    if isinstance(key, np.ndarray) and key.size:  # whole rows: add up those of one index, at once
        rows = key.reshape(-1) % len(total)  # -1 is the last row, and the same as its number
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
        value = value.reshape(key.size, *total.shape[1:])[order]
        total[rows[starts]] += np.add.reduceat(value, starts, axis=0)
    elif total.flags.c_contiguous and _single_entries(key, total.ndim):
        places = np.ravel_multi_index(np.broadcast_arrays(*key), total.shape, mode="wrap")
        np.add.at(total.reshape(-1), places.reshape(-1), np.reshape(value, -1))
    else:
        np.add.at(total, key, value)


def _single_entries(key, ndim):
    integers = (isinstance(k, np.ndarray) and k.dtype.kind == "i" for k in key)
    return isinstance(key, tuple) and len(key) == ndim > 1 and all(integers)


class Sums:
    """The gradient that has reached each tensor so far."""

    def __init__(self):
        self.totals = {}  # by the id of the tensor
        self.owned = set()  # ids of the tensors whose total is nobody else's: add to it in place

    def add(self, x, d, g=None):
        """Add d, which a rule made of g, to the gradient of the tensor x."""
        key, a = id(x), x.array
        total = self.totals.get(key)
        if type(d) is Part:
            if key not in self.owned:
                total = np.zeros(a.shape, a.dtype) if total is None else np.array(total, order="C")
                self.totals[key] = total
                self.owned.add(key)
            d.add_to(total)
            return
        if d.shape != a.shape:
            d = unbroadcast(d, a.shape)
        if d.dtype is not a.dtype:
            if a.dtype.kind != "f":
                raise RuntimeError(
                    f"a tensor of {a.dtype} got a gradient: only floats can have one"
                )
            d = d.astype(a.dtype)
        d = np.asarray(d)  # without a dimension NumPy's arithmetic makes scalars
        if total is None:
            self.totals[key] = d
            if d is not g and d.base is None:
                self.owned.add(key)
        elif key in self.owned:
            total += d
        else:
            self.totals[key] = np.asarray(total + d)
            self.owned.add(key)

    def take(self, x):
        """The gradient of x, whether it is ours alone; it is forgotten here."""
        key = id(x)
        mine = key in self.owned
        self.owned.discard(key)
        return self.totals.pop(key), mine


def unbroadcast(g, shape):
    """Sum g over the axes along which broadcasting has repeated an array of this shape."""
    extra = g.ndim - len(shape)
    repeated = (i + extra for i, n in enumerate(shape) if n == 1 != g.shape[i + extra])
    return g.sum((*range(extra), *repeated)).reshape(shape)


def spread(g, shape):
    """Repeat g to this shape, in an array of its own."""
    out = np.empty(shape, g.dtype)
    out[...] = g
    return out
