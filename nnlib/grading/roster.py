"""Who is in the class: a CSV with a column `id`; `name`, `email`, `section`, `canvas`, `sis` too.

With it, files named by a learning system find their student: Canvas puts its own number into the
name (the column `canvas`), Moodle the full name (the column `name`).
"""

import csv
import re
import unicodedata
from pathlib import Path

from nnlib.grading.course import Mistaken


def read(path):
    """The rows of a roster, as dicts. Raises Mistaken, naming file and line."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistaken(f"roster: {path} cannot be read: {error}") from None
    lines = text.splitlines()
    first = lines[0] if lines else ""
    rows = list(csv.DictReader(lines, delimiter=";" if ";" in first and "," not in first else ","))
    if not rows:
        raise Mistaken(f"roster: {path} has no rows")
    if not {"id", "student"} & set(rows[0]):
        raise Mistaken(f"roster: {path} has no column `id`; its first line is {first!r:.80}")
    seen = set()
    for number, row in enumerate(rows, 2):
        row["id"] = (row.get("id") or row.get("student") or "").strip()
        if not re.fullmatch(r"[\w@+-][\w.@+-]*", row["id"]):
            raise Mistaken(
                f"roster: {path}, line {number}: an id of letters, digits and . @ + - "
                f"expected, got {row['id']!r}"
            )
        if row["id"] in seen:
            raise Mistaken(f"roster: {path}, line {number}: {row['id']} stands there twice")
        seen.add(row["id"])
    return rows


class Roll:
    """Finds a student's id by what a file is called."""

    def __init__(self, people=()):
        self.ids = {row["id"] for row in people}
        self.canvas = {str(row["canvas"]): row["id"] for row in people if row.get("canvas")}
        named = {}
        for row in people:
            named.setdefault(_plain(row.get("name") or ""), []).append(row["id"])
        self.names = {name: ids[0] for name, ids in named.items() if name and len(ids) == 1}

    def find(self, said, canvas=""):
        """The id that belongs to a name, or to Canvas's number; else what was said."""
        if said in self.ids:
            return said
        return self.canvas.get(canvas) or self.names.get(_plain(said)) or said


def _plain(name):
    """A name without case, accents and order of its words: "Lovelace, Ada" is "ada lovelace"."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    words = re.findall(r"\w+", "".join(c for c in bare if not unicodedata.combining(c)))
    return " ".join(sorted(words))
