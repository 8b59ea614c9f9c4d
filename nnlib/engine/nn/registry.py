"""What a module knows by name: its parameters, its buffers, its submodules."""

from __future__ import annotations

from ..core import Tensor
from .parameter import Parameter

KINDS = {"_parameters": "nn.Parameter", "_buffers": "a tensor", "_modules": "nn.Module"}


class Registry:
    """Keeps Parameters and Modules that are assigned to it, and walks over them."""

    def __init__(self):
        for kind in KINDS:
            self.__dict__[kind] = {}
        self.__dict__["_transient"] = set()  # buffers that are not part of the state

    # -- names ---------------------------------------------------------------------------------

    def __setattr__(self, name, value):
        own = self.__dict__
        if isinstance(value, Parameter):
            self._keep("_parameters", name, value)
        elif isinstance(value, Registry):
            self._keep("_modules", name, value)
        elif kind := next((kind for kind in KINDS if name in own.get(kind, ())), None):
            if not (value is None or (kind == "_buffers" and isinstance(value, Tensor))):
                raise TypeError(
                    f"cannot assign {type(value).__name__} to {name!r} of {type(self).__name__}: "
                    f"expected {KINDS[kind]} or None"
                )
            own[kind][name] = value
        else:
            super().__setattr__(name, value)

    def _keep(self, kind, name, value):
        """Put value under name into one register, in its old place if it has one."""
        if kind not in self.__dict__:
            raise AttributeError(
                f"cannot assign {name!r} before {type(self).__name__} called super().__init__()"
            )
        self._forget(name, but=kind)
        self.__dict__[kind][name] = value

    def _forget(self, name, but=None) -> bool:
        own = self.__dict__
        places = [own, *(own.get(kind, {}) for kind in KINDS if kind != but)]
        known = [place for place in places if name in place]
        for place in known:
            del place[name]
        return bool(known)

    def __getattr__(self, name):
        for kind in KINDS:
            register = self.__dict__.get(kind)
            if register is not None and name in register:
                return register[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __delattr__(self, name):
        if not self._forget(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __dir__(self):
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def register_parameter(self, name: str, param: Parameter | None):
        self._register("_parameters", name, param, Parameter)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True):
        self._register("_buffers", name, tensor, Tensor)
        (self._transient.discard if persistent else self._transient.add)(name)

    def add_module(self, name: str, module: Registry | None):
        self._register("_modules", name, module, Registry)

    register_module = add_module

    def _register(self, kind, name, value, wanted):
        if value is not None and not isinstance(value, wanted):
            raise TypeError(f"{name}: got {type(value).__name__}, expected a {wanted.__name__}")
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"name: got {name!r}, expected a string without dots, not empty")
        if kind in self.__dict__ and hasattr(self, name) and name not in self.__dict__[kind]:
            raise KeyError(f"attribute {name!r} already exists")
        self._keep(kind, name, value)

    # -- walks ---------------------------------------------------------------------------------

    def named_modules(self, memo=None, prefix=""):
        memo = set() if memo is None else memo
        if id(self) in memo:
            return
        memo.add(id(self))
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, _join(prefix, name))

    def modules(self):
        return (module for _, module in self.named_modules())

    def named_children(self):
        seen = set()
        for name, child in self._modules.items():
            if child is not None and id(child) not in seen:
                seen.add(id(child))
                yield name, child

    def children(self):
        return (child for _, child in self.named_children())

    def named_parameters(self, prefix="", recurse=True):
        return self._members("_parameters", prefix, recurse)

    def parameters(self, recurse=True):
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True):
        return self._members("_buffers", prefix, recurse)

    def buffers(self, recurse=True):
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _members(self, kind, prefix, recurse):
        """Each tensor once, under the first of its names: tied weights are one parameter."""
        seen = set()
        for path, module in self.named_modules(prefix=prefix) if recurse else [(prefix, self)]:
            for name, tensor in getattr(module, kind).items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield _join(path, name), tensor

    def get_submodule(self, target: str) -> Registry:
        module = self
        for name in target.split(".") if target else ():
            module = module._modules.get(name)
            if module is None:
                raise AttributeError(f"{type(self).__name__} has no submodule {target!r}")
        return module

    def get_parameter(self, target: str) -> Parameter:
        return self._get("_parameters", target)

    def get_buffer(self, target: str) -> Tensor:
        return self._get("_buffers", target)

    def _get(self, kind, target):
        path, _, name = target.rpartition(".")
        register = getattr(self.get_submodule(path), kind)
        if name not in register:
            raise AttributeError(f"{type(self).__name__} has no {kind[1:-1]} {target!r}")
        return register[name]


def _join(prefix, name):
    return f"{prefix}.{name}" if prefix else name
