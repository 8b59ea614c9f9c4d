// Random numbers that come out the same in every browser and in Python: mulberry32 (Tommy Ettinger, 2017).

/** A generator of numbers in [0, 1), in steps of 2⁻³², begun at a whole number. */
export function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers, one from every two of `random` (Box & Muller 1958). */
export const normal = (random) => () => {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
};

/** Standard deviations of a weight at the start, as in nnlib.scratch. */
export const he = (fanOut, fanIn) => Math.sqrt(2 / fanIn);
export const xavier = (fanOut, fanIn) => Math.sqrt(2 / (fanIn + fanOut));
