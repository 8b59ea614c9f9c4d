import assert from "node:assert/strict";
import { test } from "node:test";

import { computer } from "../../nnlib/simulations/js/backprop_blame/compute.js";
import { norm } from "../../nnlib/simulations/js/math/deep.js";
import { close, vectors } from "./close.mjs";

const { runs } = vectors("deep");
const RATE = 1e-3; // the recipe's

/** The traits that show a run of the vectors. */
const traits = ({ given, activation, X, y, frozen }, more = {}) => ({
  ...given, activation, frozen, given: {}, data: "d", examples: { d: [X, y] }, batch: true, example: 1,
  bars: "gradient", fill: "weight", layer: 1, part: 1, weight: [1, 1], nudge: 1e-6, rate: RATE, path: [], ...more,
});
const taken = (frozen, n) => Array.from({ length: n }, () => ({ rate: RATE, frozen, example: 0 }));

for (const run of runs) {
  test(`what the page shows of ${run.given.depth} layers, ${run.activation}, residual ${run.given.residual} is NumPy's`, () => {
    const compute = computer();
    const c = compute(traits(run));
    close(c.loss, run.losses[0], "loss");
    c.heights.forEach((parts, l) => close(parts, run.grads[l].map(({ W }) => norm(W)), `bars of layer ${l + 1}`, 1e-12 * run.delta[l][0]));
    const after = compute(traits(run, { path: taken(run.frozen, 2), bars: "moved" }));
    close([after.begun, after.before, after.loss], run.losses, "losses on the way");
    after.heights.forEach((parts, l) => assert.equal(parts.every((v) => v === 0), run.frozen.includes(l + 1), `layer ${l + 1} stays if and only if frozen`));
    const back = compute(traits(run, { path: taken(run.frozen, 1) }));
    close(back.loss, run.losses[1], "one step back");
  });
}

test("freezing changes no gradient at all", () => {
  const free = computer()(traits(runs[0], { frozen: [] }));
  const frozen = computer()(traits(runs[0], { frozen: [1, 3, 10] }));
  assert.deepEqual(frozen.grads, free.grads);
  assert.deepEqual(frozen.deltas, free.deltas);
});

test("a nudge is measured as a run of the whole network would", () => {
  const run = runs.find(({ given }) => given.residual === "scaled");
  const c = computer()(traits(run, { layer: 3, part: 2, weight: [2, 1], nudge: 0.7 }));
  assert.deepEqual(c.at, [2, 1, 1, 0]);
  const given = { weights: [], biases: [] };
  const wide = computer()(traits(runs[1], { layer: 2, weight: [1, 2], nudge: 0.7 }));
  wide.layers.forEach(([{ W, b }]) => (given.weights.push(structuredClone(W)), given.biases.push(b)));
  given.weights[1][0][1] += 0.7;
  const nudged = computer()(traits(runs[1], { given }));
  close(wide.nudged.measured, nudged.loss - wide.loss, "measured", 1e-15);
  close(wide.nudged.predicted, 0.7 * wide.grads[1][0].W[0][1], "predicted");
  close(c.removed.predicted, -c.w * c.g, "deleting");
});

test("what lies beyond the network is brought back into it", () => {
  const c = computer()(traits(runs[1], { layer: 9, part: 2, weight: [9, 9], frozen: [1, 7] }));
  assert.deepEqual([c.at, c.frozen], [[1, 0, 1, 1], [1]]);
});
