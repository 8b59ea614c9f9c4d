"""Numbers on a plane: small pictures, matrices, and what a classifier answers where."""

from math import floor, log10

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from nnlib.plots.drawing import draw, figure, number
from nnlib.plots.tokens import class_color, color, tokens

_MARKERS = "os^DvPX*"  # classes differ in shape too, never by colour alone
_GRID = 90  # points across a plane whose regions are drawn
_LEVELS = 24  # shades between nothing and full colour


def images(pictures, *, titles=None, columns=8, size="column", alt="", caption=""):
    """Grey pictures (N, height, width) in a grid, dark where the number is large.

    titles: one a picture. All share one scale, from the smallest number to the largest.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim != 3 or not len(pictures):
        raise ValueError(f"pictures: expected (N, height, width), got shape {pictures.shape}")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"titles: expected {len(pictures)}, one a picture, got {len(titles)}")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    fig, axes = figure(size, rows, columns, squeeze=False)
    width = tokens()["figures"][size][0]
    fig.set_size_inches(width, width / columns * rows * (1.0 if titles is None else 1.3))
    for ax in axes.flat:
        ax.axis("off")
    paper, ink = (tokens()["ground"][name]["light"] for name in ("bg", "text"))
    shades = LinearSegmentedColormap.from_list("ink", [paper, ink])
    low, high = pictures.min(), pictures.max()
    for k, (ax, picture) in enumerate(zip(axes.flat, pictures, strict=False)):
        ax.imshow(picture, cmap=shades, vmin=low, vmax=high, interpolation="none")
        if titles is not None:
            ax.set_title(str(titles[k]), fontsize=10, loc="center", weight="normal")
    N, height, across = pictures.shape
    named = f", titled {', '.join(map(str, titles))}" if titles is not None else ""
    grid = f"{rows} row{'s' if rows > 1 else ''} of up to {columns}"
    described = f"{N} grey pictures of {height} × {across} pixels in {grid}{named}."
    return draw(fig, alt=alt or described, caption=caption)


def heatmap(
    matrix, *, signed=True, rows=None, columns=None, labels=("", ""), size="column", alt="",
    caption="",
):  # fmt: skip
    """A matrix (R, C) as shades: blue (+) through the page's ground to orange (−).

    signed: False for magnitudes, one hue from nothing (zero) to full (the largest).
    rows, columns: names of the lines; labels: of the columns' axis and of the rows'.
    Where the cells are large enough their numbers are written in, all with the same decimals.
    """
    matrix = np.asarray(matrix, float)
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise ValueError(f"matrix: expected finite numbers (R, C), got shape {matrix.shape}")
    if not signed and matrix.min() < 0:
        raise ValueError(f"matrix: magnitudes cannot be negative, got {number(matrix.min())}")
    R, C = matrix.shape
    top = abs(matrix).max() or 1.0
    fig, ax = figure(size)
    width, height = fig.get_size_inches()
    fig.set_figheight(min(height, width * R / C + 0.8))
    written = min(0.8 * width / C, 0.85 * height / R) > 0.3  # inches a cell
    strength = 0.5 if written else 0.85  # ink has to stand out from what is below it
    _shade(ax, matrix / top, strength)
    ax.set(xlim=(-0.5, C - 0.5), ylim=(R - 0.5, -0.5), aspect="equal", xlabel=labels[0])
    ax.set_ylabel(labels[1])
    _names(ax.set_xticks, C, columns, "columns")
    _names(ax.set_yticks, R, rows, "rows")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if written:
        decimals = 0 if (matrix == matrix.round()).all() else max(0, 1 - floor(log10(top)))
        for (r, c), value in np.ndenumerate(matrix):
            text = f"{value.round(decimals) + 0.0:.{decimals}f}".replace("-", "−")  # no "−0.0"
            ax.text(c, r, text, ha="center", va="center", fontsize=9)
    _scale_bar(ax.inset_axes([1.03, 0, 0.3 / C, 1]), top, signed, strength)
    low, high = (np.unravel_index(f(matrix), matrix.shape) for f in (np.argmin, np.argmax))

    def place(r, c):
        return f"row {rows[r] if rows else r}, column {columns[c] if columns else c}"

    described = (
        f"Heat map of {R} rows{f' ({labels[1]})' if labels[1] else ''} by {C} columns"
        f"{f' ({labels[0]})' if labels[0] else ''}: "
        f"lowest {number(matrix[low])} at {place(*low)}, "
        f"highest {number(matrix[high])} at {place(*high)}."
    )
    return draw(fig, alt=alt or described, caption=caption)


def decision_boundary(
    predict, X, y, *, labels=("x₁", "x₂"), names=None, size="half", alt="", caption=""
):
    """Which class a classifier answers where, under the points it was asked about.

    predict: points (M, 2) → scores (M, K), the largest wins; or (M,) or (M, 1), positive means
        class 1 (logits; for probabilities take away ½).
    X (N, 2); y (N,) whole numbers; names: of the classes.
    """
    X, y = np.asarray(X, float), np.asarray(y)
    if X.ndim != 2 or X.shape[1] != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"X, y: expected (N, 2) and (N,), got {X.shape} and {y.shape}")
    y = y.astype(int)
    low, high = X.min(axis=0), X.max(axis=0)
    low, high = low - 0.15 * (high - low), high + 0.15 * (high - low)
    across, up = (np.linspace(a, b, _GRID) for a, b in zip(low, high, strict=True))
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    scores = _scores(predict(points), len(points))
    right = (_scores(predict(X), len(X)).argmax(axis=1) == y).sum()

    fig, ax = figure(size)
    for k in range(scores.shape[1]):
        margin = (scores[:, k] - np.delete(scores, k, axis=1).max(axis=1)).reshape(_GRID, _GRID)
        if margin.max() > 0:
            top = [0, margin.max() + 1]
            ax.contourf(across, up, margin, levels=top, colors=color(class_color(k)), alpha=0.18)
            ax.contour(across, up, margin, levels=[0], colors=color("muted"), linewidths=0.8)
    names = names or [f"class {k}" for k in range(max(y.max() + 1, scores.shape[1]))]
    for k in np.unique(y):
        ax.plot(
            *X[y == k].T, _MARKERS[k % 8], color=color(class_color(k)), markersize=5,
            markeredgecolor=color("bg"), markeredgewidth=0.6, label=names[k],
        )  # fmt: skip
    ax.set(xlabel=labels[0], ylabel=labels[1], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    fig.legend(loc="outside upper center", ncols=4, handletextpad=0.2, columnspacing=1.2)
    counts = ", ".join(f"{(y == k).sum()} of {names[k]}" for k in np.unique(y))
    described = (
        f"Points in the plane ({counts}) over the regions in which the classifier answers each "
        f"class; {right} of {len(y)} points lie in the region of their class."
    )
    return draw(fig, alt=alt or described, caption=caption)


def _scores(answer, n):
    """One column a class, from any of the forms `predict` may answer in."""
    answer = np.asarray(answer, float).reshape(n, -1)
    return np.hstack([-answer, answer]) if answer.shape[1] == 1 else answer


def _shade(ax, values, strength):
    """Cells of the plane, values −1 … 1: the farther from zero, the more colour covers the ground.

    One outline for all cells of a shade keeps the SVG small.
    """
    levels = np.rint(values * _LEVELS).astype(int)
    for level in np.unique(levels[levels != 0]):
        corners = [
            [(c - 0.5, r - 0.5), (c + 0.5, r - 0.5), (c + 0.5, r + 0.5), (c - 0.5, r + 0.5)]
            for r, c in np.argwhere(levels == level)
        ]
        outline = Outline.make_compound_path(*(Outline([*p, p[0]], closed=True) for p in corners))
        name = "positive" if level > 0 else "negative"
        ax.add_patch(
            PathPatch(
                outline, color=color(name), alpha=strength * abs(level) / _LEVELS, linewidth=0,
                antialiased=False,
            )
        )  # fmt: skip


def _scale_bar(ax, top, signed, strength):
    """The slim scale beside a heat map."""
    steps = np.linspace(1, -1 if signed else 0, 2 * _LEVELS + 1)[:, None]
    _shade(ax, steps, strength)
    bottom = len(steps) - 0.5
    ax.set(xlim=(-0.5, 0.5), ylim=(bottom, -0.5), xticks=[])
    marks = [top, 0, -top] if signed else [top, 0]
    ax.set_yticks(np.linspace(-0.5, bottom, len(marks)), [number(m) for m in marks])
    ax.yaxis.tick_right()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.add_patch(
        Rectangle((-0.5, -0.5), 1, len(steps), fill=False, edgecolor=color("hairline"), linewidth=1)
    )


def _names(set_ticks, count, names, argument):
    if names is None:
        set_ticks(range(0, count, max(1, count // 8)))
    elif len(names) != count:
        raise ValueError(f"{argument}: expected {count} names, got {len(names)}")
    else:
        set_ticks(range(count), [str(name) for name in names])
