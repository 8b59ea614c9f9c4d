// Axes and curves in SVG, drawn at the size they have on screen, so that text stays text-sized.
//
//   const p = plot(sim, { label: "Sigmoid and its slope", height: 300 });
//   sim.draw(() => {
//     p.frame({ x: [-6, 6], y: [-0.2, 1.2], xName: "z" });
//     p.curve("sigmoid", sigmoid, { colour: "var(--nn-forward)" });
//     p.handle("z", { x, y, label: "z", text: "z = 1", step: 0.1, onMove: (x) => sim.set({ x }) });
//     p.done();
//   });

import "./axes.css";
import "./plot.css";
import { h, painter, svg } from "./dom.js";
import { num, ticks } from "./format.js";

const MARGIN = { top: 26, right: 14, bottom: 36, left: 44 };

export function plot(sim, { label, height = 300, margin = MARGIN }) {
  const uid = `nn-${Math.random().toString(36).slice(2)}`;
  const clip = svg("path");
  const stripes = svg("pattern", { id: `${uid}-hatch`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { y2: 6, class: "nn-hatch" }));
  const below = svg("g");
  const inside = svg("g", { "clip-path": `url(#${uid}-clip)` });
  const above = svg("g");
  const figure = svg("svg", { role: "group", class: "nn-plot", height },
    svg("defs", {}, svg("clipPath", { id: `${uid}-clip` }, clip), stripes), below, inside, above);
  const el = h("div", { class: "nn-figure" }, figure);
  const layers = { below: painter(below), inside: painter(inside), above: painter(above) };

  let width = 320;
  let view = { x: [0, 1], y: [0, 1] };
  sim.onResize(el, (w) => (width = Math.floor(w) || width));

  const right = () => width - margin.right;
  const bottom = () => height - margin.bottom;
  const sx = (x) => margin.left + ((x - view.x[0]) / (view.x[1] - view.x[0])) * (right() - margin.left);
  const sy = (y) => bottom() - ((y - view.y[0]) / (view.y[1] - view.y[0])) * (bottom() - margin.top);
  const unscale = (event) => {
    const box = figure.getBoundingClientRect();
    const u = (event.clientX - box.left - margin.left) / (right() - margin.left);
    const v = (bottom() - (event.clientY - box.top)) / (bottom() - margin.top);
    const within = ([low, high], t) => low + Math.max(0, Math.min(1, t)) * (high - low);
    return [within(view.x, u), within(view.y, v)];
  };
  // Far outside the frame a coordinate is cut off: browsers draw numbers of 10⁹ pixels badly.
  const px = (value) => Math.max(-1e4, Math.min(1e4, value)).toFixed(1);
  const box = (x0, y0, x1, y1) => `M${px(x0)} ${px(y0)}H${px(x1)}V${px(y1)}H${px(x0)}z`;
  const path = (points, gap = Infinity) => {
    let last;
    return points.map(([x, y]) => {
      const [left, top] = [sx(x), sy(y)];
      const pen = Math.abs(top - last) <= gap ? "L" : "M";
      last = top;
      return `${pen}${px(left)} ${px(top)}`;
    }).join("");
  };

  const p = {
    el,
    sx,
    sy,
    /** Begins a frame: ranges, ticks (an empty list leaves them out), names of the axes and of the whole. */
    frame({ x, y, xName = "", yName = "", xTicks = ticks(x, width / 90), yTicks = ticks(y, height / 60), yFormat = num, name = label }) {
      view = { x, y };
      figure.setAttribute("width", width);
      figure.setAttribute("aria-label", name);
      clip.setAttribute("d", box(margin.left, margin.top, right(), bottom()));
      const { paint } = layers.below;
      const tick = (key, t, line, x, y, anchor, text) => {
        paint(key, "path", { d: line, class: t === 0 ? "nn-axis" : "nn-grid" });
        paint(`${key}t`, "text", { x, y, class: "nn-tick", "text-anchor": anchor }, text);
      };
      for (const t of xTicks) tick(`x${t}`, t, `M${sx(t)} ${margin.top}V${bottom()}`, sx(t), bottom() + 16, "middle", num(t));
      for (const t of yTicks) tick(`y${t}`, t, `M${margin.left} ${sy(t)}H${right()}`, margin.left - 8, sy(t) + 4, "end", yFormat(t));
      paint("xn", "text", { x: right(), y: height - 3, class: "nn-axis-name", "text-anchor": "end" }, xName);
      paint("yn", "text", { x: margin.left, y: 14, class: "nn-axis-name" }, yName);
    },
    /** A function of x, sampled every second pixel and at its `kinks`; broken where it jumps. */
    curve(key, f, { kinks = [0], ...look } = {}) {
      const n = Math.max(60, Math.ceil(width / 2));
      const xs = Array.from({ length: n + 1 }, (_, i) => view.x[0] + (i / n) * (view.x[1] - view.x[0]));
      const all = [...xs, ...kinks.filter((k) => k > view.x[0] && k < view.x[1])].sort((a, b) => a - b);
      p.line(key, all.map((x) => [x, f(x)]), { ...look, gap: 40 });
    },
    line(key, points, { colour = "var(--nn-text)", dash, width: w = 2.5, cls = "nn-line", gap } = {}) {
      layers.inside.paint(key, "path", { d: path(points, gap), stroke: colour, "stroke-dasharray": dash, "stroke-width": w, class: cls });
    },
    /** A hatched grey band from x0 to x1: saturated, dead, frozen. */
    band(key, x0, x1) {
      const [a, b] = [Math.max(x0, view.x[0]), Math.min(x1, view.x[1])];
      if (b > a) layers.inside.paint(key, "path", { d: box(sx(a), margin.top, sx(b), bottom()), fill: `url(#${uid}-hatch)` });
    },
    rect(key, x0, y0, x1, y1, attributes) {
      layers.inside.paint(key, "path", { d: box(sx(x0), sy(y0), sx(x1), sy(y1)), ...attributes });
    },
    dot(key, x, y, { r = 4, ...attributes } = {}) {
      layers.inside.paint(key, "circle", { cx: px(sx(x)), cy: px(sy(y)), r, ...attributes });
    },
    /** Text beside a point, moved by dx, dy pixels and kept inside the frame. */
    text(key, x, y, text, { dx = 0, dy = 0, anchor = "start", cls = "", colour } = {}) {
      const left = Math.max(margin.left, Math.min(right(), sx(x) + dx));
      const top = Math.max(margin.top + 10, Math.min(bottom() - 4, sy(y) + dy));
      layers.above.paint(key, "text", { x: px(left), y: px(top), "text-anchor": anchor, class: `nn-text ${cls}`, fill: colour }, text);
    },
    /** One row of a key in the upper left corner: a sample of the line, and what it is. */
    key(row, text, { colour, dash, width: w = 2.5 }) {
      const [left, y] = [margin.left + 8, margin.top + 14 + 18 * row];
      layers.above.paint(`sample${row}`, "path", { d: `M${left} ${y}h28`, stroke: colour, "stroke-dasharray": dash, "stroke-width": w });
      layers.above.paint(`key${row}`, "text", { x: left + 36, y: y + 5, class: "nn-text" }, text);
    },
    /** A point to drag, or to move with ← → ↑ ↓, Page keys, Home, End. `axis` is "x", "y" or "both". */
    handle(key, { x, y, label, text, step = 0.1, axis = "x", colour = "var(--nn-text)", onMove }) {
      const [value, [low, high]] = axis === "y" ? [y, view.y] : [x, view.x];
      const g = layers.above.paint(key, "g", {
        role: "slider", tabindex: 0, class: "nn-handle", transform: `translate(${px(sx(x))} ${px(sy(y))})`, style: `color: ${colour}`,
        "aria-label": label, "aria-valuetext": text, "aria-orientation": axis === "y" ? "vertical" : "horizontal",
        "aria-valuenow": value, "aria-valuemin": low, "aria-valuemax": high,
      });
      g.state = { x, y, step, axis, onMove }; // what the listeners, made once, look up
      if (g.firstChild) return;
      g.append(svg("circle", { r: 22, class: "nn-hit" }), svg("circle", { r: 8, class: "nn-knob" }));
      g.addEventListener("pointerdown", (event) => drag(event, g, unscale));
      g.addEventListener("keydown", (event) => nudge(event, g.state, view));
    },
    /** Ends the frame: what was not painted again goes away. */
    done() {
      Object.values(layers).forEach((layer) => layer.sweep());
    },
  };
  return p;
}

function drag(event, g, unscale) {
  event.preventDefault();
  g.focus({ preventScroll: true });
  g.setPointerCapture(event.pointerId);
  const move = (e) => g.state.onMove(...unscale(e));
  const stop = () => {
    g.classList.remove("nn-dragged");
    g.removeEventListener("pointermove", move);
    g.removeEventListener("lostpointercapture", stop);
  };
  g.classList.add("nn-dragged");
  g.addEventListener("pointermove", move);
  g.addEventListener("lostpointercapture", stop);
}

const KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [10, 10], PageDown: [-10, -10], Home: [-1e9, -1e9], End: [1e9, 1e9] };

function nudge(event, { x, y, step, axis, onMove }, view) {
  if (!KEYS[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  const [right, up] = KEYS[event.key];
  const along = right || up; // on a single axis both pairs of arrows move it
  const within = ([low, high], v) => Math.max(low, Math.min(high, Number(v.toFixed(10))));
  onMove(within(view.x, x + step * (axis === "both" ? right : along)), within(view.y, y + step * (axis === "both" ? up : along)));
}
