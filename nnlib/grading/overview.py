"""RESULTS/gradebook.html: what an instructor looks at first.

Who needs a look, how the totals lie, who stands where, which question hurts and why, what was
decided by hand. One file, private: it leads to the reviews, which show hidden checks.
"""

from html import escape
from importlib.resources import files

from nnlib.grading import analysis, attention, heatmap, pages

LARGE = 2_500_000  # bytes of the map, beyond which it spares links
KINDS = {
    "any": "worth a look",
    "broken": "rejected, timed out or ended",
    "flagged": "flagged",
    "late": "late",
    "missing": "something not handed in",
    "adjusted": "adjusted",
    "more": "too many attempts",
    "untimed": "time unknown",
}


def html(book):
    """The page, as text."""
    groups = attention.groups(book)
    sections = {
        "totals": ("Totals", _totals(book)),
        "look": ("Worth a look", attention.html(groups)),
        "class": ("The class", _class(book)),
        "questions": ("Questions, the hardest first", _questions(book)),
        "byhand": ("Adjusted by hand", _adjustments(book)),
    }
    sections = {id: parts for id, parts in sections.items() if parts[1]}
    count = sum(len(items) for _, _, items in groups)
    links = "".join(
        f'<li><a href="#{id}">{title.partition(",")[0]}{f" ({count})" * (id == "look")}</a></li>'
        for id, (title, _) in sections.items()
    )
    written = {
        id: f'<section id="{id}"><h2 id="{id}-title">{title}</h2>{inside}</section>'
        for id, (title, inside) in sections.items()
    }
    totals = written.pop("totals", "")
    main = "\n".join(written.values())
    assignment = book.assignment
    script = files("nnlib").joinpath("grading", "overview.js").read_text(encoding="utf-8")
    course = f" · course {escape(pages.line(assignment.course))}" if assignment.course else ""
    return pages.document(
        f"{assignment.title}: gradebook",
        f'<header><div><p class="eyebrow">Gradebook{course}</p>'
        f'<h1>{escape(pages.line(assignment.title))}</h1><p class="lead">{_lead(book)}</p>'
        f'<nav aria-label="On this page"><ul>{links}</ul></nav></div>{totals}</header>\n'
        f"<main>{main}</main>\n"
        "<footer><p>Private: this page leads to hidden checks. What may be handed back lies in "
        "the folder feedback.</p></footer>\n",
        style=("gradebook.css",),
        script=script,
        more=heatmap.colours,
    )


def _lead(book):
    """What came out, in two or three sentences."""
    there = [row for row in book.rows if row.handed_in]
    everyone = pages.count(len(book.rows), "student")
    if not there:
        return f"Nothing was graded yet; {everyone} in the book."
    said = [f"{len(there):,} of {everyone} handed something in."]
    middle = analysis.quantile([row.points for row in there], 0.5)
    said.append(f"Half of them have {pages.of(middle, book.worth)} or more.")
    asked = [question for question in book.questions if question.n]
    hardest = max(asked, key=lambda q: (1 - q.mean) * q.worth, default=None)
    if hardest and hardest.mean < 1:
        lost = pages.number((1 - hardest.mean) * hardest.worth)
        said.append(
            f'Most points are lost at <a href="#{_anchor(hardest)}">{pages.prose(hardest.title)}'
            f"</a>: {lost} of {pages.number(hardest.worth)} on average."
        )
    return " ".join(said)


# ── totals ───────────────────────────────────────────────────────────────────────────


def _totals(book):
    shares = [row.share for row in book.rows if row.handed_in]
    if not shares:
        return ""
    counts = book.histogram
    bars = "".join(
        f'<li style="--h:{count / max(counts):.3f}"><span class="unseen">{low} to {high} %: '
        f'</span><b>{count}</b><span class="unseen"> students</span>'
        f'<i aria-hidden="true"></i><small aria-hidden="true">{low}<span>–{high}</span></small>'
        for count, (low, high) in zip(counts, _TENTHS, strict=True)
    )
    low, middle, high = (
        pages.number(100 * analysis.quantile(shares, q), 0) for q in (0.25, 0.5, 0.75)
    )
    absent = len(book.rows) - len(shares)
    left_out = "1 student who handed in nothing is" if absent == 1 else ""
    left_out = left_out or f"{absent} students who handed in nothing are"
    label = "Students by the share of all points, in percent"
    return (
        f"<p>Half of those who handed something in have {middle} % or more of the points; the "
        f"middle half lies between {low} and {high} %."
        + (f" {left_out} not counted here." if absent else "")
        + f'</p><ol class="hist" aria-label="{label}">{bars}</ol>'
        '<p class="axis muted" aria-hidden="true">percent of all points</p>'
    )


_TENTHS = [(10 * i, 10 * i + (9 if i < 9 else 10)) for i in range(10)]


# ── the class ────────────────────────────────────────────────────────────────────────


