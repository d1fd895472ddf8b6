"""One process at a time works on a run folder: a second one is told who holds it.

The lock is the operating system's, so it ends with the process that holds it, however that ends. Where the file system
has no locks (some network drives) a folder is held by nobody, as if there were none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from results.store import RunFolderError, clear_write_errors

LOCK, HOLDER = ".lock", ".holder"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a run folder, made if it is not there; what a killed process left half-written in it is cleared.

    Raises RunFolderError, with process and time, while another process holds it; StoreError where nothing can be
    written.
    """
    with clear_write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise _held_by_another(folder) from None
        except NotImplementedError:
            pass
    try:
        with clear_write_errors(folder):
            holder = f"{os.getpid()} {time.strftime('%Y-%m-%d %H:%M')}"
            (folder / HOLDER).write_text(holder, encoding="utf-8")
            for stale in folder.rglob(".*.tmp"):
                stale.unlink(missing_ok=True)
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _held_by_another(folder: Path) -> RunFolderError:
    try:
        process, since = (folder / HOLDER).read_text(encoding="utf-8").split(" ", 1)
    except (OSError, ValueError):
        process, since = "?", "?"
    return RunFolderError(
        f"{folder}: process {process} has been working on this run since {since}; wait until it ends, or end it first",
        f"{folder}：进程 {process} 自 {since} 起正在进行这次运行；请等它结束，或先将其终止",
    )
