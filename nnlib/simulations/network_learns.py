"""A network learns to tell two classes of points apart, and shows what keeps it from learning."""

from collections import deque
from typing import NamedTuple

import numpy as np
import traitlets as t

from nnlib import scratch
from nnlib.simulations import learning
from nnlib.simulations.base import Simulation, synced
from nnlib.simulations.reading import plain

TEXTS = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "silu": "SiLU",
    "identity": "no",
}
MOST = {"points": 200, "layers": 6, "units": 8}
RANGES = {
    "noise": (0, 0.3),
    "grid": (2, 10),
    "lr": (1e-4, 10),
    "batch_size": (1, 100),
    "dropout": (0, 0.8),
    "weight_decay": (0, 1),
    "seed": (0, 2**32 - 1),
    "steps": (0, 10_000),
}
SETTING = ["kind", "hidden", "activation", "init", "optimizer", *RANGES]


class Run(NamedTuple):
    """What a run has come to.

    `params` is [(W, b), …], of a KAN [(w, c), …]. `loss` and `accuracy` are means over all training
    points, `held_loss` and `held_accuracy` over those held out (nan where there are none); `grads`
    are the gradients of `loss`. `batch` has the rows of the last step's batch, `batch_loss` the
    loss on it before that step.
    """

    params: list
    loss: float
    held_loss: float
    accuracy: float
    held_accuracy: float
    grads: list
    batch: list
    batch_loss: float | None


