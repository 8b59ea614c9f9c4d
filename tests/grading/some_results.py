"""A class made up with a seed: results such as the grader writes, on the real exercises' questions.

A student has an ability, a question a difficulty; wrong answers are the questions' known mistakes,
numbers of no meaning, or nothing written. Hidden checks are invented.
"""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from nnlib.grading import references
from nnlib.grading.assignment import Assignment

EXERCISES = ("foundations/01_neurons", "foundations/04_backprop", "foundations/05_gradients")
ALL = (*EXERCISES, "steps/01_feedforward")
DUE = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
NAMES = [
    "Ada Lovelace", 'Zoë "X" Müller', "Łukasz Wójcik", "נועה כהן",
    "Chimamanda Ngozi Okonkwo-Featherstonehaugh", "O’Neil, Sam", "Ines Duarte", "Tomás Rivera",
    "Mei Lin", "Arjun Rao", "Fatima Zahra", "Jonas Weber", "Priya Nair", "Kofi Mensah",
    "Hana Sato", "Lena Fischer", "Omar Haddad", "Nora Lind", "Diego Alvarez", "Yuki Tanaka",
    "Elif Kaya", "Pavel Novák", "Sofia Rossi", "Anders Holm", "Leila Amiri", "Mateo Cruz",
    "Ruth Adler", "Ben Osei", "Iris Papadaki", "Vera Smirnova",
]  # fmt: skip


def assignment(exercises=EXERCISES, **more):
    """All questions of some exercises; a day late costs a tenth, after three nothing counts."""
    known = {name: references.questions(name) for name in exercises}
    more = {"late_per_day": 0.1, "late_at_most": 3, "due": DUE} | more
    return Assignment(
        id="foundations",
        title="Foundations: neurons, blame, gradients",
        course="0.1.0",
        exercises={name: tuple(questions) for name, questions in known.items()},
        points={id: float(q["points"]) for own in known.values() for id, q in own.items()},
        secret_file=Path("secret.txt"),
        **more,
    )


def result(student, exercise, questions, **more):
    """A result around some questions."""
    folder = f"{student}/{exercise.rpartition('/')[2] or 'unknown'}"
    attempt = more.get("attempt", "")
    base = {
        "submission": f"{folder}{attempt and '_' + attempt}.ipynb",
        "folder": f"{folder}{attempt and '_' + attempt}",
        "student": student,
        "attempt": attempt,
        "exercise": exercise,
        "submitted": "2026-12-01T10:00:00+00:00",
        "state": "graded",
        "where": "",
        "reason": "",
        "points": sum(question["points"] for question in questions),
        "worth": sum(question["worth"] for question in questions),
        "questions": questions,
        "key": "5f" * 32,
        "course": "0.1.0",
        "seconds": 1.25,
        "graded": "2026-12-02T08:30:00+00:00",
    }
    return base | more


def question(id="backprop-paths", checks=None, **more):
    """A question of a result; its points are those of its checks."""
    checks = [check()] if checks is None else checks
    base = {
        "id": id,
        "title": f"The title of {id}",
        "points": sum(check["points"] for check in checks),
        "worth": sum(check["worth"] for check in checks),
        "message": "Right." if all(check["right"] for check in checks) else "Not so.",
        "notes": [],
        "mistake": "",
        "checks": checks,
        "answer": f"# answer: {id}\ndef f(w, x):\n    return w * x",
        "flags": [],
    }
    return base | more


def check(case="w = 3, x = 2", right=True, hidden=False, worth=1.0, **more):
    base = {"case": case, "hidden": hidden, "right": right, "points": worth * right, "worth": worth}
    base |= {"came": "54", "expected": "54" if right else "36", "printed": "", "error": ""}
    return base | more


# ── a class ──────────────────────────────────────────────────────────────────────────


