"""The engine compiled once on every machine, however many workers start there at the same time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numba
from llvmlite import binding

from experiments.run_one import compile_engine

try:
    import fcntl
except ImportError:  # Windows: every worker compiles for itself
    fcntl = None  # type: ignore[assignment]


@cache
def engine_ready() -> None:
    """Return when compiled code is on disk: the first to come compiles, some minutes, and the others wait."""
    folder = Path(os.environ["NUMBA_CACHE_DIR"])  # named by a hash of the sources (abm/compiled_cache.py)
    marker = folder / f".complete-{numba.__version__}-{binding.get_host_cpu_name()}"
    if marker.exists():
        return
    with one_at_a_time(folder / ".compiling"):
        if not marker.exists():
            compile_engine()
            marker.touch()


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Keep other processes that ask for this lock waiting; where there are no file locks, nothing happens."""
    if fcntl is None:
        yield
        return
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
