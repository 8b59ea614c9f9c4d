"""PDFs put together, and looked at: pages counted, outlines joined, what a printer would miss."""

from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, Fit, NameObject, NullObject


def count(file: Path) -> int:
    return len(PdfReader(file).pages)


def bind(
    file: Path,
    cover: Path,
    sheets: list[tuple[str, str, Path]],
    *,
    title: str,
    starts: dict[str, int],
) -> None:
    """One PDF of the cover and of all `sheets` (part, title, PDF), with an outline of three levels.

    starts: the address of a chapter → its first page, from 1; links to it lead there.
    """
    writer = PdfWriter()
    writer.append(cover, import_outline=False)
    parts = {}
    for part, name, sheet in sheets:
        before = len(writer.pages)
        writer.append(sheet, import_outline=False)
        if part not in parts:
            parts[part] = writer.add_outline_item(title=part, page_number=before)
        chapter = writer.add_outline_item(title=name, page_number=before, parent=parts[part])
        for heading, page, top in sections(sheet):
            where = {"page_number": before + page, "fit": Fit.xyz(left=0, top=top)}
            writer.add_outline_item(title=heading, parent=chapter, **where)
    turn_inward(writer, starts)
    writer.add_metadata({"/Title": title})
    writer.page_mode = "/UseOutlines"
    writer.compress_identical_objects()  # fonts, above all: each chapter brought its own
    file.parent.mkdir(parents=True, exist_ok=True)
    writer.write(file)


def turn_inward(writer: PdfWriter, starts: dict[str, int]) -> None:
    """Let links to the addresses in `starts` lead to pages of the same PDF."""
    for page in writer.pages:
        for link in (reference.get_object() for reference in page.get("/Annots", [])):
            start = starts.get(link.get("/A", {}).get("/URI", "").partition("#")[0])
            if start is None:
                continue
            del link["/A"]
            where = [writer.pages[start - 1].indirect_reference, NameObject("/XYZ")]
            link[NameObject("/Dest")] = ArrayObject([*where, *[NullObject()] * 3])


def sections(file: Path) -> list[tuple[str, int, float]]:
    """The headings below a chapter's title: text, page (from 0), height on it."""
    reader = PdfReader(file)
    below = next((entry for entry in reader.outline if isinstance(entry, list)), [])
    return [
        (entry.title, reader.get_destination_page_number(entry), entry.top)
        for entry in below
        if not isinstance(entry, list)
    ]


def faults(file: Path, headings: list[str]) -> list[str]:
    """Headings that the PDF's text does not have, fonts that it does not bring along."""
    reader = PdfReader(file)
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    found = [f"heading not found: {name}" for name in headings if squeezed(name) not in text]
    return found + [f"font not embedded: {name}" for name in sorted(loose_fonts(reader))]


def squeezed(text: str) -> str:
    return "".join(text.split())


def loose_fonts(reader: PdfReader) -> set[str]:
    """Names of fonts that are not embedded."""
    loose = set()
    for page in reader.pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            outer = font.get_object()
            inner = outer.get("/DescendantFonts", [outer])[0].get_object()
            kept = inner.get("/FontDescriptor", {})
            drawn = inner.get("/Subtype") == "/Type3"  # its glyphs are drawn in the PDF itself
            if not drawn and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(kept):
                loose.add(str(outer.get("/BaseFont")))
    return loose
