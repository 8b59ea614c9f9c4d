// Curve and slope, linked by one point on the z axis.

import { chips } from "../kit/choices.js";
import { presets, select, slider } from "../kit/controls.js";
import { num } from "../kit/format.js";
import { plot } from "../kit/plot.js";
import { ACTIVATIONS, activation, flatZones } from "../math/activations.js";

export const NAMES = Object.keys(ACTIVATIONS).filter((name) => name !== "identity");
export const OPTIONS = NAMES.map((name) => [name, ACTIVATIONS[name].text]);
const DASHES = ["7 4", "2 4", "10 3 2 3", "4 2", "12 4", "1 3", "6 2 1 2"];
const Z = [-6, 6];

export function curvesView(sim) {
  const value = plot(sim, { label: "The activation", height: 260 });
  const slope = plot(sim, { label: "Its slope", height: 260 });
  const alpha = sim.bind(slider, "alpha", { label: "slope α of leaky ReLU", min: 0, max: 1, step: 0.01 });
  const compare = sim.bind(chips, "compare", { label: "draw beside it", options: OPTIONS });
  const controls = [
    sim.bind(select, "activation", { label: "activation", options: OPTIONS }),
    sim.bind(slider, "z", { label: "z", min: Z[0], max: Z[1], step: 0.05 }),
    alpha,
    compare,
    presets("show", [
      ["a saturated sigmoid", () => sim.set({ activation: "sigmoid", z: 5 })],
      ["a ReLU that is off", () => sim.set({ activation: "relu", z: -2 })],
      ["GELU’s dip below zero", () => sim.set({ activation: "gelu", z: -0.75 })],
    ]),
  ];

  function draw() {
    const main = sim.get("activation");
    const others = sim.get("compare").filter((name) => name !== main);
    const z = sim.get("z");
    const of = (name) => activation(name, sim.get("alpha"));
    const phi = of(main);
    const [y, dy] = [phi.f(z), phi.df(z)];
    compare.querySelectorAll("label").forEach((chip, i) => (chip.hidden = NAMES[i] === main));
    alpha.hidden = ![main, ...others].includes("leaky_relu");

    const bounded = [main, ...others].every((name) => name === "sigmoid" || name === "tanh");
    value.frame({ x: Z, y: bounded ? [-1.25, 1.25] : [-1.3, 3], xName: "z", yName: "φ(z)", name: `${phi.text}: φ(z) over z` });
    slope.frame({ x: Z, y: [-0.25, 1.25], xName: "z", yName: "its slope φ′(z)", name: `Slope of ${phi.text} over z` });
    const look = (i) => ({ colour: "var(--nn-muted)", dash: DASHES[i], width: 1.5 });
    const { below, above } = flatZones(phi);
    for (const [p, f] of [[value, "f"], [slope, "df"]]) {
      if (below !== null) p.band("below", -Infinity, below);
      if (above !== null) p.band("above", above, Infinity);
      others.forEach((name, i) => p.curve(name, of(name)[f], look(i)));
    }
    if (others.length) value.key(0, phi.text, { colour: "var(--nn-forward)" });
    others.forEach((name, i) => value.key(i + 1, ACTIVATIONS[name].text, look(i)));

    const at = sim.guess("slope")?.mark;
    if (at !== undefined) {
      slope.line("guess", [[Z[0], at], [Z[1], at]], { cls: "nn-line nn-guess" });
      slope.text("guess-text", Z[1], at, "your guess", { dx: -4, dy: -6, anchor: "end" });
    }
    const own = sim.get("own");
    own.forEach((u, i) => value.line(`own${i}`, [[u, -1.2], [u, -1]], { width: 1 }));
    // The slope, twice as large as life: 1 to the right, φ′ up; beside it the same φ′ as a height.
    const tangent = [z - 1.2, z + 1.2].map((u) => [u, y + dy * (u - z)]);
    const rise = { colour: "var(--nn-backward)", width: 1.5, dash: "2 3" };
    value.line("run", [[z, y], [z + 1, y], [z + 1, y + dy]], rise);
    slope.line("rise", [[z, 0], [z, dy]], rise);
    value.curve("main", phi.f, { colour: "var(--nn-forward)", width: 3 });
    value.line("tangent", tangent, { colour: "var(--nn-backward)", width: 2 });
    slope.curve("main", phi.df, { colour: "var(--nn-backward)", width: 3 });

    const left = z > 1 ? { anchor: "end", dx: -14 } : { anchor: "start", dx: 14 };
    value.text("here", z, y, `φ(${num(z)}) = ${num(y)}`, { ...left, dy: y > 2.4 ? 22 : -14, cls: "nn-strong" });
    slope.text("here", z, dy, `φ′(${num(z)}) = ${num(dy)}`, { ...left, dy: dy > 0.9 ? 24 : -14, cls: "nn-strong" });
    const move = (at) => sim.set({ z: Math.round(at * 100) / 100 });
    value.handle("z", { x: z, y, label: "z, on the curve", text: `z = ${num(z)}, φ(z) = ${num(y)}`, colour: "var(--nn-forward)", onMove: move });
    slope.handle("z", { x: z, y: dy, label: "z, on the slope", text: `z = ${num(z)}, slope ${num(dy)}`, colour: "var(--nn-backward)", onMove: move });
    value.done();
    slope.done();

    sim.happened(sentence(phi, own, z, y, dy));
    sim.code(code(main, sim.get("alpha"), z, y, dy));
  }
  return { stage: [value.el, slope.el], controls, draw };
}

function sentence(phi, own, z, y, dy) {
  if (own.length) {
    const flat = own.filter((u) => Math.abs(phi.df(u)) < 0.01).length;
    return `The marks below the curve are ${own.length} values of z in your network; ${num((100 * flat) / own.length)} % of them lie where the slope is below 0.01.`;
  }
  const start = `At z = ${num(z)}, ${phi.text} gives ${num(y)}. A small nudge of z comes out ${num(dy)} times as large.`;
  if (dy === 0) return `${start} Nothing gets through here: the unit is off.`;
  if (Math.abs(dy) < 0.01) return `${start} Saturated: less than one per cent gets through.`;
  return start;
}

export const scratchName = (name, alpha) => (name === "leaky_relu" ? `leaky(${alpha})` : name.toUpperCase());
export const scratchImport = (name) => (name === "leaky_relu" ? "leaky" : name.toUpperCase());

function code(name, alpha, z, y, dy) {
  return `from nnlib.scratch import ${scratchImport(name)}

phi = ${scratchName(name, alpha)}
phi.f(${z}), phi.df(${z})  # ${y}, ${dy}`;
}
