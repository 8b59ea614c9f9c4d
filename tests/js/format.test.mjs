import assert from "node:assert/strict";
import { test } from "node:test";

import { num, signed, ticks } from "../../nnlib/simulations/js/kit/format.js";

test("numbers have three significant digits and a true minus", () => {
  const cases = [[0, "0"], [0.04498, "0.045"], [-1234, "−1230"], [1.2e-7, "1.2·10⁻⁷"], [-5e12, "−5·10¹²"],
    [0.25 ** 10, "9.54·10⁻⁷"], [57.665, "57.7"], [Infinity, "∞"], [NaN, "not a number"]];
  for (const [value, text] of cases) assert.equal(num(value), text);
  assert.equal(signed(0.5), "+0.5");
});

test("ticks are round and span the range", () => {
  assert.deepEqual(ticks([-6, 6], 6), [-6, -4, -2, 0, 2, 4, 6]);
  assert.deepEqual(ticks([0, 1], 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
});
