"""The loader's batches are torch's for the same seed."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine


def rows(t, n=23):
    X = np.arange(n * 2, dtype=np.float32).reshape(n, 2)
    y = np.arange(n)
    return t.utils.data.TensorDataset(t.from_numpy(X), t.from_numpy(y))


def epochs(t, count=2, seed=0, data=rows, **options):
    """The batches of some epochs, and the number drawn after them."""
    t.manual_seed(seed)
    loader = t.utils.data.DataLoader(data(t), **options)
    batches = [batch for _ in range(count) for batch in loader]
    return batches, t.rand(1).item()


def equal(ours, theirs):
    assert type(ours) is type(theirs) or hasattr(ours, "numpy")
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            equal(a, b)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        equal(list(ours.values()), list(theirs.values()))
    elif hasattr(theirs, "numpy"):
        assert ours.numpy().dtype == theirs.numpy().dtype
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    else:
        assert ours == theirs


@pytest.mark.parametrize("seed", (0, 1, 7))
@pytest.mark.parametrize("shuffle", (False, True))
@pytest.mark.parametrize("drop_last", (False, True))
@pytest.mark.parametrize("batch_size", (1, 5, 23, 40))
def test_batches_and_what_is_drawn_equal_torch(seed, shuffle, drop_last, batch_size):
    options = {"shuffle": shuffle, "drop_last": drop_last, "batch_size": batch_size}
    (ours, after), (theirs, expected) = (epochs(t, seed=seed, **options) for t in (engine, torch))
    equal(ours, theirs)
    assert after == expected
    loader = engine.utils.data.DataLoader(rows(engine), **options)
    assert len(loader) == len(torch.utils.data.DataLoader(rows(torch), **options))


def test_a_generator_of_ones_own():
    results = []
    for t in (engine, torch):
        generator = t.Generator().manual_seed(3)
        results.append(epochs(t, shuffle=True, batch_size=4, generator=generator))
    equal(results[0][0], results[1][0])
    assert results[0][1] == results[1][1]


def test_numbers_drawn_within_an_epoch_do_not_disturb_it():
    results = []
    for t in (engine, torch):
        t.manual_seed(0)
        drawn = []
        for x, _ in t.utils.data.DataLoader(rows(t), batch_size=6, shuffle=True):
            drawn.append((x.numpy().copy(), t.rand(3).numpy()))
        results.append(drawn)
    for (x, r), (y, s) in zip(*results, strict=True):
        np.testing.assert_array_equal(x, y)
        np.testing.assert_array_equal(r, s)


@pytest.mark.parametrize("lengths", ([10, 13], [0.3, 0.7], [0.25, 0.25, 0.5]))
def test_random_split_equals_torch(lengths):
    results = []
    for t in (engine, torch):
        t.manual_seed(0)
        parts = t.utils.data.random_split(rows(t), lengths)
        assert sum(map(len, parts)) == 23
        loader = t.utils.data.DataLoader(parts[0], batch_size=4, shuffle=True)
        results.append([[list(map(int, p.indices)) for p in parts], list(loader)])
    equal(results[0][1], results[1][1])
    assert results[0][0] == results[1][0]
    generator = engine.Generator().manual_seed(1)
    again = engine.utils.data.random_split(rows(engine), lengths, generator)
    theirs = torch.utils.data.random_split(rows(torch), lengths, torch.Generator().manual_seed(1))
    assert [p.indices for p in again] == [p.indices for p in theirs]


def examples(t):
    """A data set of one's own, whose examples are nested."""

    class Own(t.utils.data.Dataset):
        def __len__(self):
            return 5

        def __getitem__(self, i):
            return {
                "x": t.ones(2) * i,
                "pair": (i, float(i)),
                "name": str(i),
                "array": np.array([i, i], np.float32),
            }

    return Own()


def test_collating_nested_examples():
    (ours, _), (theirs, _) = (epochs(t, data=examples, batch_size=2) for t in (engine, torch))
    equal(ours, theirs)


def test_a_plain_list_and_a_collate_function():
    loader = engine.utils.data.DataLoader([1, 2, 3], batch_size=2, collate_fn=sum)
    assert list(loader) == [3, 3]
    assert [b.tolist() for b in engine.utils.data.DataLoader([1, 2, 3], batch_size=2)] == [
        [1, 2],
        [3],
    ]


def test_subsets_and_sums():
    data = engine.utils.data.Subset(rows(engine), [4, 2]) + rows(engine)
    assert len(data) == 25 and data[0][1].item() == 4 and data[2][1].item() == 0
    assert data[-1][1].item() == 22
    with pytest.raises(IndexError):
        _ = data[25]


def test_mistakes_are_named():
    data = engine.utils.data
    with pytest.raises(NotImplementedError, match="num_workers"):
        data.DataLoader(rows(engine), num_workers=2)
    with pytest.raises(ValueError, match="batch_size: got 0"):
        data.DataLoader(rows(engine), batch_size=0)
    with pytest.raises(ValueError, match=r"lengths \[2, 3\]"):
        data.TensorDataset(engine.ones(2), engine.ones(3))
    with pytest.raises(ValueError, match="sum of 23"):
        data.random_split(rows(engine), [1, 2])
    with pytest.raises(TypeError, match="object"):
        data.default_collate([object()])
    with pytest.raises(NotImplementedError, match="__getitem__"):
        data.Dataset()[0]
    with pytest.raises(AttributeError, match="WeightedRandomSampler"):
        _ = data.WeightedRandomSampler
