// The network, with every number where it acts. Forward in blue, blame in vermilion, the loss in
// purple, parameters in green; the current step's wires draw themselves in its direction.

import { signedFill } from "../kit/colour.js";
import { h, painter, reducedMotion, svg } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { isSoftmax, order } from "./compute.js";
import { fields } from "./fields.js";
import { layout, wire } from "./layout.js";
import { names } from "./names.js";

const short = (value) => num(value, Math.abs(value) < 1e-3 ? 2 : 3);

// A number belongs to the forward pass, to the loss or to the way back by the first letter of its key.
const ROLES = { a: "forward", z: "forward", ℓ: "loss", δ: "backward", g: "backward" };

/**
 * drawing(sim, change) → { el, draw(c, position, guessed) }; change(id, value) when a number is edited.
 * draw returns how many numbers differ from the last drawing at this position: { forward: [2, 7], … }.
 */
export function drawing(sim, change) {
  const layers = [svg("g"), svg("g")];
  const [wires, marks] = layers.map(painter);
  const figure = svg("svg", { role: "img", class: "nn-net" }, layers);
  const inputs = h("div", { class: "nn-fields", role: "group", "aria-label": "Numbers of the network" });
  const el = h("div", { class: "nn-figure" }, figure, inputs);
  const placeFields = fields(inputs, change);
  let width = 0;
  let shown = new Map(); // the numbers of the last frame: those that an edit changes blink once
  sim.onResize(el, (w) => (width = Math.floor(w)));

  function draw(c, position, guessed) {
    if (!width) return {};
    const { sizes, params, grads, deltas } = c;
    const last = sizes.length - 2;
    const g = layout(sizes, Math.min(width, 900), matchMedia("(pointer: coarse)").matches ? 44 : 30);
    const n = names(sizes);
    const steps = order(sizes);
    const done = steps.slice(0, position);
    const is = (phase, layer, unit) => (step) => step.phase === phase && step.layer === layer && step.unit === unit;
    const has = (...step) => done.some(is(...step));
    const at = (...step) => done.slice(-1).some(is(...step));
    const renewed = at("again");
    const run = renewed ? c.after : c.before;
    const edited = shown.get("position") === position && shown.get("lr") === c.lr;
    const fresh = new Map([["position", position], ["lr", c.lr]]);
    const counts = { forward: [0, 0], loss: [0, 0], backward: [0, 0] };
    const list = [];
    const small = g.stacked ? "nn-small" : "";

    const text = (key, x, y, content, cls = "nn-tick", anchor = "middle") => {
      const element = marks.paint(key, "text", { x, y, class: `nn-text ${cls}`, "text-anchor": anchor }, content);
      fresh.set(key, content);
      const changed = edited && (shown.get(key) ?? content) !== content;
      if (changed && !reducedMotion()) element.animate([{ opacity: 0.1 }, {}], 500);
      const count = counts[ROLES[key[0]]] ?? [];
      count[0] += changed;
      count[1]++;
    };
    const path = (key, d, size, role) => {
      wires.paint(key, "path", { d, class: "nn-wire", "stroke-width": size });
      if (role) wires.paint(key + position, "path", { d, pathLength: 1, class: `nn-flow nn-role-${role}` });
    };
    const field = (id, label, value, { x, y }, role, more) =>
      list.push({ id, label, value, x, y, role, width: g.field, height: g.stacked ? 44 : g.rowHeight - 4, ...more });

    text("inputs", g.inputs[0].x, 13, "inputs");
    g.inputs.forEach((place, j) => {
      text(n.x(j), place.x, place.y - 20, n.x(j));
      field(`x.${j}`, `input ${n.x(j)}`, c.x[j], place);
    });
    g.units.forEach((units, l) => {
      text(`h${l}`, units[0].x, 13, l === last ? "output" : "hidden");
      units.forEach((unit, i) => drawUnit(l, i, unit));
    });
    drawLoss(g.loss);
    wires.sweep();
    marks.sweep();
    placeFields(list);
    shown = fresh;

    const shift = Math.max(0, (width - g.used) / 2);
    for (const layer of layers) layer.setAttribute("transform", `translate(${shift})`);
    inputs.style.left = `${shift}px`;
    figure.setAttribute("width", width);
    figure.setAttribute("height", g.height);
    figure.setAttribute("aria-label", `A ${sizes.join("-")} network after ${position} of ${steps.length} steps`);
    return counts;

    function drawUnit(l, i, { left, right, x, y, rows }) {
      const role = at("forward", l, i) || renewed ? "forward" : at("backward", l, i) ? "backward" : "";
      const blamed = has("backward", l, i);
      rows.forEach((row, j) => {
        const bias = j === sizes[l];
        const id = bias ? `biases.${l}.${i}` : `weights.${l}.${i}.${j}`;
        const pick = (network) => (bias ? network[l].b[i] : network[l].W[i][j]);
        if (!bias) {
          const from = l ? g.units[l - 1][j] : g.inputs[j];
          const start = from.x + (l ? g.radius : g.field / 2) + 1;
          const coming = role === "forward" ? role : at("backward", l - 1, j) ? "backward" : "";
          path(`w${id}`, wire(start, from.y, left - 1, row), 0.8 + 2.4 * Math.min(1, Math.abs(pick(params))), coming);
        }
        const filled = blamed || has("update");
        path(id, wire(g.stacked || filled ? right : right - g.slot, row, x - g.radius, y), 1, role);

        const name = bias ? n.b(l, i) : n.W(l, i, j);
        const middle = left + g.label + g.field / 2;
        if (g.stacked) text(`n${id}`, middle, row - 13, name, "nn-tick nn-small");
        else text(`n${id}`, left + g.label - 4, row + 5, name, "nn-tick", "end");
        field(id, bias ? `bias ${name} of ${n.unit(l, i)}` : `weight ${name} from ${n.A(l, j)} to ${n.unit(l, i)}`, pick(params), { x: middle, y: row }, "param");

        // Beside each parameter its gradient, and after the update its new value.
        const slot = g.stacked ? { x: middle, y: row + 20 } : { x: middle + g.field / 2 + 5, y: row + 5 };
        if (filled) {
          const [content, kind] = has("update") ? [`→ ${short(pick(c.updated))}`, "param"] : [short(pick(grads)), "backward"];
          text(`g${id}`, slot.x, slot.y, content, `nn-role-${kind} ${small}`, g.stacked ? "middle" : "start");
        }
        const box = g.stacked ? { x: left + 1, y: row + 8, width: g.field - 2 } : { x: slot.x - 5, y: row - 9, width: g.slot - 4 };
        if (guessed.has(id)) marks.paint(`guess${id}`, "rect", { ...box, height: g.stacked ? 16 : 20, rx: 6, class: "nn-guess" });
      });

      const value = l === last ? run.Z[l][i] : run.A[l + 1][i];
      const reached = has("forward", l, i);
      marks.paint(`unit${l}.${i}`, "circle", { cx: x, cy: y, r: g.radius, class: `nn-unit nn-role-${role}`, style: reached && `fill:${signedFill(value)}` });
      const key = `${l}.${i}`;
      if (!reached) return text(`a${key}`, x, y + 5, l === last ? n.Z(l, i) : n.A(l + 1, i));
      const label = l < last ? `${n.Z(l, i)} ${short(run.Z[l][i])}` : c.loss[0] === "h" ? "" : `${n.p(i)} ${short(run.p[i])}`;
      text(`a${key}`, x, y + 5, short(value), `nn-inside ${small}`);
      text(`${label ? "z" : "o"}${key}`, x, y + g.radius + 15, label || n.Z(l, i), `nn-role-forward ${small}`);
      if (blamed && !renewed) text(`δ${key}`, x, y - g.radius - 7, `${n.delta(l, i)} ${short(deltas[l][i])}`, `nn-role-backward ${small}`);
    }

    function drawLoss({ x, y }) {
      const role = at("loss") || renewed ? "loss" : "";
      g.units[last].forEach((unit, i) => {
        const d = g.loss.x > unit.x ? wire(unit.x + g.radius + 1, unit.y, x - 34, y) : `M${unit.x} ${unit.y + g.radius + 20}V${y - 16}`;
        path(`L${i}`, d, 1, at("backward", last, i) ? "backward" : role);
      });
      text("loss", x, y - 22, "loss L");
      marks.paint("L", "rect", { x: x - 33, y: y - 15, width: 66, height: 30, rx: 15, class: `nn-unit nn-role-${role}` });
      if (has("loss")) text("ℓ", x, y + 5, short(run.loss), "nn-role-loss");
      const softmax = isSoftmax(c.loss);
      const limits = c.loss[0] === "s" && { min: 0, max: 1, step: softmax ? 1 : 0.1 };
      c.target.forEach((value, i) => {
        const place = g.targets[i];
        const name = softmax ? "class" : n.t(i);
        text(`t${i}`, place.x - g.field / 2 - 2, place.y + 5, name, "nn-tick", "end");
        field(`target.${i}`, `target ${name}`, value, place, "", limits);
      });
    }
  }
  return { el, draw };
}
