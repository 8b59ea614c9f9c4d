"""The architecture page names what there is, and nothing that is not; files stay readable."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def tracked(*patterns: str) -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.split()


def test_every_path_on_the_page_exists():
    paths = {
        p
        for p in re.findall(r"`([\w./]+)`", PAGE)
        if "/" in p and p[0] != "." and "_build" not in p
    }
    inside = {p for p in paths if not p.startswith(("js/", "bundles/", "assets/"))}
    assert not sorted(p for p in inside if not (ROOT / p).exists())


def test_every_room_is_on_the_page():
    folders = {f"{name.split('/')[0]}/" for name in tracked() if "/" in name} - {"nnlib/"}
    rooms = {f"nnlib/{name.split('/')[1]}/" for name in tracked("nnlib/*/*")}
    hidden = {folder for folder in folders if folder.startswith((".", "docs"))}
    assert not sorted(room for room in (folders | rooms) - hidden if f"`{room}`" not in PAGE)


def test_source_files_stay_under_300_lines():
    names = [*tracked("nnlib/*.py"), *tracked("tools/*.py"), *tracked("nnlib/simulations/js/*.js")]
    long = {n: c for n in names if (c := len((ROOT / n).read_text().splitlines())) > 300}
    assert not long


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_every_link_of_a_page_is_in_the_repository(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    own = {link for link in links if "://" not in link}
    assert own <= set(tracked())
