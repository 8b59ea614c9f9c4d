"""Write tests/js/vectors/*.json: what NumPy computes, for the simulations' mathematics to equal.

Each module of tools/vector_recipes has a function `vectors()` that returns plain lists and numbers,
computed with nnlib.scratch; its result becomes the JSON file of its name. With `--check` nothing
is written, and the exit status says whether a file is stale.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "tests" / "js" / "vectors"


def rendered():
    """{file name: its text} for every recipe."""
    sys.path.insert(0, str(HERE))
    names = sorted(p.stem for p in (HERE / "vector_recipes").glob("*.py") if p.stem != "__init__")
    return {
        f"{name}.json": json.dumps(import_module(f"vector_recipes.{name}").vectors(), indent=0)
        + "\n"
        for name in names
    }


def numbers(value):
    """Every leaf of a JSON value, in order."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    return [x for v in value for x in numbers(v)] if isinstance(value, list) else [value]


def same(text, path):
    """Whether the file says the same: NumPy's last digit differs between machines."""
    if not path.is_file():
        return False
    new, old = numbers(json.loads(text)), numbers(json.loads(path.read_text(encoding="utf-8")))
    return len(new) == len(old) and all(
        a == b or (isinstance(a, float) and abs(a - b) <= 1e-13 * max(abs(a), abs(b), 1e-3))
        for a, b in zip(new, old, strict=True)
    )


def main():
    check = "--check" in sys.argv
    files = rendered()
    stale = [name for name, text in files.items() if not same(text, TARGET / name)]
    stale += [path.name for path in TARGET.glob("*.json") if path.name not in files]
    if check and stale:
        print(f"stale: {', '.join(stale)}; run python tools/vectors.py", file=sys.stderr)
        return 1
    if not check:
        TARGET.mkdir(parents=True, exist_ok=True)
        for name in stale:
            if name in files:
                (TARGET / name).write_text(files[name], encoding="utf-8")
            else:
                (TARGET / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
