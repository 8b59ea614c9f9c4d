"""Whose a file is, when it came, under which name its results lie; and that nothing is lost."""

import io
import json
import os
import struct
import time
import warnings
import zipfile
from datetime import UTC, datetime

import pytest

from nnlib.grading import assignment as assignments
from nnlib.grading import submissions
from nnlib.grading.grade import Grader
from nnlib.grading.splice import MAX_BYTES, Rejected, read
from tests.grading.attacks import exercise

GOOD = json.dumps(exercise.handed_in({}))


@pytest.fixture
def hand_in(tmp_path):
    """Write files below a folder, as {path: content}, and find the submissions in it."""

    def hand_in(files):
        for name, content in files.items():
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return submissions.found(tmp_path / "in")

    return hand_in


@pytest.fixture
def zipped(tmp_path):
    """A zip with these members, as [(name, content)], names as they are."""

    def zipped(members, **more):
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of names that are there twice
            for name, content in members:
                info = zipfile.ZipInfo("x", (2026, 1, 2, 3, 4, 6))
                info.filename, info.compress_type = name, more.get("compress", 8)
                archive.writestr(info, content)
        return path

    return zipped


# ── whose ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "student", "attempt"),
    [
        ("ada/04_backprop.ipynb", "ada", ""),
        ("ada/2/04_backprop.ipynb", "ada", "2"),
        ("ada/attempt-3/04_backprop.ipynb", "ada", "3"),
        ("ada/04_backprop/hw.ipynb", "ada", ""),  # nbgrader: a folder for the assignment
        ("ada.ipynb", "ada", ""),
        ("ada__04_backprop.ipynb", "ada", ""),
        ("ada_lovelace.ipynb", "ada_lovelace", ""),
        ("lovelaceada_4711_815_04_backprop.ipynb", "lovelaceada", ""),
        ("lovelaceada_LATE_4711_815_04_backprop.ipynb", "lovelaceada", ""),
        ("lovelaceada_4711_815_04_backprop-1.ipynb", "lovelaceada", ""),
        ("Ada Lovelace_123_assignsubmission_file_/hw.ipynb", "Ada Lovelace", ""),
        ("Ada Lovelace_123_assignsubmission_file/hw.ipynb", "Ada Lovelace", ""),
        ("Ada_B_Lovelace_123_assignsubmission_file_/a/hw.ipynb", "Ada_B_Lovelace", ""),
        ("Zoë 李/hw.ipynb", "Zoë 李", ""),
    ],
)
def test_names_of_nbgrader_moodle_and_canvas(path, student, attempt, hand_in, zipped):
    (one,) = hand_in({path: GOOD})
    assert (one.student, one.attempt, one.path) == (student, attempt, path)
    (same,) = submissions.found(zipped([(path, GOOD)]))
    assert (same.student, same.attempt, same.folder) == (student, attempt, one.folder)
    assert same.read() == one.read() == GOOD.encode()


def test_what_is_no_submission_is_left_aside(hand_in):
    found = hand_in(
        {
            "ada/hw.ipynb": GOOD,
            "ada/.ipynb_checkpoints/hw-checkpoint.ipynb": GOOD,
            "__MACOSX/ada/._hw.ipynb": GOOD,
            "ada/data.csv": "1,2",
            "ada/timestamp.txt": "2026-01-02 03:04:05 UTC",
        }
    )
    assert [one.path for one in found] == ["ada/hw.ipynb"]


def test_a_place_that_is_none(tmp_path):
    (tmp_path / "file.tar").write_bytes(b"x")
    for place in (tmp_path / "nowhere", tmp_path / "file.tar"):
        with pytest.raises(ValueError, match="a folder or a zip"):
            submissions.found(place)


# ── when ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-01-02 03:04:05 UTC", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05.123456 UTC\n", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
        ("2026-01-02T03:04:05+01:00", datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("yesterday", None),
        (b"\xff\xfe\x00", None),
        ("", None),
        ("9" * 100_000, None),
    ],
)
def test_a_timestamp_beside_or_above_it_counts(stamp, expected, hand_in, tmp_path):
    files = {"ada/hw/1/hw.ipynb": GOOD, "ada/hw/timestamp.txt": stamp, "bob/hw.ipynb": GOOD}
    hand_in(files)
    for name in ("ada/hw/1/hw.ipynb", "bob/hw.ipynb"):
        os.utime(tmp_path / "in" / name, (10**9, 10**9))
    ada, bob = submissions.found(tmp_path / "in")
    own = datetime.fromtimestamp(10**9, UTC)
    assert bob.submitted == own
    assert ada.submitted == (expected or own)


