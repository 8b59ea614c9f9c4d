"""Products of matrices and vectors."""

import numpy as np

from ..core import Tensor, matmul, method, operation, transpose
from ..dtypes import ShapeError, promote


def _expect(name, x, ndim, what):
    if x.array.ndim != ndim:
        raise ShapeError(f"{name}: expected {what}, got shape {x.array.shape}")


@method
def mm(a, b):
    """(n, k) @ (k, m) → (n, m)"""
    _expect("mm", a, 2, "a matrix")
    _expect("mm", b, 2, "a matrix")
    return matmul(a, b)


@method
def mv(a, b):
    """(n, k) @ (k,) → (n,)"""
    _expect("mv", a, 2, "a matrix")
    _expect("mv", b, 1, "a vector")
    return matmul(a, b)


@method
def bmm(a, b):
    """(B, n, k) @ (B, k, m) → (B, n, m)"""
    _expect("bmm", a, 3, "a batch of matrices")
    _expect("bmm", b, 3, "a batch of matrices")
    if len(a.array) != len(b.array):
        raise ShapeError(f"bmm: batches differ, shapes {a.array.shape} and {b.array.shape}")
    return matmul(a, b)


@method
def dot(a, b):
    """Σ aᵢ bᵢ of two vectors."""
    _expect("dot", a, 1, "a vector")
    _expect("dot", b, 1, "a vector")
    return matmul(a, b)


@method
def outer(a, b):
    """(n,), (m,) → (n, m): all products aᵢ bⱼ."""
    _expect("outer", a, 1, "a vector")
    _expect("outer", b, 1, "a vector")
    return a.reshape(-1, 1) * b


@method
def addmm(c, a, b, beta=1, alpha=1):
    """beta · c + alpha · a @ b"""
    return beta * c + alpha * mm(a, b)


def baddbmm(c, a, b, beta=1, alpha=1):
    """beta · c + alpha · a @ b, in batches."""
    return beta * c + alpha * bmm(a, b)


@operation
def _contract(a, b, spec):
    """Two operands in index notation; no index repeats within one, none is in the result alone."""
    inputs, out = spec.split("->")
    left, right = inputs.split(",")
    a, b = promote(a, b)

    def rule(g, other, other_indices, mine, array):
        # An index that only this operand has was summed: its gradient is the same all along it.
        known = "".join(i for i in mine if i in out or i in other_indices)
        d = _einsum(f"{out},{other_indices}->{known}", g, other)
        missing = [axis for axis, i in enumerate(mine) if i not in known]
        return np.broadcast_to(np.expand_dims(d, missing), array.shape) if missing else d

    return (
        _einsum(spec, a, b),
        lambda g: rule(g, b, right, left, a),
        lambda g: rule(g, a, left, right, b),
    )


def _einsum(spec, a, b):
    """Of two arrays, by a matrix product: (batch, rows, k) @ (batch, k, columns)."""
    inputs, out = spec.split("->")
    left, right = inputs.split(",")
    left, a = _sum_out(left, a, right + out)
    right, b = _sum_out(right, b, left + out)
    batch = [i for i in left if i in right and i in out]
    inner = [i for i in left if i in right and i not in out]
    rows = [i for i in left if i not in right]
    columns = [i for i in right if i not in left]
    size = dict(zip(left + right, a.shape + b.shape, strict=True))

    def stack(x, indices, *groups):
        x = x.transpose([indices.index(i) for group in groups for i in group])
        return x.reshape([int(np.prod([size[i] for i in g], dtype=int)) for g in groups])

    y = stack(a, left, batch, rows, inner) @ stack(b, right, batch, inner, columns)
    found = [*batch, *rows, *columns]
    return y.reshape([size[i] for i in found]).transpose([found.index(i) for i in out])


def _sum_out(indices, x, used):
    lonely = tuple(axis for axis, i in enumerate(indices) if i not in used)
    return ("".join(i for i in indices if i in used), x.sum(lonely)) if lonely else (indices, x)


