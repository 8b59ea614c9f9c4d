"""Solutions → exercises, and the references that nnlib carries.

    solutions/<part>/<name>.ipynb + .yml     the source: two files that an author writes
    exercises/<part>/<name>.ipynb            what a student opens: stubs, no solutions
    nnlib/exercises/<part>/<name>.ipynb      the same, for `nnlib check` without the repository
    nnlib/exercises/<part>/<name>.json       expected values, hints, and what each mistake prints

Every solution, stub and mistake is run. It is an error when a mistake prints what the solution
prints, when two mistakes print the same, or when a stub does not stop.
`python tools/exercises.py` writes, `--check` only looks and fails when something is stale.
"""

import argparse
import json
import re
import sys
import textwrap
from pathlib import Path

import nbformat
import settings
import yaml

sys.path.insert(0, str(settings.ROOT))
from nnlib.grading import exercise, feedback
from nnlib.grading.drivers import Session
from nnlib.grading.splice import answer_id, has_tag, shown_id

REGION = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION$", re.S | re.M)
QUESTION_KEYS = {"title", "points", "outcome", "hints", "mistakes"}
MISTAKE_KEYS = {"name", "misconception", "code", "says"}


def solutions():
    """Every solution notebook, as "foundations/04_backprop"."""
    folder = settings.ROOT / "solutions"
    files = (f for f in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in f.parts)
    return sorted(f.relative_to(folder).with_suffix("").as_posix() for f in files)


