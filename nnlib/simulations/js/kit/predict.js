// Predict first. A question with two to four choices; choosing one shows what happens and why.
// Nothing waits for an answer: whoever touches a control has skipped the question, and may still guess.
//
// The questions are the trait of that name, written in nnlib/simulations/questions/<name>.yml:
// { id, ask, choices: [{ text, right?, mark?, why, show? }], when: { trait: value }?, show: { trait: value }? }
// A question is asked while the traits in `when` have those values; `show` is the state that answers it,
// with what a choice adds of its own.
// Guesses are kept in the trait `guesses` ({ id: index }), so that a drawing can keep a guess
// (its `mark`, found by `sim.guess(id)`) beside what happened, and two views of one model agree.

import { h } from "./dom.js";

export function predictor(sim, el, onChange) {
  let touched = false;
  let series = ""; // which questions are open: named by the first
  let shown = "";
  const skip = (event) => {
    if (el.contains(event.target) || touched) return;
    touched = true;
    render();
  };
  sim.root.addEventListener("input", skip);
  sim.root.addEventListener("pointerdown", skip);

  const position = new Map(); // where the reader is, in each set of questions
  const holds = ([trait, value]) => sim.get(trait) === value;
  const open = () => sim.get("questions").filter(({ when = {} }) => Object.entries(when).every(holds));

  function render() {
    const list = open();
    el.hidden = list.length === 0;
    if (el.hidden) return;
    if (series !== list[0].id) {
      series = list[0].id;
      touched = false;
    }
    const at = position.get(series) ?? 0;
    const question = list[at];
    const guess = sim.get("guesses")[question.id];
    const state = JSON.stringify([question.id, guess, touched]);
    if (state === shown) return;
    shown = state;
    const focused = el.contains(document.activeElement);
    const go = (to) => {
      position.set(series, to);
      touched = false;
      render();
    };
    const steps = h("span", { class: "nn-steps" },
      h("button", { type: "button", "aria-label": "previous question", "aria-disabled": String(at === 0), onclick: () => at > 0 && go(at - 1) }, "‹"),
      `${at + 1} of ${list.length}`,
      h("button", { type: "button", "aria-label": "next question", "aria-disabled": String(at === list.length - 1), onclick: () => at < list.length - 1 && go(at + 1) }, "›"));
    const kicker = guess !== undefined ? "Your guess" : touched ? "Skipped; you may still guess" : "Predict";
    el.replaceChildren(
      h("div", { class: "nn-kicker" }, h("span", {}, kicker), list.length > 1 ? steps : null),
      h("p", { class: "nn-ask" }, question.ask),
      h("div", { class: "nn-choices", role: "group", "aria-label": "Choices" }, question.choices.map((choice, i) => choiceButton(question, choice, i, guess))),
      answer(question, guess),
    );
    if (focused) el.querySelector(guess === undefined ? ".nn-choices button" : `.nn-choices button[aria-pressed="true"]`)?.focus({ preventScroll: true });
  }

  function choiceButton(question, choice, i, guess) {
    const known = guess !== undefined;
    const mark = known && choice.right ? h("span", { class: "nn-mark" }, "✓ ") : null;
    const choose = () => sim.set({ guesses: { ...sim.get("guesses"), [question.id]: i }, ...question.show, ...choice.show });
    return h("button", { type: "button", "aria-pressed": String(guess === i), class: known && choice.right ? "nn-right" : "", onclick: choose }, mark, choice.text);
  }

  function answer(question, guess) {
    const text = guess === undefined ? null : question.choices[guess].why;
    return h("p", { class: "nn-why", role: "status" }, text);
  }

  onChange(render);
  render();
}
