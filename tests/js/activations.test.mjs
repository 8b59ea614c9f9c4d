import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIVATIONS, activation, chain, erfc, flatZones, softmax, softmaxJacobian } from "../../nnlib/simulations/js/math/activations.js";
import { PETALS, look, step } from "../../nnlib/simulations/js/math/neuron.js";
import { close, vectors } from "./close.mjs";

const known = vectors("activation_gallery");
const CANCELS = 1e-15; // 1 − tanh² and Φ + zφ lose what is common to both terms, in NumPy too

for (const [name, { f, df }] of Object.entries(known.activations)) {
  test(`${name} and its derivative are NumPy's, also at ±800`, () => {
    const phi = name === "leaky_relu_0.2" ? activation("leaky_relu", 0.2) : ACTIVATIONS[name];
    close(known.z.map(phi.f), f, "f");
    close(known.z.map(phi.df), df, "df", CANCELS);
  });
}

test("erfc keeps its relative accuracy where 1 − erf has none left", () => {
  close(erfc(0), 1, "erfc(0)");
  close(erfc(2) + erfc(-2), 2, "erfc(2) + erfc(−2)");
  close(erfc(5), 1.5374597944280348502e-12, "erfc(5)");
  close(erfc(26), 5.663192408856142846e-296, "erfc(26)");
});

test("softmax and its Jacobian are NumPy's; 100 more on every logit changes nothing", () => {
  for (const { logits, p, jacobian } of known.softmax) {
    close(softmax(logits), p, "p", 1e-300);
    softmaxJacobian(softmax(logits)).forEach((row, i) => close(row, jacobian[i], `row ${i}`, 1e-16));
  }
  assert.deepEqual(softmax([2, 1, -1]), softmax([102, 101, 99]));
});

test("a chain's factors and products are NumPy's", () => {
  for (const { given, factors, reaching } of known.chains) {
    const made = chain(ACTIVATIONS[given.name], given);
    close(made.factors, factors, `factors of ${given.name}`);
    close(made.reaching, reaching, `product of ${given.name}`);
  }
  const sigmoids = chain(ACTIVATIONS.sigmoid, { z: 0, w: 1, n: 10, run: false });
  close(sigmoids.reaching[0], 0.25 ** 10, "ten sigmoids at their steepest");
});

test("the petals are those of nnlib.data, and the neuron learns and dies as in NumPy", () => {
  assert.deepEqual(PETALS, known.petals);
  for (const { given, first, last } of known.neurons) {
    let at = [given.w, given.b];
    const { loss, dw, db, on } = look(at, given);
    close([loss, dw, db, on], [first.loss, first.dw, first.db, first.on], "first look", 1e-15);
    for (let i = 0; i < given.steps; i++) at = step(at, given);
    close(at, last, "last parameters");
  }
});

test("a dead neuron's gradient is exactly zero", () => {
  const { dw, db, on } = look([-1.4, -0.5], { c: 0, alpha: 0 });
  assert.deepEqual([dw + 0, db + 0, on], [0, 0, 0]);
});

test("flat zones lie where the slope stays below one per cent", () => {
  const { below, above } = flatZones(ACTIVATIONS.sigmoid);
  close(ACTIVATIONS.sigmoid.df(above), 0.01, "slope at the edge");
  close(below, -above, "symmetric");
  assert.deepEqual(flatZones(ACTIVATIONS.identity), { below: null, above: null });
  assert.ok(Math.abs(flatZones(ACTIVATIONS.relu).below) < 1e-12);
  assert.equal(flatZones(activation("leaky_relu", 0.2)).below, null);
});