class NetworkLearns(Simulation):
    """Two classes of points, a small network, and its training, one update at a time.

        NetworkLearns(data="xor", hidden=[3], optimizer="sgd", lr=0.3, seeds=True)
        NetworkLearns(data="drawn", points=[[0.2, 0.4, 1], [-0.3, 0.1, 0]])

    The run is a function of the setting and of `steps`: `.run()` computes it in NumPy, the page in
    JavaScript, with the same start, order and dropout. Every second pair of points is held out.
    The loss is binary cross-entropy of one logit. A ValueError names what does not fit.
    """

    bundle = "network_learns"

    data = synced(
        t.Enum([*learning.SHAPES, "drawn"], "spirals"), "the points; drawn: by the reader"
    )
    points = synced(t.List(), "what the reader has drawn: [[x₁, x₂, class 0 or 1], …], within ±1")
    noise = synced(t.Float(0.05), "standard deviation of the points' noise, 0 to 0.3")
    kind = synced(
        t.Enum(["mlp", "kan"], "mlp"), "multilayer perceptron or Kolmogorov–Arnold network"
    )
    hidden = synced(t.List(t.Int(), [6, 6]), "units of each hidden layer: 1 to 6 layers of 1 to 8")
    activation = synced(t.Enum(list(TEXTS), "relu"), "of the MLP's hidden units")
    init = synced(
        t.Enum(["auto", "xavier", "he", "small", "large", "zero"], "auto"),
        "start of the MLP's weights: auto is He's for ReLU and SiLU, else Xavier's; half, twice it",
    )
    grid = synced(t.Int(5), "intervals of the KAN's grid on [-1, 1], 2 to 10")
    optimizer = synced(
        t.Enum(["sgd", "momentum", "adam"], "adam"), "momentum is 0.9; adam decays apart (AdamW)"
    )
    lr = synced(t.Float(0.03), "the learning rate η, 0.0001 to 10")
    batch_size = synced(t.Int(10), "examples a step, 1 to 100")
    dropout = synced(t.Float(0.0), "share of the MLP's hidden activations that is dropped, to 0.8")
    weight_decay = synced(t.Float(0.0), "λ, 0 to 1; adds λθ to the gradient, biases included")
    seed = synced(t.Int(0), "of start, order and dropout; the points stay the same")
    seeds = synced(
        t.Bool(False), "draw the runs from seed, seed + 1, …, seed + 5 beside each other"
    )
    steps = synced(t.Int(400), "updates done, to 10,000")
    selected = synced(
        t.List(t.Int(), [7, 1, 1], minlen=3, maxlen=3),
        "[layer, unit, input] that is looked at, from 1; layer 7 is the output, input 0 the bias",
    )

    def __init__(self, **traits):
        super().__init__(**{name: plain(value) for name, value in traits.items()})

    @t.validate(*RANGES)
    def _in_range(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        low, high = RANGES[name]
        if not low <= value <= high:
            raise ValueError(f"{name}: expected a number from {low:,} to {high:,}, got {value}")
        return value

    @t.validate("hidden")
    def _layers(self, proposal):
        value, (layers, units) = proposal["value"], (MOST["layers"], MOST["units"])
        if not 1 <= len(value) <= layers or not all(1 <= n <= units for n in value):
            raise ValueError(f"hidden: expected 1 to {layers} layers of 1 to {units}, got {value}")
        return value

    @t.validate("points")
    def _drawn(self, proposal):
        value = proposal["value"]
        if len(value) > MOST["points"]:
            raise ValueError(f"points: expected at most {MOST['points']}, got {len(value)}")
        for point in value:
            numbers = isinstance(point, list | tuple) and [type(x) in (int, float) for x in point]
            fits = numbers == [True] * 3 and max(map(abs, point[:2])) <= 1 and point[2] in (0, 1)
            if not fits:
                raise ValueError(
                    f"points: expected [x₁, x₂, class], x within ±1, class 0 or 1, got {point}"
                )
        return value

    @t.validate("selected")
    def _unit(self, proposal):
        layer, unit, at = proposal["value"]
        if not 1 <= layer <= MOST["layers"] + 1 or not 1 <= unit <= MOST["units"] or at < 0:
            raise ValueError(
                f"selected: expected [layer, unit, input] from 1, got {proposal['value']}"
            )
        return proposal["value"]

    @property
    def rows(self):
        """((X (n, 2), t (n, 1)), (X, t)): the training points, and those held out."""
        drawn = self.data == "drawn"
        return learning.split(self.points if drawn else learning.points(self.data, self.noise))

    @property
    def setting(self):
        """What a run depends on besides its points; see nnlib/simulations/learning.py."""
        return {name: getattr(self, name) for name in SETTING}

    def run(self, steps=None, seed=None):
        """The run that is shown, a `Run`; or the same after other `steps`, from another `seed`."""
        setting = self.setting | ({} if seed is None else {"seed": seed})
        (X, t), held = self.rows
        if not len(X):
            raise ValueError("points: expected at least one training point, got none")
        steps = self.steps if steps is None else steps
        (last,) = deque(learning.train(X, t, setting, steps), maxlen=1)
        _, params, batch, batch_loss, _ = last
        loss, right, grads = _look(params, X, t, setting)
        held_loss, held_right, _ = _look(params, *held, setting)
        return Run(params, loss, held_loss, right, held_right, grads, batch, batch_loss)

    def units(self, run=None):
        """Of each hidden layer the sums z (points, units) on all training points.

        A ReLU unit whose z is at most 0 on all of them is dead: it has no gradient from the data.
        """
        run = self.run() if run is None else run
        _, cache = learning.forward(run.params, self.rows[0][0], self.setting)
        if self.kind == "kan":
            return [A for A, _, _ in cache[1:]]
        return [Z for _, Z, _ in cache[:-1]]

    def dead(self, run=None):
        """How many hidden units are dead; only ReLU has such."""
        if self.kind == "kan" or self.activation != "relu":
            return 0
        return sum(int((z.max(axis=0) <= 0).sum()) for z in self.units(run))

    def caption(self):
        if not len(self.rows[0][0]):
            return "No points are drawn yet."
        run = self.run()
        bend = "" if self.kind == "kan" else f", {TEXTS[self.activation]} activation"
        dead = self.dead(run)
        return (
            f"A 2-{'-'.join(map(str, self.hidden))}-1 {self.kind.upper()}{bend}, on {self.data}, "
            f"after {self.steps:,} steps of {self.optimizer}. The training loss is "
            f"{run.loss:.3g}, held-out {run.held_loss:.3g}; {100 * run.accuracy:.0f} % of the "
            f"training points are right." + (f" Dead units: {dead}." if dead else "")
        )

    def picture(self):
        """The plane in coarse cells, coloured by the network's answer, with the points on it."""
        (X, t), held = self.rows
        cells = ""
        if len(X):
            n, span = 24, 1.2
            at = span * ((np.arange(n) + 0.5) * 2 / n - 1)
            plane = np.column_stack([np.tile(at, n), np.repeat(-at, n)])
            with np.errstate(all="ignore"):
                logits, _ = learning.forward(self.run().params, plane, self.setting)
            p = np.nan_to_num(scratch.sigmoid(logits[:, 0]), nan=0.5)
            cells = "".join(
                f'<rect x="{10 * (k % n)}" y="{10 * (k // n)}" width="10.5" height="10.5" fill='
                f'"{"#2F7FC1" if v > 0.5 else "#B77F09"}" opacity="{0.62 * abs(2 * v - 1):.2f}"/>'
                for k, v in enumerate(p)
            )
        marks = _marks(X, t, True) + _marks(*held, False)
        return (
            '<svg viewBox="0 0 240 240" role="img" width="300" aria-label="The plane, coloured by '
            'the network’s answer, with the points">'
            f"{cells}{marks}</svg>"
        )


def _look(params, X, t, setting):
    """(mean loss, share of right answers, gradients) on all these points."""
    if not len(X):
        return float("nan"), float("nan"), []
    with np.errstate(all="ignore"):
        logits, cache = learning.forward(params, X, setting)
        loss, delta = scratch.sigmoid_cross_entropy(logits, t)
        grads = learning.backward(params, cache, delta, setting)
    return float(loss), float(((logits > 0) == (t > 0)).mean()), grads


def _marks(X, t, training):
    """Points as SVG: class 1 round and blue, class 0 square and orange; hollow if held out."""
    made = []
    for (x, y), k in zip(X, t[:, 0], strict=True):
        a, b = 120 + 100 * x, 120 - 100 * y
        colour = "#3193C7" if k else "#B77F09"
        fill = colour if training else "none"
        shape = (
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.6"'
            if k
            else f'<rect x="{a - 2.4:.1f}" y="{b - 2.4:.1f}" width="4.8" height="4.8"'
        )
        made.append(f'{shape} fill="{fill}" stroke="{colour}"/>')
    return "".join(made)
