"""Lines, spreads and bars, labelled where they stand instead of in a legend."""

import numpy as np

from nnlib.plots.drawing import draw, figure, number
from nnlib.plots.tokens import color, text_of

_FEW = 10  # up to so many seeds are drawn one by one, more become a band
_LINES = [f"class-{k}" for k in (1, 0, 2, 6, 7, 5, 3, 4)]  # neighbours are easily told apart
_DASHES = (0, (4, 3))


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
    spare = _LINES if len(runs) > 1 else ["text"]
    names = {label: spare[k % len(spare)] for k, label in enumerate(runs)} | (colors or {})
    fig, _, described = _lines(x, runs, names, labels, baseline, log, size)
    return draw(fig, alt=alt or described, caption=caption)


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
        side, edge = ("left", v.max(initial=0)) if v.mean() >= 0 else ("right", v.min(initial=0))
        ax.annotate(
            number(v.mean()), (edge, row), (6 if side == "left" else -6, 0),
            textcoords="offset points", ha=side, va="center",
        )  # fmt: skip
    ax.axvline(0, color=color("muted"), linewidth=0.6)
    ax.set_yticks(range(len(values)), list(values))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.invert_yaxis()
    ax.margins(x=0.1 if min(v.min() for v in values.values()) >= 0 else 0.25)  # room for numbers
    ax.set_xlabel(label)
    if baseline:
        ax.axvline(baseline[1], color=color("muted"), linewidth=1, linestyle=_DASHES)
        ax.annotate(
            baseline[0], (baseline[1], 1), (4, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", color=color("muted"), va="bottom",
        )  # fmt: skip
    parts = [f"{name} {_over_seeds(v)}" for name, v in values.items()]
    parts += [f"dashed line at {number(baseline[1])}: {baseline[0]}"] if baseline else []
    return draw(fig, alt=alt or f"Bars, {label or 'value'}: " + "; ".join(parts), caption=caption)


def history(run, *, baseline=None, size="column", alt="", caption=""):
    """The losses of a `nnlib.train.History` by epoch, its best validation epoch marked."""
    if not run.train:
        raise ValueError("run: expected a history of at least one epoch, got none")
    losses = {"training": [run.train]} | (
        {"validation": [run.validation]} if run.validation else {}
    )
    names = {"training": "muted", "validation": "loss"}
    epochs = np.arange(1, len(run.train) + 1)
    fig, ax, described = _lines(epochs, losses, names, ("epoch", "loss"), baseline, "", size)
    ax.xaxis.get_major_locator().set_params(integer=True)
    if run.validation:
        lowest = run.validation[run.best_epoch - 1]
        ax.plot(run.best_epoch, lowest, "o", color=color("loss"))
        described += f" Best validation loss {number(lowest)} after epoch {run.best_epoch}."
    return draw(fig, alt=alt or described, caption=caption)


# ── shared ───────────────────────────────────────────────────────────────────────────


def _lines(x, runs, names, labels, baseline, log, size):
    """Draw label → (S, T) over x (T,), each in the colour of its name; and say so in words."""
    order = np.argsort(x, kind="stable")
    x = np.asarray(x, float)[order]
    fig, ax = figure(size)
    ends, sorted_runs = [], {}
    for label, y in runs.items():
        y = np.asarray(y, float)
        if y.ndim != 2 or y.shape[1] != len(x):
            raise ValueError(
                f"{label}: expected {len(x)} values, one for each x, got {y.shape[-1]}"
            )
        y, shade = y[:, order], color(names[label])
        mean = y.mean(axis=0)
        if 1 < len(y) <= _FEW:
            ax.plot(x, y.T, color=shade, linewidth=0.6, alpha=0.6)
        elif len(y) > _FEW:
            std = y.std(axis=0, ddof=1)
            ax.fill_between(x, mean - std, mean + std, color=shade, alpha=0.2, linewidth=0)
        ax.plot(x, mean, color=shade, marker="o" if len(x) == 1 else "")
        sorted_runs[label] = y
        ends.append((label, mean, text_of(names[label])))
    _scales(ax, x, log, labels)
    if baseline:
        ax.axhline(baseline[1], color=color("muted"), linewidth=1, linestyle=_DASHES)
        ends.append((baseline[0], np.array([baseline[1]], float), "muted"))
    if len(ends) > 1:
        _label_ends(fig, ax, ends)
    return fig, ax, _describe(x, sorted_runs, labels, baseline)


def _scales(ax, x, log, labels):
    if set(log) - {"x", "y"}:
        raise ValueError(f"log: expected '', 'x', 'y' or 'xy', got {log!r}")
    if "x" in log:
        ax.set_xscale("log")
        if len(x) <= _FEW:  # few enough to name each
            ax.set_xticks(x, [f"{value:g}" for value in x], minor=False)
            ax.set_xticks([], minor=True)
    if "y" in log:
        ax.set_yscale("log")
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    ax.grid(axis="y")
    ax.margins(x=0.02)


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
        ax.annotate(
            label, (1, last[k]), (6, y - where[k]), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", color=color(name),
        )  # fmt: skip


def _over_seeds(values):
    if len(values) == 1:
        return number(values[0])
    return f"{number(values.mean())} ± {number(values.std(ddof=1), 2)} over {len(values)} seeds"


def _describe(x, runs, labels, baseline):
    """The chart in words: where each line begins and ends, and where it turns."""
    seeds = {len(y) for y in runs.values()}
    means = ", means over seeds" if seeds != {1} else ""
    text = f"{labels[1] or 'Values'} over {labels[0] or 'x'}"
    text += f" from {number(x[0])} to {number(x[-1])}{means}."
    for label, y in runs.items():
        finite = np.isfinite(y.mean(axis=0))
        if not finite.any():
            text += f" {label}: no finite value."
            continue
        mean, at = y.mean(axis=0)[finite], x[finite]
        text += f" {label} goes from {number(mean[0])} to {number(mean[-1])}"
        for turn, word in ((mean.argmin(), "lowest"), (mean.argmax(), "highest")):
            if abs(mean[turn] - mean[[0, -1]]).min() > 0.02 * np.ptp(mean):
                text += f", {word} {number(mean[turn])} at {number(at[turn])}"
        if len(y) > 1:
            text += f" (last value {_over_seeds(y[:, finite][:, -1])})"
        text += "."
    if baseline:
        text += f" Dashed line at {number(baseline[1])}: {baseline[0]}."
    return text
