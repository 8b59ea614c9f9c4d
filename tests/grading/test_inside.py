"""What a kernel finds in the sandbox, by programs in its place; and the refusals, as commands."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from nnlib.grading import sandbox
from tests.grading.attacks import exercise
from tests.grading.ordinary import ROOT, UID, as_ordinary_user, own

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

# ── inside ───────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shut_in():
    """Run a Python source in the sandbox in place of the kernel; (exit code, what it printed)."""
    folder = Path(tempfile.mkdtemp(prefix="nns-"))
    (folder / "connection.json").write_text("{}")
    own(folder)

    def run(source, limits=None, without=(), timeout=60):
        script = f"""
            import os, subprocess, sys
            from nnlib.grading import sandbox, seccomp
            filter = seccomp.program()
            limits = sandbox.Limits(**{dict(limits or {})!r})
            file = {str(folder / "connection.json")!r}
            argv = sandbox.command(file, {{}}, limits, {without!r}, filter)
            argv = argv[: argv.index("-s")] + ["-c", {textwrap.dedent(source)!r}]
            process = subprocess.Popen(argv, pass_fds=[filter.fileno()])
            watch = sandbox.Watch(process.pid, limits.memory, every=0.05)
            sys.exit(process.wait() or watch.exceeded)
        """
        ran = subprocess.run(
            as_ordinary_user(sys.executable, "-c", textwrap.dedent(script)),
            env=os.environ | {"PYTHONPATH": str(ROOT), "A_TOKEN": "quokka-environment"},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return ran.returncode, ran.stdout + ran.stderr

    yield run
    shutil.rmtree(folder)


@pytest.mark.slow
def test_a_module_can_be_left_out_with_its_compiled_form(shut_in):
    source = """
        import glob, os
        import nnlib.grading.values
        try:
            import nnlib.grading.splice
            print("is there")
        except ImportError as error:
            print("left out:", error)
        folder = os.path.dirname(nnlib.grading.values.__file__)
        compiled = glob.glob(folder + "/__pycache__/splice*")
        print("def splice" in open(folder + "/splice.py").read(), compiled)
    """
    assert shut_in(source)[1].startswith("is there\nTrue")
    _, said = shut_in(source, without=["nnlib.grading.splice"])
    assert said.startswith("left out: ") and said.endswith("False []\n")


@pytest.mark.slow
def test_neither_variables_nor_folders_of_outside_are_there(shut_in):
    code, said = shut_in("""
        import glob, os
        told = str(dict(os.environ))
        for path in glob.glob("/proc/[0-9]*/environ"):
            told += open(path).read()
        print(told.count("quokka"), os.getcwd(), os.listdir("."), os.listdir("/tmp"))
        print(os.getuid(), os.path.exists("/etc/passwd"), os.path.exists("/root/.ssh"))
    """)
    assert code == 0
    assert said == "0 /home/student [] []\n1000 False False\n"


@pytest.mark.slow
def test_limits_hold_inside(shut_in):
    small = {"memory": 2**30, "notebook": 5, "disk": 2**20}
    code, said = shut_in(
        """
        import os, resource
        for name in ("AS", "CPU", "FSIZE", "NOFILE", "CORE"):
            print(name, *resource.getrlimit(getattr(resource, "RLIMIT_" + name)))
        print(resource.getrlimit(resource.RLIMIT_NPROC)[0] < 2000)
        for place in ("/home/student", "/tmp"):
            try:
                open(place + "/big", "wb").write(bytes(2**21))
                print("written")
            except OSError:
                print("full")
        try:
            bytearray(2**30)
        except MemoryError:
            print("memory")
        for place in ("/", "/usr", "/dev", "/proc"):
            print(os.access(place, os.W_OK))
        """,
        small,
    )
    assert code == 0
    assert said.splitlines() == [
        f"AS {2**30} {2**30}",
        "CPU 15 15",
        "FSIZE 50000000 50000000",
        "NOFILE 512 512",
        "CORE 0 0",
        "True",
        *("full", "full", "memory"),
        *("False", "False", "False", "False"),
    ]


@pytest.mark.slow
def test_a_family_is_killed_as_a_whole():
    code = "import os, time; os.fork(); os.fork(); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code])
    for _ in range(100):
        if len(family := sandbox.family(process.pid)) == 4:
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert len(family) == 4
    sandbox.kill(process.pid)
    assert process.wait(10) == -9
    subprocess.run(["sleep", "0.2"], check=True)
    alive = [pid for pid in family if Path(f"/proc/{pid}/cmdline").exists()]
    states = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in alive]
    assert set(states) <= {"Z"}


@pytest.mark.slow
def test_a_watch_adds_up_a_family():
    code = "import os, time; os.fork(); x = b'x' * 60_000_000; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code])
    watch = sandbox.Watch(process.pid, 100_000_000, every=0.05)  # each alone is below it
    assert process.wait(20) == -9 and watch.exceeded
    watch.end()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])
    watch = sandbox.Watch(process.pid, 100_000_000, every=0.05)
    assert process.wait(20) == 0 and not watch.exceeded
    watch.end()


IN_DESCRIPTORS = """
    import os, time
    kept = [os.memfd_create(str(number)) for number in range(10)]
    for descriptor in kept:
        os.write(descriptor, bytes(40_000_000))
    time.sleep(1)
    print("had it")
