// The worked line: each step done so far in words and numbers, the current one marked, the next named.

import { h } from "../kit/dom.js";
import { full, num } from "../kit/format.js";
import { capital } from "./words.js";

const ROLES = { again: "loss", update: "param" };

/** workedLines(go) → { el, draw(c, steps, position) }; a click on a step goes back to it. */
export function workedLines(go) {
  const list = h("ol");
  const el = h("div", { class: "nn-worked", tabindex: 0, role: "region", "aria-label": "The computation, line by line" }, list);
  let shown;
  let last;
  list.addEventListener("click", ({ target }) => {
    const at = [...list.children].indexOf(target.closest("li"));
    if (at >= 0 && getSelection().isCollapsed) go(at + 1);
  });

  function draw(c, steps, position) {
    const done = steps.slice(0, position);
    const state = JSON.stringify(done);
    if (state === shown && position === last) return;
    list.replaceChildren(...done.map((step, i) => entry(step, c, i === position - 1)));
    if (steps[position]) list.append(h("li", { class: "nn-step nn-words" }, `next: ${steps[position].title}`));
    if (position !== last) el.scrollTop = position ? list.children[position - 1].offsetTop - 8 : 0;
    shown = state;
    last = position;
  }
  return { el, draw };
}

const entry = ({ phase, title, words, lines }, c, current) =>
  h("li", { class: `nn-step nn-role-${ROLES[phase] ?? phase}`, "aria-current": current && "step" },
    h("p", { class: "nn-words" }, h("b", {}, capital(title)), ` ${words}`),
    lines.map((line) => h("p", { class: "nn-formula" }, line.flatMap((part, i) => [h("span", { class: "nn-part" }, i ? "= " : null, part.map(token)), " "]))),
    phase === "again" ? bars(c) : null);

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
  const scale = 30 / (Math.max(...values.map(Math.abs)) || 1);
  return h("div", { "aria-hidden": "true" }, values.map((value, i) =>
    h("div", { class: "nn-bar" }, i ? "measured" : "predicted",
      h("i", { style: `left:${60 + scale * Math.min(0, value)}%;width:${scale * Math.abs(value)}%` }))));
}
