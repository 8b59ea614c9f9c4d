"""Where the chapters are, and where the build has put them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
EXECUTED = ROOT / "_build" / "executed" / "book"
HTML = ROOT / "_build" / "html"
CHAPTERS = sorted(
    path.relative_to(BOOK).with_suffix("").as_posix()
    for path in BOOK.rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
SHORT = [name for name in CHAPTERS if name.count("/") == 2]  # a step's short pages
