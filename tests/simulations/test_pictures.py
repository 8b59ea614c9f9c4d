"""The simulations' first states look as they did when someone last looked at them.

The reference pictures stand in pictures/, half as large as on screen. When a look has changed on
purpose: delete the picture, run this test (it draws a new one and fails), look at it, commit it.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = Path(__file__).parent / "pictures"
CELL = 6  # pixels of a half-size picture that are compared as one: letters may wander a little
FIRST = "from nnlib.simulations import {0}\n{0}({1})"
LOOKS = {
    "gallery-768-light": ("ActivationGallery", "", 768, "light"),
    "gallery-768-dark": ("ActivationGallery", "", 768, "dark"),
    "gallery-360-light": ("ActivationGallery", "", 360, "light"),
    "gallery-chain": ("ActivationGallery", "mode='chain'", 768, "light"),
    "gallery-softmax": ("ActivationGallery", "mode='softmax'", 768, "light"),
    "gallery-neuron": ("ActivationGallery", "mode='neuron'", 768, "light"),
    "forward-backward-768": ("ForwardBackward", "position=9", 768, "light"),
    "forward-backward-360": ("ForwardBackward", "position=9", 360, "dark"),
    "blame-768": ("BackpropBlame", "", 768, "light"),
    "blame-360": ("BackpropBlame", "frozen=[3]", 360, "dark"),
    "learns-768": ("NetworkLearns", "", 768, "light"),
    "learns-kan": ("NetworkLearns", "kind='kan', hidden=[4], seeds=True, steps=300", 768, "dark"),
    "learns-360": ("NetworkLearns", "selected=[2, 2, 1]", 360, "light"),
}


def cells(picture):
    """The mean colour of each CELL × CELL square."""
    size = max(1, picture.width // CELL), max(1, picture.height // CELL)
    return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX), dtype=float)


@pytest.mark.parametrize("name", LOOKS)
def test_a_first_state_looks_as_it_did(show, name, tmp_path):
    simulation, traits, width, theme = LOOKS[name]
    tab = show(FIRST.format(simulation, traits), width=width, theme=theme)
    tab.evaluate("document.fonts.ready")
    tab.add_style_tag(
        content=".nn-sim .nn-happened { position: static }"
    )  # it sticks to the window
    tab.wait_for_timeout(200)
    seen = Image.open(BytesIO(tab.locator(".nn-sim").screenshot()))
    seen = seen.convert("RGB").resize((seen.width // 2, seen.height // 2), Image.Resampling.LANCZOS)
    reference = PICTURES / f"{name}.png"
    if not reference.is_file():
        PICTURES.mkdir(exist_ok=True)
        seen.quantize(256).save(reference, optimize=True)
        pytest.fail(f"{reference.name} was missing and has been drawn: look at it, then commit it")
    before = Image.open(reference).convert("RGB")
    now = tmp_path / f"{name}-now.png"
    seen.save(now)
    assert abs(seen.height - before.height) <= 4, f"{before.size} became {seen.size}: see {now}"
    changed = np.abs(cells(seen.crop((0, 0, *before.size))) - cells(before)).max(axis=2) > 40
    assert changed.mean() < 0.003, f"{changed.mean():.1%} of the picture has changed: see {now}"
