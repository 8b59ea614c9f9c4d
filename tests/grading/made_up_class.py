"""Made-up students: real answers, right and wrong, to six questions, written in their own ways.

`student(rng)` draws a style and then, for each question, an approach (some are popular, most are
not), the spelling of its parts, names and comments. Students draw independently of each other.

In the templates `«a¦b»` is a choice, `$x` a name from the pool of that name, `#` a place where
a comment may stand.
"""

import re
from random import Random

from nnlib.grading import references
from nnlib.grading.splice import answers

EXERCISES = ("foundations/01_neurons", "foundations/04_backprop")
STUBS = {
    id: sources[0]
    for name in EXERCISES
    for id, sources in answers(references.pristine(name)).items()
}
NORM = "«np.linalg.norm(w)¦np.linalg.norm(w)¦np.sqrt(np.sum(w**2))¦np.sqrt(w @ w)¦(w @ w) ** 0.5»"
LOGIT = "«np.log(p / (1 - p))¦np.log(p / (1 - p))¦-np.log(1 / p - 1)¦np.log(p) - np.log(1 - p)»"
SLOPE = "«1.7159 * 2 / 3¦1.7159 * (2 / 3)¦2 / 3 * 1.7159»"

# {question: [(popularity, template)]}
APPROACHES = {
    "neurons-border": [
        (6, f"return ({LOGIT} - b) / {NORM}"),
        (6, f"$z = {LOGIT}  #\nreturn ($z - b) / {NORM}"),
        (4, f"$z = {LOGIT}\n$n = {NORM}  #\nreturn «($z - b) / $n¦(1 / $n) * ($z - b)»"),
        (2, f"#\n$s = 0.0\nfor $i in w:\n    $s += $i**2\nreturn ({LOGIT} - b) / np.sqrt($s)"),
        (2, f"$u = w / {NORM}  #\n$z = {LOGIT}\n$t = ($z - b) / {NORM}\nreturn ($t * $u) @ $u"),
        (1, f"def $g(q):\n    return -np.log(1 / q - 1)  #\n\nreturn ($g(p) - b) / {NORM}"),
        (2, "return (np.log(p / (1 - p)) - b) / np.sum(w**2)"),
        (2, f"return (p - b) / {NORM}  #"),
        (2, f"$z = «0¦{LOGIT}»\nreturn -b / {NORM}"),
        (1, "$n = np.sum(w)\n$z = np.log(p / (1 - p))  #\nreturn ($z - b) / $n"),
    ],
    "neurons-bends": [
        (5, "$s = np.diff(values) / np.diff(knots)  #\n"
            "$s = np.concatenate(«([0.0], $s, [0.0])¦[[0.0], $s, [0.0]]»)  #\nreturn np.diff($s)"),
        (4, "$s = np.diff(values) / np.diff(knots)\nreturn np.diff($s, prepend=0«.0¦», append=0«.0¦»)"),
        (3, "$s = np.diff(values) / np.diff(knots)  #\n$v = np.zeros(«len(knots)¦knots.shape¦"
            "knots.size»)\n$v[0] = $s[0]\n$v[1:-1] = «np.diff($s)¦$s[1:] - $s[:-1]»  #\n"
            "$v[-1] = -$s[-1]\nreturn $v"),
        (3, "$v = []\n$p = 0«.0¦»\nfor $i in range(len(knots) - 1):\n    $s = (values[$i + 1] - "
            "values[$i]) / (knots[$i + 1] - knots[$i])  #\n    $v.append($s - $p)\n    $p = $s\n"
            "$v.append(-$p)  #\nreturn np.array($v)"),
        (2, "$s = [0.0]\nfor $i in range(1, len(knots)):\n    $d = knots[$i] - knots[$i - 1]\n"
            "    $s.append((values[$i] - values[$i - 1]) / $d)\n$s.append(0.0)  #\n"
            "return np.array([$s[$i + 1] - $s[$i] for $i in range(len(knots))])"),
        (2, "$a = np.maximum(0, knots[:, None] - knots)  #\n$s = (values[-1] - values[-2]) / "
            "(knots[-1] - knots[-2])\n$v = np.linalg.lstsq($a[1:, :-1], values[1:] - values[0])[0]\n"
            "return np.append($v, -$s)"),
        (1, "$s = np.zeros(len(knots) + 1)\n$s[1:-1] = (values[1:] - values[:-1]) / (knots[1:] - "
            "knots[:-1])\nreturn $s[1:] - $s[:-1]  #"),
        (2, "return np.append(np.diff(values) / np.diff(knots), 0.0)"),
        (2, "$s = np.diff(values) / np.diff(knots)\n$v = np.diff(np.concatenate([[0.0], $s, [0.0]]))\n"
            "$v[-1] = 0.0  #\nreturn $v"),
        (1, "return np.diff(np.concatenate([[0.0], np.diff(values), [0.0]]))"),
    ],
    "neurons-columns": [
        (18, "return W @ X + b[:, None]"),
        (3, "return «W @ X¦np.dot(W, X)¦np.matmul(W, X)¦W.dot(X)» + b[:, «None¦np.newaxis»]"),
        (2, "$z = W @ X  #\nreturn $z + b.reshape(-1, 1)"),
        (2, "return (X.T @ W.T + b).T  #"),
        (1, "$z = np.zeros((W.shape[0], X.shape[1]))\nfor $i in range(X.shape[1]):\n    "
            "$z[:, $i] = W @ X[:, $i] + b  #\nreturn $z"),
        (1, "return np.einsum('mn,nb->mb', W, X) + b[:, None]"),
        (4, "return W @ X + b"),
        (2, "return X @ W.T + b  #"),
    ],
    "backprop-hidden": [
        (5, f"return (delta_above @ W_above) * {SLOPE} * (1 - np.tanh(2 / 3 * Z) ** 2)"),
        (5, f"$a = delta_above @ W_above  #\n$s = {SLOPE} * (1 - np.tanh(2 / 3 * Z) ** 2)  #\n"
            "return «$a * $s¦$s * $a»"),
        (3, f"$t = np.tanh(«2 / 3 * Z¦2 * Z / 3¦Z * 2 / 3»)\n$s = {SLOPE} * (1 - «$t**2¦$t * $t»)"
            "  #\nreturn «delta_above @ W_above * $s¦$s * (delta_above @ W_above)¦"
            "np.multiply(delta_above @ W_above, $s)»"),
        (2, f"$s = {SLOPE} / np.cosh(2 / 3 * Z) ** 2  #\nreturn (delta_above @ W_above) * $s"),
        (2, "$a = np.zeros(Z.shape)\nfor $i in range(Z.shape[0]):\n    $a[$i] = W_above.T @ "
            "delta_above[$i]  #\n$t = np.tanh(2 / 3 * Z)\nreturn $a * (1 - $t**2) * 1.7159 * 2 / 3"),
        (1, "$f = lambda z: 1.7159 * np.tanh(2 * z / 3)\n$h = «1e-6¦1e-5»  #\n"
            "return delta_above @ W_above * ($f(Z + $h) - $f(Z - $h)) / (2 * $h)"),
        (2, "return (delta_above @ W_above) * (1 - np.tanh(Z) ** 2)"),
        (2, "return (delta_above @ W_above) * 2 / 3 * (1 - np.tanh(2 / 3 * Z) ** 2)  #"),
        (1, "return (delta_above @ W_above) * 1.7159 * np.tanh(2 / 3 * Z)"),
    ],
    "backprop-batch": [
        (4, "$m = X @ W.T + b - T  #\n$d = $m**3 / «len(X)¦X.shape[0]¦len(T)»  #\n"
            "return $d.T @ X, $d.sum(«0¦axis=0»)"),
        (4, "$o = X @ W.T + b\n$d = ($o - T) ** 3 / «len(X)¦X.shape[0]»\n$e = $d.T @ X  #\n"
            "$f = «$d.sum(axis=0)¦np.sum($d, axis=0)¦$d.sum(0)»\nreturn $e, $f"),
        (3, "$n = «X.shape[0]¦len(X)»\n$d = (X @ W.T + b - T) ** 3\nreturn $d.T @ X / $n, "
            "«$d.mean(0)¦$d.sum(0) / $n¦np.mean($d, axis=0)»"),
        (2, "$n, $k = T.shape\n$e = np.zeros_like(W)\n$f = np.zeros_like(b)\nfor $i in range($n):\n"
            "    $d = (W @ X[$i] + b - T[$i]) ** 3 / $n  #\n    $e += np.outer($d, X[$i])\n"
            "    $f += $d\nreturn $e, $f"),
        (1, "$d = np.power(X @ W.T + b - T, 3) / len(X)\n$e = np.einsum('bm,bn->mn', $d, X)  #\n"
            "return $e, np.einsum('bm->m', $d)"),
        (2, "$d = (X @ W.T + b - T) ** 3\nreturn $d.T @ X, $d.sum(0)"),
        (2, "$d = 4 * (X @ W.T + b - T) ** 3 / len(X)  #\nreturn $d.T @ X, $d.sum(0)"),
        (2, "$d = (X @ W.T + b - T) ** 3 / len(X)\nreturn X.T @ $d, $d.sum(0)"),
        (2, "$d = (X @ W.T + b - T) / len(X)  #\nreturn $d.T @ X, $d.sum(axis=0)"),
        (1, "$d = (X @ W.T + b - T) ** 3 / T.size\n$e = $d.T @ X\nreturn $e, $d.sum(axis=0)"),
    ],
    "backprop-nudge": [
        (5, "$g = np.«zeros(W.shape)¦zeros_like(W)¦empty(W.shape)»\nfor $i in np.ndindex(W.shape):"
            "  #\n    $n = np.zeros(W.shape)\n    $n[$i] = h\n    $g[$i] = (f(W + $n) - f(W - $n)) / "
            "(2 * h)\nreturn $g"),
        (4, "$g = np.zeros«(W.shape)¦_like(W)»\nfor $i in np.ndindex(«W.shape¦*W.shape»):\n"
            "    $u = W.copy()\n    $l = W.copy()  #\n    $u[$i] += h\n    $l[$i] -= h\n"
            "    $g[$i] = (f($u) - f($l)) / (2 * h)\nreturn $g"),
        (3, "$g = np.zeros_like(W)\nfor $i in range(W.shape[0]):\n    for $j in range(W.shape[1]):\n"
            "        $u, $l = W.copy(), W.copy()\n        $u[$i, $j] += h  #\n        $l[$i, $j] -= h\n"
            "        $g[$i, $j] = (f($u) - f($l)) / (2 * h)\nreturn $g"),
        (3, "$g = np.zeros(W.shape)\nfor $i in np.ndindex(W.shape):\n    $o = W[$i]  #\n    W[$i] = $o + h"
            "\n    $u = f(W)\n    W[$i] = $o - h\n    $l = f(W)\n    W[$i] = $o  #\n"
            "    $g[$i] = ($u - $l) / 2 / h\nreturn $g"),
        (1, "$v = W.ravel()\n$e = np.eye(W.size) * h  #\nreturn np.array([(f(($v + $i).reshape(W.shape)) "
            "- f(($v - $i).reshape(W.shape))) / (2 * h) for $i in $e]).reshape(W.shape)"),
        (1, "$g = np.zeros(W.shape)\n$i = np.nditer(W, flags=['multi_index'])\nwhile not $i.finished:\n"
            "    $n = np.zeros(W.shape)\n    $n[$i.multi_index] = h  #\n    $g[$i.multi_index] = "
            "(f(W + $n) - f(W - $n)) / (2 * h)\n    $i.iternext()\nreturn $g"),
        (2, "$g = np.zeros(W.shape)\nfor $i in np.ndindex(W.shape):\n    $n = np.zeros(W.shape)\n"
            "    $n[$i] = h\n    $g[$i] = (f(W + $n) - f(W)) / h  #\nreturn $g"),
        (1, "return np.full(W.shape, (f(W + h) - f(W - h)) / (2 * h))"),
        (1, "$g = np.zeros(W.shape)\nfor $i in np.ndindex(W.shape):\n    W[$i] += h\n    $u = f(W)\n"
            "    W[$i] -= 2 * h  #\n    $g[$i] = ($u - f(W)) / (2 * h)\nreturn $g"),
    ],
}  # fmt: skip

