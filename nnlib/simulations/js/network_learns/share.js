// The setting as a link: "#network=data=xor;hidden=2;steps=500". Only what differs from the defaults stands in it.

import { h } from "../kit/dom.js";
import { SHAPE_NAMES } from "../math/points.js";
import { BENDS } from "../math/dense.js";
import { MOST } from "./engine.js";
import { call } from "./words.js";

export const DEFAULTS = {
  data: "spirals", points: [], noise: 0.05, kind: "mlp", hidden: [6, 6], activation: "relu", init: "auto", grid: 5,
  optimizer: "adam", lr: 0.03, batch_size: 10, dropout: 0, weight_decay: 0, seed: 0, seeds: false, steps: 400,
};

const one = (...names) => (text) => (names.includes(text) ? text : undefined);
const number = (low, high, whole) => (text) => {
  const value = text.trim() === "" ? NaN : Number(text);
  return value >= low && value <= high && (!whole || Number.isInteger(value)) ? value : undefined;
};
const whole = (low, high) => number(low, high, true);
const list = (mark, read, most) => (text) => {
  const values = text === "" ? [] : text.split(mark).map(read);
  return values.length <= most && !values.includes(undefined) ? values : undefined;
};
const point = (text) => {
  const parts = text.split(".").map(Number);
  const fits = parts.length === 3 && parts.every(Number.isInteger) && Math.abs(parts[0]) <= 100 && Math.abs(parts[1]) <= 100 && (parts[2] === 0 || parts[2] === 1);
  return fits ? [parts[0] / 100, parts[1] / 100, parts[2]] : undefined;
};
const layers = list("-", whole(1, 8), 6);
const READ = {
  data: one(...SHAPE_NAMES, "drawn"), points: list("_", point, 200), noise: number(0, 0.3), kind: one("mlp", "kan"),
  hidden: (text) => (text ? layers(text) : undefined), activation: one(...Object.keys(BENDS)), init: one("auto", "xavier", "he", "small", "large", "zero"), grid: whole(2, 10),
  optimizer: one("sgd", "momentum", "adam"), lr: number(1e-4, 10), batch_size: whole(1, 100), dropout: number(0, 0.8), weight_decay: number(0, 1),
  seed: whole(0, 2 ** 32 - 1), seeds: (text) => ({ 1: true, 0: false })[text], steps: whole(0, MOST),
};
const WRITE = {
  points: (value) => value.map(([x, y, k]) => [Math.round(100 * x), Math.round(100 * y), k].join(".")).join("_"),
  hidden: (value) => value.join("-"),
  seeds: Number,
};

/** What of the state differs from the defaults. */
export const changedFrom = (t) => Object.fromEntries(Object.entries(DEFAULTS).filter(([name, value]) => JSON.stringify(t[name]) !== JSON.stringify(value)).map(([name]) => [name, t[name]]));

export const written = (changed) => `network=${Object.entries(changed).map(([name, value]) => `${name}=${WRITE[name]?.(value) ?? value}`).join(";")}`;

/** { state, refused } from the text behind "#"; null if it is about something else. */
export function parsed(hash) {
  if (!hash.startsWith("network=")) return null;
  const [state, refused] = [{ ...DEFAULTS }, []];
  for (const part of decodeURIComponent(hash.slice(8)).split(";").filter(Boolean)) {
    const cut = part.indexOf("=");
    const name = part.slice(0, cut);
    const value = cut > 0 && Object.hasOwn(READ, name) ? READ[name](part.slice(cut + 1)) : undefined;
    if (value === undefined) refused.push(part.slice(0, 40));
    else state[name] = value;
  }
  return { state, refused };
}

let first; // on a page with several of these networks a link is for the first

/** The field, its button, and what a link on this page says. */
export function sharing(sim) {
  const field = (label) => h("input", { type: "text", readonly: true, "aria-label": label, onfocus: (event) => event.target.select() });
  const [link, python] = [field("Link to this setting"), field("This setting in Python")];
  const said = h("p", { role: "status", class: "nn-note" });
  const copy = (input, text) => h("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(input.value);
      said.textContent = "Copied.";
    } catch {
      input.focus();
      said.textContent = "Selected: press Ctrl+C.";
    }
  } }, text);
  const el = h("details", { class: "nn-more" }, h("summary", {}, "Share this setting"),
    h("div", { class: "nn-share" }, link, copy(link, "copy the link"), python, copy(python, "copy for Python")));

  const apply = () => {
    if (first !== sim) return;
    let read;
    try {
      read = parsed(location.hash.slice(1));
    } catch {
      read = { refused: ["the whole of it"], state: {} };
    }
    if (!read) return;
    sim.set(read.state);
    said.textContent = read.refused.length ? `The link was not understood in: ${read.refused.join(", ")}.` : "The setting is the link’s.";
    sim.root.scrollIntoView?.({ block: "start" });
  };
  if (!first?.root.isConnected) first = sim;
  addEventListener("hashchange", apply);
  sim.cleanup(() => removeEventListener("hashchange", apply));
  apply();

  return {
    el,
    said,
    draw(changed) {
      link.value = `${location.href.split("#")[0]}#${written(changed)}`;
      python.value = call(changed);
    },
  };
}
