// The tower: layers from left to right, a bar for each on a logarithmic scale, so that 10⁻¹² is still to be seen.

import "../kit/axes.css";
import { h, painter, svg } from "../kit/dom.js";
import { num, ticks } from "../kit/format.js";
import { pressed, walker } from "./walker.js";

export const BARS = [["gradient", "gradient ‖∂L/∂W‖"], ["delta", "blame ‖δ‖"], ["moved", "how far W has moved"]];
const [LEFT, TOP, BOTTOM] = [44, 24, 270];
const log = (v) => Math.log10(v);
const drawable = (v) => v > 0 && v < Infinity;
const power = (v) => num(10 ** v, 1).replace(/^1·/, "");

export function tower(sim, onLayer) {
  const id = `nn-${Math.random().toString(36).slice(2)}`;
  const hatch = svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("line", { y2: 6, class: "nn-hatch" }));
  const layers = Array.from({ length: 4 }, () => svg("g"));
  const [grid, bars, line, texts] = layers.map(painter);
  let [now, n] = [1, 1]; // kept here too, since keys may come faster than frames
  const here = walker("inspected layer", (_, by) => onLayer((now = Math.max(1, Math.min(n, now + by)))));
  const figure = svg("svg", { role: "group", height: BOTTOM + 24 }, svg("defs", {}, hatch), layers[0], here.el, layers.slice(1));
  const key = h("i", { class: "nn-sample" });
  const sample = (cls, ...text) => h("span", {}, h("i", { class: `nn-sample ${cls}` }), text);
  const what = h("span");
  const update = sample("nn-update", "what a step changes, η‖∂L/∂W‖");
  const legend = h("p", { class: "nn-legend" }, h("span", {}, key, what), update, sample("nn-ahead", "signal, RMS of what comes out →"));
  const el = h("div", { class: "nn-figure nn-pick" }, figure);
  let width = 320;
  let X = () => 0;
  sim.onResize(el, (w) => (width = Math.floor(w) || width));
  pressed(figure, here.el, (x) => x > LEFT && onLayer(Math.ceil((x - LEFT) / (X(2) - X(1)))));

  function draw(c, marks) {
    n = c.layers.length;
    const wide = (width - LEFT) / n;
    const all = [...c.heights.flat(), ...c.signal].filter(drawable).map(log);
    const y = [2 * Math.floor((Math.min(0, ...all) - 0.5) / 2), Math.max(1, Math.ceil(Math.max(...all) + 0.3))];
    const Y = (v) => Math.round(BOTTOM - ((Math.max(v, y[0]) - y[0]) / (y[1] - y[0])) * (BOTTOM - TOP));
    X = (k) => LEFT + (k - 0.5) * wide;
    now = c.at[0] + 1;
    const text = (key, x, at, words, cls = "nn-tick", anchor = "middle") => texts.paint(key, "text", { x, y: at, class: cls, "text-anchor": anchor }, words);
    const column = (k) => ({ x: X(k) - wide / 2, y: TOP, width: wide, height: BOTTOM - TOP });
    const kind = BARS.find(([key]) => key === c.bars)[1];
    what.textContent = c.bars === "moved" ? kind : `${kind} ←`;
    key.className = `nn-sample ${c.bars === "moved" ? "nn-moved" : ""}`;
    update.hidden = c.bars !== "gradient";
    figure.setAttribute("width", width);
    figure.setAttribute("aria-label", `${kind} of layers 1 to ${n}: ${c.heights.map((parts) => parts.map((v) => num(v)).join(" and ")).join(", ")}`);

    for (const v of ticks(y, 6).filter(Number.isInteger)) {
      grid.paint(v, "path", { d: `M${LEFT} ${Y(v)}H${width}`, class: v ? "nn-grid" : "nn-axis" });
      text(`y${v}`, LEFT - 8, Y(v) + 4, power(v), "nn-tick", "end");
    }
    const every = Math.ceil(22 / wide);
    c.heights.forEach((_, l) => (l + 1 === now || l % every === 0) && text(`x${l}`, X(l + 1), BOTTOM + 18, l + 1, l + 1 === now ? "nn-strong" : "nn-tick"));
    text("x", LEFT - 8, BOTTOM + 18, "layer", "nn-tick", "end");

    c.heights.forEach((parts, l) => parts.forEach((v, k) => {
      const thick = (0.72 * wide) / parts.length;
      const x = X(l + 1) - 0.36 * wide + k * thick;
      const bar = (key, at, height, cls) => bars.paint(key + l + k, "rect", { x, y: at, width: 0.94 * thick, height, class: cls });
      const step = v * c.rate;
      if (drawable(v)) bar("bar", Y(log(v)), BOTTOM - Y(log(v)), `nn-bar ${k ? "nn-second" : ""} ${c.bars === "moved" ? "nn-moved" : ""}`);
      else text(`none${l}.${k}`, x + thick / 2, BOTTOM - 6, v === 0 ? "0" : "✕"); // an exact zero has no logarithm, an overflow no height
      if (c.bars === "gradient" && drawable(step) && !c.frozen.includes(l + 1)) bar("step", Y(log(step)) - 2, 4, "nn-update");
    }));
    const points = c.signal.map((v, l) => [X(l + 1), Y(drawable(v) ? log(v) : y[0])]);
    for (const cls of ["nn-halo", "nn-ahead"]) line.paint(cls, "path", { d: `M${points.join("L")}`, class: cls });
    points.forEach(([cx, cy], l) => line.paint(l, "circle", { cx, cy, r: 3, class: "nn-ahead" }));
    for (const k of c.frozen) {
      line.paint(`frozen${k}`, "rect", { ...column(k), fill: `url(#${id})` });
      text(`frozen${k}`, X(k), TOP - 6, wide > 46 ? "frozen" : "❄\uFE0E");
    }

    // The reader's guess, dashed; then the numbers of the first, the last and the inspected layer.
    const last = c.heights.at(-1)[0];
    for (const k of marks.layers ?? []) line.paint(`guess${k}`, "rect", { ...column(k), class: "nn-guess" });
    if (marks.factor && drawable(last)) {
      const [from, to] = [Y(log(last)), Y(log(last * marks.factor))];
      line.paint("guess", "path", { d: `M${X(n)} ${from}L${X(1)} ${to}`, class: "nn-guess" });
      text("guess", X((n + 1) / 2), (from + to) / 2 - 10, "your guess", "nn-text");
    }
    for (const k of new Set([1, now, n])) {
      const v = Math.max(...c.heights[k - 1]);
      if (!drawable(v) || (k !== now && Math.abs(k - now) * wide < 70)) continue;
      // Narrow bars: the number runs out to the side where they are lower.
      const side = k === 1 ? -1 : k === n ? 1 : wide > 60 ? 0 : Math.sign(c.heights[k][0] - c.heights[k - 2][0]);
      const edge = [["start", "middle", "end"][side + 1], X(k) + (side * wide) / 2];
      text(`v${k}`, edge[1], Y(log(v)) - 7, num(v), `nn-text ${k === now ? "nn-strong" : ""}`, edge[0]);
    }
    here.set(column(now), now, n, `layer ${now} of ${n}: ${c.heights[now - 1].map((v) => num(v)).join(" and ")}${c.frozen.includes(now) ? ", frozen" : ""}`);
    for (const { sweep } of [grid, bars, line, texts]) sweep();
  }
  return { el: h("div", {}, legend, el), draw };
}
