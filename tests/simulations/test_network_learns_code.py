"""The lines of nnlib that a page shows for a network that learns compute what it shows."""

import re

import pytest

from tests.simulations.test_network_learns_page import SMALL, opened, said

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(
    "traits", [{}, SMALL | {"kind": "kan"}, SMALL | {"dropout": 0.2, "optimizer": "momentum"}]
)
def test_the_code_shown_computes_what_is_shown(show, traits):
    tab = show(opened(**traits))
    said(tab, "moved")
    lines = tab.locator(".nn-code code").text_content()
    value = re.search(r"print\((sim.run\(\).loss)\)  # (\S+)", lines)
    space = {}
    exec(lines, space)
    assert eval(value[1], space) == pytest.approx(float(value[2]), rel=1e-6)
    assert space["model"](space["nnlib"].backend.torch.tensor(space["X"]).float()).shape == (100, 1)
