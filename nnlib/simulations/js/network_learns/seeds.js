// The same setting from six seeds, side by side.

import { h } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { frame } from "./drawing.js";
import { painter, plane, scaleOf, sized } from "./planes.js";

const [N, SIDE] = [32, 96];

export function smallMultiples(colours) {
  const picture = painter(colours);
  const views = Array.from({ length: 6 }, () => {
    const canvas = h("canvas", { role: "img", "aria-label": "not yet drawn" });
    const caption = h("figcaption");
    return { canvas, caption, grid: plane(N), el: h("figure", {}, canvas, caption) };
  });
  const el = h("div", { class: "nn-multiples", role: "group", "aria-label": "The same setting from six seeds" },
    h("p", { class: "nn-caption" }, "The same setting from six seeds; loss on training / held-out points"), views.map((view) => view.el));
  let turn = 0;

  /** Paints all, or while it trains one after another, one each time. */
  function draw(runs, all) {
    el.hidden = runs.length < 2;
    if (el.hidden) return;
    turn = (turn + 1) % runs.length;
    runs.forEach((run, k) => {
      if (!all && k !== turn) return;
      const { canvas, caption, grid } = views[k];
      grid.begin(run, true);
      grid.work();
      const map = grid.maps.at(-1)[0];
      const c = sized(canvas, SIDE, SIDE);
      c.drawImage(picture(map, N, N, scaleOf(0, 1, 1)), 0, 0, SIDE, SIDE);
      frame(c, [0, 0, SIDE, SIDE], colours.hairline, 1);
      const { loss, heldLoss, right } = run.measure();
      caption.textContent = `seed ${run.s.seed}: ${num(loss, 2)} / ${num(heldLoss, 2)}`;
      canvas.setAttribute("aria-label", `Seed ${run.s.seed}: ${Math.round(100 * right)} % of the training points right, loss ${num(loss)}, held out ${num(heldLoss)}`);
    });
  }
  return { el, draw };
}
