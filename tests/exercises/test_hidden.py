"""Hidden checks and variants of every question, tried as a class would get them.

An edition is a solution with drawn numbers in place: the seeds of its hidden checks, and what it
varies. Three editions are run by default, twenty with the slow tests; each runs the solution, all
stubs and all mistakes.
"""

import ast
import builtins
import itertools
import json
import math
import os
import re
import subprocess
import symtable
import sys
from functools import cache

import pytest
from IPython.core.inputtransformer2 import TransformerManager

import exercises as tool
from nnlib.grading import authoring, draws, exercise, feedback, values
from nnlib.grading.drivers import Session
from nnlib.grading.splice import answer_id, is_hidden, shown_id, source

ROOT = tool.settings.ROOT
NAMES = tool.solutions()
FEW, MANY, VARIANTS = 3, 20, 10


@cache
def prepared(name):
    """(notebook, questions as written, ids) of a solution."""
    notebook, spec = authoring.read(ROOT / "solutions", name)
    return notebook, spec, authoring.prepare(notebook, spec, name)


QUESTIONS = [(name, id) for name in NAMES for id in prepared(name)[2]]


def cells_of(name, id):
    """The answer's cell, the public and the hidden cells that show its values."""
    part = authoring.part_of(authoring.code_cells(prepared(name)[0]), id)
    shown = [cell for cell in part if shown_id(cell)]
    hidden = [cell for cell in shown if is_hidden(cell)]
    return part[0], [cell for cell in shown if not is_hidden(cell)], hidden


def edition(name, i):
    """The solution's notebook with the numbers of the i-th secret."""
    notebook, spec, order = prepared(name)
    secret = f"secret {i}".encode()
    hidden = {id: draws.hidden_seed(secret, "week 3", id) for id in order}
    variants = {id: draws.examples(spec[id].get("variants", {}), VARIANTS) for id in order}
    variants = {id: several[i % VARIANTS] for id, several in variants.items()}
    return authoring.drawn(notebook, spec, name, hidden, variants)


@cache
def ran(name, i):
    """The questions of an edition with all their values; raises what the generator refuses."""
    _, spec, order = prepared(name)
    return authoring.run(edition(name, i), spec, order, name)


def split(question):
    """(public cases, hidden cases) of a question that was run."""
    cases = question["cases"].items()
    public = {case: shown for case, shown in cases if not shown.get("hidden")}
    return public, {case: shown for case, shown in cases if shown.get("hidden")}


def named(cell):
    """The name of the case that a cell shows."""
    return re.search(r'case="(.+?)"', source(cell))[1]


# ── what is written ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "id"), QUESTIONS)
def test_hidden_checks_weigh_at_least_as_much_as_public_ones(name, id):
    """So who prints the public values has at most half of the points."""
    public, hidden = split(ran(name, 0)[id])
    assert hidden
    assert sum(map(feedback.worth_of, hidden.values())) >= sum(
        map(feedback.worth_of, public.values())
    )


def test_many_questions_vary_in_every_notebook():
    varied = [(name, id) for name, id in QUESTIONS if prepared(name)[1][id].get("variants")]
    assert len(varied) >= 10 and {name for name, _ in varied} == set(NAMES)


@pytest.mark.parametrize(("name", "id"), QUESTIONS)
def test_a_variant_contains_the_default_and_no_text_states_it(name, id):
    notebook, spec, _ = prepared(name)
    variants = spec[id].get("variants", {})
    public = cells_of(name, id)[1]
    cells = notebook["cells"]
    at = next(i for i, cell in enumerate(cells) if answer_id(cell) == id)
    told = [cells[at - 1]["source"], *spec[id]["hints"], *(m["says"] for m in spec[id]["mistakes"])]
    for key, choice in variants.items():
        written = {
            match for cell in public for match in re.findall(rf"^{key} = (.+)$", source(cell), re.M)
        }
        assert len(written) == 1, key
        default = ast.literal_eval(written.pop())
        if isinstance(choice, list):
            assert default in choice and len(choice) >= 4
        else:
            low, high = map(int, choice.split(" to "))
            assert low <= default <= high
        assert not any(re.search(rf"\b{key}\s*=\s*{default}\b", text) for text in told)
        assert not any(f"{key} = {default}" in named(cell) for cell in public if "case=" in cell)


