"""What of a class's submissions a person should look at, and why."""

from html import escape

from nnlib.grading import heatmap, pages

OPEN = 5  # a group with more items than this is folded
MOST = 100  # so many of them are listed


def groups(book):
    """[(what, why it matters, [HTML of an item, …]), …], the gravest first, none empty."""
    work = [(row, work) for row in book.rows for work in row.work.values()]
    names = {row.student: row.name for row in book.rows}
    strangers = [row for row in book.rows if not row.person] if book.has_roster else []
    found = [
        (
            "Rejected",
            "Nothing of these files was run.",
            [_rejected(row, work, result) for row, work in work for result in work.rejected]
            + [_stray(names, result) for result in book.stray if result["state"] == "rejected"],
        ),
        (
            "Timed out",
            "A cell took too long and was stopped; what was earned counts.",
            [_stopped(row, w) for row, w in work if w.state == "timed out"],
        ),
        (
            "Ended itself",
            "The student’s program ended its process: memory, or a command.",
            [_stopped(row, w) for row, w in work if w.state == "kernel died"],
        ),
        (
            "Flagged",
            "Hints, not verdicts.",
            [
                f"{_who(row, w.result, a.id)} · {escape(a.id)}: {pages.prose(flag)}"
                for row, w in work
                for a in w.answers.values()
                for flag in a.flags
            ],
        ),
        ("Late", "", [_late(row, w) for row, w in work if w.days_late]),
        (
            "More attempts than allowed",
            "The first ones count.",
            [
                f"{_who(row, w.result)} · {escape(w.exercise)}, {len(w.ignored)} more"
                for row, w in work
                if w.ignored
            ],
        ),
        (
            "Time unknown",
            "Counted as on time.",
            [
                f"{_who(row, w.result)} · {escape(w.exercise)}"
                for row, w in work
                if w.result
                and not pages.moment(w.result.get("submitted"))
                and book.assignment.due_for(row.student)
            ],
        ),
        ("Not on the roster", "A misspelt name, perhaps.", [pages.name(r.name) for r in strangers]),
        (
            "In no exercise of this assignment",
            "Counted nowhere.",
            [_stray(names, result) for result in book.stray if result["state"] != "rejected"],
        ),
        (
            "Result files that could not be read",
            "Left out: grade these submissions again.",
            [f"{pages.name(path)}: {pages.prose(why)}" for path, why in book.skipped.items()],
        ),
        (
            "Nothing handed in",
            "",
            [pages.name(row.name) for row in book.rows if not row.handed_in and not _tried(row)],
        ),
    ]
    return [group for group in found if group[2]]


def html(found):
    """The groups as folding lists."""
    if not found:
        return "<p>Nothing: every submission was run and none is late.</p>"
    parts = []
    for what, why, items in found:
        unfolded = " open" * (len(items) <= OPEN)
        why = f'<p class="muted small">{why}</p>' if why else ""
        lines = "".join(f"<li>{item}</li>" for item in items[:MOST])
        if len(items) > MOST:
            lines += f'<li class="muted">and {len(items) - MOST:,} more</li>'
        parts.append(
            f"<details{unfolded}><summary>{what} <b>{len(items):,}</b></summary>{why}"
            f"<ul>{lines}</ul></details>"
        )
    return f'<div class="groups">{"".join(parts)}</div>'


def _tried(row):
    return any(work.rejected for work in row.work.values())


def _who(row, result, question=""):
    address = escape(heatmap.review(result, question))
    return f'<a href="{address}">{pages.name(row.name)}</a>'


def _rejected(row, work, result):
    more = "; another attempt counts" if work.result else ""
    return f"{_who(row, result)} · {escape(work.exercise)}{more}: {pages.prose(_why(result))}"


def _stray(names, result):
    name = names.get(result["student"]) or result["submission"]
    address = escape(heatmap.review(result))
    what = f" · {pages.name(result['exercise'])}" if result["exercise"] else ""
    why = f": {pages.prose(_why(result))}" if result["state"] == "rejected" else ""
    return f'<a href="{address}">{pages.name(name)}</a>{what}{why}'


def _why(result):
    return result.get("reason") or "no reason was given"


def _stopped(row, work):
    where = work.result.get("where") or ""
    at = f" at {pages.name(where)}" if where else ""
    return f"{_who(row, work.result, where)} · {escape(work.exercise)}{at}"


def _late(row, work):
    counts = f"counts {pages.number(100 * work.factor)} %" if work.factor else "too late, counts 0"
    days = pages.count(work.days_late, "day")
    return f"{_who(row, work.result)} · {escape(work.exercise)}, {days}: {counts}"
