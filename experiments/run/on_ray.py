"""Runs on Ray: on this machine, or on a cluster that is there (``experiments.run.ray_connection``).

A history is built once, stays in Ray's object store while its arms run in batches of some seconds, and is let go. The
driver alone hands out work and keeps results (``experiments.run.hand_out`` decides what goes next); what is lost with a
worker or a node is run again.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import ray
from ray.exceptions import NodeDiedError, ObjectLostError, RayError, RayTaskError

from experiments.run.compiled_once import engine_ready
from experiments.run.errors import BackendError
from experiments.run.hand_out import DIED, Batch, Build, HandOut
from experiments.run.progress import Reporter
from experiments.run.ray_connection import ELSE_SERIAL, ClusterGone, connected, first_line, heart, wait_for_pulse
from experiments.run.saved_histories import is_kept
from experiments.run.seed_task import RunResult, SeedTask, build_history, failed, history_from, load_once, run_arms
from experiments.sources import source_hash
from policies.clock import month_index
from policies.errors import InputError
from policies.messages import tr

SECONDS_BETWEEN_LOOKS = 1.0
BATCHES_PER_WORKER = 2
"""Handed out at a time, so that no worker waits for the driver."""


# ---- in a worker ----------------------------------------------------------------------------------------------------

_cities: dict[str, Any] = {}
_histories: dict[str, Any] = {}
"""In a worker: the city and the history that it used last, ready to be forked."""


@dataclass(frozen=True)
class Built:
    """A history is there, or why it is not."""

    error: str = ""
    message: str = ""


def _build(task: SeedTask) -> tuple[Built, dict[str, Any] | None]:
    """In a worker: the history of a task as plain arrays."""
    _same_sources(task)
    engine_ready()
    try:
        return Built(), build_history(task).saved()
    except Exception as error:
        lost = failed(task.arms[0], "history", error)
        return Built(lost.error, lost.message), None


def _run_batch(state: dict[str, Any], city: list[Any], task: SeedTask) -> tuple[list[RunResult], float]:
    """In a worker: the arms of a batch, and the seconds they took."""
    _same_sources(task)
    engine_ready()
    began = time.perf_counter()
    if task.city not in _cities:
        _cities.clear()
        _cities[task.city] = ray.get(city[0])
    if task.history_name not in _histories:
        _histories.clear()
        _histories[task.history_name] = history_from(state, _cities[task.city], task)
    results = list(run_arms(_histories[task.history_name], task))
    return results, time.perf_counter() - began


def _same_sources(task: SeedTask) -> None:
    if task.sources != source_hash():
        raise InputError(
            tr(
                "the node {host} has other sources of the model than the machine that started the run; "
                "install the same version on every node and start the cluster again"
            ).format(host=socket.gethostname())
        )


# ---- in the driver --------------------------------------------------------------------------------------------------


def run_on_ray(
    tasks: list[SeedTask], reporter: Reporter, workers: int | None = None, address: str | None = None
) -> Iterator[list[RunResult]]:
    """Run tasks; yields the results of a batch as it ends, in no fixed order.

    ``workers`` processes on this machine (1 if left out), or that many at most of a cluster (all if left out).
    Raises InputError or BackendError as :func:`connected`, BackendError when the cluster is lost.
    """
    with connected(workers or 1, address):
        sweep = _Sweep(tasks, reporter, workers)
        try:
            yield from sweep.results()
        except ClusterGone:
            raise
        except BaseException:
            sweep.cancel()
            raise


def results_in_order(
    function: Callable[[Any, Any], Any], arguments: Iterable[Any], shared: Any, workers: int
) -> Generator[Any]:
    """``function(argument, shared)`` for every argument, in the order of the arguments, within :func:`connected`.

    ``shared`` is put once. Arguments are taken as workers become free, so they may be endless: whoever closes the
    iterator stops what is in flight. A call whose worker died is made again. Raises BackendError when it dies twice.
    """
    common = ray.put(shared)
    call: Any = ray.remote(num_cpus=1, max_retries=2)(function)
    flying: deque[Any] = deque()
    endless = iter(arguments)
    try:
        while True:
            flying.extend(call.remote(argument, common) for argument in islice(endless, 2 * workers - len(flying)))
            if not flying:
                return
            yield _answer(flying.popleft())
    finally:
        with suppress(RayError):
            for ref in flying:
                ray.cancel(ref, force=False)


def _answer(ref: Any) -> Any:
    """What a call returned, or its own error; BackendError when it was lost."""
    while not ray.wait([ref], timeout=SECONDS_BETWEEN_LOOKS)[0]:
        pass
    try:
        return ray.get(ref)
    except RayTaskError as error:
        raise error.as_instanceof_cause() from None
    except RayError as error:
        raise BackendError(
            tr("a worker was lost: {error}; {else_serial}").format(error=first_line(error), else_serial=tr(ELSE_SERIAL))
        ) from error


def refused_while_loading(error: Exception) -> str:
    """What a worker refused before it could load the engine, such as its node's cache, or nothing.

    Ray turns what is raised there into a text: the message stands at the end, behind the name of the error.
    """
    _, name, message = str(error).rpartition(f"{InputError.__module__}.{InputError.__qualname__}: ")
    return message.strip() if name else ""


class _Sweep:
    """What is in flight, and what comes of it."""

    def __init__(self, tasks: list[SeedTask], reporter: Reporter, most_workers: int | None) -> None:
        self._tasks, self._reporter, self._most_workers = tasks, reporter, most_workers
        self._queue = HandOut(tasks)
        self._to_live = {place for place, task in enumerate(tasks) if not is_kept(task.history_name)}
        self._city = [ray.put(load_once(tasks[0].city))]
        self._build: Any = ray.remote(num_cpus=1, num_returns=2, max_retries=2)(_build)
        self._run_batch: Any = ray.remote(num_cpus=1, max_retries=0)(_run_batch)
        self._flying: dict[Any, Build | Batch] = {}
        self._states: dict[int, Any] = {}
        self._heart = heart()
        self._nodes: set[str] = set()
        self._workers = 1
        self._looked = -SECONDS_BETWEEN_LOOKS

    def results(self) -> Iterator[list[RunResult]]:
        """Results of every run, batch by batch."""
        while not self._queue.done:
            self._look_around()
            self._hand_out()
            ready, _ = ray.wait(list(self._flying), timeout=SECONDS_BETWEEN_LOOKS)
            for ref in ready:
                found = self._take_back(ref, self._flying.pop(ref))
                if found:
                    yield found
            self._states = {place: state for place, state in self._states.items() if self._queue.is_open(place)}

    def cancel(self) -> None:
        """Stop what is still in flight (after Ctrl-C a cluster would go on with it)."""
        with suppress(RayError):
            for ref in self._flying:
                ray.cancel(ref, force=True)
        self._flying.clear()
        self._states.clear()

    def _look_around(self) -> None:
        """Count the workers there are: nodes come and go. Raises BackendError when nobody answers any more."""
        if time.monotonic() - self._looked < SECONDS_BETWEEN_LOOKS:
            return
        for host, port in self._heart:
            wait_for_pulse(host, port)
        self._looked = time.monotonic()
        nodes = [node for node in ray.nodes() if node["Alive"]]
        self._nodes = {node["NodeID"] for node in nodes}
        there = int(sum(node["Resources"].get("CPU", 0) for node in nodes))
        self._workers = max(1, min(there, self._most_workers or there))

    def _hand_out(self) -> None:
        while len(self._flying) < BATCHES_PER_WORKER * self._workers:
            job = self._queue.next(self._workers)
            if job is None:
                return
            self._start(job)

    def _start(self, job: Build | Batch) -> None:
        task = self._tasks[job.place]
        if isinstance(job, Build):
            done, self._states[job.place] = self._build.remote(task.batch(task.arms[:1]))
        else:
            done = self._run_batch.remote(self._states[job.place], self._city, task.batch(job.arms))
        self._flying[done] = job

    def _take_back(self, ref: Any, job: Build | Batch) -> list[RunResult]:
        """The results that a finished piece of work gives; none if it has to be done again."""
        task = self._tasks[job.place]
        try:
            answer = ray.get(ref)
        except InputError:
            raise
        except (RayError, OSError, ValueError) as error:
            if refusal := refused_while_loading(error):
                raise InputError(refusal) from None
            return self._lost(job, error)
        if isinstance(job, Build):
            if answer.error:
                return self._queue.not_built(job.place, "history", answer.error, answer.message)
            self._queue.built(job.place)
            if job.place in self._to_live:
                self._to_live.discard(job.place)
                self._reporter.months(task.branch_month - month_index(task.start))
            return []
        results, seconds = answer
        self._queue.ended(job, seconds)
        self._reporter.months(len(job.arms) * task.months_of_arm)
        return list(results)

    def _lost(self, job: Build | Batch, error: Exception) -> list[RunResult]:
        """What to do when work does not come back."""
        message = first_line(error) if isinstance(error, RayTaskError) else ""
        if isinstance(job, Build):
            text = message or DIED
            return self._queue.not_built(job.place, "history", "WorkerDied", text)
        gone = isinstance(error, ObjectLostError) or self._a_node_went(error)
        given_up = self._queue.lost(job, own_fault=not gone, message=message)
        if isinstance(error, ObjectLostError) and self._queue.rebuild(job.place):
            self._start(Build(job.place))
        return given_up

    def _a_node_went(self, error: Exception) -> bool:
        """True if the work was lost with its node and not by itself."""
        before, self._looked = self._nodes, -SECONDS_BETWEEN_LOOKS
        self._look_around()
        return isinstance(error, NodeDiedError) or bool(before - self._nodes)
