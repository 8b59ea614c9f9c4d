import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nnlib.grading import formula, pages, references

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\n", "a\tb\n"),
        ("a\r\nb\rc", "a\nb␍c"),
        ("\x00\x1b[31mred\x1b[0m\x07", "␀red␇"),
        ("\x1bno", "␛no"),
        ("x\u202ey\u2069", "x⟨U+202E⟩y⟨U+2069⟩"),
        ("\ud800\uffff\x85", "⟨U+D800⟩⟨U+FFFF⟩⟨U+0085⟩"),
        ("Zoë נועה 🙂", "Zoë נועה 🙂"),
        (None, "None"),
    ],
)
def test_clean_text_shows_what_is_no_text(text, expected):
    assert pages.clean(text) == expected


def test_every_character_is_fit_for_xml_when_clean():
    everything = "".join(map(chr, range(0x11000)))
    cleaned = pages.clean(everything)
    text = ElementTree.fromstring(f"<a>{cleaned.replace('&', '').replace('<', '')}</a>").text
    assert text == cleaned.replace("&", "").replace("<", "")
    assert cleaned.encode("utf-8")
    assert pages.clean(cleaned) == cleaned


def test_what_is_cut_off_is_said_and_counted():
    assert pages.cut("short\ntext") == "short\ntext"
    assert pages.cut("x" * 100_000, width=10) == f"{'x' * 10} … 99,990 more characters"
    assert pages.cut("a\nb\nccc\ndd", lines=2) == "a\nb\n… 6 more characters below"
    huge = "\n".join(["y" * 300] * 50_000)
    shown = pages.cut(huge, lines=3, width=100)
    assert len(shown) < 500
    assert "200 more characters" in shown and "more characters below" in shown


def test_a_line_is_one_line():
    assert pages.line(" a\n\tb  c ") == "a b c"
    assert len(pages.line("x" * 10**6)) < 250


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (2, "2"), (2.0, "2"), (10, "10"), (0.05, "0.1"), (0.25, "0.3"), (-0.04, "0"),
     (1 / 3, "0.3"), (20.96, "21"), (100.0, "100"), (1234.5, "1234.5"), (1e-12, "0")],
)  # fmt: skip
def test_a_number_has_at_most_one_decimal(value, expected):
    assert pages.number(value) == expected


def test_a_number_may_have_more_where_it_is_asked_for():
    assert pages.number(2.456, 2) == "2.46"
    assert pages.number(57.8, 0) == "58"
    assert pages.of(1, 1) == "1 of 1 point"
    assert pages.of(1.5, 2) == "1.5 of 2 points"
    assert [pages.count(n, "check") for n in (1, 1200)] == ["1 check", "1,200 checks"]


def test_times_are_read_only_with_their_zone():
    assert pages.when("2026-12-01T10:00:00+00:00") == "1 December 2026, 10:00 UTC"
    assert pages.when("2026-12-01T10:00:00+01:00") == "1 December 2026, 10:00 +0100"
    assert [pages.when(no) for no in ("", "yesterday", "2026-12-01T10:00:00", None)] == [""] * 4


def test_the_variables_are_those_of_the_design_tokens():
    spec = importlib.util.spec_from_file_location("tokens_tool", ROOT / "tools/tokens.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for mode in ("light", "dark"):
        ours, theirs = pages.colours(mode), tool.colours(pages.tokens(), mode)
        assert ours == {key: theirs[key] for key in ours}
    used = set()
    for sheet in ("grading.css", "gradebook.css"):
        used |= set(re.findall(r"var\(--nn-([\w-]+)\)", (ROOT / "nnlib/style" / sheet).read_text()))
        assert not re.search(r"#[0-9A-Fa-f]{3,8}\b", (ROOT / "nnlib/style" / sheet).read_text())
    given = set(pages.colours("light")) | set(pages.tokens()["type"]) | {"on-lost"}
    assert used - given == {f"lost-{i}" for i in range(6)}


# ── formulas ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("w^2", "<i>w</i><sup>2</sup>"),
        ("t_{i+1}", "<i>t</i><sub><i>i</i> + 1</sub>"),
        (r"\frac23 z", "2/3<i>z</i>"),
        (r"\frac{1+s}{2}", "(1 + <i>s</i>)/2"),
        (r"\delta^{\mathsf T} X", "<i>δ</i><sup>T</sup><i>X</i>"),
        (r"p = \tfrac12", "<i>p</i> = 1/2"),
        (r"\sqrt N", "√<i>N</i>"),
        (r"1 - \tanh^2 z", "1 − tanh<sup>2</sup><i>z</i>"),
        (r"\operatorname{diag}(p)", "diag(<i>p</i>)"),
        ("a < b", "<i>a</i> &lt; <i>b</i>"),
    ],
)
def test_a_line_of_tex_becomes_plain_html(tex, expected):
    assert re.sub(" +", " ", formula.html(tex)) == f'<span class="math">{expected}</span>'


@pytest.mark.parametrize("tex", [r"\unknown x", "{a", r"\frac1", "^", r"\sqrt", "{" * 5000])
def test_what_is_not_understood_is_shown_as_it_was_written(tex):
    assert formula.html(tex).startswith("<code>")
    assert "&lt;" in formula.html(r"\unknown <b>")


def test_every_formula_a_student_may_be_told_is_set():
    told = [
        text
        for name in references.names()
        for question in references.questions(name).values()
        for text in [question["title"], *(mistake["says"] for mistake in question["mistakes"])]
    ]
    formulas = [tex for text in told for tex in re.findall(r"\$([^$]+)\$", text)]
    assert len(formulas) > 50
    assert [tex for tex in formulas if "<code>" in formula.html(tex)] == []


def test_prose_is_escaped_and_its_formulas_are_set():
    html = pages.prose("*a* <b> & `x<y` costs $w_1 < 2$")
    assert html.startswith("<em>a</em> &lt;b&gt; &amp; <code>x&lt;y</code>")
    assert "<i>w</i><sub>1</sub>" in html and "\\(" not in html
