"""What is wrong with an answer: pure functions from printed lines to a verdict.

First the expected values, then the question's known mistakes (each says its own hint), then what
can be told from the numbers alone: type, shape, transposition, sign, a constant factor,
normalization, NaN.
"""

from dataclasses import dataclass, field
from math import isclose, isfinite

import numpy as np

from nnlib.grading import values


@dataclass
class Verdict:
    """The outcome for one question.

    right of total: how many of its show cells agree; points: earned, in proportion.
    message: one or two sentences for the student. came, expected: the first lines that differ.
    mistake: the name of the known mistake these values come from, if it is one.
    """

    id: str
    title: str
    right: int
    total: int
    points: float
    worth: float
    message: str
    came: str = ""
    expected: str = ""
    mistake: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self):
        return self.right == self.total


def judge(question_id, question, seen, errors=None):
    """Compare what the show cells of a question printed with its references.

    question: as in references.py. seen: {case: lines}; a case that is not there was not run or
    raised. errors: {case: what it raised, as "NotImplementedError: …"}.
    """
    cases, errors = question["cases"], errors or {}
    wrong = [name for name, case in cases.items() if not agrees(case, seen.get(name))]
    wrong.sort(key=lambda name: name not in seen)  # numbers first: they say more
    right = len(cases) - len(wrong)
    share = sum(worth_of(c) for n, c in cases.items() if n not in wrong)
    verdict = Verdict(
        question_id,
        question["title"],
        right,
        len(cases),
        question["points"] * share / sum(map(worth_of, cases.values())),
        question["points"],
        message="Right.",
    )
    if not wrong:
        return verdict
    first = wrong[0]
    case = cases[first]
    if first not in seen:
        verdict.message = _not_shown(errors.get(first, ""))
        if right:
            verdict.notes.append(f"The rest is right; this concerns the case “{first}”.")
        return verdict
    came = _last(seen[first], case)
    pairs = zip(came, case["lines"], strict=True)
    at = next((i for i, (a, b) in enumerate(pairs) if not _same_line(a, b, case)), 0)
    verdict.came, verdict.expected = came[at], case["lines"][at]
    known = _known_mistake(question, seen)
    if known:
        verdict.mistake, verdict.message = known["name"], known["says"]
    else:
        verdict.message = _diagnose_line(came[at], case["lines"][at], case)
    where = [f"case “{first}”"] * bool(first) + [f"value {at + 1}"] * (len(case["lines"]) > 1)
    if where:
        verdict.notes.append("First difference: " + ", ".join(where) + ".")
    return verdict


def worth_of(case):
    """How much a case counts beside the others of its question."""
    return case.get("worth", 1)


def agrees(case, lines):
    """Whether `lines` are the values of a case {digits, floor, lines}."""
    if lines is None:
        return False
    pairs = zip(_last(lines, case), case["lines"], strict=True)
    return all(_same_line(came, expected, case) for came, expected in pairs)


def _last(lines, case):
    """As many lines as expected, counted from the end: what a student prints before is ignored."""
    count = len(case["lines"])
    return [""] * max(0, count - len(lines)) + list(lines)[-count:]


def _same_line(came, expected, case):
    if came == expected:
        return True
    try:
        got = values.parse(came)
    except ValueError:
        return False
    return values.same(got, values.parse(expected), case["digits"], case["floor"])


def _known_mistake(question, seen):
    """The mistake all of whose values were seen, as far as anything was seen."""
    for mistake in question["mistakes"]:
        shown = {name: lines for name, lines in mistake["cases"].items() if name in seen}
        if shown and all(
            agrees({**question["cases"][name], "lines": lines}, seen[name])
            for name, lines in shown.items()
        ):
            return mistake
    return None


def _not_shown(error):
    if error.startswith("NotImplementedError"):
        return "Not written yet: replace `raise NotImplementedError(…)` by your answer."
    if error.startswith("NameError"):
        return (
            f"{error}. Only answer cells are taken over: put imports and helper functions "
            "into the answer cell itself."
        )
    if error:
        return f"It stopped: {error}"
    return (
        "Nothing was shown: either the `show` cell was not run, or it stopped. Then read the error "
        "above; an answer that is not written yet stops it too."
    )


# ── what the numbers alone tell ──────────────────────────────────────────────────────


def _diagnose_line(came, expected, case):
    try:
        got = values.parse(came)
    except ValueError:
        return "This is not a value that `show` prints: does a print stand behind it?"
    return diagnose(got, values.parse(expected), case["digits"], case["floor"])


