"""The engine's random numbers are torch's."""

import numpy as np
import pytest
import torch

import nnlib.engine as ours

SEEDS = (0, 1, 42, 2**31 - 1, 2**40 + 5, -3)
SIZES = (0, 1, 15, 16, 17, 24, 31, 100, 1000)
FLOATS = ("float32", "float64")


def both(seed, draw):
    """What `draw` makes with torch and with the engine, as arrays."""
    results = []
    for engine in (torch, ours):
        engine.manual_seed(seed)
        results.append(np.asarray(draw(engine).numpy()))
    return results


def equal(seed, draw):
    theirs, mine = both(seed, draw)
    assert mine.dtype == theirs.dtype and mine.shape == theirs.shape
    np.testing.assert_array_equal(mine, theirs)


def near(seed, draw):
    theirs, mine = both(seed, draw)
    assert mine.dtype == theirs.dtype and mine.shape == theirs.shape
    rounding = 1e-6 if theirs.dtype == np.float32 else 1e-15
    np.testing.assert_allclose(mine, theirs, rtol=4 * rounding, atol=rounding)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_uniform_is_bit_equal(seed, n, dtype):
    equal(seed, lambda t: t.rand(n, dtype=getattr(t, dtype)))
    equal(seed, lambda t: t.empty(n, dtype=getattr(t, dtype)).uniform_(-0.3, 0.5))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_normal_agrees_to_rounding(seed, n, dtype):
    near(seed, lambda t: t.randn(n, dtype=getattr(t, dtype)))
    near(seed, lambda t: t.empty(n, dtype=getattr(t, dtype)).normal_(0.5, 0.2))
    near(seed, lambda t: t.empty(n, dtype=getattr(t, dtype)).exponential_())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", SIZES)
def test_integers_permutations_and_coins_are_bit_equal(seed, n):
    equal(seed, lambda t: t.randperm(n))
    equal(seed, lambda t: t.randint(10, (n,)))
    equal(seed, lambda t: t.randint(-5, 2**27, (n,)))
    equal(seed, lambda t: t.randint(0, 2**28, (n,)))
    equal(seed, lambda t: t.randint(0, 2**40, (n,)))
    equal(seed, lambda t: t.empty(n).bernoulli_(0.3))
    equal(seed, lambda t: t.bernoulli(t.rand(n)))


def mixed(t, rng):
    """A long sequence of calls that leave the stream in every position."""
    for _ in range(60):
        n = int(rng.integers(1, 40))
        kind = rng.integers(7)
        dtype = (t.float32, t.float64)[rng.integers(2)]
        if kind == 0:
            yield t.rand(n, dtype=dtype)
        elif kind in (1, 2):
            yield t.randn(n, dtype=dtype)
        elif kind == 3:
            yield t.randperm(n)
        elif kind == 4:
            yield t.randint(0, 1000, (n, 2))
        elif kind == 5:
            yield t.empty(n).bernoulli_(0.5)
        else:
            yield t.normal(1.0, 2.0, (n,))


@pytest.mark.parametrize("seed", range(12))
def test_mixed_calls_stay_together(seed):
    torch.manual_seed(seed)
    ours.manual_seed(seed)
    pairs = zip(
        mixed(torch, np.random.default_rng(seed)),
        mixed(ours, np.random.default_rng(seed)),
        strict=True,
    )
    for theirs, mine in pairs:
        assert str(mine.numpy().dtype) == str(theirs.dtype).removeprefix("torch.")
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=4e-6, atol=3e-6)


@pytest.mark.parametrize("before", (0, 1, 3, 700))
def test_states_are_exchanged_with_torch(before):
    torch.manual_seed(7)
    torch.randn(before % 16), torch.rand(before)
    ours.set_rng_state(ours.tensor(torch.get_rng_state().numpy()))
    np.testing.assert_allclose(ours.randn(5).numpy(), torch.randn(5).numpy(), atol=1e-6)
    torch.set_rng_state(torch.from_numpy(ours.get_rng_state().numpy()))
    np.testing.assert_array_equal(ours.rand(700).numpy(), torch.rand(700).numpy())
    np.testing.assert_allclose(ours.randn(3).numpy(), torch.randn(3).numpy(), atol=1e-6)


def test_a_state_that_is_restored_repeats_the_stream():
    ours.manual_seed(3)
    ours.randn(3)  # leaves half a pair of normals behind
    state = ours.get_rng_state()
    first = [ours.randn(4).numpy(), ours.rand(4).numpy(), ours.randperm(9).numpy()]
    ours.set_rng_state(state)
    again = [ours.randn(4).numpy(), ours.rand(4).numpy(), ours.randperm(9).numpy()]
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_wrong_state_is_refused():
    with pytest.raises(ValueError, match="5056"):
        ours.set_rng_state(ours.tensor(np.zeros(3, np.uint8)))


def test_generators_have_their_own_stream():
    torch.manual_seed(0)
    ours.manual_seed(0)
    theirs = torch.rand(3, generator=torch.Generator().manual_seed(5))
    mine = ours.rand(3, generator=ours.Generator().manual_seed(5))
    np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    np.testing.assert_array_equal(ours.rand(3).numpy(), torch.rand(3).numpy())
    twins = [t.Generator().manual_seed(5) for t in (ours, torch)]
    ours.rand(9, generator=twins[0])
    twins[1].set_state(torch.from_numpy(twins[0].get_state().numpy()))
    draws = [t.rand(3, generator=g).numpy() for t, g in zip((ours, torch), twins, strict=True)]
    np.testing.assert_array_equal(*draws)
    assert ours.initial_seed() == torch.initial_seed() == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_multinomial_draws_the_same(seed):
    weights = np.random.default_rng(seed % 97).uniform(0.1, 1, (4, 6)).astype(np.float32)
    equal(seed, lambda t: t.multinomial(t.tensor(weights), 1))
    equal(seed, lambda t: t.multinomial(t.tensor(weights), 4))
    equal(seed, lambda t: t.multinomial(t.tensor(weights), 30, replacement=True))


def test_multinomial_with_replacement_has_the_right_frequencies():
    ours.manual_seed(0)
    draws = ours.multinomial(ours.tensor([1.0, 0.0, 3.0]), 40_000, replacement=True).numpy()
    frequencies = np.bincount(draws, minlength=3) / draws.size
    np.testing.assert_allclose(frequencies, [0.25, 0, 0.75], atol=0.01)


@pytest.mark.parametrize("weights", ([0.0, 0.0], [1.0, -1.0], [float("nan"), 1.0]))
def test_multinomial_refuses_what_is_no_distribution(weights):
    with pytest.raises(RuntimeError, match=r"probab|distribution"):
        ours.multinomial(ours.tensor(weights), 1)


def test_wrong_ranges_and_types_are_refused():
    with pytest.raises(RuntimeError, match="less than"):
        ours.randint(5, 5, (2,))
    with pytest.raises(NotImplementedError, match="int64"):
        ours.randn(3, dtype=ours.int64)
    for fill, words in (
        (lambda x: x.normal_(0, -1), "std: got -1"),
        (lambda x: x.uniform_(2, 1), "2 > 1"),
        (lambda x: x.bernoulli_(1.5), "p: got 1.5"),
        (lambda x: x.exponential_(0), "lambd: got 0"),
    ):
        with pytest.raises(ValueError, match=words):
            fill(ours.empty(3))
    with pytest.raises(RuntimeError, match="no_grad"):
        ours.empty(3).requires_grad_().normal_()
    with pytest.raises(ValueError, match="cuda"):
        ours.Generator("cuda")
