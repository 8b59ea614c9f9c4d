// The map of the course, walked with the arrow keys: → what builds on this, ← what it builds on,
// ↑ ↓ the neighbour above or below. Without this script the map is a list of links all the same.
(function () {
  "use strict";

  function startMap(map) {
    const nodes = [...map.querySelectorAll("[data-node]")];
    const byName = new Map(nodes.map((node) => [node.dataset.node, node]));
    const edges = [...map.querySelectorAll("[data-edge]")].map((path) => {
      const [from, to] = path.dataset.edge.split(" ");
      return { path, from, to };
    });
    const chain = nodes.filter((node) => node.dataset.node.startsWith("f"));
    const links = edges.map(({ from, to }) => [from, to]);
    chain.forEach((node, i) => {
      links.push([node.dataset.node, chain[i + 1]?.dataset.node ?? "s1"]);
    });
    const after = (name) => links.filter(([from]) => from === name).map(([, to]) => to);
    const before = (name) => links.filter(([, to]) => to === name).map(([from]) => from);
    const all = (name, next, found = new Set()) => {
      for (const other of next(name)) if (!found.has(other)) all(other, next, found.add(other));
      return found;
    };
    const centre = (node) => {
      const box = node.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    /** The nearest of `names` to `node`: what shares its row comes first. */
    function nearest(node, names) {
      const [x, y] = centre(node);
      const far = (name) => {
        const [u, v] = centre(byName.get(name));
        return Math.abs(u - x) + 3 * Math.abs(v - y);
      };
      return names.sort((one, other) => far(one) - far(other))[0];
    }
    function vertical(node, sign) {
      const [x, y] = centre(node);
      const there = nodes.filter((other) => sign * (centre(other)[1] - y) > 8);
      const far = (other) => {
        const [u, v] = centre(other);
        return Math.abs(v - y) + 2 * Math.abs(u - x);
      };
      return there.sort((one, other) => far(one) - far(other))[0];
    }

    function show(node) {
      const name = node?.dataset.node;
      const [past, future] = node ? [all(name, before), all(name, after)] : [new Set(), new Set()];
      map.classList.toggle("walking", Boolean(node));
      for (const other of nodes) {
        const id = other.dataset.node;
        other.classList.toggle("here", other === node);
        other.classList.toggle("past", past.has(id));
        other.classList.toggle("future", future.has(id));
      }
      for (const { path, from, to } of edges) {
        const inPast = to === name || (past.has(to) && past.has(from));
        const inFuture = from === name || (future.has(from) && future.has(to));
        path.classList.toggle("lit", Boolean(node) && (inPast || inFuture));
      }
    }

    for (const node of nodes) {
      if (!node.hasAttribute("href")) node.tabIndex = -1; // the arrows reach it, Tab passes by
      node.addEventListener("focus", () => show(node));
      node.addEventListener("blur", () => show(null));
      const box = node.closest(".nn-step") ?? node; // with the step's architectures in it
      box.addEventListener("pointerenter", () => show(node));
      box.addEventListener("pointerleave", () => show(null));
      node.addEventListener("keydown", (event) => {
        const name = node.dataset.node;
        const goal = {
          ArrowRight: () => byName.get(nearest(node, after(name))),
          ArrowLeft: () => byName.get(nearest(node, before(name))),
          ArrowDown: () => vertical(node, 1),
          ArrowUp: () => vertical(node, -1),
        }[event.key]?.();
        if (!goal) return;
        event.preventDefault();
        goal.focus();
      });
    }
  }

  addEventListener("DOMContentLoaded", () => {
    const map = document.querySelector(".nn-map");
    if (map) startMap(map);
  });
})();
