// The inspected layer: its weights as a matrix, a row for each unit, a column for each input;
// beside each row the unit's own blame. One tab stop; the arrow keys walk through the weights.

import { signedFill } from "../kit/colour.js";
import { h, painter, svg } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { norm } from "../math/deep.js";
import { pressed, walker } from "./walker.js";

const [LEFT, TOP] = [22, 20];
const SIDE = 74; // for the units' bars

export function matrix(sim, onWeight) {
  const cells = svg("g");
  let at = [0, 0];
  const here = walker("weight", (rows, columns) => go(at[0] + rows, at[1] + columns));
  const figure = svg("svg", { role: "group" }, cells, here.el);
  const el = h("div", { class: "nn-figure nn-pick nn-cells" }, figure);
  const strongest = h("p", { class: "nn-tick" });
  const { paint, sweep } = painter(cells);
  let width = 320;
  let shape = [1, 1];
  let [wide, tall] = [20, 20];
  sim.onResize(el, (w) => (width = Math.floor(w) || width));

  const inside = (place) => place.every((v, k) => v >= 0 && v < shape[k]);
  const go = (...place) => {
    if (!inside(place)) return;
    at = place; // at once: keys may come faster than frames
    onWeight(place.map((v) => v + 1));
  };
  pressed(figure, here.el, (x, y) => go(Math.floor((y - TOP) / tall), Math.floor((x - LEFT) / wide)));

  /** Returns the blame of the selected unit. */
  function draw(c) {
    const [l, p, i, j] = c.at;
    const { W } = c.layers[l][p];
    const G = c.grads[l][p].W;
    const show = { weight: (w) => w, gradient: (w, g) => g, product: (w, g) => w * g }[c.fill];
    const V = W.map((row, r) => row.map((w, k) => show(w, G[r][k])));
    const most = V.flat().reduce((a, v) => Math.max(a, Math.abs(v)), 0);
    const units = V.map((_, unit) => norm(c.deltas[l][p].map((row) => [row[unit]])));
    const top = Math.max(...units);
    [shape, at] = [[V.length, V[0].length], [i, j]];
    [wide, tall] = [Math.min(34, (width - LEFT - SIDE) / shape[1]), Math.min(34, 330 / shape[0])];
    const right = LEFT + wide * shape[1] + 8;
    figure.setAttribute("width", width);
    figure.setAttribute("height", TOP + tall * shape[0] + 4);
    figure.setAttribute("aria-label", `Layer ${l + 1}: ${shape.join(" units, ")} inputs; ‖δ‖ of the units: ${units.map((v) => num(v)).join(", ")}`);
    V.forEach((row, r) => {
      const y = TOP + r * tall;
      row.forEach((v, k) => paint(`${r},${k}`, "rect", { x: LEFT + k * wide, y, width: 0.94 * wide, height: 0.94 * tall, fill: signedFill(v, most), class: "nn-cell" }));
      paint(r, "rect", { x: right, y: y + 0.2 * tall, height: 0.6 * tall, width: top ? ((SIDE - 14) * units[r]) / top : 0, class: "nn-bar" });
    });
    const name = (x, text, more) => paint(text, "text", { x, y: 13, class: "nn-tick", ...more }, text);
    name(LEFT, "inputs →");
    name(-TOP, "← units", { transform: "rotate(-90)", "text-anchor": "end" });
    name(right, "‖δ‖");
    sweep();
    here.set({ x: LEFT + j * wide - 1, y: TOP + i * tall - 1, width: wide + 1, height: tall + 1 },
      i * shape[1] + j + 1, shape[0] * shape[1], `unit ${i + 1}, input ${j + 1}: weight ${num(c.w)}, gradient ${num(c.g)}`);
    strongest.textContent = `colours run from ${num(-most)} (orange) to +${num(most)} (blue)`;
    return units[i];
  }
  return { el: h("div", {}, el, strongest), draw };
}