@operation
def _rearrange(a, spec):
    """One operand: sum what is missing in the result, put the rest in its order."""
    before, out = spec.split("->")
    left, y = _sum_out(before, a, out)
    y = y.transpose([left.index(i) for i in out])

    def rule(g):
        d = g.transpose([out.index(i) for i in left])
        missing = [axis for axis, i in enumerate(before) if i not in left]
        return np.broadcast_to(np.expand_dims(d, missing), a.shape) if missing else d

    return y, rule


def einsum(equation, *operands):
    """Sums of products in index notation: einsum("bij,bjk->bik", a, b).

    Without an arrow the result has, in the order of the alphabet, the indices that occur once;
    "..." stands for any leading axes.
    """
    operands = (
        operands[0] if len(operands) == 1 and not isinstance(operands[0], Tensor) else operands
    )
    if not isinstance(equation, str):
        raise NotImplementedError('einsum: nnlib.engine knows the form einsum("ij,jk->ik", a, b)')
    inputs, out = _indices(equation.replace(" ", ""), operands)
    _check_sizes(equation, inputs, operands)
    result, indices = operands[0], inputs[0]
    for i in range(1, len(operands)):
        later = "".join(inputs[i + 1 :]) + out
        kept = "".join(dict.fromkeys(c for c in indices + inputs[i] if c in later))
        kept = out if i == len(operands) - 1 else kept
        result = _contract(result, operands[i], f"{indices},{inputs[i]}->{kept}")
        indices = kept
    return result if indices == out else _rearrange(result, f"{indices}->{out}")


def _indices(equation, operands):
    """The letters of each operand and of the result, with letters in place of the dots."""
    left, arrow, out = equation.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ValueError(
            f"einsum: {equation!r} has {len(inputs)} operands, but {len(operands)} were given"
        )
    free = [c for c in map(chr, range(ord("A"), ord("z") + 1)) if c.isalpha() and c not in equation]
    dots = [x.array.ndim - len(s.replace("...", "")) for s, x in zip(inputs, operands, strict=True)]
    longest = "".join(
        free[: max((n for n, s in zip(dots, inputs, strict=True) if "..." in s), default=0)]
    )
    once = sorted(c for c in set(left) if c.isalpha() and left.count(c) == 1)
    out = out if arrow else "..." * ("..." in left) + "".join(once)
    inputs = [
        s.replace("...", longest[len(longest) - n :] if n else "")
        for s, n in zip(inputs, dots, strict=True)
    ]
    return inputs, out.replace("...", longest)


def _check_sizes(equation, inputs, operands):
    sizes = {}
    shapes = " and ".join(str(x.array.shape) for x in operands)
    for indices, x in zip(inputs, operands, strict=True):
        if len(set(indices)) < len(indices):
            raise NotImplementedError(
                f"einsum: {equation!r} repeats an index within one operand, which nnlib.engine "
                "does not have; take diagonal() first"
            )
        if len(indices) != x.array.ndim:
            raise ShapeError(f"einsum: {equation!r} does not fit the shapes {shapes}")
        for c, n in zip(indices, x.array.shape, strict=True):
            if sizes.setdefault(c, n) != n:
                raise ShapeError(
                    f"einsum: index {c!r} of {equation!r} has sizes {sizes[c]} and {n} "
                    f"in the shapes {shapes}"
                )


def tensordot(a, b, dims=2):
    """Sum over the last `dims` axes of a and the first of b, or over two lists of axes."""
    if isinstance(dims, int):
        dims = list(range(a.array.ndim - dims, a.array.ndim)), list(range(dims))
    left = [chr(ord("a") + i) for i in range(a.array.ndim)]
    right = [chr(ord("A") + i) for i in range(b.array.ndim)]
    for i, j in zip(*dims, strict=True):
        right[j] = left[i]
    shared = set(left) & set(right)
    out = "".join(c for c in left + right if c not in shared)
    return einsum(f"{''.join(left)},{''.join(right)}->{out}", a, b)


Tensor.T = property(lambda x: transpose(x, 0, 1) if x.array.ndim == 2 else _reverse(x))
Tensor.mT = property(lambda x: transpose(x, -2, -1))


def _reverse(x):
    return x.permute(tuple(reversed(range(x.array.ndim))))


def rmatmul(a, b):
    return matmul(b, a)


Tensor.__rmatmul__ = rmatmul
