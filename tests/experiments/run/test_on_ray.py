"""Runs on Ray: the same tables as in this process, whatever is killed on the way. On toytown, with real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from experiments.run.progress import LineReporter
from experiments.run.resume import take_up
from experiments.run.runner import execute, start_run
from experiments.study.study import Study, read_study
from policies.errors import InputError
from results.folder.store import RunFolder

ROOT = Path(__file__).parents[3]
Write = Callable[..., Path]
CHANGES: dict[str, Any] = {
    "start": "2020-11",
    "end": "2027-12",
    "scenarios": {
        f"voucher_{yuan}": {"changes": {"childcare_voucher.amount": {"2027-01": yuan}}} for yuan in (200, 500, 800)
    },
}


@pytest.fixture
def study(write_config: Write, toytown_founded: Any) -> Study:
    """Three arms and the baseline on two seeds of toytown, the engine compiled."""
    return read_study(write_config(**CHANGES))


def tables(folder: RunFolder, study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The merged series and the births."""
    design = folder.read_table("design.parquet")
    return folder.read_table("series.parquet"), folder.read_births(design)


def assert_same(found: RunFolder, wanted: RunFolder, study: Study) -> None:
    """The same tables exactly, and every run kept once."""
    for one, other in zip(tables(found, study), tables(wanted, study), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    parts = [pd.read_parquet(path)["run_id"].unique() for path in found.file("parts").glob("*.parquet")]
    kept = [run_id for ids in parts for run_id in ids]
    assert sorted(kept) == sorted(found.read_table("design.parquet")["run_id"])


def serial(study: Study, out: Path) -> RunFolder:
    """The reference: everything in this process."""
    folder, design = start_run(study, out)
    assert execute(study, folder, design, LineReporter(), on="serial") == []
    return folder


class Interrupting(LineReporter):
    """Presses Ctrl-C after some finished runs."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def run_done(self, failed: bool = False) -> None:
        """One more run."""
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.long
def test_two_workers_interrupted_and_one_that_resumes_give_the_serial_tables(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")  # a dead driver's address must not matter
    wanted = serial(study, tmp_path / "serial")
    folder, design = start_run(study, tmp_path / "ray")
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with pytest.raises(KeyboardInterrupt):
        execute(study, folder, design, Interrupting(after=3), workers=2)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    assert folder.read_json("manifest.json")["status"] == "interrupted"
    kept = {path: path.stat().st_mtime_ns for path in folder.file("parts").glob("*.parquet")}
    assert 3 <= folder.read_json("manifest.json")["runs"]["finished"] < len(design)
    assert execute(study, folder, take_up(folder, study), LineReporter(), workers=1, on="ray") == []
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "what was finished stays as it was"
    assert_same(folder, wanted, study)


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="owners and modes are asked on POSIX systems")
def test_a_node_whose_cache_others_may_have_written_stops_the_run_with_its_message(
    write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    study = read_study(write_config(**CHANGES))
    folder, design = start_run(study, tmp_path / "ray")
    cache = tmp_path / "cache of the node"
    cache.mkdir()
    cache.chmod(0o777)
    monkeypatch.setenv("CRADLE_CACHE", str(cache))  # this process has loaded the engine already: workers have not
    with pytest.raises(InputError, match="other users may write to it") as caught:
        execute(study, folder, design, LineReporter(), workers=2)
    assert str(caught.value).startswith(str(cache)) and "Traceback" not in str(caught.value)
    assert "Traceback" not in capfd.readouterr().err
    assert not any(cache.iterdir())


def test_two_workers_give_the_serial_tables(study: Study, tmp_path: Path) -> None:
    folder, design = start_run(study, tmp_path / "ray")
    assert execute(study, folder, design, LineReporter(), workers=2) == []
    assert_same(folder, serial(study, tmp_path / "serial"), study)


DRIVER = """
import sys, time
from experiments.run.ray_connection import connected
import ray
with connected(2, None):
    sleep = ray.remote(num_cpus=1)(lambda seconds: time.sleep(seconds))
    ray.get([sleep.remote(0.5) for _ in range(2)])
    print("up", flush=True)
    ray.get([sleep.remote(600) for _ in range(2)])
"""


@pytest.fixture
def driver() -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A process that runs Ray on this machine with two busy workers, and the processes that it started for it."""
    command = [sys.executable, "-c", DRIVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None and process.stdout.readline() == "up\n"
        started = psutil.Process(process.pid).children(recursive=True)
        yield process, started
        process.kill()


@pytest.mark.long
def test_ray_on_one_machine_is_heard_on_it_alone_and_ends_with_its_driver(
    driver: tuple[subprocess.Popen[str], list[psutil.Process]],
) -> None:
    process, started = driver
    names = {part.name() for part in started}
    assert {"gcs_server", "raylet"} <= names, names
    doors = {(part.name(), door.laddr.ip.removeprefix("::ffff:"))
             for part in [*started, psutil.Process(process.pid)]
             for door in part.net_connections("tcp") if door.status == psutil.CONN_LISTEN}  # fmt: skip
    assert {name for name, _ in doors} >= {"gcs_server", "raylet"}
    assert {ip for _, ip in doors} == {"127.0.0.1"}
    process.kill()
    _, left = psutil.wait_procs(started, timeout=60)
    assert [part.name() for part in left] == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1:1", "nothing answers at 127.0.0.1:1"), ("a:b", "allowed: auto, HOST or HOST:PORT")],
)
def test_a_wrong_address_is_told_at_once(study: Study, tmp_path: Path, address: str, expected: str) -> None:
    folder, design = start_run(study, tmp_path)
    began = time.monotonic()
    with pytest.raises(InputError, match=expected):
        execute(study, folder, design, LineReporter(), address=address)
    assert time.monotonic() - began < 30


def can_unshare() -> bool:
    """True where a network namespace of one's own may be made."""
    command = ["unshare", "--map-root-user", "--net", "true"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="no network namespace of one's own may be made here")
@pytest.mark.long
def test_a_killed_worker_and_a_lost_node_change_nothing(
    write_config: Write, toytown_founded: Any, tmp_path: Path
) -> None:
    config = write_config(**{**CHANGES, "seeds": 6})
    study = read_study(config)
    command = ["unshare", "--map-root-user", "--net", sys.executable, "-m", "tests.experiments.two_nodes"]
    done = subprocess.run(
        [*command, str(config), str(tmp_path / "ray")],
        cwd=ROOT, capture_output=True, text=True, timeout=170, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["happened"] == ["worker killed", "node stopped"]
    assert told["failures"] == []
    assert_same(RunFolder(told["folder"]), serial(study, tmp_path / "serial"), study)
