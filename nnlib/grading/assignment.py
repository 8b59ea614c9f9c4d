"""What an instructor assigns: chapters or questions, points, dates, rules. See `EXAMPLE`.

The file lies with its secret outside of the repository and of what students see.
"""

import difflib
import json
import math
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import nnlib
from nnlib.grading import authoring, roster
from nnlib.grading.course import Mistaken, chosen, home
from nnlib.grading.sandbox import Limits
from nnlib.grading.store import write_atomically

EXAMPLE = """\
# An assignment. Everything but title, id, chapters and secret may be left out.
title: {title}
id: {id}                       # short; letters, digits and hyphens
course: {course}                     # the version of the course that was given out
chapters:                        # `all`, or a list of questions
{chapters}
secret: secret.txt               # hidden inputs and variants are drawn from it: keep it
# bank: ../our-questions         # a folder of solutions of your own, looked at first
# roster: students.csv           # a column id; name, email, section, canvas, sis if you have them
# due: 2026-12-04 23:59 Europe/Berlin
# extensions: {{ada: 2026-12-07 23:59 Europe/Berlin}}
# late: {{per day: 10 %, at most: 3}}      # of the points; after so many days nothing counts
# attempts: {{counts: best, at most: 5}}   # best or last; the first so many are looked at
# points: {{backprop-paths: 4}}            # instead of the question's own
# without: [nnlib.feedforward.sparsemax] # modules that are not there while this is graded
# limits: {{cell: 60, notebook: 300, memory: 4}}   # seconds, seconds, GiB
"""
_KEYS = re.findall(r"^#? ?(\w+):", EXAMPLE, re.M)
_WHEN = "a date, a time and a zone, as `2026-12-04 23:59 Europe/Berlin`"


@dataclass(frozen=True)
class Assignment:
    """An assignment as read. exercises: {name: question ids}; points: {question id: points};
    people: rows of the roster."""

    id: str
    title: str
    course: str
    exercises: dict[str, tuple[str, ...]]
    points: dict[str, float]
    secret_file: Path
    due: datetime | None = None
    extensions: dict[str, datetime] = field(default_factory=dict)
    late_per_day: float = 0.0
    late_at_most: int | None = None
    counts: str = "best"
    attempts_at_most: int | None = None
    bank: Path | None = None
    people: tuple[dict, ...] = ()
    without: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def due_for(self, student):
        """When this student's work is due, or None."""
        return self.extensions.get(student, self.due)

    def days_late(self, student, submitted):
        """Days begun since it was due; 0 on time."""
        due = self.due_for(student)
        if due is None or submitted is None or submitted <= due:
            return 0
        return math.ceil((submitted - due) / timedelta(days=1))

    def factor(self, days_late):
        """What is left of the points: 1 on time, 0 when it is too late."""
        if not days_late:
            return 1.0
        if self.late_at_most is not None and days_late > self.late_at_most:
            return 0.0
        return max(0.0, 1 - self.late_per_day * days_late)

    def secret(self):
        """The secret as bytes. Raises Mistaken when it is not there."""
        if not self.secret_file.is_file():
            raise Mistaken(
                f"secret: {self.secret_file} is not there. It was made with the release; without "
                "it other hidden inputs and variants would be drawn than those given out."
            )
        secret = self.secret_file.read_bytes().strip()
        if len(secret) < 16:
            raise Mistaken(f"secret: {self.secret_file} holds {len(secret)} bytes, 16 are needed")
        return secret

    def source(self, name):
        """(notebook, questions as written) of an exercise, from the bank or from the course."""
        return authoring.read(home(name, self.bank), name)


def example(chapters, title="", id="assignment-1"):
    """The text of a first assignment.yml for these exercises."""
    title = title or "Exercises"
    listed = "\n".join(f"  {name}: all" for name in chapters)
    return EXAMPLE.format(title=title, id=id, course=nnlib.__version__, chapters=listed)


def begin(path, chapters, bank=None, people=None):
    """Write a first assignment.yml for these chapters, and a secret; what was done, in words.

    bank: a folder; people: a roster's file. Nothing that is there is ever changed. Raises Mistaken
    when there is neither, or when it says otherwise: it alone tells grading what was given out.
    """
    path, words = Path(path), []
    if path.exists():
        if chapters and set(chosen(chapters, bank)) != set(read(path).exercises):
            raise Mistaken(f"chapters: {path} names other ones; change it there, or say -a")
        if people and not read(path).people:
            raise Mistaken(
                f"roster: write `roster: {people}` into {path}: grading has to know who was given "
                "numbers of their own"
            )
    elif not chapters:
        raise Mistaken(f"assignment: no {path}; name chapters, for instance foundations/04")
    else:
        text = example(chosen(chapters, bank))
        for key, place in {"bank": bank, "roster": people}.items():
            text += f"{key}: {json.dumps(str(Path(place).resolve()))}\n" if place else ""
        write_atomically(path, text)
        words.append(f"{path}: written. Set title, id and dates in it, and release once more.")
    secret = path.parent / "secret.txt"
    if read(path).secret_file == secret and not secret.exists():
        write_atomically(secret, secrets.token_hex(32) + "\n")
        secret.chmod(0o600)
        words.append(f"{secret}: a new secret. Keep it: grading needs it.")
    return words


# ── reading ──────────────────────────────────────────────────────────────────────────


