"""Real data that needs no download, and four toys made by formula.

    train, test = nnlib.data.digits().split(seed=0)

A `Dataset` holds `X` (N, features) float32 and `y`: (N,) int64 for classes, (N, 1) float32 for
numbers. It knows its names, units, licence and source. The arrays come from the packages named
in tools/datasets.py and are compared with them in the tests.
"""

from dataclasses import dataclass, field, replace
from math import ceil, pi
from pathlib import Path

import numpy as np

_FOLDER = Path(__file__).parent / "datasets"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Examples in rows, and what there is to know about them."""

    name: str
    X: np.ndarray  # (N, features) float32
    y: np.ndarray  # (N,) int64 classes, or (N, 1) float32 numbers
    feature_names: list
    units: list  # one for each feature; "" for a pure number
    target_names: list  # a name for each class, or for the one number
    licence: str
    source: str
    description: str
    image_shape: tuple = field(default=())  # (height, width) where the features are pixels
    in_time: bool = field(default=False)  # rows follow each other in time

    def __len__(self):
        return len(self.X)

    def __repr__(self):
        classes = f" in {len(self.target_names)} classes" if self.is_classes else ""
        return (
            f"Dataset {self.name}: X {self.X.shape} {self.X.dtype}, "
            f"y {self.y.shape} {self.y.dtype}{classes} · {self.licence}"
        )

    @property
    def is_classes(self):
        """Whether y holds class labels; otherwise numbers."""
        return self.y.dtype.kind == "i"

    @property
    def images(self):
        """X as pictures, (N, height, width)."""
        if not self.image_shape:
            raise ValueError(f"images: the examples of {self.name} are not pictures")
        return self.X.reshape(len(self), *self.image_shape)

    def take(self, rows):
        """The same data set with these rows only (indices, a slice or a mask)."""
        return replace(self, X=self.X[rows], y=self.y[rows])

    def split(self, seed=0, test=0.2, validation=0.0):
        """Disjoint parts: `train, test`, or with a validation share `train, validation, test`.

        Classes keep their shares in every part, to an example or two. What follows in time is
        cut in time, the test part last, and the seed plays no role: neighbours are too alike to
        stand on both sides.
        """
        _check_share(test, "test")
        _check_share(validation, "validation", zero=True)
        if test + validation >= 1:
            raise ValueError(f"test + validation: expected less than 1, got {test} + {validation}")
        order = np.arange(len(self))
        if not self.in_time:
            order = np.random.default_rng(seed).permutation(order)
        rest, tested = self._part(order, self._count(test))
        parts = [rest, tested]
        if validation > 0:
            parts[:1] = self._part(rest, self._count(validation))
        return tuple(self.take(rows) for rows in parts)

    def _count(self, share):
        return ceil(len(self) * share - 1e-9)  # 0.7 · 10 is a little more than 7 in binary

    def _part(self, order, n):
        """Cut n rows off, as evenly over the classes as whole numbers allow."""
        if self.in_time:
            return order[:-n], order[-n:]
        by_class = np.argsort(self.y[order], kind="stable") if self.is_classes else slice(None)
        steps = np.arange(len(order) + 1) * n // len(order)
        taken = np.zeros(len(order), bool)
        taken[by_class] = np.diff(steps) == 1  # every N/n-th row, counted through the classes
        return order[~taken], order[taken]


def _check_share(share, name, zero=False):
    if not (0 <= share < 1 if zero else 0 < share < 1):
        raise ValueError(f"{name}: expected a share of the rows between 0 and 1, got {share}")


def standardize(train, *others):
    """Features with mean 0 and standard deviation 1 on the training part, which alone is measured.

    `train, test = standardize(*data.split())`. A feature that is constant there is only shifted.
    """
    mean, std = train.X.mean(axis=0, dtype=np.float64), train.X.std(axis=0, dtype=np.float64)
    std[std < 1e-12] = 1
    return tuple(
        replace(part, X=((part.X - mean) / std).astype(np.float32), units=[""] * len(part.units))
        for part in (train, *others)
    )


# ── real data ────────────────────────────────────────────────────────────────────────


def _load(name, units, **facts):
    with np.load(_FOLDER / f"{name}.npz") as arrays:
        X, y = arrays["X"].astype(np.float32), arrays["y"]
    y = y.astype(np.int64 if y.dtype.kind == "u" else np.float32)
    units = [units] * X.shape[1] if isinstance(units, str) else units
    return Dataset(name, X, y, units=units, **facts)


def digits():
    """1,797 handwritten digits, 8 × 8 pixels; a pixel counts the ink in a 4 × 4 block, 0 to 16."""
    return _load(
        "digits",
        units="inked pixels of 16",
        feature_names=[f"pixel_{row}_{column}" for row in range(8) for column in range(8)],
        target_names=[str(digit) for digit in range(10)],
        licence="CC BY 4.0",
        source="Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine "
        "Learning Repository, doi 10.24432/C50P49 (the test part), by way of scikit-learn",
        description="Scanned at 32 × 32, counted in blocks of 4 × 4. The 13 writers of this "
        "part are not named, so a random split puts the same hand on both sides.",
        image_shape=(8, 8),
    )


def iris():
    """150 iris flowers of three species, four lengths in cm."""
    return _load(
        "iris",
        units="cm",
        feature_names=["sepal length", "sepal width", "petal length", "petal width"],
        target_names=["setosa", "versicolor", "virginica"],
        licence="CC BY 4.0",
        source="Fisher (1936), Iris, UCI Machine Learning Repository, doi 10.24432/C56C76, by way "
        "of scikit-learn (which agrees with Fisher's paper where UCI's file has two errors)",
        description="50 flowers a species, measured by Edgar Anderson. Setosa is separable from "
        "the other two by a line; versicolor and virginica overlap.",
    )


def wine():
    """178 Italian wines of three cultivars, 13 chemical measurements."""
    return _load(
        "wine",
        feature_names=[
            *("alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols"),
            *("flavanoids", "nonflavanoid phenols", "proanthocyanins", "colour intensity", "hue"),
            *("OD280/OD315 of diluted wines", "proline"),
        ],
        units="not recorded",
        target_names=["cultivar 1", "cultivar 2", "cultivar 3"],
        licence="CC BY 4.0",
        source="Aeberhard & Forina (1991), Wine, UCI Machine Learning Repository, "
        "doi 10.24432/C5PC7J, by way of scikit-learn",
        description="One region, three cultivars (59, 71 and 48 wines). The scales differ by a "
        "factor of a thousand: standardize first.",
    )


def breast_cancer():
    """569 breast masses, malignant (0) or benign (1), 30 measurements of their cell nuclei."""
    nucleus = [
        *("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity"),
        *("concave points", "symmetry", "fractal dimension"),
    ]
    return _load(
        "breast_cancer",
        feature_names=[
            form.format(what) for form in ("mean {}", "{} error", "worst {}") for what in nucleus
        ],
        units="not recorded",
        target_names=["malignant", "benign"],
        licence="CC BY 4.0",
        source="Wolberg, Mangasarian, Street & Street (1993), Breast Cancer Wisconsin "
        "(Diagnostic), UCI Machine Learning Repository, doi 10.24432/C5DW2B, by way of "
        "scikit-learn",
        description="Ten properties of the nuclei in an image of a fine needle aspirate: their "
        "mean, standard error and worst (mean of the three largest). 212 malignant, 357 benign.",
    )


def sunspots():
    """The mean sunspot number of each year from 1700 to 2008: 309 years, X the year."""
    return _load(
        "sunspots",
        feature_names=["year"],
        units="year",
        target_names=["mean sunspot number"],
        licence="public domain",
        source="National Geophysical Data Center (NOAA), by way of statsmodels",
        description="A cycle of about eleven years whose height varies. The old scale, before "
        "the recalibration of 2015.",
        in_time=True,
    )


# ── toys: two features, made by formula, no noise unless asked for ───────────────────


def xor():
    """The four corners of the unit square; class 1 where exactly one coordinate is 1."""
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    return _toy("xor", X, X[:, 0] ^ X[:, 1], 0.0, 0)


def moons(n=200, noise=0.1, seed=0):
    """Two interleaved half circles of radius 1, n // 2 points in the second."""
    outer, inner = (np.linspace(0, pi, count) for count in (n - n // 2, n // 2))
    X = np.concatenate(
        [
            np.column_stack([np.cos(outer), np.sin(outer)]),
            np.column_stack([1 - np.cos(inner), 0.5 - np.sin(inner)]),
        ]
    )
    return _toy("moons", X, np.repeat([0, 1], [len(outer), len(inner)]), noise, seed)


def circles(n=200, noise=0.1, seed=0):
    """A circle of radius 1 (class 0) around one of radius ½ (class 1)."""
    y = np.arange(n) % 2
    angle = 2 * pi * np.arange(n) / n
    radius = np.where(y == 0, 1.0, 0.5)
    return _toy("circles", _polar(radius, angle), y, noise, seed)


def spirals(n=200, noise=0.1, seed=0, classes=2):
    """Arms that wind once around the centre, from radius 0.2 to 2, one a class."""
    y = np.arange(n) % classes
    along = np.arange(n) / n  # 0 at the inner end, 1 at the outer
    return _toy(
        "spirals", _polar(0.2 + 1.8 * along, 2 * pi * (along + y / classes)), y, noise, seed
    )


def _polar(radius, angle):
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _toy(name, X, y, noise, seed):
    if noise < 0:
        raise ValueError(f"noise: expected a standard deviation of at least 0, got {noise}")
    X = X + noise * np.random.default_rng(seed).standard_normal(X.shape)
    return Dataset(
        name,
        X.astype(np.float32),
        y.astype(np.int64),
        feature_names=["x1", "x2"],
        units=["", ""],
        target_names=[f"class {k}" for k in range(y.max() + 1)],
        licence="CC0",
        source=f"nnlib.data.{name}: a formula",
        description=f"{len(X)} points in the plane, normal noise of standard deviation {noise}.",
    )
