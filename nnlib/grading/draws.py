"""Numbers drawn from a secret: what hidden checks are fed with, and what differs a student.

A course's repository is public, so what must not be known beforehand comes from a secret that
lies outside it. Every draw is a keyed hash (HMAC-SHA-256) of the secret and of what the number is
for: the same on every machine, and from one draw nobody learns another.

In a notebook a drawn number is a plain assignment that stands alone on its line, `seed = 7`. A
hidden check has `seed = 0`; what a question varies, its `.yml` declares:

    variants:
      data_seed: 1 to 9999     a whole number of this range
      p: [0.8, 0.9, 0.95]      one of these
"""

import ast
import hashlib
import hmac
import re

HIDDEN_SEED = "seed"
_RANGE = re.compile(r"(-?\d+) to (-?\d+)")


def number(secret, *purpose):
    """A whole number of 64 bits for one purpose. secret: bytes; purpose: texts."""
    message = "\0".join(purpose).encode("utf-8", "surrogatepass")
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8], "big")


def hidden_seed(secret, assignment, question):
    """The seed of a question's hidden checks, below 2**32 as NumPy's older generators want it."""
    return number(secret, "hidden", assignment, question) % 2**32


def variant(secret, student, question, declared):
    """{name: value}: what this student's edition of a question has. declared: as in the .yml."""
    return {
        name: _pick(name, choice, number(secret, "variant", student, question, name))
        for name, choice in declared.items()
    }


def examples(declared, count):
    """`count` variants of a question, for its author to try: {name: value} each."""
    return [variant(b"examples", str(i), "", declared) for i in range(count)]


def _pick(name, choice, drawn):
    if isinstance(choice, list) and choice:
        return choice[drawn % len(choice)]
    match = _RANGE.fullmatch(choice) if isinstance(choice, str) else None
    if match and int(match[1]) <= int(match[2]):
        return int(match[1]) + drawn % (int(match[2]) - int(match[1]) + 1)
    raise ValueError(f"variants: {name}: expected `a to b` or a list of values, got {choice!r}")


def assigned(source, values):
    """`source` with `name = literal` lines changed to the values; and the names that were found."""
    found, lines = set(), source.encode().split(b"\n")
    for node in ast.parse(source).body:
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1):
            continue
        target, old = node.targets[0], node.value
        if isinstance(target, ast.Name) and target.id in values and _is_literal(old):
            found.add(target.id)
            line = lines[old.lineno - 1]
            new = repr(values[target.id]).encode()
            lines[old.lineno - 1] = line[: old.col_offset] + new + line[old.end_col_offset :]
    return b"\n".join(lines).decode(), found


def _is_literal(node):
    """Whether it stands on one line and is a plain value."""
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return node.lineno == node.end_lineno
