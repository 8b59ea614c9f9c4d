"""On PYTHONPATH this folder makes an interpreter, and all that it starts, one without PyTorch."""

import sys

sys.modules["torch"] = None  # `import torch` fails, `find_spec("torch")` finds nothing
