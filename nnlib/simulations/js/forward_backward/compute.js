// One example through the network and back, all at once: what every step of the simulation shows.

import { ACTIVATIONS } from "../math/activations.js";
import { LOSSES, backward, forward, normSquared, step } from "../math/mlp.js";

/** state: { weights, biases, x, target, activation, loss, lr } as in the traits. */
export function compute(state) {
  const { weights, biases, x, target, activation, loss } = state;
  const params = weights.map((W, l) => ({ W, b: biases[l] }));
  const phi = ACTIVATIONS[activation];
  const run = (network) => {
    const { logits, cache } = forward(network, [x], phi);
    const result = LOSSES[loss](logits, isSoftmax(loss) ? target : [target]);
    return { ...result, cache, p: result.p[0], Z: cache.Z.map(([z]) => z), A: cache.A.map(([a]) => a) };
  };
  const before = run(params);
  const { grads, deltas } = backward(params, before.cache, before.delta, phi);
  const updated = step(params, grads, state.lr);
  return {
    ...state,
    sizes: sizesOf(state),
    params,
    phi,
    before,
    grads,
    deltas: deltas.map(([d]) => d),
    squares: normSquared(grads),
    updated,
    after: run(updated),
  };
}

export const isSoftmax = (loss) => loss === "softmax_cross_entropy";
export const sizesOf = ({ weights }) => [weights[0][0].length, ...weights.map((W) => W.length)];

/** The steps: units forward, the loss, units back, the update, the second look. */
export function order(sizes) {
  const units = sizes.slice(1).flatMap((n, layer) => Array.from({ length: n }, (_, unit) => ({ layer, unit })));
  const back = [...units].sort((a, b) => b.layer - a.layer || a.unit - b.unit);
  const as = (phase) => (at) => ({ phase, ...at });
  return [...units.map(as("forward")), { phase: "loss" }, ...back.map(as("backward")), { phase: "update" }, { phase: "again" }];
}
