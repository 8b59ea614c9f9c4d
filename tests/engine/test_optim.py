"""Trajectories of the optimizers are torch's."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine

CASES = {
    "sgd": ("SGD", {"lr": 0.1}),
    "momentum": ("SGD", {"lr": 0.05, "momentum": 0.9}),
    "dampening": ("SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.02}),
    "nesterov": ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "adam": ("Adam", {"lr": 0.05}),
    "adam, decay": ("Adam", {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.1}),
    "adamw": ("AdamW", {"lr": 0.05}),
    "adamw, decay": ("AdamW", {"lr": 0.02, "weight_decay": 0.3}),
    "rmsprop": ("RMSprop", {"lr": 0.01}),
    "rmsprop, all": (
        "RMSprop",
        {"lr": 0.01, "alpha": 0.9, "momentum": 0.7, "centered": True, "weight_decay": 0.05},
    ),
    "adagrad": ("Adagrad", {"lr": 0.1}),
    "adagrad, all": (
        "Adagrad",
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2},
    ),
}
SHAPES = ((3, 4), (4,), ())


def start(t, seed=0):
    """Parameters of several shapes; the last one never gets a gradient."""
    rng = np.random.default_rng(seed)
    arrays = [rng.standard_normal(shape) for shape in (*SHAPES, (2,))]
    return [t.nn.Parameter(t.tensor(a)) for a in arrays]


def loss(t, params):
    """Curved, so that a wrong step shows in all later ones."""
    w, b, s, _ = params
    return (w * b).tanh().sum() + ((b - s) ** 2).sum() * 0.5 + (1 - s) ** 2 + (w**2).sum() * 0.1


def run(t, params, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss(t, params).backward()
        optimizer.step()
    return [p.detach().numpy().copy() for p in params]


def close(ours, theirs, rtol=1e-10):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_fifty_steps_equal_torch(case):
    name, options = CASES[case]
    results = []
    for t in (engine, torch):
        params = start(t)
        before = params[-1].detach().numpy().copy()
        results.append(run(t, params, getattr(t.optim, name)(params, **options), 50))
        np.testing.assert_array_equal(results[-1][-1], before)
    close(*results)


@pytest.mark.parametrize("case", CASES)
def test_groups_override_defaults(case):
    name, options = CASES[case]
    results = []
    for t in (engine, torch):
        params = start(t)
        groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.003}]
        optimizer = getattr(t.optim, name)(groups, **options)
        results.append(run(t, params, optimizer, 20))
        assert optimizer.param_groups[1]["lr"] == 0.003
    close(*results)


@pytest.mark.parametrize("case", CASES)
def test_state_resumes_here_and_in_torch(case):
    """Ten steps, state out as torch's, ten more on either side equal twenty."""
    name, options = CASES[case]
    params = start(engine)
    optimizer = getattr(engine.optim, name)(params, **options)
    halfway = run(engine, params, optimizer, 10)
    state = optimizer.state_dict()
    saved = {
        "state": {
            i: {k: v.numpy().copy() if hasattr(v, "numpy") else v for k, v in entries.items()}
            for i, entries in state["state"].items()
        },
        "param_groups": state["param_groups"],
    }
    expected = run(engine, params, optimizer, 10)
    for t in (engine, torch):
        params = start(t)
        for p, a in zip(params, halfway, strict=True):
            p.data.copy_(t.tensor(a))
        optimizer = getattr(t.optim, name)(params, **options)
        restored = {
            "state": {
                i: {
                    k: t.from_numpy(v.copy()) if isinstance(v, np.ndarray) else v
                    for k, v in entries.items()
                }
                for i, entries in saved["state"].items()
            },
            "param_groups": [
                {**theirs, **ours}
                for theirs, ours in zip(
                    optimizer.state_dict()["param_groups"], saved["param_groups"], strict=True
                )
            ],
        }
        optimizer.load_state_dict(restored)
        close(run(t, params, optimizer, 10), expected)