def test_a_pipe_as_timestamp_is_not_waited_for(hand_in, tmp_path):
    (tmp_path / "in/ada").mkdir(parents=True)
    os.mkfifo(tmp_path / "in/ada/timestamp.txt")
    (one,) = hand_in({"ada/hw.ipynb": GOOD})
    assert one.submitted is not None


def test_a_zip_with_days_that_do_not_exist(zipped):
    path = zipped([("ada/hw.ipynb", GOOD)])
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 14 : place + 16] = struct.pack("<H", 0)  # day 0 of month 0
    path.write_bytes(content)
    (one,) = submissions.found(path)
    assert one.submitted is None and one.read() == GOOD.encode()


# ── safe names ───────────────────────────────────────────────────────────────────────

NAMES = [
    "ada/hw.ipynb",
    "ada/h w.ipynb",
    "ada/h_w.ipynb",
    "ada/h?w.ipynb",
    "ada/hw.x.ipynb",
    "ada/HW.IPYNB",
    "ada/" + "n" * 249 + ".ipynb",
    "ada/" + "n" * 248 + "m.ipynb",
    "ada/" + "𝒉" * 60 + ".ipynb",
    "ada/1/2/3/hw.ipynb",
    "ada/2/3/hw.ipynb",
    "ada/..hw.ipynb",
    "ada/...ipynb",
    "a da/hw.ipynb",
    "ada/\n.ipynb",
    "ada/\x1b[31m.ipynb",
    "ada/" + os.fsdecode(b"\xff.ipynb"),
    "ada/" + os.fsdecode(b"\xfe.ipynb"),
    "ada/é.ipynb",
    "ada/e\u0301.ipynb",
    "hw.ipynb",
    "ada/hw/feedback.ipynb",
    "-rf/--.ipynb",
]


def test_every_file_has_a_safe_name_of_its_own(hand_in):
    found = hand_in(dict.fromkeys(NAMES, GOOD))
    assert len(found) == len(NAMES) == len({one.folder for one in found})
    for one in found:
        parts = one.folder.split("/")
        assert len(parts) <= 3 and all(len(f"{part}.html".encode()) <= 255 for part in parts)
        assert all(part.replace("_", "a").replace("-", "a").isalnum() for part in parts)
        json.dumps(one.path, ensure_ascii=False).encode()  # text that can be written
    assert {one.folder for one in found} >= {"ada/hw", "hw", "ada/h_w"}


def test_names_do_not_depend_on_what_lies_beside(hand_in):
    alone = {one.path: one.folder for one in hand_in({"ada/h w.ipynb": GOOD})}
    together = {one.path: one.folder for one in hand_in(dict.fromkeys(NAMES, GOOD))}
    assert alone.items() <= together.items()


@pytest.mark.parametrize(
    "name",
    ["../../evil.ipynb", "/etc/evil.ipynb", "a/../../b.ipynb", "..\\..\\evil.ipynb", "C:\\x.ipynb"],
)
def test_a_zip_leads_nowhere_else(name, zipped):
    (one,) = submissions.found(zipped([(name, GOOD)]))
    assert ".." not in one.folder and not one.folder.startswith("/") and "\\" not in one.folder
    assert one.read() == GOOD.encode()


# ── what cannot be read ──────────────────────────────────────────────────────────────


def expect_rejected(one, match):
    with pytest.raises(Rejected, match=match):
        read(one.read())


def test_a_zip_bomb_is_read_no_further_than_a_notebook_may_be_long(zipped):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hw.ipynb", bytes(200_000_000))
    members = [("eve/hw.ipynb", bytes(200_000_000)), ("eve/all.zip", bomb.getvalue())]
    start = time.monotonic()
    (one,) = submissions.found(zipped(members))
    assert len(one.read()) == MAX_BYTES + 1
    expect_rejected(one, "too large")
    assert time.monotonic() - start < 20


def test_an_encrypted_file_is_rejected(zipped):
    path = zipped([("eve/hw.ipynb", GOOD)])
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    expect_rejected(submissions.found(path)[0], "cannot be read")


