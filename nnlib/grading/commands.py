"""What an instructor calls: `nnlib release`, `grade`, `gradebook`, `similar`; and `nnlib update`.

Each imports what it needs when it is called. Exit codes as everywhere: 0 all is well, 1 something
is not, 2 it could not be tried.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from nnlib.grading.console import progress, refusals, say

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
AnAssignment = Annotated[
    Path, typer.Option("--assignment", "-a", help="The assignment.yml.", show_default=True)
]
Results = Annotated[Path, typer.Option("--output", "-o", help="The folder for the results.")]


def grade(
    submissions: Annotated[Path, typer.Argument(help="A folder of notebooks, or a zip of it.")],
    assignment: AnAssignment = Path("assignment.yml"),
    output: Results = Path("results"),
    jobs: Annotated[int, typer.Option(min=1, help="Side by side.")] = os.cpu_count() or 1,
    shard: Annotated[str, typer.Option(help="Only the i-th of n parts, as 3/10.")] = "1/1",
    dask: Annotated[str, typer.Option(help="Address of a Dask scheduler.", metavar="ADDR")] = "",
    timeout: Annotated[float | None, typer.Option(min=1, help="Seconds a cell may take.")] = None,
    memory: Annotated[float | None, typer.Option(min=0.5, help="GiB a notebook may use.")] = None,
    regrade: Annotated[bool, typer.Option("--regrade", help="Run what has a result, too.")] = False,
    trust: Annotated[
        bool, typer.Option("--i-trust-these-students", help="Run without a sandbox, as you.")
    ] = False,
    as_json: AsJson = False,
):
    """Grade a class: run every submission in a sandbox, compare outside, write results one by one.

    A submission is `student/notebook.ipynb` (or as Moodle, Canvas and nbgrader name it). Only the
    cells that begin with `# answer: …` are taken from it. Stop it when you like and start it again:
    what was graded under the same master and settings is not run again.

    Ends with 0 when all were graded, 1 when some were rejected, ran out of time or died (their
    results say why), 2 when grading could not begin.

    Example: nnlib grade submissions -a assignment.yml -o results
    """
    import dataclasses

    os.environ.setdefault("NNLIB_BACKEND", "numpy")  # for the masters; the values are the same
    from nnlib.grading import assignment as assignments
    from nnlib.grading import cluster
    from nnlib.grading.grade import Grader

    with refusals(as_json):
        of = assignments.read(assignment)
        changed = {"cell": timeout, "memory": memory and int(memory * 2**30)}
        changed = {key: value for key, value in changed.items() if value}
        of = dataclasses.replace(of, limits=dataclasses.replace(of.limits, **changed))
        engine = cluster.engine(dask, jobs) if dask else None
        grader = Grader(of, output, _shard(shard), regrade, trust, engine, jobs)
        with progress("graded", as_json) as tell:
            summary = grader.grade(submissions, tell)
    for note in summary.notes:
        typer.echo(note, err=True)
    told = {"states": dict(summary.states), "kept": summary.kept, "notes": summary.notes}
    told |= {"results": str(output)}
    words = [f"{count} {state}" for state, count in summary.states.items()]
    words += [f"{summary.kept} of them before"] if summary.kept else []
    text = (
        f"{', '.join(words) or 'Nothing to grade'}. Now: nnlib gradebook {output} -a {assignment}"
    )
    say(told, text, as_json)
    raise typer.Exit(0 if set(summary.states) <= {"graded"} else 1)


def release(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to be given out.")],
    chapters: Annotated[str, typer.Option(help="As foundations/04,steps/01-03.")] = "",
    assignment: AnAssignment = Path("assignment.yml"),
    roster: Annotated[Path | None, typer.Option(help="A CSV with a column id.")] = None,
    bank: Annotated[Path | None, typer.Option(help="A folder of solutions of your own.")] = None,
    repository: Annotated[str, typer.Option(help="Where it will lie, for Colab links.")] = "",
    hub: Annotated[str, typer.Option(help="A JupyterHub, for nbgitpuller links.")] = "",
    as_zip: Annotated[bool, typer.Option("--zip", help="A zip beside the folder, too.")] = False,
    as_git: Annotated[bool, typer.Option("--git", help="Commit it as a repository.")] = False,
    as_json: AsJson = False,
):
    """Write student versions of chapters: no solutions, no hidden checks, a cover with dates.

    With --chapters and no assignment.yml yet, one is written for you to edit, with a secret beside
    it; keep both out of the folder that you give out. With a roster in it each student gets a
    folder, with numbers of their own where a question has variants.

    Ends with 0 when it was written, 2 when it could not be.

    Example: nnlib release --chapters foundations/04 -o week-3
    """
    os.environ.setdefault("NNLIB_BACKEND", "numpy")
    from nnlib.grading import assignment as assignments
    from nnlib.grading import giving

    with refusals(as_json):
        words = assignments.begin(assignment, chapters, bank, roster)
        of = assignments.read(assignment)
        if as_git and of.people:
            raise ValueError("git: not with a roster: one repository would show all to all")
        people = of.people
        digests = giving.release(of, output, people, repository, hub)
        words += [f"{output}: {len(digests)} files for {len(people) or 'all'} students."]
        if as_zip:
            words += [f"{giving.zipped(output, people)}: the same, zipped."]
        if as_git:
            words += [giving.committed(output, of)]
    say({"files": digests, "notes": words}, "\n".join(words), as_json)


def gradebook(
    results: Annotated[list[Path], typer.Argument(help="Folders that nnlib grade wrote.")],
    assignment: AnAssignment = Path("assignment.yml"),
    roster: Annotated[Path | None, typer.Option(help="A CSV with a column id.")] = None,
    kind: Annotated[
        str, typer.Option("--format", "-f", help="html, csv, canvas, moodle or gradescope.")
    ] = "html",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file, or a folder for html.")
    ] = None,
    as_json: AsJson = False,
):
    """Who is where, and which question hurts: a page to look at, or a table to upload.

    html writes gradebook.html, gradebook.csv and, once, a template of adjustments.yml into the
    results' folder (with several, shards of one class, into the folder that -o names). Comments and
    points of yours stand in adjustments.yml; nothing here ever changes it.

    Ends with 0 when it was written, 2 when it could not be.

    Example: nnlib gradebook results -a assignment.yml --roster students.csv
    """
    from nnlib.grading import adjustments, exports, handback, overview
    from nnlib.grading import assignment as assignments
    from nnlib.grading import gradebook as books
    from nnlib.grading import roster as rosters
    from nnlib.grading.store import load, write_atomically

    tables = {
        "csv": exports.everything,
        "canvas": exports.canvas,
        "moodle": exports.moodle,
        "gradescope": exports.gradescope,
    }
    with refusals(as_json):
        if kind not in ("html", *tables):
            raise ValueError(f"format: html, {', '.join(tables)} expected, got {kind!r}")
        if len(results) > 1 and output is None:
            raise ValueError("output: with several folders say -o, where it goes")
        of = assignments.read(assignment)
        people = rosters.read(roster) if roster else of.people or None
        if kind in ("canvas", "moodle") and not people:
            raise ValueError(f"{kind}: needs a roster, to know whose row is whose")
        found = load(results)
        folder = output if kind == "html" and output else results[0]
        known, by_hand = books.students(found, of, people), {}
        for place in dict.fromkeys([*results, folder]):
            by_hand |= adjustments.read_file(place / "adjustments.yml", known, of)
        book = books.build(found, of, people, by_hand)
        if kind == "html":
            counted = exports.counted(book)
            for result in found:  # the page leads to them, and they say what counted
                handback.write(result, folder, counted.get(result["submission"], ""))
            written = [folder / "gradebook.html", folder / "gradebook.csv"]
            write_atomically(written[0], overview.html(book))
            write_atomically(written[1], exports.everything(book))
            if not (folder / "adjustments.yml").exists():
                write_atomically(folder / "adjustments.yml", adjustments.template(of, known))
        else:
            written = [output or folder / f"{kind}.csv"]
            write_atomically(written[0], tables[kind](book))
    for path, why in found.skipped.items():
        typer.echo(f"left out {path}: {why}", err=True)
    told = {"students": len(book.rows), "written": [str(path) for path in written]}
    say(told, "\n".join(map(str, written)), as_json)


def similar(
    submissions: Annotated[Path, typer.Argument(help="A folder of notebooks, or a zip of it.")],
    top: Annotated[int, typer.Option(min=1, help="At most so many pairs.")] = 50,
    as_json: AsJson = False,
):
    """Name pairs of answers that are alike beyond what chance gives in this class.

    A reason to look and to talk, never a proof. What the exercise gave to everyone is subtracted.

    Ends with 0 when nobody stands out, 1 when somebody does, 2 when it could not be tried or
    when there are fewer than eight students: then nothing can be told.

    Example: nnlib similar submissions
    """
    from nnlib.grading import classroom
    from nnlib.grading import similar as likeness

    with refusals(as_json):
        answers, stubs = classroom.gather(submissions)
        pairs = likeness.compare(answers, stubs, top)
    say(pairs.as_dict(), likeness.as_text(pairs), as_json)
    told = pairs.as_dict()["told"]
    raise typer.Exit((1 if pairs else 0) if told else 2)


def update(
    notebook: Annotated[Path, typer.Argument(help="Your copy of an exercise, saved.")],
    to: Annotated[Path | None, typer.Option(help="The corrected edition you were given.")] = None,
    as_json: AsJson = False,
):
    """Carry your answers, and the cells you added, into a corrected edition of the exercise.

    Your file as it was is kept beside it. Ends with 0, or with 2 when nothing could be done.

    Example: nnlib update 04_backprop.ipynb --to downloads/04_backprop.ipynb
    """
    from nnlib.grading.update import update as carry

    with refusals(as_json):
        kept, words = carry(notebook, to)
    words = [*words, f"Your file as it was: {kept}"]
    say({"kept": str(kept), "notes": words}, "\n".join(words), as_json)


def register(app):
    """Add the commands to the one program."""
    for command in (update, release, grade, gradebook, similar):
        app.command()(command)


def _shard(text):
    try:
        number, of = map(int, text.split("/"))
    except ValueError:
        number, of = 0, 0
    if not 1 <= number <= of:
        raise ValueError(f"shard: i/n with i from 1 to n expected, got {text!r}")
    return number, of
