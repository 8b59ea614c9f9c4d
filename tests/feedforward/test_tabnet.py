"""TabNet: both engines, pytorch-tabnet with our weights, ghost batches, priors, masks."""

import copy
import pickle

import numpy as np
import pytest
import torch
from pytorch_tabnet.tab_network import GBN
from torch import nn

from benchmarks import peers
from nnlib.feedforward.sparsemax import sparsemax
from nnlib.feedforward.tabnet import AttentiveTransformer, GhostBatchNorm, TabNet, example
from nnlib.testing import parity, using

F64 = torch.float64


def table(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def randomize(model, seed=0):
    """Scales, shifts and running statistics that are not those of the start."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for name, tensor in (*model.named_parameters(), *model.named_buffers()):
            if name.endswith("running_var") or ("norm" in name and name.endswith("weight")):
                tensor.copy_(torch.from_numpy(rng.uniform(0.5, 1.5, tensor.shape)))
            elif name.endswith("running_mean") or name.endswith("bias"):
                tensor.copy_(torch.from_numpy(rng.normal(0, 0.3, tensor.shape)))
    return model


# ── both engines ─────────────────────────────────────────────────────────────────────

SETTINGS = [
    {},
    {"width": 3, "steps": 2, "virtual_batch": 5},
    {"steps": 1, "shared": 0, "own": 1, "relaxation": 1.0},
    {"steps": 4, "shared": 3, "own": 0, "relaxation": 2.0, "virtual_batch": 4, "momentum": 0.3},
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("training", [True, False])
def test_both_engines(setting, training):
    """The masks' entropy, too: it is added to the logits, so its gradient is part of theirs."""

    def build(engine):
        model = engine.load("nnlib.feedforward.tabnet").TabNet(6, 3, **setting).train(training)
        forward = model.forward
        model.forward = lambda x: forward(x) + 0.7 * model.sparsity
        return model

    parity(build, table(13, 6), rtol=1e-9)
    parity(build, table(13, 6, dtype=np.float32), rtol=1e-3 if training else 1e-4)


def test_both_engines_run_the_same_statistics_and_read_the_same():
    results = []
    for engine in map(using, ("torch", "numpy")):
        engine.torch.manual_seed(0)
        model = engine.load("nnlib.feedforward.tabnet").TabNet(6, 3, virtual_batch=5).double()
        x = engine.torch.from_numpy(table(13, 6))
        for _ in range(3):
            model(x)
        buffers = {k: v.numpy() for k, v in model.named_buffers() if not k.endswith("tracked")}
        results.append((buffers, model.masks(x).numpy(), model.explain(x).numpy()))
    (theirs, *what), (ours, *read) = results
    assert list(theirs) == list(ours) and len(ours) == 2 * (1 + 4 * 4 + 3)
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-10)
    for a, b in zip(what, read, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10)


# ── ghost batch norm ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rows", [2, 7, 8])
def test_one_chunk_is_batch_norm(rows):
    ghost = randomize(GhostBatchNorm(3, virtual_batch=8, momentum=0.1).double())
    plain = nn.BatchNorm1d(3, momentum=0.1).double()
    plain.load_state_dict(ghost.state_dict(), strict=False)
    x = torch.from_numpy(table(rows, 3))
    torch.testing.assert_close(ghost(x), plain(x), rtol=0, atol=1e-14)
    for name in ("running_mean", "running_var"):
        torch.testing.assert_close(getattr(ghost, name), getattr(plain, name), rtol=0, atol=1e-15)
    torch.testing.assert_close(ghost.eval()(x), plain.eval()(x), rtol=0, atol=1e-14)


@pytest.mark.parametrize("rows", [8, 16, 15, 20, 23, 64])
def test_ghost_batches_are_pytorch_tabnets(rows):
    """Values, gradients and running statistics; 15, 20 and 23 rows leave a smaller last chunk."""
    ours = randomize(GhostBatchNorm(3, virtual_batch=8, momentum=0.1).double())
    theirs = GBN(3, virtual_batch_size=8, momentum=0.1).double()
    theirs.bn.load_state_dict(ours.state_dict(), strict=False)
    found = []
    for norm in (ours, theirs):
        x = torch.from_numpy(table(rows, 3)).requires_grad_()
        y = norm(x)
        (y * torch.from_numpy(table(rows, 3, seed=1))).sum().backward()
        inner = getattr(norm, "bn", norm)
        found.append([y, x.grad, inner.weight.grad, inner.bias.grad, inner.running_mean,
                      inner.running_var])  # fmt: skip
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


