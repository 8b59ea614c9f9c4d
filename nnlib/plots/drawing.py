"""`Drawing`: a matplotlib figure as a small SVG that reads well aloud, in light and in dark."""

import hashlib
import io
import re
import sys
from dataclasses import dataclass, field
from html import escape

from matplotlib import style
from matplotlib.figure import Figure

from nnlib.plots.tokens import STYLE, to_css, tokens

style.use(STYLE / "nnlib.mplstyle")  # whoever imports the figures gets their style


@dataclass(frozen=True, repr=False)
class Drawing:
    """A figure with what it shows in words. Jupyter and the book print it as HTML."""

    svg: str  # inline SVG, role="img", colours as CSS variables
    alt: str  # what is to be seen, for those who cannot see it
    caption: str  # what it finds
    figure: Figure = field(compare=False)  # matplotlib's, to change and draw again

    def __repr__(self):
        return f"Figure: {self.alt}"

    def _repr_html_(self):
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return f'<figure class="nn-figure">{self.svg}{caption}</figure>'


def figure(size="column", rows=1, columns=1, **options):
    """An empty figure in the book's style: `fig, ax = figure("half")`.

    size: "column" (7 × 4 in), "half" (3.4 × 3) or "wide" (10 × 4).
    options: matplotlib's `Figure.subplots` (sharex, sharey, width_ratios, …).
    It is no pyplot figure, so nothing is shown twice.
    """
    sizes = tokens()["figures"]
    if size not in sizes:
        raise ValueError(f"size: expected one of {', '.join(sizes)}; got {size!r}")
    fig = Figure(figsize=sizes[size])
    return fig, fig.subplots(rows, columns, **options)


def draw(fig, *, alt, caption=""):
    """Turn a matplotlib figure into a `Drawing`.

    alt: what is seen, with the numbers that matter; required, since a reader may not see it.
    caption: the finding, in one sentence.
    """
    if not alt or not alt.strip():
        raise ValueError("alt: expected a sentence that says what is to be seen, got nothing")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:
        pyplot.close(fig)  # else a notebook shows the same figure once more
    file = io.StringIO()
    fig.savefig(file, format="svg", metadata={"Date": None})
    return Drawing(_clean(file.getvalue(), alt), alt, caption, fig)


def _clean(svg, alt):
    """matplotlib's SVG, made small, made a part of the page, and made to follow its colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r'<style type="text/css">.*?</style>', "", svg, flags=re.S)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")
    svg = re.sub(r' (d|x|y|transform)="(?!matrix)[^"]*"', _two_decimals, svg)
    svg = re.sub(r' transform="rotate\(-0 [^"]*"', "", svg).replace("xlink:href", "href")
    svg = re.sub(r"(?:'[\w .-]+'(?:, )?)+(?:sans-serif|monospace)?", _page_font, svg)
    svg = _own_ids(svg)
    svg, dark = to_css(svg)
    width, height = (float(n) for n in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())
    opening = (
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="0 0 {width:g} {height:g}" '
        f'style="width: 100%; max-width: {width * 4 / 3:.0f}px; height: auto; '
        'stroke-linejoin: round; stroke-linecap: butt">'
    )
    # Notebooks do not know the book's variables: JupyterLab, Colab and VS Code get them here.
    values = "; ".join(f"{name}: {value}" for name, value in sorted(dark.items()))
    dark_pages = ("body[data-jp-theme-light=false]", "html[theme=dark]", ".vscode-dark")
    themes = ", ".join(f"{page} .nn-figure" for page in dark_pages)
    return opening + f"<style>{themes} {{ {values} }}</style>" + svg[svg.index(">") + 1 :]


def _page_font(families):
    """The page's own font for matplotlib's list of families."""
    mono = families[0].endswith("monospace")
    return "var(--nn-mono, monospace)" if mono else "var(--nn-font, system-ui, sans-serif)"


def _two_decimals(attribute):
    """Coordinates to a hundredth of a point, which is finer than any screen."""
    return re.sub(
        r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), attribute[0]
    )


def number(value, digits=3):
    """A number as it stands in figures and their descriptions: 3 digits, a true minus sign."""
    return f"{value:.{digits}g}".replace("-", "−")


def _own_ids(svg):
    """Drop the ids that nothing refers to; the others get a name that no other figure has."""
    own = hashlib.sha256(svg.encode()).hexdigest()[:8]
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{own}-{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{own}-", svg)
