// The code that a reader changes in pages: the editor, and what is kept of it. Kept is, in localStorage,
// a list a page, [[cell, original, changed], …]. An entry belongs to the cell whose code its original is,
// wherever that stands in a newer edition; where none is left, it stays in the list. live.js writes it,
// record-page.js counts and erases.
(function () {
  "use strict";

  const PREFIX = "nnlib-course:edits:";
  const isEntry = (entry) =>
    Array.isArray(entry) && entry.length === 3 && Number.isInteger(entry[0]) && entry.slice(1).every((text) => typeof text === "string");

  function storageOf(getStorage) {
    try {
      const storage = getStorage();
      storage.getItem(PREFIX);
      return storage;
    } catch {
      return null; // switched off, or not allowed here
    }
  }

  /** What is kept of `page`: foundations/04_backprop. What cannot be read counts as nothing. */
  function open(getStorage, page) {
    const storage = storageOf(getStorage);
    return {
      get() {
        try {
          const found = JSON.parse(storage.getItem(PREFIX + page));
          return Array.isArray(found) ? found.filter(isEntry) : [];
        } catch {
          return [];
        }
      },
      /** Keep `entries` in place of what was; whether they could be kept. */
      set(entries) {
        try {
          if (entries.length) storage.setItem(PREFIX + page, JSON.stringify(entries));
          else storage.removeItem(PREFIX + page);
          return true;
        } catch {
          return false;
        }
      },
    };
  }

  /** {fits: Map of place → changed, left: entries}; `sources` is the code of the page's cells as it came. */
  function placed(entries, sources) {
    const fits = new Map();
    const left = [];
    for (const entry of entries) {
      const [number, original, changed] = entry;
      const place = sources[number] === original ? number : sources.indexOf(original);
      if (place < 0 || fits.has(place)) left.push(entry);
      else fits.set(place, changed);
    }
    return { fits, left };
  }

  /** The entries with the code of one cell as it is now: another page open beside may have changed others. */
  function replaced(entries, sources, place, code) {
    const { fits, left } = placed(entries, sources);
    fits.delete(place);
    if (code !== sources[place]) fits.set(place, code);
    return [...[...fits].map(([at, changed]) => [at, sources[at], changed]), ...left];
  }

  /** {page: number of changed cells} of all pages. */
  function all(getStorage) {
    const storage = storageOf(getStorage);
    const keys = Object.keys(storage ?? {}).filter((key) => key.startsWith(PREFIX));
    const pages = keys.map((key) => key.slice(PREFIX.length));
    const counts = pages.map((page) => [page, open(getStorage, page).get().length]);
    return Object.fromEntries(counts.filter(([, count]) => count));
  }

  function erase(getStorage) {
    const storage = storageOf(getStorage);
    for (const key of Object.keys(storage ?? {})) if (key.startsWith(PREFIX)) storage.removeItem(key);
  }

  function textOf(copy) {
    for (const br of copy.querySelectorAll("br")) br.replaceWith("\n"); // browsers may break a line with one
    return copy.textContent;
  }
  const codeOf = (pre) => textOf(pre.cloneNode(true)).replace(/\n$/, "");

  /** A new line begins where the one before it began, and four spaces further after a colon. */
  function lineBreak(pre) {
    const caret = document.getSelection().getRangeAt(0);
    const before = document.createRange();
    before.setStart(pre, 0);
    before.setEnd(caret.startContainer, caret.startOffset);
    const line = textOf(before.cloneContents()).split("\n").at(-1);
    return `\n${line.match(/^ */)[0]}${/:\s*$/.test(line) ? "    " : ""}`;
  }

  /** The code itself is the editor. Tab indents after a click or typing only; Escape gives it back. */
  function makeEditable(pre, ariaLabel, { run, changed }) {
    let inside = false;
    const insert = (text) => document.execCommand("insertText", false, text);
    Object.assign(pre, { contentEditable: "plaintext-only", spellcheck: false, role: "textbox", ariaMultiLine: "true", ariaLabel });
    pre.onmousedown = () => (inside = true);
    pre.onblur = () => (inside = false);
    pre.oninput = () => (inside = true) && changed();
    pre.onkeydown = (event) => {
      event.stopPropagation(); // the page's own keys, as / for the search, are letters here
      if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) run();
      else if (event.key === "Enter" && !event.isComposing) insert(lineBreak(pre));
      else if (event.key === "Tab" && inside && !event.shiftKey) insert("    ");
      else if (event.key === "Escape") inside = false;
      else return;
      event.preventDefault();
    };
  }

  globalThis.nnEdits = { open, placed, replaced, all, erase, codeOf, makeEditable };
})();
