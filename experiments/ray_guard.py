"""Nothing of a Ray of our own outlives its driver, however that ends: a small process beside it waits for its end.

Ray's servers end with a killed driver on Linux and its workers with the servers, but its agents try to report for a
minute or longer, and elsewhere everything may stay. Whatever was started for Ray carries a mark in its environment, by
which the guard finds what is left. It is run as a program of its own: ``python ray_guard.py MARK``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

NAME = "CRADLE_RAY_MARK"
SECONDS_OF_GUARD, SECONDS_BETWEEN_LOOKS = 60.0, 0.25
"""How long the guard goes on looking for what is left, and how often. It goes after two looks that find nothing."""


@contextmanager
def guarded() -> Iterator[str]:
    """Processes started within this context carry a mark; what is left of them is killed after it, or when this process
    ends on the way. Gives the mark."""
    mark = uuid.uuid4().hex
    guard = subprocess.Popen(
        [sys.executable, "-P", __file__, mark],
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


def marked(mark: str) -> list[psutil.Process]:
    """Processes of this user that carry the mark."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(NAME) == mark:
                found.append(process)
    return found


def end_marked(mark: str) -> None:
    """Kill what carries the mark until nothing is left."""
    until, empty = time.monotonic() + SECONDS_OF_GUARD, 0
    while empty < 2 and time.monotonic() < until:
        left = marked(mark)
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        empty = 0 if left else empty + 1
        time.sleep(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    sys.stdin.buffer.read()  # ends when the driver does
    end_marked(sys.argv[1])