NAMES = {
    "a": "dA delta_A back blame A_blame dLdA tmp dA a", "d": "delta delta d dZ err grad_out dO",
    "e": "dW dW dW gW grad_W W_grad", "f": "db db db gb grad_b b_grad", "g": "grad gradient g G res",
    "h": "h eps e", "i": "i i i k idx j n", "j": "j j k m c", "k": "K m k outs", "l": "down minus lo W_m Wm f_minus",
    "m": "miss diff err r residual E", "n": "norm n length N B norm_w nudge E dW", "o": "out O old o Z y pred",
    "p": "prev last previous old s0", "s": "s slope slopes m steep sl grad", "t": "t th tanh dist T_z a",
    "u": "up plus hi W_p Wp unit f_plus u", "v": "v v weights out res ws", "z": "z z z0 logit zp t Z logits",
}  # fmt: skip
WHAT = "the mean/slope/change of slope/blame/bias/batch/border/length of w/knot/loss/one entry/each row"
DO = "first/here/note:/this is/now/get/compute/sum over/divide by/use/careful with/remember/see hint for"
MORE = (
    "/, see book/ once/ per unit/ (B, n)/?/ again/, as in class/ for every example/ of the layer/!"
)


def student(rng, questions=tuple(APPROACHES)):
    """One student's answers, {question: source}, drawn with `rng` (a random.Random)."""
    talkative, habit = rng.choice((0.0, 0.1, 0.4, 0.8)), {}
    for pool, names in NAMES.items():
        habit[pool] = rng.choice(names.split())
    return {id: answer(rng, id, talkative, habit) for id in questions}


