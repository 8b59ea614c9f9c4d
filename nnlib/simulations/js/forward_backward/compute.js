// One example through the network and back, all at once: what every step of the simulation shows.

import { ACTIVATIONS, sigmoid, softmax } from "../math/activations.js";
import { LOSSES, backward, forward, normSquared, step } from "../math/mlp.js";

/** state: { weights, biases, x, target, activation, loss, lr } as in the traits. */
export function compute(state) {
  const params = state.weights.map((W, l) => ({ W, b: state.biases[l] }));
  const phi = ACTIVATIONS[state.activation];
  const targets = state.loss === "softmax_cross_entropy" ? state.target : [state.target];
  const run = (network) => {
    const { logits, cache } = forward(network, [state.x], phi);
    const { loss, delta } = LOSSES[state.loss](logits, targets);
    return { cache, delta, loss, Z: cache.Z.map(([z]) => z), A: cache.A.map(([a]) => a), p: probabilities(state.loss, logits[0]) };
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

/** What the loss reads from the logits: probabilities, or the outputs themselves. */
function probabilities(loss, logits) {
  if (loss === "softmax_cross_entropy") return softmax(logits);
  return loss === "sigmoid_cross_entropy" ? logits.map(sigmoid) : logits;
}

export const sizesOf = ({ weights }) => [weights[0][0].length, ...weights.map((W) => W.length)];

/** The order of the steps: units forward, the loss, units back, the update, the second look. */
export function order(sizes) {
  const units = sizes.slice(1).flatMap((n, l) => Array.from({ length: n }, (_, i) => ({ layer: l, unit: i })));
  const back = [...units].sort((a, b) => b.layer - a.layer || a.unit - b.unit);
  return [
    ...units.map((at) => ({ phase: "forward", ...at })),
    { phase: "loss" },
    ...back.map((at) => ({ phase: "backward", ...at })),
    { phase: "update" },
    { phase: "again" },
  ];
}

/** What is known after `position` steps: has(phase, layer, unit). */
export function known(sizes, position) {
  const done = new Set(order(sizes).slice(0, position).map(key));
  return (phase, layer, unit) => done.has(key({ phase, layer, unit }));
}
const key = ({ phase, layer = "", unit = "" }) => `${phase} ${layer} ${unit}`;
