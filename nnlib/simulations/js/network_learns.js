// A network learns: points in the plane, a small network, and everything that happens while it is trained:
// the boundary, each unit's own picture, the gradient of each layer, one update at a time.

import "./kit/kit.css";
import "./network_learns/network_learns.css";
import { h } from "./kit/dom.js";
import { simulation } from "./kit/simulation.js";
import { transport } from "./kit/transport.js";
import { drawing, unitName } from "./network_learns/drawing.js";
import { engine, MOST } from "./network_learns/engine.js";
import { losses } from "./network_learns/losses.js";
import { output } from "./network_learns/output.js";
import { plane, themeColours } from "./network_learns/planes.js";
import { smallMultiples } from "./network_learns/seeds.js";
import { settings } from "./network_learns/settings.js";
import { changedFrom, DEFAULTS, sharing } from "./network_learns/share.js";
import { unitPanel } from "./network_learns/unit.js";
import { code, sentence } from "./network_learns/words.js";

const TRAITS = [...Object.keys(DEFAULTS), "selected"];
const PAINT = 5; // milliseconds a frame for pictures of the plane, while it trains
const OUTPUT = 7; // how the output is called in the trait `selected`, however deep the network
const READ = 250; // milliseconds between two texts, while it trains

function render({ model, el }) {
  const sim = simulation({
    model,
    el,
    title: "What does a network learn, and what keeps it from learning?",
    lead: "Press play, then point at a unit to see what it makes of the plane. Hatched units are dead.",
    traits: TRAITS,
  });
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, sim.get(name)]));
  const live = engine(sim);
  const colours = themeColours(sim);
  const grid = plane(64);
  let hovered = null;
  const stage = {
    net: drawing(sim, colours, ([l, i]) => sim.set({ selected: [l > sim.get("hidden").length ? OUTPUT : l, i, sim.get("selected")[2]] }), (unit) => {
      if (String(unit) === String(hovered)) return;
      hovered = unit;
      sim.invalidate();
    }),
    out: output(sim, colours),
    losses: losses(sim),
    unit: unitPanel(sim),
    seeds: smallMultiples(colours),
  };
  const run = transport(sim, {
    step: () => (run.playing() ? sim.invalidate() : sim.set({ steps: live.main.t + 1 })),
    back: () => sim.set({ steps: live.main.t - 1 }),
    reset: () => sim.set({ steps: 0 }),
    done: () => sim.get("steps") >= MOST || !live.main?.train.n,
    canBack: () => sim.get("steps") > 0,
    every: 100,
  });
  const share = sharing(sim);
  const controls = settings(sim, share.el);
  const caption = h("p", { class: "nn-caption" });
  const legend = h("p", { class: "nn-caption" }, "filled: training · hollow: held out · ringed: batch");
  sim.stage.append(
    h("div", { class: "nn-row" }, run.el), // first, so that on a phone it is in sight of the plane
    share.said,
    h("div", { class: "nn-learns" },
      h("div", { class: "nn-side" }, stage.net.el, stage.unit.el),
      h("div", { class: "nn-side nn-first" }, caption, stage.out.el, legend, stage.out.tools, stage.losses.el)),
    stage.seeds.el,
  );
  sim.controls.append(...controls.el);

  let [read, begun] = [0, -1];
  let ready = false; // a whole picture waits: while it trains, frames that draw do nothing else
  sim.draw(() => {
    if (!colours.bg) colours.read();
    const t = state();
    const playing = run.playing();
    const busy = ready || live.work(t, playing);
    controls.draw(t);
    if (!ready) {
      if (grid.done || begun !== live.version) grid.begin(live.main);
      begun = live.version; // another setting may be another network
      const from = performance.now();
      ready = grid.work(busy ? () => performance.now() - from > PAINT : undefined);
      if (busy) return sim.invalidate();
    }
    ready = false;
    pictures(t, live.main, !busy, playing, performance.now());
    if (busy) sim.invalidate();
  });

  function pictures(t, main, still, playing, time) {
    const selected = within(t.selected, main.net);
    const shown = hovered && hovered[0] <= main.net.layers.length ? hovered : selected;
    const [l, i] = [shown[0] - 1, Math.min(shown[1], main.net.layers[shown[0] - 1].m) - 1];
    const last = still && !playing ? main.lastStep() : null;
    const now = main.measure();
    const changes = last && main.theta.map((value, k) => value - last.theta[k]);
    stage.net.draw({ run: main, plane: grid, now, selected, changes });
    const what = l === main.s.hidden.length ? "What the network says; line: undecided" : `What ${unitName(l, i, main.s.hidden)} says`;
    stage.out.draw({ run: main, plane: grid, list: live.list, shown: [l, i], rows: last?.rows, label: `The plane. ${what}; ${Math.round(100 * now.right)} % of the training points are right` });
    stage.seeds.draw(live.runs, still);
    if (!still && time - read < READ) return;
    read = time;
    caption.textContent = what;
    stage.losses.draw(main, now);
    stage.unit.draw({ run: main, now, selected, last, playing });
    run.update();
    if (!still && !playing) return; // on its way to a step that was asked for: words wait until it is there
    const all = live.runs.map((one) => (one === main ? now : one.measure()));
    sim.happened(sentence(main, all, last));
    const changed = changedFrom({ ...t, steps: main.t });
    sim.code(code({ ...t, steps: main.t }, changed, now));
    share.draw(changed);
  }
  return sim.destroy;
}

/** [layer, unit, input] from 1, within the network; what lies beyond is brought back into it. */
function within([l, i, j], { layers, sizes }) {
  const layer = Math.max(1, Math.min(layers.length, l));
  return [layer, Math.max(1, Math.min(sizes[layer], i)), Math.max(0, Math.min(sizes[layer - 1], j))];
}

export default { render };
