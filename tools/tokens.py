"""Derive stylesheets from the design tokens; with `--check` say what is stale and write nothing.

`nnlib/style/tokens.json` is the only place where a colour, a font or a size is decided. From it
come the variables of the book's pages, the same variables scoped to a simulation (which has to look
right in JupyterLab and Colab too, where the book's stylesheet is absent) and matplotlib's style.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "nnlib/style/tokens.json"

# How each place says "dark": the book, JupyterLab and Notebook 7, Colab.
DARK = ("html[data-theme=dark]", "body[data-jp-theme-light=false]", "html[theme=dark]")


def colours(tokens: dict, mode: str) -> dict[str, str]:
    """Every colour variable of `mode` ("light" or "dark"), by its name without the `--nn-`."""
    table = {name: value[mode] for name, value in tokens["ground"].items()}
    classes = {f"class-{i}": value for i, value in enumerate(tokens["classes"])}
    for name, value in {**tokens["roles"], **classes}.items():
        table[name] = value[mode]
        table[f"{name}-text"] = value[f"text-{mode}"]
    return table


def css(tokens: dict, scope: str) -> str:
    """The variables on `scope`, light first, then dark wherever a page says that it is dark."""
    sizes = {**tokens["type"], "space": tokens["space"], "radius": tokens["radius"]}
    dark = [at if scope == ":root" else f"{at} {scope}" for at in DARK]
    return (
        "/* Generated from nnlib/style/tokens.json by tools/tokens.py: edit there. */\n"
        + _rule(scope, "light", {**colours(tokens, "light"), **sizes})
        + "/* Paper is white, whatever the screen was. */\n@media not print {\n"
        + _rule(",\n".join(dark), "dark", colours(tokens, "dark"))
        + "}\n"
    )


def _rule(selector: str, scheme: str, variables: dict[str, str]) -> str:
    body = "".join(f"  --nn-{name}: {value};\n" for name, value in variables.items())
    return f"{selector} {{\n  color-scheme: {scheme};\n{body}}}\n"


def mplstyle(tokens: dict) -> str:
    """Matplotlib's style: transparent ground, hairline axes, text that stays text in an SVG.

    The colours are the light ones; `nnlib.plots` exchanges them for the variables afterwards.
    """
    table = {name: value.lstrip("#") for name, value in colours(tokens, "light").items()}
    cycle = ", ".join(f"'{table[f'class-{i}']}'" for i in (4, 5, 2, 6, 0, 1, 3, 7))
    width, height = tokens["figures"]["column"]
    settings = {
        "figure.figsize": f"{width}, {height}",
        "figure.facecolor": "none",
        "figure.constrained_layout.use": "True",
        "savefig.facecolor": "none",
        "savefig.transparent": "True",
        "svg.fonttype": "none",
        "svg.hashsalt": "nnlib",  # the same figure gives the same file
        "font.family": "sans-serif",
        "font.size": "11",
        "mathtext.fontset": "dejavusans",
        "text.color": table["text"],
        "axes.facecolor": "none",
        "axes.edgecolor": table["muted"],
        "axes.labelcolor": table["text"],
        "axes.linewidth": "0.6",
        "axes.titlelocation": "left",
        "axes.titlesize": "11",
        "axes.titleweight": "bold",
        "axes.titlecolor": table["text"],
        "axes.spines.top": "False",
        "axes.spines.right": "False",
        "axes.axisbelow": "True",
        "axes.prop_cycle": f"cycler('color', [{cycle}])",
        "grid.color": table["hairline"],
        "grid.linewidth": "0.6",
        "xtick.color": table["muted"],
        "ytick.color": table["muted"],
        "xtick.labelcolor": table["text"],
        "ytick.labelcolor": table["text"],
        "xtick.major.width": "0.6",
        "ytick.major.width": "0.6",
        "xtick.labelsize": "10",
        "ytick.labelsize": "10",
        "lines.linewidth": "1.8",
        "lines.markersize": "5",
        "lines.solid_capstyle": "round",
        "patch.edgecolor": table["bg"],
        "image.cmap": "Blues",
        "legend.frameon": "False",
        "legend.fontsize": "10",
    }
    head = "# Generated from nnlib/style/tokens.json by tools/tokens.py: edit there.\n"
    return head + "".join(f"{key}: {value}\n" for key, value in settings.items())


def derived() -> dict[Path, str]:
    """Every derived file and what it has to contain."""
    tokens = json.loads(SOURCE.read_text(encoding="utf-8"))
    return {
        ROOT / "book/assets/tokens.css": css(tokens, ":root"),
        ROOT / "nnlib/simulations/js/kit/tokens.css": css(tokens, ".nn-sim"),
        ROOT / "nnlib/style/nnlib.mplstyle": mplstyle(tokens),
    }


def stale() -> list[Path]:
    """The derived files that differ from what the tokens say."""
    return [
        path
        for path, text in derived().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the derived files, or with `--check` name those that are stale (exit status 1)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    check = parser.parse_args().check
    old = stale()
    for path in old:
        print(("stale: " if check else "wrote: ") + str(path.relative_to(ROOT)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(derived()[path], encoding="utf-8", newline="\n")
    return int(check and bool(old))


if __name__ == "__main__":
    sys.exit(main())
