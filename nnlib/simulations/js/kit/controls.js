// Controls. Each takes { label, value, onInput, … } and returns { el, set(value) }; `sim.bind` ties
// one to a trait. All are native elements, so keyboard and screen reader work as people know them.

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

/** A number to type. What is not a number within min … max is left unsent and marked. */
export function number({ label, value, min, max, step = "any", onInput }) {
  const input = h("input", { type: "number", min, max, step, inputmode: "decimal" });
  input.addEventListener("input", () => {
    const v = input.valueAsNumber; // not a number while nothing readable stands in the field
    const ok = v >= (min ?? -Infinity) && v <= (max ?? Infinity);
    input.setAttribute("aria-invalid", String(!ok));
    if (ok) onInput(v);
  });
  const set = (v) => {
    if (input.valueAsNumber === v) return;
    input.value = String(v);
    input.removeAttribute("aria-invalid");
  };
  set(value);
  return { el: h("label", { class: "nn-control nn-number" }, h("span", { class: "nn-label" }, label), input), set };
}

/** − value +, for small whole numbers. */
export function stepper({ label, value, min, max, step = 1, onInput }) {
  let now = value;
  const output = h("output", { class: "nn-value" });
  const move = (by) => onInput(Math.max(min, Math.min(max, now + by)));
  const less = h("button", { type: "button", "aria-label": `less: ${label}`, onclick: () => move(-step) }, "−");
  const more = h("button", { type: "button", "aria-label": `more: ${label}`, onclick: () => move(step) }, "+");
  const set = (v) => {
    now = v;
    output.textContent = num(v);
    less.setAttribute("aria-disabled", String(v <= min)); // not `disabled`: that would drop the focus
    more.setAttribute("aria-disabled", String(v >= max));
  };
  set(value);
  const row = h("span", { class: "nn-row" }, less, output, more);
  return { el: group(label, "nn-stepper", row), set };
}

/** One of many, from a list. options: ["relu"] or [["relu", "ReLU"]]. */
export function select({ label, value, options, onInput }) {
  const input = h("select", { onchange: () => onInput(pairs(options)[input.selectedIndex][0]) });
  pairs(options).forEach(([, text]) => input.append(h("option", {}, text)));
  const set = (v) => (input.selectedIndex = pairs(options).findIndex(([key]) => key === v));
  set(value);
  return { el: h("label", { class: "nn-control nn-select" }, h("span", { class: "nn-label" }, label), input), set };
}

/** One of few, side by side: radio buttons that look like a row of words. */
export const segmented = (options) => words("radio", options, (value, key) => value === key, ([key]) => key);

/** Any of few: a row of words to switch on and off; its value is the list of those that are on. */
export const chips = (options) => words("checkbox", options, (value, key) => value.includes(key), (keys) => keys);

function words(type, { label, value, options, onInput, quiet }, isOn, read) {
  const name = `nn-${Math.random().toString(36).slice(2)}`;
  const inputs = pairs(options).map(([key, text]) => {
    const input = h("input", { type, name, onchange: () => onInput(read(chosen())) });
    return { key, input, el: h("label", { class: "nn-segment" }, input, h("span", {}, text)) };
  });
  const chosen = () => inputs.filter(({ input }) => input.checked).map(({ key }) => key);
  const set = (v) => inputs.forEach(({ key, input }) => (input.checked = isOn(v, key)));
  set(value);
  const row = h("span", { class: `nn-segments nn-${type}` }, inputs.map(({ el }) => el));
  return { el: group(label, "nn-words", row, quiet), set };
}

/** On or off. */
export function toggle({ label, value, onInput }) {
  const input = h("input", { type: "checkbox", onchange: () => onInput(input.checked) });
  const set = (v) => (input.checked = v);
  set(value);
  return { el: h("label", { class: "nn-control nn-toggle" }, input, h("span", {}, label)), set };
}

/** A button, and a row of buttons under one name (presets, named by what they show). */
export const button = (text, onclick, props = {}) => h("button", { type: "button", onclick, ...props }, text);
export const presets = (label, items) =>
  group(label, "nn-presets", h("span", { class: "nn-row" }, items.map(([text, act]) => button(text, act))));

const pairs = (options) => options.map((option) => (Array.isArray(option) ? option : [option, option]));

function group(label, kind, content, quiet) {
  const name = h("span", { class: quiet ? "nn-sr" : "nn-label", "aria-hidden": "true" }, label);
  return h("div", { class: `nn-control ${kind}`, role: "group", "aria-label": label }, name, content);
}
