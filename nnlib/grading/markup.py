"""A little Markdown to HTML, for hints and quizzes: a notebook's output may need no converter.

Paragraphs, fenced code, `code`, **strong**, *emphasis* and $mathematics$, which is left to the
MathJax of the page or of the notebook. Everything else is text, escaped.
"""

import re
from functools import cache
from html import escape
from importlib.resources import files

_FENCE = re.compile(r"^```\w*\n(.*?)\n```$", re.S | re.M)
_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\$(?P<math>[^$]+)\$|\*\*(?P<strong>.+?)\*\*|\*(?P<em>[^*\s][^*]*)\*"
)


def inline(text):
    """One run of text with its marks."""
    parts, end = [], 0
    for match in _INLINE.finditer(text):
        parts += [escape(text[end : match.start()]), _mark(match.lastgroup, match[match.lastgroup])]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _mark(kind, inside):
    if kind == "math":  # the class Sphinx gives, so that the book's MathJax looks here too
        return f'<span class="math notranslate nohighlight">\\({escape(inside)}\\)</span>'
    return f"<{kind}>{escape(inside) if kind == 'code' else inline(inside)}</{kind}>"


def blocks(text):
    """Paragraphs and fenced code."""
    html = []
    for i, part in enumerate(_FENCE.split(text.strip())):
        if i % 2:
            html.append(f"<pre><code>{escape(part)}</code></pre>")
        else:
            paragraphs = re.split(r"\n\s*\n", part.strip())
            html += [f"<p>{inline(p.strip())}</p>" for p in paragraphs if p.strip()]
    return "".join(html)


@cache
def style():
    """The style sheet of quizzes and checks, as an element to stand before them."""
    css = files("nnlib").joinpath("style", "quiz.css").read_text(encoding="utf-8")
    return "<style>" + re.sub(r"\s*/\*.*?\*/|\n\s*", "", css, flags=re.S) + "</style>"
