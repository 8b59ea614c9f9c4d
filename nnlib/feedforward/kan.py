"""KAN, the Kolmogorov–Arnold network: a learned function on every edge; the units only add.

What it assumes: the target is a composition of sums of smooth functions of one variable each, along
the inputs' own axes. Many formulas with few terms are; then few units suffice, and each edge can be
looked at and named. Rotate the inputs, and the advantage is gone.

    y_j = Σ_i φ_ji(x_i)                                        a layer; no bias, splines hold one
    φ_ji(x) = w_ji · silu(x) + Σ_q c_jqi B_qi(x)               an edge

The B_qi are B-splines on a grid (splines.py). Past its ends they fade, and only w · silu stays, so
call `update_grid(x)` on data before training unless it lies in `domain`, and now and then during
it: hidden values move while the network learns, and may leave their grids. A theorem of Kolmogorov
(1957) says that two such layers represent any continuous function of a box; its inner functions may
be too wild to learn, so it promises nothing here.

Letters: B examples, n inputs, m outputs of a layer, G intervals, k degree, K = G + k.
Time: O(B · n(m + k)(G + k)) a layer. Memory: O(nm(G + k)) weights, O(B · nk(G + k)) kept for the
backward pass. Of an MLP of the same widths that is G + k times the weights, k(G + k) times the kept
values, (1 + k/m)(G + k) times the multiplications.

Source: Liu et al. (2024), arXiv 2404.19756: edge eq. 2.10–2.12, refining eq. 2.16, penalty eq.
2.17–2.20, pruning eq. 2.21. Departures: c has absorbed the paper's separate scale of the spline; c
starts with standard deviation 0.1 / √n; an edge's importance is how much it varies, not its mean
size; edges are pruned one by one, not only whole units, and what a pruned edge had as its mean is
handed on.
"""

from collections.abc import Iterable
from itertools import pairwise
from math import inf, sqrt

from nnlib.backend import F, nn, torch
from nnlib.checks import last_axis, whole
from nnlib.feedforward import splines


class KANLayer(nn.Module):
    """x (…, inputs) → (…, outputs), each output a sum of functions of single inputs.

    Parameters base (m, n) and coef (m, K, n); buffers knots (G + 2k + 1, n), a column an input, and
    mask (m, n), 0 for pruned edges. Arguments as in `KAN`.
    """

    def __init__(self, inputs, outputs, grid=5, degree=3, domain=(-1.0, 1.0)):
        super().__init__()
        inputs, outputs = whole("inputs", inputs), whole("outputs", outputs)
        grid, degree = whole("grid", grid), whole("degree", degree, 0)
        if len(domain) != 2 or not -inf < domain[0] < domain[1] < inf:
            raise ValueError(f"domain: expected finite (low, high) with low < high, got {domain}")
        self.inputs, self.outputs, self.degree = inputs, outputs, degree
        even = torch.linspace(*domain, grid + 1).unsqueeze(1).repeat(1, inputs)
        self.register_buffer("knots", splines.extend(even, degree))
        self.register_buffer("mask", torch.ones(outputs, inputs))
        self.base = nn.Parameter(torch.empty(outputs, inputs))
        self.coef = nn.Parameter(torch.empty(outputs, grid + degree, inputs))
        nn.init.xavier_uniform_(self.base)
        nn.init.normal_(self.coef, std=0.1 / sqrt(inputs))

    @property
    def grid(self):
        """The knots without those that extend them: (G + 1, n)."""
        return splines.inner(self.knots, self.degree)

    def forward(self, x):
        last_axis("x", x, self.inputs)
        hills = splines.basis(x, self.knots, self.degree)
        coef = self.coef * self.mask.unsqueeze(1)
        spline = F.linear(hills.flatten(-2), coef.flatten(-2))  # all edges in one product
        return spline + F.linear(F.silu(x), self.base * self.mask)

    def edges(self, x):
        """Every edge by itself: x (…, n) → φ (…, m, n); `forward` is its sum over the inputs."""
        last_axis("x", x, self.inputs)
        spline = splines.curve(x, self.knots, self.coef, self.degree)
        return self.mask * (self.base * F.silu(x).unsqueeze(-2) + spline)

    def regrid(self, grid, x):
        """Move to another grid (G′ + 1, n); splines keep, as well as they can, their values at x.

        Where G′ ≠ G, coef is a new parameter, of another shape: then make a new optimizer.
        """
        with torch.no_grad():
            knots = splines.extend(grid, self.degree).to(self.knots.dtype)  # rounded once, then fit
            old = [t.cpu().double() for t in (self.knots, self.coef)]
            y = splines.curve(x.detach().cpu().double(), *old, self.degree)
            coef = splines.fit(x.detach().cpu(), y, knots, self.degree)
            coef = coef.to(self.coef.dtype).to(self.coef.device)
            if coef.shape == self.coef.shape:
                self.coef.copy_(coef)
            else:
                self.coef = nn.Parameter(coef, requires_grad=self.coef.requires_grad)
            self.knots = knots.to(self.coef.device)


