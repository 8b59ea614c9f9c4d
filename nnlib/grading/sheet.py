"""The parts of a page about one submission, shared by the student's page and the instructor's.

What is given is shown: that nothing hidden reaches the student's page is decided before, by
`handback.public`.
"""

from html import escape
from urllib.parse import quote

from nnlib.grading import pages

STATES = {"right": "✓ Right", "part": "◐ Partly right", "wrong": "✗ Not yet"}


def went(question):
    """How a question went, hidden checks included: "right", "part" or "wrong"."""
    checks = question["checks"]
    if checks and all(check.get("right") for check in checks):
        return "right"
    return "part" if question["points"] > 0 else "wrong"


def called(question):
    """HTML of a question's title."""
    return pages.prose(question.get("title") or question["id"])


def link(question):
    """HTML of a title that leads to the question on the same page."""
    return f'<a href="#{escape(quote(question["id"]))}">{called(question)}</a>'


def state(how):
    return f'<span class="state {how}">{STATES[how]}</span>'


def notice(result, mend=""):
    """What went wrong with the whole submission, as HTML; "" where nothing did.

    mend: what to do about it, one sentence, if anything is to be said.
    """
    if result["state"] == "graded":
        return ""
    titles = {question["id"]: called(question) for question in result["questions"]}
    where = titles.get(result.get("where"), pages.name(result.get("where") or ""))
    at = f" at <em>{where}</em>" if result.get("where") else ""
    reason = pages.prose(result.get("reason") or "")
    mend = f"<p>{escape(mend)}</p>" if mend else ""
    said = {
        "rejected": "<strong>Not graded</strong>: none of it was run.",
        "timed out": f"<strong>Time ran out</strong>{at}.",
        "kernel died": f"<strong>The program ended itself</strong>{at}: too much memory, or a "
        "command that ends it.",
    }[result["state"]]
    if result["state"] != "rejected":  # there the reason is the headline
        said += f" {reason or 'What was earned counts.'}"
    return f'<div class="notice" role="note"><p>{said}</p>{mend}</div>'


def contents(questions):
    """The table of all questions."""
    rows = "".join(
        f'<tr><th scope="row">{link(q)}</th><td>{state(q["of"])}</td>'
        f'<td class="num">{pages.number(q["points"])} of {pages.number(q["worth"])}</td></tr>'
        for q in questions
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Question", "State", "Points"))
    return (
        '<nav aria-label="Questions"><table class="contents"><caption class="unseen">Questions and '
        f"their points</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></nav>"
    )


def question(question, table, more=""):
    """One question. table: HTML of its checks; more: HTML before its answer."""
    id = escape(question["id"])
    answer = question["answer"].strip("\n")
    graded = f"<pre>{pages.code(answer)}</pre>" if answer.strip() else "<p>There was none.</p>"
    said = f"<p>{pages.prose(question['message'])}</p>"
    if question["of"] == "right" and question["message"] == "Right.":
        said = ""  # the state says it
    notes = "".join(f"<p>{pages.prose(note)}</p>" for note in question.get("notes") or ())
    return (
        f'<section class="question" id="{id}" aria-labelledby="{id}-title">'
        f'<h2 id="{id}-title">{called(question)}</h2>'
        f'<p class="num">{state(question["of"])} <span class="muted">· '
        f"{pages.of(question['points'], question['worth'])} · {id}</span></p>"
        f"{said}{notes}{table}{more}"
        f"<h3>The answer that was graded</h3>{graded}</section>"
    )


def checks(question, last=""):
    """The table of the checks that `question` has. last: HTML of a further group of rows."""
    groups = "".join(_group(check) for check in question["checks"])
    if not groups and not last:
        return ""
    return (
        '<table class="checks"><caption class="unseen">Checks of '
        f"{called(question)}</caption><colgroup><col><col></colgroup>{groups}{last}</table>"
    )


def _group(check):
    right = bool(check.get("right"))
    case = pages.line(check.get("case") or "")
    hidden = " (hidden)" if check.get("hidden") is not False else ""
    rows = ["came"] if right else ["came", "expected", "error"]
    more = str(check.get("printed", "")).strip() != str(check.get("came", "")).strip()
    found = [(row, check.get(row)) for row in [*rows, *["printed"] * more] if check.get(row)]
    shown = {"error": "stopped by", "printed": "printed"}
    return group(
        right,
        escape(case or "the example") + hidden,
        pages.of(check.get("points", 0), check.get("worth", 0)),
        [(shown.get(row, row), pages.code(text, 40)) for row, text in found],
    )


def group(right, what, worth, rows=()):
    """The rows of one check. what, worth: HTML; rows: [(head, HTML)], without a head a sentence."""
    mark, said = ("✓", "right") if right else ("✗", "wrong")
    head = (
        f'<tr><th scope="rowgroup" colspan="2"><div><span><b class="{said}">{mark}</b> '
        f'<span class="unseen">{said}: </span><b>{what}</b></span> '
        f'<span class="worth num">{worth}</span></div></th></tr>'
    )
    inside = "".join(
        f'<tr><th scope="row">{a}</th><td>{b}</td></tr>'
        if a
        else f'<tr><td colspan="2">{b}</td></tr>'
        for a, b in rows
    )
    return f"<tbody>{head}{inside}</tbody>"
