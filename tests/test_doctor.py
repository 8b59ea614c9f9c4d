"""`nnlib doctor` in environments that are broken in one way each, and what it says to do."""

import json
import os
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import nnlib
from nnlib import doctor

ROOT = Path(__file__).parents[1]
BROKEN_TORCH = """\
raise OSError("/home/ada lovelace/venv/lib/libtorch_cpu.so: undefined symbol in " + __file__)
"""


@pytest.fixture
def site(tmp_path):
    """A folder of packages that come before the installed ones: add(name, version, code)."""

    class Site:
        folder = tmp_path / "site"

        def add(self, name, version, code=""):
            info = self.folder / f"{name}-{version}.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
            (self.folder / f"{name}.py").write_text(code)

    return Site()


@pytest.fixture
def in_a_terminal(monkeypatch):
    """nbclient, where another test has loaded it, has loaded ipykernel too."""
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)


def doctor_says(*options, path=(), cwd=ROOT, python=("-m", "nnlib", "doctor"), **variables):
    """(its report, exit code); with "--json" as data."""
    env = {k: v for k, v in os.environ.items() if k not in ("NNLIB_BACKEND", "COLAB_RELEASE_TAG")}
    env |= {"PYTHONPATH": os.pathsep.join([*map(str, path), str(ROOT)]), **variables}
    command = [sys.executable, *python, *options]
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=env, encoding="utf-8")
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout) if "--json" in options else done.stdout, done.returncode


def mended(found):
    """{what: mend} of its problems."""
    return {problem["what"]: problem["mend"] for problem in found["problems"]}


def test_a_whole_environment_is_called_so():
    text, code = doctor_says()
    assert code == 0 and "All that the course needs is here." in text
    found, code = doctor_says("--json")
    assert code == 0 and found["problems"] == found["missing"] == []
    assert found["nnlib"] == nnlib.__version__ and found["place"] == "terminal"
    for name in ("numpy", "anywidget", "ipywidgets", "jupyterlab", "nbval", "torch"):
        assert found[name] == metadata.version(name)
    assert found["engine"] == f"PyTorch {found['torch'].partition('+')[0]}"


def test_what_is_missing_is_named_with_one_command(monkeypatch, in_a_terminal, tmp_path):
    monkeypatch.chdir(tmp_path)
    gone = {"anywidget", "matplotlib"}
    monkeypatch.setattr(
        doctor, "_version", lambda n: None if n in gone else {"numpy": "1.26.4"}.get(n, "9")
    )
    wanted = {"numpy": ">=2.0", "anywidget": ">=0.9.21", "matplotlib": ">=3.8"}
    monkeypatch.setattr(doctor, "_requirements", lambda extra=None: {} if extra else wanted)
    found = doctor.examine()
    (problem,) = [p for p in found["problems"] if "anywidget" in p["what"]]
    assert problem["what"] == ("numpy 1.26.4, but nnlib needs >=2.0; no anywidget; no matplotlib")
    assert problem["mend"].endswith(
        'python -m pip install "numpy>=2.0" "anywidget>=0.9.21" "matplotlib>=3.8"'
    )
    assert set(found["missing"]) == gone
    assert f"✗ {problem['what']}\n    {problem['mend']}" in doctor.as_text(found)


