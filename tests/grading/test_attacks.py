"""Answers that attack, run by nbval: no point that the answer's values do not earn.

Each entry is what the answer cells hold and the points it must get, of 1 for `tiny-double` and 4
for `tiny-half`. A public check cannot tell printed numbers from computed ones where the expected
ones lie open: `prints the expected text` documents that, and hidden checks are the remedy.
"""

import json
import os
import subprocess
import sys
import time

import pytest

from nnlib.grading import drivers
from nnlib.grading.report import check_notebook
from nnlib.grading.splice import Rejected
from tests.grading.tiny_exercise import RIGHT, STUBS, code, edition, notebook

DOUBLE, HALF = RIGHT["tiny-double"], RIGHT["tiny-half"]
WRONG = "# answer: tiny-double\ndef double(x):\n    return x\n"

ATTACKS = {
    "right": ({}, (1, 4)),
    "stubs": (STUBS, (0, 0)),
    "always equal": (
        {"tiny-double": WRONG + "class E(float):\n    __eq__ = lambda s, o: True\n"
         "    __hash__ = None\ndef double(x):\n    return E(x)"},
        (0, 4),
    ),
    "patched print": (
        {"tiny-double": WRONG + "import builtins\nbuiltins.print = lambda *a, **k: None"},
        (0, 0),
    ),
    "patched show": (
        {"tiny-double": WRONG + "nnlib.show = lambda *a, **k: print('✓ Right')"},
        (0, 0),
    ),
    "patched judge and references": (
        {"tiny-double": WRONG + "from nnlib.grading import feedback, references\n"
         "feedback.judge = feedback.agrees = lambda *a: True\nreferences.FOLDER = None"},
        (0, 4),
    ),
    "patched numpy": (
        {"tiny-double": WRONG + "np.allclose = np.isclose = lambda *a, **k: True"},
        (0, 4),
    ),
    "display hooks": (
        {"tiny-double": WRONG + "ip = get_ipython()\n"
         "ip.input_transformers_cleanup.append(lambda lines: ['pass\\n'])"},
        (0, 0),
    ),
    "values printed and shown wrong": (
        {"tiny-double": WRONG + "print(42)\ndef double(x):\n    print(42)\n    return x"},
        (0, 4),
    ),
    "lines printed late": (
        {"tiny-double": WRONG + "import atexit, threading, time\n"
         "atexit.register(print, 42)\n"
         "threading.Thread(target=lambda: (time.sleep(.3), print(42))).start()"},
        (0, 4),
    ),
    "skip marker": ({"tiny-double": "# NBVAL_SKIP\n" + DOUBLE}, (0, 4)),
    "ignore marker": ({"tiny-double": WRONG + "# NBVAL_IGNORE_OUTPUT"}, (0, 4)),
    "syntax error": ({"tiny-double": "# answer: tiny-double\ndef double(x:"}, (0, 4)),
    "sys.exit": ({"tiny-double": WRONG + "import sys\ndef double(x):\n    sys.exit(0)"}, (0, 4)),
    "os._exit": ({"tiny-half": HALF + "\nimport os; os._exit(0)"}, (1, 0)),
    "kills its parent's report": (
        {"tiny-double": WRONG + "import glob\nfor f in glob.glob('*'):\n    open(f, 'w').close()\n"
         "open('report.json', 'w').write('[]')"},
        (0, 4),
    ),
    "prints the expected text": (
        {"tiny-double": "# answer: tiny-double\ndef double(x):\n    return 42"},
        (1, 4),
    ),
    "a lone surrogate": ({"tiny-double": DOUBLE + "\n# \ud800"}, (0, 4)),
    "a null byte": ({"tiny-double": DOUBLE + "\n# \x00"}, (0, 4)),
    # honest variety: full points
    "debug prints and warnings": (
        {"tiny-double": "# answer: tiny-double\nimport warnings\ndef double(x):\n"
         "    print('x is', x)\n    warnings.warn('careful')\n    return x + x"},
        (1, 4),
    ),
    "another dtype": (
        {"tiny-half": "# answer: tiny-half\ndef half(x):\n    return (x / 2).astype('float32')"},
        (1, 4),
    ),
    "a list": (
        {"tiny-half": "# answer: tiny-half\ndef half(x):\n    return (x / 2).tolist()"},
        (1, 4),
    ),
}  # fmt: skip


def points(report):
    return tuple(verdict.points for verdict in report.verdicts)


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_points_are_what_the_values_earn(name, tiny, save):
    answers, earned = ATTACKS[name]
    report = check_notebook(save(edition(RIGHT | answers)), driver="nbval", timeout=20)
    assert points(report) == earned
    assert report.driver == "nbval"


