"""Every architecture of the course, once: what it assumes, what it costs, where it comes from.

    catalog.entries()                      # all of them, in the order of the steps
    catalog.entry("kan").bias              # one, by its name
    catalog.build("mlp", inputs=4, outputs=3)

Each step's package declares its own, as `ENTRIES` in its `__init__`. From here come the page of all
architectures, the quick reference of the families, the map, the parity tests and the benchmarks.
"""

from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from typing import NamedTuple

PACKAGES = ("feedforward",)  # those that are written, in the order of their steps


class Family(NamedTuple):
    """One of the nineteen families: its step, what is typical of it, and its idea."""

    name: str
    step: int
    architectures: str
    idea: str


FAMILIES = (
    Family("Feedforward", 1, "MLP, KAN, TabNet", "layers in a row, each reads all of the last"),
    Family("Convolutional", 2, "ResNet, MobileNet, TCN", "one small filter, used everywhere"),
    Family("Building blocks", 3, "RMSNorm, RoPE, SwiGLU", "the parts of which others are built"),
    Family("Recurrent", 4, "LSTM, GRU, xLSTM", "a state that is carried through time"),
    Family("Attention", 5, "multi-head attention, GQA, RetNet", "each position looks up others"),
    Family("State space", 6, "S4, Mamba, Jamba", "a linear system in time, sampled"),
    Family("Vision", 7, "ViT, Swin, U-Net", "an image as patches, or at several scales"),
    Family("Graph", 8, "GCN, GAT, message passing", "neighbours tell each other what they know"),
    Family("Set", 8, "DeepSets", "a sum does not know the order of its terms"),
    Family("Generative", 9, "VAE, GAN, diffusion, flow matching", "draw what could have been data"),
    Family("Contrastive", 10, "SimCLR, BYOL, MAE", "no labels: compare, or fill in"),
    Family("Meta", 11, "MoE, LoRA, Adapter", "networks made of networks, or added to them"),
    Family("Capsule", 11, "capsule network", "parts agree on the pose of their whole"),
    Family("Hypernetwork", 11, "hypernetwork", "a network whose output is another's weights"),
    Family("Energy", 12, "EBM, Hopfield", "answers are the valleys of a landscape"),
    Family("Liquid", 12, "NeuralODE, liquid network", "a state that flows, in continuous time"),
    Family("Probabilistic", 13, "Bayesian, MC dropout, evidential", "an answer and how sure it is"),
    Family("Memory", 13, "NTM, memory network", "a store outside, written and read by address"),
    Family("Neuromorphic", 14, "SNN, ANN2SNN", "units that speak in spikes"),
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """Where an architecture was first described. link: "arXiv 2404.19756" or "doi 10.1038/…"."""

    authors: str
    year: int
    link: str

    @property
    def url(self):
        kind, _, number = self.link.partition(" ")
        return {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}[kind] + number


@dataclass(frozen=True)
class Entry:
    """What there is to know about one architecture.

    where: module and class, as "nnlib.feedforward.mlp:MLP"; the module has an `example(size=1)`.
    page: its chapter or short page, below `book/`.
    time, memory: of a forward and a backward pass, as formulas in the letters of its file.
    linear_in: the letter in which time and memory are claimed to grow linearly, the one that
        `size` multiplies; empty where nothing is claimed.
    claims: {what it is invariant to, or keeps: the test that shows it, as pytest names it}.
    """

    key: str
    name: str
    family: str
    step: int
    where: str
    page: str
    paper: Paper
    idea: str
    bias: str
    time: str
    memory: str
    linear_in: str = ""
    claims: dict = field(default_factory=dict)

    @property
    def module(self):
        """The name of its module."""
        return self.where.partition(":")[0]

    @property
    def file(self):
        """Its source, from the top of the repository."""
        return self.module.replace(".", "/") + ".py"

    @property
    def cls(self):
        """The class, on the process's engine."""
        return getattr(import_module(self.module), self.where.partition(":")[2])

    def example(self, size=1):
        """A small model, seeded, and a tuple of inputs for it; `size` as in `linear_in`."""
        return import_module(self.module).example(size)


def entries():
    """All entries, in the order of the steps."""
    packages = (import_module(f"nnlib.{package}") for package in PACKAGES)
    return [entry for package in packages for entry in package.ENTRIES]


def entry(key):
    """The entry of that name. ValueError for an unknown one, with those that are near."""
    known, wanted = {e.key: e for e in entries()}, str(key).lower()
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
    raise ValueError(f"architecture: got {key!r}; {hint}")


def build(key, **kwargs):
    """Make the architecture of that name: `build("mlp", inputs=4, outputs=3)`."""
    return entry(key).cls(**kwargs)
