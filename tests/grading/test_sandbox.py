"""When kernels may be run at all, what they see, and what each may use."""

import dataclasses
import os
import shutil
import sys
from pathlib import Path

import pytest

from nnlib.grading import assignment as assignments
from nnlib.grading import sandbox
from nnlib.grading.sandbox import Limits, NoSandbox
from tests.grading.attacks import exercise

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
def test_only_modules_of_nnlib_can_be_left_out(module, tmp_path):
    with pytest.raises(ValueError, match="no module"):
        sandbox.command(tmp_path / "c", {}, Limits(), [module])
