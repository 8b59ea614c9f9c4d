"""The gradebook as files for spreadsheets and learning platforms: each function returns a text.

Write it as UTF-8 (for Excel as "utf-8-sig", which says that it is). Lines end in CR LF, as RFC 4180
has it. A text that a spreadsheet would take for a formula gets an apostrophe in front: names,
folders and comments come from people, and `=cmd|…` in a name is an old trick.
"""

import csv
import io

from nnlib.grading.pages import line, moment, number

_FORMULA = tuple("=+-@\t\r\n") + tuple("＝＋－＠")  # the wide ones count for some spreadsheets


def everything(book):
    """One row a student with all that is known, one column a fact; for spreadsheets and scripts.

    student, name, email, section · points, worth, adjustment, comment · for each exercise: state,
    submission, submitted, attempts, days_late, factor, points, worth, adjustment, comment · for
    each question: points (late and adjusted), graded (as graded), worth, mistake, adjustment,
    comment. The columns of an exercise begin with its name, those of a question with its id.
    """
    head = ["student", "name", "email", "section", "points", "worth", "adjustment", "comment"]
    facts = ("state", "submission", "submitted", "attempts", "days_late", "factor", "points")
    facts += ("worth", "adjustment", "comment")
    details = ("points", "graded", "worth", "mistake", "adjustment", "comment")
    for exercise, ids in book.assignment.exercises.items():
        head += [f"{exercise}: {fact}" for fact in facts]
        head += [f"{id}: {detail}" for id in ids for detail in details]
    return _csv([head, *(_all_of(book, row) for row in book.rows)])


def _all_of(book, row):
    person = row.person
    cells = [row.student, row.name, person.get("email", ""), person.get("section", "")]
    cells += [_points(row.points), _points(row.worth), *_adjusted(row.adjustment)]
    for exercise, ids in book.assignment.exercises.items():
        work = row.work[exercise]
        result = work.result or {}
        cells += [work.state, result.get("submission", ""), result.get("submitted", "")]
        cells += [work.attempts, work.days_late, _points(work.factor)]
        cells += [_points(work.points), _points(work.worth), *_adjusted(work.adjustment)]
        for id in ids:
            answer = work.answers.get(id)
            if answer is None:
                cells += [_points(0), "", _points(book.assignment.points[id]), "", "", ""]
                continue
            cells += [_points(answer.points), _points(answer.graded), _points(answer.worth)]
            cells += [answer.mistake, *_adjusted(answer.adjustment)]
    return cells


def canvas(book, column=None):
    """Canvas's gradebook import, one assignment column.

    column: its head. Canvas finds an assignment that exists by `Title (id)`, as its own export
    names it; any other head makes a new one. ID is the roster's `canvas`, SIS User ID its `sis`,
    SIS Login ID its `login`, or else the student's id; Canvas looks for them in this order, for
    the name last.
    """
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    rows = [
        [*head, line(column or book.assignment.title)],
        [_Plain("    Points Possible"), "", "", "", "", _points(book.worth)],
    ]
    for row in book.rows:
        ids = [row.person.get(key, "") for key in ("canvas", "sis")]
        login = row.person.get("login") or row.student
        rows.append([row.name, *ids, login, row.person.get("section", ""), _points(row.points)])
    return _csv(rows)


def moodle(book, column=None):
    """Moodle's grade import: who, grade, feedback; to be mapped on import.

    Who is `Email address` (map to "Email address"; Moodle heeds its case) and `ID number`, the
    student's id. column: the head of the grade. Moodle takes the feedback only together with it.
    """
    title = line(column or book.assignment.title)
    rows = [["Email address", "ID number", title, f"{title} (feedback)"]]
    for row in book.rows:
        email = row.person.get("email", "")
        rows.append([email, row.student, _points(row.points), told(row)])
    return _csv(rows)


