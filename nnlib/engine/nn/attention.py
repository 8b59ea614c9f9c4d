"""Multi-head attention as torch.nn has it: one projection for queries, keys and values."""

from __future__ import annotations

from ..core import Tensor
from ..factories import empty, zeros
from . import functional as F
from . import init
from .layers import Linear
from .module import Module
from .parameter import Parameter


class MultiheadAttention(Module):
    """softmax(Q Kᵀ / √K) V in several heads (Vaswani et al., 2017, section 3.2.2).

    B batch, L queries, S keys, D embed_dim, H heads, K = D / H. Shapes: query (B, L, D), key and
    value (B, S, D) with batch_first, else (L, B, D) and (S, B, D); without B for one example.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        batch_first: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError(
                f"embed_dim: got {embed_dim}, expected a multiple of {num_heads} heads"
            )
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.batch_first = batch_first
        self.in_proj_weight = Parameter(empty(3 * embed_dim, embed_dim, dtype=dtype))
        in_bias = Parameter(zeros(3 * embed_dim, dtype=dtype)) if bias else None
        self.register_parameter("in_proj_bias", in_bias)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, dtype=dtype)
        init.xavier_uniform_(self.in_proj_weight)
        if bias:
            init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """(output, weights averaged over heads, or None). True in a mask means: not to be seen."""
        if is_causal and attn_mask is None:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        single = query.dim() == 2
        if single:
            query, key, value = (x.unsqueeze(0) for x in (query, key, value))
        elif not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        q_BHLK, k_BHSK, v_BHSK = self._project(query, key, value)

        scores_BHLS = q_BHLK @ k_BHSK.transpose(-1, -2) * q_BHLK.shape[-1] ** -0.5
        for mask in (self._spread(attn_mask, query), _over_keys(key_padding_mask, single)):
            if mask is not None:
                boolean = mask.array.dtype.kind == "b"
                scores_BHLS = (
                    scores_BHLS.masked_fill(mask, float("-inf")) if boolean else scores_BHLS + mask
                )
        weights_BHLS = F.dropout(F.softmax(scores_BHLS, -1), self.dropout, self.training)
        y_BLD = (weights_BHLS @ v_BHSK).transpose(1, 2).flatten(2)
        y = self.out_proj(y_BLD)

        if average_attn_weights:
            weights_BHLS = weights_BHLS.mean(1)
        if single:
            y, weights_BHLS = y.squeeze(0), weights_BHLS.squeeze(0)
        elif not self.batch_first:
            y = y.transpose(0, 1)
        return y, weights_BHLS if need_weights else None

    def _project(self, *inputs: Tensor):
        weights = self.in_proj_weight.chunk(3)
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        for x, weight, bias in zip(inputs, weights, biases, strict=True):
            y = F.linear(x, weight, bias)
            yield y.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def _spread(self, mask: Tensor | None, query: Tensor):
        """(L, S) stays; (B·H, L, S) becomes (B, H, L, S)."""
        if mask is None or mask.dim() == 2:
            return mask
        return mask.reshape(query.shape[0], self.num_heads, *mask.shape[1:])


def _over_keys(mask: Tensor | None, single: bool):
    """(B, S), or (S,) for one example, becomes (B, 1, 1, S)."""
    if mask is None:
        return None
    return (mask.unsqueeze(0) if single else mask).unsqueeze(1).unsqueeze(1)
