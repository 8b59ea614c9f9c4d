"""Expressions in which every edge has a name: evaluated, fitted and written out. NumPy only.

A node is a bias plus a sum of terms a · f(b u + c), u an input or another node. `Expression` holds
the constants in one vector, so that all of them can be fitted together.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Shape(NamedTuple):
    """A function that an edge may turn out to be.

    free: which of b and c in f(b x + c) say something that a and d could not.
    degree: p with f(s u) = sᵖ f(u) for s > 0, if there is one. signs: of b, where b is not free.
    """

    function: Callable
    text: str
    cost: float
    free: str = ""
    degree: float | None = None
    signs: tuple = (1.0,)

    def starts(self, middle, half):
        """Pairs of b and c to try for x in middle ± half: two arrays."""
        shift = np.concatenate([np.linspace(-1, 1, 41), -1 - _FAR, 1 + _FAR])
        if self.free == "bc":
            b, centre = np.meshgrid(np.geomspace(0.2, 12, 40) / half, np.linspace(-4, 4, 129))
            return b.ravel(), (-b * (middle + half * centre)).ravel()
        if self.free == "b":
            b = np.geomspace(0.05, 12, 60) / half
            b = np.concatenate([-b, b])
            return b, np.zeros_like(b)
        if self.free == "c":
            b = np.repeat(self.signs, len(shift))
            return b, np.tile(half * shift, len(self.signs)) - b * middle
        return np.ones(1), np.zeros(1)


_FAR = np.geomspace(1e-3, 10, 30)


def _positive(f):
    """f where its argument is positive, NaN elsewhere: no formula with a hole in the data."""
    return lambda u: f(np.where(u > 0, u, np.nan))


def _one_side(u):
    """1/u, if all arguments of a curve lie on one side of the pole; else NaN."""
    whole = (u > 0).all(-1, keepdims=True) | (u < 0).all(-1, keepdims=True)
    return np.where(whole, 1 / u, np.nan)


LIBRARY = {
    "x": Shape(lambda u: u, "{}", 1, "", 1),
    "x²": Shape(lambda u: u**2, "{}²", 2, "c", 2),
    "x³": Shape(lambda u: u**3, "{}³", 3, "c", 3),
    "√": Shape(_positive(np.sqrt), "√{}", 3, "c", 0.5, (1.0, -1.0)),
    "exp": Shape(np.exp, "exp{}", 2, "b"),
    "log": Shape(_positive(np.log), "log{}", 2, "c", None, (1.0, -1.0)),
    "1/x": Shape(_one_side, "1/{}", 3, "c", -1),
    "|x|": Shape(np.abs, "|{}|", 3, "c", 1),
    "sin": Shape(np.sin, "sin{}", 3, "bc"),
    "tanh": Shape(np.tanh, "tanh{}", 3, "bc"),
    "gauss": Shape(lambda u: np.exp(-(u**2)), "gauss{}", 4, "bc"),
}
"""What an edge is compared with; cost: how much simpler something else would have to be missed.

sin stands for cos too, with another phase; gauss(u) = exp(−u²).
"""


class Term(NamedTuple):
    """a · f(b u + c) + d; d is moved into the node's bias."""

    name: str
    a: float
    b: float
    c: float
    d: float = 0.0


