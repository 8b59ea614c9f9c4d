"""Run the recorded experiments whose code has changed, and write their tables whole.

`experiments/<part>/NN_name.py` defines `rows()`, which yields one dict a run (its seed among the
keys). The record goes to `nnlib/results/<part>/NN_name.json`, with the digest of the script and of
every file of nnlib that it imported: of their code, so that a better comment does not cost an hour.
`--check` only looks; `--all` runs also what is fresh.

`--confirm` is for a change that should leave every number alone, such as a new check of inputs: it
makes a twentieth of the runs again (at least 20, drawn at random, by the script's `again(row)`)
and, if all come out as recorded, renews the digests and says so there; else nothing is written.
"""

import argparse
import ast
import importlib.util
import io
import json
import platform
import random
import sys
import time
import tokenize
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from execute import digest, write_whole
from settings import ROOT

from nnlib.catalog import PACKAGES

EXPERIMENTS = ROOT / "experiments"
RESULTS = ROOT / "nnlib" / "results"


def scripts() -> list[Path]:
    return sorted(EXPERIMENTS.rglob("[0-9]*.py"))


def record_file(script: Path) -> Path:
    return RESULTS / script.relative_to(EXPERIMENTS).with_suffix(".json")


def code_digest(name: str) -> str | None:
    """Of a Python file without its comments, docstrings and blank lines; None where it is gone."""
    path = ROOT / name
    return digest(bare(path.read_text(encoding="utf-8")).encode()) if path.is_file() else None


def bare(source: str) -> str:
    """The source without comments, docstrings and blank lines."""
    lines = source.splitlines(keepends=True)
    for kind, _, (row, column), _, _ in tokenize.generate_tokens(io.StringIO(source).readline):
        if kind == tokenize.COMMENT:
            lines[row - 1] = lines[row - 1][:column].rstrip() + "\n"
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            for row in range(text.lineno - 1, text.end_lineno):
                lines[row] = ""
    return "".join(line for line in lines if line.strip())


def is_fresh(script: Path) -> bool:
    """Whether the recorded table is what the code of today would make."""
    path = record_file(script)
    if not path.is_file():
        return False
    digests = json.loads(path.read_text(encoding="utf-8"))["made"]["digests"]
    name = script.relative_to(ROOT).as_posix()
    return name in digests and all(code_digest(file) == old for file, old in digests.items())


def versions() -> list[str]:
    """What the experiment ran on: Python, NumPy, and PyTorch where it was the engine."""
    said = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    backend = sys.modules.get("nnlib.backend")
    if backend and backend.name == "torch":
        said.append(f"PyTorch {backend.torch.__version__}")
    return said


def only_names() -> set[str]:
    """Files that only name what there is, and change with every new architecture."""
    packages = [f"nnlib/{package}/__init__.py" for package in PACKAGES]
    return {"nnlib/__init__.py", "nnlib/catalog.py", *packages}


def imported(before: set[str], script: Path) -> dict[str, str]:
    """The digests of the script and of the files of nnlib that came in since `before`."""
    used = [getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - before]
    files = [Path(file) for file in used if file]
    names = {f.relative_to(ROOT).as_posix() for f in files if f.is_relative_to(ROOT / "nnlib")}
    names = [*sorted(names - only_names()), script.relative_to(ROOT).as_posix()]
    return {name: code_digest(name) for name in names}


def load(script: Path):
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(f"experiment_{script.stem}", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(script: Path) -> None:
    before = set(sys.modules)
    module = load(script)
    began = imported(before, script)
    start = time.perf_counter()
    rows = list(module.rows())
    seconds = time.perf_counter() - start
    digests = imported(before, script)
    changed = [name for name in began if digests[name] != began[name]]
    if changed:
        raise RuntimeError(f"{', '.join(changed)} changed while {script.name} ran: run it again")
    made = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "device": f"CPU, {platform.machine()}",
        "versions": ", ".join(versions()),
        "seconds": round(seconds),
        "script": script.relative_to(ROOT).as_posix(),
        "digests": digests,
    }
    write(script, made, rows)


def write(script: Path, made: dict, rows: list[dict]) -> None:
    path = record_file(script)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    write_whole(path, f'{{"made": {json.dumps(made, indent=1)},\n "rows": [\n  {lines}\n ]}}\n')


def confirm(script: Path) -> None:
    """Renew the digests of a record whose numbers still come out; RuntimeError if one does not."""
    before = set(sys.modules)
    module = load(script)
    if not hasattr(module, "again"):
        raise RuntimeError(f"{script.name} has no `again(row)`: run `make results`")
    record = json.loads(record_file(script).read_text(encoding="utf-8"))
    rows = record["rows"]
    drawn = random.sample(rows, min(len(rows), max(20, len(rows) // 20)))
    digests = imported(before, script)
    for row in drawn:
        new = json.loads(json.dumps(module.again(row)))
        if {**new, "seconds": 0} != {**row, "seconds": 0}:
            raise RuntimeError(f"{script.name}: recorded {row}, now {new}: run `make results`")
    if imported(before, script) != digests:
        raise RuntimeError(f"the code changed while {script.name} ran: run it again")
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    confirmed = f"{len(drawn)} of {len(rows)} runs made again on {date}, alike to every digit"
    write(script, record["made"] | {"digests": digests, "confirmed": confirmed}, rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="run nothing, fail on stale records")
    parser.add_argument(
        "--confirm", action="store_true", help="make some runs again, renew digests"
    )
    parser.add_argument("--all", action="store_true", help="run also what is fresh")
    given = parser.parse_args()
    todo = [script for script in scripts() if given.all or not is_fresh(script)]
    for script in todo:
        name = script.relative_to(ROOT).as_posix()
        if given.check:
            print(f"stale: {name}")
            continue
        print(f"{'confirming' if given.confirm else 'running'} {name}", flush=True)
        for module in [m for m in sys.modules if m.split(".")[0] == "nnlib"]:
            del sys.modules[module]  # so that each record names all it imports
        (confirm if given.confirm else run)(script)
    return int(given.check and bool(todo))


if __name__ == "__main__":
    sys.exit(main())
