// The unit that is looked at: is it alive, how much gradient it gets; and one weight of it in the last update.

import { select } from "../kit/controls.js";
import { h } from "../kit/dom.js";
import { full, num, signed } from "../kit/format.js";
import { BENDS } from "../math/dense.js";
import { unitName } from "./drawing.js";

const capital = (text) => text[0].toUpperCase() + text.slice(1);

export function unitPanel(sim) {
  const name = h("b");
  const facts = h("span");
  const about = h("p", {}, name, " ", facts);
  const steps = h("div", { class: "nn-update" });
  const holder = h("span");
  const el = h("div", { class: "nn-unit" }, about, h("div", { class: "nn-row" }, holder), steps);
  let inputs = "";

  function draw({ run, now, selected: [l, i, j], last, playing }) {
    const { s, net } = run;
    name.textContent = `${capital(unitName(l - 1, i - 1, s.hidden))}.`;
    facts.textContent = story(run, now.units[l - 1][i - 1], l, now);
    const { n, m } = net.layers[l - 1];
    const kan = s.kind === "kan";
    const options = [...Array.from({ length: n }, (_, k) => [k + 1, l === 1 ? `x${"₁₂"[k]}` : `unit ${k + 1} of layer ${l - 1}`]), ...(kan ? [] : [[0, "its bias"]])];
    const known = JSON.stringify([options, l, i]);
    const index = options.some(([key]) => key === j) ? j : 1;
    if (known !== inputs) {
      inputs = known;
      const control = select({ label: kan ? "silu’s weight from" : "its weight from", options, value: index, onInput: (k) => sim.set({ selected: [...sim.get("selected").slice(0, 2), k] }) });
      holder.replaceChildren(control.el);
      holder.set = control.set;
    }
    holder.set(index);
    const layer = net.layers[l - 1];
    const at = index ? layer.W + (i - 1) * n + index - 1 : layer.b + i - 1;
    if (playing) steps.replaceChildren(h("p", { class: "nn-note" }, "Pause, and one update of this weight stands here."));
    else if (!last) steps.replaceChildren(h("p", { class: "nn-note" }, `w = ${num(run.theta[at])}. Step once, and its update stands here.`));
    else steps.replaceChildren(...arithmetic(run, last, at).map((line) => h("p", { class: "nn-line" }, line)));
  }
  return { el, draw };
}

/** Alive, saturated or dead, and why. */
function story({ s, train }, unit, l, now) {
  const n = train.n;
  if (!n) return "No training points yet.";
  if (l > s.hidden.length) return `Right on ${Math.round(now.right * n)} of ${n} training points. Gradient of its parameters ${num(unit.gradient)}.`;
  const gradient = `Gradient of its weights ${num(unit.gradient)}.`;
  if (s.kind === "kan") return `It adds what its edges give; more than 0 on ${unit.on} of ${n} training points. ${gradient}`;
  if (unit.dead) {
    const moved = l > 1 ? " The layers below may still move it, and so may" : " Only what does not come from the data may move it:";
    return `Dead: z ≤ 0 on all ${n} training points, the largest z is ${num(unit.highest)}. There ReLU’s slope is 0, so the data’s gradient is exactly 0.${moved} momentum or weight decay.`;
  }
  if (unit.flat) return `Saturated: the slope φ′(z) is below 0.01 on all ${n} training points, at most ${num(unit.steepest)}. ${gradient}`;
  const bend = BENDS[s.activation].text;
  const on = /relu/.test(s.activation) ? `On for ${unit.on} of ${n} training points` : `${bend}; z > 0 on ${unit.on} of ${n} training points`;
  return `${on}, the largest z is ${num(unit.highest)}. ${gradient}`;
}

/** The update of parameter k, line by line. */
function arithmetic({ s, theta }, { t, g, theta: before, m, v }, k) {
  const value = (x, role) => h("span", { class: role ? `nn-is-${role}` : "", title: full(x) }, num(x));
  const [w, slope] = [before[k], g[k]];
  const decay = s.weight_decay ? [" + ", value(s.weight_decay), " · ", value(w, "param")] : [];
  const first = ["g = ∂L/∂w on the batch = ", value(slope, "backward")];
  const end = [" = ", h("b", { class: "nn-is-param", title: full(theta[k]) }, num(theta[k])), ` (${signed(theta[k] - w)})`];
  if (s.optimizer === "sgd") return [first, ["w ← w − η·", decay.length ? "(g + λw)" : "g", " = ", value(w, "param"), " − ", value(s.lr), " · ", decay.length ? "(" : "", value(slope, "backward"), ...decay, decay.length ? ")" : "", ...end]];
  if (s.optimizer === "momentum") {
    const speed = 0.9 * m[k] + slope + s.weight_decay * w;
    return [first, ["v ← 0.9·v + g", decay.length ? " + λw" : "", " = 0.9 · ", value(m[k]), " + ", value(slope, "backward"), ...decay, " = ", value(speed)], ["w ← w − η·v = ", value(w, "param"), " − ", value(s.lr), " · ", value(speed), ...end]];
  }
  const [m1, v1] = [0.9 * m[k] + 0.1 * slope, 0.999 * v[k] + 0.001 * slope * slope];
  const [mean, root] = [m1 / (1 - 0.9 ** t), Math.sqrt(v1 / (1 - 0.999 ** t))];
  return [
    first,
    ["m ← 0.9·m + 0.1·g = ", value(m1), "; v ← 0.999·v + 0.001·g² = ", value(v1)],
    ["w ← w", s.weight_decay ? " − ηλw" : "", " − η·m̂/(√v̂ + 10⁻⁸) = ", value(w, "param"), s.weight_decay ? [" − ", value(s.lr * s.weight_decay * w)] : [], " − ", value(s.lr), " · ", value(mean), " / ", value(root), ...end].flat(),
  ];
}
