"""The instructor's guide: what it tells to type works, and what it shows can be read."""

import json
import re
import shlex

import pytest
import typer.main
import yaml

from nnlib import cli
from nnlib.grading import adjustments, authoring, draws
from nnlib.grading import assignment as assignments
from tests.conftest import ROOT

GUIDE = (ROOT / "book/teach/grading.md").read_text(encoding="utf-8")
PROGRAM = typer.main.get_command(cli.app)
TYPED = re.findall(
    r"nnlib (?:check|update|release|grade|gradebook|similar|doctor)\b[^`\n#]*", GUIDE
)


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.M | re.S)


def test_its_figures_are_those_that_were_measured():
    told = json.loads((ROOT / "benchmarks/results/grading-cpu.json").read_text(encoding="utf-8"))
    figures, ratio = told["figures"], told["ratios"][0]["ratio"]
    a_minute, estimate = figures["submissions a minute"], list(figures.values())[-1]
    assert ratio <= 0.4  # at least 2.5 times nbgrader's
    for number in (
        f"{a_minute['nnlib']:.0f} small submissions",
        f"nbgrader {told['versions']['nbgrader']}: {a_minute['nbgrader']:.0f},",
        f"{figures['speed-up of 2 jobs, start included']:.1f} times as many",
        f"{list(figures.values())[2]['1']:.1f} s.",
        f"about {estimate['core hours']:.0f} core hours",
        f"{max(list(figures.values())[4].values())} MB",
    ):
        assert number in GUIDE, number


def test_it_shows_commands():
    assert len(TYPED) > 10


@pytest.mark.parametrize("typed", sorted(set(TYPED)))
def test_every_command_can_be_parsed(typed):
    _, name, *words = shlex.split(typed)
    command = PROGRAM.commands[name]
    if words:
        command.make_context(name, words, resilient_parsing=False)


def test_every_option_exists():
    known = {o for c in PROGRAM.commands.values() for p in c.params for o in p.opts}
    for option in re.findall(r"`(--[a-z-]+)", GUIDE):
        assert option in known, option


def test_the_assignment_can_be_read(tmp_path):
    (tmp_path / "assignment.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    a = assignments.read(tmp_path / "assignment.yml")
    assert a.points["backprop-paths"] == 4 and a.due_for("ada") > a.due
    hours_late = a.due.replace(day=6, hour=0, minute=59)  # 25 hours
    assert a.factor(a.days_late("bob", hours_late)) == pytest.approx(0.8)
    adjustments.read(blocks("yaml")[1], ["ada"], a)


def test_the_question_is_one(tmp_path):
    answer, public, hidden = (block.strip() for block in blocks("python"))
    cells = ["# Solutions: x", "import numpy as np\nimport nnlib", answer, public, hidden]
    check = '# NBVAL_IGNORE_OUTPUT\nnnlib.check("scale")'
    kinds = ["markdown", *["code"] * 5]
    notebook = {
        "cells": [
            {"cell_type": kind, "id": f"c{i}", "metadata": {}, "source": text}
            for i, (kind, text) in enumerate(zip(kinds, [*cells, check], strict=True))
        ]
    }
    said = re.search(r"`(variants: \{.*?\})`", GUIDE)[1].replace(", data_seed: 1 to 9999", "")
    assert "data_seed: 1 to 9999" in GUIDE
    wrong = {"name": "adds", "misconception": "m", "says": "s", "code": "return p + x"}
    spec = {"scale": {"title": "t", "points": 1, "outcome": "o", "hints": [1, 2, 3]}}
    spec["scale"] |= {"mistakes": [wrong], **yaml.safe_load(said)}
    order = authoring.prepare(notebook, spec, "guide")
    for variant in draws.examples(spec["scale"]["variants"], 3):
        drawn = authoring.drawn(notebook, spec, "guide", {"scale": 77}, {"scale": variant})
        cases = authoring.run(drawn, spec, order, "guide")["scale"]["cases"]
        assert [bool(case.get("hidden")) for case in cases.values()] == [False, True]
