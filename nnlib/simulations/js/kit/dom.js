// Two element makers, the one rule that every focusable control obeys, and the reader's wish for stillness.

const SVG = "http://www.w3.org/2000/svg";

// JupyterLab takes arrow keys away from a focused control unless the control itself says no.
const FOCUSABLE = new Set(["button", "input", "select", "textarea", "summary", "a"]);
const NO_SHORTCUTS = "data-lm-suppress-shortcuts";

/** An HTML element: h("button", { class: "nn-x", onclick: f, disabled: true }, "text", child). */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  if (FOCUSABLE.has(tag)) element.setAttribute(NO_SHORTCUTS, "true");
  return filled(element, props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

function filled(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else attribute(element, name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

function attribute(element, name, value) {
  if (value === false || value == null) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
  if (name === "tabindex") element.setAttribute(NO_SHORTCUTS, "true");
}

/**
 * A drawing that is described anew at every frame while its elements stay:
 * `paint(key, tag, attributes, text)` makes the element once and then changes only what changed;
 * `sweep()` removes what this frame did not paint. Elements appear in the order of first painting.
 */
export function painter(parent) {
  const kept = new Map();
  let seen = new Set();
  return {
    paint(key, tag, attributes, text) {
      let entry = kept.get(key);
      if (!entry) {
        entry = { element: svg(tag), attributes: {}, text: undefined };
        parent.append(entry.element);
        kept.set(key, entry);
      }
      for (const [name, value] of Object.entries(attributes)) {
        if (entry.attributes[name] !== value) attribute(entry.element, name, value);
      }
      for (const name of Object.keys(entry.attributes)) {
        if (!(name in attributes)) entry.element.removeAttribute(name);
      }
      entry.attributes = attributes;
      if (text !== entry.text) entry.element.textContent = entry.text = text;
      seen.add(key);
      return entry.element;
    },
    sweep() {
      for (const [key, entry] of kept) {
        if (seen.has(key)) continue;
        entry.element.remove();
        kept.delete(key);
      }
      seen = new Set();
    },
  };
}

/** Does the reader ask for less motion? Asked anew each time: it can change. */
export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
