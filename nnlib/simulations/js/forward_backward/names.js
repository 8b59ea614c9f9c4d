// What each number is called. With one hidden layer: w, b → z, a → v, c → o; a second one puts
// u, d → s, h between. δ is ∂L/∂(the sum of that unit), and carries its letter: δ₁, δₛ₁, δₒ.

const SUB = "₀₁₂₃₄₅₆₇₈₉";
const sub = (i) => SUB[i + 1]; // counted from 1

/** Names of a network with these sizes; layers and units are counted from 0, written from 1. */
export function names(sizes) {
  const last = sizes.length - 2;
  const alone = sizes.at(-1) === 1; // a single output needs no number
  const letters = last === 2 ? ["w", "u", "v"] : last === 1 ? ["w", "v"] : ["v"];
  const of = { w: ["b", "z", "a", ""], u: ["d", "s", "h", "ₛ"], v: ["c", "o", "", "ₒ"] };
  const unit = (l, i) => (l === last && alone ? "" : sub(i));
  const part = (l, k) => of[letters[l]][k];
  return {
    x: (j) => `x${sub(j)}`,
    t: (i) => `t${unit(last, i)}`,
    p: (i) => `p${unit(last, i)}`,
    W: (l, i, j) => `${letters[l]}${unit(l, i)}${sub(j)}`,
    b: (l, i) => `${part(l, 0)}${unit(l, i)}`,
    Z: (l, i) => `${part(l, 1)}${unit(l, i)}`,
    /** What layer l receives from below: an input or an activation. */
    A: (l, j) => (l === 0 ? `x${sub(j)}` : `${part(l - 1, 2)}${sub(j)}`),
    delta: (l, i) => `δ${part(l, 3)}${unit(l, i)}`,
    unit: (l, i) =>
      l === last ? (alone ? "the output" : `output ${i + 1}`) : last === 2 ? `unit ${i + 1} of hidden layer ${l + 1}` : `hidden unit ${i + 1}`,
  };
}
