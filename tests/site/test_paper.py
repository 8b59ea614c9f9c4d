"""The book on paper: what is laid out for print, and the PDFs that are made of it."""

import bound
import paper
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject
from settings import BOOK

from tests.site.built import pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PRINTED = [name for _, entries in paper.printed_pages() for name, _ in entries]
SHORT = [("Steps", [("steps/01_feedforward", "1 · Every input may matter"),
                    ("steps/01_feedforward/kan", "KAN")])]  # fmt: skip


@pytest.fixture(scope="module")
def laid_out(visit):
    """`laid_out(name)`: the page as it will be printed."""

    def opened(name, **settings):
        page = visit(f"{name}.html", **settings).page
        paper.prepare(page)
        return page

    return opened


def test_every_chapter_and_exercise_is_printed_and_no_solution():
    assert set(PRINTED) == {
        name for name in pages() if name.startswith(("foundations/", "steps/", "exercises/"))
    }


@pytest.mark.parametrize("name", PRINTED)
def test_nothing_is_cut_off_or_missing_on_paper(laid_out, name):
    page = laid_out(name)
    assert paper.faults(page) == []
    page.context.close()


FAULTY = {
    "wider than the page": '<div style="width: 2000px">x</div>',
    "cut off": '<pre style="overflow: hidden; width: 90px; white-space: pre">long, long line</pre>',
    "no picture": '<img src="data:image/png;base64,xx" alt="" width="20" height="20">',
    "empty drawing": '<figure><svg width="20" height="20"></svg></figure>',
    "not set": '<span class="math">x</span>',
    "not for paper": '<div class="nn-sim" style="display: block !important">x</div>',
    "but 1 pictures": '<script type="application/vnd.jupyter.widget-view+json">{}</script>',
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_is_found(laid_out, fault):
    page = laid_out("steps/01_feedforward/kan")
    page.evaluate(
        "html => document.querySelector('.bd-article').append("
        "document.createRange().createContextualFragment(html))",
        FAULTY[fault],
    )
    page.wait_for_timeout(50)
    assert any(fault in found for found in paper.faults(page)), paper.faults(page)
    page.context.close()


def test_a_dark_screen_prints_black_on_white(laid_out):
    page = laid_out("foundations/04_backprop", scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    colours = "e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor]; }"
    assert page.locator("body").evaluate(colours)[1] == "rgb(255, 255, 255)"
    assert page.locator(".bd-article p").first.evaluate(colours)[0] == "rgb(28, 31, 36)"
    assert page.locator(".bd-article pre").first.evaluate(colours)[1] == "rgb(255, 255, 255)"
    page.context.close()


def test_the_answers_stand_behind_the_quiz_and_go_after_printing(laid_out):
    page = laid_out("foundations/04_backprop")
    choices = page.locator(".nn-quiz details")
    whys = page.locator(".nn-quiz details > :not(summary)")
    assert not any(why.is_visible() for why in whys.all()[:8])
    answers = page.locator(".nn-answers .nn-answer")
    assert answers.count() == choices.count() > 20
    assert answers.nth(1).text_content() == f"1b{whys.nth(1).text_content()}"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".nn-on-paper").count() == 0
    page.context.close()


def test_a_simulation_says_where_it_lives(laid_out):
    page = laid_out("foundations/04_backprop")
    caption = page.locator(".nn-on-paper figcaption").inner_text()
    assert f"{BOOK}/foundations/04_backprop.html#" in caption
    page.context.close()


@pytest.fixture(scope="module")
def made(site, browser, tmp_path_factory):
    """Two pages printed and bound: the folder of PDFs."""
    folder = tmp_path_factory.mktemp("paper")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper, "printed_pages", lambda: SHORT)
        assert paper.make(browser, site, folder / "pdf", folder) == []
    return folder / "pdf"


def test_the_whole_has_an_outline_and_its_pages_are_numbered_throughout(made):
    reader = PdfReader(made / paper.WHOLE.name)
    part, chapters = reader.outline
    assert part.title == "Steps"
    assert [e.title for e in chapters if not isinstance(e, list)] == [t for _, t in SHORT[0][1]]
    starts = [reader.get_destination_page_number(e) for e in chapters if not isinstance(e, list)]
    alone = [bound.count(made / f"{name}.pdf") for name, _ in SHORT[0][1]]
    assert starts == [2, 2 + alone[0]] and len(reader.pages) == 2 + sum(alone)
    contents = reader.pages[1].extract_text()
    assert all(str(start + 1) in contents for start in starts)
    for number in (3, len(reader.pages)):
        assert str(number) in reader.pages[number - 1].extract_text().splitlines()
    sections = next(e for e in chapters if isinstance(e, list))
    assert [e.title for e in sections][-1] == "Answers"


def test_links_between_its_chapters_stay_within_it(made):
    links = [
        link.get_object()
        for page in PdfReader(made / paper.WHOLE.name).pages
        for link in page.get("/Annots", [])
    ]
    outside = [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})]
    own = {f"{BOOK}/{name}.html" for name, _ in SHORT[0][1]}
    assert not [uri for uri in outside if uri.partition("#")[0] in own]
    assert all(uri.startswith("https://") for uri in outside) and outside
    assert any("/Dest" in link for link in links)


def test_a_missing_heading_and_a_loose_font_are_found(made, tmp_path):
    file = made / "steps/01_feedforward/kan.pdf"
    assert bound.faults(file, ["Predict, then touch it"]) == []
    assert bound.faults(file, ["No such heading"]) == ["heading not found: No such heading"]
    writer = PdfWriter()
    plain = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in plain.items()})
    fonts = DictionaryObject({NameObject("/F"): font})
    page = writer.add_blank_page(width=9, height=9)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.write(tmp_path / "loose.pdf")
    assert bound.faults(tmp_path / "loose.pdf", []) == ["font not embedded: /Helvetica"]
