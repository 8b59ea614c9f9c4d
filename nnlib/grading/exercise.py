"""What a student calls in an exercise: `show`, `check`, `hint`. See `nnlib.grading`."""

from html import escape

from nnlib.grading import markup, references, values
from nnlib.grading.feedback import judge

_seen: dict[str, dict[str, dict]] = {}  # question → case → {digits, floor, lines}
_hints_given: dict[str, int] = {}


def show(id, *shown, case="", digits=values.DIGITS, floor=values.FLOOR, worth=1):
    """Print values, one a line, rounded so that every machine and either engine prints the same.

    id: the question's. shown: numbers, arrays, tensors, lists, texts; at most 100 numbers each.
    case: tells apart several show cells of one question. digits: significant digits that must
    agree. floor: what is nearer to zero counts as 0 (a sum in float32 that cancels: 1e-6).
    worth: how much this cell counts beside the question's others.
    """
    if not isinstance(id, str) or not shown:
        raise ValueError(f"show: expected a question's id and values, got {(id, *shown)!r:.80}")
    _seen.get(id, {}).pop(case, None)  # should this fail, nothing old is left to be checked
    lines = [values.text(value, digits, floor) for value in shown]
    told = {"digits": digits, "floor": floor, "lines": lines}
    _seen.setdefault(id, {})[case] = told if worth == 1 else told | {"worth": worth}
    print("\n".join(lines))


def seen(id):
    """What `show` printed for a question, as {case: {digits, floor, lines}}."""
    return dict(_seen.get(id, {}))


def forget(id):
    """Forget what was shown for a question."""
    _seen.pop(id, None)


def check(id):
    """Compare what `show` printed last with the packaged references, and say what is wrong.

    Never looks at the outputs stored in the notebook. The result displays itself.
    """
    lines = {case: shown["lines"] for case, shown in seen(id).items()}
    return Feedback(judge(id, references.question(id), lines))


def hint(id):
    """The next of a question's three hints; they cost nothing. After the third, the first."""
    hints = references.question(id)["hints"]
    number = _hints_given.get(id, 0) % len(hints)
    _hints_given[id] = number + 1
    return Hint(hints[number], number + 1, len(hints))


class Card:
    """Something a notebook displays: `_repr_html_` where there is HTML, else `__repr__`."""

    def _repr_html_(self):
        return markup.style() + self.html()


class Feedback(Card):
    """The verdict on one question; `.ok`, `.verdict`."""

    def __init__(self, verdict):
        self.verdict = verdict

    @property
    def ok(self):
        return self.verdict.ok

    def __repr__(self):
        v = self.verdict
        lines = [f"{'✓ Right' if v.ok else '✗ Not yet'}: {v.title}"]
        if not v.ok:
            lines += [v.message, *v.notes]
            if v.came:
                lines += [f"  came      {v.came}", f"  expected  {v.expected}"]
            lines += [f'Stuck? nnlib.hint("{v.id}")']
        return "\n".join(lines)

    def html(self):
        v = self.verdict
        state = "right" if v.ok else "wrong"
        head = "✓ Right" if v.ok else "✗ Not yet"
        body = [f"<p><strong>{head}</strong>: {markup.inline(v.title)}</p>"]
        if not v.ok:
            body += [markup.blocks("\n\n".join([v.message, *v.notes]))]
            if v.came:
                body += [
                    "<table><tbody>"
                    f"<tr><th scope='row'>came</th><td><code>{escape(v.came)}</code></td></tr>"
                    "<tr><th scope='row'>expected</th>"
                    f"<td><code>{escape(v.expected)}</code></td></tr></tbody></table>"
                ]
            body += [f'<p>Stuck? <code>nnlib.hint("{escape(v.id)}")</code></p>']
        return f'<div class="nn-check nn-{state}" role="status">{"".join(body)}</div>'


class Hint(Card):
    """One hint."""

    def __init__(self, text, number, of):
        self.text, self.number, self.of = text, number, of

    def __repr__(self):
        return f"Hint {self.number} of {self.of}: {self.text}"

    def html(self):
        head = f"<p><strong>Hint {self.number} of {self.of}</strong></p>"
        return f'<div class="nn-check nn-hint">{head}{markup.blocks(self.text)}</div>'
