"""Modules that hold modules."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from .module import Module, lay_out
from .parameter import Parameter


class _Row(Module):
    """Modules in an order, under their numbers."""

    def append(self, module: Module) -> _Row:
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules) -> _Row:
        for module in modules:
            self.append(module)
        return self

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, index):
        names = list(self._modules)
        if isinstance(index, slice):
            return self._slice(names[index])
        return self._modules[_at(names, index)]

    def __setitem__(self, index: int, module: Module):
        setattr(self, _at(list(self._modules), index), module)

    def __delitem__(self, index: int):
        del self._modules[_at(list(self._modules), index)]
        self._renumber()

    def insert(self, index: int, module: Module) -> _Row:
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def _renumber(self, modules=None):
        modules = list(self) if modules is None else modules
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)


class Sequential(_Row):
    """One module after the other: Sequential(a, b), or an OrderedDict with names."""

    def __init__(self, *modules):
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named = modules[0].items()
        else:
            named = ((str(i), module) for i, module in enumerate(modules))
        for name, module in named:
            self.add_module(name, module)

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def _slice(self, names):
        return Sequential({name: self._modules[name] for name in names})


class ModuleList(_Row):
    """A list of modules that the surrounding module finds; it has no forward of its own."""

    def __init__(self, modules=()):
        super().__init__()
        self.extend(modules)

    def _slice(self, names):
        return ModuleList(self._modules[name] for name in names)

    def __repr__(self):
        children, texts = [], [repr(module) for module in self]
        start = 0
        for text, run in ((text, len(list(run))) for text, run in groupby(texts)):
            name = f"{start}-{start + run - 1}" if run > 1 else f"{start}"
            children.append((name, f"{run} x {text}" if run > 1 else text))
            start += run
        return lay_out("ModuleList", "", children)


class ModuleDict(Module):
    """A dictionary of modules that the surrounding module finds."""

    def __init__(self, modules=None):
        super().__init__()
        self.update(modules or {})

    def update(self, modules):
        for name, module in modules.items() if isinstance(modules, Mapping) else modules:
            self[name] = module

    def __getitem__(self, name: str) -> Module:
        return self._modules[name]

    def __setitem__(self, name: str, module: Module):
        self.add_module(name, module)

    def __delitem__(self, name: str):
        del self._modules[name]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, name):
        return name in self._modules

    def keys(self):
        return self._modules.keys()

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()


class ParameterList(Module):
    """A list of parameters that the surrounding module finds."""

    def __init__(self, parameters=()):
        super().__init__()
        for parameter in parameters:
            self.append(parameter)

    def append(self, parameter) -> ParameterList:
        made = parameter if isinstance(parameter, Parameter) else Parameter(parameter)
        self.register_parameter(str(len(self)), made)
        return self

    def __len__(self):
        return len(self._parameters)

    def __iter__(self):
        return iter(self._parameters.values())

    def __getitem__(self, index):
        return list(self)[index]


def _at(names: list[str], index: int) -> str:
    if not -len(names) <= index < len(names):
        raise IndexError(f"index {index} is out of range for {len(names)} modules")
    return names[index]
