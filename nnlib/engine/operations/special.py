"""The error function, which NumPy does not have.

float64: erf by its Taylor series near 0, else as 1 - erfc with erfc(x) = t·exp(-x² + C(t)), where
t = 2 / (2 + x) and C is a Chebyshev series (the form of Numerical Recipes, section 6.2; the
coefficients were computed with 40 digits). float32: one rational function, fitted to 2e-8.
"""

import math

import numpy as np
from numpy.polynomial.chebyshev import chebval

CHEBYSHEV = [
    *(-0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632),
    *(-0.0009465953444820369, 0.00036683949785276145, 4.252332480690777e-05),
    *(-2.0278578112534242e-05, -1.6242900046470256e-06, 1.3036558355805232e-06),
    *(1.5626441722066142e-08, -8.523809591492654e-08, 6.5290544390988515e-09),
    *(5.059343495551469e-09, -9.91364156493033e-10, -2.273651222931836e-10),
    *(9.646791102015527e-11, 2.3940380830391146e-12, -6.886027526497553e-12),
    *(8.944879273090725e-13, 3.130921399342958e-13, -1.1270822361367252e-13),
    *(3.810905255189232e-16, 7.106097613609237e-15, -1.5230282014571043e-15),
    *(-9.457494571291233e-17, 1.210237189224279e-16, -2.816663087747177e-17),
]
TAYLOR = [2 / math.sqrt(math.pi) * (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in range(13)]
P = (1.12837914, 0.191940372, 0.052919185, 0.00382276684, 0.000284642789, 2.01796445e-06)
Q = (1.0, 0.503435378, 0.11471372, 0.0150846108, 0.00117357408, 3.77472915e-05)
END = 3.96  # from here on, erf is 1 in float32


def horner(z, coefficients):
    """Σ coefficients[i] · z^i"""
    y = z * coefficients[-1]
    for c in coefficients[-2:0:-1]:
        y += c
        y *= z
    y += coefficients[0]
    return y


def erf_values(x):
    """erf of a floating-point array, in its own precision."""
    if x.dtype == np.float32:
        x = np.clip(x, -END, END)
        z = x * x
        y = horner(z, P)
        y /= horner(z, Q)
        y *= x
        return np.clip(y, -1, 1, out=y) if y.ndim else np.clip(y, -1, 1)
    size = np.abs(x)
    t = 2 / (2 + size)
    far = np.copysign(1 - t * np.exp(chebval(2 * t - 1, CHEBYSHEV) - size * size), x)
    near = np.minimum(size, 0.5)
    return np.where(size < 0.5, x * horner(near * near, TAYLOR), far)
