"""A killed sweep is resumed to the exact tables; by the dozen: ``python -m tests.kills``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.kills import Sweep, kill_and_resume, undisturbed


def test_a_sweep_killed_twice_is_resumed_to_the_same_tables(toytown_founded: Any, tmp_path: Path) -> None:
    """Five processes or so, of which each takes a second or two to start: a kill needs a process of its own."""
    sweep = Sweep(tmp_path, seeds=1, points=2, end="2028-12")
    wanted, seconds = undisturbed(sweep)
    found = kill_and_resume(sweep, wanted, seconds, count=2, seed=1)
    assert (found.kills, found.wrong) == (2, [])
