// A network as nodes and edges, left to right. Fills are signed values; numbers stand where they act.
//
//   const net = network(sim, { label: "A 2-3-1 network", height: 320, onSelect: (id) => … });
//   net.draw({
//     columns: [{ title: "inputs", nodes: [{ id: "x1", value: 0.5, name: "x₁", text: "0.5", note: "" }] }, …],
//     edges: [{ id: "w11", from: "x1", to: "h1", value: 0.8, text: "0.8" }],
//     selected: "w11", scale: 1,
//   });
//
// A node or edge may carry `state`: "forward", "backward" (outlined in that role), "frozen" (hatched),
// "quiet" (set back); and `say`: what a screen reader hears instead of its name and text.
// One tab stop: ↑ ↓ walk through nodes and edges, Enter or Space selects. ← → stay the transport's.

import "./network.css";
import { h, painter, svg } from "./dom.js";
import { signedFill } from "./colour.js";

export function network(sim, { label, height = 320, radius = 22, onSelect }) {
  const uid = `nn-${Math.random().toString(36).slice(2)}`;
  const hatch = svg("pattern", { id: uid, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("line", { y2: 6, class: "nn-hatch" }));
  const edgeLayer = svg("g");
  const nodeLayer = svg("g");
  const figure = svg("svg", { role: "group", class: "nn-network", height, "aria-label": label }, svg("defs", {}, hatch), edgeLayer, nodeLayer);
  const el = h("div", { class: "nn-figure" }, figure);
  const edges = painter(edgeLayer);
  const nodes = painter(nodeLayer);
  let width = 320;
  let current = null; // the id that holds the one tab stop
  let order = [];
  sim.onResize(el, (w) => (width = Math.floor(w) || width));

  /** { id: [x, y] }: columns spread over the width, nodes centred in each. */
  function layout(columns) {
    const top = columns.some((column) => column.title) ? 22 : 4;
    const at = {};
    columns.forEach(({ nodes: list }, c) => {
      const x = radius + 8 + (columns.length === 1 ? 0.5 : c / (columns.length - 1)) * (width - 2 * radius - 16);
      list.forEach(({ id }, i) => (at[id] = [x, top + ((i + 0.5) / list.length) * (height - top - 4)]));
    });
    return at;
  }

  function interactive(item, kind, selected) {
    order.push(item.id);
    const say = item.say ?? [item.name, item.text].filter(Boolean).join(" = ");
    const base = { class: `nn-${kind} nn-${item.state ?? "plain"} ${selected === item.id ? "nn-selected" : ""}`, "data-id": item.id };
    if (!onSelect) return { ...base, role: "img", "aria-label": say };
    return { ...base, role: "button", "aria-label": say, "aria-pressed": String(selected === item.id), tabindex: item.id === current ? 0 : -1 };
  }

  function draw({ columns, edges: list, selected, scale = 1 }) {
    figure.setAttribute("width", width);
    const at = layout(columns);
    const ids = [...columns.flatMap((column) => column.nodes), ...list].map((item) => item.id);
    if (!ids.includes(current)) current = ids[0];
    order = [];
    columns.forEach((column, c) => drawColumn(column, c, at, selected, scale));
    list.forEach((edge, i) => drawEdge(edge, i, at, selected, scale));
    edges.sweep();
    nodes.sweep();
  }

  function drawColumn({ title, nodes: list }, c, at, selected, scale) {
    if (title && list.length) nodes.paint(`title${c}`, "text", { x: at[list[0].id][0], y: 13, class: "nn-tick", "text-anchor": c === 0 ? "start" : "middle", dx: c === 0 ? -radius : 0 }, title);
    for (const node of list) {
      const [x, y] = at[node.id];
      const g = nodes.paint(node.id, "g", { ...interactive(node, "node", selected), transform: `translate(${x} ${y})` });
      g.painter ??= painter(g);
      const { paint, sweep } = g.painter;
      paint("disc", "circle", { r: radius, fill: signedFill(node.value ?? 0, scale) });
      if (node.state === "frozen") paint("hatch", "circle", { r: radius, fill: `url(#${uid})`, stroke: "none" });
      paint("text", "text", { y: 5, "text-anchor": "middle", class: "nn-text" }, node.text ?? "");
      if (node.name) paint("name", "text", { y: -radius - 5, "text-anchor": "middle", class: "nn-tick" }, node.name);
      if (node.note) paint("note", "text", { y: radius + 14, "text-anchor": "middle", class: "nn-tick nn-note" }, node.note);
      sweep();
    }
  }

  function drawEdge(edge, i, at, selected, scale) {
    const [[x1, y1], [x2, y2]] = [at[edge.from], at[edge.to]];
    const g = edges.paint(edge.id, "g", interactive(edge, "edge", selected));
    g.painter ??= painter(g);
    const { paint, sweep } = g.painter;
    const ends = { x1, y1, x2, y2 };
    const size = Math.min(1, Math.abs(edge.value ?? 0) / scale) || 0;
    paint("hit", "line", { ...ends, class: "nn-hit-line" });
    paint("line", "line", { ...ends, class: "nn-edge-line", stroke: edge.value < 0 ? "var(--nn-negative)" : "var(--nn-positive)", "stroke-width": (1 + 5 * size).toFixed(2), "stroke-dasharray": edge.state === "frozen" ? "3 4" : null });
    if (edge.text) {
      const t = edge.at ?? 0.3 + 0.16 * (i % 3); // staggered, so that crossing edges keep their numbers apart
      paint("text", "text", { x: x1 + t * (x2 - x1), y: y1 + t * (y2 - y1) + 4, "text-anchor": "middle", class: "nn-text nn-on-line" }, edge.text);
    }
    sweep();
  }

  const focus = (id) => {
    current = id;
    for (const item of figure.querySelectorAll("[data-id]")) {
      item.setAttribute("tabindex", item.dataset.id === id ? 0 : -1);
      if (item.dataset.id === id) item.focus({ preventScroll: true });
    }
    sim.invalidate();
  };
  if (onSelect) {
    figure.addEventListener("click", (event) => {
      const id = event.target.closest("[data-id]")?.dataset.id;
      if (id == null) return;
      focus(id);
      onSelect(id);
    });
    figure.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by) focus(order[(order.indexOf(current) + by + order.length) % order.length]);
      else if (event.key === "Enter" || event.key === " ") onSelect(current);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }
  return { el, draw };
}
