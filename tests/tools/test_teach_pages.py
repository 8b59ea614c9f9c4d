"""The pages for instructors: made from one source each, and refused where the sources disagree."""

import json
import math
import re

import numpy as np
import pytest
import teach_pages
import teach_sources
import yaml

from nnlib import simulations
from nnlib.feedforward.mlp import MLP
from nnlib.simulations.backprop_blame import PRESETS
from tests.book.pages import ROOT

NAME = "foundations/01_slopes"
SOURCE = """\
(foundations-slopes)=
# Slopes

:::{div} nn-promise
20 minutes to read.
:::

(foundations-slopes-one)=
## One slope

## Two slopes

**Graded exercises** ([open](../exercises/foundations/01_slopes.ipynb), about 10 minutes).

**Open challenge.** Draw $\\delta^{(1)}$. *What a good answer has:* a line (2 points); a curve (3).
"""
QUESTION = {"title": "Draw a line", "points": 2, "outcome": "Draw.", "hints": ["a", "b", "c"]}
MISTAKE = {"name": "steep", "misconception": "Up | is down.", "code": "return 1", "says": "Look."}
ITEM = {"id": "flat", "outcome": "Draw.", "question": "?", "choices": []}
ROW = {"title": "A", "minutes": {50: 50, 20: 19}, "screen": "s", "ask": "a", "land": "l"}
TEACH = {
    "point": "One point.",
    "minutes": {"One slope": 12, "Two slopes": 9},
    "exercises": {"slopes-line": 10},
    "before": [{"ask": "a", "answer": "b", "if_not": "c"}],
    "plan": [ROW],
    "stuck": [{"says": "s", "at": "One slope", "why": "w", "ask": "a"}],
    "discuss": [{"ask": "a", "hear": "h"}],
    "board": "b",
    "skip": [{"what": "w", "why": "y"}],
    "paper": {"minutes": 5, "task": "t", "key": "def key(a, b, c): ..."},
    "challenge": {
        "minutes": 30,
        "rubric": [{"points": p, "full": "f", "half": "h", "none": "n"} for p in (2, 3)],
    },
}
SYLLABUS = {"title": "A day", "text": "All of it.", "sessions": []}
SYLLABUS["sessions"] = [
    {
        "name": "Morning",
        "class": [{"lecture 50": NAME}, {30: "coffee"}],
        "home": [{"reading": NAME}],
    },
    {"name": "Evening", "class": [{"exercises": "steps/02_gone"}]},
]


@pytest.fixture
def course(tmp_path):
    """A book of one chapter: a function that writes it, with changes, and returns its root."""

    def written(teach=(), question=(), item=(), source=SOURCE, toc=(NAME, f"teach/{NAME}")):
        question = QUESTION | {"mistakes": [MISTAKE]} | dict(question)
        notebook = {"cells": [{"cell_type": "markdown", "source": source.splitlines(True)}]}
        parts = [{"caption": "All", "chapters": [{"file": page} for page in toc]}]
        unwritten = {"id": "02_gone", "title": "Gone"}
        course_map = {"foundations": [{"id": "01_slopes", "title": "S"}], "steps": [unwritten]}
        files = {
            "_toc.yml": {"root": "index", "parts": parts},
            "book/map.yml": course_map,
            f"book/{NAME}.ipynb": notebook,
            f"solutions/{NAME}.yml": {"slopes-line": question},
            f"nnlib/quizzes/{NAME}.yml": [ITEM | dict(item)],
            f"book/teach/{NAME}.yml": TEACH | dict(teach),
            "book/teach/syllabi.yml": [SYLLABUS],
        }
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            dump = json.dumps if name.endswith(".ipynb") else yaml.safe_dump
            path.write_text(dump(content, sort_keys=False), encoding="utf-8")
        marks = "\n".join(f"<!-- {mark} -->" for mark in ("chapters", "missing", "syllabi"))
        (tmp_path / "book/teach/index.md").write_text(marks, encoding="utf-8")
        (tmp_path / "pyproject.toml").write_text("[tool.course]\nsolutions = true\n")
        return tmp_path

    return written


def refusal(root):
    with pytest.raises(ValueError, match="pages for instructors") as caught:
        teach_pages.pages(root)
    return str(caught.value)


