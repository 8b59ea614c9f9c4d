"""What the tests of cells in a page do as a reader does it."""

CHAPTER = "foundations/04_backprop.html"
PATIENCE = 240_000  # milliseconds; other tests run beside
ENDED = "/is ready|has ended|Stopped/.test(document.querySelector('.nn-python span').textContent)"


def run(page, number):
    page.locator(".nn-run").nth(number).evaluate("button => button.click()")


def ended(page):
    page.wait_for_function(ENDED, timeout=PATIENCE)
    return page.locator(".nn-python [role=status]").inner_text()


def output(page, number):
    return page.locator("div.cell").nth(number).locator(".cell_output")


def write(page, number, text):
    """Replace a cell's code as a reader does."""
    code = page.locator(".cell_input pre").nth(number)
    code.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    return code
