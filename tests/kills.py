"""A sweep is killed (SIGKILL) at moments drawn from a seed and resumed, again and again; nothing may come of it.

    python -m tests.kills --count 25 [--workers 2] [--seed 1]

Runs a small sweep of toytown undisturbed, then kills and resumes it until so many kills have landed. Whenever it ends,
its tables must be exactly those of the undisturbed run, every run kept once and no half-written file left; of a run on
Ray no process may outlive its killed driver by a minute. Says what was found, and ends with status 1 where it is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import yaml

from abm.core.compiled_cache import compiled_folder
from experiments.run.compiled_once import engine_ready

ROOT = Path(__file__).parents[1]
SWEEP: dict[str, Any] = {
    "kind": "sweep",
    "title": {"en": "Two measures", "zh": "两项措施"},
    "city": "toytown",
    "start": "2020-11",
    "end": "2028-12",
    "scale": 1.0,
    "seeds": 3,
    "method": "grid",
    "points": 2,
    "factors": {
        "birth_grant": {"fields": ["birth_grant.order1", "birth_grant.order2"], "to": 30000},
        "home_care": {"fields": ["home_care_allowance.amount"], "values": [0, 500, 1000]},
    },
}
SHARE_AFTER_A_RUN = 20.0
"""A kill among runs comes within this part of an undisturbed run after one more run is kept."""
SECONDS_FOR_RAY = 60.0
"""Within this time after its driver is killed no process of a Ray may be left."""


@dataclass
class Found:
    """What came of the kills."""

    kills: int = 0
    rounds: int = 0
    at: Counter[str] = field(default_factory=Counter)
    longest_left: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Sweep:
    """A config in a folder of its own, with a cache of its own that holds the compiled engine alone."""

    def __init__(self, folder: Path, workers: int = 1, **changes: Any) -> None:
        self.folder, self.workers = folder, workers
        self.config = folder / "sweep.yaml"
        self.config.write_text(yaml.safe_dump({**SWEEP, **changes}, allow_unicode=True), encoding="utf-8")
        self.cache = folder / "cache"
        engine_ready()
        shutil.copytree(compiled_folder(), self.cache / "numba" / compiled_folder().name, ignore=_locks)
        self.log = folder / "log.txt"

    def begin(self, out: Path) -> subprocess.Popen[str]:
        """Run the config, or resume what is there."""
        there = manifest_in(out)
        what = ["resume", str(there)] if there else ["run", str(self.config), "--out", str(out)]
        workers = ["--workers", str(self.workers)] if self.workers > 1 else []
        environment = {**os.environ, "CRADLE_CACHE": str(self.cache), "CRADLE_LANG": "en", "PYTHONPATH": str(ROOT)}
        with self.log.open("a", encoding="utf-8") as log:
            print("$", *what, file=log, flush=True)
            return subprocess.Popen(
                [sys.executable, "-m", "cradle", *what, *workers],
                cwd=self.folder, env=environment, stdout=log, stderr=log, text=True, start_new_session=True,
            )  # fmt: skip

    def forget_histories(self) -> None:
        """Have histories lived again."""
        shutil.rmtree(self.cache / "histories", ignore_errors=True)

    def left(self) -> list[psutil.Process]:
        """Processes that were started for this sweep and still live: they have its cache in their environment."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("CRADLE_CACHE") == str(self.cache):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found


def manifest_in(out: Path) -> Path | None:
    """The run folder in ``out``, once it can be resumed."""
    return next((manifest.parent for manifest in out.glob("*/manifest.json")), None)


def _locks(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith((".in_use", ".compiling")) or name == "tests.lock"}


def undisturbed(sweep: Sweep) -> tuple[Path, float]:
    """The run folder of a run that nobody disturbs, and its seconds."""
    began = time.monotonic()
    out = sweep.folder / "undisturbed"
    process = sweep.begin(out)
    if process.wait() != 0:
        raise RuntimeError(f"the undisturbed run failed:\n{sweep.log.read_text(encoding='utf-8')[-2000:]}")
    folder = manifest_in(out)
    assert folder is not None
    return folder, time.monotonic() - began


def kill_and_resume(sweep: Sweep, wanted: Path, seconds: float, count: int, seed: int) -> Found:
    """Kill until so many kills have landed: about half of them at any moment from the start of a process to ``seconds``
    after it, the others soon after one more run is kept."""
    moments, found = random.Random(seed), Found()
    while found.kills < count:
        found.rounds += 1
        sweep.forget_histories()
        out = sweep.folder / f"round_{found.rounds}"
        while _killed(sweep, out, moments if found.kills < count else None, seconds, found):
            pass
        folder = manifest_in(out)
        found.wrong += [
            f"round {found.rounds}: {what}" for what in (differences(folder, wanted) if folder else ["none"])
        ]
        shutil.rmtree(out)
    return found


