// The worked lines: each step as a title, words and lines. A line is a list of parts that are equal,
// name = symbols = numbers = result; a part is a list of texts and of numbers with their role,
// [value, "param"]. No page here: tests/js holds every number against NumPy.

import { isSoftmax, order } from "./compute.js";
import { names } from "./names.js";

const as = (role) => (value) => [value, role];
const [param, ahead, blame, lossy, plain] = ["param", "forward", "backward", "loss", ""].map(as);

/** part`${n.b(l, i)} = …`: texts, numbers and lists of these, in one list. */
const part = (texts, ...values) => texts.flatMap((text, k) => [text, ...(k < values.length ? tokens(values[k]) : [])]).filter((it) => it !== "");
const tokens = (value) => (Array.isArray(value) && typeof value[0] !== "number" ? value : [value]);
const sum = (terms) => terms.flatMap((term, k) => (k ? [" + ", ...term] : term));

/** One entry a step: { phase, layer, unit, title, words, lines }. */
export function worked(c) {
  const n = names(c.sizes);
  const make = { forward, loss, backward, update, again };
  return order(c.sizes).map((at) => ({ ...at, ...make[at.phase](c, n, at.layer, at.unit) }));
}

function forward({ params, before, sizes, phi }, n, l, i) {
  const { W, b } = params[l];
  const inputs = before.A[l];
  const z = ahead(before.Z[l][i]);
  const lines = [[
    [n.Z(l, i)],
    part`${sum(inputs.map((_, j) => [`${n.W(l, i, j)}·${n.A(l, j)}`]))} + ${n.b(l, i)}`,
    part`${sum(inputs.map((a, j) => part`${param(W[i][j])}·${ahead(a)}`))} + ${param(b[i])}`,
    [z],
  ]];
  const hidden = l < sizes.length - 2;
  if (hidden) lines.push([[n.A(l + 1, i)], part`${phi.text}(${n.Z(l, i)})`, part`${phi.text}(${z})`, [ahead(before.A[l + 1][i])]]);
  return { title: n.unit(l, i), words: `weighs what comes in and adds its bias${hidden ? `; then ${phi.text}` : ""}.`, lines };
}

function loss({ before, target, loss: kind, sizes }, n) {
  const { p, Z } = before;
  const o = Z.at(-1).map((_, i) => n.Z(sizes.length - 2, i));
  const make = {
    half_squared_error: () => [
      "is half the squared distance from the target.",
      sum(o.map((name, i) => [`½(${name} − ${n.t(i)})²`])),
      sum(p.map((value, i) => part`½(${ahead(value)} − ${plain(target[i])})²`)),
    ],
    sigmoid_cross_entropy: () => [
      "is the cross-entropy of target and probability.",
      sum(p.map((_, i) => [`−${n.t(i)}·ln ${n.p(i)} − (1 − ${n.t(i)})·ln(1 − ${n.p(i)})`])),
      sum(p.map((value, i) => part`−${plain(target[i])}·ln ${ahead(value)} − ${plain(1 - target[i])}·ln ${ahead(1 - value)}`)),
    ],
    softmax_cross_entropy: () => ["is −ln of the right class’s probability.", [`−ln ${n.p(target[0])}`], part`−ln ${ahead(p[target[0]])}`],
  };
  const [words, symbols, numbers] = make[kind]();
  const squash = isSoftmax(kind) ? (i) => `exp ${o[i]} / (${o.map((name) => `exp ${name}`).join(" + ")})` : (i) => `σ(${o[i]})`;
  const probabilities = kind[0] === "h" ? [] : p.map((value, i) => [[n.p(i)], [squash(i)], [ahead(value)]]);
  return { title: "the loss", words, lines: [...probabilities, [["L"], symbols, numbers, [lossy(before.loss)]]] };
}

function backward(c, n, l, i) {
  const { before, deltas, grads, params, phi } = c;
  const name = n.delta(l, i);
  const delta = blame(deltas[l][i]);
  const first = l === params.length - 1 ? [firstBlame(c, n, l, i, delta)] : passedBack();
  return {
    title: `the blame of ${n.unit(l, i)}`,
    words: first.length > 1 ? "is what comes back along its outgoing weights, times its slope." : "begins at the loss. A weight’s share is δ times what came in through it.",
    lines: [
      ...first,
      ...before.A[l].map((a, j) => [[`∂L/∂${n.W(l, i, j)}`], [`${name}·${n.A(l, j)}`], part`${delta}·${ahead(a)}`, [blame(grads[l].W[i][j])]]),
      [[`∂L/∂${n.b(l, i)}`], [name], [delta]],
    ],
  };

  function passedBack() {
    const slope = ahead(phi.df(before.Z[l][i]));
    const a = ahead(before.A[l + 1][i]);
    const known = { tanh: part`1 − ${a}²`, sigmoid: part`${a}·(1 − ${a})` }[c.activation];
    const rows = params[l + 1].W.map((row, k) => [n.W(l + 1, k, i), n.delta(l + 1, k), param(row[i]), blame(deltas[l + 1][k])]);
    return [
      [[`φ′(${n.Z(l, i)})`], ...(known ? [known] : []), [slope]],
      [
        [name],
        part`(${sum(rows.map(([v, d]) => [`${v}·${d}`]))})·φ′(${n.Z(l, i)})`,
        part`(${sum(rows.map(([, , v, d]) => part`${v}·${d}`))})·${slope}`,
        [delta],
      ],
    ];
  }
}

function firstBlame({ before, target, loss: kind }, n, l, i, delta) {
  const softmax = isSoftmax(kind);
  const wanted = softmax ? Number(target[0] === i) : target[i];
  const said = kind[0] === "h" ? n.Z(l, i) : n.p(i);
  return [[n.delta(l, i)], [`${said} − ${softmax ? wanted : n.t(i)}`], part`${ahead(before.p[i])} − ${plain(wanted)}`, [delta]];
}

function update({ params, grads, updated, lr }, n) {
  const move = (name, old, grad, value) => [[`new ${name}`], [`${name} − η·∂L/∂${name}`], part`${param(old)} − ${plain(lr)}·${blame(grad)}`, [param(value)]];
  const lines = params.flatMap(({ W, b }, l) =>
    W.flatMap((row, i) => [
      ...row.map((w, j) => move(n.W(l, i, j), w, grads[l].W[i][j], updated[l].W[i][j])),
      move(n.b(l, i), b[i], grads[l].b[i], updated[l].b[i]),
    ]));
  return { title: "every parameter", words: "steps against its gradient, all at once.", lines };
}

function again({ before, after, squares, lr, sizes }, n) {
  return {
    title: "the network",
    words: "runs again with its new numbers. Did the step bring what the gradient promised?",
    lines: [
      ...after.Z.at(-1).map((o, i) => [[`new ${n.Z(sizes.length - 2, i)}`], [ahead(o)]]),
      [["new L"], [lossy(after.loss)]],
      [["‖g‖²"], ["all gradients squared and added"], [blame(squares)]],
      [["predicted"], ["−η·‖g‖²"], part`−${plain(lr)}·${blame(squares)}`, [lossy(-lr * squares)]],
      [["measured"], ["new L − L"], part`${lossy(after.loss)} − ${lossy(before.loss)}`, [lossy(after.loss - before.loss)]],
    ],
  };
}
