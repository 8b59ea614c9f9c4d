"""Every architecture: both engines agree, weights travel, and costs grow as claimed."""

import numpy as np
import pytest
import torch
from torch.utils._pytree import tree_leaves

from nnlib import catalog, checkpoint
from nnlib.testing import parity, using
from tests.catalog.cost import cost

ENTRIES = catalog.entries()
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.key)


def example(entry, backend="torch", size=1):
    return using(backend).load(entry.module).example(size)


@each_entry
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
def test_both_engines_agree(entry, training, dtype):
    """Same weights, same output, same gradient of every parameter and of the input."""
    inputs = [x.detach().numpy() for x in example(entry)[1]]
    inputs = [x.astype(dtype) if x.dtype.kind == "f" else x for x in inputs]

    def build(engine):
        return engine.load(entry.module).example()[0].train(training)

    parity(build, *inputs, rtol=1e-9 if dtype is np.float64 else 1e-4)


@each_entry
def test_every_parameter_gets_a_gradient(entry):
    model, inputs = example(entry)
    outputs = [y for y in tree_leaves(model(*inputs)) if y.requires_grad]
    sum(y.square().sum() for y in outputs).backward()
    without = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert not without


@each_entry
@pytest.mark.parametrize(("writer", "reader"), [("torch", "numpy"), ("numpy", "torch")])
def test_weights_saved_under_one_engine_load_under_the_other(entry, writer, reader, tmp_path):
    written, inputs = example(entry, writer)
    written(*inputs)  # in training mode: whatever keeps running values has some now
    path = tmp_path / "model.npz"
    checkpoint.save(path, dict(written.state_dict()))
    read = example(entry, reader)[0]
    with using(reader).torch.no_grad():
        for p in read.parameters():
            p.mul_(0.5)  # other weights than the example's own
    state = checkpoint.load(path, tensor=using(reader).torch.as_tensor)
    read.load_state_dict(state)
    x = [x.detach().numpy() for x in inputs]
    answers = []
    for model, engine in ((written, writer), (read, reader)):
        torch_or_numpy = using(engine).torch
        torch_or_numpy.manual_seed(0)  # for those that draw in evaluation, too
        outputs = model.eval()(*map(torch_or_numpy.from_numpy, x))
        answers.append([y.detach().numpy() for y in tree_leaves(outputs)])
    for ours, theirs in zip(*answers, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.linear_in], ids=lambda e: e.key)
def test_time_and_memory_grow_linearly(entry):
    """Twice as much in that letter costs at most twice, counted: work, and values kept."""
    one, two = (cost(*example(entry, size=size)) for size in (8, 16))
    assert one.work < two.work <= 2.1 * one.work
    assert one.memory < two.memory <= 2.1 * one.memory


@each_entry
def test_the_example_is_seeded(entry):
    (first, x), (second, again) = example(entry), example(entry)
    pairs = [(x, again), (list(first.parameters()), list(second.parameters()))]
    for ours, theirs in pairs:
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_the_count_sees_a_loop_that_indexes_time():
    """Each x[:, t] writes a gradient of full size on the way back: four times for twice as long."""

    class Indexed(torch.nn.Linear):
        def forward(self, x_BLD):
            return sum(torch.tanh(x_BLD[:, t]) for t in range(x_BLD.shape[1]))

    class Unbound(torch.nn.Linear):
        def forward(self, x_BLD):
            return sum(torch.tanh(x) for x in x_BLD.unbind(1))

    def ratio(kind):
        model = kind(1, 1)
        short, long = (cost(model, [torch.randn(2, L, 8)]).work for L in (64, 128))
        return long / short

    assert ratio(Unbound) < 2.1 < 3 < ratio(Indexed)