class Expression:
    """Terms {(layer, output j, input i): Term} of a network of these sizes.

    x (B, n) → (B, m). Constants: `p`, and `free`, which of them may move.
    """

    def __init__(self, sizes, terms):
        self.sizes, self.names = sizes, {at: term.name for at, term in terms.items()}
        nodes = {(depth, j): 0.0 for depth, j, _ in terms}
        for (depth, j, _), term in terms.items():
            nodes[depth, j] += term.d
        self.bias = {node: 3 * len(terms) + k for k, node in enumerate(nodes)}  # places in p
        self.place = {at: 3 * k for k, at in enumerate(terms)}
        abc = [value for term in terms.values() for value in (term.a, term.b, term.c)]
        self.p = np.array(abc + list(nodes.values()))
        self.free = np.ones(len(self.p), bool)
        for at, k in self.place.items():
            letters = LIBRARY[self.names[at]].free
            self.free[k] = self.p[k] != 0  # a term that says nothing stays silent
            self.free[k + 1 : k + 3] = "b" in letters, "c" in letters
        for node in nodes:
            self._fold(node)

    def _fold(self, node):
        """Write a hidden node that feeds one term so that no two constants say the same."""
        depth, j = node
        outgoing = [at for at in self.place if at[0] == depth + 1 and at[2] == j]
        if len(outgoing) != 1:
            return
        (at,) = outgoing
        k, bias, p = self.place[at], self.bias[node], self.p
        own = [place for (d, o, _), place in self.place.items() if (d, o) == node]
        shape = LIBRARY[self.names[at]]
        above = self.bias[at[0], at[1]]

        def scale(s):
            p[own] *= s
            p[bias] *= s

        scale(p[k + 1])  # b · node + c becomes the node
        p[bias] += p[k + 2]
        p[k + 1 : k + 3] = 1, 0
        self.free[k + 1 : k + 3] = False
        if self.names[at] == "exp":  # a · exp(node + bias) = a exp(bias) · exp(node)
            p[k] *= np.exp(p[bias])
            p[bias], self.free[bias] = 0, False
        elif shape.degree is not None and p[k] != 0:  # a · f(node) = ± f(|a|^(1/p) node)
            scale(abs(p[k]) ** (1 / shape.degree))
            p[k], self.free[k] = np.sign(p[k]), False
            if self.names[at] == "x":  # a sum within a sum needs no bias of its own
                p[above] += p[k] * p[bias]
                p[bias], self.free[bias] = 0, False

    def __call__(self, x, p=None):
        p, u = self.p if p is None else p, x
        for depth, width in enumerate(self.sizes[1:]):
            out = np.zeros((len(x), width))
            for (d, j), place in self.bias.items():
                if d == depth:
                    out[:, j] += p[place]
            for (d, j, i), k in self.place.items():
                if d == depth:
                    f = LIBRARY[self.names[d, j, i]].function
                    out[:, j] += p[k] * f(p[k + 1] * u[:, i] + p[k + 2])
            u = out
        return u

    def fit(self, x, y, **effort):
        """Move the free constants to where Σ (y − self(x))² is least nearby: x (B, n), y (B, m)."""
        self.p = descend(lambda p: (self(x, p) - y).ravel(), self.p, self.free, **effort)
        for at, k in self.place.items():
            if self.free[k + 2]:
                self.p[k : k + 3] = tidy(self.names[at], *self.p[k : k + 3])

    def text(self, names):
        """Each output as a string, constants to three digits; names that are none in brackets."""
        inner = [name if name.isidentifier() else f"({name})" for name in names]
        for depth, width in enumerate(self.sizes[1:]):
            inner = [self._node(depth, j, inner) for j in range(width)]
        return inner

    def _node(self, depth, j, inner):
        parts = []
        for (d, o, i), k in self.place.items():
            if (d, o) == (depth, j):
                a, b, c = self.p[k : k + 3]
                argument = _sum([_times(b, inner[i]), _number(c)])
                parts.append(_times(a, _apply(LIBRARY[self.names[d, o, i]].text, argument)))
        bias = self.bias.get((depth, j))
        return _sum([*parts, _number(self.p[bias])] if bias is not None else [])


def tidy(name, a, b, c):
    """The same a · f(b x + c), with b > 0 and sin's −π/2 < c ≤ π/2, where f's symmetry lets us."""
    if name in ("sin", "tanh") and b < 0:
        a, b, c = -a, -b, -c
    if name == "gauss" and b < 0:
        b, c = -b, -c
    if name == "sin":
        half_turns = np.ceil(c / np.pi - 0.5)
        a, c = a * (-1) ** half_turns, c - np.pi * half_turns
    return a, b, c


def descend(residuals, p, free, steps=200, tolerance=1e-12):
    """Levenberg–Marquardt: the p near a start that make Σ residuals² least; only `free` ones move.

    Slopes by central differences. A step that does not help is tried again, shorter. The end: a
    step that helps by less than `tolerance` of what is left.
    """
    p, damping, moving = np.array(p, float), 1e-3, np.flatnonzero(free)
    r = residuals(p)
    if not len(moving) or not np.isfinite(r).all():
        return p
    for _ in range(steps):
        slopes = []
        for k in moving:
            step = np.zeros_like(p)
            step[k] = 1e-6 * max(1.0, abs(p[k]))
            slopes.append((residuals(p + step) - residuals(p - step)) / (2 * step[k]))
        slopes = np.stack(slopes)
        if not np.isfinite(slopes).all():
            return p
        curvature, before = slopes @ slopes.T, r @ r
        for _ in range(12):
            ridge = damping * np.diag(np.diag(curvature) + 1e-9)
            trial = p.copy()
            trial[moving] -= np.linalg.solve(curvature + ridge, slopes @ r)
            new = residuals(trial)
            if np.isfinite(new).all() and new @ new < before:
                p, r, damping = trial, new, max(damping / 5, 1e-9)
                break
            damping *= 4
        if before - r @ r <= tolerance * before:
            return p
    return p


# ── writing ──────────────────────────────────────────────────────────────────────────


def _number(value):
    """Three digits, or nothing for what rounds to 0.000."""
    return "" if abs(value) < 5e-4 else f"{value:.3g}".replace("-", "−")


def _times(factor, text):
    """factor · text, without a 1 or a 0 that nobody needs."""
    number = _number(factor)
    if not number or not text:
        return ""
    if number == "1":
        return text
    text = f"({text})" if _is_sum(text) else text
    return f"−{text}" if number == "−1" else f"{number}·{text}"


def _sum(parts):
    return " + ".join(part for part in parts if part).replace("+ −", "− ")


def _apply(template, argument):
    argument = argument or "0"
    bare = template in ("{}", "|{}|") or (not template[0].isalpha() and argument.isidentifier())
    bare = bare or _is_bracket(argument)
    return template.format(argument if bare else f"({argument})")


def _is_sum(text):
    """Whether there is a + or − outside of brackets, past the first sign."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if at and depth == 0 and sign in "+−":
            return True
    return False


def _is_bracket(text):
    """Whether it is one pair of brackets and what is in it."""
    depths = np.cumsum([(sign == "(") - (sign == ")") for sign in text])
    return text[0] == "(" and depths[-1] == 0 and bool((depths[:-1] > 0).all())
