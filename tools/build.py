"""Build the book: execute what has changed, stage the sources, run Sphinx, look at every page.

book/ and solutions/ are read, never written: `_build/source` is their copy with executed
notebooks and generated pages in place, and only what differs is written there, so that Sphinx
renders again only what changed.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import catalog_pages
import course_map
import teach_pages
import yaml
from execute import EXECUTED, chapters, execute_all
from lite_notebooks import with_links
from page_foot import with_foot
from serve import HTML
from settings import COURSE, PROJECT, REPOSITORY, ROOT, pages_of
from statistics_page import statistics_page

SOURCE = ROOT / "_build" / "source"
FEWEST_WORDS = 20  # a page with fewer in its article counts as empty


def staged() -> dict[str, bytes]:
    """Every file that Sphinx is to see: path below the staged folder → content."""
    files: dict[str, bytes] = {}
    for path in sorted((ROOT / "book").rglob("*")):
        name = path.relative_to(ROOT / "book").as_posix()
        if path.is_dir() or ".ipynb_checkpoints" in name:
            continue
        executed = EXECUTED / "book" / name
        if path.suffix == ".ipynb":
            files[name] = with_links(executed.read_bytes(), name)
        else:
            files[name] = path.read_bytes()
    for folder in ("exercises", "solutions") if COURSE["solutions"] else ("exercises",):
        for path in sorted((ROOT / folder).rglob("*.ipynb")):
            if ".ipynb_checkpoints" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                files[name] = with_links(path.read_bytes(), name)
    records = {
        path.relative_to(ROOT / "book").as_posix(): json.loads(
            (EXECUTED / path.relative_to(ROOT)).with_suffix(".json").read_text(encoding="utf-8")
        )
        for path in chapters()
    }
    files["reference/statistics.md"] = statistics_page(records).encode()
    for generated in (catalog_pages.pages(), teach_pages.pages()):
        files |= {name: page.encode() for name, page in generated.items()}
    files = {name: with_foot(name, page, records.get(name)) for name, page in files.items()}
    files["map.html"] = course_map.page().encode()
    files["_config.yml"] = config().encode()
    files["_toc.yml"] = contents().encode()
    return files


def config() -> str:
    """`_config.yml` with the repository's address filled in."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings["repository"] = {"url": REPOSITORY, "branch": "main", "path_to_book": "book"}
    settings["sphinx"]["config"]["release"] = PROJECT["version"]
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def contents() -> str:
    """`_toc.yml`, less the solutions where the course leaves them out."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    if not COURSE["solutions"]:
        toc["parts"] = [
            part | {"chapters": chapters}
            for part in toc["parts"]
            if (chapters := [c for c in part["chapters"] if not c["file"].startswith("solutions/")])
        ]
    return yaml.safe_dump(toc, sort_keys=False)


def stage(files: dict[str, bytes]) -> None:
    """Make `_build/source` hold exactly `files`, touching only what differs.

    Every page shows the contents, obeys the settings and names the assets by their digests, and
    Sphinx does not see that they have changed: then everything is rendered again.
    """
    assets = [name for name in files if name.startswith("assets/")]
    for name in ("_toc.yml", "_config.yml", *assets):
        before = SOURCE / name
        if before.is_file() and before.read_bytes() != files[name]:
            for rendered in (HTML, HTML.parent / ".doctrees"):
                shutil.rmtree(rendered, ignore_errors=True)
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file() and path.relative_to(SOURCE).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = SOURCE / name
        if not (path.is_file() and path.read_bytes() == content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def sphinx() -> bool:
    """Run Sphinx nit-picking, every warning an error; whether it went well."""
    book = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", SOURCE]
    options = ["--path-output", ROOT, "-n", "-W", "--keep-going", "-q"]
    log = ROOT / "_build" / "sphinx.log"
    with log.open("w", encoding="utf-8") as out:
        code = subprocess.run([*book, *options], stdout=out, stderr=subprocess.STDOUT).returncode
    if code:
        print(log.read_text(encoding="utf-8"), file=sys.stderr)
    return code == 0


def empty_pages() -> list[str]:
    """The pages of the table of contents that are missing, or say next to nothing."""
    toc = yaml.safe_load(contents())
    names = [toc["root"], *pages_of(toc)]
    empty = []
    for name in names:
        page = HTML / f"{name}.html"
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        article = re.search(r"<article.*?</article>", text, re.DOTALL)
        words = re.sub(
            r"<script.*?</script>|<[^>]+>", " ", article[0] if article else "", flags=re.S
        )
        if len(words.split()) < FEWEST_WORDS:
            empty.append(name)
    return empty


def main() -> int:
    failures = execute_all(chapters())
    if failures:
        print("\n\n".join(failures), file=sys.stderr)
        return 1
    stage(staged())
    if not sphinx():
        return 1
    if empty := empty_pages():
        print(f"empty pages: {', '.join(empty)}", file=sys.stderr)
        return 1
    shutil.rmtree(HTML / "_sources", ignore_errors=True)
    print(f"built {HTML.relative_to(Path(ROOT))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
