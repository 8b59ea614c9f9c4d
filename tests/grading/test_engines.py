"""Who runs the notebooks makes no difference, and no end of theirs loses or doubles a result.

All is run as an ordinary user, as it will be: `nnlib grade`, Dask's scheduler and its workers.
Processes are ended by their ids; what has to happen first is awaited.
"""

import json
import random
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from nnlib.grading import assignment, cluster, drivers, sandbox, store
from nnlib.grading.grade import Grader
from tests.grading.ordinary import ROOT
from tests.grading.small_class import CLASS, Place, answers, await_, finish, stop, without_times

pytestmark = pytest.mark.sandbox

GRADER, WORKER = r"^\S*python\S* -c from nnlib", r"-m nnlib\.grading\.worker"
SANDBOX, DASK_WORKER = r"^(prlimit|\S*bwrap) .*/connection\.json", r"^\S*python\S* -m dask worker"
FEW = ("ada", "cleo", "gil", "hana", "lea")


@pytest.fixture
def place():
    """Makes places; at the end nothing of them runs on, and they go."""
    made = []

    def make(students=CLASS):
        made.append(Place(students))
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture(scope="module")
def of_the_pool():
    """The class as this machine's pool grades it."""
    place = Place()
    code, said = place.grade()
    assert code == 1 and "9 graded" in said, said
    place.expect_all()
    yield place.results()
    place.remove()


def stamps(place):
    """When each result was written."""
    return {path: path.stat().st_mtime_ns for path in (place.root / "results/results").rglob("*.*")}


# ── this machine's pool ──────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_and_leaves_nothing_behind(place, of_the_pool):
    place, rng = place(), random.Random(20)
    for number in range(3):
        process, enough = place.begin(), place.written() + 1
        grader = await_(lambda: place.pids(GRADER))[0]
        await_(lambda: place.pids(WORKER))
        if number:  # the first time before there is a result
            await_(lambda enough=enough: place.written() >= enough)
        time.sleep(rng.uniform(0, 0.8))  # not to wait for something: any moment will do
        stop(grader)
        process.communicate(timeout=10)
        await_(lambda: not place.processes(), 5)
        assert place.left_in_tmp() == []
        assert place.written() == len(place.results()) < len(CLASS)
    before = stamps(place)
    code, said = place.grade()
    assert code in (0, 1) and f"{len(before)} of them before" in said, said
    after = stamps(place)
    assert {path: after[path] for path in before} == before, "what was there was not run again"
    assert without_times(place.results()) == without_times(of_the_pool)
    place.expect_all()


@pytest.mark.slow
def test_a_killed_worker_costs_nobody_anything(place):
    place = place(FEW)
    process = place.begin()
    await_(lambda: place.written() >= 2)
    stop(await_(lambda: place.pids(WORKER))[0])
    assert finish(process)[0] == 1
    place.expect_all(FEW)
    await_(lambda: not place.processes(), 5)


@pytest.mark.slow
def test_a_killed_sandbox_costs_at_most_its_own_submission(place):
    place = place(FEW)
    process = place.begin(jobs=1)
    await_(lambda: place.written() >= 2)
    for pid in await_(lambda: place.pids(SANDBOX)):
        stop(pid)
    finish(process)
    found = place.results()
    assert set(found) == set(FEW)
    wrong = {who for who in FEW if (found[who]["state"], found[who]["points"]) != CLASS[who][1:]}
    assert len(wrong) <= 1 and all(found[who]["state"] == "kernel died" for who in wrong)
    assert place.grade("--regrade")[0] == 1
    place.expect_all(FEW)
    assert place.left_in_tmp() == []


