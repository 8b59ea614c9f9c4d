"""A benchmark proves that both sides compute the same before it prints a ratio."""

import json
import sys
from types import SimpleNamespace

import pytest
import torch

from benchmarks import feedforward, harness
from benchmarks.engine import CASES, sides


def test_sides_that_differ_get_no_ratio():
    assert harness.agree("same", lambda: 2.0, lambda: 2.0, steps=3, rtol=1e-9) == 0
    for wrong in (2.0 + 1e-6, float("nan"), float("inf")):
        with pytest.raises(harness.Disagreement, match="at step 0 ours is"):
            harness.agree("different", lambda wrong=wrong: wrong, lambda: 2.0, steps=3, rtol=1e-9)


def test_a_difference_that_comes_later_is_found():
    steps = iter(range(100))
    with pytest.raises(harness.Disagreement, match="at step 2"):
        harness.agree("drift", lambda: 1.0 + (next(steps) == 2), lambda: 1.0, steps=5, rtol=1e-9)


def test_the_ratio_is_ours_over_theirs(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(harness, "perf_counter", lambda: clock.now)

    def takes(seconds):
        def side():
            clock.now += seconds

        return side

    ratios = harness.time_ratio(takes(0.004), takes(0.001), blocks=6, seconds=0.002)
    assert ratios == pytest.approx((4, 4, 4))


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_the_cases_agree_and_learn(case):
    name, build, data, _ = case
    ours, theirs = sides(build, data, "float64")
    first = ours()
    theirs()
    harness.agree(name, ours, theirs, steps=3, rtol=1e-8)
    assert ours() < first


def test_the_record_has_date_device_and_versions(tmp_path, monkeypatch, capsys):
    path = tmp_path / "results" / "engine.json"
    monkeypatch.setattr(sys, "argv", ["benchmark", "--json", str(path)])
    harness.main("title", [harness.Ratio("case", 0.5, 0.4, 0.6, 1.0, 1e-12)], {"numpy": "2"})
    assert "0.50  [0.40 … 0.60]   target ≤ 1" in capsys.readouterr().out
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["ratios"][0]["ratio"] == 0.5 and record["device"] == "cpu"
    assert record["date"] and set(record["versions"]) == {"python", "numpy"}


def test_a_disagreement_ends_the_program(monkeypatch):
    def results():
        raise harness.Disagreement("case: at step 0")
        yield

    monkeypatch.setattr(sys, "argv", ["benchmark"])
    with pytest.raises(SystemExit, match="no ratio"):
        harness.main("title", results(), {})


@pytest.mark.parametrize("kind", ["forward", "training step"])
@pytest.mark.parametrize("case", feedforward.CASES, ids=lambda case: case.name)
def test_step_1_computes_what_the_public_implementations_compute(case, kind):
    for backend in ("torch", "numpy"):
        both = feedforward.sides(case, kind, torch.float64, backend)
        harness.agree(case.name, *both, steps=3, rtol=case.gate)


def test_peak_memory_is_what_is_held_at_once():
    def one_at_a_time():
        return sum(torch.ones(1000).sum().item() for _ in range(3))

    def all_at_once():
        kept = [torch.ones(1000) for _ in range(3)]
        return sum(x.sum().item() for x in kept)

    assert 4000 <= harness.peak_bytes(one_at_a_time) < 8000
    assert 12000 <= harness.peak_bytes(all_at_once) < 16000
