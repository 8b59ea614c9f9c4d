"""Who is to blame in a deep network: true gradients, layer by layer and weight by weight."""

from typing import NamedTuple

import numpy as np
import traitlets as t

from nnlib import data, scratch
from nnlib.simulations import deep
from nnlib.simulations.base import Simulation, synced
from nnlib.simulations.reading import numbers, plain, read_network

MOST = {"rows": 200, "units": 64, "layers": 20}  # what a reader's own network may have


def _examples():
    """{name: [X, y]}: a few rows of each data set, in numbers short enough for a page."""
    iris = data.iris()
    X = (iris.X - iris.X.mean(0)) / iris.X.std(0)
    toys = {"xor": data.xor(), "moons": data.moons(24), "circles": data.circles(24)}
    toys["spirals"] = data.spirals(24)
    digits = data.digits()
    sets = {name: (np.round(toy.X.astype(float), 2), toy.y) for name, toy in toys.items()}
    sets["iris"] = np.round(X.astype(float), 2)[::10], iris.y[::10]
    sets["digits"] = digits.X[:10].astype(float) / 16, digits.y[:10]
    return {name: [X.tolist(), y.tolist()] for name, (X, y) in sets.items()}


EXAMPLES = _examples()
TOWER = {
    "depth": 10,
    "width": 8,
    "activation": "sigmoid",
    "init": "xavier",
    "data": "moons",
    "residual": None,
    "seed": 0,
    "batch": True,
    "bars": "delta",
    "frozen": [],
    "path": [],
}
DEEP = TOWER | {"depth": 20, "width": 16, "activation": "relu", "init": "he"}
PRESETS = {
    "a sigmoid tower": TOWER,
    "Xavier under ReLU fades": DEEP | {"init": "xavier"},
    "He keeps it level": DEEP,
    "too large for tanh": DEEP | {"activation": "tanh", "init": "large"},
    "residuals that explode": DEEP | {"residual": "plain"},
    "residuals, scaled": DEEP | {"residual": "scaled"},
    "residuals that begin at zero": DEEP | {"residual": "zero"},
}
RANGES = {
    "depth": (2, 20),
    "width": (2, 16),
    "seed": (0, 2**32 - 1),
    "example": (1, MOST["rows"]),
    "layer": (1, 20),
    "part": (1, 2),
    "nudge": (-10, 10),
    "rate": (1e-6, 100),
}


class Run(NamedTuple):
    """One forward and one backward pass, lists over layers and their parts; see deep.py."""

    loss: float
    cache: list
    grads: list
    deltas: list


