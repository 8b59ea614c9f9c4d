"""The built site on a loopback port, and a browser that reaches nothing else."""

import threading
from dataclasses import dataclass, field

import pytest
from serve import server

from tests.site.built import HTML


@pytest.fixture(scope="session")
def site():
    """The address of the built site, ending in `/`."""
    if not (HTML / "index.html").is_file():
        pytest.fail("the book is not built: run `make html`")
    with server() as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()


@dataclass
class Visit:
    """An open page, and what it asked for and complained about since it began to load."""

    page: object
    requests: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def visit(site, browser):
    """`visit(name, width=…, scheme=…)` opens a page of the site; outside requests are refused."""
    contexts = []

    def opened(name: str, width: int = 1280, scheme: str = "light", **settings) -> Visit:
        view = {"width": width, "height": 800}
        context = browser.new_context(viewport=view, color_scheme=scheme, **settings)
        contexts.append(context)
        seen = Visit(context.new_page())

        def route(route):
            seen.requests.append(route.request.url)
            if route.request.url.startswith((site, "data:", "blob:")):
                return route.continue_()
            seen.outside.append(route.request.url)
            return route.abort()

        context.route("**/*", route)
        page = seen.page
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("console", lambda m: m.type == "error" and seen.complaints.append(m.text))
        page.on("response", lambda r: r.status >= 400 and seen.missing.append(r.url))
        page.goto(site + name)
        page.wait_for_load_state("networkidle")
        return seen

    yield opened
    for context in contexts:
        context.close()
