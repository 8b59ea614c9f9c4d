// The worked lines: each step of the computation as words, symbols and numbers. A line is a list of
// parts that are equal: [name, symbols, numbers, result]; a part is a list of texts and of numbers
// with their role, { value, role }. No page here: tests/js holds every result against NumPy.

import { order } from "./compute.js";
import { names } from "./names.js";

const param = (value) => ({ value, role: "param" });
const ahead = (value) => ({ value, role: "forward" });
const blame = (value) => ({ value, role: "backward" });
const lossy = (value) => ({ value, role: "loss" });
const plain = (value) => ({ value, role: "plain" });
const joined = (terms, between = " + ") => terms.flatMap((term, i) => (i ? [between, ...term] : term));

/** One entry a step: { phase, layer, unit, title, words, lines }. */
export function worked(c) {
  const n = names(c.sizes);
  const make = { forward, loss, backward, update, again };
  return order(c.sizes).map((at) => ({ ...at, ...make[at.phase](c, n, at.layer, at.unit) }));
}

function forward({ params, before, sizes, phi, activation }, n, l, i) {
  const { W, b } = params[l];
  const inputs = before.A[l];
  const z = before.Z[l][i];
  const hidden = l < sizes.length - 2;
  const lines = [
    [
      [n.Z(l, i)],
      [...joined(inputs.map((_, j) => [`${n.W(l, i, j)}·${n.A(l, j)}`])), ` + ${n.b(l, i)}`],
      [...joined(inputs.map((a, j) => [param(W[i][j]), "·", ahead(a)])), " + ", param(b[i])],
      [ahead(z)],
    ],
  ];
  if (hidden) lines.push([[n.A(l + 1, i)], [`${phi.text}(${n.Z(l, i)})`], [`${phi.text}(`, ahead(z), ")"], [ahead(before.A[l + 1][i])]]);
  const through = activation === "identity" ? "passes the sum on unchanged" : `sends the sum through ${phi.text}`;
  return {
    title: n.unit(l, i),
    words: hidden ? `weighs what comes in, adds its bias, and ${through}.` : "weighs what comes in and adds its bias.",
    lines,
  };
}

function loss({ before, target, loss: kind, sizes }, n) {
  const { p, Z } = before;
  const logits = Z.at(-1);
  const name = (i) => n.Z(sizes.length - 2, i);
  const title = "the loss";
  if (kind === "half_squared_error") {
    const squares = p.map((o, i) => ["½(", ahead(o), " − ", plain(target[i]), ")²"]);
    return {
      title,
      words: "is half the squared distance between output and target.",
      lines: [[["L"], joined(p.map((_, i) => [`½(${name(i)} − ${n.t(i)})²`])), joined(squares), [lossy(before.loss)]]],
    };
  }
  if (kind === "sigmoid_cross_entropy") {
    const probability = p.map((value, i) => [[n.p(i)], [`σ(${name(i)})`], ["σ(", ahead(logits[i]), ")"], [ahead(value)]]);
    const symbols = joined(p.map((_, i) => [`−${n.t(i)}·ln ${n.p(i)} − (1 − ${n.t(i)})·ln(1 − ${n.p(i)})`]), "");
    const numbers = p.map((v, i) => ["−", plain(target[i]), "·ln ", ahead(v), " − ", plain(1 - target[i]), "·ln ", ahead(1 - v)]);
    return { title, words: "is the cross-entropy between target and probability.", lines: [...probability, [["L"], symbols, joined(numbers, " "), [lossy(before.loss)]]] };
  }
  const bottom = joined(logits.map((_, i) => [`exp ${name(i)}`]));
  const probability = p.map((value, i) => [[n.p(i)], [`exp ${name(i)} / (`, ...bottom, ")"], [ahead(value)]]);
  const right = target[0];
  return { title, words: "is minus the logarithm of the right class’s probability.", lines: [...probability, [["L"], [`−ln ${n.p(right)}`], ["−ln ", ahead(p[right])], [lossy(before.loss)]]] };
}

