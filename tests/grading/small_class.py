"""A small class with a small exercise of its own: for tests of who runs it, and where, and when."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.grading.ordinary import ROOT, as_ordinary_user, own

QUESTIONS = {
    "small-double": ("double", "return 2 * x", "return x**2"),
    "small-half": ("half", "return x / 2", "return x"),
}
POINTS = {"small-double": 2, "small-half": 4}


def _cell(source, kind="code", **metadata):
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": metadata, "source": source} | more


def bank(folder):
    """Write the exercise `small/01_both` as its author would, into folder."""
    cells = [_cell("# Solutions: both", "markdown"), _cell("import nnlib")]
    spec = ""
    for id, (name, right, wrong) in QUESTIONS.items():
        marked = f"    ### BEGIN SOLUTION\n    {right}\n    ### END SOLUTION"
        show = f'nnlib.show("{id}", {name}(21.0), case="plain")'
        hidden = f'seed = 0\nnnlib.show("{id}", {name}(seed % 1000 + 3.0), case="drawn")'
        cells += [
            _cell(f"## {name}", "markdown"),
            _cell(f"# answer: {id}\ndef {name}(x):\n{marked}"),
            _cell(f"# NBVAL_CHECK_OUTPUT\n{show}"),
            _cell(f"# NBVAL_CHECK_OUTPUT\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"),
            _cell(f'# NBVAL_IGNORE_OUTPUT\nnnlib.check("{id}")'),
        ]
        spec += (
            f"{id}:\n  title: {name}\n  points: {POINTS[id]}\n  outcome: one\n  hints: [a, b, c]\n"
            "  mistakes:\n    - name: other\n      misconception: another\n      says: look again\n"
            f"      code: {wrong}\n"
        )
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    path = Path(folder) / "small/01_both"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".ipynb").write_text(json.dumps(notebook))
    path.with_suffix(".yml").write_text(spec)


def answers(double="return 2 * x", half="return x / 2"):
    """A submission with these bodies."""
    bodies = {"small-double": double, "small-half": half}
    cells = []
    for id, body in bodies.items():
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        cells.append(_cell(f"# answer: {id}\ndef {QUESTIONS[id][0]}(x):\n{lines}"))
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


# student: (submission, state, points of 6)
CLASS = {
    "ada": (answers(), "graded", 6),
    "ben": (answers(double="return x + x"), "graded", 6),
    "cleo": (answers(half="return x"), "graded", 2),
    "dan": (answers(double="return 42"), "graded", 5),
    "eva": (answers(double="import os\nos._exit(0)"), "kernel died", 0),
    "finn": (answers(half="while True:\n    pass"), "timed out", 2),
    "gil": ("{", "rejected", 0),
    "hana": (answers(half="return 0.5 * x"), "graded", 6),
    "ivo": (answers(double="retrn x"), "graded", 4),
    "jun": (answers(double="raise ValueError"), "graded", 4),
    "kim": (answers(double="import time\ntime.sleep(0.2)\nreturn 2 * x"), "graded", 6),
    "lea": (answers(double="return 3 * x", half="return 10.5"), "graded", 2),
}


class Place:
    """A folder of an ordinary user with the exercise, an assignment and submissions."""

    def __init__(self, students=CLASS):
        self.root = Path(tempfile.mkdtemp(prefix="nnlib-class-"))  # short: sockets lie below it
        self.root.chmod(0o755)
        bank(self.root / "bank")
        (self.root / "secret.txt").write_text("0123456789abcdef0123456789abcdef\n")
        self.assign()
        for student in students:
            self.hand_in(student, CLASS[student][0])
        (self.root / "tmp").mkdir()
        self.started = []
        own(self.root)

    def assign(self, cell=5):
        (self.root / "assignment.yml").write_text(
            "title: Small\nid: small\nchapters: {small/01_both: all}\nsecret: secret.txt\n"
            f"bank: bank\nlimits: {{cell: {cell}, notebook: 60, memory: 2}}\n"
        )

    def hand_in(self, student, text):
        path = self.root / "submissions" / student / "01_both.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1_800_000_000, 1_800_000_000))  # so that two places are alike
        own(self.root / "submissions")

    @property
    def environment(self):
        """What commands run with; a /tmp of their own, so that what they leave there is seen."""
        return os.environ | {
            "HOME": str(self.root),
            "TMPDIR": str(self.root / "tmp"),
            "NNLIB_BACKEND": "numpy",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, *command, output=subprocess.PIPE, **more):
        """A command of an ordinary user, in this folder."""
        process = subprocess.Popen(
            as_ordinary_user(*map(str, command)),
            cwd=self.root,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def begin(self, *arguments, jobs=2, patience=60):
        """Start `nnlib grade`, with so many seconds of patience with a cluster."""
        command = f"from nnlib.grading import cluster; cluster.PATIENCE = {patience}; "
        command += f"cluster.ANSWER = {min(patience, 10)}; "
        command += "from nnlib.cli import app; app()"
        told = ["grade", "submissions", "--jobs", jobs, *arguments]
        return self.start(sys.executable, "-c", command, *told)

    def grade(self, *arguments, **more):
        """(exit code, what it said) of `nnlib grade`."""
        return finish(self.begin(*arguments, **more))

    def pids(self, pattern):
        """Of the processes whose command line this is found in."""
        return [pid for pid, said in self.processes().items() if re.search(pattern, said)]

    def left_in_tmp(self):
        return sorted(path.name for path in (self.root / "tmp").glob("nn-*"))

    def processes(self):
        """{pid: command line} of what was started with this environment and is alive.

        A kernel does not have it, but bubblewrap around it names its folder; the first process in
        there is bubblewrap's too, and with it all others end.
        """
        found, needle = {}, str(self.root).encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
                if needle in command or needle in (folder / "environ").read_bytes():
                    state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                    if state not in "ZX":
                        found[int(folder.name)] = command.replace(b"\0", b" ").decode()
            except OSError:  # it ended meanwhile, or is another user's
                continue
        return found

    def results(self, folder="results"):
        """{student: result} as written."""
        found = {}
        for path in sorted((self.root / folder / "results").rglob("*")):
            if path.is_file():
                result = json.loads(path.read_text())  # a half file would not pass here
                assert result["student"] not in found
                found[result["student"]] = result
        return found

    def written(self, folder="results"):
        """How many results there are."""
        return len(list((self.root / folder / "results").glob("*/*.json")))

    def expect_all(self, students=CLASS, folder="results"):
        """All results are there, whole and right, and what is handed back with them."""
        found = self.results(folder)
        came = {who: (result["state"], result["points"]) for who, result in found.items()}
        assert came == {who: CLASS[who][1:] for who in students}
        files = [path for path in (self.root / folder).rglob("*") if path.is_file()]
        assert len([path for path in files if path.name == "feedback.html"]) == len(students)
        assert not [path for path in files if path.suffix == ".tmp"]

    def remove(self):
        """End what still runs, and remove the folder."""
        for pid in self.processes():
            stop(pid)
        for process in self.started:
            process.communicate(timeout=10)
        await_(lambda: not self.processes(), 10)
        shutil.rmtree(self.root)


def without_times(results):
    """What must not depend on who ran it, when, and how often it was tried."""
    return {
        who: {key: value for key, value in result.items() if key not in ("seconds", "graded")}
        for who, result in results.items()
    }


def finish(process, seconds=120):
    """(exit code, what it said). A traceback is never what it may say."""
    said, _ = process.communicate(timeout=seconds)
    assert "Traceback" not in said, said
    return process.returncode, said


def stop(pid, how=signal.SIGKILL):
    """Send a signal to a process that may have ended meanwhile."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return


def await_(condition, seconds=60):
    """Wait until it holds; what it said."""
    end = time.monotonic() + seconds
    while not (told := condition()):
        assert time.monotonic() < end, "what was awaited did not happen"
        time.sleep(0.02)
    return told