@pytest.mark.parametrize("module, words", [("nnlib.doctor", ()), ("nnlib", ("doctor",))])
def test_it_answers_without_any_of_its_requirements(module, words, tmp_path):
    """As on a Python into which nothing was installed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Nothing:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] in sys.argv[-1]: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Nothing())\n"
    )
    code = f"import runpy; runpy.run_module({module!r}, run_name='__main__')"
    blocked = "numpy typer yaml matplotlib anywidget IPython torch"
    told, code = doctor_says(path=[tmp_path], python=("-c", code, *words, blocked))
    assert code == 1 and "the engine does not load: ModuleNotFoundError" in told


def test_a_torch_that_does_not_load_says_what_it_said_and_how_to_go_on(site):
    site.add("torch", "2.6.0", BROKEN_TORCH)
    found, code = doctor_says("--json", path=[site.folder])
    assert code == 1 and found["engine"] is None and found["torch"] == "2.6.0"
    (what,) = (w for w in mended(found) if "engine" in w)
    assert what.startswith("the engine does not load: OSError: ") and "undefined symbol" in what
    assert "--force-reinstall" in mended(found)[what] and "NNLIB_BACKEND" in mended(found)[what]
    on_numpy, code = doctor_says("--json", path=[site.folder], NNLIB_BACKEND="numpy")
    assert code == 0 and on_numpy["engine"].startswith("NumPy")
    assert "NNLIB_BACKEND is 'numpy'" in "".join(on_numpy["notes"])


def test_a_backend_that_does_not_exist(site):
    found, code = doctor_says("--json", NNLIB_BACKEND="jax")
    assert code == 1 and found["missing"] == ["engine"]
    assert list(mended(found).values()) == [
        "unset NNLIB_BACKEND   (on Windows: set NNLIB_BACKEND=)"
    ]


def test_a_file_that_hides_a_package_is_named(tmp_path):
    (tmp_path / "torch.py").write_text("raise SystemExit(3)\n")
    found, code = doctor_says("--json", cwd=tmp_path)
    assert code == 1 and any("rename your file torch.py" in mend for mend in mended(found).values())


def test_a_torch_that_is_too_old(site, monkeypatch):
    site.add("torch", "1.13.1", "")
    found, code = doctor_says("--json", path=[site.folder], NNLIB_BACKEND="numpy")
    assert code == 1 and "torch 1.13.1 is not what nnlib needs (>=2.4)" in mended(found)


@pytest.mark.parametrize(
    "lab, widgets, said",
    [
        ("3.6.8", "1.1.11", "JupyterLab 3.6.8 is too old for the simulations"),
        ("4.6.6", "1.1.11", "JupyterLab shows no simulation: jupyterlab_widgets is 1.1.11"),
        ("4.6.6", None, "JupyterLab shows no simulation: jupyterlab_widgets is not installed"),
        ("4.6.6", "3.0.17", None),
        (None, None, None),
    ],
)
def test_a_jupyterlab_that_shows_no_simulation(lab, widgets, said, monkeypatch):
    monkeypatch.setattr(doctor, "_version", {"jupyterlab_widgets": widgets, "ipykernel": "7"}.get)
    for place, expected in {"terminal": [said] if said else [], "Colab": []}.items():
        problems = []
        doctor._notebooks({"jupyterlab": lab, "place": place}, problems)
        assert [problem["what"] for problem in problems] == expected


def test_a_jupyterlab_without_a_kernel(monkeypatch):
    monkeypatch.setattr(doctor, "_version", {"jupyterlab_widgets": "3.0.17"}.get)
    problems = []
    doctor._notebooks({"jupyterlab": "4.6.6", "place": "terminal"}, problems)
    assert [problem["what"] for problem in problems] == [
        "JupyterLab runs no notebook: ipykernel is not installed"
    ]
    assert "pip install" in problems[0]["mend"]


def test_in_the_courses_folder_its_versions_are_asked_for(monkeypatch, in_a_terminal):
    monkeypatch.chdir(ROOT)
    assert "-c requirements.txt kan" in doctor._install("kan")
    assert doctor._install(*doctor.COURSE).endswith(
        '-m pip install -c requirements.txt -e ".[lab]"'
    )


@pytest.mark.parametrize("folder", ["/", "home"])
def test_no_folder_is_named_by_the_command(folder, monkeypatch, in_a_terminal, tmp_path):
    monkeypatch.chdir(tmp_path if folder == "home" else folder)
    monkeypatch.setattr(doctor.sys, "executable", str(tmp_path / "ada/course/.venv/bin/python3"))
    assert doctor._install("kan") == "python3 -m pip install kan"


def test_a_project_that_cannot_be_read_stops_nothing(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b'name = "nnlib-course"\n# caf\xe9\n')
    found, code = doctor_says("--json", cwd=tmp_path)
    assert code == 0 and found["problems"] == []


@pytest.mark.parametrize(
    "running, told",
    [((3, 10), "problem"), ((3, 11), ""), ((3, 14), ""), ((3, 15), "note")],
)
def test_the_python(running, told, monkeypatch):
    def nowhere(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "metadata", nowhere)  # so: from pyproject.toml
    monkeypatch.setattr(doctor.sys, "version_info", running)
    problems, notes = [], []
    doctor._python(problems, notes)
    assert (len(problems), len(notes)) == (told == "problem", told == "note")


def test_an_nvidia_card_that_pytorch_does_not_use(monkeypatch, in_a_terminal):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "somewhere")
    assert any("NVIDIA" in note for note in doctor.examine()["notes"])
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    notes = "".join(doctor.examine()["notes"])
    assert "NVIDIA" not in notes and ("bubblewrap" in notes) == (sys.platform == "linux")


def test_another_version_of_the_course(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "nnlib-course"\nversion = "9.9"\n')
    (tmp_path / "book").mkdir()
    monkeypatch.chdir(tmp_path / "book")
    (what,) = (w for w in mended(doctor.examine()) if "9.9" in w)
    assert what == f"nnlib {nnlib.__version__} is installed, and this course is 9.9"
    assert '-c requirements.txt -e ".[lab]"' in mended(doctor.examine())[what]
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\nversion = "9.9"\n')
    assert not doctor.examine()["problems"]


@pytest.mark.parametrize(
    "system, modules, place, command",
    [
        ("linux", (), "terminal", "python -m pip install kan"),
        ("linux", ("ipykernel",), "notebook", "%pip install kan"),
        ("linux", ("ipykernel", "google.colab"), "Colab", "%pip install kan"),
        ("emscripten", ("ipykernel",), "browser", "reload the page"),
    ],
)
def test_each_place_has_its_command(system, modules, place, command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor.sys, "platform", system)
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    for module in ("ipykernel", "google.colab"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    for module in modules:
        monkeypatch.setitem(sys.modules, module, doctor)
    assert doctor._place() == place
    assert command in doctor._install("kan")


def test_a_command_names_the_python_below_the_folder_only(monkeypatch, tmp_path, in_a_terminal):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor.sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert doctor._install("kan").startswith(f"{Path('.venv', 'bin', 'python')} -m pip")
    monkeypatch.chdir("..")
    monkeypatch.setattr(doctor.sys, "executable", str(Path.home() / "venv" / "bin" / "python"))
    assert doctor._install("kan").startswith("python -m pip")


def test_nothing_in_it_says_whose_machine_it_is(site, tmp_path):
    site.add("torch", "2.6.0", BROKEN_TORCH)
    home = tmp_path / "ada lovelace"
    home.mkdir()
    text, _ = doctor_says(path=[site.folder], cwd=home, HOME=str(home), USERPROFILE=str(home))
    assert "libtorch_cpu.so" in text and "undefined symbol" in text
    for secret in (str(tmp_path), "ada", "lovelace", sys.prefix, str(ROOT), platform.node()):
        assert secret not in text, secret
    assert not re.search(r"[\w…]/\w+/\w", text.replace("https://pytorch.org/get-started", ""))


@pytest.mark.parametrize(
    "text, told",
    [
        ("cannot load /usr/lib/x86/libgomp.so.1", "cannot load …/libgomp.so.1"),
        (r"[WinError 126] C:\Users\ada\venv\torch\lib\c10.dll", "[WinError 126] …/c10.dll"),
        ("expected float32/float64 and 1/2", "expected float32/float64 and 1/2"),
    ],
)
def test_paths_are_cut_to_their_last_part(text, told):
    assert doctor._without_paths(text) == told
