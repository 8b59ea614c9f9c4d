// The presets are the states that answer the questions (nnlib/simulations/questions/forward_backward.yml).

/** [[name, state], …] */
export const shown = (sim) => sim.get("questions").filter(({ preset }) => preset).map(({ preset, show }) => [preset, show]);

/** The parameters whose gradients the guesses made for this state were about: { "W.0.0.1", "b.0.1", … }. */
export function guessed(sim) {
  const here = ({ show }) => show && ["weights", "x", "activation", "target"].every((name) => JSON.stringify(show[name]) === JSON.stringify(sim.get(name)));
  return new Set(sim.get("questions").filter(here).flatMap(({ id }) => sim.guess(id)?.mark ?? []));
}
