"""Grading a class: from submissions to results, in any number of tries.

For each submission its answers are put into the master, run in the sandbox (worker.py), and
compared here, outside. One bad file never stops the others. A result is written as a whole when
it is there, so a run may be killed at any moment and started again; what was graded under the same
master and settings is not run again.
"""

import compileall
import dataclasses
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import nnlib
from nnlib.grading import assignment as assignments
from nnlib.grading import drivers, handback, master, outcome, pool, sandbox, submissions
from nnlib.grading.splice import Rejected, answers, read, splice
from nnlib.grading.store import write_atomically


@dataclass
class Summary:
    """What a run did. states: {state: how many}; kept: of these, had a result already."""

    states: Counter = field(default_factory=Counter)
    kept: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def done(self):
        return self.states.total()


@dataclass
class Grader:
    """Grades submissions for one assignment into one folder.

    shard: (i, n), i from 1: only every n-th submission, by a hash of its path. regrade: run what
    has a result, too. trusted: without a sandbox. engine: runs (key, job) pairs as `pool.each`.
    """

    assignment: assignments.Assignment
    results: Path
    shard: tuple[int, int] = (1, 1)
    regrade: bool = False
    trusted: bool = False
    engine: object = None
    jobs: int = 1
    summary: Summary = field(default_factory=Summary)

    def __post_init__(self):
        self.results = Path(self.results)
        self._masters, self._ids = {}, {row["id"] for row in self.assignment.people}
        sandbox.require(self.trusted)
        self._pool = None if self.engine else pool.Pool(self.jobs)
        self.engine = self.engine or self._pool

    def grade(self, source, tell=lambda done, total, result: None):
        """Grade all submissions in a folder or a zip. The Summary.

        tell is called after each, with its result, or None for one that was graded before.
        Raises sandbox.NoSandbox, assignment.Mistaken and ValueError before anything is run.
        """
        if not self.trusted:
            private = [self.results, self.assignment.secret_file, source]
            sandbox.expect_out_of_sight(*private, *filter(None, [self.assignment.bank]))
        handed_in = submissions.found(source, self.assignment.people)
        self.summary.notes = self._remarks(handed_in)
        found = [one for one in handed_in if self._is_mine(one)]
        compileall.compile_dir(sandbox.PACKAGE, quiet=2)  # else each kernel would, for itself
        self.results.mkdir(mode=0o700, parents=True, exist_ok=True)  # hidden values lie there
        try:
            return self._grade(found, tell)
        finally:
            if self._pool:
                self._pool.close()

    def _grade(self, found, tell):
        self.prove()
        self._tell = lambda result: tell(self.summary.done, len(found), result)
        waiting, again = {}, []
        for key, came in self.engine(self._jobs(found, waiting)):
            if _ended(came):  # perhaps its neighbours took all there was: once more, alone
                again.append(key)
            else:
                self._finish(*waiting.pop(key), came)
        retried = ((key, self._job(*waiting[key][2:])) for key in again)
        for key, came in pool.each(retried, 1):
            self._finish(*waiting.pop(key), came)
        return self.summary

    def _jobs(self, found, waiting):
        """(key, job) of all that has to run; what has not is kept or rejected on the way."""
        for one in found:
            try:
                content = one.read()
                notebook = read(content)
                of = self._exercise(notebook, one.student)
            except Rejected as error:
                result = outcome.blank(one, f"rejected: {error}", reason=str(error))
                result["exercise"] = self._meant(one.path)
                if not self._is_kept(one, result["key"]):
                    self._keep(result)
                continue
            key = self._key(content, of)
            if not self._is_kept(one, key):
                spliced = splice(of.notebook, notebook)
                waiting[one.folder] = (one, key, of, spliced)
                yield one.folder, self._job(of, spliced)

    # ── before ───────────────────────────────────────────────────────────────────────

    def prove(self):
        """Grade the author's own solutions: if they fail, it is the machine that is not right.

        Raises ValueError when a solution does not earn every point.
        """
        waiting = {}
        for name in self.assignment.exercises:
            of = self.master(name)
            if not self._is_proved(of):
                waiting[name] = (of, splice(of.notebook, _as_submission(of)))
        jobs = ((name, self._job(*one)) for name, one in waiting.items())
        for name, came in self.engine(jobs):
            if isinstance(came, Exception):
                raise ValueError(f"{name}: the author's own solution could not be run: {came}")
            of, spliced = waiting[name]
            nobody = submissions.Submission(name, name, "", "", None, None)
            result = self._result(nobody, "", of, spliced, came)
            if result["state"] != "graded" or result["points"] < result["worth"] - 1e-9:
                wrong = [q["id"] for q in result["questions"] if q["points"] < q["worth"] - 1e-9]
                raise ValueError(
                    f"{name}: on this machine the author's own solution does not earn its points "
                    f"({', '.join(wrong) or result['reason']}). Nothing was graded."
                )
            proved = {**of.executed, "metadata": {**of.executed["metadata"], "proved": of.digest()}}
            text = json.dumps(proved, indent=1, ensure_ascii=False) + "\n"
            write_atomically(self.results / "masters" / f"{name}.ipynb", text)

    def _is_proved(self, of):
        try:
            file = self.results / "masters" / f"{of.name}.ipynb"
            told = json.loads(file.read_text(encoding="utf-8"))
            return told["metadata"]["proved"] == of.digest()
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def master(self, name, student=""):
        """The Master of an exercise: with a roster this student's, else the edition of all."""
        own = student in self._ids and master.varies(self.assignment, name)
        key = (name, student if own else "")
        if key not in self._masters:
            if len(self._masters) > 200:  # students come one after the other
                self._masters.pop(next(iter(self._masters)))
            self._masters[key] = master.build(self.assignment, name, key[1])
        return self._masters[key]

    def _remarks(self, handed_in):
        """What an instructor should hear before the points: strangers, and times of a download."""
        notes = []
        strangers = sorted({one.student for one in handed_in} - self._ids) if self._ids else []
        if strangers:
            notes.append(f"Not in the roster: {', '.join(strangers)}. Rename their files.")
        times = [one.submitted for one in handed_in if one.submitted]
        late = any(self.assignment.days_late(one.student, one.submitted) for one in handed_in)
        if len(times) > 2 and late and max(times) - min(times) < timedelta(minutes=10):
            notes.append(
                f"All files are of {max(times):%d %B %Y, %H:%M} UTC: the time of a download? Then "
                "nobody is late by it. Put a timestamp.txt into each student's folder."
            )
        return notes

    def _meant(self, path):
        """The exercise that a file's name speaks of, "" if none."""
        names = (name for name in self.assignment.exercises if name.rpartition("/")[2] in path)
        return next(names, "")

    def _is_mine(self, submission):
        number, of = self.shard
        digest = hashlib.sha256(submission.folder.encode()).digest()
        return int.from_bytes(digest[:8], "big") % of == number - 1

    # ── one submission ───────────────────────────────────────────────────────────────

    def _exercise(self, notebook, student):
        """The master for the exercise to which most of the answers belong. Raises Rejected."""
        ids = set(answers(notebook))
        shared = {n: len(ids & set(qs)) for n, qs in self.assignment.exercises.items()}
        best = max(shared, key=shared.get)
        if not shared[best]:
            raise Rejected(
                "no cell begins with `# answer: …` and an id of this assignment: the right file?"
            )
        return self.master(best, student)

    def _job(self, of, spliced):
        limits = dataclasses.asdict(self.assignment.limits)
        torch = of.needs_torch(dict(_answer_sources(spliced)))
        environment = {"NNLIB_BACKEND": "" if torch else "numpy"}
        shut_in = not self.trusted
        without = self.assignment.without
        return drivers.job(spliced.notebook, limits, shut_in, environment, without)

    def _key(self, content, of):
        """Of what the result depends on besides the machine."""
        digest = hashlib.sha256(content).hexdigest()
        settings = [dataclasses.asdict(self.assignment.limits), self.assignment.without]
        told = [digest, of.digest(), settings, self.trusted, nnlib.__version__]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _finish(self, submission, key, of, spliced, came):
        """Judge and keep; what makes the judge stumble has a state as well, and stops no other."""
        try:
            result = self._result(submission, key, of, spliced, came)
        except Exception as error:
            reason = f"What it printed could not be judged ({type(error).__name__})."
            result = outcome.blank(submission, key, "kernel died", reason)
        self._keep(result)

    def _result(self, submission, key, of, spliced, came):
        if isinstance(came, Exception):
            reason = "The process that ran it ended, twice."
            return outcome.blank(submission, key, "kernel died", reason) | {"exercise": of.name}
        ran = drivers.ran(spliced.notebook, came)
        return outcome.result(submission, key, of, spliced, ran, came)

    # ── results ──────────────────────────────────────────────────────────────────────

    def _place(self, folder):
        return self.results / "results" / f"{folder}.json"

    def _is_kept(self, submission, key):
        try:
            told = json.loads(self._place(submission.folder).read_text(encoding="utf-8"))
            same = not self.regrade and told["key"] == key
        except (OSError, ValueError, KeyError, TypeError):
            return False
        if same:
            self.summary.kept += 1
            self.summary.states[told["state"]] += 1
            self._tell(None)
        return same

    def _keep(self, result):
        """First what can be handed back, last the result: it says that all of it is there."""
        handback.write(result, self.results)
        text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        write_atomically(self._place(result["folder"]), text)
        self.summary.states[result["state"]] += 1
        self._tell(result)


def _as_submission(of):
    cells = [
        {"cell_type": "code", "metadata": {"nnlib": {"answer": id}}, "source": source}
        for id, source in of.solution.items()
    ]
    return {"cells": cells}


def _answer_sources(spliced):
    return ((id, found[0]) for id, found in answers(spliced.notebook).items())


def _ended(came):
    """Whether the kernel, or the process that ran it, ended for a reason that may be another's."""
    if isinstance(came, Exception):
        return True
    words = ("ended Python", "could not be started")
    return came["state"] == "kernel died" and came["cells"][came["where"]]["error"].endswith(words)
