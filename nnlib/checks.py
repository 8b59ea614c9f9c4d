"""Whether what a model was told makes sense: each check names what came and what was expected."""

from numbers import Integral


def whole(name, n, least=1):
    """n as an int; ValueError unless it is a whole number (NumPy's count) of at least `least`."""
    if isinstance(n, bool) or not isinstance(n, Integral) or n < least:
        raise ValueError(f"{name}: expected a whole number of at least {least}, got {n!r}")
    return int(n)


def last_axis(name, x, size):
    """ValueError unless the last axis of the tensor x has that size."""
    if x.ndim == 0 or x.shape[-1] != size:
        raise ValueError(f"{name}: expected shape (…, {size}), got {tuple(x.shape)}")
