"""Commands as an ordinary user: the sandbox refuses root, and a test machine is often root's.

Where the tests run as root, a command runs under another uid, in a mount namespace in which the
folders it needs can be reached even if they lie below one that is root's alone (as in /root).
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UID = 12345


def as_ordinary_user(*command):
    """The command, or the same under another uid when this is root. Its folders must be UID's."""
    if os.geteuid() != 0:
        return list(command)
    needed = {ROOT, Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve()}
    closed = {above for path in needed for above in path.parents if not above.stat().st_mode & 1}
    argv = ["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL"]
    for folder in sorted(closed):
        argv += ["--perms", "0755", "--tmpfs", str(folder)]
    for path in sorted({p.parents[1] if p.is_file() else p for p in needed}):
        inside = [above for above in path.parents if closed & set(above.parents)]
        for above in reversed(inside):
            argv += ["--perms", "0755", "--dir", str(above)]
        if closed & set(path.parents):
            argv += ["--ro-bind", str(path), str(path)]
    argv += ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--inh-caps=-all"]
    return [*argv, *command]


def own(folder):
    """Give a folder with all that is in it to the user whose commands run in it."""
    if os.geteuid() == 0:
        for path in [Path(folder), *Path(folder).rglob("*")]:
            os.chown(path, UID, UID, follow_symlinks=False)
