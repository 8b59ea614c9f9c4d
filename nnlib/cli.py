"""The command line: `nnlib check`, `nnlib catalog`, `nnlib doctor`, `nnlib version`.

Exit codes: 0 all is well; 1 something is not right yet; 2 it could not be tried.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import nnlib
from nnlib.grading import commands
from nnlib.grading.console import say

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The course's tools. `nnlib check my_notebook.ipynb` tells what is right so far.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="Your copy of an exercise notebook, saved.")],
    as_json: AsJson = False,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds a cell may take.")] = 60,
    here: Annotated[
        bool,
        typer.Option("--here", help="Run in this process, without nbval and without a time limit."),
    ] = False,
):
    """Run your answers in a fresh copy of the exercise, and say what is right and what is not.

    Only the cells that begin with `# answer: …` are taken from your notebook; you may move, delete
    or change everything else. The file is not changed. The answers are run on this machine, as you.

    Ends with 0 when every question is right, 1 when some are not, 2 when the notebook cannot be
    read or run.

    Example: nnlib check exercises/foundations/04_backprop.ipynb
    """
    from nnlib.grading.drivers import nbval_available
    from nnlib.grading.report import check_notebook
    from nnlib.grading.splice import Rejected

    if not here and not nbval_available():
        said = "nbval is not installed, so no cell has a time limit here; Ctrl-C stops the check."
        typer.echo(f"{said} With it: pip install nbval", err=True)
    try:
        report = check_notebook(notebook, driver="here" if here else None, timeout=timeout)
    except (Rejected, RuntimeError) as error:
        say({"rejected": str(error)}, f"{notebook}: {error}", as_json, err=True)
        raise typer.Exit(2) from None
    say(report.as_dict(), report.as_text(), as_json)
    raise typer.Exit(0 if report.ok else 1)


@app.command()
def catalog(
    name: Annotated[str, typer.Argument(help="One architecture; without it, all of them.")] = "",
    as_json: AsJson = False,
):
    """List the architectures of the course, or tell about one: what it assumes, what it costs.

    Ends with 2 when there is no architecture of that name; the ones that are near are named.

    Example: nnlib catalog kan
    """
    from nnlib.catalog import entries, entry

    if not name:
        found = entries()
        key, name = (2 + max(len(getattr(e, what)) for e in found) for what in ("key", "name"))
        lines = [f"{e.key:<{key}}{e.name:<{name}}step {e.step:<4}{e.idea}" for e in found]
        return say([asdict(e) for e in found], "\n".join(lines), as_json)
    try:
        found = entry(name)
    except ValueError as error:
        say({"problem": str(error)}, str(error), as_json, err=True)
        raise typer.Exit(2) from None
    paper = found.paper
    rows = {
        "idea": found.idea,
        "assumes": found.bias,
        "time": found.time,
        "memory": found.memory,
        "tested": "; ".join(found.claims),
        "paper": f"{paper.authors} ({paper.year}), {paper.url}",
        "source": f"{found.file}, class {found.where.partition(':')[2]}",
        "chapter": f"book/{found.page}.ipynb",
    }
    lines = [f"{found.name}, {found.family.lower()}, step {found.step}"]
    say(asdict(found), "\n".join(lines + [f"{k:<9}{v}" for k, v in rows.items()]), as_json)


commands.register(app)


@app.command()
def doctor(as_json: AsJson = False):
    """Show what is installed, what is missing and the command that mends it.

    The report names no user and no folder: paste it into an issue. Where this does not start,
    `python -m nnlib.doctor` does; in a notebook `%run -m nnlib.doctor` tells about its kernel.

    Ends with 1 when there is something to mend.
    """
    from nnlib.doctor import main

    raise typer.Exit(main(as_json))


@app.command()
def version():
    """Print the version of nnlib."""
    typer.echo(nnlib.__version__)
