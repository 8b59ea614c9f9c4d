"""Made-up students: real answers, right and wrong, to six questions, written in their own ways.

A student has a style (how many comments, loops or arrays, short or long names, favourite names) and
draws for each question an approach from made_up_answers.txt, the spelling of its parts, names and
comments. Students draw independently of each other.
"""

import re
from pathlib import Path
from random import Random

from nnlib.grading import references
from nnlib.grading.splice import answers

STUBS = {
    id: sources[0]
    for name in ("foundations/01_neurons", "foundations/04_backprop")
    for id, sources in answers(references.pristine(name)).items()
}
NAMES = {  # by the letter that stands for them in the templates; twice for the popular ones
    "a": "dA delta_A back blame A_blame dLdA tmp dA a",
    "d": "delta delta d dZ err grad_out dO",
    "e": "dW dW dW gW grad_W W_grad",
    "f": "db db db gb grad_b b_grad",
    "g": "grad gradient g G res",
    "h": "eps e step",
    "i": "i i i k idx j n",
    "j": "j j k m c",
    "k": "K m k outs",
    "l": "down minus lo W_m Wm f_minus",
    "m": "miss diff err r residual E",
    "n": "norm n length N B norm_w nudge E dW",
    "o": "out O old o Z y pred",
    "p": "prev last previous old s0",
    "s": "s slope slopes m steep sl grad",
    "t": "t th tanh dist T_z a",
    "u": "up plus hi W_p Wp unit f_plus u",
    "v": "v v weights out res ws",
    "z": "z z z0 logit zp t Z logits",
}
COMMENTS = (
    "first/here/note:/this is/now/get/compute/sum over/divide by/use/careful with/remember",
    "the mean/slope/change of slope/blame/bias/batch/border/length of w/knot/loss/one entry",
    "/, see book/ once/ per unit/ (B, n)/?/ again/, as in class/ for each example/ of the layer",
)


def _templates():
    """{question: [(popularity, template)]}, with the named choices put in."""
    text = Path(__file__).with_name("made_up_answers.txt").read_text(encoding="utf-8")
    parts = re.findall(r"^=== (\S+) ?(\d*)\n(.*?)\n(?====|\Z)", text, re.M | re.S)
    named = {name: body for name, popularity, body in parts if not popularity}
    found = {}
    for id, popularity, body in parts:
        if popularity:
            body = re.sub("«([A-Z]+)»", lambda m: named[m[1]], body)
            found.setdefault(id, []).append((int(popularity), body))
    return found


APPROACHES = _templates()
QUESTIONS = {id: STUBS[id] for id in APPROACHES}


def classroom(seed, students=30):
    """{name: {question: source}} of `students` who worked alone."""
    rng = Random(seed)
    return {f"s{number:03}": student(rng) for number in range(students)}


def student(rng):
    """One student's answers; rng: a random.Random."""
    style = {
        "comments": rng.choice((0.0, 0.1, 0.4, 0.8)),
        "loops": rng.choice((0.3, 1, 1, 3)),
        "length": rng.choice((-0.2, 0, 0.2)),
        "names": {pool: rng.choice(names.split()) for pool, names in NAMES.items()},
    }
    answers = {}
    for id, approaches in APPROACHES.items():
        odds = [n * style["loops"] ** ("for " in text) for n, text in approaches]
        answers[id] = fill(rng, id, rng.choices(approaches, odds)[0][1], style)
    return answers


def fill(rng, id, text, style):
    """A template below the stub's head: its choices made, its names and comments put in."""
    while "«" in text:
        text = re.sub("«([^«»]*)»", lambda m: rng.choice(m[1].split("¦")), text)
    names = {}
    for pool in re.findall(r"\$(\w)", text):
        if pool not in names:
            free = [name for name in NAMES[pool].split() if name not in names.values()]
            odds = [2 ** (style["length"] * len(name)) for name in free]
            mine = style["names"][pool]
            usual = mine in free and rng.random() < 0.5
            names[pool] = mine if usual else rng.choices(free, odds)[0]
    text = re.sub(r"\$(\w)", lambda m: names[m[1]], text)
    text = re.sub(" *#", lambda m: comment(rng) if rng.random() < style["comments"] else "", text)
    return below_head(id, text)


def below_head(id, text):
    """The body `text` below the head of a question's stub."""
    lines = ["    " + line if line else "" for line in text.split("\n")]
    return STUBS[id].split("    raise")[0] + "\n".join(lines)


def comment(rng):
    do, what, more = (rng.choice(words.split("/")) for words in COMMENTS)
    return f"  # {do} {what}{more}"
