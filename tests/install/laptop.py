"""What a learner does on a laptop, one after the other: every chapter, exercise and solution.

    python tests/install/laptop.py        in the course's folder, with the Python of its environment

Prints one line a notebook. Whatever does not hold ends it with an error. Nothing is written here.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]


def notebooks(folder):
    """Its notebooks in order, without what JupyterLab keeps beside them."""
    found = (COURSE / folder).rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def run(*command, expect=0):
    done = subprocess.run([sys.executable, "-m", *map(str, command)], check=False)
    assert done.returncode == expect, f"{' '.join(map(str, command))} ended with {done.returncode}"


def main():
    run("nnlib", "doctor")
    with tempfile.TemporaryDirectory() as folder:
        for chapter in notebooks("book"):
            run("jupyter", "execute", "--timeout=300", f"--output={folder}/chapter", chapter)
            print(f"ok: {chapter.name} runs", flush=True)
    for exercise in notebooks("exercises"):
        run("nnlib", "check", exercise, expect=1)  # nobody has solved it yet
        print(f"ok: {exercise.name} waits for answers", flush=True)
    for solution in notebooks("solutions"):
        run("nnlib", "check", solution)
        print(f"ok: {solution.name} is right", flush=True)


if __name__ == "__main__":
    main()
