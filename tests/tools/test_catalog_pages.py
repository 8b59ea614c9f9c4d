"""What is generated from the catalog: both tables, the map's nodes, and that they agree."""

import dataclasses
import gzip
import re
from html.parser import HTMLParser

import catalog_pages
import course_map
import pytest
import yaml
from settings import REPOSITORY, ROOT

from nnlib import catalog
from tests.catalog import fakes

MLP = catalog.entry("mlp")
COURSE, WRITTEN = course_map.load()


class Table(HTMLParser):
    """A table's rows: a list of cells, each its text and its links."""

    def __init__(self, html: str):
        super().__init__()
        self.rows, self.roles, self._cell = [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.roles.append(dict(attrs)["role"])
            self._cell = ["", []]
            self.rows[-1].append(self._cell)
        elif tag == "a" and self._cell and dict(attrs).get("href"):
            self._cell[1].append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self._cell[0], self._cell = " ".join(self._cell[0].split()), None

    def handle_data(self, data):
        if self._cell:
            self._cell[0] += data

    @property
    def body(self):
        return self.rows[1:]


def of(entries, written=()):
    return Table(catalog_pages.architectures(list(entries), list(written)))


# ── all architectures ───────────────────────────────────────────────────────────────


def test_every_entry_has_a_row_that_says_all_there_is_to_say():
    entries = fakes.entries(60)
    table = of(entries)
    assert len(table.body) == len(entries) == 60
    for row, entry in zip(table.body, entries, strict=True):
        (name, _), (family, _), (step, _), (idea, _), (cost, _), (paper, links) = row
        assert (name, family, step) == (entry.name, entry.family, f"step {entry.step}")
        assert idea == f"{entry.idea} assumes {entry.bias}"
        assert cost == f"time {entry.time} memory {entry.memory}"
        assert paper.startswith(f"{entry.paper.year} {entry.paper.authors}")
        assert links == [entry.paper.url, f"{REPOSITORY}/blob/main/{entry.file}"]


def test_every_row_has_a_cell_for_every_head_and_says_what_it_is():
    table = of(fakes.entries(60))
    assert {len(row) for row in table.rows} == {len(catalog_pages.HEADS)}
    heads, cells = len(catalog_pages.HEADS), 60 * (len(catalog_pages.HEADS) - 1)
    assert table.roles.count("columnheader") == heads
    assert table.roles.count("rowheader") == 60 and table.roles.count("cell") == cells


def test_a_name_is_a_link_where_its_page_is_written():
    kan = catalog.entry("kan")
    table = of([MLP, kan], written=[MLP.page])
    assert table.body[0][0] == ["MLP", [f"../{MLP.page}.html"]]
    assert table.body[1][0] == ["KAN", []]


def test_the_source_follows_the_setting(monkeypatch):
    monkeypatch.setattr(catalog_pages, "REPOSITORY", "https://example.org/else")
    assert of([MLP]).body[0][-1][1][1] == f"https://example.org/else/blob/main/{MLP.file}"


def test_what_html_would_read_is_written_out():
    odd = dataclasses.replace(
        MLP, name="A<B>", idea='One & "two".', bias="a < b.", time="O(B < n)", memory="O(n > 1)"
    )
    row = of([odd]).body[0]
    assert row[0][0] == "A<B>" and row[3][0] == 'One & "two". assumes a < b.'
    assert row[4][0] == "time O(B < n) memory O(n > 1)"


def test_the_rows_are_sorted_as_their_head_says():
    html = catalog_pages.architectures(fakes.entries(60), [])
    assert re.findall(r"<th[^>]*aria-sort[^>]*>(.*?)</th>", html) == ["Step"]
    steps = [int(key) for key in re.findall(r'class="nn-step" data-key="(\d+)"', html)]
    assert steps == sorted(steps) and len(set(steps)) == 14


def test_what_needs_a_script_is_hidden_until_it_runs():
    html = catalog_pages.architectures(fakes.entries(60), [])
    assert "<button" not in html
    assert re.search(r'<div class="nn-find"[^>]* hidden>', html)
    assert html.count("<option>") == len({entry.family for entry in fakes.entries(60)})


def test_each_row_can_be_led_to():
    html = catalog_pages.architectures(fakes.entries(60), [])
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(set(ids)) == 60 and "architecture-mlp" in ids


def test_sixty_entries_stay_light():
    assert len(gzip.compress(catalog_pages.architectures(fakes.entries(60), []).encode())) < 12_000
    script = ROOT / "book/assets/architectures.js"
    assert len(gzip.compress(script.read_bytes())) < 2_000


# ── nineteen families ───────────────────────────────────────────────────────────────


def test_the_quick_reference_has_a_row_a_family():
    kan = catalog.entry("kan")
    written = ["steps/01_feedforward", kan.page]
    html = catalog_pages.families(catalog.FAMILIES, [MLP, kan], COURSE["steps"], written)
    table = Table(html)
    assert [row[0][0] for row in table.body] == [str(n) for n in range(1, 20)]
    first, second = table.body[:2]
    assert first[1][0] == "Feedforward" and first[4][0] == catalog.FAMILIES[0].idea
    assert first[2] == ["1 Feedforward", ["../steps/01_feedforward.html"]]
    assert first[3] == ["MLP, KAN, TabNet", [f"../{MLP.page}.html", f"../{kan.page}.html"]]
    assert second[2] == ["2 Convolution not written yet", []]
    assert second[3] == [catalog.FAMILIES[1].architectures, []]


def test_an_architecture_is_found_by_name_within_its_family():
    family = catalog.Family("Feedforward", 1, "mlp, KAN", "")
    stranger = dataclasses.replace(MLP, name="KAN", family="Vision")
    assert course_map.typical(family, [MLP, stranger]) == [("mlp", MLP), ("KAN", None)]


# ── both pages ─────────────────────────────────────────────────────────────────────


def test_both_pages_are_in_the_contents_before_errata():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    reference = next(part for part in toc["parts"] if part["caption"] == "Reference")
    names = [f"{chapter['file']}.md" for chapter in reference["chapters"]]
    made = list(catalog_pages.pages())
    assert names[: len(made) + 1] == [*made, "reference/errata.md"]


def test_only_these_pages_load_their_style_and_only_one_the_script():
    pages = catalog_pages.pages()
    assert all("_static/architectures.css" in page for page in pages.values())
    assert [n for n, page in pages.items() if ".js" in page] == ["reference/architectures.md"]
    assert "architectures." not in (ROOT / "_config.yml").read_text(encoding="utf-8")


def test_costs_are_text_and_no_mathematics_to_be_set():
    page = catalog_pages.pages()["reference/architectures.md"]
    assert MLP.time in page and "$" not in page and "math" not in page


# ── map.yml, the families and the packages agree ───────────────────────────────────────


def nodes(written=WRITTEN) -> dict[int, tuple[str, list[str]]]:
    """Of the map: each step's architectures as shown, and where they lead."""
    html = course_map.graph(COURSE["steps"], written)
    found = re.findall(r'data-node="s(\d+)".*?<span class="nn-members">(.*?)</span></div>', html)
    return {
        int(n): (re.sub(r"<[^>]+>", "", inside), re.findall(r'href="([^"]+)"', inside))
        for n, inside in found
    }


def test_each_step_of_the_map_shows_what_is_typical_of_its_families():
    shown = nodes()
    assert list(shown) == list(range(1, 15))
    for number, (names, links) in shown.items():
        own = [family for family in catalog.FAMILIES if family.step == number]
        assert names == ", ".join(family.architectures for family in own)
        pages = [e.page for f in own for _, e in course_map.typical(f, catalog.entries()) if e]
        assert links == [f"{page}.html" for page in pages if page in WRITTEN]


def test_the_map_links_what_is_written(monkeypatch):
    sixty = fakes.entries(60)
    monkeypatch.setattr(catalog, "entries", lambda: sixty)
    shown = nodes(["steps/02_fake/0", MLP.page])
    assert shown[1][1] == [f"{MLP.page}.html"] and shown[2][1] == ["steps/02_fake/0.html"]
    assert not any(links for number, (_, links) in shown.items() if number > 2)


@pytest.mark.parametrize("package", catalog.PACKAGES)
def test_what_is_typical_of_a_written_package_is_in_the_catalog(package):
    ids = [step["id"].partition("_")[2] for step in COURSE["steps"]]
    own = [family for family in catalog.FAMILIES if family.step == ids.index(package) + 1]
    pairs = [pair for family in own for pair in course_map.typical(family, catalog.entries())]
    assert pairs and [name for name, entry in pairs if entry is None] == []


def test_a_step_and_what_is_below_it_are_pages_of_entries():
    known = {entry.page for entry in catalog.entries()}
    for entry in catalog.entries():
        assert entry.page.split("/")[1] == COURSE["steps"][entry.step - 1]["id"]
    assert [page for page in WRITTEN if page.startswith("steps/") and page not in known] == []
