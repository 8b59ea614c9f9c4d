"""Which pairs of students are more alike than chance makes the pairs of their class.

A pair is told as one of six STORIES: this part of the questions was copied, in these aspects. Of a
question with b bits (likeness.py) a story makes log2(1 − part + part · 2^b), so one question that
speaks loudly is not outvoted by those that were not copied; none counts above MOST. A pair's bits
are the sum over questions, in the story that fits it best.

*Chance* is read off the class: for each question, the pairs of answers are dealt to the pairs of
students at random, without regard to the other questions. So every likeness of two answers is kept,
and with it what the answers to one question have in common: the lesson, the ways one can think. The
chance that a pair gets so many bits is not sampled, but computed: the distributions of its
questions, as all *other* pairs of the class have them, are convolved, and the chances of the six
stories added. Where a question's bits exceed what the class shows (from its TAIL-th largest on) the
chance is taken to halve with each bit, as that of a likelihood ratio does (Markov's inequality).
Times the number of pairs, that is how many pairs of such a class would be as alike by chance.
Pairs with at most ALPHA are found; they are taken out of the distributions and the rest tried again
(a step-down test, as in Westfall and Young, "Resampling-based multiple testing", 1993).

Time: 6·questions·pairs for the stories; then, for each pair that is tried, a Fourier transform of
about MOST/STEP numbers for each story and question.
"""

import numpy as np

from nnlib.grading.choices import ASPECTS

ALPHA = 1 / 20
STORIES = [  # (copied aspects, copied part of the questions)
    (aspects, part)
    for aspects in (("structure",), ("structure", "words"), ASPECTS)
    for part in (1 / 8, 3 / 4)
]
MOST, STEP, TAIL = 40, 0.1, 3  # bits, bits, pairs
_BINS = int(MOST / STEP) + 2


def beyond_chance(evidence, most):
    """{pair: (bits, by chance, bits of each question (Q,))}, the `most` most telling pairs.

    evidence: for each of the Q questions, {aspect: bits of each pair (P,)}. by chance: how many of
    the P pairs would have as many bits; at most ALPHA. The bits of the questions add up to the
    pair's; what speaks against a copy is negative.
    """
    base = [len(evidence) * np.log2(1 - part) for _, part in STORIES]
    totals, shown = [], []  # for each story: bits (P,); how often each bin occurs (Q, bins)
    for story, start in zip(STORIES, base, strict=True):
        total, rows = start, []
        for bits in evidence:
            made = contribution(bits, *story)
            total = total + made
            rows.append(np.bincount(_bin(made), minlength=_BINS))
        totals.append(total)
        shown.append(np.array(rows))
    best = np.max(totals, axis=0)
    tried = [int(i) for i in np.argsort(-best, kind="stable")[: 2 * most] if best[i] > 0]
    made = [  # for each story (tried, Q)
        np.array([contribution(bits, *story, tried) for bits in evidence]).T for story in STORIES
    ]
    found, news = {}, True
    while news:
        others = [_without(rows, one[list(found)]) for rows, one in zip(shown, made, strict=True)]
        news = {}
        for i in set(range(len(tried))) - set(found):
            expected = (len(best) - len(found)) * sum(
                chance(_without(rows, one[[i]]), best[tried[i]] - start)
                for rows, one, start in zip(others, made, base, strict=True)
            )
            if expected <= ALPHA:
                news[i] = expected
        found |= news
    told = {}
    for i in sorted(found)[:most]:
        story = np.argmax([total[tried[i]] for total in totals])
        parts = made[story][i] + base[story] / len(evidence)
        told[tried[i]] = float(best[tried[i]]), float(found[i]), parts
    return told


def contribution(bits, aspects, part, pairs=slice(None)):
    """What a story makes of a question's bits {aspect: (P,)}, less what it makes of −∞: (P,).

    From 0 to MOST, so that it can be counted in bins.
    """
    claim = sum(bits[aspect][pairs] for aspect in aspects)
    made = np.logaddexp2(np.log2(1 - part), np.log2(part) + claim) - np.log2(1 - part)
    return np.minimum(made, MOST)


def chance(rows, needed):
    """The chance that a sum of independent draws, one from each row, is at least `needed` bits.

    rows: how often each bin of STEP bits occurs in a question, (Q, bins).
    """
    number = np.maximum(1, rows.sum(1, keepdims=True))
    reach = rows[:, ::-1].cumsum(1)[:, ::-1] / number  # the chance of this bin or more
    last = (reach >= TAIL / number).sum(1, keepdims=True) - 1
    beyond = np.arange(rows.shape[1]) - last
    tail = TAIL / number * 2.0 ** (-STEP * np.maximum(beyond, 0))
    reach = np.where(beyond > 0, np.maximum(reach, tail), reach)
    reach[:, :1] = 1  # where there are fewer than TAIL pairs
    drawn = reach - np.pad(reach[:, 1:], ((0, 0), (0, 1)))
    size = 1 << (rows.size - 1).bit_length()
    total = np.fft.irfft(np.fft.rfft(drawn, size).prod(0), size)
    return max(1e-15, total[max(0, int(needed / STEP)) :].sum())  # 1e-15: what the transform sees


def _bin(bits):
    """The bin of STEP bits, rounded up."""
    return np.ceil(np.asarray(bits) / STEP - 1e-9).astype(int)


def _without(rows, pairs):
    """The counts `rows` (Q, bins) less the `pairs` (k, Q) with these bits."""
    rows, questions = rows.copy(), np.arange(len(rows))
    for bits in pairs:
        rows[questions, _bin(bits)] -= 1
    return rows
