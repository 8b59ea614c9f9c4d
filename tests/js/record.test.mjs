// The reader's record: read, merged, kept, refused (book/assets/record.js).
import assert from "node:assert/strict";
import { test } from "node:test";

import "../../book/assets/record.js";

const { KEY, empty, parse, merge, count, open } = globalThis.nnRecord;
const at = (day) => `2026-11-${String(day).padStart(2, "0")}T10:00:00.000Z`;
const full = () => ({
  ...empty(),
  read: { "foundations/04_backprop": { at: at(20) } },
  answers: { "foundations/04_backprop#paths-add": { at: at(20), choice: 1, right: false } },
  guesses: { "steps/01_feedforward#how-many": { at: at(21), ask: "How many?", guess: "three" } },
  last: { at: at(21), page: "steps/01_feedforward", title: "Step 1", section: "start" },
});

function memory(start = {}) {
  const kept = new Map(Object.entries(start));
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

test("what was written is read", () => {
  assert.deepEqual(parse(JSON.stringify(full())), full());
  assert.equal(count(full()), 3);
});

test("what is no record is refused in words", () => {
  const refuse = (value, words) =>
    assert.throws(() => parse(typeof value === "string" ? value : JSON.stringify(value)), words);
  refuse("not json", /not JSON/);
  refuse([], /not a record of this course/);
  refuse({ version: 1 }, /not a record of this course/);
  refuse({ ...full(), version: 2 }, /version 2/);
  refuse({ ...full(), read: [] }, /no part "read"/);
  refuse({ ...full(), read: { "javascript:alert(1)": { at: at(1) } } }, /javascript:alert/);
  refuse({ ...full(), read: { "a/b": { at: "yesterday" } } }, /"a\/b" in "read"/);
  refuse({ ...full(), answers: { "a#b": { at: at(1), choice: -1, right: true } } }, /a#b/);
  refuse({ ...full(), guesses: { "a#b": { at: at(1), ask: "?", guess: {} } } }, /a#b/);
  refuse({ ...full(), guesses: { "a#b": { at: at(1), ask: "?", guess: "x".repeat(3000) } } }, /a#b/);
  refuse({ ...full(), last: { page: "../../etc" } }, /"last"/);
});

test("what is not known is left out, and no prototype is touched", () => {
  const text = JSON.stringify(full()).replace('"read":{', '"extra":1,"read":{"__proto__":{"at":"2026-11-01T00:00:00Z","x":1},');
  const read = parse(text);
  assert.equal(read.extra, undefined);
  assert.deepEqual(Object.keys(read.read), ["__proto__", "foundations/04_backprop"]);
  assert.equal(Object.getPrototypeOf(read.read), Object.prototype);
});

test("merging keeps the first answer, the last guess, and everything else", () => {
  const other = {
    ...empty(),
    read: { "foundations/04_backprop": { at: at(25) }, "foundations/01_neurons": { at: at(5) } },
    answers: { "foundations/04_backprop#paths-add": { at: at(25), choice: 0, right: true } },
    guesses: { "steps/01_feedforward#how-many": { at: at(25), ask: "How many?", guess: "six" } },
    last: { at: at(5), page: "foundations/01_neurons", title: "01", section: "" },
  };
  for (const merged of [merge(full(), other), merge(other, full())]) {
    assert.equal(merged.read["foundations/04_backprop"].at, at(20));
    assert.equal(merged.read["foundations/01_neurons"].at, at(5));
    assert.equal(merged.answers["foundations/04_backprop#paths-add"].right, false);
    assert.equal(merged.guesses["steps/01_feedforward#how-many"].guess, "six");
    assert.equal(merged.last.page, "steps/01_feedforward");
  }
});

test("two open pages do not overwrite each other", () => {
  const storage = memory();
  const [one, other] = [open(() => storage), open(() => storage)];
  one.update((record) => (record.read.a = { at: at(1) }));
  other.update((record) => (record.read.b = { at: at(2) }));
  assert.deepEqual(Object.keys(one.get().read), ["a", "b"]);
  one.erase();
  assert.equal(storage.kept.size, 0);
});

test("a browser that refuses is no error", () => {
  const refused = open(() => {
    throw new Error("SecurityError");
  });
  assert.equal(refused.available, false);
  assert.equal(refused.update(() => {}), false);
  assert.deepEqual(refused.get(), empty());
  refused.erase();
  const noRoom = open(() => ({ ...memory(), setItem: () => { throw new Error("QuotaExceededError"); } }));
  assert.equal(noRoom.update(() => {}), false);
});

test("an entry that could not be read again is refused, and hides no other", () => {
  const record = open(() => memory());
  assert.equal(record.update((r) => (r.read.a = { at: at(1) })), true);
  assert.equal(record.update((r) => (r.guesses["a#sim-my question"] = { at: at(1), ask: "?", guess: 0 })), false);
  assert.deepEqual(record.get().read, { a: { at: at(1) } });
});

test("a record that cannot be read is put aside, not overwritten", () => {
  const storage = memory({ [KEY]: '{"format":"nnlib-course record","version":7}' });
  const record = open(() => storage);
  assert.deepEqual(record.get(), empty());
  record.update((r) => (r.read.a = { at: at(1) }));
  assert.match(storage.kept.get(`${KEY}:unreadable`), /"version":7/);
  assert.deepEqual(record.get().read, { a: { at: at(1) } });
});
