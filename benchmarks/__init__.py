"""Ratios against the peers, never bare times: `python -m benchmarks.engine`."""

import os

# One thread on both sides; the libraries read these when they are imported.
for _name in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
):
    os.environ[_name] = "1"
