// What a network says at every point of the plane, as pictures of N × N pixels: computed in portions that fit
// between two frames, from the parameters as they were when the picture was begun.

import { network } from "../math/train.js";

export const SPAN = 1.2; // the plane shown is [-SPAN, SPAN]²
const PORTION = 512;

export function plane(N) {
  const X = new Float64Array(2 * N * N);
  for (let p = 0; p < N * N; p++) {
    X[2 * p] = SPAN * (((p % N) + 0.5) * (2 / N) - 1);
    X[2 * p + 1] = SPAN * (1 - (Math.floor(p / N) + 0.5) * (2 / N));
  }
  let [net, shape, theta, at] = [null, "", null, 0];
  const g = { N, maps: [], largest: [], done: true };

  /** Begins a picture of this run's present parameters; only the output if `alone`. */
  g.begin = (run, alone) => {
    const now = JSON.stringify([run.s.kind, run.s.hidden, run.s.activation, run.s.grid, alone]);
    if (now !== shape) {
      shape = now;
      net = network(run.s, PORTION);
      g.maps = net.layers.map(({ m }, l) => (alone && l < net.layers.length - 1 ? [] : Array.from({ length: m }, () => new Float32Array(N * N))));
    }
    theta = run.theta.slice();
    g.largest = g.maps.map((units) => units.map(() => 0));
    [at, g.done] = [0, false];
  };

  /** Goes on until `late()`; true when the picture is whole. */
  g.work = (late = () => false) => {
    while (!g.done) {
      const count = Math.min(PORTION, N * N - at);
      net.forward(theta, X.subarray(2 * at), count);
      g.maps.forEach((units, l) => units.forEach((map, i) => {
        const m = net.layers[l].m;
        let most = g.largest[l][i];
        for (let r = 0; r < count; r++) {
          const value = net.A[l][r * m + i];
          map[at + r] = value;
          if (value > most) most = value;
          else if (-value > most) most = -value;
        }
        g.largest[l][i] = most;
      }));
      at += count;
      g.done = at >= N * N;
      if (!g.done && late()) return false;
    }
    return true;
  };
  return g;
}

/** How a picture is coloured: signed, or for the output by the probability of class 1. */
export const scaleOf = (l, layers, largest) => (l === layers - 1 ? (z) => 2 / (1 + Math.exp(-z)) - 1 : (a) => a / (largest || 1));

const STEPS = 128;

/** Pictures of maps in the theme's colours: picture(map, N, size, scale) → a canvas of size × size pixels, one for each size, used anew. */
export function painter(colours) {
  const kept = new Map();
  return (map, N, size, scale) => {
    if (!kept.has(size)) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = size;
      const context = canvas.getContext("2d");
      const image = context.createImageData(size, size);
      kept.set(size, { canvas, context, image, cells: new Uint32Array(image.data.buffer) });
    }
    const { canvas, context, image, cells } = kept.get(size);
    const { table } = colours;
    const every = N / size;
    for (let y = 0, k = 0; y < size; y++) {
      for (let x = 0; x < size; x++, k++) cells[k] = table[Math.max(0, Math.min(2 * STEPS, Math.round(STEPS + STEPS * scale(map[y * every * N + x * every])))) || 0];
    }
    context.putImageData(image, 0, 0);
    return canvas;
  };
}

/** The theme's colours as a canvas needs them: none before the first `read()`, in the page; read anew when the theme changes. */
export function themeColours(sim) {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data;
  };
  const colours = {};
  const read = () => {
    const style = getComputedStyle(sim.root);
    const get = (name) => style.getPropertyValue(name).trim();
    Object.assign(colours, {
      bg: get("--nn-bg"), text: get("--nn-text"), muted: get("--nn-muted"), frozen: get("--nn-frozen"), hairline: get("--nn-hairline"), param: get("--nn-param"),
      plus: get("--nn-positive"), minus: get("--nn-negative"), forward: get("--nn-forward"), classes: [get("--nn-class-0"), get("--nn-class-1")],
    });
    const [bg, plus, minus] = [colours.bg, colours.plus, colours.minus].map(rgb);
    colours.table = Uint32Array.from({ length: 2 * STEPS + 1 }, (_, k) => {
      const share = 0.62 * Math.abs(k / STEPS - 1); // as signedFill
      const [r, g, b] = [0, 1, 2].map((c) => Math.round(bg[c] + share * ((k < STEPS ? minus : plus)[c] - bg[c])));
      return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    });
  };
  const changed = () => {
    read();
    sim.invalidate();
  };
  const observer = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) observer.observe(element, { attributeFilter: ["data-theme", "theme", "data-jp-theme-light"] });
  const media = matchMedia("print");
  media.addEventListener("change", changed);
  sim.cleanup(() => {
    observer.disconnect();
    media.removeEventListener("change", changed);
  });
  return Object.assign(colours, { read });
}

/** A canvas with as many pixels as the screen has there; returns its context, in CSS pixels. */
export function sized(canvas, width, height) {
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    [canvas.width, canvas.height] = [w, h];
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
