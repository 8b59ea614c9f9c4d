"""`show`, `check` and `hint`, as a student calls them."""

import html.parser

import numpy as np
import pytest

import nnlib
from nnlib.grading import exercise


@pytest.fixture(autouse=True)
def fresh(tiny, monkeypatch):
    monkeypatch.setattr(exercise, "_seen", {})
    monkeypatch.setattr(exercise, "_hints_given", {})


def well_formed(text):
    open_tags = []

    class Parser(html.parser.HTMLParser):
        def handle_starttag(self, tag, attrs):
            open_tags.append(tag)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

    Parser().feed(text)
    return not open_tags


def test_show_prints_and_check_finds_it_right(capsys):
    nnlib.show("tiny-double", 42.0)
    assert capsys.readouterr().out == "42\n"
    result = nnlib.check("tiny-double")
    assert result.ok and repr(result) == "✓ Right: Twice"
    assert "✓ Right" in result._repr_html_() and well_formed(result._repr_html_())


def test_check_says_what_is_wrong_in_words(capsys):
    nnlib.show("tiny-double", 441)
    result = nnlib.check("tiny-double")
    assert not result.ok and "✗ Not yet" in repr(result)
    assert "twice is not squared" in repr(result) and "came      441" in repr(result)
    assert "twice is not squared" in result._repr_html_() and well_formed(result._repr_html_())


def test_what_a_student_shows_is_escaped():
    nnlib.show("tiny-double", "<script>alert(1)</script>")
    assert "<script>" not in nnlib.check("tiny-double")._repr_html_()


def test_several_show_cells_in_any_order_and_again(capsys):
    x = np.array([[1.0, 2.0], [4.0, 6.0]])
    nnlib.show("tiny-half", np.ones(3) / 2, case="ones")
    assert "Nothing was shown" in repr(nnlib.check("tiny-half"))
    nnlib.show("tiny-half", x)
    nnlib.show("tiny-half", x / 2)
    assert nnlib.check("tiny-half").ok


def test_a_failed_show_leaves_nothing_old_to_be_checked(capsys):
    nnlib.show("tiny-double", 42)
    with pytest.raises(ValueError, match="at most"):
        nnlib.show("tiny-double", np.zeros(1000))
    assert "Nothing was shown" in repr(nnlib.check("tiny-double"))


def test_three_hints_one_a_call_and_round_again():
    texts = [repr(nnlib.hint("tiny-double")) for _ in range(4)]
    assert texts[0] == "Hint 1 of 3: first" and texts[2].startswith("Hint 3 of 3")
    assert texts[3] == texts[0]
    for _ in range(2):
        card = nnlib.hint("tiny-double")
    assert r"\(x\)" in card._repr_html_() and well_formed(card._repr_html_())


def test_unknown_ids_and_empty_calls_are_named():
    with pytest.raises(ValueError, match="no-such"):
        nnlib.check("no-such")
    with pytest.raises(ValueError, match="no-such"):
        nnlib.hint("no-such")
    with pytest.raises(ValueError, match="values"):
        nnlib.show("tiny-double")
    with pytest.raises(ValueError, match="id"):
        nnlib.show(42, 1)