@pytest.mark.parametrize("compress", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_file_is_rejected_and_no_other(compress, zipped):
    path = zipped([("ada/hw.ipynb", GOOD), ("eve/hw.ipynb", GOOD)], compress=compress)
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x03\x04")
    content[place + 60 : place + 400] = bytes(range(256)) + bytes(84)
    path.write_bytes(content)
    ada, eve = submissions.found(path)
    assert ada.read() == GOOD.encode()
    expect_rejected(eve, "cannot be read")


def test_an_unknown_compression_is_rejected(zipped):
    path = zipped([("eve/hw.ipynb", GOOD)])
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        place = content.index(mark) + offset
        content[place : place + 2] = struct.pack("<H", 99)
    path.write_bytes(content)
    expect_rejected(submissions.found(path)[0], "cannot be read")


def test_a_header_that_says_another_name_is_rejected(zipped):
    path = zipped([("eve/hw.ipynb", GOOD)])
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x03\x04")
    content[place + 7] |= 8  # "the name is UTF-8", which it is not
    content[place + 30] = 0xFF
    path.write_bytes(content)
    expect_rejected(submissions.found(path)[0], "cannot be read")


def test_links_are_not_followed(hand_in, tmp_path):
    (tmp_path / "secret.ipynb").write_text(GOOD)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/hw.ipynb").write_text(GOOD)
    (tmp_path / "in/eve").mkdir(parents=True)
    (tmp_path / "in/eve/a.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "in/eve/b").symlink_to(tmp_path / "outside")
    (tmp_path / "in/eve/timestamp.txt").symlink_to(tmp_path / "secret.ipynb")
    (one,) = hand_in({})
    expect_rejected(one, "a link")


def test_reasons_name_no_path_of_the_grader(hand_in, tmp_path):
    (tmp_path / "in/eve").mkdir(parents=True)
    (one,) = hand_in({"eve/hw.ipynb": GOOD})
    one.place.unlink()
    with pytest.raises(Rejected) as rejected:
        one.read()
    assert str(tmp_path) not in str(rejected.value)


# ── a batch of them ──────────────────────────────────────────────────────────────────


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Grade a place with an engine that runs nothing; {submission: result}."""
    monkeypatch.setattr(Grader, "prove", lambda self: None)
    of = assignments.read(exercise.write_assignment(tmp_path / "of"))

    def engine(jobs):
        for key, job in list(jobs):
            cells = [c for c in job["notebook"]["cells"] if c["cell_type"] == "code"]
            ran = [{"printed": "", "error": ""} for _ in cells]
            yield key, {"cells": ran, "state": "", "where": None, "seconds": 0.0}

    def grade(place, shard=(1, 1)):
        grader = Grader(of, tmp_path / "out", shard, trusted=True, engine=engine)
        summary = grader.grade(place)
        found = [json.loads(f.read_text()) for f in (tmp_path / "out/results").rglob("*.json")]
        assert len(found) == summary.done
        return {result["submission"]: result for result in found}

    return grade


def test_all_names_are_graded(hand_in, graded, tmp_path):
    hand_in(dict.fromkeys(NAMES, GOOD))
    assert len(graded(tmp_path / "in")) == len(NAMES)


@pytest.mark.parametrize("second", ["ada/hw.ipynb", "ada//hw.ipynb", "ada/../ada/hw.ipynb"])
def test_names_that_are_there_twice_in_a_zip_lose_nobody(second, zipped, graded):
    members = [("ada/hw.ipynb", GOOD), (second, GOOD), ("bob/hw.ipynb", GOOD)]
    results = graded(zipped(members))
    assert len(results) == 3
    assert "bob/hw.ipynb" in results


def test_a_name_that_looks_like_anothers_safe_name_loses_nobody(hand_in, graded, tmp_path):
    (one,) = hand_in({"ada b.ipynb": GOOD})
    hand_in({f"{one.folder}.ipynb": GOOD})
    assert len(graded(tmp_path / "in")) == 2


def test_shards_share_all_of_it(hand_in, tmp_path):
    found = hand_in({f"student{n}/hw.ipynb": GOOD for n in range(60)})
    of = assignments.read(exercise.write_assignment(tmp_path / "of"))
    shards = [Grader(of, tmp_path / "out", (n, 3), trusted=True) for n in (1, 2, 3)]
    counts = [sum(map(shard._is_mine, found)) for shard in shards]
    assert sum(counts) == 60 and all(8 <= count <= 35 for count in counts)


def test_a_file_from_the_far_future_stops_nobody(hand_in, graded, tmp_path, monkeypatch):
    """Some file systems keep years that Python does not know."""
    hand_in({"ada/hw.ipynb": GOOD, "eve/hw.ipynb": GOOD})

    class Far(type(tmp_path)):
        def lstat(self):
            status = super().lstat()
            late = os.stat_result((*status[:7], 10**13, 10**13, 10**13))
            return late if "eve" in str(self) else status

    monkeypatch.setattr(submissions, "Path", Far)
    assert len(graded(tmp_path / "in")) == 2
