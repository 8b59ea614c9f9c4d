// A selection that the arrow keys move: one tab stop, whatever lies under it.

import { svg } from "../kit/dom.js";

const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** { el, set }: onMove(rows, columns) is asked for; set(attributes, now, max, text) shows where it is. */
export function walker(label, onMove) {
  const el = svg("rect", { class: "nn-walker", role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": 1 });
  el.addEventListener("keydown", (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(...KEYS[event.key]);
  });
  const set = (place, now, max, text) => {
    const attributes = { ...place, "aria-valuenow": now, "aria-valuemax": max, "aria-valuetext": text };
    for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  };
  return { el, set };
}

/** Calls f(x, y), in pixels of the element, where it is pressed and while the pointer is dragged; the keys follow. */
export function pressed(el, focused, f) {
  const tell = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = el.getBoundingClientRect();
    f(event.clientX - box.left, event.clientY - box.top);
  };
  el.addEventListener("pointerdown", (event) => {
    tell(event);
    focused.focus({ preventScroll: true });
  });
  el.addEventListener("mousedown", (event) => event.preventDefault()); // keeps that focus, selects no text
  el.addEventListener("pointermove", tell);
}
