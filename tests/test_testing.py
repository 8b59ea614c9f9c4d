"""Both engines in one process; parity and gradient checks that can fail."""

import inspect
import os
import sys
import textwrap

import numpy as np
import pytest
import torch

import nnlib
import nnlib.engine
from nnlib import backend
from nnlib.testing import gradcheck, load, parity, using

OTHER = "numpy" if backend.name == "torch" else "torch"


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Writes modules of nnlib that exist for one test."""
    monkeypatch.setattr(nnlib, "__path__", [*nnlib.__path__, str(tmp_path)])
    before = set(sys.modules)

    def write(**sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]
    for name in [n for n in vars(nnlib) if n.startswith("probe")]:
        delattr(nnlib, name)


def test_load_stands_beside_the_ordinary_import(modules):
    chosen = os.environ.get("NNLIB_BACKEND")
    modules(probe_net="""
        from nnlib.backend import torch, nn, F
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.linear = nn.Linear(2, 3)
            def forward(self, x):
                return F.relu(self.linear(x))
    """)  # fmt: skip
    ours, theirs = load("nnlib.probe_net", "numpy"), load("nnlib.probe_net", "torch")
    assert ours.torch is nnlib.engine and theirs.torch is torch
    assert issubclass(ours.Net, nnlib.engine.nn.Module)
    assert issubclass(theirs.Net, torch.nn.Module)
    import nnlib.probe_net as ordinary

    assert ordinary is load("nnlib.probe_net", backend.name)
    assert load("nnlib.probe_net", OTHER) is load("nnlib.probe_net", OTHER)
    assert ours.__file__ == theirs.__file__ and "F.relu" in inspect.getsource(ours.Net.forward)
    assert os.environ.get("NNLIB_BACKEND") == chosen


def test_load_follows_imports_and_shares_the_rest(modules):
    modules(
        probe_plain="class Plain: pass",
        probe_low="from .backend import torch\nname = torch.__name__",
        probe_mid="from nnlib import probe_low, probe_plain\nfrom nnlib.probe_low import name",
        probe_top="""
            import nnlib.probe_mid as mid
            import nnlib.probe_low
            import nnlib
            from nnlib.probe_plain import Plain
            def late():
                from nnlib import backend
                import nnlib.probe_low as low
                return backend.name, low.name
            names = mid.name, nnlib.probe_low.name
        """,
    )
    top = load("nnlib.probe_top", OTHER)
    expected = {"numpy": "nnlib.engine", "torch": "torch"}[OTHER]
    assert top.names == (expected, expected)
    assert top.late() == (OTHER, expected)
    from nnlib.probe_plain import Plain

    assert top.Plain is Plain
    assert top.mid.probe_plain is sys.modules["nnlib.probe_plain"]
    assert load("nnlib.probe_plain", OTHER) is sys.modules["nnlib.probe_plain"]


def test_a_module_whose_functions_import_the_backend(modules):
    """Asked for by name, it is executed; imported by another, it stays shared, with its state."""
    modules(
        probe_lazy="def name():\n    from nnlib import backend\n    return backend.name",
        probe_user="from nnlib.backend import torch\nfrom nnlib import probe_lazy",
    )
    assert load("nnlib.probe_lazy", OTHER).name() == OTHER
    assert load("nnlib.probe_user", OTHER).probe_lazy is sys.modules["nnlib.probe_lazy"]


def test_a_module_that_fails_is_not_kept(modules):
    modules(probe_bad="from nnlib.backend import torch\n1 / 0")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            load("nnlib.probe_bad", OTHER)


def test_load_refuses_other_engines():
    with pytest.raises(ValueError, match="'jax'"):
        load("nnlib.backend", "jax")


def test_the_backend_itself_can_be_loaded():
    assert load("nnlib.backend", "numpy").name == "numpy"
    assert load("nnlib.backend", "torch").name == "torch"


def test_parity_of_a_module_and_of_a_function():
    x = np.random.default_rng(0).standard_normal((4, 3))
    worst = parity(lambda e: e.nn.Sequential(e.nn.Linear(3, 5), e.nn.Tanh(), e.nn.Linear(5, 2)), x)
    assert max(worst) < 1e-12
    assert max(parity(lambda e: lambda a, b: (a * b, a.sum()), x, x)) < 1e-12
    assert max(parity(lambda e: e.nn.Linear(3, 2), x.astype(np.float32))) < 1e-5
    ids = np.array([[0, 2], [1, 1]])
    assert max(parity(lambda e: e.nn.Embedding(3, 4), ids)) < 1e-12


def test_parity_names_what_differs():
    x = np.ones((2, 3))

    def scaled(e, factor):
        model = e.nn.Linear(3, 2)
        if e.name == "numpy":
            model.bias.register_hook(lambda g: g * factor)
        return model

    with pytest.raises(AssertionError, match=r"parameters bias: .*torch has .*numpy has"):
        parity(lambda e: scaled(e, 2.0), x)
    with pytest.raises(AssertionError, match="outputs output"):
        parity(lambda e: lambda x: x if e.name == "torch" else x * 1.001, x)
    with pytest.raises(AssertionError, match="outputs"):
        parity(lambda e: lambda x: x if e.name == "torch" else x[:1], x)


@pytest.mark.parametrize("name", ("torch", "numpy"))
def test_gradcheck_on_both_engines(name):
    t = using(name).torch
    x = t.tensor(np.random.default_rng(0).standard_normal((3, 2)), requires_grad=True)
    y = t.tensor(np.random.default_rng(1).standard_normal(2), requires_grad=True)
    assert gradcheck(lambda a, b: (a.exp() * b, (a @ b).tanh()), (x, y))
    assert gradcheck(lambda a: a**3, x)
    with pytest.raises(AssertionError, match=r"input 0, index \(\d, \d\): .*\d.*\d"):
        gradcheck(lambda a: a * a.detach(), x)
    with pytest.raises(ValueError, match="float64"):
        gradcheck(lambda a: a, t.ones(2, requires_grad=True))
    with pytest.raises(ValueError, match="requires a gradient"):
        gradcheck(lambda a: a, t.ones(2))
