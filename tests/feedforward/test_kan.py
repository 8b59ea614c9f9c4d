"""KAN: the same on both engines, the public pykan's numbers, and what stays when it changes."""

import numpy as np
import pytest

from benchmarks import peers
from nnlib.backend import F, nn, torch
from nnlib.feedforward import kan
from nnlib.feedforward.kan import KAN, KANLayer
from nnlib.testing import parity, using

RNG = np.random.default_rng(0)
INSIDE = torch.from_numpy(RNG.uniform(-1, 1, (200, 3)))
AROUND = RNG.normal(0, 1.5, (40, 3))  # inside the grid and far outside


def model(sizes=(3, 4, 2), wild=1.0, **options):
    """A KAN in float64 with coefficients that bend, its grids fitted to INSIDE."""
    torch.manual_seed(0)
    net = KAN(list(sizes), **options).double()
    net.update_grid(INSIDE)
    with torch.no_grad():
        for layer in net.layers:
            layer.coef += wild * torch.randn(*layer.coef.shape).double() / layer.inputs
    net.update_grid(INSIDE)
    return net


def difference(a, b):
    return float((a - b).detach().abs().max())


# ── what it computes ─────────────────────────────────────────────────────────────────


def test_a_layer_is_a_sum_of_its_edges():
    net = model()
    layer = net.layers[0]
    silu = F.silu(INSIDE)
    for j in range(4):
        total = 0
        for i in range(3):
            phi = net.edge(0, j, i)(INSIDE[:, i])
            assert difference(phi, layer.edges(INSIDE)[:, j, i]) < 1e-14
            total = total + phi
        assert difference(total, layer(INSIDE)[:, j]) < 1e-14
    with torch.no_grad():
        layer.coef.zero_()
    assert difference(layer(INSIDE), silu @ layer.base.T) < 1e-15


def test_edges_of_all_layers():
    net = model()
    first, second = net.edges(INSIDE)
    assert (tuple(first.shape), tuple(second.shape)) == ((200, 4, 3), (200, 2, 4))
    assert difference(second.sum(-1), net(INSIDE)) < 1e-14
    assert net.sizes == [3, 4, 2]


def test_off_the_grid_only_the_base_stays():
    layer = KANLayer(3, 2)
    far = torch.tensor([[-9.0, 9.0, 5.0]])
    assert layer(far).tolist() == F.linear(F.silu(far), layer.base).tolist()
    assert layer(far / 9).tolist() != F.linear(F.silu(far / 9), layer.base).tolist()


def test_more_axes_of_examples():
    net, x = model(), INSIDE[:12]
    assert difference(net(x.reshape(3, 4, 3)).reshape(12, 2), net(x)) < 1e-15


def test_the_start():
    torch.manual_seed(0)
    layer = KANLayer(100, 100, grid=8)
    assert float(layer.coef.detach().std()) == pytest.approx(0.01, rel=0.02)  # 0.1 / √100
    bound = (6 / 200) ** 0.5
    assert float(layer.base.detach().abs().max()) == pytest.approx(bound, rel=0.01)
    assert tuple(layer.knots.shape) == (8 + 2 * 3 + 1, 100)
    assert sum(p.numel() for p in KAN([8, 16, 1], grid=8).parameters()) == 144 * 12


# ── the same on both engines ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("degree", (0, 1, 2, 3))
def test_both_engines_agree(degree):
    def build(e):
        return e.load("nnlib.feedforward.kan").KAN([3, 4, 2], grid=6, degree=degree)

    parity(build, AROUND, rtol=1e-9)
    parity(build, AROUND.astype(np.float32))


def test_both_engines_agree_on_moved_and_refined_grids():
    def build(e):
        net = e.load("nnlib.feedforward.kan").KAN([3, 4, 2])
        x = e.torch.from_numpy(AROUND.astype(np.float32))
        net.update_grid(x)
        net.refine(12)
        return net

    parity(build, AROUND, rtol=1e-9)
    parity(build, AROUND.astype(np.float32))


