"""Runs on Ray: on this machine, or on a cluster that is there. The only file that imports Ray.

A history is built once, stays in Ray's object store while its arms run in batches of some seconds, and is let go. The
driver alone hands out work and keeps results (``experiments.hand_out`` decides what goes next); what is lost with a
worker or a node is run again.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import ray
from ray.exceptions import NodeDiedError, ObjectLostError, RayError, RayTaskError

from experiments.errors import BackendError
from experiments.hand_out import DIED, Batch, Build, HandOut
from experiments.histories import is_kept
from experiments.progress import Reporter
from experiments.ready import engine_ready
from experiments.run_one import RunResult, SeedTask, build_history, failed, history_from, load_once, run_arms
from experiments.sources import source_hash
from policies.clock import month_index
from policies.errors import InputError
from policies.messages import later, tr

PORT = 6379
SECONDS_TO_ANSWER, SECONDS_TO_JOIN = 5.0, 25.0
"""How long a host may take to accept a connection, and a cluster to let us in after that."""
SECONDS_BETWEEN_LOOKS = 1.0
BATCHES_PER_WORKER = 2
"""Handed out at a time, so that no worker waits for the driver."""
ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SECONDS_OF_SILENCE = 5.0
"""After so long without an answer a cluster is gone (Ray itself would wait a minute, then end this process)."""
ELSE_SERIAL = later("without Ray, in this process: --on serial")


class ClusterGone(BackendError):
    """Nobody answers any more: there is nothing left to stop or to wait for."""


# ---- starting and joining -------------------------------------------------------------------------------------------


@contextmanager
def connected(workers: int, address: str | None) -> Iterator[None]:
    """Ray, for as long as this context lasts: ``workers`` processes on this machine, or the cluster at an address
    ("auto": the one that this machine belongs to). Within a context that stands already nothing is started.

    Raises InputError for an address where no cluster is, BackendError when Ray cannot be started.
    """
    if ray.is_initialized():
        yield
        return
    handlers: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        if address is None:
            _start_here(workers)
        else:
            _join(address)
        _put_back(handlers)  # Ray takes the signals for itself
        yield
    except ClusterGone:
        atexit.register(_leave)
        raise
    except BaseException:
        ray.shutdown()
        raise
    else:
        ray.shutdown()
    finally:
        _put_back(handlers)


def _leave() -> None:
    """End this process at once: Ray would wait a minute for a cluster that is gone, and then crash."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _put_back(handlers: dict[int, Any]) -> None:
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():
            signal.signal(number, handler)


_QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR, "ignore_reinit_error": True}


def _start_here(workers: int) -> None:
    """Processes of our own, whatever address a dead driver or the environment has left behind."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.update(ONE_THREAD)
    try:
        ray.init(address="local", num_cpus=workers, include_dashboard=False, **_QUIET)
    except Exception as error:
        raise BackendError(
            tr("Ray cannot be started: {error}; {else_serial}").format(
                error=_first_line(error), else_serial=tr(ELSE_SERIAL)
            )
        ) from error


def _join(address: str) -> None:
    """Connect to a cluster. Another process tries first: Ray itself would wait minutes for one that is not there."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    where = _checked_address(address)
    _try_to_join(where)
    ray.init(address=where, runtime_env={"env_vars": ONE_THREAD}, **_QUIET)


