"""What the reader's own browser keeps: shown, exported, imported, erased."""

import json

import pytest

from tests.site.built import AXE
from tests.site.test_pages import AXE_RUN

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHAPTER = "foundations/04_backprop"
NEWER = '{"format": "nnlib-course record", "version": 9}'
KEPT = "() => JSON.parse(localStorage.getItem('nnlib-course:record'))"
DENIED = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('denied', 'SecurityError'); } })"""


@pytest.fixture
def seen(visit):
    """A chapter in a browser that has kept nothing yet."""
    opened = visit(f"{CHAPTER}.html")
    yield opened
    opened.page.context.close()
    assert opened.complaints == [] and opened.outside == []


def go(page, site, name):
    page.goto(site + name)
    page.wait_for_load_state("networkidle")


def test_a_chapter_is_read_when_the_reader_says_so_and_shows_it_everywhere(seen, site):
    page = seen.page
    mark = page.get_by_role("button", name="Mark as read")
    assert page.evaluate(KEPT) is None and page.locator(".nn-read").count() == 0
    mark.focus()
    mark.press("Enter")
    done = page.get_by_role("button", name="✓ Read")
    assert done.get_attribute("aria-pressed") == "true"
    assert list(page.evaluate(KEPT)["read"]) == [CHAPTER]
    assert page.locator("nav.bd-links .current > a.nn-read").count() == 1
    go(page, site, "index.html")
    assert page.locator(f".nn-map a[href='{CHAPTER}.html'].nn-read").count() == 1
    assert page.locator("nav.bd-links a.nn-read").count() == 1
    go(page, site, f"{CHAPTER}.html")
    done.click()
    assert page.evaluate(KEPT)["read"] == {}
    assert page.locator(".nn-read").count() == 0


def test_the_landing_page_leads_back_to_where_the_reader_stopped(seen, site):
    page = seen.page
    page.evaluate("document.getElementById('a-fork-add').scrollIntoView()")
    go(page, site, "index.html")
    link = page.locator(".nn-continue a")
    assert link.inner_text() == "Who is to blame?"
    link.click()
    page.wait_for_url(f"**/{CHAPTER}.html#a-fork-add")
    assert page.locator(".nn-continue").count() == 0


def test_on_a_first_visit_there_is_nothing_to_continue(visit):
    page = visit("index.html").page
    assert page.locator(".nn-continue").count() == 0
    page.context.close()


def test_the_first_answer_counts_and_can_be_asked_again(seen):
    page = seen.page
    score = page.locator(".nn-score")
    assert not score.is_visible()
    field = page.locator(".nn-quiz fieldset").first
    right = field.locator("details[data-right] > summary")
    wrong = field.locator("details:not([data-right]) > summary")
    wrong.first.focus()
    page.keyboard.press("Enter")
    right.first.click()  # too late
    count = page.locator(".nn-quiz fieldset").count()
    assert score.inner_text().startswith(f"First answers: 0 of 1 right, {count - 1} still open.")
    assert page.locator(".nn-own-first").count() == 1
    other = page.locator(".nn-quiz fieldset").nth(1)
    other.locator("details[data-right] > summary").first.click()
    assert "1 of 2 right" in score.inner_text()
    page.reload(wait_until="networkidle")
    assert "1 of 2 right" in score.inner_text()
    page.get_by_role("button", name="Ask me again").click()
    assert not score.is_visible() and page.locator(".nn-quiz details[open]").count() == 0
    assert page.evaluate(KEPT)["answers"] == {}


def test_a_choice_that_the_browser_opens_to_find_a_word_is_no_answer(seen):
    seen.page.evaluate("document.querySelector('.nn-quiz details').open = true")
    seen.page.wait_for_timeout(100)
    assert seen.page.evaluate(KEPT) is None


def test_a_guess_is_kept_and_stands_before_the_answer(seen):
    page = seen.page
    guess = page.get_by_label("My guess").first
    guess.fill("about a week")
    assert page.locator(".nn-own-guess [role=status]").first.inner_text() == "Kept in this browser."
    follows = page.locator(".nn-own-guess + p").first.inner_text()
    assert follows.strip().startswith("Eleven and a half days.")
    page.reload(wait_until="networkidle")
    assert guess.input_value() == "about a week"
    (kept,) = page.evaluate(KEPT)["guesses"].values()
    assert kept["ask"].endswith("How long do you nudge for one step of learning?")
    guess.fill("")
    assert page.evaluate(KEPT)["guesses"] == {}


@pytest.mark.parametrize(
    ("name", "fields"),
    [("foundations/01_neurons", 4), ("foundations/04_backprop", 3), ("steps/01_feedforward", 5)],
)
def test_every_prediction_of_a_chapter_has_its_line(visit, name, fields):
    page = visit(f"{name}.html").page
    assert page.get_by_label("My guess").count() >= fields
    page.context.close()


def test_a_guess_in_a_simulation_is_kept_and_comes_back(seen):
    page = seen.page
    choice = page.locator(".nn-sim .nn-choices button").first
    choice.click()
    text = page.locator(".nn-sim .nn-ask").first.inner_text()
    (kept,) = page.evaluate(KEPT)["guesses"].values()
    assert (kept["ask"], kept["guess"]) == (text, 0)
    page.reload(wait_until="networkidle")
    page.locator(".nn-sim .nn-kicker").first.wait_for()
    assert page.locator(".nn-sim .nn-kicker").first.inner_text().startswith("Your guess")
    assert page.locator(".nn-sim .nn-choices button[aria-pressed=true]").count() == 1


def test_where_the_browser_refuses_the_page_says_so_and_works(visit, site):
    opened = visit("index.html")
    page = opened.page
    page.context.add_init_script(DENIED)
    go(page, site, f"{CHAPTER}.html")
    assert "keeps nothing for this site" in page.locator(".nn-foot").inner_text()
    assert page.get_by_role("button", name="Mark as read").count() == 0
    page.get_by_label("My guess").first.fill("six")
    assert "does not keep it" in page.locator(".nn-own-guess").first.inner_text()
    summary = page.locator(".nn-quiz summary").first
    summary.click()
    assert page.locator(".nn-quiz details").first.evaluate("d => d.open")
    go(page, site, "reference/record.html")
    assert "keeps nothing for this site" in page.locator(".nn-record").inner_text()
    ours = [text for text in opened.complaints if "nn" in text.lower()]
    assert ours == []
    page.context.close()


class TestTheRecordPage:
    @pytest.fixture
    def page(self, seen, site):
        page = seen.page
        page.get_by_role("button", name="Mark as read").click()
        page.get_by_label("My guess").first.fill("a week <b>")
        page.locator(".nn-quiz summary").first.click()
        go(page, site, "reference/record.html")
        return page

    def exported(self, page) -> str:
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        return download.value.path().read_text(encoding="utf-8")

    def give(self, page, text: str) -> str:
        file = {"name": "r.json", "mimeType": "application/json", "buffer": text.encode()}
        status = page.locator(".nn-record [role=status]")
        page.locator(".nn-record input[type=file]").set_input_files(file)
        told = "() => document.querySelector('.nn-record > [role=status]').textContent"
        page.wait_for_function(told)
        return status.inner_text()

    def test_it_shows_everything(self, page):
        tables = page.locator(".nn-record table")
        assert tables.locator("caption").all_inner_texts() == ["Read", "First answers", "Guesses"]
        assert "a week <b>" in tables.nth(2).inner_text()
        link = tables.first.get_by_role("link")
        assert link.get_attribute("href") == f"../{CHAPTER}.html"
        assert link.inner_text().startswith("04")

    def test_export_erase_import_brings_everything_back(self, page):
        before = self.exported(page)
        assert json.loads(before)["version"] == 1
        page.evaluate("localStorage.setItem('nnlib-course:edits:a', '{}')")  # a cell was changed
        page.get_by_role("button", name="Erase…").click()
        assert page.evaluate(KEPT)["read"] != {}  # it only asks
        assert page.evaluate("document.activeElement.textContent") == "Keep it"
        page.get_by_role("button", name="Keep it").click()
        assert page.evaluate(KEPT)["read"] != {}
        page.get_by_role("button", name="Erase…").click()
        page.get_by_role("button", name="Erase everything").click()
        assert page.evaluate(KEPT) is None
        kept = page.evaluate("Object.keys(localStorage)")  # the theme keeps light or dark
        assert not [key for key in kept if key.startswith("nnlib")]
        assert "Nothing is kept yet" in page.locator(".nn-record").inner_text()
        assert "3 of them are new" in self.give(page, before)
        assert page.evaluate(KEPT) == json.loads(before)

    @pytest.mark.parametrize("bad", ["not json", "{}", NEWER])
    def test_a_bad_file_is_refused_in_words_and_nothing_is_lost(self, page, bad):
        before = page.evaluate(KEPT)
        assert "Nothing has been changed." in self.give(page, bad)
        assert page.evaluate(KEPT) == before

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("width", [360, 1280])
    def test_axe_has_nothing_to_say_and_nothing_is_too_wide(self, page, width, theme):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.get_by_role("button", name="Erase…").click()
        page.wait_for_timeout(300)
        page.add_script_tag(path=AXE)
        assert page.evaluate(AXE_RUN, {"include": [[".bd-article"]]}) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
