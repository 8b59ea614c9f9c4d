// Everything the simulation shows, computed from the traits: one forward and one backward pass after
// the steps of `path`, and what nudging and deleting weights does to the loss, measured.

import { ACTIVATIONS } from "../math/activations.js";
import { backward, branchScale, forward, norm, rms, start, step, withWeight } from "../math/deep.js";
import { LOSSES } from "../math/mlp.js";

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** Makes compute(traits); it keeps the steps it has walked, so that a further one costs one pass. */
export function computer() {
  let key = "";
  let path = [];
  let stations = []; // the layers before the first step and after each

  /** { whole, lossOf } of (layers, [X, y]): { loss, cache, grads, deltas }, or the loss alone; and the branches' s. */
  function passes(t) {
    const phi = ACTIVATIONS[t.activation];
    const s = branchScale(stations[0], t.residual);
    const ahead = (layers, [X, y]) => {
      const { logits, cache } = forward(layers, X, phi, s);
      const one = logits[0].length === 1;
      return { cache, ...(one ? LOSSES.sigmoid_cross_entropy(logits, y.map((k) => [k])) : LOSSES.softmax_cross_entropy(logits, y)) };
    };
    const whole = (layers, rows) => {
      const { cache, loss, delta } = ahead(layers, rows);
      return { cache, loss, ...backward(layers, cache, delta, phi, s) };
    };
    return { s, whole, lossOf: (layers, rows) => ahead(layers, rows).loss };
  }

  function walk(t) {
    const now = JSON.stringify([t.given, t.data, t.depth, t.width, t.activation, t.init, t.residual, t.seed]);
    if (now !== key) [key, path, stations] = [now, [], [begin(t)]];
    const same = t.path.findIndex((taken, i) => JSON.stringify(taken) !== JSON.stringify(path[i]));
    stations.length = Math.min(stations.length, (same < 0 ? t.path.length : same) + 1);
    path = t.path;
    const { whole } = passes(t);
    for (const { rate, frozen, example } of path.slice(stations.length - 1)) {
      const layers = stations.at(-1);
      stations.push(step(layers, whole(layers, rowsOf(t, example)).grads, rate, frozen));
    }
  }

  let kept = {}; // what depends on neither the selected weight nor the nudge

  return (t) => {
    walk(t);
    const { s, whole, lossOf } = passes(t);
    const layers = stations.at(-1);
    const rows = rowsOf(t, t.batch ? 0 : t.example);
    const name = [t.batch || t.example, t.bars].join();
    const known = kept.layers === layers && kept.name === name;
    const run = known ? kept.run : whole(layers, rows);
    const weightAt = ([l, p, i, j]) => ({ at: [l, p, i, j], w: layers[l][p].W[i][j], g: run.grads[l][p].W[i][j] });
    /** What adding h to a weight does to the loss: g·h predicted; measured by running what comes after it again. */
    const change = (weight, h) => {
      const [l, ...place] = weight.at;
      const after = withWeight(layers.slice(l), [0, ...place], weight.w + h);
      return { ...weight, h, predicted: weight.g * h, measured: lossOf(after, [run.cache[l].A[0], rows[1]]) - run.loss };
    };
    const remove = (weight) => change(weight, -weight.w);
    if (!known) {
      const most = (size) => remove(weightAt(largest(layers, run.grads, size)));
      const losses = [stations[0], stations.at(-2) ?? layers].map((each) => (each === layers ? run.loss : lossOf(each, rows)));
      kept = {
        layers,
        name,
        run,
        more: {
          s,
          begun: losses[0],
          before: losses[1],
          heights: heights[t.bars](run, layers, stations[0]),
          signal: run.cache.map(({ h }) => rms(h)),
          size: run.deltas.map((parts) => norm(parts[0])),
          steepest: most((w, g) => Math.abs(g)),
          heaviest: most((w, g) => Math.abs(w * g)),
        },
      };
    }
    const here = weightAt(selected(t, layers));
    const frozen = t.frozen.filter((n) => n <= layers.length);
    return { ...t, ...run, ...kept.more, ...here, layers, frozen, nudged: change(here, t.nudge), removed: remove(here) };
  };
}

/** What a tower's bar is, part by part. */
const heights = {
  gradient: ({ grads }) => grads.map((parts) => parts.map(({ W }) => norm(W))),
  delta: ({ deltas }) => deltas.map((parts) => parts.map(norm)),
  moved: (_, layers, first) => layers.map((parts, l) => parts.map(({ W }, p) => norm(W.map((row, i) => row.map((w, j) => w - first[l][p].W[i][j]))))),
};

function begin(t) {
  if (t.given.weights) return t.given.weights.map((W, l) => [{ W, b: t.given.biases[l] }]);
  const [X, y] = t.examples[t.data];
  return start({ ...t, inputs: X[0].length, outputs: Math.max(...y) + 1 });
}

/** [X, y] of all examples, or of one, counted from 1. */
function rowsOf({ examples, data }, example) {
  const [X, y] = examples[data];
  const at = Math.min(example, y.length) - 1;
  return at < 0 ? [X, y] : [[X[at]], [y[at]]];
}

/** [layer, part, unit, input] from 0, within the network. */
function selected({ layer, part, weight }, layers) {
  const l = clamp(layer, 1, layers.length) - 1;
  const p = clamp(part, 1, layers[l].length) - 1;
  const { W } = layers[l][p];
  return [l, p, clamp(weight[0], 1, W.length) - 1, clamp(weight[1], 1, W[0].length) - 1];
}

function largest(layers, grads, size) {
  let [most, where] = [-1, [0, 0, 0, 0]];
  layers.forEach((parts, l) => parts.forEach(({ W }, p) => W.forEach((row, i) => row.forEach((w, j) => {
    const value = size(w, grads[l][p].W[i][j]);
    if (value > most) [most, where] = [value, [l, p, i, j]];
  }))));
  return where;
}
