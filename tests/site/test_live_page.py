"""Cells run in the page itself: in Chromium, with mouse and keyboard, and once in Firefox."""

import json
import subprocess

import pytest

from nnlib.grading.report import check_notebook
from tests.conftest import FIREFOX
from tests.site.built import HTML, ROOT
from tests.site.live import CHAPTER, PATIENCE, ended, output, run, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EXERCISE = "exercises/foundations/04_backprop.html"
ANSWER = """# answer: backprop-paths
def blame(w, x):
    return w**2 * x, w * x * 2 * w, 3 * w**2 * x"""
SIMULATION = 11


@pytest.fixture(scope="module")
def chapter(visit):
    """Chapter 04, run up to its simulation, the cell 12 of the page."""
    seen = visit(CHAPTER)
    assert not [url for url in seen.requests if "/lite/" in url], "fetched before it was asked for"
    run(seen.page, SIMULATION)
    assert ended(seen.page) == "Python is ready."
    return seen


def test_a_cell_and_those_before_it_run_and_show_what_they_give(chapter):
    page = chapter.page
    assert "engine: NumPy" in output(page, 0).inner_text()
    assert "9,610 parameters, 8% of the digits right" in output(page, 1).inner_text()
    assert output(page, 2).locator("svg").count() >= 1
    notes = page.locator(".nn-live span").all_inner_texts()
    assert all(note.startswith("ran here") for note in notes[1 : SIMULATION + 1])
    assert not any(notes[SIMULATION + 1 :])
    assert "engine: PyTorch" not in output(page, 0).inner_text()  # the stored output is gone


def test_a_simulation_that_python_sends_is_alive_and_tells_python(chapter):
    page = chapter.page
    sim = output(page, SIMULATION).locator(".nn-sim")
    sim.wait_for(timeout=10_000)
    before = sim.inner_text()
    sim.get_by_role("button", name="Step", exact=False).first.click()
    page.wait_for_function(
        "([box, old]) => box.innerText !== old", arg=[sim.element_handle(), before]
    )


def test_an_edit_runs_by_keyboard_and_makes_what_follows_stale(chapter):
    page = chapter.page
    write(page, 3, "total = 0\nfor i in range(4):\n    total += i\nprint('sum', total)")
    page.keyboard.press("Shift+Enter")
    assert ended(page) == "Python is ready."
    assert output(page, 3).inner_text().strip() == "sum 6"
    assert "nn-edited" in page.locator("div.cell").nth(3).get_attribute("class")
    assert page.locator(".nn-live span").nth(4).inner_text() == "of an earlier run"
    before = output(page, 4).inner_text()
    run(page, 4)  # it ran before the edit, and runs again
    assert ended(page) == "Python is ready."
    notes = page.locator(".nn-live span").all_inner_texts()
    assert notes[4].startswith("ran here") and output(page, 4).inner_text() == before


def test_an_error_is_shown_as_in_jupyter_and_stops_the_run(chapter):
    page = chapter.page
    write(page, 3, "def wrong():\n    return 1 / 0\nwrong()")
    run(page, 4)
    ended(page)
    shown = output(page, 3).inner_text()
    assert "Traceback (most recent call last)" in shown and "----> 3 wrong()" in shown
    assert shown.strip().endswith("ZeroDivisionError: division by zero")
    assert "Cell In[4], line 3" in shown
    assert (
        "not run: cell 4 ended with ZeroDivisionError"
        in page.locator(".nn-live").nth(4).inner_text()
    )
    run(page, 4)  # it does not go past the error either when it is asked again
    ended(page)
    assert "not run: cell 4 ended" in page.locator(".nn-live").nth(4).inner_text()


def test_a_name_that_is_missing_is_an_error_also_where_it_is_torch(chapter):
    page = chapter.page
    write(page, 3, "torch.tensor(1)")
    run(page, 3)
    ended(page)
    assert "ended with NameError" in page.locator(".nn-live").nth(3).inner_text()
    write(page, 3, "print('before')\nimport torch")
    run(page, 4)
    assert ended(page) == "Python is ready."
    notes = page.locator(".nn-live span").all_inner_texts()
    assert all(note.startswith("ran here") for note in notes[3:5])  # skipped, and on it goes


def test_a_cell_that_prints_for_ever_can_be_stopped(chapter):
    page = chapter.page
    write(page, 3, "n = 0\nwhile True:\n    n += 1\n    print('line', n, flush=True)")
    run(page, 3)
    page.wait_for_function(
        "/line [0-9]{4}/.test(document.querySelectorAll('.cell_output')[3].innerText)",
        timeout=PATIENCE,
    )
    write(page, 5, "print('beside')")  # and its words do not take the place of Stop
    run(page, 4)  # asked for while another runs: it waits
    assert page.locator(".nn-live span").nth(4).inner_text() == "waits"
    page.get_by_role("button", name="Stop", exact=True).click()
    assert "What it had computed is gone" in ended(page)
    assert len(output(page, 3).inner_text()) <= 100_000