function backward(c, n, l, i) {
  const { before, deltas, grads, sizes, params, phi } = c;
  const delta = deltas[l][i];
  const top = l === sizes.length - 2;
  const above = top ? [] : params[l + 1].W.map((row, k) => ({ v: row[i], name: n.W(l + 1, k, i), d: deltas[l + 1][k], blame: n.delta(l + 1, k) }));
  const slope = top ? 1 : phi.df(before.Z[l][i]);
  const first = top
    ? firstBlame(c, n, l, i)
    : [
        [n.delta(l, i)],
        ["(", ...joined(above.map(({ name, blame: d }) => [`${name}·${d}`])), `)·φ′(${n.Z(l, i)})`],
        ["(", ...joined(above.map(({ v, d }) => [param(v), "·", blame(d)])), ")·", ahead(slope)],
        [blame(delta)],
      ];
  const gradients = before.A[l].map((a, j) => [[`∂L/∂${n.W(l, i, j)}`], [`${n.delta(l, i)}·${n.A(l, j)}`], [blame(delta), "·", ahead(a)], [blame(grads[l].W[i][j])]]);
  const slopeLine = top ? [] : [[[`φ′(${n.Z(l, i)})`], slopeOf(c, n, l, i), [ahead(slope)]].filter((part) => part.length)];
  return {
    title: n.unit(l, i),
    words: top
      ? "is where blame begins: δ is ∂L/∂ of its sum. A weight’s share is δ times what came in through it."
      : "gets the blame that comes back along its outgoing weights, times its own slope.",
    lines: [...slopeLine, first, ...gradients, [[`∂L/∂${n.b(l, i)}`], [n.delta(l, i)], [blame(grads[l].b[i])]]],
  };
}

function firstBlame({ before, deltas, target, loss: kind }, n, l, i) {
  const squared = kind === "half_squared_error";
  const wanted = kind === "softmax_cross_entropy" ? Number(target[0] === i) : target[i];
  const symbol = kind === "softmax_cross_entropy" ? String(wanted) : n.t(i);
  return [[n.delta(l, i)], [`${squared ? n.Z(l, i) : n.p(i)} − ${symbol}`], [ahead(before.p[i]), " − ", plain(wanted)], [blame(deltas[l][i])]];
}

/** The slope in words the reader can check, where a short formula exists. */
function slopeOf({ activation, before }, n, l, i) {
  const a = before.A[l + 1][i];
  if (activation === "tanh") return ["1 − ", ahead(a), "²"];
  if (activation === "sigmoid") return [ahead(a), "·(1 − ", ahead(a), ")"];
  return [];
}

function update({ params, grads, updated, lr }, n) {
  const move = (name, old, grad, value) => [[`new ${name}`], [`${name} − η·∂L/∂${name}`], [param(old), " − ", plain(lr), "·", blame(grad)], [param(value)]];
  const lines = params.flatMap(({ W, b }, l) =>
    W.flatMap((row, i) => [
      ...row.map((w, j) => move(n.W(l, i, j), w, grads[l].W[i][j], updated[l].W[i][j])),
      move(n.b(l, i), b[i], grads[l].b[i], updated[l].b[i]),
    ]));
  return { title: "every parameter", words: "takes one step against its gradient, all at the same time.", lines };
}

function again({ before, after, squares, lr, grads, sizes }, n) {
  const count = grads.reduce((sum, { W, b }) => sum + W.flat().length + b.length, 0);
  const outputs = after.Z.at(-1).map((o, i) => [[`new ${n.Z(sizes.length - 2, i)}`], [ahead(o)]]);
  return {
    title: "the network",
    words: "runs once more with its new numbers. What did the step bring, and what did the gradient promise?",
    lines: [
      ...outputs,
      [["new L"], [lossy(after.loss)]],
      [["measured"], ["new L − L"], [lossy(after.loss), " − ", lossy(before.loss)], [lossy(after.loss - before.loss)]],
      [["‖g‖²"], [`the sum of the ${count} squared gradients`], [blame(squares)]],
      [["predicted"], ["−η·‖g‖²"], ["−", plain(lr), "·", blame(squares)], [lossy(-lr * squares)]],
    ],
  };
}