def gradescope(book):
    """The columns of Gradescope's own export of grades, for whatever reads that.

    (Gradescope imports scores of a program only as results.json, see handback.py.) A name is split
    at its last space, or at a comma. Lateness is exact: hours, minutes, seconds after the due time
    of the student.
    """
    ids = [id for own in book.assignment.exercises.values() for id in own]
    worth = {id: number(book.assignment.points[id], 2) for id in ids}
    titles = {question.id: question.title for question in book.questions}
    head = ["First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points"]
    head += ["Status", "Submission ID", "Submission Time", "Lateness (H:M:S)"]
    head += ["View Count", "Submission Count"]
    head += [line(f"{i}: {titles[id]} ({worth[id]} pts)") for i, id in enumerate(ids, 1)]
    rows = [head]
    for row in book.rows:
        results = [work.result for work in row.work.values() if work.result]
        times = [at for result in results if (at := moment(result.get("submitted")))]
        cells = [*_split(row.name), row.student, row.person.get("email", "")]
        cells += [row.person.get("section", ""), _points(row.points), _points(book.worth)]
        cells += ["Graded" if results else "Missing", " ".join(r["folder"] for r in results)]
        cells += [f"{max(times):%Y-%m-%d %H:%M:%S %z}" if times else ""]
        cells += [_lateness(book.assignment.due_for(row.student), times) if times else "", ""]
        cells += [sum(work.attempts for work in row.work.values())]
        answers = {id: a for work in row.work.values() for id, a in work.answers.items()}
        cells += [_points(answers[id].points) if id in answers else "" for id in ids]
        rows.append(cells)
    return _csv(rows)


def counted(book):
    """{submission: what became of its points}, for the attempts that count: lateness, adjustments
    and comments, as the student should read them."""
    found = {}
    for row in book.rows:
        for exercise, work in row.work.items():
            if work.result:
                one = _counted(exercise, work)
                more = [_said("total", row.adjustment)] if row.adjustment else []
                found[work.result["submission"]] = " ".join([*one, *more])
    return found


def _counted(exercise, work):
    said = f"{exercise}: {number(work.points, 2)} of {number(work.worth, 2)}"
    if work.days_late:
        days = "1 day" if work.days_late == 1 else f"{work.days_late} days"
        said += f" ({days} late, counted {number(100 * work.factor)} %)"
    return [said + ".", *(_said(place, one) for place, one in work.adjustments.items())]


def told(row):
    """What a student should know of how the points came about, in a few sentences."""
    parts = []
    for exercise, work in row.work.items():
        if work.result:
            parts += _counted(exercise, work)
            continue
        why = "handed in, but it could not be read" if work.rejected else "nothing handed in"
        parts.append(f"{exercise}: {why}.")
        parts += [_said(place, adjustment) for place, adjustment in work.adjustments.items()]
    parts += [_said("total", row.adjustment)] if row.adjustment else []
    return " ".join(parts)


def _said(place, adjustment):
    points = f" {adjustment}" if str(adjustment) else ""
    comment = f": {adjustment.comment.rstrip('.')}" if adjustment.comment else ""
    return f"{place}{points}{comment}."


def _adjusted(adjustment):
    return [str(adjustment), adjustment.comment] if adjustment else ["", ""]


def _split(name):
    """(first, last) of a name."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (last, "")


def _lateness(due, times):
    late = max(0, int((max(times) - due).total_seconds())) if due else 0
    return f"{late // 3600:02d}:{late // 60 % 60:02d}:{late % 60:02d}"


class _Plain(str):
    """A text of ours, written as it is."""


def _points(value):
    return _Plain(number(value, 2))


def _safe(cell):
    if isinstance(cell, int | _Plain):
        return cell
    text = line(cell, 2000)
    return f"'{text}" if text.startswith(_FORMULA) or str(cell).startswith(_FORMULA) else text


def _csv(rows):
    file = io.StringIO()
    csv.writer(file).writerows([_safe(cell) for cell in row] for row in rows)
    return file.getvalue()
