"""`pip install .` on every promised Python of this machine, and all that a reader does there."""

import os
import sys

import pytest

from tests.install.places import HERE, PROMISED, QUIET, ROOT, environment, interpreters, run

pytestmark = pytest.mark.release
FOUND = interpreters()


def test_what_was_not_found_is_said(capfd):
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert running in FOUND
    if missing := [version for version in PROMISED if version not in FOUND]:
        with capfd.disabled():
            print(f"\nnot verified, no such Python here: {', '.join(missing)}", file=sys.stderr)


@pytest.mark.parametrize("version", FOUND)
def test_install_without_torch_and_read(version, wheel, tmp_path):
    python = environment(tmp_path / "env", FOUND[version])
    run(python, "-m", "pip", "install", *QUIET, wheel)
    env = {name: value for name, value in os.environ.items() if not name.startswith("NNLIB_")}
    told = run(python, HERE / "reader.py", cwd=tmp_path, env=env)
    assert "engine: NumPy" in told and "ok: command line answers" in told
    for solution in sorted((ROOT / "solutions").rglob("*.ipynb")):
        run(python, "-m", "nnlib", "check", "--here", solution, cwd=tmp_path, env=env)
    assert "torch" not in run(python, "-m", "pip", "list")
    run(python, "-m", "pip", "check")


@pytest.mark.parametrize("version", FOUND)
def test_every_pin_has_a_wheel(version, tmp_path):
    """All but torch, whose wheels would have to be fetched whole to be looked at."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = tmp_path / "pins.txt"
    pins.write_text("\n".join(line for line in lines if not line.startswith("torch==")))
    python = environment(tmp_path / "env", FOUND[version])
    run(python, "-m", "pip", "install", *QUIET, "--dry-run", "--only-binary=:all:", "-r", pins)
