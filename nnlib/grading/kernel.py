"""nbval's kernel, bounded: in time, in what it may say, and, in the sandbox, in what it can reach.

nbval (0.11) is hidden behind this file and worker.py.
"""

import contextlib
import json
import os
import socket
import sys
import time
from collections import deque
from pathlib import Path
from queue import Empty

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from nbval.kernel import RunningKernel

from nnlib.grading import sandbox, seccomp

CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
GRACE = 8  # seconds that a kernel has to end a cell after it was interrupted


class Flood(RuntimeError):
    """A cell printed more than it may."""


class Kernel(RunningKernel):
    """One kernel for one notebook. `shut_in`, `limits`, `environment`, `without`: of the job."""

    shut_in, limits, environment, without = False, sandbox.Limits(), {}, ()

    def __init__(self, kernel_name, cwd=None, startup_timeout=20):
        self.ended, self.watch, self.came, self.shown = "", None, 0, deque()
        self.deadline = time.monotonic() + startup_timeout
        self.km = KernelManager(kernel_spec_manager=_OneSpec())
        self.km.connection_file = f"{cwd}/connection.json"
        self.km.context.setsockopt(zmq.MAXMSGSIZE, self.limits.output)
        self.km.context.setsockopt(zmq.RCVHWM, 20)
        self.km.context.setsockopt(zmq.SNDTIMEO, 2000)  # a peer that hung up would block a send
        try:
            self._start(cwd)
        except BaseException:  # nbval has no kernel to stop then, and its sockets would wait
            self.stop()
            raise

    def _start(self, cwd):
        more = {"stdout": _nowhere(), "stderr": _nowhere()}
        if self.shut_in:
            self._start_inside(Path(cwd), more)
        else:
            self.km.kernel_spec_manager.argv = [sys.executable, str(sandbox.INSIDE)]
            self.km.kernel_spec_manager.argv += ["-f", "{connection_file}"]
            self.km.start_kernel(cwd=cwd, env=os.environ | self.environment, **more)
        self.kc = self.km.client()
        self.kc.start_channels(hb=False)  # whether it lives its process tells
        self._ensure_iopub_up()

    def _start_inside(self, folder, more):
        """Open the sockets here, so that inside no folder of this machine is writable."""
        opened = {}
        self.km.transport, self.km.ip = "ipc", f"{folder}/k"
        for number, channel in enumerate(CHANNELS, 1):
            setattr(self.km, f"{channel}_port", number)
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(f"{folder}/k-{number}")
            listening.listen(16)
            opened[f"ipc://{folder}/k-{number}"] = listening
        numbers = {address: one.fileno() for address, one in opened.items()}
        environment = self.environment | {"NNLIB_SOCKETS": json.dumps(numbers)}
        self.km.write_connection_file()
        filter = seccomp.program()
        more["pass_fds"] = [*numbers.values(), *([filter.fileno()] if filter else [])]
        self.km.kernel_spec_manager.argv = sandbox.command(
            self.km.connection_file, environment, self.limits, self.without, filter
        )
        self.km.start_kernel(**more)
        for one in [*opened.values(), *([filter] if filter else [])]:
            one.close()
        with contextlib.suppress(OSError):  # if memory runs out, this is what has to go
            Path(f"/proc/{self.pid}/oom_score_adj").write_text("1000")
        self.watch = sandbox.Watch(self.pid, self.limits.memory)

    @property
    def pid(self):
        return self.km.provisioner.pid

    def begin_cell(self, seconds):
        """Time and words are counted anew."""
        self.deadline, self.came = time.monotonic() + seconds + GRACE, 0

    def get_message(self, stream, timeout=None):
        """The next message, waited for in short turns: a dead kernel would be waited for in vain.

        While it waits for the reply it takes in what the cell shows, so that a flood ends at once.
        Raises Empty at the end of `timeout` or of the cell's time, whatever still comes.
        """
        end = min(self.deadline, time.monotonic() + (timeout if timeout is not None else 1e9))
        while True:
            left = max(0.0, end - time.monotonic())
            try:
                if stream == "shell":
                    self._take_in()
                    message = self.kc.get_shell_msg(timeout=min(0.05, left))
                    if time.monotonic() < self.deadline:  # replies without end are none
                        return message
                    raise Empty
                if self.shown:
                    return self.shown.popleft()
                self._keep(self.kc.get_iopub_msg(timeout=min(0.2, left)))
                left = max(0.0, self.deadline - time.monotonic())
            except Empty:
                if not self.is_alive():
                    self.say_why()
                    raise
            if left == 0.0:
                raise Empty

    def _take_in(self):
        """Keep what has been shown so far."""
        try:
            while time.monotonic() < self.deadline:
                self._keep(self.kc.get_iopub_msg(timeout=0))
        except Empty:
            return

    def _keep(self, message):
        self._count(message)
        self.shown.append(message)

    def _count(self, message):
        """Only text is kept of what a cell shows; too much of anything ends it."""
        content = message["content"]
        if message["msg_type"] in ("display_data", "execute_result", "update_display_data"):
            self.came += len(str(content.get("data")))
            content["data"] = {}
        elif message["msg_type"] == "stream":
            content["text"] = content["text"] if isinstance(content.get("text"), str) else ""
            self.came += len(content["text"])
        elif message["msg_type"] == "error":
            content["traceback"] = []
        self.came += 100
        if self.came > self.limits.output:
            self.ended = f"printed more than {self.limits.output:,} characters"
            self.stop()
            raise Flood(self.ended)

    def say_why(self):
        """Note why the kernel is gone, unless it is known."""
        if not self.ended:
            more = self.watch is not None and self.watch.exceeded
            self.ended = "used more memory than it may" if more else "ended Python"

    def interrupt(self):
        """Ask the kernel to stop what it does; one that does not listen runs out of time."""
        with contextlib.suppress(zmq.ZMQError):
            super().interrupt()

    def execute_cell_input(self, *args, **kwargs):
        try:
            return super().execute_cell_input(*args, **kwargs)
        except zmq.ZMQError:
            self.ended = "hung up"
            self.stop()
            raise

    def is_alive(self):
        return hasattr(self, "km") and self.km.is_alive()

    def stop(self):
        """End the kernel and everything that it started. May be called again."""
        if not hasattr(self, "km"):
            return
        if self.watch:
            self.watch.end()
        with contextlib.suppress(Exception):
            self.kc.stop_channels()
        if self.shut_in and self.km.is_alive():
            sandbox.kill(self.pid)
        with contextlib.suppress(Exception):
            self.km.kernel_spec.interrupt_mode = "signal"  # asked by message, it may wait
            self.km.shutdown_kernel(now=True)
        self.km.context.destroy(linger=0)
        del self.km


class _OneSpec(KernelSpecManager):
    """The one kernel there is, whatever a notebook asks for."""

    argv = ()

    def get_kernel_spec(self, kernel_name):
        return KernelSpec(argv=list(self.argv), language="python", interrupt_mode="message")


def _nowhere():
    return open(os.devnull, "w")
