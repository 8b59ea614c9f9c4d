"""Build the notebooks that run in the reader's browser, beside the book: `_build/html/lite/`.

JupyterLite, Pyodide (lite_runtime.py) and every chapter and exercise without outputs. A notebook's
name there bears its content's digest: what a reader writes is kept in the browser under that name,
so a newer edition does not overwrite it; `open.html` offers both until the newer is saved too.
Nothing is done when nothing has changed.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import lite_runtime
from lite_notebooks import edition, notebooks
from serve import HTML
from settings import ROOT

SITE = HTML / "lite"
WORK = ROOT / "_build" / "lite"
ENVIRONMENT = ROOT / ".lite" / "env"
LITE = ROOT / "lite"


def environment() -> Path:
    """The Python with JupyterLite; set up on first use and when its pins change."""
    wanted = (LITE / "requirements.txt").read_bytes()
    ready = ENVIRONMENT / "ready"
    python = ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (ready.is_file() and ready.read_bytes() == wanted):
        print("Setting up JupyterLite (once; a minute)", flush=True)
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", LITE / "requirements.txt"], check=True)
        ready.write_bytes(wanted)
    return python


def jupyterlite(python: Path, contents: Path) -> None:
    """Build JupyterLite's own pages into `SITE`."""
    config = {
        "LiteBuildConfig": {
            "apps": ["notebooks", "tree"],
            "contents": [str(contents)],
            "output_dir": str(SITE),
            "no_sourcemaps": True,
            "ignore_sys_prefix": False,
        }
    }
    here = WORK / "jupyterlite"
    shutil.rmtree(here, ignore_errors=True)  # its record of earlier builds goes stale unnoticed
    shutil.rmtree(SITE, ignore_errors=True)
    here.mkdir(parents=True)
    (here / "jupyter_lite_config.json").write_text(json.dumps(config), encoding="utf-8")
    for name in ("jupyter-lite.json", "overrides.json"):
        shutil.copy(LITE / name, here)
    done = subprocess.run(
        [python, "-m", "jupyterlite_core.app", "build"],
        cwd=here, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            f"jupyter lite build failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )


def inputs(runtime: Path, books: dict[str, bytes]) -> str:
    """The digest of all that the site is made of."""
    parts = [
        *books.items(),
        *((p.name, p.read_bytes()) for p in sorted(LITE.iterdir()) if p.is_file()),
    ]
    parts += [("lock", (runtime / "pyodide-lock.json").read_bytes())]
    parts += [("tool", Path(__file__).read_bytes())]
    total = hashlib.sha256()
    for name, content in parts:
        total.update(hashlib.sha256(name.encode() + b"\0" + content).digest())
    return total.hexdigest()


def main() -> int:
    runtime, books = lite_runtime.build(), notebooks()
    built, digest = SITE / "built.json", inputs(runtime, books)
    if built.is_file() and json.loads(built.read_text(encoding="utf-8"))["inputs"] == digest:
        print(f"{len(books)} notebooks in the browser: nothing has changed")
        return 0
    python, contents = environment(), WORK / "contents"
    shutil.rmtree(contents, ignore_errors=True)
    editions = {name: edition(name, content) for name, content in books.items()}
    for name, content in books.items():
        path = contents / editions[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    jupyterlite(python, contents)
    shutil.copytree(runtime, SITE / "pyodide")
    shutil.copy(LITE / "open.html", SITE)
    sizes = {path.name: path.stat().st_size for path in sorted(runtime.iterdir())}
    record = {"inputs": digest, "editions": editions, "sizes": sizes}
    aside = built.with_suffix(".part")
    aside.write_text(json.dumps(record, indent=1), encoding="utf-8")
    aside.replace(built)
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file()) / 1e6
    print(f"built {SITE.relative_to(ROOT)}: {len(books)} notebooks, {size:.0f} MB in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
