"""The built site as one archive that works from a folder, without a server and without the net.

The same site gives the same bytes: files in order, one fixed time, one mode.
"""

import sys
import zipfile
from pathlib import Path

import downloads
from serve import HTML
from settings import DISTRIBUTION, PROJECT, ROOT

NAME = f"{DISTRIBUTION}-{PROJECT['version']}"
ARCHIVE = ROOT / "_build" / "offline" / f"{NAME}.zip"
LEFT_OUT = {"lite", downloads.FOLDER, ".buildinfo"}  # needs a server; itself; Sphinx's own
MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the earliest time that the format knows


def contents(html: Path) -> dict[str, bytes]:
    """What goes along, in order: path below the archive's one folder → content."""
    files = {
        path.relative_to(html).as_posix(): path.read_bytes()
        for path in sorted(html.rglob("*"))
        if path.is_file()
        and path.relative_to(html).parts[0] not in LEFT_OUT
        and not (
            path.suffix == ".html" and path.is_relative_to(html / "_static")
        )  # the theme's macros
    }
    files["lite/open.html"] = (ROOT / "lite" / "open.html").read_bytes()  # says where it works
    name = f"{downloads.PAGE}.html"
    files[name] = downloads.unfilled(files[name].decode()).encode()
    return dict(sorted(files.items()))


def write(archive: Path, html: Path = HTML) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    aside = archive.with_suffix(".part")
    with zipfile.ZipFile(aside, "w") as out:
        for name, content in contents(html).items():
            entry = zipfile.ZipInfo(f"{NAME}/{name}", MIDNIGHT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on Unix, everywhere
            out.writestr(entry, content, compresslevel=9)
    aside.replace(archive)


def main() -> int:
    if not (HTML / "index.html").is_file():
        print("the book is not built: run `make html`", file=sys.stderr)
        return 1
    write(ARCHIVE)
    downloads.place({ARCHIVE.name: ARCHIVE})
    print(f"{ARCHIVE.relative_to(ROOT)}: {ARCHIVE.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
