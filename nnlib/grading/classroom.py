"""The answers of a class, beside each other, for `nnlib similar`."""

from nnlib.grading import submissions
from nnlib.grading.report import edition_of
from nnlib.grading.splice import Rejected, answer_id, answers, read, source


def gather(place):
    """({student: {question: source}}, {question: stub}) of what was handed in.

    What cannot be read, and answers that were not begun, are left out. Of several attempts the
    last one counts. Raises ValueError when `place` is neither a folder nor a zip.
    """
    found, stubs = {}, {}
    for one in submissions.found(place):
        try:
            notebook = read(one.read())
            edition = edition_of(notebook)
        except Rejected:
            continue
        own = {answer_id(c): source(c) for c in edition.pristine["cells"] if answer_id(c)}
        stubs |= own
        for id, written in answers(notebook).items():
            begun = [text for text in written if text.strip() != own.get(id, "").strip()]
            if id in own and begun:
                found.setdefault(one.student, {})[id] = begun[-1]
    return found, stubs
