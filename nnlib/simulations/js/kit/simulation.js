// The anatomy every simulation shares: question, one line to try, predict, stage, controls,
// what happened, in code. `simulation(…)` builds it and returns what a simulation works with.

import { codePanel } from "./code.js";
import { h } from "./dom.js";
import { predictor } from "./predict.js";

/**
 * const sim = simulation({ model, el, title, lead, traits });
 *
 * model, el   as anywidget gives them to render
 * title       a question; lead: one line that says what to try
 * traits      the names of the synced traits the drawing depends on
 *
 * sim.get(name), sim.set({ name: value })   the state; setting tells Python and the other views
 * sim.bind(control, name, options)          a control tied to a trait; returns its element
 * sim.stage, sim.controls                   where to append
 * sim.draw(f)                               f paints the whole state; called at most once a frame
 * sim.happened(text), sim.code(text)        what happened, and the lines of nnlib that compute it
 * sim.guess(id)                             the choice the reader made for a question, see predict.js
 * sim.onResize(el, f), sim.cleanup(f)
 * sim.destroy                               what render returns
 */
export function simulation({ model, el, title, lead, traits }) {
  const undo = [];
  const region = (name, ...children) => h("div", { class: `nn-${name}` }, ...children);
  const label = `nn-${Math.random().toString(36).slice(2)}`;
  const stage = region("stage");
  const controls = region("controls");
  const sentence = h("p", { class: "nn-sentence" });
  const live = h("p", { class: "nn-sr", role: "status", "aria-live": "polite" });
  const code = codePanel();
  const questions = region("predict");
  questions.hidden = true;
  const head = region("head", h("p", { class: "nn-title", id: label, role: "heading", "aria-level": 3 }, title), h("p", { class: "nn-lead" }, lead));
  const root = h("div", { class: "nn-sim", role: "group", "aria-labelledby": label },
    head, questions, region("bench", stage, controls, region("happened", sentence, live)), code.el);
  el.append(root);

  // One drawing a frame, however many traits and pointer events arrive in between. Colab puts the
  // element into its page some frames after render: before that it has neither size nor colours.
  let paint = () => {};
  let frame = 0;
  const invalidate = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (!root.isConnected) return invalidate();
      paint();
    });
  };
  const watch = (names, react) => {
    for (const name of names) {
      model.on(`change:${name}`, react);
      undo.push(() => model.off(`change:${name}`, react));
    }
  };

  // Spoken a little later than shown: while something is dragged, only where it ends is read out.
  let speaking = 0;
  const happened = (text) => {
    if (sentence.textContent === text) return;
    sentence.textContent = text;
    clearTimeout(speaking);
    speaking = setTimeout(() => (live.textContent = text), 700);
  };

  const sim = {
    root,
    stage,
    controls,
    invalidate,
    happened,
    code: code.show,
    get: (name) => model.get(name),
    set(changes) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
    },
    bind(control, name, options) {
      const made = control({ value: model.get(name), onInput: (value) => sim.set({ [name]: value }), ...options });
      watch([name], () => made.set(model.get(name)));
      return made.el;
    },
    draw(f) {
      paint = f;
      watch(["guesses", ...traits], invalidate);
      invalidate();
    },
    /** f(width) at once and whenever the element's width changes; then the drawing is painted anew. */
    onResize(element, f) {
      const observer = new ResizeObserver(([entry]) => {
        f(entry.contentRect.width);
        invalidate();
      });
      observer.observe(element);
      undo.push(() => observer.disconnect());
    },
    cleanup: (f) => undo.push(f),
    guess(id) {
      const question = model.get("questions").find((q) => q.id === id);
      return question?.choices[model.get("guesses")[id]];
    },
    destroy() {
      cancelAnimationFrame(frame);
      clearTimeout(speaking);
      undo.forEach((f) => f());
      root.remove();
    },
  };
  if (model.get("predict")) predictor(sim, questions, (react) => watch(["guesses", ...traits], react));
  return sim;
}
