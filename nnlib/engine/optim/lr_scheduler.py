"""Learning rates over time.

Each schedule is one formula: the rate as a function of the base rate and the epoch. `step()` moves
one epoch on and writes the rates into the optimizer's groups. (PyTorch multiplies the previous
rate instead, so that schedules can be chained; here one optimizer has one schedule.)
"""

from __future__ import annotations

from math import cos, inf, pi

from ..missing import missing
from .optimizer import Optimizer


class LRScheduler:
    """Subclass it with `rate(base, epoch)`, or with torch's `get_lr()`."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        _check_optimizer(optimizer)
        self.optimizer, self.last_epoch = optimizer, last_epoch
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group["initial_lr"] = group["lr"]
            elif "initial_lr" not in group:
                raise KeyError(f"param_groups[{i}]: 'initial_lr' is needed to resume a schedule")
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.step()

    def rate(self, base: float, epoch: int) -> float:
        raise NotImplementedError(f"{type(self).__name__} defines neither rate nor get_lr")

    def get_lr(self) -> list[float]:
        return [self.rate(base, self.last_epoch) for base in self.base_lrs]

    def get_last_lr(self) -> list[float]:
        return list(self._last_lr)

    def step(self):
        self.last_epoch += 1
        self._last_lr = self.get_lr()
        for group, lr in zip(self.optimizer.param_groups, self._last_lr, strict=True):
            group["lr"] = lr

    def state_dict(self) -> dict:
        return {k: v for k, v in vars(self).items() if k != "optimizer"}

    def load_state_dict(self, state_dict: dict):
        vars(self).update(state_dict)


class StepLR(LRScheduler):
    """Times gamma every `step_size` epochs."""

    def __init__(self, optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base, epoch):
        return base * self.gamma ** (epoch // self.step_size)


class ExponentialLR(LRScheduler):
    """Times gamma every epoch."""

    def __init__(self, optimizer, gamma: float, last_epoch: int = -1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base, epoch):
        return base * self.gamma**epoch


class LinearLR(LRScheduler):
    """From start_factor to end_factor of the base rate over `total_iters` epochs: a warm-up."""

    def __init__(
        self,
        optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ):
        if not 0 < start_factor <= 1:
            raise ValueError(f"start_factor: got {start_factor}, expected 0 < start_factor <= 1")
        if not 0 <= end_factor <= 1:
            raise ValueError(f"end_factor: got {end_factor}, expected 0 <= end_factor <= 1")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base, epoch):
        done = min(epoch, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * done)


class LambdaLR(LRScheduler):
    """Times lr_lambda(epoch), one function for all groups or a list with one for each."""

    def __init__(self, optimizer, lr_lambda, last_epoch: int = -1):
        groups = len(optimizer.param_groups)
        given = lr_lambda if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * groups
        if len(given) != groups:
            raise ValueError(f"lr_lambda: got {len(given)} functions, expected {groups}")
        self.lr_lambdas = list(given)
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        factors = (f(self.last_epoch) for f in self.lr_lambdas)
        return [base * factor for base, factor in zip(self.base_lrs, factors, strict=True)]

    def state_dict(self):
        state = super().state_dict()
        del state["lr_lambdas"]  # functions are code, not state
        return state


class CosineAnnealingLR(LRScheduler):
    """Half a cosine from the base rate to eta_min in T_max epochs (Loshchilov & Hutter, 2017)."""

    def __init__(self, optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base, epoch):
        return _cosine(base, self.eta_min, epoch / self.T_max)


class OneCycleLR(LRScheduler):
    """Up to max_lr and down far below the start, in one cycle of batches (Smith & Topin, 2018).

    The rate starts at max_lr / div_factor, peaks after pct_start of the steps, and ends at
    1 / final_div_factor of its start. Momentum (or Adam's beta1) runs the other way.
    """

    def __init__(
        self,
        optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ):
        _check_optimizer(optimizer)
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("give either total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        if total_steps < 1:
            raise ValueError(f"total_steps: got {total_steps}, expected a positive number")
        if not 0 <= pct_start <= 1:
            raise ValueError(f"pct_start: got {pct_start}, expected 0 <= pct_start <= 1")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy: got {anneal_strategy!r}, expected 'cos' or 'linear'"
            )
        if cycle_momentum and not {"momentum", "betas"} & set(optimizer.defaults):
            raise ValueError("cycle_momentum: the optimizer has neither momentum nor betas")
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.cycle_momentum = cycle_momentum
        peak, last = pct_start * total_steps - 1, total_steps - 1
        # Each phase: its last step, and how high rate and (opposite) momentum stand at both ends.
        self.phases = [(peak, "initial_lr", "max_lr", max_momentum, base_momentum)]
        if three_phase:
            self.phases += [(2 * peak, "max_lr", "initial_lr", base_momentum, max_momentum)]
            self.phases += [(last, "initial_lr", "min_lr", max_momentum, max_momentum)]
        else:
            self.phases += [(last, "max_lr", "min_lr", base_momentum, max_momentum)]
        groups = optimizer.param_groups
        highest = max_lr if isinstance(max_lr, (list, tuple)) else [max_lr] * len(groups)
        if len(highest) != len(groups):
            raise ValueError(f"max_lr: got {len(highest)} rates, expected {len(groups)}")
        if last_epoch == -1:
            for group, high in zip(groups, highest, strict=True):
                group["lr"] = high / div_factor
                group.update(max_lr=high, min_lr=group["lr"] / final_div_factor)
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. "
                f"The specified number of total steps is {self.total_steps}"
            )
        at = next((i for i, phase in enumerate(self.phases) if step <= phase[0]), -1)
        end, low, high, first, second = self.phases[at]
        start = self.phases[at - 1][0] if at else 0.0
        anneal = _cosine if self.anneal_strategy == "cos" else _linear
        done = (step - start) / (end - start)
        if self.cycle_momentum:
            momentum = anneal(first, second, done)
            for group in self.optimizer.param_groups:
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum
        return [anneal(group[low], group[high], done) for group in self.optimizer.param_groups]


class ReduceLROnPlateau:
    """Times `factor` when a metric has not improved for more than `patience` epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ):
        _check_optimizer(optimizer)
        if not 0 < factor < 1:
            raise ValueError(f"factor: got {factor}, expected 0 < factor < 1")
        if mode not in ("min", "max"):
            raise ValueError(f"mode: got {mode!r}, expected 'min' or 'max'")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold_mode: got {threshold_mode!r}, expected 'rel' or 'abs'")
        groups = len(optimizer.param_groups)
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown = threshold, threshold_mode, cooldown
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * groups
        if len(self.min_lrs) != groups:
            raise ValueError(f"min_lr: got {len(self.min_lrs)} rates, expected {groups}")
        self.eps, self.last_epoch = eps, 0
        self.best = inf if mode == "min" else -inf
        self.cooldown_counter = self.num_bad_epochs = 0
        self._last_lr = [group["lr"] for group in optimizer.param_groups]

    get_last_lr = LRScheduler.get_last_lr
    state_dict = LRScheduler.state_dict
    load_state_dict = LRScheduler.load_state_dict

    def step(self, metrics):
        metric = float(metrics)
        self.last_epoch += 1
        if self._better(metric):
            self.best, self.num_bad_epochs = metric, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, lowest in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
                lr = max(group["lr"] * self.factor, lowest)
                if group["lr"] - lr > self.eps:
                    group["lr"] = lr
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def _better(self, metric: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "abs":
            return sign * metric > sign * self.best + self.threshold
        return sign * metric > sign * self.best * (1 + sign * self.threshold)


def _cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2 * (1 + cos(pi * done))


def _linear(start: float, end: float, done: float) -> float:
    return start + (end - start) * done


def _check_optimizer(optimizer):
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer: got {type(optimizer).__name__}, expected an Optimizer")


def __getattr__(name):
    raise missing("optim.lr_scheduler", name)