def test_running_statistics_by_hand():
    norm = GhostBatchNorm(1, virtual_batch=2, momentum=0.25).double()
    norm(torch.tensor([[0.0], [2.0], [10.0], [14.0]], dtype=F64))  # means 1, 12; variances 2, 8
    assert norm.running_mean.item() == 0.75 * (0.75 * 0 + 0.25 * 1) + 0.25 * 12
    assert norm.running_var.item() == 0.75 * (0.75 * 1 + 0.25 * 2) + 0.25 * 8


def test_a_row_left_over_joins_the_chunk_before():
    norm = GhostBatchNorm(2, virtual_batch=2).double()
    x = torch.from_numpy(table(5, 2))
    y = norm(x).detach()
    for chunk in (y[:2], y[2:]):
        torch.testing.assert_close(chunk.mean(0), torch.zeros(2, dtype=F64), atol=1e-12, rtol=0)
    three = nn.BatchNorm1d(2).double()(x[:3]).detach()
    torch.testing.assert_close(norm(x[:3]).detach(), three, rtol=0, atol=1e-12)


def test_one_row_cannot_be_normalized():
    for engine in map(using, ("torch", "numpy")):
        tabnet = engine.load("nnlib.feedforward.tabnet")
        for rows in (0, 1):
            with pytest.raises(ValueError, match=f"needs at least 2 rows to normalize .* {rows}"):
                tabnet.GhostBatchNorm(3)(engine.torch.zeros(rows, 3))
        assert tuple(tabnet.TabNet(3, 2).eval()(engine.torch.zeros(1, 3)).shape) == (1, 2)


# ── pytorch-tabnet ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("ours", "options"),
    [
        ({}, {}),
        ({"steps": 5, "relaxation": 1.7, "width": 4}, {}),
        ({"shared": 1, "own": 3, "virtual_batch": 7}, {"n_shared": 1, "n_independent": 3}),
        ({"shared": 0, "own": 2, "virtual_batch": 16}, {"n_shared": 0, "n_independent": 2}),
    ],
    ids=str,
)
def test_with_our_weights_pytorch_tabnet_says_the_same(ours, options, training, monkeypatch):
    monkeypatch.setattr(torch, "FloatTensor", torch.DoubleTensor)  # theirs has √½ to 8 digits only
    torch.manual_seed(0)
    model = randomize(TabNet(9, 3, **ours).double())
    theirs, pairs = peers.tabnet_and_pairs(model, **options)
    x, y = torch.from_numpy(table(45, 9)), torch.arange(45) % 3

    def same(a, b, atol=1e-9):
        torch.testing.assert_close(a, b, rtol=0, atol=atol, check_dtype=False)

    explained, masks = theirs.eval().forward_masks(x)
    same(model.masks(x), torch.stack(list(masks.values()), 1))
    same(model.explain(x), explained / explained.sum(1, keepdim=True), atol=1e-6)  # float32 there

    model.train(training), theirs.train(training)
    x1, x2 = x.clone().requires_grad_(), x.clone().requires_grad_()
    z1, (z2, minus_entropy) = model(x1), theirs(x2)
    same(z1, z2)
    same(model.sparsity, -minus_entropy)
    (nn.functional.cross_entropy(z1, y) + 0.1 * model.sparsity).backward()
    (nn.functional.cross_entropy(z2, y) - 0.1 * minus_entropy).backward()
    same(x1.grad, x2.grad)
    checked = set()
    for their, our in pairs:
        for name, parameter in our.named_parameters():
            same(parameter.grad, getattr(their, name).grad)
            checked.add(parameter)
        for name, buffer in our.named_buffers():
            same(buffer, getattr(their, name))
    assert checked == set(model.parameters())


# ── what a mask is ───────────────────────────────────────────────────────────────────


def test_masks_are_sparse_and_sum_to_one():
    torch.manual_seed(0)
    model = TabNet(20, 2, steps=4, momentum=1.0).double()
    x = torch.from_numpy(table(50, 20))
    model(x)  # with momentum 1 the running statistics are now those of x: scores have variance 1
    masks = model.masks(x)
    assert tuple(masks.shape) == (50, 4, 20)
    assert (masks >= 0).all()
    torch.testing.assert_close(masks.sum(-1), torch.ones(50, 4, dtype=F64), rtol=0, atol=1e-12)
    assert (masks == 0).double().mean() > 0.3
    assert len(torch.unique(masks[:, 1], dim=0)) > 25, "rows do not all read the same"
    torch.testing.assert_close(model.explain(x).sum(1), torch.ones(50, dtype=F64))
    torch.testing.assert_close(model.importance(x), model.explain(x).mean(0))


