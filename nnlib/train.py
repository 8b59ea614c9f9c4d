"""The training loop: the same five lines as everywhere, and what surrounds them in earnest.

    history = fit(model, train, validation=test, epochs=20)

Per epoch: every batch forward, loss, backward, step; then the validation loss, averaged by
examples. Runs on either engine.
"""

import math
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from nnlib import checkpoint
from nnlib.backend import nn, torch
from nnlib.evaluation import batches, evaluate, first_parameter, prepare, standard_loss


@dataclass(frozen=True)
class Guards:
    """What watches over a run: `fit(…, guards=Guards(clip=1.0, patience=5))`.

    clip: the gradient's largest norm; a longer one is scaled down to it.
    patience: stop after so many epochs without a lower validation loss, and give the model the
        weights of its best epoch.
    checkpoint: a file (.npz), written after every epoch.
    resume: start where that file left off, if there is one; then the losses are those of a run
        that was never interrupted.
    """

    clip: float | None = None
    patience: int | None = None
    checkpoint: str | Path | None = None
    resume: bool = False


@dataclass(repr=False)
class History:
    """What happened, one entry an epoch."""

    train: list = field(default_factory=list)  # mean loss over the epoch's examples
    validation: list = field(default_factory=list)  # mean loss after the epoch
    accuracy: list = field(default_factory=list)  # share of validation examples, for classes
    lr: list = field(default_factory=list)  # at the end of the epoch
    seconds: list = field(default_factory=list)
    ended: str = "all epochs"  # or "early stopping", "interrupted"

    @property
    def best_epoch(self):
        """The epoch (from 1) with the lowest validation loss, else training loss."""
        losses = self.validation or self.train
        return losses.index(min(losses)) + 1 if losses else None

    def latest(self):
        """The last epoch in a few words."""
        text = f"training loss {self.train[-1]:.4g}"
        if self.validation:
            text += f", validation loss {self.validation[-1]:.4g}"
        if self.accuracy:
            text += f", validation accuracy {100 * self.accuracy[-1]:.1f} %"
        return text

    def plot(self, caption=""):
        """The losses by epoch, as a `Drawing`."""
        from nnlib import plots

        return plots.history(self, caption=caption)

    def __repr__(self):
        if not self.train:
            return f"History: no epoch finished ({self.ended})"
        count = f"{len(self.train)} epoch{'s' if len(self.train) > 1 else ''}"
        best = f"; lowest after epoch {self.best_epoch}" if self.validation else ""
        return f"History: {count} ({self.ended}), {self.latest()}{best}"


class Diverged(FloatingPointError):
    """The loss is no longer a finite number. `.history` holds the epochs before."""

    def __init__(self, message, history):
        super().__init__(message)
        self.history = history


def fit(
    model, data, *, epochs=20, batch_size=32, optimizer=None, schedule=None, loss=None,
    validation=None, progress=None, guards=Guards(),
):  # fmt: skip
    """Train the model in place; return its `History`. Afterwards it is in evaluation mode.

    data, validation: (X, y), a `nnlib.data.Dataset`, or a loader that yields (x, y) batches.
        Arrays of floats take the model's dtype; the order of examples is drawn every epoch.
    optimizer: `lambda parameters: torch.optim.SGD(parameters, lr=0.1)`, or one that is made;
        without it Adam with its defaults.
    schedule: `lambda optimizer: StepLR(optimizer, 10)`, or one that is made. OneCycleLR moves on
        with every step, the others with every epoch; ReduceLROnPlateau sees the validation loss
        (without one, the training loss).
    loss: (outputs, targets) → the batch's mean; without it cross-entropy for whole-number targets
        and mean squared error for floats.
    progress: a bar; without it one is shown in a terminal or to somebody at a notebook.

    Ctrl-C ends the run and keeps what was reached. Raises `Diverged` when the loss is not finite.
    """
    for name, count in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{name}: expected a whole number of at least 1, got {count!r}")
    if guards.patience is not None and validation is None:
        raise ValueError("guards: patience needs a validation set, got validation=None")
    if guards.resume and guards.checkpoint is None:
        raise ValueError("guards: resume=True needs the checkpoint to resume from, got None")
    run = _Run(model, optimizer, schedule, loss or standard_loss, guards)
    data = prepare(data, "data", model)
    validation = None if validation is None else prepare(validation, "validation", model)
    history = run.history
    show = _somebody_watches() if progress is None else progress
    bar = tqdm(
        total=epochs, initial=len(history.train), unit="epoch", leave=False, disable=not show
    )
    try:
        with bar:
            while len(history.train) < epochs and not run.waited_enough():
                run.epoch(batches(data, batch_size, shuffle=True), validation)
                bar.set_postfix_str(history.latest())
                bar.update()
        history.ended = "early stopping" if run.waited_enough() else "all epochs"
    except KeyboardInterrupt:
        history.ended = "interrupted"
    if guards.patience is not None and run.best is not None:
        model.load_state_dict(run.best)
    model.eval()
    return history


