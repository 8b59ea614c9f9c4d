"""What was handed in: a folder, or a zip as learning systems give it, read and never unpacked.

Whose a file is: the folder directly below the top names the student,

    ada/04_backprop.ipynb                 ada/2/04_backprop.ipynb          (2 is the attempt)
    Ada Lovelace_123_assignsubmission_file_/04_backprop.ipynb              (Moodle)

and a file directly at the top is named by its student, alone or before the first `__`,

    ada.ipynb        ada__04_backprop.ipynb
    lovelaceada_4711_815_04_backprop.ipynb, lovelaceada_LATE_4711_…        (Canvas)

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

from nnlib.grading.splice import MAX_BYTES, Rejected

_MOODLE = re.compile(r"(?P<student>.+)_\d+_assignsubmission_\w+")
_CANVAS = re.compile(r"(?P<student>[^_]+)(?:_LATE)?_\d+_\d+_.+")
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
        try:
            if isinstance(self.place, Path):
                with _opened(self.place) as file:
                    return file.read(MAX_BYTES + 1)
            archive, name = self.place
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


def found(source):
    """Every Submission below a folder or in a zip, in a fixed order.

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
    return _apart(
        _submission(name, time, place, stamps)
        for name, time, place in sorted(files, key=lambda file: str(file[0]))
        if name.name.lower().endswith(".ipynb")
    )


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


def _submission(name, time, place, stamps):
    student, attempt = _who(name)
    uploaded = _MOODLE.fullmatch(_text(name.parts[0]))  # whatever lies there, the student sent
    for above in () if uploaded else name.parents:
        if stamp := stamps.get(above / "timestamp.txt"):
            time = _stamp(stamp) or time
            break
    return Submission(_text(str(name)), _safe(name), student, attempt, time, place)


def _who(name):
    """(student, attempt) of a path."""
    first, stem = _text(name.parts[0]), _text(name.stem)
    if len(name.parts) == 1:
        match = _CANVAS.fullmatch(stem)
        return (match["student"] if match else stem.partition("__")[0] or stem), ""
    match = _MOODLE.fullmatch(first)
    numbers = [re.fullmatch(r"(?:attempt)?[-_ ]?(\d+)", part) for part in name.parts[1:-1]]
    return (match["student"] if match else first), next((m[1] for m in numbers if m), "")


def _stamp(place):
    try:
        content = Submission("", "", "", "", None, place).read()[:100]
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
