// Controls for a small choice; made and bound as those in controls.js.

import "./choices.css";
import { group, pairs } from "./controls.js";
import { h } from "./dom.js";
import { num } from "./format.js";

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
