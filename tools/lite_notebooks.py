"""The notebooks as a reader's browser gets them, and the links that lead there.

A notebook's name there bears the digest of its content, its edition.
"""

import hashlib
import re
from html import escape
from pathlib import Path

import nbformat
from settings import COURSE, ROOT, colab_address, has_tag, source_address

FOLDERS = {"book": "", "exercises": "exercises/", "solutions": "solutions/"}
MARKS = re.compile(
    r"^(\([\w-]+\)=|:{3,}.*)\n?", re.MULTILINE
)  # labels and fences: only Sphinx reads them
KERNEL = {
    "kernelspec": {"name": "python", "display_name": "Python (Pyodide)", "language": "python"},
    "language_info": {"name": "python", "file_extension": ".py"},
}


def bare(path: Path) -> bytes:
    """The notebook without outputs, for JupyterLite's kernel (any other name makes it ask)."""
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = MARKS.sub("", cell.source).strip("\n")
    nb.metadata = nbformat.from_dict(KERNEL)
    return nbformat.writes(nb).encode()


def notebooks() -> dict[str, bytes]:
    """{path as in the book: what the reader starts with}; solutions where the course shows them."""
    return {
        prefix + path.relative_to(ROOT / folder).as_posix(): bare(path)
        for folder, prefix in FOLDERS.items()
        if folder != "solutions" or COURSE["solutions"]
        for path in sorted((ROOT / folder).rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
    }


def edition(name: str, content: bytes) -> str:
    """`foundations/04_backprop.ipynb` → `foundations/04_backprop-1a2b3c4d.ipynb`."""
    return f"{name.removesuffix('.ipynb')}-{hashlib.sha256(content).hexdigest()[:8]}.ipynb"


def with_links(staged: bytes, name: str) -> bytes:
    """A staged notebook whose line of links is the page's: the browser first, by a relative link.

    name: the page's path in the book, with `.ipynb`.
    """
    folder = name.split("/")[0]
    source = ROOT / name if folder in FOLDERS else ROOT / "book" / name
    lite = "../" * name.count("/") + f"lite/open.html?path={name}"
    repository = source.relative_to(ROOT).as_posix()
    links = {
        "Run in the browser": lite,
        "Open in Colab": colab_address(repository),
        "Source": source_address(repository),
    }
    first, *others = (f'<a href="{escape(url)}">{text}</a>' for text, url in links.items())
    anchors = f"{first} {' · '.join(others)}"
    which = edition(name, bare(source))
    nb = nbformat.reads(staged.decode(), as_version=4)
    for cell in nb.cells:
        if has_tag(cell, "badge"):
            cell.source = f'<p class="nn-links" data-edition="{escape(which)}">{anchors}</p>'
    return nbformat.writes(nb).encode()
