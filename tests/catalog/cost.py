"""What a forward and a backward pass cost, counted and not timed: the same on every machine.

Work is the number of multiplications and additions in matrix products plus the number of elements
that all other operations write. A loop that indexes time shows: each of its backward steps writes a
gradient of full size. Memory is what the forward pass keeps for the backward pass, in elements.
"""

from math import prod
from typing import NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode


class Cost(NamedTuple):
    work: int
    memory: int


class _Writes(TorchDispatchMode):
    """Counts the elements of every tensor that an operation makes."""

    def __init__(self):
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        given = {x.data_ptr() for x in tree_leaves((args, kwargs)) if isinstance(x, torch.Tensor)}
        for made in tree_leaves(result):
            if isinstance(made, torch.Tensor) and made.data_ptr() not in given:  # a view is free
                self.elements += made.numel()
        return result


def cost(model, inputs) -> Cost:
    """Of one forward and one backward pass of the sum of all outputs, after one to warm up."""
    inputs = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes() // tensor.element_size()
        return tensor

    def run():
        outputs = [x for x in tree_leaves(model(*inputs)) if x.requires_grad]
        sum(x.sum() for x in outputs).backward()

    run()
    flops = FlopCounterMode(display=False)
    writes = _Writes()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), flops, writes:
        run()
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    memory = sum(size for place, size in kept.items() if place not in weights)
    return Cost(flops.get_total_flops() + writes.elements, memory)


def parameters(model) -> int:
    return sum(prod(p.shape) for p in model.parameters())
