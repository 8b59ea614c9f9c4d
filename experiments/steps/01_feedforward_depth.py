"""How deep, how wide? MLPs on the satellite table, trained with Adam.

2,000 rows, batches of 100. Depth: width 64, 2 to 64 hidden layers in five designs, two rates, three
seeds, 10 passes; then three designs and depths with dropout 0.2. Width: two hidden layers of 8 to
512 units, with and without dropout, two rates, four seeds, 40 passes without early stopping, so
that overfitting shows.

Every run is kept: the loss before the first step and the training loss of the last pass (null
where it was no longer a number), and loss and share of right answers on the validation part (by
which a rate is chosen) and on the test part.
"""

import math

from threadpoolctl import threadpool_limits

from nnlib import data, tables
from nnlib.backend import torch
from nnlib.evaluation import evaluate
from nnlib.feedforward.mlp import MLP
from nnlib.train import Diverged, fit

DESIGNS = {
    "plain": {},
    "plain, norm": {"norm": True},
    "residual": {"residual": True, "scale": 1.0},
    "residual / √additions": {"residual": True},
    "residual / √additions, norm": {"residual": True, "norm": True},
}
DEPTHS = (2, 4, 8, 16, 32, 64)
RATES = (0.0005, 0.002)
SEEDS = range(3)
PASSES = 10
DROPPED = ("plain", "residual / √additions", "residual / √additions, norm")

WIDTHS = (8, 16, 32, 64, 128, 256, 512)

ROWS, BATCH = 2000, 100


def run(design, depth, width, dropout, rate, seed, passes):
    """Train once; the row of the table."""
    train, validation, test = tables.satellite().split(seed=seed, validation=0.2)
    train, validation, test = data.standardize(train.take(slice(ROWS)), validation, test)
    with threadpool_limits(1):
        torch.manual_seed(seed)
        model = MLP(36, 6, hidden=[width] * depth, dropout=dropout, **DESIGNS[design])
        start, loss = evaluate(model, train).loss, math.nan
        try:
            history = fit(
                model, train, epochs=passes, batch_size=BATCH, progress=False,
                optimizer=lambda p: torch.optim.Adam(p, lr=rate),
            )  # fmt: skip
            loss = history.train[-1]
        except Diverged:
            pass
        seen, held_out = evaluate(model, validation), evaluate(model, test)
    setting = {"design": design, "depth": depth, "width": width, "dropout": dropout}
    return {
        **setting,
        "rate": rate,
        "passes": passes,
        "seed": seed,
        "start": known(start),
        "loss": known(loss),
        "validation loss": known(seen.loss),
        "validation": round(seen.accuracy, 4),
        "test loss": known(held_out.loss),
        "test": round(held_out.accuracy, 4),
    }


def known(loss):
    return float(f"{loss:.4g}") if math.isfinite(loss) else None


def rows():
    for design in DESIGNS:
        for depth in DEPTHS:
            for rate in RATES:
                for seed in SEEDS:
                    yield run(design, depth, 64, 0.0, rate, seed, PASSES)
    for design in DROPPED:
        for depth in (2, 8, 32):
            for rate in RATES:
                for seed in SEEDS:
                    yield run(design, depth, 64, 0.2, rate, seed, PASSES)
    for width in WIDTHS:
        for dropout in (0.0, 0.3):
            for rate in RATES:
                for seed in range(4):
                    yield run("plain", 2, width, dropout, rate, seed, 4 * PASSES)


def again(row):
    """The run of a recorded row, made again."""
    keys = ("design", "depth", "width", "dropout", "rate", "seed", "passes")
    return run(*(row[key] for key in keys))
