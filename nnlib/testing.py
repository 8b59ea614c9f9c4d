"""Both engines in one process, and the checks that hold one against the other.

numpy_train = load("nnlib.train", backend="numpy")      # the same source, the other engine
parity(lambda e: e.nn.Linear(3, 4), x)                  # same weights in, same gradients out
gradcheck(lambda x: (x**2).sum(), x)                    # against central differences
"""

from __future__ import annotations

import ast
import builtins
import importlib
import importlib.util
import os
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import NamedTuple

import numpy as np

from nnlib.engine.gradcheck import gradcheck

__all__ = ["Parity", "gradcheck", "load", "parity", "using"]


def load(module: str, backend: str) -> ModuleType:
    """The module named `module`, its source executed under `backend` ("torch" or "numpy").

    It stands beside the ordinary import, which keeps its engine. Modules of nnlib that it imports
    and that import the backend in turn are executed under `backend` too; all others, and
    `nnlib.engine` itself, stay the one that the process has.
    """
    return using(backend).load(module, lazy=True)


@cache
def using(backend: str) -> _World:
    """One backend's side of nnlib: `.torch`, `.nn`, `.F` and `.load(module)`."""
    if backend not in ("torch", "numpy"):
        raise ValueError(f"backend: got {backend!r}, expected 'torch' or 'numpy'")
    return _World(backend)


class _World:
    """nnlib's modules as one backend sees them.

    Each module gets its own `__import__`, so that also an import inside a function finds the
    modules of this world.
    """

    def __init__(self, backend: str):
        self._ordinary = importlib.import_module("nnlib.backend")
        self._is_ordinary = self._ordinary.name == backend
        self._modules: dict[str, ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}
        bound = self._ordinary
        if not self._is_ordinary:
            before = os.environ.get("NNLIB_BACKEND")
            os.environ["NNLIB_BACKEND"] = backend
            try:
                bound = self._execute("nnlib.backend")
            finally:
                os.environ.pop("NNLIB_BACKEND")
                if before is not None:
                    os.environ["NNLIB_BACKEND"] = before
        self.name, self.torch, self.nn, self.F = backend, bound.torch, bound.nn, bound.F

    def load(self, module: str, lazy: bool = True) -> ModuleType:
        """The module; shared unless it imports the backend (lazy: or one of its functions does)."""
        if self._is_ordinary or not _imports_backend(module, lazy):
            return importlib.import_module(module)
        return self._modules.get(module) or self._execute(module)

    def _execute(self, module: str) -> ModuleType:
        spec = importlib.util.find_spec(module)
        made = importlib.util.module_from_spec(spec)
        made.__builtins__ = self._builtins
        self._modules[module] = made
        try:
            spec.loader.exec_module(made)
        except BaseException:
            del self._modules[module]
            raise
        return made

    def _import(self, name, globals=None, locals=None, fromlist=(), level=0):
        """What the `import` statement calls in a module of this world."""
        full = importlib.util.resolve_name("." * level + name, (globals or {}).get("__package__"))
        if full.partition(".")[0] != "nnlib" or _is_engine(full):
            return builtins.__import__(name, globals, locals, fromlist, level)
        if not fromlist:  # `import nnlib.x` binds nnlib, `import nnlib.x as y` walks down from it
            self.load(full, lazy=False)
            return self._view("nnlib")
        return self._view(full)

    def _view(self, package: str):
        """The module, with those of its submodules that this world has of its own."""
        module = self.load(package, lazy=False)
        if not hasattr(module, "__path__"):
            return module
        return _View(self, module)


class _View:
    """A package whose attributes are looked up in a world."""

    def __init__(self, world: _World, module: ModuleType):
        self.__dict__.update(_world=world, _module=module, __name__=module.__name__)

    def __getattr__(self, name):
        full = f"{self._module.__name__}.{name}"
        if not name.startswith("__") and not _is_engine(full) and importlib.util.find_spec(full):
            return self._world._view(full)
        value = getattr(self._module, name)
        home = getattr(value, "__module__", None)
        if isinstance(home, str) and _imports_backend(
            home, lazy=False
        ):  # `nnlib.fit` is nnlib.train's
            return getattr(self._world.load(home, lazy=False), value.__name__)
        return value


def _is_engine(module: str) -> bool:
    return module.split(".")[:2] == ["nnlib", "engine"]


@cache
def _imports_backend(module: str, lazy: bool) -> bool:
    """Whether importing `module` imports nnlib.backend, directly or through others of nnlib.

    lazy: count imports inside the module's own functions, too.
    """
    waiting, seen = [module], {module}
    while waiting:
        name = waiting.pop()
        imports = set(_imports(name, lazy and name == module)) - seen
        seen |= imports
        waiting += imports
    return "nnlib.backend" in seen


