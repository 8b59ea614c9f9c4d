// One weight on trial: what nudging it and deleting it does to the loss, predicted and measured.

import { h } from "../kit/dom.js";
import { full, num, signed } from "../kit/format.js";

export function trial(onPick) {
  const facts = h("p", { class: "nn-facts" });
  const rows = {
    nudged: row(h("span", {})),
    removed: row("delete it"),
    steepest: row(pick("steepest", "delete the one of largest |g|")),
    heaviest: row(pick("heaviest", "delete the one of largest |w·g|")),
  };
  const el = h("div", {}, facts, h("table", { class: "nn-trial" },
    h("caption", {}, "What that does to the loss; only tried, not kept"),
    h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, "predicted g·h"), h("th", { scope: "col" }, "measured"))),
    h("tbody", {}, Object.values(rows).map(({ tr }) => tr))));

  let now = {};
  function pick(key, text) {
    return h("button", { type: "button", onclick: () => onPick(now[key].at) }, text);
  }

  function draw(c, marks, unit) {
    now = c;
    const [l, p, i, j] = c.at;
    const where = `layer ${l + 1}${c.layers[l].length > 1 ? `, W${"₁₂"[p]}` : ""}, unit ${i + 1}, input ${j + 1}`;
    facts.replaceChildren(`Selected: ${where}. `, fact("w", c.w), ", ", fact("g = ∂L/∂w", c.g), ", ", fact("w·g", c.w * c.g), "; ", fact("‖δ‖ of the unit", unit), ".");
    rows.nudged.name.firstChild.textContent = `nudge it by h = ${signed(c.nudge)}`;
    for (const [key, { tr, cells }] of Object.entries(rows)) {
      const { predicted, measured } = c[key];
      [predicted, measured].forEach((value, k) => {
        cells[k].textContent = signed(value);
        cells[k].title = full(value);
      });
      tr.className = marks.row === key ? "nn-guessed" : "";
    }
  }
  return { el, draw };
}

function row(name) {
  const cells = [h("td"), h("td")];
  const head = h("th", { scope: "row" }, name);
  return { tr: h("tr", {}, head, cells), name: head, cells };
}

const fact = (name, value) => h("span", { title: full(value) }, `${name} = `, h("b", {}, num(value)));
