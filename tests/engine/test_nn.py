"""Modules: names, state and printing are torch's."""

from collections import OrderedDict

import numpy as np
import pytest
import torch

import nnlib.engine as engine


def small(t):
    """A module with everything: nesting, a shared parameter, buffers, None, a list and a dict."""
    nn = t.nn

    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(2, 3)
            self.register_buffer("steps", t.zeros(2))
            self.register_buffer("cache", t.ones(2), persistent=False)
            self.register_parameter("nothing", None)

        def forward(self, x):
            return self.linear(x)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()
            self.scale = nn.Parameter(t.ones(3))
            self.tied = self.scale
            self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3), nn.ReLU()])
            self.heads = nn.ModuleDict({"a": nn.Linear(3, 1), "b": nn.Identity()})
            self.norm = nn.BatchNorm1d(3)
            self.size = 7

        def forward(self, x):
            x = self.inner(x) * self.scale
            for layer in self.layers:
                x = layer(x)
            return self.heads["a"](self.norm(x))

    t.manual_seed(0)
    return Net()


def names(pairs):
    return [name for name, _ in pairs]


def test_walks_give_torchs_names_in_torchs_order():
    ours, theirs = small(engine), small(torch)
    for walk in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert names(getattr(ours, walk)()) == names(getattr(theirs, walk)()), walk
    assert names(ours.named_parameters(recurse=False)) == ["scale"]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert len(list(ours.parameters())) == len(list(theirs.parameters()))
    assert len(list(ours.modules())) == len(list(theirs.modules()))
    assert ours.get_submodule("inner.linear") is ours.inner.linear
    assert ours.get_parameter("inner.linear.weight") is ours.inner.linear.weight
    assert ours.size == 7 and ours.inner.nothing is None
    assert set(theirs.state_dict()) <= set(dict(ours.state_dict()))


def test_state_goes_both_ways():
    ours, theirs = small(engine), small(torch)
    x = np.random.default_rng(0).standard_normal((5, 2)).astype(np.float32)
    with torch.no_grad():
        for p in theirs.parameters():
            p.normal_()
    ours.load_state_dict({k: engine.from_numpy(v.numpy()) for k, v in theirs.state_dict().items()})
    expected = theirs(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(
        ours(engine.from_numpy(x)).detach().numpy(), expected, rtol=1e-4, atol=1e-6
    )
    back = small(torch)
    back.load_state_dict({k: torch.from_numpy(v.numpy()) for k, v in ours.state_dict().items()})
    for name, a in back.state_dict().items():
        np.testing.assert_array_equal(a.numpy(), ours.state_dict()[name].numpy())
        np.testing.assert_allclose(a.numpy(), theirs.state_dict()[name].numpy(), atol=1e-6)


def test_loading_copies_and_state_shares():
    net = engine.nn.Linear(2, 2)
    state = net.state_dict()
    given = {k: engine.ones(*v.shape) for k, v in state.items()}
    result = net.load_state_dict(given)
    assert result.missing_keys == [] and result.unexpected_keys == []
    assert np.shares_memory(state["weight"].numpy(), net.weight.detach().numpy())
    assert not np.shares_memory(given["weight"].numpy(), net.weight.detach().numpy())
    assert not state["weight"].requires_grad and net.weight.requires_grad


def test_loading_what_does_not_fit_says_what_torch_says():
    messages = []
    for t in (engine, torch):
        net = t.nn.Sequential(t.nn.Linear(2, 3), t.nn.Linear(3, 1))
        state = dict(net.state_dict())
        del state["1.bias"]
        state["0.weight"] = t.ones(4, 2)
        state["more"] = t.ones(1)
        with pytest.raises(RuntimeError) as error:
            net.load_state_dict(state)
        messages.append(str(error.value))
    assert messages[0] == messages[1]
    for part in ('Missing key(s) in state_dict: "1.bias"', '"more"', "torch.Size([4, 2])"):
        assert part in messages[0]


def test_not_strict_loads_what_fits():
    net = engine.nn.Linear(2, 1)
    result = net.load_state_dict({"weight": engine.ones(1, 2), "x": engine.ones(1)}, strict=False)
    assert result.missing_keys == ["bias"] and result.unexpected_keys == ["x"]
    assert (net.weight.detach().numpy() == 1).all()


def printed(t):
    nn = t.nn
    return [
        small(t),
        nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU(), nn.Dropout(0.1), nn.Flatten()),
        nn.Sequential(
            OrderedDict(first=nn.Conv2d(1, 4, 3, padding=1, groups=1), pool=nn.MaxPool2d(2))
        ),
        nn.Conv1d(2, 4, 3, stride=2, dilation=2, bias=False),
        nn.AvgPool2d(2),
        nn.AvgPool1d(2),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.LayerNorm(4),
        nn.RMSNorm(4),
        nn.GroupNorm(2, 4),
        nn.BatchNorm2d(3),
        nn.Embedding(5, 2, padding_idx=1),
        nn.LeakyReLU(0.2),
        nn.ELU(),
        nn.GELU(),
        nn.SiLU(),
        nn.Softplus(),
        nn.Softmax(dim=-1),
        nn.Hardtanh(),
        nn.PReLU(),
        nn.GLU(),
        nn.Unflatten(1, (2, 2)),
        nn.CrossEntropyLoss(),
        nn.MSELoss(),
        nn.ModuleList(),
        nn.Identity(),
        nn.Tanh(),
    ]


