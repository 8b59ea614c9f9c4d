// Predict, then see. Each view asks its own; after the guess, the rule, then the rule elsewhere.

export function questions(sim) {
  const only = (mode, list) => list.map((question) => ({ ...question, when: () => sim.get("mode") === mode }));
  return [...only("curves", curves), ...only("chain", chain), ...only("softmax", softmax), ...only("neuron", neuron(sim))];
}

const curves = [
  {
    id: "slope",
    ask: "A gradient passes back through one sigmoid, at its steepest point. How much of it comes out?",
    choices: [
      { text: "all of it", why: "Tempting, since the sigmoid runs from 0 to 1. But it takes about ten units of z to do so; its steepest slope is ¼." },
      { text: "half", why: "At z = 0 the sigmoid’s value is ½. Its slope there is σ(1 − σ) = ½ · ½ = ¼, and the slope is what a gradient meets." },
      { text: "a quarter", right: true, why: "The slope is σ(1 − σ), largest at z = 0: ½ · ½ = ¼. Everywhere else less comes out." },
    ],
    show: { activation: "sigmoid", x: 0 },
  },
  {
    id: "off",
    ask: "ReLU at z = −2 says 0. Move z to −1. What happens to the output?",
    choices: [
      { text: "it rises by 1", why: "That is what happens right of zero. Left of it the curve is flat: the output stays 0." },
      { text: "it stays 0", right: true, why: "Left of zero the curve is flat: slope 0. So a gradient that comes back here ends here, for this example." },
      { text: "it becomes −1", why: "ReLU never goes below zero: it is max(z, 0)." },
    ],
    show: { activation: "relu", x: -1 },
  },
];

const chain = [
  {
    id: "ten",
    ask: "Ten sigmoids in a row, each at its steepest, all weights 1. How much of the gradient reaches the first layer?",
    choices: [
      { text: "25 %", why: "That is one layer’s factor. Ten of them multiply: 0.25¹⁰ ≈ 0.0001 %." },
      { text: "10 %", why: "It is not shared out among ten layers. Each multiplies what it gets by ¼: 0.25¹⁰ ≈ 0.0001 %." },
      { text: "0.0001 %", right: true, why: "Ten factors of ¼ multiply: 0.25¹⁰ ≈ 9.5·10⁻⁷." },
    ],
    show: { activation: "sigmoid", layers: 10, weight: 1, x: 0, run: false },
  },
  {
    id: "rule",
    ask: "Which rule did you use?",
    choices: [
      { text: "factors multiply", right: true, why: "The chain rule: along one path, slopes multiply. The factor of a layer is w·φ′(z), never φ′ alone." },
      { text: "losses add up", why: "If each layer took away a fixed amount, ten might leave something. Each takes a share of what is left." },
      { text: "the weakest layer decides", why: "Then ten layers would be as good as one. All factors count, since they multiply." },
    ],
  },
  {
    id: "cure",
    ask: "Now w = 4. At z = 0 each factor is 4 · ¼ = 1 and nothing is lost. Is the gradient cured?",
    choices: [
      { text: "yes, at every z", why: "The slope is ¼ at one point only. At z = 1 it is 0.197, the factor 0.786, and after ten layers 9 % is left." },
      { text: "only at z = 0", right: true, why: "At z = 1 the factor is 4 · 0.197 = 0.786, and 0.786¹⁰ ≈ 9 %. Further out it is far worse." },
      { text: "no, it explodes", why: "The slope never exceeds ¼, so with w = 4 no factor exceeds 1: this chain cannot explode." },
    ],
    show: { activation: "sigmoid", layers: 10, weight: 4, x: 1, run: false },
  },
  {
    id: "relus",
    ask: "The same rule elsewhere: ten ReLUs, all on, all weights 1.5. What becomes of a gradient of 1?",
    choices: [
      { text: "1.5", why: "That is one layer: 1.5 · 1. Ten multiply: 1.5¹⁰ ≈ 57.7." },
      { text: "15", why: "Ten times 1.5 would be adding. They multiply: 1.5¹⁰ ≈ 57.7." },
      { text: "about 58", right: true, why: "ReLU’s slope is 1 where it is on, so only the weights are left: 1.5¹⁰ ≈ 57.7. ReLU does not keep gradients from exploding, nor from vanishing." },
    ],
    show: { activation: "relu", layers: 10, weight: 1.5, x: 0.5, run: false },
  },
];

const softmax = [
  {
    id: "hundred",
    ask: "Add 100 to every logit. What happens to the three probabilities?",
    choices: [
      { text: "all come close to 1", why: "They always sum to 1, so they cannot. The factor e¹⁰⁰ stands above and below the fraction line and cancels." },
      { text: "nothing", right: true, why: "e^(z+100) = e¹⁰⁰ · eᶻ, and e¹⁰⁰ cancels between numerator and sum. Only differences of logits count." },
      { text: "the largest takes all", why: "That is what multiplying the logits does. Adding the same to all leaves their differences, and so every p, as they were." },
    ],
    show: { logits: [102, 101, 99] },
  },
  {
    id: "neighbours",
    ask: "Raise z₁ alone, a little. What do p₂ and p₃ do?",
    choices: [
      { text: "they stay", why: "Softmax does not work entry by entry: all three share one sum. ∂p₂/∂z₁ = −p₁p₂, below zero." },
      { text: "both fall equally", why: "Both fall, but each by a share of itself: −p₁p₂ and −p₁p₃. The larger one gives more." },
      { text: "both fall, the larger one faster", right: true, why: "∂p₂/∂z₁ = −p₁p₂ and ∂p₃/∂z₁ = −p₁p₃: read the first column of the Jacobian." },
    ],
    show: { logits: [2.5, 1, -1] },
  },
];

// Dead after one step that was too long; the state in which the question is asked.
const DEAD = [[1, 0], [-1.3786666666666667, -0.5193333333333333]];

const neuron = (sim) => [
  {
    id: "revive",
    ask: "One step of size 0.2 was too long: z ≤ 0 on all 30 flowers. The neuron is dead. Which of these revives it?",
    choices: [
      { text: "a smaller step size", why: "Its gradient is exactly 0, and any step size times 0 is 0. It would have helped before the fatal step, not after." },
      { text: "100 more steps", why: "A hundred times 0 is 0. Try it: no number moves." },
      { text: "moving what is upstream", right: true, why: "When the layer below moves its output, some z can rise above 0, and there the slope is 1 again. Here c = −8 is tried: press “100 more steps”." },
    ],
    show: { path: DEAD, rate: 0.05, upstream: -8, leak: 0 },
  },
  {
    id: "why",
    ask: "Which rule did you use?",
    choices: [
      { text: "∂L/∂w contains φ′(z) on every path", right: true, why: "Each flower’s share is (a − t) · φ′(z) · x. Where φ′(z) = 0 on all flowers, every share is 0, however large the error." },
      { text: "the error is zero", why: "It is not: the neuron says 0 cm for every flower. A gradient of zero is no proof of innocence." },
      { text: "the weight is zero", why: "It is −1.38. What is zero is φ′(z)." },
    ],
  },
  {
    id: "one",
    ask: "The same rule elsewhere: a neuron is off on 29 flowers and on for one. Is it dead?",
    choices: [
      { text: "nearly: it learns nothing", why: "It learns from the one: its gradient is that flower’s share, divided by 30. Slow, but alive." },
      { text: "no, it learns from the one", right: true, why: "Dead means off on all. Zero on some inputs is what ReLU is for; zero on most is slow." },
    ],
    show: { path: [[1, -6.5]], rate: 0.05, upstream: 0, leak: 0 },
  },
];
