// The plane, large: what the network, or the unit that is looked at, says at every point; the points themselves;
// and, where the reader draws the data, a brush for mouse, finger and keys.

import { segmented } from "../kit/choices.js";
import { button } from "../kit/controls.js";
import { h } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { frame } from "./drawing.js";
import { painter, scaleOf, sized, SPAN } from "./planes.js";

const MOST_POINTS = 200;
const APART = 0.07; // of two points that one stroke places
const ARROWS = { ArrowRight: [0.1, 0], ArrowLeft: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
const rounded = (v) => Math.round(100 * Math.max(-1, Math.min(1, v))) / 100;

export function output(sim, colours) {
  const canvas = h("canvas", { role: "img" });
  let [side, brush, spot, last] = [260, 1, [0, 0], null];
  const cursor = h("button", { type: "button", class: "nn-cursor", onclick: () => place(spot) });
  const el = h("div", { class: "nn-figure nn-plane" }, canvas, cursor);
  const picture = painter(colours);
  sim.onResize(el, (w) => (side = Math.min(300, Math.floor(w)) || side));

  const pick = segmented({ label: "draw points of", value: brush, options: [[0, "■ class 0"], [1, "● class 1"]], onInput: (k) => {
    brush = k;
    sim.invalidate();
  } });
  const tools = h("div", { class: "nn-row" }, pick.el, button("clear", () => sim.set({ points: [], steps: 0 })));

  const drawn = () => sim.get("data") === "drawn";
  function place([x, y]) {
    const points = sim.get("points");
    if (points.length < MOST_POINTS) sim.set({ points: [...points, [x, y, brush]] });
  }
  function stroke(event) {
    const box = canvas.getBoundingClientRect();
    const at = [2 * ((event.clientX - box.left) / box.width) - 1, 1 - 2 * ((event.clientY - box.top) / box.height)].map((v) => rounded(v * SPAN));
    if (last && Math.hypot(at[0] - last[0], at[1] - last[1]) < APART) return;
    place((last = at));
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (!drawn()) return;
    last = null;
    canvas.setPointerCapture(event.pointerId);
    stroke(event);
  });
  canvas.addEventListener("pointermove", (event) => drawn() && event.buttons && stroke(event));
  cursor.addEventListener("keydown", (event) => {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    spot = spot.map((v, k) => rounded(v + by[k]));
    sim.invalidate();
  });

  /** shown: [layer, unit] from 0; rows: numbers of the training points in the last batch. */
  function draw({ run, plane, list, shown: [l, i], rows, label }) {
    const c = sized(canvas, side, side);
    const to = ([x, y]) => [((x / SPAN + 1) / 2) * side, ((1 - y / SPAN) / 2) * side];
    c.imageSmoothingEnabled = true;
    const map = plane.maps[l][i];
    c.drawImage(picture(map, plane.N, plane.N, scaleOf(l, plane.maps.length, plane.largest[l][i])), 0, 0, side, side);
    if (l === plane.maps.length - 1) contour(c, map, plane.N, side / plane.N);
    const training = [];
    list.forEach((point, k) => {
      const held = (k >> 1) % 2 === 1;
      if (!held) training.push(point);
      mark(c, to(point), point[2], held);
    });
    c.strokeStyle = colours.text;
    c.lineWidth = 1.5;
    for (const row of rows ?? []) {
      c.beginPath();
      c.arc(...to(training[row]), 7.5, 0, 2 * Math.PI);
      c.stroke();
    }
    frame(c, [0, 0, side, side], colours.hairline, 1);
    canvas.setAttribute("aria-label", label);
    canvas.classList.toggle("nn-brush", drawn());
    tools.hidden = cursor.hidden = !drawn();
    const [x, y] = to(spot);
    Object.assign(cursor.style, { left: `${x - 22}px`, top: `${y - 22}px` });
    cursor.setAttribute("aria-label", `place a point of class ${brush} at ${num(spot[0])}, ${num(spot[1])}; arrow keys move`);
  }

  /** Class by colour and by shape; filled in training, a ring if held out. */
  function mark(c, [x, y], k, held) {
    c.beginPath();
    if (k) c.arc(x, y, 3.6, 0, 2 * Math.PI);
    else c.rect(x - 3.2, y - 3.2, 6.4, 6.4);
    c.lineWidth = held ? 1.6 : 2;
    c.strokeStyle = held ? colours.classes[k] : colours.bg;
    c.fillStyle = held ? colours.bg : colours.classes[k];
    if (!held) c.stroke();
    c.fill();
    if (held) c.stroke();
  }

  /** The line on which the network is undecided (logit 0), cell by cell. */
  function contour(c, map, N, cell) {
    c.strokeStyle = colours.text;
    c.lineWidth = 1.5;
    c.beginPath();
    for (let y = 0; y < N - 1; y++) {
      for (let x = 0; x < N - 1; x++) {
        const k = y * N + x;
        const corners = [map[k], map[k + 1], map[k + N + 1], map[k + N]];
        const cut = [];
        for (let e = 0; e < 4; e++) {
          const [a, b] = [corners[e], corners[(e + 1) % 4]];
          if (a > 0 === b > 0) continue;
          const u = a / (a - b);
          cut.push([[x + u, y], [x + 1, y + u], [x + 1 - u, y + 1], [x, y + 1 - u]][e]);
        }
        for (let p = 0; p + 1 < cut.length; p += 2) {
          c.moveTo((cut[p][0] + 0.5) * cell, (cut[p][1] + 0.5) * cell);
          c.lineTo((cut[p + 1][0] + 0.5) * cell, (cut[p + 1][1] + 0.5) * cell);
        }
      }
    }
    c.stroke();
  }
  return { el, tools, draw };
}
