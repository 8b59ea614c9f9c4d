"""What a student gets back of one submission: a page, Gradescope's results.json, JUnit's XML.

All three are made from `public`, which copies a result name by name: of a hidden check nothing is
left but how many of them are right and what they count. So a field that results get later stays in
the house until somebody lets it out.
"""

import json
from html import escape
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from nnlib.grading import pages, review, sheet
from nnlib.grading.store import write_atomically

_SUBMISSION = ("submission", "exercise", "state", "where", "reason", "course", "graded")
_QUESTION = ("id", "title", "message", "answer")
_CHECK = ("case", "came", "expected", "printed", "error")


def public(result):
    """The part of a result that its student may see; shapes as in the result.

    A question's `hidden` is {"right", "total", "points", "worth"}, numbers only; a check is hidden
    unless it says `"hidden": false`. Its `of` is how it went: "right", "part" or "wrong".
    """
    questions = []
    for question in result["questions"]:
        shown = [check for check in question["checks"] if check.get("hidden") is False]
        unseen = [check for check in question["checks"] if check.get("hidden") is not False]
        kept = _texts(question, _QUESTION) | {"of": sheet.went(question)}
        kept |= {key: question[key] for key in ("points", "worth")}
        kept["notes"] = [str(note) for note in question.get("notes") or ()]
        kept["checks"] = [
            _texts(check, _CHECK)
            | {"hidden": False, "right": bool(check.get("right"))}
            | {key: check.get(key, 0) for key in ("points", "worth")}
            for check in shown
        ]
        kept["hidden"] = {
            "right": sum(bool(check.get("right")) for check in unseen),
            "total": len(unseen),
            "points": sum(check.get("points", 0) for check in unseen),
            "worth": sum(check.get("worth", 0) for check in unseen),
        }
        questions.append(kept)
    numbers = {key: result.get(key) or 0 for key in ("points", "worth", "seconds")}
    return _texts(result, _SUBMISSION) | numbers | {"questions": questions}


def _texts(record, keys):
    return {key: str(record.get(key) or "") for key in keys}


def write(result, results_folder, counted=""):
    """Write the three files that may be handed back, and review/<folder>.html for the instructor.

    counted: what the gradebook made of the points, once there is one. Raises ValueError when the
    result's folder would lie outside, OSError when a file cannot be written.
    """
    folder = PurePosixPath(result["folder"])
    if not folder.parts or folder.is_absolute() or ".." in folder.parts or "\\" in str(folder):
        raise ValueError(f"folder: expected a relative path inside, got {result['folder']!r:.80}")
    back = Path(results_folder) / "feedback" / folder
    told = json.dumps(gradescope(result), indent=1, ensure_ascii=False)
    write_atomically(back / "feedback.html", feedback_html(result, counted))
    write_atomically(back / "results.json", told + "\n")
    write_atomically(back / "junit.xml", junit(result))
    seen = Path(results_folder) / "review" / f"{folder}.html"
    write_atomically(seen, review.html(result))


# ── the page ─────────────────────────────────────────────────────────────────────────


def feedback_html(result, counted=""):
    """The page for the student, as text: one file, no script, on a screen and on paper.

    counted: what the gradebook made of the points, a sentence.
    """
    told = public(result)
    exercise = told["exercise"] or "Your submission"
    mend = "Mend it and hand it in again, if the time for it is not over."
    if told["state"] == "rejected":
        title = f"Not graded: {exercise}"
        reason = told["reason"] or "this file could not be read."
        head = (
            f"<h1>{pages.prose(reason[:1].upper() + reason[1:])}</h1>"
            f'<p class="eyebrow">{pages.path(exercise)}</p>'
        )
    else:
        title = f"{exercise}: {pages.of(told['points'], told['worth'])}"
        head = (
            f'<p class="eyebrow">Feedback</p><h1>{pages.path(exercise)}</h1><p class="total num">'
            f"<strong>{pages.number(told['points'])}</strong> of {pages.number(told['worth'])} "
            f"points</p><p>{_summary(told['questions'])}</p>"
        )
    if counted:
        head += f"<p><strong>In the gradebook.</strong> {pages.prose(counted)}</p>"
    main = "".join(
        sheet.question(question, sheet.checks(question, _hidden_rows(question)))
        for question in told["questions"]
    )
    contents = sheet.contents(told["questions"]) if told["questions"] else ""
    return pages.document(
        title,
        f"<header>{head}{sheet.notice(told, mend)}{contents}</header>\n"
        f"<main>{main}</main>\n<footer><p>{_provenance(told)}</p></footer>",
    )


def _summary(questions):
    if not questions:
        return "No question was reached."
    right = [question for question in questions if question["of"] == "right"]
    if len(right) == len(questions):
        return "Everything is right, the hidden checks too."
    said = f"{len(right)} of {pages.count(len(questions), 'question')} "
    said += "is right." if len(right) == 1 else "are right."
    most = max(questions, key=lambda question: question["worth"] - question["points"])
    lost = pages.number(most["worth"] - most["points"])
    if lost == "0":
        return said
    points = "point" if lost == "1" else "points"
    return f"{said} Most is to be gained at {sheet.link(most)}: {lost} {points}."


