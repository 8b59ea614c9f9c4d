"""The first pages of the printed book: its title, then its contents."""

from html import escape

import yaml
from settings import BOOK, PROJECT, REPOSITORY, ROOT

_CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
TITLE: str = _CONFIG["title"]

STYLE = """
@page { size: A4; margin: 22mm 20mm; }
body { margin: 0; font: 10.5pt/1.5 var(--nn-font); color: #1C1F24; }
.title { height: 240mm; break-after: page; display: flex; flex-direction: column; }
.title img { width: 26mm; margin-top: 52mm; }
h1 { margin: 8mm 0 4mm; font-size: 34pt; line-height: 1.1; letter-spacing: -0.02em; }
.title p { margin: 0; max-width: 120mm; font-size: 12pt; }
.title footer { margin-top: auto; font-size: 9pt; color: #5A606A; }
h2 { font-size: 20pt; }
h3 { margin: 7mm 0 1mm; font-size: 10.5pt; font-weight: 400; color: #5A606A; break-after: avoid; }
ol { margin: 0; padding: 0; list-style: none; }
li { display: flex; gap: 6mm; padding: 0.8mm 0; border-bottom: 1px solid #DAD6CD; }
li span:last-child { margin-left: auto; font-variant-numeric: tabular-nums; }
li.short { padding-left: 6mm; }
"""


def html(site: str, parts: list, starts: dict[str, int]) -> str:
    """Title and contents; `starts` says on which page a chapter begins, as far as that is known."""
    names = {name for _, entries in parts for name, _ in entries}
    short = {name for name in names if name.rpartition("/")[0] in names}  # beside their chapter
    listed = []
    for caption, entries in parts:
        rows = [
            f"<li{' class=short' if name in short else ''}>"
            f"<span>{escape(title)}</span><span>{starts.get(name, '')}</span></li>"
            for name, title in entries
        ]
        listed.append(f"<h3>{escape(caption)}</h3><ol>{''.join(rows)}</ol>")
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{escape(TITLE)}</title>
<link rel="stylesheet" href="{site}_static/tokens.css">
<link rel="stylesheet" href="{site}_static/book.css"><style>{STYLE}</style></head><body>
<section class="title"><img src="{site}_static/logo.svg" alt="">
<h1>{escape(TITLE)}</h1>
<p>A course from one neuron to spiking networks, to read, run and change.</p>
<footer>Version {PROJECT["version"]} · {escape(_CONFIG["author"])}<br>
Text and figures CC BY 4.0, code BSD 3-Clause<br>
The pages that compute: {BOOK}<br>Its source: {REPOSITORY}</footer></section>
<section><h2>Contents</h2>{"".join(listed)}</section></body></html>"""
