"""The engine compiled once on every machine, however many runs and workers start there at the same time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from abm.city.loading import load_city
from abm.core.compiled_cache import made_for, must_compile
from abm.core.parameters import Parameters
from abm.founding import found
from experiments.run.seed_task import compile_engine
from policies.clock import month_index
from policies.messages import later, tr
from policies.streams import tell

COMPILING = later("compiling the engine for this machine, once: two to four minutes before the first month")
OTHERS_COMPILE = later("another process is compiling the engine for this machine; waiting until it is done")


@cache
def engine_ready() -> None:
    """Return when compiled code is on disk: the first to come says so and compiles, some minutes, and others wait."""
    if is_compiled():
        return
    with one_at_a_time(_folder() / f".compiling-{made_for()}", waiting=tr(OTHERS_COMPILE)):
        if is_compiled():
            return
        tell(tr(COMPILING), sys.stderr)
        compile_everything()
        if not must_compile():  # a full disk keeps nothing
            _marker().touch()


def compile_everything() -> None:
    """Have everything that a run calls compiled: a town is founded anew, also where one is kept on disk, and lives."""
    found(load_city("toytown"), month_index("2020-11"), 1.0, 1, Parameters.load(), reuse=False)
    compile_engine()


def is_compiled() -> bool:
    """True when everything that a run calls is compiled, or when nothing is compiled at all (``NUMBA_DISABLE_JIT``)."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") != "0" or _marker().exists()


def _folder() -> Path:
    return Path(os.environ["NUMBA_CACHE_DIR"])  # named by a hash of the sources (abm/core/compiled_cache.py)


def _marker() -> Path:
    return _folder() / f".complete-{made_for()}"


@contextmanager
def one_at_a_time(lock: Path, waiting: str = "") -> Iterator[None]:
    """Keep other processes that ask for this lock waiting; ``waiting`` is told (on standard error) by one that does.

    Where there are no file locks (some network drives), nothing happens.
    """
    held = FileLock(lock)
    with suppress(NotImplementedError, OSError):
        try:
            held.acquire(blocking=False)
        except Timeout:
            if waiting:
                tell(waiting, sys.stderr)
            held.acquire()
    try:
        yield
    finally:
        held.release()
