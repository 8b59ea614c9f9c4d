"""The book on paper: a PDF a chapter and one of the whole, printed by Chromium from built pages.

Each page is looked at before it is printed (nothing too wide, no picture missing, every formula
set), and the PDFs afterwards (fonts embedded, every heading there). What is wrong is an error.
"""

import shutil
import sys
import tempfile
import threading
from pathlib import Path

import bound
import downloads
import paper_front
import yaml
from chromium import CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright
from serve import server
from settings import BOOK, DISTRIBUTION, PROJECT, ROOT

FOLDER = ROOT / "_build" / "pdf"
WHOLE = FOLDER / f"{DISTRIBUTION}-{PROJECT['version']}.pdf"
NOT_PRINTED = ("solutions/", "teach/", "reference/")
SCRIPT = ROOT / "tools" / "paper.js"
WIDTH = 642  # CSS pixels between the margins of print.css: 170 mm


def printed_pages() -> list[tuple[str, list[tuple[str, str]]]]:
    """The parts of the book that are printed: (caption, [(page, title in the contents)])."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = []
    for part in toc["parts"]:
        entries = [e for c in part["chapters"] for e in (c, *c.get("sections", []))]
        kept = [(e["file"], e.get("title", e["file"])) for e in entries]
        kept = [pair for pair in kept if not pair[0].startswith(NOT_PRINTED)]
        if kept:
            parts.append((part["caption"], kept))
    return parts


def prepare(page) -> None:
    """Lay the open `page` out as it will be printed."""
    page.add_script_tag(path=SCRIPT)
    page.evaluate("() => nnPaper.ready()")
    page.set_viewport_size({"width": WIDTH, "height": 900})
    page.emulate_media(media="print", color_scheme="light")
    page.evaluate("book => nnPaper.fit(book)", BOOK)


def faults(page) -> list[str]:
    """What is wrong with the prepared `page`."""
    return page.evaluate("width => nnPaper.faults(width)", WIDTH)


def running(title: str, before: int) -> str:
    """The style of one printing: `title` above, the page's number below, after `before` pages."""
    css = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    font = 'font: 8.5pt "Course Sans", sans-serif; color: #5A606A;'
    return (
        f"html {{ counter-reset: page {before}; }} @page {{ "
        f"@top-left {{ content: {css}; {font} }} "
        f"@bottom-center {{ content: counter(page); {font} }} }}"
    )


def print_to(page, file: Path, title: str, before: int = 0) -> None:
    """Print the prepared `page` into `file`, its pages numbered after `before`."""
    page.add_style_tag(content=running(title, before))
    file.parent.mkdir(parents=True, exist_ok=True)
    page.pdf(path=file, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)


def make(browser, site: str, folder: Path, aside: Path) -> list[str]:
    """Write every PDF below `folder`, its parts into `aside`; returns what is wrong with them."""
    page = browser.new_page()
    parts = printed_pages()
    wrong, sheets, starts = [], [], {}
    cover = aside / "front.pdf"

    def print_front() -> None:
        page.goto(f"{site}_static/tokens.css")  # for the origin: fonts come from no other
        page.set_content(paper_front.html(site, parts, starts), wait_until="load")
        page.evaluate("() => document.fonts.ready.then(() => true)")
        page.pdf(path=cover, prefer_css_page_size=True, print_background=True)

    print_front()
    before = bound.count(cover)
    for part, entries in parts:
        for name, title in entries:
            page.goto(f"{site}{name}.html", wait_until="load")
            prepare(page)
            wrong += [f"{name}: {fault}" for fault in faults(page)]
            headings = page.evaluate("() => nnPaper.headings()")
            alone, sheet = folder / f"{name}.pdf", aside / f"{len(sheets)}.pdf"
            print_to(page, alone, title)
            wrong += [f"{name}: {fault}" for fault in bound.faults(alone, headings)]
            print_to(page, sheet, title, before)
            starts[name] = before + 1
            sheets.append((part, title, sheet))
            before += bound.count(sheet)
    print_front()  # now with its numbers
    page.close()
    whole, titles = folder / WHOLE.name, [title for _, title, _ in sheets]
    addresses = {f"{BOOK}/{name}.html": start for name, start in starts.items()}
    bound.bind(whole, cover, sheets, title=paper_front.TITLE, starts=addresses)
    return wrong + [f"the book: {fault}" for fault in bound.faults(whole, titles)]


def main() -> int:
    if not CHROMIUM:
        print("Chromium is needed and was not found; NNLIB_CHROMIUM can name it.", file=sys.stderr)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)  # pages may have been renamed since
    with server() as httpd, sync_playwright() as playwright, tempfile.TemporaryDirectory() as aside:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        wrong = make(browser, f"http://127.0.0.1:{httpd.server_port}/", FOLDER, Path(aside))
        browser.close()
        httpd.shutdown()
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    files = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*.pdf"))}
    downloads.place(files)
    size = WHOLE.stat().st_size / 1e6
    print(f"{WHOLE.relative_to(ROOT)}: {bound.count(WHOLE)} pages, {size:.1f} MB")
    print(f"and {len(files) - 1} PDFs of single pages beside it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
