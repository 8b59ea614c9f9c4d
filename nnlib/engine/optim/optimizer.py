"""What all optimizers share: parameter groups, state, zero_grad, and the loop of a step."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..core import Tensor
from ..dtypes import quiet
from ..memory import wrote


class Optimizer:
    """Subclass it with `update(p, g, state, group)`: p and g are arrays, p is written in place.

    params: parameters, or groups {"params": […], "lr": …} that override the defaults.
    """

    def __init__(self, params, defaults: dict):
        if isinstance(params, Tensor):
            raise TypeError("params: got one tensor, expected an iterable of tensors or of groups")
        _not_negative(defaults)
        self.defaults, self.param_groups = defaults, []
        self.state: dict[Tensor, dict] = defaultdict(dict)
        groups = list(params)
        if not groups:
            raise ValueError("params: got an empty list of parameters")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict):
        params = param_group["params"]
        params = [params] if isinstance(params, Tensor) else list(params)
        known = {id(p) for group in self.param_groups for p in group["params"]}
        for i, p in enumerate(params):
            if not isinstance(p, Tensor):
                raise TypeError(f"params[{i}]: got {type(p).__name__}, expected a tensor")
            if p._edges is not None:
                raise ValueError(
                    f"params[{i}]: it was computed; only leaf tensors can be optimized"
                )
            if id(p) in known:
                raise ValueError(f"params[{i}]: some parameters appear more than once")
            known.add(id(p))
        group = {**self.defaults, **param_group, "params": params}
        _not_negative(group)
        self.param_groups.append(group)

    def zero_grad(self, set_to_none: bool = True):
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad = Tensor(np.zeros_like(p.array))

    @quiet
    def step(self, closure=None):
        """Update every parameter that has a gradient; `closure` recomputes the loss, returned."""
        loss = None if closure is None else closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p.array, p.grad.array, self.state[p], group)
                    wrote(p)  # a tape that still needs the old value will notice
        return loss

    def update(self, p: np.ndarray, g: np.ndarray, state: dict, group: dict):
        raise NotImplementedError(f"{type(self).__name__} defines no update")

    def state_dict(self) -> dict:
        """Parameters are numbers here, in the order of the groups, as in torch's."""
        index = {}
        for group in self.param_groups:
            for p in group["params"]:
                index[id(p)] = len(index)
        return {
            "state": {
                index[id(p)]: {k: _as_tensor(v) for k, v in state.items()}
                for p, state in self.state.items()
                if state
            },
            "param_groups": [
                {**group, "params": [index[id(p)] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict):
        saved, own = state_dict["param_groups"], self.param_groups
        sizes = [[len(group["params"]) for group in groups] for groups in (saved, own)]
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"state_dict: its groups have {sizes[0]} parameters, the optimizer's {sizes[1]}"
            )
        self.state.clear()
        for theirs, ours in zip(saved, own, strict=True):
            for i, p in zip(theirs["params"], ours["params"], strict=True):
                if i in state_dict["state"]:
                    entries = state_dict["state"][i].items()
                    self.state[p] = {k: _restored(k, v, p) for k, v in entries}
            ours.update({k: v for k, v in theirs.items() if k != "params"})

    def __repr__(self):
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {k}: {group[k]}" for k in sorted(group) if k != "params"]
        return "\n".join([f"{type(self).__name__} (", *lines, ")"])


def _not_negative(options: dict):
    for name in ("lr", "eps", "weight_decay", "momentum"):
        if name in options and not options[name] >= 0:
            raise ValueError(f"{name}: got {options[name]}, expected a number >= 0")
    for i, beta in enumerate(options.get("betas", ())):
        if not 0 <= beta < 1:
            raise ValueError(f"betas[{i}]: got {beta}, expected 0 <= beta < 1")


def _as_tensor(value):
    """State as torch keeps it: the count of steps is a tensor too."""
    return Tensor(np.array(value, np.float32)) if isinstance(value, int) else value


def _restored(name, value, p: Tensor):
    if name == "step":
        return int(value)
    return Tensor(np.array(value.array, p.array.dtype)) if isinstance(value, Tensor) else value
