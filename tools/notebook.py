"""Edit a notebook as text: `python tools/notebook.py text NB.ipynb > nb.md`, and back with
`python tools/notebook.py notebook nb.md NB.ipynb`.

The text is MyST Markdown (jupytext): cells end at `+++`, code stands in ```{code-cell}``` with its
tags. Cell ids are the cell's first words, so they stay when other cells come and go; outputs are
left out.
"""

import argparse
import re
import sys
from pathlib import Path

import jupytext
import nbformat

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def to_text(notebook: Path) -> str:
    return jupytext.writes(jupytext.read(notebook), fmt="md:myst")


def to_notebook(text: str, stem: str):
    nb = jupytext.reads(text, fmt="md:myst")
    nb.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    taken: set[str] = set()
    prefix = re.sub(r"^\d+_", "", stem)
    for cell in nb.cells:
        words = re.findall(r"[a-z0-9]+", cell.source.lower())[:5]
        base = "-".join([prefix, *words])[:48].strip("-")
        name, n = base, 1
        while name in taken:
            n += 1
            name = f"{base}-{n}"
        taken.add(name)
        cell.id = name
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nb.nbformat, nb.nbformat_minor = 4, 5
    nbformat.validate(nb)
    return nb


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("to", choices=["text", "notebook"])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path, nargs="?")
    given = parser.parse_args()
    if given.to == "text":
        sys.stdout.write(to_text(given.source))
    else:
        nb = to_notebook(given.source.read_text(encoding="utf-8"), given.target.stem)
        given.target.write_text(nbformat.writes(nb) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
