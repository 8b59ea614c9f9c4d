"""nnlib.tables: the counts and values that the documentation of the sources gives."""

import numpy as np
import pytest

from nnlib import tables

ALL = ["spambase", "satellite", "wine_quality"]


@pytest.mark.parametrize("name", ALL)
def test_every_table_is_typed_and_says_what_it_is(name):
    d = getattr(tables, name)()
    assert d.name == name
    assert d.X.dtype == np.float32 and d.X.flags.c_contiguous and np.isfinite(d.X).all()
    assert d.y.dtype == np.int64 and d.y.shape == (len(d),)
    assert len(d.feature_names) == len(set(d.feature_names)) == len(d.units) == d.X.shape[1]
    assert set(d.y) == set(range(len(d.target_names)))
    assert d.licence == "CC BY 4.0" and "doi 10.24432/" in d.source and d.description


@pytest.mark.parametrize(
    "name, shape, classes",
    [
        ("spambase", (4206, 57), [2528, 1678]),
        ("satellite", (6435, 36), [1533, 703, 1358, 626, 707, 1508]),
        ("wine_quality", (3961, 11), [1348, 2613]),
    ],
)
def test_rows_and_classes(name, shape, classes):
    d = getattr(tables, name)()
    assert d.X.shape == shape and np.bincount(d.y).tolist() == classes
    assert f"{len(d):,}" in getattr(tables, name).__doc__


@pytest.mark.parametrize("name", ALL)
def test_no_row_stands_twice(name):
    d = getattr(tables, name)()
    assert len(np.unique(np.column_stack([d.X, d.y]), axis=0)) == len(d)


def test_three_mails_look_the_same_as_one_of_the_other_class():
    assert len(np.unique(tables.spambase().X, axis=0)) == 4206 - 3


@pytest.mark.parametrize(
    "name, largest",
    [
        ("make", 4.54),
        ("address", 14.28),
        ("3d", 42.81),
        ("george", 33.33),
        ("conference", 10),
        ("!", 32.478),
        ("$", 6.003),
        ("capital run average", 1102.5),
        ("capital run longest", 9989),
        ("capital run total", 15841),
    ],
)
def test_spambase_has_the_largest_values_that_its_documentation_lists(name, largest):
    d = tables.spambase()
    assert d.X[:, d.feature_names.index(name)].max() == pytest.approx(largest)


def test_george_is_no_spam():
    d = tables.spambase()
    told = d.X[:, d.feature_names.index("george")] > 0
    assert told.sum() > 500 and d.y[told].mean() < 0.02


def test_the_satellites_parts_have_the_classes_that_statlog_counts():
    y = tables.satellite().y
    assert np.bincount(y[:4435]).tolist() == [1072, 479, 961, 415, 470, 1038]
    assert np.bincount(y[4435:]).tolist() == [461, 224, 397, 211, 237, 470]


def patches():
    return tables.satellite().X.reshape(-1, 3, 3, 4)


def test_satellite_patches_overlap_as_the_description_says():
    left = {patch.tobytes() for patch in patches()[:, :, :2]}
    share = np.mean([patch.tobytes() in left for patch in patches()[:, :, 1:]])
    assert round(100 * share) == 88 and "88 %" in tables.satellite().description


def test_satellite_features_are_named_in_their_order():
    d, pixels = tables.satellite(), patches()
    assert d.feature_names[0] == "top left, green" and d.feature_names[-1] == (
        "bottom right, infrared 2"
    )
    centre = d.feature_names.index("centre, green")
    assert (d.X[:, centre : centre + 4] == pixels[:, 1, 1]).all()


def test_the_first_wine():
    d = tables.wine_quality()
    expected = [7, 0.27, 0.36, 20.7, 0.045, 45, 170, 1.001, 3, 0.45, 8.8]
    assert d.X[0] == pytest.approx(expected) and d.y[0] == 1


def test_the_files_are_small():
    from nnlib.data import _FOLDER

    assert all((_FOLDER / f"{name}.npz").stat().st_size < 200_000 for name in ALL)
