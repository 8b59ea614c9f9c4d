"""A front end may render into an element that it puts into the page only later, as Colab does."""

import pytest

from nnlib import simulations
from tests.simulations.staticpage import STATE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LATER = """async (source) => {
  const state = Object.values(JSON.parse(document.querySelector(source).textContent).state)
    .map((entry) => entry.state).find((state) => state._esm);
  const module = URL.createObjectURL(new Blob([state._esm], {type: "text/javascript"}));
  const { default: widget } = await import(module);
  const model = { get: (name) => state[name], set: (name, value) => (state[name] = value),
    on() {}, off() {}, save_changes() {} };
  const el = document.createElement("section");
  el.id = "later";
  await widget.render({ model, el });
  for (let k = 0; k < 5; k++) await new Promise(requestAnimationFrame);
  const before = el.querySelector(".nn-sentence").textContent;
  document.querySelector("main").append(el);
  return before;
}"""


@pytest.mark.parametrize("name", simulations.__all__)
def test_nothing_is_painted_before_it_stands_in_the_page(name, show):
    tab = show(f"from nnlib.simulations import {name}\n{name}()")  # `show` looks for errors
    assert tab.evaluate(LATER, f"script[type='{STATE}']") == ""
    tab.locator("#later .nn-stage").scroll_into_view_if_needed()  # it trains in sight only
    tab.wait_for_function(
        "() => { const [a, b] = document.querySelectorAll('.nn-sentence');"
        " return b.textContent && a.textContent === b.textContent; }"
    )
