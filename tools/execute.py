"""Execute chapters in parallel, each once, and again only when something it used has changed.

Beside each executed notebook stands its record: the digests of its cells, of every file of the
repository that it imported or opened while running (see trace.py), of the lock file and of the
settings. A chapter is fresh when all of them still fit.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from settings import ROOT
from traitlets.config import Config

EXECUTED = ROOT / "_build" / "executed"
COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*m")
CELL_TIMEOUT = 120  # seconds; a chapter has 60 in all, so this only stops what hangs


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def file_digest(name: str) -> str | None:
    path = ROOT / name
    return digest(path.read_bytes()) if path.is_file() else None


def cells_digest(nb) -> str:
    cells = [(cell.cell_type, cell.source, cell.metadata) for cell in nb.cells]
    return digest(json.dumps(cells, sort_keys=True).encode())


def environment() -> dict[str, str]:
    """The settings on which an execution depends."""
    return {
        "python": platform.python_version(),
        "backend": os.environ.get("NNLIB_BACKEND", "default"),
        "mode": os.environ.get("NNLIB_MODE", "quick"),
    }


def is_fresh(notebook: Path, output: Path) -> bool:
    """Whether `output` is what executing `notebook` now would give."""
    record_file = output.with_suffix(".json")
    if not (output.is_file() and record_file.is_file()):
        return False
    record = json.loads(record_file.read_text(encoding="utf-8"))
    return (
        record.get("cells") == cells_digest(nbformat.read(notebook, as_version=4))
        and record.get("environment") == environment()
        and all(file_digest(name) == old for name, old in record["files"].items())
    )


def execute(notebook: Path, output: Path) -> dict:
    """Run `notebook` in a kernel of its own; write the result and its record, both whole."""
    nb = nbformat.read(notebook, as_version=4)
    cells = cells_digest(nb)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "files.json"
        env = os.environ | {"NNLIB_TRACE_ROOT": str(ROOT), "NNLIB_TRACE_FILE": str(trace)}
        env.setdefault("OMP_NUM_THREADS", "1")  # one chapter a core; the pool keeps them busy
        # Sockets in files where there are such: kernels side by side would race for free ports.
        sockets = {"transport": "ipc", "ip": f"{folder}/k"} if os.name == "posix" else {}
        client = NotebookClient(
            nb,
            kernel_name="python3",
            timeout=CELL_TIMEOUT,
            record_timing=False,
            resources={"metadata": {"path": str(notebook.parent)}},
            config=Config(KernelManager=sockets),
            extra_arguments=[
                f"--IPKernelApp.exec_files={ROOT / 'tools' / 'trace.py'}",
                "--IPKernelApp.log_level=ERROR",  # the warning that loopback is not encrypted
            ],
        )
        start = time.perf_counter()
        client.execute(env=env)
        seconds = time.perf_counter() - start
        files = json.loads(trace.read_text(encoding="utf-8"))
    record = {
        "cells": cells,
        "files": {name: file_digest(name) for name in [*files, "requirements.txt"]},
        "environment": environment(),
        "engine": engine_line(nb),
        "seconds": round(seconds, 1),
        "executed": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
    write_whole(output, nbformat.writes(nb))
    write_whole(output.with_suffix(".json"), json.dumps(record, indent=1))
    return record


def engine_line(nb) -> str:
    """What the setup cell said: library, engine, device, mode."""
    for cell in nb.cells:
        if "setup" in cell.metadata.get("tags", []):
            return "".join(out.get("text", "") for out in cell.outputs).strip()
    return ""


def write_whole(path: Path, text: str) -> None:
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def chapters() -> list[Path]:
    return sorted(
        p for p in (ROOT / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts
    )


def execute_all(notebooks: list[Path], target: Path = EXECUTED) -> list[str]:
    """Execute what is not fresh; returns what went wrong, one text a notebook."""
    outputs = {path: target / path.relative_to(ROOT) for path in notebooks}
    todo = [path for path, output in outputs.items() if not is_fresh(path, output)]
    if not todo:
        print(f"{len(notebooks)} notebooks: all fresh")
        return []
    print(f"{len(notebooks)} notebooks, executing {len(todo)}: a minute or two", flush=True)
    failures = []
    with ProcessPoolExecutor(min(len(todo), os.cpu_count() or 1)) as pool:
        running = {pool.submit(execute, path, outputs[path]): path for path in todo}
        for done in as_completed(running):
            name = running[done].relative_to(ROOT).as_posix()
            try:
                print(f"  {name}: {done.result()['seconds']} s", flush=True)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                failures.append(f"{name}: {COLOUR_CODES.sub('', str(error))}")
                print(f"  {name}: FAILED", flush=True)
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every chapter")
    parser.add_argument("--target", type=Path, default=EXECUTED, help="where the results go")
    arguments = parser.parse_args()
    chosen = [path.resolve() for path in arguments.notebooks] or chapters()
    failures = execute_all(chosen, arguments.target)
    if failures:
        print("\n\n".join(failures), file=sys.stderr)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
