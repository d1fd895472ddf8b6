"""What this machine has free: memory and cores, or less where a container or a job is held to less."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

GROUPS, OWN_GROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
"""Where Linux (control groups, version 2) says what processes are held to, and to which group this one belongs."""


def free_megabytes(groups: Path = GROUPS, own: Path = OWN_GROUP) -> float:
    """Memory that new processes may take."""
    free = [float(psutil.virtual_memory().available)]
    for group in _groups_of_this_process(groups, own):
        with suppress(OSError, ValueError):  # "max": no limit
            limit, used = (int((group / f"memory.{name}").read_text()) for name in ("max", "current"))
            free.append(max(limit - used + _read_cache(group), 0))
    return min(free) / 1e6


def cores(groups: Path = GROUPS, own: Path = OWN_GROUP) -> int:
    """Processor cores that this process may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for group in _groups_of_this_process(groups, own):
        with suppress(OSError, ValueError):
            quota, period = (int(number) for number in (group / "cpu.max").read_text().split())
            there = min(there, max(round(quota / period), 1))
    return there


def _groups_of_this_process(groups: Path, own: Path) -> Iterator[Path]:
    """The group of this process and those that hold it."""
    with suppress(OSError):
        for line in own.read_text().splitlines():
            if line.startswith("0::"):
                group = groups / line.removeprefix("0::").strip("/")
                yield from (g for g in (group, *group.parents) if g == groups or groups in g.parents)


def _read_cache(group: Path) -> int:
    """Bytes of files read that a group gives back as soon as memory is asked for."""
    stat = dict(line.split(" ", 1) for line in (group / "memory.stat").read_text().splitlines())
    return int(stat.get("inactive_file", 0))
