"""The built site: its pages, as the table of contents names them, and what stands in their HTML."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import settings
import yaml
from serve import HTML as HTML  # the one place that knows it

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def pages() -> list[str]:
    """Every page that a reader can open, without `.html`."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *settings.pages_of(toc)]


class Page(HTMLParser):
    """What a page refers to and what can be referred to in it."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.ids, self.files = [], set(), []
        self.images: list[dict] = []  # attributes of <img> and of <svg role="img">
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag in {"img", "source", "script", "iframe"} and attributes.get("src"):
            self.files.append(attributes["src"])
        if tag == "img" or (tag == "svg" and attributes.get("role") == "img"):
            self.images.append({"tag": tag, **attributes})


def own_weight(path: Path) -> int:
    """Bytes, compressed, that a page brings along: itself and its images and data.

    What lies in `_static` is shared by all pages and fetched once.
    """
    page = Page(path)
    own = [path.parent / re.sub(r"[?#].*", "", name) for name in page.files if "://" not in name]
    files = [file for file in own if "_static" not in file.parts and file.is_file()]
    return sum(len(gzip.compress(file.read_bytes())) for file in [path, *files])