@pytest.mark.slow
def test_ctrl_c_ends_it_at_once_and_cleanly(place):
    place = place(("ada", "gil"))
    place.assign(cell=60)
    place.hand_in("zoe", answers("while True:\n    pass"))
    process = place.begin()
    await_(lambda: place.written() >= 2 and place.pids(SANDBOX))
    stop(place.pids(GRADER)[0], signal.SIGINT)
    code, said = finish(process, 8)
    assert code == 130, said
    await_(lambda: not place.processes(), 5)
    assert place.left_in_tmp() == []
    assert set(place.results()) == {"ada", "gil"}


# ── which are run, and by which shard ────────────────────────────────────────────────


def here(pairs):
    """An engine in this process: enough to see which notebooks are run."""
    for key, job in pairs:
        ran = drivers.run_here(job["notebook"]).values()
        cells = [{"printed": one.printed, "error": one.error} for one in ran]
        yield key, {"cells": cells, "state": "", "where": None, "seconds": 0.1}


def run_here(place, folder="results", **more):
    """The states of a run in this process, {state: how many}; "kept" is one of them."""
    of = assignment.read(place.root / "assignment.yml")
    grader = Grader(of, place.root / folder, trusted=True, engine=here, **more)
    summary = grader.grade(place.root / "submissions")
    return dict(summary.states) | {"kept": summary.kept}


def test_what_a_grade_depends_on_is_graded_again_and_nothing_else(place):
    place = place(("ada", "cleo"))
    again, kept = {"graded": 2, "kept": 0}, {"graded": 2, "kept": 2}
    assert run_here(place) == again
    assert run_here(place) == kept
    assert run_here(place, regrade=True) == again
    place.assign(cell=2)
    assert run_here(place) == again and run_here(place) == kept
    (place.root / "secret.txt").write_text("another secret of sixteen bytes\n")
    assert run_here(place) == again and run_here(place) == kept
    spec = place.root / "bank/small/01_both.yml"
    spec.write_text(spec.read_text().replace("points: 2", "points: 3"))
    assert run_here(place) == again and run_here(place) == kept
    assert place.results()["ada"]["points"] == 7
    notebook = place.root / "bank/small/01_both.ipynb"
    notebook.write_text(notebook.read_text().replace("double(21.0)", "double(22.0)"))
    assert run_here(place) == again and run_here(place) == kept
    place.hand_in("ada", CLASS["cleo"][0])
    assert run_here(place) == {"graded": 2, "kept": 1}


@pytest.mark.parametrize("shared", [False, True])
def test_three_shards_are_together_one_run(place, shared):
    place = place(("gil",))
    for number in range(40):
        place.hand_in(f"student-{number}", answers(half=f"return x / 2 + {number % 3}"))
    run_here(place, "whole")
    folders = ["one"] * 3 if shared else ["a", "b", "c"]
    ran = [run_here(place, folder, shard=(i, 3)) for i, folder in enumerate(folders, 1)]
    counts = [sum(told.values()) for told in ran]
    assert sum(counts) == 41 and min(counts) > 5 and all(told["kept"] == 0 for told in ran)
    merged = store.load([place.root / folder for folder in set(folders)])
    whole = {result["submission"]: result for result in store.load(place.root / "whole")}
    assert len(merged) == len(whole) == 41 and not merged.skipped
    assert without_times({result["submission"]: result for result in merged}) == without_times(
        whole
    )


# ── Dask ─────────────────────────────────────────────────────────────────────────────


def dask(place, *workers):
    """A scheduler and its workers on loopback: its address."""
    told = place.root / "scheduler.json"
    where = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", told)
    place.start(sys.executable, "-m", "dask", "scheduler", *where, output=subprocess.DEVNULL)
    address = json.loads(await_(lambda: told.exists() and told.read_text()))["address"]
    for nanny in workers:
        dask_worker(place, address, nanny)
    return address


def dask_worker(place, address, nanny="--no-nanny"):
    more = ("--nthreads", "1", nanny, "--no-dashboard", "--host", "127.0.0.1")
    command = (sys.executable, "-m", "dask", "worker", address, *more)
    place.start(*command, output=subprocess.DEVNULL)


