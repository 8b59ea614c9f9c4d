// What happened, in one sentence; and the lines of nnlib that compute it.

import { num } from "../kit/format.js";

const python = (value) => (value === true ? "True" : value === false ? "False" : JSON.stringify(value).replaceAll(",", ", "));
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

export const solved = (now) => now.right >= 0.98;

/** now: of each run what it measures; last: the last step, if the reader took a single one. */
export function sentence(run, all, last) {
  const [now] = all;
  const n = run.train.n;
  if (!n) return "No points yet: choose a class and draw.";
  if (!Number.isFinite(now.loss)) return `After ${plural(run.t, "step")} the numbers overflow: the steps were too large.`;
  const held = run.held.n ? `, held-out ${num(now.heldLoss)}` : "; no point is held out yet";
  const state = `${run.t ? `After ${plural(run.t, "step")}` : "Before the first step"} the training loss is ${num(now.loss)}${held}; ${Math.round(100 * now.right)} % of the training points are right.`;
  const step = last ? ` Step ${last.t} moved the loss on its ${plural(last.rows.length, "point")} from ${num(last.before)} to ${num(last.after)}.` : "";
  if (all.length > 1) return `${state}${step} Of six seeds, ${all.filter(solved).length} get 98 % or more right.`;
  const hidden = now.units.slice(0, -1).flat();
  const count = (key) => hidden.filter((unit) => unit[key]).length;
  const [dead, flat] = [count("dead"), count("flat")];
  const ill = dead ? ` ${dead} of ${plural(hidden.length, "unit")} ${dead > 1 ? "are" : "is"} dead.` : flat ? ` ${flat} of ${plural(hidden.length, "unit")} ${flat > 1 ? "are" : "is"} saturated.` : "";
  return `${state}${step}${ill}${fading(now.norms)}`;
}

/** Where the gradient dies, or explodes, if it does. */
function fading(norms) {
  const ratio = norms[0] / norms.at(-1);
  if (norms.length < 3 || !(ratio < 1e-2 || ratio > 1e2)) return "";
  return ratio ? ` The first layer’s gradient is ${num(ratio)} times the last one’s.` : " No gradient reaches the first layer.";
}

const BENDS = { relu: "nn.ReLU", leaky_relu: "nn.LeakyReLU", tanh: "nn.Tanh", sigmoid: "nn.Sigmoid", silu: "nn.SiLU", identity: "nn.Identity" };

export const call = (changed) => `NetworkLearns(${Object.entries(changed).map(([name, value]) => `${name}=${python(value)}`).join(", ")})`;

/** Python: the same numbers, then the same setting with nnlib's own classes. */
export function code(t, changed, now) {
  const sizes = [2, ...t.hidden, 1].join(", ");
  const tuple = t.hidden.length > 1 ? `(${t.hidden.join(", ")})` : `(${t.hidden[0]},)`;
  const drop = t.dropout ? `, dropout=${t.dropout}` : "";
  const model = t.kind === "kan"
    ? [`from nnlib.feedforward.kan import KAN`, `KAN((${sizes})${t.grid === 5 ? "" : `, grid=${t.grid}`})`]
    : [`from nnlib.feedforward.mlp import MLP`, `MLP(2, 1, hidden=${tuple}, activation=${BENDS[t.activation]}${drop})`];
  const decay = `weight_decay=${t.weight_decay}`;
  const made = { sgd: `SGD(p, lr=${t.lr}, ${decay})`, momentum: `SGD(p, lr=${t.lr}, momentum=0.9, ${decay})`, adam: `AdamW(p, lr=${t.lr}, ${decay})` }[t.optimizer];
  return `import nnlib
from nnlib.backend import F, nn, torch
${model[0]}
from nnlib.simulations import NetworkLearns

sim = ${call(changed)}
print(sim.run().loss)  # ${now.loss}

# The same setting; another start, so other digits.
(X, y), held_out = sim.rows
model = ${model[1]}
nnlib.fit(model, (X, y), validation=held_out, epochs=${Math.max(1, Math.ceil(t.steps / Math.max(1, Math.ceil(trainingPoints(t) / t.batch_size))))}, batch_size=${t.batch_size},
    optimizer=lambda p: torch.optim.${made},
    loss=F.binary_cross_entropy_with_logits)`;
}
const trainingPoints = (t) => (t.data === "drawn" ? Math.max(1, Math.ceil(t.points.length / 2)) : 100);
