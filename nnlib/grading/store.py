"""Where results lie: written so that no reader ever sees half a file, read so that none is lost.

    RESULTS/results/<folder>.json     one result a submission

Several RESULTS folders, the shards of a large class, are read as if they were one.
"""

import json
import math
import os
import secrets
from pathlib import Path

from nnlib.grading.pages import moment

STATES = ("graded", "rejected", "timed out", "kernel died")
_TEXTS = ("submission", "folder", "student", "exercise", "state")


class Results(list):
    """The results, each a dict. skipped: {path of a file that is no result: why}."""

    def __init__(self, results=(), skipped=None):
        super().__init__(results)
        self.skipped = skipped or {}


def write_atomically(path, text):
    """Write a text to a file as a whole: after a crash there is the old file or the new one.

    The folder is made if it is missing. Lone surrogates, which are no text, become `?`.
    Raises OSError when it cannot be written; then the old file is as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        # "x" and not tempfile: the file gets the rights that any new file has here
        with temporary.open("xb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load(folders):
    """All results in one or several RESULTS folders, sorted by submission.

    A submission that is there twice counts once: the one that was graded later. A file that cannot
    be read or holds no result is left out and named in `.skipped`. Raises ValueError when a folder
    is not there: a mistyped path is no empty class.
    """
    folders = [folders] if isinstance(folders, str | Path) else list(folders)
    found, skipped = {}, {}
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise ValueError(f"folders: expected a folder of results, got {folder}")
        for path in sorted((folder / "results").rglob("*.json")):
            if path.name.startswith("."):
                continue
            try:
                result = _result(path)
            except (OSError, ValueError, RecursionError) as error:
                skipped[str(path)] = _reason(error)
                continue
            known = found.get(result["submission"])
            if known is None or _graded(result) >= _graded(known):
                found[result["submission"]] = result
    return Results((found[key] for key in sorted(found)), skipped)


def _result(path):
    """The result in a file. Raises ValueError when it is not one, as a whole."""
    result = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(result, dict):
        raise ValueError("no result: expected an object")
    if wrong := [key for key in _TEXTS if not isinstance(result.get(key), str)]:
        raise ValueError(f"no result: no text in {', '.join(wrong)}")
    if result["state"] not in STATES:
        raise ValueError(f"no result: state {result['state']!r:.40} is not known")
    questions = result.get("questions")
    if not isinstance(questions, list) or not all(map(_is_question, questions)):
        raise ValueError("no result: its questions are not complete")
    if not _is_number(result.get("points")) or not _is_number(result.get("worth")):
        raise ValueError("no result: points or worth is not a number")
    return result


def _is_question(question):
    return (
        isinstance(question, dict)
        and isinstance(question.get("id"), str)
        and _is_number(question.get("points"))
        and _is_number(question.get("worth"))
        and isinstance(question.get("checks"), list)
        and all(isinstance(check, dict) for check in question["checks"])
    )


def _is_number(value):
    return type(value) in (int, float) and math.isfinite(value)


def _graded(result):
    """When it was graded, in seconds; what does not say so is older than all that does."""
    at = moment(result.get("graded"))
    return at.timestamp() if at else -math.inf


def _reason(error):
    if isinstance(error, json.JSONDecodeError):
        return f"not whole JSON: {error.msg} in line {error.lineno}"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return str(error) or type(error).__name__
