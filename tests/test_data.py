"""nnlib.data: the arrays are scikit-learn's, the splits are what they promise."""

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from nnlib import data

REAL = ["digits", "iris", "wine", "breast_cancer", "sunspots"]
TOYS = ["xor", "moons", "circles", "spirals"]


@pytest.mark.parametrize("name", ["digits", "iris", "wine", "breast_cancer"])
def test_arrays_equal_scikit_learns(name):
    ours, theirs = getattr(data, name)(), getattr(sklearn_datasets, f"load_{name}")()
    assert np.array_equal(ours.X, theirs.data.astype(np.float32))
    assert (ours.y == theirs.target).all()
    if name in ("digits", "iris", "breast_cancer"):
        assert ours.target_names == [str(label) for label in theirs.target_names]


def test_feature_names_follow_scikit_learns_order():
    def plain(names):
        return [n.lower().replace("_", " ").removesuffix(" (cm)") for n in names]

    for name in ("iris", "breast_cancer"):
        theirs = getattr(sklearn_datasets, f"load_{name}")().feature_names
        assert plain(getattr(data, name)().feature_names) == plain(theirs)
    theirs = plain(sklearn_datasets.load_wine().feature_names)
    assert [n.replace("colour", "color") for n in plain(data.wine().feature_names)] == theirs
    assert data.digits().feature_names == sklearn_datasets.load_digits().feature_names


@pytest.mark.parametrize("name", REAL + TOYS)
def test_every_set_is_typed_and_says_what_it_is(name):
    d = getattr(data, name)()
    assert d.X.dtype == np.float32 and d.X.ndim == 2 and np.isfinite(d.X).all()
    assert len(d.feature_names) == len(d.units) == d.X.shape[1]
    assert len(d) == len(d.X) == len(d.y)
    assert d.licence and d.source and d.description
    if d.is_classes:
        assert d.y.dtype == np.int64 and d.y.shape == (len(d),)
        assert set(d.y) == set(range(len(d.target_names)))
    else:
        assert d.y.dtype == np.float32 and d.y.shape == (len(d), 1)


def test_sunspots_known_years():
    d = data.sunspots()
    known = dict(zip(d.X[:, 0].astype(int), d.y[:, 0], strict=True))
    assert [known[year] for year in (1700, 1957, 2008)] == pytest.approx([5, 190.2, 2.9])
    assert (np.diff(d.X[:, 0]) == 1).all()


def test_the_files_are_small():
    assert sum(file.stat().st_size for file in data._FOLDER.glob("*.npz")) < 400_000


def test_repr_is_one_line_and_deterministic():
    assert repr(data.digits()) == (
        "Dataset digits: X (1797, 64) float32, y (1797,) int64 in 10 classes · CC BY 4.0"
    )


def test_images():
    d = data.digits()
    assert d.images.shape == (1797, 8, 8)
    assert (d.images[3] == sklearn_datasets.load_digits().images[3]).all()
    with pytest.raises(ValueError, match="iris"):
        _ = data.iris().images


# ── splits ───────────────────────────────────────────────────────────────────────────


def rows(part):
    """Each example as bytes, so that parts can be compared as multisets."""
    return sorted(x.tobytes() + y.tobytes() for x, y in zip(part.X, part.y, strict=True))


@pytest.mark.parametrize("name", [*REAL, "moons"])
@pytest.mark.parametrize("validation", [0.0, 0.15])
def test_the_parts_are_disjoint_and_complete(name, validation):
    d = getattr(data, name)()
    parts = d.split(seed=3, test=0.2, validation=validation)
    assert len(parts) == (3 if validation else 2)
    assert len(parts[-1]) == int(np.ceil(len(d) * 0.2))
    assert sorted(row for part in parts for row in rows(part)) == rows(d)


@pytest.mark.parametrize("name", ["digits", "iris", "wine", "breast_cancer"])
@pytest.mark.parametrize("seed", range(5))
def test_every_part_has_its_share_of_each_class(name, seed):
    d = getattr(data, name)()
    shares = (0.65, 0.15, 0.2)
    for part, share in zip(d.split(seed, test=0.2, validation=0.15), shares, strict=True):
        expected = np.bincount(d.y) * share
        assert (abs(np.bincount(part.y) - expected) <= 2).all()


def test_digits_keep_360_rows_for_the_test():
    train, test = data.digits().split(seed=0)
    assert (len(train), len(test)) == (1437, 360)


def test_a_split_depends_on_the_seed_only():
    d = data.wine()
    assert (d.split(1)[1].X == d.split(1)[1].X).all()
    assert not (d.split(1)[1].X == d.split(2)[1].X).all()


def test_a_share_that_binary_cannot_hold_is_not_rounded_up():
    assert len(data.moons(10).split(test=0.7)[1]) == 7


def test_what_follows_in_time_is_cut_in_time():
    train, validation, test = data.sunspots().split(seed=5, test=0.2, validation=0.1)
    assert train.X.max() < validation.X.min() and validation.X.max() < test.X.min()


def test_standardize_measures_the_training_part_only():
    train, test = data.wine().split(0)
    a, b = data.standardize(train, test)
    np.testing.assert_allclose(a.X.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(a.X.std(axis=0), 1, atol=1e-5)
    expected = (test.X - train.X.mean(axis=0)) / train.X.std(axis=0)
    np.testing.assert_allclose(b.X, expected, atol=1e-4)
    assert a.X.dtype == np.float32


def test_standardize_only_shifts_a_constant_feature():
    (train,) = data.standardize(data.digits())  # pixel_0_0 is never inked
    assert np.isfinite(train.X).all() and (train.X[:, 0] == 0).all()


# ── toys ─────────────────────────────────────────────────────────────────────────────


def test_xor_truth_table():
    d = data.xor()
    assert {(*x, int(y)) for x, y in zip(d.X.tolist(), d.y, strict=True)} == {
        *((0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0))
    }


def test_toys_lie_on_their_formulas():
    X, y = data.circles(60, noise=0).X, data.circles(60, noise=0).y
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 0, 1, 0.5), rtol=1e-6)
    moons = data.moons(61, noise=0)
    centre = np.where(moons.y[:, None] == 0, [[0, 0]], [[1, 0.5]])
    np.testing.assert_allclose(np.hypot(*(moons.X - centre).T), 1, rtol=1e-6)
    assert np.hypot(*data.spirals(300, noise=0, classes=3).X.T).max() < 2


def test_toys_are_seeded_and_noisy_only_when_asked():
    assert (data.moons(50, 0.2, seed=1).X == data.moons(50, 0.2, seed=1).X).all()
    assert not (data.moons(50, 0.2, seed=1).X == data.moons(50, 0.2, seed=2).X).all()
    spread = data.moons(4000, 0.3).X - data.moons(4000, 0).X
    assert spread.std() == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(
    "call, named",
    [
        (lambda: data.iris().split(test=0), "test:.*got 0"),
        (lambda: data.iris().split(test=30), "test:.*got 30"),
        (lambda: data.iris().split(validation=-0.1), "validation:.*-0.1"),
        (lambda: data.iris().split(test=0.6, validation=0.6), r"test \+ validation"),
        (lambda: data.moons(noise=-1), "noise:.*-1"),
    ],
)
def test_errors_name_the_argument_and_what_came(call, named):
    with pytest.raises(ValueError, match=named):
        call()
