"""Every layer under both engines: same weights in, same outputs and gradients out."""

import copy

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from nnlib.testing import parity

rng = np.random.default_rng(0)
ROWS, SEQUENCE, IMAGES = (rng.standard_normal(s) for s in ((6, 4), (3, 4, 9), (2, 4, 6, 6)))
IDS = rng.integers(0, 5, (3, 4))
LABELS = rng.integers(0, 4, 6)

LAYERS = {
    "linear": (lambda nn: nn.Linear(4, 3), ROWS),
    "linear, no bias, 3 axes": (lambda nn: nn.Linear(9, 3, bias=False), SEQUENCE),
    "identity": (lambda nn: nn.Identity(1, x=2), ROWS),
    "embedding": (lambda nn: nn.Embedding(5, 3, padding_idx=1), IDS),
    "flatten": (lambda nn: nn.Flatten(), IMAGES),
    "unflatten": (lambda nn: nn.Unflatten(1, (2, 2)), ROWS),
    "dropout": (lambda nn: nn.Dropout(0.3), ROWS),
    "dropout in evaluation": (lambda nn: nn.Dropout(0.3).eval(), ROWS),
    "conv1d": (lambda nn: nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2), SEQUENCE),
    "conv2d": (lambda nn: nn.Conv2d(4, 6, (3, 2), stride=(1, 2), padding=1), IMAGES),
    "conv2d same": (lambda nn: nn.Conv2d(4, 4, 3, padding="same", groups=4, bias=False), IMAGES),
    "max_pool1d": (lambda nn: nn.MaxPool1d(3, stride=2, padding=1), SEQUENCE),
    "max_pool2d": (lambda nn: nn.MaxPool2d(2), IMAGES),
    "avg_pool1d": (lambda nn: nn.AvgPool1d(3, stride=2), SEQUENCE),
    "avg_pool2d": (lambda nn: nn.AvgPool2d(3, stride=1, padding=1), IMAGES),
    "adaptive 1d": (lambda nn: nn.AdaptiveAvgPool1d(3), SEQUENCE),
    "adaptive 2d": (lambda nn: nn.AdaptiveAvgPool2d(1), IMAGES),
    "upsample": (lambda nn: nn.Upsample(scale_factor=2), IMAGES),
    "layer norm": (lambda nn: nn.LayerNorm((4, 9)), SEQUENCE),
    "layer norm, no bias": (lambda nn: nn.LayerNorm(9, bias=False), SEQUENCE),
    "layer norm, plain": (lambda nn: nn.LayerNorm(9, elementwise_affine=False), SEQUENCE),
    "rms norm": (lambda nn: nn.RMSNorm(9), SEQUENCE),
    "rms norm, eps": (lambda nn: nn.RMSNorm(9, eps=1e-3), SEQUENCE),
    "group norm": (lambda nn: nn.GroupNorm(2, 4), IMAGES),
    "batch norm 1d": (lambda nn: nn.BatchNorm1d(4), ROWS),
    "batch norm 1d, sequence": (lambda nn: nn.BatchNorm1d(4, momentum=None), SEQUENCE),
    "batch norm 2d": (lambda nn: nn.BatchNorm2d(4), IMAGES),
    "batch norm in evaluation": (lambda nn: nn.BatchNorm2d(4).eval(), IMAGES),
    "batch norm, no running": (lambda nn: nn.BatchNorm2d(4, track_running_stats=False), IMAGES),
    "batch norm, plain": (lambda nn: nn.BatchNorm2d(4, affine=False), IMAGES),
    "softmax": (lambda nn: nn.Softmax(dim=1), SEQUENCE),
    "log_softmax": (lambda nn: nn.LogSoftmax(dim=-1), SEQUENCE),
}
for name in (
    *("ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh"),
    *("LogSigmoid", "Softplus", "Softsign", "Hardtanh", "PReLU", "GLU"),
):
    LAYERS[name] = (lambda nn, name=name: getattr(nn, name)(), SEQUENCE if name != "GLU" else ROWS)
LAYERS["GELU, tanh"] = (lambda nn: nn.GELU("tanh"), ROWS)


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name):
    build, x = LAYERS[name]
    assert max(parity(lambda e: build(e.nn), x)) <= 1e-10