def shut_out():
    """A model, one row, its mask, and a column that this mask gives the weight 0."""
    torch.manual_seed(0)
    model = TabNet(8, 2, steps=1, momentum=1.0).double()
    x = torch.from_numpy(table(30, 8))
    model(x)
    model.eval()
    with torch.no_grad():
        mask, decision = next(model.read(x[:1]))
    assert (mask == 0).any()
    return model, x[:1], mask, decision, int((mask[0] == 0).nonzero()[0])


def test_what_is_shut_out_of_a_step_is_of_no_account_there():
    model, x, mask, decision, column = shut_out()
    other = model.norm(x).detach()
    other[:, column] = 1e3
    d, _ = model.transform[0](mask * other).chunk(2, dim=1)
    assert torch.equal(torch.relu(d), decision)


def test_the_choice_itself_depends_on_what_is_shut_out():
    """The first mask is chosen from the whole row, so weight 0 does not mean without influence."""
    model, x, mask, _, column = shut_out()
    other = x.clone()
    other[:, column] += 3
    assert not torch.allclose(model.masks(other)[:, 0], mask)
    assert not torch.allclose(model(other), model(x))


def test_priors_by_hand_over_two_steps():
    torch.manual_seed(0)
    model = randomize(TabNet(5, 2, steps=2, relaxation=1.5).double()).eval()
    x = torch.from_numpy(table(6, 5))
    masks = model.masks(x)
    with torch.no_grad():
        h = model.norm(x)
        a = model.start(h)[:, 16:]
        scores = model.attend[0].norm(model.attend[0].linear(a))
        first = sparsemax(scores)  # the first prior is 1
        out = model.transform[0](first * h)
        scores = model.attend[1].norm(model.attend[1].linear(out[:, 16:]))
        second = sparsemax((1.5 - first) * scores)
        last = model.transform[1](second * h)
    torch.testing.assert_close(masks, torch.stack([first, second], 1))
    eta = [torch.relu(part[:, :16]).sum(1, keepdim=True) for part in (out, last)]
    by_hand = (eta[0] * first + eta[1] * second) / (eta[0] + eta[1])
    torch.testing.assert_close(model.explain(x), by_hand)
    decided = torch.relu(out[:, :16]) + torch.relu(last[:, :16])
    torch.testing.assert_close(model(x), decided @ model.out.weight.T)


def test_without_relaxation_a_score_becomes_zero_and_zero_can_win():
    """γ = 1: a column that was read whole has prior 0, yet it is read again if others are below."""
    attend = AttentiveTransformer(1, 3).double().eval()
    with torch.no_grad():
        attend.linear.weight.copy_(torch.tensor([[5.0], [-2.0], [-3.0]]))
        a = torch.ones(1, 1, dtype=F64)
        first = attend(a, torch.ones(1, 3, dtype=F64))
        assert first.tolist() == [[1, 0, 0]]
        assert attend(a, 1 - first).tolist() == [[1, 0, 0]]
        assert attend(-2 * a, 1 - first).tolist() == [[0, 0, 1]]


def test_sparsity_is_the_mean_entropy():
    torch.manual_seed(0)
    model = TabNet(7, 2).double().eval()
    x = torch.from_numpy(table(40, 7))
    model(x)
    m = model.masks(x).numpy()
    entropy = -(m * np.log(np.where(m > 0, m, 1))).sum(-1).mean()
    assert model.sparsity.item() == pytest.approx(entropy, abs=1e-12)
    assert 0 < entropy < np.log(7)
    with torch.no_grad():
        for attend in model.attend:
            attend.norm.weight.fill_(1e7)  # far apart: one column a mask
    model(x)
    assert model.sparsity.item() == pytest.approx(0, abs=1e-9)


def test_a_row_that_nothing_is_decided_for_gets_zeros():
    model = TabNet(4, 2, shared=0, own=1).eval()
    with torch.no_grad():
        for transformer in model.transform:
            transformer.blocks[0].norm.weight.zero_()
            transformer.blocks[0].norm.bias.fill_(-1.0)
    assert model.explain(torch.randn(5, 4)).tolist() == [[0.0] * 4] * 5


def test_looking_changes_nothing():
    """Neither modes, running statistics nor gradients, also when the input is refused."""
    model = TabNet(4, 2)
    model.norm.eval()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    assert not model.explain(torch.randn(5, 4)).requires_grad
    with pytest.raises(ValueError, match=r"x: expected shape \(B, 4\), got \(5, 3\)"):
        model.importance(torch.randn(5, 3))
    assert model.training and model.start.training and not model.norm.training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_shared_matrices_are_shared_and_counted_once():
    model = TabNet(10, 3, width=8, steps=3)
    assert len({id(t.blocks[0].linear) for t in [model.start, *model.transform]}) == 1
    assert len({id(t.blocks[2].linear) for t in [model.start, *model.transform]}) == 4
    shared, own = 10 * 32 + 16 * 32, 2 * 16 * 32
    norms = 4 * 4 * 2 * 32
    attend = 3 * (8 * 10 + 2 * 10)
    expected = shared + 4 * own + norms + attend + 2 * 10 + 8 * 3
    assert sum(p.numel() for p in model.parameters()) == expected


