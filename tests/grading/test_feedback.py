import numpy as np
import pytest

from nnlib.grading.feedback import diagnose, judge
from nnlib.grading.values import plain, text

E = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, -6.5]])
S = np.array([[1.0, 2.0], [3.0, 5.5]])
P = np.array([[0.2, 0.8], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("got", "expected", "says"),
    [
        (None, E, "return"),
        (3.0, E, "Got a number, expected an array"),
        (E, 3.0, "Got an array, expected a number"),
        (len, 3.0, "builtin_function_or_method"),
        (E.T, E, "transposed"),
        (S.T, S, "right, but the matrix is transposed"),
        (E[None], E, "axis of length 1"),
        (E.sum(0), E, "summed away"),
        (E, E.sum(0), "summed or averaged"),
        (E[:, :2], E, "expected (2, 3)"),
        (E * np.nan, E, "NaN"),
        (E * np.inf, E, "infinity"),
        (-E, E, "wrong sign"),
        (E * 0, E, "is 0"),
        (E * 8, E, "8 times"),
        (E / 32, E, "1/32 of"),
        (E * 2, E, "Every number here is 2 times"),
        (18.0, 36.0, "This number is 1/2 of"),
        (2.0, 54.0, "The number differs"),
        (-3.0, 3.0, "This number has the wrong sign"),
        (0.0, 3.0, "This number is 0"),
        (-4 * E, E, "minus 4 times"),
        (E * 1.7159, E, "1.716 times"),
        (E + 0.25, E, "off by the same 0.25"),
        (P * np.array([[3.0], [2.0]]), P, "Not normalized"),
        (E * np.array([1, 1, 1.004]), E, "Close"),
        (np.where(E > 4, 9.0, E), E, "5 of 6 numbers are right"),
        (7.0, 3.1, "The number differs"),
        (E**2 + 1, E, "The shape is right"),
        (True, False, "differ"),
        ([E, E[0] * 3], [E, E[0]], "Part 2: Every number here is 3 times"),
        ([E, E[0]], [E, E[0], 1.0], "2 parts, expected 3"),
        ([E, E[0]], [E, E[:, 0]], "Part 2: The shape is (3,), expected (2,)"),
    ],
)
def test_each_way_to_be_wrong_is_named(got, expected, says):
    assert says in diagnose(plain(got), plain(expected))


def question(expected, mistakes=()):
    case = {"digits": 5, "floor": 1e-9, "lines": [text(x) for x in expected]}
    return {"title": "t", "points": 2, "cases": {"": case}, "mistakes": list(mistakes)}


def test_a_known_mistake_speaks_before_the_general_rules():
    known = {"name": "sum", "says": "mean!", "cases": {"": [text(8 * E)]}}
    verdict = judge("q", question([E], [known]), {"": [text(8 * E)]})
    assert (verdict.mistake, verdict.message, verdict.points) == ("sum", "mean!", 0)
    assert verdict.came.startswith("(2, 3) [[8")
    other = judge("q", question([E], [known]), {"": [text(4 * E)]})
    assert other.mistake == "" and "4 times" in other.message


def test_a_factor_in_one_value_is_not_said_of_its_neighbours():
    verdict = judge("q", question([18.0, 36.0, 54.0]), {"": ["18", "18", "36"]})
    assert verdict.message.startswith("This number is 1/2 of") and "value 2" in verdict.notes[0]
    for k in (2, 8, 1 / 32):  # a batch is a guess that these numbers do not support
        assert "batch" not in diagnose(plain(k * E), plain(E))


def test_values_before_the_last_lines_are_ignored_and_missing_ones_are_not():
    q = question([1.0, 2.0])
    assert judge("q", q, {"": ["debug", "9", "1", "2"]}).ok
    assert not judge("q", q, {"": ["1", "2", "late"]}).ok
    assert not judge("q", q, {"": ["2"]}).ok
    assert not judge("q", q, {"": []}).ok


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("NotImplementedError: q: …", "Not written yet"),
        ("NameError: name 'helper' is not defined", "into the answer cell itself"),
        ("ZeroDivisionError: division by zero", "division by zero"),
        ("", "Nothing was shown"),
    ],
)
def test_what_did_not_run_is_told_kindly(error, says):
    verdict = judge("q", question([1.0]), {}, {"": error})
    assert says in verdict.message and verdict.points == 0


def test_points_in_proportion_and_the_place_of_the_difference():
    q = question([1.0, 2.0])
    q["cases"]["b"] = {"digits": 5, "floor": 1e-9, "lines": ["3"]}
    verdict = judge("q", q, {"": ["1", "5"], "b": ["3"]})
    assert (verdict.points, verdict.right, verdict.total) == (1, 1, 2)
    assert "value 2" in verdict.notes[0] and (verdict.came, verdict.expected) == ("5", "2")
    assert "case “b”" in judge("q", q, {"": ["1", "2"]}, {"b": "ValueError: no"}).notes[0]
