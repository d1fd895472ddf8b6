"""One process at a time works on a run folder: a second one is told who holds it.

The lock is the operating system's, so it ends with the process that holds it, however that ends. Where the file system
has no locks (some network drives) the process that is noted as the holder counts as long as it lives on this machine;
nothing is known there of other machines. So nobody deletes a temporary file but its own and those of processes of this
machine that are gone.
"""

from __future__ import annotations

import errno
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from results.folder.store import RunFolderError, clear_write_errors
from results.folder.whole_files import is_alive, is_left_behind, machine_name

LOCK, HOLDER = ".lock", ".holder"
TEMPORARY = ".*.tmp"
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)
"""What a file system answers that has no locks."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a run folder, made if it is not there; what a killed process left half-written in it is cleared.

    Raises RunFolderError, with process and time, while another process holds it; StoreError where nothing can be
    written.
    """
    with clear_write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = _locked(folder)
    try:
        with clear_write_errors(folder):
            holder = f"{os.getpid()} {time.strftime('%Y-%m-%d %H:%M')} {machine_name()}"
            (folder / HOLDER).write_text(holder, encoding="utf-8")
            for hidden in folder.rglob(TEMPORARY):
                if is_left_behind(hidden):
                    hidden.unlink(missing_ok=True)
        yield
    finally:
        with suppress(OSError):  # the next one writes it anew
            if _holder(folder)[0] == str(os.getpid()):
                (folder / HOLDER).unlink(missing_ok=True)
        if lock is not None:
            lock.release()


def _locked(folder: Path) -> BaseFileLock | None:
    """The lock of a folder, held; None where the file system has none."""
    lock = FileLock(folder / LOCK, thread_local=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a file stands for the lock: nothing a person must do
            lock.acquire(timeout=0)
    except Timeout:
        raise _held_by_another(folder) from None
    except (NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in NO_LOCKS:
            raise
        process, _, machine = _holder(folder)
        if machine == machine_name() and process.isdigit() and int(process) != os.getpid() and is_alive(int(process)):
            raise _held_by_another(folder) from None
        return None
    return lock


def _holder(folder: Path) -> tuple[str, str, str]:
    """Process, time and machine that are noted as the holder's; question marks where nothing is."""
    try:
        parts = (folder / HOLDER).read_text(encoding="utf-8").split(" ")
        return parts[0], " ".join(parts[1:3]), parts[3] if len(parts) > 3 else ""
    except (OSError, ValueError):
        return "?", "?", ""


def _held_by_another(folder: Path) -> RunFolderError:
    process, since, _ = _holder(folder)
    return RunFolderError(
        f"{folder}: process {process} has been working on this run since {since}; wait until it ends, or end it first",
        f"{folder}：进程 {process} 自 {since} 起正在进行这次运行；请等它结束，或先将其终止",
    )
