"""Notebooks run by a Dask cluster in place of this machine's processes.

Each of the cluster's workers keeps one process of worker.py and gives it one notebook at a time.
A worker that dies takes its notebook with it; the scheduler gives that to another. Results are
written here, as they come, so none is lost and none is counted twice.
"""

import threading

from nnlib.grading.pool import Worker

_own = threading.local()  # a Dask worker runs its tasks in threads: a process for each of them


def engine(address, jobs):
    """An engine for grade.Grader on the cluster at `address`, as `tcp://host:8786`.

    jobs: how many notebooks are given out at a time for each of the cluster's threads.
    Raises ValueError when dask.distributed is not installed or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ValueError("dask: needs `pip install nnlib-course[cluster]`") from None

    def run(pairs):
        try:
            client = Client(address, timeout=10)
        except (OSError, ValueError) as error:
            raise ValueError(f"dask: no scheduler answers at {address}: {error}") from None
        with client:
            room = max(1, sum(client.nthreads().values())) * max(2, jobs)
            keys, ends, pairs = {}, as_completed(), iter(pairs)

            def submit():
                for key, job in pairs:
                    future = client.submit(work, job, pure=False, retries=1)
                    keys[future.key] = key
                    ends.add(future)
                    return

            for _ in range(room):
                submit()
            for future in ends:
                error = future.exception()
                yield keys.pop(future.key), (error if error is not None else future.result())
                submit()

    return run


def work(job):
    """One job on a worker of the cluster."""
    if not hasattr(_own, "worker"):
        _own.worker = Worker()
    return _own.worker.run(job)
