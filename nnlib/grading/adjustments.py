"""What an instructor decides by hand: RESULTS/adjustments.yml, read and checked, never written.

    ada:                               # the student, as in the gradebook
      backprop-paths:                  # a question, an exercise, or `total`
        points: +1                     # one point more; -0.5 takes away; =3 gives exactly three
        comment: the derivation is right, a sign was lost in copying
      total:
        comment: an extension was agreed on

`points` or `comment` may be left out, not both. The sign is needed: a bare `points: 1` could mean
either. An adjustment of a question is made after lateness was counted; that of an exercise after
its questions, that of the total last. Nothing falls below 0. The comment is for the student too.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

TOTAL = "total"
_POINTS = re.compile(r"([=+−-])\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Adjustment:
    """One decision. sign: "+" or "-" changes the points by `points`, "=" sets them; "" neither."""

    sign: str = ""
    points: float = 0.0
    comment: str = ""

    def applied(self, points):
        """What becomes of `points`; never less than 0."""
        if self.sign == "=":
            return self.points
        return max(0.0, points + {"+": 1, "-": -1, "": 0}[self.sign] * self.points)

    def __str__(self):
        return f"{self.sign.replace('-', '−')}{self.points:g}" if self.sign else ""


def read(text, students, assignment):
    """{student: {question, exercise or "total": Adjustment}} of the text of an adjustments.yml.

    students: all that are known. Raises ValueError, which names the place, for what is not in the
    format, a student or question that nobody knows, and anything that stands there twice.
    """
    import yaml  # not needed where there is nothing to adjust

    class Loader(yaml.BaseLoader):  # every value stays a text: `007` a student, `+1` a change
        pass

    def mapping(loader, node):
        keys = set()
        for at, _ in node.value:
            key, line = loader.construct_object(at, deep=True), at.start_mark.line + 1
            if not isinstance(key, str):
                _refuse(f"line {line}", "expected a name before the colon")
            if key in keys:
                _refuse(key, f"stands twice, again in line {line}")
            keys.add(key)
        return loader.construct_mapping(node, deep=True)

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        found = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "the file"
        _refuse(where, f"not YAML: {getattr(error, 'problem', None) or error}")
    if not found:
        return {}
    places = {TOTAL, *assignment.exercises, *assignment.points}
    read = {}
    for student, entries in _entries(found, "the file").items():
        _expect_known(student, students, "student", student)
        read[student] = {}
        for place, entry in _entries(entries, student).items():
            _expect_known(place, places, "question or exercise", f"{student}: {place}")
            read[student][place] = _adjustment(entry, f"{student}: {place}")
    return read


def read_file(path, students, assignment):
    """As `read`, from a file; {} when there is none. Raises ValueError, OSError."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not UTF-8 text") from None
    return read(text, students, assignment)


def template(assignment, students=()):
    """The text of an adjustments.yml that adjusts nothing, all of it comments: a place to start."""
    student = next(iter(sorted(students)), "ada")
    question = next(iter(assignment.points), "backprop-paths")
    places = [*assignment.exercises, *assignment.points]
    return (
        f"# {assignment.title}: adjustments by hand. nnlib reads this file and never writes it.\n"
        "# Remove the # in front of a block to use it.\n#\n"
        f"# {student}:\n#   {question}:\n"
        "#     points: +1     # +1 adds, -0.5 takes away, =3 sets; the sign is needed\n"
        "#     comment: why   # the student reads it\n"
        "#   total:\n#     comment: an extension was agreed on\n#\n"
        "# A place is total, an exercise or a question:\n" + "".join(f"#   {p}\n" for p in places)
    )


def _adjustment(entry, where):
    entry = _entries(entry, where)
    if unknown := set(entry) - {"points", "comment"}:
        _refuse(where, f"{sorted(unknown)[0]!r} is not known; expected points and comment")
    if not all(isinstance(value, str) for value in entry.values()):
        _refuse(where, "points and comment are one text each")
    comment = " ".join(entry.get("comment", "").split())
    if not entry.get("points"):
        if not comment:
            _refuse(where, "expected points, a comment, or both")
        return Adjustment(comment=comment)
    match = _POINTS.fullmatch(entry["points"].strip())
    if not match:
        _refuse(
            where, f"points: got {entry['points']!r:.40}, expected +1, -0.5 or =3 with its sign"
        )
    return Adjustment(match[1].replace("−", "-"), float(match[2]), comment)


def _entries(value, where):
    if isinstance(value, dict) and value:
        return value
    _refuse(where, f"expected `name:` and what belongs to it below, got {value!r:.40}")


def _expect_known(name, known, what, where):
    if name in known:
        return
    near = get_close_matches(name, known, 1)
    _refuse(where, f"no such {what}" + (f"; is {near[0]} meant?" if near else ""))


def _refuse(where, why):
    raise ValueError(f"adjustments.yml, {where}: {why}")
