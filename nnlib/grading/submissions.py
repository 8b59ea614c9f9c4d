"""What was handed in: a folder, or a zip as learning systems give it, read and never unpacked.

Whose a file is: the folder directly below the top names the student,

    ada/04_backprop.ipynb                 ada/2/04_backprop.ipynb          (2 is the attempt)
    Ada Lovelace_123_assignsubmission_file_/04_backprop.ipynb              (Moodle)

and a file directly at the top is named by its student, alone or before the first `__`,

    ada.ipynb        ada__04_backprop.ipynb
    lovelaceada_4711_815_04_backprop.ipynb, lovelaceada_LATE_4711_…        (Canvas)

With a roster these names find their student (roster.py). A student who handed in files, but no
notebook, is told so. The cover that was given out and what `nnlib update` kept are passed over.

When it was handed in: a `timestamp.txt` beside it or above it (nbgrader), else the file's own time.
"""

import hashlib
import lzma
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from nnlib.grading.roster import Roll
from nnlib.grading.splice import MAX_BYTES, Rejected

COVER = "00_start.ipynb"  # what a release begins with

_MOODLE = re.compile(r"(?P<student>.+)_\d+_assignsubmission_\w+")
_CANVAS = re.compile(r"(?P<student>[^_]+)(?:_LATE)?_(?P<canvas>\d+)_\d+_.+")
_BROKEN = (EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
_MOST = 1_000_000  # files that are looked at


@dataclass(frozen=True)
class Submission:
    """One notebook of one student. path: as found; folder: a safe name for it, unique."""

    path: str
    folder: str
    student: str
    attempt: str
    submitted: datetime | None
    place: Any  # a Path, or (ZipFile, name)

    def read(self):
        """Its bytes, at most one more than a notebook may have. Raises Rejected."""
        if not self.path.lower().endswith(".ipynb"):
            raise Rejected("it is not a notebook: hand in the .ipynb itself")
        return _content(self.place)


def _content(place):
    """The bytes of a Path, or of a zip's (ZipFile, name). Raises Rejected."""
    try:
        if isinstance(place, Path):
            with _opened(place) as file:
                return file.read(MAX_BYTES + 1)
        archive, name = place
        with archive.open(name) as file:
            return file.read(MAX_BYTES + 1)
    except Rejected:
        raise
    except OSError as error:
        raise Rejected(f"cannot be read: {error.strerror or 'a broken zip'}") from None
    except _BROKEN as error:
        raise Rejected(f"cannot be read: {error}") from None


def _opened(path):
    """Only a plain file: no link that leads elsewhere, no pipe that never ends."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if stat.S_ISLNK(os.lstat(path).st_mode):
        raise Rejected("it is a link, not a file")
    number = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise Rejected("it is not a plain file")
    return os.fdopen(number, "rb")


def found(source, people=()):
    """Every Submission below a folder or in a zip, in a fixed order. people: rows of a roster.

    Raises ValueError when there is none to be found in such a place.
    """
    source = Path(source)
    if source.is_dir():
        files = list(_in_folder(source))
    elif source.is_file() and zipfile.is_zipfile(source):
        files = list(_in_zip(source))
    else:
        raise ValueError(f"submissions: a folder or a zip expected, got {source}")
    stamps = {name: place for name, _, place in files if name.name == "timestamp.txt"}
    roll, ours, others = Roll(people), [], {}
    for name, time, place in sorted(files, key=lambda file: str(file[0])):
        one = _submission(name, time, place, stamps, roll)
        if _is_notebook(name):
            ours.append(one)
        elif not name.name.startswith((".", "timestamp.")) and name.suffix.lower() != ".csv":
            others.setdefault(one.student, one)
    there = {one.student for one in ours}
    return _apart([*ours, *(one for who, one in others.items() if who not in there)])


def _is_notebook(name):
    low = name.name.lower()
    return low.endswith(".ipynb") and low != COVER and not re.search(r"\.before-update\d*\.", low)


def _apart(submissions):
    """Each with a path and a folder of its own: a zip can hold a name twice, and names that are no
    text may look alike."""
    kept, folders, paths = [], set(), set()
    for one in submissions:
        folder, path, number = one.folder, one.path, 1
        while folder in folders or path in paths:
            number += 1
            folder, path = f"{one.folder}-{number}", f"{one.path} ({number})"
        folders.add(folder)
        paths.add(path)
        kept.append(replace(one, folder=folder, path=path))
    return kept


def _in_folder(source):
    for place, folders, names in os.walk(source):
        folders[:] = [f for f in folders if f not in (".ipynb_checkpoints", "__MACOSX")]
        for name in names:
            path = Path(place, name)
            try:
                time = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
            except (ValueError, OverflowError, OSError):  # a year that is none, a file that went
                time = None
            yield PurePosixPath(path.relative_to(source).as_posix()), time, path


def _in_zip(source):
    archive = zipfile.ZipFile(source)
    for info in archive.infolist()[:_MOST]:
        name = PurePosixPath("/".join(p for p in info.filename.split("/") if p not in ("", "..")))
        if info.is_dir() or {".ipynb_checkpoints", "__MACOSX"} & set(name.parts):
            continue
        try:
            time = datetime(*info.date_time).astimezone(UTC)
        except ValueError:  # the format allows day 0
            time = None
        yield name, time, (archive, info)


def _submission(name, time, place, stamps, roll):
    student, attempt = _who(name, roll)
    uploaded = _MOODLE.fullmatch(_text(name.parts[0]))  # whatever lies there, the student sent
    for above in () if uploaded else name.parents:
        if stamp := stamps.get(above / "timestamp.txt"):
            time = _stamp(stamp) or time
            break
    return Submission(_text(str(name)), _safe(name), student, attempt, time, place)


def _who(name, roll):
    """(student, attempt) of a path."""
    first, stem = _text(name.parts[0]), _text(name.stem)
    if len(name.parts) == 1:
        match = _CANVAS.fullmatch(stem)
        said = match["student"] if match else stem.partition("__")[0] or stem
        return roll.find(said, match["canvas"] if match else ""), ""
    match = _MOODLE.fullmatch(first)
    numbers = [re.fullmatch(r"(?:attempt)?[-_ ]?(\d+)", part) for part in name.parts[1:-1]]
    return roll.find(match["student"] if match else first), next((m[1] for m in numbers if m), "")


def _stamp(place):
    try:
        content = _content(place)[:100]
        text = content.decode().strip().replace(" UTC", "+00:00")
        time = datetime.fromisoformat(text)
    except (Rejected, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(name):
    """A file's name as text that can be written: names may be any bytes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _safe(name):
    """A folder's name below which nothing can go wrong: letters, digits, no dot in front."""
    parts = [*_text(str(name)).removesuffix(".ipynb").split("/")]
    clean = [re.sub(r"[^\w-]+", "_", part)[:50] or "_" for part in parts]
    if clean != parts or len(parts) > 3:  # two names must not become one
        digest = hashlib.sha256(str(name).encode("utf-8", "surrogateescape")).hexdigest()
        clean[-1] = f"{clean[-1]}-{digest[:16]}"
    return "/".join(clean[-3:])
