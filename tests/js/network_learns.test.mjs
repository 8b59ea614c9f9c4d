import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, changedFrom, parsed, written } from "../../nnlib/simulations/js/network_learns/share.js";
import { sentence } from "../../nnlib/simulations/js/network_learns/words.js";
import { points, split } from "../../nnlib/simulations/js/math/points.js";
import { bases } from "../../nnlib/simulations/js/math/splines.js";
import { crossEntropy, trainer } from "../../nnlib/simulations/js/math/train.js";
import { close, vectors } from "./close.mjs";

const known = vectors("network_learns");
/** Equal to 1e-12 of each number, or of the largest among them: gradients are sums that may cancel. */
const alike = (made, expected, what) => close([...made], expected, what, 1e-12 * Math.max(...expected.map(Math.abs)));

for (const run of known.runs) {
  const { setting: s, data } = run;
  test(`${s.kind} ${s.hidden} ${s.activation} on ${data}, ${s.optimizer}, dropout ${s.dropout}, decay ${s.weight_decay}: 1 and 20 steps are NumPy's`, () => {
    const list = points(data, known.noise);
    assert.deepEqual(list.slice(0, run.points.length), run.points);
    const made = trainer(s, list);
    alike(made.theta, run.start, "start");
    made.goTo(1);
    const first = made.lastStep();
    assert.deepEqual(first.rows, run.batch);
    close(first.before, run.loss, "loss on the first batch");
    alike(first.g, run.gradient, "gradient");
    alike(made.theta, run.one, "after one step");
    made.goTo(20);
    const last = made.lastStep();
    assert.deepEqual(last.rows, run.batch20);
    close(last.before, run.loss20, "loss on the last batch");
    alike(made.theta, run.twenty, "after twenty steps");
    close(made.measure().heldLoss, run.held_loss, "held-out loss");
  });
}

test("the splines and their slopes are those of the recursion", () => {
  const out = new Float64Array(8);
  for (const { grid, x, values, slopes } of known.splines) {
    x.forEach((at, r) => {
      const first = bases(at, grid, out);
      values[r].forEach((value, k) => {
        const inside = k >= first && k < first + 4;
        close(inside ? out[k - first] : 0, value, `B${k}(${at}), grid ${grid}`, 1e-14);
        close(inside ? out[4 + k - first] : 0, slopes[r][k], `B${k}′(${at}), grid ${grid}`, 1e-13);
      });
    });
  }
});

test("every gradient is what nudging measures", () => {
  for (const s of [{}, { kind: "kan", hidden: [3], grid: 4 }, { activation: "silu", hidden: [3, 2] }]) {
    const run = trainer({ ...known.runs[0].setting, ...s }, points("moons", 0.1));
    const { net, train, theta } = run;
    const loss = (at) => crossEntropy(net.forward(at, train.X, train.n), train.t, train.n).loss;
    run.measure();
    const g = run.g.slice();
    theta.forEach((value, k) => {
      const [up, down] = [theta.slice(), theta.slice()];
      up[k] = value + 1e-5;
      down[k] = value - 1e-5;
      assert.ok(Math.abs((loss(up) - loss(down)) / 2e-5 - g[k]) < 1e-8, `parameter ${k}`);
    });
  }
});

test("any step is reached from any other to the last bit, losses included", () => {
  for (const { setting } of known.runs) {
    const ahead = trainer(setting, points("xor", 0.05));
    ahead.goTo(777);
    const wandering = trainer(setting, points("xor", 0.05));
    for (const t of [900, 3, 640, 639, 0, 776, 778, 777]) wandering.goTo(t);
    assert.deepEqual(wandering.theta, ahead.theta);
    assert.deepEqual(wandering.m, ahead.m);
    wandering.lastStep();
    assert.deepEqual(wandering.theta, ahead.theta);
    const now = [1, 2];
    assert.deepEqual(wandering.history(now), ahead.history(now));
    assert.ok(ahead.history(now).length < 300);
  }
});

test("training gives up when its time is over, and goes on later", () => {
  const run = trainer(known.runs[0].setting, points("xor", 0.05));
  let asked = 0;
  assert.equal(run.goTo(100, () => ++asked === 30), false);
  assert.equal(run.t, 30);
  assert.equal(run.goTo(100), true);
});

test("a dead unit is one with z ≤ 0 on all training points, and has no gradient", () => {
  const s = { ...known.runs[0].setting, activation: "relu", hidden: [2] };
  const run = trainer(s, points("circles", 0.05));
  run.theta.set([1, 0, 1, 0, -3, 0.2], 0); // W₁ = [[1, 0], [1, 0]], b₁ = [−3, 0.2]
  const { units } = run.measure();
  assert.deepEqual(units[0].map(({ dead }) => dead), [true, false]);
  assert.equal(units[0][0].on, 0);
  assert.equal(units[0][0].gradient, 0);
  assert.ok(units[0][1].gradient > 0 && units[0][0].highest < 0);
  const flat = trainer({ ...s, activation: "tanh" }, points("circles", 0.05));
  flat.theta.set([0, 0, 1, 0, 9, 0.2], 0);
  assert.deepEqual(flat.measure().units[0].map(({ flat }) => flat), [true, false]);
});

test("no points, one point, and points of one class are no error", () => {
  const s = known.runs[0].setting;
  const none = trainer(s, []);
  assert.equal(none.goTo(50), true);
  assert.equal(none.t, 0);
  assert.equal(sentence(none, [none.measure()], null), "No points yet: choose a class and draw.");
  const one = trainer(s, [[0.3, 0.2, 1]]);
  one.goTo(50);
  const now = one.measure();
  assert.ok(now.loss < 0.4); // it was ln 2
  assert.match(sentence(one, [now], null), /After 50 steps the training loss is .*; no point is held out yet; 100 %/);
});

test("pairs are held out in turn, so that both parts have both classes", () => {
  for (const name of ["circles", "moons", "spirals", "xor"]) {
    const { train, held } = split(points(name, 0));
    assert.deepEqual([train.n, held.n], [100, 100]);
    for (const { t } of [train, held]) assert.equal(t.reduce((a, b) => a + b), 50);
  }
});

test("the defaults are Python's", () => assert.deepEqual(DEFAULTS, known.defaults));

test("a link says what differs, and is read back", () => {
  const state = { ...DEFAULTS, data: "drawn", points: [[-0.05, 0.2, 1], [1, -1, 0]], hidden: [8, 2], lr: 0.3, seeds: true, steps: 0 };
  const text = written(changedFrom(state));
  assert.equal(text, "network=data=drawn;points=-5.20.1_100.-100.0;hidden=8-2;lr=0.3;seeds=1;steps=0");
  assert.deepEqual(parsed(text), { state, refused: [] });
  assert.deepEqual(parsed(encodeURI(text)), { state, refused: [] });
  assert.equal(parsed("section-2"), null);
});

test("nonsense in a link is named and ignored", () => {
  const { state, refused } = parsed("network=data=mars;hidden=9;hidden=;lr=;lr=1e9;lr=NaN;steps=1.5;seed=-1;points=1.2;points=1.2.2;seeds=2;toString=1;=;nothing;dropout=0.2");
  assert.deepEqual(state, { ...DEFAULTS, dropout: 0.2 });
  assert.equal(refused.length, 14);
});
