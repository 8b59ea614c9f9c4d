// "In code": the lines of nnlib that compute the present state, to copy.

import { h } from "./dom.js";

export function codePanel() {
  const lines = h("code");
  const copy = h("button", { type: "button", class: "nn-copy", onclick: () => copyText(lines, copy) }, "copy");
  const el = h("details", { class: "nn-code" }, h("summary", {}, "In code"), h("div", { class: "nn-listing" }, h("pre", { tabindex: 0, "aria-label": "Code" }, lines), copy));
  const show = (text) => {
    if (lines.textContent !== text) lines.textContent = text;
  };
  return { el, show };
}

// A page opened from a file has no clipboard interface: then select the text and say so.
async function copyText(lines, button) {
  try {
    await navigator.clipboard.writeText(lines.textContent);
    button.textContent = "copied";
  } catch {
    getSelection().selectAllChildren(lines);
    button.textContent = "selected: press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "copy"), 1500);
}
