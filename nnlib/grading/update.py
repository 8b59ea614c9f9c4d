"""`nnlib update`: a student's answers, and what else they wrote, in a corrected edition.

The new edition's cells come first in its own order; answers keep the student's source; cells that
the student added stand where they stood, after the same neighbour. The old file is kept beside.
"""

import copy
import json
import os
from pathlib import Path

from nnlib.grading import references
from nnlib.grading.report import edition_of, is_edition
from nnlib.grading.splice import MAX_BYTES, Rejected, answer_id, answers, read, source
from nnlib.grading.store import write_atomically


def update(path, to=None):
    """Rewrite the notebook at `path`; (where the old one was kept, what happened, in words).

    to: the corrected edition's file; without it, the packaged one. Raises Rejected.
    """
    path = Path(path)
    submission = _read(path)
    old = edition_of(submission)
    if to is None:
        if old.name not in references.names() or old != references.packaged(old.name):
            raise Rejected("this is an edition of your course: give the corrected one by --to")
        new = references.pristine(old.name)
    else:
        new = _read(Path(to))
        if (other := edition_of(new).name) != old.name:
            raise Rejected(f"{to} is {other}, and yours is {old.name}")
    merged, words = carried(submission, old.pristine, new)
    kept = _free(path)
    write_atomically(kept, path.read_text(encoding="utf-8-sig"))
    write_atomically(path, json.dumps(merged, indent=1, ensure_ascii=False) + "\n")
    return kept, words


def carried(submission, old, new):
    """(the new edition with the submission's answers and added cells, what happened)."""
    merged, given, words = copy.deepcopy(new), answers(submission), []
    stubs = {answer_id(c): source(c) for c in old["cells"] if answer_id(c)}
    for cell in merged["cells"]:
        id = answer_id(cell)
        written = [t for t in given.get(id, []) if t.strip() != stubs.get(id, "").strip()]
        if id and written:
            if id in stubs and stubs[id].strip() != source(cell).strip():
                words.append(f"{id}: its stub has changed; compare your answer with the new text.")
            cell["source"] = written[-1]
    gone = [id for id in given if id not in {answer_id(c) for c in merged["cells"]}]
    own = _added(submission, old, gone)
    words += [f"{id}: no longer in this exercise; your answer is kept as a cell." for id in gone]
    at, used = {None: len(merged["cells"])}, {cell.get("id") for cell in merged["cells"]}
    at |= {_name(cell): i + 1 for i, cell in enumerate(merged["cells"])}
    for after, cell in reversed(own):
        cell = {**copy.deepcopy(cell), "id": _unused(cell.get("id"), used)}
        merged["cells"].insert(at.get(after, at[None]), cell)
    words.append(
        f"{len([i for i in given if i not in gone])} answers and {len(own)} cells carried."
    )
    return merged, words


def _added(submission, old, gone):
    """[(the name of the pristine cell before it, cell)] of what is not of the old edition."""
    names = {_name(cell) for cell in old["cells"]}
    texts = {source(cell).strip() for cell in old["cells"]}
    after, found = None, []
    for cell in submission["cells"]:
        id = answer_id(cell)
        if _name(cell) in names and id not in gone:
            after = _name(cell)
        elif id in gone or not (id or is_edition(cell) or source(cell).strip() in texts | {""}):
            found.append((after, cell))
    return found


def _name(cell):
    """What tells a cell: its answer's id, or its own."""
    return answer_id(cell) or cell.get("id")


def _unused(id, used):
    base, number = (id if isinstance(id, str) and id else "own"), 1
    while (name := base if number == 1 else f"{base[:50]}-{number}") in used:
        number += 1
    used.add(name)
    return name


def _read(path):
    try:
        with path.open("rb") as file:
            return read(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise Rejected(f"cannot read {path}: {error.strerror}") from None


def _free(path):
    """A name beside `path` that nothing has yet."""
    number = 1
    while True:
        kept = path.with_name(f"{path.stem}.before-update{number if number > 1 else ''}.ipynb")
        if not os.path.lexists(kept):
            return kept
        number += 1
