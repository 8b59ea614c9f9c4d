// Numbers that can be edited where they stand: type, or ↑ ↓ (with Shift ten times as far).
// Three digits are shown, all of them while the field has the focus.

import { h } from "../kit/dom.js";
import { num } from "../kit/format.js";

const read = (text) => Number(text.trim().replace("−", "-").replace(",", ".") || NaN);

/** fields(parent, change) → place([{ id, label, x, y, width, height, role, value, min, max, step }]). */
export function fields(parent, change) {
  let made = new Map();

  function make(id) {
    const input = h("input", { type: "text", role: "spinbutton", autocomplete: "off", "data-id": id });
    const field = { input };
    const send = (value) => {
      const ok = value >= field.min && value <= field.max && (field.step < 1 || Number.isInteger(value));
      input.setAttribute("aria-invalid", !ok);
      if (ok && value !== field.value) change(id, value);
    };
    field.show = () => {
      input.value = input.matches(":focus") ? String(field.value) : num(field.value);
      input.removeAttribute("aria-invalid");
    };
    input.addEventListener("input", () => send(read(input.value)));
    input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      send(Number((field.value + by * field.step * (event.shiftKey ? 10 : 1)).toFixed(10)));
    });
    input.addEventListener("focus", () => {
      field.show();
      input.select();
    });
    input.addEventListener("blur", field.show);
    return field;
  }

  return (list) => {
    // Another network has other fields; the order of the list is the order of Tab.
    const ids = list.map(({ id }) => id);
    if (String([...made.keys()]) !== String(ids)) {
      made = new Map(ids.map((id) => [id, made.get(id) ?? make(id)]));
      parent.replaceChildren(...[...made.values()].map(({ input }) => input));
    }
    for (const { id, label, x, y, width, height, role, value, min = -100, max = 100, step = 0.1 } of list) {
      const field = made.get(id);
      const { input } = field;
      const changed = field.value !== value;
      Object.assign(field, { value, min, max, step });
      if (changed && read(input.value) !== value) field.show(); // what was typed stays as typed
      input.style.cssText = `left:${x - width / 2}px;top:${y - height / 2}px;width:${width}px;height:${height}px`;
      input.className = `nn-field nn-role-${role}`;
      for (const [name, text] of [["label", label], ["valuenow", value], ["valuemin", min], ["valuemax", max]]) input.setAttribute(`aria-${name}`, text);
    }
  };
}
