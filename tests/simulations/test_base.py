"""What every simulation promises as a Python class."""

import subprocess
import sys
from html import escape

import numpy as np
import pytest

import nnlib.simulations
from nnlib.simulations import ActivationGallery, BackpropBlame, ForwardBackward, NetworkLearns
from nnlib.simulations.base import VIEW, Simulation, synced
from tests.simulations.staticpage import ROOT


def test_the_package_loads_no_widget_until_one_is_used():
    code = "import nnlib.simulations, sys; print('anywidget' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = nnlib.simulations.Nothing


ALL = [ActivationGallery, ForwardBackward, BackpropBlame, NetworkLearns]


@pytest.mark.parametrize("cls", ALL)
def test_every_own_trait_is_synced_and_documented(cls):
    names = cls.own_traits()
    assert names[:3] == ["predict", "guesses", "questions"]
    for name in names:
        assert cls.class_traits()[name].help, f"{name} says nothing about itself"


@pytest.mark.parametrize("cls", ALL)
def test_repr_is_the_call_that_makes_this_state(cls):
    assert repr(cls()) == f"{cls.__name__}()"
    changed = cls(predict=False, guesses={"a": 1})
    assert repr(changed) == f"{cls.__name__}(predict=False, guesses={{'a': 1}})"
    again = eval(repr(changed))
    assert all(getattr(again, name) == getattr(changed, name) for name in cls.own_traits())


@pytest.mark.parametrize("cls", ALL)
def test_the_view_carries_a_place_a_repr_and_a_fallback(cls):
    data, metadata = cls()._repr_mimebundle_()
    assert data["text/plain"] == f"{cls.__name__}()" and VIEW in data
    fallback = metadata[VIEW]["fallback"]
    assert "<svg" in fallback or "<table" in fallback
    assert escape(cls().caption()) in fallback


def test_the_caption_says_what_the_picture_shows():
    data, metadata = ActivationGallery(activation="gelu")._repr_mimebundle_()
    assert data["text/plain"] == "ActivationGallery(activation='gelu')"
    assert VIEW in data
    fallback = metadata[VIEW]["fallback"]
    assert "At z = 1 it gives 0.841, and a small nudge of z comes out 1.08 times" in fallback


def test_the_page_of_the_book_gets_the_place_and_the_fallback():
    from types import SimpleNamespace

    from nnlib.simulations.page import SimulationRenderer

    view = {"model_id": "abc"}
    ours = SimpleNamespace(
        mime_type=VIEW, content=view, output_metadata={VIEW: {"fallback": "<figure>F</figure>"}}
    )
    (node,) = SimulationRenderer.handle_mime(None, ours, False)
    assert '"model_id": "abc"' in node.astext()
    assert "<noscript><figure>F</figure></noscript>" in node.astext()
    theirs = SimpleNamespace(mime_type=VIEW, content=view, output_metadata={})
    assert SimulationRenderer.handle_mime(None, theirs, False) is None


@pytest.mark.parametrize(
    ("cls", "trait", "value"),
    [
        *[(ActivationGallery, *bad) for bad in [("alpha", 1.5), ("leak", -0.1), ("z", 7.0)]],
        (ActivationGallery, "layers", 0),
        *[(cls, "nonsense", 1) for cls in ALL],
    ],
)
def test_bad_input_is_named(cls, trait, value):
    with pytest.raises(ValueError, match=f"^{trait}"):
        cls(**{trait: value})


@pytest.mark.parametrize("cls", ALL)
def test_every_question_has_one_right_choice_and_explains_all(cls):
    seen = set()
    traits = set(cls.own_traits())
    for question in cls().questions:
        assert question["id"] not in seen
        seen.add(question["id"])
        assert 2 <= len(question["choices"]) <= 4
        assert sum(choice.get("right", False) for choice in question["choices"]) == 1
        assert all(choice["why"] for choice in question["choices"])
        assert {*question.get("show", {}), *question.get("when", {})} <= traits
        for choice in question["choices"]:  # what it shows is a valid state
            cls(**question.get("show", {}) | choice.get("show", {}))


def test_synced_marks_and_documents():
    import traitlets

    trait = synced(traitlets.Int(3), "three")
    assert trait.help == "three" and trait.metadata["sync"]


def test_a_subclass_without_a_bundle_is_abstract():
    class Family(Simulation):
        pass

    assert "_esm" not in vars(Family)


@pytest.mark.node
def test_the_committed_bundles_are_current_and_light():
    assert (ROOT / "node_modules").is_dir(), "node_modules is missing: run `npm ci`"
    run = subprocess.run(
        ["node", "tools/bundle.mjs", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.node
def test_the_mathematics_in_javascript():
    files = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.mjs"))
    run = subprocess.run(["node", "--test", *files], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_the_vectors_are_what_numpy_computes():
    run = subprocess.run(
        [sys.executable, "tools/vectors.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_the_lock_file_names_no_registry():
    assert "resolved" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


def test_from_model_shows_where_the_units_of_ones_own_network_stand():
    params = [(np.array([[2.0], [-1.0]]), np.array([0.5, 0.0])), (np.ones((1, 2)), np.zeros(1))]
    gallery = ActivationGallery.from_model(params, [[1.0], [-3.0]], activation="relu")
    assert gallery.activation == "relu"
    assert gallery.own == [2.5, -1.0, -5.5, 3.0]
    with pytest.raises(ValueError, match="layer: expected 1 to 1, got 2"):
        ActivationGallery.from_model(params, [[1.0]], layer=2)
