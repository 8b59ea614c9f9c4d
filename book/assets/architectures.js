// The table of all architectures: sorted by its heads, narrowed by words and by family.
// Without this script it is a plain table in the order of the steps.
(function () {
  "use strict";

  const order = new Intl.Collator("en", { numeric: true }).compare;
  /** Letters without case and marks, figures without height: "Arık" is found as arik, D² as d2. */
  const plain = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ı", "i").toLowerCase();

  function start(root) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    const [search, family, count] = [find("search"), find("family"), find("count")];
    const body = root.querySelector("tbody");
    const rows = [...body.rows];
    const words = new Map(rows.map((row) => [row, plain(row.textContent)]));
    const heads = [...root.querySelectorAll("th[data-sort]")];

    function sortBy(head) {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const key = ({ cells }) => {
        const cell = cells[head.cellIndex];
        return cell.dataset.key ?? cell.textContent;
      };
      body.append(...[...rows].sort((one, other) => sign * order(key(one), key(other))));
    }

    function narrow() {
      const wanted = plain(search.value).split(/\s+/);
      let shown = 0;
      for (const row of rows) {
        const fits = !family.value || row.dataset.family === family.value;
        row.hidden = !(fits && wanted.every((word) => words.get(row).includes(word)));
        shown += !row.hidden;
      }
      count.textContent = `${shown} of ${rows.length} architectures`;
    }

    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(head));
      head.append(button);
    }
    search.addEventListener("input", narrow);
    family.addEventListener("change", narrow);
    root.querySelector(".nn-find").hidden = false;
    narrow(); // what a browser filled in again when the reader came back
  }

  addEventListener("DOMContentLoaded", () => {
    const root = document.querySelector(".nn-catalog");
    if (root) start(root);
  });
})();
