"""The master of an exercise: what is graded with. It never enters the sandbox.

From the author's solution, with the secret's numbers drawn, follow the edition that a student gets
(public cells, stubs) and the master (public and hidden cells, and the values that all of them
print). The master runs all public cells first. Then, for each question, its answer once more, so
that no later cell has changed a name it uses, and its hidden checks.
"""

import copy
import hashlib
import json
import re
from dataclasses import dataclass

from nnlib.grading import authoring, draws
from nnlib.grading.authoring import code_cells, part_of
from nnlib.grading.references import Edition
from nnlib.grading.splice import answer_id, is_hidden, shown_id, source

_USES_TORCH = re.compile(
    r"\b(?:torch|backend)\b|nnlib\.(?!(?:setup|show|check|hint|edition|data|scratch)\b)\w"
)


@dataclass(frozen=True)
class Master:
    """notebook: what a submission's answers are put into; executed: the author's notebook with its
    outputs; questions: with hidden cases; solution: {id: source}; avoid: {id: names}."""

    edition: Edition
    notebook: dict
    executed: dict
    questions: dict
    solution: dict
    avoid: dict

    @property
    def name(self):
        return self.edition.name

    def digest(self):
        """Of all that a grade depends on."""
        told = [self.notebook, self.questions, self.avoid]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def needs_torch(self, answers):
        """Whether these answers, or the exercise, use more than NumPy. Without it a kernel starts
        in a third of the time; where it does not matter the engines agree."""
        texts = [source(cell) for cell in code_cells(self.notebook) if not answer_id(cell)]
        return any(_USES_TORCH.search(text) for text in [*texts, *answers.values()])


def build(assignment, name, student=""):
    """The Master of one exercise. student: whose variants; "" for the edition of all.

    Runs the author's solution and every mistake. Raises ValueError in the author's words.
    """
    notebook, spec = assignment.source(name)
    wanted, secret = assignment.exercises[name], assignment.secret()
    authoring.prepare(notebook, spec, name)
    notebook = only(notebook, wanted)
    spec = {id: {**spec[id], "points": assignment.points[id]} for id in wanted}
    hidden = {id: draws.hidden_seed(secret, assignment.id, id) for id in wanted}
    variants = {
        id: draws.variant(secret, student, id, spec[id].get("variants", {}))
        for id in wanted
        if student
    }
    notebook = authoring.drawn(notebook, spec, name, hidden, variants)
    questions = authoring.run(notebook, spec, list(wanted), name)
    pristine = authoring.student_edition(notebook)
    return Master(
        Edition(name, authoring.public(questions), pristine),
        _to_run(notebook),
        notebook,
        questions,
        {answer_id(c): c["source"] for c in code_cells(notebook) if answer_id(c)},
        {id: spec[id].get("avoid", []) for id in wanted},
    )


def varies(assignment, name):
    """Whether students can get different editions of an exercise."""
    spec = assignment.source(name)[1]
    return any(spec[id].get("variants") for id in assignment.exercises[name])


def only(notebook, wanted):
    """The notebook with these questions alone; cells of context stay."""
    keep, cells = [], notebook["cells"]
    starts = {}
    for i, cell in enumerate(cells):
        if id := answer_id(cell):
            start = i  # the question begins with its heading
            while start and not cells[start]["source"].startswith("## "):
                start -= 1
            starts[start or i] = id
    current = None
    for i, cell in enumerate(cells):
        current = starts.get(i, current)
        is_context = cell["cell_type"] == "code" and not (answer_id(cell) or shown_id(cell))
        is_context = is_context and not authoring.is_check(cell)
        if current is None or current in wanted or is_context:
            keep.append(cell)
    return {**notebook, "cells": keep}


def _to_run(notebook):
    """The master's cells: stubs, public values, then the hidden checks of each question."""
    cells = [copy.deepcopy(cell) for cell in code_cells(notebook) if not authoring.is_check(cell)]
    for cell in cells:
        cell["outputs"], cell["execution_count"] = [], None
        if id := answer_id(cell):
            stub = authoring.not_written(id)
            cell["source"] = authoring.with_region(cell["source"], stub, marked=False)
    first = [cell for cell in cells if not is_hidden(cell)]
    then = []
    for id in (answer_id(cell) for cell in first if answer_id(cell)):
        part = part_of(cells, id)
        hidden = [cell for cell in part if is_hidden(cell)]
        if hidden:
            then += [{**copy.deepcopy(part[0]), "id": f"{id}-again"}, *hidden]
    return {**notebook, "cells": first + then}
