// Forward and backward, number by number: the network with its numbers where they act, and the
// worked line below it. Both are views of one list of steps (forward_backward/compute.js, worked.js).

import "./kit/kit.css";
import "./forward_backward/forward_backward.css";
import { compute, isSoftmax, order, sizesOf } from "./forward_backward/compute.js";
import { drawing } from "./forward_backward/drawing.js";
import { workedLines } from "./forward_backward/lines.js";
import { guessed, shown } from "./forward_backward/presets.js";
import { network } from "./forward_backward/start.js";
import { code, difference, sentence } from "./forward_backward/words.js";
import { worked } from "./forward_backward/worked.js";
import { button, presets, select, slider } from "./kit/controls.js";
import { h } from "./kit/dom.js";
import { num } from "./kit/format.js";
import { simulation } from "./kit/simulation.js";
import { transport } from "./kit/transport.js";
import { ACTIVATIONS } from "./math/activations.js";

const TRAITS = ["weights", "biases", "x", "target", "activation", "loss", "lr", "position"];
const LOSSES = [["half_squared_error", "½ squared error"], ["sigmoid_cross_entropy", "sigmoid, cross-entropy"], ["softmax_cross_entropy", "softmax, cross-entropy"]];

function render({ model, el }) {
  const sim = simulation({
    model,
    el,
    title: "Who is to blame for a wrong answer, and by how much?",
    lead: "Step through it. Every number with dots under it can be changed: type, or press ↑ ↓.",
    traits: TRAITS,
  });
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, sim.get(name)]));
  const first = state();
  const steps = () => order(sizesOf(state())).length;
  const position = () => Math.min(sim.get("position"), steps());
  const go = (to) => sim.set({ position: to });

  const stage = drawing(sim, (id, value) => sim.set(edited(state(), id, value)));
  const lines = workedLines(go);

  const run = transport(sim, {
    step: () => go(position() + 1),
    back: () => go(position() - 1),
    reset: () => go(0),
    done: () => position() >= steps(),
    canBack: () => position() > 0,
    every: 1400,
  });
  const keep = button("keep the new numbers", () => {
    const { updated } = compute(state());
    sim.set({ weights: updated.map(({ W }) => W), biases: updated.map(({ b }) => b), position: 0 });
    run.el.querySelector("button:not([hidden])").focus();
  });
  const rate = slider({
    label: "learning rate η", value: -1, min: -3, max: 0.5, step: 0.05,
    format: (v) => num(tenTo(v), 2),
    onInput: (v) => sim.set({ lr: tenTo(v) }),
  });
  const shape = build(sim, state);
  sim.stage.append(stage.el, h("div", { class: "nn-row" }, run.el, keep), lines.el); // the buttons in sight of both
  sim.controls.append(rate.el, presets("show", [["as it began", first], ...shown(sim)].map(([name, preset]) => [name, () => sim.set(preset)])), shape.el);

  let last;
  sim.draw(() => {
    const c = compute(state());
    const at = position();
    const all = worked(c);
    const counts = stage.draw(c, at, guessed(sim));
    lines.draw(c, all, at);
    const edit = last?.at === at && last.lr === c.lr && String(last.sizes) === String(c.sizes) && at < all.length;
    if (!edit) sim.happened(sentence(c, all[at - 1]));
    else if (TRAITS.some((name) => last[name] !== c[name])) sim.happened(difference(counts));
    last = { ...c, at };
    sim.code(code(c));
    keep.hidden = at < all.length;
    rate.set(Math.log10(c.lr));
    shape.set(c);
    run.update();
  });
  return sim.destroy;
}

const tenTo = (v) => Number((10 ** v).toPrecision(2));

/** The trait that holds the number "weights.layer.unit.input", "x.j", …, with a new value in it. */
function edited(state, id, value) {
  const [name, ...path] = id.split(".");
  const put = (list, [i, ...deeper]) => list.with(i, deeper.length ? put(list[i], deeper) : value);
  return { [name]: put(state[name], path) };
}

/** The network's sizes, activation and loss: { el, set(c) }. */
function build(sim, state) {
  const rebuild = (sizes, kind = sim.get("loss")) => {
    const loss = sizes.at(-1) === 1 && isSoftmax(kind) ? LOSSES[0][0] : kind;
    const before = state();
    sim.set({ ...network(sizes, loss, before), loss, position: Math.min(before.position, order(sizes).length) });
  };
  const now = () => sizesOf(state());
  const pick = (label, options, onInput) => select({ label, options, value: options[0], onInput });
  const size = (label, most, i) => pick(label, [1, 2, 3, 4].slice(0, most), (n) => rebuild(now().with(i, n)));
  const all = [
    size("inputs", 3, 0),
    size("hidden", 4, 1),
    pick("hidden, second", [[0, "none"], 1, 2, 3, 4], (n) => rebuild([...now().slice(0, 2), ...(n ? [n] : []), now().at(-1)])),
    size("outputs", 2, -1),
    pick("activation", Object.entries(ACTIVATIONS).map(([name, { text }]) => [name, text]), (activation) => sim.set({ activation })),
    pick("loss", LOSSES, (loss) => rebuild(isSoftmax(loss) ? now().with(-1, 2) : now(), loss)),
  ];
  const set = ({ sizes, activation, loss }) => {
    const values = [sizes[0], sizes[1], sizes.length > 3 ? sizes[2] : 0, sizes.at(-1), activation, loss];
    values.forEach((value, i) => all[i].set(value));
  };
  return { el: h("div", { class: "nn-row" }, all.map(({ el }) => el)), set };
}

export default { render };
