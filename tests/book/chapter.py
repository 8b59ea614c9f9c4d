"""A chapter as its tests see it: what its prose says, and the functions that its cells define."""

import nbformat
import numpy as np

import nnlib
from nnlib import scratch
from tests.book.pages import BOOK


class Chapter:
    def __init__(self, name):
        cells = nbformat.read(BOOK / f"{name}.ipynb", as_version=4).cells
        self.code = [cell.source for cell in cells if cell.cell_type == "code"]
        prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        self.prose = prose.replace("−", "-")

    def says(self, *phrases):
        """The prose states each of these, so that a changed sentence and its test meet again."""
        for phrase in phrases:
            assert phrase in self.prose, f"the chapter no longer says {phrase!r}"

    def after(self, marker):
        """The variables of the chapter when the cell that contains `marker` has run."""
        space = {}
        for source in self.code:
            exec("import nnlib" if "%pip" in source else source, space)
            if marker in source:
                return space
        raise AssertionError(f"no cell of the chapter contains {marker!r}")

    def function(self, name, **names):
        """The function that a cell of the chapter defines, fresh; the cell sees `names` too."""
        space = {**vars(scratch), "np": np, "nnlib": nnlib, "scratch": scratch, **names}
        (source,) = (source for source in self.code if f"def {name}(" in source)
        exec(source, space)
        return space[name]
