"""What registering a hook returns, on tensors and on modules."""


class Hook:
    """A function among those of `hooks` until `remove()` takes it out again."""

    def __init__(self, hooks: dict, function):
        self._hooks = hooks
        hooks[id(self)] = function

    def remove(self):
        self._hooks.pop(id(self), None)