def test_a_page_has_everything_that_its_sources_say(course):
    page = teach_pages.pages(course())[f"teach/{NAME}.md"]
    assert "Lecture: 50 or 20 minutes · reading: 20 · 1 exercises: 10, 2 points" in page
    assert 'exercises/foundations/01_slopes.html#draw-a-line">Draw a line</a> (2, 10)' in page
    assert '01_slopes.html#quiz-flat">1&nbsp;<em>flat</em></a>' in page
    assert "[One slope](#foundations-slopes-one)" in page and "| Two slopes | 9 |" in page
    assert "| 1. A | 0&nbsp;–&nbsp;50 | 0&nbsp;–&nbsp;19 |" in page
    assert "Up | is down.\n: Look." in page
    assert "> Draw $\\delta^{(1)}$.\n" in page and "| 3 | f | h | n |" in page
    assert "solutions/foundations/01_slopes.ipynb" in page


def test_without_solutions_nothing_links_to_them(course):
    page = teach_pages.page(teach_sources.lesson(NAME, course()), solutions=False)
    assert "solutions/" not in page


def test_the_index_adds_up_what_stands_and_names_what_does_not(course):
    index = teach_pages.pages(course())["teach/index.md"]
    assert f"| [01 · Slopes]({NAME}.md) | 50 / 20 | 20 | 10 | 2 | 5 |" in index
    assert "of the fourteen steps: 02 Gone" in index
    morning = "01 lecture,&nbsp;50<br>coffee,&nbsp;30<br>**80**"
    assert f"| Morning | {morning} | 01 reading,&nbsp;20<br>**20** |" in index
    assert "| Evening | step 2 exercises, not written yet<br>**0** | – |" in index
    assert "| together | **80** | **20** |" in index


@pytest.mark.parametrize("kind", ["lecture 90", "sleep"])
def test_a_syllabus_asks_for_what_a_chapter_has(course, kind):
    one = teach_sources.lesson(NAME, course())
    with pytest.raises(ValueError, match=f"expected one of .*lecture 20.*, got '{kind}'"):
        teach_pages.minutes(kind, one)


@pytest.mark.parametrize(
    "file", ["book/teach/{}.yml", "book/{}.ipynb", "solutions/{}.yml", "nnlib/quizzes/{}.yml"]
)
def test_a_chapter_without_one_of_its_files_is_named(course, file):
    root, gone = course(), file.format(NAME)
    (root / gone).unlink()
    assert f"{NAME} is in _toc.yml, and there is no {gone}" in refusal(root)


def test_a_chapter_whose_page_no_reader_can_reach_is_named(course):
    assert f"teach/{NAME} is not" in refusal(course(toc=[NAME]))


def test_a_page_without_its_chapter_is_named(course):
    toc = [NAME, f"teach/{NAME}", "teach/steps/02_gone"]
    assert "teach/steps/02_gone is in _toc.yml, steps/02_gone is not" in refusal(course(toc=toc))


def test_pages_beside_a_chapter_and_the_index_need_no_file(course):
    toc = [NAME, f"teach/{NAME}", "teach/index", f"{NAME}/relative", f"exercises/{NAME}"]
    assert teach_pages.pages(course(toc=toc))


@pytest.mark.parametrize(
    ("changes", "has", "lacks"),
    [
        ({"question": {"outcome": "Draw well."}}, "an exercise", "a quiz item"),
        ({"item": {"outcome": "Draw well."}}, "a quiz item", "an exercise"),
    ],
)
def test_an_outcome_has_an_exercise_and_a_quiz_item(course, changes, has, lacks):
    said = refusal(course(**changes))
    assert f'the outcome "Draw well." has {has} and not {lacks} (is it "Draw."?)' in said


def test_or_a_word_on_how_it_is_heard_in_class(course):
    heard = {"in_class": {"Draw well.": "Ask for it.", "Draw.": "Look at it."}}
    root = course(question={"outcome": "Draw well."}, teach=heard)
    assert "- Draw well. *Ask for it.*" in teach_pages.pages(root)[f"teach/{NAME}.md"]


def test_what_is_heard_in_class_is_an_outcome(course):
    said = refusal(course(teach={"in_class": {"Sing.": "Listen."}}))
    assert 'no exercise and no quiz item has "Sing."' in said


