// The network, with every number where it acts. Forward in blue, blame in vermilion, the loss in
// purple, parameters in green; the current step's wires draw themselves in its direction.

import { signedFill } from "../kit/colour.js";
import { h, painter, svg } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { reducedMotion } from "../kit/theme.js";
import { known, order } from "./compute.js";
import { fields } from "./fields.js";
import { layout, wire } from "./layout.js";
import { names } from "./names.js";

const slotText = (value) => num(value, Math.abs(value) < 1e-3 ? 2 : 3);

/** drawing(sim, change) → { el, draw(c, position, marks) }; change(id, value) when a number is edited. */
export function drawing(sim, change) {
  const wires = svg("g");
  const marks = svg("g");
  const figure = svg("svg", { role: "img", class: "nn-net" }, wires, marks);
  const inputs = h("div", { class: "nn-fields", role: "group", "aria-label": "Numbers of the network" });
  const el = h("div", { class: "nn-figure nn-fb" }, figure, inputs);
  const [lines, shapes] = [painter(wires), painter(marks)];
  const numbers = fields(inputs, change);
  let width = 0;
  sim.onResize(el, (w) => (width = Math.floor(w)));
  let shown = new Map(); // the numbers of the last frame: those that an edit changes blink once

  function draw(c, position, guessed) {
    if (!width) return;
    const { sizes, params, grads, deltas, updated } = c;
    const row = matchMedia("(pointer: coarse)").matches ? 44 : 30;
    const g = layout(sizes, Math.min(width, 900), row);
    const n = names(sizes);
    const has = known(sizes, position);
    const now = order(sizes)[position - 1] ?? {};
    const renewed = has("again");
    const run = renewed ? c.after : c.before;
    const at = (phase, layer, unit) => now.phase === phase && (layer === undefined || (now.layer === layer && (unit === undefined || now.unit === unit)));
    const edited = shown.get("position") === position;
    const fresh = new Map([["position", position]]);
    const list = [];
    const last = sizes.length - 2;

    figure.setAttribute("width", width);
    figure.setAttribute("height", g.height);
    const shift = Math.max(0, (width - g.used) / 2);
    for (const element of [wires, marks]) element.setAttribute("transform", `translate(${shift} 0)`);
    inputs.style.transform = `translateX(${shift}px)`;

    const text = (key, x, y, content, cls, anchor = "middle") => {
      const element = shapes.paint(key, "text", { x, y, class: `nn-text ${cls}`, "text-anchor": anchor }, content);
      fresh.set(key, content);
      if (edited && shown.has(key) && shown.get(key) !== content && !reducedMotion()) element.animate([{ opacity: 0.15 }, { opacity: 1 }], 500);
    };
    const path = (key, d, size, role) => {
      lines.paint(key, "path", { d, class: "nn-wire", "stroke-width": size.toFixed(2) });
      if (role) lines.paint(`${key} ${position}`, "path", { d, pathLength: 1, class: `nn-flow nn-flow-${role}` });
    };
    const field = (id, label, value, x, y, role, more = {}) =>
      list.push({ id, label, value, x, y, role, width: g.field, height: g.stacked ? 44 : g.rowHeight - 4, ...more });

    const title = (key, x, content) => text(`title ${key}`, x, 13, content, "nn-tick");
    title("in", g.inputs[0].x, "inputs");
    g.inputs.forEach(({ x, y }, j) => {
      text(`name x${j}`, x, y - 20, n.x(j), "nn-tick");
      field(`x.${j}`, `input ${n.x(j)}`, c.x[j], x, y, "data");
    });

    g.units.forEach((units, l) => {
      title(l, units[0].x, l === last ? (sizes.at(-1) === 1 ? "output" : "outputs") : "hidden");
      units.forEach((unit, i) => drawUnit(l, i, unit));
    });
    drawLoss();
    lines.sweep();
    shapes.sweep();
    numbers.place(list);
    figure.setAttribute("aria-label", describe());
    shown = fresh;

    function drawUnit(l, i, unit) {
      const { W, b } = params[l];
      const forwardNow = at("forward", l, i) || renewedNow();
      const blamed = has("backward", l, i);
      unit.rows.forEach((y, j) => {
        const bias = j === sizes[l];
        const value = bias ? b[i] : W[i][j];
        const size = 0.8 + 2.4 * Math.min(1, Math.abs(value));
        if (!bias) {
          const from = l === 0 ? g.inputs[j] : g.units[l - 1][j];
          const start = from.x + (l === 0 ? g.field / 2 + 1 : g.radius + 1);
          const back = at("backward", l - 1, j);
          path(`w${l}.${i}.${j}`, wire(start, from.y, unit.left - 1, y), size, forwardNow ? "forward" : back ? "backward" : null);
        }
        const inward = g.stacked ? wire(unit.right - 2, y, unit.x - g.radius, unit.y) : wire(unit.right, y, unit.x - g.radius, unit.y);
        path(`i${l}.${i}.${j}`, inward, 1, forwardNow ? "forward" : at("backward", l, i) ? "backward" : null);

        const name = bias ? n.b(l, i) : n.W(l, i, j);
        const x = unit.left + g.label + g.field / 2;
        if (g.stacked) text(`n${l}.${i}.${j}`, x, y - 13, name, "nn-tick nn-small");
        else text(`n${l}.${i}.${j}`, unit.left + g.label - 4, y + 5, name, "nn-tick", "end");
        const what = bias ? `bias ${name} of ${n.unit(l, i)}` : `weight ${name}, from ${n.A(l, j)} to ${n.unit(l, i)}`;
        field(bias ? `b.${l}.${i}` : `W.${l}.${i}.${j}`, what, value, x, y, "param");
        drawSlot(l, i, j, bias, x, y, blamed);
      });

      const value = l === last ? run.Z[l][i] : run.A[l + 1][i];
      const reached = has("forward", l, i);
      const state = forwardNow ? "forward" : at("backward", l, i) ? "backward" : "plain";
      shapes.paint(`d${l}.${i}`, "circle", { cx: unit.x, cy: unit.y, r: g.radius, class: `nn-unit nn-unit-${state} ${reached ? "" : "nn-unit-empty"}`, fill: reached ? signedFill(value, 1) : "var(--nn-bg)" });
      const small = g.radius < 20 ? "nn-small" : "";
      if (reached) {
        text(`a${l}.${i}`, unit.x, unit.y + 5, slotText(value), `nn-value-in ${small}`);
        const sum = l === last ? (c.loss === "half_squared_error" ? n.Z(l, i) : `${n.p(i)} ${slotText(run.p[i])}`) : `${n.Z(l, i)} ${slotText(run.Z[l][i])}`;
        text(`z${l}.${i}`, unit.x, unit.y + g.radius + 15, sum, `nn-role-forward ${small}`);
      } else text(`z${l}.${i}`, unit.x, unit.y + 5, l === last ? n.Z(l, i) : n.A(l + 1, i), "nn-tick");
      if (blamed && !renewed) text(`δ${l}.${i}`, unit.x, unit.y - g.radius - 7, `${g.radius < 20 ? "δ" : n.delta(l, i)} ${slotText(deltas[l][i])}`, `nn-role-backward ${small}`);
    }

    // Beside each parameter: its gradient, and after the update its new value.
    function drawSlot(l, i, j, bias, x, y, blamed) {
      const pick = (layers) => (bias ? layers[l].b[i] : layers[l].W[i][j]);
      const [sx, sy, anchor] = g.stacked ? [x, y + 18, "middle"] : [x + g.field / 2 + 5, y + 5, "start"];
      const small = g.stacked ? "nn-small" : "";
      if (has("update")) text(`s${l}.${i}.${j}`, sx, sy, `→ ${slotText(pick(updated))}`, `nn-role-param ${small}`, anchor);
      else if (blamed) text(`s${l}.${i}.${j}`, sx, sy, slotText(pick(grads)), `nn-role-backward ${small}`, anchor);
      if (guessed.has(bias ? `b.${l}.${i}` : `W.${l}.${i}.${j}`)) {
        const box = g.stacked ? { x: x - g.field / 2 + 1, y: y + 6, width: g.field - 2, height: 16 } : { x: sx - 4, y: y - 11, width: g.slot - 4, height: 22 };
        shapes.paint(`guess${l}.${i}.${j}`, "rect", { ...box, rx: 6, class: "nn-guess" });
      }
    }

    function drawLoss() {
      const { x, y } = g.loss;
      const role = at("loss") || renewedNow() ? "loss" : at("backward", last) ? "backward" : null;
      g.units[last].forEach((unit, i) => {
        const d = g.loss.x > unit.x ? wire(unit.x + g.radius + 1, unit.y, x - 34, y) : `M${unit.x} ${unit.y + g.radius + 20}L${unit.x} ${y - 16}`;
        path(`l${i}`, d, 1, at("backward", last, i) || role !== "backward" ? role : null);
      });
      text("nL", x, y - 22, "loss L", "nn-tick");
      shapes.paint("L", "rect", { x: x - 33, y: y - 15, width: 66, height: 30, rx: 15, class: `nn-loss ${role === "loss" ? "nn-loss-now" : ""}` });
      if (has("loss")) text("L value", x, y + 5, slotText(run.loss), "nn-role-loss");
      const softmax = c.loss === "softmax_cross_entropy";
      const limits = softmax ? { min: 0, max: sizes.at(-1) - 1, step: 1 } : c.loss === "sigmoid_cross_entropy" ? { min: 0, max: 1 } : {};
      c.target.forEach((value, i) => {
        const place = g.targets[i];
        text(`nt${i}`, place.x - g.field / 2 - 6, place.y + 5, softmax ? "class" : n.t(i), "nn-tick", "end");
        field(`t.${i}`, softmax ? "target class, counted from 0" : `target ${n.t(i)}`, value, place.x, place.y, "data", limits);
      });
    }

    function renewedNow() {
      return now.phase === "again";
    }

    function describe() {
      const done = now.phase ? `after ${position} of ${order(sizes).length} steps` : "before the first step";
      const outputs = has("forward", last, sizes.at(-1) - 1) ? `, output ${run.Z[last].map((o) => num(o)).join(" and ")}` : "";
      return `A ${sizes.join("-")} network ${done}${outputs}${has("loss") ? `, loss ${num(run.loss)}` : ""}`;
    }
  }
  return { el, draw };
}
