"""The sandbox around a kernel: bubblewrap for what it can see, limits for what it can use.

Inside there are: the interpreter and its packages, read-only; `nnlib`, read-only; a small empty
folder in memory to work in; processes of its own. There are not: a network, the notebook with the
hidden checks, the master, the secret, other submissions, any folder on disk to write to, the
environment's variables. The kernel answers on sockets that were opened for it outside.

Limits: address space, processor time, file size and open files a process, processes in all
(prlimit); memory of all processes together (`Watch`, ten times a second). System calls that hold
memory which no process has mapped, or that no exercise needs, are refused (seccomp.py).

What it does not promise: it stands on the kernel of this machine, whose faults are its own, and
it shares its processors. Run it as a user who owns nothing that matters.
"""

import functools
import os
import shutil
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import nnlib

PACKAGE = Path(nnlib.__file__).parent
INSIDE = PACKAGE / "grading" / "inside.py"
ABSENT = """raise ImportError("not there while this exercise is graded: write it yourself")\n"""
WORK = "/home/student"


class NoSandbox(RuntimeError):
    """There is no sandbox here, or none that may be trusted; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. seconds: a cell and the whole notebook; memory: bytes."""

    cell: float = 60
    notebook: float = 300
    memory: int = 4 * 2**30
    processes: int = 128
    output: int = 4_000_000  # bytes a cell may print or show
    disk: int = 64 * 2**20  # bytes of each of its two folders in memory


def require(trusted=False):
    """Raise NoSandbox unless kernels can be shut in here. trusted: none is wanted."""
    if trusted:
        return
    if sys.platform != "linux" or not shutil.which("bwrap") or not shutil.which("prlimit"):
        raise NoSandbox(
            "The sandbox needs Linux with bubblewrap (`bwrap`) and `prlimit`; they are not here. "
            "Install them (Debian: apt install bubblewrap), grade on another machine, or say "
            "--i-trust-these-students."
        )
    if os.geteuid() == 0 and not cgroup_limits():
        raise NoSandbox(
            "Running as root, for whom the limit on processes does not hold, and no cgroup limits "
            "memory and processes here. Grade as an ordinary user, or in a container with both "
            "limits, or say --i-trust-these-students."
        )


def cgroup_limits(root=Path("/")):
    """Whether a cgroup of this process limits both memory and the number of processes."""
    found = {"memory": False, "pids": False}
    own = (root / "proc/self/cgroup").read_text() if (root / "proc/self/cgroup").exists() else ""
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        for name, file in (("memory", "memory.limit_in_bytes"), ("pids", "pids.max")):
            folder, file = f"{name}/", file
            if not controllers:  # version 2: one tree
                folder, file = "", f"{name}.max"
            elif name not in controllers.split(","):
                continue
            for place in (path.strip("/"), ""):  # in a container the path is often not there
                limit = root / "sys/fs/cgroup" / folder / place / file
                found[name] |= limit.is_file() and _is_limit(limit.read_text().strip())
    return all(found.values())


def _is_limit(text):
    return text.isdecimal() and int(text) < 2**60


def visible():
    """The folders of this machine that a kernel can read."""
    places = {Path("/usr"), PACKAGE, Path(sys.prefix), Path(sys.base_prefix)}
    places |= {Path(sys.executable).resolve().parents[1]}
    return sorted({place for place in places if not place.is_relative_to("/usr")} | {Path("/usr")})


def expect_out_of_sight(*private):
    """Raise NoSandbox when a private path lies where a kernel could read it."""
    for path in map(Path, private):
        for place in visible():
            if path.resolve().is_relative_to(place.resolve()):
                raise NoSandbox(
                    f"{path} lies in {place}, which every graded notebook can read. Keep "
                    "assignments, secrets, submissions and results outside of it."
                )