def scopes(text):
    """The compiler's tables of names of a cell: its own first, then those of what is in it."""
    text = TransformerManager().transform_cell(text)
    tables = [symtable.symtable(text, "<cell>", "exec")]
    for table in tables:
        tables += table.get_children()
    return tables


def bound(text):
    """Names that a cell defines for the cells after it."""
    names = scopes(text)[0].get_symbols()
    return {n.get_name() for n in names if n.is_assigned() or n.is_imported()}


def used(text):
    """Names that a cell reads and does not define, built-in ones left out."""
    own, *inner = scopes(text)
    names = {n.get_name() for n in own.get_symbols() if n.is_referenced()}
    names |= {n.get_name() for table in inner for n in table.get_symbols() if n.is_global()}
    return names - bound(text) - set(dir(builtins))


@pytest.mark.parametrize(("name", "id"), QUESTIONS)
def test_a_hidden_check_needs_no_public_one_and_takes_no_likely_name(name, id):
    """A student may have overwritten what a public cell defines, and may have helpers."""
    answer, _, hidden = cells_of(name, id)
    there = bound(source(answer))
    for cell in authoring.code_cells(prepared(name)[0]):
        if not (answer_id(cell) or shown_id(cell) or authoring.is_check(cell)):
            there |= bound(source(cell))
    for cell in hidden:
        assert not used(source(cell)) - there
        names = bound(source(cell)) - {"seed", "rng", "scratch", "_"}
        assert all(n.startswith("drawn") for n in names)


def test_the_reading_of_names():
    text = "import a.b\nfrom c import d as e\ng, h = [k for k in m]\nfor n in o: p = len(g)"
    assert bound(text) == {"a", "e", "g", "h", "n", "p"} and used(text) == {"m", "o"}
    text = "def f(x):\n    y = z\n    return lambda w: w + x + v\n%matplotlib inline"
    assert bound(text) == {"f"} and used(text) == {"z", "v", "get_ipython"}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_hidden_leaves_the_house(name):
    cases = [named(cell) for id in prepared(name)[2] for cell in cells_of(name, id)[2]]
    assert cases and len(cases) == len(set(cases))
    files = [f"{folder}/{name}.ipynb" for folder in ("exercises", "nnlib/exercises")]
    texts = [(ROOT / path).read_text(encoding="utf-8") for path in files]
    texts.append((ROOT / f"nnlib/exercises/{name}.json").read_text(encoding="utf-8"))
    texts.append(json.dumps(authoring.student_edition(edition(name, 0)), ensure_ascii=False))
    texts.append(json.dumps(authoring.public(ran(name, 0)), ensure_ascii=False))
    for text in texts:
        assert "HIDDEN" not in text and not re.search(r"-hidden-\d", text)
        assert not [case for case in cases if case in text]


# ── what comes out ───────────────────────────────────────────────────────────────────

EDITIONS = [
    pytest.param(name, i, marks=[pytest.mark.slow] if i >= FEW else [])
    for name in NAMES
    for i in range(MANY)
]


@pytest.mark.parametrize(("name", "i"), EDITIONS)
def test_no_mistake_and_no_public_value_passes_the_hidden_checks(name, i):
    for id, question in ran(name, i).items():
        public, hidden = split(question)
        known = {line for case in public.values() for line in case["lines"]}
        for case in question["cases"].values():
            numbers = [n for line in case["lines"] for n in flat(values.parse(line))]
            assert all(math.isfinite(n) for n in numbers if values.is_number(n)), id
        for mistake in question["mistakes"]:
            passed = {c for c in hidden if feedback.agrees(hidden[c], mistake["cases"][c])}
            assert passed < set(hidden), (id, mistake["name"])
        for case in hidden.values():  # the right answer's public values, printed
            assert not any(feedback.agrees(case, other["lines"]) for other in public.values()), id
            assert set(case["lines"]) - known, id


