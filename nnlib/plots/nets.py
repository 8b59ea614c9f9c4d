"""A small network as circles and lines."""

from itertools import pairwise

import numpy as np

from nnlib.plots.drawing import draw, figure
from nnlib.plots.tokens import color

_MOST = 8  # units drawn in a layer; of a larger one the first seven and the last


def network(net, *, values=None, names=None, size="column", alt="", caption=""):
    """A fully connected network, left to right.

    net: layer sizes, `[2, 3, 1]`, or parameters `[(W, b), …]` as in `nnlib.scratch`, W (m, n):
        then a line's colour is its weight's sign (blue +, orange −), its strength the magnitude.
    values: one array a layer, inputs first; written into the circles.
    names: of the layers, inputs first.
    """
    weights, sizes = _read(net)
    for argument, given in (("values", values), ("names", names)):
        if given is not None and len(given) != len(sizes):
            raise ValueError(f"{argument}: expected {len(sizes)}, one a layer, got {len(given)}")
    fig, ax = figure(size)
    units = [list(range(n)) if n <= _MOST else [*range(_MOST - 1), n - 1] for n in sizes]
    tallest = max(map(len, units))
    spots = [
        {unit: (2.4 * layer, (len(shown) - 1) / 2 - row) for row, unit in enumerate(shown)}
        for layer, shown in enumerate(units)
    ]
    strongest = max((abs(W).max() for W in weights), default=0) or 1.0
    for layer, (below, above) in enumerate(pairwise(spots)):
        for i, start in below.items():
            for j, end in above.items():
                w = weights[layer][j, i] / strongest if weights else None
                _edge(ax, start, end, w)
    for layer, spot in enumerate(spots):
        if sizes[layer] > _MOST:
            x = 2.4 * layer
            ax.text(x, -(_MOST - 1) / 2 + 0.5, "⋮", ha="center", va="center", color=color("muted"))
        for unit, (x, y) in spot.items():
            _unit(ax, x, y, None if values is None else np.ravel(values[layer])[unit])
        name = names[layer] if names else ("input" if layer == 0 else f"layer {layer}")
        count = f"{sizes[layer]} unit{'s' if sizes[layer] != 1 else ''}"
        below = -(tallest - 1) / 2 - 0.6
        ax.text(2.4 * layer, below, f"{name}\n{count}", ha="center", va="top", fontsize=10)
    ax.set(xlim=(-0.6, 2.4 * (len(sizes) - 1) + 0.6), aspect="equal")
    ax.set_ylim(-(tallest - 1) / 2 - 1.35, (tallest - 1) / 2 + 0.45)
    ax.axis("off")
    return draw(fig, alt=alt or _describe(sizes, weights, values), caption=caption)


def _read(net):
    """Weight matrices (none for a mere list of sizes) and layer sizes."""
    if all(isinstance(n, int | np.integer) for n in net):
        if len(net) < 2 or min(net) < 1:
            raise ValueError(f"net: expected at least two positive layer sizes, got {net}")
        return [], list(net)
    weights = [np.asarray(W, float) for W, _ in net]
    for lower, upper in pairwise(weights):
        if upper.shape[1] != lower.shape[0]:
            raise ValueError(f"net: a W of shape {upper.shape} cannot follow one of {lower.shape}")
    return weights, [weights[0].shape[1], *(W.shape[0] for W in weights)]


def _edge(ax, start, end, w):
    if w is None:
        line = {"color": color("muted"), "linewidth": 0.7}
    else:
        name = "positive" if w >= 0 else "negative"
        line = {"color": color(name), "linewidth": 0.5 + 2.5 * abs(w), "alpha": 0.2 + 0.8 * abs(w)}
    ax.plot(*zip(start, end, strict=True), zorder=1, **line)


def _unit(ax, x, y, value):
    ax.plot(
        x, y, "o", markersize=26, zorder=2, color=color("bg"),
        markeredgecolor=color("forward"), markeredgewidth=1.4,
    )  # fmt: skip
    if value is not None:
        ax.text(x, y, f"{value:.2g}", ha="center", va="center_baseline", fontsize=9, zorder=3)


def _describe(sizes, weights, values):
    text = f"Network with layers of {', '.join(map(str, sizes))} units, fully connected."
    if weights:
        largest = max(weights, key=lambda W: abs(W).max())
        layer = next(k for k, W in enumerate(weights, start=1) if W is largest)
        j, i = np.unravel_index(abs(largest).argmax(), largest.shape)
        text += f" Largest weight {largest[j, i]:.3g}: layer {layer}, from unit {i + 1} to {j + 1}."
    if values is not None:
        written = ("; ".join(f"{v:.3g}" for v in np.ravel(layer)[:_MOST]) for layer in values)
        text += " Values, layer by layer: " + " | ".join(written) + "."
    return text