def _killed(sweep: Sweep, out: Path, moments: random.Random | None, seconds: float, found: Found) -> bool:
    """Begin, and kill at a moment; False when the process had ended by then, or is to live."""
    process = sweep.begin(out)
    try:
        status = process.wait(None if moments is None else _moment(process, out, moments, seconds))
    except subprocess.TimeoutExpired:
        found.at[stage_of(manifest_in(out))] += 1
        process.send_signal(signal.SIGKILL)
        process.wait()
        found.kills += 1
        began = time.monotonic()
        while sweep.left() and time.monotonic() - began < SECONDS_FOR_RAY:
            time.sleep(0.1)
        found.longest_left = max(found.longest_left, time.monotonic() - began)
        found.wrong += [f"after kill {found.kills}: {process.name()} is left" for process in sweep.left()]
        return True
    if status != 0:
        found.wrong.append(f"round {found.rounds}: exit status {status}; see {sweep.log}")
    return False


def _moment(process: subprocess.Popen[str], out: Path, moments: random.Random, seconds: float) -> float:
    """Seconds from now to the kill. For half of them one more run is waited for."""
    among_runs, share = moments.random() < 0.5, moments.random()
    kept = parts_in(out)
    while among_runs and parts_in(out) == kept and process.poll() is None:
        time.sleep(0.02)
    return share * seconds / (SHARE_AFTER_A_RUN if among_runs else 1.0)


def parts_in(out: Path) -> int:
    """How many files of runs are kept."""
    return len(list(out.glob("*/parts/[!.]*.parquet")))


def stage_of(folder: Path | None) -> str:
    """How far a run has come, as its folder shows it."""
    if folder is None:
        return "before the folder"
    if (folder / "report.html").exists():
        return "with the report there"
    if (folder / "series.parquet").exists():
        return "in the report"
    return "among runs" if parts_in(folder.parent) else "before the first run is kept"


def differences(folder: Path, wanted: Path) -> list[str]:
    """What of a finished run is not as in the undisturbed one."""
    wrong = []
    for name in ("series.parquet", "design.parquet"):
        try:
            one, other = pd.read_parquet(folder / name), pd.read_parquet(wanted / name)
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        except (AssertionError, OSError) as error:
            wrong.append(f"{name}: {error}")
    tables = sorted(path.name for path in (wanted / "tables").glob("*.csv"))
    if tables != sorted(path.name for path in (folder / "tables").glob("*.csv")):
        wrong.append("other tables beside the report")
    else:
        wrong += [
            name
            for name in tables
            if (folder / "tables" / name).read_bytes() != (wanted / "tables" / name).read_bytes()
        ]
    kept = [run for part in (folder / "parts").glob("*.parquet") for run in pd.read_parquet(part)["run_id"].unique()]
    if sorted(kept) != sorted(pd.read_parquet(wanted / "design.parquet")["run_id"]):
        wrong.append("a run is kept twice, or not at all")
    if (status := json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"]) != "complete":
        wrong.append(f"status {status}")
    wrong += [f"left half-written: {path.name}" for path in folder.rglob(".*.tmp")]
    return wrong


def main() -> int:
    """Kill so often as is asked, and say what came of it."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--count", type=int, default=25, help="kills that must land (25)")
    asked.add_argument("--workers", type=int, default=1, help="processes; more than one run on Ray (1)")
    asked.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="cradle-kills-") as folder:
        sweep = Sweep(Path(folder), options.workers)
        wanted, seconds = undisturbed(sweep)
        print(f"undisturbed: {seconds:.1f} s", flush=True)
        found = kill_and_resume(sweep, wanted, seconds, options.count, options.seed)
        if found.wrong:
            print(sweep.log.read_text(encoding="utf-8")[-3000:])
    where = ", ".join(f"{count} {stage}" for stage, count in found.at.most_common())
    print(f"{found.kills} kills ({where}), {found.rounds} runs brought to their end")
    if options.workers > 1:
        print(f"the last process of Ray ended at most {found.longest_left:.1f} s after its driver was killed")
    print("\n".join(found.wrong) or "all tables exactly equal to those of the undisturbed run")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