def a_class(count=30, seed=7, exercises=EXERCISES):
    """(results, roster) of `count` students; those of the first 30 also meet with misfortune."""
    rng, results, roster = Random(seed), [], []
    for i in range(count):
        name = NAMES[i] if i < len(NAMES) else f"Student Number {i}"
        student = f"s{1000 + 37 * i}"
        person = {"id": student, "name": name, "email": f"{student}@example.org"}
        roster.append(person | {"canvas": str(90_000 + i), "section": "AB"[i % 2]})
        ability = rng.gauss(0.6, 1.1)
        for k, exercise in enumerate(exercises):
            if i in (11, 23) or rng.random() < 0.03:
                continue
            late = rng.random() < 0.08
            submitted = DUE + timedelta(hours=rng.uniform(2, 40) if late else -rng.uniform(1, 90))
            own = [
                _drawn(rng, id, item, ability)
                for id, item in references.questions(exercise).items()
            ]
            made = result(student, exercise, own, submitted=submitted.isoformat())
            results.append(_misfortune(made, i, k))
    stray = result("guest", "foundations/00_start", [question()])
    unread = result("", "", [], state="rejected", submission="upload (3).zip", folder="upload-3")
    unread["reason"] = "the file is not UTF-8 text: save it again from Jupyter"
    return [*results, stray, unread], roster


def _drawn(rng, id, item, ability):
    hardness = (sum(map(ord, id)) % 9) / 4 - 0.8
    right = rng.random() < 1 / (1 + math.exp(-1.6 * (ability - hardness)))
    kind = (
        "right" if right else rng.choices(["mistake", "stub", "number", "copied"], [8, 1, 2, 1])[0]
    )
    mistake = min(int(rng.expovariate(0.7)), len(item["mistakes"]) - 1)
    mistake = item["mistakes"][mistake] if kind == "mistake" and item["mistakes"] else None
    cases = list(item["cases"].items())
    worth = item["points"] / (len(cases) + 2)
    checks = []
    for case, expected in cases:
        lines = mistake["cases"].get(case, expected["lines"]) if mistake else expected["lines"]
        if kind == "number":
            lines = ["1.2247", *lines[1:]]
        differ = [(a, b) for a, b in zip(lines, expected["lines"], strict=False) if a != b]
        came, wanted = differ[0] if differ else (lines[0], lines[0])
        fine = not differ and kind != "stub"
        error = "NotImplementedError: your code goes here" if kind == "stub" else ""
        came = "" if error else came
        checks.append(check(case, fine, worth=worth, came=came, expected=wanted, error=error))
    for i in (1, 2):
        came = {"came": "0.70711", "expected": "0.70711" if right else "0.5"}
        fine = right or (kind == "number" and rng.random() < 0.3)
        checks.append(check(f"drawn {i}", fine, hidden=True, worth=worth, **came))
    said = {
        "right": "Right.",
        "mistake": mistake["says"] if mistake else "The numbers differ.",
        "stub": "Not written yet: replace `raise NotImplementedError(…)` by your answer.",
        "number": "The number differs.",
        "copied": "The shown cases are right, hidden ones are not: does it hold for all inputs?",
    }[kind]
    return question(
        id,
        checks,
        title=item["title"],
        message=said,
        mistake=mistake["name"] if mistake else "",
        notes=["First difference: value 1."] if kind in ("mistake", "number") else [],
        answer=f"# answer: {id}\ndef answer(w, x, *rest):\n    # {kind}\n    blame = w * x\n"
        "    for part in rest:\n        blame = blame + part\n    return blame",
        flags=["The values shown stand in the source as literals."] if kind == "copied" else [],
    )


def _misfortune(made, student, exercise):
    """Some of the first students are unlucky, always the same ones."""
    if (student, exercise) == (4, 1):
        return (
            made
            | {"state": "rejected", "questions": [], "points": 0, "worth": 0}
            | {"reason": "the file is not valid JSON: a broken download or a merge?"}
        )
    stopped = {(8, 0): "timed out", (17, 2): "kernel died"}.get((student, exercise))
    if not stopped:
        return made
    kept = json.loads(json.dumps(made["questions"]))
    for late in kept[2:]:
        late |= {"points": 0.0, "mistake": "", "message": "Not reached.", "notes": [], "flags": []}
        for one in late["checks"]:
            one |= {"right": False, "points": 0.0, "came": "", "error": "not run"}
    reason = "A cell took longer than 60 s." if stopped == "timed out" else ""
    points = sum(one["points"] for one in kept)
    return (
        made
        | {"state": stopped, "where": kept[2]["id"], "questions": kept}
        | {
            "points": points,
            "reason": reason,
        }
    )
