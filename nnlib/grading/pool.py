"""Processes that run notebooks: one as a handle, several side by side."""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


class WorkerDied(RuntimeError):
    """The process that ran a notebook ended before it told what came of it."""


class Worker:
    """One process of worker.py. It starts with the first job and serves until `close`."""

    process, ended = None, False

    def run(self, job):
        """The outcome of a job. Raises WorkerDied; the next job gets a fresh process."""
        if self.process is None and not self.ended:
            self._start()
        if self.ended:  # perhaps before there was a process to be killed
            self.close()
            raise WorkerDied("the pool was closed")
        patience = job["limits"]["notebook"] + 90  # it watches its time itself; this is for a hang
        alarm = threading.Timer(patience, self.process.kill)
        alarm.start()
        try:
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            outcome = json.loads(line)
        except (OSError, ValueError):
            self.said.seek(0, os.SEEK_END)
            self.said.seek(max(0, self.said.tell() - 2000))
            said = self.said.read().decode("utf-8", "replace")
            self.close()
            raise WorkerDied(f"the process that ran the notebook ended. {said}".strip()) from None
        finally:
            alarm.cancel()
        if "failure" in outcome:
            self.close()
            raise WorkerDied(outcome["failure"])
        return outcome

    def _start(self):
        root = str(Path(__file__).parents[2])  # a checkout that is not installed is found too
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`
        self.folder = tempfile.mkdtemp(prefix="nn-")  # whichever is left of the two removes it
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nnlib.grading.worker", self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            env=os.environ | {"PYTHONPATH": paths},
            start_new_session=True,  # Ctrl-C goes to who gives the jobs
        )

    def end(self):
        """Kill the process for good, from another thread; `run` then raises WorkerDied."""
        self.ended = True
        if (process := self.process) is not None:
            process.kill()

    def close(self):
        """End the process, and with it the sandbox."""
        if self.process is not None:
            self.process.kill()
            self.process.stdout.close()
            with contextlib.suppress(OSError):  # what it had not read yet
                self.process.stdin.close()
            self.process.wait()
            self.said.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            self.process = None


class Pool:
    """Workers side by side. Called with jobs it runs them; the processes stay for the next call."""

    def __init__(self, count):
        self.workers = [Worker() for _ in range(count)]
        self.threads = ThreadPoolExecutor(count)

    def __call__(self, jobs):
        """Run (key, job) pairs, taken as they are needed; yields (key, outcome or the exception)
        as they end."""
        done, idle = queue.SimpleQueue(), queue.SimpleQueue()
        for worker in self.workers:
            idle.put(worker)

        def one(key, job):
            worker = idle.get()
            try:
                done.put((key, worker.run(job)))
            except Exception as error:
                done.put((key, error))
            finally:
                idle.put(worker)

        waiting, most = 0, 2 * len(self.workers)
        for key, job in jobs:
            if waiting == most:
                yield done.get()
                waiting -= 1
            self.threads.submit(one, key, job)
            waiting += 1
        for _ in range(waiting):
            yield done.get()

    def close(self):
        """End the processes, in the middle of a notebook if need be."""
        for worker in self.workers:
            worker.end()
        self.threads.shutdown(wait=True, cancel_futures=True)
        for worker in self.workers:
            worker.close()


def each(jobs, count):
    """Run (key, job) pairs on a Pool of `count` workers; see there."""
    pool = Pool(count)
    try:
        yield from pool(jobs)
    finally:
        pool.close()
