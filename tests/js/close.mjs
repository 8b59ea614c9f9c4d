// How near JavaScript's numbers must come to NumPy's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const vectors = (name) => JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url)));

/** Equal to 1e-12, relatively; `floor` is for differences of numbers near 1 that cancel. */
export function close(actual, expected, what, floor = 0) {
  if (Array.isArray(expected)) {
    assert.equal(actual.length, expected.length, what);
    expected.forEach((value, i) => close(actual[i], value, `${what}[${i}]`, floor));
    return;
  }
  const error = Math.abs(actual - expected);
  assert.ok(error <= 1e-12 * Math.abs(expected) + floor, `${what}: ${actual}, NumPy has ${expected}`);
}
