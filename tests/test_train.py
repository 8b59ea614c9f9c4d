"""nnlib.train on both engines: learning, stopping, failing well, and resuming exactly."""

import random

import numpy as np
import pytest

from nnlib import checkpoint, data
from nnlib.testing import load, using


@pytest.fixture(params=["torch", "numpy"])
def engine(request):
    """`.torch`, `.nn`, `.F` of one backend, with `.train` the training loop under it."""
    world = using(request.param)
    world.train = load("nnlib.train", backend=request.param)
    world.torch.manual_seed(0)
    return world


def classifier(engine, dropout=0.0):
    nn = engine.nn
    return nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Dropout(dropout), nn.Linear(16, 2))


def line(n=64, seed=0):
    """y = 2x + 1 and a little noise."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, 1))
    return X, 2 * X + 1 + 0.01 * rng.normal(size=(n, 1))


def weights(model):
    return {name: tensor.detach().numpy().copy() for name, tensor in model.state_dict().items()}


def sgd(engine, lr=0.1, **options):
    return lambda parameters: engine.torch.optim.SGD(parameters, lr=lr, **options)


# ── it learns ────────────────────────────────────────────────────────────────────────


def test_classes_are_learned_from_a_dataset(engine):
    train, test = data.moons(300, noise=0.1).split(0)
    model = classifier(engine)
    adam = lambda parameters: engine.torch.optim.Adam(parameters, lr=0.02)  # noqa: E731
    history = engine.train.fit(model, train, validation=test, epochs=30, optimizer=adam)
    assert history.accuracy[-1] > 0.95 and history.train[-1] < history.train[0] / 2
    assert len(history.train) == len(history.validation) == len(history.lr) == 30
    assert not model.training
    assert engine.train.evaluate(model, test).accuracy == history.accuracy[-1]


def test_numbers_are_learned_from_arrays(engine):
    model = engine.nn.Linear(1, 1)
    history = engine.train.fit(model, line(), epochs=40, batch_size=8, optimizer=sgd(engine))
    assert model.weight.item() == pytest.approx(2, abs=0.02)
    assert model.bias.item() == pytest.approx(1, abs=0.02)
    assert history.accuracy == [] and history.validation == []
    assert history.best_epoch == history.train.index(min(history.train)) + 1


def test_a_loader_works_as_arrays_do(engine):
    tools = engine.torch.utils.data
    X, y = (engine.torch.tensor(part, dtype=engine.torch.float32) for part in line())
    loader = tools.DataLoader(tools.TensorDataset(X, y), batch_size=8, shuffle=True)
    model = engine.nn.Linear(1, 1)
    engine.train.fit(model, loader, validation=loader, epochs=40, optimizer=sgd(engine))
    assert model.weight.item() == pytest.approx(2, abs=0.02)


def test_both_engines_learn_alike():
    losses = []
    for name in ("torch", "numpy"):
        engine = using(name)
        train = load("nnlib.train", backend=name)
        engine.torch.manual_seed(3)
        history = train.fit(
            classifier(engine), data.moons(90), epochs=3, optimizer=sgd(engine, momentum=0.9)
        )
        losses.append(history.train)
    np.testing.assert_allclose(*losses, rtol=1e-4)


def test_training_is_in_training_mode_and_validation_is_not(engine):
    model, modes = engine.nn.Linear(1, 1), []

    def loss(outputs, targets):
        modes.append(model.training)
        return engine.F.mse_loss(outputs, targets)

    model.eval()
    engine.train.fit(model, line(8), validation=line(8), epochs=2, loss=loss)
    assert modes == [True, False, True, False]


def test_the_gradient_is_clipped(engine):
    model = engine.nn.Linear(1, 1, bias=False)
    before = model.weight.item()
    guards = engine.train.Guards(clip=0.5)
    X = np.full((4, 1), 100.0)
    engine.train.fit(model, (X, -X), epochs=1, optimizer=sgd(engine, lr=1.0), guards=guards)
    assert abs(model.weight.item() - before) == pytest.approx(0.5, rel=1e-4)


# ── schedules ────────────────────────────────────────────────────────────────────────


def test_an_epoch_schedule_moves_once_an_epoch(engine):
    schedule = lambda o: engine.torch.optim.lr_scheduler.StepLR(o, 2, gamma=0.1)  # noqa: E731
    history = engine.train.fit(
        engine.nn.Linear(1, 1), line(), epochs=4, optimizer=sgd(engine, 0.1), schedule=schedule
    )
    assert history.lr == pytest.approx([0.1, 0.01, 0.01, 0.001])


def test_one_cycle_moves_with_every_step(engine):
    cycle = engine.torch.optim.lr_scheduler.OneCycleLR
    schedule = lambda o: cycle(o, max_lr=0.1, total_steps=3 * 8 + 1)  # noqa: E731
    optimizer = engine.torch.optim.SGD((model := engine.nn.Linear(1, 1)).parameters(), lr=0.1)
    history = engine.train.fit(
        model, line(), epochs=3, batch_size=8, optimizer=optimizer, schedule=schedule
    )
    assert history.lr[-1] == pytest.approx(0.1 / 25 / 1e4)


def test_plateau_sees_the_validation_loss(engine):
    plateau = engine.torch.optim.lr_scheduler.ReduceLROnPlateau
    schedule = lambda o: plateau(o, factor=0.5, patience=0)  # noqa: E731
    X, y = line()
    history = engine.train.fit(
        engine.nn.Linear(1, 1), (X, y), validation=(X, -y), epochs=5,
        optimizer=sgd(engine, 0.1), schedule=schedule,
    )  # fmt: skip
    worse = sum(b >= min(history.validation[: k + 1]) for k, b in enumerate(history.validation[1:]))
    assert worse > 0 and history.lr[-1] == pytest.approx(0.1 * 0.5**worse)


# ── early stopping, Ctrl-C ───────────────────────────────────────────────────────────


def test_early_stopping_gives_the_best_weights_back(engine):
    X, y = line()
    model, seen = engine.nn.Linear(1, 1), []

    def loss(outputs, targets):
        if not model.training:
            seen.append(weights(model))
        return engine.F.mse_loss(outputs, targets)

    away = engine.train.fit(
        model, (X, y), validation=(X, 0 * y), epochs=50, optimizer=sgd(engine, 0.01), loss=loss,
        guards=engine.train.Guards(patience=3),
    )  # fmt: skip
    assert away.ended == "early stopping"
    assert len(away.train) == away.best_epoch + 3 < 50
    best = seen[away.best_epoch - 1]
    assert all((array == best[name]).all() for name, array in weights(model).items())
    assert engine.train.evaluate(model, (X, 0 * y)).loss == min(away.validation)


def test_ctrl_c_keeps_what_was_reached(engine):
    model, calls = engine.nn.Linear(1, 1), []

    def loss(outputs, targets):
        calls.append(1)
        if len(calls) == 11:  # 4 batches an epoch: in the middle of the third
            raise KeyboardInterrupt
        return engine.F.mse_loss(outputs, targets)

    before = weights(model)
    history = engine.train.fit(model, line(), epochs=9, batch_size=16, loss=loss)
    assert history.ended == "interrupted" and len(history.train) == 2
    assert "interrupted" in repr(history)
    assert not model.training and (weights(model)["weight"] != before["weight"]).all()


# ── failing well ─────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_a_loss_that_explodes_says_where(engine):
    model = engine.nn.Sequential(engine.nn.Linear(1, 1))
    with pytest.raises(engine.train.Diverged) as error:
        engine.train.fit(model, line(), epochs=500, optimizer=sgd(engine, lr=1e4))
    message = str(error.value)
    assert message.startswith("The loss is ") and "in epoch " in message and "in step " in message
    assert "'0.weight'" in message or "outputs" in message
    assert "smaller learning rate (now 1e+04)" in message
    assert isinstance(error.value.history, engine.train.History)


def test_a_bad_input_is_named_before_the_parameters(engine):
    X, y = line()
    X[5] = np.nan
    with pytest.raises(engine.train.Diverged, match=r"epoch 1.*an input of this batch"):
        engine.train.fit(engine.nn.Linear(1, 1), (X, y), epochs=1)


def test_a_bad_parameter_is_named(engine):
    model = engine.nn.Sequential(engine.nn.Linear(1, 1), engine.nn.Linear(1, 1))
    with engine.torch.no_grad():
        model[1].bias.fill_(np.inf)
    with pytest.raises(engine.train.Diverged, match=r"step 1\..*parameter '1.bias'"):
        engine.train.fit(model, line(), epochs=1)


@pytest.mark.parametrize(
    "change, named",
    [
        ({"data": (np.ones((4, 1)), np.ones(4))}, r"targets of shape \(4,\).*\(4, 1\)"),
        ({"data": (np.ones((4, 1)), np.ones((3, 1)))}, "data: .*lengths 4, 3"),
        ({"data": (np.ones((0, 1)), np.ones((0, 1)))}, "data: .*lengths 0, 0"),
        ({"data": iter([])}, "data: .*list_iterator"),
        ({"data": []}, "data: "),
        ({"epochs": 0}, "epochs: .*got 0"),
        ({"batch_size": 2.5}, "batch_size: .*got 2.5"),
    ],
)
def test_errors_name_the_argument_and_what_came(engine, change, named):
    arguments = {"data": line()} | change
    with pytest.raises(ValueError, match=named):
        engine.train.fit(engine.nn.Linear(1, 1), arguments.pop("data"), **arguments)


def test_guards_that_cannot_work_are_refused(engine):
    for guards, named in (({"patience": 3}, "validation"), ({"resume": True}, "checkpoint")):
        with pytest.raises(ValueError, match=named):
            engine.train.fit(engine.nn.Linear(1, 1), line(), guards=engine.train.Guards(**guards))


def test_a_model_without_parameters_is_refused(engine):
    with pytest.raises(ValueError, match=r"model: ReLU has no parameters"):
        engine.train.fit(engine.nn.ReLU(), line())


# ── checkpoints ──────────────────────────────────────────────────────────────────────

OPTIMIZERS = {
    "adam": lambda torch: lambda p: torch.optim.Adam(p, lr=0.01),
    "adamw": lambda torch: lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "momentum": lambda torch: lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda torch: lambda p: torch.optim.RMSprop(p, lr=0.01),
}
SCHEDULES = {
    "none": lambda torch: None,
    "cosine": lambda torch: lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 6),
    "one cycle": lambda torch: lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.05, 6 * 5 + 1),
    "plateau": lambda torch: lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(o, patience=0),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_resumed_run_is_the_uninterrupted_one(engine, optimizer, schedule, tmp_path):
    """Dropout, shuffling, moments and schedule go on exactly where they were."""
    train, validation = data.moons(90).split(0)

    def run(epochs, **guards):
        engine.torch.manual_seed(5)
        model = classifier(engine, dropout=0.3)
        history = engine.train.fit(
            model, train, validation=validation, epochs=epochs, batch_size=16,
            optimizer=OPTIMIZERS[optimizer](engine.torch),
            schedule=SCHEDULES[schedule](engine.torch),
            guards=engine.train.Guards(patience=99, clip=1.0, **guards),
        )  # fmt: skip
        return history, weights(model)

    whole, whole_weights = run(6)
    file = tmp_path / "run.npz"
    run(2, checkpoint=file)
    engine.torch.manual_seed(99)  # what happens in between plays no role
    resumed, resumed_weights = run(6, checkpoint=file, resume=True)
    assert resumed.train == whole.train and resumed.validation == whole.validation
    assert resumed.lr == whole.lr and len(resumed.seconds) == 6
    assert all((array == whole_weights[name]).all() for name, array in resumed_weights.items())


def test_an_interrupted_run_resumes_from_its_last_whole_epoch(engine, tmp_path):
    guards = engine.train.Guards(checkpoint=tmp_path / "run.npz", resume=True)
    calls = []

    def loss(outputs, targets):
        calls.append(1)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return engine.F.mse_loss(outputs, targets)

    def run(**options):
        engine.torch.manual_seed(1)
        return engine.train.fit(engine.nn.Linear(1, 1), line(), epochs=4, batch_size=16, **options)

    whole = run()
    assert len(run(loss=loss, guards=guards).train) == 2
    assert run(guards=guards).train == whole.train


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "run.npz"
    checkpoint.save(file, {"epoch": 1})

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        checkpoint.save(file, {"epoch": 2})
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]
    assert checkpoint.load(file, tensor=None) == {"epoch": 1}


def test_any_tree_of_numbers_survives(engine, tmp_path):
    tree = {
        "tensor": engine.torch.arange(3), 0: (1, None, "text"), "list": [True, 0.1, float("inf")],
        "array": np.ones((2, 2), np.float32), "random": random.getstate(), "empty": {},
        "number": np.float64(0.1),
    }  # fmt: skip
    checkpoint.save(tmp_path / "tree.npz", tree)
    back = checkpoint.load(tmp_path / "tree.npz", tensor=engine.torch.as_tensor)
    assert list(back) == list(tree)
    assert type(back["tensor"]) is engine.torch.Tensor and back["tensor"].tolist() == [0, 1, 2]
    assert back["array"].dtype == np.float32 and (back["array"] == 1).all()
    for name in (0, "list", "random", "empty", "number"):
        assert back[name] == tree[name]


def test_what_is_no_number_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"tree: .*got function"):
        checkpoint.save(tmp_path / "x.npz", {"f": lambda: 0})
    np.savez(tmp_path / "other.npz", a=1)
    with pytest.raises(ValueError, match=r"path: .*other\.npz"):
        checkpoint.load(tmp_path / "other.npz", tensor=None)


# ── what is seen ─────────────────────────────────────────────────────────────────────


def test_the_history_says_and_plots_itself(engine):
    train, test = data.moons(60).split(0)
    history = engine.train.fit(classifier(engine), train, validation=test, epochs=2)
    assert repr(history).startswith("History: 2 epochs (all epochs), training loss ")
    assert "validation accuracy" in repr(history) and "lowest after epoch" in repr(history)
    assert "Best validation loss" in history.plot().alt
    assert repr(engine.train.History(ended="interrupted")) == (
        "History: no epoch finished (interrupted)"
    )


def test_the_bar_is_shown_when_asked_for_and_else_only_to_somebody(engine, capsys):
    engine.train.fit(engine.nn.Linear(1, 1), line(), epochs=1)
    assert capsys.readouterr() == ("", "")  # pytest's stderr is no terminal
    engine.train.fit(engine.nn.Linear(1, 1), line(), epochs=1, progress=True)
    assert "training loss" in capsys.readouterr().err
