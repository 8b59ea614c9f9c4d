r"""TabNet: for tables; it chooses anew, row by row and step by step, which columns to read.

What it assumes: few columns matter for any one row, which ones may differ from row to row, and
each column means something by itself: the masks are bound to the axes. What that buys: columns
that carry nothing can be shut out of what is worked on, and the masks show what was let in. They
do not show what the choice depended on: a₀, which asks for the first mask, is made from the whole
row. Nor what caused the answer: of two columns that carry the same, either may be read.

    x ← BatchNorm(x)      P₀ = 1      (·, a₀) = Transform₀(x)
    step i = 1 … S:   Mᵢ = sparsemax(Pᵢ₋₁ ⊙ GBN(Uᵢ aᵢ₋₁))        what to read; each row sums to 1
                      (dᵢ, aᵢ) = Transformᵢ(Mᵢ ⊙ x)             one half decides, one attends
                      Pᵢ = Pᵢ₋₁ ⊙ (γ − Mᵢ)                      how much each column has left
    logits = W Σᵢ ReLU(dᵢ)

    Transform:   h₁ = Block₁(x)      hₗ = √½ (hₗ₋₁ + Blockₗ(hₗ₋₁))
    Block:       GLU(GBN(V h))       with GLU(u, v) = u ⊙ σ(v)

The matrices V of the first `shared` blocks belong to all transformers, those of the `own` blocks
after them to one. GBN normalizes each part of the batch by itself: `GhostBatchNorm`.

Letters: B examples (rows), n inputs (columns), S steps, D width, K outputs; M and P are (B, n),
a and d (B, D), h (B, 2D), V (4D, n) in the first block and (4D, 2D) after it, U (n, D), W (K, D).
Time: O(B · (S(nD + D²) + DK)). Memory: O(S(nD + D²) + DK + B · S(n + D)), of which the last
term is kept for the backward pass, the others are weights.

The masks' mean entropy, `sparsity` = −1/(BS) Σ M log(M + 10⁻¹⁵), is 0 when each mask reads one
column. With a small weight λ it joins the loss:

    nnlib.fit(model, data, loss=lambda z, y: F.cross_entropy(z, y) + 1e-3 * model.sparsity)

Sources: Arık & Pfister (2019), arXiv 1908.07442 (AAAI 2021), fig. 4 and the section on the
architecture; ghost batch norm: Hoffer, Hubara & Soudry (2017), arXiv 1705.08741, algorithm 1.
Where this departs from the paper, or settles what it leaves open: d and a have one width; blocks
that share V have each their own GBN, as in the authors' code and in pytorch-tabnet; a batch need
not be a multiple of `virtual_batch`; category columns get no embeddings; there is no decoder for
pretraining. The paper says that γ = 1 forces a column to be used at one step only. It forces the
column's score to 0, and 0 can still win where the other scores are negative.
"""

import math

from nnlib.backend import F, nn, torch
from nnlib.checks import whole
from nnlib.feedforward.sparsemax import sparsemax


