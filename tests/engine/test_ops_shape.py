"""Reshaping, joining and cutting equal torch, on contiguous and other inputs."""

import numpy as np
import pytest
import torch

import nnlib.engine as engine
from tests.engine.parity import same, values

SHAPING = {
    "reshape": lambda t, x: x.reshape(4, -1),
    "reshape tuple": lambda t, x: t.reshape(x, (2, 12)),
    "view": lambda t, x: x.contiguous().view(6, 4) * x.contiguous().view((6, 4)),
    "flatten": lambda t, x: [x.flatten(), x.flatten(1), t.flatten(x, 0, 1)],
    "unflatten": lambda t, x: [x.unflatten(2, (2, 2)), x.unflatten(-1, (-1, 1))],
    "transpose": lambda t, x: [x.transpose(0, 1), x.transpose(-1, -2), x.mT, x.swapaxes(0, 2)],
    "permute": lambda t, x: [x.permute(2, 0, 1), t.permute(x, (0, -1, 1))],
    "movedim": lambda t, x: [x.movedim(0, -1), x.movedim((0, 1), (1, 2))],
    "squeeze": lambda t, x: [x[:1].squeeze(), x[:1].squeeze(0), x.squeeze(0), x[:, :1].squeeze(-2)],
    "unsqueeze": lambda t, x: [x.unsqueeze(0), x.unsqueeze(-1), x.unsqueeze(2)],
    "expand": lambda t, x: [x[:1].expand(5, 3, 4), x[:, :1].expand(7, -1, 3, -1)],
    "expand_as": lambda t, x: x[:1].expand_as(x) * x,
    "repeat": lambda t, x: [x.repeat(1, 2, 1), x.repeat(2, 1, 1, 3), x[0, 0].repeat(3)],
    "tile": lambda t, x: [t.tile(x, (2,)), x.tile(2, 1, 1, 1)],
    "repeat_interleave": lambda t, x: [x.repeat_interleave(2, 1), x.repeat_interleave(3)],
    "flip": lambda t, x: [x.flip(0), x.flip(0, -1), t.flip(x, [1])],
    "roll": lambda t, x: [x.roll(1, 0), t.roll(x, (1, -2), (0, 2)), x.roll(5)],
    "tril": lambda t, x: [x.tril(), x.tril(-1), t.tril(x, 1)],
    "triu": lambda t, x: [x.triu(), t.triu(x, diagonal=1)],
    "diagonal": lambda t, x: [x.diagonal(), x.diagonal(1, 1, 2), t.diagonal(x, -1, 0, 2)],
    "diag": lambda t, x: [t.diag(x[0]), t.diag(x[0, 0]), x[0].diag(1), t.diag_embed(x)],
    "unfold": lambda t, x: [x.unfold(2, 2, 1), x.unfold(1, 2, 2), x.unfold(-1, 3, 1)],
    "cat": lambda t, x: [t.cat([x, x * 2]), t.cat((x, x[:, :1]), 1), t.cat([x, x[..., :0]], -1)],
    "stack": lambda t, x: [t.stack([x, x + 1]), t.stack((x, x), 1), t.stack([x, x], dim=-1)],
    "hstack": lambda t, x: [t.hstack([x, x]), t.vstack([x, x]), t.hstack([x[0, 0], x[0, 1]])],
    "split": lambda t, x: [*x.split(2, 1), *x.split([1, 3], 2), *t.split(x, 5)],
    "chunk": lambda t, x: [*x.chunk(2), *x.chunk(2, 1), *t.chunk(x, 3, -1)],
    "unbind": lambda t, x: [*x.unbind(), *x.unbind(-1), *t.unbind(x, 1)],
    "narrow": lambda t, x: [x.narrow(1, 1, 2), x.select(1, 0), *x.tensor_split(2, 1)],
    "pad": lambda t, x: [
        t.nn.functional.pad(x, (1, 2)),
        t.nn.functional.pad(x, (0, 1, 2, 0), value=3.0),
        t.nn.functional.pad(x, (-1, 1, 0, -1)),
    ],
    "T": lambda t, x: [x[0].T, x[0].t(), x[0, 0].t()],
    "meshgrid": lambda t, x: [*t.meshgrid(x[0, 0].detach(), x[0, :, 0].detach(), indexing="ij"), x],
}


@pytest.mark.parametrize("name", SHAPING)
def test_shaping(name):
    same(SHAPING[name], values(2, 3, 4))
    same(lambda t, x: SHAPING[name](t, x.transpose(0, 2)), values(4, 3, 2))  # not contiguous


def test_empty_and_single():
    empty = np.zeros((0, 2))
    same(lambda t, x: [x.reshape(0), x.transpose(0, 1), x.unsqueeze(0), x.flip(0)], empty)
    same(lambda t, x: [x.reshape(1), x.view(1, 1), x.unsqueeze(0), x.flatten(), x.expand(3)],
         np.array(2.0))  # fmt: skip
    same(lambda t, x: [t.stack([x, x]), x.squeeze(), x.transpose(0, -1)], np.array(2.0))
    same(lambda t, x, y: t.cat([x, y]), np.zeros((0, 2)), values(3, 2))


def test_cat_of_types():
    same(lambda t, x, i: [t.cat([x, i]), t.stack([i, i])], values(3), np.arange(3))


def test_views_share_memory_and_copies_do_not():
    for t in (torch, engine):
        x = t.zeros(2, 3)
        x[0].fill_(1)
        x.T[2, 1] = 5
        x.view(6)[1] = 7
        x.detach().unsqueeze(0)[0, 1, 0] = 2
        assert x.tolist() == [[1, 7, 1], [2, 0, 5]]
        assert (x.clone().fill_(9) == 9).all() and x[0, 0] == 1


def test_a_view_that_needs_a_copy_is_refused():
    for t in (torch, engine):
        with pytest.raises(RuntimeError, match="reshape"):
            t.zeros(2, 3).T.view(6)


def test_shape_errors_name_both_shapes():
    a, b = engine.zeros(2, 3), engine.zeros(4, 5)
    for f in (lambda: a + b, lambda: a @ b, lambda: a.reshape(4), lambda: engine.cat([a, b]),
              lambda: engine.stack([a, b]), lambda: engine.nn.functional.linear(a, b),
              lambda: engine.einsum("ij,jk->ik", a, b), lambda: a.expand(5, 3)):  # fmt: skip
        with pytest.raises(RuntimeError, match=r"2, 3.*(4|5)|(4|5).*2, 3"):
            f()


def test_sizes():
    x = engine.zeros(2, 3)
    assert x.shape == (2, 3) and repr(x.shape) == "torch.Size([2, 3])" and x.shape.numel() == 6
    assert isinstance(x.shape[1:], engine.Size) and x.size(-1) == 3 and x.size() == x.shape
    assert x.dim() == x.ndim == 2 and x.numel() == engine.numel(x) == 6 and len(x) == 2
    assert x.stride() == (3, 1) and x.is_contiguous() and not x.T.is_contiguous()
