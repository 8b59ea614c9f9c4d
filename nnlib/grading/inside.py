"""The first thing that runs in a kernel: an ipykernel, in the sandbox on sockets opened outside.

The connection file names five sockets; their descriptors come in NNLIB_SOCKETS, as {path: number}.
So nothing on disk has to be writable. Without a sandbox there are none, and it opens its own.
Everything here is in the hands of what it runs: it limits honest mistakes, not attacks.
"""

import json
import os
import sys

import zmq
from ipykernel import iostream, kernelapp

LONGEST = 1_000_000  # characters of one write that are kept, counted from the end


def main():
    """Take the sockets that are open, and serve."""
    sockets = json.loads(os.environ.pop("NNLIB_SOCKETS", "{}"))
    bind, write = zmq.Socket.bind, iostream.OutStream.write

    def bind_opened(self, address):
        """Take the socket that is already listening at this address, if one is."""
        if address in sockets:
            self.setsockopt(zmq.USE_FD, sockets[address])
        return bind(self, address)

    def write_less(self, text):
        """A message that is too long would be lost whole, and its connection with it."""
        if isinstance(text, str) and len(text) > LONGEST:
            text = text[-LONGEST:]
        return write(self, text)

    zmq.Socket.bind, iostream.OutStream.write = bind_opened, write_less
    sys.path[0] = ""  # as in a notebook: the folder one works in
    kernelapp.IPKernelApp.launch_instance([*sys.argv[1:], "--HistoryManager.enabled=False"])


if __name__ == "__main__":
    main()
