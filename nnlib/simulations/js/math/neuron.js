// One neuron a = φ(w·(x + c) + b) and its training by gradient descent on ½(a − t)²,
// averaged over the examples. φ is the leaky ReLU; slope 0 on the left makes it ReLU.

import { leaky } from "./activations.js";

/** Petal length and width in cm of every fifth of Fisher's 150 irises (1936); nnlib.data.iris()[::5]. */
export const PETALS = [
  [1.4, 0.2], [1.7, 0.4], [1.5, 0.2], [1.5, 0.4], [1.7, 0.2], [1.6, 0.2], [1.6, 0.2], [1.2, 0.2], [1.3, 0.3], [1.4, 0.3],
  [4.7, 1.4], [4.5, 1.3], [3.5, 1.0], [4.4, 1.4], [4.8, 1.8], [4.4, 1.4], [3.8, 1.1], [4.5, 1.6], [4.4, 1.2], [4.2, 1.2],
  [6.0, 2.5], [6.6, 2.1], [5.1, 2.0], [5.3, 2.3], [5.7, 2.3], [6.0, 1.8], [6.1, 1.9], [6.1, 2.3], [5.6, 2.4], [5.2, 2.3],
];

/** Forward and backward over all flowers: { z, loss, dw, db, on } at [w, b]. `on` counts z > 0. */
export function look([w, b], { c, alpha }) {
  const { f, df } = leaky(alpha);
  const n = PETALS.length;
  const z = PETALS.map(([x]) => w * (x + c) + b);
  let [loss, dw, db] = [0, 0, 0];
  PETALS.forEach(([x, t], i) => {
    const error = f(z[i]) - t;
    const delta = (error / n) * df(z[i]);
    loss += (error * error) / (2 * n);
    dw += delta * (x + c);
    db += delta;
  });
  return { z, loss, dw, db, on: z.filter((v) => v > 0).length };
}

/** The parameters after one step downhill. */
export function step(parameters, { rate, c, alpha }) {
  const { dw, db } = look(parameters, { c, alpha });
  return [parameters[0] - rate * dw, parameters[1] - rate * db];
}
