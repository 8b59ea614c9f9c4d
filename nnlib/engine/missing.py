"""What is not there says so by its name."""


def missing(module: str, name: str) -> AttributeError:
    """The error for `torch.<module>.<name>`, which the engine does not have."""
    if name.startswith("__"):
        return AttributeError(name)
    return AttributeError(
        f"nnlib.engine has no torch.{module}.{name}; PyTorch (NNLIB_BACKEND=torch) has"
    )
