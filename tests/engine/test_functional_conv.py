"""Convolution and pooling equal torch."""

import numpy as np
import pytest

import nnlib.engine as engine
from tests.engine.parity import same, values
from tests.engine.test_functional import call

OPTIONS = [
    {}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"stride": (2, 1), "padding": (0, 2)},
    {"padding": "same"}, {"padding": "same", "dilation": 2}, {"padding": "valid"},
    {"stride": 2, "padding": 2, "dilation": 2},
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # torch's
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kernel", [(3, 3), (1, 1), (2, 3)])
def test_conv2d(kernel, options):
    x, w, b = values(2, 4, 7, 6), values(6, 4, *kernel, seed=1), values(6, seed=2)
    same(call("conv2d", **options), x, w, b)
    same(call("conv2d", **options), x, w)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_groups(groups):
    w = values(8, 4 // groups, 3, 3, seed=1)
    same(call("conv2d", groups=groups, padding=1), values(2, 4, 5, 5), w, values(8, seed=2))
    w = values(8, 4 // groups, 3, seed=1)
    same(call("conv1d", groups=groups, padding=1), values(2, 4, 5), w, values(8, seed=2))


OPTIONS_1D = [
    {}, {"stride": 2}, {"padding": 2, "dilation": 2}, {"padding": "same"},
    {"stride": (2,), "padding": (1,)},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS_1D)
def test_conv1d(options):
    same(call("conv1d", **options), values(2, 3, 9), values(4, 3, 3, seed=1), values(4, seed=2))


@pytest.mark.parametrize("options", OPTIONS)
def test_one_kernel_a_channel(options):
    w, b = values(4, 1, 3, 3, seed=1), values(4, seed=2)
    same(call("conv2d", groups=4, **options), values(2, 4, 7, 6), w, b)
    same(call("conv2d", groups=4, **options), values(2, 4, 7, 6), w)


def test_strided_input_and_empty_batch():
    w = values(5, 3, 3, 3, seed=1)
    same(lambda t, x, w: t.nn.functional.conv2d(x.permute(0, 3, 1, 2), w), values(2, 6, 6, 3), w)
    same(call("conv2d"), values(0, 3, 5, 5), w)


POOLS = [
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 1},
    {"kernel_size": 3, "stride": 2, "padding": 1},
]


@pytest.mark.parametrize("options", POOLS)
def test_pooling(options):
    x = values(2, 3, 6, 7)
    same(call("max_pool2d", **options), x)
    same(call("avg_pool2d", **options), x)
    same(call("avg_pool2d", count_include_pad=False, **options), x)
    same(call("max_pool1d", **options), values(2, 3, 8))
    same(call("avg_pool1d", **options), values(2, 3, 8))
    same(call("max_pool2d", **options), np.round(x))  # ties
    same(call("max_pool2d", **options), np.zeros((1, 1, 4, 4)))


def test_adaptive_pooling():
    x = values(2, 3, 6, 4)
    for size in (1, (1, 1), (3, 2), (2, None)):
        same(call("adaptive_avg_pool2d", output_size=size), x)
    same(call("adaptive_avg_pool1d", output_size=2), values(2, 3, 6))


def test_shape_errors():
    F = engine.nn.functional
    with pytest.raises(ValueError, match=r"\(6, 3, 3, 3\).*\(1, 4, 5, 5\)"):
        F.conv2d(engine.zeros(1, 4, 5, 5), engine.zeros(6, 3, 3, 3))
    with pytest.raises(ValueError, match="does not fit"):
        F.conv2d(engine.zeros(1, 3, 2, 2), engine.zeros(6, 3, 3, 3))
    with pytest.raises(ValueError, match=r"\(B, C, L\)"):
        F.conv1d(engine.zeros(1, 4, 5, 5), engine.zeros(6, 3, 3))
    with pytest.raises(ValueError, match=r"bias has shape \(5,\)"):
        F.conv2d(engine.zeros(1, 3, 5, 5), engine.zeros(6, 3, 3, 3), engine.zeros(5))
