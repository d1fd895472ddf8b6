"""Ray started on this machine, or a cluster joined; and whether it still answers.

On this machine Ray listens on the loopback interface alone, and ends with this process however that ends
(``experiments.run.ray_guard``). Only this file and ``experiments.run.on_ray`` import Ray.
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
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import ray
from ray._private import ray_constants

from experiments.run.errors import BackendError
from experiments.run.ray_guard import guarded
from policies.errors import InputError
from policies.messages import later, tr

PORT, LOOPBACK = 6379, "127.0.0.1"
SAYS_NOTHING = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_IGNORE_UNHANDLED_ERRORS": "1"}
"""Nothing is sent to Ray's makers, and no traceback is printed of work that is in flight when a run is refused."""
SECONDS_TO_ANSWER, SECONDS_TO_JOIN = 5.0, 25.0
"""How long a host may take to accept a connection, and a cluster to let us in after that."""
ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SECONDS_OF_SILENCE, SECONDS_BETWEEN_TRIES = 5.0, 0.5
"""After so long without an answer a cluster is gone (Ray itself would wait a minute, then end this process)."""
ELSE_SERIAL = later("without Ray, in this process: --on serial")


class ClusterGone(BackendError):
    """Nobody answers any more: there is nothing left to stop or to wait for."""


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
    with guarded() if address is None else nullcontext():
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
    os.environ.update(SAYS_NOTHING)
    os.environ.update(ONE_THREAD)
    try:
        with _loopback_alone():
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **_QUIET)
        heard = {node["NodeManagerAddress"] for node in ray.nodes()}
        if heard != {LOOPBACK}:
            where = ", ".join(sorted(heard))
            raise RuntimeError(tr("it listens on {addresses}, where other machines reach it").format(addresses=where))
    except Exception as error:
        raise BackendError(
            tr("Ray cannot be started: {error}; {else_serial}").format(
                error=first_line(error), else_serial=tr(ELSE_SERIAL)
            )
        ) from error


@contextmanager
def _loopback_alone() -> Iterator[None]:
    """Within this context Ray takes the loopback interface for the whole network, as on Windows and macOS.

    An address given to it would be turned back into one that other machines reach; its servers listen on the loopback
    interface alone only when that is the node's own address.
    """
    before = ray_constants.ENABLE_RAY_CLUSTER, os.environ.get(ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR)
    ray_constants.ENABLE_RAY_CLUSTER = False
    os.environ[ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR] = "0"  # for the processes that Ray starts
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = before[0]
        if before[1] is None:
            del os.environ[ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR]
        else:
            os.environ[ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR] = before[1]


def _join(address: str) -> None:
    """Connect to a cluster. Another process tries first: Ray itself would wait minutes for one that is not there."""
    os.environ.update(SAYS_NOTHING)
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
                host=host, port=port or PORT, error=first_line(error)
            )
        ) from None
    return f"{host}:{port or PORT}"


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def heart() -> list[tuple[str, int]]:
    """Where the head of the cluster and the part of it on this machine listen: without them there is no cluster."""
    context = ray.get_runtime_context()
    head, _, port = context.gcs_address.rpartition(":")
    here = next(node for node in ray.nodes() if node["NodeID"] == context.get_node_id())
    return [(head, int(port)), (here["NodeManagerAddress"], int(here["NodeManagerPort"]))]


def wait_for_pulse(host: str, port: int) -> None:
    """Return as soon as somebody accepts connections there; BackendError if nobody does for some seconds."""
    until = time.monotonic() + SECONDS_OF_SILENCE
    while True:
        try:
            socket.create_connection((host, port), SECONDS_OF_SILENCE).close()
            return
        except OSError:
            if time.monotonic() > until:
                gone = tr("the Ray cluster is gone: nothing answers at {host}:{port}")
                raise ClusterGone(gone.format(host=host, port=port)) from None
            time.sleep(SECONDS_BETWEEN_TRIES)
