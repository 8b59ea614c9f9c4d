"""What is not there says so by its name."""


def missing(*path: str) -> AttributeError:
    """The error for a name of torch that the engine does not have: missing("nn", "LSTM")."""
    if path[-1].startswith("__"):
        return AttributeError(path[-1])
    return AttributeError(
        f"nnlib.engine has no torch.{'.'.join(path)}; PyTorch has it (NNLIB_BACKEND=torch)"
    )
