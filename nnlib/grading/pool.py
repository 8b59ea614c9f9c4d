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
        if self.process is None:
            self._start()
        if self.ended:  # perhaps before there was a process to be killed
            self.process.kill()
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


def each(jobs, count):
    """Run jobs on `count` workers side by side; yields (key, outcome or WorkerDied) as they end.

    jobs: iterable of (key, job), taken as they are needed.
    """
    done, waiting = queue.SimpleQueue(), threading.Semaphore(2 * count)
    workers, everyone = queue.SimpleQueue(), [Worker() for _ in range(count)]
    for worker in everyone:
        workers.put(worker)

    def one(key, job):
        worker = workers.get()
        try:
            done.put((key, worker.run(job)))
        except Exception as error:
            done.put((key, error))
        finally:
            workers.put(worker)

    open_jobs = 0
    with ThreadPoolExecutor(count) as pool:
        try:
            for key, job in jobs:
                while not waiting.acquire(blocking=False):
                    open_jobs -= 1
                    waiting.release()
                    yield done.get()
                pool.submit(one, key, job)
                open_jobs += 1
            while open_jobs:
                open_jobs -= 1
                yield done.get()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in everyone:  # after Ctrl-C some are in the middle of a notebook
                worker.end()
            for _ in range(count):
                workers.get().close()
