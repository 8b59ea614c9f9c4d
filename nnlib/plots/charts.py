"""Lines, spreads and bars, labelled where they stand instead of in a legend."""

import numpy as np

from nnlib.plots.drawing import draw, figure
from nnlib.plots.tokens import class_color, color, text_of

_FEW = 10  # up to so many seeds are drawn one by one, more become a band


def curves(
    x, lines, *, labels=("", ""), baseline=None, log="", colors=None, size="column", alt="",
    caption="",
):  # fmt: skip
    """Lines over a common x: `curves(z, {"ReLU": relu, "tanh": tanh}, labels=("z", "φ(z)"))`.

    x (T,); lines: label → (T,), NaN where there is nothing.
    labels: of the axes, with units. baseline: ("guessing", 2.3), a level to compare with.
    log: the logarithmic axes, "", "x", "y" or "xy". colors: label → token ("loss", "class-2"…).
    size: "column", "half" or "wide". alt: written from the numbers unless given.
    """
    runs = {label: np.asarray(y, float)[None] for label, y in lines.items()}
    return seeds_band(
        x, runs, labels=labels, baseline=baseline, log=log, colors=colors, size=size, alt=alt,
        caption=caption,
    )  # fmt: skip


def seeds_band(
    x, runs, *, labels=("", ""), baseline=None, log="", colors=None, size="column", alt="",
    caption="",
):  # fmt: skip
    """Several runs of each thing: every seed as a thin line under their mean.

    x (T,); runs: label → (S, T), one row a seed. More than ten seeds become a band, mean ± one
    standard deviation over the seeds. The other arguments are those of `curves`.
    """
    x = np.asarray(x, float)
    runs = {label: _same_length(x, y, label) for label, y in runs.items()}
    fig, ax = figure(size)
    ends = []
    for k, (label, y) in enumerate(runs.items()):
        name = (colors or {}).get(label, class_color(k) if len(runs) > 1 else "text")
        mean = y.mean(axis=0)
        if 1 < len(y) <= _FEW:
            ax.plot(x, y.T, color=color(name), linewidth=0.6, alpha=0.6)
        elif len(y) > _FEW:
            std = y.std(axis=0, ddof=1)
            ax.fill_between(x, mean - std, mean + std, color=color(name), alpha=0.2, linewidth=0)
        ax.plot(x, mean, color=color(name))
        ends.append((label, mean, name))
    _scales(ax, log, labels)
    if baseline:
        _baseline(ax, *baseline)
    _label_ends(fig, ax, ends)
    return draw(fig, alt=alt or _describe(x, runs, labels, baseline), caption=caption)


def bars(values, *, label="", baseline=None, colors=None, size="column", alt="", caption=""):
    """Horizontal bars from zero: `bars({"MLP": [0.97, 0.98], "linear": 0.91}, label="accuracy")`.

    values: name → a number, or one number a seed: then the bar ends at their mean and each seed
    is a dot. label: of the axis, with its unit. The other arguments are those of `curves`.
    """
    values = {name: np.atleast_1d(np.asarray(v, float)) for name, v in values.items()}
    fig, ax = figure(size)
    for row, (name, v) in enumerate(values.items()):
        shade = (colors or {}).get(name, "frozen")
        ax.barh(row, v.mean(), height=0.6, color=color(shade), alpha=0.55, linewidth=0)
        if len(v) > 1:
            jitter = np.linspace(-0.15, 0.15, len(v))
            ax.plot(v, row + jitter, "o", color=color(text_of(shade)), markersize=3, alpha=0.8)
        ax.annotate(
            f"{v.mean():.3g}", (v.max(initial=0), row), (6, 0), textcoords="offset points",
            va="center",
        )  # fmt: skip
    ax.set_yticks(range(len(values)), list(values))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(min(v.min() for v in values.values()) < 0)
    ax.spines["left"].set_position("zero")
    ax.invert_yaxis()
    ax.set_xlabel(label)
    if baseline:
        _baseline(ax, *baseline, vertical=True)
    parts = [f"{name} {_over_seeds(v)}" for name, v in values.items()]
    parts += [f"dashed line at {baseline[1]:.3g}: {baseline[0]}"] if baseline else []
    return draw(fig, alt=alt or f"Bars, {label or 'value'}: " + "; ".join(parts), caption=caption)


