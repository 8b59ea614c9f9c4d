"""When kernels may be run at all, what they see, and what each may use."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from nnlib.grading import assignment as assignments
from nnlib.grading import sandbox
from nnlib.grading.sandbox import Limits, NoSandbox
from tests.grading.attacks import exercise
from tests.grading.ordinary import ROOT, UID, as_ordinary_user, own

# ── whether ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def as_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: f"/usr/bin/{name}")


def version_2(root, memory="2147483648\n", pids="512\n", path="/", own="0::{}\n"):
    folder = root / "sys/fs/cgroup" / path.strip("/")
    folder.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(own.format(path))
    for name, text in (("memory.max", memory), ("pids.max", pids)):
        if text is not None:
            (folder / name).write_text(text)
    return root


def version_1(root, memory="2147483648\n", pids="512\n"):
    (root / "proc/self").mkdir(parents=True)
    lines = ["12:cpu,cpuacct:/", "8:pids:/docker/7", "4:memory:/docker/7", "0::/"]
    (root / "proc/self/cgroup").write_text("\n".join(lines) + "\n")
    for folder, name, text in (
        ("pids/docker/7", "pids.max", pids),
        ("memory", "memory.limit_in_bytes", memory),  # a container sees its own at the top
    ):
        place = root / "sys/fs/cgroup" / folder
        place.mkdir(parents=True)
        if text is not None:
            (place / name).write_text(text)
    return root


@pytest.mark.parametrize("make", [version_1, version_2])
def test_cgroups_with_both_limits_are_seen(make, tmp_path):
    assert sandbox.cgroup_limits(make(tmp_path))


def test_a_cgroup_of_its_own_is_seen(tmp_path):
    assert sandbox.cgroup_limits(version_2(tmp_path, path="/user.slice/grading.scope"))


@pytest.mark.parametrize("make", [version_1, version_2])
@pytest.mark.parametrize(
    "missing",
    [{"memory": "max\n"}, {"pids": "max\n"}, {"memory": None}, {"pids": None}, {"memory": ""}],
    ids=str,
)
def test_one_limit_is_not_enough(make, missing, tmp_path):
    assert not sandbox.cgroup_limits(make(tmp_path, **missing))


def test_the_largest_number_is_no_limit(tmp_path):
    assert not sandbox.cgroup_limits(version_1(tmp_path, memory="9223372036854771712\n"))
    assert not sandbox.cgroup_limits(tmp_path / "nothing here")


def test_root_without_limits_is_refused(as_root, monkeypatch):
    monkeypatch.setattr(sandbox, "cgroup_limits", lambda: False)
    with pytest.raises(NoSandbox, match="ordinary user"):
        sandbox.require()
    sandbox.require(trusted=True)
    monkeypatch.setattr(sandbox, "cgroup_limits", lambda: True)
    sandbox.require()


@pytest.mark.parametrize("missing", ["bwrap", "prlimit"])
def test_without_its_tools_there_is_none(missing, as_root, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    sandbox.require()
    real = sandbox.shutil.which
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: name != missing and real(name))
    with pytest.raises(NoSandbox, match="bubblewrap") as refused:
        sandbox.require()
    assert "--i-trust-these-students" in str(refused.value)


def test_only_linux_has_one(as_root, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(NoSandbox, match="Linux"):
        sandbox.require()


# ── what is out of sight ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "place",
    [
        sandbox.PACKAGE / "secret.txt",
        sandbox.PACKAGE,
        Path(sys.prefix) / "results",
        Path(sys.base_prefix) / "lib/secret.txt",
        Path("/usr/local/secret.txt"),
        sandbox.PACKAGE / ".." / "nnlib" / "results",
    ],
    ids=str,
)
def test_nothing_private_may_lie_where_kernels_read(place, tmp_path):
    with pytest.raises(NoSandbox, match="every graded notebook can read"):
        sandbox.expect_out_of_sight(tmp_path, place)


def test_a_link_into_what_kernels_read_is_seen_through(tmp_path):
    (tmp_path / "results").symlink_to(sandbox.PACKAGE)
    with pytest.raises(NoSandbox):
        sandbox.expect_out_of_sight(tmp_path / "results")
    sandbox.expect_out_of_sight(tmp_path, tmp_path / "secret.txt")


@pytest.mark.parametrize("private", ["secret", "results", "submissions", "bank"])
def test_grading_refuses_what_lies_in_sight(private, tmp_path, monkeypatch):
    from nnlib.grading.grade import Grader

    monkeypatch.setattr(sandbox, "require", lambda trusted: None)
    monkeypatch.setattr(sandbox, "visible", lambda: [tmp_path / "in sight"])
    (tmp_path / "in sight").mkdir()
    file = exercise.write_assignment(tmp_path)
    of = assignments.read(file)
    inside = tmp_path / "in sight" / private
    shutil.copytree(tmp_path / "bank", inside) if private == "bank" else inside.mkdir()
    if private in ("secret", "bank"):
        of = dataclasses.replace(of, **{{"secret": "secret_file"}.get(private, private): inside})
    results = inside if private == "results" else tmp_path / "results"
    source = inside if private == "submissions" else tmp_path
    with pytest.raises(NoSandbox, match=f"in sight/{private}"):
        Grader(of, results, engine=lambda jobs: pytest.fail("ran")).grade(source)
    assert not (tmp_path / "results").exists()


def test_only_what_is_needed_is_bound():
    argv = sandbox.command("/private/connection.json", {"A": "b"}, Limits())
    sources = [argv[i + 1] for i, word in enumerate(argv) if word in ("--bind", "--ro-bind")]
    writable = [word for word in argv if word in ("--bind", "--dev-bind", "--bind-try")]
    assert writable == [] and "--unshare-all" in argv and "--clearenv" in argv
    needed = {*map(str, sandbox.visible()), "/private/connection.json"}
    assert set(sources) - needed <= {"/lib", "/lib32", "/lib64", "/bin", "/sbin"}
    assert argv[argv.index("--unshare-all") - 1].endswith("bwrap") and argv[0] == "prlimit"


@pytest.mark.parametrize("module", ["numpy", "nnlib.no_such", "nnlib/../x", "os.path"])
def test_only_modules_of_nnlib_can_be_left_out(module):
    with pytest.raises(ValueError, match="no module"):
        sandbox.command("c", {}, Limits(), [module])


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
            from nnlib.grading import sandbox
            limits = sandbox.Limits(**{dict(limits or {})!r})
            argv = sandbox.command({str(folder / "connection.json")!r}, {{}}, limits, {without!r})
            argv = argv[: argv.index("-s")] + ["-c", {textwrap.dedent(source)!r}]
            process = subprocess.Popen(argv)
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
@pytest.mark.skipif(os.geteuid() != 0 or sandbox.cgroup_limits(), reason="only root is refused")
def test_root_is_told_what_to_do_and_can_insist(handed_in):
    refused = grade(handed_in)
    assert refused.returncode == 2 and "--i-trust-these-students" in refused.stderr
    assert "Traceback" not in refused.stderr and not (handed_in / "out").exists()
    ran = grade(handed_in, "--i-trust-these-students")
    assert ran.returncode == 0, ran.stderr
    assert json.loads((handed_in / "out/results/ada/hw.json").read_text())["points"] == 11


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
