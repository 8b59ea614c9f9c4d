"""Quizzes: every file is valid, its HTML well formed, and errors say where they are."""

import copy
import html.parser
from collections import Counter

import pytest

import nnlib
from nnlib import quizzes
from nnlib.grading.markup import blocks, inline

NAMES = quizzes.names()
GOOD = [
    {
        "id": "a",
        "outcome": "…",
        "question": "Is $x < 1$?",
        "choices": [
            {"text": "yes", "why": "because", "correct": True},
            {"text": "<b>no</b>", "why": "since"},
        ],
    }
]


class Outline(html.parser.HTMLParser):
    """Counts tags, and insists that each one opened is closed in turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.count, self.ids = [], Counter(), []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.count[tag] += 1
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", NAMES)
def test_every_quiz_renders_each_choice_with_its_explanation(name):
    quiz = nnlib.quiz(name)
    outline = Outline(quiz._repr_html_())
    choices = [choice for question in quiz.questions for choice in question["choices"]]
    assert outline.count["fieldset"] == len(quiz.questions) >= 6
    assert outline.count["details"] == outline.count["summary"] == len(choices)
    assert outline.count["script"] == 0
    assert len(outline.ids) == len(set(outline.ids))
    assert repr(quiz).count("\n") >= len(choices)


@pytest.mark.parametrize("name", NAMES)
def test_the_right_choice_does_not_always_stand_in_the_same_place(name):
    singles = [q["choices"] for q in nnlib.quiz(name).questions]
    singles = [c for c in singles if sum(x.get("correct", False) for x in c) == 1]
    places = Counter(next(i for i, x in enumerate(c) if x.get("correct")) for c in singles)
    assert max(places.values()) <= 0.75 * len(singles)


def altered(**changes):
    questions = copy.deepcopy(GOOD)
    questions[0] |= changes
    return questions


NO, YES = {"text": "a", "why": "b"}, {"text": "a", "why": "b", "correct": True}
BAD = [
    ([], "expected a list"),
    (None, "expected a list"),
    (["text"], "question 1"),
    (altered(extra=1), "exactly the keys"),
    (altered(choices=[YES]), "at least two"),
    (altered(choices=[NO, NO]), "0 of 2 choices"),
    (altered(choices=[YES, YES]), "2 of 2 choices"),
    (altered(choices=[YES, {"text": "a"}]), "a text and a why"),
    (altered(choices=[YES, NO | {"hint": "c"}]), "perhaps correct"),
    (altered(choices=[YES, {"text": 7, "why": "b"}]), "perhaps correct"),
    (GOOD + GOOD, "stands twice"),
]


@pytest.mark.parametrize(("questions", "says"), BAD)
def test_a_bad_quiz_is_refused_and_the_place_named(questions, says):
    with pytest.raises(ValueError, match=f"some/name.*{says}"):
        quizzes.validated(questions, "some/name")


def test_a_good_quiz_is_accepted_and_escaped():
    text = quizzes.Quiz("x", quizzes.validated(GOOD, "x"))._repr_html_()
    assert r"\(x &lt; 1\)" in text and "<b>" not in text


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="foundations/04_backprop"):
        nnlib.quiz("../../secret")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a `b*c` *d* **e**", "a <code>b*c</code> <em>d</em> <strong>e</strong>"),
        ("$a_1 * b$ & c", r'<span class="math notranslate nohighlight">\(a_1 * b\)</span> &amp; c'),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<script>", "&lt;script&gt;"),
        (
            "**a $b$**",
            r'<strong>a <span class="math notranslate nohighlight">\(b\)</span></strong>',
        ),
    ],
)
def test_inline_marks(text, html):
    assert inline(text) == html


def test_blocks():
    assert blocks("a\n\nb\n\n```python\nx < 1\n\ny\n```\n") == (
        "<p>a</p><p>b</p><pre><code>x &lt; 1\n\ny</code></pre>"
    )
