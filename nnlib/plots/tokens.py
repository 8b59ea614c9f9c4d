"""Colours by meaning, from nnlib/style/tokens.json, and their way from matplotlib into CSS.

matplotlib draws with one fixed hex number a token; afterwards `to_css` puts a CSS variable where
that number stands, so that one SVG serves the light page and the dark one. Two tokens may look
alike (#0072B2 is both "forward" and a class): each gets a number of its own, a hair off.
"""

import json
import re
from functools import cache
from pathlib import Path

STYLE = Path(__file__).parents[1] / "style"


@cache
def tokens():
    """The parsed tokens.json."""
    return json.loads((STYLE / "tokens.json").read_text(encoding="utf-8"))


@cache
def _palette():
    """name → (the number matplotlib draws with, the light colour, the dark colour)."""
    named = {**tokens()["ground"], **tokens()["roles"]}
    named |= {f"class-{k}": shades for k, shades in enumerate(tokens()["classes"])}
    pairs = {name: (shades["light"], shades["dark"]) for name, shades in named.items()}
    pairs |= {
        f"{name}-text": (shades["text-light"], shades["text-dark"])
        for name, shades in named.items()
        if "text-light" in shades
    }
    palette, taken = {}, {0}  # black is no number of its own: matplotlib leaves it out of an SVG
    for name, (light, dark) in pairs.items():
        number = int(light[1:], 16)
        while number in taken:
            number += -1 if number & 0xFF == 0xFF else 1
        taken.add(number)
        palette[name] = (f"#{number:06x}", light.lower(), dark.lower())
    return palette


def color(name):
    """The colour of a meaning, for matplotlib: "forward", "backward-text", "class-3", "muted"…

    Drawn with `draw` it becomes the page's CSS variable of that name.
    """
    if name not in _palette():
        raise ValueError(f"name: expected one of {', '.join(_palette())}; got {name!r}")
    return _palette()[name][0]


def class_color(k):
    """The name of the k-th class's colour; after the eighth they begin again."""
    return f"class-{k % len(tokens()['classes'])}"


def text_of(name):
    """The variant of a colour that is dark enough for letters, where there is one."""
    return f"{name}-text" if f"{name}-text" in _palette() else name


def to_css(svg):
    """The SVG with `var(--nn-…, #fallback)` for each colour, and those variables' dark values."""
    by_number = {number: (name, light, dark) for name, (number, light, dark) in _palette().items()}
    dark_values = {}

    def variable(match):
        if (number := match[0].lower()) not in by_number:
            return match[0]
        name, light, dark = by_number[number]
        dark_values[f"--nn-{name}"] = dark
        return f"var(--nn-{name}, {light})"

    return re.sub(r"#[0-9a-fA-F]{6}\b", variable, svg), dark_values
