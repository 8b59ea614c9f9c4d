"""What an instructor calls: `nnlib release`, `grade`, `gradebook`, `similar`; and `nnlib update`.

Each imports what it needs when it is called. Exit codes as everywhere: 0 all is well, 1 something
is not, 2 it could not be tried.
"""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

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

    with _refusals(as_json):
        of = assignments.read(assignment)
        changed = {"cell": timeout, "memory": memory and int(memory * 2**30)}
        changed = {key: value for key, value in changed.items() if value}
        of = dataclasses.replace(of, limits=dataclasses.replace(of.limits, **changed))
        engine = cluster.engine(dask, jobs) if dask else None
        grader = Grader(of, output, _shard(shard), regrade, trust, engine, jobs)
        with _progress("graded", as_json) as tell:
            summary = grader.grade(submissions, tell)
    told = {"states": dict(summary.states), "kept": summary.kept, "results": str(output)}
    words = [f"{count} {state}" for state, count in summary.states.items()]
    words += [f"{summary.kept} unchanged"] if summary.kept else []
    text = (
        f"{', '.join(words) or 'Nothing to grade'}. Now: nnlib gradebook {output} -a {assignment}"
    )
    _say(told, text, as_json)
    raise typer.Exit(0 if set(summary.states) <= {"graded"} else 1)


def register(app):
    """Add the commands to the one program."""
    for command in (grade,):
        app.command()(command)


def _shard(text):
    try:
        number, of = map(int, text.split("/"))
    except ValueError:
        number, of = 0, 0
    if not 1 <= number <= of:
        raise ValueError(f"shard: i/n with i from 1 to n expected, got {text!r}")
    return number, of


class _refusals:
    """What cannot be tried ends with 2 and one sentence instead of a traceback."""

    def __init__(self, as_json):
        self.as_json = as_json

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        from nnlib.grading.sandbox import NoSandbox

        if isinstance(error, ValueError | NoSandbox | OSError):
            _say({"problem": str(error)}, str(error), self.as_json, err=True)
            raise typer.Exit(2) from None


class _progress:
    """A bar on stderr with what is left to do; `tell(done, total, result)` moves it."""

    def __init__(self, word, as_json):
        self.word, self.quiet, self.bar = word, as_json, None

    def __enter__(self):
        return self._tell

    def _tell(self, done, total, result):
        from tqdm import tqdm

        if self.quiet:
            return
        if self.bar is None:
            self.bar = tqdm(total=total, desc=self.word, unit=" notebooks", dynamic_ncols=True)
        self.bar.update(done - self.bar.n)
        if result is not None and result["state"] != "graded":
            where = f" at {result['where']}" if result["where"] else ""
            self.bar.write(f"{result['submission']}: {result['state']}{where}. {result['reason']}")

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()


def _say(data, text, as_json, err=False):
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # ✓ and ✗, on any console
    typer.echo(
        json.dumps(data, indent=2, ensure_ascii=False) if as_json else text, err=err and not as_json
    )
