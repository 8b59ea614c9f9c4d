"""`nnlib.source(f)`: the package's own code, shown where it is talked about: neither can drift."""

import inspect
import textwrap


class Source:
    """The source text of a function, class or module; Jupyter and the book print it highlighted."""

    def __init__(self, *objects):
        parts = (textwrap.dedent(inspect.getsource(thing)).rstrip() for thing in objects)
        self.text = "\n\n\n".join(parts)

    def __repr__(self):
        return self.text

    def _repr_markdown_(self):
        return f"```python\n{self.text}\n```"


def source(*objects):
    """Show the source of one or more functions, classes or modules.

    Raises TypeError for what has no Python source (a built-in, a value).
    """
    return Source(*objects)
