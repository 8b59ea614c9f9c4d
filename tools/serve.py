"""Serve the built book on loopback; without a terminal, say where it is and end.

Always on the same port where that is free: a browser keeps a reader's record, changed cells and
notebooks by address, and the port is part of it.
"""

import functools
import http.server
import os
import sys

from settings import ROOT

HTML = ROOT / "_build" / "html"
PORT = 8642


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """A request a line would bury the address."""


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A browser that breaks off a download is no news."""

    allow_reuse_address = os.name != "nt"  # Windows would let two servers share one port


def server(port: int = 0) -> Server:
    """A server of the built book; port 0 is any that is free."""
    handler = functools.partial(Quiet, directory=str(HTML))
    return Server(("127.0.0.1", port), handler)


def at_home() -> Server:
    """A server on the usual port, or on a free one with a word about what that means."""
    try:
        return server(PORT)
    except OSError:
        print(f"Port {PORT} is taken. Your browser keeps your record and your code by port:")
        print("what it kept there is not seen at the address below.")
        return server()


def main() -> None:
    print(f"The pages are in {HTML.relative_to(ROOT)}/index.html")
    if not sys.stdout.isatty():
        return
    with at_home() as httpd:
        print(f"The book: http://127.0.0.1:{httpd.server_port}/   (Ctrl-C ends it)")
        try:
            httpd.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
