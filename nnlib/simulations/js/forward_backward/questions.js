// Predict, then see. Each question brings the state that answers it; the guess stays drawn, dashed,
// around the gradients it was about.

import { BLAMED, PRESETS } from "./start.js";

const second = ["W.0.0.1", "W.0.1.1", "W.0.2.1"];
const incoming = ["W.0.1.0", "W.0.1.1", "b.0.1"];
const outgoing = ["W.1.0.1"];

export const questions = [
  {
    id: "zero-input",
    ask: "The input x₂ is 0, and the output is wrong by 2.5. What are the gradients of the three weights that x₂ comes in through?",
    choices: [
      { text: "large, as the error is", marks: second, why: "The blame δ of each unit is large. But a weight’s gradient is δ times what came in through it, and that was 0: nudging this weight changes nothing." },
      { text: "small, but not zero", marks: second, why: "Tempting, if blame is thought of as something shared out. ∂L/∂w = δ·x₂, and x₂ is exactly 0." },
      { text: "exactly zero", right: true, marks: second, why: "∂L/∂w = δ·x₂ = δ·0. Wrong output, large δ, and still nothing to learn from this example for these three." },
    ],
    show: PRESETS["an input is zero"],
  },
  {
    id: "zero-input-rule",
    ask: "The same rule elsewhere: if a₁ were exactly 0, which gradient would be zero for that reason alone?",
    choices: [
      { text: "that of w₁₁, into unit 1", why: "Its gradient is δ₁·x₁; what unit 1 sends out does not stand in it." },
      { text: "that of v₁, out of unit 1", right: true, why: "∂L/∂v₁ = δₒ·a₁: blame above times what came in from below." },
      { text: "both", why: "Only if the slope is 0 as well, as it is for a ReLU that is off. tanh at z = 0 gives 0 with slope 1." },
    ],
  },
  {
    id: "relu-off",
    ask: "Hidden unit 2 is a ReLU with z₂ = −0.5: it is off. Which of the gradients at its weights are zero, for this example?",
    choices: [
      { text: "those coming in", marks: incoming, why: "They are: φ′(z₂) = 0, so δ₂ = 0. But the weight going out is δₒ·a₂, and a₂ = 0 as well." },
      { text: "that going out", marks: outgoing, why: "It is, since a₂ = 0. But those coming in are δ₂ times the input, and δ₂ = v₂·δₒ·φ′(z₂) with φ′ = 0." },
      { text: "coming in and going out", right: true, marks: [...incoming, ...outgoing], why: "Coming in, because its slope is 0; going out, because its value is 0. Two reasons, one switch." },
      { text: "none", marks: [], why: "The error does reach v₂. But off means value 0 and slope 0, and each of these gradients has one of the two as a factor." },
    ],
    show: PRESETS["a ReLU is off"],
  },
  {
    id: "flip",
    ask: "The target flips from 1 to −1. Which numbers change before any weight does?",
    choices: [
      { text: "all of them", why: "The forward pass does not look at the target: every z, every a and the output stay." },
      { text: "the loss and δ of the output", why: "They do. But every other δ has the output’s δ as a factor, and every gradient has a δ." },
      { text: "the loss, every δ, every gradient", right: true, why: "Forward does not know the target. Everything that comes back does: each δ and each gradient is multiplied by the same number, the ratio of the two errors." },
    ],
    show: { ...PRESETS["the example"], target: [-1], position: BLAMED },
  },
  {
    id: "rate",
    ask: "At η = 0.1 the step lowers the loss by 85 % of the predicted η‖g‖². And at η = 0.8?",
    choices: [
      { text: "by 85 % of eight times as much", why: "The prediction grows in proportion. The loss follows it only near where the gradient was taken; at 0.8 the step has gone past the valley." },
      { text: "by less than predicted", why: "That is so at 0.3 (54 %) and at 0.5 (23 %). At 0.8 the step is past the valley, and up the other side." },
      { text: "not at all: it rises", right: true, why: "The gradient is the slope here, at this point. Curvature costs about η², the promise grows as η: from some rate on the cost wins." },
    ],
    show: PRESETS["the step is too large"],
  },
];

/** The places where the guesses made for this state stand: { "W.0.0.1", … }. */
export function guessed(sim) {
  const same = (show) => ["weights", "x", "activation", "target"].every((name) => JSON.stringify(show[name]) === JSON.stringify(sim.get(name)));
  const made = questions.filter(({ id, show }) => show && sim.guess(id) !== undefined && same(show));
  return new Set(made.flatMap(({ id, choices }) => choices[sim.guess(id)].marks ?? []));
}
