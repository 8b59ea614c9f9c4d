"""PyTorch's random numbers on a CPU, draw for draw.

Both libraries drive a Mersenne twister (Matsumoto & Nishimura, 1998), so the same seed gives the
same 32-bit words. What is left to reproduce is how PyTorch makes numbers of them:

- float32 uniforms take 24 bits of one word, float64 uniforms 53 bits of two;
- normals are Box-Muller pairs. From 16 values on, PyTorch transforms blocks of 16 (cosines in the
  first half, sines in the second) and draws the last block anew when the size is no multiple of 16;
  below 16 it makes one pair at a time in float64 and keeps the sine for the next call;
- integers are words modulo the range; a permutation is Fisher-Yates from the front.

Uniforms, integers and permutations therefore agree bit for bit; normals to rounding, because
PyTorch's vectorized logarithm and cosine differ from NumPy's in the last bit. So PyTorch 2.13 does
it (the tests ask it); a build that leaves coins and exponentials to MKL draws those otherwise.
"""

from __future__ import annotations

import secrets

import numpy as np

from .core import Tensor

_MASK24, _MASK53 = np.uint32(2**24 - 1), np.uint64(2**53 - 1)
_WIDE = 2**28  # integer ranges from here on take two words

# The layout of the byte tensor that torch.get_rng_state() returns: 5,056 bytes.
_STATE = np.dtype(
    [
        ("seed", "u8"),
        ("left", "i4"),
        ("seeded", "i4"),
        ("next", "u8"),
        ("words", "u8", 624),
        ("normal_x", "f8"),
        ("normal_y", "f8"),
        ("normal_rho", "f8"),
        ("normal_is_valid", "i4"),
        ("padding", "i4"),
        ("float_normal", "f4"),
        ("float_normal_is_valid", "i4"),
    ]
)


