"""Forward and backward through a small network, number by number."""

from itertools import pairwise

import numpy as np
import traitlets as t

from nnlib import scratch
from nnlib.simulations.base import Simulation, synced
from nnlib.simulations.reading import numbers, plain, read_network

LOSSES = ("half_squared_error", "sigmoid_cross_entropy", "softmax_cross_entropy")

# Numbers with one decimal, by their place, so that one more unit leaves the others as they are.
# js/forward_backward/start.js has the same.
HIDDEN = [0.1, -0.4, 0.7, 0.2, -0.2, 0.3, -0.6, 0.8, 0.6, 0.5, -0.3, -0.1, -0.8, 0.4, 0.9, -0.5]
OUTPUT = [0.5, -0.2, 0.1, 0.4, -0.3, 0.6, 0.7, -0.5]
HIDDEN_BIASES, OUTPUT_BIASES = [-0.1, 0.2, 0.3, -0.2], [0.3, -0.1]
X, TARGET = [2.0, -1.0, 0.5], [1.0, 0.0]


class Mismatch(t.TraitError, ValueError):
    """A value that does not fit. As a TraitError it undoes the other changes made with it."""


def starting_network(sizes):
    """(weights, biases) as nested lists: what a network of these sizes begins with."""
    last = len(sizes) - 2

    def number(layer, i, j):
        return OUTPUT[4 * i + j] if layer == last else HIDDEN[(6 * layer + 4 * i + j) % 16]

    weights = [
        [[number(layer, i, j) for j in range(n)] for i in range(m)]
        for layer, (n, m) in enumerate(pairwise(sizes))
    ]
    biases = [HIDDEN_BIASES[:m] for m in sizes[1:-1]] + [OUTPUT_BIASES[: sizes[-1]]]
    return weights, biases


STATE = ("weights", "biases", "x", "target", "activation", "loss", "lr", "position")
WEIGHTS, BIASES = starting_network((2, 3, 1))


class ForwardBackward(Simulation):
    """One example through a network and back: each sum, each δ and each gradient written out.

    sizes      (inputs 1–3, hidden 1–4, perhaps hidden 1–4 again, outputs 1–2)
    weights    a matrix (units, inputs) a layer, biases a list a layer, as in nnlib.scratch
    x, target  one example; the target of softmax cross-entropy is [class]

        ForwardBackward(activation="relu", x=[2, 0], target=[-2], position=9)
        ForwardBackward.from_model(params, x=[2, -1], y=[1])

    What the reader changes comes back: `.weights`, `.params`, `.position`, `.guesses`. Set what
    depends on another together, inside `with sim.hold_trait_notifications():`.
    A ValueError names what does not fit.
    """

    bundle = "forward_backward"

    weights = synced(t.List(t.List(t.List(t.Float())), WEIGHTS), "a matrix (units, inputs) a layer")
    biases = synced(t.List(t.List(t.Float()), BIASES), "one number a unit, layer by layer")
    x = synced(t.List(t.Float(), X[:2]), "the inputs of the one example")
    target = synced(t.List(t.Float(), TARGET[:1]), "what the outputs should be")
    activation = synced(t.Unicode("tanh"), "of the hidden units; a name in scratch.ACTIVATIONS")
    loss = synced(t.Unicode("half_squared_error"), "a loss of nnlib.scratch, by its name")
    lr = synced(t.Float(0.1), "the learning rate η of the one update")
    position = synced(t.Int(6), "how many steps are done; at first: up to the output's blame")

    def __init__(self, sizes=None, **traits):
        unknown = sorted(set(traits) - set(self.own_traits()))
        if unknown:
            known = ["sizes", *self.own_traits()]
            raise ValueError(f"{unknown[0]}: no such trait; expected one of {known}")
        traits = {name: plain(value) for name, value in traits.items()}
        sizes = _sizes(sizes, traits)
        weights, biases = starting_network(sizes)
        softmax = traits.get("loss") == "softmax_cross_entropy"
        start = {
            "weights": weights,
            "biases": biases,
            "x": X[: sizes[0]],
            "target": [0.0] if softmax else TARGET[: sizes[-1]],
            "position": sum(sizes[1:]) + 2,
        }
        try:
            super().__init__(**start | traits)
        except t.TraitError as error:
            raise error if isinstance(error, Mismatch) else Mismatch(str(error)) from None

    @classmethod
    def from_model(cls, model, x, y, activation=None, **traits):
        """The reader's own network, with one example.

        model  parameters [(W, b), …] as nnlib.scratch has them (with `activation`, else tanh), or
               an nn.Sequential of Linear and one kind of activation, of either engine
        x, y   one example: n numbers, and the target as `loss` expects it; or a batch of one row
        """
        params, read = read_network(model, activation)
        weights = [W.tolist() for W, _ in params]
        biases = [b.tolist() for _, b in params]
        example = {"x": _row("x", x), "target": _row("y", y)}
        return cls(weights=weights, biases=biases, activation=read, **example, **traits)

    @property
    def sizes(self):
        """(inputs, hidden, …, outputs), read from the weights."""
        return (len(self.weights[0][0]), *map(len, self.weights))

    @property
    def params(self):
        """[(W, b), …] for nnlib.scratch."""
        return [(np.array(W), np.array(b)) for W, b in zip(self.weights, self.biases, strict=True)]

    @property
    def steps(self):
        """How many steps there are: each unit forward, the loss, each unit back, update, look."""
        return 2 * sum(self.sizes[1:]) + 3

    @t.validate(*STATE)
    def _fits(self, proposal):
        """The new value, held against all others; for values set together, when all are set."""
        state = {name: getattr(self, name) for name in STATE}
        _check(**state | {proposal["trait"].name: proposal["value"]})
        return proposal["value"]

    def caption(self):
        run = self._run()
        outputs = " and ".join(f"{o:.3g}" for o in run["out"][0])
        fall, promised = run["after"] - run["loss"], -self.lr * run["squares"]
        return (
            f"A {'-'.join(map(str, self.sizes))} network, {self.activation}. It says {outputs}; "
            f"the loss is {run['loss']:.3g}. One step with rate {self.lr:g} is predicted to change "
            f"the loss by {promised:.3g}, and changes it by {fall:.3g}."
        )

    def picture(self):
        """The network as rows of a table: what each unit says, its δ, its weights and gradients."""
        run, rows = self._run(), []
        for layer, (W, b) in enumerate(self.params):
            last = layer == len(self.params) - 1
            says = run["out"] if last else run["cache"].A[layer + 1]
            for unit, weights in enumerate(W):
                gradients = [*run["grads"][layer][0][unit], run["grads"][layer][1][unit]]
                cells = [
                    f"{'output' if last else f'hidden layer {layer + 1}, unit'} {unit + 1}",
                    f"{says[0, unit]:.3g}",
                    f"{run['deltas'][layer][0, unit]:.3g}",
                    ", ".join(f"{w:.3g}" for w in [*weights, b[unit]]),
                    ", ".join(f"{g:.3g}" for g in gradients),
                ]
                rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        head = (
            "<tr><th>unit</th><th>says</th><th>δ</th><th>weights, bias</th><th>gradients</th></tr>"
        )
        apart = "border-collapse: separate; border-spacing: 12px 0"
        return f'<table style="{apart}">{head}{"".join(rows)}</table>'

    def _run(self):
        """Everything the page shows, by nnlib.scratch."""
        params, X, phi = self.params, np.array([self.x]), scratch.ACTIVATIONS[self.activation]
        softmax = self.loss == "softmax_cross_entropy"
        y = np.array(self.target, dtype=int) if softmax else np.array([self.target])
        loss_of = getattr(scratch, self.loss)
        out, cache = scratch.forward(params, X, phi)
        loss, delta = loss_of(out, y)
        grads, deltas = scratch.backward(params, cache, delta, phi)
        after, _ = loss_of(scratch.forward(scratch.step(params, grads, self.lr), X, phi)[0], y)
        squares = sum((g**2).sum() for layer in grads for g in layer)
        return {
            "out": out,
            "cache": cache,
            "loss": loss,
            "grads": grads,
            "deltas": deltas,
            "squares": squares,
            "after": after,
        }


