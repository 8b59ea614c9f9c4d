import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from nnlib.grading import adjustments, analysis, gradebook, handback, heatmap, overview, pages
from nnlib.grading.adjustments import Adjustment
from nnlib.grading.store import Results, write_atomically
from tests.grading.some_results import ALL, DUE, a_class, assignment, check, question, result
from tests.grading.test_handback import Tags, text_of
from tests.test_tokens import contrast

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ONE = "foundations/04_backprop"
BY_HAND = """
s1000: {backprop-paths: {points: "+0.5", comment: a sign was lost in copying}}
s1074: {total: {comment: an extension was agreed on}}
s1148: {foundations/04_backprop: {points: =2, comment: shown in the office}}
"""


@pytest.fixture(scope="module")
def book():
    results, roster = a_class()
    of = assignment()
    by_hand = adjustments.read(BY_HAND, gradebook.students(results, of, roster), of)
    found = Results(results, {"shard2/results/x.json": "not whole JSON"})
    return gradebook.build(found, of, roster, by_hand)


@pytest.fixture(scope="module")
def folder(book, tmp_path_factory):
    """RESULTS with the page and everything it leads to."""
    folder = tmp_path_factory.mktemp("RESULTS")
    for made in a_class()[0]:
        handback.write(made, folder)
    write_atomically(folder / "gradebook.html", overview.html(book))
    return folder


def a_book(student="ada", name="Ada", **more):
    made = result(student, ONE, [question(checks=[check(worth=2.0)])]) | more
    return gradebook.build([made], assignment([ONE]), [{"id": student, "name": name}])


# ── what stands on it ────────────────────────────────────────────────────────────────


def test_every_link_leads_somewhere(folder):
    page = Tags((folder / "gradebook.html").read_text(encoding="utf-8"))
    assert len(page.ids) == len(set(page.ids))
    ids = {"": page.ids}
    for link in set(page.links):
        path, _, anchor = unquote(link).partition("#")
        if path not in ids:
            ids[path] = Tags((folder / path).read_text(encoding="utf-8")).ids
        assert not anchor or anchor in ids[path], link
    assert len(page.links) > 30 * 10


def test_an_answer_is_one_click_away_and_its_points_stand_there(book):
    html = overview.html(book)
    for row in book.rows:
        for work in row.work.values():
            for id, answer in work.answers.items():
                if work.result:
                    link = f"<a href=review/{work.result['folder']}.html#{id}>"
                    assert f"{link}{pages.number(answer.points)}</a>" in html


def test_what_needs_a_look_is_named_with_its_reason(book):
    page = text_of(overview.html(book))
    for said in (
        "28 of 30 students handed something in.",
        "foundations/04_backprop: the file is not valid JSON",
        "upload (3).zip: the file is not UTF-8 text",
        "Mei Lin · foundations/01_neurons at neurons-bends",
        "Nora Lind · foundations/05_gradients at gradients-growth",
        "guest/00_start.ipynb · foundations/00_start",
        "shard2/results/x.json: not whole JSON",
        "Anders Holm",
        "2 days: counts 80 %",
        "The values shown stand in the source as literals.",
        "backprop-paths 0 → 0.5 a sign was lost in copying",
        "– an extension was agreed on",
        "0 → 2 shown in the office",
    ):
        assert said in page, said


def test_a_class_without_trouble_says_so():
    page = text_of(overview.html(a_book()))
    assert "Nothing: every submission was run and none is late." in page
    assert "Adjusted by hand" not in page


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"state": "timed out", "where": "backprop-paths"}, "Timed out 1"),
        ({"state": "kernel died"}, "Ended itself 1"),
        ({"submitted": ""}, "Time unknown 1"),
        ({"submitted": (DUE + timedelta(days=9)).isoformat()}, "too late, counts 0"),
        ({"exercise": "steps/01_feedforward"}, "In no exercise of this assignment 1"),
        ({"state": "rejected", "questions": [], "reason": "why"}, "Rejected 1"),
    ],
)
def test_each_kind_of_trouble_has_its_group(more, what):
    assert what in text_of(overview.html(a_book(**more)))


def test_who_is_not_on_the_roster_is_named():
    made = result("guest", ONE, [question()])
    found = gradebook.build([made], assignment([ONE]), [{"id": "ada", "name": "Ada"}])
    page = text_of(overview.html(found))
    assert "Not on the roster 1" in page and "Nothing handed in 1" in page
    assert "Not on the roster" not in text_of(
        overview.html(gradebook.build([made], found.assignment))
    )


