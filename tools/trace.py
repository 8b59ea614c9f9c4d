"""Runs first in a chapter's kernel: notes which files of the repository the chapter used.

Modules are taken from `sys.modules`, everything else (bundles, data, recorded results) from the
interpreter's own record of opened files. The list is written when the kernel ends.
"""

import atexit
import json
import os
import sys
from pathlib import Path

_root = Path(os.environ["NNLIB_TRACE_ROOT"])
_opened: set[str] = set()


def _note(event, args):
    if event == "open" and isinstance(args[0], str) and "w" not in (args[1] or "r"):
        _opened.add(args[0])


def _write():
    modules = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    used = set()
    for name in filter(None, modules | _opened):
        path = Path(os.path.abspath(name))
        if path.is_relative_to(_root) and path.is_file():
            parts = path.relative_to(_root).parts
            if parts[0].startswith((".", "_")) or "__pycache__" in parts or parts[0] == "tools":
                continue
            used.add("/".join(parts))
    Path(os.environ["NNLIB_TRACE_FILE"]).write_text(json.dumps(sorted(used)), encoding="utf-8")


sys.addaudithook(_note)
atexit.register(_write)
