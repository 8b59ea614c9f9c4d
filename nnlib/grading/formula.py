"""A line of TeX as plain HTML, for pages that load nothing: letters, powers, indices, fractions.

Enough for what hints and messages say in passing. A formula that asks for more is shown as it was
written, which is legible too.
"""

import re
import unicodedata
from html import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]|[0-9]+(?:\.[0-9]+)?|\s+|.", re.S)
_SIGNS = {
    "cdot": "·", "times": "×", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "sim": "∼", "to": "→", "partial": "∂", "nabla": "∇", "infty": "∞",
    "sum": "∑", "prod": "∏", "in": "∈", "ldots": "…", "dots": "…", "cdots": "⋯", "top": "⊤",
    "lVert": "‖", "rVert": "‖", "lvert": "|", "rvert": "|", "odot": "⊙", "mid": "|", "ell": "ℓ",
    "varphi": "φ", "varepsilon": "ε", "left": "", "right": "", "quad": " ", ",": " ", ";": " ",
    "!": "", "{": "{", "}": "}", "%": "%", "|": "‖",
}  # fmt: skip
_NAMES = {"tanh", "exp", "log", "ln", "max", "min", "sin", "cos", "det", "dim", "arg"}
_UPRIGHT = {"mathrm", "mathsf", "mathbf", "text", "operatorname", "mathbb", "boldsymbol"}
_SPACED = set("=<>+≤≥≠≈∼→±×∈")


def html(tex):
    """`tex`, what stands between two dollar signs, as HTML."""
    tokens = _TOKEN.findall(tex[:300])[::-1]  # a stack: the next one last
    try:
        inside = "".join(_atoms(tokens, None))
    except (ValueError, IndexError, RecursionError):
        return f"<code>{escape(tex)}</code>"
    return f'<span class="math">{inside}</span>'


def _atoms(tokens, end):
    """The HTML of all that comes before the token `end`. Raises ValueError for what is unknown."""
    parts = []
    while tokens:
        if tokens[-1] == end:
            tokens.pop()
            return parts
        parts.append(_atom(tokens))
    if end is not None:
        raise ValueError(f"{end} missing")
    return parts


def _atom(tokens, upright=False):
    token = tokens.pop()
    if token == "{":
        parts = _atoms(tokens, "}")
        text = "".join(parts)
        return re.sub("</?i>", "", text) if upright else text
    if token in "^_":
        tag = "sup" if token == "^" else "sub"
        return f"<{tag}>{_argument(tokens)}</{tag}>"
    if token.isspace():
        return ""
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token == "-":
        return " − " if tokens and tokens[-1].isspace() else "−"
    if token in _SPACED:
        return f" {escape(token)} "
    return token if upright or not token.isalpha() else f"<i>{token}</i>"


def _argument(tokens, upright=False):
    while tokens[-1].isspace():
        tokens.pop()
    if tokens[-1].isdigit() and len(tokens[-1]) > 1:  # \frac23 is 2 over 3
        tokens[-1:] = tokens[-1][::-1]
    return _atom(tokens, upright)


def _command(name, tokens):
    if name in _SIGNS:
        sign = _SIGNS[name]
        return f" {sign} " if sign in _SPACED else sign
    if name in _NAMES:
        return f"{name} " if tokens and tokens[-1].isspace() else name
    if name in _UPRIGHT:
        return _argument(tokens, upright=True)
    if name == "sqrt":
        inside = _argument(tokens)
        return f"√{inside}" if _single(inside) else f"√({inside})"
    if name in ("frac", "tfrac", "dfrac"):
        over, under = _argument(tokens), _argument(tokens)
        over, under = (x if _single(x) else f"({x})" for x in (over, under))
        return f"{over}/{under}"
    case = "CAPITAL" if name[:1].isupper() else "SMALL"
    try:
        letter = unicodedata.lookup(f"GREEK {case} LETTER {name.upper()}")
    except KeyError:
        raise ValueError(f"\\{name} is not known") from None
    return f"<i>{letter}</i>"


def _single(html):
    """Whether it needs no brackets: a number, a letter, a product of letters."""
    return not re.search(r"[\s−+/]", re.sub("<[^>]*>", "", html))
