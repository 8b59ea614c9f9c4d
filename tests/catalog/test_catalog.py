"""The catalog tells the truth: every entry is complete, and what it claims is tested somewhere."""

import ast
import json
import pkgutil
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import nnlib
from nnlib import catalog
from nnlib.cli import app

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = catalog.entries()
MAP = yaml.safe_load((ROOT / "book/map.yml").read_text(encoding="utf-8"))
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.key)


def test_every_package_with_entries_is_listed_and_in_the_order_of_the_steps():
    packages = [m.name for m in pkgutil.iter_modules(nnlib.__path__) if m.ispkg]
    sources = {
        p: (ROOT / "nnlib" / p / "__init__.py").read_text(encoding="utf-8") for p in packages
    }
    assert {p for p, text in sources.items() if "ENTRIES = [" in text} == set(catalog.PACKAGES)
    steps = [step["id"].partition("_")[2] for step in MAP["steps"]]
    assert sorted(catalog.PACKAGES, key=steps.index) == list(catalog.PACKAGES)


def test_every_architecture_stands_once():
    for of in (lambda e: e.key, lambda e: e.name, lambda e: e.where):
        assert len({of(e) for e in ENTRIES}) == len(ENTRIES)


def test_nineteen_families_in_fourteen_steps():
    assert len(catalog.FAMILIES) == len({f.name for f in catalog.FAMILIES}) == 19
    assert {f.step for f in catalog.FAMILIES} == set(range(1, len(MAP["steps"]) + 1))


@each_entry
def test_an_entry_is_complete(entry):
    families = {f.name: f.step for f in catalog.FAMILIES}
    assert families[entry.family] == entry.step
    assert entry.module.split(".")[1] == MAP["steps"][entry.step - 1]["id"].partition("_")[2]
    assert entry.cls.__name__ == entry.where.partition(":")[2]
    assert (ROOT / entry.file).is_file() and (ROOT / "book" / f"{entry.page}.ipynb").is_file()
    assert re.fullmatch(r"arXiv \d{4}\.\d{4,5}|doi 10\.\d{4,}/\S+", entry.paper.link)
    assert entry.paper.url.startswith("https://") and 1940 < entry.paper.year < 2030
    for text in (entry.idea, entry.bias):
        assert text.endswith(".") and len(text) > 30
    assert entry.time.startswith("O(") and entry.memory.startswith("O(")


@each_entry
def test_its_file_says_the_same(entry):
    """Idea, cost and source stand at the top of the architecture's file, too."""
    doc = ast.get_docstring(ast.parse((ROOT / entry.file).read_text(encoding="utf-8")))
    squeezed = " ".join(doc.split())
    assert entry.time in squeezed, f"{entry.file}: its time is not {entry.time}"
    assert entry.paper.link.partition(" ")[2] in squeezed and str(entry.paper.year) in squeezed


@each_entry
def test_what_it_claims_is_tested(entry):
    assert entry.claims, "an architecture without a property that defines it"
    for claim, where in entry.claims.items():
        path, _, name = where.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in tests, f"{claim}: {path} has no {name}"


def test_by_name():
    model = catalog.build("mlp", inputs=4, outputs=3, hidden=[5])
    assert type(model).__name__ == "MLP" and model.inputs == 4
    kan = next(e for e in ENTRIES if e.key == "kan")
    assert catalog.entry("kan") == catalog.entry("KAN") == kan


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("mpl", "got 'mpl'; did you mean mlp"),
        ("TabNet2", "got 'TabNet2'; did you mean tabnet"),
        ("zzz", "got 'zzz'; there are mlp, "),
        (None, "got None; "),
    ],
)
def test_an_unknown_name_lists_near_ones(key, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        catalog.build(key)


def run(*arguments):
    return CliRunner().invoke(app, ["catalog", *arguments])


def test_the_command_line_lists_all_and_shows_one():
    everything = run()
    assert everything.exit_code == 0
    assert all(e.name in everything.stdout and e.idea in everything.stdout for e in ENTRIES)
    one = run("kan")
    kan = catalog.entry("kan")
    for needed in (kan.bias, kan.time, kan.memory, kan.paper.authors, kan.paper.url, kan.file):
        assert needed in one.stdout
    listed = json.loads(run("--json").stdout)
    assert [e["key"] for e in listed] == [e.key for e in ENTRIES]
    assert json.loads(run("kan", "--json").stdout)["paper"]["year"] == 2024


def test_the_command_line_names_what_is_near():
    wrong = run("tabnt")
    assert wrong.exit_code == 2 and "did you mean tabnet" in wrong.output
