"""How deep can each design be trained? Digits, seven designs, four depths, five rates, four seeds.

Plain SGD without momentum, batches of 32, 15 passes. The table keeps every run: the training loss
of the last pass (null where it was no longer a number) and the share of test digits read right.
"""

import math

from nnlib import data, towers
from nnlib.backend import F, nn, torch

SIZES = (64, 64, 10)
DESIGNS = {
    "sigmoid, Xavier": lambda depth: towers.plain(SIZES, depth, nn.Sigmoid, towers.xavier_),
    "ReLU, Xavier": lambda depth: towers.plain(SIZES, depth, nn.ReLU, towers.xavier_),
    "ReLU, He": lambda depth: towers.plain(SIZES, depth),
    "ReLU, He, clipped": lambda depth: towers.plain(SIZES, depth),
    "residual": lambda depth: towers.residual(SIZES, depth),
    "residual, clipped": lambda depth: towers.residual(SIZES, depth),
    "residual / √blocks": lambda depth: towers.residual(SIZES, depth, scale=(depth / 2) ** -0.5),
}
DEPTHS = (2, 8, 20, 40)
RATES = (0.00003, 0.003, 0.01, 0.05, 0.2)
SEEDS = range(4)


def run(design, depth, rate, seed, passes=15):
    """Train once; the row of the table."""
    torch.manual_seed(seed)
    model = DESIGNS[design](depth)
    train, test = data.digits().split(seed=seed)
    X, y = torch.tensor(train.X / 16), torch.tensor(train.y)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    loss = math.nan
    for _ in range(passes):
        total = 0.0
        for rows in torch.randperm(len(X)).split(32):
            optimizer.zero_grad()
            batch_loss = F.cross_entropy(model(X[rows]), y[rows])
            batch_loss.backward()
            if design.endswith("clipped"):
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += batch_loss.item() * len(rows)
        loss = total / len(X)
        if not math.isfinite(loss):
            break
    with torch.no_grad():
        answers = model(torch.tensor(test.X / 16)).argmax(1)
    right = (answers == torch.tensor(test.y)).float().mean().item()
    known = round(loss, 4) if math.isfinite(loss) else None
    setting = {"design": design, "depth": depth, "rate": rate, "seed": seed}
    return setting | {"loss": known, "right": round(right, 4)}


def rows():
    for design in DESIGNS:
        for depth in DEPTHS:
            for rate in RATES:
                for seed in SEEDS:
                    yield run(design, depth, rate, seed)