def _class(book):
    if not book.rows:
        return "<p>Nobody yet.</p>"
    present = set()
    for row in book.rows:
        present |= heatmap.kinds(row, book.assignment.due_for(row.student))
    shown = {"any", *present} if present else set()
    options = "".join(f'<option value="{k}">{v}</option>' for k, v in KINDS.items() if k in shown)
    ramp = "".join(f'<span class="l{i}">{share}</span>' for i, share in enumerate(_RAMP))
    count = pages.count(len(book.rows), "student")
    table, leads = heatmap.html(book), "a number leads to the answer."
    if len(table.encode()) > LARGE:
        table = heatmap.html(book, sparing=True)
        leads = "a number leads to the answer, where nothing was lost that of the whole exercise."
    return (
        '<form class="find" hidden role="search" aria-label="Find students">'
        '<label>Find <input type="search" name="text" autocomplete="off" spellcheck="false">'
        f'</label><label>Show <select name="kind"><option value="">everyone</option>{options}'
        f'</select></label><output aria-live="polite">{len(book.rows):,} of {count}</output></form>'
        '<p class="legend muted"><span>Points, after lateness and adjustments; '
        f'{leads}</span> <span>Lost: <span class="ramp">{ramp}</span></span> '
        f"{_signs(book)}</p>"
        '<div class="map" role="region" aria-labelledby="class-title" tabindex="0">'
        f"{table}</div>"
    )


def _signs(book):
    """What the signs mean that stand in the cells, those that do."""
    work = [work for row in book.rows for work in row.work.values()]
    answers = [answer for each in work for answer in each.answers.values()]
    states = {each.state for each in work}
    meant = [
        ("±", "adjusted", any(w.adjustments for w in work) or any(r.adjustment for r in book.rows)),
        ("⚑", "flagged", any(answer.flags for answer in answers)),
        ("2d", "late by two days", any(each.days_late for each in work)),
        (heatmap.SIGNS["timed out"], "stopped, too slow", "timed out" in states),
        (heatmap.SIGNS["kernel died"], "ended itself", "kernel died" in states),
        (heatmap.SIGNS["rejected"], "rejected", "rejected" in states),
    ]
    absent = '<span><span class="no key">–</span> not handed in</span>'
    return absent * ("missing" in states) + "".join(
        f" <span><b>{sign}</b> {what}</span>" for sign, what, there in meant if there
    )


_RAMP = ("none", "≤¼", "≤½", "≤¾", "most", "all")


# ── questions ────────────────────────────────────────────────────────────────────────


def _anchor(question):
    return f"q-{escape(question.id)}"


def _questions(book):
    """A card a question; those that nobody handed in come last."""
    hardest_first = sorted(book.questions, key=lambda q: 2 if q.mean is None else q.mean)
    cards = "".join(map(_card, hardest_first))
    return (
        '<p class="muted">As graded, before lateness and adjustments. <em>Tells apart</em> is the '
        "correlation, from −1 to 1, between the share earned here and the share earned of all "
        "other questions, with its 95 % interval. Well above 0: who does well elsewhere does well "
        "here. Near 0 or below: read the question again, its checks too.</p>"
        f'<ol class="cards">{cards}</ol>'
    )


def _card(question):
    head = (
        f'<li id="{_anchor(question)}"><h3>{pages.prose(question.title)}</h3>'
        f'<p class="muted small">{escape(question.id)} · {escape(question.exercise)}</p>'
    )
    if question.mean is None:
        return f"{head}<p>Nobody handed it in.</p></li>"
    parts = ((question.full, 0, "all"), (question.some, 2, "a part"), (question.none, 5, "nothing"))
    bar = "".join(f'<i class="l{d}" style="flex-grow:{n}"></i>' for n, d, _ in parts if n)
    words = " · ".join(f"{n} {word}" for n, _, word in parts)
    return (
        f'{head}<p class="earned"><b>{pages.number(100 * question.mean, 0)} %</b> of '
        f"{pages.points(question.worth)} earned, by {pages.count(question.n, 'student')}</p>"
        f'<div class="split" aria-hidden="true">{bar}</div><p class="small">{words}</p>'
        f'<dl class="facts small"><dt>Tells apart</dt><dd>{_tells_apart(question)}</dd>'
        f"<dt>Mistakes</dt><dd>{_mistakes(question)}</dd></dl></li>"
    )


def _tells_apart(question):
    if question.n < analysis.ENOUGH:
        return f"{question.n} are too few to tell"
    if question.discrimination is None:
        return "not to be told: everybody earned the same, or there is no other question"
    said = f"<b>{_signed(question.discrimination)}</b>"
    if question.interval:
        low, high = map(_signed, question.interval)
        said += f" ({low} to {high})"
    return said


def _signed(value):
    return pages.number(value).replace("-", "−")


def _mistakes(question, most=3):
    if not question.mistakes:
        return "none that is known"
    named = [f"<b>{count}</b> × {pages.name(name)}" for name, count in question.mistakes]
    said = "<br>".join(named[:most])
    if rest := named[most:]:
        said += f"<details><summary>{len(rest)} more</summary>{'<br>'.join(rest)}</details>"
    return said


# ── by hand ──────────────────────────────────────────────────────────────────────────


def _adjustments(book):
    rows = []
    for row in book.rows:
        found = []
        for exercise, work in row.work.items():
            for id, answer in work.answers.items():
                if answer.adjustment:
                    before = answer.graded * work.factor
                    found.append((id, answer.adjustment, before, answer.points))
            if work.adjustment:
                found.append((exercise, work.adjustment, work.before, work.points))
        if row.adjustment:
            found.append(("total", row.adjustment, row.before, row.points))
        for place, adjustment, before, after in found:
            points = f"{pages.number(before)} → {pages.number(after)}" if adjustment.sign else "–"
            comment = escape(pages.cut(adjustment.comment))
            rows.append(
                f"<li><b>{pages.name(row.name)}</b> <span>{pages.path(place)}</span> "
                f'<span class="num">{points}</span> <span>{comment}</span></li>'
            )
    return f'<ul class="byhand">{"".join(rows)}</ul>' if rows else ""
