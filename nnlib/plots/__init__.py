"""The figures of the book. Every function returns a `Drawing`: an SVG with alt text and caption.

    nnlib.plots.curves(x, {"ReLU": y}, labels=("z", "φ(z)"))
    fig, ax = nnlib.plots.figure("half"); …; nnlib.plots.draw(fig, alt="…", caption="…")

Colours are asked for by what they mean, `color("backward")`, and follow the page into the dark.
"""

from nnlib.plots.charts import bars, curves, history, seeds_band
from nnlib.plots.drawing import Drawing, draw, figure
from nnlib.plots.fields import decision_boundary, heatmap, images
from nnlib.plots.nets import network
from nnlib.plots.tokens import color

__all__ = [
    "Drawing",
    "bars",
    "color",
    "curves",
    "decision_boundary",
    "draw",
    "figure",
    "heatmap",
    "history",
    "images",
    "network",
    "seeds_band",
]
