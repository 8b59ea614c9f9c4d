"""Step 1 against the public implementations: time and peak memory, forward and training step.

Both sides get the same weights and the same batch. First outputs and the losses of several training
steps must agree in float64; only then float32 is measured. `python -m benchmarks.feedforward`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import torch

from nnlib.testing import using

from . import peers
from .harness import Ratio, agree, all_threads, main, peak_ratio, time_ratio


@dataclass(frozen=True)
class Case:
    """One architecture, its peer, and the largest ratio that is wanted of PyTorch on a CPU."""

    name: str
    ours: Callable  # engine → model
    theirs: Callable  # (ours, under PyTorch) → the peer with its weights
    inputs: tuple  # shape of the batch
    classes: int  # 0: a number is to be predicted
    target: float
    gate: float = 1e-8  # to which relative difference losses must agree in float64


CASES = [
    Case(
        "MLP 64-256-256-10, batch 256 / torch.nn",
        lambda e: e.load("nnlib.feedforward.mlp").MLP(64, 10, hidden=[256, 256]),
        peers.sequential,
        (256, 64),
        10,
        1.05,
    ),
    Case(
        "KAN 8-16-1, grid 8, cubic, batch 256 / pykan",
        lambda e: e.load("nnlib.feedforward.kan").KAN([8, 16, 1], grid=8),
        peers.pykan,
        (256, 8),
        0,
        1.0,
    ),
    Case(
        "TabNet 54 inputs, 3 steps, width 16, batch 1,024 / pytorch-tabnet",
        lambda e: e.load("nnlib.feedforward.tabnet").TabNet(54, 7, width=16, steps=3),
        peers.pytorch_tabnet,
        (1024, 54),
        7,
        1.0,
        1e-6,  # pytorch-tabnet keeps its √½ in float32
    ),
]


def models(case: Case, dtype, backend="torch", device="cpu"):
    """Ours and the peer, with equal weights; ours under the engine that is asked for."""
    torch.manual_seed(0)
    original = case.ours(using("torch")).to(dtype)
    theirs = case.theirs(original).to(dtype)
    ours = original
    if backend == "numpy":
        engine = using("numpy").torch
        ours = case.ours(using("numpy")).to(getattr(engine, str(dtype).removeprefix("torch.")))
        state = {k: engine.from_numpy(v.numpy()) for k, v in original.state_dict().items()}
        ours.load_state_dict(state)
    return (ours if backend == "numpy" else ours.to(device)), theirs.to(device)


def batch(case: Case, dtype):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, case.inputs)
    y = rng.integers(case.classes, size=len(X)) if case.classes else np.sin(X[:, :1] * 3)
    name = str(dtype).removeprefix("torch.")
    return X.astype(name), y if case.classes else y.astype(name)


def sides(case: Case, kind: str, dtype, backend="torch", device="cpu"):
    """Two functions that each do one forward pass (evaluation mode), or one training step."""
    X, y = batch(case, dtype)
    made = []
    for model, engine in zip(
        models(case, dtype, backend, device), (using(backend), using("torch")), strict=True
    ):
        on = "cpu" if engine.name == "numpy" else device
        x, t = (engine.torch.from_numpy(a).to(on) for a in (X, y))
        make = forward if kind == "forward" else training_step
        made.append(make(engine, model, x, t, case.classes))
    return made


def forward(engine, model, x, y, classes):
    model.eval()
    weights = np.random.default_rng(1).standard_normal((len(x), max(classes, 1)))
    weights = engine.torch.from_numpy(weights).to(x.dtype).to(x.device)  # no output goes unseen

    def side():
        with engine.torch.no_grad():
            return (model(x) * weights).sum().item()

    return side


def training_step(engine, model, x, y, classes):
    model.train()
    loss_of = engine.F.cross_entropy if classes else engine.F.mse_loss
    optimizer = engine.torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)

    def side():
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return side


def measure():
    cpu = all_threads()
    for case in CASES:
        for kind in ("forward", "training step"):
            gate = agree(case.name, *sides(case, kind, torch.float64), steps=5, rtol=case.gate)
            for threads in (1, cpu):
                torch.set_num_threads(threads)
                ratio = time_ratio(*sides(case, kind, torch.float32))
                said = "one thread" if threads == 1 else f"{threads} threads"
                yield Ratio(f"{case.name}: {kind}, {said}", *ratio, case.target, gate)
            torch.set_num_threads(1)
            memory = peak_ratio(*sides(case, kind, torch.float32))
            yield Ratio(f"{case.name}: {kind}, peak memory", *[memory] * 3, case.target, gate)
            numpy = sides(case, kind, torch.float64, "numpy")
            gate = agree(case.name, *numpy, steps=5, rtol=case.gate)
            ratio = time_ratio(*sides(case, kind, torch.float32, "numpy"))
            yield Ratio(f"{case.name}: {kind}, on NumPy, one thread", *ratio, None, gate)
            if torch.cuda.is_available():
                gpu = time_ratio(*sides(case, kind, torch.float32, device="cuda"))
                yield Ratio(
                    f"{case.name}: {kind}, {torch.cuda.get_device_name()}", *gpu, None, gate
                )


def run():
    torch.set_num_threads(1)
    names = ("torch", "numpy", "pykan", "pytorch-tabnet")
    main(
        "Step 1 against the public implementations: ours / theirs",
        measure(),
        {name: version(name) for name in names},
        device=torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
    )


if __name__ == "__main__":
    run()
