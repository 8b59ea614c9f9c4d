"""What a class is given: the chosen exercises without solutions and hidden checks, and a cover.

    DIR/00_start.ipynb                      what to do, points, dates, rules
    DIR/foundations/04_backprop.ipynb       an exercise
    DIR/release.json                        what was given out: a digest of every file
    DIR/<student>/…                         the same for each student, where a roster is given

An exercise that differs from the packaged one (chosen questions, other points, a bank's, a
student's own numbers) carries its edition in a cell, so that `check` knows what to expect, in
Colab and in the browser too. The same assignment and secret give the same bytes.
"""

import hashlib
import json
import re
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import quote, urlencode

from nnlib.grading import authoring, master, references
from nnlib.grading.course import Mistaken, home, solutions
from nnlib.grading.splice import has_tag
from nnlib.grading.store import write_atomically
from nnlib.grading.submissions import COVER

MANIFEST = "release.json"


def release(assignment, folder, students=(), repository="", hub=""):
    """Write the student versions. students: rows of a roster; repository, hub: for links.

    Returns {path below the folder: digest}. Raises Mistaken before anything is written.
    """
    folder = Path(folder)
    if any(path.resolve().is_relative_to(folder.resolve()) for path in _private(assignment)):
        raise Mistaken(f"output: the secret lies in {folder}: it would be given out with it")
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise Mistaken(f"output: {folder} holds something else; choose an empty folder")
    texts = {}
    for student in [row["id"] for row in students] or [""]:
        below = f"{student}/" if student else ""
        notebooks = {name: exercise(assignment, name, student) for name in assignment.exercises}
        texts[below + COVER] = cover(assignment, notebooks, student, repository, hub)
        texts |= {f"{below}{name}.ipynb": _text(one) for name, one in notebooks.items()}
    if repository:
        texts["links.md"] = links(assignment, sorted(texts), repository, hub)
    digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
    told = {"assignment": assignment.id, "title": assignment.title, "course": assignment.course}
    texts[MANIFEST] = json.dumps(told | {"files": digests}, indent=1, ensure_ascii=False) + "\n"
    _clear(folder, digests)
    for path, text in texts.items():
        write_atomically(folder / path, text)
    return digests


def _clear(folder, digests):
    """Remove what an earlier release wrote, this one does not, and nobody has changed since."""
    try:
        earlier = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return
    for path, digest in earlier.items():
        file = folder / path
        same = file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == digest
        if path not in digests and same and file.resolve().is_relative_to(folder.resolve()):
            file.unlink()


def _private(assignment):
    return [assignment.secret_file, *([assignment.bank] if assignment.bank else [])]


def exercise(assignment, name, student=""):
    """The notebook of one exercise as a student gets it."""
    edition = master.build(assignment, name, student).edition
    notebook = edition.pristine
    notebook["cells"] = [cell for cell in notebook["cells"] if not has_tag(cell, "badge")]
    if home(name, assignment.bank) == solutions() and edition.questions == _packaged(name):
        return notebook
    cell = {
        "cell_type": "code",
        "id": "edition",
        "metadata": {"tags": ["edition", "hide-input"], "jupyter": {"source_hidden": True}},
        "execution_count": None,
        "outputs": [],
        "source": f"# What your edition expects. Leave this cell as it is.\n"
        f'nnlib.edition("{edition.packed()}")',
    }
    at = next((i for i, c in enumerate(notebook["cells"]) if has_tag(c, "setup")), 0)
    return {**notebook, "cells": [*notebook["cells"][: at + 1], cell, *notebook["cells"][at + 1 :]]}


def _packaged(name):
    return references.questions(name) if name in references.names() else None


# ── the cover ────────────────────────────────────────────────────────────────────────