@pytest.mark.parametrize("i", range(len(printed(torch))))
def test_printing_equals_torch(i):
    assert repr(printed(engine)[i]) == repr(printed(torch)[i])


def test_modes_reach_every_child_and_hooks_see_calls():
    net = small(engine)
    assert all(not m.training for m in net.eval().modules())
    assert all(m.training for m in net.train().modules())
    seen = []
    hook = net.inner.register_forward_hook(lambda m, inputs, output: seen.append(output.shape))
    twice = net.inner.register_forward_pre_hook(lambda m, inputs: (inputs[0] * 2,))
    x = engine.ones(4, 2)
    doubled = net.inner(x).detach().numpy()
    twice.remove()
    hook.remove()
    np.testing.assert_allclose(doubled, net.inner(x * 2).detach().numpy())
    assert seen == [(4, 3)]
    changed = net.inner.register_forward_hook(lambda m, inputs, output: output * 0)
    assert not net.inner(x).detach().numpy().any()
    changed.remove()


def test_apply_freeze_and_zero_grad():
    net = small(engine)
    visited = []
    net.apply(lambda m: visited.append(type(m).__name__))
    theirs = []
    small(torch).apply(lambda m: theirs.append(type(m).__name__))
    assert visited == theirs
    net.inner.requires_grad_(False)
    net(engine.ones(4, 2)).sum().backward()
    assert net.inner.linear.weight.grad is None and net.scale.grad is not None
    net.zero_grad(set_to_none=False)
    assert not net.scale.grad.numpy().any()
    net.zero_grad()
    assert net.scale.grad is None


def test_precision_changes_in_place_and_leaves_integers():
    net = small(engine)
    parameter = net.scale
    assert net.double() is net
    assert net.scale is parameter and parameter.dtype == engine.float64
    assert net.norm.running_mean.dtype == engine.float64
    assert net.norm.num_batches_tracked.dtype == engine.int64
    assert net.to(engine.float32).scale.dtype == engine.float32
    assert net.to("cpu", engine.float64).scale.dtype == engine.float64
    assert net.float().to("cpu").scale.dtype == engine.float32
    with pytest.raises((ValueError, RuntimeError), match="cuda"):
        net.to("cuda")


def test_containers():
    for t in (engine, torch):
        nn = t.nn
        net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
        assert len(net) == 3 and isinstance(net[1], nn.ReLU) and net[-1] is net[2]
        assert [type(m).__name__ for m in net[1:]] == ["ReLU", "Linear"]
        net.append(nn.Tanh())
        net[1] = nn.Sigmoid()
        del net[3]
        assert list(net.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
        row = nn.ModuleList([nn.ReLU()])
        row.extend([nn.Tanh()]).insert(0, nn.Linear(1, 1))
        assert [type(m).__name__ for m in row] == ["Linear", "ReLU", "Tanh"]
        assert not isinstance(row, nn.Sequential)
        with pytest.raises(NotImplementedError):
            row(t.ones(1))
        parts = nn.ModuleDict({"a": nn.ReLU()})
        parts["b"] = nn.Tanh()
        assert list(parts) == list(parts.keys()) == ["a", "b"] and "b" in parts and len(parts) == 2
        free = nn.ParameterList([t.ones(2), nn.Parameter(t.ones(1))])
        assert len(free) == 2 and free[0].requires_grad and list(free.state_dict()) == ["0", "1"]


def test_mistakes_are_named():
    nn = engine.nn

    class Early(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
        Early()
    net = nn.Linear(2, 1)
    with pytest.raises(TypeError, match="weight"):
        net.weight = engine.ones(1, 2)
    with pytest.raises(TypeError, match=r"running_mean.*expected a tensor"):
        nn.BatchNorm1d(2).running_mean = 3
    with pytest.raises(TypeError, match=r"0.*expected nn\.Module"):
        nn.Sequential(nn.ReLU())[0] = 3
    with pytest.raises(AttributeError, match="no attribute 'wieght'"):
        _ = net.wieght
    with pytest.raises(KeyError, match="dots"):
        net.register_buffer("a.b", engine.ones(1))
    with pytest.raises(KeyError, match="forward"):
        net.register_buffer("forward", engine.ones(1))
    with pytest.raises(NotImplementedError, match="forward"):
        nn.Module()(engine.ones(1))
    with pytest.raises(AttributeError, match=r"torch\.nn\.LSTM"):
        _ = nn.LSTM
    with pytest.raises(RuntimeError, match="floating point"):
        nn.Parameter(engine.tensor([1, 2]))
    del net.bias
    assert not hasattr(net, "bias")


def test_a_property_keeps_its_setter():
    class Scaled(engine.nn.Module):
        @property
        def scale(self):
            return self._scale

        @scale.setter
        def scale(self, value):
            self._scale = 2 * value

    net = Scaled()
    net.scale = 3
    assert net.scale == 6


def test_assigning_none_and_replacing():
    net = engine.nn.Linear(2, 1)
    net.bias = None
    assert list(net.state_dict()) == ["weight"] and net(engine.ones(1, 2)).shape == (1, 1)
    net.weight = engine.nn.Parameter(engine.zeros(1, 2))
    assert net(engine.ones(1, 2)).item() == 0
    buffered = engine.nn.BatchNorm1d(2)
    buffered.running_mean = engine.ones(2)
    assert "running_mean" in buffered.state_dict()
