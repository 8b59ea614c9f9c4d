"""Trees of numbers in one .npz file: state dicts and whole training runs, never pickled.

    save("run.npz", {"model": model.state_dict(), "epoch": 3})
    load("run.npz", tensor=torch.as_tensor)["model"]

The tensors lie in the file as arrays; a small JSON text says where each belongs. A file that
somebody sends you can therefore hold wrong numbers, but no code.
"""

import json
import os
from pathlib import Path

import numpy as np


def save(path, tree):
    """Write dicts, lists and tuples of tensors, arrays, numbers, strings and None.

    Atomic: whoever reads `path` finds the old file or the new one, whole.
    """
    path, arrays = Path(path), []
    structure = json.dumps(_pack(tree, arrays))
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, *arrays, structure=np.array(structure))
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path, tensor):
    """What `save` wrote; `tensor` makes an engine's tensor of an array: `torch.as_tensor`."""
    with np.load(path, allow_pickle=False) as file:
        if "structure" not in file:
            raise ValueError(f"path: {path} was not written by nnlib.checkpoint.save")
        arrays = [file[f"arr_{i}"] for i in range(len(file.files) - 1)]
        return _unpack(json.loads(str(file["structure"])), arrays, tensor)


def _pack(value, arrays):
    """The value as JSON knows it; arrays and tensors are put aside and numbered."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list):
        return [_pack(item, arrays) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_pack(item, arrays) for item in value]}
    if isinstance(value, dict):  # pairs, since keys may be numbers
        return {"dict": [[_pack(k, arrays), _pack(v, arrays)] for k, v in value.items()]}
    kind = "array" if isinstance(value, np.ndarray) else "tensor"
    if kind == "tensor" and not hasattr(value, "detach"):
        raise ValueError(f"tree: expected tensors, numbers and text, got {type(value).__name__}")
    arrays.append(value if kind == "array" else value.detach().cpu().numpy())
    return {kind: len(arrays) - 1}


def _unpack(value, arrays, tensor):
    if isinstance(value, list):
        return [_unpack(item, arrays, tensor) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "tuple":
        return tuple(_unpack(content, arrays, tensor))
    if kind == "dict":
        return {k: _unpack(v, arrays, tensor) for k, v in content}
    return arrays[content] if kind == "array" else tensor(arrays[content])
