"""Serve the built book on a free loopback port; without a terminal, say where it is and end."""

import functools
import http.server
import sys

from settings import ROOT

HTML = ROOT / "_build" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """A request a line would bury the address."""


def server(port: int = 0) -> http.server.ThreadingHTTPServer:
    handler = functools.partial(Quiet, directory=str(HTML))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    print(f"The pages are in {HTML.relative_to(ROOT)}/index.html")
    if not sys.stdout.isatty():
        return
    with server() as httpd:
        print(f"The book: http://127.0.0.1:{httpd.server_port}/   (Ctrl-C ends it)")
        try:
            httpd.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