def test_a_model_that_has_run_can_be_copied_and_saved(tmp_path):
    for engine in map(using, ("torch", "numpy")):
        tabnet = engine.load("nnlib.feedforward.tabnet")
        model, (x,) = tabnet.example()
        model(x).sum().backward()
        model.eval()
        twin = copy.deepcopy(model)
        assert twin(x).tolist() == model(x).tolist()
        assert twin.start.blocks[0].linear is twin.transform[0].blocks[0].linear
    model, (x,) = example()
    model(x)
    model.eval()
    assert pickle.loads(pickle.dumps(model))(x).tolist() == model(x).tolist()


# ── learning ─────────────────────────────────────────────────────────────────────────


def test_after_training_importance_lies_where_the_truth_is():
    """Whether x₀ + x₁² > 1, ten columns, three seeds. An even share would be 0.1 a column."""
    world = using("torch")
    fit, evaluate = world.load("nnlib.train").fit, world.load("nnlib.evaluation").evaluate

    def drawn(rng):
        X = rng.standard_normal((1000, 10)).astype(np.float32)
        return X, (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)

    for seed in range(3):
        rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        model = TabNet(10, 2, width=8, steps=2)

        def loss(z, y, model=model):
            return nn.functional.cross_entropy(z, y) + 0.01 * model.sparsity

        adam = torch.optim.Adam(model.parameters(), lr=0.02)
        fit(model, drawn(rng), epochs=25, batch_size=250, optimizer=adam, loss=loss, progress=False)
        test = drawn(rng)
        share = model.importance(torch.from_numpy(test[0]))
        assert evaluate(model, test).accuracy > 0.88
        assert share[:2].sum() > 0.6 and share[:2].min() > share[2:].max()


# ── errors ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"inputs": 0}, "inputs: expected a whole number of at least 1, got 0"),
        ({"outputs": 1.5}, "outputs: expected a whole number of at least 1, got 1.5"),
        ({"width": -1}, "width: expected a whole number of at least 1, got -1"),
        ({"steps": 0}, "steps: expected a whole number of at least 1, got 0"),
        ({"shared": -1}, "shared: expected a whole number of at least 0, got -1"),
        ({"shared": 0, "own": 0}, "own: expected at least 1 block where shared is 0, got 0"),
        ({"relaxation": 0.9}, "relaxation: expected a number of at least 1, got 0.9"),
        ({"relaxation": float("nan")}, "relaxation: expected a number of at least 1, got nan"),
        ({"virtual_batch": 1}, "virtual_batch: expected a whole number of at least 2, got 1"),
        ({"momentum": 0}, r"momentum: expected a number in \(0, 1\], got 0"),
    ],
)
def test_bad_settings_are_named(arguments, says):
    with pytest.raises(ValueError, match=says):
        TabNet(**{"inputs": 4, "outputs": 2} | arguments)


def test_wrong_inputs_and_a_sparsity_of_nothing_are_named():
    model = TabNet(4, 2)
    for shape in ((3, 5), (4,), (2, 3, 4)):
        with pytest.raises(ValueError, match=r"x: expected shape \(B, 4\), got \("):
            model(torch.zeros(shape))
    with pytest.raises(RuntimeError, match=r"sparsity: .*last forward pass, and there was none"):
        _ = model.sparsity


def test_a_single_row_at_the_end_of_an_epoch_is_named():
    data = torch.randn(5, 4), torch.arange(5) % 2
    with pytest.raises(ValueError, match=r"at least 2 rows .* got 1; choose a batch size"):
        using("torch").load("nnlib.train").fit(TabNet(4, 2), data, epochs=1, batch_size=4)


def test_a_refused_input_leaves_the_last_masks():
    model = TabNet(4, 2)
    model(torch.randn(8, 4))
    before = model.sparsity.item()
    with pytest.raises(ValueError):
        model(torch.zeros(3, 5))
    assert model.sparsity.item() == before


def test_it_trains_in_mixed_precision():
    model = TabNet(4, 2)
    with torch.autocast("cpu", torch.bfloat16):
        model(torch.randn(300, 4)).float().square().mean().backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