@pytest.mark.slow
def test_an_endless_loop_costs_its_question_and_no_other(tiny, save):
    loop = "# answer: tiny-double\ndef double(x):\n    while True:\n        pass"
    start = time.monotonic()
    report = check_notebook(save(edition(RIGHT | {"tiny-double": loop})), driver="nbval", timeout=2)
    assert points(report) == (0, 4)
    assert "endless loop" in report.verdicts[0].message
    assert time.monotonic() - start < 30


@pytest.mark.slow
def test_a_dead_kernel_is_noticed_at_once(tiny, save):
    dies = "# answer: tiny-double\nimport os\ndef double(x):\n    os._exit(0)"
    start = time.monotonic()
    report = check_notebook(save(edition(RIGHT | {"tiny-double": dies})), driver="nbval")
    assert points(report) == (0, 0) and "ended Python" in report.verdicts[0].message
    assert time.monotonic() - start < 30  # the timeout of a cell is 60 s


@pytest.mark.slow
def test_the_kernel_and_format_of_a_submission_do_not_matter(tiny, save):
    submission = edition(RIGHT)
    submission |= {"nbformat_minor": 0, "metadata": {"kernelspec": {"name": "no-such-kernel"}}}
    for cell in submission["cells"]:
        del cell["id"]
    assert points(check_notebook(save(submission), driver="nbval")) == (1, 4)


@pytest.mark.slow
def test_neither_names_nor_settings_of_the_surroundings_matter(tiny, save, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    path = save(edition(RIGHT), "my 'own' notebook; (1) ü.ipynb")
    assert points(check_notebook(path, driver="nbval")) == (1, 4)


@pytest.mark.slow
def test_a_flood_of_output_is_cut(tiny, save):
    flood = "# answer: tiny-double\ndef double(x):\n    print('x' * 20_000_000)\n    return 2 * x"
    report = check_notebook(save(edition(RIGHT | {"tiny-double": flood})), driver="nbval")
    assert points(report) == (1, 4)


HERE = ["right", "stubs", "always equal", "syntax error", "sys.exit", "a list", "a null byte"]


@pytest.mark.parametrize("name", [*HERE, "debug prints and warnings"])
def test_the_driver_in_this_process_agrees(name, tiny, save):
    answers, earned = ATTACKS[name]
    assert points(check_notebook(save(edition(RIGHT | answers)), driver="here")) == earned


@pytest.mark.parametrize("path", ["/dev/zero", ".", "nowhere/at all.ipynb"])
def test_what_is_no_file_is_rejected(path):
    with pytest.raises(Rejected):
        check_notebook(path)


def test_a_helper_outside_the_answer_is_explained(tiny, save):
    uses = "# answer: tiny-double\ndef double(x):\n    return helper(x)"
    cells = [
        code("def helper(x):\n    return 2 * x"),
        *edition(RIGHT | {"tiny-double": uses})["cells"],
    ]
    report = check_notebook(save(notebook(cells)), driver="here")
    assert "into the answer cell itself" in report.verdicts[0].message


def test_a_broken_answer_cell_is_named_rather_than_what_follows_from_it(tiny, save):
    broken = edition(RIGHT | {"tiny-double": "# answer: tiny-double\ndef double(x:"})
    report = check_notebook(save(broken), driver="here")
    assert "SyntaxError" in report.verdicts[0].message


def cli(*arguments, **environment):
    command = [sys.executable, "-m", "nnlib", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, check=False
    )


EXERCISE = "exercises/foundations/04_backprop.ipynb"


def test_exit_codes_and_json(save):
    stubs = cli("check", EXERCISE, "--here", "--json")
    assert stubs.returncode == 1
    told = json.loads(stubs.stdout)
    assert told["points"] == 0 and not told["ok"] and len(told["questions"]) >= 4
    right = cli("check", EXERCISE.replace("exercises", "solutions"), "--here")
    assert right.returncode == 0 and right.stdout.count("✓") >= 4
    for bad in (save(notebook([])), "no-such-file.ipynb"):
        refused = cli("check", bad)
        assert refused.returncode == 2 and "Traceback" not in refused.stderr
        assert refused.stderr.strip()


def test_help_teaches_and_doctor_reports():
    assert "# answer:" in cli("check", "--help", COLUMNS="200").stdout
    assert cli().returncode == 2  # nothing asked: the help, and not a success
    report = json.loads(cli("doctor", "--json").stdout)
    assert report["engine"].startswith(("PyTorch ", "NumPy ")) and report["missing"] == []
    assert cli("version").stdout.strip() == report["nnlib"]


def test_nbval_is_not_needed(tiny, save, monkeypatch):
    monkeypatch.setattr(drivers, "nbval_available", lambda: False)
    report = check_notebook(save(edition(RIGHT)))
    assert report.driver == "here" and report.ok
