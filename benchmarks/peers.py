"""The peers of step 1, with the weights of ours: for benchmarks and for the tests.

Each takes one of our models and returns the public implementation that computes the same.
"""

import torch
from torch import nn


def sequential(mlp):
    """PyTorch's own layers in a row, for an MLP with ReLUs and without options."""
    first, *others = [layer for layer in mlp.layers if isinstance(layer, nn.Linear)]
    layers = [nn.Linear(first.in_features, first.out_features)]
    for layer in others:
        layers += [nn.ReLU(), nn.Linear(layer.in_features, layer.out_features)]
    theirs = nn.Sequential(*layers).to(first.weight.dtype)
    weights = mlp.state_dict().values()
    theirs.load_state_dict(dict(zip(theirs.state_dict(), weights, strict=True)))
    return theirs


def pykan(kan):
    """pykan's MultKAN without its symbolic branch; the scale of its splines, not in ours, is 1."""
    from kan import MultKAN

    first = kan.layers[0]
    theirs = MultKAN(
        kan.sizes, grid=len(first.grid) - 1, k=first.degree, symbolic_enabled=False,
        save_act=False, auto_save=False, sp_trainable=False,
    ).to(first.base.dtype)  # fmt: skip
    for our, their in zip(kan.layers, theirs.act_fun, strict=True):
        give(our, their)
    return theirs


def give(our, their):
    """The weights of our KAN layer, to pykan's."""
    with torch.no_grad():
        their.grid.data = our.knots.T.clone()
        their.coef.data = our.coef.permute(2, 0, 1).clone()
        their.scale_base.data = our.base.T.clone()
        their.scale_sp.data = torch.ones_like(our.base.T)
        their.mask.data = our.mask.T.clone()


def pytorch_tabnet(tabnet):
    """pytorch-tabnet's network, its logits only."""
    return Logits(tabnet_and_pairs(tabnet)[0])


class Logits(nn.Module):
    """What a network returns first."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x)[0]


def tabnet_and_pairs(ours, **options):
    """pytorch-tabnet's network with the weights and statistics of ours, and which part is which.

    options: what cannot be read off ours, under pytorch-tabnet's names: n_shared, n_independent.
    """
    from pytorch_tabnet.tab_network import TabNetNoEmbeddings

    n, width, dtype = ours.inputs, ours.out.in_features, ours.out.weight.dtype
    theirs = TabNetNoEmbeddings(
        n, ours.out.out_features, n_d=width, n_a=width, n_steps=len(ours.attend),
        gamma=ours.relaxation, momentum=ours.norm.momentum,
        virtual_batch_size=ours.attend[0].norm.virtual_batch,
        group_attention_matrix=torch.eye(n, dtype=dtype), **options,
    ).to(dtype)  # fmt: skip
    encoder = theirs.encoder
    encoder.initial_bn.momentum = ours.norm.momentum
    pairs = [(encoder.initial_bn, ours.norm), (theirs.final_mapping, ours.out)]
    transformers = [encoder.initial_splitter, *encoder.feat_transformers]
    for their, our in zip(transformers, [ours.start, *ours.transform], strict=True):
        halves = (their.shared, their.specifics)
        layers = [layer for half in halves for layer in getattr(half, "glu_layers", [])]
        for layer, block in zip(layers, our.blocks, strict=True):
            pairs += [(layer.fc, block.linear), (layer.bn.bn, block.norm)]
    for their, our in zip(encoder.att_transformers, ours.attend, strict=True):
        pairs += [(their.fc, our.linear), (their.bn.bn, our.norm)]
    for their, our in pairs:
        their.load_state_dict(our.state_dict(), strict=False)
    return theirs, pairs
