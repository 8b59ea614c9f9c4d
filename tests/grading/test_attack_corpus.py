"""The corpus (tests/grading/attacks/) graded in one run: no unearned point, no lost one.

One run of `nnlib grade` over all of it, in the sandbox, as a user who owns everything around; then
each test looks at what came of it. So an attack that harmed its neighbours shows in their points.
"""

import json
import re

import pytest

from tests.grading.attacks import batch as batches
from tests.grading.attacks import corpus, exercise, peers

ENTRIES = corpus.entries()
MOST_MEMORY = 300_000_000
LOOKED = re.compile(r"LOOKED (\d+) FOUND (.*)")

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@pytest.fixture(scope="session")
def batch():
    batch = batches.Batch(ENTRIES)
    try:
        batch.grade()
        yield batch
    finally:
        batch.remove()


def of(*kinds, **wanted):
    """Entries of these classes and with these properties, as parameters of a test."""
    found = [entry for entry in ENTRIES if not kinds or entry.kind in kinds]
    found = [e for e in found if all(bool(getattr(e, key)) == is_ for key, is_ in wanted.items())]
    return pytest.mark.parametrize("entry", found, ids=lambda entry: entry.slug)


def points(question, hidden):
    return sum(check["points"] for check in question["checks"] if check["hidden"] is hidden)


def errors(result):
    told = [check["error"] for question in result["questions"] for check in question["checks"]]
    return " ".join([result["reason"], *told])


@of()
def test_each_gets_what_it_earns(batch, entry):
    result = batch.result(entry)
    assert result["state"] in entry.states, result["reason"]
    if result["state"] != "rejected":
        assert [question["id"] for question in result["questions"]] == list(exercise.RIGHT)
    for question in result["questions"]:
        bounds = entry.bounds(question["id"])
        for hidden, (least, most) in zip((False, True), bounds, strict=True):
            told = (question["id"], hidden, question["message"], question["checks"])
            assert least <= points(question, hidden) <= most, told
    assert result["points"] == pytest.approx(sum(q["points"] for q in result["questions"]))
    assert entry.why in errors(result)
    words = " ".join(question["message"] for question in result["questions"])
    assert entry.says in words
    if entry.within:
        assert result["seconds"] <= entry.within


@of(looks=True)
def test_it_looked_and_found_nothing(batch, entry):
    """In the public checks: while a hidden one runs, its source is in the kernel."""
    shown = [c for q in batch.result(entry)["questions"] for c in q["checks"] if not c["hidden"]]
    said = [match for check in shown for match in LOOKED.findall(check["printed"])]
    assert said and sum(int(looked) for looked, _ in said) > 0
    assert [found for _, found in said if found != "[]"] == []
    assert not any("FOUND" in LOOKED.sub("", check["printed"]) for check in shown)


@of()
def test_nothing_secret_is_handed_back(batch, entry):
    handed_back = batch.feedback(entry)
    hidden = {*batch.hidden_values(), exercise.PREFIX.encode(), b"HIDDEN TESTS"}
    assert len(hidden) > 10
    assert [word for word in hidden if word in handed_back] == []
    assert str(batch.submissions).encode() not in handed_back
    assert b"root:x:0" not in handed_back
    page = batch.feedback(entry, "*.html")
    assert page and b"<script>alert" not in page and b"<img src=x" not in page


def test_only_hidden_checks_held_their_own_marker(batch):
    """What instructors see of hidden checks may hold their source, never the secret."""
    for results in batch.by_path.values():
        text = json.dumps([q["checks"] for q in results[0]["questions"]])
        for marker in (exercise.IN_SECRET, exercise.IN_SOLUTION, batches.IN_ENVIRONMENT):
            assert marker not in text
            assert marker.removeprefix(exercise.PREFIX) not in text, results[0]["submission"]


def test_every_submission_has_one_result(batch):
    assert batch.returncode == 1, batch.said  # some were rejected or ran out of time
    assert {path: len(results) for path, results in batch.by_path.items()} == {
        one.path: 1 for one in batch.path.values()
    }
    assert len(batch.path) == len(ENTRIES)
    said = json.loads(batch.said)
    assert sum(said["states"].values()) == len(ENTRIES) and said["kept"] == 0


def test_nothing_was_written_outside(batch):
    assert batch.planted() == []
    assert batch.before == batch.after  # temporary folders are gone, too
    assert not batch.said.count("Traceback")


def test_no_process_is_left(batch):
    assert len(batch.watch.seen) > len(ENTRIES) / 2
    assert batch.left_over() == []


def test_the_grader_itself_stays_small(batch):
    assert {kind for kind, _ in batch.watch.peak} == {"nnlib.grading.worker", "nnlib\0grade"}
    assert max(batch.watch.peak.values()) < MOST_MEMORY, batch.watch.peak


def test_a_second_run_keeps_what_is_there(batch):
    """Also what was rejected or died; and the run is quick."""
    before = batch.by_path
    batch.grade()
    said = json.loads(batch.said)
    assert said["kept"] == sum(said["states"].values()) == len(ENTRIES)
    assert batch.by_path == before


@of(works_on=True)
def test_elsewhere_it_earns_points(entry, tmp_path):
    told = {"answers": entry.answers}
    if entry.write:
        entry.write(tmp_path, "hw.ipynb")
        told = json.loads((tmp_path / "hw.ipynb").read_text())
    earns = {id for id in exercise.RIGHT if entry.gets.get(id) == [0, 0]} & (
        set(entry.answers) or {"twice"}
    )
    assert earns and earns <= peers.earned(entry.works_on, told)


@pytest.mark.parametrize("way", ["asserts", "nbval"])
def test_elsewhere_a_plain_mistake_earns_nothing(way):
    told = {"answers": {"twice": "def twice(x):\n    return x"}}
    assert peers.earned(way, told) == set(exercise.RIGHT) - {"twice"}


def test_the_corpus_covers_its_classes():
    kinds = {entry.kind for entry in ENTRIES}
    assert kinds == {
        *("bombs", "edited", "files", "honest", "kernel", "killing"),
        *("network", "patches", "reading", "values", "writing"),
    }
    earning = {"edited", "kernel", "patches", "reading", "values"}  # the others do harm
    assert {entry.kind for entry in ENTRIES if entry.works_on} == earning
    for entry in ENTRIES:
        assert entry.tries or entry.kind in ("honest", "edited"), entry.name
        assert set(entry.answers) | set(entry.gets) <= set(exercise.RIGHT)
