import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from nnlib.grading import handback, review
from tests.grading.some_results import a_class, check, question, result

SECRET = "Xq7secretX"
EXERCISE = "foundations/04_backprop"
FORMATS = ("feedback.html", "results.json", "junit.xml")


def written(made, folder):
    """{file: text} of what may be handed back."""
    handback.write(made, folder)
    place = folder / "feedback" / made["folder"]
    assert sorted(path.name for path in place.iterdir()) == sorted(FORMATS)
    return {name: (place / name).read_text(encoding="utf-8") for name in FORMATS}


class Tags(HTMLParser):
    """What a browser would make of a page: its elements, ids, links, text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.links, self.words = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.words += [" "] * (tag != "wbr")
        self.ids += [value for key, value in attributes if key == "id"]
        self.links += [value for key, value in attributes if key in ("href", "src")]

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def text_of(html):
    return Tags(re.sub(r"(?s)<style>.*?</style>", "", html)).text


# ── secrecy ──────────────────────────────────────────────────────────────────────────


def secretive():
    """A result with the secret in every field that is not for the student."""
    hidden = check(SECRET, right=False, hidden=True, worth=0.5, source=SECRET, lines=[SECRET])
    hidden |= {"came": SECRET, "expected": SECRET, "printed": SECRET, "error": SECRET}
    unmarked = {key: value for key, value in hidden.items() if key != "hidden"}
    odd = hidden | {"hidden": 0, "right": True, "points": 0.5}
    first = question("backprop-paths", [check(), hidden, unmarked, odd], flags=[SECRET])
    first |= {"hidden_source": SECRET, "master": {"cells": [SECRET]}, "misconception": SECRET}
    only = question("backprop-nudge", [hidden, odd], flags=[SECRET])
    return result("ada", EXERCISE, [first, only], seed=SECRET, key=SECRET)


@pytest.mark.parametrize("state", ["graded", "timed out", "kernel died"])
def test_nothing_of_a_hidden_check_is_handed_back_but_its_count(tmp_path, state):
    made = secretive() | {"state": state, "where": "backprop-nudge"}
    for name, text in written(made, tmp_path).items():
        assert SECRET not in text, name
        assert "1 of 3" in text and "1 of 2" in text, name
    seen = (tmp_path / "review" / "ada" / "04_backprop.html").read_text(encoding="utf-8")
    # the secret was there to be told: case, values and error of five checks, flags, key
    assert seen.count(SECRET) >= 5 * 3 + 2 + 1


def test_points_of_hidden_checks_are_told_as_one_sum(tmp_path):
    told = handback.public(secretive())["questions"][0]
    assert told["hidden"] == {"right": 1, "total": 3, "points": 0.5, "worth": 1.5}
    assert [one["case"] for one in told["checks"]] == ["w = 3, x = 2"]


def test_what_leaves_the_house_is_named_one_by_one():
    told = handback.public(secretive())
    keys = {"submission", "exercise", "state", "where", "reason", "course", "graded"}
    assert set(told) == keys | {"points", "worth", "seconds", "questions"}
    keys = {"id", "title", "points", "worth", "message", "notes", "answer", "checks", "hidden"}
    assert set(told["questions"][0]) == keys | {"of"}


def test_a_question_is_not_right_while_a_hidden_check_is_not():
    made = result("ada", EXERCISE, [question(checks=[check(), check(right=False, hidden=True)])])
    page = text_of(handback.feedback_html(made))
    assert "✓ Right" not in page and "◐ Partly right" in page
    assert "0 of 1 hidden check agree" in page
    assert "0 of 1 question are right" in page


# ── the page ─────────────────────────────────────────────────────────────────────────


def test_the_page_tells_what_came_what_was_expected_and_why():
    wrong = check("w = 3, x = 2", right=False, printed="step 1", error="ValueError: no")
    made = result(
        "ada",
        EXERCISE,
        [
            question("backprop-paths", [wrong, check("other", worth=0.5)], message="Factors *add*.",
                     notes=["First difference: value 3."], title="Blame $w^2$"),
            question("backprop-nudge", [check()]),
        ],
    )  # fmt: skip
    html = handback.feedback_html(made)
    page = text_of(html)
    for said in ("1.5 of 2.5 points", "1 of 2 questions is right.", "0 of 1 point", "came 54",
                 "expected 36", "printed step 1", "stopped by ValueError: no", "First difference",
                 "The answer that was graded", "return w * x", "2 December 2026, 08:30 UTC",
                 "ada/04_backprop.ipynb"):  # fmt: skip
        assert said in page, said
    assert "Factors <em>add</em>." in html and "<i>w</i><sup>2</sup>" in html
    assert "Most is to be gained at Blame" in page
    assert {"backprop-paths", "backprop-nudge"} <= set(Tags(html).ids)


def test_all_right_says_so():
    made = result("ada", EXERCISE, [question(checks=[check(), check(hidden=True)])])
    page = text_of(handback.feedback_html(made))
    assert "Everything is right, the hidden checks too." in page
    assert "1 of 1 hidden check agrees" in page
    assert "Not yet" not in page


def test_the_reason_of_a_rejection_stands_first():
    made = result("ada", "", [], state="rejected", reason="the file is not valid JSON: a merge?")
    page = handback.feedback_html(made)
    body = text_of(page[page.index("<body") :])
    assert body.startswith("The file is not valid JSON: a merge? Your submission Not graded")
    assert handback.gradescope(made)["output"] == (
        "Not graded: the file is not valid JSON: a merge?"
    )
    assert "the file is not valid JSON: a merge?" in handback.junit(made)


@pytest.mark.parametrize(
    ("state", "said"), [("timed out", "Time ran out"), ("kernel died", "The program ended itself")]
)
def test_a_submission_that_stopped_says_where(state, said):
    made = result("ada", EXERCISE, [question(title="Two paths")], state=state, reason="So it is.")
    page = text_of(handback.feedback_html(made | {"where": "backprop-paths"}))
    assert f"{said} at Two paths" in page and "So it is." in page
    assert "What was earned counts." in text_of(handback.feedback_html(made | {"reason": ""}))


def test_a_missing_answer_and_a_question_without_checks_are_told():
    made = result("ada", EXERCISE, [question(checks=[], answer="", points=0, worth=2)])
    page = text_of(handback.feedback_html(made))
    assert "There was none." in page and "0 of 2 points" in page and "✗ Not yet" in page
    assert handback.gradescope(made)["tests"][0]["max_score"] == 2
    assert ElementTree.fromstring(handback.junit(made)).get("failures") == "1"


# ── for other programs ───────────────────────────────────────────────────────────────


def two_of_three():
    right, wrong = check("a", worth=1.0), check("b", right=False, worth=0.5)
    hidden = check("c", hidden=True, worth=0.5)
    return result("ada", EXERCISE, [question(checks=[right, wrong, hidden], message="Look at b.")])


def test_gradescope_gets_scores_a_check_and_a_total():
    told = handback.gradescope(two_of_three())
    assert told["score"] == 1.5 and told["execution_time"] == 1.2
    rows = [(t["name"], t["score"], t["max_score"], t["status"], t["visibility"], t["number"])
            for t in told["tests"]]  # fmt: skip
    assert rows == [
        ("backprop-paths: a", 1.0, 1.0, "passed", "visible", "1.1"),
        ("backprop-paths: b", 0.0, 0.5, "failed", "visible", "1.2"),
        ("backprop-paths: hidden checks", 0.5, 0.5, "passed", "after_published", "1.3"),
    ]
    assert told["tests"][1]["output"] == "Look at b.\ncame: 54\nexpected: 36"
    assert told["tests"][0]["output"] == "Right."


def test_where_only_hidden_checks_fail_the_message_stands_with_them():
    checks = [check(), check(hidden=True, right=False)]
    made = result("ada", EXERCISE, [question(checks=checks, message="Does it hold for all?")])
    outputs = [test["output"] for test in handback.gradescope(made)["tests"]]
    assert outputs == ["Right.", "Does it hold for all?\n0 of 1 agree."]


def test_junit_counts_what_it_holds():
    root = ElementTree.fromstring(handback.junit(two_of_three()))
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    assert root.attrib == {"tests": "3", "failures": "1", "errors": "0"}
    assert int(suite.get("tests")) == len(cases)
    assert [case.find("failure") is not None for case in cases] == [False, True, False]
    assert cases[1].find("failure").text == "Look at b.\ncame: 54\nexpected: 36"
    assert suite.find("properties/property[@name='points']").get("value") == "1.5"
    assert suite.get("timestamp") == "2026-12-02T08:30:00" and suite.get("time") == "1.250"


def test_a_class_is_handed_back_as_valid_files(tmp_path):
    results, _ = a_class()
    for made in results:
        files = written(made, tmp_path)
        ElementTree.fromstring(files["junit.xml"].encode())
        told = json.loads(files["results.json"])
        assert told["score"] == pytest.approx(sum(t["score"] for t in told["tests"]), abs=1e-3)
        for link in Tags(files["feedback.html"]).links:
            assert link.startswith("#") and link[1:] in Tags(files["feedback.html"]).ids


# ── the instructor's view ────────────────────────────────────────────────────────────


def test_the_review_shows_hidden_checks_flags_and_where_it_came_from():
    made = two_of_three()
    made["questions"][0] |= {"flags": ["uses `autograd`"], "mistake": "overwrites"}
    page = text_of(review.html(made))
    for said in ("c (hidden)", "uses autograd", "Known mistake: overwrites", "5f5f5f",
                 "1 December 2026, 10:00 UTC", "ada/04_backprop.ipynb"):  # fmt: skip
        assert said in page, said
    assert "../../gradebook.html" in Tags(review.html(made)).links