def test_both_engines_move_refine_and_prune_alike():
    state = {k: v.detach().numpy() for k, v in model(wild=0.3).state_dict().items()}
    outputs = []
    for name in ("torch", "numpy"):
        e = using(name)
        net = e.load("nnlib.feedforward.kan").KAN([3, 4, 2]).double()
        net.load_state_dict({k: e.torch.from_numpy(v) for k, v in state.items()})
        x = e.torch.from_numpy(AROUND)
        net.update_grid(x)
        net.refine(12)
        net.refine(7)
        small = net.prune(x, 0.5)
        outputs.append([y.detach().numpy() for y in (net(x), small(x), net.penalty(x))])
    for ours, theirs in zip(*outputs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


# ── the public implementation ────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pykan():
    return pytest.importorskip("kan")


def test_basis_and_layer_are_pykans(pykan):
    if torch.__name__ != "torch":
        pytest.skip("pykan is PyTorch's")
    layer = model().layers[0]
    theirs = pykan.KANLayer(3, 4).double()
    peers.give(layer, theirs)
    x, z = (torch.from_numpy(AROUND).requires_grad_() for _ in range(2))
    hills = pykan.spline.B_batch(x.detach(), theirs.grid, k=3)
    ours = kan.splines.basis(x.detach(), layer.knots, 3)
    assert difference(hills.permute(0, 2, 1), ours) < 1e-10
    (layer(x) ** 2).sum().backward()
    (theirs(z)[0] ** 2).sum().backward()
    assert difference(layer(x), theirs(z)[0]) < 1e-10
    assert difference(x.grad, z.grad) < 1e-10
    assert difference(layer.base.grad, theirs.scale_base.grad.T) < 1e-10
    assert difference(layer.coef.grad, theirs.coef.grad.permute(1, 2, 0)) < 1e-10


def test_network_is_pykans(pykan):
    if torch.__name__ != "torch":
        pytest.skip("pykan is PyTorch's")
    net = model()
    net.layers[0].mask[1, 2] = 0
    theirs = peers.pykan(net)
    x, z = (torch.from_numpy(AROUND).requires_grad_() for _ in range(2))
    y, w = net(x), theirs(z)
    assert difference(y, w) < 1e-10
    (y**2).sum().backward()
    (w**2).sum().backward()
    assert difference(x.grad, z.grad) < 1e-10
    for ours, layer in zip(net.layers, theirs.act_fun, strict=True):
        assert difference(ours.base.grad, layer.scale_base.grad.T) < 1e-10
        assert difference(ours.coef.grad, layer.coef.grad.permute(1, 2, 0)) < 1e-10


# ── what stays when it changes ───────────────────────────────────────────────────────


@pytest.mark.parametrize("degree", (1, 2, 3))
@pytest.mark.parametrize("times", (2, 3))
def test_refining_keeps_the_function(degree, times):
    net = model(degree=degree)
    before, edges = net(INSIDE), net.edges(INSIDE)
    net.refine(5 * times)
    assert net.layers[0].coef.shape[1] == 5 * times + degree
    assert difference(net(INSIDE), before) < 1e-12
    for now, then in zip(net.edges(INSIDE), edges, strict=True):
        assert difference(now, then) < 1e-12


def test_refining_to_other_knots_comes_near():
    """7 is no multiple of 5: the error falls as knots are added, and exactness is not claimed."""
    errors = []
    for grid in (7, 13, 52):
        net = model((3, 1))
        before = net(INSIDE)
        net.refine(grid)
        errors.append(difference(net(INSIDE), before) / float(before.detach().std()))
    assert 1e-4 < errors[0] < 0.5
    assert errors[0] > errors[1] > errors[2]


def test_a_refined_model_goes_on_learning_from_where_it_was():
    target = INSIDE.prod(1, keepdim=True)
    net = model((3, 3, 1))

    def train(steps):
        optimizer, losses = torch.optim.Adam(net.parameters(), lr=0.03), []
        for _ in range(steps):
            loss = F.mse_loss(net(INSIDE), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    coarse = train(30)
    net.update_grid(INSIDE)
    net.refine(10)
    fine = train(30)
    assert fine[0] < 1.5 * coarse[-1] < 0.5 * coarse[0]
    assert fine[-1] < coarse[-1]


def test_a_moved_grid_keeps_a_function_that_it_can_hold():
    """Straight lines are splines on every grid, so moving the grid changes nothing at the data."""
    net = KAN([3, 2]).double()
    net.update_grid(INSIDE)
    layer = net.layers[0]
    line = torch.stack([INSIDE, 1 - 2 * INSIDE], 1)
    with torch.no_grad():
        layer.coef.copy_(kan.splines.fit(INSIDE, line, layer.knots, 3))
    before = net(INSIDE)
    some = INSIDE[:50]
    net.update_grid(some)
    assert difference(net(some), before[:50]) < 1e-12
    low, high = layer.grid[0], layer.grid[-1]
    assert (low.numpy() == some.numpy().min(0)).all()
    assert (high.numpy() == some.numpy().max(0)).all()


def test_a_moved_grid_comes_near_where_it_cannot_hold_the_function():
    net = model(wild=0.3, grid=10)
    skewed = INSIDE**3
    before = net(skewed)
    net.update_grid(skewed)
    error = float((((net(skewed) - before) ** 2).mean() / before.var()).detach())
    assert 0 < error < 0.05
    counts = np.histogram(skewed[:, 0].numpy(), net.layers[0].grid[:, 0].numpy())[0]
    assert counts.min() > 0.5 * counts.max()  # the data share the intervals, nearly


def test_grids_of_real_columns():
    """Two values, one value, a heavy tail: grids ascend, outputs stay finite."""
    x = np.stack([RNG.integers(0, 2, 100), np.ones(100), RNG.standard_cauchy(100)], 1)
    for dtype in (torch.float32, torch.float64):
        net = KAN([3, 4, 1]).to(dtype)
        net.update_grid(torch.from_numpy(x).to(dtype))
        assert all(bool((layer.knots[1:] > layer.knots[:-1]).all()) for layer in net.layers)
        assert bool(torch.isfinite(net(torch.from_numpy(x).to(dtype))).all())


# ── few edges ────────────────────────────────────────────────────────────────────────


def test_penalty_by_hand():
    """Two edges |φ| = 3 and 1 on average: sum 4, shares ¾ and ¼, entropy 0.5623."""
    net = KAN([2, 1]).double()
    layer, x = net.layers[0], torch.zeros(5, 2).double()
    with torch.no_grad():
        layer.base.zero_()
        layer.coef[0, :, 0], layer.coef[0, :, 1] = 3.0, -1.0
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert float(net.penalty(x).detach()) == pytest.approx(4 + entropy)
    assert float(net.penalty(x, entropy=0.0).detach()) == pytest.approx(4)


def test_penalty_has_gradients_on_both_engines():
    def build(e):
        net = e.load("nnlib.feedforward.kan").KAN([3, 4, 2])

        class Penalty(e.nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net

            def forward(self, x):
                return self.net.penalty(x)

        return Penalty()

    parity(build, AROUND, rtol=1e-9)


def test_pruning_what_is_constant_keeps_the_function():
    net = model((3, 4, 2), grid=6)
    first, second = net.layers
    with torch.no_grad():
        first.base[:, 2] = 0  # input 2 adds a constant to each unit: 0.3
        first.coef[:, :, 2] = 0.3
        second.base[:, 1] = 0  # unit 1 is not heard
        second.coef[:, :, 1] = 0
    small = net.prune(INSIDE, threshold=1e-6)
    assert small.sizes == [3, 3, 2]
    assert small.layers[0].mask.tolist() == [[1, 1, 0]] * 3
    assert difference(small(INSIDE), net(INSIDE)) < 1e-12
    other = torch.from_numpy(RNG.uniform(-0.9, 0.9, (50, 3)))
    assert difference(small(other), net(other)) < 1e-12
    loss = (small(INSIDE) ** 2).sum()
    loss.backward()
    assert float(small.layers[0].coef.grad[:, :, 2].abs().max()) == 0  # it stays out


def test_a_pruned_edges_mean_fades_off_the_grid():
    net = model((3, 1))
    with torch.no_grad():
        net.layers[0].base[:, 2], net.layers[0].coef[:, :, 2] = 0, 0.3
    small, off = net.prune(INSIDE, 0.01), torch.tensor([[9.0, 9.0, 0.0]]).double()
    assert small.layers[0].mask.tolist() == [[1, 1, 0]]
    assert difference(small(INSIDE), net(INSIDE)) < 1e-12
    assert float((net(off) - small(off)).detach()) == pytest.approx(0.3)


def test_pruning_costs_what_was_dropped():
    net = model((3, 4, 2))
    dropped = [difference(net.prune(INSIDE, t)(INSIDE), net(INSIDE)) for t in (0.0, 0.2, 0.5, 1.0)]
    assert dropped[0] < 1e-14
    assert 0 < dropped[1] < dropped[3]
    tiny = net.prune(INSIDE, 1.0)
    assert tiny.sizes[0] == 3 and tiny.sizes[-1] == 2
    assert float(tiny.layers[-1].mask.sum(1).min()) >= 1  # every output keeps one edge


def test_a_training_with_penalty_finds_the_useless_input():
    x = INSIDE
    y = torch.sin(np.pi * x[:, :1]) + x[:, 1:2] ** 2  # the third input says nothing
    torch.manual_seed(0)
    net = KAN([3, 1]).double()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(200):
        loss = F.mse_loss(net(x), y) + 0.01 * net.penalty(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert net.prune(x).layers[0].mask.tolist() == [[1, 1, 0]]


# ── saving, errors, the catalog ──────────────────────────────────────────────────────


def test_a_refined_model_loads_into_one_of_its_grid():
    net = model()
    net.refine(10)
    other = KAN([3, 4, 2], grid=10).double()
    other.load_state_dict(net.state_dict())
    assert difference(other(INSIDE), net(INSIDE)) == 0
    with pytest.raises(RuntimeError, match="coef"):
        KAN([3, 4, 2], grid=5).double().load_state_dict(net.state_dict())


def test_a_moved_grid_stays_with_its_optimizer_a_refined_one_does_not():
    net = model()
    before = net.layers[0].coef
    net.update_grid(INSIDE[:100])
    assert net.layers[0].coef is before
    net.refine(10)
    assert net.layers[0].coef is not before
    assert isinstance(net.layers[0].coef, nn.Parameter)


def test_what_is_told_wrong_is_named():
    for options, message in (
        ({"sizes": [3]}, "sizes: expected at least inputs and outputs"),
        ({"sizes": 3}, "sizes: expected at least inputs and outputs"),
        ({"sizes": [3, 0]}, "sizes: expected a whole number of at least 1, got 0"),
        ({"sizes": [3, True]}, "sizes: expected a whole number of at least 1, got True"),
        ({"sizes": "31"}, "sizes: expected a whole number of at least 1, got '3'"),
        ({"sizes": [3, 1], "grid": 0}, "grid: expected a whole number"),
        ({"sizes": [3, 1], "degree": -1}, "degree: expected a whole number"),
        ({"sizes": [3, 1], "domain": (1, 1)}, "domain: expected"),
        ({"sizes": [3, 1], "domain": (0, np.inf)}, "domain: expected finite"),
        ({"sizes": [3, 1], "domain": (np.nan, 1)}, "domain: expected finite"),
    ):
        with pytest.raises(ValueError, match=message):
            KAN(**options)
    net = KAN([3, 1])
    with pytest.raises(ValueError, match=r"x: expected shape \(…, 3\), got \(5, 2\)"):
        net(torch.zeros(5, 2))
    with pytest.raises(ValueError, match=r"x: expected shape \(…, 3\), got \(\)"):
        net(torch.tensor(1.0))
    with pytest.raises(ValueError, match="grid: expected a whole number"):
        net.refine(2.5)


def test_sizes_are_any_whole_numbers():
    for sizes in ((3, 4, 2), np.array([3, 4, 2]), (n for n in (3, 4, 2)), range(3, 1, -1)):
        net = KAN(sizes, grid=np.int64(6), degree=np.uint8(2))
        assert net.sizes[0] == 3 and net.sizes[-1] == 2
        assert all(type(n) is int for n in [*net.sizes, net.layers[0].degree])
        assert net.layers[0].coef.shape[1] == 8


@pytest.mark.parametrize("method", ("update_grid", "penalty", "prune"))
def test_data_that_are_no_table_are_refused_and_change_nothing(method):
    net = KAN([1, 4, 1])
    before = {name: value.clone() for name, value in net.state_dict().items()}
    hole = torch.zeros(40, 1)
    hole[7, 0] = float("nan")
    for x, message in (
        (torch.rand(40, 3), r"x: expected shape \(B, 1\) with B ≥ 1, got \(40, 3\)"),
        (torch.rand(40), r"x: expected shape \(B, 1\) with B ≥ 1, got \(40,\)"),
        (torch.rand(2, 40, 1), r"x: expected shape \(B, 1\)"),
        (torch.rand(0, 1), r"x: expected shape \(B, 1\) with B ≥ 1, got \(0, 1\)"),
        (hole, "x: column 0 has NaN or infinite values"),
        (1 / torch.zeros(40, 1), "x: column 0 has NaN or infinite values"),
    ):
        with pytest.raises(ValueError, match=message):
            getattr(net, method)(x)
    hole = torch.zeros(40, 3)
    hole[7, 2] = float("inf")
    with pytest.raises(ValueError, match="x: column 2 has NaN or infinite values"):
        getattr(KAN([3, 1]), method)(hole)
    for name, value in net.state_dict().items():
        assert value.tolist() == before[name].tolist()


def test_a_grid_that_cannot_be_moved_stays():
    net, x = KAN([1, 4, 1]), torch.linspace(-2, 2, 40).unsqueeze(1)
    before = [layer.knots.tolist() for layer in net.layers]
    for uniform in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=r"uniform: expected a number in \[0, 1\], got"):
            net.update_grid(x, uniform)
    if torch.__name__ == "torch":  # nnlib.engine computes in the wider of two dtypes
        with pytest.raises(RuntimeError, match="dtype"):
            net.update_grid(x.double())
    assert [layer.knots.tolist() for layer in net.layers] == before


def test_thresholds_are_not_negative():
    for threshold in (-1e-9, float("nan")):
        with pytest.raises(ValueError, match="threshold: expected a number of at least 0, got"):
            model().prune(INSIDE, threshold)


def test_a_frozen_layer_stays_frozen():
    net = model()
    net.layers[0].coef.requires_grad_(False)
    net.refine(10)
    net.update_grid(INSIDE)
    assert [layer.coef.requires_grad for layer in net.layers] == [False, True]


def test_edges_that_are_not_there_are_named():
    net = model()
    for at, message in (
        ((2, 0, 0), "layer: expected a whole number from 0 to 1, got 2"),
        ((0, 4, 0), "j: expected a whole number from 0 to 3, got 4"),
        ((0, 1.5, 0), "j: expected a whole number from 0 to 3, got 1.5"),
        ((0, 0, -1), "i: expected a whole number from 0 to 2, got -1"),
        ((1, 0, 4), "i: expected a whole number from 0 to 3, got 4"),
    ):
        with pytest.raises(ValueError, match=message):
            net.edge(*at)


def test_the_example_grows_in_its_batch():
    net, (x,) = kan.example()
    assert tuple(net(x).shape) == (4, 2)
    assert tuple(kan.example(3)[1][0].shape) == (12, 3)