def command(connection, environment, limits, without=(), filter=None):
    """The argv that starts a kernel inside. connection: its connection file; environment: {name:
    value}; without: modules of nnlib that are not to be had, as "nnlib.feedforward.sparsemax";
    filter: an open file with the filter of system calls (seccomp.py).
    """
    argv = ["prlimit", f"--as={limits.memory}", f"--cpu={int(limits.notebook) + 10}"]
    argv += ["--fsize=50000000", "--nofile=512", f"--nproc={_threads() + limits.processes}"]
    argv += ["--core=0", "--data=unlimited"]
    argv += ["env", "-i", shutil.which("bwrap") or "bwrap"]  # its environment is seen inside
    argv += ["--unshare-all", "--unshare-user", "--uid", "1000"]
    argv += ["--gid", "1000", "--hostname", "exercise", "--die-with-parent", "--new-session"]
    argv += ["--cap-drop", "ALL", "--clearenv", *_no_namespaces()]
    for folder in (WORK, "/tmp"):  # first, since what follows may lie below them
        argv += ["--size", str(limits.disk), "--tmpfs", folder]
    for place in ("/lib", "/lib32", "/lib64", "/bin", "/sbin"):
        if os.path.islink(place):
            argv += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            argv += ["--ro-bind", place, place]
    for place in visible():
        argv += ["--ro-bind", str(place), str(place)]
    if without:
        absent = Path(connection).with_name("absent.py")
        absent.write_text(ABSENT)
    for module in without:
        argv += _masked(module, absent)
    argv += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--proc", "/proc"]
    argv += ["--dev", "/dev", "--size", "16000000", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    argv += ["--ro-bind", str(connection), "/connection.json", "--remount-ro", "/"]
    argv += ["--ro-bind-try", _fonts(), f"{WORK}/.cache/matplotlib", "--chdir", WORK]
    argv += ["--seccomp", str(filter.fileno())] if filter else []
    for name, value in (_environment() | environment).items():
        argv += ["--setenv", name, value]
    return [*argv, sys.executable, "-s", str(INSIDE), "-f", "/connection.json"]


def _fonts():
    """matplotlib's list of fonts, if this user has one: to make it takes seconds."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "matplotlib")


def _environment():
    return {
        "HOME": WORK,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(PACKAGE.parent),
    }


def _masked(module, absent):
    """Bind a file that raises over the module's, and nothing over its compiled form."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not module.startswith("nnlib.") or not path.is_file():
        raise ValueError(f"without: no module {module!r} in nnlib")
    compiled = path.parent / "__pycache__"
    argv = ["--ro-bind", str(absent), str(path)]
    return argv + (["--tmpfs", str(compiled)] if compiled.is_dir() else [])


@functools.cache
def _no_namespaces():
    """Newer bubblewraps can forbid the kernel to make namespaces of its own."""
    import subprocess

    told = subprocess.run(["bwrap", "--help"], capture_output=True, text=True, check=False)
    return ("--disable-userns",) if "--disable-userns" in told.stdout + told.stderr else ()


def _threads():
    """How many threads this user has: on older systems the limit counts them all."""
    total, user = 0, os.getuid()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if entry.stat().st_uid == user:
                    total += len(os.listdir(entry / "task"))
            except OSError:  # it ended meanwhile
                continue
    return total


class Watch(threading.Thread):
    """Kills a process and all that came from it when together they hold too much memory."""

    def __init__(self, pid, memory, every=0.1):
        super().__init__(daemon=True)
        self.pid, self.memory, self.every = pid, memory, every
        self.exceeded, self._end = False, threading.Event()
        self.start()

    def run(self):
        while not self._end.wait(self.every):
            if sum(map(_resident, family(self.pid))) > self.memory:
                self.exceeded = True
                return kill(self.pid)

    def end(self):
        self._end.set()


def family(pid):
    """The process and all its descendants that are alive."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        for file in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                todo += map(int, file.read_text().split())
            except OSError:
                continue
    return found


def kill(pid):
    """Kill a sandbox from its top: with bubblewrap's first process all of its processes end."""
    import signal

    for one in reversed(family(pid)):
        try:
            os.kill(one, signal.SIGKILL)
        except OSError:
            continue


def _resident(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
