// play · step · back · reset, always in this order; keys Space, →, ←, R anywhere in the simulation
// where the focused control has no use for the key itself.

import { h, reducedMotion } from "./dom.js";

/**
 * transport(sim, { step, back, reset, done, every }) → { el, stop, update, playing }
 * step(), back(), reset() change the state; done() says whether a further step exists;
 * canBack() likewise. `every` ms between the steps of a play. With reduced motion there is no play.
 */
export function transport(sim, { step, back, reset, done = () => false, canBack = () => true, every = 600 }) {
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    update();
  };
  const tick = () => (done() || !sim.root.isConnected ? stop() : step());
  const togglePlay = () => {
    if (timer) return stop();
    if (reducedMotion()) return step();
    tick();
    timer = setInterval(tick, every);
    update();
  };
  const by = (act) => () => {
    stop();
    act();
  };
  const actions = {
    play: togglePlay,
    step: by(() => done() || step()),
    back: by(() => canBack() && back()),
    reset: by(reset),
  };
  const make = (name, mark, key) => {
    const text = h("span", {}, name);
    const element = h("button", { type: "button", onclick: actions[name], "aria-keyshortcuts": key },
      h("span", { class: "nn-mark", "aria-hidden": "true" }, mark), text);
    return { element, text, mark: element.firstChild };
  };
  const buttons = {
    play: make("play", "▶\uFE0E", "Space"),
    step: make("step", "→", "ArrowRight"),
    back: make("back", "←", "ArrowLeft"),
    reset: make("reset", "↺", "R"),
  };
  function update() {
    buttons.play.text.textContent = timer ? "pause" : "play";
    buttons.play.mark.textContent = timer ? "❚❚" : "▶\uFE0E";
    buttons.play.element.hidden = reducedMotion();
    disable(buttons.play.element, done() && !timer);
    disable(buttons.step.element, done());
    disable(buttons.back.element, !canBack());
  }

  const keys = { " ": "play", ArrowRight: "step", ArrowLeft: "back", r: "reset", R: "reset" };
  const onKey = (event) => {
    const name = keys[event.key];
    if (!name || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (uses(event.target, event.key) || !el.isConnected || el.closest("[hidden]")) return;
    event.preventDefault();
    actions[name]();
  };
  sim.root.addEventListener("keydown", onKey);
  sim.cleanup(stop);

  const el = h("div", { class: "nn-transport", role: "group", "aria-label": "Run" },
    Object.values(buttons).map(({ element }) => element));
  update();
  return { el, stop, update, playing: () => timer > 0 };
}

// aria-disabled keeps the keyboard's focus where it is when the last step is reached.
const disable = (element, yes) => element.setAttribute("aria-disabled", String(Boolean(yes)));

/** Does this control need the key itself? */
function uses(target, key) {
  const type = target.type ?? "";
  if (/^(number|text)$/.test(type)) return true;
  if (key === " ") return /^(BUTTON|SUMMARY|SELECT|INPUT)$/.test(target.tagName);
  return key.startsWith("Arrow") && /^(range|radio|select-one)$/.test(type);
}