def test_state_dict_has_torchs_keys():
    for name, options in CASES.values():
        keys = []
        for t in (engine, torch):
            params = start(t)
            optimizer = getattr(t.optim, name)(params, **options)
            run(t, params, optimizer, 1)
            state = optimizer.state_dict()["state"]
            keys.append({i: set(s) - {"momentum_buffer"} for i, s in state.items() if s})
            if name == "Adagrad":  # torch makes its state before the first gradient
                keys[-1].pop(3, None)
        ours, theirs = keys
        assert {i: k for i, k in ours.items() if k} == {i: k for i, k in theirs.items() if k}


def test_zero_grad():
    params = start(engine)
    optimizer = engine.optim.SGD(params, lr=0.1)
    loss(engine, params).backward()
    optimizer.zero_grad(set_to_none=False)
    assert not params[0].grad.numpy().any()
    optimizer.zero_grad()
    assert params[0].grad is None


def test_a_closure_is_called_and_its_loss_returned():
    params = start(engine)
    optimizer = engine.optim.SGD(params, lr=0.1)

    def closure():
        optimizer.zero_grad()
        value = loss(engine, params)
        value.backward()
        return value

    before = params[0].detach().numpy().copy()
    assert optimizer.step(closure).item() > 0
    assert (params[0].detach().numpy() != before).any()


def test_a_step_keeps_float32_and_the_same_memory():
    p = engine.nn.Parameter(engine.ones(3))
    array = p.detach().numpy()
    for name, options in CASES.values():
        (p.exp() * 2).sum().backward()
        getattr(engine.optim, name)([p], **options).step()
    assert p.dtype == engine.float32 and np.shares_memory(array, p.detach().numpy())


def test_a_tape_from_before_the_step_is_refused():
    p = engine.nn.Parameter(engine.ones(3))
    stale = (p * p).sum()
    (p * 2).sum().backward()
    engine.optim.SGD([p], lr=0.1).step()
    with pytest.raises(RuntimeError, match=r"in-?place"):
        stale.backward()


def test_mistakes_are_named():
    params, optim = start(engine), engine.optim
    with pytest.raises(ValueError, match="empty"):
        optim.SGD([], lr=0.1)
    with pytest.raises(TypeError, match="one tensor"):
        optim.SGD(params[0], lr=0.1)
    with pytest.raises(ValueError, match="lr: got -1"):
        optim.Adam(params, lr=-1)
    with pytest.raises(ValueError, match=r"betas\[1\]: got 1"):
        optim.Adam(params, betas=(0.9, 1.0))
    with pytest.raises(ValueError, match="Nesterov"):
        optim.SGD(params, lr=0.1, nesterov=True)
    with pytest.raises(ValueError, match="more than once"):
        optim.SGD([params[0], params[0]], lr=0.1)
    with pytest.raises(ValueError, match="leaf"):
        optim.SGD([params[0] * 2], lr=0.1)
    with pytest.raises(TypeError, match=r"params\[0\]"):
        optim.SGD([3.0], lr=0.1)
    with pytest.raises(TypeError, match="amsgrad"):
        optim.Adam(params, amsgrad=True)
    with pytest.raises(AttributeError, match=r"torch\.optim\.LBFGS"):
        _ = optim.LBFGS
    with pytest.raises(ValueError, match="parameters"):
        optim.SGD(params, lr=0.1).load_state_dict(optim.SGD(params[:1], lr=0.1).state_dict())


def test_it_prints_its_groups():
    text = repr(engine.optim.SGD(start(engine), lr=0.1))
    assert text.startswith("SGD (\nParameter Group 0\n") and "    lr: 0.1\n" in text


def test_a_parameter_without_state_is_not_in_the_state_dict():
    for t in (torch, engine):
        x = t.ones(2, requires_grad=True)
        optimizer = t.optim.SGD([x], lr=0.1)
        x.sum().backward()
        optimizer.step()
        assert optimizer.state_dict()["state"] == {}
