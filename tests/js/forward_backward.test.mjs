import assert from "node:assert/strict";
import { test } from "node:test";

import { compute, order } from "../../nnlib/simulations/js/forward_backward/compute.js";
import { layout } from "../../nnlib/simulations/js/forward_backward/layout.js";
import { network } from "../../nnlib/simulations/js/forward_backward/start.js";
import { difference, sentence } from "../../nnlib/simulations/js/forward_backward/words.js";
import { worked } from "../../nnlib/simulations/js/forward_backward/worked.js";
import { ACTIVATIONS } from "../../nnlib/simulations/js/math/activations.js";
import { LOSSES } from "../../nnlib/simulations/js/math/mlp.js";
import { close, vectors } from "./close.mjs";

const known = vectors("forward_backward");
const nothing = { weights: [], biases: [], x: [], target: [] };
const state = (sizes, { activation = "tanh", loss = "half_squared_error", lr = 0.1, ...more } = {}) =>
  compute({ ...network(sizes, loss, nothing), activation, loss, lr, ...more });

test("a network starts as in Python, whatever its sizes", () => {
  for (const { sizes, ...start } of known.starts) assert.deepEqual(network(sizes, "half_squared_error", nothing), start);
});

test("another size leaves the numbers that are already there", () => {
  const old = { weights: [[[7, 8], [9, 1]], [[2, 3]]], biases: [[4, 5], [6]], x: [1.5, 2.5], target: [-3] };
  const more = network([3, 3, 2, 1], "half_squared_error", old);
  assert.deepEqual(more.weights[0].slice(0, 2).map((row) => row.slice(0, 2)), old.weights[0]);
  assert.deepEqual([more.weights[2][0].slice(0, 2), more.biases[2], more.x.slice(0, 2), more.target], [[2, 3], [6], [1.5, 2.5], [-3]]);
  assert.deepEqual(network([2, 2, 1], "half_squared_error", more).weights, [[[7, 8], [9, 1]], [[2, 3]]]);
});

test("every line ends in the number that NumPy has under that name", () => {
  const lines = worked(state([2, 3, 1])).flatMap((step) => step.lines);
  const found = Object.fromEntries(lines.map((line) => [line[0].join(""), line.at(-1)[0][0]]));
  assert.deepEqual(Object.keys(found).sort(), Object.keys(known.by_name).sort());
  for (const [name, value] of Object.entries(known.by_name)) close(found[name], value, name, 1e-15);
});

// "½(0.7 − 1)²" as JavaScript; the activation is called phi there.
const arithmetic = (part, phi) =>
  part.map((token) => (typeof token === "string" ? token : `(${token[0]})`)).join("")
    .replaceAll(`${phi.text}(`, "phi(").replaceAll("½", "0.5*").replaceAll("·", "*").replaceAll("−", "-").replaceAll("²", "**2").replaceAll("ln ", "Math.log");

test("what is written as equal is equal: all activations, losses and sizes", () => {
  let parts = 0;
  for (const { sizes } of known.starts) {
    for (const activation of Object.keys(ACTIVATIONS)) {
      for (const loss of Object.keys(LOSSES)) {
        if (loss === "softmax_cross_entropy" && sizes.at(-1) === 1) continue;
        const c = state(sizes, { activation, loss });
        for (const line of worked(c).flatMap((step) => step.lines)) {
          const result = line.at(-1)[0][0];
          for (const part of line.slice(1).filter((tokens) => tokens.some(Array.isArray))) {
            const value = new Function("phi", `return ${arithmetic(part, c.phi)}`)(c.phi.f);
            close(value, result, `${line[0]} of ${activation}, ${loss}, ${sizes}`, 1e-13);
            parts++;
          }
        }
      }
    }
  }
  assert.ok(parts > 5000, `${parts} parts`);
});

test("the order is forward, loss, back, update, again; back from the top", () => {
  const steps = order([1, 2, 2, 1]);
  assert.deepEqual(steps.map(({ phase, layer = "", unit = "" }) => phase[0] + layer + unit).join(" "), "f00 f01 f10 f11 f20 l b20 b10 b11 b00 b01 u a");
});

test("the sentence says what the step brought", () => {
  const c = state([2, 3, 1], { lr: 0.8 });
  const steps = worked(c);
  assert.equal(sentence(c, undefined), "Nothing is computed yet.");
  assert.equal(sentence(c, steps[0]), "Hidden unit 1: z₁ = 0.5, a₁ = 0.462.");
  assert.match(sentence(c, steps.at(-1)), /It rose, where −η‖g‖² promised −0.223/);
  assert.match(sentence(state([2, 3, 1]), steps.at(-1)), /84.6 % of the fall/);
  assert.match(sentence(state([2, 3, 1], { x: [0, 0], biases: [[0, 0, 0], [1]] }), steps.at(-1)), /all gradients are 0/);
  assert.equal(difference({ forward: [0, 7], loss: [1, 1], backward: [17, 17] }), "That changed 0 of 7 numbers forward, the loss, 17 of 17 numbers backward.");
});

test("the drawing keeps within its width from 320 to 1280 pixels", () => {
  for (const { sizes } of known.starts) {
    for (const width of [320, 328, 480, 560, 700, 900]) {
      const g = layout(sizes, width, 30);
      const right = Math.max(...g.units.flat().map(({ x }) => x + g.radius), g.loss.x + 33, ...g.targets.map(({ x }) => x + g.field / 2));
      assert.ok(right <= width + 1, `${sizes} at ${width}: ${right}`);
      assert.ok(g.targets.at(-1).y + 22 <= g.height, `${sizes} at ${width}: too low`);
      for (const { rows } of g.units.flat()) assert.ok(rows[0] > 30 && rows.at(-1) < g.height);
    }
  }
});
