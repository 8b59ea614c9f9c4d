// What the reader's own browser keeps: pages read, first answers, guesses, where the reader stopped.
// One JSON text in localStorage; nothing leaves the browser. No DOM here.
//
//   {format, version: 1,
//    read:    {page: {at}},
//    answers: {"page#question": {at, choice, right}},     the first choice that was opened
//    guesses: {"page#question": {at, ask, guess}},        a text, or a choice of a simulation
//    last:    {at, page, title, section} or null}
(function () {
  "use strict";

  const KEY = "nnlib-course:record";
  const ASIDE = `${KEY}:unreadable`;
  const FORMAT = "nnlib-course record";
  const PAGE = /^\w+(\/\w+)*$/;
  const PLACE = /^\w+(\/\w+)*#[\w-]+$/;
  const empty = () => ({ format: FORMAT, version: 1, read: {}, answers: {}, guesses: {}, last: null });

  const isText = (value) => typeof value === "string" && value.length <= 2000;
  const isTime = (value) => isText(value) && !Number.isNaN(Date.parse(value));
  const isCount = (value) => Number.isInteger(value) && value >= 0;
  const SHAPES = {
    read: [PAGE, { at: isTime }],
    answers: [PLACE, { at: isTime, choice: (value) => isCount(value) && value < 8, right: (value) => typeof value === "boolean" }],
    guesses: [PLACE, { at: isTime, ask: isText, guess: (value) => isText(value) || isCount(value) }],
  };
  const LAST = { at: isTime, page: (value) => isText(value) && PAGE.test(value), title: isText, section: isText };

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const fits = (shape, value) =>
    isObject(value) && Object.entries(shape).every(([name, is]) => is(value[name]));
  const only = (shape, value) => Object.fromEntries(Object.keys(shape).map((name) => [name, value[name]]));

  /** The record that `text` holds; an Error that a reader understands when it holds none. */
  function parse(text) {
    let given;
    try {
      given = JSON.parse(text);
    } catch {
      throw new Error("This file is not a record: it is not JSON.");
    }
    if (!isObject(given) || given.format !== FORMAT) {
      throw new Error("This file is not a record of this course.");
    }
    if (given.version !== 1) {
      throw new Error(`This record has version ${String(given.version).slice(0, 20)}; this page reads version 1.`);
    }
    const record = empty();
    for (const [part, [key, shape]] of Object.entries(SHAPES)) {
      if (!isObject(given[part])) throw new Error(`This record has no part "${part}".`);
      for (const [name, value] of Object.entries(given[part])) {
        if (!key.test(name) || !fits(shape, value)) {
          throw new Error(`The entry "${name.slice(0, 80)}" in "${part}" cannot be read.`);
        }
      }
      record[part] = Object.fromEntries(
        Object.entries(given[part]).map(([name, value]) => [name, only(shape, value)]),
      );
    }
    if (given.last !== null && !fits(LAST, given.last)) {
      throw new Error('The entry "last" cannot be read.');
    }
    record.last = given.last && only(LAST, given.last);
    return record;
  }

  /** Both records in one: the earlier reading and answer, the later guess and place. */
  function merge(one, other) {
    const pick = (part, later) => {
      const merged = { ...one[part] };
      for (const [name, value] of Object.entries(other[part])) {
        const mine = Object.hasOwn(merged, name) ? merged[name] : null;
        const isLater = mine && Date.parse(value.at) > Date.parse(mine.at);
        if (!mine || isLater === later) merged[name] = value;
      }
      return merged;
    };
    const places = [one.last, other.last].filter(Boolean);
    places.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
    return {
      ...empty(),
      read: pick("read", false),
      answers: pick("answers", false),
      guesses: pick("guesses", true),
      last: places[0] ?? null,
    };
  }

  const count = (record) =>
    ["read", "answers", "guesses"].reduce((sum, part) => sum + Object.keys(record[part]).length, 0);

  /** What `getStorage()` keeps. Read afresh each time, so that two open pages do not overwrite each
   *  other. Where the browser refuses, `available` is false and every reading is empty. */
  function open(getStorage) {
    let storage = null;
    try {
      storage = getStorage();
      storage.getItem(KEY);
    } catch {
      storage = null;
    }
    const read = () => {
      const text = storage?.getItem(KEY) ?? null;
      if (text === null) return { record: empty() };
      try {
        return { record: parse(text) };
      } catch {
        return { record: empty(), unreadable: text };
      }
    };
    return {
      get available() {
        return storage !== null;
      },
      get: () => read().record,
      /** Change the record by `change(record)`; whether it could be kept. */
      update(change) {
        if (!storage) return false;
        const { record, unreadable } = read();
        change(record);
        try {
          const text = JSON.stringify(record);
          parse(text); // one entry that cannot be read would hide all others
          const aside = [storage.getItem(ASIDE), unreadable].filter(Boolean).join("\n"); // somebody may want it
          if (unreadable) storage.setItem(ASIDE, aside);
          storage.setItem(KEY, text);
          return true;
        } catch {
          return false; // no room, or only to be read
        }
      },
      erase() {
        storage?.removeItem(KEY);
        storage?.removeItem(ASIDE);
      },
    };
  }

  globalThis.nnRecord = { KEY, empty, parse, merge, count, open };
})();
