"""Parameter: a tensor that a module learns."""

from ..core import Tensor


class Parameter(Tensor):
    """A leaf tensor that requires a gradient and that a Module keeps by name."""

    __slots__ = ()

    def __init__(self, data: Tensor, requires_grad: bool = True):
        if not isinstance(data, Tensor):
            raise TypeError(f"data: got {type(data).__name__}, expected a tensor")
        super().__init__(data.array, requires_grad)

    def __repr__(self):
        return f"Parameter containing:\n{super().__repr__()}"