def read(path):
    """The assignment in the file `path`. Raises Mistaken, naming what is wrong."""
    import yaml

    path = Path(path)
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Mistaken(f"{path}: cannot be read: {error}") from None
    if not isinstance(said, dict):
        raise Mistaken(f"{path}: `key: value` lines expected")
    for key in said:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, 1)
            raise Mistaken(f"{path}: {key}: unknown" + (f"; {near[0]} meant?" if near else ""))
    for key in ("title", "id", "chapters", "secret"):
        if not said.get(key):
            raise Mistaken(f"{path}: {key}: missing")
    if not re.fullmatch(r"[\w-]+", str(said["id"])):
        raise Mistaken(f"{path}: id: letters, digits and hyphens expected, got {said['id']!r}")
    try:
        return _assignment(said, path.parent)
    except Mistaken as error:
        raise Mistaken(f"{path}: {error}") from None


def _assignment(said, folder):
    bank = (folder / said["bank"]).resolve() if said.get("bank") else None
    if bank and not bank.is_dir():
        raise Mistaken(f"bank: {bank} is no folder")
    people = tuple(roster.read(folder / said["roster"])) if said.get("roster") else ()
    for who in _mapping(said, "extensions") if people else ():
        if str(who) not in {row["id"] for row in people}:
            near = difflib.get_close_matches(str(who), [row["id"] for row in people], 1)
            more = f"; {near[0]} meant?" if near else ""
            raise Mistaken(f"extensions: {who} is not in the roster{more}")
    exercises, points = _exercises(said["chapters"], bank)
    for id, value in _mapping(said, "points").items():
        if id not in points:
            raise Mistaken(f"points: {id!r} is no question of this assignment")
        points[id] = _number(value, f"points: {id}")
    late, attempts = _mapping(said, "late"), _mapping(said, "attempts")
    limits = _mapping(said, "limits")
    _only(late, ("per day", "at most"), "late")
    _only(attempts, ("counts", "at most"), "attempts")
    _only(limits, ("cell", "notebook", "memory"), "limits")
    if attempts.get("counts", "best") not in ("best", "last"):
        raise Mistaken(f"attempts: counts: best or last expected, got {attempts['counts']!r}")
    if "memory" in limits:
        limits["memory"] = int(_number(limits["memory"], "limits: memory") * 2**30)
    return Assignment(
        id=str(said["id"]),
        title=str(said["title"]),
        course=str(said.get("course", nnlib.__version__)),
        exercises=exercises,
        points=points,
        secret_file=folder / str(said["secret"]),
        due=_when(said["due"], "due") if said.get("due") else None,
        extensions={
            str(who): _when(when, f"extensions: {who}")
            for who, when in _mapping(said, "extensions").items()
        },
        late_per_day=_share(late.get("per day", 0), "late: per day"),
        late_at_most=_whole(late.get("at most"), "late: at most"),
        counts=attempts.get("counts", "best"),
        attempts_at_most=_whole(attempts.get("at most"), "attempts: at most"),
        bank=bank,
        people=people,
        without=tuple(said.get("without") or ()),
        limits=Limits(**{key: _number(value, f"limits: {key}") for key, value in limits.items()}),
    )


def _exercises(chapters, bank):
    if not isinstance(chapters, dict):
        raise Mistaken("chapters: lines `foundations/04_backprop: all` expected")
    exercises, points = {}, {}
    for text, questions in chapters.items():
        for name in chosen(str(text), bank):
            spec = authoring.read(home(name, bank), name)[1]
            wanted = list(spec) if questions in ("all", None) else questions
            for id in wanted if isinstance(wanted, list) else [wanted]:
                if id not in spec:
                    raise Mistaken(f"chapters: {name}: no question {id!r}; {', '.join(spec)}")
                if id in points:
                    raise Mistaken(f"chapters: {id} is assigned twice")
                if missing := authoring.QUESTION_KEYS - set(spec[id]):
                    raise Mistaken(f"{name}: {id}: {', '.join(sorted(missing))}: missing")
                points[id] = float(spec[id]["points"])
                exercises[name] = (*exercises.get(name, ()), id)
    return exercises, points


def _mapping(said, key):
    value = said.get(key) or {}
    if not isinstance(value, dict):
        raise Mistaken(f"{key}: `name: value` expected, got {value!r}")
    return dict(value)


def _only(mapping, keys, where):
    for key in mapping:
        if key not in keys:
            raise Mistaken(f"{where}: {key}: unknown; {' and '.join(keys)} are known")


def _number(value, where):
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise Mistaken(f"{where}: a number from 0 expected, got {value!r}")
    return value


def _whole(value, where):
    if value is not None and (not isinstance(value, int) or value < 0):
        raise Mistaken(f"{where}: a whole number expected, got {value!r}")
    return value


def _share(value, where):
    match = re.fullmatch(r"([\d.]+) ?%", str(value))
    share = float(match[1]) / 100 if match else value
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise Mistaken(f"{where}: a percentage as `10 %` expected, got {value!r}")
    return float(share)


def _when(value, where):
    if isinstance(value, datetime) and value.tzinfo:
        return value
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::\d\d)? ?(\S+)", str(value))
    if not match:
        raise Mistaken(f"{where}: {_WHEN} expected, got {value!s:.40}")
    try:
        zone = UTC if match[3] in ("Z", "+00:00", "UTC") else ZoneInfo(match[3])
        return datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=zone)
    except (ValueError, KeyError, OSError) as error:
        raise Mistaken(f"{where}: {_WHEN} expected, got {value!s:.40} ({error})") from None
