// The worked line: each step done so far in words and numbers, the current one marked, the next named.

import { h } from "../kit/dom.js";
import { full, num } from "../kit/format.js";

const ROLES = { again: "loss", update: "param" };

/** workedLines(go) → { el, draw(c, steps, position) }; a click on a step goes back to it. */
export function workedLines(go) {
  const list = h("ol");
  const next = h("p", { class: "nn-words nn-step" });
  const el = h("div", { class: "nn-worked", tabindex: 0, role: "region", "aria-label": "The computation, line by line" }, list, next);
  const items = list.children;
  let shown = [];
  let last;
  list.addEventListener("click", ({ target }) => {
    const item = target.closest("li");
    if (item && getSelection().isCollapsed) go([...items].indexOf(item) + 1);
  });

  function draw(c, steps, position) {
    const keys = steps.slice(0, position).map((step) => JSON.stringify(step));
    while (items.length > position) list.lastChild.remove();
    keys.forEach((key, i) => {
      if (shown[i] !== key || !items[i]) {
        const item = entry(steps[i], c);
        if (items[i]) items[i].replaceWith(item);
        else list.append(item);
      }
      if (i === position - 1) items[i].setAttribute("aria-current", "step");
      else items[i].removeAttribute("aria-current");
    });
    shown = keys;
    next.textContent = steps[position] ? `next: ${steps[position].title}` : "";
    if (last !== position) el.scrollTop = position ? items[position - 1].offsetTop - 8 : 0;
    last = position;
  }
  return { el, draw };
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function entry({ phase, title, words, lines }, c) {
  return h("li", { class: `nn-step nn-role-${ROLES[phase] ?? phase}` },
    h("p", { class: "nn-words" }, h("b", {}, capital(title)), ` ${words}`),
    lines.map((line) => h("p", { class: "nn-formula" }, line.flatMap((part, i) => [h("span", { class: "nn-part" }, i ? "= " : null, part.map(token)), " "]))),
    phase === "again" ? bars(c) : null);
}

/** A text, or a number in the colour of its role; a negative number inside a term stands in brackets. */
function token(it, k, part) {
  if (typeof it === "string") return it;
  const [value, role] = it;
  const opened = k === 0 || part[k - 1].endsWith("(");
  const text = value < 0 && (!opened || part[k + 1] === "²") ? `(${num(value)})` : num(value);
  return h("span", { class: `nn-role-${role}`, title: full(value) }, text);
}

/** What was predicted above what was measured, from the middle: to the left the loss falls, to the right it rises. */
function bars({ before, after, lr, squares }) {
  const values = [-lr * squares, after.loss - before.loss];
  const scale = 25 / (Math.max(...values.map(Math.abs)) || 1);
  return h("div", { "aria-hidden": "true" }, values.map((value, i) =>
    h("div", { class: "nn-bar" }, i ? "measured" : "predicted",
      h("i", { style: `left:${70 + scale * Math.min(0, value)}%;width:${scale * Math.abs(value)}%` }))));
}
