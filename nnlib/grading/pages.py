"""What every page made from results shares: clean texts, numbers, dates, the look of the book.

The pages are mailed, printed and opened years later: each is one file that asks for nothing from
outside. Much of what stands on them was written by students, so every text goes through `clean`
or `cut` and is escaped, and a page forbids by its own policy whatever script is not ours.
"""

import base64
import hashlib
import json
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from html import escape, unescape
from importlib.resources import files

from nnlib.grading import formula, markup

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# What XML forbids, what a terminal obeys, and what turns the direction of the text around it.
_FOUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
_MATH = re.compile(r'<span class="math[^"]*">\\\((.*?)\\\)</span>', re.S)
LINES, WIDTH = 120, 400


# ── texts ────────────────────────────────────────────────────────────────────────────


def clean(text):
    """`text` with nothing left in it that is no text: control characters become visible ones.

    What is left is valid in HTML, in XML 1.0 and in UTF-8; line ends are `\\n`.
    """
    return _FOUL.sub(_visible, _ANSI.sub("", str(text)).replace("\r\n", "\n"))


def _visible(match):
    code = ord(match[0])
    return chr(0x2400 + code) if code < 32 else f"⟨U+{code:04X}⟩"


def cut(text, lines=LINES, width=WIDTH):
    """A clean text of at most `lines` lines of `width` characters; what was cut off is said."""
    text, shown, at = str(text).replace("\r\n", "\n"), [], 0
    while at <= len(text) and len(shown) < lines:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        over = end - at - width
        more = f" … {over:,} more characters" if over > 0 else ""
        shown.append(clean(text[at : min(end, at + width)]) + more)
        at = end + 1
    if at < len(text):
        shown.append(f"… {len(text) - at:,} more characters below")
    return "\n".join(shown)


def line(text, width=200):
    """A clean text of one line; what is beyond `width` characters is cut off with `…`."""
    text = " ".join(str(text)[: 4 * width].split())
    return clean(text[:width]) + "…" * (len(text) > width)


def prose(text):
    """HTML of a sentence for the student: a little Markdown, formulas set without a script."""
    html = markup.inline(cut(text, 20, 1000))
    return _MATH.sub(lambda match: formula.html(unescape(match[1])), html)


def code(text, lines=LINES):
    """HTML of what a program wrote, or of a program."""
    return f"<code>{escape(cut(text, lines))}</code>"


def name(text):
    """HTML of a name, in whatever direction it is written."""
    return f"<bdi>{escape(line(text))}</bdi>"


def path(text):
    """HTML of an exercise or a file, which may break after a slash or an underscore."""
    return "<bdi>" + re.sub(r"([/_])", r"\1<wbr>", escape(line(text))) + "</bdi>"


def number(value, digits=1):
    """A number with at most `digits` decimals, none of them a needless 0; halves go up."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{rounded:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def points(value):
    """`1 point`, `1.5 points`"""
    return f"{number(value)} {'point' if number(value) == '1' else 'points'}"


def of(earned, worth):
    """`1.5 of 2 points`"""
    return f"{number(earned)} of {points(worth)}"


def count(how_many, what, plural=""):
    """`1 check`, `2 checks`"""
    return f"{how_many:,} {what if how_many == 1 else plural or what + 's'}"


def moment(iso):
    """The aware datetime that an ISO text stands for; None for any other text."""
    try:
        found = datetime.fromisoformat(iso)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def when(iso):
    """An ISO time as it is read, `1 December 2026, 10:00 UTC`; "" for what is none."""
    at = moment(iso)
    if at is None:
        return ""
    zone = "UTC" if at.utcoffset() == timedelta() else f"{at:%z}"
    return f"{at.day} {at:%B} {at.year}, {at:%H:%M} {zone}"


# ── pages ────────────────────────────────────────────────────────────────────────────


@cache
def tokens():
    """The design tokens, see nnlib/style/tokens.json."""
    return json.loads(_style("tokens.json"))


def colours(mode):
    """{variable without `--nn-`: colour} in "light" or "dark", as tools/tokens.py names them."""
    table = {key: value[mode] for key, value in tokens()["ground"].items()}
    for key, value in tokens()["roles"].items():
        table[key], table[f"{key}-text"] = value[mode], value[f"text-{mode}"]
    return table


def mixed(one, other, share):
    """`share` of the colour `one` (`#RRGGBB`) in `other`."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def variables(more=lambda mode: {}):
    """The tokens as CSS variables; paper is white whatever the screen is.

    more: a function from the mode to further variables {name: colour}.
    """

    def block(mode, extra=""):
        table = colours(mode) | more(mode)
        lines = "".join(f"--nn-{key}:{value};" for key, value in table.items())
        return f":root{{color-scheme:{mode};{lines}{extra}}}"

    type_ = "".join(f"--nn-{key}:{value};" for key, value in tokens()["type"].items())
    dark = f"@media screen and (prefers-color-scheme:dark){{{block('dark')}}}"
    return block("light", type_) + dark


def document(title, body, style=(), script="", more=lambda mode: {}):
    """One HTML file. style: names of sheets in nnlib/style; script: source of our own, or ""."""
    sheets = "".join(map(_style, ("grading.css", *style)))
    css = variables(more) + re.sub(r"\s*/\*.*?\*/|\n\s*", "", sheets, flags=re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"script-src 'sha256-{digest}'" if script else "script-src 'none'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; {allowed}; '
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(line(title))}</title><style>{css}</style></head><body>\n{body}"
        + (f"<script>{script}</script>" if script else "")
        + "</body></html>\n"
    )


def _style(file):
    return files("nnlib").joinpath("style", file).read_text(encoding="utf-8")
