"""Products of matrices equal torch, in every batch form."""

import pytest

import nnlib.engine as engine
from tests.engine.parity import same, values

FORMS = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (3,)), ((3,), (5, 3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)),
    ((6, 1, 2, 3), (5, 3, 4)), ((6, 5, 2, 3), (1, 3, 4)), ((0, 3), (3, 2)), ((2, 0), (0, 4)),
    ((4, 2, 0), (0, 3)), ((0, 2, 3), (0, 3, 4)), ((7, 6, 5, 3), (3, 2)), ((3,), (6, 5, 3, 2)),
]  # fmt: skip
EQUATIONS = [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ij->ji", (2, 3)), ("ij->", (2, 3)),
    ("ij->i", (2, 3)), ("ij", (2, 3)), ("ba", (2, 3)), ("i,i->", (3,), (3,)),
    ("i,j->ij", (2,), (3,)),
    ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)), ("bhld,bhsd->bhls", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)), ("...i,...i->...", (2, 3, 4), (4,)),
    ("b...d,de->b...e", (2, 3, 4, 5), (5, 6)), ("bld,dn,bln->bl", (2, 3, 4), (4, 5), (2, 3, 5)),
    ("ij,ij->ij", (2, 3), (2, 3)), ("ij,kl->il", (2, 3), (4, 5)), ("...", (2, 3)),
    ("bn,anm,bm->ba", (2, 3), (4, 3, 5), (2, 5)), ("i,ij,j", (2,), (2, 3), (3,)),
    ("a b, b c -> a c", (2, 3), (3, 4)), ("ij,jk->ik", (2, 0), (0, 4)), ("...ij->...ji", (2, 3, 4)),
]  # fmt: skip


@pytest.mark.parametrize("a, b", FORMS)
def test_matmul(a, b):
    same(lambda t, x, y: x @ y, values(*a), values(*b, seed=1))
    same(lambda t, x, y: t.matmul(x.mT if x.ndim > 1 else x, y.mT if y.ndim > 1 else y),
         values(*a).swapaxes(-1, -2) if len(a) > 1 else values(*a),
         values(*b, seed=1).swapaxes(-1, -2) if len(b) > 1 else values(*b, seed=1))  # fmt: skip


@pytest.mark.parametrize("equation, shapes", [(e, s) for e, *s in EQUATIONS])
def test_einsum(equation, shapes):
    arrays = [values(*s, seed=i) for i, s in enumerate(shapes)]
    same(lambda t, *x: t.einsum(equation, *x), *arrays)


def test_einsum_says_what_it_does_not_have():
    x = engine.zeros(3, 3)
    with pytest.raises(NotImplementedError, match="repeats an index"):
        engine.einsum("ii->i", x)
    with pytest.raises(ValueError, match="1 operands"):
        engine.einsum("ij", x, x)
    with pytest.raises(ValueError, match="index 'j'"):
        engine.einsum("ij,jk", x, engine.zeros(2, 3))


def test_types_do_not_mix():
    x, w = engine.zeros(2, 3).double(), engine.zeros(3, 3)
    for product in (engine.matmul, engine.nn.functional.linear):
        with pytest.raises(RuntimeError, match="float64 and float32"):
            product(x, w)


def test_named_products():
    v, w, m = values(3), values(3, seed=1), values(3, 4, seed=2)
    same(lambda t, a, b: [t.dot(a, b), t.outer(a, b), a.dot(b)], v, w)
    same(lambda t, a, b: [t.mv(b.T, a), b.T.mm(b)], v, m)
    batch = values(2, 3, 4), values(2, 4, 5, seed=1), values(2, 3, 5, seed=2)
    same(lambda t, a, b, c: [t.bmm(a, b), t.baddbmm(c, a, b, beta=0.5)], *batch)
    same(lambda t, a, b: t.addmm(a, b, b.T, beta=2, alpha=3), values(3, 3), m)
    same(lambda t, a, b: [t.tensordot(a, b, 1), t.tensordot(a, b, ([1], [1]))],
         values(2, 4), values(4, 4, seed=1))  # fmt: skip
    with pytest.raises(ValueError, match="expected a matrix"):
        engine.mm(engine.zeros(3), engine.zeros(3))
