import json
import os

import pytest

from nnlib.grading import store
from tests.grading.some_results import check, question, result


def put(folder, made, name=None):
    path = folder / "results" / f"{name or made['folder']}.json"
    store.write_atomically(path, json.dumps(made))
    return path


# ── writing ──────────────────────────────────────────────────────────────────────────


def test_a_file_is_written_with_its_folders_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "a" / "b.json"
    store.write_atomically(path, "Zoë ✓\n")
    store.write_atomically(path, "again\n")
    assert path.read_bytes() == b"again\n"
    assert os.listdir(path.parent) == ["b.json"]


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    store.write_atomically(tmp_path / "page", "")
    assert (tmp_path / "page").stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_when_writing_fails_the_old_file_is_as_it_was(tmp_path, monkeypatch, step):
    path = tmp_path / "b.json"
    store.write_atomically(path, "old")

    def fail(*_):
        raise OSError("no space")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="no space"):
        store.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["b.json"]


def test_the_text_is_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    done, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda *a: (done.append("fsync"), fsync(*a)))
    monkeypatch.setattr(os, "replace", lambda *a: (done.append("replace"), replace(*a)))
    store.write_atomically(tmp_path / "b", "text")
    assert done == ["fsync", "replace"]


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path):
    store.write_atomically(tmp_path / "b", "a\ud800z")
    assert (tmp_path / "b").read_text(encoding="utf-8") == "a?z"


# ── loading ──────────────────────────────────────────────────────────────────────────


def test_results_of_all_shards_are_read_in_the_order_of_submissions(tmp_path):
    names = [("zoe", "one"), ("ada", "two"), ("ben", "one")]
    for student, shard in names:
        put(tmp_path / shard, result(student, "foundations/04_backprop", [question()]))
    found = store.load([tmp_path / "one", tmp_path / "two"])
    assert [r["student"] for r in found] == ["ada", "ben", "zoe"]
    assert found.skipped == {}
    assert [r["student"] for r in store.load(tmp_path / "two")] == ["ada"]


@pytest.mark.parametrize("newer", ["one", "two"])
def test_of_the_same_submission_the_one_graded_later_counts(tmp_path, newer):
    older = "two" if newer == "one" else "one"
    made = result("ada", "foundations/04_backprop", [question()])
    # 09:00 in Berlin is before 08:30 in Greenwich, though its text sorts after it
    put(tmp_path / newer, made | {"graded": "2026-12-02T08:30:00+00:00", "seconds": 2})
    put(tmp_path / older, made | {"graded": "2026-12-02T09:00:00+01:00", "seconds": 1})
    found = store.load([tmp_path / "one", tmp_path / "two"])
    assert [r["seconds"] for r in found] == [2]


def test_a_result_that_does_not_say_when_is_older_than_one_that_does(tmp_path):
    made = result("ada", "foundations/04_backprop", [question()])
    put(tmp_path / "one", made | {"seconds": 1})
    put(tmp_path / "two", made | {"graded": "", "seconds": 2})
    assert store.load([tmp_path / "one", tmp_path / "two"])[0]["seconds"] == 1


HALF = json.dumps(result("ada", "foundations/04_backprop", [question()]))[:-40]
NO_RESULTS = {
    "half": (HALF, "not whole JSON"),
    "empty": ("", "not whole JSON"),
    "list": ("[]", "expected an object"),
    "other": ('{"scores": []}', "submission"),
    "state": (json.dumps(result("a", "e", [], state="fine")), "'fine'"),
    "nan": (json.dumps(result("a", "e", [], points=float("nan"))), "points"),
    "text": (json.dumps(result("a", "e", [], worth="21")), "worth"),
    "question": (json.dumps(result("a", "e", []) | {"questions": [{"id": "q"}]}), "questions"),
    "check": (json.dumps(result("a", "e", [question() | {"checks": [1]}])), "questions"),
    "deep": ("[" * 100_000, "recursion"),
}


@pytest.mark.parametrize("kind", NO_RESULTS)
def test_what_is_no_result_is_named_and_the_others_are_read(tmp_path, kind):
    text, why = NO_RESULTS[kind]
    put(tmp_path, result("ben", "foundations/04_backprop", [question()]))
    path = tmp_path / "results" / "ada" / "x.json"
    store.write_atomically(path, text)
    found = store.load([tmp_path])
    assert [r["student"] for r in found] == ["ben"]
    assert list(found.skipped) == [str(path)]
    assert why in found.skipped[str(path)]


def test_bytes_that_are_no_text_are_named(tmp_path):
    path = put(tmp_path, result("ada", "foundations/04_backprop", [question()]))
    path.write_bytes(b"\xff\xfe{}")
    assert store.load(tmp_path).skipped == {str(path): "not UTF-8"}


def test_temporary_and_other_files_are_passed_over(tmp_path):
    folder = put(tmp_path, result("ada", "foundations/04_backprop", [question()])).parent
    for name in (".f00.tmp", ".half.json", "notes.txt", "old.json~"):
        (folder / name).write_text("{")
    found = store.load(tmp_path)
    assert len(found) == 1 and found.skipped == {}


def test_a_folder_without_results_is_empty_and_no_folder_is_an_error(tmp_path):
    assert store.load(tmp_path) == []
    with pytest.raises(ValueError, match=r"folders: .*reslts"):
        store.load([tmp_path / "reslts"])


def test_a_check_may_have_any_fields(tmp_path):
    put(tmp_path, result("ada", "foundations/04_backprop", [question(checks=[check(new=1)])]))
    assert store.load(tmp_path)[0]["questions"][0]["checks"][0]["new"] == 1
