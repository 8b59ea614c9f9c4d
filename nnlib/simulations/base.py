"""What every simulation shares: its bundle, its repr, and what stands where no script runs."""

from html import escape
from pathlib import Path

import anywidget
import traitlets as t
import yaml

HERE = Path(__file__).parent
VIEW = "application/vnd.jupyter.widget-view+json"


def synced(trait, help):
    """A trait that Python and the page share, with its documentation."""
    trait.help = help
    return trait.tag(sync=True)


class Simulation(anywidget.AnyWidget):
    """Base class. A subclass names its bundle and its traits:

        class Neuron(Simulation):
            bundle = "neuron"
            w = synced(t.Float(1.0), "the weight")

    describes its state in `caption()`, and if it likes draws it in `picture()`. What it asks before
    it shows stands in `questions/neuron.yml`.
    """

    predict = synced(t.Bool(True), "ask the reader to guess before trying")
    guesses = synced(t.Dict(), "the reader's guesses: {question: index of the choice}")
    questions = synced(t.List(t.Dict()), "what is asked: id, when, ask, choices, show")

    def __init_subclass__(cls, **kwargs):
        if bundle := vars(cls).get("bundle"):
            cls._esm = (HERE / "bundles" / f"{bundle}.js").read_text(encoding="utf-8")
            cls._css = (HERE / "bundles" / f"{bundle}.css").read_text(encoding="utf-8")
            cls.asks = (HERE / "questions" / f"{bundle}.yml").read_text(encoding="utf-8")
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits):
        unknown = sorted(set(traits) - set(self.own_traits()))
        if unknown:
            raise ValueError(f"{unknown[0]}: no such trait; expected one of {self.own_traits()}")
        try:
            super().__init__(**traits)
        except t.TraitError as error:  # it names the trait and what was expected
            raise ValueError(str(error)) from None

    @t.default("questions")
    def _questions(self):
        return yaml.safe_load(self.asks)

    @classmethod
    def own_traits(cls):
        """The names of the simulation's own synced traits, in the order of their definition."""
        own = [base for base in reversed(cls.__mro__) if issubclass(base, Simulation)]
        names = [name for base in own for name in vars(base) if not name.startswith("_")]
        return [name for name in names if name in cls.class_trait_names(sync=True)]

    def __repr__(self):
        """The call that makes this state: what differs from the defaults, nothing random."""
        defaults = {name: self.trait_defaults(name) for name in self.own_traits()}
        given = [
            f"{name}={getattr(self, name)!r}"
            for name, default in defaults.items()
            if getattr(self, name) != default
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def caption(self):
        """The present state in words: what is read where nothing can be drawn or moved."""
        return repr(self)

    def picture(self):
        """The present state as SVG markup, or nothing."""
        return ""

    def fallback(self):
        """The figure for readers without scripts; `caption` and `picture` in HTML."""
        return f"<figure>{self.picture()}<figcaption>{escape(self.caption())}</figcaption></figure>"

    def _repr_mimebundle_(self, **kwargs):
        """anywidget's, with the fallback as the view's metadata, where `page.py` finds it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data["text/plain"] = repr(self)  # whole: anywidget may have shortened it
        view = metadata.get(VIEW, {}) | {"fallback": self.fallback()}
        return data, metadata | {VIEW: view}
