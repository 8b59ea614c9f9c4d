"""Cells in a page where something is refused, missing, damaged or ended: the reader is told."""

import pytest

from tests.site.live import CHAPTER, PATIENCE, ended, output, run, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(
    "refusal",
    [
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})",
        """const set = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) {
          if (key.startsWith("nnlib")) throw new DOMException("full", "QuotaExceededError");
          set.call(this, key, value);
        }""",
    ],
)
def test_a_browser_that_keeps_nothing_is_told_of(visit, refusal):
    seen = visit(CHAPTER)
    page = seen.page
    page.add_init_script(refusal)
    page.reload()
    write(page, 3, "print('mine')")
    assert "keeps nothing here" in page.locator(".nn-python").inner_text()
    assert "denied" in refusal or seen.complaints == []  # denied, the theme's own scripts complain


@pytest.mark.parametrize("file", ["pyodide.asm.wasm", "numpy-"])
def test_a_file_that_does_not_arrive_whole_is_named(visit, file):
    page = visit(CHAPTER).page
    page.context.route(f"**/lite/pyodide/{file}*", lambda route: route.fulfill(body=b"half"))
    run(page, 0)
    page.get_by_role("button", name="Replay").wait_for(timeout=PATIENCE)
    said = page.locator(".nn-python [role=status]").inner_text()
    assert said.startswith("Python did not start: ") and "did not arrive" in said


def test_what_ends_python_or_has_no_place_here_says_so(visit):
    page = visit(CHAPTER).page
    for source, expected in {
        "%%bash\nls": "no commands of a system on this page",
        "!ls": "no commands of a system on this page",
        "exit()": "Python ends with the page",
    }.items():
        write(page, 1, source)
        run(page, 1)
        ended(page)
        assert expected in output(page, 1).inner_text()
    write(page, 1, "import matplotlib")
    run(page, 1)
    assert ended(page) == "Python is ready."
    write(page, 1, "from pyodide.http import pyfetch\nawait pyfetch('numpy/of/others')")
    run(page, 1)  # what a reader fetches is the reader's
    assert "Python is ready" in ended(page)
    write(page, 1, "import asyncio\nasync def bad(): 1 / 0\ntask = asyncio.ensure_future(bad())")
    run(page, 2)  # what nobody waits for ends nothing
    assert "Python is ready" in ended(page)
    write(page, 1, "import os\nos._exit(1)")
    run(page, 1)
    assert "Python has ended" in ended(page)


def test_where_python_is_not_beside_the_book_run_says_so(visit):
    page = visit(CHAPTER).page
    page.context.route("**/lite/**", lambda route: route.fulfill(status=404, body="<html>"))
    run(page, 0)
    page.get_by_role("button", name="Replay").wait_for(timeout=PATIENCE)
    said = page.locator(".nn-python [role=status]").inner_text()
    assert said.startswith("Python did not start: ") and "pyodide-lock.json is not here" in said
    with_edit = write(page, 3, "print('mine')")
    page.get_by_role("button", name="Download the notebook").click()
    page.wait_for_function(
        "document.querySelector('.nn-python span').textContent.includes('Your code is still here')"
    )
    assert with_edit.inner_text().strip() == "print('mine')"
