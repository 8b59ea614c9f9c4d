// Forward and backward, number by number: the network with its numbers where they act, and the
// worked line beside it. Both are views of one list of steps (forward_backward/compute.js, worked.js).

import "./kit/kit.css";
import "./forward_backward/forward_backward.css";
import { compute, order, sizesOf } from "./forward_backward/compute.js";
import { drawing } from "./forward_backward/drawing.js";
import { workedLines } from "./forward_backward/lines.js";
import { guessed, questions } from "./forward_backward/questions.js";
import { PRESETS, network, targetFor } from "./forward_backward/start.js";
import { code, difference, sentence } from "./forward_backward/words.js";
import { worked } from "./forward_backward/worked.js";
import { button, presets, select, slider } from "./kit/controls.js";
import { h } from "./kit/dom.js";
import { num } from "./kit/format.js";
import { simulation } from "./kit/simulation.js";
import { transport } from "./kit/transport.js";
import { ACTIVATIONS } from "./math/activations.js";

const TRAITS = ["weights", "biases", "x", "target", "activation", "loss", "lr", "position"];
const LOSSES = [["half_squared_error", "½ squared error"], ["sigmoid_cross_entropy", "sigmoid + cross-entropy"], ["softmax_cross_entropy", "softmax + cross-entropy"]];

function render({ model, el }) {
  const sim = simulation({
    model,
    el,
    title: "Who is to blame for a wrong answer, and by how much?",
    lead: "Step through it. Every number with dots under it can be changed: type, or use ↑ and ↓.",
    traits: TRAITS,
  });
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, sim.get(name)]));
  const steps = () => order(sizesOf(state())).length;
  const position = () => Math.min(sim.get("position"), steps());
  const go = (to) => sim.set({ position: Math.max(0, Math.min(steps(), to)) });

  const stage = drawing(sim, (id, value) => sim.set(edited(state(), id, value)));
  const lines = workedLines(sim, go);
  sim.stage.append(stage.el, lines.el);

  const run = transport(sim, {
    step: () => go(position() + 1),
    back: () => go(position() - 1),
    reset: () => go(0),
    done: () => position() >= steps(),
    canBack: () => position() > 0,
    every: 1400,
  });
  const keep = button("keep the new numbers and go again", () => {
    const { updated } = compute(state());
    sim.set({ weights: updated.map(({ W }) => W), biases: updated.map(({ b }) => b), position: 0 });
    run.el.querySelector("button:not([hidden])").focus();
  }, { class: "nn-keep" });
  sim.controls.append(
    run.el,
    keep,
    learningRate(sim, model),
    presets("Show", Object.entries(PRESETS).map(([name, preset]) => [name, () => sim.set(structuredClone(preset))])),
    build(sim, state),
  );
  sim.predict(questions);

  let last = null;
  sim.draw(() => {
    const c = compute(state());
    const at = position();
    stage.draw(c, at, guessed(sim));
    lines.draw(c, worked(c), at);
    const before = at === sim.get("position") && last?.position === at && String(last.sizes) === String(c.sizes);
    if (!last || !before) sim.happened(sentence(c, at));
    else if (numbers(last) !== numbers(c)) sim.happened(at > 0 && last.lr === c.lr ? difference(last, c, at) : sentence(c, at));
    last = { ...c, position: at };
    sim.code(code(c, at));
    keep.hidden = at < steps();
    run.update();
  });
  return sim.destroy;
}

const numbers = ({ weights, biases, x, target, activation, loss, lr }) => JSON.stringify([weights, biases, x, target, activation, loss, lr]);

/** The trait that holds the number "W.layer.unit.input", "b.layer.unit", "x.j" or "t.i", with a new value in it. */
function edited(state, id, value) {
  const [kind, ...path] = id.split(".");
  const name = { W: "weights", b: "biases", x: "x", t: "target" }[kind];
  const copy = structuredClone(state[name]);
  const place = path.slice(0, -1).reduce((list, i) => list[i], copy);
  place[path.at(-1)] = value;
  return { [name]: copy };
}

/** A slider for η over powers of ten. */
function learningRate(sim, model) {
  const made = slider({
    label: "learning rate η", value: 0, min: -3, max: 0.5, step: 0.05,
    format: (v) => num(rate(v), 2),
    onInput: (v) => sim.set({ lr: rate(v) }),
  });
  const show = () => made.set(Math.log10(sim.get("lr")));
  model.on("change:lr", show);
  sim.cleanup(() => model.off("change:lr", show));
  show();
  return made.el;
}
const rate = (v) => Number((10 ** v).toPrecision(2));

/** The network's sizes, activation and loss. */
function build(sim, state) {
  const rebuild = (change) => {
    const sizes = change(sizesOf(state())).filter((n) => n > 0);
    const loss = sizes.at(-1) === 1 && sim.get("loss") === "softmax_cross_entropy" ? "half_squared_error" : sim.get("loss");
    sim.set({ ...network(sizes, loss, state()), loss, position: Math.min(sim.get("position"), order(sizes).length) });
  };
  const parts = [
    select({ label: "inputs", options: [1, 2, 3], value: 2, onInput: (n) => rebuild(([, ...rest]) => [n, ...rest]) }),
    select({ label: "hidden", options: [1, 2, 3, 4], value: 3, onInput: (n) => rebuild(([x, , ...rest]) => [x, n, ...rest]) }),
    select({ label: "hidden, second", options: [[0, "none"], 1, 2, 3, 4], value: 0, onInput: (n) => rebuild((s) => [s[0], s[1], n, s.at(-1)]) }),
    select({ label: "outputs", options: [1, 2], value: 1, onInput: (n) => rebuild((s) => [...s.slice(0, -1), n]) }),
  ];
  const loss = select({
    label: "loss", options: LOSSES, value: "half_squared_error",
    onInput: (kind) => {
      const outputs = sizesOf(state()).at(-1);
      if (kind === "softmax_cross_entropy" && outputs === 1) {
        const sizes = [...sizesOf(state()).slice(0, -1), 2];
        sim.set({ ...network(sizes, kind, state()), loss: kind });
      } else sim.set({ loss: kind, target: targetFor(kind, outputs, sim.get("target")) });
    },
  });
  const show = () => {
    const sizes = sizesOf(state());
    const second = sizes.length === 4 ? sizes[2] : 0;
    [sizes[0], sizes[1], second, sizes.at(-1)].forEach((n, i) => parts[i].set(n));
    loss.set(sim.get("loss"));
  };
  sim.watch(["weights", "loss"], show);
  show();
  const activation = sim.bind(select, "activation", { label: "activation", options: Object.entries(ACTIVATIONS).map(([name, { text }]) => [name, text]) });
  return h("div", { class: "nn-build" }, parts.map(({ el }) => el), activation, loss.el);
}

export default { render };
