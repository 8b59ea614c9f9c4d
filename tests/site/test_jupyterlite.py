"""The notebooks behind "Run in the browser": from the button to the last cell, in Chromium."""

import json
import subprocess

import pytest
from lite_site import SITE

from tests.conftest import FIREFOX
from tests.site.built import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EXERCISE = "exercises/foundations/04_backprop"
CHAPTER = "steps/01_feedforward/kan"
PATIENCE = 240_000  # milliseconds; other tests run beside
PROMPTS = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((p) => p.innerText)"


def edition(name):
    return json.loads((SITE / "built.json").read_text(encoding="utf-8"))["editions"][name]


def opened(visit, name):
    """From the page's button into its notebook."""
    seen = visit(f"{name}.html")
    seen.page.get_by_role("link", name="Run in the browser").click()
    seen.page.wait_for_selector(".jp-CodeCell", timeout=PATIENCE)
    return seen


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def wait_for_last(page):
    page.wait_for_function(f"{PROMPTS}.every((p) => /[0-9]/.test(p))", timeout=PATIENCE)


def output(page, number):
    return page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea")


def test_a_chapter_runs_from_the_button_to_its_last_cell(visit):
    seen = opened(visit, CHAPTER)
    run_all(seen.page)
    wait_for_last(seen.page)
    assert "engine: NumPy" in output(seen.page, 0).inner_text()
    errors = seen.page.locator("[data-mime-type='application/vnd.jupyter.error']")
    assert errors.count() == 0
    assert seen.page.locator(".jp-OutputArea svg[role=img], .jp-OutputArea figure svg").count() >= 2
    assert seen.page.locator(".jp-OutputArea .nn-sim").count() >= 1
    assert seen.outside == []


def test_an_exercise_is_solved_checked_and_kept_and_a_newer_edition_does_not_hide_it(visit):
    seen = opened(visit, EXERCISE)
    page = seen.page
    cell = page.locator(".jp-CodeCell").nth(2)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(
        "# answer: backprop-paths\ndef blame(w, x):\n"
        "    return w**2 * x, w * x * 2 * w, 3 * w**2 * x"
    )
    for number in (0, 1, 2, 3, 4, 5):
        page.locator(".jp-CodeCell").nth(number).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
    page.wait_for_function(f"/[0-9]/.test({PROMPTS}[5])", timeout=PATIENCE)
    assert "✓" in output(page, 5).inner_text()
    page.keyboard.press("Control+s")
    name = edition(f"{EXERCISE}.ipynb")
    kept = """name => new Promise((resolve) => {
      const request = indexedDB.open("nnlib-course");
      request.onsuccess = () => {
        const get = request.result.transaction("files").objectStore("files").get(name);
        get.onsuccess = () => resolve(JSON.stringify(get.result ?? null));
      };
    })"""
    page.wait_for_timeout(1000)
    assert "3 * w**2 * x" in page.evaluate(kept, name)
    page.reload()
    page.wait_for_selector(".jp-CodeCell", timeout=PATIENCE)
    assert "3 * w**2 * x" in page.locator(".jp-CodeCell").nth(2).inner_text()
    # Now the course has a newer edition: what is kept bears the name of an older one.
    older = f"{EXERCISE}-00000000.ipynb"
    page.evaluate(
        """([from, to]) => new Promise((resolve) => {
          const request = indexedDB.open("nnlib-course");
          request.onsuccess = () => {
            const store = request.result.transaction("files", "readwrite").objectStore("files");
            const get = store.get(from);
            get.onsuccess = () => {
              store.put({ ...get.result, path: to, name: to.split("/").at(-1) }, to);
              store.delete(from).onsuccess = resolve;
            };
          };
        })""",
        [name, older],
    )
    site = page.url.partition("lite/")[0]
    page.goto(f"{site}lite/open.html?path={EXERCISE}.ipynb")
    page.get_by_role("link", name="Open your work of").click()
    page.wait_for_selector(".jp-CodeCell", timeout=PATIENCE)
    assert "3 * w**2 * x" in page.locator(".jp-CodeCell").nth(2).inner_text()
    page.goto(f"{site}lite/open.html?path={EXERCISE}.ipynb")
    page.get_by_role("link", name="Open the new edition").click()
    page.wait_for_selector(".jp-CodeCell", timeout=PATIENCE)
    assert "your code goes here" in page.locator(".jp-CodeCell").nth(2).inner_text()
    assert seen.outside == []


@pytest.mark.firefox
@pytest.mark.node
def test_firefox_runs_a_chapter_to_its_simulation(site):
    script = ROOT / "tests" / "lite" / "firefox_notebook.mjs"
    address = f"{site}lite/notebooks/index.html?path={edition(f'{CHAPTER}.ipynb')}"
    command = ["node", script, FIREFOX, address, "16"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert "engine: NumPy" in seen["first"] and seen["errors"] == []
    assert [u for u in seen["requests"] if not u.startswith((site, "data:", "blob:"))] == []


def test_an_unknown_notebook_is_named_and_those_there_are_offered(visit):
    page = visit("lite/open.html?path=no/such.ipynb").page
    assert "There is no notebook “no/such.ipynb” here" in page.inner_text("[role=status]")
    assert page.locator("li a").count() >= 14
