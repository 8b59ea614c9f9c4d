"""Simulations in a real Chromium, on a page without a kernel and without a network."""

import pytest

from tests.simulations.staticpage import ROOT, execute, page

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def notebook():
    """notebook(cell, …) → the executed notebook; each set of cells is executed once."""
    known = {}

    def get(*cells):
        if cells not in known:
            known[cells] = execute(*cells)
        return known[cells]

    return get


@pytest.fixture
def show(browser, notebook, tmp_path):
    """show(cell, …, width=, theme=, motion=, touch=) → a Playwright page opened from a file.

    When the test ends the page must have asked for nothing and complained of nothing.
    """
    troubles, contexts = [], []

    def open_page(*cells, width=768, theme="light", motion="no-preference", touch=False):
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(page(notebook(*cells), f'data-theme="{theme}"'), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion=motion, has_touch=touch
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.route("**/*", lambda route: _local_only(route, troubles))
        tab.goto(path.as_uri())
        tab.wait_for_function("document.querySelector('.nn-sentence')?.textContent")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _local_only(route, troubles):
    if route.request.url.startswith(("file:", "blob:", "data:")):
        route.continue_()
    else:
        troubles.append(route.request.url)
        route.abort()


@pytest.fixture
def violations():
    """violations(tab) → what axe-core finds wrong inside the simulations, in short."""

    def run(tab):
        tab.evaluate(AXE.read_text(encoding="utf-8"))
        found = tab.evaluate("axe.run('.nn-sim').then(r => r.violations)")
        return [(v["id"], [node["target"] for node in v["nodes"]]) for v in found]

    return run
