"""The filter of system calls for a kernel in the sandbox, as bubblewrap's `--seccomp` wants it.

A classic BPF program: the architecture, then each refused number, else allow. What is refused
answers ENOSYS, as on a kernel that does not have it. It is a list of what no exercise needs, not of
all that is safe: the namespaces do the main work.
"""

import platform
import struct
import tempfile

_REFUSED = {  # name: numbers on x86-64, arm64
    "memfd_create": (319, 279),  # these four hold memory that no process has mapped
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "ptrace": (101, 117),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "mount": (165, 40),
}
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050000 | 38


def program():
    """An open temporary file with the filter; None on an architecture that it does not know."""
    if platform.machine() not in _ARCHITECTURES:
        return None
    architecture, column = _ARCHITECTURES[platform.machine()]
    numbers = [both[column] for both in _REFUSED.values()]
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    steps += [(_LOAD, 0, 0, 0), (_AT_LEAST, len(numbers), 0, 0x40000000)]  # x32 has its own numbers
    steps += [(_EQUAL, len(numbers) - i, 0, n) for i, n in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ENOSYS)]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who starts the kernel
    file.write(b"".join(struct.pack("HBBI", *step) for step in steps))
    file.seek(0)
    return file
