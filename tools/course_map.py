"""The landing page's map and doors, which the build stages as `map.html` beside the landing page.

`book/map.yml` says what builds on what, nnlib's catalog which architectures a step has, `_toc.yml`
what is written, `pyproject.toml` where the repository is. The result is plain HTML with real links;
the graph's lines are computed here, so the page shows it without JavaScript too.
"""

import tomllib
from html import escape
from pathlib import Path

import yaml
from settings import pages_of

from nnlib import catalog
from nnlib.catalog import Entry, Family

ROOT = Path(__file__).resolve().parents[1]
COLUMNS, ROWS = 6, 4
CELL = 100  # the graph's cell in the units of its drawing, which is stretched over the page's grid
NODE = 86  # the part of a cell's width that its node takes
LATER = '<span class="nn-later">not written yet</span>'

READ = "Whatever can be moved on a page computes on that page: no account, no kernel, no network."
RUN = "Every chapter is a notebook that runs in your browser, in Colab, or on your own machine."
SOLVE = "A check says what is wrong, not only that it is: a sign, a shape, a forgotten mean."
TEACH = "Each exercise knows the mistakes that people make, and has something to say to each."


def load() -> tuple[dict, list[str]]:
    """The map, and the pages of the table of contents in their order."""
    course = yaml.safe_load((ROOT / "book/map.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return course, pages_of(toc)


def typical(family: Family, entries: list[Entry]) -> list[tuple[str, Entry | None]]:
    """What is typical of the family: each name with its entry, or None where there is none yet."""
    own = {entry.name.casefold(): entry for entry in entries if entry.family == family.name}
    return [(name, own.get(name.casefold())) for name in family.architectures.split(", ")]


def ancestors(steps: list[dict], number: int) -> set[int]:
    """Everything that step `number` (from 1) builds on, directly or not."""
    direct = set(steps[number - 1]["after"])
    return direct.union(*(ancestors(steps, before) for before in direct))


def edges(steps: list[dict]) -> list[tuple[int, int, str]]:
    """(from, to, "on" or "helps"), without what follows from other edges."""
    found = []
    for number, step in enumerate(steps, start=1):
        implied = set().union(*(ancestors(steps, before) for before in step["after"]))
        found += [(before, number, "on") for before in step["after"] if before not in implied]
        found += [(before, number, "helps") for before in step.get("helps", [])]
    return found


def link(page: str, pages: list[str], attributes: str, inside: str, up: str = "") -> str:
    """A link to `page`, or, where it is not written, the placeholder that HTML has for one.

    up: the way from the page that shows it to the top of the book, "../" or nothing.
    """
    if page in pages:
        return f'<a {attributes} href="{up}{page}.html">{inside}</a>'
    return f'<a {attributes} role="link" aria-disabled="true">{inside}{LATER}</a>'


def members(families: list[Family], entries: list[Entry], pages: list[str], up: str = "") -> str:
    """What is typical of some families; what is written is a link."""
    named = [pair for family in families for pair in typical(family, entries)]
    return ", ".join(
        f'<a href="{up}{entry.page}.html">{escape(entry.name)}</a>'
        if entry and entry.page in pages
        else f"<span>{escape(entry.name if entry else name)}</span>"
        for name, entry in named
    )


def numbers(steps: list[int]) -> str:
    return ", ".join(str(number) for number in steps)


def chain(chapters: list[dict], pages: list[str]) -> str:
    """Foundations: ten chapters in a row."""
    items = []
    for chapter in chapters:
        inside = (
            f'<span class="nn-number">{chapter["id"][:2]}</span> '
            f'<span class="nn-title">{escape(chapter["title"])}</span> '
            f'<span class="nn-says">{escape(chapter["says"])}</span> '
        )
        attributes = f'class="nn-node" data-node="f{int(chapter["id"][:2])}"'
        items.append(f"<li>{link('foundations/' + chapter['id'], pages, attributes, inside)}</li>")
    return '<ol class="nn-chain">\n' + "\n".join(items) + "\n</ol>\n"


def graph(steps: list[dict], pages: list[str]) -> str:
    """The fourteen steps as a list whose items stand where the graph has them."""
    items, entries = [], catalog.entries()
    for number, step in enumerate(steps, start=1):
        before = numbers(step["after"]) or "Foundations"
        helps = f"; {numbers(step['helps'])} helps" if step.get("helps") else ""
        inside = (
            f'<span class="nn-number">{number}</span> '
            f'<span class="nn-title">{escape(step["title"])}</span> '
            f'<span class="nn-says">{escape(step["says"])}</span> '
            f'<span class="nn-on">builds on {escape(before + helps)}</span> '
        )
        column, row = step["at"]
        attributes = f'class="nn-node" data-node="s{number}"'
        place = f'style="--column: {column}; --row: {row}"'
        node = link("steps/" + step["id"], pages, attributes, inside)
        families = [family for family in catalog.FAMILIES if family.step == number]
        has = f'<span class="nn-members">{members(families, entries, pages)}</span>'
        items.append(f'<li {place}><div class="nn-step">{node} {has}</div></li>')
    listed = "\n".join(items)
    return f'<div class="nn-graph">\n{lines(steps)}\n<ol>\n{listed}\n</ol>\n</div>\n'


def lines(steps: list[dict]) -> str:
    """The graph's edges: from the right side of one node to the left side of the other."""
    paths = []
    for before, after, kind in edges(steps):
        (c0, r0), (c1, r1) = steps[before - 1]["at"], steps[after - 1]["at"]
        x0, y0 = (c0 - 1) * CELL + NODE, (r0 - 0.5) * CELL
        x1, y1 = (c1 - 1) * CELL, (r1 - 0.5) * CELL
        bend = x0 + CELL - NODE  # turn in the gap behind the node, then run along the row
        mid = (x0 + bend) / 2
        path = f"M{x0:g} {y0:g}C{mid:g} {y0:g} {mid:g} {y1:g} {bend:g} {y1:g}H{x1:g}"
        paths.append(f'<path class="nn-{kind}" data-edge="s{before} s{after}" d="{path}" />')
    box = f"0 0 {COLUMNS * CELL} {ROWS * CELL}"
    head = f'<svg viewBox="{box}" preserveAspectRatio="none" aria-hidden="true">'
    return "\n".join([head, *paths, "</svg>"])


def doors(pages: list[str]) -> str:
    """Read, run, solve, teach: each with a link that works today."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = project["urls"]["repository"].removesuffix("/")
    chapters = [page for page in pages if page.startswith("foundations/")]
    exercises = [page for page in pages if page.startswith("exercises/")]
    solve = f"{exercises[0]}.html" if exercises else f"{repository}/tree/main/exercises"
    teach = "teach/index.html" if "teach/index" in pages else repository
    four = [
        ("Read", READ, f"{chapters[0]}.html", "Begin with the first chapter"),
        ("Run", RUN, f"lite/open.html?path={chapters[0]}.ipynb", "Open it as a notebook"),
        ("Solve", SOLVE, solve, "Try an exercise"),
        ("Teach", TEACH, teach, "Plan a lecture"),
    ]
    cards = [
        f'<section><h3>{name}</h3><p>{text}</p><p><a href="{href}">{label}</a></p></section>'
        for name, text, href, label in four
    ]
    return '<div class="nn-doors">\n' + "\n".join(cards) + "\n</div>\n"


def page() -> str:
    """The whole of `map.html`."""
    course, pages = load()
    return (
        "<!-- Generated by tools/course_map.py from map.yml, the catalog and _toc.yml. -->\n"
        '<div class="nn-map">\n<h3>Foundations</h3>\n'
        + chain(course["foundations"], pages)
        + "<h3>Fourteen steps</h3>\n"
        + graph(course["steps"], pages)
        + "</div>\n"
        "<h2>Four doors</h2>\n" + doors(pages)
    )
