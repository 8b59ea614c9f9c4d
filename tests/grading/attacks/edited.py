"""Notebooks in which more than answers was changed: checks, outputs, formats, metadata.

Nothing but the answers counts: what attacks gets nothing, what another program saved gets all.
"""

import copy
import json

from tests.grading.attacks.exercise import EARNS, RIGHT, answer, handed_in
from tests.grading.tiny_exercise import code

WRONG = {"twice": "def twice(x):\n    return x"}
NOTHING = {"twice": [0, 0]}


def _handed_in(change, answers=None):
    def write(folder, name):
        notebook = copy.deepcopy(handed_in(answers or {}))
        text = change(notebook)
        if not isinstance(text, str | bytes):
            text = json.dumps(text or notebook, ensure_ascii=False)
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)

    return write


def _cells(notebook, word):
    return [cell for cell in notebook["cells"] if word in cell["source"]]


# ── attacks ──────────────────────────────────────────────────────────────────────────


def edited_checks(notebook):
    for cell in _cells(notebook, "nnlib.show("):
        cell["source"] = 'nnlib.show("twice", 42)'


def deleted_checks(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if "nnlib.show(" not in c["source"]]


def forged_outputs(notebook):
    """As saved after a run in which the wrong function was called: it agrees with itself."""
    for cell in _cells(notebook, "nnlib.show("):
        text = "21\n" if "twice" in cell["source"] else "42\n"
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
        cell["execution_count"] = 1


def skipped_checks(notebook):
    for cell in _cells(notebook, "nnlib.show("):
        cell["metadata"]["tags"] = ["nbval-skip", "nbval-ignore-output", "raises-exception"]


def own_points_and_kernel(notebook):
    notebook["metadata"] |= {"points": 1000, "kernelspec": {"name": "../evil", "argv": ["sh"]}}
    notebook["metadata"]["nnlib"] = {"proved": "yes", "secret": "x", "questions": {}}
    for cell in notebook["cells"]:
        cell["metadata"] |= {"points": 1000, "nbgrader": {"points": 1000, "grade": True}}


def checks_as_answers(notebook):
    """Cells that carry the ids of checks and of unknown questions."""
    for id in ("twice-hidden-1", "twice-show-1", "twice-again", "../twice", "no-such"):
        notebook["cells"].append(code(f"# answer: {id}\nprint(42)", id) | {"id": id})


def an_edition_of_its_own(notebook):
    notebook["cells"].insert(0, code('nnlib.edition("c-jV>forged")'))
    notebook["cells"].insert(0, code("import os; os._exit(0)"))


# ── as other programs save it ────────────────────────────────────────────────────────


def colab(notebook):
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "gpuType": "T4"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    for number, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"] = {"id": f"Xy{number}", "colab": {"base_uri": "https://localhost:8080/"}}
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}]
        cell["source"] = cell["source"].splitlines(keepends=True)


def vs_code(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] |= {"vscode": {"languageId": "python"}, "language": "python"}
        cell["source"] = cell["source"].splitlines(keepends=True)
    notebook["metadata"] = {"language_info": {"name": "python", "version": "3.12.1"}}


def jupyterlab(notebook):
    for count, cell in enumerate(notebook["cells"], 1):
        cell["execution_count"] = count
        cell["metadata"] |= {"execution": {"iopub.execute_input": "2026-01-01"}, "trusted": True}
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def moved_and_extra_cells(notebook):
    notebook["cells"].reverse()
    for place in range(0, 12, 3):
        notebook["cells"].insert(place, code("scratch = 1\nprint(scratch)"))
        text = {"cell_type": "markdown", "metadata": {}, "source": "# answer: twice\nmy notes"}
        notebook["cells"].insert(place, text)
        notebook["cells"].insert(place, {**text, "cell_type": "raw"})


def written_twice(notebook):
    wrong = code(answer("twice", WRONG["twice"]), "twice")
    notebook["cells"].insert(0, wrong)


def the_stub_again(notebook):
    stub = 'def twice(x):\n    raise NotImplementedError("twice: your code goes here")'
    notebook["cells"].append(code(answer("twice", stub), "twice"))


def ids_dropped_and_twice(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "same"
        cell.pop("metadata" if "answer:" not in cell["source"] else "outputs", None)


def bom(notebook):
    return b"\xef\xbb\xbf" + json.dumps(notebook).encode()


def untidy_first_lines(notebook):
    for cell in _cells(notebook, "# answer: "):
        cell["metadata"] = {}
        cell["source"] = "\n  " + cell["source"].replace("# answer: ", "#answer:", 1).lstrip()
    notebook["cells"][1]["source"] = f"\n#  answer:   twice   \n{RIGHT['twice']}"


def megabytes_of_outputs(notebook):
    data = {"image/png": "A" * 1_500_000}
    for cell in notebook["cells"][:6]:
        cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]


def outputs_that_are_none(notebook):
    for cell in notebook["cells"]:
        cell["outputs"], cell["execution_count"] = {"what": [1, None]}, "7"
        cell["attachments"] = "?"


def odd_cells(notebook):
    notebook["cells"] += [
        {},
        {"cell_type": 3, "source": 7},
        {"cell_type": "code", "source": 12, "metadata": "no"},
        {"cell_type": "code", "source": [1, None, {}], "metadata": {"nnlib": 3}},
        {"cell_type": "code", "source": {"a": 1}, "metadata": {"nnlib": {"answer": ["twice"]}}},
        {"cell_type": "code", "metadata": None},
    ]


HTML = "<script>alert('quoka')</script><img src=x onerror=alert(1)>\x00\x1b[31m\ud800"


def tags_everywhere(notebook):
    cell = _cells(notebook, "# answer: twice")[0]
    text = f"def twice(x):\n    print({HTML!r})\n    raise ValueError({HTML!r})"
    cell["source"] = f"{cell['source']}\n# {HTML[:40]}\n{text}"
    return json.dumps(notebook)


ENTRIES = [
    {
        "name": f"{change.__name__.replace('_', ' ')}",
        "tries": (change.__doc__ or "What is not an answer shall count.").splitlines()[0],
        "write": _handed_in(change, WRONG),
        "gets": NOTHING,
    }
    | more
    for change, more in [
        (edited_checks, {}),
        (deleted_checks, {"works_on": "own"}),
        (forged_outputs, {"works_on": "own"}),
        (skipped_checks, {}),
        (own_points_and_kernel, {}),
        (checks_as_answers, {}),
        (an_edition_of_its_own, {}),
        (tags_everywhere, {}),
    ]
] + [
    {"name": change.__name__.replace("_", " "), "write": _handed_in(change)}
    for change in (
        colab,
        vs_code,
        jupyterlab,
        moved_and_extra_cells,
        written_twice,
        the_stub_again,
        ids_dropped_and_twice,
        bom,
        untidy_first_lines,
        megabytes_of_outputs,
        outputs_that_are_none,
        odd_cells,
    )
]
assert set(EARNS) == set(RIGHT)
