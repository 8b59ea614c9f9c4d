"""The same attacks on graders that the course does not use: proof that they are real.

`by_asserts`: as nbgrader's autograde does, answer cells and cells that assert run in one kernel; a
cell that raises nothing has its points. `by_nbval`: the instructor's notebook with its outputs, the
answers put in, run in its folder by plain nbval. `by_itself`: nbval on the notebook handed in.

    python peers.py WAY FILE      FILE holds {"answers": …} or a notebook; prints questions as JSON
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from tests.grading.attacks import exercise
from tests.grading.ordinary import ROOT, as_ordinary_user, own
from tests.grading.tiny_exercise import code, notebook

ASSERTS = {
    "twice": ["assert twice(21) == 42", "assert twice(10**8 + 7) == 200000014"],
    "center": [
        "x = np.array([[1.0, 2.0], [4.0, 6.0]])\nassert np.allclose(center(x), x - x.mean(axis=0))",
        "x = np.random.default_rng(1).normal(size=(4, 3))\n"
        "assert np.allclose(center(x), x - x.mean(axis=0))",
    ],
    "spread": ["assert tuple(spread([3, 1.5, 2])) == (1.5, 3)"],
    "initials": ["assert initials('Ada Lovelace') == 'AL'"],
}


def earned(way, told):
    """The questions whose every check passed, run in a process of an ordinary user."""
    with tempfile.TemporaryDirectory(prefix="nnp-") as folder:
        file = Path(folder, "told.json")
        file.write_text(json.dumps(told))
        own(folder)
        environment = {"PYTHONPATH": str(ROOT), "HOME": folder, "PATH": os.environ["PATH"]}
        settings = [f"{key}={value}" for key, value in environment.items()]
        command = [sys.executable, "-m", "tests.grading.attacks.peers", way, str(file)]
        ran = subprocess.run(
            as_ordinary_user("env", "-i", *settings, "NNLIB_BACKEND=numpy", *command),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-3000:]
        return set(json.loads(ran.stdout.splitlines()[-1]))


def by_asserts(told, folder):
    cells, of = [code(exercise.SETUP)], [None]
    for id, checks in ASSERTS.items():
        cells.append(code(exercise.answer(id, told["answers"].get(id, exercise.RIGHT[id]))))
        cells += map(code, checks)
        of += [None, *[id] * len(checks)]
    ran = _executed(notebook(cells), folder, allow_errors=True)
    failed = {
        id
        for id, cell in zip(of, ran["cells"], strict=True)
        if any(output["output_type"] == "error" for output in cell["outputs"])
    }
    return set(ASSERTS) - failed


def by_nbval(told, folder):
    cells, of = [code(exercise.SETUP)], [None]
    for id, right in exercise.RIGHT.items():
        checks = [*exercise.public_cells(id), *exercise.hidden_cells(id)]
        cells += [code(exercise.answer(id, right)), *checks]
        of += [None, *[id] * len(checks)]
    master = _executed(notebook(cells), folder)
    at = [i for i, cell in enumerate(master["cells"]) if "# answer: " in cell["source"]]
    for place, id in zip(at, exercise.RIGHT, strict=True):
        if id in told["answers"]:
            master["cells"][place]["source"] = told["answers"][id]
    return set(exercise.RIGHT) - _failed(master, of, folder)


def by_itself(told, folder):
    """The notebook is run and saved where it is written, and compared with itself."""
    told["cells"] = [cell for cell in told["cells"] if "nnlib.check(" not in cell["source"]]
    of = [_about(cell) for cell in told["cells"] if cell["cell_type"] == "code"]
    return set(exercise.RIGHT) - _failed(_executed(told, folder), of, folder)


def _about(cell):
    return next((id for id in exercise.RIGHT if f"{id}" in cell["source"]), None)


def _executed(notebook, folder, **more):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.from_dict(notebook)
    client = NotebookClient(notebook, timeout=30, resources={"metadata": {"path": folder}}, **more)
    return client.execute()


def _failed(notebook, of, folder):
    Path(folder, "graded.ipynb").write_text(json.dumps(notebook))
    command = ["-m", "pytest", "-q", "-p", "nbval", "--nbval-lax", "--nbval-current-env"]
    command += ["--rootdir=.", "-c", os.devnull, "--junitxml=junit.xml", "graded.ipynb"]
    subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, check=False)
    cases = ElementTree.parse(Path(folder, "junit.xml")).iter("testcase")
    told = {int(case.get("name").split()[-1]): case for case in cases}
    assert set(told) == set(range(len(of)))
    return {of[number] for number, case in told.items() if len(case.findall("failure"))}


if __name__ == "__main__":
    way, file = sys.argv[1:]
    ways = {"asserts": by_asserts, "nbval": by_nbval, "own": by_itself}
    print(json.dumps(sorted(ways[way](json.loads(Path(file).read_text()), os.getcwd()))))
