"""nnlib's engine against eager PyTorch: one whole training step with Adam, on one thread.

Both sides run the same source from the same weights on the same data. First they must agree, in
float64, on the losses of several steps. Then float32 is timed.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch as pytorch

import nnlib.engine as engine

from .harness import Ratio, agree, main, time_ratio

CLASSES = 10


def tiny_mlp(torch):
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1)
    )
    return model, nn.BCEWithLogitsLoss()


def digits_mlp(torch):
    nn = torch.nn
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, CLASSES))
    return model, nn.CrossEntropyLoss()


def cnn(torch):
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 2 * 2, CLASSES),
    )
    return model, nn.CrossEntropyLoss()


def transformer_block(torch, D=64, H=4):
    """Pre-norm: x + attention(norm(x)), then x + mlp(norm(x)); trained to reproduce a target."""
    nn, F = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
            self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)
            self.mlp = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))

        def forward(self, x_BLD):
            B, L, _ = x_BLD.shape
            qkv = self.qkv(self.norm1(x_BLD)).reshape(B, L, 3, H, D // H).permute(2, 0, 3, 1, 4)
            q_BHLK, k_BHLK, v_BHLK = qkv.unbind(0)
            y_BHLK = F.scaled_dot_product_attention(q_BHLK, k_BHLK, v_BHLK, is_causal=True)
            x_BLD = x_BLD + self.out(y_BHLK.transpose(1, 2).reshape(B, L, D))
            return x_BLD + self.mlp(self.norm2(x_BLD))

    return Block(), nn.MSELoss()


def points(rng):
    X = rng.standard_normal((200, 2))
    return X, (X[:, :1] * X[:, 1:] > 0).astype(float)


def labelled(rng, shape):
    return rng.standard_normal(shape), rng.integers(0, CLASSES, shape[0])


def sequences(rng):
    return rng.standard_normal((8, 64, 64)), rng.standard_normal((8, 64, 64))


CASES = [
    # what it is, the model, its data, the ratio asked for
    ("2-16-16-1 on 200 points", tiny_mlp, points, 1.0),
    ("digits MLP 64-128-10, batch 64", digits_mlp, partial(labelled, shape=(64, 64)), 1.0),
    ("CNN 16-32 channels on 8×8, batch 64", cnn, partial(labelled, shape=(64, 1, 8, 8)), 3.0),
    ("transformer block 64 wide, 4 heads, 8×64", transformer_block, sequences, 3.0),
]


def training_step(torch, build, data, dtype, weights):
    """One side: a function that takes one step with Adam and returns the loss."""
    model, loss_fn = build(torch)
    model.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()})
    model.to(dtype)
    X, y = (torch.from_numpy(a) for a in data(rng=np.random.default_rng(0)))
    X = X.to(dtype)
    y = y.to(dtype) if y.is_floating_point() else y
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def sides(build, data, dtype):
    """Our step and torch's, from the same weights."""
    pytorch.manual_seed(0)
    weights = {k: v.numpy().copy() for k, v in build(pytorch)[0].state_dict().items()}
    return [
        training_step(torch, build, data, getattr(torch, dtype), weights)
        for torch in (engine, pytorch)
    ]


def measure():
    for case, build, data, target in CASES:
        agreement = agree(case, *sides(build, data, "float64"), steps=10, rtol=1e-8)
        ours, theirs = sides(build, data, "float32")
        agree(case, ours, theirs, steps=10, rtol=1e-3)
        yield Ratio(case, *time_ratio(ours, theirs), target, agreement)


def run():
    pytorch.set_num_threads(1)
    main(
        "A training step with Adam: time of nnlib's engine / time of eager PyTorch, one thread",
        measure(),
        {"numpy": np.__version__, "torch": pytorch.__version__},
    )


if __name__ == "__main__":
    run()