class GhostBatchNorm(nn.Module):
    """Batch norm in which every `virtual_batch` rows are a batch of their own: (B, n) → (B, n).

    While training, the rows are cut in order into ⌈B / virtual_batch⌉ chunks of one size; the last
    may be smaller. Each gets mean 0 and variance 1 by its own statistics, then the learned scale
    and shift. One row left over joins the chunk before it, since alone it has no variance; a batch
    of one row is a ValueError. The running statistics move once for each chunk,
    running ← (1 − momentum) · running + momentum · chunk's, variances unbiased; evaluation uses
    them. With one chunk it is `nn.BatchNorm1d`.
    """

    def __init__(self, features, virtual_batch=128, momentum=0.02, eps=1e-5):
        super().__init__()
        if not 0 < momentum <= 1:
            raise ValueError(f"momentum: expected a number in (0, 1], got {momentum}")
        self.virtual_batch = whole("virtual_batch", virtual_batch, 2)
        self.momentum, self.eps = momentum, eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, x):
        if not self.training:
            return F.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
        B = len(x)
        if B < 2:
            raise ValueError(f"x: training needs at least 2 rows to normalize by, got {B}")
        rows = math.ceil(B / math.ceil(B / self.virtual_batch))
        chunks, left = divmod(B, rows)
        if left == 1:
            chunks, left = chunks - 1, rows + 1
        parts = []
        if chunks:
            parts.append(self._normalize(x[: B - left], chunks))
        if left:
            parts.append(self._normalize(x[B - left :], 1))
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _normalize(self, x, chunks):
        """x: chunks of equal size. Side by side, as columns, one batch norm serves them all."""
        B, D = x.shape
        columns = x.reshape(chunks, -1, D).transpose(0, 1).reshape(-1, chunks * D)
        mean = torch.zeros(chunks * D, dtype=self.running_mean.dtype, device=x.device)
        var = torch.zeros_like(mean)
        weight, bias = self.weight.repeat(chunks), self.bias.repeat(chunks)
        y = F.batch_norm(columns, mean, var, weight, bias, True, momentum=1.0, eps=self.eps)
        self._follow(mean.reshape(chunks, D), var.reshape(chunks, D))
        return y.reshape(-1, chunks, D).transpose(0, 1).reshape(B, D)

    @torch.no_grad()
    def _follow(self, mean, var):
        """Move the running statistics to those of the chunks (chunks, D), one after the other."""
        keep = 1 - self.momentum
        later = torch.arange(len(mean) - 1, -1, -1, dtype=mean.dtype, device=mean.device)
        share = self.momentum * keep**later
        for running, now in ((self.running_mean, mean), (self.running_var, var)):
            running.mul_(keep ** len(mean)).add_(share @ now)


class Block(nn.Module):
    """GLU(GBN(V h)): h (B, …) → (B, 2D). The layer that holds V may be shared with other blocks."""

    def __init__(self, linear, virtual_batch, momentum):
        super().__init__()
        self.linear = linear
        self.norm = GhostBatchNorm(linear.out_features, virtual_batch, momentum)

    def forward(self, h):
        return F.glu(self.norm(self.linear(h)))


class FeatureTransformer(nn.Module):
    """Blocks in a row, with shortcuts scaled to keep the variance: x (B, n) → (B, 2D).

    linears: their layers without bias, n → 4D the first, 2D → 4D the others.
    """

    def __init__(self, linears, virtual_batch=128, momentum=0.02):
        super().__init__()
        self.blocks = nn.ModuleList(Block(linear, virtual_batch, momentum) for linear in linears)

    def forward(self, x):
        first, *others = self.blocks
        h = first(x)
        for block in others:
            h = (h + block(h)) * 0.5**0.5
        return h


class AttentiveTransformer(nn.Module):
    """What to read next: a (B, D), and what each column has left, prior (B, n) → a mask (B, n)."""

    def __init__(self, width, inputs, virtual_batch=128, momentum=0.02):
        super().__init__()
        self.linear = nn.Linear(width, inputs, bias=False)
        self.norm = GhostBatchNorm(inputs, virtual_batch, momentum)

    def forward(self, a, prior):
        return sparsemax(prior * self.norm(self.linear(a)))