class _Run:
    """One training run: everything that changes while it goes on."""

    def __init__(self, model, optimizer, schedule, loss, guards):
        self.model, self.loss, self.guards = model, loss, guards
        self.device = first_parameter(model).device
        optimizer = optimizer or torch.optim.Adam
        self.optimizer = optimizer(model.parameters()) if callable(optimizer) else optimizer
        self.schedule = schedule(self.optimizer) if callable(schedule) else schedule
        self.history, self.best = History(), None
        if guards.resume and Path(guards.checkpoint).exists():
            self.restore()

    def epoch(self, train, validation):
        """Train on every batch once, then look at the validation set and keep the books."""
        began, history = time.perf_counter(), self.history
        self.model.train()
        total, count = 0.0, 0
        for step, (x, y) in enumerate(train, start=1):
            total += self.step(x, y, step) * len(y)
            count += len(y)
        if not count:
            raise ValueError("data: expected at least one batch an epoch, got none")
        score = None if validation is None else evaluate(self.model, validation, self.loss)
        if score and not math.isfinite(score.loss):
            raise self.diverged(score.loss, "in validation")
        self.move_schedule(score.loss if score else total / count)
        history.train.append(total / count)
        if score:
            history.validation.append(score.loss)
            if score.accuracy is not None:
                history.accuracy.append(score.accuracy)
            if self.guards.patience is not None and history.best_epoch == len(history.train):
                self.best = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        history.lr.append(self.optimizer.param_groups[0]["lr"])
        history.seconds.append(time.perf_counter() - began)
        if self.guards.checkpoint is not None:
            checkpoint.save(self.guards.checkpoint, self.state())

    def step(self, x, y, step):
        """Forward, loss, backward, one step downhill. Returns the batch's loss."""
        loss = self.loss(self.model(x.to(self.device)), y.to(self.device))
        value = loss.item()
        if not math.isfinite(value):
            raise self.diverged(value, f"in step {step}", x)
        self.optimizer.zero_grad()
        loss.backward()
        if self.guards.clip is not None:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.guards.clip)
        self.optimizer.step()
        if isinstance(self.schedule, torch.optim.lr_scheduler.OneCycleLR):
            self.schedule.step()
        return value

    def move_schedule(self, loss):
        """The epoch's end, for the schedules that count epochs."""
        scheduler = torch.optim.lr_scheduler
        if isinstance(self.schedule, scheduler.ReduceLROnPlateau):
            self.schedule.step(loss)
        elif self.schedule and not isinstance(self.schedule, scheduler.OneCycleLR):
            self.schedule.step()

    def waited_enough(self):
        patience, epochs = self.guards.patience, len(self.history.train)
        return patience is not None and epochs > 0 and epochs - self.history.best_epoch >= patience

    def diverged(self, value, where, x=None):
        """The error that says where the first number went wrong, and what to try."""
        suspects = [("an input of this batch", x)] if x is not None else []
        for name, p in self.model.named_parameters():
            suspects += [(f"the gradient of {name!r}, of the step before", p.grad)]
            suspects += [(f"the parameter {name!r}", p)]
        found = (name for name, t in suspects if t is not None and not _all_finite(t))
        culprit = next(found, "the outputs; inputs, parameters and gradients are finite")
        return Diverged(
            f"The loss is {value} in epoch {len(self.history.train) + 1}, {where}. First to be not "
            f"finite: {culprit}. Try a smaller learning rate (now "
            f"{self.optimizer.param_groups[0]['lr']:.3g}), guards=Guards(clip=1.0), standardized "
            "inputs, or a loss that takes logits.",
            self.history,
        )

    # ── checkpoints ──────────────────────────────────────────────────────────────────

    def state(self):
        return {
            "model": dict(self.model.state_dict()),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule and self.schedule.state_dict(),
            "history": vars(self.history),
            "best": self.best,
            "random": (random.getstate(), np.random.get_state(), torch.get_rng_state()),
            "cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else None,
        }

    def restore(self):
        state = checkpoint.load(self.guards.checkpoint, tensor=torch.as_tensor)
        self.model.load_state_dict(state["model"])
        if self.schedule is not None:
            self.schedule.load_state_dict(state["schedule"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.history, self.best = History(**state["history"]), state["best"]
        python, numpy, engine = state["random"]
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_rng_state(engine)
        if self.device.type == "cuda" and state["cuda"]:
            torch.cuda.set_rng_state_all(state["cuda"])


# ── helpers ──────────────────────────────────────────────────────────────────────────


def _all_finite(tensor):
    return bool(np.isfinite(tensor.detach().cpu().numpy()).all())


def _somebody_watches():
    """At a terminal, or at a notebook that could ask its reader a question (a book's cannot)."""
    if "IPython" in sys.modules:
        kernel = getattr(sys.modules["IPython"].get_ipython(), "kernel", None)
        if kernel is not None:
            return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr.isatty()