@pytest.mark.parametrize("name", LAYERS)
def test_layer_in_single_precision(name):
    build, x = LAYERS[name]
    parity(lambda e: build(e.nn), x.astype(np.float32) if x.dtype == float else x, rtol=1e-4)


TARGETS = rng.uniform(0.1, 0.9, ROWS.shape)
LOSSES = {
    "mse": (lambda nn: nn.MSELoss(), TARGETS),
    "mse sum": (lambda nn: nn.MSELoss(reduction="sum"), TARGETS),
    "l1": (lambda nn: nn.L1Loss(reduction="none"), TARGETS),
    "huber": (lambda nn: nn.HuberLoss(delta=0.5), TARGETS),
    "smooth l1": (lambda nn: nn.SmoothL1Loss(beta=0.5), TARGETS),
    "bce logits": (lambda nn: nn.BCEWithLogitsLoss(), TARGETS),
    "kl": (lambda nn: nn.KLDivLoss(reduction="batchmean"), TARGETS),
    "cross entropy": (lambda nn: nn.CrossEntropyLoss(), LABELS),
    "cross entropy, smooth": (lambda nn: nn.CrossEntropyLoss(label_smoothing=0.1), LABELS),
    "cross entropy, ignore": (lambda nn: nn.CrossEntropyLoss(ignore_index=int(LABELS[0])), LABELS),
    "cross entropy, soft": (lambda nn: nn.CrossEntropyLoss(), TARGETS / TARGETS.sum(1)[:, None]),
    "nll": (lambda nn: nn.NLLLoss(), LABELS),
    "cosine": (lambda nn: nn.CosineSimilarity(), TARGETS),
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    build, target = LOSSES[name]
    assert max(parity(lambda e: build(e.nn), ROWS, target)) <= 1e-10


def test_losses_with_weights():
    weights = rng.uniform(0.5, 2, 4)

    def build(e, kind, **options):
        return getattr(e.nn, kind)(e.torch.tensor(weights), **options)

    for kind in ("CrossEntropyLoss", "NLLLoss"):
        assert max(parity(lambda e, kind=kind: build(e, kind), ROWS, LABELS)) <= 1e-10
    assert max(parity(lambda e: build(e, "BCEWithLogitsLoss"), ROWS, TARGETS)) <= 1e-10
    assert max(parity(lambda e: build(e, "BCELoss"), TARGETS, TARGETS[::-1].copy())) <= 1e-10
    positive = parity(
        lambda e: e.nn.BCEWithLogitsLoss(pos_weight=e.torch.tensor(weights)), ROWS, TARGETS
    )
    assert max(positive) <= 1e-10


Q, KV = rng.standard_normal((2, 5, 8)), rng.standard_normal((2, 7, 8))
CAUSAL = np.triu(np.ones((5, 7), bool), 3)
PADDED = np.arange(7)[None] >= np.array([[5], [7]])


@pytest.mark.parametrize(
    "options", ({}, {"batch_first": True}, {"bias": False, "batch_first": True})
)
@pytest.mark.parametrize("mask", ("none", "causal", "float", "padding", "all heads"))
def test_multihead_attention(options, mask):
    q, kv = (Q, KV) if options.get("batch_first") else (Q.swapaxes(0, 1), KV.swapaxes(0, 1))

    def build(e):
        layer = e.nn.MultiheadAttention(8, 2, **options)

        class Masked(e.nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = layer

            def forward(self, q, kv):
                t = e.torch
                masks = {
                    "none": {},
                    "causal": {"attn_mask": t.tensor(CAUSAL)},
                    "float": {"attn_mask": t.tensor(CAUSAL * -2.0)},
                    "padding": {"key_padding_mask": t.tensor(PADDED)},
                    "all heads": {"attn_mask": t.tensor(np.stack([CAUSAL] * 4))},
                }
                return self.layer(q, kv, kv, **masks[mask])

        return Masked()

    assert max(parity(build, q.copy(), kv.copy())) <= 1e-10


def test_multihead_attention_for_one_example_and_without_weights():
    def build(e, **options):
        layer = e.nn.MultiheadAttention(8, 2)
        wrapped = e.nn.ModuleList([layer])
        wrapped.forward = lambda q, kv: layer(q, kv, kv, **options)
        return wrapped

    assert max(parity(lambda e: build(e), Q[0], KV[0])) <= 1e-10
    assert max(parity(lambda e: build(e, average_attn_weights=False), Q[0], KV[0])) <= 1e-10
    assert max(parity(lambda e: build(e, need_weights=False), Q[0], KV[0])) <= 1e-10


@pytest.mark.parametrize("momentum", (0.1, 0.7, None))
def test_batch_norm_keeps_torchs_running_statistics(momentum):
    states = []
    for t in (engine, torch):
        norm = t.nn.BatchNorm2d(4, momentum=momentum, dtype=t.float64)
        for scale in (1.0, 2.0, 3.0):
            norm(t.tensor(IMAGES) * scale)
        states.append(norm.state_dict())
    for name, expected in states[1].items():
        np.testing.assert_allclose(states[0][name].numpy(), expected.numpy(), rtol=1e-12)
    assert states[0]["num_batches_tracked"].item() == 3


def test_a_copy_learns_on_its_own():
    net = engine.nn.Sequential(engine.nn.Linear(2, 2), engine.nn.BatchNorm1d(2))
    twin = copy.deepcopy(net)
    with engine.no_grad():
        twin[0].weight.zero_()
    assert net[0].weight.abs().sum().item() > 0
    assert isinstance(twin[0].weight, engine.nn.Parameter) and twin[0].weight.requires_grad
    twin(engine.ones(3, 2)).sum().backward()
    assert twin[0].weight.grad is not None and net[0].weight.grad is None


@pytest.mark.parametrize("order", (2.0, 1.0, float("inf")))
def test_clipping_equals_torch(order):
    for limit in (0.1, 100.0):
        results = []
        for t in (engine, torch):
            params = [t.nn.Parameter(t.tensor(a)) for a in (ROWS, IMAGES)]
            sum((p * p).sum() for p in params).backward()
            norm = t.nn.utils.clip_grad_norm_(params, limit, norm_type=order)
            t.nn.utils.clip_grad_value_(params, 1.5)
            results.append([norm.item(), *(p.grad.numpy() for p in params)])
        for ours, theirs in zip(*results, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_clipping_finds_infinities_and_takes_generators():
    p = engine.nn.Parameter(engine.ones(2))
    (p * float("inf")).sum().backward()
    with pytest.raises(RuntimeError, match="inf"):
        engine.nn.utils.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)
    assert (
        engine.nn.utils.clip_grad_norm_(iter([engine.nn.Parameter(engine.ones(2))]), 1.0).item()
        == 0
    )


def test_parameters_as_one_vector():
    net = engine.nn.Linear(3, 2)
    vector = engine.nn.utils.parameters_to_vector(net.parameters())
    assert vector.shape == (8,) and vector.requires_grad
    engine.nn.utils.vector_to_parameters(vector.detach() * 0 + 2, net.parameters())
    assert net.bias.tolist() == [2, 2]
    with pytest.raises(ValueError, match=r"expected \(8,\)"):
        engine.nn.utils.vector_to_parameters(engine.ones(3), net.parameters())


def test_mistakes_are_named():
    nn = engine.nn
    for build, words in (
        (lambda: nn.Conv2d(3, 4, 3, groups=2), "in_channels"),
        (lambda: nn.Conv2d(3, 4, 3, padding_mode="reflect"), "padding_mode"),
        (lambda: nn.MaxPool2d(2, ceil_mode=True), "ceil_mode"),
        (lambda: nn.Dropout(1.5), "p: got 1.5"),
        (lambda: nn.GroupNorm(2, 5), "divisible"),
        (lambda: nn.MultiheadAttention(5, 2), "embed_dim"),
        (lambda: nn.Embedding(3, 2, padding_idx=3), "padding_idx"),
        (lambda: nn.MSELoss("average"), "reduction"),
        (lambda: nn.BatchNorm2d(3)(engine.ones(2, 3)), "4D"),
        (lambda: nn.Linear(3, 2)(engine.ones(4, 5)), r"4, 5.*2, 3"),
    ):
        with pytest.raises((ValueError, RuntimeError, NotImplementedError), match=words):
            build()
