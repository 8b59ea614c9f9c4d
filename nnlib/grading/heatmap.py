"""The heat map of a gradebook: a row a student, a column a question, a link to every answer.

Colour tells what was lost: an answer with all its points has the colour of the page, one with none
is deepest, in the hue that means loss in the whole book. The number stands in every cell, so the
colour is needed by nobody; what was not handed in is hatched.
"""

import math
from html import escape
from urllib.parse import quote

from nnlib.grading import pages

DEPTHS = (0.0, 0.13, 0.28, 0.44, 0.58, 1.0)  # how much of the hue, by quarters of what was lost
SIGNS = {"timed out": "time", "kernel died": "died", "rejected": "✗"}


def colours(mode):
    """The CSS colours of the depths and of the text on each, for pages.document."""
    table = pages.colours(mode)
    ramp = {f"lost-{i}": pages.mixed(table["loss"], table["bg"], d) for i, d in enumerate(DEPTHS)}
    return ramp | {"on-lost": table["bg"]}


def depth(points, worth):
    """0 where nothing was lost, 5 where everything was, between them the quarter."""
    lost = 1 - points / worth if worth else 0
    if lost <= 1e-9:
        return 0
    return 5 if lost >= 1 - 1e-9 else max(1, math.ceil(4 * lost - 1e-9))


def review(result, question=""):
    """The address of a submission's review, relative to the gradebook."""
    anchor = f"#{quote(question)}" if question else ""
    return f"review/{quote(result['folder'])}.html{anchor}"


def short(ids):
    """{id: what tells it apart from its neighbours}: `paths` for `backprop-paths`."""
    start = ids[0].partition("-")[0] + "-"
    shared = len(ids) > 1 and all(id.startswith(start) for id in ids)
    return {id: id.removeprefix(start) if shared else id for id in ids}


def kinds(row, due):
    """What is to be said of a student, for the filter: words of `late`, `flagged`, …

    due: whether there is a due time, so that an unknown time of submission matters.
    """
    found = set()
    for work in row.work.values():
        found.add({"graded": "", "missing": "missing"}.get(work.state, "broken"))
        found |= {"late"} if work.days_late else set()
        found |= {"broken"} if work.rejected else set()
        found |= {"more"} if work.ignored else set()
        found |= {"adjusted"} if work.adjustments else set()
        found |= {"flagged"} if any(a.flags for a in work.answers.values()) else set()
        if due and work.result and not pages.moment(work.result.get("submitted")):
            found.add("untimed")
    found |= {"adjusted"} if row.adjustment else set()
    return found - {""}


def html(book, sparing=False):
    """The table. Rows carry `data-kinds` for the filter.

    With a thousand students most of the page is cells: end tags that HTML lets out are left out.
    sparing: an answer with all its points gets no link of its own; that of its exercise remains.
    """
    first, second = [], []
    for exercise, ids in book.assignment.exercises.items():
        words = exercise.rpartition("/")[2]
        first.append(
            f'<th scope="colgroup" colspan="{len(ids) + 1}" class="group">'
            f"<span>{escape(pages.line(words))}</span></th>"
        )
        worth = sum(book.assignment.points[id] for id in ids)
        second.append(_head("sum", "all", worth, f"all of {words}"))
        for id, name in short(ids).items():
            second.append(_head("", name, book.assignment.points[id], id))
    corner = (
        '<th scope="col" rowspan="2" class="who"><span>Student</span></th>'
        '<th scope="col" rowspan="2" class="tot"><span>Total</span>'
        f"<small>of {pages.number(book.worth)}</small></th>"
    )
    rows = "\n".join(_row(book, row, sparing) for row in book.rows)
    return (
        '<table><caption class="unseen">Points of every student for every question; a number leads '
        f"to the answer</caption><thead><tr>{corner}{''.join(first)}</tr>"
        f"<tr>{''.join(second)}</tr></thead><tbody>\n{rows}\n</tbody></table>"
    )


def _head(kind, name, worth, title):
    kind = f" {kind}" if kind else ""
    return (
        f'<th scope="col" class="q{kind}" title="{escape(pages.line(title))}">'
        f"<span>{escape(pages.line(name))}</span><small>of {pages.number(worth)}</small></th>"
    )


def _row(book, row, sparing):
    due = book.assignment.due_for(row.student)
    cells = "".join(
        _sum(work) + "".join(_answer(work, id, sparing) for id in ids)
        for (exercise, ids) in book.assignment.exercises.items()
        for work in [row.work[exercise]]
    )
    id = f"<small>{pages.name(row.student)}</small>" if row.name != row.student else ""
    share = f"{100 * min(1, row.share):.0f}%"
    title = f' title="{escape(pages.line(row.name))}"' if len(row.name) > 20 else ""  # may be cut
    return (
        f'<tr data-kinds="{" ".join(sorted(kinds(row, due)))}">'
        f'<th scope="row"{title}>{pages.name(row.name)}{id}</th>'
        f'<td class="tot" style="--s:{share}"><b>{pages.number(row.points)}</b>'
        f"{_mark('±', 'adjusted') if row.adjustment else ''}{cells}"
    )


def _sum(work):
    result = work.result or (work.rejected[-1] if work.rejected else None)
    if result is None:
        given = pages.number(work.points) if work.points else "–"
        return f'<td class="no sum">{given}'
    marks = ""
    if work.state in SIGNS:
        marks += _mark(SIGNS[work.state], work.state)
    if work.days_late:
        days = f"{pages.count(work.days_late, 'day')} late"
        marks += _mark(f"{work.days_late}d", f"{days}, counted {pages.number(100 * work.factor)} %")
    if work.adjustment:
        marks += _mark("±", "adjusted")
    number = pages.number(work.points)
    return f"<td class=sum><a href={_bare(review(result))}>{number}</a>{marks}"


def _answer(work, id, sparing):
    answer = work.answers.get(id)
    if answer is None:
        return "<td class=no>–"
    marks = (_mark("±", "adjusted") if answer.adjustment else "") + (
        _mark("⚑", "flagged") if answer.flags else ""
    )
    number = pages.number(answer.points)
    lost = depth(answer.points, answer.worth)
    kind = f"<td class=l{lost}>" if lost else "<td>"
    if work.result is None or (sparing and not lost and not marks):
        return f"{kind}{number}{marks}"
    return f"{kind}<a href={_bare(review(work.result, id))}>{number}</a>{marks}"


def _bare(address):
    """An address as an attribute without quotes: quote() leaves none of what would end it."""
    return escape(address)


def _mark(sign, said):
    return f"<small aria-hidden=true>{sign}</small><span class=unseen>, {said}</span>"