def answer(rng, id, talkative=0.0, habit=None):
    """One answer. habit: {pool: name}, used half the time where another name would do as well."""
    popularity, templates = zip(*APPROACHES[id], strict=True)
    return fill(rng, id, rng.choices(templates, popularity)[0], talkative, habit or {})


def fill(rng, id, template, talkative, habit):
    """A template with its choices made, its names and its comments, below the stub's head."""
    text = template
    while "«" in text:
        text = re.sub("«([^«»]*)»", lambda m: rng.choice(m[1].split("¦")), text)
    names = {}
    for pool in re.findall(r"\$(\w)", text):
        if pool not in names:
            free = [n for n in NAMES[pool].split() if n not in names.values()]
            mine = habit.get(pool)
            names[pool] = mine if mine in free and rng.random() < 0.5 else rng.choice(free)
    text = re.sub(r"\$(\w)", lambda m: names[m[1]], text)
    text = re.sub(" *#", lambda m: comment(rng) if rng.random() < talkative else "", text)
    head = STUBS[id].split("    raise")[0]
    return head + "\n".join("    " + line if line else "" for line in text.split("\n"))


def comment(rng):
    do, what, more = (rng.choice(words.split("/")) for words in (DO, WHAT, MORE))
    return f"  # {do} {what}{more}"


def classroom(seed, students=30):
    """{name: answers} of `students` who worked alone."""
    rng = Random(seed)
    return {f"s{i:02}": student(rng) for i in range(students)}
