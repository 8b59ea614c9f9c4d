// Sorting, finding and walking through the heat map. Without this script the page is whole.
(() => {
  "use strict";
  const table = document.querySelector(".map table");
  const body = table && table.tBodies[0];
  if (!body || !body.rows.length) return;
  const rows = [...body.rows]; // as written: by name
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // ── sorting ──
  const [first, second] = table.tHead.rows;
  const heads = [...first.querySelectorAll("[rowspan]"), ...second.cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    const inner = cell.querySelector("a, b") || cell;
    const number = parseFloat(inner.firstChild && inner.firstChild.data);
    return Number.isNaN(number) ? -1 : number; // what was not handed in comes first
  };
  const sort = (column) => {
    const head = heads[column];
    const rising = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const keys = new Map(rows.map((row, i) => [row, column ? value(row, column) : i]));
    const sign = rising ? 1 : -1;
    const sorted = [...rows].sort((a, b) => sign * (keys.get(a) - keys.get(b)));
    body.append(...sorted);
    reach();
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  heads[0].setAttribute("aria-sort", "ascending");
  const widths = heads.map((head) => head.offsetWidth);
  heads.forEach((head, i) => { head.style.minWidth = `${widths[i]}px`; }); // filtering moves nothing

  // ── finding ──
  const form = document.querySelector(".find");
  const [text, kind] = [form.elements.text, form.elements.kind];
  const told = form.querySelector("output");
  const names = new Map(rows.map((row) => [row, plain(row.cells[0].textContent)]));
  const all = rows.length.toLocaleString("en");
  const find = () => {
    const wanted = plain(text.value.trim());
    let count = 0;
    for (const row of rows) {
      const kinds = row.dataset.kinds.split(" ").filter(Boolean);
      const fits = { "": true, any: kinds.length > 0 }[kind.value] ?? kinds.includes(kind.value);
      row.hidden = !(fits && names.get(row).includes(wanted));
      count += !row.hidden;
    }
    told.textContent = `${count.toLocaleString("en")} of ${all} students`;
    reach();
  };
  form.addEventListener("input", find);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;

  // ── walking: the map is one stop of the tab key, the arrow keys go from cell to cell ──
  const links = body.getElementsByTagName("a");
  for (const link of links) link.tabIndex = -1;
  let stop = null;
  const hold = (link) => {
    if (stop) stop.tabIndex = -1;
    stop = link;
    if (stop) stop.tabIndex = 0;
  };
  const seen = () => [...body.rows].filter((row) => !row.hidden);
  const reach = () => {
    if (!stop || stop.closest("tr").hidden) hold(seen()[0]?.querySelector("a") ?? null);
  };
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  body.addEventListener("focusin", (event) => {
    if (event.target.matches("a")) hold(event.target);
  });
  body.addEventListener("keydown", (event) => {
    const move = step[event.key];
    if (!move || !event.target.matches("a") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const visible = seen();
    let at = visible.indexOf(event.target.closest("tr"));
    let column = event.target.closest("td").cellIndex;
    for (;;) {
      at += move[0];
      column += move[1];
      const cell = visible[at]?.cells[column];
      if (!cell) return;
      const link = cell.querySelector("a");
      if (link) return link.focus();
    }
  });
  reach();
})();
