"""Module: a function that owns what it learns, its state, and how it prints."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from itertools import chain

from ..core import Tensor, no_grad
from ..dtypes import float32, float64
from ..hooks import Hook
from .registry import Registry

IncompatibleKeys = namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])


class Module(Registry):
    """A function that owns what it learns. Subclass it, assign parts in __init__, write forward."""

    def __init__(self):
        super().__init__()
        self.__dict__.update(training=True, _hooks={}, _pre_hooks={})

    def forward(self, *inputs):
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *inputs, **options):
        if not self._hooks and not self._pre_hooks:
            return self.forward(*inputs, **options)
        for hook in list(self._pre_hooks.values()):
            changed = hook(self, inputs)
            if changed is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        output = self.forward(*inputs, **options)
        for hook in list(self._hooks.values()):
            changed = hook(self, inputs, output)
            output = output if changed is None else changed
        return output

    def register_forward_hook(self, hook) -> Hook:
        """Call hook(module, inputs, output) after forward; what it returns replaces the output."""
        return Hook(self._hooks, hook)

    def register_forward_pre_hook(self, hook) -> Hook:
        """Call hook(module, inputs) before forward; what it returns replaces the inputs."""
        return Hook(self._pre_hooks, hook)

    # -- state ---------------------------------------------------------------------------------

    def _state(self):
        """(name, tensor) of this module's own parameters and lasting buffers."""
        lasting = ((k, v) for k, v in self._buffers.items() if k not in self._transient)
        return ((k, v) for k, v in chain(self._parameters.items(), lasting) if v is not None)

    def state_dict(self, *, prefix="", keep_vars=False) -> OrderedDict:
        """Name → tensor, parameters before buffers, sharing memory with the module."""
        state = OrderedDict()
        for name, tensor in self._state():
            state[prefix + name] = tensor if keep_vars else tensor.detach()
        for name, child in self._modules.items():
            if child is not None:
                state.update(child.state_dict(prefix=f"{prefix}{name}.", keep_vars=keep_vars))
        return state

    def load_state_dict(self, state_dict, strict=True) -> IncompatibleKeys:
        """Copy values into the module. RuntimeError lists keys and shapes that do not fit."""
        own = self.state_dict(keep_vars=True)
        missing = [key for key in own if key not in state_dict]
        unexpected = [key for key in state_dict if key not in own]
        errors = []
        if strict and missing:
            errors.append(f"Missing key(s) in state_dict: {_quoted(missing)}. ")
        if strict and unexpected:
            errors.append(f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
        for key, tensor in own.items():
            if key not in state_dict:
                continue
            given = state_dict[key]
            if not isinstance(given, Tensor):
                errors.append(
                    f'While copying the parameter named "{key}", expected torch.Tensor '
                    f"from checkpoint but received {type(given)}"
                )
            elif given.shape != tensor.shape:
                errors.append(
                    f"size mismatch for {key}: copying a param with shape {given.shape} from "
                    f"checkpoint, the shape in current model is {tensor.shape}."
                )
            else:
                with no_grad():
                    tensor.copy_(given)
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}"
            )
        return IncompatibleKeys(missing, unexpected)

    # -- everything at once --------------------------------------------------------------------

    def apply(self, fn) -> Module:
        """Call fn on every submodule, then on this one."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Module:
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Module:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True):
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def to(self, *targets, dtype=None, device=None) -> Module:
        """Convert floating parameters and buffers to a dtype. The only device is "cpu"."""
        for target in (*targets, device):
            if isinstance(target, Tensor):
                dtype = target.dtype
            elif target is float64 or target is float32:
                dtype = target
            elif target is not None and str(target) != "cpu":
                raise ValueError(f"to: got {target!r}, expected 'cpu', float32 or float64")
        if dtype is not None:
            for tensor in chain(self.parameters(), self.buffers()):
                if tensor.is_floating_point():
                    tensor.data = tensor.detach().to(dtype)
                    if tensor.grad is not None:
                        tensor.grad = tensor.grad.to(dtype)
        return self

    def float(self) -> Module:
        return self.to(float32)

    def double(self) -> Module:
        return self.to(float64)

    def cpu(self) -> Module:
        return self

    # -- printing ------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What stands between the parentheses when the module prints itself."""
        return ""

    def __repr__(self):
        children = [(name, repr(child)) for name, child in self._modules.items()]
        return lay_out(type(self).__name__, self.extra_repr(), children)


def lay_out(name, extra, children) -> str:
    """`Name(extra)` on one line, or one line for each part, indented."""
    lines = extra.split("\n") if extra else []
    if not children and len(lines) <= 1:
        return f"{name}({extra})"
    lines += [f"({key}): {text}" for key, text in children]
    body = "\n".join(lines).replace("\n", "\n  ")
    return f"{name}(\n  {body}\n)"


def _quoted(keys) -> str:
    return ", ".join(f'"{key}"' for key in keys)
