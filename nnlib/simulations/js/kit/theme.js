// The book, JupyterLab and Colab each say "dark" in their own way; CSS follows by itself.
// This is for canvases, which must be painted again.

const WATCHED = ["data-theme", "data-jp-theme-light", "theme", "class"];

/** Calls `changed` whenever the page's theme may have changed; returns the clean-up. */
export function onTheme(changed) {
  const observer = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: WATCHED });
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", changed);
  };
}

/** Does the reader ask for less motion? Asked anew each time: it can change. */
export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
