"""`nnlib check`: from a submitted file to a verdict for every question, and its words."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from nnlib.grading import drivers, references
from nnlib.grading.feedback import Verdict, judge
from nnlib.grading.splice import (
    MAX_BYTES,
    Rejected,
    answer_id,
    answers,
    read,
    show_cells,
    source,
    splice,
)

_EDITION = re.compile(r'^nnlib\.edition\("([^"]*)"\)', re.M)


@dataclass
class Report:
    """The verdicts on one notebook. driver: "nbval" or "here"."""

    exercise: str
    driver: str
    verdicts: list[Verdict]

    @property
    def points(self):
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def worth(self):
        return sum(verdict.worth for verdict in self.verdicts)

    @property
    def ok(self):
        return all(verdict.ok for verdict in self.verdicts)

    def as_dict(self):
        """For `--json`."""
        total = {"points": self.points, "worth": self.worth, "ok": self.ok}
        questions = [asdict(verdict) | {"ok": verdict.ok} for verdict in self.verdicts]
        return {"exercise": self.exercise, "driver": self.driver, **total, "questions": questions}

    def as_text(self):
        """For the terminal."""
        lines = [f"{self.exercise}  ({'run by nbval' if self.driver == 'nbval' else 'run here'})"]
        for v in self.verdicts:
            points = f"{v.points:g} of {v.worth:g}"
            lines += ["", f"{'✓' if v.ok else '✗'} {v.id}  {v.title}  ({points})"]
            if not v.ok:
                lines += [f"    {line}" for line in [v.message, *v.notes]]
                if v.came:
                    lines += [f"    came      {v.came}", f"    expected  {v.expected}"]
        lines += ["", f"{self.points:g} of {self.worth:g} points from the public checks."]
        return "\n".join([*lines, "This is feedback: hidden checks, if any, are graded later."])


def check_notebook(path, driver=None, timeout=60):
    """Check the notebook at `path`. Raises Rejected, with a reason, when it cannot be run.

    driver: "nbval" or "here" (see drivers.py); by default nbval where it is installed.
    timeout: seconds a cell, under nbval.
    """
    if driver not in (None, "nbval", "here"):
        raise ValueError(f"driver: expected 'nbval' or 'here', got {driver!r}")
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Rejected(f"cannot read {path}: {error.strerror}") from None
    submission = read(content)
    edition = edition_of(submission)
    driver = driver or ("nbval" if drivers.nbval_available() else "here")
    spliced = splice(edition.pristine, submission)
    if driver == "nbval":
        ran = drivers.run_nbval(spliced.notebook, timeout)
    else:
        ran = drivers.run_here(spliced.notebook)
    return Report(edition.name, driver, verdicts(edition.questions, spliced, ran))


def edition_of(submission):
    """The edition that a submission carries in a cell, else the packaged one. Raises Rejected."""
    for cell in submission["cells"]:
        if is_edition(cell):
            try:
                return references.unpacked(_EDITION.search(source(cell))[1])
            except ValueError as error:
                raise Rejected(f"{error}: take the cell from the notebook you were given") from None
    return references.packaged(exercise_of(submission))


def is_edition(cell):
    """Whether a cell carries an edition."""
    return cell.get("cell_type") == "code" and bool(_EDITION.search(source(cell)))


def exercise_of(submission):
    """The packaged exercise to which most of the submission's answers belong."""
    ids = set(answers(submission))
    best = max(
        references.names(), key=lambda n: len(ids & set(references.questions(n))), default=""
    )
    if not best or not ids & set(references.questions(best)):
        raise Rejected(
            "no cell begins with `# answer: …` and an id of this course: is this the exercise?"
        )
    return best


def verdicts(questions, spliced, ran):
    """Judge what ran. questions: as in references.py; ran: {position among all cells: Ran}."""
    seen, errors = {}, {}
    failed = {  # the answers that did not even run: theirs is the error worth telling
        answer_id(cell): ran[i].error
        for i, cell in enumerate(spliced.notebook["cells"])
        if answer_id(cell) and ran[i].error
    }
    cases = {id: iter(question["cases"]) for id, question in questions.items()}
    for position, id in show_cells(spliced.notebook):
        case, result = next(cases[id]), ran[position]
        if result.error:
            errors.setdefault(id, {})[case] = failed.get(id, result.error)
        else:
            seen.setdefault(id, {})[case] = result.printed.splitlines()
    judged = []
    for id, question in questions.items():
        verdict = judge(id, question, seen.get(id, {}), errors.get(id))
        if id in spliced.notes:
            verdict.notes.append(spliced.notes[id])
        judged.append(verdict)
    return judged