def flat(value):
    return flat(list(value.values())) if isinstance(value, dict) else values.flat(value)


@pytest.mark.parametrize(
    "count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"]
)
@pytest.mark.parametrize("name", NAMES)
def test_every_seed_asks_for_other_values(name, count):
    for id in prepared(name)[2]:
        several = [split(ran(name, i)[id])[1] for i in range(count)]
        for one, other in itertools.combinations(several, 2):
            for case in one:
                assert not feedback.agrees(one[case], other[case]["lines"]), (id, case)


PRINTS = """
import json, sys
sys.path[:0] = [".", "tools"]
from nnlib.backend import name
from tests.exercises import test_hidden as hidden
print(json.dumps([name, [hidden.shown(n, i) for n in hidden.NAMES for i in range(3)]]))
"""


def shown(name, i):
    """{question: {case: lines}}: what an edition's solution prints."""
    session = Session()
    for cell in authoring.code_cells(edition(name, i)):
        if not authoring.is_check(cell):
            assert not session.run(source(cell)).error
    return {
        id: {case: told["lines"] for case, told in exercise.seen(id).items()}
        for id in prepared(name)[2]
    }


def test_both_engines_print_the_same():
    told = {}
    for backend in ("numpy", "torch"):
        environment = os.environ | {"NNLIB_BACKEND": backend}
        command = [sys.executable, "-c", PRINTS]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        engine, told[backend] = json.loads(done.stdout)
        assert engine == backend
    assert told["numpy"] == told["torch"] and len(told["numpy"]) == 3 * len(NAMES)


# ── right answers in other ways ──────────────────────────────────────────────────────

SINGLE = """
    given = []
    for value in values:
        if isinstance(value, list):
            value = [single(*v) if isinstance(v, tuple) else single(v)[0] for v in value]
        elif isinstance(value, np.ndarray | float):
            value = np.float32(value)
        given.append(value)
    return tuple(given)
"""
FLOAT32 = {
    "neurons-collapse": "collapse",
    "neurons-bends": "output_weights",
    "backprop-hidden": "hidden_delta",
    "backprop-batch": "layer_gradients",
    "gradients-chain": "sensitivity",
    "gradients-frozen": "frozen_step",
    "feedforward-sparsemax": "sparsemax",
    "feedforward-bspline": "basis",
}


@pytest.mark.parametrize(("id", "function"), FLOAT32.items())
def test_float32_keeps_the_points(id, function):
    text = f"def single(*values):{SINGLE}\n\nexact = {function}\n"
    text += f"def {function}(*values):\n    return exact(*single(*values))\n"
    assert earned(id, lambda answer: f"{answer}\n\n\n{text}") == {True}


def earned(id, changed, count=5):
    """Whether an answer's cases agree with the solution's, as a set, for `count` editions."""
    name = next(name for name, known in QUESTIONS if known == id)
    found = set()
    for i in range(count):
        cells, session = authoring.code_cells(edition(name, i)), Session()
        part = authoring.part_of(cells, id)
        for cell in cells:
            if not (answer_id(cell) or shown_id(cell) or authoring.is_check(cell)):
                assert not session.run(source(cell)).error
        right = authoring.values(session.copy(), part, id, name)
        part[0]["source"] = changed(part[0]["source"])
        came = authoring.values(session, part, id, name)
        found |= {feedback.agrees(right[case], came[case]["lines"]) for case in right}
    return found


