"""The design tokens: colours are legible, and no derived file has drifted from its source."""

import importlib.util
import itertools
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOKENS = json.loads((ROOT / "nnlib/style/tokens.json").read_text(encoding="utf-8"))


def _tool():
    spec = importlib.util.spec_from_file_location("tokens_tool", ROOT / "tools/tokens.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#D55E00", "#FFFFFF") == pytest.approx(3.87, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "surface"])
def test_everything_is_legible_on_the_page_and_on_code(mode, ground):
    table = _tool().colours(TOKENS, mode)
    for name, colour in table.items():
        if name in {"bg", "surface", "hairline"}:
            continue
        reads = name.endswith("-text") or name in {"text", "muted", "link"}
        need = 4.5 if reads else 3.0
        assert contrast(colour, table[ground]) >= need, f"{mode} {name} on {ground}"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_two_roles_and_no_two_classes_share_a_colour(mode):
    groups = TOKENS["roles"].values(), TOKENS["classes"]
    for group in groups:
        for one, other in itertools.combinations([item[mode] for item in group], 2):
            assert one != other


def test_both_modes_have_the_same_variables():
    tool = _tool()
    assert tool.colours(TOKENS, "light").keys() == tool.colours(TOKENS, "dark").keys()


def test_no_derived_file_has_drifted():
    assert _tool().stale() == [], "run `python tools/tokens.py`"


def test_a_changed_token_makes_derived_files_stale(tmp_path, monkeypatch):
    tool = _tool()
    changed = json.loads(json.dumps(TOKENS))
    changed["ground"]["text"]["light"] = "#1C1F25"
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    monkeypatch.setattr(tool, "SOURCE", path)
    assert len(tool.stale()) == 3


def test_matplotlib_accepts_the_style():
    import matplotlib as mpl

    style = mpl.rc_params_from_file(ROOT / "nnlib/style/nnlib.mplstyle", use_default_template=False)
    assert style["svg.fonttype"] == "none"
    assert style["figure.figsize"] == TOKENS["figures"]["column"]
