"""The pages "All architectures" and "Nineteen families", from nnlib's catalog.

What is written is what `_toc.yml` lists: an architecture without a page there has no link. Both are
tables in plain HTML that need no script; book/assets/architectures.js sorts and searches the first.
"""

from html import escape

import course_map
from settings import BRANCH, REPOSITORY

from nnlib import catalog
from nnlib.catalog import Entry, Family

ARCHITECTURES = """\
---
html_theme.sidebar_secondary.remove: true
---

(architectures)=
# All architectures

What each architecture assumes, what it costs and where it comes from. Its name leads to the page
that explains it, its file to the source, which is one file an architecture.

Costs are those of one forward and one backward pass, without constant factors: O(BL²) would say
that a B twice as large costs twice as much, and an L twice as large four times as much. Each letter
is explained at the top of the architecture's file.
"""

FAMILIES = """\
---
html_theme.sidebar_secondary.remove: true
---

(families)=
# Nineteen families

Where an architecture belongs, and the idea of its family in a few words. A filled dot is a step
that is written, an open one is not written yet. An architecture that is a link has its page; with
cost, source and paper they stand in [All architectures](architectures.md).
"""

STYLE = '<link rel="stylesheet" href="../_static/architectures.css" />'
SCRIPT = '<script defer src="../_static/architectures.js"></script>'
HEADS = {  # of a column: whether an order of it means something
    "Architecture": True,
    "Family": True,
    "Step": True,
    "Idea, and what it assumes": False,
    "Time and memory": False,
    "Paper and source": True,  # by year
}


def pages() -> dict[str, str]:
    """Path below the staged book → Markdown."""
    course, written = course_map.load()
    entries = catalog.entries()
    table = architectures(entries, written)
    quick = families(catalog.FAMILIES, entries, course["steps"], written)
    return {
        "reference/architectures.md": f"{ARCHITECTURES}\n{raw(STYLE, SCRIPT, table)}",
        "reference/families.md": f"{FAMILIES}\n{raw(STYLE, quick)}",
    }


def raw(*html: str) -> str:
    return "\n".join(["```{raw} html", *html, "```", ""])


def link(entry: Entry, written: list[str], text: str) -> str:
    """`text`, as a link to the entry's page where that is written."""
    text = escape(text)
    return f'<a href="../{entry.page}.html">{text}</a>' if entry.page in written else text


# ── a table whose rows become cards where it is narrow: the roles stay what they were ────────────


def table(name: str, heads: list[str], rows: list[str]) -> str:
    return "\n".join(
        [
            f'<table class="table nn-cards" role="table" aria-label="{name}">',
            '<thead role="rowgroup"><tr role="row">',
            *heads,
            '</tr></thead>\n<tbody role="rowgroup">',
            *rows,
            "</tbody>\n</table>",
        ]
    )


def head(text: str, attributes: str = "") -> str:
    return f'<th role="columnheader" scope="col"{attributes}>{text}</th>'


def cell(name: str, inside: str, key: str | int | None = None) -> str:
    """A cell; `key` is what it is sorted by where that is not its text."""
    sorts = "" if key is None else f' data-key="{key}"'
    tag, role = ("th", 'rowheader" scope="row') if name == "name" else ("td", "cell")
    return f'<{tag} role="{role}" class="nn-{name}"{sorts}>{inside}</{tag}>'


def architectures(entries: list[Entry], written: list[str]) -> str:
    """The table of all entries, with what searches it: hidden until the script is there."""
    found = dict.fromkeys(entry.family for entry in entries)
    options = "".join(f"<option>{escape(family)}</option>" for family in found)
    heads = [
        head(text, (" data-sort" if sorts else "") + ' aria-sort="ascending"' * (text == "Step"))
        for text, sorts in HEADS.items()
    ]
    return f"""\
<div class="nn-catalog">
<div class="nn-find" role="search" aria-label="Architectures" hidden>
<label>Search <input type="search" data-search autocomplete="off" spellcheck="false" /></label>
<label>Family <select data-family><option value="">all</option>{options}</select></label>
<p data-count aria-live="polite">{len(entries)} of {len(entries)} architectures</p>
</div>
{table("All architectures", heads, [row(entry, written) for entry in entries])}
</div>"""


def row(entry: Entry, written: list[str]) -> str:
    paper, package = entry.paper, entry.file.removeprefix("nnlib/")
    costs = "".join(
        f'<span class="nn-line"><span class="nn-label">{label}</span> {escape(cost)}</span> '
        for label, cost in (("time", entry.time), ("memory", entry.memory))
    )
    cells = [
        cell("name", link(entry, written, entry.name)),
        cell("family", escape(entry.family)),
        cell("step", f'<span class="nn-label nn-narrow">step</span> {entry.step}', entry.step),
        cell(
            "idea",
            f'<span class="nn-line">{escape(entry.idea)}</span> <span class="nn-line nn-bias">'
            f'<span class="nn-label">assumes</span> {escape(entry.bias)}</span>',
        ),
        cell("cost", costs),
        cell(
            "paper",
            f'<span class="nn-line"><span class="nn-label">{paper.year}</span> '
            f'<a href="{escape(paper.url)}" data-print="{escape(paper.link)}">'
            f"{escape(paper.authors)}</a></span> "
            f'<a class="nn-line nn-file" href="{REPOSITORY}/blob/{BRANCH}/{entry.file}">'
            f"{package.replace('/', '/<wbr />')}</a>",
            paper.year,
        ),
    ]
    family = escape(entry.family)
    first = f'<tr role="row" id="architecture-{entry.key}" data-family="{family}">'
    return "\n".join([first, *cells, "</tr>"])


def families(
    known: tuple[Family, ...], entries: list[Entry], steps: list[dict], written: list[str]
) -> str:
    """The quick reference: a row a family."""
    rows = []
    for number, family in enumerate(known, start=1):
        step = steps[family.step - 1]
        title = f"{family.step} {escape(step['title'])} "
        place = course_map.link(f"steps/{step['id']}", written, 'class="nn-dot"', title, up="../")
        cells = [
            cell("number", str(number)),
            cell("name", escape(family.name)),
            cell("step", place),
            cell("members", course_map.members([family], entries, written, up="../")),
            cell("idea", escape(family.idea)),
        ]
        rows.append("\n".join(['<tr role="row">', *cells, "</tr>"]))
    heads = ["#", "Family", "Step", "Typical architectures", "Idea"]
    inside = table("Nineteen families", [head(text) for text in heads], rows)
    return f'<div class="nn-catalog nn-families">\n{inside}\n</div>'