def _try_to_join(where: str) -> None:
    """Raise InputError unless a cluster lets a process in within a time limit."""
    program = "import sys, ray; ray.init(address=sys.argv[1], log_to_driver=False); print('joined'); ray.shutdown()"
    try:
        tried = subprocess.run(
            [sys.executable, "-c", program, where],
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_JOIN,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
        joined, said = "joined" in tried.stdout, (tried.stderr.strip().splitlines() or [""])[-1]
    except subprocess.TimeoutExpired:
        joined, said = False, tr("no answer within {seconds:.0f} s").format(seconds=SECONDS_TO_JOIN)
    if not joined:
        raise InputError(
            tr(
                "--address: no Ray cluster can be joined at {where}: {said}\nA cluster is started with `ray "
                "start --head`, this machine must belong to it (`ray start --address HOST:{port}`), and all "
                "need the same versions and the same access token; see docs/cluster.md"
            ).format(where=where, said=said, port=PORT)
        )


def _checked_address(address: str) -> str:
    """HOST:PORT that answers, or "auto". Raises InputError."""
    if address == "auto":
        return address
    host, _, port = address.partition(":")
    if not host or (port and not port.isdecimal()):
        raise InputError(
            tr("--address: found {address!r}, allowed: auto, HOST or HOST:PORT (port {port} if left out)").format(
                address=address, port=PORT
            )
        )
    try:
        socket.create_connection((host, int(port or PORT)), SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        raise InputError(
            tr("--address: nothing answers at {host}:{port}: {error}").format(
                host=host, port=port or PORT, error=_first_line(error)
            )
        ) from None
    return f"{host}:{port or PORT}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


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
            tr("a worker was lost: {error}; {else_serial}").format(
                error=_first_line(error), else_serial=tr(ELSE_SERIAL)
            )
        ) from error


def _heart() -> list[tuple[str, int]]:
    """Where the head of the cluster and the part of it on this machine listen: without them there is no cluster."""
    context = ray.get_runtime_context()
    head, _, port = context.gcs_address.rpartition(":")
    here = next(node for node in ray.nodes() if node["NodeID"] == context.get_node_id())
    return [(head, int(port)), (here["NodeManagerAddress"], int(here["NodeManagerPort"]))]


def _wait_for_pulse(host: str, port: int) -> None:
    """Return as soon as somebody accepts connections there; BackendError if nobody does for some seconds."""
    until = time.monotonic() + SECONDS_OF_SILENCE
    while True:
        try:
            socket.create_connection((host, port), SECONDS_OF_SILENCE).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise ClusterGone(f"the Ray cluster is gone: nothing answers at {host}:{port}") from None
            time.sleep(SECONDS_BETWEEN_LOOKS / 2)


class _Sweep:
    """What is in flight, and what comes of it."""

    def __init__(self, tasks: list[SeedTask], reporter: Reporter, most_workers: int | None) -> None:
        self._tasks, self._reporter, self._most_workers = tasks, reporter, most_workers
        self._plan = HandOut(tasks)
        self._to_live = {place for place, task in enumerate(tasks) if not is_kept(task.history_name)}
        self._city = [ray.put(load_once(tasks[0].city))]
        self._build: Any = ray.remote(num_cpus=1, num_returns=2, max_retries=2)(_build)
        self._run_batch: Any = ray.remote(num_cpus=1, max_retries=0)(_run_batch)
        self._flying: dict[Any, Build | Batch] = {}
        self._states: dict[int, Any] = {}
        self._heart = _heart()
        self._nodes: set[str] = set()
        self._workers = 1
        self._looked = -SECONDS_BETWEEN_LOOKS

    def results(self) -> Iterator[list[RunResult]]:
        """Results of every run, batch by batch."""
        while not self._plan.done:
            self._look_around()
            self._hand_out()
            ready, _ = ray.wait(list(self._flying), timeout=SECONDS_BETWEEN_LOOKS)
            for ref in ready:
                found = self._take_back(ref, self._flying.pop(ref))
                if found:
                    yield found
            self._states = {place: state for place, state in self._states.items() if self._plan.is_open(place)}

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
            _wait_for_pulse(host, port)
        self._looked = time.monotonic()
        nodes = [node for node in ray.nodes() if node["Alive"]]
        self._nodes = {node["NodeID"] for node in nodes}
        there = int(sum(node["Resources"].get("CPU", 0) for node in nodes))
        self._workers = max(1, min(there, self._most_workers or there))

    def _hand_out(self) -> None:
        while len(self._flying) < BATCHES_PER_WORKER * self._workers:
            job = self._plan.next(self._workers)
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
            return self._lost(job, error)
        if isinstance(job, Build):
            if answer.error:
                return self._plan.not_built(job.place, "history", answer.error, answer.message)
            self._plan.built(job.place)
            if job.place in self._to_live:
                self._to_live.discard(job.place)
                self._reporter.months(task.branch_month - month_index(task.start))
            return []
        results, seconds = answer
        self._plan.ended(job, seconds)
        self._reporter.months(len(job.arms) * task.months_of_arm)
        return list(results)

    def _lost(self, job: Build | Batch, error: Exception) -> list[RunResult]:
        """What to do when work does not come back."""
        message = _first_line(error) if isinstance(error, RayTaskError) else ""
        if isinstance(job, Build):
            text = message or DIED
            return self._plan.not_built(job.place, "history", "WorkerDied", text)
        gone = isinstance(error, ObjectLostError) or self._a_node_went(error)
        given_up = self._plan.lost(job, own_fault=not gone, message=message)
        if isinstance(error, ObjectLostError) and self._plan.rebuild(job.place):
            self._start(Build(job.place))
        return given_up

    def _a_node_went(self, error: Exception) -> bool:
        """True if the work was lost with its node and not by itself."""
        before, self._looked = self._nodes, -SECONDS_BETWEEN_LOOKS
        self._look_around()
        return isinstance(error, NodeDiedError) or bool(before - self._nodes)
