"""Runs the cells of a page in the reader's browser as Jupyter would; `live.js` loads it.

`run(number, source)` runs one cell in IPython. Whatever it shows leaves as a message, a JSON text
with the cell's number and a type: "stream" (text), "shown" (HTML, or the model of a simulation,
perhaps in place of an earlier output), "clear", and "comm" for what simulations say.
"""

import builtins
import html
import json
import os
import re
import sys
import time
import warnings
from types import ModuleType

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
for absent in ("termios", "fcntl", "resource", "pexpect"):  # IPython asks for them, and needs none
    sys.modules.setdefault(absent, ModuleType(absent))

import comm
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magics.script import ScriptMagics

send = None  # what takes a message to the page: set by `start`
running = None  # the number of the cell that runs


MOST = 100_000  # characters of a text that the page shows


def post(type, **content):
    if type != "stream":
        for stream in STREAMS:
            stream.tell()  # what was written before is shown before
    send(json.dumps({"type": type, "cell": running, **content}, default=str))


class Stream:
    """Standard output or error, told to the page as it is written.

    After `AT_ONCE` pieces in one cell they are told together, twenty times a second, and of what
    came between only the end: the page must stay able to stop a cell that prints for ever.
    """

    encoding = "utf-8"
    AT_ONCE = 500

    def __init__(self, name):
        self.name = name
        self.begin()

    def begin(self):
        """A new cell."""
        self.pieces, self.waiting, self.told = 0, "", 0.0

    def write(self, text):
        self.pieces += 1
        self.waiting = (self.waiting + text)[-MOST:] if self.waiting else text[-MOST:]
        self.flush()
        return len(text)

    def flush(self):
        if self.pieces < self.AT_ONCE or time.monotonic() - self.told > 0.05:
            self.tell()

    def tell(self):
        """Send what waits."""
        if self.waiting:
            post("stream", name=self.name, text=self.waiting)
            self.waiting, self.told = "", time.monotonic()

    def isatty(self):
        return False


STREAMS = Stream("stdout"), Stream("stderr")
VIEW = "application/vnd.jupyter.widget-view+json"
MARKUP = {  # the richest first: what a page can show, and how
    "text/html": str,
    "image/svg+xml": str,
    "image/png": '<img src="data:image/png;base64,{}" alt="What this cell draws">'.format,
    "image/jpeg": '<img src="data:image/jpeg;base64,{}" alt="What this cell shows">'.format,
    "text/latex": lambda text: f"<div>{html.escape(text)}</div>",
    "text/plain": lambda text: f"<pre>{html.escape(shortened(text))}</pre>",
}


def shortened(text):
    return text if len(text) <= MOST else f"{text[:MOST]}\n… ({len(text):,} characters in all)"


def show(data, place=None, update=False):
    """Tell the page to show the richest of `data`, {MIME type: content}."""
    if VIEW in data:
        return post("shown", model=data[VIEW]["model_id"], place=place, update=update)
    for mime, markup in MARKUP.items():
        if mime in data:
            content = data[mime] if isinstance(data[mime], str) else "".join(data[mime])
            return post("shown", html=markup(content.strip("\n")), place=place, update=update)


class Results(DisplayHook):
    """The value of a cell's last line."""

    def write_output_prompt(self):
        """The page has no prompts."""

    def write_format_data(self, format_dict, md_dict=None):
        show(format_dict)


class Displays(DisplayPublisher):
    """What `display` shows, and what replaces it."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **unused):
        show(data, place=(transient or {}).get("display_id"), update=update)

    def clear_output(self, wait=False):
        post("clear", wait=wait)


class NoHistory(HistoryManager):
    enabled = False


class Shell(InteractiveShell):
    """IPython without a terminal."""

    def init_history(self):
        self.history_manager = NoHistory(shell=self, parent=self)

    def system(self, cmd, *unused, **options):
        raise RuntimeError("no commands of a system on this page: it runs in your browser")

    system_raw = system_piped = getoutput = system

    def ask_exit(self):
        raise RuntimeError("Python ends with the page, or with Stop while it runs")

    def enable_gui(self, gui=None):
        """Figures are pictures here."""

    def _showtraceback(self, etype, evalue, stb):
        text = html.escape("\n".join(stb)).strip("\n")
        text = re.sub(r"^-+&gt; ?\d+.*$", r"<b>\g<0></b>", text, flags=re.M)  # the line that failed
        head, _, last = text.rpartition(f"\n{etype.__name__}:")
        last = f"{head}\n<strong>{etype.__name__}:{last}</strong>" if head else text
        post("shown", html=f'<pre class="nn-error">{last}</pre>')


class Comm(comm.BaseComm):
    """How a widget's state reaches the page."""

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        post("comm", what=msg_type, id=self.comm_id, data=data or {}, **keys)


def start(receiver):
    """Open the session; messages go to `receiver`."""
    global send
    send = receiver
    comm.create_comm = Comm
    os.environ["JUPYTER_WIDGETS_ECHO"] = "0"  # the page knows what it has just said
    sys.stdout, sys.stderr = STREAMS
    builtins.input = _no_input
    ScriptMagics.shebang = Shell.system  # %%bash would start an event loop beside the page's
    shell = Shell.instance(displayhook_class=Results, display_pub_class=Displays)
    shell.run_line_magic("colors", "nocolor")  # the page has its own
    shell.user_ns["__name__"] = "__main__"
    warnings.filterwarnings("ignore", message=".*monitor support.*")  # tqdm: there are no threads


def _no_input(prompt=""):
    raise RuntimeError("input() is not to be had on this page: write the value into the cell")


async def run(number, source):
    """Run a cell. Returns the name of the error that ended it, or nothing.

    A cell that needs PyTorch has said so (nnlib.setup) and counts as skipped.
    """
    global running
    running = number
    for stream in STREAMS:
        stream.begin()
    shell = Shell.instance()
    shell.execution_count = number + 1  # a traceback names the cell by its place on the page
    result = await shell.run_cell_async(
        source, store_history=True, transformed_cell=shell.transform_cell(source)
    )
    shell.events.trigger("post_execute")  # where figures are shown
    error = result.error_before_exec or result.error_in_exec
    for stream in STREAMS:
        stream.tell()
    skipped = isinstance(error, ModuleNotFoundError) and error.name == "torch"
    names = (kind.__name__ for kind in type(error).__mro__)  # _IncompleteInputError: SyntaxError
    return next(name for name in names if name[0] != "_") if error and not skipped else ""


def set_state(model, state):
    """A control was moved on the page: tell the widget."""
    data = {"method": "update", "state": json.loads(state), "buffer_paths": []}
    message = {"content": {"comm_id": model, "data": data}, "buffers": []}
    comm.get_comm_manager().comm_msg(None, None, message)


def highlighted(source):
    """The inside of a `<pre>` with the classes that the book's style colours."""
    from IPython.lib.lexers import IPython3Lexer
    from pygments import highlight
    from pygments.formatters import HtmlFormatter

    return highlight(source, IPython3Lexer(stripnl=False), HtmlFormatter(nowrap=True))
