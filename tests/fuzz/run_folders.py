"""Run folders as readers of the fuzz test: one in which every file has its checksum, and one of an older version."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

from results.folder.checksums import SUMS
from results.folder.store import BIRTHS, FIGURES, PARTS, REPORT, TABLES, RunFolder
from results.report import write_report
from tests.conftest import empty_figures
from tests.results.sample_run import write_sample_run

RUN = "run"


@functools.cache
def small_run() -> Path:
    """A small finished run, made once a process: two scenarios, two seeds."""
    kept = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    return write_sample_run(kept / RUN, ["current_law", "voucher"], seeds=2).path


def files_of_run(with_checksums: bool) -> dict[str, Path]:
    """Its files by their names under the folder of a reader."""
    run = small_run()
    found = {f"{RUN}/{path.relative_to(run)}": path for path in sorted(run.rglob("*")) if path.is_file()}
    return found if with_checksums else {name: path for name, path in found.items() if name != f"{RUN}/{SUMS}"}


def damaged_of_run() -> tuple[str, ...]:
    """Its files that a report reads: of parts and births one each."""
    first = {folder: min((small_run() / folder).iterdir()).name for folder in (PARTS, BIRTHS)}
    named = ("manifest.json", "context.json", "design.parquet", "series.parquet")
    return tuple(f"{RUN}/{name}" for name in (*named, *(f"{folder}/{name}" for folder, name in first.items())))


def report_of_run(folder: Path) -> None:
    """Make its report, without figures, and take it away again."""
    run = folder / RUN
    with patch("results.scenario.report.make_figures", empty_figures):
        write_report(RunFolder(run))
    (run / REPORT).unlink()
    for name in (FIGURES, TABLES):
        shutil.rmtree(run / name)
