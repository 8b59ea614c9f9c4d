"""From a submission to a notebook that may be run: pure functions on notebooks as dicts.

Nothing of a submission is taken over but the *source* of cells that carry the id of an answer.
Edited checks, outputs, tags, points, the kernel's name, deleted or extra cells cannot matter,
because everything but the answers comes from the pristine exercise.

An answer's id stands twice: in the cell's metadata, `{"nnlib": {"answer": "backprop-1"}}`, and in
its first line, `# answer: backprop-1`, because Colab and others may drop metadata.
"""

import copy
import json
import re
from dataclasses import dataclass, field

MAX_BYTES = 10_000_000
MAX_PARTS = 300_000  # a hundred times as long as its text, some objects are in memory
_FIRST_LINE = re.compile(r"\s*#\s*answer:\s*([\w.-]+)")
_SHOW = re.compile(r"^\s*(?:nnlib\.)?show\(\s*([\"'])([\w.-]+)\1", re.M)


class Rejected(ValueError):
    """A submission that cannot be run; the message says why, for the student."""


def read(content):
    """The notebook in `content` (bytes). Raises Rejected with a reason; never anything else."""
    if len(content) > MAX_BYTES:
        raise Rejected(f"the file is too large: at most {MAX_BYTES:,} bytes are read")
    if content.count(b"{") > MAX_PARTS:
        raise Rejected(f"the file has too many parts: at most {MAX_PARTS:,} are read")
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Rejected("the file is not UTF-8 text: save it again from Jupyter") from None
    except (ValueError, RecursionError):
        raise Rejected("the file is not valid JSON: a broken download or a merge?") from None
    if not isinstance(notebook, dict):
        raise Rejected("the file is JSON, but not a notebook")
    if notebook.get("nbformat") != 4:
        raise Rejected(f"nbformat 4 expected, got {notebook.get('nbformat')!r:.20}")
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Rejected("the notebook has no list of cells")
    return notebook


def source(cell):
    """A cell's source as one text; "" where there is none. nbformat allows a list of lines."""
    text = cell.get("source", "")
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    return text if isinstance(text, str) else ""


def answer_id(cell):
    """The id of the answer that a code cell holds, or None. Metadata first, then the comment."""
    if cell.get("cell_type") != "code":
        return None
    metadata = cell.get("metadata")
    mine = metadata.get("nnlib") if isinstance(metadata, dict) else None
    if isinstance(mine, dict) and isinstance(mine.get("answer"), str):
        return mine["answer"]
    match = _FIRST_LINE.match(source(cell))
    return match[1] if match else None


def shown_id(cell):
    """The id of the question whose values a pristine cell shows, or None."""
    match = _SHOW.search(source(cell)) if cell.get("cell_type") == "code" else None
    return match[2] if match else None


def is_hidden(cell):
    """Whether a cell of an instructor's notebook is a hidden check."""
    return cell.get("cell_type") == "code" and "### BEGIN HIDDEN TESTS" in source(cell)


def has_tag(cell, tag):
    return tag in cell.get("metadata", {}).get("tags", [])


def answers(notebook):
    """{id: [source, …]} of all answer cells, in the notebook's order."""
    found = {}
    for cell in notebook["cells"]:
        if id := answer_id(cell):
            found.setdefault(id, []).append(source(cell))
    return found


@dataclass
class Spliced:
    """A notebook ready to run: pristine but for the answers.

    untouched: ids whose answer is still the stub; missing: ids without a cell in the submission
    (their stub runs). notes: what the student should know, by id.
    """

    notebook: dict
    untouched: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


def splice(pristine, submission):
    """The pristine exercise with the submission's answers in it, and without any output.

    Of several cells with the same id the last one that is not the stub counts, as it would when
    the notebook runs from top to bottom.
    """
    notebook = copy.deepcopy(pristine)
    result, given = Spliced(notebook), answers(submission)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        id = answer_id(cell)
        if id is None:
            continue
        stub = source(cell)
        written = [text for text in given.get(id, []) if text.strip() != stub.strip()]
        if written:
            cell["source"] = written[-1]
        else:
            (result.untouched if id in given else result.missing).append(id)
        if len(set(written)) > 1:
            result.notes[id] = f"{len(written)} cells answer {id}; the last one was taken."
        elif id in result.missing:
            result.notes[id] = f"No cell begins with `# answer: {id}`: was it deleted?"
    return result


def show_cells(notebook):
    """The cells that show values, as [(position among all cells, question id)], in order."""
    return [(i, id) for i, cell in enumerate(notebook["cells"]) if (id := shown_id(cell))]
