"""Notebooks run by a Dask cluster in place of this machine's processes.

Each thread of the cluster's workers keeps one process of worker.py and gives it one notebook at a
time. A worker that dies takes its notebooks with it; the scheduler gives them to others. Results
are written here, as they come, so none is lost and none is counted twice. Without a scheduler or
without any worker for `PATIENCE` seconds the run ends with what it has; the next one goes on.

Whom this trusts: the scheduler, its workers and everyone who can connect to them. Outcomes come as
text and are not unpickled here, but Dask unpickles some of its own messages (an error's, for one),
so whoever speaks for the scheduler can run code as you, and on every worker. Hidden checks travel
to the workers, though neither the secret nor the expected values. So keep the cluster in a private
network that is yours alone, or on Dask's TLS (`distributed.comm.tls` in Dask's configuration).
Students' code is not trusted: on a worker it runs in the sandbox of that machine.
"""

import json
import logging
import queue
import threading
import time
from concurrent.futures import CancelledError

import nnlib
from nnlib.grading import sandbox
from nnlib.grading.pool import Worker, WorkerDied

ANSWER = 10  # seconds for the scheduler to answer at first
PATIENCE = 60  # seconds without any worker: they may be starting, or starting again
_PLAIN = {"serializers": ["msgpack", "pickle"], "deserializers": ["msgpack", "error"]}
_own = threading.local()  # a Dask worker runs its tasks in threads: a process for each of them


def engine(address, ahead=2):
    """An engine for grade.Grader on the cluster at `address`, as `tcp://host:8786`.

    ahead: how many notebooks are given out at a time for each of the cluster's threads.
    Raises ValueError when dask.distributed is not installed. Running it raises ValueError when no
    scheduler answers, when it or all workers go, and when a worker has no sandbox or another
    nnlib.
    """
    try:
        import distributed
    except ImportError:
        raise ValueError("dask: needs `pip install nnlib-course[cluster]`") from None

    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # said below, in words

    def run(pairs):
        try:
            client = distributed.Client(address, timeout=ANSWER, **_PLAIN)
        except (OSError, ValueError, TypeError) as error:
            raise ValueError(f"dask: no scheduler answers at {address}: {error}") from None
        try:
            yield from _Run(client, address, ahead).each(pairs)
        finally:
            client.close(timeout=5)

    return run


class _Run:
    """One run on a connected cluster."""

    def __init__(self, client, address, ahead):
        self.client, self.address, self.ahead = client, address, ahead
        self.ended, self.open = queue.SimpleQueue(), {}
        self.missing_since = None

    def each(self, pairs):
        """(key, outcome or exception) of each (key, job), as they end."""
        pairs, more = iter(pairs), True
        while more or self.open:
            room = self._threads() * self.ahead - len(self.open)
            while more and room > 0:
                pair = next(pairs, None)
                if more := pair is not None:
                    self._submit(*pair)
                    room -= 1
            for future in self._some_ended():
                if (came := self._outcome(future)) is not None:
                    yield self.open.pop(future.key)[0], came

    def _submit(self, key, job):
        text = json.dumps(job)
        future = self.client.submit(work, text, nnlib.__version__, pure=False, retries=1)
        self.open[future.key] = (key, future)
        future.add_done_callback(self.ended.put)

    def _some_ended(self):
        """Futures that ended: at least one, or none after a second."""
        found = []
        try:
            found.append(self.ended.get(timeout=1))
            while True:
                found.append(self.ended.get_nowait())
        except queue.Empty:
            return found

    def _outcome(self, future):
        """What came of it; None when it was lost with its worker and is being run again."""
        try:
            came = json.loads(future.result(timeout=10))
        except TimeoutError:
            self.ended.put(future)
            return None
        except CancelledError:
            raise self._gone() from None
        except Exception as error:  # whatever the task or Dask raises; the pool tries it once more
            return error
        if "refused" in came:
            raise ValueError(f"dask: {came['refused']}. Nothing more was graded.")
        return WorkerDied(came["failure"]) if "failure" in came else came

    def _threads(self):
        """How many threads the cluster has now. Raises ValueError when none comes for long."""
        try:
            count = sum(self.client.nthreads().values())
        except (OSError, ValueError, RuntimeError, CancelledError):
            raise self._gone() from None
        if self.client.status != "running":
            raise self._gone()
        if count:
            self.missing_since = None
        elif self.missing_since is None:
            self.missing_since = time.monotonic()
        elif time.monotonic() - self.missing_since > PATIENCE:
            raise ValueError(
                f"dask: the scheduler at {self.address} has had no worker for {PATIENCE} seconds. "
                "What was graded is kept; start workers and run the same command again."
            )
        return count

    def _gone(self):
        return ValueError(
            f"dask: the scheduler at {self.address} is gone. What was graded is kept; start it "
            "and run the same command again."
        )


def work(text, version):
    """On a worker of the cluster: what came of one job, both as JSON. It raises nothing."""
    import socket

    job = json.loads(text)
    if nnlib.__version__ != version:
        found = f"{socket.gethostname()} has nnlib {nnlib.__version__}, this machine {version}"
        return json.dumps({"refused": found})
    try:
        sandbox.require(trusted=not job["shut_in"])
        if not hasattr(_own, "worker"):
            _own.worker = Worker()
        return json.dumps(_own.worker.run(job))
    except sandbox.NoSandbox as error:
        return json.dumps({"refused": f"{socket.gethostname()}: {error}"})
    except Exception as error:
        return json.dumps({"failure": str(error) or type(error).__name__})
