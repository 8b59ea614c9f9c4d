// Numbers that can be edited where they stand: type, or ↑ ↓ (with Shift ten times as far).
// Three digits are shown, all of them while the field has the focus.

import { h } from "../kit/dom.js";
import { num } from "../kit/format.js";

const LARGEST = 100;

/** fields(parent, change): fields.place(list) with { id, label, value, x, y, width, height, min, max, step }. */
export function fields(parent, change) {
  const made = new Map();

  function make(id) {
    const input = h("input", { type: "text", class: "nn-field", role: "spinbutton", autocomplete: "off", spellcheck: "false", enterkeyhint: "done" });
    const field = { input };
    const show = () => {
      const editing = input.getRootNode().activeElement === input;
      input.value = editing ? String(field.value) : num(field.value);
      input.removeAttribute("aria-invalid");
    };
    const send = (value) => {
      if (value !== field.value) change(id, value);
    };
    input.addEventListener("input", () => {
      const value = Number(input.value.trim().replace("−", "-").replace(",", ".") || NaN);
      const ok = value >= field.min && value <= field.max && (field.step !== 1 || Number.isInteger(value));
      input.setAttribute("aria-invalid", String(!ok));
      if (ok) send(value);
    });
    input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (event.key === "Enter") input.select();
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const next = Number((field.value + by * field.step * (event.shiftKey ? 10 : 1)).toFixed(10));
      send(Math.min(field.max, Math.max(field.min, next)));
    });
    input.addEventListener("focus", () => {
      show();
      input.select();
    });
    input.addEventListener("blur", show);
    return Object.assign(field, { show });
  }

  /** In the order of the list, which is the order of Tab. */
  function place(list) {
    const wanted = new Set(list.map(({ id }) => id));
    for (const [id, { input }] of made) {
      if (wanted.has(id)) continue;
      input.remove();
      made.delete(id);
    }
    let previous = null;
    for (const { id, label, value, x, y, width, height, min = -LARGEST, max = LARGEST, step = 0.1, role } of list) {
      if (!made.has(id)) made.set(id, make(id));
      const field = made.get(id);
      const { input } = field;
      if ((previous?.nextSibling ?? null) !== input && (previous || parent.firstChild !== input)) previous ? previous.after(input) : parent.prepend(input);
      previous = input;
      const changed = field.value !== value;
      Object.assign(field, { value, min, max, step });
      // While something is being typed that already says this number, it stays as typed.
      if (changed && Number(input.value.replace("−", "-").replace(",", ".") || NaN) !== value) field.show();
      input.style.cssText = `left:${x - width / 2}px;top:${y - height / 2}px;width:${width}px;height:${height}px`;
      const attributes = { "aria-label": label, "aria-valuenow": value, "aria-valuemin": min, "aria-valuemax": max, "data-id": id, "data-role": role, title: `${label}: ${value}` };
      for (const [name, text] of Object.entries(attributes)) if (input.getAttribute(name) !== String(text)) input.setAttribute(name, text);
    }
  }
  return { place };
}
