"""A tensor as numbers, arrays and text; other types; the properties that every tensor has."""

import numpy as np

from ..core import FREED, Tensor, method, operation
from ..dtypes import Size, as_dtype, device, float32, float64, int32, int64, quiet, uint8
from ..hooks import Hook
from ..memory import sharing
from ..missing import missing

Tensor.shape = property(lambda x: Size(x.array.shape))
Tensor.dtype = property(lambda x: x.array.dtype)
Tensor.device = property(lambda x: device("cpu"))
Tensor.ndim = property(lambda x: x.array.ndim)
Tensor.is_leaf = property(lambda x: x._edges is None)
Tensor.is_cuda = False
Tensor.itemsize = property(lambda x: x.array.itemsize)
Tensor.nbytes = property(lambda x: x.array.nbytes)


class GradFn:
    """The operation that made a tensor, by name; None if there was none."""

    def __init__(self, tensor):
        rules = [rule for _, rule in tensor._edges]
        name = rules[0].__qualname__.partition(".")[0].strip("_") if rules else "freed"
        self.name = "".join(part.capitalize() for part in name.split("_")) + "Backward0"

    def __repr__(self):
        return f"<{self.name}>"


Tensor.grad_fn = property(lambda x: None if x._edges is None else GradFn(x))


def _share_data(x):
    return Tensor(x.array)


def _replace_data(x, source):
    x.array = source.array


Tensor.data = property(_share_data, _replace_data, doc="The values, without the tape.")


@method
def size(x, dim=None):
    return Size(x.array.shape) if dim is None else x.array.shape[dim]


@method
def dim(x):
    return x.array.ndim


@method
def numel(x):
    return x.array.size


Tensor.nelement, Tensor.ndimension = numel, dim


@method
def stride(x, dim=None):
    steps = tuple(s // x.array.itemsize for s in x.array.strides)
    return steps if dim is None else steps[dim]


@method
def is_contiguous(x):
    return x.array.flags.c_contiguous


@method
def is_floating_point(x):
    return x.array.dtype.kind == "f"


@method
def item(x):
    """The single number in x, as Python's."""
    if x.array.size != 1:
        raise RuntimeError(f"a Tensor with {x.array.size} elements cannot be converted to Scalar")
    return x.array.item()


@method
def tolist(x):
    return x.array.tolist()


@method
def numpy(x):
    """The array, not a copy."""
    if x.requires_grad:
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
        )
    return x.array


def _array(x, dtype=None, copy=None):
    return np.array(numpy(x), dtype) if copy else np.asarray(numpy(x), dtype)


Tensor.__array__ = _array


# ------------------------------------------------------------------------------------ on the tape


@method
@sharing
@operation
def detach(a):
    """The same values, off the tape."""
    return (a.view(),)


@method
@operation
def clone(a):
    return a.copy(), lambda g: g


@method
def contiguous(x):
    return x if x.array.flags.c_contiguous else _contiguous(x)


@operation
def _contiguous(a):
    return np.ascontiguousarray(a), lambda g: g


@method
def requires_grad_(x, requires_grad=True):
    if not requires_grad and x._edges is not None:
        raise RuntimeError("only a leaf can stop requiring a gradient: use detach() here")
    if requires_grad and x.array.dtype.kind != "f":
        raise RuntimeError(
            f"only floating point tensors can require gradients, not {x.array.dtype}"
        )
    x.requires_grad = requires_grad
    return x


@method
def register_hook(x, hook):
    """Call hook(gradient) when backward reaches x; what it returns, if anything, goes on.

    The result's `remove()` takes the hook off again.
    """
    if not x.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    x._hooks = hooks = x._hooks or {}
    handle, keep = Hook(hooks, hook), hooks.pop("retain_grad", None)
    if keep:  # the last to see the gradient
        hooks["retain_grad"] = keep
    return handle


@method
def retain_grad(x):
    """Keep the gradient of a tensor that is not a leaf, too."""

    def keep(g):
        x.grad = Tensor(np.array(g.array) if x.grad is None else x.grad.array + g.array)

    if x._edges is not None:
        x._hooks = {**(x._hooks or {}), "retain_grad": keep}


