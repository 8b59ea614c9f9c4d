"""What can thirty test flowers show? Iris, 200 splits, three models that share each of them.

A linear model, an MLP with 16 and 16 units, and the same MLP with dropout 0.3: 120 flowers to learn
from (40 a species), 30 to test on (10 a species), Adam with three rates, 100 passes in batches of
60. The table keeps every run: how many of the thirty were right, and the test loss. The splits
share the same 150 flowers, so the spread over them says nothing about other flowers.
"""

from threadpoolctl import threadpool_limits

from nnlib import data
from nnlib.backend import nn, torch
from nnlib.evaluation import evaluate
from nnlib.feedforward.mlp import MLP
from nnlib.train import fit

MODELS = {
    "linear": lambda: nn.Linear(4, 3),
    "MLP": lambda: MLP(4, 3, hidden=(16, 16)),
    "MLP, dropout 0.3": lambda: MLP(4, 3, hidden=(16, 16), dropout=0.3),
}
RATES = (0.01, 0.03, 0.1)
SEEDS = range(200)


def run(model, rate, seed):
    """Train once; the row of the table."""
    train, test = data.standardize(*data.iris().split(seed=seed))
    with threadpool_limits(1):
        torch.manual_seed(seed)
        net = MODELS[model]()
        fit(
            net, train, epochs=100, batch_size=60, progress=False,
            optimizer=lambda p: torch.optim.Adam(p, lr=rate),
        )  # fmt: skip
        score = evaluate(net, test)
    right = round(score.accuracy * len(test))
    setting = {"model": model, "rate": rate, "seed": seed}
    return {**setting, "right": right, "loss": round(score.loss, 4)}


def rows():
    for model in MODELS:
        for rate in RATES:
            for seed in SEEDS:
                yield run(model, rate, seed)


def again(row):
    """The run of a recorded row, made again."""
    keys = ("model", "rate", "seed")
    return run(*(row[key] for key in keys))
