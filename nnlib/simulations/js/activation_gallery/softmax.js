// Softmax over three logits, with its Jacobian.

import { button, presets } from "../kit/controls.js";
import { signedFill } from "../kit/colour.js";
import { h } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { plot } from "../kit/plot.js";
import { softmax, softmaxJacobian } from "../math/activations.js";

const SUB = ["₁", "₂", "₃"];
const REACH = 6; // the logits' axis spans this much on either side of its middle

export function softmaxView(sim) {
  const logits = plot(sim, { label: "Three logits", height: 260 });
  const chances = plot(sim, { label: "Their softmax", height: 260 });
  const cells = SUB.map(() => SUB.map(() => h("td")));
  const table = h("div", { class: "nn-jacobian" }, h("table", {},
    h("caption", {}, "Jacobian ∂p/∂z = diag(p) − p pᵀ: how fast each p moves when one z does"),
    h("thead", {}, h("tr", {}, h("td"), SUB.map((s) => h("th", { scope: "col" }, `z${s}`)))),
    h("tbody", {}, cells.map((row, i) => h("tr", {}, h("th", { scope: "row" }, `p${SUB[i]}`), row)))));
  const controls = [
    button("add 100 to every logit", () => sim.set({ logits: sim.get("logits").map((z) => z + 100) })),
    presets("show", [
      ["one clear winner", () => sim.set({ logits: [5, 0, -1] })],
      ["a close race", () => sim.set({ logits: [2, 1.5, -1] })],
      ["all alike", () => sim.set({ logits: [0, 0, 0] })],
    ]),
  ];

  function draw() {
    const z = sim.get("logits");
    const p = softmax(z);
    const middle = 100 * Math.round((z[0] + z[1] + z[2]) / 300);
    logits.frame({ x: [0, 4], y: [middle - REACH, middle + REACH], xTicks: [], yName: "logits z" });
    chances.frame({ x: [0, 4], y: [0, 1.1], xTicks: [], yName: "softmax p", name: `Softmax: ${p.map((v) => num(v)).join(", ")}` });
    z.forEach((v, i) => {
      const at = i + 1;
      logits.line(`stem${i}`, [[at, middle], [at, v]], { width: 1.5, colour: "var(--nn-muted)" });
      logits.text(`v${i}`, at, v, `z${SUB[i]} = ${num(v, 4)}`, { dx: 14, dy: 5 });
      logits.handle(`z${i}`, {
        x: at, y: v, axis: "y", label: `logit z${SUB[i]}`, text: num(v, 4), colour: "var(--nn-forward)",
        onMove: (_, y) => sim.set({ logits: z.map((old, j) => (j === i ? Math.round(y * 100) / 100 : old)) }),
      });
      chances.rect(`bar${i}`, at - 0.32, 0, at + 0.32, p[i], { fill: "var(--nn-forward)" });
      chances.text(`p${i}`, at, p[i], `p${SUB[i]} = ${num(p[i])}`, { dy: -8, anchor: "middle" });
    });
    logits.done();
    chances.done();
    softmaxJacobian(p).forEach((row, i) => row.forEach((v, j) => {
      cells[i][j].textContent = num(v);
      cells[i][j].style.background = signedFill(v, 0.25);
      cells[i][j].title = String(v);
    }));
    const top = p.indexOf(Math.max(...p));
    sim.happened(`p${SUB[top]} is the largest, ${num(p[top])}; together they make 1. Raise one logit and its own p rises while both others fall: every column of the Jacobian sums to 0. Only differences of logits count.`);
    sim.code(`import numpy as np
from nnlib.scratch import softmax

p = softmax(np.array([${z.join(", ")}], dtype=float))
np.diag(p) - np.outer(p, p)  # p = ${p.join(", ")}`);
  }
  return { stage: [logits.el, chances.el, table], controls, draw };
}
