// The living runs: built from the setting, trained a few milliseconds a frame towards the step that is wanted.
// While it plays, what is wanted runs ahead by two epochs, at most 20 steps, a frame; the trait `steps` hears of it a few times a second.

import { points } from "../math/points.js";
import { trainer } from "../math/train.js";

export const MOST = 10_000;
const SETTING = ["kind", "hidden", "activation", "init", "grid", "optimizer", "lr", "batch_size", "dropout", "weight_decay", "seed"];
const PLAYING = 6; // milliseconds a frame
const CATCHING_UP = 11;
const TELL = 300; // milliseconds between two messages to Python

export function engine(sim) {
  let key = "";
  let [wanted, told, toldAt] = [-1, -1, 0];
  let visible = false;
  const e = { runs: [], list: [], main: null, playing: false, version: 0 };

  const observer = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    if (visible) sim.invalidate();
  });
  observer.observe(sim.root);
  sim.cleanup(() => observer.disconnect());

  function build(t) {
    const setting = Object.fromEntries(SETTING.map((name) => [name, t[name]]));
    const now = JSON.stringify([setting, t.data, t.noise, t.data === "drawn" && t.points]);
    if (now !== key) {
      key = now;
      e.list = t.data === "drawn" ? t.points : points(t.data, t.noise);
      e.runs = [trainer(setting, e.list)];
      e.main = e.runs[0];
      e.version++;
    }
    const count = t.seeds ? 6 : 1;
    while (e.runs.length < count) e.runs.push(trainer({ ...setting, seed: (t.seed + e.runs.length) % 2 ** 32 }, e.list));
    e.runs.length = count;
  }

  /** Trains for this frame's share of time; says whether there is more to do. */
  e.work = (t, play) => {
    build(t);
    if (t.steps !== told) wanted = told = t.steps; // somebody else has set it
    const begun = performance.now();
    if (!e.main.train.n) wanted = 0;
    else if (visible && play && wanted <= e.main.t) wanted = Math.min(MOST, e.main.t + Math.min(2 * e.main.perEpoch, 20));
    else if (e.playing && !play) wanted = e.main.t;
    e.playing = play;
    const budget = play ? PLAYING : CATCHING_UP;
    const late = () => performance.now() - begun > budget;
    if (visible) advance(late);
    const there = e.runs.every((run) => run.t === wanted);
    if ((play && begun - toldAt > TELL) || (!play && told !== wanted)) {
      toldAt = begun;
      told = play ? e.main.t : wanted;
      if (t.steps !== told) sim.set({ steps: told });
    }
    return visible && (play || !there);
  };

  function advance(late) {
    if (e.runs.length === 1) return void e.main.goTo(wanted, late);
    for (const run of e.runs) if (run.t > wanted) run.goTo(wanted);
    do {
      const next = Math.min(...e.runs.map((run) => run.t)) + 1; // side by side, a step at a time
      if (next > wanted) return;
      for (const run of e.runs) if (run.t < next) run.goTo(next);
    } while (!late());
  }
  return e;
}