def history(run, *, baseline=None, size="column", alt="", caption=""):
    """The losses of a `nnlib.train.History` by epoch, its best validation epoch marked."""
    epochs = np.arange(1, len(run.train) + 1)
    if not len(epochs):
        raise ValueError("run: expected a history of at least one epoch, got none")
    lines = {"training": np.asarray(run.train, float)}
    if run.validation:
        lines["validation"] = np.asarray(run.validation, float)
    fig, ax = figure(size)
    names = {"training": "muted", "validation": "loss"}
    for label, y in lines.items():
        ax.plot(epochs, y, color=color(names[label]), marker="o" if len(epochs) == 1 else "")
    _scales(ax, "", ("epoch", "loss"))
    ax.xaxis.get_major_locator().set_params(integer=True)
    described = _describe(
        epochs, {k: y[None] for k, y in lines.items()}, ("epoch", "loss"), baseline
    )
    if run.validation:
        best, lowest = run.best_epoch, run.validation[run.best_epoch - 1]
        ax.plot(best, lowest, "o", color=color("loss"))
        described += f" Best validation loss {lowest:.3g} after epoch {best}."
    if baseline:
        _baseline(ax, *baseline)
    _label_ends(fig, ax, [(label, y, names[label]) for label, y in lines.items()])
    return draw(fig, alt=alt or described, caption=caption)


# ── shared ───────────────────────────────────────────────────────────────────────────


def _same_length(x, y, label):
    y = np.asarray(y, float)
    if y.ndim != 2 or x.ndim != 1 or y.shape[1] != len(x):
        raise ValueError(
            f"{label}: expected one value for each of the {x.shape} x, got shape {y.shape[-1:]}"
            if y.ndim < 3
            else f"{label}: expected (seeds, {len(x)}), got shape {y.shape}"
        )
    return y


def _scales(ax, log, labels):
    if set(log) - {"x", "y"}:
        raise ValueError(f"log: expected '', 'x', 'y' or 'xy', got {log!r}")
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    ax.grid(axis="y")
    ax.margins(x=0.02)


def _baseline(ax, name, level, vertical=False):
    """A dashed level with its name on it."""
    line = ax.axvline if vertical else ax.axhline
    line(level, color=color("muted"), linewidth=1, linestyle=(0, (4, 3)))
    spot = {"xy": (level, 1), "xycoords": ("data", "axes fraction"), "xytext": (4, -2)}
    if not vertical:
        spot = {"xy": (0, level), "xycoords": ("axes fraction", "data"), "xytext": (4, 3)}
    ax.annotate(
        name, **spot, textcoords="offset points", color=color("muted"), fontsize=10,
        va="top" if vertical else "bottom",
    )  # fmt: skip


def _label_ends(fig, ax, ends, gap=13):
    """Each line's name beside its last value, pushed apart to at least `gap` points."""
    fig.draw_without_rendering()  # the layout decides how far apart values are on paper
    last = [float(y[np.isfinite(y)][-1]) if np.isfinite(y).any() else 0.0 for _, y, _ in ends]
    where = ax.transData.transform([(ax.get_xlim()[1], value) for value in last])[:, 1]
    where = where * 72 / fig.dpi
    order, place = np.argsort(where, kind="stable"), np.sort(where)
    for _ in range(200):  # neighbours that are too close each give way by half
        overlap = np.maximum(gap - np.diff(place), 0) / 2
        place[:-1] -= overlap
        place[1:] += overlap
    for k, y in zip(order, place, strict=True):
        label, _, name = ends[k]
        if len(ends) > 1:
            ax.annotate(
                label, (1, last[k]), (6, y - where[k]), xycoords=("axes fraction", "data"),
                textcoords="offset points", va="center", color=color(text_of(name)),
            )  # fmt: skip


def _over_seeds(values):
    if len(values) == 1:
        return f"{values[0]:.3g}"
    return f"{values.mean():.3g} ± {values.std(ddof=1):.2g} over {len(values)} seeds"


def _describe(x, runs, labels, baseline):
    """The chart in words: where each line begins and ends, and where it turns."""
    seeds = {len(y) for y in runs.values()}
    means = ", means over seeds" if seeds != {1} else ""
    text = f"{labels[1] or 'Values'} over {labels[0] or 'x'} from {x[0]:.3g} to {x[-1]:.3g}{means}."
    for label, y in runs.items():
        finite = np.isfinite(y.mean(axis=0))
        if not finite.any():
            text += f" {label}: no finite value."
            continue
        mean, at = y.mean(axis=0)[finite], x[finite]
        text += f" {label} goes from {mean[0]:.3g} to {mean[-1]:.3g}"
        for turn, word in ((mean.argmin(), "lowest"), (mean.argmax(), "highest")):
            if abs(mean[turn] - mean[[0, -1]]).min() > 0.02 * np.ptp(mean):
                text += f", {word} {mean[turn]:.3g} at {at[turn]:.3g}"
        if len(y) > 1:
            text += f" (last value {_over_seeds(y[:, finite][:, -1])})"
        text += "."
    if baseline:
        text += f" Dashed line at {baseline[1]:.3g}: {baseline[0]}."
    return text
