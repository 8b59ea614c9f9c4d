import pytest

from nnlib.grading import adjustments
from nnlib.grading.adjustments import Adjustment
from tests.grading.some_results import assignment

STUDENTS = ["007", "ada", "no"]


def read(text):
    return adjustments.read(text, STUDENTS, assignment())


def test_every_kind_of_decision_is_read():
    found = read(
        "ada:\n"
        "  backprop-paths: {points: +1, comment: 'a sign:\n    lost'}\n"
        "  foundations/04_backprop: {points: -0.5}\n"
        "  total: {comment: later agreed}\n"
        "007:\n  total: {points: '=3'}\n"
        "no:\n  neurons-count:\n    points: =0\n"
    )
    assert found == {
        "ada": {
            "backprop-paths": Adjustment("+", 1, "a sign: lost"),
            "foundations/04_backprop": Adjustment("-", 0.5),
            "total": Adjustment(comment="later agreed"),
        },
        "007": {"total": Adjustment("=", 3)},
        "no": {"neurons-count": Adjustment("=", 0)},
    }


@pytest.mark.parametrize(
    ("sign", "points", "before", "after"),
    [("+", 1, 2, 3), ("-", 0.5, 2, 1.5), ("-", 5, 2, 0), ("=", 3, 1, 3), ("", 0, 2, 2)],
)
def test_an_adjustment_adds_takes_or_sets_and_never_goes_below_0(sign, points, before, after):
    assert Adjustment(sign, points).applied(before) == after


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("adda: {total: {points: +1}}", "adda: no such student; is ada meant?"),
        ("ada: {backprop-path: {points: +1}}", "ada: backprop-path: no such question or exercise"),
        ("ada: {backprop-path: {points: +1}}", "is backprop-paths meant?"),
        ("ada: {total: {points: 1}}", "ada: total: points: got '1', expected +1, -0.5 or =3"),
        ("ada: {total: {points: +one}}", "got '+one'"),
        ("ada: {total: {points: [+1]}}", "points and comment are one text each"),
        ("ada: {total: {}}", "ada: total: expected `name:`"),
        ("ada: {total: {comment: ' '}}", "expected points, a comment, or both"),
        ("ada: {total: {point: +1}}", "'point' is not known"),
        ("ada: +1", "ada: expected `name:` and what belongs to it below, got '+1'"),
        ("[ada]", "the file: expected"),
        ("ada: {total: {points: +1}}\nada: {}", "ada: stands twice, again in line 2"),
        ("ada:\n  total:\n  total:", "total: stands twice, again in line 3"),
        ("ada: {total: {points: +1}", "line 1: not YAML"),
        ("? [a]\n: {total: {points: +1}}", "line 1: expected a name"),
        ("ada: &a {total: *a}", "not YAML"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_format_is_refused_and_the_place_named(text, said):
    with pytest.raises(ValueError, match=r"^adjustments.yml, ") as error:
        read(text)
    assert said in str(error.value)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_adjusts_nothing(text):
    assert read(text) == {}


def test_a_file_is_read_and_none_is_none(tmp_path):
    path = tmp_path / "adjustments.yml"
    assert adjustments.read_file(path, STUDENTS, assignment()) == {}
    path.write_text("\ufeffada: {total: {comment: Zoë}}\n", encoding="utf-8")
    found = adjustments.read_file(path, STUDENTS, assignment())
    assert found["ada"]["total"].comment == "Zoë"
    path.write_bytes(b"\xff")
    with pytest.raises(ValueError, match="not UTF-8"):
        adjustments.read_file(path, STUDENTS, assignment())


def test_the_template_adjusts_nothing_and_its_example_is_right():
    text = adjustments.template(assignment(), STUDENTS)
    assert read(text) == {}
    example = [line[2:] for line in text.splitlines() if line.startswith(("# 007", "#  "))]
    example = example[: next(i for i, line in enumerate(example) if "an extension" in line) + 1]
    found = read("\n".join(example))
    assert found["007"]["neurons-border"] == Adjustment("+", 1, "why")
    assert found["007"]["total"].comment == "an extension was agreed on"
    assert "foundations/05_gradients" in text and "gradients-clip" in text
