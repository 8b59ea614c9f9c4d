"""From what a notebook printed to a result: points for every check, and words for the student.

A result is a dict as it stands in RESULTS/results/: see `result`. All that a student may see of a
hidden check is whether it was passed. Words and values of public checks come from what cells
printed before the first hidden one was sent, so they cannot carry what a later cell read.
"""

import ast
from datetime import UTC, datetime

import nnlib
from nnlib.grading.feedback import agrees, judge, worth_of
from nnlib.grading.splice import answer_id, answers, shown_id

_SHOWN = 2000  # characters of what a cell printed that are kept


def blank(submission, key, state="rejected", reason=""):
    """A result without questions, for what could not be run."""
    time = submission.submitted
    return {
        "submission": submission.path,
        "folder": submission.folder,
        "student": submission.student,
        "attempt": submission.attempt,
        "exercise": "",
        "submitted": time.isoformat() if time else "",
        "state": state,
        "where": "",
        "reason": reason,
        "points": 0.0,
        "worth": 0.0,
        "questions": [],
        "key": key,
        "course": nnlib.__version__,
        "seconds": 0.0,
        "graded": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def result(submission, key, master, spliced, ran, outcome):
    """The result of a submission that ran. ran: {position among all cells: Ran}."""
    seen, errors, where = {}, {}, ""
    cells = spliced.notebook["cells"]
    failed = {}  # the answers that did not even run: theirs is the error worth telling
    cases = {id: iter(question["cases"]) for id, question in master.questions.items()}
    code = -1
    for position, cell in enumerate(cells):
        code += cell["cell_type"] == "code"
        id = answer_id(cell) or shown_id(cell)
        if outcome["where"] == code and not where:
            where = id or "the first cells"
        if answer_id(cell) and ran[position].error:
            failed.setdefault(id, ran[position].error)
        elif shown_id(cell):
            one = seen.setdefault(id, {})
            one[next(cases[id])] = ran[position]
            if ran[position].error:
                errors.setdefault(id, {})[list(one)[-1]] = failed.get(id, ran[position].error)
    source = answers(spliced.notebook)
    questions = [
        _question(id, question, master.edition.questions[id], seen.get(id, {}), errors.get(id, {}))
        | {"answer": source[id][0], "flags": _flags(source[id][0], master.avoid.get(id, []))}
        for id, question in master.questions.items()
    ]
    for question in questions:
        if note := spliced.notes.get(question["id"]):
            question["notes"].append(note)
    return blank(submission, key, outcome["state"] or "graded") | {
        "exercise": master.name,
        "where": where,
        "reason": _REASONS.get(outcome["state"], ""),
        "points": sum(question["points"] for question in questions),
        "worth": sum(question["worth"] for question in questions),
        "questions": questions,
        "seconds": outcome["seconds"],
    }


_REASONS = {
    "timed out": "A cell took too long. What was earned before and besides counts.",
    "kernel died": "A cell ended Python. What was earned before counts.",
}


def _question(id, question, public, ran, errors):
    """One question of a result. public: the same without its hidden cases, for words."""
    total = sum(map(worth_of, question["cases"].values()))
    checks, lines = [], {c: one.printed.splitlines() for c, one in ran.items() if not one.error}
    for case, told in question["cases"].items():
        right = case in lines and agrees(told, lines[case])
        worth = question["points"] * worth_of(told) / total
        one = ran[case]
        checks.append(
            {
                "case": case,
                "hidden": bool(told.get("hidden")),
                "right": right,
                "points": worth if right else 0.0,
                "worth": worth,
                "came": "\n".join(lines.get(case, [])[-len(told["lines"]) :])[-_SHOWN:],
                "expected": "\n".join(told["lines"]),
                "printed": one.printed[-_SHOWN:],
                "error": errors.get(case, ""),
            }
        )
    verdict = judge(id, public, {c: lines[c] for c in public["cases"] if c in lines}, errors)
    hidden = [check["right"] for check in checks if check["hidden"]]
    message = verdict.message
    if verdict.ok and not all(hidden):
        message = (
            f"The public checks are right, {hidden.count(False)} of {len(hidden)} hidden ones are "
            "not: they feed your function with other inputs. Which inputs does the text allow "
            "that the public checks do not try?"
        )
    return {
        "id": id,
        "title": question["title"],
        "points": sum(check["points"] for check in checks),
        "worth": float(question["points"]),
        "message": message,
        "notes": list(verdict.notes),
        "mistake": verdict.mistake,
        "checks": checks,
    }


def _flags(text, avoid):
    """Hints to the instructor. A name can be hidden from this look: it is a hint, no protection."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    used = set()
    for node in ast.walk(tree):
        used |= {getattr(node, "id", ""), getattr(node, "attr", "")}
        if isinstance(node, ast.alias):
            used |= set(node.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            used |= set((node.module or "").split("."))
    return [f"uses the name `{name}`, to be avoided here" for name in avoid if name in used]


def is_for(notebook, master):
    """How many of the submission's answers belong to this exercise."""
    return len(set(answers(notebook)) & set(master.questions))
