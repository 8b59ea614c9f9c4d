"""Reading a formula off a KAN: name each edge's function, then fit all constants together.

    suggest(x, y)           which a · f(b x + c) + d looks most like this curve?
    formula(model, x, y)    the whole network as an expression, its constants fitted to y

An edge is compared with every f of `LIBRARY`. A curve that has been learned is near to several of
them, so a simpler f is preferred: each unit of its `cost` must cut the unexplained share of the
variance to a third. Where two come close, the data decide: both are put in, fitted, and compared.

A formula is a hypothesis. It can be wrong and still fit: look at `r2` on points that had no part in
the fit, and mistrust every edge in `weak`. Many functions have no short formula; then this reads
out the nearest nonsense, and says so.

Source: Liu et al. (2024), arXiv 2404.19756, section 2.5.1. Departures: constants that say the same
twice (the b of exp(b (a x + d))) are folded into one; all are fitted together by
Levenberg–Marquardt instead of gradient steps inside the network.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from nnlib.backend import torch
from nnlib.feedforward.expressions import LIBRARY, Expression, Term, descend, tidy

WEAK = 0.999  # a name that explains less of its edge's variance is called weak
WRONG = 0.99  # a formula that explains less of the data's carries a warning
MOST = 20  # edges that are read at most: these take minutes, and make no short formula


class Suggestion(NamedTuple):
    """One candidate for a curve: y ≈ a · f(b x + c) + d, and the share of variance it explains."""

    name: str
    r2: float
    a: float
    b: float
    c: float
    d: float


def suggest(x, y, top=None):
    """The functions of the library for a curve y (N,) over x (N,): `Suggestion`s, best first.

    A curve that does not vary is a term with a = 0. ValueError for a curve of fewer than eight
    points, of other shapes, or with NaN or infinite values.
    """
    rounding = 1e-6 if getattr(y, "dtype", None) == torch.float32 else 1e-12
    x, y = _array(x), _array(y)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 8:
        raise ValueError(f"x, y: expected two of shape (N,), N ≥ 8, got {x.shape} and {y.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x, y: expected finite values, got NaN or infinite ones")
    found = [] if _constant(x) or _constant(y, rounding) else [_fit(name, x, y) for name in LIBRARY]
    found = [s for s in found if s is not None]
    if not found:
        known = float(_constant(y, rounding))
        return [Suggestion("x", known, 0.0, 1.0, 0.0, float(y.mean()))]
    return sorted(found, key=lambda s: _loss(s.r2, LIBRARY[s.name].cost))[:top]


def formula(model, x, y=None, names=None):
    """The KAN as a `Formula`, its constants fitted to y (B, m), by default the model's outputs.

    x (B, n): data inside the grids. names: of the inputs, by default x1, x2, …
    Prune first: an edge that says nothing gets a name all the same. ValueError for data and names
    that do not fit, and for more than 20 edges.
    """
    n, m = model.sizes[0], model.sizes[-1]
    inputs = _finite("x", _table("x", x, n))
    names = [f"x{i + 1}" for i in range(n)] if names is None else names
    names = list(names) if isinstance(names, Iterable) else [names]
    if len(names) != n or not all(isinstance(name, str) for name in names):
        raise ValueError(f"names: expected {n} strings, got {names}")
    count = sum(int((layer.mask > 0).sum()) for layer in model.layers)
    if count > MOST:
        raise ValueError(f"model: prune first: {count} edges, expected at most {MOST}")
    with torch.no_grad():
        edges = model.edges(x if torch.is_floating_point(x) else x.to(model.layers[0].base.dtype))
    target = edges[-1].sum(-1) if y is None else y
    target = _finite("y", _table("y", target, m, len(inputs)))

    heard, choices = inputs, {}
    for depth, (layer, phi) in enumerate(zip(model.layers, edges, strict=True)):
        for j, i in np.argwhere(_array(layer.mask) > 0).tolist():
            choices[depth, j, i] = suggest(heard[:, i], phi[:, j, i], top=4)
        heard = _array(phi).sum(-1)
    return _search(model.sizes, choices, inputs, target, names)


class Formula:
    """What was read: `print` it, call it, mistrust it.

    r2: the share of y's variance that it explains on the data it was fitted to, of the output of
    which it explains least; r2s: of each output.
    edges: {(layer, output, input): its Suggestion}; weak: those that explain less than 99.9 %.
    """

    def __init__(self, expression, edges, names, r2s):
        self.expression, self.edges, self.names, self.r2s = expression, edges, names, r2s

    @property
    def r2(self):
        return float(np.min(self.r2s))

    @property
    def weak(self):
        return {at: s for at, s in self.edges.items() if s.r2 < WEAK}

    def __call__(self, x):
        """x (B, n) → (B, m), the formula's values; no gradients."""
        values = self.expression(_table("x", x, len(self.names)))
        return torch.from_numpy(values).to(x.dtype if torch.is_floating_point(x) else torch.float32)

    def score(self, x, y):
        """R² on other data, of the worst output: x (B, n), y (B, m)."""
        values = self.expression(_table("x", x, len(self.names)))
        return float(np.min(_each_r2(values, _table("y", y, values.shape[1], len(values)))))

    def __str__(self):
        lines = self.expression.text(self.names)
        left = ["y"] if len(lines) == 1 else [f"y{j + 1}" for j in range(len(lines))]
        lines = [f"{y} = {line}" for y, line in zip(left, lines, strict=True)]
        for y, r2 in zip(left, self.r2s, strict=True):
            if not r2 >= WRONG:
                of = f" of {y}" if len(left) > 1 else ""
                lines.append(f"R²{of} = {r2:.3f}: this is not what the data say.")
        return "\n".join(lines)

    def __repr__(self):
        weak = f"{len(self.weak)} of {len(self.edges)} names are weak"
        return f"{self}\n(R² = {self.r2:.6f}; {weak})"


