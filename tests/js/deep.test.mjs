import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIVATIONS } from "../../nnlib/simulations/js/math/activations.js";
import { backward, branchScale, forward, norm, rms, start, step, withWeight } from "../../nnlib/simulations/js/math/deep.js";
import { LOSSES } from "../../nnlib/simulations/js/math/mlp.js";
import { close, vectors } from "./close.mjs";

const { runs } = vectors("deep");
/** Every entry to 1e-12, or to 1e-12 of what it is a sum of: gradients are sums over examples that may cancel. */
const alike = (made, expected, what, scale = () => 0) =>
  expected.forEach((parts, l) => parts.forEach(({ W, b }, p) => {
    close(made[l][p].W, W, `${what} W, layer ${l + 1}`, 1e-12 * scale(l, p));
    close(made[l][p].b, b, `${what} b, layer ${l + 1}`, 1e-12 * scale(l, p));
  }));

for (const { given, activation, X, y, frozen, ...known } of runs) {
  test(`${given.depth} layers, ${activation}, ${given.init}, residual ${given.residual}: start, gradients and frozen steps are NumPy's`, () => {
    let layers = start(given);
    const begun = layers;
    alike(layers.slice(0, 2), known.start, "start");
    const phi = ACTIVATIONS[activation];
    const s = branchScale(layers, given.residual);
    known.losses.forEach((expected, k) => {
      const { logits, cache } = forward(layers, X, phi, s);
      const { loss, delta } = LOSSES.softmax_cross_entropy(logits, y);
      close(loss, expected, `loss ${k}`);
      const { grads, deltas } = backward(layers, cache, delta, phi, s);
      if (k === 0) {
        close(cache.map(({ h }) => rms(h)), known.h, "RMS of what comes out");
        alike(grads, known.grads, "gradient", (l, p) => known.delta[l][p]);
        close(deltas.map((list) => list.map(norm)), known.delta, "‖δ‖");
      }
      layers = step(layers, grads, 1e-3, frozen);
    });
    alike(layers, known.last, "after three steps", (l, p) => known.delta[l][p]);
    layers.forEach((layer, l) => assert.equal(layer === begun[l], frozen.includes(l + 1), `layer ${l + 1} stays if and only if frozen`));
  });
}

test("one weight changes and nothing else", () => {
  const layers = start(runs[3].given);
  const changed = withWeight(layers, [1, 1, 2, 0], 9);
  assert.equal(changed[1][1].W[2][0], 9);
  assert.notEqual(layers[1][1].W[2][0], 9);
  assert.deepEqual(withWeight(changed, [1, 1, 2, 0], layers[1][1].W[2][0]), layers);
});

test("norms of tiny and huge numbers neither underflow nor overflow", () => {
  close(norm([[3e-200, 4e-200]]), 5e-200, "tiny");
  close(norm([[3e200], [4e200]]), 5e200, "huge");
  assert.equal(norm([[0, 0]]), 0);
  close(rms([[3, 4]]), 5 / Math.SQRT2, "rms");
});
