"""Nothing of a Ray of our own outlives its driver, however that ends: a small process beside it waits for its end.

Ray's servers end with a killed driver (on Linux) and its workers with the servers, but its agents first try for a
minute to report to servers that are gone, and elsewhere everything may stay. What is started for Ray carries a mark in
its environment. Agents write over it when they take their own names, so the guard also remembers, from time to time,
what descends from those that carry it. It is run as a program of its own: ``python ray_guard.py MARK DRIVER``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

NAME = "CRADLE_RAY_MARK"
SECONDS_OF_GUARD, SECONDS_BETWEEN_LOOKS = 60.0, 0.25
"""How long the guard goes on killing what is left, and how often it looks; it goes after two looks in vain."""
SECONDS_OF_START, SECONDS_BETWEEN_EARLY_VISITS, SECONDS_BETWEEN_VISITS = 60.0, 0.5, 10.0
"""While the driver lives the guard learns who is there: often as long as Ray starts, then seldom."""


@contextmanager
def guarded() -> Iterator[str]:
    """Processes started within this context carry a mark; what is left of them is killed after it, or when this process
    ends on the way. Gives the mark."""
    mark = f"{os.getpid()}-{time.time_ns()}"
    guard = subprocess.Popen(
        [sys.executable, "-P", __file__, mark, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # what ends our group, like Ctrl-C, leaves it standing
    )
    os.environ[NAME] = mark
    try:
        yield mark
    finally:
        del os.environ[NAME]
        assert guard.stdin is not None
        guard.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            guard.wait(SECONDS_OF_GUARD / 4)


def marked(mark: str, driver: int) -> set[psutil.Process]:
    """Processes that carry the mark, save the driver (which on Windows is seen to carry it too), and what descends from
    them."""
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != driver and process.environ().get(NAME) == mark:
                found |= {process, *process.children(recursive=True)}
    return found


def lives(process: psutil.Process) -> bool:
    """Whether a process is there, and no zombie that waits for its parent."""
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def known_until(ended: threading.Event, mark: str, driver: int) -> set[psutil.Process]:
    """What carried the mark, or descended from what did, until ``ended``."""
    known: set[psutil.Process] = set()
    began = time.monotonic()
    while not ended.is_set():
        known = {process for process in known if lives(process)} | marked(mark, driver)
        early = time.monotonic() - began < SECONDS_OF_START
        ended.wait(SECONDS_BETWEEN_EARLY_VISITS if early else SECONDS_BETWEEN_VISITS)
    return known


def end_all(known: set[psutil.Process], mark: str, driver: int) -> None:
    """Kill what is known, and what carries the mark, until nothing is left."""
    until, empty = time.monotonic() + SECONDS_OF_GUARD, 0
    while empty < 2 and time.monotonic() < until:
        left = {process for process in known if lives(process)} | marked(mark, driver)
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        empty = 0 if left else empty + 1
        time.sleep(SECONDS_BETWEEN_LOOKS)


def main(mark: str, driver: int) -> None:
    """Wait until standard input ends, which the driver alone holds open; then end what is left."""
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    end_all(known_until(ended, mark, driver), mark, driver)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