@pytest.mark.parametrize(
    ("teach", "says"),
    [
        ({"minutes": {"One slope": 12, "Two slopes": 11}}, "minutes add up to 23, .* promises 20"),
        ({"minutes": {"One slope": 9, "Two slopes": 8}}, "minutes add up to 17, .* promises 20"),
        ({"exercises": {"slopes-line": 12}}, "exercises add up to 12, the chapter promises 10"),
        ({"minutes": {"Two slopes": 9, "One slope": 12}}, "minutes: expected .* in this order"),
        ({"minutes": {"One slope": 20}}, r"minutes: expected .*see \['Two slopes'\]"),
        ({"exercises": {"slopes-line": 5, "more": 5}}, r"exercises: expected .*see \['more'\]"),
        ({"plan": [ROW | {"minutes": {50: 51}}]}, "the plan for 50 minutes adds up to 51"),
        ({"plan": [ROW | {"minutes": {50: 44}}]}, "the plan for 50 minutes adds up to 44"),
        ({"plan": [ROW | {"land": "l", "slide": 1}]}, "plan 1 has slide, which nothing reads"),
        ({"stuck": [{"says": "s", "at": "One slope", "why": "w"}]}, "stuck 1 lacks ask"),
        ({"stuck": [TEACH["stuck"][0] | {"at": "Nowhere"}]}, '"Nowhere" is no section'),
        ({"paper": {"minutes": 5, "task": "t"}}, "paper lacks key"),
        ({"mood": "good"}, "the file has mood"),
        (
            {"challenge": {"minutes": 9, "rubric": TEACH["challenge"]["rubric"][:1]}},
            r"the rubric has the points \[2\], the chapter's open challenge \[2, 3\]",
        ),
    ],
)
def test_what_does_not_fit_is_named(course, teach, says):
    assert re.search(f"{NAME}: .*{says}", refusal(course(teach=teach)))


def test_within_ten_percent_minutes_are_promised_minutes(course):
    assert teach_pages.pages(course(teach={"minutes": {"One slope": 9, "Two slopes": 9}}))


# ── the files that stand ─────────────────────────────────────────────────────────────

FILES = sorted((ROOT / "book/teach").glob("*/*.yml"))
WRITTEN = [f for f in FILES if (ROOT / f"book/{f.parent.name}/{f.stem}.ipynb").is_file()]
by_name = pytest.mark.parametrize("file", WRITTEN, ids=lambda f: f.stem)


