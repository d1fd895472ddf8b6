"""Seeds in a pool of processes on this machine; workers simulate, the driver alone writes.

A worker that dies breaks the pool: whatever was in flight is tried once more, each task alone in a fresh pool, and
a task whose worker dies again is recorded as failed, so one bad seed never stops the others.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from experiments.progress import Reporter
from experiments.run_one import RunResult, SeedTask, run_seed

SECONDS_BETWEEN_LOOKS = 0.5

Batch = Generator[RunResult, None, list[SeedTask]]
"""Yields results and returns the tasks that were in flight when a pool broke."""

_months: Any = None
"""In a worker: the queue on which it tells the driver of the months it has simulated."""


def _start_worker(months: Any) -> None:
    """One thread a worker, and Ctrl-C left to the driver."""
    global _months
    _months = months
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _run_task(task: SeedTask) -> list[RunResult]:
    return list(run_seed(task, _months.put))


def run_in_pool(tasks: list[SeedTask], workers: int, reporter: Reporter) -> Iterator[RunResult]:
    """Run tasks on ``workers`` processes; yields results as tasks end, in no fixed order."""
    suspects = yield from _run_batch(tasks, workers, reporter)
    for task in suspects:
        dead_again = yield from _run_batch([task], 1, reporter)
        for lost in dead_again:
            for arm in lost.arms:
                message = "the worker process died twice (out of memory, or killed)"
                yield RunResult(arm.run_id, arm.scenario, stage="worker", error="WorkerDied", message=message)


def _run_batch(tasks: list[SeedTask], workers: int, reporter: Reporter) -> Batch:
    """Run tasks in one pool after another; returns the tasks that were in flight when a pool broke."""
    waiting = list(tasks)
    suspects: list[SeedTask] = []
    while waiting:
        lost = yield from _run_until_broken(waiting, workers, reporter)
        suspects += lost
    return suspects


def _run_until_broken(waiting: list[SeedTask], workers: int, reporter: Reporter) -> Batch:
    """Take tasks from ``waiting`` until none is left or the pool breaks; returns the tasks then in flight.

    No more tasks than workers are handed out at a time, so that few are under suspicion when a worker dies.
    """
    context = multiprocessing.get_context("spawn")
    months = context.Queue()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(months,))
    flying: dict[Future[list[RunResult]], SeedTask] = {}
    try:
        while waiting or flying:
            while waiting and len(flying) < workers:
                flying[pool.submit(_run_task, waiting[0])] = waiting[0]
                del waiting[0]
            done, _ = wait(flying, timeout=SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED)
            _tell(months, reporter)
            for future in done:
                yield from future.result()
                del flying[future]
        return []
    except BrokenProcessPool:
        return list(flying.values())
    finally:
        _end(pool)
        months.close()


def _tell(months: Any, reporter: Reporter) -> None:
    while True:
        try:
            reporter.months(months.get_nowait())
        except queue.Empty:
            return


def _end(pool: ProcessPoolExecutor) -> None:
    """End this pool's own processes at once (after Ctrl-C they would go on for a whole seed)."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(timeout=5)
