// The network from left to right: each unit's picture of the plane, the weights between them, and below
// each layer how much gradient its weights get, on a logarithmic scale.

import "../kit/axes.css";
import { h, painter as elements, svg } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { painter, scaleOf, sized } from "./planes.js";

const STRIP = { top: 26, height: 62 };
const KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const clamp = (v, low, high) => Math.max(low, Math.min(high, v));
export const unitName = (l, i, hidden) => (l === hidden.length ? "the output" : `layer ${l + 1}, unit ${i + 1}`);

/** onSelect([layer, unit]) from 1; onHover(the same, or null). */
export function drawing(sim, colours, onSelect, onHover) {
  const canvas = h("canvas", { role: "img" });
  const here = h("div", { class: "nn-here", role: "slider", tabindex: 0, "aria-label": "unit that is looked at", "aria-valuemin": 1 });
  const bars = svg("g");
  const strip = svg("svg", { role: "img", height: STRIP.top + STRIP.height + 22 }, bars);
  const el = h("div", { class: "nn-figure nn-net" }, canvas, here, strip);
  const { paint, sweep } = elements(bars);
  const picture = painter(colours);
  let width = 320;
  let hidden = [];
  let at = [1, 1];
  let place = { x: [], size: 30, y: () => 0, height: 200 };
  sim.onResize(el, (w) => (width = Math.floor(w) || width));

  const count = (l) => (l === hidden.length + 1 ? 1 : hidden[l - 1]);
  function near(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const reach = place.size / 2 + 5;
    for (let l = 1; l <= hidden.length + 1; l++) {
      if (Math.abs(x - place.x[l]) > reach) continue;
      for (let i = 1; i <= count(l); i++) if (Math.abs(y - place.y(l, i - 1)) < reach) return [l, i];
    }
    return null;
  }
  canvas.addEventListener("pointermove", (event) => {
    const unit = near(event);
    canvas.style.cursor = unit ? "pointer" : "";
    onHover(unit);
  });
  canvas.addEventListener("pointerleave", () => onHover(null));
  canvas.addEventListener("pointerdown", (event) => {
    const unit = near(event);
    if (!unit) return;
    onSelect(unit);
    event.preventDefault();
    here.focus({ preventScroll: true });
  });
  canvas.addEventListener("mousedown", (event) => event.preventDefault()); // keeps that focus
  here.addEventListener("keydown", (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    const [right, down] = KEYS[event.key];
    const l = clamp(at[0] + right, 1, hidden.length + 1);
    at = [l, clamp(at[1] + down, 1, count(l))];
    onSelect(at);
  });

  function layOut(net) {
    const sizes = net.sizes;
    const most = Math.max(...sizes);
    const size = Math.floor(clamp(Math.min((width - 4) / sizes.length - 10, 300 / most - 6), 20, 46));
    const gap = Math.max(6, Math.min(22, 300 / most - size));
    const height = Math.max(3, most) * (size + gap) + 20;
    const apart = (width - size - 6) / (sizes.length - 1);
    place = {
      size, height,
      x: sizes.map((_, l) => size / 2 + 3 + l * apart),
      y: (l, i) => 20 + (height - 20) / 2 + (i - (sizes[l] - 1) / 2) * (size + gap),
    };
  }

  /** changes: what the last step has changed, a number for each parameter, or null. */
  function draw({ run, plane, now, selected, changes }) {
    hidden = run.s.hidden;
    at = selected;
    const { net, theta } = run;
    layOut(net);
    const { x, y, size, height } = place;
    const c = sized(canvas, width, height);
    c.clearRect(0, 0, width, height);
    c.font = `13px ${getComputedStyle(sim.root).fontFamily}`;
    (run.s.kind === "kan" ? functions : weights)(c, run, changes);
    const box = (l, i) => [x[l] - size / 2, y(l, i) - size / 2, size, size];
    c.fillStyle = colours.muted;
    c.textAlign = "center";
    [0, 1].forEach((j) => {
      const [left, top] = box(0, j);
      const slope = c.createLinearGradient(left, top + size, left + (j ? 0 : size), j ? top : top + size);
      [colours.minus, colours.bg, colours.plus].forEach((colour, k) => slope.addColorStop(k / 2, colour));
      c.globalAlpha = 1;
      c.fillStyle = colours.bg;
      c.fillRect(...box(0, j));
      c.globalAlpha = 0.62;
      c.fillStyle = slope;
      c.fillRect(...box(0, j));
      c.globalAlpha = 1;
      frame(c, box(0, j), colours.frozen, 1);
      c.fillStyle = colours.text;
      c.fillText(j ? "x₂" : "x₁", x[0], y(0, j) + 5);
    });
    plane.maps.forEach((units, l) => units.forEach((map, i) => {
      const { dead, flat } = now.units[l][i];
      c.imageSmoothingEnabled = true;
      c.drawImage(picture(map, plane.N, plane.N / 2, scaleOf(l, plane.maps.length, plane.largest[l][i])), ...box(l + 1, i));
      if (dead || flat) hatch(c, box(l + 1, i));
      frame(c, box(l + 1, i), dead || flat ? colours.frozen : colours.muted, 1);
    }));
    const names = ["in", ...hidden.map((_, l) => l + 1), "out"];
    c.fillStyle = colours.muted;
    names.forEach((name, l) => c.fillText(String(name), x[l], 13));
    const [l, i] = selected;
    const dead = now.units.flat().filter((unit) => unit.dead).length;
    canvas.setAttribute("aria-label", `Network, 2 inputs, hidden layers of ${hidden.join(", ")} units, 1 output${dead ? `; ${dead} dead` : ""}`);
    Object.assign(here.style, { left: `${x[l] - size / 2 - 3}px`, top: `${y(l, i - 1) - size / 2 - 3}px`, width: `${size + 6}px`, height: `${size + 6}px` });
    const order = hidden.slice(0, l - 1).reduce((a, b) => a + b, 0) + i;
    const all = { "aria-valuenow": order, "aria-valuemax": hidden.reduce((a, b) => a + b, 1), "aria-valuetext": unitName(l - 1, i - 1, hidden) };
    for (const [name, value] of Object.entries(all)) here.setAttribute(name, value);
    drawStrip(now.norms);
  }

  function weights(c, { net, theta }, changes) {
    const { x, y, size } = place;
    const largest = changes ? changes.reduce((a, b) => Math.max(a, Math.abs(b)), 0) : 0;
    net.layers.forEach(({ n, m, W }, l) => {
      for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) {
        const w = theta[W + i * n + j];
        const strength = Math.min(1, Math.abs(w) / 2);
        const [x0, y0, x1, y1] = [x[l] + size / 2, y(l, j), x[l + 1] - size / 2, y(l + 1, i)];
        c.strokeStyle = w < 0 ? colours.minus : colours.plus;
        c.globalAlpha = 0.25 + 0.65 * strength;
        c.lineWidth = Math.min(6, 0.5 + 1.6 * Math.abs(w));
        c.beginPath();
        c.moveTo(x0, y0);
        const bend = (x1 - x0) * 0.4;
        c.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
        c.stroke();
        const d = largest && changes[W + i * n + j] / largest;
        if (!d) continue;
        // The step, as an arrow near the unit that the weight feeds: up is more, its length √|Δw|.
        const tall = Math.sign(d) * Math.max(2, 9 * Math.sqrt(Math.abs(d)));
        const [cx, cy] = [x1 - 9, y1 - (y1 - y0) * 0.06];
        c.globalAlpha = 1;
        c.fillStyle = colours.param;
        c.beginPath();
        c.moveTo(cx, cy - tall);
        c.lineTo(cx + 3.5, cy);
        c.lineTo(cx - 3.5, cy);
        c.fill();
      }
    });
    c.globalAlpha = 1;
  }

  /** A KAN's edges: where there is room, each with its function's curve over [-1, 1]. */
  function functions(c, { net, theta }) {
    const { x, y, size } = place;
    net.layers.forEach(({ n, m }, l) => {
      const gap = x[l + 1] - x[l] - size;
      const wide = Math.min(34, gap / n - 4);
      for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) {
        const values = Array.from({ length: 17 }, (_, k) => net.edge(theta, l, i, j, k / 8 - 1));
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const [x0, y0, x1, y1] = [x[l] + size / 2, y(l, j), x[l + 1] - size / 2, y(l + 1, i)];
        c.strokeStyle = colours.frozen;
        c.lineWidth = Math.min(4, 0.4 + (high - low));
        c.globalAlpha = 0.5;
        c.beginPath();
        c.moveTo(x0, y0);
        c.lineTo(x1, y1);
        c.stroke();
        c.globalAlpha = 1;
        if (wide < 14) continue;
        const u = (j + 1) / (n + 1);
        const tall = Math.min(0.7 * wide, 22);
        const [left, top] = [x0 + u * (x1 - x0) - wide / 2, y0 + u * (y1 - y0) - tall / 2];
        c.fillStyle = colours.bg;
        c.fillRect(left, top, wide, tall);
        frame(c, [left, top, wide, tall], colours.hairline, 1);
        const reach = Math.max(Math.abs(low), Math.abs(high), 0.2);
        c.strokeStyle = colours.param;
        c.lineWidth = 1.5;
        c.beginPath();
        values.forEach((v, k) => c.lineTo(left + (k / 16) * wide, top + tall / 2 - (v / reach) * (tall / 2 - 2)));
        c.stroke();
      }
    });
  }

  function hatch(c, [left, top, w, t]) {
    c.save();
    c.beginPath();
    c.rect(left, top, w, t);
    c.clip();
    c.strokeStyle = colours.frozen;
    c.lineWidth = 1.5;
    c.beginPath();
    for (let k = -t; k < w; k += 6) {
      c.moveTo(left + k, top + t);
      c.lineTo(left + k + t, top);
    }
    c.stroke();
    c.restore();
  }

  function drawStrip(norms) {
    const good = norms.filter((v) => v > 0 && v < Infinity).map(Math.log10);
    const low = Math.min(-4, Math.floor(Math.min(...good, 0)));
    const high = Math.max(0, Math.ceil(Math.max(...good, 0)));
    const bottom = STRIP.top + STRIP.height;
    const tall = (v) => (STRIP.height * (clamp(v, low, high) - low)) / (high - low);
    strip.setAttribute("width", width);
    strip.setAttribute("aria-label", `Gradient of each layer’s parameters on all training points: ${norms.map((v) => num(v)).join(", ")}`);
    paint("axis", "path", { d: `M${place.x[0]} ${bottom}H${width}`, class: "nn-axis" });
    paint("title", "text", { x: 0, y: 14, class: "nn-tick" }, "gradient ‖∂L/∂θ‖ of each layer ←");
    paint("top", "path", { d: `M${place.x[0]} ${STRIP.top}H${width}`, class: "nn-grid" });
    paint("high", "text", { x: 0, y: STRIP.top + 9, class: "nn-tick" }, num(10 ** high, 1).replace("1·", ""));
    paint("low", "text", { x: 0, y: bottom + 4, class: "nn-tick" }, num(10 ** low, 1).replace("1·", ""));
    norms.forEach((v, l) => {
      const x = place.x[l + 1];
      const up = v > 0 && v < Infinity ? tall(Math.log10(v)) : 0;
      const wide = Math.min(30, place.size);
      paint(`bar${l}`, "rect", { x: x - wide / 2, y: bottom - up, width: wide, height: up, class: "nn-gradient" });
      const end = l === norms.length - 1;
      paint(`text${l}`, "text", { x: end ? width : x, y: bottom + 17, class: "nn-tick", "text-anchor": end ? "end" : "middle" }, num(v, norms.length > 5 ? 1 : 2));
    });
    sweep();
  }
  return { el, draw };
}

export function frame(c, [left, top, w, t], colour, line) {
  c.strokeStyle = colour;
  c.lineWidth = line;
  c.strokeRect(left + line / 2, top + line / 2, w - line, t - line);
}
