"""On PYTHONPATH this folder lets a notebook believe that it is in Colab."""

import sys
from types import ModuleType

_google, _colab, _output = map(ModuleType, ("google", "google.colab", "google.colab.output"))
_google.colab, _colab.output = _colab, _output
_output.enable_custom_widget_manager = lambda: print("custom widget manager enabled")
sys.modules |= {module.__name__: module for module in (_google, _colab, _output)}