def test_more_attempts_than_allowed_are_named():
    tries = [result("ada", ONE, [question()], attempt=n) for n in "123"]
    found = gradebook.build(tries, assignment([ONE], attempts_at_most=2))
    assert "More attempts than allowed 1" in text_of(overview.html(found))


def test_the_hardest_question_comes_first_with_its_mistakes(book):
    html = overview.html(book)
    cards = re.findall(r'<li id="q-([\w-]+)"', html)
    means = {one.id: one.mean for one in book.questions}
    assert cards == sorted(cards, key=lambda id: means[id]) and len(cards) == 15
    hardest = next(one for one in book.questions if one.id == cards[0])
    name, count = hardest.mistakes[0]
    assert f"<b>{count}</b> × <bdi>{name}</bdi>" in html
    assert f"<b>{pages.number(100 * hardest.mean, 0)} %</b>" in html


def test_with_few_students_no_correlation_is_told():
    results, roster = a_class(9)
    few = text_of(overview.html(gradebook.build(results, assignment(), roster)))
    assert "are too few to tell" in few and " to 0." not in few
    assert analysis.ENOUGH > 9


def test_numbers_have_at_most_one_decimal(book):
    html = re.sub(r"(?s)<script>.*?</script>", "", overview.html(book))
    text = text_of(html.replace("course 0.1.0", "course"))
    assert not re.findall(r"\d\.\d\d", text)
    assert not re.findall(r"\b\d+\.0\b", text)


def test_nobody_at_all_is_a_page_too():
    page = text_of(overview.html(gradebook.build([], assignment([ONE]))))
    assert "Nothing was graded yet" in page and "Nobody yet." in page


def test_hostile_names_stay_names():
    evil = "<script>alert(1)</script>\"'>\u202e"
    of = assignment([ONE])
    made = result(evil, ONE, [question(flags=[evil], mistake=evil, title=evil)], folder="e v/'<i>")
    made["state"], made["where"] = "timed out", evil
    stray = made | {"submission": evil, "exercise": evil, "state": "rejected", "reason": evil}
    by_hand = {evil: {"total": Adjustment("+", 1, evil)}}
    found = gradebook.build(Results([made, stray], {evil: evil}), of, None, by_hand)
    html = overview.html(found)
    tags = Tags(html)
    assert tags.tags.count("script") == 1 and "i" not in tags.tags[: tags.tags.index("ol")]
    assert "\u202e" not in html
    assert "review/e%20v/%27%3Ci%3E.html#backprop-paths" in tags.links


# ── colour ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_depth_is_legible_and_deeper_than_the_one_before(mode):
    table, ramp = pages.colours(mode), heatmap.colours(mode)
    fills = [ramp[f"lost-{i}"] for i in range(6)]
    for fill in fills[:5]:
        assert contrast(table["text"], fill) >= 4.5
    assert contrast(ramp["on-lost"], fills[5]) >= 4.5
    steps = [contrast(fill, table["bg"]) for fill in fills]
    assert steps[0] == 1 and all(b / a > 1.08 for a, b in pairwise(steps))


@pytest.mark.parametrize(
    ("points", "depth"),
    [(3, 0), (2.9, 1), (2.25, 1), (1.5, 2), (0.75, 3), (0.1, 4), (0, 5), (4, 0)],
)
def test_depth_goes_by_quarters_of_what_was_lost(points, depth):
    assert heatmap.depth(points, 3) == depth
    assert heatmap.depth(0, 0) == 0


def test_columns_are_named_by_what_tells_them_apart():
    assert heatmap.short(("backprop-paths", "backprop-nudge")) == {
        "backprop-paths": "paths",
        "backprop-nudge": "nudge",
    }
    assert heatmap.short(("a-b", "c-d")) == {"a-b": "a-b", "c-d": "c-d"}
    assert heatmap.short(("backprop-paths",)) == {"backprop-paths": "backprop-paths"}


@pytest.mark.slow
def test_a_thousand_students_stay_under_three_megabytes():
    results, roster = a_class(1000, exercises=ALL)
    for made in results:  # as a learning platform names its folders
        name = made["exercise"].rpartition("/")[2]
        made["folder"] = f"Student-Number-{made['student']}_4711123_assignsubmission_file/{name}"
    found = gradebook.build(results, assignment(ALL), roster)
    html = overview.html(found)
    assert len(html.encode()) < 3_000_000
    links = set(Tags(html).links)
    for row in found.rows:  # links are spared, but not where something was lost
        for work in row.work.values():
            if work.result:
                lost = [
                    answer.id for answer in work.answers.values() if answer.points < answer.worth
                ]
                assert {heatmap.review(work.result, id) for id in ["", *lost]} <= links
