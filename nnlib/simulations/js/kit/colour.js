// Signed quantities: blue (+) through the page's background to orange (−). CSS mixes the colours,
// so a change of theme needs no repaint; a canvas reads the same colours from `palette`.
// Write tokens out whole, "--nn-loss": a bundle keeps only those that it names.

// Text stands on these fills: with more colour than this it would fall below 4.5 : 1.
const STRONGEST = 0.62;

/** −1 … 1 of a value on its scale; what is beyond is clipped. */
const share = (value, scale) => Math.max(-1, Math.min(1, scale > 0 ? value / scale : 0)) || 0;

/** A CSS colour for `value`, strongest at ±scale. */
export function signedFill(value, scale = 1) {
  const t = share(value, scale);
  const amount = (100 * STRONGEST * Math.abs(t)).toFixed(1);
  return `color-mix(in srgb, ${t < 0 ? "var(--nn-negative)" : "var(--nn-positive)"} ${amount}%, var(--nn-bg))`;
}

/** A CSS colour for a magnitude from 0 to scale: one hue, lightness only. */
export function magnitudeFill(value, scale = 1, colour = "var(--nn-forward)") {
  const amount = (100 * STRONGEST * Math.abs(share(value, scale))).toFixed(1);
  return `color-mix(in srgb, ${colour} ${amount}%, var(--nn-bg))`;
}

/**
 * For canvas: the theme's colours as numbers. `palette(root).signed(value, scale)` → "rgb(…)",
 * `.colour("--nn-loss")` → "#…". Make a new one when the theme changes (`sim.onTheme`).
 */
export function palette(root) {
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(name).trim();
  const rgb = (name) => [1, 3, 5].map((i) => parseInt(colour(name).slice(i, i + 2), 16));
  const [ground, plus, minus] = [rgb("--nn-bg"), rgb("--nn-positive"), rgb("--nn-negative")];
  return {
    colour,
    signed(value, scale = 1) {
      const t = share(value, scale);
      const end = t < 0 ? minus : plus;
      const mixed = ground.map((g, i) => Math.round(g + (end[i] - g) * Math.abs(t) * STRONGEST));
      return `rgb(${mixed.join(",")})`;
    },
  };
}
