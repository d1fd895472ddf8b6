"""A killed run is resumed to the exact tables; by the dozen, with Ray and reports: ``python -m tests.kills``."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.run.progress import LineReporter
from experiments.run.resume import take_up
from experiments.run.runner import execute, start_run
from experiments.study.study import Study, read_study
from results.folder.store import RunFolder
from tests.kills import differences, manifest_in


def run_or_resume(study: Study, out: Path) -> RunFolder:
    """As the commands do, without a report."""
    there = manifest_in(out)
    folder, design = start_run(study, out) if there is None else (RunFolder(there), pd.DataFrame())
    assert (
        execute(study, folder, design if there is None else take_up(folder, study), LineReporter(), on="serial") == []
    )
    return folder


def killed_with(kept: int, study: Study, out: Path) -> bool:
    """Run or resume in a process of its own and kill that once so many runs are kept; False if it ended before."""
    child = os.fork()
    if child == 0:  # a copy of this process, everything loaded: no second is spent on a start
        try:
            run_or_resume(study, out)
        finally:
            os._exit(1)
    until = time.monotonic() + 120
    while len(list(out.glob("*/parts/[!.]*.parquet"))) < kept and time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be copied here")
def test_a_run_killed_twice_is_resumed_to_the_same_tables(
    write_config: Callable[..., Path], toytown_founded: Any, tmp_path: Path
) -> None:
    study = read_study(write_config(start="2020-11", end="2027-12", seeds=2))
    wanted = run_or_resume(study, tmp_path / "undisturbed")
    shutil.rmtree(tmp_path / "histories")
    for kept in (1, 3):
        assert killed_with(kept, study, tmp_path / "killed")
    folder = run_or_resume(study, tmp_path / "killed")
    assert differences(folder.path, wanted.path) == []
    one = folder.read_table("series.parquet")
    one.loc[7, "value"] += 1e-9
    one.to_parquet(folder.file("series.parquet"))
    (folder.file("parts") / ".half.tmp").touch()
    changed, left = differences(folder.path, wanted.path)
    assert changed.startswith("series.parquet: ") and left == "left half-written: .half.tmp"