def diagnose(got, expected, digits=values.DIGITS, floor=values.FLOOR):
    """One sentence on how two different plain values differ."""
    if got is None:
        return "The function returned None: is there a `return`?"
    if _kind(got) != _kind(expected):
        return f"Got {_kind(got)}, expected {_kind(expected)}."
    if values.shape(got) != values.shape(expected):
        return _about_shape(values.shape(got), values.shape(expected))
    if values.shape(expected) is None:
        return _about_parts(got, expected, digits, floor)
    a, b = values.flat(got), values.flat(expected)
    if not a or not all(values.is_number(x) for x in a + b):
        return "The values differ."
    return _about_numbers(
        np.array(a, float), np.array(b, float), values.shape(expected), digits, floor
    )


def _kind(value):
    if values.is_number(value):
        return "a number"
    if isinstance(value, list):
        return "an array" if values.shape(value) else "a list of unequal parts"
    if isinstance(value, str) and value.startswith("<"):
        return f"an object of type {value.strip('<>')}"
    return {bool: "True or False", str: "a text", dict: "a dict"}.get(type(value), "None")


def _about_shape(got, expected):
    if got is None or expected is None:
        return f"The shape is {got or 'irregular'}, expected {expected or 'an irregular one'}."
    said = f"The shape is {got}, expected {expected}"
    if got == expected[::-1]:
        return f"{said}: transposed. Which index counts the rows?"
    if [n for n in got if n != 1] == [n for n in expected if n != 1]:
        return f"{said}: an axis of length 1 too many or too few."
    if len(got) < len(expected):
        return f"{said}: an axis was summed away."
    if len(got) > len(expected):
        return f"{said}: an axis is left that should be summed or averaged."
    return f"{said}."


def _about_parts(got, expected, digits, floor):
    if len(got) != len(expected):
        return f"There are {len(got)} parts, expected {len(expected)}."
    for number, (one, other) in enumerate(zip(got, expected, strict=True), 1):
        if not values.same(one, other, digits, floor):
            return f"Part {number}: {diagnose(one, other, digits, floor)}"
    return "The parts differ."


def _about_numbers(a, b, shape, digits, floor):
    if not np.isfinite(a).all():
        return "There is a NaN or an infinity: a division by zero, a log of 0, or an overflow?"
    if not np.isfinite(b).all():
        return "The values differ: one of them should not be finite."
    every = "Every number here" if a.size > 1 else "This number"  # others may have come beside it
    tolerance = 2 * 10.0 ** (1 - digits)
    near = {"rtol": tolerance, "atol": max(floor, 1e-6 * np.abs(b).max())}
    if np.allclose(a, -b, **near):
        return f"{every} has the wrong sign: the size is right."
    if (
        len(shape) == 2
        and shape[0] == shape[1]
        and np.allclose(a.reshape(shape).T.ravel(), b, **near)
    ):
        return "The numbers are right, but the matrix is transposed."
    if not a.any():
        return f"{every} is 0: does the path from the input to the result break?"
    factor = _constant_factor(a, b, near)
    if factor:
        return f"{every} is {factor} the expected one: a factor left out, or one too many?"
    if a.size > 1 and np.ptp(a - b) <= near["atol"] + tolerance * np.abs(b).max():
        return f"{every} is off by the same {a[0] - b[0]:.3g}: a term added or left out?"
    if a.size > 1 and np.allclose(b.reshape(-1, shape[-1]).sum(1), 1, rtol=1e-3):
        rows = a.reshape(-1, shape[-1]).sum(1)
        if not np.allclose(rows, 1, rtol=1e-3):
            row = np.argmax(abs(rows - 1))
            return f"Not normalized: each row should sum to 1, row {row} sums to {rows[row]:.3g}."
    if np.allclose(a, b, rtol=0.02, atol=near["atol"]):
        return f"Close, but not to {digits} digits: a step size, a precision, an approximation?"
    agree = int(np.isclose(a, b, **near).sum())
    if a.size > 1 and agree:
        return f"{agree} of {a.size} numbers are right; look at what the others have in common."
    return "The shape is right, the numbers differ." if a.size > 1 else "The number differs."


def _constant_factor(a, b, near):
    """How a/b reads when it is the same everywhere ("4 times", "1/4 of"), else ""."""
    large = np.abs(b) > near["atol"]
    if not large.any() or np.any(np.abs(a[~large]) > near["atol"]):
        return ""
    ratios = a[large] / b[large]
    if not np.allclose(ratios, ratios[0], rtol=2 * near["rtol"]) or not isfinite(ratios[0]):
        return ""
    ratio = abs(ratios[0])
    sign = "minus " if ratios[0] < 0 else ""
    for n in range(2, 1025 if a.size > 1 else 5):  # one number is a multiple easily, by chance
        if isclose(ratio, n, rel_tol=2e-4):
            return f"{sign}{n} times"
        if isclose(ratio, 1 / n, rel_tol=2e-4):
            return f"{sign}1/{n} of"
    return f"{sign}{ratio:.4g} times" if a.size > 1 and ratio > 0 else ""