class TabNet(nn.Module):
    """x (B, inputs) → logits (B, outputs), by way of a sparse mask over the inputs a step.

    width: of d and of a, each; 8 to 128 in the paper. steps: 3 to 10 there.
    relaxation: γ ≥ 1; the larger, the more often a column may be read.
    shared, own: blocks of a feature transformer whose matrices are common to all, and its own.
    virtual_batch, momentum: of `GhostBatchNorm`; momentum weights the new value, as in PyTorch.

    What was read: `masks(x)`, step by step; `explain(x)`, together, for each row;
    `importance(x)`, over all rows. `sparsity` is a term for the loss.
    ValueError for settings and inputs that do not fit.
    """

    def __init__(self, inputs, outputs, width=16, steps=3, relaxation=1.3, shared=2, own=2,
                 virtual_batch=128, momentum=0.02):  # fmt: skip
        super().__init__()
        _check(inputs, outputs, width, steps, relaxation, shared, own)

        def linear(i):
            return nn.Linear(2 * width if i else inputs, 4 * width, bias=False)

        common = [linear(i) for i in range(shared)]

        def transformer():
            linears = common + [linear(i) for i in range(shared, shared + own)]
            return FeatureTransformer(linears, virtual_batch, momentum)

        self.inputs, self.relaxation = inputs, relaxation
        self.norm = nn.BatchNorm1d(inputs, momentum=momentum)
        self.start = transformer()
        self.attend = nn.ModuleList(
            AttentiveTransformer(width, inputs, virtual_batch, momentum) for _ in range(steps)
        )
        self.transform = nn.ModuleList(transformer() for _ in range(steps))
        self.out = nn.Linear(width, outputs, bias=False)
        self._masks = []  # those of the last forward pass

    def forward(self, x):
        masks, total = [], 0
        for mask, decision in self.read(x):
            masks.append(mask)
            total = total + decision
        self._masks = masks
        return self.out(total)

    def read(self, x):
        """Step by step: the mask Mᵢ (B, inputs) and what it led to, ReLU(dᵢ) (B, width)."""
        if x.ndim != 2 or x.shape[1] != self.inputs:
            raise ValueError(f"x: expected shape (B, {self.inputs}), got {tuple(x.shape)}")
        if self.training and len(x) < 2:
            raise ValueError(
                f"x: training needs at least 2 rows to normalize by, got {len(x)}; "
                "choose a batch size that leaves no single row at the end"
            )
        x = self.norm(x)
        prior = torch.ones_like(x)
        _, a = self.start(x).chunk(2, dim=1)
        for attend, transform in zip(self.attend, self.transform, strict=True):
            mask = attend(a, prior)
            d, a = transform(mask * x).chunk(2, dim=1)
            yield mask, F.relu(d)
            prior = prior * (self.relaxation - mask)

    @property
    def sparsity(self):
        """The mean entropy of the last forward pass's masks, in nats: 0 to log(inputs)."""
        if not self._masks:
            raise RuntimeError("sparsity: it is that of the last forward pass, and there was none")
        total = sum((mask * (mask + 1e-15).log()).sum() for mask in self._masks)
        return -total / (len(self._masks[0]) * len(self._masks))

    def masks(self, x):
        """What each step reads, in evaluation mode: x (B, inputs) → (B, steps, inputs)."""
        return self._steps(x)[0]

    def explain(self, x):
        """The share of each input in what is read for a row: (B, inputs), rows sum to 1.

        Steps count by what they decide, ηᵢ = Σ ReLU(dᵢ): Σᵢ ηᵢ Mᵢ / Σᵢ ηᵢ. A row for which all η
        are 0 gets zeros: nothing that was read for it reaches the logits.
        """
        masks, decisions = self._steps(x)
        eta = decisions.sum(-1, keepdim=True)
        return (eta * masks).sum(1) / eta.sum(1).clamp(min=1e-15)

    def importance(self, x):
        """The share of each input over all rows of x: (inputs,)."""
        return self.explain(x).mean(0)

    @torch.no_grad()
    def _steps(self, x):
        """All that `read` gives in evaluation mode: masks (B, S, n) and decisions (B, S, D)."""
        modes = [(module, module.training) for module in self.modules()]
        self.eval()
        try:
            masks, decisions = zip(*self.read(x), strict=True)
        finally:
            for module, mode in modes:
                module.training = mode
        return torch.stack(masks, 1), torch.stack(decisions, 1)

    def __getstate__(self):
        """Without the last masks, which belong to a tape that can be neither copied nor saved."""
        return {**self.__dict__, "_masks": []}


def example(size=1):
    """A small model, and a batch of 12 · size rows in ghost batches of at most 5."""
    torch.manual_seed(0)
    return TabNet(6, 3, width=4, steps=2, virtual_batch=5), (torch.randn(12 * size, 6),)


def _check(inputs, outputs, width, steps, relaxation, shared, own):
    for name, count in (
        ("inputs", inputs),
        ("outputs", outputs),
        ("width", width),
        ("steps", steps),
    ):
        whole(name, count)
    if whole("shared", shared, 0) + whole("own", own, 0) == 0:
        raise ValueError("own: expected at least 1 block where shared is 0, got 0")
    if not 1 <= relaxation < math.inf:
        raise ValueError(f"relaxation: expected a number of at least 1, got {relaxation}")