class Generator:
    """A stream of random numbers: `Generator().manual_seed(0)` draws what torch's would."""

    def __init__(self, device: str = "cpu"):
        if str(device) != "cpu":
            raise ValueError(f"device: got {device!r}, the NumPy engine has only 'cpu'")
        self._state = np.random.RandomState()
        self.manual_seed(67280421310721)  # torch's default seed

    def manual_seed(self, seed: int) -> Generator:
        self._seed = int(seed) % 2**64
        self._state.seed(self._seed % 2**32)
        self._spare_normal: float | None = None
        return self

    def seed(self) -> int:
        """Seed from the operating system and return that seed."""
        return self.manual_seed(secrets.randbits(53))._seed

    def initial_seed(self) -> int:
        return self._seed

    def get_state(self) -> Tensor:
        """The state as the bytes that torch would hold, shape (5056,), uint8."""
        _, words, position, *_ = self._state.get_state()
        state = np.zeros((), _STATE)
        state["seed"], state["seeded"], state["words"] = self._seed, 1, words
        state["left"], state["next"] = 625 - position, position
        if self._spare_normal is not None:
            state["normal_y"], state["normal_is_valid"] = self._spare_normal, 1
        return Tensor(np.frombuffer(state.tobytes(), np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Generator:
        state = np.ascontiguousarray(new_state.array)
        if state.dtype != np.uint8 or state.shape != (_STATE.itemsize,):
            raise ValueError(
                f"new_state: got {state.dtype} of shape {state.shape}, "
                f"expected uint8 of shape ({_STATE.itemsize},) as get_rng_state() returns it"
            )
        state = state.view(_STATE)[0]
        self._seed = int(state["seed"])
        words = state["words"].astype(np.uint32)
        self._state.set_state(("MT19937", words, 625 - int(state["left"])))
        self._spare_normal = float(state["normal_y"]) if state["normal_is_valid"] else None
        return self

    # -- NumPy arrays, as torch would draw them ------------------------------------------------

    def words(self, n: int) -> np.ndarray:
        """`n` raw 32-bit words."""
        return self._state.randint(0, 2**32, n, dtype=np.uint32)

    def words64(self, n: int) -> np.ndarray:
        """`n` raw 64-bit words; the first of each two 32-bit words is the high half."""
        pairs = self.words(2 * n).reshape(n, 2).astype(np.uint64)
        return pairs[:, 0] << np.uint64(32) | pairs[:, 1]

    def uniform(self, shape=(), dtype=np.float32, low: float = 0.0, high: float = 1.0):
        """Uniform on [low, high)."""
        if low > high:
            raise ValueError(f"low, high: got {low} > {high}, expected a range")
        n = int(np.prod(shape))
        if np.dtype(dtype) == np.float32:
            u = (self.words(n) & _MASK24).astype(np.float32) * np.float32(2**-24)
        else:
            u = (self.words64(n) & _MASK53) * 2.0**-53
        if (low, high) != (0.0, 1.0):
            low, high = u.dtype.type(low), u.dtype.type(high)
            u = _multiply_add(u, high - low, low)
        return u.reshape(shape)

    def normal(self, shape=(), dtype=np.float32, mean: float = 0.0, std: float = 1.0):
        """Normal with the given mean and standard deviation."""
        if std < 0:
            raise ValueError(f"std: got {std}, expected a number >= 0")
        n, dtype = int(np.prod(shape)), np.dtype(dtype)
        z = self._few_normals(n) if n < 16 else self._many_normals(n, dtype)
        return (z * std + mean).astype(dtype, copy=False).reshape(shape)

    def _few_normals(self, n: int) -> np.ndarray:
        z = np.empty(n)
        for i in range(n):
            if self._spare_normal is not None:
                z[i], self._spare_normal = self._spare_normal, None
            else:
                angle, u = self.uniform(2, np.float64)
                radius, angle = np.sqrt(-2 * np.log1p(-u)), 2 * np.pi * angle
                z[i], self._spare_normal = radius * np.cos(angle), float(radius * np.sin(angle))
        return z

    def _many_normals(self, n: int, dtype: np.dtype) -> np.ndarray:
        u = self.uniform(n, dtype)
        z = np.empty(n, dtype)
        whole = n - n % 16
        z[:whole] = _box_muller(u[:whole])
        if whole < n:
            z[-16:] = _box_muller(self.uniform(16, dtype))
        return z

    def bernoulli(self, p: float, shape=()) -> np.ndarray:
        """True with probability `p`: a float64 uniform below `p`. Dropout's mask is this."""
        if not 0 <= p <= 1:
            raise ValueError(f"p: got {p}, expected a probability between 0 and 1")
        draws = self.words64(int(np.prod(shape))) & _MASK53
        return (draws < np.uint64(np.ceil(p * 2.0**53))).reshape(shape)

    def exponential(self, shape=(), dtype=np.float32) -> np.ndarray:
        """Exponential with rate 1."""
        return -np.log1p(-self.uniform(shape, np.float64)).astype(dtype)

    def integers(self, low: int, high: int, shape=()) -> np.ndarray:
        """int64 on low … high − 1."""
        n, span = int(np.prod(shape)), high - low
        if span < _WIDE:
            draws = self.words(n) % np.uint32(span)
        else:
            draws = self.words64(n) % np.uint64(span)
        return (draws.astype(np.int64) + low).reshape(shape)

    def integer63(self) -> int:
        """One integer below 2⁶³: what a data loader seeds its sampler with."""
        return int(self.words64(1)[0] & np.uint64(2**63 - 1))

    def permutation(self, n: int) -> np.ndarray:
        """A permutation of 0 … n − 1, int64."""
        order = list(range(n))
        left = np.arange(n, 1, -1, dtype=np.uint32)  # how many are still to be placed
        for i, jump in enumerate((self.words(len(left)) % left).tolist()):
            j = i + jump
            order[i], order[j] = order[j], order[i]
        return np.array(order, dtype=np.int64)


def _box_muller(u: np.ndarray) -> np.ndarray:
    """Normals from uniforms, 16 at a time: 8 radii, 8 angles → 8 cosines, 8 sines."""
    blocks = u.reshape(-1, 16)
    radius = np.sqrt(-2 * np.log(1 - blocks[:, :8]))
    angle = u.dtype.type(2 * np.pi) * blocks[:, 8:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()


def _multiply_add(x: np.ndarray, scale, shift) -> np.ndarray:
    """x·scale + shift rounded once, like the fused instruction that torch is compiled to."""
    if x.dtype == np.float32:  # the product is exact in float64
        return (x.astype(np.float64) * np.float64(scale) + np.float64(shift)).astype(np.float32)
    # Exact product and sum as value + error (Dekker, 1971; Knuth's two-sum).
    product = x * scale
    (x_high, x_low), (s_high, s_low) = _split(x), _split(scale)
    lost = ((x_high * s_high - product) + x_high * s_low + x_low * s_high) + x_low * s_low
    total = product + shift
    rest = total - product
    return total + ((product - (total - rest)) + (shift - rest) + lost)


def _split(x):
    """x as the sum of two numbers of 26 bits, whose products are exact."""
    t = x * 134217729.0  # 2²⁷ + 1
    high = t - (t - x)
    return high, x - high


default_generator = Generator()
