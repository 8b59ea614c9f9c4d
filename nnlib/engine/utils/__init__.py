"""torch.utils: what of it there is, is `data`."""

from . import data

__all__ = ["data"]
