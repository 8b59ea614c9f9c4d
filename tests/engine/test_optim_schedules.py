"""Learning rates step by step, against torch's."""

import warnings

import numpy as np
import pytest
import torch

import nnlib.engine as engine

SCHEDULES = {
    "StepLR": [{"step_size": 3}, {"step_size": 1, "gamma": 0.5}],
    "ExponentialLR": [{"gamma": 0.9}],
    "LinearLR": [{}, {"start_factor": 0.1, "end_factor": 0.9, "total_iters": 12}],
    "LambdaLR": [{"lr_lambda": lambda e: 0.95**e}, {"lr_lambda": [lambda e: 1 / (e + 1)] * 2}],
    "CosineAnnealingLR": [{"T_max": 10}, {"T_max": 7, "eta_min": 1e-3}],
    "OneCycleLR": [
        {"max_lr": 0.5, "total_steps": 30},
        {"max_lr": [0.5, 0.2], "epochs": 5, "steps_per_epoch": 6, "pct_start": 0.25},
        {"max_lr": 0.5, "total_steps": 30, "three_phase": True, "anneal_strategy": "linear"},
        {"max_lr": 0.5, "total_steps": 30, "cycle_momentum": False, "div_factor": 10.0},
    ],
}
CASES = [(name, i) for name, options in SCHEDULES.items() for i in range(len(options))]


def optimizer(t, kind="SGD"):
    parameters = [t.nn.Parameter(t.ones(2)) for _ in range(2)]
    groups = [{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.03}]
    options = {"SGD": {"lr": 0.1, "momentum": 0.9}, "Adam": {"lr": 0.1}}[kind]
    return getattr(t.optim, kind)(groups, **options)


def states(t, name, options, steps, kind="SGD"):
    """Learning rates and momenta of both groups before every step."""
    opt = optimizer(t, kind)
    schedule = getattr(t.optim.lr_scheduler, name)(opt, **options)
    rows = []
    for _ in range(steps):
        momenta = [g.get("momentum", g.get("betas", [0])[0]) for g in opt.param_groups]
        assert schedule.get_last_lr() == [g["lr"] for g in opt.param_groups]
        rows.append([*schedule.get_last_lr(), *momenta])
        opt.step()
        schedule.step()
    return np.array(rows)


@pytest.mark.parametrize(("name", "which"), CASES)
@pytest.mark.parametrize("kind", ("SGD", "Adam"))
def test_rates_equal_torch(name, which, kind):
    options, steps = SCHEDULES[name][which], 30
    ours, theirs = (
        states(engine, name, options, steps, kind),
        states(torch, name, options, steps, kind),
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)
    assert len(np.unique(ours[:, 0])) > 3


@pytest.mark.parametrize("mode", ("min", "max"))
@pytest.mark.parametrize("threshold_mode", ("rel", "abs"))
@pytest.mark.parametrize("cooldown", (0, 2))
@pytest.mark.parametrize("min_lr", (0.0, 0.02, [0.05, 0.001]))
def test_plateau_equals_torch(mode, threshold_mode, cooldown, min_lr):
    rng = np.random.default_rng(0)
    metrics = np.cumsum(rng.standard_normal(60)) * 0.1
    options = {
        "mode": mode,
        "threshold_mode": threshold_mode,
        "cooldown": cooldown,
        "min_lr": min_lr,
        "patience": 2,
        "factor": 0.5,
    }
    rows = []
    for t in (engine, torch):
        opt = optimizer(t)
        schedule = t.optim.lr_scheduler.ReduceLROnPlateau(opt, **options)
        rates = []
        for metric in metrics:
            schedule.step(t.tensor(float(metric)))
            rates.append(schedule.get_last_lr())
        rows.append(rates)
    np.testing.assert_allclose(*rows, rtol=1e-12)
    assert len(np.unique(np.array(rows[0])[:, 0])) > 1


@pytest.mark.parametrize(("name", "which"), CASES)
def test_a_schedule_resumes(name, which):
    options = SCHEDULES[name][which]
    opt = optimizer(engine)
    schedule = getattr(engine.optim.lr_scheduler, name)(opt, **options)
    for _ in range(9):
        schedule.step()
    again = optimizer(engine)
    resumed = getattr(engine.optim.lr_scheduler, name)(again, **options)
    again.load_state_dict(opt.state_dict())
    resumed.load_state_dict(schedule.state_dict())
    for _ in range(12):
        schedule.step()
        resumed.step()
        assert resumed.get_last_lr() == schedule.get_last_lr()


def test_a_schedule_may_define_get_lr_as_in_torch():
    rates = []
    for t in (engine, torch):

        class Halves(t.optim.lr_scheduler.LRScheduler):
            def get_lr(self):
                return [base / 2**self.last_epoch for base in self.base_lrs]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch: the optimizer has not stepped
            schedule = Halves(optimizer(t))
            schedule.step()
        rates.append(schedule.get_last_lr())
    assert rates[0] == rates[1] == [0.05, 0.015]


def test_mistakes_are_named():
    schedules, opt = engine.optim.lr_scheduler, optimizer(engine)
    with pytest.raises(TypeError, match="expected an Optimizer"):
        schedules.StepLR(3, 1)
    with pytest.raises(ValueError, match="total_steps"):
        schedules.OneCycleLR(opt, 0.1)
    with pytest.raises(ValueError, match="factor"):
        schedules.ReduceLROnPlateau(opt, factor=1.5)
    with pytest.raises(ValueError, match="lr_lambda: got 1"):
        schedules.LambdaLR(opt, [lambda e: 1.0])
    with pytest.raises(AttributeError, match="CyclicLR"):
        _ = schedules.CyclicLR
    schedule = schedules.OneCycleLR(opt, 0.1, total_steps=2)
    schedule.step()
    schedule.step()
    with pytest.raises(ValueError, match="Tried to step 3 times"):
        schedule.step()