"""
IN_SEGMENTS = """
    import ctypes, time
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    for _ in range(10):
        segment = libc.shmget(0, ctypes.c_size_t(40_000_000), 0o1600)
        assert segment >= 0
        place = libc.shmat(segment, None, 0)
        ctypes.memset(place, 1, 40_000_000)
        libc.shmdt(ctypes.c_void_p(place))
    time.sleep(1)
    print("had it")
"""


@pytest.mark.slow
@pytest.mark.parametrize("source", [IN_DESCRIPTORS, IN_SEGMENTS], ids=["memfd", "System V"])
def test_memory_that_no_process_has_mapped_cannot_be_had(source, shut_in):
    code, said = shut_in(source, {"memory": 300_000_000})
    assert code != 0 and "had it" not in said


# ── the command ──────────────────────────────────────────────────────────────────────


def grade(folder, *more, ordinary=False, **environment):
    command = [
        sys.executable,
        "-m",
        "nnlib",
        "grade",
        folder / "in",
        "-a",
        folder / "assignment.yml",
    ]
    command = [str(word) for word in [*command, "-o", folder / "out", "--jobs", "1", *more]]
    return subprocess.run(
        as_ordinary_user(*command) if ordinary else command,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def handed_in():
    folder = Path(tempfile.mkdtemp(prefix="nns-"))
    exercise.write_assignment(folder)
    (folder / "in/ada").mkdir(parents=True)
    (folder / "in/ada/hw.ipynb").write_text(json.dumps(exercise.handed_in({})))
    own(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_without_bubblewrap_grading_is_refused_unless_students_are_trusted(handed_in):
    tools = handed_in / "bin"
    tools.mkdir()
    (tools / "prlimit").symlink_to("/usr/bin/prlimit")
    bare = f"import os, sys; os.environ['PATH'] = {str(tools)!r}; sys.argv[0] = 'nnlib'\n"
    bare += "from nnlib.cli import app; app()"
    arguments = ["grade", "in", "-a", "assignment.yml", "-o", "out", "--jobs", "1"]
    for more, code in (([], 2), (["--i-trust-these-students"], 0)):
        ran = subprocess.run(
            as_ordinary_user(sys.executable, "-c", bare, *arguments, *more),
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(handed_in)},
            cwd=handed_in,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stderr
        assert ("bubblewrap" in ran.stderr) == bool(code)


def test_the_ordinary_user_is_none_that_anybody_is():
    assert UID not in (0, 1000)