OTHER_WAYS = {
    "neurons-collapse": """
        zero = np.zeros(layers[0][0].shape[1])
        def chain(x):
            for W, b in layers:
                x = W @ x + b
            return x
        columns = [chain(e) - chain(zero) for e in np.eye(len(zero))]
        return np.array(columns).T, chain(zero)
    """,
    "neurons-bends": """
        steep = np.maximum(0, np.append(knots[1:], knots[-1] + 1)[:, None] - knots)
        return np.linalg.solve(steep, np.append(values[1:], values[-1]) - values[0])
    """,
    "neurons-columns": "return (X.T @ W.T + b).T",
    "backprop-hidden": """
        A = 1.7159 * np.tanh(2 / 3 * Z)
        back = np.zeros(Z.shape)
        for i in range(len(Z)):
            back[i] = W_above.T @ delta_above[i]
        return back * 2 / 3 * (1.7159 - A**2 / 1.7159)
    """,
    "backprop-batch": """
        dW, db = np.zeros(W.shape), np.zeros(len(b))
        for x, t in zip(X, T):
            delta = (W @ x + b - t) ** 3
            dW += np.outer(delta, x) / len(X)
            db += delta / len(X)
        return dW, db
    """,
    "backprop-nudge": """
        gradient = np.empty(W.shape)
        for i in np.ndindex(*W.shape):
            kept = W[i]
            W[i] = kept + h
            above = f(W)
            W[i] = kept - h
            gradient[i] = (above - f(W)) / 2 / h
            W[i] = kept
        return gradient
    """,
    "backprop-locate": 'return ["b1", "W1"]',
    "gradients-chain": """
        zs, a = [], x
        for l in range(len(w)):
            zs.append(w[l] * a + b[l])
            a = zs[-1] / (1 + abs(zs[-1]))
        blame = 1.0
        for l in reversed(range(len(w))):
            blame = blame * w[l] / (1 + abs(zs[l])) ** 2
        return blame
    """,
    "gradients-frozen": """
        W1, W2, W3 = (W.copy() for W in weights)
        miss = X @ (W3 @ W2 @ W1).T - T
        step1, step3 = (W3 @ W2).T @ miss.T @ X, miss.T @ X @ (W2 @ W1).T
        W1 -= lr * step1
        W3 -= lr * step3
        return [W1, W2, W3]
    """,
    "gradients-clip": """
        length = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
        if length <= longest:
            return grads
        return [g / length * longest for g in grads]
    """,
    "feedforward-identity": """
        class Block(nn.Module):
            def __init__(self, m, n):
                super().__init__()
                self.enter = nn.Parameter(torch.tensor(W1.tolist(), dtype=W1.dtype))
                self.leave = nn.Parameter(torch.zeros(n, m, dtype=W1.dtype))

            def forward(self, h):
                hidden = torch.relu(torch.matmul(h, self.enter.T))
                return torch.matmul(hidden, self.leave.T) + h

        return Block(*W1.shape)
    """,
    "feedforward-sparsemax": """
        low, high = z.min() - 1, z.max()
        for _ in range(80):
            tau = (low + high) / 2
            low, high = (tau, high) if np.maximum(z - tau, 0).sum() > 1 else (low, tau)
        p = np.maximum(z - tau, 0)
        S = (p > 1e-9).astype(float)
        return tau, p, S * v - S * (S @ v) / S.sum()
    """,
    "feedforward-bspline": """
        def B(i, d, t):
            if d == 0:
                return float(knots[i] <= t < knots[i + 1])
            up, down = knots[i + d] - knots[i], knots[i + d + 1] - knots[i + 1]
            left = (t - knots[i]) / up * B(i, d - 1, t) if up else 0.0
            right = (knots[i + d + 1] - t) / down * B(i + 1, d - 1, t) if down else 0.0
            return left + right
        return np.array([[B(i, degree, t) for i in range(len(knots) - degree - 1)] for t in x])
    """,
    "feedforward-repair": """
        X, y = validation
        kept, record, low, waited = None, [], np.inf, 0
        for epoch in range(epochs):
            train_epoch(params, *training, np.random.default_rng(epoch), lr)
            losses = [loss(params, X[i : i + 16], y[i : i + 16]) for i in range(0, len(X), 16)]
            mean = loss(params, X, y)
            record.append((mean, losses))
            waited += 1
            if mean < low:
                kept, low, waited = [p.copy() for p in params], mean, 0
            if waited >= patience:
                break
        return kept, record
    """,
}


@pytest.mark.parametrize(("id", "code"), OTHER_WAYS.items(), ids=list(OTHER_WAYS))
def test_a_right_answer_in_another_way_passes(id, code):
    assert earned(id, lambda answer: authoring.with_region(answer, code), 3) == {True}