def _sizes(sizes, traits):
    """The sizes asked for, or those of the weights, or 2-3-1."""
    if sizes is None and "weights" in traits:
        try:
            sizes = (len(traits["weights"][0][0]), *map(len, traits["weights"]))
        except (TypeError, IndexError):
            raise ValueError(
                f"weights: expected a matrix (units, inputs) a layer, got {traits['weights']!r}"
            ) from None
    return _fitting_sizes("sizes", tuple(sizes or (2, 3, 1)))


def _fitting_sizes(name, sizes):
    limits = [3, *[4] * (len(sizes) - 2), 2]
    fits = len(sizes) in (3, 4) and all(
        isinstance(n, int) and 1 <= n <= most for n, most in zip(sizes, limits, strict=True)
    )
    if not fits:
        raise Mismatch(
            f"{name}: expected 1 to 3 inputs, one or two hidden layers of 1 to 4 units and "
            f"1 or 2 outputs, got {sizes}"
        )
    return sizes


def _check(weights, biases, x, target, activation, loss, lr, position):
    """Raises Mismatch, naming the trait, unless all of this makes one computable example."""

    def expect(fits, name, expected, got):
        if not fits:
            raise Mismatch(f"{name}: expected {expected}, got {got}")

    expect(
        weights and all(W and W[0] for W in weights), "weights", "matrices with entries", weights
    )
    sizes = _fitting_sizes("weights", (len(weights[0][0]), *map(len, weights)))
    shapes = [(m, n) for n, m in pairwise(sizes)]
    got = [(len(W), *sorted({len(row) for row in W})) for W in weights]
    expect(got == shapes, "weights", f"matrices of shapes {shapes}", got)
    expect([*map(len, biases)] == [*sizes[1:]], "biases", f"lists of {sizes[1:]} numbers", biases)
    expect(len(x) == sizes[0], "x", f"{sizes[0]} numbers", x)
    names = list(scratch.ACTIVATIONS)
    expect(activation in names, "activation", f"one of {names}", repr(activation))
    expect(loss in LOSSES, "loss", f"one of {LOSSES}", repr(loss))
    if loss == "softmax_cross_entropy":
        expect(sizes[-1] > 1, "loss", "2 outputs for softmax", f"{sizes[-1]} output")
        labels = [[k] for k in range(sizes[-1])]
        expect(target in labels, "target", f"one class, {labels}", target)
    else:
        expect(len(target) == sizes[-1], "target", f"{sizes[-1]} numbers", target)
    if loss == "sigmoid_cross_entropy":
        expect(all(0 <= y <= 1 for y in target), "target", "numbers from 0 to 1", target)
    expect(0 < lr <= 10, "lr", "a rate above 0, at most 10", lr)
    steps = 2 * sum(sizes[1:]) + 3
    expect(0 <= position <= steps, "position", f"0 to {steps} steps", position)


def _row(name, value):
    """One example as a list of numbers, from numbers, an array, or a batch of one row."""
    row = numbers(name, value)
    if row.ndim > 1 and row.shape != (1, row.size):
        raise ValueError(f"{name}: expected the numbers of one example, got {plain(value)!r}")
    return row.ravel().tolist()
