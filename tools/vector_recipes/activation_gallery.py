"""What the activation gallery computes: activations, softmax, a chain, a neuron that dies."""

import numpy as np

from nnlib import scratch

POINTS = [-800, -40, -12, -10, -6, -3, -2, -1.5, -0.75, -0.1, -1e-8, 0, 1e-8, 0.3, 1, 2, 2.9, 5, 9]
POINTS += [12, 40, 800]
LOGITS = [[0, 0, 0], [2, 1, -1], [102, 101, 99], [800, 0, -800], [-3.2, 0.4, 0.41]]


def vectors():
    z = np.array(POINTS, dtype=float)
    activations = {**scratch.ACTIVATIONS, "leaky_relu_0.2": scratch.leaky(0.2)}
    return {
        "z": z.tolist(),
        "activations": {
            name: {"f": a.f(z).tolist(), "df": a.df(z).tolist()} for name, a in activations.items()
        },
        "softmax": [softmax(np.array(logits, dtype=float)) for logits in LOGITS],
        "chains": [
            chain(name, z, w, n, run)
            for name, z, w, n, run in [
                ("sigmoid", 0.0, 1.0, 10, False),
                ("sigmoid", 1.0, 4.0, 10, False),
                ("relu", 0.5, 1.5, 10, False),
                ("tanh", 0.7, 1.2, 20, True),
                ("gelu", -0.4, -2.0, 7, True),
            ]
        ],
        "petals": petals().tolist(),
        "neurons": [
            neuron(w, b, rate, c, alpha, steps)
            for w, b, rate, c, alpha, steps in [
                (1.0, 0.0, 0.05, 0.0, 0.0, 40),
                (1.0, 0.0, 0.2, 0.0, 0.0, 3),
                (-1.4, -0.5, 0.05, -8.0, 0.0, 60),
                (-1.4, -0.5, 0.05, 0.0, 0.1, 60),
            ]
        ],
    }


def softmax(logits):
    p = scratch.softmax(logits)
    jacobian = np.diag(p) - np.outer(p, p)
    return {"logits": logits.tolist(), "p": p.tolist(), "jacobian": jacobian.tolist()}


def chain(name, z, w, n, run):
    phi = scratch.ACTIVATIONS[name]
    zs = [z]
    for _ in range(n - 1):
        zs.append(float(w * phi.f(zs[-1])) if run else z)
    factors = w * phi.df(np.array(zs))
    reaching = np.cumprod(factors[::-1])[::-1]
    given = {"name": name, "z": z, "w": w, "n": n, "run": run}
    return {"given": given, "factors": factors.tolist(), "reaching": reaching.tolist()}


def petals():
    """Every fifth iris: petal length and width in cm."""
    from nnlib.data import iris

    return np.round(iris().X[::5, 2:4].astype(float), 1)


def neuron(w, b, rate, c, alpha, steps):
    x, t = petals().T
    u, t = (x + c)[:, None], t[:, None]
    phi = scratch.leaky(alpha)
    given = {"w": w, "b": b, "rate": rate, "c": c, "alpha": alpha, "steps": steps}
    params, first = [(np.array([[w]]), np.array([b]))], None
    for _ in range(steps):
        Z, cache = scratch.forward(params, u, scratch.IDENTITY)
        loss, delta = scratch.half_squared_error(phi.f(Z), t)
        grads, _ = scratch.backward(params, cache, delta * phi.df(Z), scratch.IDENTITY)
        first = first or {
            "loss": float(loss),
            "dw": float(grads[0][0].item()),
            "db": float(grads[0][1].item()),
            "on": int((Z > 0).sum()),
        }
        params = scratch.step(params, grads, rate)
    (W, bias) = params[0]
    return {"given": given, "first": first, "last": [float(W.item()), float(bias.item())]}
