"""One run of `nnlib grade` over the whole corpus, watched from outside."""

import compileall
import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from nnlib.grading import sandbox, submissions
from tests.grading.attacks import exercise
from tests.grading.ordinary import ROOT, as_ordinary_user, own

PLANTED = "planted-by-an-attack"
IN_ENVIRONMENT = f"{exercise.PREFIX}-environment"


class Batch:
    """A folder with a copy of nnlib that its user may write to, a bank and submissions; a run.

    The copy makes attacks that write real: the ordinary user owns what they aim at. It does not lie
    in /tmp, where the sandbox has a folder of its own.
    """

    def __init__(self, entries, limits=None):
        self.entries, self.folder = entries, Path(tempfile.mkdtemp(prefix="nnc-", dir="/var/tmp"))
        self.results, self.tmp = self.folder / "results", self.folder / "tmp"
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "nnlib", self.folder / "checkout/nnlib", ignore=skip)
        more = {"limits": limits} if limits else {}
        self.assignment = exercise.write_assignment(self.folder, **more)
        self.submissions = self.folder / "submissions"
        self.servers = _Servers()
        for entry in entries:
            entry.hand_in(self.submissions, self.servers.fill)
        self.tmp.mkdir()
        own(self.folder)
        self.path = {}
        for one in submissions.found(self.submissions):
            self.path[one.place.relative_to(self.submissions).as_posix()] = one

    def grade(self, *more):
        """Run it to its end; what was seen meanwhile stands in `self`."""
        compileall.compile_dir(self.folder / "checkout/nnlib", quiet=2)  # as the grader would
        self.before, started = self.snapshot(), time.monotonic()
        environment = {
            "PYTHONPATH": self.folder / "checkout",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": self.tmp,
            "HOME": self.folder,
            "A_TOKEN": IN_ENVIRONMENT,
            "PATH": os.environ["PATH"],
        }
        command = ["env", "-i", *(f"{key}={value}" for key, value in environment.items())]
        command += [sys.executable, "-m", "nnlib", "grade", self.submissions, "--json"]
        command += ["-a", self.assignment, "-o", self.results, "--jobs", "2", *more]
        with (self.folder / "said").open("w+b") as said:
            process = subprocess.Popen(
                as_ordinary_user(*map(str, command)), cwd=self.folder, stdout=said, stderr=said
            )
            with _Watch(process.pid) as self.watch:
                process.wait()
            said.seek(0)
            self.said = said.read().decode("utf-8", "replace")
        self.returncode, self.seconds = process.returncode, time.monotonic() - started
        self.after = self.snapshot()
        self.by_path = {}
        for file in self.results.glob("results/**/*.json"):
            result = json.loads(file.read_text(encoding="utf-8"))
            self.by_path.setdefault(result["submission"], []).append(result)

    def result(self, entry):
        """The one result of an entry."""
        (result,) = self.by_path[self.submission(entry).path]
        return result

    def submission(self, entry):
        name = f"{entry.place}/{entry.file}" + ("/hw.ipynb" if entry.file == "x.ipynb" else "")
        return self.path[name]

    def feedback(self, entry, which="*"):
        """All bytes that are handed back for an entry."""
        folder = self.results / "feedback" / self.submission(entry).folder
        return b"".join(file.read_bytes() for file in sorted(folder.glob(which)))

    def hidden_values(self):
        """What hidden checks print for the right answers, as bytes."""
        master = json.loads((self.results / f"masters/{exercise.NAME}.ipynb").read_text())
        shown = [c["outputs"][0]["text"] for c in master["cells"] if "HIDDEN" in c["source"]]
        words = {word for text in shown for word in re.findall(r"[\w.]{8,}", text)}
        return {word.encode() for word in words}

    def snapshot(self):
        """{path: its content's digest and time} of all around, but for results and said."""
        found = {}
        for folder, folders, names in os.walk(self.folder):
            if Path(folder) == self.folder:
                folders[:] = [one for one in folders if one != "results"]
                names = [name for name in names if name != "said"]
            for name in [*names, *folders]:
                path = Path(folder, name)
                status = path.lstat()
                plain = path.is_file() and not path.is_symlink() and status.st_size < 10**7
                content = hashlib.sha256(path.read_bytes()).hexdigest() if plain else ""
                found[str(path)] = (content, status.st_mode, plain and status.st_mtime_ns)
        return found

    def planted(self):
        """Files with an attack's name in the places where one can write or would like to."""
        places = ["/tmp", "/var/tmp", "/dev/shm", "/", "/usr/lib", "/etc", sys.prefix, self.folder]
        return [str(path) for place in places for path in Path(place).glob(f"*{PLANTED}*")]

    def left_over(self):
        """Processes that were seen in the run, or name its folder, and are still there."""
        for _ in range(50):  # what was killed needs a moment to end
            if not self.watch.alive():
                break
            time.sleep(0.1)
        return self.watch.alive() + [
            (pid, line) for pid, line in _command_lines() if str(self.folder) in line
        ]

    def remove(self):
        self.servers.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class _Servers:
    """What an attack could reach if it had a network: a port, and a name that is no file's."""

    def __init__(self):
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.abstract = socket.socket(socket.AF_UNIX)
        self.name = f"nnc-{os.getpid()}"
        self.abstract.bind(f"\0{self.name}")
        self.abstract.listen()

    def fill(self, text):
        text = text.replace("PORT", str(self.tcp.getsockname()[1]))
        return text.replace("ABSTRACT", self.name)

    def close(self):
        self.tcp.close()
        self.abstract.close()


class _Watch(threading.Thread):
    """Follows a process and its descendants: the most memory that the grader's own had."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.seen, self._end = pid, {}, {}, threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self.join()

    def run(self):
        while not self._end.wait(0.1):
            for pid in sandbox.family(self.pid):
                with contextlib.suppress(OSError, ValueError, IndexError):
                    line = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
                    self.seen[pid] = (_started(pid), line.replace("\0", " "))
                    for kind in ("nnlib.grading.worker", "nnlib\0grade"):
                        if kind in line and "inside.py" not in line:
                            status = Path(f"/proc/{pid}/status").read_text()
                            peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024
                            self.peak[kind, pid] = max(peak, self.peak.get((kind, pid), 0))

    def alive(self):
        found = []
        for pid, (started, line) in self.seen.items():
            with contextlib.suppress(OSError, IndexError):
                if _started(pid) == started:
                    found.append((pid, line))
        return found


def _started(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _command_lines():
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                yield entry.name, (entry / "cmdline").read_bytes().decode("utf-8", "replace")
