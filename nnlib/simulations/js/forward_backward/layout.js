// Where everything stands. Left to right: inputs, then for each layer its ports (one row for each
// weight that comes in, one for the bias) and its units, then the loss. A gradient stands beside its
// weight, or below it where there is little room.

const WIDE = { label: 26, field: 46, slot: 58, unit: 64, inputs: 52, radius: 22, loss: 76 };
const STACKED = { label: 0, field: 54, slot: 0, unit: 66, inputs: 54, radius: 22, loss: 90 };
const NARROW = { label: 0, field: 44, slot: 0, unit: 44, inputs: 42, radius: 18, loss: 0 };
const [TOP, BETWEEN] = [30, 18];

/** sizes, width in pixels, the height of a row that finger or mouse need → places. */
export function layout(sizes, width, row) {
  const layers = sizes.length - 1;
  const gapIn = (m) => (width - m.inputs - m.loss - layers * (m.label + m.field + m.slot + m.unit)) / (layers + (m.loss ? 0.5 : 0));
  const m = [WIDE, STACKED].find((measures) => gapIn(measures) >= 30) ?? NARROW;
  const stacked = m.slot === 0;
  const gap = Math.max(6, Math.min(110, gapIn(m)));
  const rowHeight = stacked ? 48 : row;

  const unitHeight = (l) => Math.max((sizes[l] + 1) * rowHeight, 4 * m.radius);
  const below = m.loss ? 0 : 60 + 48 * sizes.at(-1); // on a phone the loss stands below the output
  const columnHeight = (l) => sizes[l + 1] * (unitHeight(l) + BETWEEN) - BETWEEN + (l === layers - 1 ? below : 0);
  const inner = Math.max(sizes[0] * 72, ...sizes.slice(1).map((_, l) => columnHeight(l)));
  const top = (l) => TOP + (inner - columnHeight(l)) / 2;

  const inputs = Array.from({ length: sizes[0] }, (_, j) => ({ x: m.inputs / 2, y: TOP + (inner * (j + 0.5)) / sizes[0] }));
  const units = sizes.slice(1).map((n, l) => {
    const left = m.inputs + gap + l * (m.label + m.field + m.slot + m.unit + gap);
    const right = left + m.label + m.field + m.slot;
    return Array.from({ length: n }, (_, i) => {
      const y = top(l) + i * (unitHeight(l) + BETWEEN) + unitHeight(l) / 2;
      const rows = Array.from({ length: sizes[l] + 1 }, (_, j) => y + (j - sizes[l] / 2) * rowHeight);
      return { left, right, x: right + m.unit - m.radius - 4, y, rows };
    });
  });
  const [first, last] = [units.at(-1)[0], units.at(-1).at(-1)];
  const loss = m.loss
    ? { x: first.x + m.radius + (gap + m.loss) / 2, y: (first.y + last.y) / 2 - 12 }
    : { x: first.x - 18, y: top(layers - 1) + columnHeight(layers - 1) - below + 44 };
  const targets = Array.from({ length: sizes.at(-1) }, (_, i) => ({ x: loss.x, y: loss.y + 48 + 46 * i }));
  return { ...m, stacked, height: Math.max(TOP + inner, targets.at(-1).y + 24) + 6, used: m.loss ? loss.x + m.loss / 2 : width, rowHeight, inputs, units, loss, targets };
}

/** A wire that leaves and arrives level. */
export function wire(x1, y1, x2, y2) {
  const bend = Math.max(12, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
