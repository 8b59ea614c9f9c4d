"""The command line, from a release to a gradebook, as a script would call it."""

import json
import os
import shutil

import pytest
from typer.testing import CliRunner

from nnlib import cli
from nnlib.grading import sandbox
from tests.grading import small_bank
from tests.grading.small_bank import HARD_CODED, NAME, RIGHT, answered

TRUST = "--i-trust-these-students"


def call(*arguments):
    return CliRunner().invoke(cli.app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of three, released and graded without a sandbox; every step as a command."""
    folder = tmp_path_factory.mktemp("class")
    path = small_bank.write(folder)
    (folder / "students.csv").write_text(
        'id,name,canvas\nada,"Lovelace, Ada",7\nbob,=Bob,8\ncyd,,\n'
    )
    release = ["release", "-a", path, "-o", folder / "out"]
    told = call(*release, "--roster", folder / "students.csv")
    assert told.exit_code == 2 and "grading has to know" in told.output  # else it would not
    path.write_text(path.read_text() + "roster: students.csv\n")
    told = call(*release)
    assert told.exit_code == 0, told.output
    for student, answers in {"ada": RIGHT, "bob": HARD_CODED}.items():
        notebook = json.loads((folder / "out" / student / f"{NAME}.ipynb").read_text())
        (folder / "in" / student).mkdir(parents=True)
        (folder / "in" / student / "s.ipynb").write_text(json.dumps(answered(notebook, answers)))
    (folder / "in/eve.ipynb").write_text("no notebook")
    options = ["-a", path, "-o", folder / "results", "--jobs", 1, "--json"]
    told = call("grade", folder / "in", *options, TRUST)
    assert told.exit_code == 1, told.output  # eve's was rejected
    assert json.loads(told.stdout)["states"] == {"graded": 2, "rejected": 1}
    return folder


@pytest.mark.slow
def test_a_second_run_has_nothing_to_do(graded):
    options = ["-a", graded / "assignment.yml", "-o", graded / "results", "--json", TRUST]
    told = call("grade", graded / "in", *options)
    assert told.exit_code == 1  # as in the first run: eve's was rejected
    said = json.loads(told.stdout)
    assert (said["kept"], said["states"]) == (3, {"graded": 2, "rejected": 1})


@pytest.mark.slow
def test_the_gradebook_and_its_tables(graded):
    base = ["gradebook", graded / "results", "-a", graded / "assignment.yml"]
    base += ["--roster", graded / "students.csv"]
    told = call(*base, "--json")
    assert told.exit_code == 0 and json.loads(told.stdout)["students"] == 4
    page = (graded / "results/gradebook.html").read_text()
    assert "Lovelace" in page and "review/ada/s.html" in page
    by_hand = graded / "results/adjustments.yml"
    by_hand.write_text("bob:\n  small-mean:\n    points: +1\n    comment: Half of an idea.\n")
    for kind in ("csv", "canvas", "moodle", "gradescope"):
        out = graded / f"{kind}.csv"
        assert call(*base, "--format", kind, "-o", out).exit_code == 0
        assert "Lovelace" in out.read_text() or kind == "moodle"
    rows = (graded / "canvas.csv").read_text().splitlines()
    assert any(line.endswith(",5") and "Lovelace" in line for line in rows), rows
    assert call(*base).exit_code == 0 and "Half of an idea." in by_hand.read_text()
    assert "Half of an idea." in (graded / "results/gradebook.html").read_text()
    back = (graded / "results/feedback/bob/s/feedback.html").read_text()
    assert "In the gradebook." in back and "Half of an idea" in back
    bare = graded / "bare.yml"
    bare.write_text((graded / "assignment.yml").read_text().replace("roster:", "# roster:"))
    told = call("gradebook", graded / "results", "-a", bare, "--format", "canvas")
    assert told.exit_code == 2 and "needs a roster" in told.output  # whose row would be whose?


@pytest.mark.slow
def test_shards_come_together_in_one_folder(graded):
    for part in ("one", "two"):
        shutil.copytree(graded / "results", graded / part)
    (graded / "one/results/ada/s.json").unlink()
    base = ["gradebook", graded / "one", graded / "two", "-a", graded / "assignment.yml"]
    assert call(*base).exit_code == 2
    assert call(*base, "-o", graded / "all").exit_code == 0
    assert (graded / "all/gradebook.html").is_file() and (
        graded / "all/review/ada/s.html"
    ).is_file()


@pytest.mark.slow
def test_alike_answers_of_two_are_no_evidence(graded):
    told = call("similar", graded / "in")
    assert told.exit_code == 2 and "nothing can be told" in told.output


def test_what_cannot_be_tried_ends_with_2_and_a_sentence(tmp_path, monkeypatch):
    path = small_bank.write(tmp_path)
    (tmp_path / "in").mkdir()
    grade = ["grade", tmp_path / "in", "-a", path, "-o", tmp_path / "r"]
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    for arguments, says in {
        ("release", "-a", tmp_path / "no.yml", "-o", tmp_path / "o"): "name chapters",
        ("release", "--chapters", "x/99", "-a", tmp_path / "n.yml", "-o", tmp_path / "o"): "x/99",
        (*grade, "--shard", "4/3"): "shard",
        tuple(grade): "bubblewrap",
        ("grade", tmp_path / "nowhere", "-a", path, "-o", tmp_path / "r", TRUST): "submissions",
        ("gradebook", tmp_path / "nowhere", "-a", path): "nowhere",
        ("gradebook", tmp_path / "in", "-a", path, "-f", "xls"): "xls",
        ("update", tmp_path / "nowhere.ipynb"): "cannot read",
    }.items():
        told = call(*arguments)
        assert told.exit_code == 2 and says in told.output, (arguments, told.output)
        assert "Traceback" not in told.output
    assert not (tmp_path / "o").exists() and not (tmp_path / "r").exists()


def test_results_and_secrets_in_reach_of_a_kernel_are_refused():
    inside = os.path.join(sandbox.PACKAGE, "results")
    with pytest.raises(sandbox.NoSandbox, match="every graded notebook can read"):
        sandbox.expect_out_of_sight(inside)
    sandbox.expect_out_of_sight("/somewhere/else")


def test_every_command_says_what_it_is_for_and_how_it_ends():
    for name in (
        "check",
        "update",
        "release",
        "grade",
        "gradebook",
        "similar",
        "catalog",
        "doctor",
    ):
        told = CliRunner().invoke(cli.app, [name, "--help"], env={"COLUMNS": "200"}).output
        assert "Example:" in told or name == "doctor", name
        assert "Ends with" in told, name
