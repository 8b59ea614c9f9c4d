"""What a reader does with an installed nnlib: every promise of the package once, without PyTorch.

    python tests/install/reader.py        # in any folder; needs nnlib and its dependencies

Prints one line a promise. Whatever does not hold ends it with an error.
"""

import subprocess
import sys
from pathlib import Path

import nnlib
from nnlib import data, plots, quizzes, records, simulations, tables
from nnlib.backend import F, name, nn, torch
from nnlib.grading import references

VIEW = "application/vnd.jupyter.widget-view+json"
REPOSITORY = Path(__file__).resolve().parents[2]


def package_is_the_installed_one():
    assert not Path(nnlib.__file__).is_relative_to(REPOSITORY / "nnlib"), (
        f"not installed: {nnlib.__file__}"
    )
    assert name == "numpy" and sys.modules.get("torch") is None


def setup_says_what_runs():
    nnlib.setup(seed=0)
    assert nnlib.choose(quick=1, full=2) == 1


def engine_learns_and_fit_too():
    digits = data.digits()
    X, y = torch.tensor(digits.X / 16), torch.tensor(digits.y)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    before = F.cross_entropy(model(X), y).item()
    nnlib.fit(model, (digits.X / 16, digits.y), epochs=5, progress=False)
    assert F.cross_entropy(model(X), y).item() < before / 2


def every_data_set_is_there():
    files = sorted(Path(nnlib.__file__).parent.glob("datasets/*.npz"))
    homes = [data if hasattr(data, file.stem) else tables for file in files]
    assert files and all(len(getattr(h, f.stem)().X) for h, f in zip(homes, files, strict=True))


def answers_are_judged():
    """Right numbers are right, and each known mistake gets the hint that was written for it."""
    for exercise in references.names():
        for id, question in references.questions(exercise).items():
            assert len({nnlib.hint(id).text for _ in range(3)}) == 3
            if not all(_numbers(case["lines"]) for case in question["cases"].values()):
                continue  # arrays and texts: their printed form is not their value
            _show(id, question, {case: q["lines"] for case, q in question["cases"].items()})
            assert nnlib.check(id).ok, id
            for mistake in question["mistakes"]:
                if all(map(_numbers, mistake["cases"].values())):
                    _show(id, question, mistake["cases"])
                    assert nnlib.check(id).verdict.message == mistake["says"], id


def _numbers(lines):
    return all(line.lstrip("-").replace(".", "", 1).isdigit() for line in lines)


def _show(id, question, cases):
    for case, lines in cases.items():
        kept = question["cases"][case]
        values = [float(line) for line in lines]
        nnlib.show(id, *values, case=case, digits=kept["digits"], floor=kept["floor"])


def quizzes_and_results_are_there():
    assert quizzes.names() and all(
        "<details" in nnlib.quiz(n)._repr_html_() for n in quizzes.names()
    )
    assert any(records.RESULTS.rglob("*.json"))


def plots_are_drawn():
    drawing = plots.curves([0, 1, 2], {"loss": [3, 2, 1]})
    assert drawing.alt and "<svg" in drawing._repr_html_()


def simulations_carry_their_script():
    for simulation in simulations.__all__:
        widget = getattr(simulations, simulation)()
        content, metadata = widget._repr_mimebundle_()
        state = widget.get_state()
        assert VIEW in content and content["text/plain"] == repr(widget)
        assert "render" in state["_esm"] and ".nn-sim" in state["_css"]
        assert "<figure>" in metadata[VIEW]["fallback"]


def command_line_answers():
    command = [sys.executable, "-m", "nnlib"]
    assert subprocess.run([*command, "doctor"], check=False).returncode == 0
    for exercise in references.names():
        stub = Path(str(references.FOLDER), f"{exercise}.ipynb")
        done = subprocess.run([*command, "check", "--here", str(stub)], check=False)
        assert done.returncode == 1, "an exercise that nobody has solved yet"


if __name__ == "__main__":
    for promise in (
        package_is_the_installed_one,
        setup_says_what_runs,
        engine_learns_and_fit_too,
        every_data_set_is_there,
        answers_are_judged,
        quizzes_and_results_are_there,
        plots_are_drawn,
        simulations_carry_their_script,
        command_line_answers,
    ):
        promise()
        print(f"ok: {promise.__name__.replace('_', ' ')}", flush=True)
