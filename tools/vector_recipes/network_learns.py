"""Training runs: both kinds of network, all optimizers, decay, dropout; the splines."""

import numpy as np

from nnlib import scratch
from nnlib.simulations import NetworkLearns, learning

NOISE = 0.1
BASE = {
    "kind": "mlp",
    "hidden": [4, 3],
    "activation": "tanh",
    "init": "auto",
    "grid": 5,
    "optimizer": "sgd",
    "lr": 0.1,
    "batch_size": 10,
    "dropout": 0.0,
    "weight_decay": 0.0,
    "seed": 3,
}
CASES = [  # data, what differs from BASE
    ("spirals", {}),
    ("circles", {"optimizer": "momentum", "activation": "relu", "weight_decay": 0.01}),
    ("moons", {"optimizer": "adam", "activation": "silu", "dropout": 0.3, "weight_decay": 0.05,
               "lr": 0.02, "batch_size": 7}),
    ("xor", {"activation": "sigmoid", "init": "large", "dropout": 0.5, "optimizer": "momentum"}),
    ("circles", {"activation": "leaky_relu", "hidden": [8, 8, 8, 8, 8, 8], "init": "he"}),
    ("moons", {"activation": "identity", "init": "zero", "batch_size": 7, "seed": 2**32 - 1}),
    ("xor", {"kind": "kan", "hidden": [3], "optimizer": "adam", "lr": 0.02, "weight_decay": 0.02}),
    ("spirals", {"kind": "kan", "hidden": [2, 2], "grid": 3, "lr": 0.05}),
]  # fmt: skip


def vectors():
    x = np.array([-3, -1.6, -1, -0.7, -0.2, 0, 0.31, 0.6, 0.999, 1, 1.37, 2.4])
    defaults = {name: NetworkLearns.class_traits()[name].default() for name in shared()}
    return {
        "noise": NOISE,
        "runs": [run(*case) for case in CASES],
        "splines": [spline(x, grid) for grid in (2, 5, 10)],
        "defaults": defaults,
    }


def shared():
    """The traits that a link carries."""
    own = NetworkLearns.own_traits()
    return [name for name in own if name not in ("predict", "guesses", "questions", "selected")]


def run(data, changes):
    """The points, the gradient of the first step, and where 1 and 20 steps lead."""
    setting = BASE | changes
    rows = learning.points(data, NOISE)
    (X, t), held = learning.split(rows)
    steps = list(learning.train(X, t, setting, 20))
    logits, _ = learning.forward(steps[-1][1], held[0], setting)
    return {
        "setting": setting,
        "data": data,
        "points": rows[:12],
        "start": flat(steps[0][1]),
        "batch": steps[1][2],
        "loss": steps[1][3],
        "gradient": flat(steps[1][4]),
        "one": flat(steps[1][1]),
        "batch20": steps[20][2],
        "loss20": steps[20][3],
        "twenty": flat(steps[20][1]),
        "held_loss": float(scratch.sigmoid_cross_entropy(logits, held[1])[0]),
    }


def spline(x, grid):
    values, slopes = learning.bases(x, grid)
    return {"grid": grid, "x": x.tolist(), "values": values.tolist(), "slopes": slopes.tolist()}


def flat(params):
    return [float(value) for layer in params for part in layer for value in part.ravel()]
