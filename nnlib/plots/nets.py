"""A small network as circles and lines."""

from itertools import pairwise

import numpy as np

from nnlib.plots.drawing import draw, figure, number
from nnlib.plots.tokens import color

_APART = 2.4  # between layers, where rows are 1 apart
_MOST = 8  # rows a layer; a larger one shows its first six units, dots, and the last


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
    spots = [_spots(layer, n) for layer, n in enumerate(sizes)]
    bottom = min(y for spot in spots for _, y in spot.values())
    fig, ax = figure(size)
    width, height = _APART * (len(sizes) - 1) + 1.2, 1.9 - 2 * bottom
    ax.set(xlim=(-0.6, width - 0.6), ylim=(bottom - 1.4, 0.5 - bottom), aspect="equal")
    fig.set_figheight(min(fig.get_figheight(), fig.get_figwidth() * height / width))
    ax.axis("off")
    fig.draw_without_rendering()  # the layout decides how many points a row is high
    row = ax.transData.transform([(0, 1), (0, 0)])[:, 1] @ [1, -1] * 72 / fig.dpi

    strongest = max((abs(W).max() for W in weights), default=0) or 1.0
    for layer, (below, above) in enumerate(pairwise(spots)):
        for i, start in below.items():
            for j, end in above.items():
                _edge(ax, start, end, weights[layer][j, i] / strongest if weights else None)
    for layer, (n, spot) in enumerate(zip(sizes, spots, strict=True)):
        for unit, (x, y) in spot.items():
            value = None if values is None else np.ravel(values[layer])[unit]
            _unit(ax, x, y, value, diameter=min(26, 0.72 * row))
        if n > _MOST:
            ax.text(x, y + 1, "⋮", ha="center", va="center", color=color("muted"))
        name = names[layer] if names else ("input" if layer == 0 else f"layer {layer}")
        ax.text(
            x, bottom - 0.6, f"{name}\n{n} unit{'s' if n != 1 else ''}",
            ha="center", va="top", fontsize=10,
        )  # fmt: skip
    return draw(fig, alt=alt or _describe(sizes, weights, values), caption=caption)


def _spots(layer, n):
    """unit → (x, y), for the units of a layer that are drawn; the layer is centred on y = 0."""
    rows = min(n, _MOST)
    places = [(_APART * layer, (rows - 1) / 2 - row) for row in range(rows)]
    if n <= _MOST:
        return dict(enumerate(places))
    return {**dict(enumerate(places[:-2])), n - 1: places[-1]}  # a row is left to the dots


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
        line = {
            "color": color(name),
            "linewidth": 0.5 + 2.5 * abs(w),
            "alpha": 0.35 + 0.65 * abs(w),
        }
    ax.plot(*zip(start, end, strict=True), zorder=1, **line)


def _unit(ax, x, y, value, diameter):
    ax.plot(
        x, y, "o", markersize=diameter, zorder=2, color=color("bg"),
        markeredgecolor=color("forward"), markeredgewidth=1.4,
    )  # fmt: skip
    if value is not None:
        ax.text(
            x, y, number(value, 2), ha="center", va="center_baseline", zorder=3,
            fontsize=0.35 * diameter,
        )  # fmt: skip


def _describe(sizes, weights, values):
    text = f"Network with layers of {', '.join(map(str, sizes))} units, fully connected."
    if weights:
        largest = max(weights, key=lambda W: abs(W).max())
        layer = next(k for k, W in enumerate(weights, start=1) if W is largest)
        j, i = np.unravel_index(abs(largest).argmax(), largest.shape)
        text += f" Largest weight {number(largest[j, i])}: layer {layer}, unit {i + 1} to {j + 1}."
    if values is not None:
        written = ("; ".join(number(v) for v in np.ravel(layer)[:_MOST]) for layer in values)
        text += " Values, layer by layer: " + " | ".join(written) + "."
    return text
