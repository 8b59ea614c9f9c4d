"""On PYTHONPATH this folder makes an interpreter, and all that it starts, one without nnlib."""

import sys

sys.modules["nnlib"] = None  # `import nnlib` fails