def generated(name):
    """{path below the root: text} of everything that follows from one solution."""
    source = settings.ROOT / "solutions" / name
    spec = yaml.safe_load(source.with_suffix(".yml").read_text(encoding="utf-8"))
    text = source.with_suffix(".ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(settings.applied(text, f"solutions/{name}.ipynb"), as_version=4)
    order = prepare(notebook, spec, name)
    questions = run(notebook, spec, order, name)
    student = student_edition(notebook)
    exercise_text = written(student, f"exercises/{name}.ipynb")
    return {
        f"solutions/{name}.ipynb": written(notebook, f"solutions/{name}.ipynb"),
        f"exercises/{name}.ipynb": exercise_text,
        f"nnlib/exercises/{name}.ipynb": exercise_text,
        f"nnlib/exercises/{name}.json": json.dumps(
            {"questions": questions}, indent=1, ensure_ascii=False
        )
        + "\n",
    }


def written(notebook, path):
    """The notebook's text, its first cells as tools/settings.py wants them."""
    nbformat.validate(notebook)
    return settings.applied(nbformat.writes(notebook), path)


# ── reading the source ───────────────────────────────────────────────────────────────


def prepare(notebook, spec, name):
    """Check the source, give its cells their ids and metadata; the questions' ids in order."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    order, shows = [], {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if id := answer_id(cell):
            order.append(id)
            cell.id, cell.metadata = id, {"nnlib": {"answer": id}}
            expect(f"# answer: {id}" == cell.source.splitlines()[0], name, id, "first line")
            expect(len(REGION.findall(cell.source)) == 1, name, id, "one solution region")
        elif id := shown_id(cell):
            shows[id] = shows.get(id, 0) + 1
            cell.id = f"{id}-show-{shows[id]}"
            expect(cell.source.startswith("# NBVAL_CHECK_OUTPUT\n"), name, cell.id, "marker")
        elif is_check(cell):
            cell.id = re.search(r"nnlib\.check\([\"']([\w.-]+)", cell.source)[1] + "-check"
            expect(cell.source.startswith("# NBVAL_IGNORE_OUTPUT\n"), name, cell.id, "marker")
    expect(len(order) == len(set(order)), name, order, "no id twice")
    expect(order == list(spec) and set(shows) == set(order), name, list(spec), "the same ids")
    for id, question in spec.items():
        expect(set(question) == QUESTION_KEYS, name, id, f"keys {sorted(QUESTION_KEYS)}")
        expect(len(question["hints"]) == 3, name, id, "three hints")
        for mistake in question["mistakes"]:
            expect(set(mistake) == MISTAKE_KEYS, name, id, f"keys {sorted(MISTAKE_KEYS)}")
    return order


def expect(condition, name, where, what):
    if not condition:
        raise ValueError(f"solutions/{name}, {where}: {what} expected")


def is_check(cell):
    return "nnlib.check(" in cell.source


# ── running it ───────────────────────────────────────────────────────────────────────


def run(notebook, spec, order, name):
    """The questions as nnlib carries them; the show cells get their outputs."""
    session, questions = Session(), {}
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells[: next(i for i, c in enumerate(cells) if answer_id(c))]:
        run_cell(session, cell, name)
    for id in order:
        part = part_of(cells, id)
        before = session.copy()
        cases = values(session, part, id, name, store=True)
        stub = with_region(part[0].source, not_written(id))
        expect_stub_stops(before.copy(), stub, part, id, name)
        mistakes = []
        for mistake in spec[id]["mistakes"]:
            source = with_region(part[0].source, mistake["code"])
            where = f"{id}, mistake {mistake['name']!r}"
            wrong = values(before.copy(), [altered(part[0], source), *part[1:]], where, name)
            kept = {key: mistake[key].strip() for key in ("name", "misconception", "says")}
            mistakes.append(kept | {"cases": {c: shown["lines"] for c, shown in wrong.items()}})
        expect_distinct(cases, mistakes, id, name)
        question = {key: spec[id][key] for key in ("title", "points", "outcome", "hints")}
        questions[id] = question | {"cases": cases, "mistakes": mistakes}
    for count, cell in enumerate(cells, 1):
        if cell.outputs:  # nbval fails cells that have outputs and no count
            cell.execution_count = count
    return questions


def part_of(cells, id):
    """The answer cell of a question and what follows it, up to the next answer."""
    start = next(i for i, cell in enumerate(cells) if answer_id(cell) == id)
    later = (i for i, c in enumerate(cells) if i > start and answer_id(c))
    return cells[start : next(later, len(cells))]


def values(session, part, where, name, store=False):
    """Run a question's cells; {case: {digits, floor, lines}} of what they show."""
    id = answer_id(part[0])
    exercise.forget(id)
    for count, cell in enumerate(c for c in part if not is_check(c)):
        known = len(exercise.seen(id))
        printed = run_cell(session, cell, name, where)
        if shown_id(cell):
            expect(len(exercise.seen(id)) == known + 1, name, where, "one new case a show cell")
            lines = list(exercise.seen(id).values())[-1]["lines"]
            expect(printed.splitlines() == lines, name, where, "nothing printed but by show")
            if store:
                cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
        else:
            expect(not printed or not count, name, where, "no output but of show cells")
    return exercise.seen(id)


def run_cell(session, cell, name, where=""):
    ran = session.run(cell.source)
    if ran.error:
        raise ValueError(f"solutions/{name}, {where or cell.id}: {ran.error}\n{cell.source}")
    return ran.printed


def altered(cell, source):
    return nbformat.from_dict({**cell, "source": source})


def expect_stub_stops(session, stub, part, id, name):
    expect(not session.run(stub).error, name, id, "a stub that can be defined")
    for cell in part[1:]:
        error = "" if is_check(cell) else session.run(cell.source).error
        if shown_id(cell):
            expect(error.startswith("NotImplementedError"), name, cell.id, "a stub that stops")


def expect_distinct(cases, mistakes, id, name):
    for i, mistake in enumerate(mistakes):
        others = {"the solution": {case: shown["lines"] for case, shown in cases.items()}}
        others |= {other["name"]: other["cases"] for other in mistakes[:i]}
        for other, lines in others.items():
            alike = all(
                feedback.agrees({**cases[case], "lines": lines[case]}, mistake["cases"][case])
                for case in cases
            )
            expect(not alike, name, id, f"{mistake['name']!r} to differ from {other!r}")


# ── the student's edition ────────────────────────────────────────────────────────────


def student_edition(notebook):
    """The exercise: stubs for answers, no cells tagged `solution`."""
    student = nbformat.from_dict(
        {**notebook, "cells": [c for c in notebook.cells if not has_tag(c, "solution")]}
    )
    for cell in student.cells:
        if id := answer_id(cell):
            cell.source = with_region(cell.source, not_written(id), marked=False)
    title = student.cells[0]
    title.source = title.source.replace("# Solutions: ", "# Exercises: ", 1)
    return student


def not_written(id):
    return f'raise NotImplementedError("{id}: your code goes here")'


def with_region(source, code, marked=True):
    """`source` with the solution's region replaced by `code`, at its indentation."""
    match = REGION.search(source)
    body = textwrap.indent(textwrap.dedent(code).strip("\n"), match[1])
    if marked:
        body = f"{match[1]}### BEGIN SOLUTION\n{body}\n{match[1]}### END SOLUTION"
    return source[: match.start()] + body + source[match.end() :]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail on stale files")
    parser.add_argument("names", nargs="*", help="only these, as foundations/04_backprop")
    options = parser.parse_args()
    wanted = {}
    for name in options.names or solutions():
        wanted |= generated(name)
    stale = [path for path, text in wanted.items() if current(path) != text]
    if not options.names:
        stale += orphans(wanted)
    for path in [] if options.check else stale:
        file: Path = settings.ROOT / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path], encoding="utf-8")
        else:
            file.unlink()
    if stale:
        print(("stale: " if options.check else "written: ") + ", ".join(stale))
    return int(options.check and bool(stale))


def current(path):
    file = settings.ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else None


def orphans(wanted):
    """Generated files whose solution is gone."""
    found = []
    for folder in ("exercises", "nnlib/exercises"):
        for file in (settings.ROOT / folder).rglob("*.*"):
            path = file.relative_to(settings.ROOT).as_posix()
            if file.suffix in (".ipynb", ".json") and ".ipynb_checkpoints" not in file.parts:
                found += [path] if path not in wanted else []
    return found


if __name__ == "__main__":
    sys.exit(main())
