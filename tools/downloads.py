"""What a reader takes along lies in `downloads/` beside the built pages, and one page lists it.

The list is written into the built page "Offline and on paper" when a file is put there, so that it
never names a file that is not there. A later build of that page begins again with its source.
"""

import re
import shutil
from html import escape
from pathlib import Path

from serve import HTML
from settings import ROOT

FOLDER, PAGE = "downloads", "reference/offline"
LIST = re.compile(r"(<!-- downloads -->).*?(<!-- /downloads -->)", re.DOTALL)


def place(files: dict[str, Path], html: Path = HTML) -> None:
    """Put `files` (name in the folder → file) beside the pages below `html`, and list them all.

    Others of their kind, by the name's ending, are older and go.
    """
    kinds = {Path(name).suffix for name in files}
    for path in (html / FOLDER).rglob("*"):
        if path.suffix in kinds and path.relative_to(html / FOLDER).as_posix() not in files:
            path.unlink()
    for name, file in files.items():
        target = html / FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    page = html / f"{PAGE}.html"
    page.write_text(filled(page.read_text(encoding="utf-8"), listing(html)), encoding="utf-8")


def listing(html: Path) -> str:
    """The list in HTML: each file with its size."""
    found = sorted(path for path in (html / FOLDER).rglob("*") if path.is_file())
    items = [
        f'<li><a href="../{escape(path.relative_to(html).as_posix())}">'
        f"{escape(path.relative_to(html / FOLDER).as_posix())}</a>, "
        f"{path.stat().st_size / 1e6:.1f} MB</li>"
        for path in sorted(found, key=lambda path: (len(path.relative_to(html).parts), path))
    ]
    return "<ul>\n" + "\n".join(items) + "\n</ul>"


def filled(page: str, content: str) -> str:
    """`page` with `content` where the list stands."""
    new, count = LIST.subn(lambda marks: f"{marks[1]}{content}{marks[2]}", page)
    if count != 1:
        raise ValueError(f"{PAGE}: one place for the list of downloads expected, {count} found")
    return new


def unfilled(page: str) -> str:
    """`page` as it was built: a copy that is taken along has no downloads beside it."""
    source = (ROOT / "book" / f"{PAGE}.md").read_text(encoding="utf-8")
    return filled(page, LIST.search(source)[0].split("-->", 1)[1].rsplit("<!--", 1)[0])
