"""How many browser tabs hold cities at once, and how soon a closed one is forgotten."""

from __future__ import annotations

import ctypes
import threading

MOST_SESSIONS = 10
"""Tabs that hold two cities at the same time; a further one says so and can try again."""
MOST_KERNELS = 4 * MOST_SESSIONS
"""Tabs connected at the same time, those that were told to wait included; the next is refused at the door."""
FORGOTTEN_AFTER = "3m"
"""Once a tab's connection is lost without its being closed, as Solara writes a time. A closed tab goes at once."""


class Seats:
    """Who holds cities: at most ``most`` at once."""

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self.most = most
        self._taken: set[int] = set()
        self._lock = threading.Lock()

    def take(self, who: object) -> bool:
        """Whether there is room for ``who``, who then has it until it is given back."""
        with self._lock:
            if id(who) not in self._taken and len(self._taken) >= self.most:
                return False
            self._taken.add(id(who))
            return True

    def give_back(self, who: object) -> None:
        """Room for somebody else."""
        with self._lock:
            self._taken.discard(id(who))


def hand_back() -> None:
    """Hand memory that Python has freed back to the system, where the C library keeps it until told (glibc does)."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
