"""The foot of each page: when, on what and how long it was executed; where a doubt can be told.

It is added to what Sphinx is given, never to a notebook of the repository. Its text follows from
the page's record alone, so that a page is rendered again only when it was executed again.
"""

import json
from datetime import datetime
from html import escape
from pathlib import PurePosixPath
from urllib.parse import urlencode

from settings import BOOK, PROJECT, REPOSITORY

STORED = "Executed by the authors; its outputs are stored with it, and the tests run it again."
OPEN = "Not executed: its answers are yours."


def with_foot(name: str, content: bytes, record: dict | None = None) -> bytes:
    """The page `name` (path below the staged folder) with its foot; other files as they are."""
    path = PurePosixPath(name)
    if path.suffix == ".md":
        return content.rstrip() + b"\n\n" + block(name, record).encode() + b"\n"
    if path.suffix != ".ipynb":
        return content
    notebook = json.loads(content)
    cell = {"cell_type": "markdown", "id": "foot", "metadata": {}, "source": block(name, record)}
    notebook["cells"].append(cell)
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def block(name: str, record: dict | None) -> str:
    """The foot in MyST. What JavaScript can keep and fill in, keep.js and tell.js add to it."""
    page = name.rpartition(".")[0]
    line = executed(name, record)
    chapter = " data-chapter" if record else ""
    return (
        "```{raw} html\n"
        f'<div class="nn-foot" data-page="{page}" data-address="{BOOK}/{page}.html"{chapter}>\n'
        + (f'<p class="nn-executed">{escape(line)}</p>\n' if line else "")
        + f'<p class="nn-tell"><a href="{escape(issue(page, record))}">'
        "Report a mistake or a doubt on this page</a></p>\n"
        "</div>\n```"
    )


def executed(name: str, record: dict | None) -> str:
    """What is true of the page's execution; nothing for a page without cells."""
    if record:
        time = datetime.strptime(record["executed"], "%Y-%m-%d %H:%M UTC")
        *parts, mode = record["engine"].split(" · ")
        on = [part.removeprefix("engine: ").removeprefix("device: ") for part in parts]
        on += [f"Python {record['environment']['python']}", mode]
        when = f"{time.day} {time:%B %Y, %H:%M} UTC, in {record['seconds']} s"
        return f"Executed {when} · {' · '.join(on)}"
    if not name.endswith(".ipynb"):
        return ""
    return STORED if name.startswith("solutions/") else OPEN


def issue(page: str, record: dict | None) -> str:
    """The address that opens a new issue on `page`, with what is known of it filled in."""
    about = [f"Page: {page}", f"nnlib: {PROJECT['version']}"]
    if record:
        about.append(f"Executed: {record['executed']}")
    asked = ["What stands there:", "", "What I expected:"]
    body = "\n".join([*about, "", *asked, ""])
    return f"{REPOSITORY}/issues/new?{urlencode({'title': f'{page}: ', 'body': body})}"
