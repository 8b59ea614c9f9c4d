"""Solutions → exercises, and the references that nnlib carries.

    solutions/<part>/<name>.ipynb + .yml     the source: two files that an author writes
    exercises/<part>/<name>.ipynb            what a student opens: stubs, no solutions
    nnlib/exercises/<part>/<name>.ipynb      the same, for `nnlib check` without the repository
    nnlib/exercises/<part>/<name>.json       expected values, hints, and what each mistake prints

Every solution, stub and mistake is run (nnlib/grading/authoring.py says what is refused).
`python tools/exercises.py` writes, `--check` only looks and fails when something is stale.
"""

import argparse
import json
import sys
from pathlib import Path

import nbformat
import settings

sys.path.insert(0, str(settings.ROOT))
from nnlib.grading import authoring


def solutions():
    """Every solution notebook, as "foundations/04_backprop"."""
    folder = settings.ROOT / "solutions"
    files = (f for f in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in f.parts)
    return sorted(f.relative_to(folder).with_suffix("").as_posix() for f in files)


def generated(name):
    """{path below the root: text} of everything that follows from one solution."""
    notebook, spec = authoring.read(settings.ROOT / "solutions", name)
    text = json.dumps(notebook)
    notebook = nbformat.reads(settings.applied(text, f"solutions/{name}.ipynb"), as_version=4)
    order = authoring.prepare(notebook, spec, name)
    questions = authoring.public(authoring.run(notebook, spec, order, name))
    exercise_text = written(authoring.student_edition(notebook), f"exercises/{name}.ipynb")
    return {
        f"solutions/{name}.ipynb": written(notebook, f"solutions/{name}.ipynb"),
        f"exercises/{name}.ipynb": exercise_text,
        f"nnlib/exercises/{name}.ipynb": exercise_text,
        f"nnlib/exercises/{name}.json": json.dumps(
            {"questions": questions}, indent=1, ensure_ascii=False
        )
        + "\n",
    }


def written(notebook, path):
    """The notebook's text, its first cells as tools/settings.py wants them."""
    notebook = nbformat.from_dict(notebook)
    nbformat.validate(notebook)
    return settings.applied(nbformat.writes(notebook), path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail on stale files")
    parser.add_argument("names", nargs="*", help="only these, as foundations/04_backprop")
    options = parser.parse_args()
    wanted = {}
    for name in options.names or solutions():
        wanted |= generated(name)
    stale = [path for path, text in wanted.items() if current(path) != text]
    if not options.names:
        stale += orphans(wanted)
    for path in [] if options.check else stale:
        file: Path = settings.ROOT / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path], encoding="utf-8")
        else:
            file.unlink()
    if stale:
        print(("stale: " if options.check else "written: ") + ", ".join(stale))
    return int(options.check and bool(stale))


def current(path):
    file = settings.ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else None


def orphans(wanted):
    """Generated files whose solution is gone."""
    found = []
    for folder in ("exercises", "nnlib/exercises"):
        for file in (settings.ROOT / folder).rglob("*.*"):
            path = file.relative_to(settings.ROOT).as_posix()
            if file.suffix in (".ipynb", ".json") and ".ipynb_checkpoints" not in file.parts:
                found += [path] if path not in wanted else []
    return found


if __name__ == "__main__":
    sys.exit(main())
