// The landing page's living network: points to drag, and a network that learns to follow them.
// What it computes stands in landing-math.js.
(function () {
  "use strict";

  const { X, Y, unflatten, forward, gradients, adam, zeros, fresh } = globalThis.nnLanding;
  const HIDDEN_ROWS = [0, 1, 2, 3];
  const [XMAX, YMAX] = [3, 1.2];
  const three = (value) =>
    Math.abs(value) < 1e-6 ? "< 0.000001" : value.toPrecision(3).replace("-", "−");
  const plus = (value) => `${value < 0 ? "−" : "+"} ${Math.abs(value).toPrecision(3)}`;
  const two = (value) => value.toFixed(2).replace("-", "−");

  function svg(name, attributes = {}, parent = null, text = null) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== null) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  }

  // The plot: points to drag, the network's curve, and what each neuron adds to it.
  const PLOT = { width: 560, height: 330 };
  const px = (x) => ((x + XMAX) / (2 * XMAX)) * PLOT.width;
  const py = (y) => (1 - (y + YMAX) / (2 * YMAX)) * PLOT.height;
  const clamp = (value, limit) => Math.max(-limit, Math.min(limit, value));

  function curve(f, x0, y0, width, height, ymax) {
    let d = "";
    for (let i = 0; i <= 80; i++) {
      const x = -XMAX + (2 * XMAX * i) / 80;
      const at = [x0 + (width * i) / 80, y0 + (height / 2) * (1 - f(x) / ymax)];
      d += (i ? "L" : "M") + at[0].toFixed(1) + " " + at[1].toFixed(1);
    }
    return d;
  }

  function buildPlot(root, onMove, onProbe) {
    const box = `0 0 ${PLOT.width} ${PLOT.height}`;
    const label = "Seven points to move, and the curve that the network computes";
    const el = svg("svg", { viewBox: box, role: "group", "aria-label": label }, root);
    svg("path", { class: "axis", d: `M0 ${py(0)}H${PLOT.width}M${px(0)} 0V${PLOT.height}` }, el);
    svg("text", { class: "tick", x: PLOT.width - 12, y: py(0) - 8 }, el, "x");
    svg("rect", { width: PLOT.width, height: PLOT.height }, svg("clipPath", { id: "nn-frame" }, el));
    const drawn = svg("g", { "clip-path": "url(#nn-frame)" }, el);
    const parts = HIDDEN_ROWS.map(() => svg("path", { class: "part" }, drawn));
    const probe = svg("path", { class: "probe" }, el);
    const gaps = X.map(() => svg("path", { class: "gap" }, el));
    const line = svg("path", { class: "curve" }, drawn);
    const spot = svg("circle", { class: "spot", r: 5 }, el);
    const points = X.map((x, i) => {
      const attributes = {
        class: "point",
        tabindex: 0,
        role: "slider",
        "aria-orientation": "vertical",
        "aria-label": `Point ${i + 1} of ${X.length}, at x = ${x}`,
        "aria-valuemin": -YMAX,
        "aria-valuemax": YMAX,
      };
      const point = svg("g", attributes, el);
      svg("circle", { class: "reach", r: 24 }, point);
      svg("circle", { class: "dot", r: 8 }, point);
      const move = (event) => {
        const area = el.getBoundingClientRect();
        onMove(i, (1 - (2 * (event.clientY - area.top)) / area.height) * YMAX);
      };
      point.addEventListener("pointerdown", (event) => {
        point.setPointerCapture(event.pointerId);
        point.classList.add("held");
        move(event);
      });
      point.addEventListener("pointermove", (event) => {
        if (point.hasPointerCapture(event.pointerId)) move(event);
      });
      const release = () => point.classList.remove("held");
      point.addEventListener("pointerup", release);
      point.addEventListener("pointercancel", release);
      point.addEventListener("keydown", (event) => {
        const up = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
        if (!up) return;
        event.preventDefault();
        event.stopPropagation();
        onMove(i, state.ys[i] + 0.1 * up);
      });
      return point;
    });
    el.addEventListener("pointermove", (event) => {
      const area = el.getBoundingClientRect();
      onProbe(clamp(((2 * (event.clientX - area.left)) / area.width - 1) * XMAX, XMAX));
    });
    return { parts, probe, gaps, line, spot, points };
  }

  function drawPlot(view, s) {
    const p = unflatten(s.a);
    const full = [0, 0, PLOT.width, PLOT.height, YMAX];
    view.line.setAttribute("d", curve((x) => forward(s.a, x).y, ...full));
    view.parts.forEach((part, j) => {
      part.setAttribute("d", curve((x) => p.v[j] * Math.tanh(p.w[j] * x + p.b[j]), ...full));
    });
    const y = forward(s.a, s.x).y;
    view.probe.setAttribute("d", `M${px(s.x)} 0V${PLOT.height}`);
    view.spot.setAttribute("cx", px(s.x));
    view.spot.setAttribute("cy", py(y));
    view.points.forEach((point, i) => {
      point.setAttribute("transform", `translate(${px(X[i])} ${py(s.ys[i])})`);
      point.setAttribute("aria-valuenow", s.ys[i].toFixed(2));
      const from = py(forward(s.a, X[i]).y);
      view.gaps[i].setAttribute("d", `M${px(X[i])} ${py(s.ys[i])}V${from}`);
    });
  }

  // The network: each weight as a line and a number, each neuron with the curve it computes.
  const NET = { width: 420, height: 330, r: 29 };
  const rowY = (j) => 42 + j * 82;
  const MID = NET.height / 2;

  function buildNetwork(root) {
    const box = `0 0 ${NET.width} ${NET.height}`;
    const el = svg("svg", { viewBox: box, role: "img" }, root);
    const edges = [0, 1].flatMap((side) =>
      HIDDEN_ROWS.map((j) => {
        const [x0, x1] = side ? [200 + NET.r, 348] : [54, 200 - NET.r];
        const [y0, y1] = side ? [rowY(j), MID] : [MID, rowY(j)];
        const line = svg("path", { d: `M${x0} ${y0}L${x1} ${y1}` }, el);
        const [at, y] = side ? [288, y0 + (y1 - y0) * 0.5] : [128, y0 + (y1 - y0) * 0.64];
        return { line, text: svg("text", { class: "number", x: at, y: y - 5 }, el) };
      }),
    );
    const node = (x, y, r, className = "neuron") => svg("circle", { class: className, cx: x, cy: y, r }, el);
    node(32, MID, 22);
    node(376, MID, NET.r);
    const input = svg("text", { class: "value", x: 32, y: MID + 5 }, el);
    const output = svg("text", { class: "value", x: 376, y: MID + 5 }, el);
    svg("text", { class: "name", x: 32, y: MID + 42 }, el, "input x");
    svg("text", { class: "name", x: 376, y: MID + 48 }, el, "output");
    const hidden = HIDDEN_ROWS.map((j) => {
      node(200, rowY(j), NET.r);
      const shape = svg("path", { class: "shape" }, el);
      const spot = svg("circle", { class: "spot", r: 4 }, el);
      const text = svg("text", { class: "small", x: 200, y: rowY(j) + NET.r + 14 }, el);
      const bias = svg("tspan", { class: "number" }, text);
      return { shape, spot, bias, value: svg("tspan", {}, text) };
    });
    const shift = svg("text", { class: "number", x: 376, y: MID - NET.r - 8 }, el);
    return { el, edges, input, output, hidden, shift };
  }

  function drawNetwork(view, s) {
    const p = unflatten(s.a);
    const { h, y } = forward(s.a, s.x);
    [...p.w, ...p.v].forEach((weight, k) => {
      const { line, text } = view.edges[k];
      line.setAttribute("class", weight < 0 ? "edge minus" : "edge plus");
      line.setAttribute("stroke-width", Math.min(7, 0.6 + 2 * Math.abs(weight)).toFixed(2));
      text.textContent = three(weight);
    });
    view.shift.textContent = plus(p.c);
    view.hidden.forEach(({ shape, spot, bias, value }, j) => {
      const unit = (x) => Math.tanh(p.w[j] * x + p.b[j]);
      shape.setAttribute("d", curve(unit, 179, rowY(j) - 17, 42, 34, 1));
      spot.setAttribute("cx", 179 + (42 * (s.x + XMAX)) / (2 * XMAX));
      spot.setAttribute("cy", rowY(j) - 17 * h[j]);
      bias.textContent = plus(p.b[j]);
      value.textContent = ` → ${two(h[j])}`;
    });
    view.input.textContent = two(s.x);
    view.output.textContent = two(y);
    const values = h.map((value) => value.toFixed(2)).join(", ");
    const label = `For x = ${s.x.toFixed(2)} the four neurons say ${values}; the output is ${y.toFixed(2)}.`;
    view.el.setAttribute("aria-label", label);
  }

  const STUCK = "It is stuck: downhill does not lead everywhere.";
  let state = null;

  function startNetwork(root) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const [count, says, play] = [find("count"), find("says"), find("play")];
    let [running, last, visible] = [false, [], true];
    let [calm, frames] = [0, 0]; // frames without change, frames since somebody touched something
    state = { ...fresh(), updates: 0, ys: [...Y], x: 1.2 };

    const plot = buildPlot(find("plot"), (i, y) => move(i, clamp(y, YMAX)), probe);
    const network = buildNetwork(find("network"));

    function draw(speak) {
      drawPlot(plot, state);
      drawNetwork(network, state);
      const { loss } = gradients(state.a, X, state.ys);
      count.textContent = `update ${state.updates} · loss ${three(loss)}`;
      if (speak) says.textContent = sentence(loss);
    }
    const misses = () => Math.max(...X.map((x, i) => Math.abs(forward(state.a, x).y - state.ys[i])));
    function sentence(loss) {
      const far = misses();
      const reach = far < 0.05 ? "meets every point to within" : "misses a point by";
      const updates = `${state.updates} update${state.updates === 1 ? "" : "s"}`;
      return `After ${updates} the curve ${reach} ${three(far)}; the loss is ${three(loss)}.`;
    }
    function update(times) {
      const { a, m, r, t, updates } = state;
      last.push({ a, m, r, t, updates });
      if (last.length > 400) last.shift();
      for (let k = 0; k < times; k++) {
        Object.assign(state, adam(state, gradients(state.a, X, state.ys).g));
        state.updates += 1;
      }
    }
    function frame() {
      if (!running) return;
      const before = gradients(state.a, X, state.ys).loss;
      if (visible) update(1);
      const after = gradients(state.a, X, state.ys).loss;
      calm = Math.abs(before - after) < 1e-7 ? calm + 1 : 0;
      if (after < 1e-6 || calm > 60 || ++frames > 1200) return run(false, true); // little left to see
      draw(false);
      requestAnimationFrame(frame);
    }
    function run(on, rest = false) {
      if (on === running) return;
      running = on;
      [calm, frames] = [0, 0];
      play.textContent = running ? "Pause" : "Learn";
      if (!running) {
        draw(true);
        if (rest && misses() > 0.05) says.textContent += ` ${STUCK}`;
        return;
      }
      says.textContent = "Learning: the purple gaps are what the loss measures.";
      requestAnimationFrame(frame);
    }
    function move(i, y) {
      state.ys[i] = y;
      frames = 0;
      Object.assign(state, { m: zeros(), r: zeros(), t: 0 }); // the old averages mean another task
      if (!still.matches) run(true);
      draw(!running);
    }
    function probe(x) {
      state.x = x;
      find("probe").value = x;
      if (!running) draw(false);
    }
    const acts = {
      play: () => run(!running),
      step: () => (run(false), update(1), draw(true)),
      back: () => (run(false), Object.assign(state, last.pop() || {}), draw(true)),
      reset: () => {
        run(false);
        last = [];
        state = { ...fresh(), updates: 0, ys: [...Y], x: state.x };
        draw(true);
      },
    };
    for (const [name, act] of Object.entries(acts)) find(name).addEventListener("click", act);
    root.addEventListener("keydown", (event) => {
      if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = { ArrowRight: "step", ArrowLeft: "back", r: "reset" }[event.key];
      if (act) acts[act](), event.preventDefault();
    });
    find("probe").addEventListener("input", (event) => probe(Number(event.target.value)));
    new IntersectionObserver((seen) => (visible = seen.at(-1).isIntersecting)).observe(root);
    root.hidden = false;
    draw(true);
    if (!still.matches) run(true);
  }

  addEventListener("DOMContentLoaded", () => {
    const root = document.querySelector(".nn-living");
    if (root) startNetwork(root);
  });
})();