def cover(assignment, notebooks, student="", repository="", hub=""):
    """The text of the cover notebook."""
    due, worth = assignment.due_for(student), sum(assignment.points.values())
    lines = [f"# {assignment.title}", ""]
    if student:
        lines += [f"This edition is for **{student}**: some of its numbers are yours alone.", ""]
    lines += ["| exercise | questions | points |", "|---|---|---|"]
    for name, notebook in notebooks.items():
        points = sum(assignment.points[id] for id in assignment.exercises[name])
        title = authoring.source(notebook["cells"][0]).splitlines()[0].removeprefix("# Exercises: ")
        count = len(assignment.exercises[name])
        lines += [f"| [{title.lstrip('# ')}]({name}.ipynb) | {count} | {points:g} |"]
    lines += [f"| together | | {worth:g} |", ""]
    if due:
        lines += [f"**Due** {due:%A, %d %B %Y, %H:%M} ({due.tzname()}, {due.tzinfo}).", ""]
    lines += [*_rules(assignment), "", *_how(assignment)]
    cells = [{"cell_type": "markdown", "id": "cover", "metadata": {}, "source": "\n".join(lines)}]
    cells += [c for c in next(iter(notebooks.values()))["cells"] if has_tag(c, "setup")]
    first = next(iter(notebooks.values()))
    return _text({**first, "cells": cells})


def _rules(assignment):
    rules = []
    if assignment.due and assignment.late_per_day:
        most = assignment.late_at_most
        rules += [
            f"Each day begun after that costs {assignment.late_per_day:.0%} of the points"
            + (f"; after {most} days nothing counts." if most is not None else ".")
        ]
    if assignment.attempts_at_most:
        rules += [f"You may hand in {assignment.attempts_at_most} times."]
    rules += [f"The {assignment.counts} attempt counts."] if assignment.attempts_at_most else []
    return [" ".join(rules)] if rules else []


def _how(assignment):
    return [
        "## How to work",
        "",
        "In each question you replace `raise NotImplementedError(…)` by your answer. Then run the "
        "cells below it: they print values, and `nnlib.check` says what is wrong with them. Only "
        "the cells that begin with `# answer: …` are graded; whatever an answer needs has to "
        "stand in its own cell. You may add cells, move them, and experiment.",
        "",
        "Before you hand in, save, and run in a terminal `nnlib check` with the notebook's name: "
        "it runs your answers in a fresh copy, as the grader will.",
        "",
        "The checks that you see are not all: when it is graded, hidden checks feed the same "
        "functions with other inputs. An answer that does what the text says passes them.",
        "",
        f"Hand in the notebooks. (Course version {assignment.course}, assignment {assignment.id}.)",
    ]


def links(assignment, paths, repository, hub=""):
    """Links for a course page: Colab for each notebook, nbgitpuller if there is a hub."""
    slug = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", repository)
    lines = [f"# {assignment.title}: links", ""]
    for path in paths:
        made = []
        if slug:
            where = f"https://colab.research.google.com/github/{slug[1]}/blob/main/{quote(path)}"
            made += [f"[Colab]({where})"]
        if hub:
            tree = f"lab/tree/{repository.rstrip('/').rsplit('/', 1)[-1].removesuffix('.git')}"
            query = {"repo": repository, "branch": "main", "urlpath": f"{tree}/{path}"}
            base = hub.rstrip("/")
            made += [f"[JupyterHub]({base}/hub/user-redirect/git-pull?{urlencode(query)})"]
        lines += [f"- {path}: {' · '.join(made) or 'no link: not on GitHub, and no hub given'}"]
    return "\n".join(lines) + "\n"


def _text(notebook):
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


# ── other forms ──────────────────────────────────────────────────────────────────────


def zipped(folder, students=()):
    """A zip beside the folder, or with a roster one for each student in a folder beside it.

    Returns its path. The same files give the same bytes.
    """
    folder = Path(folder)
    if not students:
        return _zip(folder, folder.with_name(folder.name + ".zip"))
    beside = folder.with_name(folder.name + "-zips")
    for row in students:
        _zip(folder / row["id"], beside / f"{row['id']}.zip")
    return beside


def _zip(folder, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.tmp")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), path.read_bytes())
    aside.replace(target)
    return target


def committed(folder, assignment):
    """Commit the folder as a git repository, for nbgitpuller or a class; what was done."""

    def git(*words):
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise Mistaken(f"git {words[0]}: {(done.stderr or done.stdout).strip()}")
        return done.stdout.strip()

    if not (Path(folder) / ".git").exists():
        git("init", "-q", "-b", "main")
    git("add", "-A")
    if not git("status", "--porcelain"):
        return f"{folder}: nothing has changed since the last commit."
    git("commit", "-q", "-m", f"{assignment.title} (course {assignment.course})")
    return f"{folder}: commit {git('rev-parse', '--short', 'HEAD')}; push it to where it shall lie."
