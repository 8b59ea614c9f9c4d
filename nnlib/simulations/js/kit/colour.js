// Signed quantities: blue (+) through the page's background to orange (−). CSS mixes the colours,
// so a change of theme needs no repaint; a canvas reads the same colours from `palette`.

// Text stands on these fills: with more colour than this it would fall below 4.5 : 1.
const STRONGEST = 0.62;

/** −1 … 1 of a value on its scale; what is beyond is clipped. */
const share = (value, scale) => Math.max(-1, Math.min(1, scale > 0 ? value / scale : 0)) || 0;

/** A CSS colour for `value`, strongest at ±scale. */
export function signedFill(value, scale = 1) {
  const t = share(value, scale);
  const amount = (100 * STRONGEST * Math.abs(t)).toFixed(1);
  return `color-mix(in srgb, var(--nn-${t < 0 ? "negative" : "positive"}) ${amount}%, var(--nn-bg))`;
}

/** A CSS colour for a magnitude from 0 to scale: one hue, lightness only. */
export function magnitudeFill(value, scale = 1, role = "forward") {
  const amount = (100 * STRONGEST * Math.abs(share(value, scale))).toFixed(1);
  return `color-mix(in srgb, var(--nn-${role}) ${amount}%, var(--nn-bg))`;
}

/**
 * For canvas: the theme's colours as numbers. `palette(root).signed(value, scale)` → "rgb(…)",
 * `.role("loss")` → "#…". Make a new one when the theme changes (`sim.onTheme`).
 */
export function palette(root) {
  const style = getComputedStyle(root);
  const role = (name) => style.getPropertyValue(`--nn-${name}`).trim();
  const rgb = (name) => [1, 3, 5].map((i) => parseInt(role(name).slice(i, i + 2), 16));
  const [ground, plus, minus] = [rgb("bg"), rgb("positive"), rgb("negative")];
  return {
    role,
    signed(value, scale = 1) {
      const t = share(value, scale);
      const end = t < 0 ? minus : plus;
      const mixed = ground.map((g, i) => Math.round(g + (end[i] - g) * Math.abs(t) * STRONGEST));
      return `rgb(${mixed.join(",")})`;
    },
  };
}
