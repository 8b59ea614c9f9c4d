// Points of two classes in the plane, from [-1, 1]²; nnlib/simulations/learning.py makes the same ones.
// They are fixed but for the noise, whose size alone is chosen. Every second pair is held out.

import { mulberry32, normal } from "./random.js";

const COUNT = 200;
const EDGE = 1.15; // noise carries no point further out
const { PI, cos, sin } = Math;

/** A stream of its own for each purpose and number: mixed as in Python, in whole numbers of 32 bits. */
export const stream = (seed, kind, n) =>
  mulberry32((Math.imul(seed, 0x9e3779b1) + Math.imul(kind, 0x85ebca6b) + Math.imul(n, 0xc2b2ae35)) >>> 0);

const polar = (r, angle) => [r * cos(angle), r * sin(angle)];

/** name → the point of class k, from two uniform numbers. */
const SHAPES = {
  circles: (k, u) => polar(k ? 0.35 : 0.85, 2 * PI * u),
  moons: (k, u) => (k ? [0.3 - 0.6 * cos(PI * u), 0.15 - 0.6 * sin(PI * u)] : [0.6 * cos(PI * u) - 0.3, 0.6 * sin(PI * u) - 0.15]),
  spirals: (k, u) => polar(0.08 + 0.84 * u, PI * (2.5 * u + k)),
  xor: (k, u, v) => {
    const [x, y] = [0.08 + 0.84 * u, 0.08 + 0.84 * Math.abs(2 * v - 1)];
    const up = v < 0.5 ? -1 : 1;
    return [x * (k ? -up : up), y * up];
  },
};
export const SHAPE_NAMES = Object.keys(SHAPES);

/** [[x₁, x₂, class], …] of a data set; with three decimals, so that two languages agree to the last bit. */
export function points(name, noise) {
  const random = stream(0, 1, SHAPE_NAMES.indexOf(name));
  const draw = normal(random);
  const rounded = (v) => Math.floor(Math.max(-EDGE, Math.min(EDGE, v)) * 1000 + 0.5) / 1000;
  return Array.from({ length: COUNT }, (_, i) => {
    const k = i % 2;
    const [u, v] = [random(), random()];
    const [x, y] = SHAPES[name](k, u, v);
    return [rounded(x + noise * draw()), rounded(y + noise * draw()), k];
  });
}

/** { X (n × 2), t (n), n } of the training points and of those held out: pairs in turn. */
export function split(list) {
  const pack = (rows) => ({
    X: Float64Array.from(rows.flatMap(([x, y]) => [x, y])),
    t: Float64Array.from(rows.map((row) => row[2])),
    n: rows.length,
  });
  const held = (_, i) => (i >> 1) % 2 === 1;
  return { train: pack(list.filter((row, i) => !held(row, i))), held: pack(list.filter(held)) };
}