def test_stop_ends_what_runs_and_replay_begins_again(chapter):
    page = chapter.page
    write(page, 3, "import time\nprint('on', flush=True)\nwhile stay: time.sleep(0.1)")
    write(page, 2, "stay = True")
    run(page, 3)
    page.wait_for_function(
        "document.querySelectorAll('.cell_output')[3].innerText.includes('on')", timeout=PATIENCE
    )
    page.get_by_role("button", name="Stop", exact=True).click()
    assert "What it had computed is gone" in ended(page)
    write(page, 2, "stay = False")
    page.get_by_role("button", name="Replay").click()
    page.wait_for_function(
        "document.querySelector('.nn-python span').textContent.includes('ready')", timeout=PATIENCE
    )
    assert output(page, 3).inner_text().strip() == "on"


def test_the_notebook_can_be_taken_along_and_the_page_be_reset(chapter, tmp_path):
    page = chapter.page
    write(page, 2, "stay = False")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the notebook").click()
    assert download.value.suggested_filename == "04_backprop.ipynb"
    notebook = json.loads(download.value.path().read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert (
        code[2]["source"] == "stay = False"
        and notebook["metadata"]["kernelspec"]["name"] == "python3"
    )
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Reset the page").click()
    assert "will be gone" in asked[0]
    assert page.locator(".cell_input pre").nth(2).inner_text().strip() == "stay = False"
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset the page").click()
    assert "engine: PyTorch" in output(page, 0).inner_text()
    assert "guesses" in page.locator(".cell_input pre").nth(2).inner_text()
    assert not page.locator(".nn-python").is_visible()


def test_nothing_went_outside_and_nothing_complained(chapter):
    assert chapter.outside == [] and chapter.missing == [] and chapter.complaints == []


def test_an_exercise_is_solved_and_checked_in_the_page_and_kept(visit, tmp_path):
    seen = visit(EXERCISE)
    page = seen.page
    write(page, 2, ANSWER)
    run(page, 5)
    assert ended(page) == "Python is ready."
    assert "✓" in output(page, 5).inner_text()
    page.reload()
    assert page.locator(".cell_input pre").nth(2).inner_text().strip() == ANSWER
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the notebook").click()
    handed_in = tmp_path / "mine.ipynb"
    download.value.save_as(handed_in)
    report = check_notebook(handed_in, driver="here").as_dict()
    states = {q["id"]: q["ok"] for q in report["questions"]}
    assert states.pop("backprop-paths") is True and not any(states.values())
    assert seen.complaints == []


def test_a_quiz_that_is_shown_again_is_still_followed(visit):
    page = visit(CHAPTER).page
    write(page, 1, 'nnlib.quiz("foundations/04_backprop")')
    run(page, 1)
    assert ended(page) == "Python is ready."
    output(page, 1).locator(".nn-quiz summary").first.click()
    assert "First answers" in output(page, 1).inner_text()


def test_what_was_written_comes_back_in_a_newer_edition(visit):
    page = visit(CHAPTER).page
    page.evaluate(
        """() => {
          const code = document.querySelectorAll(".cell_input pre")[3].textContent;
          const moved = [2, code.replace(/\\n$/, ""), "print('mine')"];
          const kept = [moved, [4, "gone", "lost"]];
          localStorage.setItem("nnlib-course:edits:foundations/04_backprop", JSON.stringify(kept));
        }"""
    )
    page.reload()
    assert "Your changes are back" in page.locator(".nn-python").inner_text()
    assert page.locator(".cell_input pre").nth(3).inner_text().strip() == "print('mine')"
    left = page.locator(".nn-left")
    left.locator("summary").click()
    assert left.locator("pre").inner_text() == "lost"
    write(page, 5, "print('more')")
    page.reload()
    assert page.locator(".cell_input pre").nth(5).inner_text().strip() == "print('more')"
    assert page.locator(".nn-left").count() == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset the page").click()
    page.reload()
    assert page.locator(".nn-left, .nn-edited").count() == 0


def test_a_page_from_a_file_says_why_it_cannot_run(browser):
    page = browser.new_page()
    page.goto((HTML / CHAPTER).as_uri())
    page.locator(".nn-run").nth(1).click()
    assert "opened from a file may not start Python" in page.locator(".nn-live").nth(1).inner_text()
    assert page.locator(".cell_input pre").nth(1).get_attribute("contenteditable") is None
    page.close()


@pytest.mark.firefox
@pytest.mark.node
def test_firefox_runs_a_chapter_to_its_simulation(site):
    command = ["node", ROOT / "tests" / "lite" / "firefox.mjs", FIREFOX, site + CHAPTER, SIMULATION]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["said"] == "Python is ready." and seen["errors"] == []
    assert "engine: NumPy" in seen["outputs"][0]
    assert seen["notes"][SIMULATION].startswith("ran here") and seen["simulations"][SIMULATION] == 1
    assert [u for u in seen["requests"] if not u.startswith((site, "data:", "blob:"))] == []
