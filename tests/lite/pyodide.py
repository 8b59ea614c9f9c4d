"""A notebook run in Node's Pyodide, on the browser's own files; again only when they changed."""

import hashlib
import json
import subprocess

from lite_notebooks import FOLDERS, notebooks
from lite_site import SITE
from settings import ROOT

HERE = ROOT / "tests" / "lite"
LIVE = ROOT / "book" / "assets" / "live.py"
RECORDS = ROOT / "_build" / "lite" / "ran"


def used(name):
    """The digest of what a run depends on.

    Of nnlib: what the chapter's kernel read when the book was built, and the engine, which that
    kernel, with PyTorch, did not need.
    """
    lock = json.loads((SITE / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    executed = (ROOT / "_build" / "executed" / "book" / name).with_suffix(".json")
    parts = [notebooks()[name], LIVE.read_bytes(), (HERE / "run_notebook.mjs").read_bytes()]
    if executed.is_file() and name.partition("/")[0] not in FOLDERS:
        files = json.loads(executed.read_text(encoding="utf-8"))["files"]
        read = {ROOT / file for file in files if file.startswith("nnlib/")}
        read |= set((ROOT / "nnlib" / "engine").rglob("*.py"))
        parts += [path.read_bytes() for path in sorted(read)]
        del lock["packages"]["nnlib"]
    parts.append(json.dumps(lock, sort_keys=True).encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def ran(name):
    """[{error, seconds, messages}], one a code cell."""
    record = RECORDS / f"{name.removesuffix('.ipynb').replace('/', '-')}.json"
    digest = used(name)
    if record.is_file():
        kept = json.loads(record.read_text(encoding="utf-8"))
        if kept["digest"] == digest:
            return kept["cells"]
    edition = json.loads((SITE / "built.json").read_text(encoding="utf-8"))["editions"][name]
    command = ["node", HERE / "run_notebook.mjs", SITE, LIVE, SITE / "files" / edition]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line[:300] for line in done.stderr.splitlines()[-12:]]  # Pyodide quotes itself
    assert done.returncode == 0, "\n".join(complaints)
    cells = json.loads(done.stdout)["cells"]
    RECORDS.mkdir(parents=True, exist_ok=True)
    aside = record.with_suffix(".part")
    aside.write_text(json.dumps({"digest": digest, "cells": cells}), encoding="utf-8")
    aside.replace(record)
    return cells


def shown(cell, type):
    return [message for message in cell["messages"] if message["type"] == type]


def printed(cell, name="stdout"):
    return "".join(m["text"] for m in shown(cell, "stream") if m["name"] == name)
