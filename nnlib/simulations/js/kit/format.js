// How numbers look: three significant digits, a true minus sign, powers of ten where needed.

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

const minus = (text) => text.replace("-", "−");

/** 0.04498 → "0.045", −1234 → "−1230", 1.2e-7 → "1.2·10⁻⁷". */
export function num(value, digits = 3) {
  if (value === 0) return "0";
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) return minus(String(Number(value.toPrecision(digits))));
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = [...exponent.replace("+", "")].map((c) => SUPERSCRIPT[c]).join("");
  return `${minus(String(Number(mantissa)))}·10${power}`;
}

/** With its sign always written: "+0.5", "−0.5", "0". */
export const signed = (value, digits = 3) => (value > 0 ? "+" : "") + num(value, digits);

/** Every digit the computation has, for focus and tooltips. */
export const full = (value) => minus(String(value));

/** About n round numbers that span the range: steps of 1, 2 or 5 times a power of ten. */
export function ticks([low, high], n = 5) {
  const raw = (high - low) / Math.max(1, n);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= raw * 0.75);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
