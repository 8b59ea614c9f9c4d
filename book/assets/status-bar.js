// The line at the foot of the window: what Python does on this page (live.js), and what can be done about it.

/** `actions`: {key: {name, act}}, a button each. say(text, ...keys) shows the text and these buttons;
 *  progress(share) a bar, that only moves where nobody knows how far it is. */
globalThis.nnStatusBar = (actions) => {
  "use strict";
  const buttons = Object.entries(actions).map(([key, { name }]) => `<button data-does="${key}">${name}</button>`);
  const parts = `<span role="status"></span><progress aria-label="progress"></progress>${buttons.join("")}`;
  document.body.insertAdjacentHTML("beforeend", `<div class="nn-python" hidden>${parts}</div>`);
  const element = document.body.lastElementChild;
  const [words, meter, ...all] = element.children;
  element.onclick = ({ target }) => actions[target.dataset.does]?.act();
  return {
    say(text, ...offered) {
      const focused = element.contains(document.activeElement) && document.activeElement;
      element.hidden = !text;
      words.textContent = text;
      meter.hidden = true;
      for (const button of all) button.hidden = !offered.includes(button.dataset.does);
      if (focused?.hidden) all.find((button) => !button.hidden)?.focus(); // a key goes on from there
    },
    progress(share) {
      meter.hidden = false;
      meter.removeAttribute("value");
      if (share !== undefined) meter.value = Math.min(share, 1);
    },
  };
};