class KAN(nn.Module):
    """x (…, sizes[0]) → (…, sizes[-1]), with sizes[1:-1] hidden units: `KAN([2, 5, 1])`.

    grid: intervals of each spline's grid; more of them follow finer detail.
    degree: 3 is smooth up to the second derivative, 1 a chain of straight lines, 0 steps.
    domain: where the grid lies before `update_grid` was called.
    ValueError for sizes and grids that are none. float32 or float64; float16 is not supported.
    A refined model's state dict loads into a KAN that is built with the refined grid.
    """

    def __init__(self, sizes, grid=5, degree=3, domain=(-1.0, 1.0)):
        super().__init__()
        sizes = list(sizes) if isinstance(sizes, Iterable) else [sizes]
        if len(sizes) < 2:
            raise ValueError(f"sizes: expected at least inputs and outputs, got {sizes}")
        sizes = [whole("sizes", n) for n in sizes]
        self.layers = nn.ModuleList(
            KANLayer(n, m, grid, degree, domain) for n, m in pairwise(sizes)
        )

    @property
    def sizes(self):
        """Inputs, hidden units, outputs."""
        return [self.layers[0].inputs, *(layer.outputs for layer in self.layers)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def edges(self, x):
        """The values of all edges, layer by layer: [φ (…, sizes[1], sizes[0]), …]."""
        values = []
        for layer in self.layers:
            values.append(layer.edges(x))
            x = values[-1].sum(-1)
        return values

    def edge(self, layer, j, i):
        """The function from unit i of a layer's inputs to its output j: x (N,) → φ_ji(x) (N,)."""
        at = self.layers[_place("layer", layer, len(self.layers))]
        j, i = _place("j", j, at.outputs), _place("i", i, at.inputs)

        def phi(x):
            hills = splines.basis(x.unsqueeze(-1), at.knots[:, i : i + 1], at.degree).squeeze(-1)
            return at.mask[j, i] * (at.base[j, i] * F.silu(x) + hills @ at.coef[j, :, i])

        return phi

    def update_grid(self, x, uniform=0.02):
        """Let the grids follow data x (B, n): in each layer, knots at the quantiles of its inputs.

        uniform: the share of an equidistant grid that is mixed in. On x the function stays, up to
        the error of a least-squares fit on the new knots. Hidden values move while the network
        learns, so call it again now and then during training, as pykan does.
        """
        self._check(x)
        with torch.no_grad():
            self(x)  # what cannot be computed is refused before anything has changed
        for layer in self.layers:
            grid = splines.quantile_grid(x, len(layer.grid) - 1, uniform)
            layer.regrid(grid, x)
            with torch.no_grad():
                x = layer(x)

    def refine(self, grid):
        """Give every spline `grid` intervals over the same stretch, when training has settled.

        Inside the grids the function stays: exactly, if the new number is a multiple of the old,
        else as the nearest spline by least squares. Make a new optimizer afterwards.
        """
        whole("grid", grid)
        for layer in self.layers:
            finer = splines.finer_grid(layer.grid, grid)
            layer.regrid(finer, splines.places(finer, layer.degree + 2))

    def penalty(self, x, entropy=1.0):
        """What to add to the loss, times a small factor, so that few edges do the work.

        An edge's size is the mean of |φ| over x (B, n). A layer pays the sum of its sizes, and
        `entropy` times the entropy −Σ p log p of each edge's share p of that sum.
        """
        self._check(x)
        total = 0.0
        for phi in self.edges(x):
            size = phi.abs().mean(0)
            p = size / (size.sum() + 1e-12)
            total = total + size.sum() - entropy * (p * (p + 1e-12).log()).sum()
        return total

    def prune(self, x, threshold=0.03):
        """A smaller KAN, without what hardly varies on data x (B, n).

        An edge goes when its standard deviation is below `threshold` times the largest in its
        layer; a hidden unit goes when all that it feeds has gone. A unit that stays keeps its
        strongest edge, and the means of the dropped ones move into its spline, so that inside that
        edge's grid only what varied is lost; off it they fade with the hills. All inputs and
        outputs stay.
        """
        self._check(x)
        if not threshold >= 0:
            raise ValueError(f"threshold: expected a number of at least 0, got {threshold}")
        with torch.no_grad():
            values = self.edges(x)
            needed, kept = list(range(self.sizes[-1])), []
            for phi in reversed(values):
                spread = phi.std(0, unbiased=False)[needed]
                strongest = spread.argmax(1)
                keep = spread >= threshold * spread.max()
                keep[torch.arange(len(needed)), strongest] = True
                mean = (phi.mean(0)[needed] * (~keep)).sum(1)
                kept.insert(0, (needed, keep, strongest, mean))
                needed = [i for i in range(phi.shape[-1]) if bool(keep[:, i].any())]
            sizes = [self.sizes[0], *(len(outputs) for outputs, *_ in kept)]
            first = self.layers[0]
            small = KAN(sizes, len(first.grid) - 1, first.degree).to(first.base.dtype)
            inputs = list(range(self.sizes[0]))
            for old, new, (outputs, keep, strongest, mean) in zip(
                self.layers, small.layers, kept, strict=True
            ):
                new.knots = old.knots[:, inputs].clone()
                new.mask = old.mask[outputs][:, inputs] * keep[:, inputs]
                new.base.copy_(old.base[outputs][:, inputs])
                coef = old.coef[outputs].clone()
                for j, i in enumerate(strongest.tolist()):
                    coef[j, :, i] += mean[j]  # the hills sum to 1
                new.coef.copy_(coef[:, :, inputs])
                inputs = outputs
        return small.to(first.base.device)

    def _check(self, x):
        n = self.layers[0].inputs
        if x.ndim != 2 or x.shape[1] != n or not len(x):
            raise ValueError(f"x: expected shape (B, {n}) with B ≥ 1, got {tuple(x.shape)}")
        for i, finite in enumerate(torch.isfinite(x).all(0).tolist()):
            if not finite:
                raise ValueError(f"x: column {i} has NaN or infinite values, expected finite ones")


def example(size=1):
    """A small model on its grid, and a batch of 4 · size rows for it, some of them off the grid."""
    torch.manual_seed(0)
    return KAN([3, 4, 2]), (torch.randn(4 * size, 3),)


def _place(name, n, size):
    if n not in range(size):
        raise ValueError(f"{name}: expected a whole number from 0 to {size - 1}, got {n!r}")
    return int(n)
