"""Dockerfile, development container and Binder: one environment, from the pins of the book.

No container engine runs here. What is proved: they parse, what they name is there, and what they
install is README's line, which test_laptop.py runs.
"""

import fnmatch
import json
import re
from itertools import pairwise

import pytest
import yaml

from tests.install.places import PROMISED, PYPROJECT, ROOT, run
from tests.install.test_laptop import INSTALL, LAB

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STEPS = [  # (instruction, the rest), continued lines joined
    line.split(None, 1)
    for line in DOCKERFILE.replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]
DEVCONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
BINDER = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
SYSTEMS = {"ubuntu-latest", "macos-latest", "windows-latest"}
LONG = {"-c": "--constraint", "-e": "--editable"}


def of(instruction):
    return [rest for name, rest in STEPS if name == instruction]


def asked(arguments):
    """What a line gives to pip, whichever way it is written: {"--constraint": …, …}."""
    words = arguments.replace('"', "").split()
    words = [LONG.get(word, word) for word in words]
    return {a: b for a, b in pairwise(words) if a in LONG.values()}


WANTED = {"--constraint": "requirements.txt", "--editable": ".[lab]"}


def test_every_step_is_one_that_docker_knows():
    known = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "CMD"}
    assert {name for name, _ in STEPS} == known and STEPS[0][0] == "FROM"


def test_all_install_the_same_line():
    assert asked(INSTALL) == WANTED and "lab" in PYPROJECT["project"]["optional-dependencies"]
    (in_docker,) = (rest for rest in of("RUN") if "pip install" in rest)
    assert asked(in_docker) == WANTED
    assert [line for line in BINDER if not line.startswith("#")] == [
        "-c ../requirements.txt",  # pip takes it from the file's folder, and the next from its own
        "-e .[lab]",
    ]
    lines = [step.get("run", "") for step in WORKFLOW["jobs"]["laptop"]["steps"]]
    assert WANTED in map(asked, lines)
    for text in (DOCKERFILE, json.dumps(DEVCONTAINER), *BINDER):
        assert "==" not in text, "a second list of pins"


def test_all_have_one_python_that_the_book_is_for():
    (image,) = of("FROM")
    python = re.fullmatch(r"python:(\d\.\d+)-slim-\w+", image)[1]
    assert (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").split() == [f"python-{python}"]
    assert python in PYPROJECT["tool"]["course"]["pythons"]


def test_what_is_copied_is_there_and_not_left_out():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    of_git = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    built = {pattern.rstrip("/") for pattern in of_git}
    assert {".git", *built} <= {pattern.removeprefix("**/") for pattern in ignored}
    given = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
    for line in of("COPY"):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    for name in given:
        patterns = [pattern.removeprefix("**/") for pattern in ignored]
        parts = name.split("/")
        assert not any(fnmatch.fnmatch(part, p) for part in parts for p in patterns), name


def test_it_serves_as_an_ordinary_user_on_a_port():
    (user,), (port,), (command,) = of("USER"), of("EXPOSE"), of("CMD")
    assert user != "root" and any(
        f"useradd --uid 1000 --create-home {user}" in r for r in of("RUN")
    )
    after = [name for name, _ in STEPS[STEPS.index(["USER", user]) :]]
    assert after == ["USER", "EXPOSE", "CMD"]
    words = json.loads(command)
    assert words[0] == "jupyter" and {f"--port={port}", "--ip=0.0.0.0"} <= set(words)
    assert not any("token" in word or "password" in word for word in words), "open to everybody"
    assert set(LAB.split()) <= set(words) and (ROOT / words[-1]).is_file()
    assert f"127.0.0.1:{port}:{port}" in DOCKERFILE, "the published port is this machine's alone"


def test_the_development_container_is_that_image():
    folder = ROOT / ".devcontainer"
    build = DEVCONTAINER["build"]
    assert (folder / build["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert (folder / build["context"]).resolve() == ROOT
    assert [DEVCONTAINER["remoteUser"]] == of("USER")
    assert list(map(str, DEVCONTAINER["forwardPorts"])) == of("EXPOSE")


@pytest.mark.parametrize(
    "job, pythons",
    [("test", PYPROJECT["tool"]["course"]["pythons"]), ("engine-alone", PROMISED)],
)
def test_the_workflow_tries_what_is_promised(job, pythons):
    matrix = WORKFLOW["jobs"][job]["strategy"]["matrix"]
    assert matrix["python"] == pythons and set(matrix["os"]) == SYSTEMS
    (version,) = (
        step["with"]["python-version"]
        for step in WORKFLOW["jobs"][job]["steps"]
        if "setup-python" in step.get("uses", "")
    )
    assert version == "${{ matrix.python }}"


def test_make_and_the_readme_speak_of_the_same_pythons():
    pythons = PYPROJECT["tool"]["course"]["pythons"]
    lowest, highest = (tuple(map(int, p.split("."))) for p in (pythons[0], pythons[-1]))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"{lowest} <= sys.version_info[:2] <= {highest}" in makefile
    assert f".venv/bin/jupyter {LAB}\n" in makefile
    assert f"Python {', '.join(pythons[:-1])} or {pythons[-1]}" in README
    assert set(pythons) <= set(PROMISED)
    assert f">={PROMISED[0]}" == PYPROJECT["project"]["requires-python"]


def test_windows_is_built_in_the_workflow_as_the_readme_says():
    told = re.search(r"\*\*On Windows\*\*.*?```\n(.*?)```", README, re.S)[1].replace("\\", "/")
    steps = WORKFLOW["jobs"]["test"]["steps"]
    (done,) = (s["run"] for s in steps if s.get("if") == "runner.os == 'Windows'")
    for line in told.splitlines()[1:-1]:  # the first makes .venv, the last serves
        assert line in done.splitlines(), line
    for script in re.findall(r"tools/\w+\.py|tests/\S+\.py", f"{told} {json.dumps(WORKFLOW)}"):
        assert (ROOT / script).is_file(), script