# ── one curve ────────────────────────────────────────────────────────────────────────


def _fit(name, x, y):
    """The best a, b, c, d for one function: a coarse search over b and c, then least squares."""
    shape = LIBRARY[name]
    some = np.argsort(x)[np.linspace(0, len(x) - 1, min(len(x), 120)).round().astype(int)]
    middle, half = (x.max() + x.min()) / 2, max((x.max() - x.min()) / 2, 1e-12)
    b, c = shape.starts(middle, half)
    with np.errstate(all="ignore"):
        f = shape.function(b[:, None] * x[some] + c[:, None])
        f = f - f.mean(1, keepdims=True)
        explained = (f @ (y[some] - y[some].mean())) ** 2 / (f**2).sum(1)
    explained[~np.isfinite(explained)] = -1
    best = explained.argmax()
    if explained[best] < 0:
        return None

    def values(p):
        return p[0] * shape.function(p[1] * x + p[2]) + p[3]

    start = np.array([0.0, b[best], c[best], 0.0])
    with np.errstate(all="ignore"):
        line = np.stack([shape.function(start[1] * x + start[2]), np.ones_like(x)], 1)
        if not np.isfinite(line).all():
            return None
        start[[0, 3]] = np.linalg.lstsq(line, y, rcond=None)[0]
        free = np.array([True, "b" in shape.free, "c" in shape.free, True])
        p = descend(lambda p: values(p) - y, start, free, steps=30, tolerance=1e-4)
        a, b, c = tidy(name, *p[:3]) if free[2] else p[:3]
        return Suggestion(name, _r2(values(p), y), float(a), float(b), float(c), float(p[3]))


# ── the whole network ────────────────────────────────────────────────────────────────


def _search(sizes, choices, x, y, names):
    """Take every edge's first choice, try the close ones in its place, fit what won on all data."""
    some = np.linspace(0, len(x) - 1, min(len(x), 200)).round().astype(int)

    def attempt(chosen):
        terms = {at: Term(s.name, *s[2:]) for at, s in chosen.items()}
        expression = Expression(sizes, terms)
        with np.errstate(all="ignore"):
            expression.fit(x[some], y[some], steps=40, tolerance=1e-4)
            r2 = _r2(expression(x[some]), y[some])
        return _loss(r2, sum(LIBRARY[s.name].cost for s in chosen.values())), expression

    chosen = {at: suggestions[0] for at, suggestions in choices.items()}
    loss, expression = attempt(chosen)
    for at, suggestions in choices.items():
        for other in suggestions[1:]:
            if 1 - other.r2 > max(10 * (1 - suggestions[0].r2), 1e-2):
                continue
            trial = chosen | {at: other}
            trial_loss, trial_expression = attempt(trial)
            if trial_loss < loss:
                loss, expression, chosen = trial_loss, trial_expression, trial
    with np.errstate(all="ignore"):
        expression.fit(x, y)
    return Formula(expression, chosen, names, _each_r2(expression(x), y))


def _loss(r2, cost):
    return np.log10(max(1 - r2, 0) + 1e-6) + 0.5 * cost if np.isfinite(r2) else np.inf


def _r2(values, y):
    """The share of the variance that is explained, over all columns together."""
    return float(1 - ((values - y) ** 2).sum() / ((y - y.mean(0)) ** 2).sum())


def _each_r2(values, y):
    """The same for each column; where nothing varies, 1 if it was met, else −∞."""
    return [
        _r2(v, t) if not _constant(t) else 1.0 if np.allclose(v, t) else -np.inf
        for v, t in zip(values.T, y.T, strict=True)
    ]


def _constant(x, share=1e-12):
    """Whether x varies by no more than rounding, in a share of its size."""
    return np.ptp(x) <= share * np.abs(x).max()


def _table(name, x, columns, rows=None):
    """x in float64, if its shape is (rows, columns); else ValueError."""
    x = _array(x)
    if x.ndim != 2 or x.shape[1] != columns or len(x) != (len(x) if rows is None else rows):
        rows = "B" if rows is None else rows
        raise ValueError(f"{name}: expected shape ({rows}, {columns}), got {x.shape}")
    return x


def _finite(name, x):
    for i, column in enumerate(x.T):
        if not np.isfinite(column).all():
            raise ValueError(f"{name}: column {i} has NaN or infinite values, expected finite ones")
    return x


def _array(x):
    return x.detach().cpu().double().numpy() if hasattr(x, "detach") else np.asarray(x, float)