def read(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def test_the_pages_of_this_book_can_be_made():
    pages = teach_pages.pages()
    assert len(pages) == len(teach_sources.lessons()) + 1 >= 4


@by_name
def test_its_sources_agree_whether_or_not_the_contents_list_it_yet(file):
    assert teach_sources.problems(teach_sources.lesson(f"{file.parent.name}/{file.stem}")) == []


@by_name
def test_a_lecture_s_simulations_open_in_the_state_given(file):
    """`state` is the call that makes it; `press` is a button that the simulation has."""
    for row in read(file)["plan"]:
        if "state" in row:
            name = row["state"].split("(")[0]
            assert eval(row["state"], {name: getattr(simulations, name)}).caption()
        if "press" in row:
            asked = (ROOT / "nnlib/simulations/questions").glob("*.yml")
            buttons = {q.get("preset") for file in asked for q in read(file)}
            assert row["press"] in buttons | set(PRESETS)


def keys(file):
    space = {}
    exec(read(file)["paper"]["key"], space)
    return space["key"]


def numbers(answer):
    """All numbers in an answer, whatever tuples and arrays hold them; words are left out."""
    if isinstance(answer, str):
        return []
    if isinstance(answer, list | tuple):
        return [n for part in answer for n in numbers(part)]
    return np.ravel(answer).tolist()


@by_name
def test_everybody_s_numbers_have_answers(file, capsys):
    key = keys(file)
    assert "1234567 {" in capsys.readouterr().out
    for a in range(10):
        for b in range(10):
            for c in range(10):
                assert all(math.isfinite(n) for n in numbers(list(key(a, b, c).values())))


def difference(f, at, h=1e-4):
    at = np.asarray(at, float)
    return np.array([(f(at + n) - f(at - n)) / (2 * h) for n in h * np.eye(len(at))])


SOME = pytest.mark.parametrize(("a", "b", "c"), [(0, 0, 0), (3, 7, 1), (9, 2, 5)])


@SOME
def test_the_key_of_backprop_is_what_nudging_says(a, b, c):
    key = keys(ROOT / "book/teach/foundations/04_backprop.yml")

    def loss(w, v, x=2.0, c=0.0):
        return (v @ np.maximum(np.asarray(w) * x, 0) + c - 1) ** 2 / 2

    answers, w, v = key(a, b, c), np.array([a + 1, b + 1, -c - 1.0]), np.array([1, -2, 3.0])
    nudged = difference(lambda w: loss(w, v), w)
    assert answers["2"] == pytest.approx(difference(lambda v: loss(w, v), v), abs=1e-6)
    assert answers["3"][1] == pytest.approx(nudged, abs=1e-6)
    slope = difference(lambda x: loss(w, v, x[0]), [2.0])[0]
    assert answers["4"][1] == pytest.approx(slope, abs=1e-6)
    both = difference(lambda o: (loss(w, v, c=o[0]) + loss(w, v, 0, o[0])) / 2, [0.0])[0]
    assert answers["5"][0] == pytest.approx(nudged / 2, abs=1e-6)
    assert answers["5"][1] == pytest.approx(both, abs=1e-6)


@SOME
def test_the_key_of_neurons_is_what_its_neuron_says(a, b, c):
    key = keys(ROOT / "book/teach/foundations/01_neurons.yml")
    answers, w, bias = key(a, b, c), np.array([a + 1, b + 1]), -c - 1
    assert answers["1"] == 2 * w[0] - w[1] + bias
    assert w @ (answers["2"] * w / np.hypot(*w)) + bias == pytest.approx(0)
    assert w[0] * answers["3"][0] + bias == pytest.approx(0)
    assert 2 * w[0] * answers["3"][1] + bias == pytest.approx(0)
    *folded, shift = answers["4"]
    assert 3 * (w @ [5, -3] + bias) - 4 == pytest.approx(np.dot(folded, [5, -3]) + shift)
    assert answers["5"] == (-4, 0)


@SOME
def test_the_key_of_gradients_is_what_nudging_says(a, b, c):
    key = keys(ROOT / "book/teach/foundations/05_gradients.yml")
    answers, w = key(a, b, c), [a + 1, b + 1, 2]
    assert answers["1"][2] == ("explode" if b > 3 else "level" if b == 3 else "vanish")
    kept = (1 + (c / 10) ** 2) / 2  # of a mean square, by the leaky ReLU
    assert 10 * (a + 1) * answers["2"] * kept == pytest.approx(1)
    assert np.hypot(*answers["3"]) == pytest.approx(min(a + 1, 5 * (c + 1)))
    assert answers["4"] ** 2 == 2 ** (2 * (b + 1))
    nudged = difference(lambda w: np.prod(w) ** 2 / 2, w)
    assert answers["5"][:2] == pytest.approx(nudged[[0, 2]], rel=1e-5)


@SOME
def test_the_key_of_feedforward_is_what_counting_and_nudging_say(a, b, c):
    answers = keys(ROOT / "book/teach/steps/01_feedforward.yml")(a, b, c)
    parameters = list(MLP(a + 2, c + 2, hidden=[b + 2] * 2).parameters())
    assert answers["1"][0] == sum(p.numel() for p in parameters)
    assert answers["1"][1] == sum(p.numel() for p in parameters if p.ndim == 2)
    low, high, mean, variance, x = answers["2"]
    p = 1 / (b + 2)
    assert p * low + (1 - p) * high == pytest.approx(mean) and mean == x == a + 1
    assert p * (low - x) ** 2 + (1 - p) * (high - x) ** 2 == pytest.approx(variance)
    error, rows = answers["3"]
    assert (0.9 * 0.1 / rows) ** 0.5 == pytest.approx(error / 2)
    tau, *shares = answers["4"]
    assert sum(shares) == pytest.approx(1)
    assert shares == pytest.approx(np.maximum([(c + 1) / 10 - tau, -tau, -2 - tau], 0))
    nudged = difference(lambda w: w[2] + w[1] * max(w[0] * w[2], 0), [c + 1, 0, a + 1])
    assert answers["5"] == pytest.approx(nudged, abs=1e-9)
