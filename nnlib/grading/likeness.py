"""How much the answers of each two students to one question speak for a copy, in bits.

A *bit* is a doubling of the odds that one of two students had the other's answer before them. Where
both stand at the same fork (see choices.py) and m of the c students who stand there go their way,
p = (m + 1) / (c + 1), the same way counts

    log2(COPIED / p + 1 − COPIED)    and different ways    log2(1 − COPIED):

the logarithm of the probability of what is seen if one copied COPIED of such choices, over its
probability if each chose alone. A way that all go counts nothing, a rare one much; after a rare
turn the path is often the only one, and then it says nothing more. For words c is the number of
students who answered; likewise for a name where less than a quarter of them stand.

The smoothing: p is what would be seen if there were one more student, who goes the same way. Where
none of the c − 2 others does, it is 3 / (c + 1), about the upper end of the 95% interval for what
was seen in none of c − 2 (the rule of three). So two alone at a fork (c = 2, p = 1) give no bit,
five give at most 0.9, thirty at most 3.2.

A student's habits are no evidence twice: bits for a name or for words are divided by the number of
questions in which those who use it do so, on average. If the choices of an answer were independent
of each other, the expected 2^bits of two who worked alone would be at most 1. They are not quite:
what that does is read off the class in chance.py.
"""

from typing import NamedTuple

import numpy as np

from nnlib.grading.choices import ASPECTS, Stub, choices

COPIED = 0.9
_APART = np.log2(1 - COPIED)
_COLUMNS = 4096  # at a time, to bound the memory


class Table(NamedTuple):
    """The choices of a class in one aspect of one question; four arrays of equal length (N,).

    row: which student; at, took: 64-bit keys, as in choices.Choice; weight: 1, less for words.
    """

    row: np.ndarray
    at: np.ndarray
    took: np.ndarray
    weight: np.ndarray


class Likeness(NamedTuple):
    """Of one question. bits: {aspect: one number a pair of students, (n(n − 1) / 2,) float32}.

    counts: {mixed(at, took): how many went this way}, for ways of two or more, but of at most half.
    """

    bits: dict
    counts: dict


def read(sources, stub):
    """{aspect: Table} of the answers to one question; sources: one a student, None for none."""
    stub = Stub.of(stub)
    found = {aspect: [] for aspect in ASPECTS}
    for row, source in enumerate(sources):
        for choice in choices(source, stub) if source else ():
            found[choice.aspect].append((row, choice.at, choice.took, choice.weight))
    types = (np.int64, np.uint64, np.uint64, np.float32)
    return {
        aspect: Table(*(np.array(c, t) for c, t in zip(_columns(rows), types, strict=True)))
        for aspect, rows in found.items()
    }


def habits(tables):
    """(keys, mean number of questions in which a user of each uses it), over {question: read()}."""
    some = [table[aspect] for table in tables.values() for aspect in ("names", "words")]
    took = np.concatenate([t.took for t in some] or [np.zeros(0, np.uint64)])
    row = np.concatenate([t.row for t in some] or [np.zeros(0, np.int64)])
    keys, uses = np.unique(took, return_counts=True)
    _, first = np.unique(mixed(took, row), return_index=True)
    return keys, uses / np.bincount(np.searchsorted(keys, took[first]), minlength=len(keys))


def likeness(table, n, habit):
    """The Likeness of each two of n students. table: read(…); habit: habits(…)."""
    answered = len(np.unique(np.concatenate([t.row for t in table.values()])))
    bits, counts = {}, {}
    for aspect in ASPECTS:
        t = table[aspect]
        way, ways, went = np.unique(mixed(t.at, t.took), return_inverse=True, return_counts=True)
        first = np.zeros(len(way), np.int64)
        first[ways] = np.arange(len(ways))
        place, places, stand = np.unique(t.at, return_inverse=True, return_counts=True)
        here = stand[places[first]] if aspect != "words" else np.full(len(way), answered)
        users = went
        if aspect == "names":
            _, name, uses = np.unique(t.took, return_inverse=True, return_counts=True)
            few = here < answered / 4
            users = np.where(few, uses[name[first]], went)
            here = np.where(few, answered, here)
        p = (users + 1) / (here + 1)
        gain = np.log2(COPIED / p + 1 - COPIED)
        if aspect != "structure":
            gain /= habit[1][np.searchsorted(habit[0], t.took[first])]
        fork = np.bincount(places[first], minlength=len(place)) > 1
        fork |= aspect != "structure"  # where all go one way nobody chose
        told = (went > 1) & fork[places[first]]
        root = np.sqrt(np.where(told, gain - _APART, 0))
        same = _gram(t.row, ways, root[ways] * np.sqrt(t.weight), n)
        if aspect == "words":
            size = np.bincount(t.row, t.weight, n)
            both = np.minimum(size[:, None], size)
        else:
            both = _gram(t.row, places, fork[places] & (stand[places] > 1), n)
        bits[aspect] = (same + _APART * both)[np.triu_indices(n, 1)].astype(np.float32)
        rare = told & (users <= here / 2)
        counts.update(zip(way[rare].tolist(), users[rare].tolist(), strict=True))
    return Likeness(bits, counts)


def mixed(a, b):
    """One 64-bit key for each two of the integers in the arrays a and b, modulo 2^64."""
    a, b = np.asarray(a).astype(np.uint64), np.asarray(b).astype(np.uint64)
    return a * np.uint64(0x9E3779B97F4A7C15) + b * np.uint64(0xD6E8FEB86659FD93)


def _gram(row, column, value, n):
    """A Aᵀ, (n, n), for the matrix A with these entries; columns without any entry are left out."""
    kept = np.asarray(value) > 0
    row, value = row[kept], np.asarray(value)[kept]
    _, column = np.unique(column[kept], return_inverse=True)
    total = np.zeros((n, n), np.float32)
    order = np.argsort(column, kind="stable")
    row, column, value = row[order], column[order], value[order]
    for start in range(0, int(column[-1]) + 1 if len(column) else 0, _COLUMNS):
        part = slice(*np.searchsorted(column, (start, start + _COLUMNS)))
        some = np.zeros((n, _COLUMNS), np.float32)
        some[row[part], column[part] - start] = value[part]
        total += some @ some.T
    return total


def _columns(rows):
    return zip(*rows, strict=True) if rows else ((),) * 4
