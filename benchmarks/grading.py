"""Grading a class against nbgrader: the same submissions, the same scores, both as whole commands.

`python -m benchmarks.grading [--json PATH] [--rounds 3]`. Twenty small submissions, right, wrong
and partly right, are graded by `nnlib grade` (sandbox on) and by `nbgrader autograde`, by turns;
only when all scores are equal there is a ratio. Then, of nnlib alone: scaling with --jobs, peak
memory while submissions print without end, a chapter of the course, and what follows from these
for a class of 50,000.

nbgrader lives in an environment of its own below _build/, made once from requirements-nbgrader.txt.
Everything runs as an ordinary user, whoever started this.
"""

from __future__ import annotations

import argparse
import compileall
import csv
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

from nnlib.grading import sandbox, store
from tests.grading.ordinary import ROOT, as_ordinary_user, own

from .grading_class import STUDENTS, assignment, chapter, floods, nbgrader_source, submission
from .harness import Disagreement, Ratio, all_threads

PINS = ROOT / "benchmarks/requirements-nbgrader.txt"
CLASS, CORES, PRICE = 50_000, 64, 0.05  # the price of an hour of a core, in dollars: an assumption


class Bench:
    """A folder of an ordinary user, and the commands that run in it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.runs = 0

    def call(self, *command, watch=None):
        """Seconds that a command takes. It must end well, or with 1: some were not graded."""
        path = f"{Path(command[0]).parent}:{os.environ['PATH']}"  # nbgrader calls its neighbours
        environment = {"PATH": path, "LANG": "C.UTF-8", "HOME": str(self.folder)}
        environment |= {"PYTHONPATH": str(ROOT), "TMPDIR": str(self.folder)}
        environment |= {name: os.environ[name] for name in os.environ if "_THREADS" in name}
        own(self.folder)
        start = perf_counter()
        process = subprocess.Popen(
            as_ordinary_user(*map(str, command)),
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if watch:
            watch(process.pid)
        said, _ = process.communicate()
        if process.returncode not in (0, 1) or "Traceback" in said:
            sys.exit(f"{' '.join(map(str, command))}: {process.returncode}\n{said}")
        return perf_counter() - start

    def grade(self, of, jobs, watch=None):
        """(seconds, results) of `nnlib grade` for the class in the folder `of`."""
        self.runs += 1
        results = self.folder / f"results-{self.runs}"
        command = [sys.executable, "-m", "nnlib", "grade", f"{of}/submissions"]
        command += ["-a", f"{of}/assignment.yml", "-o", results, "--jobs", jobs, "--json"]
        seconds = self.call(*command, watch=watch)
        return seconds, results

    def autograde(self):
        """(seconds, {student: score}) of `nbgrader autograde` for a fresh copy of the course."""
        self.runs += 1
        course = self.folder / f"course-{self.runs}"
        shutil.copytree(self.folder / "course", course)
        nbgrader = [environment() / "bin/python", "-m", "nbgrader"]
        where = f"--CourseDirectory.root={course}"
        seconds = self.call(*nbgrader, "autograde", "both", where)
        self.call(*nbgrader, "export", where, f"--to={course}/grades.csv")
        with (course / "grades.csv").open(newline="") as file:
            return seconds, {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def environment():
    """The folder of nbgrader's environment; made if it is not there or not of these pins."""
    place = ROOT / "_build/nbgrader"
    digest = hashlib.sha256(PINS.read_bytes() + sys.version.encode()).hexdigest()
    stamp = place / "made-from"
    if not stamp.is_file() or stamp.read_text() != digest:
        print(f"Making nbgrader's environment in {place} (once)", flush=True)
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        pip = [place / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--disable-pip-version-check", "-r", PINS], check=True)
        stamp.write_text(digest)
    return place


def prepare(bench, students):
    """The class for both: nbgrader's course, and the same files as nnlib's submissions."""
    compileall.compile_dir(sandbox.PACKAGE, quiet=2)  # as nbgrader was when it was installed
    course = bench.folder / "course"
    (course / "source/both").mkdir(parents=True)
    (course / "source/both/both.ipynb").write_text(json.dumps(nbgrader_source()))
    where = f"--CourseDirectory.root={course}"
    python = environment() / "bin/python"
    bench.call(python, "-m", "nbgrader", "generate_assignment", "both", where)
    released = json.loads((course / "release/both/both.ipynb").read_text())
    for student, bodies in students.items():
        file = course / "submitted" / student / "both/both.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(submission(released, bodies)))
    assignment(bench.folder / "small")
    shutil.copytree(course / "submitted", bench.folder / "small/submissions")


def points(results):
    return {result["student"]: result["points"] for result in store.load(results)}


def against_nbgrader(bench, rounds, students):
    """(Ratio, figures). Raises Disagreement unless every student has the same score."""
    ours, theirs, alone = [], [], []
    both = all_threads()
    for number in range(rounds):
        sides = ["ours", "theirs", "alone"]
        for side in sides if number % 2 else reversed(sides):
            if side == "theirs":
                seconds, scores = bench.autograde()
            else:
                seconds, results = bench.grade("small", both if side == "ours" else 1)
                scores = points(results)
            {"ours": ours, "theirs": theirs, "alone": alone}[side].append(seconds)
            expected = {student: told[-1] for student, told in students.items()}
            if scores != expected:
                wrong = {s: (scores.get(s), e) for s, e in expected.items() if scores.get(s) != e}
                raise Disagreement(f"{side}: scores (got, expected): {wrong}")
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    case = f"{len(students)} submissions: nnlib grade --jobs {both} / nbgrader autograde"
    ratio = Ratio(case, median(ratios), ratios[0], ratios[-1], 0.4, 0.0)
    a_minute = {"nnlib": ours, "nnlib, one job": alone, "nbgrader": theirs}
    return ratio, {
        "submissions a minute": {
            name: round(60 * len(students) / median(times), 1) for name, times in a_minute.items()
        },
        f"speed-up of {both} jobs, start included": round(median(alone) / median(ours), 2),
    }


def scaling(bench, of, fewer, more):
    """Seconds a further submission takes, and of how many jobs: the start of a run left out.

    fewer, more: the same class in two sizes, {"folder": how many submissions}.
    """
    (small, few), (large, many) = fewer, more
    found = {}
    for jobs in (1, all_threads()):
        seconds = [bench.grade(folder, jobs)[0] for folder in (small, large)]
        found[jobs] = (seconds[1] - seconds[0]) / (many - few)
    return {
        f"{of}: seconds a further submission": {str(j): round(s, 3) for j, s in found.items()},
        f"{of}: speed-up of {all_threads()} jobs": round(found[1] / found[all_threads()], 2),
    }, found[1]


def memory(bench):
    """Peak memory (MB) of the grader and of its workers while submissions print without end."""
    floods(bench.folder / "flood")
    peak = {"grader": 0, "worker": 0}
    ended = threading.Event()

    def sample(top):
        while not ended.wait(0.05):
            for pid in sandbox.family(top):
                try:
                    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
                    status = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    continue
                worker = b"-m nnlib.grading.worker" in command
                if (worker or b"-m nnlib grade" in command) and b"setpriv" not in command:
                    most = int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
                    kind = "worker" if worker else "grader"
                    peak[kind] = max(peak[kind], round(most))

    def watch(pid):
        threading.Thread(target=sample, args=(pid,), daemon=True).start()

    _, results = bench.grade("flood", 1, watch)
    ended.set()
    states = sorted(result["state"] for result in store.load(results))
    if states != ["kernel died"] * 3:
        raise Disagreement(f"a flood: expected kernels that were ended, got {states}")
    return {"peak memory under a flood of printing, MB": peak}


def estimate(seconds, results):
    """What a class of 50,000 takes, from the measured seconds and bytes of one submission."""
    files = [path for path in Path(results).rglob("*") if path.is_file()]
    ours = [path for path in files if "masters" not in path.parts]
    size = sum(-(-path.stat().st_size // 4096) * 4096 for path in ours)
    size /= len(store.load(results))
    hours = CLASS * seconds / 3600
    return {
        f"estimate for {CLASS:,} submissions of this chapter": {
            "core hours": round(hours, 1),
            f"hours on {CORES} cores, if they scale as one does": round(hours / CORES, 2),
            f"dollars at {PRICE} a core hour": round(hours * PRICE, 2),
            "KB on disk a submission": round(size / 1e3, 1),
            "GB on disk": round(size * CLASS / 1e9, 2),
        }
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the result there")
    parser.add_argument("--rounds", type=int, default=3, help="of both sides, by turns")
    parser.add_argument("--smoke", action="store_true", help="a few of everything: does it run?")
    told = parser.parse_args()
    students = dict(list(STUDENTS.items())[: 4 if told.smoke else None])
    sizes = (1, 3) if told.smoke else (2, 10)
    sandbox_of = Path(tempfile.mkdtemp(prefix="nnlib-bench-"))
    sandbox_of.chmod(0o755)
    try:
        bench = Bench(sandbox_of)
        prepare(bench, students)
        ratio, figures = against_nbgrader(bench, 1 if told.smoke else told.rounds, students)
        spread = f"{ratio.ratio:.2f}  [{ratio.low:.2f} … {ratio.high:.2f}]"
        print(f"{ratio.case}   {spread}   (all scores are equal)", flush=True)
        for size in sizes:
            chapter(bench.folder / f"chapter-{size}", size)
        classes = [(f"chapter-{size}", size) for size in sizes]
        more, seconds = scaling(bench, "foundations/04_backprop", *classes)
        last = bench.folder / f"results-{bench.runs}"
        if any(result["points"] != result["worth"] for result in store.load(last)):
            raise Disagreement("foundations/04_backprop: its solution does not earn every point")
        figures |= more | memory(bench) | estimate(seconds, last)
    except Disagreement as reason:
        sys.exit(f"no ratio, the two sides differ: {reason}")
    finally:
        shutil.rmtree(sandbox_of)
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    if told.json:
        versions = {name: version(name) for name in ("nbval", "pytest", "ipykernel")}
        record = {
            "title": "Grading against nbgrader: ours / theirs",
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "device": f"cpu, {all_threads()} cores",
            "processor": platform.processor() or platform.machine(),
            "versions": {"python": platform.python_version(), "nbgrader": "0.9.6", **versions},
            "ratios": [asdict(ratio)],
            "figures": figures,
        }
        told.json.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        told.json.write_text(text, encoding="utf-8")


run = main

if __name__ == "__main__":
    main()
