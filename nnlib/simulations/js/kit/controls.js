// Controls. Each takes { label, value, onInput, … } and returns { el, set(value) }; `sim.bind` ties
// one to a trait. All are native elements, so keyboard and screen reader work as people know them.
// More of them: choices.js.

import { h } from "./dom.js";
import { num } from "./format.js";

/** A slider with its value and unit beside its label. `format` turns the number into text. */
export function slider({ label, value, min, max, step, unit = "", format = num, onInput }) {
  const text = (v) => (unit ? `${format(v)} ${unit}` : format(v));
  const output = h("output", { class: "nn-value" });
  const input = h("input", { type: "range", min, max, step, "aria-label": label });
  input.addEventListener("input", () => onInput(Number(input.value)));
  const set = (v) => {
    if (Number(input.value) !== v) input.value = v;
    output.textContent = text(v);
    output.title = String(v);
    input.setAttribute("aria-valuetext", text(v));
  };
  set(value);
  const head = h("span", { class: "nn-label" }, label, output);
  return { el: h("div", { class: "nn-control nn-slider" }, head, input), set };
}

/** One of many, from a list. options: ["relu"] or [["relu", "ReLU"]]. */
export function select({ label, value, options, onInput }) {
  const input = h("select", { onchange: () => onInput(pairs(options)[input.selectedIndex][0]) });
  pairs(options).forEach(([, text]) => input.append(h("option", {}, text)));
  const set = (v) => (input.selectedIndex = pairs(options).findIndex(([key]) => key === v));
  set(value);
  return { el: h("label", { class: "nn-control nn-select" }, h("span", { class: "nn-label" }, label), input), set };
}

/** A button, and a row of buttons under one name (presets, named by what they show). */
export const button = (text, onclick, props = {}) => h("button", { type: "button", onclick, ...props }, text);
export const presets = (label, items) =>
  group(label, "nn-presets", h("span", { class: "nn-row" }, items.map(([text, act]) => button(text, act))));

export const pairs = (options) => options.map((option) => (Array.isArray(option) ? option : [option, option]));

export function group(label, kind, content, quiet) {
  const name = h("span", { class: quiet ? "nn-sr" : "nn-label", "aria-hidden": "true" }, label);
  return h("div", { class: `nn-control ${kind}`, role: "group", "aria-label": label }, name, content);
}
