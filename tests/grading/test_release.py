"""What a class is given, and what it is not."""

import json
import subprocess
import zipfile

import pytest

from nnlib.grading import assignment as assignments
from nnlib.grading import course, giving, references, roster
from nnlib.grading.report import check_notebook, edition_of
from nnlib.grading.splice import Rejected, read, source
from nnlib.grading.update import update
from tests.grading import small_bank
from tests.grading.small_bank import HARD_CODED, MARK, NAME, RIGHT, answered


@pytest.fixture
def assignment(tmp_path):
    return assignments.read(small_bank.write(tmp_path))


@pytest.fixture(autouse=True)
def fresh_editions(monkeypatch):
    monkeypatch.setattr(references, "_in_force", {})


def given(folder, name=NAME):
    return read((folder / f"{name}.ipynb").read_bytes())


ROSTER = [{"id": "ada"}, {"id": "bob"}, {"id": "cyd"}, {"id": "dan"}, {"id": "eve"}]


def test_nothing_that_is_secret_is_given_out(assignment, tmp_path):
    giving.release(assignment, tmp_path / "out", ROSTER)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) == 2 * len(ROSTER) + 1
    for path in files:
        text = path.read_text()
        if path.suffix == ".ipynb" and path.name != giving.COVER:
            edition = edition_of(read(path.read_bytes()))
            text += json.dumps([edition.questions, edition.pristine])
        for secret in (MARK, "HIDDEN", "hidden-a", "hidden-b", small_bank.SECRET.strip(), "BEGIN"):
            assert secret not in text, (path, secret)


def test_students_get_numbers_of_their_own_and_the_values_that_belong_to_them(assignment, tmp_path):
    giving.release(assignment, tmp_path / "out", ROSTER)
    seen = set()
    for row in ROSTER:
        notebook = given(tmp_path / "out" / row["id"])
        shown = next(c for c in notebook["cells"] if "nnlib.show" in source(c))
        p = float(source(shown).split("p = ")[1].split()[0])
        value = float(shown["outputs"][0]["text"])
        assert value == pytest.approx(3 * p)
        expected = edition_of(notebook).questions["small-scale"]["cases"]["three"]["lines"]
        assert expected == [shown["outputs"][0]["text"].strip()]
        seen.add(p)
    assert len(seen) > 1


def test_the_same_secret_gives_the_same_bytes_and_another_one_other_numbers(assignment, tmp_path):
    first = giving.release(assignment, tmp_path / "a", ROSTER)
    assert giving.release(assignment, tmp_path / "b", ROSTER) == first
    assert giving.zipped(tmp_path / "a").read_bytes() != b""
    again = giving.zipped(tmp_path / "a").read_bytes()
    assert giving.zipped(tmp_path / "a").read_bytes() == again
    (tmp_path / "secret.txt").write_text("another secret, another secret")
    assert giving.release(assignment, tmp_path / "c", ROSTER) != first


def test_an_exercise_as_packaged_is_given_out_as_it_is(tmp_path):
    text = small_bank.ASSIGNMENT.replace("private/07_small", "foundations/01")
    assignment = assignments.read(small_bank.write(tmp_path, text))
    giving.release(assignment, tmp_path / "out")
    notebook = given(tmp_path / "out", "foundations/01_neurons")
    packaged = references.pristine("foundations/01_neurons")
    kept = [source(c) for c in packaged["cells"] if "Open in Colab" not in source(c)]
    assert [source(c) for c in notebook["cells"]] == kept


def test_single_questions_and_other_points(tmp_path):
    text = small_bank.ASSIGNMENT.replace(": all", ": [small-mean]") + "points: {small-mean: 7}\n"
    assignment = assignments.read(small_bank.write(tmp_path, text))
    giving.release(assignment, tmp_path / "out")
    notebook = given(tmp_path / "out")
    text = "".join(map(source, notebook["cells"]))
    assert "mean(X)" in text and "scale" not in text and "import numpy" in text
    assert edition_of(notebook).questions["small-mean"]["points"] == 7


def test_the_cover_says_points_dates_and_rules(tmp_path):
    text = small_bank.ASSIGNMENT + (
        "due: 2026-12-04 23:59 Europe/Berlin\nextensions: {bob: 2026-12-07 23:59 Europe/Berlin}\n"
        "late: {per day: 10 %, at most: 3}\nattempts: {counts: last, at most: 2}\n"
    )
    assignment = assignments.read(small_bank.write(tmp_path, text))
    giving.release(assignment, tmp_path / "out", ROSTER)
    covers = {
        row["id"]: source(given(tmp_path / "out" / row["id"], "00_start")["cells"][0])
        for row in ROSTER
    }
    assert "04 December 2026, 23:59 (CET, Europe/Berlin)" in covers["ada"]
    assert "07 December 2026" in covers["bob"]
    rules = ("10% of the points", "after 3 days nothing", "hand in 2 times", "last attempt")
    for words in ("| [A small one](private/07_small.ipynb) | 2 | 5 |", "hidden checks", *rules):
        assert words in covers["ada"], words


@pytest.mark.slow
def test_check_knows_the_edition_that_a_student_has(assignment, tmp_path):
    giving.release(assignment, tmp_path / "out", ROSTER)
    for row in ROSTER[:2]:
        path = tmp_path / f"{row['id']}.ipynb"
        path.write_text(json.dumps(answered(given(tmp_path / "out" / row["id"]), RIGHT)))
        report = check_notebook(path, driver="here")
        assert (report.exercise, report.points, report.worth) == (NAME, 5, 5)
    path.write_text(json.dumps(answered(given(tmp_path / "out" / "bob"), HARD_CODED)))
    assert check_notebook(path, driver="nbval").points in (3, 5)  # public values lie open


