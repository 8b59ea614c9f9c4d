// The worked line: each step done so far in words and numbers, the current one marked, the next named.

import { h } from "../kit/dom.js";
import { full, num } from "../kit/format.js";

/** workedLines(sim) → { el, draw(c, steps, position) }. */
export function workedLines(sim, go) {
  const list = h("ol", { class: "nn-worked-list" });
  const next = h("p", { class: "nn-next" });
  const el = h("div", { class: "nn-worked", tabindex: 0, role: "region", "aria-label": "The computation, line by line" }, list, next);
  const shown = [];
  let last = -1;
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item && getSelection().isCollapsed) go([...list.children].indexOf(item) + 1);
  });

  function draw(c, steps, position) {
    while (list.children.length > position) list.lastChild.remove();
    shown.length = list.children.length;
    steps.slice(0, position).forEach((step, i) => {
      const key = JSON.stringify([step.title, step.lines]);
      if (shown[i] === key) return;
      const item = entry(step, c);
      if (list.children[i]) list.children[i].replaceWith(item);
      else list.append(item);
      shown[i] = key;
    });
    [...list.children].forEach((item, i) => {
      if (i === position - 1) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    const coming = steps[position];
    next.textContent = coming ? `next: ${coming.title}${coming.phase === "backward" ? ", backward" : ""}` : "";
    if (last === position) return;
    last = position;
    el.scrollTop = position ? list.children[position - 1].offsetTop - 8 : 0;
  }
  return { el, draw };
}

function entry({ phase, title, words, lines }, c) {
  return h("li", { class: `nn-step nn-step-${phase}` },
    h("p", { class: "nn-words" }, h("b", {}, title[0].toUpperCase() + title.slice(1)), ` ${words}`),
    lines.map((line) => h("p", { class: "nn-line-of" }, line.map((part, i) => partOf(part, i, i === line.length - 1)))),
    phase === "again" ? bars(c) : null);
}

/** One part of a line: kept together where it fits, so that lines break before "=". */
function partOf(part, i, isResult) {
  const tokens = part.map((token, k) => (typeof token === "string" ? token : numberOf(token, part, k)));
  return h("span", { class: `nn-part ${isResult && i ? "nn-result" : ""}` }, i ? "= " : null, tokens, " ");
}

/** A negative number inside a term stands in brackets. */
function numberOf({ value, role }, part, k) {
  const text = num(value);
  const opened = k === 0 || /\($/.test(part[k - 1]);
  const bracketed = value < 0 && (!opened || part[k + 1] === "²");
  return h("span", { class: `nn-role-${role}`, title: full(value) }, bracketed ? `(${text})` : text);
}

/** What the step brought beside what was predicted: left of the line the loss falls, right it rises. */
function bars({ before, after, lr, squares }) {
  const [measured, predicted] = [after.loss - before.loss, -lr * squares];
  const scale = Math.max(Math.abs(measured), Math.abs(predicted)) || 1;
  const bar = (name, value) => {
    const half = (44 * Math.abs(value)) / scale;
    const from = value < 0 ? 50 - half : 50;
    return h("div", { class: `nn-bar nn-bar-${name}` }, h("span", { class: "nn-bar-name" }, name),
      h("span", { class: "nn-bar-track" }, h("span", { class: "nn-bar-fill", style: `left:${from}%;width:${half}%` })));
  };
  return h("div", { class: "nn-bars", role: "img", "aria-label": `The loss was predicted to change by ${num(predicted)}; it changed by ${num(measured)}.` },
    bar("predicted", predicted), bar("measured", measured));
}
