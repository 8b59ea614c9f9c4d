// Signed quantities: blue (+) through the page's background to orange (−). CSS mixes the colours,
// so a change of theme needs no repaint.
// Write tokens out whole, "--nn-loss": a bundle keeps only those that it names.

// Text stands on these fills: with more colour than this it would fall below 4.5 : 1.
const STRONGEST = 0.62;

/** A CSS colour for `value`, strongest at ±scale and beyond. */
export function signedFill(value, scale = 1) {
  const share = Math.min(1, scale > 0 ? Math.abs(value) / scale : 0) || 0;
  const amount = (100 * STRONGEST * share).toFixed(1);
  return `color-mix(in srgb, ${value < 0 ? "var(--nn-negative)" : "var(--nn-positive)"} ${amount}%, var(--nn-bg))`;
}
