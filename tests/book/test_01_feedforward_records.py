"""The recorded experiments of step 1: what they claim of themselves, and a few runs made again."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from nnlib import data, recorded

SCRIPTS = Path(__file__).parents[2] / "experiments" / "steps"


def script(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"01_feedforward_{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def experiment():
    return script("tables")


@pytest.fixture(scope="module")
def rows():
    return recorded("steps/01_feedforward_tables").rows


def cells(rows):
    """The rows by table, condition and model."""
    found = {}
    for row in rows:
        found.setdefault((row["table"], row["condition"], row["model"]), []).append(row)
    return found


def test_every_model_had_the_same_budget(experiment, rows):
    assert len(cells(rows)) == 3 * 4 * 5
    for runs in cells(rows).values():
        tried = [run["settings"] for run in runs if run["stage"] == "search"]
        assert len(tried) == experiment.BUDGET
        assert all(tried.count(one) == 1 for one in tried)
        final = [run["seed"] for run in runs if run["stage"] == "final"]
        assert final == list(experiment.SEEDS) and 0 not in final


def test_what_was_tried_is_drawn_from_the_spaces(experiment, rows):
    for (_, _, model), runs in cells(rows).items():
        assert [r["settings"] for r in runs if r["stage"] == "search"] == experiment.settings(model)
        assert runs[0]["settings"] == {k: v[0] for k, v in experiment.SPACES[model].items()}


def test_the_setting_was_chosen_by_the_validation_loss(rows):
    for runs in cells(rows).values():
        search = [run for run in runs if run["stage"] == "search"]
        best = min(search, key=lambda run: run["validation loss"])["settings"]
        assert all(run["settings"] == best for run in runs if run["stage"] == "final")


def of(rows, **where):
    return next(row for row in rows if all(row[key] == want for key, want in where.items()))


@pytest.mark.parametrize(
    ("model", "close"), [("logistic", 0.002), ("trees", 0.01), ("MLP", 0.02), ("KAN", 0.02)]
)
def test_a_recorded_run_comes_out_again(experiment, rows, model, close):
    old = of(
        rows, table="wine_quality", condition="as it is", model=model, stage="final", seed=1
    )  # the tolerance is for another processor's rounding, which training amplifies
    new = experiment.run(*(old[key] for key in ("table", "condition", "model", "seed", "settings")))
    for column in ("validation loss", "validation", "test loss", "test"):
        assert new[column] == pytest.approx(old[column], abs=close)
    assert new.keys() == old.keys()


def test_the_conditions_change_what_they_say_and_nothing_else(experiment):
    plain = experiment.parts("wine_quality", "as it is", 1)
    assert [len(part) for part in plain] == [2000, 793, 793]
    for condition in ("rotated", "irrelevant", "ranks"):
        changed = experiment.parts("wine_quality", condition, 1)
        for a, b in zip(plain, changed, strict=True):
            assert (a.y == b.y).all()
    rotated = experiment.parts("wine_quality", "rotated", 1)[2]
    assert rotated.X @ rotated.X.T == pytest.approx(plain[2].X @ plain[2].X.T, abs=1e-2)
    assert abs(rotated.X - plain[2].X).max() > 1
    ranks = experiment.parts("wine_quality", "ranks", 1)[0]
    for before, after in zip(plain[0].X.T, ranks.X.T, strict=True):
        assert (np.diff(after[np.argsort(before, kind="stable")]) >= -1e-6).all()
    assert abs(ranks.X).max() < 4 < 10 < abs(plain[0].X).max()  # the long tails are gone


def test_irrelevant_features_are_the_real_ones_in_another_order(experiment):
    parts = experiment.parts("wine_quality", "irrelevant", 1)
    X = np.concatenate([part.X for part in parts])
    assert X.shape[1] == 22
    related = np.corrcoef(X.T)[:11, 11:]
    assert abs(related).max() < 0.1 and abs(np.corrcoef(X.T)[11:, 11:] - np.eye(11)).max() < 0.1
    for real, noise in zip(X.T[:11], X.T[11:], strict=True):  # alike, each taken by itself
        at = np.linspace(0.05, 0.95, 19)
        assert np.quantile(noise, at) == pytest.approx(np.quantile(real, at), abs=0.2)


def test_iris_its_splits_and_one_run_again():
    rows = recorded("steps/01_feedforward_iris").rows
    experiment = script("iris")
    for model in experiment.MODELS:
        for rate in experiment.RATES:
            seeds = [row["seed"] for row in rows if (row["model"], row["rate"]) == (model, rate)]
            assert seeds == list(experiment.SEEDS) == list(range(200))
        new, old = experiment.run(model, 0.03, 0), of(rows, model=model, rate=0.03, seed=0)
        assert abs(new["right"] - old["right"]) <= 1
        assert new["loss"] == pytest.approx(old["loss"], abs=0.02)
    assert len(data.iris().split(seed=0)[1]) == 30


def test_depth_has_every_run_and_a_cheap_one_comes_out_again():
    rows = recorded("steps/01_feedforward_depth").rows
    experiment = script("depth")
    settings = {tuple(row[k] for k in list(row)[:7]) for row in rows}
    assert len(settings) == len(rows)
    for design in experiment.DESIGNS:
        for depth in experiment.DEPTHS:
            found = [
                row
                for row in rows
                if (row["design"], row["depth"], row["dropout"]) == (design, depth, 0.0)
                and row["width"] == 64
                and row["passes"] == experiment.PASSES
            ]
            assert len(found) == len(experiment.RATES) * len(experiment.SEEDS)
    old = of(rows, design="plain", depth=2, width=64, dropout=0.0, rate=0.002, passes=10, seed=0)
    new = experiment.run(*(old[k] for k in list(old)[:4]), old["rate"], old["seed"], old["passes"])
    for column in ("start", "loss", "validation loss", "test loss"):
        assert new[column] == pytest.approx(old[column], abs=0.02)