def test_a_damaged_edition_is_rejected_in_words(assignment, tmp_path):
    giving.release(assignment, tmp_path / "out")
    notebook = given(tmp_path / "out")
    path = tmp_path / "damaged.ipynb"
    for change in (
        lambda s: s[:200] + '")',
        lambda s: s.replace("edition(", 'edition("x'),
        str.upper,
    ):
        changed = json.loads(json.dumps(notebook))
        for cell in changed["cells"]:
            if "nnlib.edition" in source(cell):
                cell["source"] = change(source(cell))
        path.write_text(json.dumps(changed))
        with pytest.raises(Rejected):
            check_notebook(path, driver="here")


def test_an_edition_that_unpacks_to_too_much_is_refused():
    import base64
    import zlib

    bomb = base64.b85encode(zlib.compress(b"[" * 50_000_000, 9)).decode()
    with pytest.raises(ValueError, match="changed or cut"):
        references.unpacked(bomb)


def test_it_refuses_what_would_give_the_secret_away_or_overwrite(assignment, tmp_path):
    with pytest.raises(course.Mistaken, match="secret lies in"):
        giving.release(assignment, tmp_path / "bank" / "..")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.txt").write_text("mine")
    with pytest.raises(course.Mistaken, match="something else"):
        giving.release(assignment, tmp_path / "full")
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["thesis.txt"]


def test_links_zip_and_git(assignment, tmp_path):
    out = tmp_path / "out"
    giving.release(assignment, out, (), "https://github.com/me/class.git", "https://hub.me")
    text = (out / "links.md").read_text()
    assert "colab.research.google.com/github/me/class/blob/main/private/07_small.ipynb" in text
    assert "https://hub.me/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com" in text
    with zipfile.ZipFile(giving.zipped(out)) as archive:
        assert f"out/{NAME}.ipynb" in archive.namelist()
    for key, value in (("user.name", "Test"), ("user.email", "t@example.org")):
        subprocess.run(["git", "init", "-q", "-b", "main", out], check=True)
        subprocess.run(["git", "-C", out, "config", key, value], check=True)
    assert "commit" in giving.committed(out, assignment)
    assert "nothing has changed" in giving.committed(out, assignment)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no rows"),
        ("name\nAda\n", "no column `id`"),
        ("id\nada\nada\n", "twice"),
        ("id\n../x\n", "line 2"),
    ],
)
def test_a_roster_is_read_or_refused(text, says, tmp_path):
    (tmp_path / "students.csv").write_text(text)
    with pytest.raises(course.Mistaken, match=says):
        roster.read(tmp_path / "students.csv")


def test_a_roster_of_a_european_spreadsheet_and_the_names_of_learning_systems(tmp_path):
    (tmp_path / "students.csv").write_text("id;name;canvas\nada;Lovelace, Ada;7\nzoe;Zoë Ö;8\n")
    roll = roster.Roll(roster.read(tmp_path / "students.csv"))
    assert roll.find("Ada Lovelace") == roll.find("x", "7") == "ada"
    assert (roll.find("zoe o"), roll.find("zoe"), roll.find("Bob")) == ("zoe", "zoe", "Bob")


def test_a_second_release_leaves_nothing_of_the_first_but_what_was_changed(assignment, tmp_path):
    out = tmp_path / "out"
    giving.release(assignment, out)
    (out / giving.COVER).write_text("changed by hand")
    giving.release(assignment, out, ROSTER)
    assert (out / giving.COVER).exists() and not (out / f"{NAME}.ipynb").exists()
    assert sorted(p.name for p in giving.zipped(out, ROSTER).iterdir())[0] == "ada.zip"


def test_update_refuses_another_exercise(assignment, tmp_path):
    giving.release(assignment, tmp_path / "out")
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(given(tmp_path / "out")))
    other = tmp_path / "other.ipynb"
    other.write_text(json.dumps(references.pristine("foundations/01_neurons")))
    with pytest.raises(Rejected, match="01_neurons, and yours is private/07_small"):
        update(path, other)
    with pytest.raises(Rejected, match="--to"):
        update(path)


def test_update_carries_answers_and_own_cells_and_keeps_the_old_file(assignment, tmp_path):
    giving.release(assignment, tmp_path / "out")
    new = given(tmp_path / "out")
    mine = answered(new, RIGHT)
    own = {"cell_type": "markdown", "id": "note", "metadata": {}, "source": "My own thoughts."}
    at = next(i for i, c in enumerate(mine["cells"]) if "small-scale" in source(c))
    mine["cells"].insert(at + 1, own)
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(mine))
    for cell in new["cells"]:
        if source(cell).startswith("## 1."):
            cell["source"] += "\n\nCorrected."
    (tmp_path / "new.ipynb").write_text(json.dumps(new))
    kept, words = update(path, tmp_path / "new.ipynb")
    assert json.loads(kept.read_text()) == mine and "2 answers and 1 cells" in words[-1]
    now = [source(c) for c in read(path.read_bytes())["cells"]]
    assert RIGHT["small-mean"] in now and any("Corrected." in text for text in now)
    assert now[now.index(RIGHT["small-scale"]) + 1] == "My own thoughts."
    assert len(now) == len(new["cells"]) + 1
    again, _ = update(path, tmp_path / "new.ipynb")
    assert again != kept and [source(c) for c in read(path.read_bytes())["cells"]] == now