# ------------------------------------------------------------------------------------ types


@operation
def _cast(a, dtype):
    return a.astype(dtype), (lambda g: g) if dtype.kind == "f" else None


@method
def to(x, *wanted, dtype=None, device=None, copy=False, non_blocking=False):
    """x in another type: to(dtype), to(device), to(other tensor)."""
    for what in (*wanted, device):
        if isinstance(what, Tensor):
            dtype = what.array.dtype
        elif isinstance(what, str):
            _device(what)
        elif what is not None and not isinstance(what, bool):
            dtype = what
    if dtype is None or as_dtype(dtype) == x.array.dtype:
        return clone(x) if copy else x
    return _cast(x, as_dtype(dtype))


_device = device


@method
def type_as(x, other):
    return to(x, other.array.dtype)


@method
def cpu(x):
    return x


@method
def cuda(x, *_):
    raise RuntimeError("nnlib.engine computes on the CPU only: there is no cuda()")


TYPES = {"float": float32, "double": float64, "long": int64, "int": int32, "byte": uint8}
for name, dtype in {**TYPES, "bool": np.dtype(bool)}.items():
    setattr(Tensor, name, lambda x, dtype=dtype: to(x, dtype))

Tensor.__bool__ = lambda x: bool(item(x))
Tensor.__int__ = lambda x: int(item(x))
Tensor.__float__ = lambda x: float(item(x))
Tensor.__index__ = lambda x: x.array.__index__()
Tensor.__contains__ = lambda x, value: bool((x == value).any())


def _length(x):
    if not x.array.ndim:
        raise TypeError("len() of a 0-d tensor")
    return len(x.array)


def _iterate(x):
    if not x.array.ndim:
        raise TypeError("iteration over a 0-d tensor")
    return iter(x.unbind(0))


def _deepcopy(x, memo):
    if x._edges is not None:
        raise RuntimeError("only leaves of the tape can be deep-copied; detach() the tensor first")
    out = Tensor.__new__(type(x))
    Tensor.__init__(out, x.array.copy(), x.requires_grad)
    out.grad = None if x.grad is None else Tensor(x.grad.array.copy())
    memo[id(x)] = out
    return out


def _format(x, *spec):
    return format(item(x), *spec) if x.array.ndim == 0 else object.__format__(x, *spec)


@quiet
def text(x):
    """The values as PyTorch prints them: four decimals, or powers of ten if they differ widely."""
    a, form = x.array, {}
    if a.dtype.kind == "f":
        finite = a[np.isfinite(a)]
        size = np.abs(finite[finite != 0])
        whole = (finite == np.round(finite)).all()
        wide = size.size and (size.max() > 1e8 or size.max() > 1000 * size.min())
        scientific = wide or (not whole and size.min() < 1e-4)

        style = ".4e" if scientific else "#.0f" if whole else ".4f"

        def show(v):
            return format(v, style) if np.isfinite(v) else str(v)

        width = max((len(show(f(finite))) for f in (np.max, np.min) if finite.size), default=0)
        form = {"formatter": {"float_kind": lambda v: show(v).rjust(width if a.ndim else 0)}}
    return np.array2string(a, separator=", ", prefix="tensor(", threshold=1000, **form)


def _repr(x):
    parts = [text(x)]
    if not x.array.size and x.array.ndim != 1:
        parts.append(f"size={x.array.shape}")
    if x.array.dtype not in (float32, int64, bool):
        parts.append(f"dtype=torch.{x.array.dtype}")
    if x._edges is not None and x._edges is not FREED:
        parts.append(f"grad_fn={x.grad_fn}")
    elif x.requires_grad:
        parts.append("requires_grad=True")
    return f"tensor({', '.join(parts)})"


def _not_there(x, name):
    raise missing("Tensor", name)


Tensor.__getattr__ = _not_there
Tensor.__len__, Tensor.__iter__, Tensor.__deepcopy__ = _length, _iterate, _deepcopy
Tensor.__format__, Tensor.__repr__ = _format, _repr
