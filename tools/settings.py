"""What follows from the one setting: the repository's address and the distribution's name.

`pyproject.toml` holds both. Each notebook's first code cell (tag `setup`) and its line of links
(tag `badge`) are written from them: `python tools/settings.py` writes, `--check` only looks.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, COURSE = SETTINGS["project"], SETTINGS["tool"]["course"]
DISTRIBUTION: str = PROJECT["name"]
REPOSITORY: str = PROJECT["urls"]["repository"].removesuffix("/")
BOOK: str = PROJECT["urls"]["book"].removesuffix("/")
BRANCH = "main"
NOTEBOOK_FOLDERS = ("book", "exercises", "solutions")


def setup_source() -> str:
    """The first code cell of every notebook.

    Where nnlib is missing it says what to do. No SystemExit, which would do without a traceback:
    IPython 7.34, Colab's, answers that with a page of errors of its own.
    """
    return f"""\
# Setup, the same in every notebook: in Colab it installs nnlib beside what is there.
import sys

if "google.colab" in sys.modules:
    %pip install -q "{DISTRIBUTION} @ git+{REPOSITORY}"
try:
    import nnlib
except ModuleNotFoundError:
    raise RuntimeError(
        "nnlib is not installed here. In Colab: pip says why, above; see whether the page below "
        "opens, then run this cell again. On your own machine: that page says how to install it. "
        "{REPOSITORY}"
    ) from None

nnlib.setup()"""


def colab_address(notebook: str) -> str:
    """Where Colab opens it; `notebook` is the path from the repository's root."""
    slug = REPOSITORY.removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{slug}/blob/{BRANCH}/{notebook}"


def source_address(notebook: str) -> str:
    """Where the repository shows it."""
    return f"{REPOSITORY}/blob/{BRANCH}/{notebook}"


def badge_source(notebook: str) -> str:
    """The line of links below the title; pages of the book have their own (lite_notebooks.py)."""
    return f"[Open in Colab]({colab_address(notebook)}) · [Source]({source_address(notebook)})"


def setup_cell(cell_id: str = "setup"):
    """The setup cell as a notebook cell."""
    cell = nbformat.v4.new_code_cell(setup_source())
    cell.id, cell.metadata = cell_id, {"tags": ["setup", "hide-input"]}
    return cell


def badge_cell(notebook: str, cell_id: str = "badge"):
    """The line of links as a notebook cell."""
    cell = nbformat.v4.new_markdown_cell(badge_source(notebook))
    cell.id, cell.metadata = cell_id, {"tags": ["badge"]}
    return cell


def has_tag(cell, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def pages_of(toc: dict) -> list[str]:
    """The pages of a table of contents in their order, short pages after their chapter."""
    found = []
    for part in toc["parts"]:
        for chapter in part.get("chapters", []):
            found += [chapter["file"], *(short["file"] for short in chapter.get("sections", []))]
    return found


def notebooks() -> list[Path]:
    """Every committed notebook, in order."""
    return sorted(
        path
        for folder in NOTEBOOK_FOLDERS
        for path in (ROOT / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    )


def applied(text: str, name: str) -> str:
    """The notebook `text` with its setup and badge cells as the setting wants them."""
    nb = nbformat.reads(text, as_version=4)
    prefix = re.sub(r"\W+", "-", Path(name).stem).strip("-")
    for tag, source in (("badge", badge_source(name)), ("setup", setup_source())):
        cells = [cell for cell in nb.cells if has_tag(cell, tag)]
        if len(cells) > 1:
            raise ValueError(f"{name}: one cell tagged '{tag}' expected, {len(cells)} found")
        if cells:
            cells[0].source = source
        else:  # the badge goes below the title, the setup below the badge
            new = badge_cell(name) if tag == "badge" else setup_cell()
            new.id = f"{prefix}-{tag}"
            nb.cells.insert(1 if tag == "badge" else 2, new)
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nbformat.writes(nb) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail on stale files")
    check = parser.parse_args().check
    stale = []
    for path in notebooks():
        old = path.read_text(encoding="utf-8")
        new = applied(old, path.relative_to(ROOT).as_posix())
        if new != old:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(new, encoding="utf-8")
    if stale:
        print(("stale: " if check else "written: ") + ", ".join(stale))
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
