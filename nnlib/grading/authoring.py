"""What an author writes (a solution's notebook and its questions) and what follows from it.

A solution is run with every stub and every mistake. It is an error when a mistake prints what the
solution prints, when two mistakes print the same, or when a stub does not stop. tools/exercises.py
makes the packaged exercises with it, `nnlib release` the editions of a class, `nnlib grade` the
masters. solutions/README.md tells authors the format.
"""

import copy
import json
import re
import textwrap

from nnlib.grading import draws, exercise, feedback
from nnlib.grading.drivers import Session
from nnlib.grading.splice import answer_id, has_tag, is_hidden, shown_id, source

REGION = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION$", re.S | re.M)
QUESTION_KEYS = {"title", "points", "outcome", "hints", "mistakes"}
OPTIONAL_KEYS = {"variants", "avoid"}
MISTAKE_KEYS = {"name", "misconception", "code", "says"}


def read(folder, name):
    """(notebook, questions as written) of a solution. Raises ValueError when it is not there."""
    import yaml  # not needed where exercises are only checked

    path = folder / name
    files = path.with_name(path.name + ".ipynb"), path.with_name(path.name + ".yml")
    if missing := [file.name for file in files if not file.is_file()]:
        raise ValueError(f"name: no {' and no '.join(missing)} in {files[0].parent}")
    notebook = json.loads(files[0].read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = source(cell)
    return notebook, yaml.safe_load(files[1].read_text(encoding="utf-8"))


# ── reading the source ───────────────────────────────────────────────────────────────


def prepare(notebook, spec, name):
    """Check the source, give its cells their ids and metadata; the questions' ids in order."""
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    order, shows, hidden = [], {}, {}
    for cell in code_cells(notebook):
        cell["outputs"], cell["execution_count"] = [], None
        text = cell["source"]
        if id := answer_id(cell):
            order.append(id)
            cell["id"], cell["metadata"] = id, {"nnlib": {"answer": id}}
            expect(f"# answer: {id}" == text.splitlines()[0], name, id, "first line")
            expect(len(REGION.findall(text)) == 1, name, id, "one solution region")
        elif is_hidden(cell):
            id = shown_id(cell) or ""
            hidden[id] = hidden.get(id, 0) + 1
            cell["id"] = f"{id}-hidden-{hidden[id]}"
            expect(text.startswith(HIDDEN_HEAD), name, cell["id"], f"{HIDDEN_HEAD!r} first")
            expect(text.endswith(HIDDEN_END), name, cell["id"], f"{HIDDEN_END!r} last")
            found = draws.assigned(text, {draws.HIDDEN_SEED: 0})
            expect(found == (text, {"seed"}), name, cell["id"], "a line `seed = 0`")
        elif id := shown_id(cell):
            expect(id not in hidden, name, id, "its public checks before its hidden ones")
            shows[id] = shows.get(id, 0) + 1
            cell["id"] = f"{id}-show-{shows[id]}"
            expect(text.startswith("# NBVAL_CHECK_OUTPUT\n"), name, cell["id"], "marker")
        elif is_check(cell):
            cell["id"] = re.search(r"nnlib\.check\([\"']([\w.-]+)", text)[1] + "-check"
            expect(text.startswith("# NBVAL_IGNORE_OUTPUT\n"), name, cell["id"], "marker")
    expect(len(order) == len(set(order)), name, order, "no id twice")
    expect(order == list(spec) and set(shows) == set(order), name, list(spec), "the same ids")
    expect(set(hidden) <= set(order), name, sorted(hidden), "hidden checks of its questions")
    for id, question in spec.items():
        expect(QUESTION_KEYS <= set(question), name, id, f"keys {sorted(QUESTION_KEYS)}")
        allowed = sorted(QUESTION_KEYS | OPTIONAL_KEYS)
        expect(set(question) <= set(allowed), name, id, f"no keys but {allowed}")
        expect(len(question["hints"]) == 3, name, id, "three hints")
        named = question.get("variants", {})
        expect(draws.HIDDEN_SEED not in named, name, id, "another name for a variant than seed")
        for mistake in question["mistakes"]:
            expect(set(mistake) == MISTAKE_KEYS, name, id, f"keys {sorted(MISTAKE_KEYS)}")
    return order


HIDDEN_HEAD = "# NBVAL_CHECK_OUTPUT\n### BEGIN HIDDEN TESTS\n"
HIDDEN_END = "\n### END HIDDEN TESTS"


def expect(condition, name, where, what):
    """Raise ValueError in the author's words unless `condition` holds."""
    if not condition:
        raise ValueError(f"solutions/{name}, {where}: {what} expected")


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def is_check(cell):
    return cell["cell_type"] == "code" and "nnlib.check(" in source(cell)


def part_of(cells, id):
    """The answer cell of a question and what follows it, up to the next answer."""
    start = next(i for i, cell in enumerate(cells) if answer_id(cell) == id)
    later = (i for i, c in enumerate(cells) if i > start and answer_id(c))
    return cells[start : next(later, len(cells))]


def drawn(notebook, spec, name, hidden=None, variants=None):
    """A copy with drawn numbers in place: hidden {question: seed}, variants {question: {…}}.

    Raises ValueError when a question declares a variant that none of its cells assigns.
    """
    notebook = copy.deepcopy(notebook)
    for id in spec:
        found, values = set(), (variants or {}).get(id, {})
        for cell in part_of(code_cells(notebook), id)[1:]:
            cell["source"], names = draws.assigned(cell["source"], values)
            found |= names
            if is_hidden(cell) and hidden:
                cell["source"], _ = draws.assigned(cell["source"], {"seed": hidden[id]})
        missing = set(spec[id].get("variants", {}) if variants else {}) - found
        expect(not missing, name, id, f"a line that assigns {sorted(missing)}")
    return notebook


# ── running it ───────────────────────────────────────────────────────────────────────


def run(notebook, spec, order, name):
    """The questions with all their values, hidden cases too; the show cells get their outputs."""
    session, questions = Session(), {}
    cells = code_cells(notebook)
    for cell in cells[: next(i for i, c in enumerate(cells) if answer_id(c))]:
        run_cell(session, cell, name)
    for id in order:
        part = part_of(cells, id)
        before = session.copy()
        cases = values(session, part, id, name, store=True)
        stub = with_region(part[0]["source"], not_written(id))
        expect_stub_stops(before.copy(), stub, part, id, name)
        mistakes = []
        for mistake in spec[id]["mistakes"]:
            text = with_region(part[0]["source"], mistake["code"])
            where = f"{id}, mistake {mistake['name']!r}"
            wrong = values(before.copy(), [{**part[0], "source": text}, *part[1:]], where, name)
            kept = {key: mistake[key].strip() for key in ("name", "misconception", "says")}
            mistakes.append(kept | {"cases": {c: shown["lines"] for c, shown in wrong.items()}})
        expect_distinct(cases, mistakes, id, name)
        question = {key: spec[id][key] for key in ("title", "points", "outcome", "hints")}
        questions[id] = question | {"cases": cases, "mistakes": mistakes}
    count = 0
    for cell in cells:
        count += not is_hidden(cell)  # a gap in an exercise would tell where one stands
        if cell["outputs"]:  # nbval fails cells that have outputs and no count
            cell["execution_count"] = count
    return questions


def public(questions):
    """The questions without anything of their hidden cases: what may leave the house."""
    kept = {}
    for id, question in questions.items():
        cases = {c: case for c, case in question["cases"].items() if not case.get("hidden")}
        mistakes = [
            mistake | {"cases": {c: lines for c, lines in mistake["cases"].items() if c in cases}}
            for mistake in question["mistakes"]
        ]
        kept[id] = question | {"cases": cases, "mistakes": mistakes}
    return kept


def values(session, part, where, name, store=False):
    """Run a question's cells; {case: {digits, floor, lines}} of what they show."""
    id = answer_id(part[0])
    exercise.forget(id)
    hidden = set()
    for count, cell in enumerate(c for c in part if not is_check(c)):
        known = set(exercise.seen(id))
        printed = run_cell(session, cell, name, where)
        if shown_id(cell):
            new = set(exercise.seen(id)) - known
            expect(len(new) == 1, name, where, "one new case a show cell")
            hidden |= new if is_hidden(cell) else set()
            lines = list(exercise.seen(id).values())[-1]["lines"]
            expect(printed.splitlines() == lines, name, where, "nothing printed but by show")
            if store:
                stream = {"output_type": "stream", "name": "stdout", "text": printed}
                cell["outputs"] = [stream]
        else:
            expect(not printed or not count, name, where, "no output but of show cells")
    shown = exercise.seen(id)
    return {c: case | ({"hidden": True} if c in hidden else {}) for c, case in shown.items()}


def run_cell(session, cell, name, where=""):
    ran = session.run(cell["source"])
    if ran.error:
        raise ValueError(f"solutions/{name}, {where or cell['id']}: {ran.error}\n{cell['source']}")
    return ran.printed


def expect_stub_stops(session, stub, part, id, name):
    expect(not session.run(stub).error, name, id, "a stub that can be defined")
    for cell in part[1:]:
        error = "" if is_check(cell) else session.run(cell["source"]).error
        if shown_id(cell):
            expect(error.startswith("NotImplementedError"), name, cell["id"], "a stub that stops")


def expect_distinct(cases, mistakes, id, name):
    """Judged by what a student sees, the public cases: these hints are for them."""
    seen = [case for case in cases if not cases[case].get("hidden")]
    for i, mistake in enumerate(mistakes):
        others = {"the solution": {case: shown["lines"] for case, shown in cases.items()}}
        others |= {other["name"]: other["cases"] for other in mistakes[:i]}
        for other, lines in others.items():
            alike = all(
                feedback.agrees({**cases[case], "lines": lines[case]}, mistake["cases"][case])
                for case in seen
            )
            expect(not alike, name, id, f"{mistake['name']!r} to differ from {other!r}")


# ── the student's edition ────────────────────────────────────────────────────────────


def student_edition(notebook):
    """The exercise: stubs for answers; no solutions' explanations, no hidden checks."""
    cells = [c for c in notebook["cells"] if not has_tag(c, "solution") and not is_hidden(c)]
    student = copy.deepcopy({**notebook, "cells": cells})
    for cell in student["cells"]:
        if id := answer_id(cell):
            cell["source"] = with_region(cell["source"], not_written(id), marked=False)
    title = student["cells"][0]
    title["source"] = title["source"].replace("# Solutions: ", "# Exercises: ", 1)
    return student


def not_written(id):
    return f'raise NotImplementedError("{id}: your code goes here")'


def with_region(text, code, marked=True):
    """`text` with the solution's region replaced by `code`, at its indentation."""
    match = REGION.search(text)
    body = textwrap.indent(textwrap.dedent(code).strip("\n"), match[1])
    if marked:
        body = f"{match[1]}### BEGIN SOLUTION\n{body}\n{match[1]}### END SOLUTION"
    return text[: match.start()] + body + text[match.end() :]