def _hidden_rows(question):
    hidden = question["hidden"]
    if not hidden["total"]:
        return ""
    agree = "agrees" if hidden["right"] == 1 else "agree"
    what = f"{hidden['right']} of {pages.count(hidden['total'], 'hidden check')} {agree}"
    why = "They ask the same of numbers that you have not seen."
    worth = pages.of(hidden["points"], hidden["worth"])
    all_right = hidden["right"] == hidden["total"]
    return sheet.group(all_right, what, worth, [] if all_right else [("", why)])


def _provenance(told):
    rejected = told["state"] == "rejected"
    parts = [f"{'Read' if rejected else 'Graded'} from <b>{pages.path(told['submission'])}</b>"]
    if graded := pages.when(told["graded"]):
        parts.append(f"on {graded}")
    if told["course"]:
        parts.append(f"with nnlib {escape(pages.line(told['course']))}")
    counted = " Lateness and later corrections are counted in the gradebook, not here."
    return f"{', '.join(parts)}.{'' if rejected else counted}"


# ── for other programs ───────────────────────────────────────────────────────────────


def gradescope(result):
    """What Gradescope reads as results.json, as a dict: a test for each check that is not hidden.

    The hidden checks of a question are one test together, with a count instead of values; students
    see it once grades are published. Format: gradescope-autograders.readthedocs.io/en/latest/specs
    """
    told = public(result)
    tests = []
    for number, question in enumerate(told["questions"], 1):
        for part, test in enumerate(_tests(question), 1):
            output = pages.cut(test["output"], 80)
            tests.append(
                {
                    "name": pages.line(f"{question['id']}: {test['name']}"),
                    "number": f"{number}.{part}",
                    "score": round(test["points"], 4),
                    "max_score": round(test["worth"], 4),
                    "status": "passed" if test["right"] else "failed",
                    "visibility": "after_published" if test["hidden"] else "visible",
                    "output": output,
                    "output_format": "text",
                }
            )
    return {
        "score": round(told["points"], 4),
        "execution_time": round(told["seconds"], 1),
        "output": pages.cut(_headline(told), 10),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def junit(result):
    """JUnit's XML as text: a case for each check that is not hidden, one for the hidden ones.

    Valid XML 1.0 whatever students printed.
    """
    told = public(result)
    exercise = pages.line(told["exercise"] or "unknown exercise")
    cases, failures = [], 0
    for question in told["questions"]:
        for test in _tests(question):
            case = ElementTree.Element("testcase")
            case.set("classname", f"{exercise}.{pages.line(question['id'])}")
            case.set("name", pages.line(test["name"]))
            if not test["right"]:
                failures += 1
                failure = ElementTree.SubElement(case, "failure", type="wrong")
                failure.set("message", pages.line(test["output"]))
                failure.text = pages.cut(test["output"], 80)
            cases.append(case)
    errors = int(told["state"] != "graded")
    if errors:
        case = ElementTree.Element("testcase", classname=exercise, name="the submission as a whole")
        error = ElementTree.SubElement(case, "error", type=told["state"])
        error.set("message", pages.line(_headline(told)))
        cases.append(case)
    counts = {"tests": len(cases), "failures": failures, "errors": errors}
    counts = {key: str(value) for key, value in counts.items()}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", counts | {"name": exercise})
    suite.set("time", f"{told['seconds']:.3f}")
    if at := pages.moment(told["graded"]):
        suite.set("timestamp", f"{at:%Y-%m-%dT%H:%M:%S}")  # the schema knows no zone
    properties = ElementTree.SubElement(suite, "properties")
    for key in ("points", "worth"):
        ElementTree.SubElement(properties, "property", name=key, value=f"{told[key]:g}")
    suite.extend(cases)
    ElementTree.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ElementTree.tostring(root, encoding="unicode") + "\n"


def _tests(question):
    """What other programs call tests, of a public question: its checks, its hidden ones as one."""
    tests = []
    for check in question["checks"]:
        rows = [f"{row}: {check[row]}" for row in ("came", "expected", "error") if check[row]]
        output = "Right." if check["right"] else "\n".join(rows)
        kept = {key: check[key] for key in ("right", "hidden", "points", "worth")}
        tests.append(kept | {"name": check["case"] or "the example", "output": output})
    hidden = question["hidden"]
    if hidden["total"]:
        tests.append(
            {
                "name": "hidden checks",
                "hidden": True,
                "right": hidden["right"] == hidden["total"],
                "points": hidden["points"],
                "worth": hidden["worth"],
                "output": f"{hidden['right']} of {hidden['total']} agree.",
            }
        )
    if not tests:
        whole = {key: question[key] for key in ("points", "worth")}
        tests.append(whole | {"name": "not run", "hidden": False, "right": False, "output": ""})
    wrong = next((test for test in tests if not test["right"]), None)
    if wrong:  # said once, where it begins
        said = "\n".join([question["message"], *question["notes"]])
        wrong["output"] = f"{said}\n{wrong['output']}".strip()
    return tests


def _headline(told):
    """The first sentence for a program that shows one."""
    if told["state"] == "rejected":
        return f"Not graded: {told['reason'] or 'the file could not be read.'}"
    points = f"{pages.of(told['points'], told['worth'])}."
    if told["state"] == "graded":
        return points
    at = f" at {told['where']}" if told["where"] else ""
    return f"{told['state'].capitalize()}{at}. {points} {told['reason']}".strip()
