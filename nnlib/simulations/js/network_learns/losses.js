// Losses on training and held-out points over the steps, on a logarithmic scale.

import "../kit/axes.css";
import { h, painter, svg } from "../kit/dom.js";
import { num } from "../kit/format.js";

const [HEIGHT, TOP, LEFT, BOTTOM] = [128, 22, 40, 108];
const log = (v) => Math.log10(Math.max(1e-9, v));

export function losses(sim) {
  const content = svg("g");
  const figure = svg("svg", { role: "img", height: HEIGHT }, content);
  const el = h("div", { class: "nn-figure" }, figure);
  const { paint, sweep } = painter(content);
  let width = 260;
  sim.onResize(el, (w) => (width = Math.floor(w) || width));

  function draw(run, now) {
    const rows = run.history([now.loss, now.heldLoss]);
    const all = rows.flatMap((row) => row.slice(1)).filter((v) => v > 0 && v < Infinity);
    const [low, high] = [Math.floor(Math.min(-1, ...all.map(log))), Math.max(0, Math.ceil(Math.max(...all.map(log))))];
    const last = Math.max(20, rows.at(-1)[0]);
    const X = (t) => LEFT + (t / last) * (width - LEFT - 4);
    const Y = (v) => (TOP + ((high - log(v)) / (high - low)) * (BOTTOM - TOP)).toFixed(1);
    const path = (k) => rows.filter((row) => Number.isFinite(row[k])).map((row, i) => `${i ? "L" : "M"}${X(row[0]).toFixed(1)} ${Y(row[k])}`).join("");
    figure.setAttribute("width", width);
    figure.setAttribute("aria-label", `Loss after ${run.t} steps: ${num(now.loss)} on training points, ${num(now.heldLoss)} on held-out points`);
    const every = Math.ceil((high - low) / 3);
    for (let v = high; v >= low; v -= every) {
      paint(`g${v}`, "path", { d: `M${LEFT} ${Y(10 ** v)}H${width}`, class: "nn-grid" });
      paint(`t${v}`, "text", { x: LEFT - 6, y: Number(Y(10 ** v)) + 4, class: "nn-tick", "text-anchor": "end" }, v < -2 ? num(10 ** v, 1).replace("1·", "") : num(10 ** v));
    }
    paint("held", "path", { d: path(2), class: "nn-lossline nn-held" });
    paint("train", "path", { d: path(1), class: "nn-lossline" });
    paint("title", "text", { x: 0, y: 13, class: "nn-tick" }, "loss: training —, held out ┄");
    paint("x", "text", { x: width, y: HEIGHT - 4, class: "nn-tick", "text-anchor": "end" }, `${run.t} steps`);
    sweep();
  }
  return { el, draw };
}
