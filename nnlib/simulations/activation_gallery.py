"""What does an activation do to a number, and to a nudge?"""

import numpy as np
import traitlets as t

from nnlib import scratch
from nnlib.simulations.base import Simulation, synced
from nnlib.simulations.reading import numbers, read_network

NAMES = [name for name in scratch.ACTIVATIONS if name != "identity"]
TEXTS = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "softplus": "softplus",
    "gelu": "GELU",
    "silu": "SiLU",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
}
MOST = 200  # values of z that are drawn of a reader's own network
START = [1.0, 0.0]  # [w, b] of the neuron before training: it guesses that petals are square


class ActivationGallery(Simulation):
    """Curves and slopes, a chain of layers, softmax with its Jacobian, a neuron that dies.

    `ActivationGallery(mode="chain", activation="tanh", layers=20)` opens it where it is needed;
    `z`, `guesses` and all other traits tell what the reader has done.
    """

    bundle = "activation_gallery"

    mode = synced(
        t.Enum(["curves", "chain", "softmax", "neuron"], "curves"), "which of the four views"
    )
    activation = synced(t.Enum(NAMES, "sigmoid"), "the activation that is looked at")
    compare = synced(t.List(t.Enum(NAMES), ["relu"]), "activations drawn beside it")
    alpha = synced(t.Float(0.1), "slope of the leaky ReLU on the left, 0 to 1")
    z = synced(t.Float(1.0), "the point z, −6 to 6")
    layers = synced(t.Int(10), "chain: number of layers, 1 to 30")
    weight = synced(t.Float(1.0), "chain: the weight w of every layer")
    own = synced(t.List(t.Float()), "values of z in the reader's own network, drawn on the axis")
    run = synced(t.Bool(False), "chain: let the signal run, instead of the same z everywhere")
    logits = synced(t.List(t.Float(), [2.0, 1.0, -1.0], minlen=3, maxlen=3), "softmax: z₁, z₂, z₃")
    rate = synced(t.Float(0.2), "neuron: the step size")
    upstream = synced(t.Float(0.0), "neuron: what the layer below adds to its input, in cm")
    leak = synced(t.Float(0.0), "neuron: slope of its activation on the left; 0 is ReLU")
    path = synced(t.List(t.List(t.Float()), [START]), "neuron: [w, b] after each step")

    @classmethod
    def from_model(cls, model, x, y=None, layer=1, activation=None, **traits):
        """Where the units of the reader's own network stand on the curve.

        model  parameters [(W, b), …] as nnlib.scratch has them (with `activation`, else tanh), or
               an nn.Sequential of Linear and one kind of activation, of either engine
        x      a batch (B, n): what the network looks at; y is not needed here
        layer  whose z are shown: 1 is the first, len(hidden layers) the last
        """
        params, name = read_network(model, activation)
        if name not in NAMES or len(params) < 2:
            found = f"{len(params)} layer{'s' * (len(params) > 1)}, {name}"
            raise ValueError(f"model: expected hidden layers with one of {NAMES}, got {found}")
        if not 1 <= layer < len(params):
            raise ValueError(f"layer: expected 1 to {len(params) - 1}, got {layer}")
        _, cache = scratch.forward(params, numbers("x", x), scratch.ACTIVATIONS[name])
        z = cache.Z[layer - 1].ravel()
        some = z[np.linspace(0, z.size - 1, min(z.size, MOST)).astype(int)]
        return cls(activation=name, compare=[], own=some.round(4).tolist(), **traits)

    @t.validate("alpha", "leak")
    def _slope(self, proposal):
        return _within(proposal, 0, 1)

    @t.validate("z")
    def _point(self, proposal):
        return _within(proposal, -6, 6)

    @t.validate("layers")
    def _layers(self, proposal):
        return _within(proposal, 1, 30)

    def phi(self):
        """The activation that is looked at, as nnlib.scratch has it."""
        if self.activation == "leaky_relu":
            return scratch.leaky(self.alpha)
        return scratch.ACTIVATIONS[self.activation]

    def caption(self):
        phi, name = self.phi(), TEXTS[self.activation]
        value, slope = float(phi.f(self.z)), float(phi.df(self.z))
        return (
            f"{name} (blue) and its slope (orange). At z = {self.z:.3g} it gives {value:.3g}, "
            f"and a small nudge of z comes out {slope:.3g} times as large."
        )

    def picture(self):
        axis = np.linspace(-6, 6, 121)
        phi = self.phi()

        def line(y, role):
            points = " ".join(
                f"{300 + 48 * a:.1f},{200 - 40 * b:.1f}" for a, b in zip(axis, y, strict=True)
            )
            return f'<polyline points="{points}" fill="none" stroke="{role}" stroke-width="2.5"/>'

        return (
            '<svg viewBox="0 0 600 260" role="img" width="100%" '
            f'aria-label="Curve and slope of {TEXTS[self.activation]}">'
            '<path d="M12 200H588M300 10V250" stroke="#868D98"/>'
            f"{line(phi.f(axis), '#0072B2')}{line(phi.df(axis), '#D55E00')}</svg>"
        )


def _within(proposal, low, high):
    """A trait's new value, or a ValueError that says what was expected."""
    value = proposal["value"]
    if not low <= value <= high:
        name = proposal["trait"].name
        raise ValueError(f"{name}: expected a number from {low} to {high}, got {value}")
    return value
