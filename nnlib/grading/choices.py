"""What a student chose when writing an answer: the part of it that can tell two answers apart.

An answer is read in three aspects:

    structure   its tokens in order, layout and comments dropped. The student's own names all read
                `v` and the parameters `p0`, `p1`, so renaming leaves no trace; keywords,
                operators, builtins, attributes and numbers stay
    names       the names that the student chose, each where it first stands
    words       the words of comments, docstrings and texts, in runs of GRAM

Structure and names are a path with *forks*: at a place, which is known by the RUN tokens before it
(for a name: by the NEAR tokens from it on), the answers of a class go on in different ways. Runs of
words are winnowed: of WINDOW neighbouring hashes the smallest is kept (Schleimer, Wilkerson and
Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003), so that any
GRAM + WINDOW − 1 words that two students share leave a trace in both, wherever they stand.

The tokens come from one tolerant pattern, not from `tokenize`: broken code reads like whole code
with a fault in it, and each version of Python reads the same. Nothing here raises, whatever the
source; time and memory grow linearly, and no more than MOST characters are read.
"""

import builtins
import keyword
import re
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

ASPECTS = ("structure", "names", "words")
MOST = 20_000  # characters
RUN, NEAR, GRAM, WINDOW = 7, 3, 3, 2

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<text>[rRbBfFuU]{0,2}(?:
        '{3}(?:\\.|[^\\])*?(?:'{3}|\Z) | "{3}(?:\\.|[^\\])*?(?:"{3}|\Z)
      | '(?:\\.|[^\\\n'])*'? | "(?:\\.|[^\\\n"])*"? ))
  | (?P<number>0[xXbBoO]\w+ | (?:\d[\d_]*\.?[\d_]* | \.\d[\d_]*)(?:[eE][-+]?\d+)?[jJ]?)
  | (?P<name>[^\W\d]\w*)
  | (?P<newline>\n)
  | (?P<skip>\\\n|[^\S\n]+)
  | (?P<sign>\*\*=?|//=?|<<=?|>>=?|:=|->|[-+*/%@&|^=!<>]=|\.\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KNOWN = {name for name in dir(builtins) if name[0] != "_"} | set(keyword.kwlist)
_KNOWN |= {"np", "numpy", "torch", "nn", "F", "math", "nnlib", "self"}


class Token(NamedTuple):
    kind: str  # comment, text, number, name, sign; "end" where a statement ends
    text: str
    line: int  # from 1
    depth: int  # of open brackets


class Choice(NamedTuple):
    """At the place `at` the student took the way `took`; both are 64-bit keys.

    weight: 1, but for words: the share of the run's GRAM words that no later run covers, so that
    overlapping runs together count for the passage that they cover, once. Words have no place: 0.
    """

    aspect: str
    at: int
    took: int
    weight: float
    line: int
    text: str


@dataclass(frozen=True)
class Stub:
    """What each answer to a question begins with. It is nobody's choice, and is passed over."""

    lines: frozenset = frozenset()
    names: frozenset = frozenset()
    function: str = ""

    @classmethod
    def of(cls, source):
        """The Stub with this source (a text)."""
        found = [token for token in tokens(source) if token.kind == "name"]
        function = next((b.text for a, b in pairwise(found) if a.text == "def"), "")
        return cls(frozenset(_lines(source)), frozenset(t.text for t in found), function)


def readable(source):
    """What is read of a source: at most MOST characters, lines ended by \\n; "" for no text."""
    text = source[:MOST] if isinstance(source, str) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def tokens(source):
    """The Tokens of a source, broken or not."""
    found, line, depth = [], 1, 0
    for match in _TOKEN.finditer(readable(source)):
        kind, text = match.lastgroup, match[0]
        if kind == "sign":
            depth = max(0, depth + (text in "([{") - (text in ")]}"))
        if kind == "newline" or text == ";":
            if not depth and found and found[-1].kind != "end":
                found.append(Token("end", ";", line, 0))
        elif kind != "skip":
            found.append(Token(kind, text, line, depth))
        line += text.count("\n")
    return found


def choices(source, stub):
    """All Choices of an answer, in order; each place and each run of words once."""
    head = f"def {stub.function}("  # whatever the parameters are called now
    lines = enumerate(_lines(source), 1)
    given = {i for i, line in lines if line in stub.lines or line.startswith(head)}
    path, names, found = [], {}, []
    for token, kind in _own(tokens(source), stub, given):
        if kind == "words":
            found += _runs(re.findall(r"\w+", token.text.lower().lstrip("rbfu")), token.line)
        if kind == "v":
            names.setdefault(token.text, (len(path), token.line))
        if kind != "words" and (kind != ";" or (path and path[-1][0] != ";")):
            path.append((kind, token.line))
    texts = ["^"] * RUN + [text for text, _ in path] + ["$"]
    lines = [line for _, line in path] + [path[-1][1] if path else 1]
    for i, line in enumerate(lines) if path else ():
        place, text = " ".join(texts[i : i + RUN]), texts[i + RUN]
        found.append(Choice("structure", key("at", place), key("to", text), 1.0, line, text))
    for name, (i, line) in names.items():
        place = " ".join(texts[i + RUN : i + RUN + NEAR])
        found.append(Choice("names", key("at", place), key("name", name), 1.0, line, name))
    once = {(c.aspect, c.at or c.took): c for c in reversed(found)}
    return [c for c in found if once[c.aspect, c.at or c.took] is c]


def _own(every, stub, given):
    """(token, how it reads), but for `given` lines: "words", "v" for a chosen name, or its text."""
    places = _parameters(every, stub.function)
    before = Token("end", ";", 0, 0)
    for token, after in pairwise([*every, before]):
        kind, text = token.kind, token.text
        if token.line not in given:
            if kind in ("comment", "text"):
                yield token, "words"
                if kind == "text" and before.kind not in ("end", "comment"):
                    yield token, "s"
            elif kind != "name" or text in _KNOWN or before.text == ".":
                yield token, text
            elif text in places:
                yield token, f"p{places[text]}"
            elif text in stub.names or (token.depth and after.text == "="):
                yield token, text  # a keyword of a call is the library's word
            else:
                yield token, "v"
        before = token


def _parameters(every, function):
    """{name: position} of the parameters of `def function`, or of the first def there is."""
    starts = [i for i, t in enumerate(every[:-1]) if t.kind == "name" and t.text == "def"]
    found, first = {}, starts[0] if starts else len(every)
    start = next((i for i in starts if every[i + 1].text == function), first)
    for before, token in zip(every[start + 2 :], every[start + 3 :], strict=False):
        if token.depth == 0:
            break
        if token.kind == "name" and token.depth == 1 and before.text in ("(", ",", "*"):
            found.setdefault(token.text, len(found))
    return found


def _runs(words, line):
    """The winnowed runs of the words of one comment or text, as Choices."""
    if not words:
        return []
    grams = [" ".join(words[i : i + GRAM]) for i in range(max(1, len(words) - GRAM + 1))]
    places = winnow([key("words", gram) for gram in grams], WINDOW)
    return [
        Choice("words", 0, key("words", grams[i]), min(following - i, GRAM) / GRAM, line, grams[i])
        for i, following in zip(places, [*places[1:], len(words)], strict=True)
    ]


def winnow(keys, window):
    """Positions of the smallest key of each window, the rightmost of equals; at least one."""
    last = max(1, len(keys) - window + 1)
    parts = (range(start, min(start + window, len(keys))) for start in range(last))
    return list(dict.fromkeys(min(part, key=lambda i: (keys[i], -i)) for part in parts))


def key(kind, text):
    """64 bits, the same in every process; `hash` is not."""
    text = f"{kind} {text}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def _lines(source):
    return [line.strip() for line in readable(source).split("\n")]
