"""Indexing in all its forms equals torch."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from tests.engine.parity import same, values

KEYS = {
    "int": lambda t, x: [x[1], x[-1], x[0, 2], x[0, 1, 2]],
    "slice": lambda t, x: [x[:, 1:], x[..., ::2], x[1:, :-1, 1:3], x[5:]],
    "none": lambda t, x: [x[None], x[:, None, 1], x[..., None]],
    "ellipsis": lambda t, x: [x[...], x[..., 0], x[0, ..., 1]],
    "list": lambda t, x: [x[[0, 1, 1]], x[:, [2, 0]], x[[0, 1], [1, 2]]],
    "tensor": lambda t, x: [x[t.tensor([1, 1, 0])], x[:, t.tensor([[0, 2], [2, 2]])]],
    "two tensors": lambda t, x: [x[t.tensor([0, 1]), :, t.tensor([3, 0])],
                                 x[t.tensor([[0], [1]]), t.tensor([0, 2])]],
    "number and tensor": lambda t, x: [x[0, :, t.tensor([3, 0, 3])], x[:, 1, t.tensor([0, 0])],
                                       x[0, t.tensor([1, 1])]],
    "0-d tensor": lambda t, x: [x[t.tensor(1)], x[:, t.tensor(2), 0]],
    "mask": lambda t, x: [x[x > 0], x[t.tensor([True, False])],
                          x[:, t.tensor([True, False, True])]],
    "number and mask": lambda t, x: [x[0, t.tensor([True, False, True])], x[..., 1][x[..., 0] > 0]],
    "arange": lambda t, x: x[t.arange(2), t.tensor([2, 0])],
    "empty": lambda t, x: [x[t.tensor([], dtype=t.int64)], x[[]]],
    "gather": lambda t, x: [x.gather(1, t.tensor([[[0, 1], [2, 2]], [[1, 1], [0, 0]]])),
                            t.gather(x, 2, t.zeros(2, 3, 5, dtype=t.int64))],
    "index_select": lambda t, x: [x.index_select(1, t.tensor([2, 2, 0])),
                                  t.index_select(x, -1, t.tensor([0]))],
    "take_along_dim": lambda t, x: [t.take_along_dim(x, x.argsort(1), 1),
                                    x.take_along_dim(t.tensor([[[0, 3]]]), 2)],
    "masked_select": lambda t, x: [x.masked_select(x > 0),
                                   t.masked_select(x, t.tensor([True, False, True, True]))],
    "masked_fill": lambda t, x: [x.masked_fill(t.tensor([True, False, True, True]), 0.5)],
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_getting(name):
    same(KEYS[name], values(2, 3, 4))


def test_scatter():
    index = np.array([[0, 1, 1], [2, 0, 0]])
    a, b = values(3, 5), values(2, 3, seed=1)
    same(lambda t, x, i, y: x.scatter_add(0, i, y), a, index, b)
    same(lambda t, x, i, y: t.scatter_add(x, 1, i, y), a, index, b)
    same(lambda t, x, i, y: x.scatter(1, i, y), a, np.array([[0, 1, 4], [2, 0, 3]]), b)
    same(lambda t, x, i: x.scatter(0, i, 7.0), a, index)
    same(lambda t, x, i, y: x.index_add(0, i, y), a, np.array([1, 1]), values(2, 5, seed=1))
    same(lambda t, x, i, y: x.index_add(1, i, y), a, np.array([1, 1]), values(3, 2, seed=1))


def test_counting_and_finding():
    i = np.array([0, 3, 3, 1])
    same(lambda t, x: [t.bincount(x), t.bincount(x, minlength=6), t.nn.functional.one_hot(x),
                       t.nn.functional.one_hot(x, 5), x.nonzero(), *t.where(x > 0)],
         i, gradients=False)  # fmt: skip
    same(lambda t, x: [x.nonzero(), *x.nonzero(as_tuple=True)], np.array([[0.0, 1.0], [2.0, 0.0]]),
         gradients=False)  # fmt: skip
    same(lambda t, x: t.searchsorted(x.sort()[0], x, right=True), values(5), gradients=False)


def test_setting():
    def write(t):
        x = t.zeros(3, 4)
        x[0] = 1
        x[:, 1] = t.tensor([5.0, 6.0, 7.0])
        x[t.tensor([1, 2]), t.tensor([2, 3])] = -1.0
        x[x > 5] += 1
        x[2, t.tensor([0, 2])] = t.tensor([8.0, 9.0])
        x[-1, -1:] = 3
        x.scatter_(0, t.tensor([[2, 2, 0, 1]]), 4.0)
        return x.tolist()

    assert write(engine) == write(torch)


def test_wrong_indices_are_named():
    x = engine.zeros(2, 3)
    for key in (5, (0, 3), [7], engine.tensor([4])):
        with pytest.raises(IndexError, match="out of bounds"):
            x[key]
    with pytest.raises(ValueError, match="step"):
        x[::-1]
    with pytest.raises(IndexError, match="integer or bool"):
        x[engine.tensor([0.5])]
    with pytest.raises(ValueError, match="k: got 4"):
        x.topk(4)


def test_embedding_rows_used_twice_add_up():
    same(lambda t, w, i: t.nn.functional.embedding(i, w), values(5, 3), np.array([[1, 1], [4, 0]]))
    same(lambda t, w, i: t.nn.functional.embedding(i, w, padding_idx=1), values(5, 3),
         np.array([1, 1, 4]))  # fmt: skip
    with pytest.raises(IndexError, match="0 to 4"):
        engine.nn.functional.embedding(engine.tensor([5]), engine.zeros(5, 2))
