"""The instructor's view of one submission: every check, hidden ones too, answers, flags.

A page of the private part of RESULTS; what a student gets back is in handback.py.
"""

from html import escape
from pathlib import PurePosixPath

from nnlib.grading import pages, sheet


def html(result):
    """The page, as text. A question's id is the anchor of its section."""
    questions = [{"answer": "", "message": ""} | question for question in result["questions"]]
    for question in questions:
        question["of"] = sheet.went(question)
    who = result.get("student") or result["submission"]
    exercise = result["exercise"] or "unknown exercise"
    back = "../" * len(PurePosixPath(result["folder"]).parts) + "gradebook.html"
    points = (
        f'<p class="total num"><strong>{pages.number(result["points"])}</strong> of '
        f"{pages.number(result['worth'])} points</p>"
    )
    if result["state"] == "rejected":
        points = f"<p>{pages.prose(result.get('reason') or 'No reason was given.')}</p>"
    head = (
        f'<nav aria-label="Back"><p class="eyebrow"><a href="{back}">Gradebook</a> · '
        f"{pages.path(exercise)}</p></nav><h1>{pages.name(who)}</h1>{points}"
        + sheet.notice(result)
        + _flags([(q["id"], flag) for q in questions for flag in q.get("flags") or ()])
        + (sheet.contents(questions) if questions else "")
    )
    main = "".join(
        sheet.question(q, sheet.checks(q), _mistake(q) + _flags(_own(q))) for q in questions
    )
    return pages.document(
        f"{pages.line(who)}: {pages.line(exercise)}",
        f"<header>{head}</header>\n<main>{main}{_facts(result)}</main>\n"
        "<footer><p>For the instructor: hidden checks are on this page. Hand back what is in "
        "the folder feedback instead.</p></footer>",
    )


def _own(question):
    return [("", flag) for flag in question.get("flags") or ()]


def _flags(flags):
    if not flags:
        return ""
    items = "".join(
        f"<li>{f'{pages.name(where)}: ' if where else ''}{pages.prose(flag)}</li>"
        for where, flag in flags
    )
    return f'<ul class="flags" aria-label="Worth a look">{items}</ul>'


def _mistake(question):
    if not question.get("mistake"):
        return ""
    return f'<p class="muted">Known mistake: <b>{pages.name(question["mistake"])}</b></p>'


def _facts(result):
    facts = {
        "File": pages.path(result["submission"]),
        "Attempt": escape(pages.line(result.get("attempt") or "")),
        "Handed in": pages.when(result.get("submitted")) or "time unknown",
        "Graded": pages.when(result.get("graded")),
        "Took": f"{pages.number(result.get('seconds') or 0)} s",
        "nnlib": escape(pages.line(result.get("course") or "")),
        "Key": pages.code(result.get("key") or ""),
    }
    rows = "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in facts.items() if value)
    return (
        '<section class="question" aria-label="How it was graded"><h2>How it was graded</h2>'
        f'<dl class="facts">{rows}</dl></section>'
    )
