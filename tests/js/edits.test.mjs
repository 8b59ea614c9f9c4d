// The code that a reader changed: kept, placed in a newer edition, counted, erased (book/assets/edits.js).
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../book/assets/edits.js";
const { open, placed, replaced, all, erase } = globalThis.nnEdits;

function shelf(refuses = () => false) {
  const storage = Object.create({
    getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; },
    setItem(key, value) { if (refuses(value)) throw new Error("full"); this[key] = value; },
    removeItem(key) { delete this[key]; },
  });
  return storage;
}
const CELLS = ["a = 1", "b = 2", "c = 3"];

test("an entry comes back in its cell, also where that has moved", () => {
  const entries = [[0, "a = 1", "a = 10"], [1, "c = 3", "c = 30"]];
  const { fits, left } = placed(entries, CELLS);
  assert.deepEqual([...fits], [[0, "a = 10"], [2, "c = 30"]]);
  assert.deepEqual(left, []);
});

test("what fits nowhere is left, not lost; of two for one cell the first is taken", () => {
  const entries = [[1, "b = 2", "first"], [7, "gone", "mine"], [4, "b = 2", "second"]];
  const { fits, left } = placed(entries, CELLS);
  assert.deepEqual([...fits], [[1, "first"]]);
  assert.deepEqual(left, [[7, "gone", "mine"], [4, "b = 2", "second"]]);
});

test("of two cells with the same code each keeps its own", () => {
  const twins = ["check()", "check()"];
  assert.deepEqual([...placed([[1, "check()", "two"], [0, "check()", "one"]], twins).fits], [[1, "two"], [0, "one"]]);
});

test("one cell's change replaces its own entry and nobody else's", () => {
  const before = [[0, "a = 1", "a = 10"], [9, "gone", "mine"]];
  const after = replaced(before, CELLS, 1, "b = 20");
  assert.deepEqual(after, [[0, "a = 1", "a = 10"], [1, "b = 2", "b = 20"], [9, "gone", "mine"]]);
  assert.deepEqual(replaced(after, CELLS, 0, "a = 1"), [[1, "b = 2", "b = 20"], [9, "gone", "mine"]]);
});

test("kept for its page, counted, erased; other things stay", () => {
  const storage = shelf();
  storage.setItem("other", "x");
  const edits = open(() => storage, "a/b");
  assert.equal(edits.set([[0, "a", "b"]]), true);
  assert.deepEqual(open(() => storage, "a/b").get(), [[0, "a", "b"]]);
  assert.deepEqual(open(() => storage, "a/c").get(), []);
  assert.deepEqual(all(() => storage), { "a/b": 1 });
  erase(() => storage);
  assert.deepEqual(Object.keys(storage), ["other"]);
});

test("what cannot be read counts as nothing", () => {
  const storage = shelf();
  for (const text of ["{", "null", '{"a": 1}', '[[0, "a"], ["0", "a", "b"], [0, 1, "b"], null]']) {
    storage.setItem("nnlib-course:edits:a", text);
    assert.deepEqual(open(() => storage, "a").get(), []);
    assert.deepEqual(all(() => storage), {});
  }
});

test("a browser that refuses or has no room is told of", () => {
  const denied = () => { throw new Error("denied"); };
  assert.equal(open(denied, "a").set([[0, "a", "b"]]), false);
  assert.deepEqual(open(denied, "a").get(), []);
  assert.deepEqual(all(denied), {});
  erase(denied);
  assert.equal(open(() => shelf(() => true), "a").set([[0, "a", "b"]]), false);
});
