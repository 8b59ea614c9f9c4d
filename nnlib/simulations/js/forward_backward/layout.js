// Where everything stands. Left to right: inputs, then for each layer its ports (one row for each
// weight that comes in, one for the bias) and its units, then the loss. Beside a weight, or below
// it where there is little room, stands its gradient.

const WIDE = { stacked: false, label: 30, field: 52, slot: 58, unit: 66, inputs: 58, radius: 21, loss: 96 };
const STACKED = { stacked: true, label: 0, field: 54, slot: 0, unit: 60, inputs: 54, radius: 20, loss: 92 };
const NARROW = { stacked: true, label: 0, field: 48, slot: 0, unit: 44, inputs: 46, radius: 18, loss: 0 };
const TOP = 30; // titles

/** sizes and the width in pixels → places; `row` is the height a finger or a mouse needs. */
export function layout(sizes, width, row) {
  const layers = sizes.length - 1;
  const gapIn = (m) => (width - m.inputs - m.loss - layers * (m.label + m.field + m.slot + m.unit)) / (layers + (m.loss ? 0.5 : 0));
  const m = [WIDE, STACKED].find((measures) => gapIn(measures) >= 34) ?? NARROW;
  const gap = Math.max(8, Math.min(110, gapIn(m)));
  const rowHeight = m.stacked ? 48 : row;
  const port = m.label + m.field + m.slot;

  const unitHeight = (l) => Math.max((sizes[l] + 1) * rowHeight, 4 * m.radius);
  const below = m.loss ? 0 : 60 + 48 * sizes.at(-1); // on a phone the loss stands below the output
  const columnHeight = (l) => sizes[l + 1] * unitHeight(l) + (sizes[l + 1] - 1) * 18 + (l === layers - 1 ? below : 0);
  const inner = Math.max(sizes[0] * 72, ...sizes.slice(1).map((_, l) => columnHeight(l)));
  const height = TOP + inner + 6;

  const inputs = Array.from({ length: sizes[0] }, (_, j) => ({ x: m.inputs / 2, y: TOP + (inner * (j + 0.5)) / sizes[0] }));
  const units = sizes.slice(1).map((n, l) => {
    const left = m.inputs + gap + l * (port + m.unit + gap);
    const top = TOP + (inner - columnHeight(l)) / 2;
    return Array.from({ length: n }, (_, i) => {
      const y = top + i * (unitHeight(l) + 18) + unitHeight(l) / 2;
      const first = y - (sizes[l] * rowHeight) / 2;
      const rows = Array.from({ length: sizes[l] + 1 }, (_, j) => first + j * rowHeight);
      return { left, right: left + port, x: left + port + m.unit - m.radius - 4, y, rows };
    });
  });
  const outputs = units.at(-1);
  const middle = (outputs[0].y + outputs.at(-1).y) / 2;
  const loss = m.loss
    ? { x: outputs[0].x + m.radius + gap / 2 + m.loss / 2, y: middle - 12 }
    : { x: outputs[0].x - 26, y: TOP + inner - (inner - columnHeight(layers - 1)) / 2 - below + 44 };
  const targets = Array.from({ length: sizes.at(-1) }, (_, i) => ({ x: loss.x, y: loss.y + 50 + 46 * i }));
  const used = loss.x + (m.loss ? m.loss / 2 : m.radius + 30);
  return { ...m, gap, width, height, used, rowHeight, inputs, units, loss, targets };
}

/** A wire that leaves and arrives level. */
export function wire(x1, y1, x2, y2) {
  const bend = Math.max(12, (x2 - x1) / 2);
  return `M${x1.toFixed(1)} ${y1.toFixed(1)}C${(x1 + bend).toFixed(1)} ${y1.toFixed(1)} ${(x2 - bend).toFixed(1)} ${y2.toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}`;
}