class BackpropBlame(Simulation):
    """A deep network and all its gradients; nudge a weight, delete it, freeze a layer, train.

        BackpropBlame(depth=20, activation="relu", init="he", residual="plain")
        BackpropBlame.from_model(model, X, y)

    `residual` makes blocks h + s·(W₂ φ(W₁ h + b₁) + b₂) of all layers but the first and the last:
    "plain" has s = 1, "scaled" s = 1/√(number of blocks), "zero" s = 1 and W₂ = 0 at the start.
    Layers, units, inputs and examples are counted from 1. `.run()` computes in NumPy what is
    shown, `.layers` are the weights; a ValueError names what does not fit.
    """

    bundle = "backprop_blame"

    depth = synced(t.Int(10), "number of layers, 2 to 20")
    width = synced(t.Int(8), "units of each hidden layer, 2 to 16")
    activation = synced(t.Enum(list(scratch.ACTIVATIONS), "sigmoid"), "of the hidden layers")
    init = synced(t.Enum(list(deep.STARTS), "xavier"), "small and large: half and twice Xavier")
    data = synced(t.Unicode("moons"), "a name in `examples`")
    residual = synced(t.Enum([None, "plain", "scaled", "zero"], None), "blocks, and their scaling")
    seed = synced(t.Int(0), "of the generator that draws the weights")
    batch = synced(t.Bool(True), "the mean loss over all examples, or the loss of one")
    example = synced(t.Int(1), "which one")
    bars = synced(t.Enum(["gradient", "delta", "moved"], "gradient"), "what the tower's bars are")
    fill = synced(t.Enum(["gradient", "weight", "product"], "gradient"), "what the cells show")
    layer = synced(t.Int(3), "the layer that is looked at")
    part = synced(t.Int(1), "1 or 2: W₁ or W₂ of a residual block")
    weight = synced(t.List(t.Int(), [1, 1], minlen=2, maxlen=2), "[unit, input] of the weight")
    nudge = synced(t.Float(0.001), "what is added to that weight, to measure")
    frozen = synced(t.List(t.Int(), []), "numbers of the layers that are not updated")
    rate = synced(t.Float(0.5), "the learning rate of a step")
    path = synced(t.List(t.Dict(), []), "steps taken: [{rate, frozen, example (0: the batch)}, …]")
    examples = synced(t.Dict(default_value=EXAMPLES), "{name: [X, y]}")
    presets = synced(t.Dict(default_value=PRESETS), "states by the names of what they show")
    given = synced(t.Dict(), "the reader's own parameters: {weights, biases}; else they are drawn")

    def __init__(self, **traits):
        unknown = sorted(set(traits) - set(self.own_traits()))
        if unknown:
            raise ValueError(f"{unknown[0]}: no such trait; expected one of {self.own_traits()}")
        traits = {name: plain(value) for name, value in traits.items()}
        if "layer" not in traits:
            traits["layer"] = min(3, traits.get("depth", 10))
        try:
            super().__init__(**traits)
        except t.TraitError as error:
            raise ValueError(str(error)) from None
        beyond = [n for n in [self.layer, *self.frozen] if not 1 <= n <= self.depth]
        if beyond:
            name = "layer" if beyond[0] == self.layer else "frozen"
            raise ValueError(f"{name}: expected layers from 1 to {self.depth}, got {beyond[0]}")
        shape = self.layers[self.layer - 1][-1 if self.part == 2 else 0][0].shape
        if any(not 1 <= n <= m for n, m in zip(self.weight, shape, strict=True)):
            raise ValueError(f"weight: expected [unit, input] up to {shape}, got {self.weight}")

    @t.validate(*RANGES)
    def _in_range(self, proposal):
        (low, high), value = RANGES[proposal["trait"].name], proposal["value"]
        name = proposal["trait"].name
        if name == "nudge" and value == 0:
            raise ValueError("nudge: expected a number other than 0")
        if not low <= value <= high:
            raise ValueError(f"{name}: expected a number from {low} to {high}, got {value}")
        return value

    @t.validate("frozen")
    def _layer_numbers(self, proposal):
        if any(not 1 <= number <= 20 for number in proposal["value"]):
            raise ValueError(f"frozen: expected numbers of layers, got {proposal['value']}")
        return sorted(set(proposal["value"]))

    @t.validate("data")
    def _known_data(self, proposal):
        if proposal["value"] not in self.examples:
            names = list(self.examples)
            raise ValueError(f"data: expected one of {names}, got {proposal['value']!r}")
        return proposal["value"]

    @classmethod
    def from_model(cls, model, X, y, activation=None, **traits):
        """The reader's own network on the reader's own examples.

        model  parameters [(W, b), …] as nnlib.scratch has them (with `activation`, else tanh), or
               an nn.Sequential of Linear and one kind of activation, of either engine
        X, y   (B, n) and labels (B,) from 0; a network with one output takes labels 0 and 1
        """
        params, activation = read_network(model, activation)
        X, y = numbers("X", X), numbers("y", y).reshape(-1)
        widest = max(max(W.shape) for W, _ in params)
        if len(params) > MOST["layers"] or widest > MOST["units"]:
            raise ValueError(
                f"model: expected at most {MOST['layers']} layers and {MOST['units']} units or "
                f"inputs, got {len(params)} and {widest}"
            )
        outputs, inputs = len(params[-1][0]), params[0][0].shape[1]
        if X.ndim != 2 or X.shape[1] != inputs or not 1 <= len(X) <= MOST["rows"]:
            raise ValueError(f"X: expected 1 to {MOST['rows']} rows of {inputs}, got {X.shape}")
        labels = range(max(2, outputs))
        if y.shape != X.shape[:1] or not set(y.tolist()) <= set(labels):
            raise ValueError(f"y: expected {len(X)} labels from {list(labels)}, got {y.tolist()}")
        own = {
            "depth": len(params),
            "activation": activation,
            "data": "yours",
            "examples": {"yours": [X.tolist(), y.astype(int).tolist()]},
            "given": {
                "weights": plain([W for W, _ in params]),
                "biases": plain([b for _, b in params]),
            },
        }
        return cls(**own | traits)

    @property
    def start(self):
        """The layers before the first step: [[(W, b)], …], two parts in a residual block."""
        if self.given:
            pairs = zip(self.given["weights"], self.given["biases"], strict=True)
            return [[(np.array(W), np.array(b))] for W, b in pairs]
        X, y = self.examples[self.data]
        return deep.start(
            len(X[0]), max(y) + 1, self.depth, self.width, self.init, self.residual, self.seed
        )

    @property
    def layers(self):
        """The layers after the steps of `path`."""
        layers = self.start
        for taken in self.path:
            grads = self.run(layers, taken["example"]).grads
            layers = deep.step(layers, grads, taken["rate"], taken["frozen"])
        return layers

    @property
    def params(self):
        """[(W, b), …] for nnlib.scratch; a network with residual blocks has no such form."""
        if any(len(parts) == 2 for parts in self.layers):
            raise ValueError("params: a residual block has two parts; see `layers`")
        return [parts[0] for parts in self.layers]

    @property
    def Xy(self):
        """The examples whose loss is shown: all of them, or one row."""
        return self._rows(0 if self.batch else self.example)

    def run(self, layers=None, example=None):
        """The pass that is shown, or one with other layers, on one example (0: the batch)."""
        layers = self.layers if layers is None else layers
        X, y = self.Xy if example is None else self._rows(example)
        phi, s = scratch.ACTIVATIONS[self.activation], deep.branch_scale(layers, self.residual)
        logits, cache = deep.forward(layers, X, phi, s)
        if logits.shape[1] == 1:
            loss, delta = scratch.sigmoid_cross_entropy(logits, y[:, None])
        else:
            loss, delta = scratch.softmax_cross_entropy(logits, y)
        return Run(float(loss), cache, *deep.backward(layers, cache, delta, phi, s))

    def _rows(self, example):
        X, y = (np.array(values) for values in self.examples[self.data])
        at = min(example, len(X))
        return (X[at - 1 : at], y[at - 1 : at]) if at else (X, y)

    def caption(self):
        run = self.run()
        norms = [np.linalg.norm(parts[0][0]) for parts in run.grads]
        kind = f", residual branches ({self.residual})" if self.residual else ""
        frozen = f" Frozen: {self.frozen}; their gradients stay." if self.frozen else ""
        return (
            f"{len(norms)} layers, {self.activation}, {self.init}{kind}, on {self.data}. The loss "
            f"is {run.loss:.3g}. The gradient ‖∂L/∂W‖ is {norms[-1]:.3g} in the last layer and "
            f"{norms[0]:.3g} in the first.{frozen}"
        )

    def picture(self):
        """‖∂L/∂W‖ of each layer as bars on a logarithmic scale; a zero has none."""
        norms = np.array([np.linalg.norm(parts[0][0]) for parts in self.run().grads])
        logs = np.log10(norms, where=norms > 0, out=np.full(len(norms), -np.inf))
        floor = np.floor(min(logs[np.isfinite(logs)], default=0)) - 1
        top = max(np.ceil(max(logs)), floor + 2) + 0.0 if norms.any() else floor + 2  # no −0
        tall, wide = 170 / (top - floor), 540 / len(norms)
        bars = "".join(
            f'<rect x="{50 + wide * i:.1f}" width="{0.7 * wide:.1f}" '
            f'y="{190 - tall * (v - floor):.1f}" height="{tall * (v - floor):.1f}"/>'
            for i, v in enumerate(logs)
            if np.isfinite(v)
        )
        return (
            '<svg viewBox="0 0 600 220" role="img" width="100%" aria-label="Gradients, '
            f'first to last, from 10^{floor:.0f} to 10^{top:.0f}"><g fill="#D55E00">{bars}</g>'
            f'<path d="M50 190H590" stroke="#868D98"/><g font-size="13" fill="#868D98">'
            f'<text x="0" y="30">10^{top:.0f}</text><text x="0" y="190">10^{floor:.0f}</text>'
            '<text x="50" y="210">first layer</text><text x="590" y="210" text-anchor="end">'
            "last layer</text></g></svg>"
        )
