"""Put together the Python of the browser: `_build/lite/pyodide/`.

Pyodide's runtime, the wheels of lite/lock.json without their tests, nnlib as it stands here, and a
`pyodide-lock.json` that names them all by hash: so `import nnlib` loads it, with what it needs.
Where Node is found, all Python files are compiled beforehand, once (lite/compile.py tells why).
"""

import functools
import hashlib
import io
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from lite_files import LOCK, fetched
from settings import PROJECT, ROOT

RUNTIME = ROOT / "_build" / "lite" / "pyodide"
KEPT = ROOT / ".lite" / "compiled"  # by content, kept by `make clean`
WITH_SOURCE = ("numpy", "nnlib")  # what a reader's error or `source` may show
NOT_NEEDED = re.compile(
    r"(^|/)(tests?|__pycache__|sphinxext|sample_data|\.ipynb_checkpoints)/|\.so\.dSYM"
)
NNLIB = {
    "imports": ["nnlib"],
    "depends": ["anywidget", "ipython", "matplotlib", "numpy", "pyyaml", "tqdm", "traitlets"],
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def archive(files: dict[str, bytes]) -> bytes:
    """A zip file that depends on `files` alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name in sorted(files):
            out.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def nnlib_wheel() -> tuple[str, bytes]:
    """(file name, content) of nnlib as this working tree has it, for the browser only."""
    stem = f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}"
    info = f"{stem}.dist-info"
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "nnlib").rglob("*")
        if path.is_file() and not NOT_NEEDED.search(path.relative_to(ROOT).as_posix())
    }
    told = [("Metadata-Version", "2.1"), ("Name", PROJECT["name"]), ("Version", PROJECT["version"])]
    told += [("Classifier", line) for line in PROJECT["classifiers"]]
    needed = [line for line in PROJECT["dependencies"] if line.startswith(tuple(NNLIB["depends"]))]
    told += [("Requires-Dist", line) for line in needed]  # no command line there: no typer
    files[f"{info}/METADATA"] = "".join(f"{key}: {value}\n" for key, value in told).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = b""
    return f"{stem}-py3-none-any.whl", archive(files)


def trimmed(path: Path, pure: bool) -> bytes:
    """A wheel without its tests; of a `pure` one, Python files and data only."""
    with zipfile.ZipFile(path) as old:
        files = {name: old.read(name) for name in old.namelist() if not name.endswith("/")}
    return archive(
        {
            name: data
            for name, data in files.items()
            if not NOT_NEEDED.search(name) and not (pure and name.endswith(".so"))
        }
    )


def parts() -> dict[str, tuple[str, str, Callable[[], bytes]]]:
    """{package: (file name, what its content depends on, the content)}, not compiled yet."""
    files = fetched()
    found = {}
    for name, wheel in LOCK["wheels"].items():
        file, pure = wheel["file_name"], wheel["from"] == "pypi"
        if pure and not file.endswith("-any.whl"):  # of one platform: only its Python files stay
            file = "-".join([*file.split("-")[:2], "py3-none-any.whl"])
        content = functools.partial(trimmed, files / wheel["file_name"], pure)
        found[name] = (file, wheel["sha256"], content)
    file, ours = nnlib_wheel()
    found["nnlib"] = (file, digest(ours), lambda: ours)
    library = files / "python_stdlib.zip"
    found["python"] = (library.name, LOCK["runtime"][library.name], library.read_bytes)
    return found


def compiled(found: dict) -> dict[str, bytes]:
    """{file name: content}, compiled where Node is here, from the store where nothing changed."""
    node = shutil.which("node")
    how = [Path(__file__), *((ROOT / "lite").glob("compile.*") if node else ())]
    how = digest(b"".join(path.read_bytes() for path in sorted(how)))
    KEPT.mkdir(parents=True, exist_ok=True)
    kept, jobs = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for package, (file, source, content) in found.items():
            kept[file] = KEPT / f"{digest((how + source).encode())[:16]}-{file}"
            if not kept[file].is_file():
                aside = Path(folder) / file
                aside.write_bytes(content())
                job = {"source": str(aside), "target": str(kept[file])}
                jobs.append(job | {"keep_source": package in WITH_SOURCE})
        if not node:
            print("Node is not here: each start in the browser will compile, which takes seconds")
            for job in jobs:
                shutil.move(job["source"], job["target"])
        elif jobs:
            print(f"Compiling {len(jobs)} packages for the browser", flush=True)
            listed = Path(folder) / "jobs.json"
            listed.write_text(json.dumps(jobs), encoding="utf-8")
            command = [node, ROOT / "lite" / "compile.mjs", fetched(), listed]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"compiling for the browser failed:\n{done.stderr[-2000:]}")
    for path in set(KEPT.iterdir()) - set(kept.values()):
        path.unlink()  # of an earlier state of the sources
    return {name: path.read_bytes() for name, path in kept.items()}


def lock(found: dict, files: dict[str, bytes]) -> str:
    """`pyodide-lock.json`: what there is, by hash, and what needs what."""
    packages = {}
    for name, (file, *_) in found.items():
        if name == "python":
            continue
        entry = LOCK["wheels"].get(name) or NNLIB | {"version": PROJECT["version"]}
        packages[name] = {
            "name": name,
            "version": entry["version"],
            "file_name": file,
            "install_dir": "site",
            "sha256": digest(files[file]),
            "package_type": "package",
            "imports": entry["imports"],
            "depends": entry["depends"],
            "unvendored_tests": False,
        }
    return json.dumps({"info": LOCK["info"], "packages": packages}, indent=1)


def build() -> Path:
    """Make `RUNTIME` hold exactly what it should; returns it."""
    found = parts()
    files = compiled(found)
    for name in LOCK["runtime"]:
        files.setdefault(name, (fetched() / name).read_bytes())
    files["pyodide-lock.json"] = lock(found, files).encode()
    RUNTIME.mkdir(parents=True, exist_ok=True)
    for path in RUNTIME.iterdir():
        if path.name not in files:
            path.unlink()
    for name, data in files.items():
        path = RUNTIME / name
        if not (path.is_file() and path.read_bytes() == data):
            path.write_bytes(data)
    return RUNTIME


if __name__ == "__main__":
    size = sum(path.stat().st_size for path in build().iterdir()) / 1e6
    print(f"{RUNTIME.relative_to(ROOT)}: {size:.1f} MB")
