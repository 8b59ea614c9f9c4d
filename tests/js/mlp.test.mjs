import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIVATIONS } from "../../nnlib/simulations/js/math/activations.js";
import { LOSSES, backward, forward, normSquared, step } from "../../nnlib/simulations/js/math/mlp.js";
import { mulberry32, normal } from "../../nnlib/simulations/js/math/random.js";
import { close, vectors } from "./close.mjs";

const known = vectors("mlp");
const CANCELS = 1e-14; // sums of terms near 1 that nearly cancel, in NumPy too

const layers = (made, expected, what) =>
  expected.forEach(({ W, b }, l) => {
    close(made[l].W, W, `${what} W of layer ${l}`, CANCELS);
    close(made[l].b, b, `${what} b of layer ${l}`, CANCELS);
  });

test("forward, loss, every δ and gradient, the step and the loss after it are NumPy's", () => {
  assert.equal(known.passes.length, 9 * 3);
  for (const { given, ...expected } of known.passes) {
    const what = `${given.sizes.join("-")} ${given.activation} ${given.loss}:`;
    const phi = ACTIVATIONS[given.activation];
    const { logits, cache } = forward(given.params, given.X, phi);
    close(cache.A, expected.A, `${what} A`, CANCELS);
    close(cache.Z, expected.Z, `${what} Z`, CANCELS);
    const { loss, delta } = LOSSES[given.loss](logits, given.target);
    close(loss, expected.loss, `${what} loss`, CANCELS);
    const { grads, deltas } = backward(given.params, cache, delta, phi);
    close(deltas, expected.deltas, `${what} δ`, CANCELS);
    layers(grads, expected.grads, `${what} gradient`);
    close(normSquared(grads), expected.norm_squared, `${what} ‖g‖²`, CANCELS);
    const params = step(given.params, grads, given.lr);
    layers(params, expected.new, `${what} new`);
    close(LOSSES[given.loss](forward(params, given.X, phi).logits, given.target).loss, expected.after, `${what} after`, CANCELS);
  }
});

test("losses stay finite at ±800", () => {
  close(LOSSES.softmax_cross_entropy([[800, -800]], [1]).loss, 1600, "softmax");
  close(LOSSES.sigmoid_cross_entropy([[800]], [[0]]).loss, 800, "sigmoid");
});

test("mulberry32 and its normal numbers are the same in Python", () => {
  const random = mulberry32(7);
  assert.deepEqual(known.mulberry32.map(() => random()), known.mulberry32);
  const draw = normal(mulberry32(7));
  close(known.normal.map(() => draw()), known.normal, "normal", 1e-15);
});