def those_that_run(place, pattern):
    """The processes of a kind that have a worker of ours below them."""
    return [p for p in place.pids(pattern) if set(sandbox.family(p)) & set(place.pids(WORKER))]


@pytest.mark.slow
def test_dask_whose_workers_are_killed_says_what_the_pool_says(place, of_the_pool):
    place = place()
    address = dask(place, "--no-nanny", "--nanny")
    process = place.begin("--dask", address)
    await_(lambda: place.written() >= 2)
    stop(await_(lambda: those_that_run(place, DASK_WORKER + r".*--no-nanny"))[0])
    await_(lambda: place.written() >= 5)
    stop(await_(lambda: those_that_run(place, r"spawn_main"))[0])
    code, said = finish(process)
    assert code == 1 and "12/12" in said, said
    place.expect_all()
    assert without_times(place.results()) == without_times(of_the_pool)


@pytest.mark.slow
def test_dask_without_workers_ends_with_2_and_goes_on_when_there_are_some(place):
    place = place(FEW)
    address = dask(place, "--no-nanny")
    process = place.begin("--dask", address, patience=3)
    await_(lambda: place.written() >= 2)
    for pid in place.pids(DASK_WORKER):
        stop(pid)
    code, said = finish(process, 30)
    assert code == 2 and "no worker for 3 seconds" in said
    before = stamps(place)
    assert 2 <= place.written() < len(FEW)
    dask_worker(place, address)
    assert place.grade("--dask", address)[0] in (0, 1)
    place.expect_all(FEW)
    assert {path: stamps(place)[path] for path in before} == before


@pytest.mark.slow
def test_dask_whose_scheduler_dies_ends_with_2_and_any_engine_goes_on(place):
    place = place(FEW)
    address = dask(place, "--no-nanny")
    process = place.begin("--dask", address)
    await_(lambda: place.written() >= 2)
    stop(place.pids(r"-m dask scheduler")[-1])
    code, said = finish(process, 30)
    assert code == 2 and "is gone" in said and "run the same command again" in said, said
    assert 2 <= place.written() < len(FEW)
    assert place.grade()[0] in (0, 1)
    place.expect_all(FEW)


@pytest.mark.slow
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{free}", "no-such-place", "ftp://x:1"])
def test_a_wrong_address_ends_with_2_and_names_it(place, address):
    place = place(("ada",))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = address.format(free=unused.getsockname()[1])
        code, said = place.grade("--dask", address, patience=3)
    assert code == 2 and f"no scheduler answers at {address}" in said, said
    assert place.written() == 0


def test_dask_is_imported_only_where_it_is_asked_for():
    code = "import sys, nnlib.grading.commands, nnlib.grading.cluster as c\n"
    code += "assert not {'dask', 'distributed'} & set(sys.modules)\n"
    code += "sys.modules['distributed'] = None\n"
    code += "try:\n    c.engine('x')\nexcept ValueError as e:\n    print(e)"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "pip install" in told.stdout and "[cluster]" in told.stdout


def test_a_worker_of_the_cluster_refuses_what_it_cannot_do_and_raises_nothing(monkeypatch):
    version = sys.modules["nnlib"].__version__
    text = json.dumps({"shut_in": True, "limits": {}})
    assert "has nnlib" in json.loads(cluster.work(text, "0.0.0"))["refused"]

    def no_sandbox(trusted):
        assert trusted is False
        raise sandbox.NoSandbox("no bubblewrap here")

    monkeypatch.setattr(sandbox, "require", no_sandbox)
    assert "no bubblewrap here" in json.loads(cluster.work(text, version))["refused"]
    monkeypatch.setattr(sandbox, "require", lambda trusted: None)
    died = SimpleNamespace(run=lambda job: 1 / 0)
    monkeypatch.setattr(cluster, "_own", SimpleNamespace(worker=died))
    assert "division" in json.loads(cluster.work(text, version))["failure"]