@cache
def _imports(module: str, lazy: bool) -> tuple[str, ...]:
    """The names that a module of nnlib imports, from its source; nothing for all other modules."""
    if module.partition(".")[0] != "nnlib" or _is_engine(module):
        return ()
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # `from nnlib.x import f`: nnlib.x.f is no module
        return ()
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return ()
    package = module if spec.submodule_search_locations else module.rpartition(".")[0]
    source = Path(spec.origin).read_text(encoding="utf-8")
    return tuple(_imported_names(ast.parse(source), package, lazy))


def _imported_names(tree: ast.AST, package: str, lazy: bool):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif lazy or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _imported_names(node, package, lazy)


class Parity(NamedTuple):
    """The largest difference, relative to the largest entry, of each kind of result."""

    outputs: float
    parameters: float
    inputs: float


def parity(build, *inputs, rtol: float | None = None) -> Parity:
    """Hold one model under both engines: same weights in, same outputs and gradients out.

    build: called once with each engine's `using(...)`, returns a module or a function; for
        example `lambda e: e.load("nnlib.convolution.tcn").TCN(3, 8)`.
    inputs: NumPy arrays. Floating ones get gradients, and their precision becomes the model's.
    rtol: largest difference allowed, relative to the largest entry; by default 1e-10 in float64
        and 1e-4 in float32.

    Outputs may be a tensor or nested tuples of tensors. AssertionError names what differs.
    """
    inputs = [np.asarray(x) for x in inputs]
    single = any(x.dtype == np.float32 for x in inputs)
    rtol = rtol if rtol is not None else (1e-4 if single else 1e-10)
    theirs = _run(using("torch"), build, inputs, single, None)
    ours = _run(using("numpy"), build, inputs, single, theirs.state)
    worst = []
    for kind in Parity._fields:
        expected, actual = getattr(theirs, kind), getattr(ours, kind)
        if list(expected) != list(actual):
            raise AssertionError(f"{kind}: torch has {list(expected)}, numpy has {list(actual)}")
        errors = [_difference(kind, k, expected[k], actual[k], rtol) for k in expected]
        worst.append(max(errors, default=0.0))
    return Parity(*worst)


def _run(engine: _World, build, inputs, single, state):
    torch = engine.torch
    torch.manual_seed(0)
    model = build(engine)
    owns = isinstance(model, engine.nn.Module)
    if owns:
        model = model.float() if single else model.double()
        if state is not None:
            model.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})
        state = {k: v.detach().numpy().copy() for k, v in model.state_dict().items()}
    tensors = [torch.from_numpy(x.copy()) for x in inputs]
    floating = {str(i): x for i, x in enumerate(tensors) if inputs[i].dtype.kind == "f"}
    for x in floating.values():
        x.requires_grad_()
    torch.manual_seed(1)
    outputs = dict(_flatten(model(*tensors), "output"))
    loss = 0.0
    for i, y in enumerate(y for y in outputs.values() if y.requires_grad):
        weights = np.random.default_rng([2025, i]).standard_normal(tuple(y.shape))
        loss = loss + (y * torch.from_numpy(weights).to(y.dtype)).sum()
    loss.backward()
    parameters = dict(model.named_parameters()) if owns else {}
    return SimpleNamespace(
        state=state,
        outputs={k: y.detach().numpy() for k, y in outputs.items()},
        parameters={k: _gradient(p) for k, p in parameters.items()},
        inputs={k: _gradient(x) for k, x in floating.items()},
    )


def _gradient(tensor):
    return None if tensor.grad is None else tensor.grad.numpy()


def _flatten(value, name):
    if hasattr(value, "detach"):
        yield name, value
    elif isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            yield from _flatten(item, f"{name}[{i}]")


def _difference(kind, name, expected, actual, rtol) -> float:
    if (expected is None) != (actual is None):
        raise AssertionError(f"{kind} {name}: only one engine has a gradient")
    if expected is None:
        return 0.0
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        raise AssertionError(
            f"{kind} {name}: torch gives {expected.dtype} {expected.shape}, "
            f"numpy gives {actual.dtype} {actual.shape}"
        )
    if not expected.size:
        return 0.0
    wrong = ~np.isclose(actual, expected, rtol=0, atol=rtol * max(np.abs(expected).max(), 1e-30))
    gap = np.abs(actual.astype(float) - expected)
    error = float(gap[np.isfinite(gap)].max(initial=0.0) / max(np.abs(expected).max(), 1e-30))
    if wrong.any():
        at = np.unravel_index(np.argmax(np.where(np.isfinite(gap), gap, np.inf)), gap.shape)
        raise AssertionError(
            f"{kind} {name}: largest relative difference {error:.2e} exceeds {rtol:.0e}; "
            f"at {tuple(map(int, at))} torch has {expected[at]}, numpy has {actual[at]}"
        )
    return error
