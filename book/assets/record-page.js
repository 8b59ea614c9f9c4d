// The page "Your record": everything that is kept, to look at, to take along, to erase.
(function () {
  "use strict";

  const { KEY, parse, merge, count, open } = globalThis.nnRecord;
  const record = open(() => localStorage);

  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") node.addEventListener(name, value);
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }
  const button = (label, click) => element("button", { type: "button", class: "nn-button", click }, label);
  const day = (at) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

  /** The title of a page, as the contents beside this page have it. */
  function titles() {
    const root = new URL(document.documentElement.dataset.content_root, location.href).href;
    const links = [...document.querySelectorAll("nav.bd-links a[href]")].filter((a) => a.href.startsWith(root));
    return new Map(links.map((a) => [a.href.slice(root.length).replace(/\.html.*/, ""), a.textContent.trim()]));
  }

  function table(caption, heads, rows) {
    const head = element("tr", {}, ...heads.map((name) => element("th", { scope: "col" }, name)));
    const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
    return element("table", { class: "table" }, element("caption", {}, caption),
      element("thead", {}, head), element("tbody", {}, ...body));
  }

  function tables(kept, changed) {
    const known = titles();
    const link = (key) => {
      const [page] = key.split("#");
      return known.has(page) ? element("a", { href: `../${page}.html` }, known.get(page)) : page;
    };
    const rows = (part, cells) => Object.entries(kept[part]).map(([key, value]) => [link(key), ...cells(value, key)]);
    const answer = ({ choice, right }, key) => [key.split("#")[1], `${"abcdefgh"[choice]}, ${right ? "right" : "not right"}`];
    const guess = ({ ask, guess }) => [ask, typeof guess === "number" ? `choice ${guess + 1}` : guess];
    const shown = [
      ["Read", ["Page", "On"], rows("read", ({ at }) => [day(at)])],
      ["First answers", ["Page", "Question", "Answer"], rows("answers", answer)],
      ["Guesses", ["Page", "Asked", "Your guess"], rows("guesses", guess)],
      ["Code", ["Page", "Cells you changed"], Object.entries(changed).map(([page, cells]) => [link(page), String(cells)])],
    ].filter(([, , found]) => found.length);
    const scroll = (node) => element("div", { class: "pst-scrollable-table-container" }, node);
    return shown.map((given) => scroll(table(...given)));
  }

  function start(place) {
    if (!record.available) {
      place.append(element("p", {}, "Your browser keeps nothing for this site: its storage is switched off or not allowed here."));
      return;
    }
    const what = element("div");
    const says = element("p", { role: "status" });
    const asks = element("div");

    function show(message = "") {
      const kept = record.get();
      const stopped = kept.last ? `You stopped in “${kept.last.title}” on ${day(kept.last.at)}.` : "";
      const changed = globalThis.nnEdits.all(() => localStorage);
      const none = count(kept) || kept.last || Object.keys(changed).length ? "" : "Nothing is kept yet.";
      what.replaceChildren(...tables(kept, changed), element("p", {}, none || stopped));
      says.textContent = message;
      asks.replaceChildren();
    }

    function exported() {
      const text = JSON.stringify(record.get(), null, 1);
      const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      const name = `nnlib-course-record-${new Date().toISOString().slice(0, 10)}.json`;
      element("a", { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
      says.textContent = `Written as ${name}.`;
    }

    async function imported(event) {
      const [file] = event.target.files;
      event.target.value = ""; // so that the same file can be chosen again
      if (!file) return;
      try {
        const given = parse(await file.text());
        const before = count(record.get());
        const done = record.update((kept) => Object.assign(kept, merge(kept, given)));
        if (!done) throw new Error("Your browser has no room for it.");
        show(`Imported ${count(given)} entries; ${count(record.get()) - before} of them are new here.`);
      } catch (error) {
        says.textContent = `${error.message} Nothing has been changed.`;
      }
    }

    function erase() {
      const sure = button("Erase everything", () => {
        record.erase();
        globalThis.nnEdits.erase(() => localStorage);
        show("Erased. Notebooks that you saved with “Run in the browser” stay; delete them there.");
        act.focus();
      });
      const keep = button("Keep it", () => (show("Kept."), act.focus()));
      says.textContent = "";
      asks.replaceChildren(
        element("p", {}, "This cannot be undone. Export first if you may want it again."),
        element("div", { class: "nn-record-acts" }, keep, sure),
      );
      keep.focus();
    }

    const file = element("input", { type: "file", accept: ".json,application/json", hidden: "", change: imported, "aria-label": "File to import" });
    const act = button("Erase…", erase);
    place.append(
      what,
      element("div", { class: "nn-record-acts" }, button("Export", exported), button("Import…", () => file.click()), act),
      file, asks, says,
    );
    show();
    addEventListener("storage", ({ key }) => (key === KEY || key === null) && show());
  }

  addEventListener("DOMContentLoaded", () => start(document.querySelector(".nn-record")));
})();
