"""Make nnlib/datasets/*.npz from the packages that carry the data.

Needs scikit-learn and statsmodels; a reader of the course needs neither, as the files are
committed. Run `python tools/datasets.py`: the same files come out, byte for byte.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn import datasets as sklearn_datasets

FOLDER = Path(__file__).parents[1] / "nnlib" / "datasets"


def sunspots():
    """Year and mean sunspot number, from statsmodels' CSV (without importing pandas)."""
    package = Path(find_spec("statsmodels").origin).parent
    table = np.loadtxt(
        package / "datasets" / "sunspots" / "sunspots.csv", delimiter=",", skiprows=1
    )
    return table[:, :1], table[:, 1:]


def main():
    arrays = {"sunspots": sunspots()}
    for name in ("digits", "iris", "wine", "breast_cancer"):
        arrays[name] = getattr(sklearn_datasets, f"load_{name}")(return_X_y=True)
    for name, (X, y) in arrays.items():
        X = X.astype(np.uint8 if name == "digits" else np.float32)  # pixels count 0 … 16
        y = y.astype(np.float32 if name == "sunspots" else np.uint8)
        np.savez_compressed(FOLDER / f"{name}.npz", X=X, y=y)
        print(f"{name}: {(FOLDER / f'{name}.npz').stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main()
